package integration

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/doorward/doorward/bindings/go"
	"github.com/golang-jwt/jwt/v5"
)

var at = time.Unix(1_700_000_000, 0)

// mac signs any header and claims with Go's own HMAC, whatever either library thinks of them.
func mac(header, claims string) string {
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(header)) + "." + encode([]byte(claims))
	sum := hmac.New(sha256.New, []byte(secret))
	sum.Write([]byte(text))
	return text + "." + encode(sum.Sum(nil))
}

const plain = `{"alg":"HS256","typ":"JWT"}`

// ours are the claims that the difference is about; exp is valid.
func ours(claims string) string { return mac(plain, `{"exp":1700000060,`+claims+`}`) }

type registered struct {
	jwt.RegisteredClaims
	Admin bool `json:"admin"`
}

// row is a line of docs/from-golang-jwt.md: one token, and whether each of the two takes it.
type row struct {
	token  string
	golang bool
	reason doorward.Reason
}

var rows = map[string]row{
	"no `exp`":                                {mac(plain, `{"sub":"alice"}`), true, doorward.ClaimMissing},
	"`aud`, and no audience is expected":      {ours(`"aud":"other"`), true, doorward.AudienceUnexpected},
	"expired 10 s ago":                        {mac(plain, `{"exp":1699999990}`), false, doorward.OK},
	"`exp` as a string":                       {mac(plain, `{"exp":"1700000060"}`), true, doorward.ClaimTypeInvalid},
	"`exp` in milliseconds":                   {mac(plain, `{"exp":1700000060000}`), true, doorward.ClaimTypeInvalid},
	"`exp` twice":                             {mac(plain, `{"exp":1,"exp":1700000060}`), true, doorward.ClaimsDuplicateName},
	"a name twice in the header":              {mac(`{"alg":"none","alg":"HS256"}`, `{"exp":1700000060}`), true, doorward.HeaderDuplicateName},
	"`crit` in the header":                    {mac(`{"alg":"HS256","crit":["x"],"x":1}`, `{"exp":1700000060}`), true, doorward.HeaderCritical},
	"`zip` in the header":                     {mac(`{"alg":"HS256","zip":"DEF"}`, `{"exp":1700000060}`), true, doorward.HeaderUnsupported},
	"another `typ`":                           {mac(`{"alg":"HS256","typ":"dpop+jwt"}`, `{"exp":1700000060}`), true, doorward.HeaderTypeUnexpected},
	"a `kid` that no key has":                 {mac(`{"alg":"HS256","kid":"other"}`, `{"exp":1700000060}`), true, doorward.KeyUnknown},
	"a line end inside the signature":         {ours(`"sub":"a"`)[:100] + "\n" + ours(`"sub":"a"`)[100:], true, doorward.TokenAlphabet},
	"unused bits in the last character":       {bend(ours(`"sub":"a"`)), true, doorward.TokenBase64},
	"bytes that are no UTF-8":                 {ours("\"sub\":\"\xff\""), true, doorward.ClaimsJSON},
	"`sub` as a number":                       {ours(`"sub":7`), false, doorward.ClaimTypeInvalid},
	"`alg` that the key is not for":           {mac(`{"alg":"HS384"}`, `{"exp":1700000060}`), false, doorward.AlgorithmNotAllowed},
	"`none`":                                  {base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + ".e30.", false, doorward.TokenSegments},
	"white space around the token":            {" " + ours(`"sub":"a"`), false, doorward.TokenAlphabet},
	"a good token":                            {ours(`"sub":"alice"`), true, doorward.OK},
	"a good token with a claim in upper case": {ours(`"sub":"alice","SUB":"admin"`), true, doorward.OK},
}

// bend sets a bit that the last character of a 43-character signature does not use.
func bend(token string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(alphabet, token[len(token)-1])
	return token[:len(token)-1] + string(alphabet[last^1])
}

// Both are asked: golang-jwt as its documentation has it, with the method named; doorward by its defaults.
func TestWhatDiffersFromGolangJWT(t *testing.T) {
	page, err := os.ReadFile("../docs/from-golang-jwt.md")
	if err != nil {
		t.Fatal(err)
	}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}), jwt.WithTimeFunc(func() time.Time { return at }))
	verifier, err := doorward.NewJWT(doorward.JWTRules{
		Key: []doorward.KeyEntry{{ID: "k1", Algorithm: "HS256", Secret: secret}},
	}, doorward.Clock(func() time.Time { return at }))
	if err != nil {
		t.Fatal(err)
	}
	defer verifier.Close()
	documented := map[string]bool{}
	line := regexp.MustCompile(`(?m)^\| (.+?) \| (accepts|refuses) \| (accepts|refuses: [0-9]{4} [a-z0-9_]+) \|`)
	for _, found := range line.FindAllStringSubmatch(string(page), -1) {
		name, golang, own := found[1], found[2], found[3]
		documented[name] = true
		one, known := rows[name]
		if !known {
			t.Errorf("%s: not tested", name)
			continue
		}
		var claims registered
		_, err := parser.ParseWithClaims(one.token, &claims, func(*jwt.Token) (any, error) { return []byte(secret), nil })
		if (err == nil) != one.golang || (golang == "accepts") != one.golang {
			t.Errorf("%s: golang-jwt: %v; the page: %s", name, err, golang)
		}
		var filled registered
		err = verifier.ParseWithClaims(one.token, &filled)
		var reason doorward.Reason
		if err != nil && !errors.As(err, &reason) {
			t.Errorf("%s: %v", name, err)
		}
		said := "accepts"
		if one.reason != doorward.OK {
			said = "refuses: " + strings.TrimPrefix(one.reason.Error(), "doorward: ")
		}
		if reason != one.reason || own != said {
			t.Errorf("%s: doorward: %v; the page: %s", name, err, own)
		}
	}
	for name := range rows {
		if !documented[name] {
			t.Errorf("%s: not on the page", name)
		}
	}
	if len(documented) < 15 {
		t.Error("the page has", len(documented), "lines")
	}
}

// The claims that are filled are those that were judged.
func TestClaimNamesAreExact(t *testing.T) {
	token := ours(`"sub":"alice","SUB":"admin","Admin":true`)
	type own struct {
		Subject string `json:"sub"`
		Admin   bool   `json:"admin"`
	}
	var golang registered
	if _, err := jwt.NewParser(jwt.WithTimeFunc(func() time.Time { return at })).ParseWithClaims(token, &golang,
		func(*jwt.Token) (any, error) { return []byte(secret), nil }); err != nil || golang.Subject != "admin" || !golang.Admin {
		t.Error("golang-jwt has changed:", golang, err)
	}
	verifier, err := doorward.NewJWT(doorward.JWTRules{Key: []doorward.KeyEntry{{Algorithm: "HS256", Secret: secret}}},
		doorward.Clock(func() time.Time { return at }))
	if err != nil {
		t.Fatal(err)
	}
	defer verifier.Close()
	var filled own
	if err := verifier.ParseWithClaims(token, &filled); err != nil || filled.Subject != "alice" || filled.Admin {
		t.Error(filled, err)
	}
	// golang-jwt's own struct can be filled as well.
	var theirs registered
	if err := verifier.ParseWithClaims(ours(`"sub":"alice","iat":1700000000`), &theirs); err != nil ||
		theirs.Subject != "alice" || !theirs.IssuedAt.Equal(at) {
		t.Error(theirs, err)
	}
}

// A secret that is shorter than its hash is a fault of the configuration, and not a key.
func TestShortSecret(t *testing.T) {
	short := []byte("short")
	text, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"exp": at.Unix() + 60}).SignedString(short)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := jwt.NewParser(jwt.WithTimeFunc(func() time.Time { return at })).Parse(text,
		func(*jwt.Token) (any, error) { return short, nil }); err != nil {
		t.Error("golang-jwt has changed:", err)
	}
	if _, err := doorward.NewJWT(doorward.JWTRules{
		Key: []doorward.KeyEntry{{Algorithm: "HS256", Secret: "short"}},
	}); !errors.Is(err, doorward.KeyInvalid) {
		t.Error(err)
	}
}

// What each signs, the other verifies.
func TestEachReadsTheOther(t *testing.T) {
	signer, err := doorward.NewSigner(doorward.KeyEntry{ID: "k1", Algorithm: "HS256", Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	defer signer.Close()
	claims := jwt.RegisteredClaims{Subject: "alice", ExpiresAt: jwt.NewNumericDate(at.Add(time.Minute))}
	text, err := signer.Sign(claims)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := jwt.NewParser(jwt.WithTimeFunc(func() time.Time { return at })).ParseWithClaims(text,
		&jwt.RegisteredClaims{}, func(*jwt.Token) (any, error) { return []byte(secret), nil })
	if err != nil || parsed.Header["kid"] != "k1" || parsed.Claims.(*jwt.RegisteredClaims).Subject != "alice" {
		t.Error(parsed, err)
	}
	other, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := doorward.NewJWT(doorward.JWTRules{Key: []doorward.KeyEntry{{Algorithm: "HS256", Secret: secret}}},
		doorward.Clock(func() time.Time { return at }))
	if err != nil {
		t.Fatal(err)
	}
	defer verifier.Close()
	if err := verifier.Check(other); err != nil {
		t.Error(err)
	}
}
