package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
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

const secret = "a-secret-for-benchmarks-0123456789-abcdefghijkl"

var now = time.Unix(1_700_000_000, 0)

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
	IssuedAt  int64  `json:"iat"`
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

// tokenOf has exactly so many bytes, and is made without any of the contenders.
func tokenOf(size int) string {
	for padding := 0; ; padding++ {
		claims := fmt.Sprintf(`{"iss":"https://issuer.example","aud":"app","sub":"alice","iat":%d,"exp":%d,"scope":"read%s"}`,
			now.Unix(), now.Unix()+300, strings.Repeat("x", padding))
		token := sign(claims)
		switch {
		case len(token) == size:
			return token
		case len(token) > size:
			panic(fmt.Sprintf("no token of %d bytes", size))
		}
	}
}

func sign(claims string) string {
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode([]byte(claims))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return text + "." + encode(mac.Sum(nil))
}

var document = func() string {
	text, err := json.Marshal(map[string]any{
		"host":   map[string]any{"allow": []string{"app.example.com"}},
		"origin": map[string]any{"mode": "same-origin-or-list", "allow": []string{"https://*.apps.example.com"}},
		"jwt": map[string]any{
			"issuer": "https://issuer.example", "audience": []string{"app"},
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

func clock() time.Time { return now }

func all() []contender {
	gate, err := doorward.FromJSON(document, doorward.Clock(clock))
	must(err)
	core := newCore(document)
	var list []contender
	for _, size := range []int{281, 1024, 8192} {
		list = append(list, tokens(gate, core, size)...)
	}
	list = append(list, decisions(gate, core)...)
	return append(list, pages()...)
}

func tokens(gate *doorward.Gate, core coreGate, size int) []contender {
	token := tokenOf(size)
	verifier := gate.JWT()
	group := fmt.Sprintf("verify %d B", size)
	fill := fmt.Sprintf("fill a struct, %d B", size)
	sizes[group], sizes[fill] = size, size
	room := make([]byte, 0, size)
	key := []byte(secret)

	parser := jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}), jwt.WithIssuer("https://issuer.example"),
		jwt.WithAudience("app"), jwt.WithExpirationRequired(), jwt.WithTimeFunc(clock), jwt.WithLeeway(30*time.Second))
	keyFunc := func(*jwt.Token) (any, error) { return key, nil }
	expected := josejwt.Expected{Issuer: "https://issuer.example", AnyAudience: josejwt.Audience{"app"}, Time: now}
	return []contender{
		{group, "core", core.verify(token)},
		{group, "doorward Check", each(func() { must(verifier.Check(token)) })},
		{group, "doorward AppendClaims", each(func() {
			_, err := verifier.AppendClaims(room, token)
			must(err)
		})},
		{group, "doorward Verify", each(func() {
			_, err := verifier.Verify(token)
			must(err)
		})},
		{group, "golang-jwt MapClaims", each(func() {
			_, err := parser.ParseWithClaims(token, jwt.MapClaims{}, keyFunc)
			must(err)
		})},
		{group, "jwx", each(func() {
			_, err := jwxjwt.Parse([]byte(token), jwxjwt.WithKey(jwa.HS256(), key),
				jwxjwt.WithIssuer("https://issuer.example"), jwxjwt.WithAudience("app"),
				jwxjwt.WithClock(jwxjwt.ClockFunc(clock)))
			must(err)
		})},
		{fill, "doorward ParseWithClaims", each(func() {
			var claims Claims
			must(verifier.ParseWithClaims(token, &claims))
			if claims.Subject != "alice" {
				panic(claims.Subject)
			}
		})},
		{fill, "doorward, golang-jwt's struct", each(func() {
			var claims golangClaims
			must(verifier.ParseWithClaims(token, &claims))
			if claims.Subject != "alice" {
				panic(claims.Subject)
			}
		})},
		{fill, "golang-jwt", each(func() {
			var claims golangClaims
			_, err := parser.ParseWithClaims(token, &claims, keyFunc)
			must(err)
			if claims.Subject != "alice" {
				panic(claims.Subject)
			}
		})},
		{fill, "go-jose", each(func() {
			parsed, err := josejwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.HS256})
			must(err)
			var claims joseClaims
			must(parsed.Claims(key, &claims))
			must(claims.ValidateWithLeeway(expected, 30*time.Second))
			if claims.Subject != "alice" {
				panic(claims.Subject)
			}
		})},
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
	token := tokenOf(281)
	tls := doorward.BehindTLS()
	behind, err := doorward.FromJSON(document, tls, doorward.Clock(clock))
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
