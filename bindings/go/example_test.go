package doorward_test

import (
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/doorward/doorward/bindings/go"
)

// What a policy file holds; secrets come from files or the environment.
const examplePolicy = `
[host]
allow = ["app.example.com"]

[origin]
mode = "same-origin-or-list"
allow = ["https://*.apps.example.com"]

[[jwt.key]]
id = "2026-11"
algorithm = "HS256"
secret = "an-example-secret-0123456789-abcdefghijkl"
`

// signed is a token of the example's issuer.
func signed(subject string, lifetime time.Duration) string {
	signer, err := doorward.NewSigner(doorward.KeyEntry{
		ID: "2026-11", Algorithm: "HS256", Secret: "an-example-secret-0123456789-abcdefghijkl",
	})
	if err != nil {
		log.Fatal(err)
	}
	defer signer.Close()
	token, err := signer.Sign(map[string]any{"sub": subject, "exp": time.Now().Add(lifetime).Unix()})
	if err != nil {
		log.Fatal(err)
	}
	return token
}

// arrives is a request as net/http would serve it.
func arrives(origin, token string) *http.Request {
	r := httptest.NewRequest("GET", "https://app.example.com/ws", nil)
	if origin != "" {
		r.Header.Set("Origin", origin)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return r
}

func ExampleGate_Handler() {
	gate, err := doorward.FromTOML(examplePolicy)
	if err != nil {
		log.Fatal(err)
	}
	defer gate.Close()

	handler := gate.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, _ := doorward.PrincipalFrom(r.Context())
		fmt.Fprintf(w, "hello %s\n", who.ID())
	}))

	for _, r := range []*http.Request{
		arrives("https://app.example.com", signed("alice", time.Minute)),
		arrives("https://app.example.com", ""),
		arrives("https://evil.example", signed("alice", time.Minute)),
	} {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, r)
		fmt.Print(answer.Code, " ", answer.Body)
	}
	// Output:
	// 200 hello alice
	// 401 authentication required
	// 403 forbidden
}

func ExampleGate_Decide() {
	gate, err := doorward.FromTOML(examplePolicy)
	if err != nil {
		log.Fatal(err)
	}
	defer gate.Close()

	decision, err := gate.Decide(arrives("", signed("alice", -time.Hour)))
	if err != nil {
		log.Fatal(err) // there is no answer: 500 or 503, never 401
	}
	switch {
	case decision.Allowed():
		fmt.Println(decision.Principal.ID())
	case decision.Reason == doorward.TokenExpired:
		fmt.Println("log in again:", decision.Reason.Status(), decision)
	default:
		fmt.Println(decision)
	}
	// Output: log in again: 401 deny 5005 token_expired
}

func ExampleGate_Explain() {
	gate, err := doorward.FromTOML(examplePolicy)
	if err != nil {
		log.Fatal(err)
	}
	defer gate.Close()

	explanation, err := gate.Explain(arrives("https://evil.example", ""))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(explanation)
	// Output:
	// request    passed
	//            header lines: 2, scheme https, peer 192.0.2.1
	// host       passed
	//            Host: "app.example.com"
	//            no proxy is listed: forwarding headers do not count
	//            allowed hosts: app.example.com
	//            asked for https://app.example.com
	// origin     refused: 2205 origin_not_allowed: the Origin is neither the same origin nor listed, as the mode asks
	//            Origin: "https://evil.example"
	//            Sec-Fetch-Site: absent
	//            mode same-origin-or-list: https://*.apps.example.com
	//            own origin https://app.example.com
	// deny 2205 origin_not_allowed (HTTP 403)
}

func ExampleFromTOML_mistake() {
	_, err := doorward.FromTOML("[origin]\nalow = []\n")
	fmt.Println(errors.Is(err, doorward.ConfigInvalid))
	where, _, _ := strings.Cut(err.Error(), ";") // the keys that there are follow
	fmt.Println(where)
	// Output:
	// true
	// doorward: 2:1: origin.alow: unknown key
}

func ExampleJWT_ParseWithClaims() {
	verifier, err := doorward.NewJWT(doorward.JWTRules{
		Key: []doorward.KeyEntry{{ID: "2026-11", Algorithm: "HS256", Secret: "an-example-secret-0123456789-abcdefghijkl"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer verifier.Close()

	var claims struct {
		Subject string `json:"sub"`
	}
	if err := verifier.ParseWithClaims(signed("alice", time.Minute), &claims); err != nil {
		log.Fatal(err)
	}
	fmt.Println(claims.Subject)

	err = verifier.ParseWithClaims(signed("alice", -time.Hour), &claims)
	fmt.Println(errors.Is(err, doorward.TokenExpired), err)
	// Output:
	// alice
	// true doorward: 5005 token_expired
}

func ExampleGenerateCapability() {
	token, stored, err := doorward.GenerateCapability()
	if err != nil {
		log.Fatal(err)
	}
	// The token goes to its bearer; stored.String() into the policy.
	fmt.Println(len(token), len(stored.String()), stored.Matches(token), stored.Matches("a guess"))
	// Output: 43 64 true false
}

func ExampleTickets() {
	tickets, err := doorward.NewTickets(1000, 10*time.Second)
	if err != nil {
		log.Fatal(err)
	}
	defer tickets.Close()

	// POST /ticket, admitted by its Authorization header.
	ticket, err := tickets.Issue("alice")
	if err != nil {
		log.Fatal(err)
	}
	// GET /ws?ticket=…, from new WebSocket(), which sends no header.
	who, err := tickets.Redeem(ticket)
	fmt.Println(who, err)
	who, err = tickets.Redeem(ticket)
	fmt.Println(who, err)
	// Output:
	// alice <nil>
	//  doorward: 6004 token_already_used
}
