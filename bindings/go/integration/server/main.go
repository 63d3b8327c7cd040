// An echo server over WebSocket, guarded by a policy file. SIGHUP makes it read the policy again.
//
//	go run ./server policy.toml 8080 [127.0.0.1]
package main

import (
	"errors"
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
	policy, port, host := os.Args[1], os.Args[2], "127.0.0.1"
	if len(os.Args) > 3 {
		host = os.Args[3]
	}
	gate, err := doorward.Open(policy, doorward.Logger(slog.Default()))
	exitIf(err)
	// Refuses to be open to other machines without any credential.
	_, err = gate.CheckListener(net.JoinHostPort(host, port))
	exitIf(err)

	http.HandleFunc("/ws", func(w http.ResponseWriter, r *http.Request) {
		options := websocket.AcceptOptions{Subprotocols: []string{"echo.v1"}, OriginPatterns: gate.OriginPatterns(r)}
		socket, err := websocket.Accept(w, r, &options)
		if err != nil {
			return // Accept has answered
		}
		for err == nil {
			var kind websocket.MessageType
			var message []byte
			if kind, message, err = socket.Read(r.Context()); err == nil {
				err = socket.Write(r.Context(), kind, message)
			}
		}
	})
	listener, err := net.Listen("tcp", net.JoinHostPort(host, port))
	exitIf(err)
	fmt.Println("listening on", listener.Addr())
	go reload(gate)
	exitIf(http.Serve(listener, gate.Handler(http.DefaultServeMux)))
}

func reload(gate *doorward.Gate) {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	for range hangups {
		if err := gate.Reload(); err != nil {
			report("old rules kept", err)
		} else {
			slog.Info("new rules")
		}
	}
}

func exitIf(err error) {
	if err != nil {
		report("not started", err)
		os.Exit(1)
	}
}

func report(what string, err error) {
	var reason doorward.Reason
	errors.As(err, &reason)
	slog.Error(what, "reason", reason, "error", err)
}
