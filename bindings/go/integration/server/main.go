// An echo server over WebSocket, guarded by a policy file. SIGHUP makes it read the policy again.
//
//	go run ./server policy.toml 8080 [127.0.0.1]
package main

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"github.com/coder/websocket"
	"github.com/doorward/doorward/bindings/go"
)

func main() {
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{Level: slog.LevelDebug})))
	policy, port, host := os.Args[1], os.Args[2], append(os.Args[3:], "127.0.0.1")[0]
	gate := must(doorward.Open(policy, doorward.Logger(slog.Default())))
	// Refuses to be open to other machines without any credential.
	must(gate.CheckListener(net.JoinHostPort(host, port)))
	go reload(gate)
	http.HandleFunc("/ws", func(w http.ResponseWriter, r *http.Request) {
		options := websocket.AcceptOptions{Subprotocols: []string{"echo.v1"}}
		options.OriginPatterns = gate.OriginPatterns(r)
		socket, err := websocket.Accept(w, r, &options) // answers if it fails
		for err == nil {
			kind, message, failed := socket.Read(r.Context())
			if err = failed; err == nil {
				err = socket.Write(r.Context(), kind, message)
			}
		}
	})
	listener := must(net.Listen("tcp", net.JoinHostPort(host, port)))
	fmt.Println("listening on", listener.Addr())
	slog.Error("ended", "error", http.Serve(listener, gate.Handler(http.DefaultServeMux)))
}

func reload(gate *doorward.Gate) {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	for range hangups {
		if err := gate.Reload(); err != nil {
			slog.Error("old rules kept", "error", err)
		} else {
			slog.Info("new rules")
		}
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		slog.Error("not started", "error", err)
		os.Exit(1)
	}
	return value
}
