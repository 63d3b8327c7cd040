package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	coder "github.com/coder/websocket"
	"github.com/doorward/doorward/bindings/go"
	jose "github.com/go-jose/go-jose/v4"
	josejwt "github.com/go-jose/go-jose/v4/jwt"
	"github.com/golang-jwt/jwt/v5"
	gorilla "github.com/gorilla/websocket"
	"github.com/lestrrat-go/jwx/v3/jwa"
	jwxjwt "github.com/lestrrat-go/jwx/v3/jwt"
)

// contender does one thing so many times, and panics if what comes is not what is expected.
type contender struct {
	group, name string
	run         func(rounds int)
}

// Claims is what every library fills, with the same fields; golang-jwt's dates and audiences are its own types.
type Claims struct {
	Issuer    string `json:"iss"`
	Subject   string `json:"sub"`
	Audience  string `json:"aud"`
	ExpiresAt int64  `json:"exp"`
	NotBefore int64  `json:"nbf"`
	IssuedAt  int64  `json:"iat"`
	ID        string `json:"jti"`
	Scope     string `json:"scope"`
}

type golangClaims struct {
	jwt.RegisteredClaims
	Scope string `json:"scope"`
}

type joseClaims struct {
	josejwt.Claims
	Scope string `json:"scope"`
}

var document = func() string {
	text, err := json.Marshal(map[string]any{
		"host":   map[string]any{"allow": []string{"app.example.com"}},
		"origin": map[string]any{"mode": "same-origin-or-list", "allow": []string{"https://*.apps.example.com"}},
		"jwt": map[string]any{
			"issuer": issuer, "audience": []string{audience},
			"key": []any{map[string]any{"algorithm": "HS256", "secret": secret}},
		},
	})
	must(err)
	return string(text)
}()

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// sizes are those of the tokens that groups are about.
var sizes = map[string]int{}

func each(run func()) func(int) {
	return func(rounds int) {
		for range rounds {
			run()
		}
	}
}

// verifying hands one after the other to run: no branch predictor learns a token by heart.
func verifying(tokens []string, run func(token string)) func(int) {
	next := 0
	return func(rounds int) {
		for range rounds {
			run(tokens[next])
			if next++; next == len(tokens) {
				next = 0
			}
		}
	}
}

func all() []contender {
	gate, err := doorward.FromJSON(document)
	must(err)
	core := newCore(document)
	var list []contender
	for _, size := range []int{281, 1036, 8192} {
		list = append(list, verifiers(gate, core, size)...)
	}
	list = append(list, decisions(gate, core)...)
	return append(list, pages()...)
}

func verifiers(gate *doorward.Gate, core coreGate, size int) []contender {
	tokens := tokensOf(size)
	verifier := gate.JWT()
	group := fmt.Sprintf("verify %d B", size)
	fill := fmt.Sprintf("fill a struct, %d B", size)
	sizes[group], sizes[fill] = size, size
	room := make([]byte, 0, size)
	key := []byte(secret)

	parser := jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}), jwt.WithIssuer(issuer),
		jwt.WithAudience(audience), jwt.WithExpirationRequired(), jwt.WithStrictDecoding(), jwt.WithLeeway(30*time.Second))
	keyFunc := func(*jwt.Token) (any, error) { return key, nil }
	expected := josejwt.Expected{Issuer: issuer, AnyAudience: josejwt.Audience{audience}}
	return []contender{
		{group, "core", core.verify(tokens)},
		{group, "doorward Check", verifying(tokens, func(token string) { must(verifier.Check(token)) })},
		{group, "doorward AppendClaims", verifying(tokens, func(token string) {
			_, err := verifier.AppendClaims(room, token)
			must(err)
		})},
		{group, "doorward Verify", verifying(tokens, func(token string) {
			_, err := verifier.Verify(token)
			must(err)
		})},
		{group, "golang-jwt MapClaims", verifying(tokens, func(token string) {
			_, err := parser.ParseWithClaims(token, jwt.MapClaims{}, keyFunc)
			must(err)
		})},
		{group, "jwx", verifying(tokens, func(token string) {
			_, err := jwxjwt.Parse([]byte(token), jwxjwt.WithKey(jwa.HS256(), key),
				jwxjwt.WithIssuer(issuer), jwxjwt.WithAudience(audience), jwxjwt.WithAcceptableSkew(30*time.Second))
			must(err)
		})},
		{fill, "doorward ParseWithClaims", verifying(tokens, func(token string) {
			var claims Claims
			must(verifier.ParseWithClaims(token, &claims))
			known(claims.Subject)
		})},
		{fill, "doorward, golang-jwt's struct", verifying(tokens, func(token string) {
			var claims golangClaims
			must(verifier.ParseWithClaims(token, &claims))
			known(claims.Subject)
		})},
		{fill, "golang-jwt", verifying(tokens, func(token string) {
			var claims golangClaims
			_, err := parser.ParseWithClaims(token, &claims, keyFunc)
			must(err)
			known(claims.Subject)
		})},
		{fill, "go-jose", verifying(tokens, func(token string) {
			parsed, err := josejwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.HS256})
			must(err)
			var claims joseClaims
			must(parsed.Claims(key, &claims))
			must(claims.ValidateWithLeeway(expected, 30*time.Second))
			known(claims.Subject)
		})},
	}
}

// known panics if the subject is none of those that the tokens name.
func known(subject string) {
	if !strings.HasPrefix(subject, "u-") {
		panic(subject)
	}
}

// upgrade is what a browser sends.
func upgrade(origin, token string) *http.Request {
	r, err := http.NewRequest("GET", "https://app.example.com/ws?room=7", nil)
	must(err)
	r.RequestURI = "/ws?room=7"
	r.RemoteAddr = "203.0.113.9:51234"
	for name, value := range map[string]string{
		"User-Agent":               "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
		"Accept":                   "*/*",
		"Accept-Language":          "en-US,en;q=0.5",
		"Accept-Encoding":          "gzip, deflate, br, zstd",
		"Connection":               "keep-alive, Upgrade",
		"Upgrade":                  "websocket",
		"Sec-WebSocket-Version":    "13",
		"Sec-WebSocket-Key":        "dGhlIHNhbXBsZSBub25jZQ==",
		"Sec-WebSocket-Extensions": "permessage-deflate",
		"Pragma":                   "no-cache",
		"Cache-Control":            "no-cache",
		"Sec-Fetch-Site":           "same-origin",
		"Origin":                   origin,
	} {
		r.Header.Set(name, value)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return r
}

func decisions(gate *doorward.Gate, core coreGate) []contender {
	token := tokensOf(281)[0]
	tls := doorward.BehindTLS()
	behind, err := doorward.FromJSON(document, tls)
	must(err)
	allow, deny := upgrade("https://app.example.com", token), upgrade("https://evil.example", token)
	decide := func(r *http.Request, expected doorward.Reason) func(int) {
		return each(func() {
			decision, err := behind.Decide(r)
			must(err)
			if decision.Reason != expected {
				panic(decision)
			}
		})
	}
	return []contender{
		{"decide an upgrade, allowed", "core", core.decide(allow, 0)},
		{"decide an upgrade, allowed", "doorward Decide", decide(allow, doorward.OK)},
		{"decide an upgrade, denied", "core", core.decide(deny, doorward.OriginNotAllowed.Code())},
		{"decide an upgrade, denied", "doorward Decide", decide(deny, doorward.OriginNotAllowed)},
	}
}

// sink is a ResponseWriter that keeps nothing.
type sink struct {
	header http.Header
	status int
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) Write(p []byte) (int, error) { return len(p), nil }
func (s *sink) WriteHeader(status int)      { s.status = status }

// pages: a foreign page is refused with an answer of 403, by origin alone.
func pages() []contender {
	const group = "refuse a foreign page"
	gate, err := doorward.FromJSON(`{"credential":{"anonymous":true}}`, doorward.BehindTLS())
	must(err)
	foreign := upgrade("https://evil.example", "")
	foreign.Header.Set("Sec-Fetch-Site", "cross-site") // net/http goes by it where it is there
	post := foreign.Clone(foreign.Context())
	post.Method = "POST"
	refused := func(answer func(http.ResponseWriter)) func(int) {
		return each(func() {
			w := sink{header: http.Header{}}
			answer(&w)
			if w.status != http.StatusForbidden {
				panic(w.status)
			}
		})
	}
	nobody := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("let in") })
	handler := gate.Handler(nobody)
	protection := http.NewCrossOriginProtection().Handler(nobody)
	upgrader := gorilla.Upgrader{}
	return []contender{
		{group, "doorward Handler", refused(func(w http.ResponseWriter) { handler.ServeHTTP(w, foreign) })},
		{group, "doorward CheckOrigin", each(func() {
			if gate.CheckOrigin(foreign) {
				panic("let in")
			}
		})},
		{group, "gorilla Upgrade", refused(func(w http.ResponseWriter) {
			if _, err := upgrader.Upgrade(w, foreign, nil); err == nil {
				panic("let in")
			}
		})},
		{group, "coder Accept", refused(func(w http.ResponseWriter) {
			if _, err := coder.Accept(w, foreign, nil); err == nil {
				panic("let in")
			}
		})},
		{group, "net/http CrossOriginProtection", refused(func(w http.ResponseWriter) { protection.ServeHTTP(w, post) })},
	}
}
