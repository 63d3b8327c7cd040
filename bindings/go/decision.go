package doorward

import (
	"fmt"
	"io"
	"log/slog"
)

// Decision is who came in, or why not. The zero Decision lets nobody in.
type Decision struct {
	// Reason is why not; OK if it may come in.
	Reason Reason

	// Principal is who came in; the zero Principal if nobody did.
	Principal Principal
}

// Allowed tells whether the request may come in.
func (d Decision) Allowed() bool { return d.Reason == OK && d.Principal.kind != NoPrincipal }

// Err is nil if the request may come in, else the reason, for errors.Is.
func (d Decision) Err() error {
	switch {
	case d.Allowed():
		return nil
	case d.Reason == OK:
		return boxed(Internal)
	default:
		return boxed(d.Reason)
	}
}

// String is "allow" or "deny", and what goes with it: "deny 5005 token_expired".
func (d Decision) String() string {
	if d.Allowed() {
		return "allow " + d.Principal.String()
	}
	return "deny" + d.Err().Error()[len("doorward:"):]
}

// Format prints the same for every verb.
func (d Decision) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, d.String()) }

// LogValue is the decision with the reason's or the principal's attributes. It holds nothing that a client sent.
func (d Decision) LogValue() slog.Value {
	if d.Allowed() {
		return slog.GroupValue(append([]slog.Attr{slog.String("decision", "allow")},
			d.Principal.LogValue().Group()...)...)
	}
	return slog.GroupValue(append([]slog.Attr{slog.String("decision", "deny")},
		d.Reason.LogValue().Group()...)...)
}
