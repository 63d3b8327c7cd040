// Command disagree puts the cases on standard input to one library of Go's. usage: disagree LIBRARY
//
// Each line is a case (corpus.py); each answer is "id TAB accept|refuse|panic TAB the library's words".
package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/go-jose/go-jose/v4"
	josejwt "github.com/go-jose/go-jose/v4/jwt"
	"github.com/golang-jwt/jwt/v5"
	"github.com/lestrrat-go/jwx/v3/jwa"
	jwxjwt "github.com/lestrrat-go/jwx/v3/jwt"
)

type question struct {
	ID        string   `json:"id"`
	Token     string   `json:"token"`
	Algorithm string   `json:"algorithm"`
	Secret    string   `json:"secret"`
	Now       int64    `json:"now"`
	Leeway    int64    `json:"leeway"`
	Issuer    *string  `json:"issuer"`
	Audience  []string `json:"audience"`
	Subject   *string  `json:"subject"`
	Required  []string `json:"required"`
	MaxAge    *int64   `json:"max_age"`
}

var libraries = map[string]func(question, string, []byte) error{
	"golang-jwt": golangJWT,
	"jwx":        jwx,
	"go-jose":    goJose,
}

// parser_option.go. RegisteredClaims is the typed way; WithIssuedAt would go beyond the RFC.
func golangJWT(q question, token string, secret []byte) error {
	options := []jwt.ParserOption{
		jwt.WithValidMethods([]string{q.Algorithm}),
		jwt.WithStrictDecoding(),
		jwt.WithExpirationRequired(),
		jwt.WithLeeway(seconds(q.Leeway)),
		jwt.WithTimeFunc(func() time.Time { return time.Unix(q.Now, 0) }),
	}
	if q.Issuer != nil {
		options = append(options, jwt.WithIssuer(*q.Issuer))
	}
	if q.Audience != nil {
		options = append(options, jwt.WithAudience(q.Audience...))
	}
	if q.Subject != nil {
		options = append(options, jwt.WithSubject(*q.Subject))
	}
	parser := jwt.NewParser(options...)
	_, err := parser.ParseWithClaims(token, &jwt.RegisteredClaims{}, func(*jwt.Token) (any, error) { return secret, nil })
	return err
}

// jwt/options_gen.go and validate.go. It takes one audience an option, and demands each.
func jwx(q question, token string, secret []byte) error {
	if len(q.Audience) > 1 {
		return errNotAsked
	}
	algorithm, known := jwa.LookupSignatureAlgorithm(q.Algorithm)
	if !known {
		return fmt.Errorf("no algorithm %s", q.Algorithm)
	}
	options := []jwxjwt.ParseOption{
		jwxjwt.WithKey(algorithm, secret),
		jwxjwt.WithPedantic(true),
		jwxjwt.WithStrictStringClaims(true),
		jwxjwt.WithAcceptableSkew(seconds(q.Leeway)),
		jwxjwt.WithClock(jwxjwt.ClockFunc(func() time.Time { return time.Unix(q.Now, 0) })),
	}
	for _, claim := range q.Required {
		options = append(options, jwxjwt.WithRequiredClaim(claim))
	}
	if q.Issuer != nil {
		options = append(options, jwxjwt.WithIssuer(*q.Issuer))
	}
	if q.Audience != nil {
		options = append(options, jwxjwt.WithAudience(q.Audience[0]))
	}
	if q.Subject != nil {
		options = append(options, jwxjwt.WithSubject(*q.Subject))
	}
	if q.MaxAge != nil {
		// An empty name stands for now.
		options = append(options, jwxjwt.WithRequiredClaim("iat"), jwxjwt.WithMaxDelta(seconds(*q.MaxAge), "", "iat"))
	}
	_, err := jwxjwt.Parse([]byte(token), options...)
	return err
}

// jwt/validation.go, Expected.
func goJose(q question, token string, secret []byte) error {
	parsed, err := josejwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(q.Algorithm)})
	if err != nil {
		return err
	}
	var claims josejwt.Claims
	if err := parsed.Claims(secret, &claims); err != nil {
		return err
	}
	expected := josejwt.Expected{AnyAudience: q.Audience, Time: time.Unix(q.Now, 0)}
	if q.Issuer != nil {
		expected.Issuer = *q.Issuer
	}
	if q.Subject != nil {
		expected.Subject = *q.Subject
	}
	return claims.ValidateWithLeeway(expected, seconds(q.Leeway))
}

var errNotAsked = errors.New("the library cannot be given this case")

func seconds(count int64) time.Duration { return time.Duration(count) * time.Second }

func main() {
	// By default it reads a string of RFC 3339 as a time too, and drops fractions.
	jwxjwt.Settings(jwxjwt.WithNumericDateParsePedantic(true), jwxjwt.WithNumericDateParsePrecision(9))
	verify, known := libraries[os.Args[1]]
	if !known {
		fmt.Fprintln(os.Stderr, "no such library:", os.Args[1])
		os.Exit(2)
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var q question
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		fmt.Printf("%s\t%s\n", q.ID, answer(verify, q))
	}
	if err := lines.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func answer(verify func(question, string, []byte) error, q question) (text string) {
	token, tokenErr := hex.DecodeString(q.Token)
	secret, secretErr := hex.DecodeString(q.Secret)
	if err := errors.Join(tokenErr, secretErr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	defer func() {
		if cause := recover(); cause != nil {
			text = fmt.Sprintf("panic\t%q", fmt.Sprint(cause))
		}
	}()
	switch err := verify(q, string(token), secret); {
	case err == nil:
		return "accept\t"
	case errors.Is(err, errNotAsked):
		return "unasked\t"
	default:
		return fmt.Sprintf("refuse\t%q", err.Error())
	}
}
