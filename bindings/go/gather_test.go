package doorward

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/doorward/doorward/bindings/go/internal/abi"
)

const gatherSecret = "a-secret-of-thirty-two-bytes-or-more"

var gatherTime = time.Unix(1_700_000_000, 0)

// gatherPolicy has these places, and a proxy that counts.
func gatherPolicy(places string) string {
	return fmt.Sprintf(`{"host":{"allow":["app.example.com"],"trusted_proxies":["192.0.2.1"]},
		"credential":{"places":[%s]},"jwt":{"key":[{"algorithm":"HS256","secret":%q}]}}`, places, gatherSecret)
}

func gatherToken(t *testing.T) string {
	t.Helper()
	signer, err := NewSigner(KeyEntry{Algorithm: "HS256", Secret: gatherSecret})
	if err != nil {
		t.Fatal(err)
	}
	token, err := signer.Sign(map[string]any{"sub": "alice", "exp": gatherTime.Unix() + 60})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// What is left out changes nothing: each verdict is that of the request with every header.
func TestHeadersThatAreLeftOutDoNotMatter(t *testing.T) {
	token := gatherToken(t)
	values := map[string][]string{
		"host":                   {"app.example.com", "app.example.com:443", "evil.example", ""},
		"origin":                 {"https://app.example.com", "https://evil.example", "null", ""},
		"sec-fetch-site":         {"same-origin", "cross-site", "none"},
		"authorization":          {"Bearer " + token, "Bearer " + token, "Bearer x", "Basic x", ""},
		"cookie":                 {"s=" + token, "other=1", "s=" + token + "; s=x", ""},
		"x-token":                {token, token, "a b", ""},
		"sec-websocket-protocol": {"t." + token, "chat", ""},
		"forwarded":              {"for=1.2.3.4;host=app.example.com;proto=https", "host=evil.example", "?"},
		"x-forwarded-host":       {"app.example.com", "evil.example"},
		"x-forwarded-proto":      {"https", "http"},
		// None of these is judged, though some look like what is.
		"accept": {"*/*"}, "": {token}, "hostt": {"evil.example"}, "ſec-fetch-site": {"cross-site"}, "x-tokem": {token},
		"oXigin": {"null"}, "x-forwarded-port": {"1"}, "Origin ": {"null"}, "user-agent": {"Bearer " + token},
		strings.Repeat("h", 200): {"x"}, strings.Repeat("x-token", 9): {token}, "\x00": {"\x00"},
	}
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	seen := map[Reason]int{}
	for _, places := range []string{`"authorization"`, `"authorization","cookie:s"`, `"header:X-Token"`,
		`"header:X-Token","authorization"`, `"subprotocol:t."`, `"query:token","cookie:s"`} {
		gate, err := FromJSON(gatherPolicy(places), Clock(func() time.Time { return gatherTime }))
		if err != nil {
			t.Fatal(err)
		}
		for range 5000 {
			header := http.Header{}
			for range rand.IntN(12) {
				name := names[rand.IntN(len(names))]
				one := values[name][rand.IntN(len(values[name]))]
				switch rand.IntN(10) {
				case 0:
					header[spelled(name)] = []string{one, one}
				case 1:
					header[name] = nil
				case 2:
					header[name] = []string{strings.Repeat("x", 1900+rand.IntN(300))}
				default:
					header[spelled(name)] = []string{one}
				}
			}
			if rand.IntN(4) != 0 {
				header["Authorization"] = []string{"Bearer " + token}
			}
			if rand.IntN(20) == 0 {
				header["Accept"] = make([]string, 120+rand.IntN(12))
			}
			r := &http.Request{Method: "GET", RequestURI: "/ws?token=" + token[:rand.IntN(2)*len(token)], Header: header,
				Host:       []string{"app.example.com", "App.Example.com", "evil.example", ""}[rand.IntN(4)&rand.IntN(4)],
				RemoteAddr: []string{"192.0.2.1:1", "[2001:db8::1]:1", "192.0.2.1", "@", "203.0.113.9:51234"}[rand.IntN(5)]}
			if firstOfSeveral(header) {
				continue // Which of two spellings comes first is a map's whim, with every header too.
			}
			decision, err := gate.Decide(r)
			call := calls.Get().(*abi.Call)
			gate.lay(call, r, &everything)
			var whole Decision
			other := gate.decide(call, &whole)
			release(call)
			if decision != whole || err != other {
				t.Fatalf("%s: %v %v, with every header %v %v: %q %q", places, decision, err, whole, other, r.Host, header)
			}
			seen[decision.Reason]++
		}
	}
	if len(seen) < 12 || seen[OK] < 500 || seen[RequestTooLarge] < 20 {
		t.Error("too little was tried:", seen)
	}
}

// spelled is a name as net/http spells it, or in another case.
func spelled(name string) string {
	switch rand.IntN(4) {
	case 0:
		return name
	case 1:
		return strings.ToUpper(name)
	default:
		return http.CanonicalHeaderKey(name)
	}
}

// firstOfSeveral tells whether a forwarding header stands there in two spellings: of it the first line counts.
func firstOfSeveral(header http.Header) bool {
	seen := map[string]bool{}
	for name := range header {
		lower := strings.ToLower(name)
		if strings.Contains(lower, "forwarded") && seen[lower] {
			return true
		}
		seen[lower] = true
	}
	return false
}

// Rules that change while a request is laid out are not asked about what the old ones would have read.
func TestReloadBetweenLayingOutAndDeciding(t *testing.T) {
	path := filepath.Join(t.TempDir(), "policy.json")
	write := func(places string) {
		if err := os.WriteFile(path, []byte(gatherPolicy(places)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`"authorization"`)
	var gate *Gate
	reloads := 0
	gate, err := Open(path, BehindTLS(), Clock(func() time.Time {
		if reloads == 1 {
			reloads++
			write(`"header:X-Token"`)
			if err := gate.Reload(); err != nil {
				t.Error(err)
			}
		}
		return gatherTime
	}))
	if err != nil {
		t.Fatal(err)
	}
	r := &http.Request{Method: "GET", RequestURI: "/", Host: "app.example.com", Header: http.Header{"X-Token": {gatherToken(t)}}}
	if decision, err := gate.Decide(r); err != nil || decision.Reason != CredentialMissing {
		t.Error(decision, err)
	}
	reloads = 1
	if decision, err := gate.Decide(r); err != nil || !decision.Allowed() || decision.Principal.Place() != "header:X-Token" {
		t.Error(decision, err)
	}
	write(`"authorization"`)
	if err := gate.Reload(); err != nil {
		t.Fatal(err)
	}
	reloads = 1
	if decision, err := gate.DecideRequest(&Request{Method: "GET", Target: "/", TLS: true,
		Header: []Line{{"Host", "app.example.com"}, {"x-token", r.Header["X-Token"][0]}}}); err != nil || !decision.Allowed() {
		t.Error(decision, err)
	}
	// One that fails leaves the rules, and what they read, as they were.
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := gate.Reload(); err == nil {
		t.Error("reloaded nothing")
	}
	if set := &gate.reads.Load().headers; !set.has("x-token") || !set.has("X-Token") || !set.has("HOST") || set.has("Accept") {
		t.Error("what is read is not what the rules say")
	}
}

// Closing ends the rules at once, not when the collector comes by: what is left needs no room for a token.
func TestCloseEndsTheRules(t *testing.T) {
	gate, err := FromJSON(gatherPolicy(`"authorization"`))
	if err != nil {
		t.Fatal(err)
	}
	open := gate.abi.ScratchBytes()
	if err := errors.Join(gate.Close(), gate.Close()); err != nil {
		t.Fatal(err)
	}
	if left := gate.abi.ScratchBytes(); 100*left > open {
		t.Errorf("rules that need %d bytes are left of %d", left, open)
	}
}
