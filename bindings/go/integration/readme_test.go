package integration

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/doorward/doorward/bindings/go"
	gorilla "github.com/gorilla/websocket"
)

// block is the first code block of a language.
func block(t *testing.T, page, language string) string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "```"+language+"\n")
	code, _, closed := strings.Cut(rest, "```")
	if !found || !closed {
		t.Fatal("no", language, "in", page)
	}
	return code
}

// module is a new module in an empty folder, with a replace to the checkout.
func module(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	checkout, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile("go.sum")
	if err != nil {
		t.Fatal(err)
	}
	files["go.sum"] = string(sums)
	files["go.mod"] = "module example.com/mine\n\ngo 1.25.0\n\nreplace github.com/doorward/doorward/bindings/go => " + checkout +
		"\n\nrequire (\n\tgithub.com/doorward/doorward/bindings/go v0.0.0\n\tgithub.com/gorilla/websocket v1.5.3\n)\n"
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.Command("go", "build", "-o", "server", ".")
	build.Dir = folder
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	return folder
}

// freePort is one that nobody has at the moment.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// serve runs the program of a folder until the test ends.
func serve(t *testing.T, folder, address string) {
	t.Helper()
	var output bytes.Buffer
	server := exec.Command("./server")
	server.Dir = folder
	server.Stdout, server.Stderr = &output, &output
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
		if t.Failed() {
			t.Log(output.String())
		}
	})
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if connection, err := net.Dial("tcp", address); err == nil {
			connection.Close()
			return
		}
	}
	t.Fatal("the server does not answer")
}

// The first example of the module's README, in a module of its own, behind its policy.
func TestReadmeExample(t *testing.T) {
	address := freePort(t)
	page := filepath.Join("..", "README.md")
	const documented = "127.0.0.1:8080"
	folder := module(t, map[string]string{
		"main.go":     strings.ReplaceAll(block(t, page, "go"), documented, address),
		"policy.toml": strings.ReplaceAll(block(t, page, "toml"), documented, address),
		"jwt.secret":  secret + "\n",
	})
	serve(t, folder, address)
	signer, err := doorward.NewSigner(doorward.KeyEntry{Algorithm: "HS256", Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	defer signer.Close()
	sign := func(lifetime time.Duration) string {
		token, err := signer.Sign(map[string]any{"sub": "alice", "exp": time.Now().Add(lifetime).Unix()})
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	good := sign(time.Minute)
	for _, one := range []struct {
		name, host, origin, token string
		status                    int
	}{
		{"a token", "", "", good, 101},
		{"a token and the own page", "", "http://" + address, good, 101},
		{"no token", "", "", "", 401},
		{"an expired one", "", "", sign(-time.Hour), 401},
		{"a forged one", "", "", good[:len(good)-4] + "AAAA", 401},
		{"another site's page", "", "https://evil.example", good, 403},
		{"another site's page without token", "", "https://evil.example", "", 403},
		{"a rebound name", "rebound.example", "", good, 403},
	} {
		h := header(one.origin, one.token)
		if one.host != "" {
			h.Set("Host", one.host)
		}
		dialer := gorilla.Dialer{HandshakeTimeout: patience}
		connection, response, err := dialer.Dial("ws://"+address+"/ws", h)
		if response == nil {
			t.Fatal(one.name, err)
		}
		if response.StatusCode != one.status {
			t.Error(one.name, response.StatusCode)
		}
		if err != nil {
			continue
		}
		_ = connection.SetReadDeadline(time.Now().Add(patience))
		if _, message, err := connection.ReadMessage(); err != nil || string(message) != "hello alice" {
			t.Error(one.name, string(message), err)
		}
		connection.Close()
	}
}

// The Go of the repository's first page, behind the policy of that page.
func TestFirstPage(t *testing.T) {
	address := freePort(t)
	page := filepath.Join("..", "..", "..", "README.md")
	body := strings.ReplaceAll(block(t, page, "go"), "127.0.0.1:8080", address)
	folder := module(t, map[string]string{
		"main.go": "package main\n\nimport (\n\t\"fmt\"\n\t\"log\"\n\t\"net/http\"\n\n" +
			"\t\"github.com/doorward/doorward/bindings/go\"\n)\n\nfunc main() {\n" + body + "}\n",
		"policy.toml": block(t, page, "toml"),
		"ci.token":    capability + "\n",
		"jwt.secret":  secret + "\n",
	})
	serve(t, folder, address)
	for token, expected := range map[string]string{
		capability: "200 capability ci\n", "": "401 authentication required\n", capability + "x": "401 invalid token\n",
	} {
		request, err := http.NewRequest("GET", "http://"+address+"/who", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = "app.example.com"
		request.Header = header("", token)
		response, err := (&http.Client{Timeout: patience}).Do(request)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		response.Body.Close()
		if got := fmt.Sprint(response.StatusCode, " ", string(text)); err != nil || got != expected {
			t.Error(got, err)
		}
	}
}
