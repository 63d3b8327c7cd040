package doorward

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/doorward/doorward/bindings/go/internal/abi"
)

// Handler lets only those requests through to next that the gate allows, and answers the others itself, before a
// WebSocket upgrade. It fits wherever a func(http.Handler) http.Handler is asked for: router.Use(gate.Handler).
//
// An allowed request carries its principal, see PrincipalFrom. What stands in a subprotocol place of the policy is
// taken out of Sec-WebSocket-Protocol, so that no server can echo a secret; a browser that offers a secret must
// therefore offer a protocol beside it, which the server selects. The ResponseWriter is handed on as it is.
//
// A refused client gets the status and the challenge of the reason's class and one line of text, the same for each
// reason of the class. Where there is no answer, that is 500 or 503.
func (g *Gate) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		decision, err := g.Decide(r)
		if decision.Allowed() && err == nil {
			admitted, stripErr := g.admit(r, decision.Principal)
			if stripErr == nil {
				g.log(r, decision, nil)
				next.ServeHTTP(w, admitted)
				return
			}
			decision, err = Decision{Reason: Internal}, stripErr
		}
		g.log(r, decision, err)
		g.refuse(w, decision)
	})
}

// Refuse answers a request that was not let in, as Handler does: for servers that ask Decide by themselves.
func (g *Gate) Refuse(w http.ResponseWriter, decision Decision) { g.refuse(w, decision) }

func (g *Gate) refuse(w http.ResponseWriter, decision Decision) {
	reason := decision.Reason
	if reason == OK {
		reason = Internal
	}
	header := w.Header()
	header.Set("Content-Type", "text/plain; charset=utf-8")
	// RFC 9111 section 4.2.2: some statuses are cacheable by default; a refusal is of this moment.
	header.Set("Cache-Control", "no-store")
	// A gate that is closed has no challenge, and its reason asks for none.
	if challenge, err := g.Challenge(reason); err == nil && challenge != "" {
		header.Set("WWW-Authenticate", challenge)
	}
	w.WriteHeader(reason.Status())
	// The connection may be gone; there is nobody left to tell.
	_, _ = w.Write([]byte(reason.Body()))
}

func (g *Gate) log(r *http.Request, decision Decision, err error) {
	logger := g.options.logger
	if logger == nil {
		return
	}
	level, message := slog.LevelInfo, "refused"
	switch {
	case err != nil || decision.Reason.Status() >= 500:
		level, message = slog.LevelWarn, "not decided"
	case decision.Allowed():
		level, message = slog.LevelDebug, "allowed"
	}
	if !logger.Enabled(r.Context(), level) {
		return
	}
	attributes := decision.LogValue().Group()[1:]
	if at := peer(r.RemoteAddr); at.IsValid() {
		attributes = append(attributes, slog.String("peer", at.String()))
	}
	if errors.Is(err, ErrClosed) {
		attributes = append(attributes, slog.Bool("closed", true))
	}
	logger.LogAttrs(r.Context(), level, message, slog.Attr{Key: "doorward", Value: slog.GroupValue(attributes...)})
}

type admissionKey struct{}

// admission is what Handler leaves in a request's context.
type admission struct {
	gate      *Gate
	principal Principal
}

// PrincipalFrom is on whose behalf a request came in, from the context of a request that Handler let through.
func PrincipalFrom(ctx context.Context) (Principal, bool) {
	if admitted, ok := ctx.Value(admissionKey{}).(*admission); ok {
		return admitted.principal, true
	}
	return Principal{}, false
}

func (g *Gate) admit(r *http.Request, principal Principal) (*http.Request, error) {
	ctx := context.WithValue(r.Context(), admissionKey{}, &admission{g, principal})
	out := stripper{request: r.WithContext(ctx), every: g.options.strip}
	for _, place := range g.reads.Load().places {
		// An empty prefix takes every protocol for a credential, so it counts only where the credential was one:
		// elsewhere the offered protocols are the handler's.
		if place == "subprotocol:" && place != principal.Place() {
			continue
		}
		if err := out.empty(place); err != nil {
			return nil, err
		}
	}
	// The place of a policy that was reloaded meanwhile.
	return out.request, out.empty(principal.Place())
}

// stripper takes credentials out of a request that shares its header with the one that came in.
type stripper struct {
	request *http.Request
	every   bool
	owns    bool
}

// empty empties a place, given as the policy writes it. A subprotocol goes in any case, the rest if every place is to
// be emptied.
func (s *stripper) empty(place string) error {
	word, name, _ := strings.Cut(place, ":")
	switch {
	case word == "subprotocol":
		return rewrite(s.header(), "Sec-Websocket-Protocol", name, abi.StripSubprotocol)
	case !s.every:
		return nil
	case word == "authorization":
		remove(s.header(), "Authorization")
	case word == "header":
		remove(s.header(), name)
	case word == "cookie":
		return rewrite(s.header(), "Cookie", name, abi.StripCookie)
	case word == "query":
		return stripTarget(s.request, name)
	}
	return nil
}

// header is one of the request's own: whoever stands outside keeps what arrived.
func (s *stripper) header() http.Header {
	if !s.owns {
		s.request.Header = s.request.Header.Clone()
		s.owns = true
	}
	return s.request.Header
}

func remove(header http.Header, name string) {
	for key := range header {
		if equalFold(key, name) {
			delete(header, key)
		}
	}
}

// rewrite writes every line of a header anew; a line that is empty then goes.
func rewrite(header http.Header, name, part string, strip abi.TextOp) error {
	for key, values := range header {
		if !equalFold(key, name) {
			continue
		}
		kept := make([]string, 0, len(values))
		for _, value := range values {
			// Twice its length is enough: between two items a space may be added.
			rest, code := abi.Text(strip, value, part, 2*len(value))
			if code != abi.OK {
				return failure(code)
			}
			if len(rest) > 0 {
				kept = append(kept, string(rest))
			}
		}
		if len(kept) == 0 {
			delete(header, key)
		} else {
			header[key] = kept
		}
	}
	return nil
}

func stripTarget(r *http.Request, name string) error {
	rest, code := abi.Text(abi.StripQuery, r.RequestURI, name, len(r.RequestURI))
	if code != abi.OK {
		return failure(code)
	}
	r.RequestURI = string(rest)
	if r.URL == nil {
		return nil
	}
	// The URL has been routed and perhaps rewritten: only its query is what arrived.
	at := *r.URL
	query, code := abi.Text(abi.StripQuery, "?"+at.RawQuery, name, len(at.RawQuery)+1)
	if code != abi.OK {
		return failure(code)
	}
	at.RawQuery = strings.TrimPrefix(string(query), "?")
	at.ForceQuery = false
	r.URL = &at
	// What an outer handler has parsed holds the credential.
	r.Form = nil
	return nil
}
