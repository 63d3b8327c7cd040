package doorward

import (
	"crypto/rand"
	"time"

	"github.com/doorward/doorward/bindings/go/internal/abi"
)

// Tickets are single-use tickets: one carries what its bearer may do from a request that was admitted to the WebSocket
// that a browser opens next, which has no header to put a credential in. It stands in that one's URL, where a lasting
// secret would end up in logs. All methods may be called at once.
type Tickets struct {
	abi *abi.Tickets
	now func() time.Time
}

// NewTickets makes a table for so many open tickets, each good for whole seconds, a few. Each place costs 128 bytes,
// and a redemption looks at all of them. A capacity below 0 or above 1048576 is NullArgument.
func NewTickets(capacity int, good time.Duration, opts ...Option) (*Tickets, error) {
	var known options
	for _, option := range opts {
		option(&known)
	}
	made, code := abi.NewTickets(uint64(max(good/time.Second, 0)), capacity)
	if code != abi.OK {
		return nil, failure(code)
	}
	return &Tickets{made, known.now}, nil
}

// Close wipes the table. Closing again does nothing.
func (t *Tickets) Close() error {
	t.abi.Close()
	return nil
}

// Issue makes a ticket, 43 characters of base64url, that stands for a payload of at most 64 bytes: who asked for it.
// The error is StoreUnavailable where all places are taken by tickets that are still good, and OutputTooSmall for a
// long payload.
func (t *Tickets) Issue(payload string) (string, error) {
	var entropy [32]byte
	// It never fails: the program ends where there is no random source.
	_, _ = rand.Read(entropy[:])
	defer clear(entropy[:])
	ticket, code, open := t.abi.Issue(&entropy, payload, t.time())
	return ticket, answered(code, open)
}

// Redeem gives a ticket's payload, once: CapabilityUnknown for a ticket that is none, TokenAlreadyUsed, TokenExpired
// for one that is too old, which is used up all the same.
func (t *Tickets) Redeem(ticket string) (string, error) {
	payload, code, open := t.abi.Redeem(ticket, t.time())
	return payload, answered(code, open)
}

func (t *Tickets) time() uint64 {
	if t.now == nil {
		return abi.ClockNow
	}
	return seconds(t.now())
}
