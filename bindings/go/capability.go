package doorward

import (
	"encoding/hex"
	"errors"

	"github.com/doorward/doorward/bindings/go/internal/abi"
)

// Capability is the SHA-256 of a capability token: what a server stores in the token's place. It is no secret.
type Capability [32]byte

// GenerateCapability makes a token with 256 bits from the system's random source, 43 characters of base64url, and
// what to store of it. The token goes to its bearer, and is not kept.
func GenerateCapability() (token string, stored Capability, err error) {
	token, code := abi.NewCapability(0)
	if code != abi.OK {
		return "", Capability{}, failure(code)
	}
	stored, err = DigestCapability(token)
	return token, stored, err
}

// DigestCapability is what to store of a token.
func DigestCapability(token string) (Capability, error) {
	digest, code := abi.Digest(token)
	return digest, failure(code)
}

// ParseCapability reads 64 hexadecimal digits.
func ParseCapability(digits string) (stored Capability, err error) {
	bytes, err := hex.DecodeString(digits)
	if err != nil || len(bytes) != len(stored) {
		return Capability{}, errors.New("doorward: a capability is 64 hexadecimal digits")
	}
	return Capability(bytes), nil
}

// String is 64 hexadecimal digits, as a policy document wants them.
func (c Capability) String() string { return hex.EncodeToString(c[:]) }

// Matches tells whether this is what was stored of a token, in constant time.
func (c Capability) Matches(token string) bool {
	_, code := abi.Match(token, c[:])
	return code == abi.OK
}

// MatchCapability tells which of the stored capabilities is the token's: of several equal ones the last. All are
// looked at, without early exit.
func MatchCapability(token string, stored []Capability) (index int, ok bool) {
	digests := make([]byte, 0, len(stored)*len(Capability{}))
	for i := range stored {
		digests = append(digests, stored[i][:]...)
	}
	index, code := abi.Match(token, digests)
	return index, code == abi.OK
}

// CheckCapability judges a token that is about to be configured: at least 22 characters of a b64token (RFC 6750
// section 2.1), or CapabilityInvalid.
func CheckCapability(token string) error { return failure(abi.CheckCapability(token, false)) }
