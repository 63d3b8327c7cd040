// bindings/go/integration/server/main.go with doorward taken out, and with it the library's own check, which the gate feeds.
package main

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"

	"github.com/coder/websocket"
)

func main() {
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{Level: slog.LevelDebug})))
	port, host := os.Args[2], append(os.Args[3:], "127.0.0.1")[0]
	http.HandleFunc("/ws", func(w http.ResponseWriter, r *http.Request) {
		options := websocket.AcceptOptions{Subprotocols: []string{"echo.v1"}}
		options.InsecureSkipVerify = true
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
	slog.Error("ended", "error", http.Serve(listener, nil))
}

func must[T any](value T, err error) T {
	if err != nil {
		slog.Error("not started", "error", err)
		os.Exit(1)
	}
	return value
}
