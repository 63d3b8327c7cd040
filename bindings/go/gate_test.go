package doorward_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/doorward/doorward/bindings/go"
)

const (
	// Known answers: the tokens of tests/vectors are signed with Python's hmac; these are secrets of these tests.
	secret     = "a-secret-for-tests-0123456789-abcdefghijklmnop"
	capability = "capability-token-for-tests-0123456789"
)

var now = time.Unix(1_700_000_000, 0)

func at(t time.Time) doorward.Option { return doorward.Clock(func() time.Time { return t }) }

func policy() doorward.Policy {
	return doorward.Policy{
		Host:   &doorward.HostRules{Allow: []string{"app.example.com"}},
		Origin: &doorward.OriginRules{Mode: "same-origin-or-list", Allow: []string{"https://*.apps.example.com"}},
		Capability: []doorward.CapabilityEntry{
			{ID: "ci", Token: capability, Scopes: []string{"read", "write"}},
		},
		JWT: &doorward.JWTRules{
			Issuer: "https://issuer.example", Audience: []string{"app"},
			Key: []doorward.KeyEntry{{ID: "k1", Algorithm: "HS256", Secret: secret}},
		},
	}
}

func newGate(t testing.TB, policy doorward.Policy, opts ...doorward.Option) *doorward.Gate {
	t.Helper()
	gate, err := doorward.New(policy, append([]doorward.Option{at(now)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = gate.Close() })
	return gate
}

func sign(t testing.TB, claims any) string {
	t.Helper()
	signer, err := doorward.NewSigner(doorward.KeyEntry{ID: "k1", Algorithm: "HS256", Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	defer signer.Close()
	token, err := signer.Sign(claims)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func claims() map[string]any {
	return map[string]any{
		"iss": "https://issuer.example", "aud": "app", "sub": "alice", "exp": now.Unix() + 60, "scope": "read admin",
	}
}

func request(origin, token string) *http.Request {
	r := httptest.NewRequest("GET", "https://app.example.com/ws?x=1", nil)
	r.RequestURI = "/ws?x=1"
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
	r.Header.Set("Accept", "*/*")
	r.Header.Set("Accept-Language", "en-US,en;q=0.5")
	r.Header.Set("Connection", "keep-alive, Upgrade")
	r.Header.Set("Upgrade", "websocket")
	r.Header.Set("Sec-WebSocket-Version", "13")
	r.Header.Set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
	r.Header.Set("Sec-WebSocket-Extensions", "permessage-deflate")
	if origin != "" {
		r.Header.Set("Origin", origin)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return r
}

func TestWhoCameIn(t *testing.T) {
	gate := newGate(t, policy())
	decision, err := gate.Decide(request("https://a.apps.example.com", sign(t, claims())))
	if err != nil || !decision.Allowed() || decision.Err() != nil {
		t.Fatal(decision, err)
	}
	who := decision.Principal
	if who.Kind() != doorward.TokenSubject || who.ID() != "alice" || !who.HasID() || who.Place() != "authorization" ||
		who.KeyID() != "k1" {
		t.Error(who.Kind(), who.ID(), who.Place(), who.KeyID())
	}
	if end, ok := who.Expires(); !ok || !end.Equal(now.Add(60*time.Second)) {
		t.Error("the end is that of the token:", end, ok)
	}
	if !who.HasScope("read") || !who.HasScope("admin") || who.HasScope("adm") || who.HasScope("") {
		t.Error("scopes")
	}
	var filled struct {
		Scope string `json:"scope"`
	}
	if err := who.Claims(&filled); err != nil || filled.Scope != "read admin" {
		t.Error(filled, err)
	}

	decision, err = gate.Decide(request("", capability))
	who = decision.Principal
	if err != nil || who.Kind() != doorward.CapabilityBearer || who.ID() != "ci" || !who.HasScope("write") ||
		who.HasScope("admin") {
		t.Error(decision, err)
	}
	if _, ok := who.Expires(); ok || who.Claims(&filled) != doorward.ErrNoClaims || who.ClaimsJSON() != "" {
		t.Error("a capability without an end has no claims")
	}
}

func TestWhyNot(t *testing.T) {
	gate := newGate(t, policy())
	expired := claims()
	expired["exp"] = now.Unix() - 31
	noHost := request("", capability)
	noHost.Host = ""
	rebound := request("https://evil.example", capability)
	rebound.Host = "evil.example"
	two := request("", capability)
	two.Header["authorization"] = []string{"Bearer " + capability}
	tooMany := request("", capability)
	for i := range 300 {
		tooMany.Header[fmt.Sprintf("X-%d", i)] = []string{"x"}
	}
	authority := request("", capability)
	authority.Header["Host"] = []string{"other.example"}
	same := request("", capability)
	same.Header["Host"] = []string{"APP.example.com"}
	for _, one := range []struct {
		name    string
		request *http.Request
		reason  doorward.Reason
	}{
		{"nothing", request("", ""), doorward.CredentialMissing},
		{"expired", request("", sign(t, expired)), doorward.TokenExpired},
		{"origin", request("https://evil.example", capability), doorward.OriginNotAllowed},
		{"rebound", rebound, doorward.HostNotAllowed},
		{"no host", noHost, doorward.HostMissing},
		{"two spellings", two, doorward.CredentialDuplicate},
		{"300 lines", tooMany, doorward.RequestTooLarge},
		{":authority and another Host", authority, doorward.HostDuplicate},
		{":authority and the same Host", same, doorward.OK},
	} {
		decision, err := gate.Decide(one.request)
		if err != nil || decision.Reason != one.reason || decision.Allowed() != (one.reason == doorward.OK) {
			t.Errorf("%s: %v, %v", one.name, decision, err)
		}
		if one.reason != doorward.OK && !errors.Is(decision.Err(), one.reason) {
			t.Errorf("%s: %v", one.name, decision.Err())
		}
		if explained, err := gate.Explain(one.request); err != nil || explained == "" ||
			strings.Contains(explained, capability) {
			t.Errorf("%s: %q, %v", one.name, explained, err)
		}
	}
}

func TestSchemeAndPeer(t *testing.T) {
	rules := policy()
	rules.Host.TrustedProxies = []string{"192.0.2.0/24", "2001:db8::/32"}
	for _, one := range []struct {
		name   string
		opts   []doorward.Option
		change func(*http.Request)
		reason doorward.Reason
	}{
		{"tls", nil, func(*http.Request) {}, doorward.OK},
		{"plain", nil, func(r *http.Request) { r.TLS = nil }, doorward.OriginNotAllowed},
		{"behind tls", []doorward.Option{doorward.BehindTLS()}, func(r *http.Request) { r.TLS = nil }, doorward.OK},
		{"proxy", nil, func(r *http.Request) {
			r.TLS, r.RemoteAddr = nil, "192.0.2.9:1234"
			r.Header.Set("X-Forwarded-Proto", "https")
		}, doorward.OK},
		{"proxy over IPv6", nil, func(r *http.Request) {
			r.TLS, r.RemoteAddr = nil, "[2001:db8::1]:1234"
			r.Header.Set("X-Forwarded-Proto", "https")
		}, doorward.OK},
		{"proxy, mapped", nil, func(r *http.Request) {
			r.TLS, r.RemoteAddr = nil, "[::ffff:192.0.2.9]:1234"
			r.Header.Set("X-Forwarded-Proto", "https")
		}, doorward.OK},
		{"somebody else", nil, func(r *http.Request) {
			r.TLS, r.RemoteAddr = nil, "198.51.100.1:1234"
			r.Header.Set("X-Forwarded-Proto", "https")
		}, doorward.OriginNotAllowed},
		{"nobody", nil, func(r *http.Request) {
			r.TLS, r.RemoteAddr = nil, "@"
			r.Header.Set("X-Forwarded-Proto", "https")
		}, doorward.OriginNotAllowed},
	} {
		r := request("https://app.example.com", capability)
		one.change(r)
		decision, err := newGate(t, rules, one.opts...).Decide(r)
		if err != nil || decision.Reason != one.reason {
			t.Errorf("%s: %v, %v", one.name, decision, err)
		}
	}
}

func TestTheZeroDecisionLetsNobodyIn(t *testing.T) {
	var zero doorward.Decision
	if zero.Allowed() || zero.Err() == nil || zero.Principal.HasScope("x") || zero.Principal.Kind() != doorward.NoPrincipal {
		t.Error(zero)
	}
	recorder := httptest.NewRecorder()
	newGate(t, policy()).Refuse(recorder, zero)
	if recorder.Code != 500 {
		t.Error(recorder.Code)
	}
}

func TestNoAnswerIsNoDenial(t *testing.T) {
	gate := newGate(t, policy(), at(time.Time{}))
	decision, err := gate.Decide(request("", sign(t, claims())))
	if !errors.Is(err, doorward.ClockUnavailable) || decision.Allowed() || decision.Reason.Denies() {
		t.Error(decision, err)
	}
	recorder := httptest.NewRecorder()
	gate.Handler(http.NotFoundHandler()).ServeHTTP(recorder, request("", sign(t, claims())))
	if recorder.Code != 503 || recorder.Header().Get("WWW-Authenticate") != "" {
		t.Error(recorder.Code, recorder.Header())
	}
}

func TestClosed(t *testing.T) {
	gate := newGate(t, policy())
	for range 3 {
		if err := gate.Close(); err != nil {
			t.Fatal(err)
		}
	}
	r := request("", capability)
	decision, err := gate.Decide(r)
	if err != doorward.ErrClosed || decision.Allowed() {
		t.Error(decision, err)
	}
	_, explain := gate.Explain(r)
	_, challenge := gate.Challenge(doorward.TokenExpired)
	_, listener := gate.CheckListener("127.0.0.1:80")
	_, verify := gate.JWT().Verify("a.b.c")
	for name, err := range map[string]error{"reload": gate.Reload(), "explain": explain, "challenge": challenge,
		"listener": listener, "verify": verify, "check": gate.JWT().Check("a.b.c")} {
		if err != doorward.ErrClosed {
			t.Error(name, err)
		}
	}
	if gate.CheckOrigin(r) || gate.OriginPatterns(r) != nil {
		t.Error("a closed gate admits somebody")
	}
	recorder := httptest.NewRecorder()
	gate.Handler(http.NotFoundHandler()).ServeHTTP(recorder, r)
	if recorder.Code != 500 {
		t.Error(recorder.Code)
	}
	signer, err := doorward.NewSigner(doorward.KeyEntry{Algorithm: "HS256", Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(signer.Close(), signer.Close()); err != nil {
		t.Error(err)
	}
	if _, err := signer.SignJSON("{}"); err != doorward.ErrClosed {
		t.Error(err)
	}
	if _, err := signer.VerifyJWS("a.b.c"); err != doorward.ErrClosed {
		t.Error(err)
	}
}

// Whoever closes a gate while others ask frees no memory under them, and nobody gets an answer of rules that are not the
// gate's.
func TestCloseWhileDeciding(t *testing.T) {
	token := sign(t, claims())
	asked := []func(*doorward.Gate) error{
		func(gate *doorward.Gate) error {
			decision, err := gate.Decide(request("", token))
			return errors.Join(err, decision.Err())
		},
		func(gate *doorward.Gate) error { return gate.JWT().Check(token) },
		func(gate *doorward.Gate) error {
			_, err := gate.JWT().Verify(token)
			return err
		},
		func(gate *doorward.Gate) error {
			told, err := gate.Explain(request("", token))
			if err == nil && !strings.Contains(told, "https://issuer.example") {
				return errors.New(told)
			}
			return err
		},
		func(gate *doorward.Gate) error { return gate.Reload() },
		func(gate *doorward.Gate) error {
			_, err := gate.Challenge(doorward.CredentialMissing)
			return err
		},
	}
	for i, ask := range asked {
		for range 100 {
			gate := newGate(t, policy())
			var begun, asking sync.WaitGroup
			begun.Add(2)
			for range 2 {
				asking.Go(func() {
					err := ask(gate)
					begun.Done()
					for err == nil {
						err = ask(gate)
					}
					if !errors.Is(err, doorward.ErrClosed) {
						t.Error(i, err)
					}
				})
			}
			begun.Wait()
			if err := gate.Close(); err != nil {
				t.Fatal(err)
			}
			asking.Wait()
		}
	}
}

// Check has a buffer of its own for short tokens: around the longest of them it says what Verify does.
func TestCheckIsVerifyWithoutClaims(t *testing.T) {
	gate := newGate(t, policy())
	lengths := map[int]bool{}
	for padding := 1300; padding < 1500; padding++ {
		all := claims()
		all["padding"] = strings.Repeat("x", padding)
		token := sign(t, all)
		lengths[len(token)] = true
		for _, token := range []string{token, token[:len(token)-1], token[1:], token + "A"} {
			_, verified := gate.JWT().Verify(token)
			if checked := gate.JWT().Check(token); checked != verified {
				t.Fatal(len(token), checked, verified)
			}
		}
		if err := gate.JWT().Check(token); err != nil {
			t.Fatal(len(token), err)
		}
	}
	if !lengths[2047] && !lengths[2048] || !lengths[2049] && !lengths[2050] {
		t.Error("no token is as long as the buffer allows, or none is longer")
	}
}

// A reload swaps the rules as a whole: every decision is by the old ones or by the new ones.
func TestDecideWhileReloading(t *testing.T) {
	path := filepath.Join(t.TempDir(), "policy.json")
	write := func(host string) {
		text := `{"host":{"allow":["` + host + `"]},"jwt":{"issuer":"https://issuer.example","audience":["app"],
			"key":[{"id":"k1","algorithm":"HS256","secret":"` + secret + `"}]}}`
		if err := os.WriteFile(path+".tmp", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".tmp", path); err != nil {
			t.Fatal(err)
		}
	}
	write("app.example.com")
	gate, err := doorward.Open(path, at(now))
	if err != nil {
		t.Fatal(err)
	}
	defer gate.Close()
	var stop atomic.Bool
	var counts [2]atomic.Int64
	var deciding sync.WaitGroup
	token := sign(t, claims())
	for range 4 {
		deciding.Go(func() {
			for !stop.Load() {
				decision, err := gate.Decide(request("", token))
				switch {
				case err == nil && decision.Allowed() && decision.Principal.ID() == "alice":
					counts[0].Add(1)
				case err == nil && decision.Reason == doorward.HostNotAllowed:
					counts[1].Add(1)
				default:
					t.Error(decision, err)
					return
				}
			}
		})
	}
	for i := range 200 {
		write([]string{"other.example", "app.example.com"}[i%2])
		if err := gate.Reload(); err != nil {
			t.Error(err)
		}
	}
	stop.Store(true)
	deciding.Wait()
	if counts[0].Load() == 0 || counts[1].Load() == 0 {
		t.Error("the goroutines saw one policy only:", counts[0].Load(), counts[1].Load())
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	var wrong *doorward.PolicyError
	if err := gate.Reload(); !errors.As(err, &wrong) || !errors.Is(err, doorward.ConfigInvalid) {
		t.Error(err)
	}
	if attributes := wrong.LogValue().String(); !strings.Contains(attributes, "code=1005 reason=config_invalid") ||
		!strings.Contains(attributes, "message="+wrong.Message) {
		t.Error("logged as", attributes)
	}
	if decision, err := gate.Decide(request("", token)); err != nil || !decision.Allowed() {
		t.Error("a document that is not in order changed something:", decision, err)
	}
}

func TestAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector makes sync.Pool forget at random")
	}
	gate := newGate(t, policy())
	system, err := doorward.New(policy())
	if err != nil {
		t.Fatal(err)
	}
	defer system.Close()
	token := sign(t, claims())
	deny, allow := request("https://evil.example", token), request("https://app.example.com", token)
	good, bad := gate.JWT(), token[:len(token)-4]+"AAAA"
	room := make([]byte, 0, 4096)
	for _, one := range []struct {
		name string
		most float64
		run  func()
	}{
		{"Decide, denied", 0, func() { _, _ = gate.Decide(deny) }},
		{"Decide, denied, system clock", 0, func() { _, _ = system.Decide(deny) }},
		{"Decide, allowed", 2, func() { _, _ = gate.Decide(allow) }},
		{"JWT.Check", 0, func() { _ = good.Check(token) }},
		{"JWT.Check, refused", 0, func() { _ = good.Check(bad) }},
		{"JWT.AppendClaims", 0, func() { _, _ = good.AppendClaims(room, token) }},
		{"JWT.Verify", 1, func() { _, _ = good.Verify(token) }},
	} {
		if got := testing.AllocsPerRun(1000, one.run); got > one.most {
			t.Errorf("%s: %v allocations", one.name, got)
		}
	}
}

// resident is the memory of the process, C's included.
func resident(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("no /proc here")
	}
	var size, pages int
	if _, err := fmt.Sscan(string(text), &size, &pages); err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}

// growth is how many bytes more there are after a run. The collector's own noise comes and goes, a leak grows each time:
// the least of three runs counts.
func growth(t *testing.T, run func()) int {
	t.Helper()
	if raceEnabled {
		t.Skip("the race detector's own memory grows")
	}
	least := math.MaxInt
	for range 3 {
		before := resident(t)
		run()
		least = min(least, resident(t)-before)
	}
	return least
}

func TestAMillionDecisionsLeakNothing(t *testing.T) {
	gate := newGate(t, policy())
	token := sign(t, claims())
	requests := []*http.Request{
		request("https://app.example.com", token), request("https://evil.example", token), request("", ""),
	}
	const rounds = 350_000
	run := func() {
		for i := range rounds {
			if _, err := gate.Decide(requests[i%len(requests)]); err != nil {
				t.Fatal(err)
			}
		}
		runtime.GC()
	}
	run()
	// A leak of 16 bytes a decision would be 5.6 MB.
	if grown := growth(t, run); grown > 4<<20 {
		t.Errorf("%d bytes more after %d decisions", grown, rounds)
	}
}

// Gates that are closed, and gates that are forgotten, give their memory back.
func TestGatesLeakNothing(t *testing.T) {
	run := func(rounds int, closing bool) {
		for range rounds {
			gate, err := doorward.New(policy())
			if err != nil {
				t.Fatal(err)
			}
			if closing {
				_ = gate.Close()
			}
			for range 16 {
				signer, err := doorward.NewSigner(doorward.KeyEntry{ID: "k", Algorithm: "HS256", Secret: secret})
				if err != nil {
					t.Fatal(err)
				}
				if closing {
					_ = signer.Close()
				}
			}
		}
		for range 3 {
			runtime.GC()
			time.Sleep(10 * time.Millisecond)
		}
	}
	for _, closing := range []bool{true, false} {
		run(1000, closing)
		// A gate has about 6 KB, a closed one 2, and a key 272 bytes: 4000 and 64000 of them would be 24, 8 and 17 MB.
		if grown := growth(t, func() { run(4000, closing) }); grown > 8<<20 {
			t.Errorf("closing %v: %d bytes more after 4000 gates", closing, grown)
		}
	}
}

func TestNothingSecretIsPrinted(t *testing.T) {
	rules := policy()
	gate := newGate(t, rules)
	token := sign(t, claims())
	decision, err := gate.Decide(request("", token))
	if err != nil {
		t.Fatal(err)
	}
	denied, err := gate.Decide(request("https://evil.example", token))
	if err != nil {
		t.Fatal(err)
	}
	signer, err := doorward.NewSigner(rules.JWT.Key[0])
	if err != nil {
		t.Fatal(err)
	}
	defer signer.Close()
	_, wrong := doorward.FromTOML("[[jwt.key]]\nalgorithm = \"HS256\"\nsecret = \"" + "short-secret" + "\"\n")
	var out bytes.Buffer
	for _, handler := range []slog.Handler{
		slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil),
	} {
		slog.New(handler).Info("x", "policy", rules, "key", rules.JWT.Key[0], "entry", rules.Capability[0],
			"secret", rules.JWT.Key[0].Secret, "decision", decision, "denied", denied, "principal", decision.Principal,
			"reason", denied.Reason, "error", wrong)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, value := range []any{rules, rules.JWT.Key[0], rules.Capability[0], rules.JWT.Key[0].Secret, decision,
			decision.Principal, denied, gate, signer, gate.JWT(), wrong} {
			fmt.Fprintf(&out, verb+"\n", value)
		}
	}
	for _, leaked := range []string{secret, capability, token, "alice", "short-secret", "evil.example",
		fmt.Sprintf("%x", secret), fmt.Sprintf("%x", capability), fmt.Sprintf("%x", "alice")} {
		if strings.Contains(out.String(), leaked) {
			t.Errorf("%s is printed", leaked)
		}
	}
	if !strings.Contains(out.String(), "reason=origin_not_allowed") {
		t.Error("the reason is not")
	}
}

func TestReasonsAreTheTable(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "tests", "vectors", "reasons.json"))
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Count   int `json:"count"`
		Reasons []struct {
			Code   uint32 `json:"code"`
			Name   string `json:"name"`
			Class  string `json:"class"`
			Status int    `json:"status"`
			Text   string `json:"text"`
		} `json:"reasons"`
	}
	if err := strict(text, &table); err != nil || len(table.Reasons) != table.Count || table.Count == 0 {
		t.Fatal(err)
	}
	known := map[doorward.Reason]bool{doorward.OK: true}
	for _, row := range table.Reasons {
		reason := doorward.Reason(row.Code)
		known[reason] = true
		if reason.String() != row.Name || reason.Class() != row.Class || reason.Status() != row.Status ||
			reason.Text() != row.Text || reason.Body() == "" || reason.Denies() != (row.Status < 500) ||
			reason.Error() != fmt.Sprintf("doorward: %d %s", row.Code, row.Name) {
			t.Error(row)
		}
	}
	for code := range uint32(10_001) {
		if reason := doorward.Reason(code); !known[reason] &&
			(reason.String() != "unknown" || reason.Status() != 500 || reason.Denies()) {
			t.Error(code, "is a reason")
		}
	}
}

// The fields of Policy are the keys of the document, which policy/README.md lists and `cargo xtask check` compares
// with the parser.
func TestPolicyHasEveryKey(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "policy", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	tables := map[string]any{"listen": doorward.ListenRules{}, "host": doorward.HostRules{},
		"origin": doorward.OriginRules{}, "credential": doorward.CredentialRules{},
		"capability": doorward.CapabilityEntry{}, "jwt": doorward.JWTRules{}, "jwt.key": doorward.KeyEntry{},
		"scope": doorward.ScopeRules{}}
	heading := regexp.MustCompile("^## `\\[+([a-z.]+)\\]+`")
	cell := regexp.MustCompile("`([a-z_0-9]+)`")
	table, seen := "", map[string][]string{}
	for _, line := range strings.Split(string(page), "\n") {
		if strings.HasPrefix(line, "#") {
			table = ""
			if found := heading.FindStringSubmatch(line); found != nil {
				table = found[1]
			}
		}
		if cells := strings.Split(line, "|"); table != "" && len(cells) > 2 {
			for _, name := range cell.FindAllStringSubmatch(cells[1], -1) {
				seen[table] = append(seen[table], name[1])
			}
		}
	}
	for table, rules := range tables {
		fields := map[string]bool{}
		for i := range reflect.TypeOf(rules).NumField() {
			name, _, _ := strings.Cut(reflect.TypeOf(rules).Field(i).Tag.Get("json"), ",")
			fields[name] = true
		}
		delete(fields, "key") // [[jwt.key]] has a table of its own
		for _, name := range seen[table] {
			if !fields[name] {
				t.Errorf("[%s] %s has no field", table, name)
			}
			delete(fields, name)
		}
		if len(fields) != 0 || len(seen[table]) == 0 {
			t.Errorf("[%s] has no %v", table, fields)
		}
	}
}

// Every field arrives: the policy is refused when it holds a value of another kind, so that a misspelt tag would show.
func TestPolicyArrives(t *testing.T) {
	leeway := 0
	rules := policy()
	rules.Realm = "the door"
	rules.Listen = &doorward.ListenRules{Address: "0.0.0.0:80", WithoutCredential: "warn"}
	rules.JWT.Leeway = &leeway
	rules.Scope = &doorward.ScopeRules{Require: []string{"read"}, Claim: "scp"}
	gate := newGate(t, rules)
	soon := claims()
	soon["exp"] = now.Unix()
	soon["scp"] = []string{"read"}
	if decision, err := gate.Decide(request("", sign(t, soon))); err != nil || decision.Reason != doorward.TokenExpired {
		t.Error("leeway 0:", decision, err)
	}
	soon["exp"] = now.Unix() + 1
	if decision, err := gate.Decide(request("", sign(t, soon))); err != nil || !decision.Allowed() {
		t.Error(decision, err)
	}
	soon["scp"] = []string{"write"}
	decision, err := gate.Decide(request("", sign(t, soon)))
	if err != nil || decision.Reason != doorward.ScopeInsufficient {
		t.Error(decision, err)
	}
	value, err := gate.Challenge(decision.Reason)
	if err != nil || value != `Bearer realm="the door", error="insufficient_scope", scope="read"` {
		t.Error(value, err)
	}
	if warning, err := gate.CheckListener("0.0.0.0:80"); warning || err != nil {
		t.Error("a credential is configured:", warning, err)
	}
	if _, err := doorward.New(doorward.Policy{Origin: &doorward.OriginRules{Mode: "any"}}); !errors.Is(err, doorward.ConfigInvalid) {
		t.Error(err)
	}
}

func TestErrorsSayWhere(t *testing.T) {
	for path, expected := range map[string]string{
		"/no/such/policy.toml": "doorward: /no/such/policy.toml: ",
		"policy.txt":           "doorward: policy.txt: ",
		"\xff":                 "doorward: 1001 null_argument",
	} {
		gate, err := doorward.Open(path)
		var wrong *doorward.PolicyError
		if gate != nil || !errors.As(err, &wrong) || !strings.HasPrefix(err.Error(), expected) {
			t.Errorf("%q: %v", path, err)
		}
	}
}

func TestCheckListener(t *testing.T) {
	open := doorward.Policy{Credential: &doorward.CredentialRules{Anonymous: true}}
	if _, err := newGate(t, open).CheckListener("[::]:8080"); !errors.Is(err, doorward.StartupUnprotected) {
		t.Error(err)
	}
	if warning, err := newGate(t, open).CheckListener("127.0.0.1:8080"); warning || err != nil {
		t.Error(warning, err)
	}
	open.Listen = &doorward.ListenRules{WithoutCredential: "warn"}
	if warning, err := newGate(t, open).CheckListener("[::]:8080"); !warning || err != nil {
		t.Error(warning, err)
	}
}

func TestCapability(t *testing.T) {
	token, stored, err := doorward.GenerateCapability()
	if err != nil || len(token) != 43 || doorward.CheckCapability(token) != nil {
		t.Fatal(token, err)
	}
	other, _, err := doorward.GenerateCapability()
	if err != nil || other == token {
		t.Fatal("a random source that repeats itself")
	}
	read, err := doorward.ParseCapability(stored.String())
	if err != nil || read != stored || !stored.Matches(token) || stored.Matches(other) || stored.Matches("") {
		t.Error("digests")
	}
	if _, err := doorward.ParseCapability("00"); err == nil {
		t.Error("a short digest")
	}
	if err := doorward.CheckCapability("short"); !errors.Is(err, doorward.CapabilityInvalid) {
		t.Error(err)
	}
}

func TestTickets(t *testing.T) {
	clock := now
	tickets, err := doorward.NewTickets(2, 5*time.Second, doorward.Clock(func() time.Time { return clock }))
	if err != nil {
		t.Fatal(err)
	}
	defer tickets.Close()
	ticket, err := tickets.Issue("alice")
	if err != nil || len(ticket) != 43 {
		t.Fatal(ticket, err)
	}
	var redeeming sync.WaitGroup
	var redeemed atomic.Int32
	for range 8 {
		redeeming.Go(func() {
			payload, err := tickets.Redeem(ticket)
			switch {
			case err == nil && payload == "alice":
				redeemed.Add(1)
			case !errors.Is(err, doorward.TokenAlreadyUsed):
				t.Error(payload, err)
			}
		})
	}
	redeeming.Wait()
	if redeemed.Load() != 1 {
		t.Error("redeemed", redeemed.Load(), "times")
	}
	late, err := tickets.Issue("bob")
	if err != nil {
		t.Fatal(err)
	}
	clock = clock.Add(6 * time.Second)
	if _, err := tickets.Redeem(late); !errors.Is(err, doorward.TokenExpired) {
		t.Error(err)
	}
	if _, err := tickets.Redeem("no-ticket"); !errors.Is(err, doorward.CapabilityUnknown) {
		t.Error(err)
	}
	_ = errors.Join(tickets.Close(), tickets.Close())
	if _, err := tickets.Issue("carol"); err != doorward.ErrClosed {
		t.Error(err)
	}
	if _, err := tickets.Redeem(ticket); err != doorward.ErrClosed {
		t.Error(err)
	}
	if _, err := doorward.NewTickets(-1, time.Second); !errors.Is(err, doorward.NullArgument) {
		t.Error(err)
	}
}
