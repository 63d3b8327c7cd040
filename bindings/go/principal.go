package doorward

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/doorward/doorward/bindings/go/internal/abi"
)

// Kind is what let a principal in.
type Kind uint32

// The kinds of principal.
const (
	// NoPrincipal is nobody: what the zero Principal says.
	NoPrincipal = Kind(abi.PrincipalNone)

	// Anonymous is anybody: the policy asks for no credential.
	Anonymous = Kind(abi.PrincipalAnonymous)

	// CapabilityBearer presented a capability token.
	CapabilityBearer = Kind(abi.PrincipalCapability)

	// TokenSubject presented a signed token.
	TokenSubject = Kind(abi.PrincipalToken)
)

// String is "none", "anonymous", "capability" or "token".
func (k Kind) String() string {
	switch k {
	case Anonymous:
		return "anonymous"
	case CapabilityBearer:
		return "capability"
	case TokenSubject:
		return "token"
	default:
		return "none"
	}
}

// Principal is on whose behalf a request came in. Only a decision makes one that is somebody; its texts are
// copies, good for ever. Printing it shows its kind and place, and no claim.
type Principal struct {
	expires uint64
	kind    Kind
	ends    bool
	who     abi.Who
}

// Kind is what let it in; NoPrincipal for the zero value.
func (p Principal) Kind() Kind { return p.kind }

// ID is the capability's id or the token's sub; empty where there is none.
func (p Principal) ID() string { return p.who.Text(abi.ID) }

// HasID tells a token with an empty sub from one without.
func (p Principal) HasID() bool { return p.who.Has(abi.ID) }

// Place is where the credential stood, as the policy writes it: "authorization", "cookie:session". Empty for an
// anonymous principal.
func (p Principal) Place() string { return p.who.Text(abi.Place) }

// KeyID is the id of the key that proved the token; empty where it has none.
func (p Principal) KeyID() string { return p.who.Text(abi.KeyID) }

// Expires is the first second at which the credential is not valid any more, the policy's leeway aside; ok is false
// where it has no end. A long-lived connection should end there.
func (p Principal) Expires() (at time.Time, ok bool) {
	if !p.ends {
		return time.Time{}, false
	}
	// The core refuses dates beyond the year 9999, and a policy's are RFC 3339.
	return time.Unix(int64(p.expires), 0), true //nolint:gosec // bounded as said
}

// HasScope tells whether the credential carries a scope, in the claim that the policy names; false for an
// anonymous principal.
func (p Principal) HasScope(scope string) bool {
	return abi.HasScope(uint32(p.kind), p.who.Text(abi.Scopes), p.who.Text(abi.ScopeClaim), p.who.Text(abi.Claims),
		scope)
}

// ErrNoClaims is returned for a principal that did not come with a signed token.
var ErrNoClaims = errors.New("doorward: the principal has no claims")

// Claims fills v with the token's verified claims, as JWT.ParseWithClaims does.
func (p Principal) Claims(v any) error {
	if p.kind != TokenSubject {
		return ErrNoClaims
	}
	return fill(p.who.Text(abi.Claims), v)
}

// ClaimsJSON is the claims as their issuer wrote them, byte for byte; empty for a principal that did not come
// with a signed token.
func (p Principal) ClaimsJSON() Claims { return Claims(p.who.Text(abi.Claims)) }

// String is the kind and the place, and nothing that a client sent.
func (p Principal) String() string {
	if p.Place() == "" {
		return p.kind.String()
	}
	return p.kind.String() + " in " + p.Place()
}

// Format prints the same for every verb: %+v and %d would show the claims.
func (p Principal) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.String()) }

// LogValue is kind and place. Log the ID yourself if it is no personal data in your place.
func (p Principal) LogValue() slog.Value {
	return slog.GroupValue(slog.String("kind", p.kind.String()), slog.String("place", p.Place()))
}
