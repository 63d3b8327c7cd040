package doorward

import (
	"net/http"
	"strings"
)

// CheckOrigin is the field of that name of gorilla/websocket's Upgrader. A request that Handler let through is
// admitted; any other is decided here, as a whole: host, origin and credential.
//
//	upgrader := websocket.Upgrader{CheckOrigin: gate.CheckOrigin}
//
// Prefer Handler, which answers 401 where gorilla knows 403 alone, and tells who came in.
func (g *Gate) CheckOrigin(r *http.Request) bool {
	if admitted, ok := r.Context().Value(admissionKey{}).(*admission); ok && admitted.gate == g {
		return true
	}
	decision, err := g.Decide(r)
	return err == nil && decision.Allowed()
}

// OriginPatterns is the field of that name of coder/websocket's AcceptOptions. coder/websocket compares an Origin by
// rules of its own; for a request that CheckOrigin admits, the pattern is that request's Origin and nothing else, for
// any other there is none.
//
//	websocket.Accept(w, r, &websocket.AcceptOptions{OriginPatterns: gate.OriginPatterns(r)})
func (g *Gate) OriginPatterns(r *http.Request) []string {
	origins := r.Header["Origin"]
	if len(origins) != 1 || !g.CheckOrigin(r) {
		return nil
	}
	if !strings.Contains(origins[0], "://") {
		// null has no host, which is what coder/websocket matches then.
		return []string{""}
	}
	return []string{literal.Replace(origins[0])}
}

// literal takes the meaning from what path.Match gives one: IPv6 has brackets.
var literal = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`)
