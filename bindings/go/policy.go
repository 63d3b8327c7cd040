package doorward

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// Policy is a policy document as a value, for programs that build theirs. Its keys, their defaults and what they
// mean are those of the document; the zero value of a field is the document's default, which is the strict one.
// Fields marked "opt-out" give a check up.
type Policy struct {
	// Realm of the challenge.
	Realm      string            `json:"realm,omitempty"`
	Listen     *ListenRules      `json:"listen,omitempty"`
	Host       *HostRules        `json:"host,omitempty"`
	Origin     *OriginRules      `json:"origin,omitempty"`
	Credential *CredentialRules  `json:"credential,omitempty"`
	Capability []CapabilityEntry `json:"capability,omitempty"`
	JWT        *JWTRules         `json:"jwt,omitempty"`
	Scope      *ScopeRules       `json:"scope,omitempty"`
}

// ListenRules is the table [listen].
type ListenRules struct {
	// Address is where the server listens; a loopback address makes the machine's own names the default of Host.Allow.
	Address string `json:"address,omitempty"`
	// WithoutCredential is "refuse" or "warn".
	WithoutCredential string `json:"without_credential,omitempty"`
}

// HostRules is the table [host].
type HostRules struct {
	Allow          []string `json:"allow,omitempty"`
	TrustedProxies []string `json:"trusted_proxies,omitempty"`
	// Unchecked is an opt-out: the Host is not judged.
	Unchecked bool `json:"unchecked,omitempty"`
	// ForwardedLenient is an opt-out: Host stays a candidate beside X-Forwarded-Host.
	ForwardedLenient bool `json:"forwarded_lenient,omitempty"`
}

// OriginRules is the table [origin].
type OriginRules struct {
	// Mode is "same-origin", "list", "same-origin-or-list", "none-allowed", "after-credential" or, an opt-out, "off".
	Mode  string   `json:"mode,omitempty"`
	Allow []string `json:"allow,omitempty"`
	// Absent is "allow-native", "require" or, an opt-out, "allow".
	Absent          string `json:"absent,omitempty"`
	LoopbackAliases bool   `json:"loopback_aliases,omitempty"`
	// AllowNull and what follows are opt-outs.
	AllowNull          bool `json:"allow_null,omitempty"`
	IgnoreScheme       bool `json:"ignore_scheme,omitempty"`
	HTTPSPageOnHTTP    bool `json:"https_page_on_http,omitempty"`
	AcceptUnserialized bool `json:"accept_unserialized,omitempty"`
	EmptyIsAbsent      bool `json:"empty_is_absent,omitempty"`
	IgnoreFetchSite    bool `json:"ignore_fetch_site,omitempty"`
}

// CredentialRules is the table [credential].
type CredentialRules struct {
	// Places are "authorization", "cookie:NAME", "query:NAME", "header:NAME", "subprotocol:PREFIX".
	Places        []string `json:"places,omitempty"`
	MaxTokenBytes int      `json:"max_token_bytes,omitempty"`
	// Anonymous is an opt-out: no credential is needed; one that is presented and bad is refused all the same.
	Anonymous bool `json:"anonymous,omitempty"`
	// FirstPresentWins is an opt-out: the first place that holds something is used, the others are not looked at.
	FirstPresentWins bool `json:"first_present_wins,omitempty"`
}

// CapabilityEntry is one of [[capability]]. Exactly one of SHA256, SHA256File, TokenFile, TokenEnv and Token is
// given.
type CapabilityEntry struct {
	// ID is who the bearer is.
	ID         string `json:"id"`
	SHA256     string `json:"sha256,omitempty"`
	SHA256File string `json:"sha256_file,omitempty"`
	TokenFile  string `json:"token_file,omitempty"`
	TokenEnv   string `json:"token_env,omitempty"`
	Token      Secret `json:"token,omitempty"`
	// Expires is RFC 3339: the first second at which the token is refused.
	Expires   string   `json:"expires,omitempty"`
	Scopes    []string `json:"scopes,omitempty"`
	Resources []string `json:"resources,omitempty"`
	// Weak is an opt-out: it permits a token under 22 characters.
	Weak bool `json:"weak,omitempty"`
}

// JWTRules is the table [jwt].
type JWTRules struct {
	Key      []KeyEntry `json:"key,omitempty"`
	Issuer   string     `json:"issuer,omitempty"`
	Audience []string   `json:"audience,omitempty"`
	Subject  string     `json:"subject,omitempty"`
	// Leeway is seconds of clock skew, at most 300; nil is 30.
	Leeway   *int     `json:"leeway,omitempty"`
	Required []string `json:"required,omitempty"`
	// MaxLifetime and MaxAge are seconds; 0 is no bound.
	MaxLifetime int      `json:"max_lifetime,omitempty"`
	MaxAge      int      `json:"max_age,omitempty"`
	Typ         []string `json:"typ,omitempty"`
	Revoked     []string `json:"revoked,omitempty"`
	// IgnoreTyp and what follows are opt-outs.
	IgnoreTyp      bool `json:"ignore_typ,omitempty"`
	IgnoreKID      bool `json:"ignore_kid,omitempty"`
	IgnoreAudience bool `json:"ignore_audience,omitempty"`
	ValidAtExpiry  bool `json:"valid_at_expiry,omitempty"`
}

// KeyEntry is one of [[jwt.key]]. Exactly one of SecretFile, SecretEnv and Secret is given.
type KeyEntry struct {
	// ID is the kid that chooses the key.
	ID string `json:"id,omitempty"`
	// Algorithm is "HS256", "HS384" or "HS512".
	Algorithm  string `json:"algorithm"`
	SecretFile string `json:"secret_file,omitempty"`
	SecretEnv  string `json:"secret_env,omitempty"`
	Secret     Secret `json:"secret,omitempty"`
	// Encoding is how the secret's text stands for its bytes: "utf8", which is the default, "base64", "base64url" or
	// "hex".
	Encoding string `json:"encoding,omitempty"`
}

// ScopeRules is the table [scope].
type ScopeRules struct {
	Require       []string `json:"require,omitempty"`
	Claim         string   `json:"claim,omitempty"`
	Resource      string   `json:"resource,omitempty"`
	ResourceClaim string   `json:"resource_claim,omitempty"`
}

// Secret is a text that is not printed: fmt, log/slog and encoding/json show its length. Only New and NewSigner read
// it.
type Secret string

// String is what the secret is, and how long.
func (s Secret) String() string { return fmt.Sprintf("secret of %d bytes", len(s)) }

// Format prints the same for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue is the same for log/slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalJSON is the same for encoding/json, which log/slog uses for what holds a secret.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// Format prints the same for every verb: one that does not fit a field would print all of it.
func (p Policy) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.LogValue().String()) }

// LogValue is the number of entries.
func (p Policy) LogValue() slog.Value {
	keys := 0
	if p.JWT != nil {
		keys = len(p.JWT.Key)
	}
	return slog.GroupValue(slog.Int("capabilities", len(p.Capability)), slog.Int("keys", keys))
}

// Format prints how many keys there are.
func (r JWTRules) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "[keys=%d]", len(r.Key)) }

// document is the policy in its JSON form, with its secrets.
func (p Policy) document() ([]byte, error) {
	wire := wirePolicy{Policy: p}
	for _, entry := range p.Capability {
		wire.Capability = append(wire.Capability, wireCapability{entry, string(entry.Token)})
	}
	if p.JWT != nil {
		wire.JWT = &wireJWT{JWTRules: *p.JWT}
		for _, entry := range p.JWT.Key {
			wire.JWT.Key = append(wire.JWT.Key, wireKey{entry, string(entry.Secret)})
		}
	}
	return json.Marshal(wire)
}

// encoding/json takes the outer one of two fields of a name.
type (
	wirePolicy struct {
		Policy
		Capability []wireCapability `json:"capability,omitempty"`
		JWT        *wireJWT         `json:"jwt,omitempty"`
	}
	wireCapability struct {
		CapabilityEntry
		Token string `json:"token,omitempty"`
	}
	wireJWT struct {
		JWTRules
		Key []wireKey `json:"key,omitempty"`
	}
	wireKey struct {
		KeyEntry
		Secret string `json:"secret,omitempty"`
	}
)
