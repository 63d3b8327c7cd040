package doorward_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/doorward/doorward/bindings/go"
)

// gates are policies that look at different parts of a request.
var gates = []string{
	`{"host":{"allow":["app.example.com"]},"origin":{"mode":"same-origin-or-list","allow":["https://*.apps.example.com"]},
	  "credential":{"places":["authorization","cookie:session","query:token","header:x-token","subprotocol:bearer."]},
	  "capability":[{"id":"ci","token":"capability-token-for-tests-0123456789"}]}`,
	`{"host":{"trusted_proxies":["192.0.2.0/24"]},"credential":{"anonymous":true}}`,
}

// FuzzDecide reads arbitrary bytes as a request, as net/http hands it over and line by line. Both forms, and the
// explanation, which is made by other code of the Rust side, must come to the same verdict.
func FuzzDecide(f *testing.F) {
	for _, head := range []string{
		"Host: app.example.com\nAuthorization: Bearer " + capability,
		"Host: app.example.com\nOrigin: https://a.apps.example.com\nCookie: session=" + capability,
		"Host: app.example.com\nSec-Websocket-Protocol: bearer." + capability + ", chat",
		"Host: app.example.com\nhost: evil.example\nX-Forwarded-Host: a\nX-Forwarded-Proto: ws",
		"Origin: null\nSec-Fetch-Site: cross-site",
	} {
		f.Add("GET", "/ws?token="+capability, "192.0.2.1:1", false, head)
		f.Add("POST", "/ws?to%6Ben=x", "[2001:db8::1]:1", true, head)
	}
	var open []*doorward.Gate
	for _, document := range gates {
		gate, err := doorward.FromJSON(document, at(now))
		if err != nil {
			f.Fatal(err)
		}
		open = append(open, gate)
	}
	f.Fuzz(func(t *testing.T, method, target, remote string, tls bool, head string) {
		lines := &doorward.Request{Method: method, Target: target, TLS: tls}
		if peer, err := netip.ParseAddrPort(remote); err == nil {
			lines.Peer = peer.Addr()
		}
		served := &http.Request{Method: method, RequestURI: target, URL: &url.URL{}, RemoteAddr: remote, Header: http.Header{}}
		for _, line := range strings.Split(head, "\n") {
			name, value, _ := strings.Cut(line, ": ")
			lines.Header = append(lines.Header, doorward.Line{Name: name, Value: value})
			served.Header[name] = append(served.Header[name], value)
		}
		for _, gate := range open {
			decision, err := gate.DecideRequest(lines)
			if err != nil || decision.Allowed() != (decision.Reason == doorward.OK) {
				t.Fatal(decision, err)
			}
			explained, err := gate.ExplainRequest(lines)
			if err != nil || !tells(explained, decision) {
				t.Fatalf("%v, but %q, %v", decision, explained, err)
			}
			if tls {
				continue // served has no TLS state
			}
			if other, err := gate.Decide(served); err != nil || other.Reason != decision.Reason ||
				other.Principal != decision.Principal {
				t.Fatal(decision, other, err)
			}
		}
	})
}

// tells: the last line of an explanation is the verdict.
func tells(explanation string, decision doorward.Decision) bool {
	last := explanation[strings.LastIndexByte(explanation, '\n')+1:]
	if decision.Allowed() {
		return strings.HasPrefix(last, "allow")
	}
	return strings.HasPrefix(last, decision.String()+" ")
}

// FuzzJWT: what is accepted is accepted by every form, its claims are JSON for encoding/json as well, and nothing that is
// not signed here is accepted.
func FuzzJWT(f *testing.F) {
	signer, err := doorward.NewSigner(doorward.KeyEntry{Algorithm: "HS256", Secret: secret})
	if err != nil {
		f.Fatal(err)
	}
	verifier, err := doorward.NewJWT(doorward.JWTRules{IgnoreAudience: true,
		Key: []doorward.KeyEntry{{Algorithm: "HS256", Secret: secret}}}, doorward.Clock(func() time.Time { return now }))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(`{"exp":1700000100,"sub":"alice","n":-1.5e3,"a":["x",{}],"s":"\u00e9\ud83d\ude00"}`, "a.b.c")
	f.Add(`{"exp":1700000100,"aud":["a","b"]}`, "eyJhbGciOiJub25lIn0.e30.")
	f.Add(`{"exp":1,"exp":2}`, "")
	f.Fuzz(func(t *testing.T, claims, forged string) {
		if _, err := verifier.Verify(forged); err == nil {
			t.Fatal("accepted what nobody signed")
		}
		token, err := signer.SignJSON(claims)
		if err != nil {
			var reason doorward.Reason
			if !errors.As(err, &reason) || reason == doorward.Internal {
				t.Fatal(err)
			}
			return
		}
		verified, err := verifier.Verify(token)
		checked := verifier.Check(token)
		if !errors.Is(checked, err) || (err == nil && string(verified) != claims) {
			t.Fatal(err, checked, verified)
		}
		if err == nil {
			sameAsEncodingJSON(t, verified)
		}
	})
}

type inner struct {
	Issuer  string          `json:"iss"`
	Numbers []float64       `json:"n,omitempty"`
	Any     any             `json:"a"`
	Raw     json.RawMessage `json:"raw"`
}

type usual struct {
	inner2
	Subject string     `json:"sub"`
	Expires int64      `json:"exp"`
	Small   int        `json:"i"`
	Admin   bool       `json:"admin"`
	Text    string     `json:"s"`
	Inner   inner      `json:"o"`
	When    *time.Time `json:"when"`
	private string
}

// inner2 is not exported, so that usual is not plain.
type inner2 struct {
	ID string `json:"jti"`
}

type Embedded struct {
	ID     string `json:"jti"`
	Number int    `json:"i"`
}

// own unmarshals itself, and keeps what it was given.
type own struct{ seen string }

var errOwn = errors.New("own: fails")

func (o *own) UnmarshalJSON(text []byte) error {
	o.seen += string(text)
	if string(text) == `"fails"` {
		return errOwn
	}
	return nil
}

type plainClaims struct {
	Embedded
	Own     own        `json:"own"`
	Pointed *own       `json:"pointed"`
	Two     **own      `json:"two"`
	LongA   string     `json:"long name of a claim"`
	LongB   string     `json:"long name of b claim"`
	Subject string     `json:"sub"`
	Expires int64      `json:"exp"`
	Admin   bool       `json:"admin"`
	Text    string     `json:"s"`
	Inner   inner      `json:"o"`
	Any     any        `json:"a"`
	When    *time.Time `json:"when"`
	Skipped string     `json:"-"`
}

// sameAsEncodingJSON: what is filled is what encoding/json fills, or both refuse, where no name differs from a field's in
// case alone.
func sameAsEncodingJSON(t *testing.T, claims doorward.Claims) {
	t.Helper()
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte(claims), &members); err != nil {
		t.Fatalf("%q is no JSON: %v", claims, err)
	}
	exact := map[string]bool{"jti": true, "i": true, "sub": true, "exp": true, "admin": true, "s": true, "o": true,
		"a": true, "when": true, "own": true, "pointed": true, "two": true, "long name of a claim": true,
		"long name of b claim": true}
	for name := range members {
		for known := range exact {
			if !exact[name] && strings.EqualFold(name, known) {
				return
			}
		}
	}
	var own, other plainClaims
	ownErr, otherErr := claims.Unmarshal(&own), json.Unmarshal([]byte(claims), &other)
	if errors.Is(ownErr, doorward.ClaimsDuplicateName) {
		return // names of a nested object differ in case only: encoding/json takes the last
	}
	if (ownErr == nil) != (otherErr == nil) || (ownErr == nil && !reflect.DeepEqual(own, other)) {
		t.Fatalf("%s: %+v, %v; encoding/json: %+v, %v", claims, own, ownErr, other, otherErr)
	}
	var odd, oddOther usual
	ownErr, otherErr = claims.Unmarshal(&odd), json.Unmarshal([]byte(claims), &oddOther)
	if errors.Is(ownErr, doorward.ClaimsDuplicateName) {
		return
	}
	if (ownErr == nil) != (otherErr == nil) || (ownErr == nil && !reflect.DeepEqual(odd, oddOther)) {
		t.Fatalf("%s: %+v, %v; encoding/json: %+v, %v", claims, odd, ownErr, oddOther, otherErr)
	}
}

func TestFillIsEncodingJSON(t *testing.T) {
	for _, text := range []string{
		`{}`, ` { } `, "{\n\t\"sub\" : \"a\" ,\r\n \"exp\" : 17 }", `{"sub":"a\u00e9\n","s":"\ud800","jti":""}`,
		`{"s\u0075b":"escaped name"}`, `{"exp":-5,"i":-0}`, `{"exp":9223372036854775807}`, `{"exp":9223372036854775808}`,
		`{"exp":1.0}`, `{"exp":1e3}`, `{"exp":null,"sub":null,"admin":null,"o":null,"a":null,"when":null}`,
		`{"sub":1}`, `{"exp":"1"}`, `{"admin":1}`, `{"admin":true}`, `{"admin":false,"s":"}{,]\""}`,
		`{"unknown":{"a":[1,{"b":"]}\\"}]},"sub":"x"}`, `{"unknown":[],"o":{"iss":"i","n":[1,2.5],"a":{"k":[]},"raw":[1, 2]}}`,
		`{"o":{"n":"x"}}`, `{"o":[]}`, `{"when":"2026-01-02T03:04:05Z"}`, `{"when":"never"}`, `{"-":"x","Skipped":"y"}`,
		`{"a":"string","sub":"","i":7}`, `{"a":[1,2,3] , "exp":1}`, `{"a":1,"exp":1}`, `{"a":-1.5e-3}`,
		`{"exp":100000000000000000,"i":999999999999999999}`, `{"exp":1000000000000000000,"i":-9223372036854775808}`,
		`{"exp":12.5}`, `{"exp":12E2}`, `{"exp":7 }`, `{"i":-9223372036854775809}`,
		`{"dates":"x","own":"x","pointed":"y","two":null}`, `{"own":null,"pointed":null}`, `{"own":{"a":[1,"]"]},"pointed":[{}]}`,
		`{"own":"fails"}`, `{"pointed":"fails"}`, `{"pointed":"\u0066ails"}`, `{"long name of a claim":"a","long name of b claim":"b"}`,
	} {
		sameAsEncodingJSON(t, doorward.Claims(text))
	}
	// Names are exact, which encoding/json's are not.
	var filled plainClaims
	if err := doorward.Claims(`{"sub":"alice","SUB":"admin","Admin":true}`).Unmarshal(&filled); err != nil ||
		filled.Subject != "alice" || filled.Admin {
		t.Error(filled, err)
	}
	for _, text := range []string{`{"own":"fails"}`, `{"pointed":"fails"}`} {
		if err := doorward.Claims(text).Unmarshal(&filled); !errors.Is(err, errOwn) {
			t.Error(text, err)
		}
	}
	for _, target := range []any{nil, plainClaims{}, (*plainClaims)(nil), 7} {
		if err := doorward.Claims(`{}`).Unmarshal(target); err == nil {
			t.Errorf("%T was filled", target)
		}
	}
	var untagged struct{ Sub string }
	var members map[string]any
	if err := errors.Join(doorward.Claims(`{"sub":"x"}`).Unmarshal(&untagged),
		doorward.Claims(`{"sub":"x"}`).Unmarshal(&members)); err != nil || untagged.Sub != "x" || members["sub"] != "x" {
		t.Error(untagged, members, err)
	}
	_ = usual{}.private
}

// Claims is a string, so anything can be made one; what is no proven text then fails and does not panic.
func TestTextThatIsNoClaimsFailsWithoutPanic(t *testing.T) {
	texts := []string{
		`{"sub":"a","exp":17,"admin":true,"o":{"n":[1,2]},"own":{"a":"]"}}`,
		"{\"s\\u0075b\":\"a\\\"b\" , \"exp\" : -1.5e3\t,\"a\":[{}, \"\\\\\"]}",
	}
	failed := 0
	try := func(text string) {
		for _, target := range []any{&plainClaims{}, &usual{}, &map[string]any{}} {
			if err := doorward.Claims(text).Unmarshal(target); err != nil {
				failed++
			}
		}
	}
	for _, text := range texts {
		for at := range text {
			try(text[:at])
			try(text[at:])
			try(text[:at] + text[at+1:])
			for _, other := range "\"\\{}[]:, 0-" {
				try(text[:at] + string(other) + text[at+1:])
			}
		}
	}
	if failed < 1000 {
		t.Error("too little failed:", failed)
	}
}

// With DOORWARD_RANDOM=DIR, writes a suite of random requests with what Go answers. Rust's runner then reads the folder
// and must answer the same: nothing of Go's is in its way.
func TestRandomVectors(t *testing.T) {
	folder := os.Getenv("DOORWARD_RANDOM")
	if folder == "" {
		t.Skip("DOORWARD_RANDOM is not set")
	}
	seed := uint64(time.Now().UnixNano())
	fmt.Println("seed", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	const count = 4000
	var cases []map[string]any
	reasons := map[doorward.Reason]int{}
	for i := range count {
		document := gates[random.IntN(len(gates))]
		gate, err := doorward.FromJSON(document)
		if err != nil {
			t.Fatal(err)
		}
		v := randomVector(random, i)
		request, err := v.Request.request(uint64(now.Unix()))
		if err != nil {
			t.Fatal(err)
		}
		decision, err := gate.DecideRequest(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = gate.Close()
		reasons[decision.Reason]++
		expect := map[string]any{"decision": "allow", "code": 0, "status": 200, "principal": decision.Principal.ID()}
		if !decision.Allowed() {
			expect = map[string]any{"decision": "deny", "code": decision.Reason, "reason": decision.Reason.String(),
				"status": decision.Reason.Status()}
		}
		cases = append(cases, map[string]any{"id": v.ID, "policy": json.RawMessage(document), "request": v.written,
			"now": now.Unix(), "expect": expect})
	}
	if len(reasons) < 12 || reasons[doorward.OK] < count/50 {
		t.Error("the requests are not random enough:", reasons)
	}
	text, err := json.Marshal(map[string]any{"suite": "random", "count": count, "cases": cases})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "random.json"), text, 0o600); err != nil {
		t.Fatal(err)
	}
}

type randomCase struct {
	ID      string
	Request requestCase
	written map[string]any
}

func randomVector(random *rand.Rand, i int) randomCase {
	pick := func(texts ...string) string { return texts[random.IntN(len(texts))] }
	// Now and then a byte is another one.
	bend := func(text string) string {
		if text == "" || random.IntN(12) != 0 {
			return text
		}
		bytes := []byte(text)
		bytes[random.IntN(len(bytes))] = byte(random.IntN(256))
		return string(bytes)
	}
	origins := []string{"https://app.example.com", "https://a.apps.example.com", "http://app.example.com", "null", "",
		"https://evil.example", "https://a.b.apps.example.com", "https://app.example.com:443"}
	credentials := map[string][]string{
		"Authorization":          {"Bearer " + capability, "bearer  " + capability, "Bearer", "Basic eDp5", "Bearer a b"},
		"Cookie":                 {"session=" + capability, "a=b; session=" + capability, "a=b", "session=\"x\""},
		"X-Token":                {capability, "other", ""},
		"Sec-WebSocket-Protocol": {"bearer." + capability + ", chat", "chat", "bearer."},
	}
	var lines [][2]string
	add := func(odds int, name string, values ...string) {
		if random.IntN(odds) == 0 {
			lines = append(lines, [2]string{pick(name, strings.ToLower(name)), bend(pick(values...))})
		}
	}
	if random.IntN(10) != 0 {
		lines = append(lines, [2]string{"Host", bend(pick("app.example.com", "app.example.com", "APP.example.com:443", "evil.example"))})
	}
	add(20, "Host", "app.example.com")
	add(2, "Origin", origins...)
	add(20, "Origin", origins...)
	add(4, "Sec-Fetch-Site", "same-origin", "none", "cross-site", "same-site", "x")
	add(8, "X-Forwarded-Proto", "https", "wss", "ws, http", "gopher")
	add(8, "X-Forwarded-Host", "app.example.com", "a, b")
	names := []string{"Authorization", "Cookie", "X-Token", "Sec-WebSocket-Protocol"}
	for range 1 + random.IntN(2) {
		name := names[random.IntN(len(names))]
		add(1, name, credentials[name]...)
	}
	target := bend(pick("/", "/ws", "/ws", "/ws?token="+capability, "/ws?a=b&to%6ben=x"))
	scheme, peer := pick("http", "https", "ws", "wss"), pick("192.0.2.7", "203.0.113.9", "2001:db8::1", "::ffff:192.0.2.7")
	made := randomCase{ID: fmt.Sprintf("r%d", i), written: map[string]any{"method": "GET", "target": written(target),
		"scheme": scheme, "peer": peer}}
	made.Request = requestCase{Method: "GET", Target: octets(target), Scheme: scheme, Peer: &peer}
	headers := [][2]any{}
	for _, line := range lines {
		made.Request.Headers = append(made.Request.Headers, [2]octets{octets(line[0]), octets(line[1])})
		headers = append(headers, [2]any{line[0], written(line[1])})
	}
	made.written["headers"] = headers
	return made
}

func written(text string) any { return asOctets([]byte(text)) }
