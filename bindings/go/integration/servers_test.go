// Package integration is doorward in front of real servers, on loopback. It is a module of its own, so that the library
// depends on nothing.
package integration

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	coder "github.com/coder/websocket"
	"github.com/doorward/doorward/bindings/go"
	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	gorilla "github.com/gorilla/websocket"
)

const (
	secret     = "a-secret-for-tests-0123456789-abcdefghijklmnop"
	capability = "capability-token-for-tests-0123456789"
	patience   = 20 * time.Second
)

// policy admits pages of the server's own host and of one other, on whatever port the test server has.
func policy(places ...string) doorward.Policy {
	return doorward.Policy{
		Host:       &doorward.HostRules{Allow: []string{"127.0.0.1:*"}},
		Origin:     &doorward.OriginRules{Mode: "same-origin-or-list", Allow: []string{"https://*.apps.example.com"}},
		Credential: &doorward.CredentialRules{Places: places},
		Capability: []doorward.CapabilityEntry{{ID: "ci", Token: capability}},
		JWT: &doorward.JWTRules{
			Issuer: "https://issuer.example", Audience: []string{"app"},
			Key: []doorward.KeyEntry{{ID: "k1", Algorithm: "HS256", Secret: secret}},
		},
		Scope: &doorward.ScopeRules{},
	}
}

func newGate(t *testing.T, policy doorward.Policy, opts ...doorward.Option) *doorward.Gate {
	t.Helper()
	gate, err := doorward.New(policy, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = gate.Close() })
	return gate
}

func token(t *testing.T, lifetime time.Duration) string {
	t.Helper()
	signer, err := doorward.NewSigner(doorward.KeyEntry{ID: "k1", Algorithm: "HS256", Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	defer signer.Close()
	text, err := signer.Sign(map[string]any{
		"iss": "https://issuer.example", "aud": "app", "sub": "alice", "exp": time.Now().Add(lifetime).Unix(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// who says who came in, over a WebSocket if the client asks for one.
func whoGorilla(upgrader *gorilla.Upgrader) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, _ := doorward.PrincipalFrom(r.Context())
		connection, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return // Upgrade has answered
		}
		defer connection.Close()
		_ = connection.WriteMessage(gorilla.TextMessage, []byte("hello "+who.ID()))
	})
}

func whoCoder(gate *doorward.Gate) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, _ := doorward.PrincipalFrom(r.Context())
		connection, err := coder.Accept(w, r, &coder.AcceptOptions{
			OriginPatterns: gate.OriginPatterns(r), Subprotocols: []string{"chat"},
		})
		if err != nil {
			return // Accept has answered
		}
		_ = connection.Write(r.Context(), coder.MessageText, []byte("hello "+who.ID()))
		_ = connection.Close(coder.StatusNormalClosure, "")
	})
}

func whoPlain(w http.ResponseWriter, r *http.Request) {
	who, ok := doorward.PrincipalFrom(r.Context())
	fmt.Fprintf(w, "hello %s %v", who.ID(), ok)
}

// dial upgrades and reads one message.
func dial(t *testing.T, server *httptest.Server, path string, header http.Header) (int, string, *http.Response) {
	t.Helper()
	dialer := gorilla.Dialer{HandshakeTimeout: patience,
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}}}
	connection, response, err := dialer.Dial("ws"+strings.TrimPrefix(server.URL, "http")+path, header)
	if err != nil {
		if response == nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		return response.StatusCode, string(body), response
	}
	defer connection.Close()
	_ = connection.SetReadDeadline(time.Now().Add(patience))
	_, message, err := connection.ReadMessage()
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(message), response
}

func header(origin, token string) http.Header {
	h := http.Header{}
	if origin != "" {
		h.Set("Origin", origin)
	}
	if token != "" {
		h.Set("Authorization", "Bearer "+token)
	}
	return h
}

func TestWebSocketServers(t *testing.T) {
	gate := newGate(t, policy())
	gin.SetMode(gin.ReleaseMode)
	ginEngine := gin.New()
	ginEngine.GET("/ws", func(c *gin.Context) {
		whoGorilla(&gorilla.Upgrader{CheckOrigin: gate.CheckOrigin}).ServeHTTP(c.Writer, c.Request)
	})
	chiRouter := chi.NewRouter()
	chiRouter.Use(gate.Handler)
	chiRouter.Get("/ws", whoCoder(gate).ServeHTTP)
	for name, handler := range map[string]http.Handler{
		"gorilla": gate.Handler(whoGorilla(&gorilla.Upgrader{CheckOrigin: gate.CheckOrigin})),
		"coder":   gate.Handler(whoCoder(gate)),
		"chi":     chiRouter,
		"gin":     gate.Handler(ginEngine),
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(handler)
			defer server.Close()
			good, old := token(t, time.Minute), token(t, -time.Minute)
			for _, one := range []struct {
				name, origin, token string
				status              int
				body                string
			}{
				{"token", "", good, 101, "hello alice"},
				{"capability", "", capability, 101, "hello ci"},
				{"own page", server.URL, good, 101, "hello alice"},
				{"listed page", "https://a.apps.example.com", good, 101, "hello alice"},
				{"nothing", "", "", 401, "authentication required\n"},
				{"expired", "", old, 401, "invalid token\n"},
				{"forged", "", good[:len(good)-6] + "AAAAAA", 401, "invalid token\n"},
				{"foreign page", "https://evil.example", good, 403, "forbidden\n"},
				{"foreign page without token", "https://evil.example", "", 403, "forbidden\n"},
				{"https page of an http server", "https" + strings.TrimPrefix(server.URL, "http"), good, 403, "forbidden\n"},
				{"null", "null", good, 403, "forbidden\n"},
			} {
				status, body, response := dial(t, server, "/ws", header(one.origin, one.token))
				if status != one.status || body != one.body {
					t.Errorf("%s: %d %q", one.name, status, body)
				}
				challenge := response.Header.Get("WWW-Authenticate")
				if (status == 401) != strings.HasPrefix(challenge, `Bearer realm="doorward"`) {
					t.Errorf("%s: challenge %q", one.name, challenge)
				}
			}
		})
	}
}

// Without Handler, gorilla's own field decides, as a whole.
func TestCheckOriginAlone(t *testing.T) {
	gate := newGate(t, policy())
	server := httptest.NewServer(whoGorilla(&gorilla.Upgrader{CheckOrigin: gate.CheckOrigin}))
	defer server.Close()
	good := token(t, time.Minute)
	for _, one := range []struct {
		origin, token string
		status        int
	}{
		{"", good, 101}, {"https://a.apps.example.com", good, 101}, {"https://evil.example", good, 403}, {"", "", 403},
	} {
		if status, _, _ := dial(t, server, "/", header(one.origin, one.token)); status != one.status {
			t.Error(one, status)
		}
	}
	// Another gate's admission is not this one's.
	other := newGate(t, doorward.Policy{Credential: &doorward.CredentialRules{Anonymous: true}})
	chained := httptest.NewServer(other.Handler(whoGorilla(&gorilla.Upgrader{CheckOrigin: gate.CheckOrigin})))
	defer chained.Close()
	if status, _, _ := dial(t, chained, "/", header("", "")); status != 403 {
		t.Error("another gate's principal was taken:", status)
	}
}

func TestNullAndIPv6PatternsForCoder(t *testing.T) {
	rules := policy()
	rules.Origin = &doorward.OriginRules{Mode: "list", Allow: []string{"http://[2001:db8::1]:8080"}, AllowNull: true}
	gate := newGate(t, rules)
	server := httptest.NewServer(gate.Handler(whoCoder(gate)))
	defer server.Close()
	for origin, expected := range map[string]int{
		"http://[2001:db8::1]:8080": 101, "null": 101, "http://[2001:db8::2]:8080": 403, "": 101,
	} {
		if status, body, _ := dial(t, server, "/", header(origin, capability)); status != expected {
			t.Error(origin, status, body)
		}
	}
}

// A secret among the subprotocols is never sent back, whatever the server offers.
func TestSubprotocolSecretIsNotEchoed(t *testing.T) {
	gate := newGate(t, policy("authorization", "subprotocol:bearer."))
	for name, handler := range map[string]http.Handler{
		"gorilla": whoGorilla(&gorilla.Upgrader{CheckOrigin: gate.CheckOrigin,
			Subprotocols: []string{"bearer." + capability, "chat"}}),
		"coder": whoCoder(gate),
	} {
		var seen http.Header
		server := httptest.NewServer(gate.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			seen = r.Header
			handler.ServeHTTP(w, r)
		})))
		h := http.Header{"Sec-Websocket-Protocol": {"bearer." + capability + ", chat"}}
		status, body, response := dial(t, server, "/", h)
		if status != 101 || body != "hello ci" || response.Header.Get("Sec-Websocket-Protocol") != "chat" {
			t.Error(name, status, body, response.Header)
		}
		if got := seen.Values("Sec-Websocket-Protocol"); len(got) != 1 || got[0] != "chat" {
			t.Error(name, got)
		}
		server.Close()
	}
}

func TestStripCredential(t *testing.T) {
	for place, send := range map[string]func(*http.Request){
		"authorization":  func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+capability) },
		"cookie:session": func(r *http.Request) { r.Header.Set("Cookie", "a=1; session="+capability+"; b=2") },
		"query:token":    func(r *http.Request) { r.URL.RawQuery = "a=1&token=" + capability + "&b=2" },
		"header:x-token": func(r *http.Request) { r.Header.Set("X-Token", capability) },
	} {
		for _, strip := range []bool{false, true} {
			opts := []doorward.Option{}
			if strip {
				opts = append(opts, doorward.StripCredential())
			}
			rules := policy(place)
			rules.JWT = nil
			rules.Origin = &doorward.OriginRules{Absent: "allow"}
			gate := newGate(t, rules, opts...)
			// An outer handler keeps what arrived.
			var inner, outer string
			dump := func(r *http.Request) string {
				return fmt.Sprint(r.Header, r.RequestURI, r.URL, r.FormValue("token"))
			}
			protected := gate.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { inner = dump(r) }))
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				protected.ServeHTTP(w, r)
				outer = dump(r)
			}))
			request, err := http.NewRequest("GET", server.URL+"/x", nil)
			if err != nil {
				t.Fatal(err)
			}
			send(request)
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			server.Close()
			if response.StatusCode != 200 || !strings.Contains(outer, capability) ||
				strings.Contains(inner, capability) == strip {
				t.Error(place, strip, response.StatusCode, inner, outer)
			}
			if strip && strings.HasPrefix(place, "query") && !strings.Contains(inner, "/x?a=1&b=2") {
				t.Error(inner)
			}
			if strip && strings.HasPrefix(place, "cookie") && !strings.Contains(inner, "a=1; b=2") {
				t.Error(inner)
			}
		}
	}
}

func TestTLSAndHTTP2(t *testing.T) {
	gate := newGate(t, policy())
	server := httptest.NewUnstartedServer(gate.Handler(http.HandlerFunc(whoPlain)))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	good := token(t, time.Minute)
	for _, one := range []struct {
		origin, token string
		status        int
	}{
		{server.URL, good, 200}, {"", good, 200}, {"", "", 401}, {"https://evil.example", good, 403},
		// The scheme is the connection's: a plain page of the same host is another origin.
		{"http" + strings.TrimPrefix(server.URL, "https"), good, 403},
	} {
		request, err := http.NewRequest("GET", server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header = header(one.origin, one.token)
		response, err := server.Client().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if response.ProtoMajor != 2 || response.StatusCode != one.status {
			t.Error(one.origin, response.Proto, response.StatusCode, string(body))
		}
		if one.status == 200 && string(body) != "hello alice true" {
			t.Error(string(body))
		}
	}
	// Over TLS a WebSocket page is https.
	socket := httptest.NewTLSServer(gate.Handler(whoGorilla(&gorilla.Upgrader{CheckOrigin: gate.CheckOrigin})))
	defer socket.Close()
	if status, body, _ := dial(t, socket, "/", header(socket.URL, good)); status != 101 || body != "hello alice" {
		t.Error(status, body)
	}
}

// Without TLS, as behind a proxy (h2c).
func TestHTTP2WithoutTLS(t *testing.T) {
	gate := newGate(t, policy())
	server := httptest.NewUnstartedServer(gate.Handler(http.HandlerFunc(whoPlain)))
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	server.Config.Protocols = &protocols
	server.Start()
	defer server.Close()
	client := &http.Client{Timeout: patience, Transport: &http.Transport{Protocols: &protocols}}
	for host, expected := range map[string]int{"": 200, "evil.example": 403} {
		request, err := http.NewRequest("GET", server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header = header("", capability)
		request.Host = host
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.ProtoMajor != 2 || response.StatusCode != expected {
			t.Error(host, response.Proto, response.StatusCode)
		}
	}
}

// raw sends bytes and reads the status.
func raw(t *testing.T, server *httptest.Server, text string) int {
	t.Helper()
	connection, err := net.DialTimeout("tcp", server.Listener.Addr().String(), patience)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(connection, text); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	return response.StatusCode
}

// What net/http makes of odd bytes, and what is decided then.
func TestOddRequests(t *testing.T) {
	gate := newGate(t, policy("authorization", "query:token"))
	server := httptest.NewServer(gate.Handler(http.HandlerFunc(whoPlain)))
	defer server.Close()
	host := "Host: " + server.Listener.Addr().String() + "\r\n"
	bearer := "Authorization: Bearer " + capability + "\r\n"
	for name, one := range map[string]struct {
		request string
		status  int
	}{
		"good":               {"GET / HTTP/1.1\r\n" + host + bearer, 200},
		"two hosts":          {"GET / HTTP/1.1\r\n" + host + host + bearer, 400},
		"no host":            {"GET / HTTP/1.1\r\n" + bearer, 400},
		"empty host":         {"GET / HTTP/1.1\r\nHost:\r\n" + bearer, 403},
		"HTTP/1.0, no host":  {"GET / HTTP/1.0\r\n" + bearer, 403},
		"two credentials":    {"GET / HTTP/1.1\r\n" + host + bearer + bearer, 400},
		"two spellings":      {"GET / HTTP/1.1\r\n" + host + bearer + "aUTHORIZATION: Bearer x\r\n", 400},
		"two origins":        {"GET / HTTP/1.1\r\n" + host + bearer + "Origin: http://a.example\r\nOrigin: http://a.example\r\n", 403},
		"empty origin":       {"GET / HTTP/1.1\r\n" + host + bearer + "Origin:\r\n", 403},
		"query":              {"GET /?token=" + capability + " HTTP/1.1\r\n" + host, 200},
		"two in the query":   {"GET /?token=" + capability + "&token=x HTTP/1.1\r\n" + host, 400},
		"query and header":   {"GET /?token=" + capability + " HTTP/1.1\r\n" + host + bearer, 400},
		"absolute, other":    {"GET http://evil.example/ HTTP/1.1\r\n" + host + bearer, 403},
		"absolute, own":      {"GET http://" + server.Listener.Addr().String() + "/ HTTP/1.1\r\nHost: x\r\n" + bearer, 200},
		"absolute and query": {"GET http://" + server.Listener.Addr().String() + "/?token=" + capability + " HTTP/1.1\r\nHost: x\r\n", 200},
		"many lines":         {"GET / HTTP/1.1\r\n" + host + bearer + strings.Repeat("X: y\r\n", 300), 431},
		"rebound":            {"GET / HTTP/1.1\r\nHost: evil.example\r\n" + bearer, 403},
	} {
		if status := raw(t, server, one.request+"Connection: close\r\n\r\n"); status != one.status {
			t.Errorf("%s: %d, not %d", name, status, one.status)
		}
	}
}

type lines struct {
	sync.Mutex
	strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.Lock()
	defer l.Unlock()
	return l.Builder.Write(p)
}

func TestLog(t *testing.T) {
	var out lines
	logger := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	gate := newGate(t, policy(), doorward.Logger(logger))
	server := httptest.NewServer(gate.Handler(http.HandlerFunc(whoPlain)))
	defer server.Close()
	good := token(t, time.Minute)
	for _, h := range []http.Header{header("", good), header("https://evil.example", good), header("", "")} {
		request, err := http.NewRequestWithContext(context.Background(), "GET", server.URL+"/secret-path", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header = h
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	server.Close()
	_ = gate.Close()
	recorder := httptest.NewRecorder()
	gate.Handler(http.NotFoundHandler()).ServeHTTP(recorder, httptest.NewRequest("GET", "/", nil))
	written := strings.Split(strings.TrimSpace(out.String()), "\n")
	expected := []string{
		"level=DEBUG msg=allowed doorward.kind=token doorward.place=authorization doorward.peer=127.0.0.1",
		"level=INFO msg=refused doorward.code=2205 doorward.reason=origin_not_allowed doorward.status=403 doorward.class=forbidden doorward.peer=127.0.0.1",
		"level=INFO msg=refused doorward.code=2301 doorward.reason=credential_missing doorward.status=401 doorward.class=unauthenticated doorward.peer=127.0.0.1",
		`level=WARN msg="not decided" doorward.code=9999 doorward.reason=internal doorward.status=500 doorward.class=internal doorward.peer=192.0.2.1 doorward.closed=true`,
	}
	if len(written) != len(expected) {
		t.Fatal(out.String())
	}
	for i, line := range written {
		if !strings.HasSuffix(line, expected[i]) {
			t.Error(line)
		}
	}
}
