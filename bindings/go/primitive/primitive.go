// Package primitive is the single functions of doorward's core: for tests, tools and servers that put their own checks
// together. A server that can should ask a doorward.Gate, which calls them in the right order.
//
// Errors are doorward.Reason.
package primitive

import (
	"net/netip"

	"github.com/doorward/doorward/bindings/go"
	"github.com/doorward/doorward/bindings/go/internal/abi"
)

func failure(code uint32) error {
	if code == abi.OK {
		return nil
	}
	return doorward.Reason(code)
}

func scheme(tls bool) uint32 {
	if tls {
		return abi.HTTPS
	}
	return abi.HTTP
}

// Bearer is the token of an Authorization value (RFC 6750 section 2.1).
func Bearer(value string) (token string, err error) {
	token, code := abi.Bearer(value)
	return token, failure(code)
}

// ParseHost reads a Host value strictly: the name in lower case, IPv6 canonical in brackets, and the port, the
// scheme's default where none is given.
func ParseHost(value string, tls bool) (name string, port uint16, err error) {
	name, port, code := abi.ParseHost(value, scheme(tls))
	return name, port, failure(code)
}

// CheckOrigin checks the grammar of an Origin value (RFC 6454 section 6.2): nil, doorward.OriginNull or
// doorward.OriginMalformed. Whether the page may ask is for a gate to say.
func CheckOrigin(value string) error { return failure(abi.CheckOrigin(value)) }

// CanonicalOrigin is a line of an origin list as a browser would send it, or the pattern that it is.
func CanonicalOrigin(line string) (string, error) {
	text, code := abi.Text(abi.OriginCanonical, line, "", 512)
	return string(text), failure(code)
}

// StripQuery is a request target without a query parameter.
func StripQuery(target, name string) (string, error) {
	text, code := abi.Text(abi.StripQuery, target, name, len(target))
	return string(text), failure(code)
}

// StripCookie is a Cookie value without a cookie; empty if no other is left.
func StripCookie(value, name string) (string, error) {
	text, code := abi.Text(abi.StripCookie, value, name, 2*len(value))
	return string(text), failure(code)
}

// StripSubprotocol is a Sec-WebSocket-Protocol value without the items that begin with a prefix; empty if no other is
// left.
func StripSubprotocol(value, prefix string) (string, error) {
	text, code := abi.Text(abi.StripSubprotocol, value, prefix, 2*len(value))
	return string(text), failure(code)
}

// DecodeBase64URL decodes canonical base64url without padding (RFC 4648 section 5).
func DecodeBase64URL(text string) ([]byte, error) {
	bytes, code := abi.Text(abi.Base64URLDecode, text, "", len(text))
	return bytes, failure(code)
}

// EncodeBase64URL encodes bytes as base64url without padding, in constant time.
func EncodeBase64URL(bytes []byte) (string, error) {
	text, code := abi.Text(abi.Base64URLEncode, string(bytes), "", len(bytes)/3*4+4)
	return string(text), failure(code)
}

// CheckObject checks that a text is one strict JSON object, as a claims set must be: RFC 8259, UTF-8, no name twice at
// the top level, at most 32 deep.
func CheckObject(json string) error { return failure(abi.JSONObject(json)) }

// ClaimString is the string at the end of a path of names, its escapes resolved. doorward.ClaimMissing and
// doorward.ClaimTypeInvalid say that there is none, here and below.
func ClaimString(claims doorward.Claims, path ...string) (string, error) {
	text, _, code := abi.Claim(abi.ClaimString, string(claims), path, "")
	return text, failure(code)
}

// ClaimInteger is the integer at the end of a path: a number without fraction and exponent.
func ClaimInteger(claims doorward.Claims, path ...string) (int64, error) {
	_, value, code := abi.Claim(abi.ClaimInteger, string(claims), path, "")
	return value, failure(code)
}

// ClaimBool is the truth value at the end of a path.
func ClaimBool(claims doorward.Claims, path ...string) (bool, error) {
	_, value, code := abi.Claim(abi.ClaimBool, string(claims), path, "")
	return value != 0, failure(code)
}

// ClaimRaw is the value at the end of a path as JSON text, a string with its quotes and escapes.
func ClaimRaw(claims doorward.Claims, path ...string) (string, error) {
	text, _, code := abi.Claim(abi.ClaimRaw, string(claims), path, "")
	return text, failure(code)
}

// ClaimLists tells whether a claim lists a word: as an element of an array of strings, or as a word of a string with
// spaces.
func ClaimLists(claims doorward.Claims, word string, path ...string) (bool, error) {
	_, value, code := abi.Claim(abi.ClaimLists, string(claims), path, word)
	return value != 0, failure(code)
}

// Form is how the 256 random bits of a capability token are written.
type Form uint32

// The forms: 43 characters of base64url, 64 hexadecimal digits, 43 letters and digits.
const (
	Base64URL Form = iota
	Hex
	Letters62
)

// GenerateCapability writes a token from 32 bytes of a cryptographic random source. doorward.GenerateCapability has one
// of its own.
func GenerateCapability(entropy [32]byte, form Form) (token string, err error) {
	token, code := abi.Generate(entropy, uint32(form))
	return token, failure(code)
}

// Tickets are doorward.Tickets with entropy and time of the caller's.
type Tickets struct{ abi *abi.Tickets }

// NewTickets makes a table for so many open tickets, each good for so many seconds.
func NewTickets(capacity int, seconds uint64) (*Tickets, error) {
	made, code := abi.NewTickets(seconds, capacity)
	if code != abi.OK {
		return nil, failure(code)
	}
	return &Tickets{made}, nil
}

// Close wipes the table.
func (t *Tickets) Close() error {
	t.abi.Close()
	return nil
}

// Issue makes a ticket from 32 bytes of a cryptographic random source, other ones each time. now is Unix time in
// seconds; 0 says that there is no clock.
func (t *Tickets) Issue(entropy [32]byte, payload string, now uint64) (string, error) {
	ticket, code, open := t.abi.Issue(&entropy, payload, now)
	return ticket, answered(code, open)
}

// Redeem gives a ticket's payload, once.
func (t *Tickets) Redeem(ticket string, now uint64) (string, error) {
	payload, code, open := t.abi.Redeem(ticket, now)
	return payload, answered(code, open)
}

func answered(code uint32, open bool) error {
	if !open {
		return doorward.ErrClosed
	}
	return failure(code)
}

// ParseAddress reads the address of a listener: IP:port, the address alone, or name:port. No name is looked up:
// localhost is loopback, and any other is taken for 0.0.0.0, which other machines reach.
func ParseAddress(text string) (netip.Addr, error) {
	at, code := abi.ParseAddress(text)
	return at, failure(code)
}

// CheckStartup judges a listener before it is opened: doorward.StartupUnprotected for one that other machines reach and
// that has no credential configured; with onlyWarn a warning instead.
func CheckStartup(at netip.Addr, credential, onlyWarn bool) (warning bool, err error) {
	warning, code := abi.StartupCheck(at, credential, onlyWarn)
	return warning, failure(code)
}
