package doorward

import (
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/doorward/doorward/bindings/go/internal/abi"
)

// Gate is a configured verifier. All its methods may be called by any number of goroutines at once, Reload and
// Close included.
type Gate struct {
	abi      *abi.Gate
	options  options
	warnings []string
	reads    atomic.Pointer[reads]
	changing sync.Mutex // of the rules
}

// ErrClosed is returned by what is asked of a closed gate, key or verifier. It is no denial.
var ErrClosed = errors.New("doorward: closed")

// PolicyError is what is wrong with a policy document, or why a gate could not be reloaded. It quotes no value
// but a path.
type PolicyError struct {
	// Reason is one of 1005 to 1009; errors.Is finds it.
	Reason Reason

	// Message is where and what, as "policy.toml:3:1: origin.alow: unknown key …".
	Message string
}

// Error is the message; the reason where there is none, as for a path that is not UTF-8.
func (e *PolicyError) Error() string {
	if e.Message == "" {
		return e.Reason.Error()
	}
	return "doorward: " + e.Message
}

// Unwrap is the reason.
func (e *PolicyError) Unwrap() error { return e.Reason }

// LogValue is the reason's attributes and the message.
func (e *PolicyError) LogValue() slog.Value {
	return slog.GroupValue(append(e.Reason.LogValue().Group(), slog.String("message", e.Message))...)
}

// Option says what a gate cannot know from its policy.
type Option func(*options)

type options struct {
	scheme uint32
	strip  bool
	logger *slog.Logger
	now    func() time.Time
}

// BehindTLS says that every request comes over https although the server itself speaks http, as behind a proxy
// that ends TLS. A proxy that the policy lists under trusted_proxies, and that says so itself, does not need it.
func BehindTLS() Option { return func(o *options) { o.scheme = abi.HTTPS } }

// StripCredential makes Handler take the credential out of a request that may come in: the header, cookie or
// query parameter of every place that the policy names. What stands in a subprotocol place is taken out in any
// case, since a server that accepts a subprotocol sends it back for all to read.
func StripCredential() Option { return func(o *options) { o.strip = true } }

// Logger makes Handler write one line a decision: DEBUG for an allowed request, INFO for a denied one, WARN where
// there is no answer. Nothing that the client sent is in it but the address of its connection.
func Logger(logger *slog.Logger) Option { return func(o *options) { o.logger = logger } }

// Clock replaces the system's clock, for tests. The zero time means that there is no clock.
func Clock(now func() time.Time) Option { return func(o *options) { o.now = now } }

// Open makes a gate of a policy file: TOML if its name ends in .toml, JSON if in .json. Relative paths of secrets
// are meant from the file's folder.
//
// The error is a *PolicyError.
func Open(path string, opts ...Option) (*Gate, error) {
	made, message, reason := abi.Open(path)
	return gate(made, message, reason, opts)
}

// New makes a gate of a policy that is built by the program.
func New(policy Policy, opts ...Option) (*Gate, error) {
	document, err := policy.document()
	if err != nil {
		return nil, &PolicyError{ConfigInvalid, err.Error()}
	}
	// The library has a copy of its own, which it wipes.
	defer clear(document)
	made, message, reason := abi.FromPolicy(document, abi.JSON)
	return gate(made, message, reason, opts)
}

// FromTOML makes a gate of a policy document.
func FromTOML(document string, opts ...Option) (*Gate, error) {
	made, message, reason := abi.FromPolicy([]byte(document), abi.TOML)
	return gate(made, message, reason, opts)
}

// FromJSON makes a gate of a policy document.
func FromJSON(document string, opts ...Option) (*Gate, error) {
	made, message, reason := abi.FromPolicy([]byte(document), abi.JSON)
	return gate(made, message, reason, opts)
}

func gate(made *abi.Gate, message string, code uint32, opts []Option) (*Gate, error) {
	if code != abi.OK {
		return nil, &PolicyError{Reason(code), message}
	}
	g := &Gate{abi: made, warnings: lines(message), options: options{scheme: abi.HTTP}}
	for _, option := range opts {
		option(&g.options)
	}
	if err := g.learn(); err != nil {
		return nil, err
	}
	return g, nil
}

func lines(message string) []string {
	if message == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(message, "\n"), "\n")
}

func answered(code uint32, open bool) error {
	if !open {
		return ErrClosed
	}
	return failure(code)
}

// Warnings are what should be mended in the policy, as it was when the gate was made.
func (g *Gate) Warnings() []string { return append([]string(nil), g.warnings...) }

// Close ends the gate: its rules are given back and its keys are wiped, after the last decision that is under
// way; it waits for a reload that is. Whatever is asked afterwards gives ErrClosed. Closing again does nothing; a
// gate that is forgotten is closed by the garbage collector, which also takes the 2 KB that a closed one leaves.
func (g *Gate) Close() error { return failure(g.abi.Close()) }

// Reload reads the policy and its secrets again and puts the rules in place of the old ones, all at once.
// Decisions that are under way end under the old ones. A policy that is not in order changes nothing, and the
// error is a *PolicyError.
//
// Connections that were let in stay.
func (g *Gate) Reload() error {
	g.changing.Lock()
	defer g.changing.Unlock()
	g.reads.Store(&reads{everything, g.reads.Load().places})
	message, code, open := g.abi.Reload()
	if !open {
		return ErrClosed
	}
	if err := g.learn(); err != nil {
		return err
	}
	if code != abi.OK {
		return &PolicyError{Reason(code), message}
	}
	return nil
}

// calls are requests on their way: what one leaves behind, the next one uses.
var calls = sync.Pool{New: func() any { return abi.NewCall() }}

func release(call *abi.Call) {
	if call.Reusable() {
		calls.Put(call)
	}
}

// Decide asks whether a request may come in.
//
// The request is read as net/http serves it: its Host, Header, RequestURI, TLS and RemoteAddr. The body is not
// touched.
//
// An error means that there is no answer: a reason of 1xxx or 9xxx, which is also in the decision, or ErrClosed.
// The decision lets nobody in then. A denial allocates nothing, an allowed request one block for the principal's
// texts.
func (g *Gate) Decide(r *http.Request) (decision Decision, err error) {
	call := calls.Get().(*abi.Call)
	reads := g.reads.Load()
	g.lay(call, r, &reads.headers)
	err = g.decide(call, &decision)
	if g.reads.Load() != reads {
		// The rules have changed: they may depend on what was left out.
		g.lay(call, r, &everything)
		err = g.decide(call, &decision)
	}
	release(call)
	return decision, err
}

// DecideRequest is Decide for servers that are not net/http's, and for requests that net/http does not pass on.
func (g *Gate) DecideRequest(request *Request) (decision Decision, err error) {
	call := calls.Get().(*abi.Call)
	reads := g.reads.Load()
	g.layRequest(call, request, &reads.headers)
	err = g.decide(call, &decision)
	if g.reads.Load() != reads {
		g.layRequest(call, request, &everything)
		err = g.decide(call, &decision)
	}
	release(call)
	return decision, err
}

func (g *Gate) decide(call *abi.Call, decision *Decision) error {
	code, open := g.abi.Decide(call)
	for open && code == abi.ScratchTooSmall && call.Grow(g.abi.ScratchBytes()) {
		code, open = g.abi.Decide(call)
	}
	*decision = Decision{Reason: Reason(code)}
	switch {
	case !open:
		decision.Reason = Internal
		return ErrClosed
	case code == abi.OK:
		who := &decision.Principal
		who.kind = Kind(call.Kind())
		who.expires, who.ends = call.Expires()
		call.Who(&who.who)
		return nil
	case !decision.Reason.Denies():
		return boxed(decision.Reason)
	}
	return nil
}

// Explain tells how the gate came to its decision: each check with the values that it compared, one a line,
// secrets left out. It is for a person who looks into a refusal, not for the peer.
func (g *Gate) Explain(r *http.Request) (string, error) {
	call := calls.Get().(*abi.Call)
	defer release(call)
	g.lay(call, r, &everything)
	return g.explain(call)
}

// ExplainRequest is Explain for servers that are not net/http's.
func (g *Gate) ExplainRequest(request *Request) (string, error) {
	call := calls.Get().(*abi.Call)
	defer release(call)
	g.layRequest(call, request, &everything)
	return g.explain(call)
}

func (g *Gate) explain(call *abi.Call) (string, error) {
	explanation, code, open := g.abi.Explain(call)
	if !open {
		return "", ErrClosed
	}
	if explanation == "" {
		return "", failure(code)
	}
	return explanation, nil
}

// Challenge is the WWW-Authenticate value that goes with a refusal by this gate; empty where none does.
func (g *Gate) Challenge(reason Reason) (string, error) {
	value, failed, open := g.abi.Challenge(uint32(reason))
	return value, answered(failed, open)
}

// CheckListener judges the address of a listener before it serves, such as listener.Addr().String(): one that
// other machines reach and that has no credential configured lets everybody in, which is
// StartupUnprotected. Where the policy says without_credential = "warn", warning tells so instead.
func (g *Gate) CheckListener(address string) (warning bool, err error) {
	at, code := abi.ParseAddress(address)
	if code != abi.OK {
		return false, failure(code)
	}
	warning, code, open := g.abi.StartupCheck(at)
	return warning, answered(code, open)
}

// now is the time of a decision: the library reads the system's clock unless there is another.
func (g *Gate) now() uint64 {
	if g.options.now == nil {
		return abi.ClockNow
	}
	return seconds(g.options.now())
}

// seconds is 0, no clock, for a time before 1970.
func seconds(at time.Time) uint64 { return uint64(max(at.Unix(), 0)) }

// Request is a request as a server saw it, where that is not an *http.Request. Nothing in it is trusted but TLS
// and Peer, which the server knows of its own connection.
type Request struct {
	// Method is the method; no rule depends on it.
	Method string

	// Target is the request target as it arrived: path and query.
	Target string

	// TLS is whether the connection is https or wss.
	TLS bool

	// Peer is the other end of the connection; the zero Addr is unknown. Only a listed proxy's forwarding headers
	// count.
	Peer netip.Addr

	// Header is every header line in the order of arrival, duplicates included. HTTP/2's :authority is Host.
	Header []Line

	// Time is when to decide; nil is now, the zero time says that there is no clock.
	Time *time.Time
}

// Line is one header line: a name, compared without case, and a value.
type Line struct{ Name, Value string }
