package doorward

import (
	"log/slog"
	"strconv"

	"github.com/doorward/doorward/bindings/go/internal/abi"
)

// Reason is why a request may not come in, or why there is no answer. It holds no byte of the request: it is
// safe to log and to count by. Numbers and names never change.
//
// A Reason is an error, so that errors.Is(err, doorward.TokenExpired) works; it is comparable, so that
// switch decision.Reason does.
type Reason uint32

type reasonRow struct {
	code   Reason
	name   string
	class  string
	status int
	text   string
}

// unknownReason stands for a number that is none: of a library that is newer than this package.
var unknownReason = reasonRow{name: "unknown", class: "internal", status: 500, text: "not a reason"}

// rowNumbers has for each code the number of its row, from 1.
var rowNumbers = func() (numbers [10_000]uint8) {
	for i := range reasonRows {
		numbers[reasonRows[i].code] = uint8(i + 1)
	}
	return numbers
}()

// They fit.
const _ = uint8(len(reasonRows))

// number is that of the reason's row, from 1; 0 if it has none.
func (r Reason) number() int {
	if uint64(r) >= uint64(len(rowNumbers)) {
		return 0
	}
	return int(rowNumbers[r])
}

func (r Reason) row() *reasonRow {
	if number := r.number(); number > 0 {
		return &reasonRows[number-1]
	}
	return &unknownReason
}

// Code is the number, such as 5005; its first two digits are the stage that refused. OK is 0.
func (r Reason) Code() uint32 { return uint32(r) }

// String is the stable name, such as "token_expired": what logs and metrics carry. OK is "ok".
func (r Reason) String() string {
	if r == OK {
		return "ok"
	}
	return r.row().name
}

// Status is the HTTP status of the answer: 200 for OK, 4xx for a denial, 5xx where there is no answer.
func (r Reason) Status() int {
	if r == OK {
		return 200
	}
	return r.row().status
}

// Class is what the peer may know: "unauthenticated", "invalid_request", "invalid_token",
// "insufficient_scope", "forbidden", "unavailable" or "internal"; empty for OK.
func (r Reason) Class() string {
	if r == OK {
		return ""
	}
	return r.row().class
}

// Body is the HTTP body of a refusal: one line, the same for each reason of a class.
func (r Reason) Body() string { return classBodies[r.Class()] }

// Text is one line for the log, in words.
func (r Reason) Text() string {
	if r == OK {
		return "it may come in"
	}
	return r.row().text
}

// Denies tells a denial from a question without an answer (1xxx and 9xxx), which must not be reported as one.
func (r Reason) Denies() bool { return r != OK && r.Status() < 500 }

// Challenge is the WWW-Authenticate value that goes with the reason (RFC 6750 section 3), for a realm of at
// most 64 printable ASCII characters without quote and backslash, and the scopes that are required; empty where
// none goes with it. [Gate.Challenge] knows realm and scopes by itself.
func (r Reason) Challenge(realm string, scopes ...string) (string, error) {
	value, failed := abi.Challenge(uint32(r), realm, scopes)
	return value, failure(failed)
}

// Error is the number and the name, such as "doorward: 5005 token_expired".
func (r Reason) Error() string {
	return "doorward: " + strconv.FormatUint(uint64(r), 10) + " " + r.String()
}

// LogValue is code, reason, status and class.
func (r Reason) LogValue() slog.Value {
	return slog.GroupValue(
		slog.Uint64("code", uint64(r)),
		slog.String("reason", r.String()),
		slog.Int("status", r.Status()),
		slog.String("class", r.Class()),
	)
}

// failure is nil for OK, else the reason.
func failure(code uint32) error {
	if code == abi.OK {
		return nil
	}
	return boxed(Reason(code))
}

// reasonErrors are the reasons as errors, made once: a refusal costs no allocation.
var reasonErrors = func() (errors [len(reasonRows)]error) {
	for i := range reasonRows {
		errors[i] = reasonRows[i].code
	}
	return errors
}()

func boxed(r Reason) error {
	if number := r.number(); number > 0 {
		return reasonErrors[number-1]
	}
	return r
}
