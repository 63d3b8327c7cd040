package doorward

import (
	"encoding/json"
	"sync"

	"github.com/doorward/doorward/bindings/go/internal/abi"
)

// Claims are verified claims as their issuer wrote them: one strict JSON object, byte for byte. The type says that a
// MAC was proven; only a verification makes one.
type Claims string

// Unmarshal fills v, a pointer to a struct or a map, as JWT.ParseWithClaims does.
func (c Claims) Unmarshal(v any) error { return fill(string(c), v) }

// JWT verifies signed tokens that did not come in a request: by a policy's keys and rules for claims. Host, origin
// and scope rules are not asked. All methods may be called at once.
//
// A token that is not accepted is an error that is a Reason of 30xx to 60xx; Reason.Denies tells it from a
// question without an answer.
type JWT struct{ gate *Gate }

// NewJWT makes a verifier of rules for tokens.
func NewJWT(rules JWTRules, opts ...Option) (*JWT, error) {
	gate, err := New(Policy{JWT: &rules}, opts...)
	if err != nil {
		return nil, err
	}
	return &JWT{gate}, nil
}

// JWT verifies by the gate's own rules, and after a reload by the new ones.
func (g *Gate) JWT() *JWT { return &JWT{g} }

// Close ends the verifier, and with it the gate that it is of.
func (j *JWT) Close() error { return j.gate.Close() }

// Verify gives the claims of a token, without "Bearer".
func (j *JWT) Verify(token string) (Claims, error) {
	room := rooms.Get().(*[]byte)
	text, err := j.verify(token, room)
	var claims Claims
	if err == nil {
		claims = Claims(text)
	}
	rooms.Put(room)
	return claims, err
}

// AppendClaims appends the claims of a token to dst; it allocates nothing where they fit. After an error dst is as it
// was.
func (j *JWT) AppendClaims(dst []byte, token string) ([]byte, error) {
	room := rooms.Get().(*[]byte)
	claims, err := j.verify(token, room)
	if err == nil {
		dst = append(dst, claims...)
	}
	rooms.Put(room)
	return dst, err
}

// Check verifies a token and gives nil or the reason; it allocates nothing.
func (j *JWT) Check(token string) error {
	if len(token) > abi.ShortToken {
		room := rooms.Get().(*[]byte)
		_, err := j.verify(token, room)
		rooms.Put(room)
		return err
	}
	code, open := j.gate.abi.CheckJWT(token, j.gate.now())
	return answered(code, open)
}

// ParseWithClaims verifies a token and then fills claims, a pointer to a struct or a map, by the rules of encoding/json,
// but that the names of a struct's members are compared exactly: "SUB" is not "sub", which is what was judged. An
// error that is no Reason is encoding/json's: the token is good, and claims does not fit it.
//
// Claims is not touched before the token is proven. Its strings may share one block with the other claims.
func (j *JWT) ParseWithClaims(token string, claims any) error {
	room := rooms.Get().(*[]byte)
	text, err := j.verify(token, room)
	if err == nil {
		err = fill(string(text), claims)
	}
	rooms.Put(room)
	return err
}

// rooms are scratch buffers.
var rooms = sync.Pool{New: func() any {
	room := make([]byte, abi.ScratchBytes)
	return &room
}}

func (j *JWT) verify(token string, room *[]byte) ([]byte, error) {
	now := j.gate.now()
	claims, code, open := j.gate.abi.VerifyJWT(token, now, *room)
	for open && code == abi.ScratchTooSmall {
		needed := j.gate.abi.ScratchBytes()
		if needed <= len(*room) {
			break
		}
		*room = make([]byte, needed)
		claims, code, open = j.gate.abi.VerifyJWT(token, now, *room)
	}
	return claims, answered(code, open)
}

// Signer signs claims with one key. All methods may be called at once.
type Signer struct{ abi *abi.Key }

// NewSigner makes a key ready. Of KeyEntry's secrets only Secret is taken; ID, where given, becomes the kid of every
// token. The error is KeyInvalid for a secret that is empty, too short for its algorithm, not of its encoding, or the
// text of another kind of key, and for an unknown algorithm or encoding.
func NewSigner(key KeyEntry) (*Signer, error) {
	algorithm, known := algorithms[key.Algorithm]
	encoding, spelled := encodings[key.Encoding]
	if !known || !spelled {
		return nil, KeyInvalid
	}
	secret := []byte(key.Secret)
	defer clear(secret)
	made, code := abi.NewKey(key.ID, algorithm, encoding, secret)
	if code != abi.OK {
		return nil, failure(code)
	}
	return &Signer{made}, nil
}

// The numbers of the C header.
var (
	algorithms = map[string]uint32{"HS256": 256, "HS384": 384, "HS512": 512}
	encodings  = map[string]uint32{"": 0, "utf8": 0, "base64": 1, "base64url": 2, "hex": 3}
)

// Close wipes the key, after the last call that is under way.
func (s *Signer) Close() error {
	s.abi.Close()
	return nil
}

// Sign writes claims with encoding/json and signs them: {"alg":…,"typ":"JWT"}, and "kid" if the key has an id.
//
// Numbers of a map that are float64 may be written with an exponent, which is a date all the same.
func (s *Signer) Sign(claims any) (string, error) {
	text, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	return s.SignJSON(string(text))
}

// SignJSON signs claims byte for byte, once they are one strict JSON object without a name twice: ClaimsJSON or
// ClaimsDuplicateName otherwise.
func (s *Signer) SignJSON(claims string) (string, error) {
	token, code, open := s.abi.Sign(nil, claims)
	if err := answered(code, open); err != nil {
		return "", err
	}
	return string(token), nil
}

// VerifyJWS proves the MAC of a token and gives its payload, whatever that is: no claim and no time is judged, typ and
// kid are passed over. It is for JWS that are not JWT; a JWT is for JWT.Verify.
func (s *Signer) VerifyJWS(token string) ([]byte, error) {
	payload, code, open := s.abi.VerifyJWS(token, make([]byte, 2*len(token)))
	if err := answered(code, open); err != nil {
		return nil, err
	}
	return payload, nil
}
