package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"time"
)

// The claims of `benches/src/lib.rs`, of this hour, written and signed without any of the contenders.
const (
	secret   = "a benchmark's secret, which everybody knows, 64 bytes long......"
	issuer   = "https://issuer.example"
	audience = "mux"

	// As many tokens as rotate at most, and the bytes of claims that they have together at most.
	distinct = 256
	rotating = 384 * 1024
)

var now = time.Now()

// payloads are the bytes of JSON that make an HS256 token of a size.
var payloads = map[int]int{281: 150, 1036: 716, 8192: 6083}

// tokensOf are the tokens of exactly so many bytes that rotate.
func tokensOf(size int) []string {
	tokens := make([]string, min(distinct, rotating/payloads[size]))
	for index := range tokens {
		tokens[index] = sign(claimsOf(index, payloads[size]))
		if len(tokens[index]) != size {
			panic(fmt.Sprintf("a token of %d bytes, not %d", len(tokens[index]), size))
		}
	}
	return tokens
}

func claimsOf(index, size int) string {
	text := fmt.Sprintf(`{"iss":%q,"aud":%q,"sub":"u-%04d","exp":%d,"nbf":%d,"iat":%d,"jti":"%06x"`, issuer, audience,
		index, now.Unix()+36_000, now.Unix(), now.Unix()-int64(index), index*40_503&0xff_ffff)
	if size >= payloads[1036] {
		text += `,"name":"Example User","email":"user@example.com","tenant":{"id":42,"plan":"team","regions":["eu","us"]}` +
			`,"permissions":[` + listed(16, `"workspace:%02[1]d:read"`) + `]`
	}
	if size >= payloads[8192] {
		text += `,"grants":[` + listed(100, `{"id":%[1]d,"resource":"workspace:%03[1]d","rw":true}`) + `]`
	}
	text += `,"scope":"mux:`
	return text + strings.Repeat("rrrrrrrr ", size/9+1)[:size-len(text)-2] + `"}`
}

func listed(count int, form string) string {
	items := make([]string, count)
	for n := range items {
		items[n] = fmt.Sprintf(form, n)
	}
	return strings.Join(items, ",")
}

func sign(claims string) string {
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode([]byte(claims))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return text + "." + encode(mac.Sum(nil))
}
