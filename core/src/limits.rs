//! Every bound, by name, with why it is this number. Exceeding one is an ordinary denial.

/// Longest token, in bytes, and the default of the policy's `max_token_bytes`. Node's whole header
/// block may be 16 KiB by default, nginx's 8 KiB a line: a longer token would not arrive.
pub const MAX_TOKEN_BYTES: usize = 16_384;

/// Smallest value that `max_token_bytes` may be set to: an HS512 token with three short claims is
/// about 230 bytes.
pub const MIN_TOKEN_LIMIT: usize = 256;

/// Longest encoded JOSE header, in bytes. The header is read before the signature is known to be
/// good, so it is kept short; `alg`, `typ` and a 128-byte `kid` need about 230.
pub const MAX_HEADER_BYTES: usize = 1_024;

/// Most members of a JOSE header, for the same reason. RFC 7515 §4.1 registers eleven.
pub const MAX_HEADER_MEMBERS: usize = 16;

/// Most members of a claims set.
pub const MAX_CLAIMS: usize = 512;

/// Deepest nesting of JSON, the outer object counted. Depth is kept in the bits of one `u32`.
pub const MAX_JSON_DEPTH: u32 = 32;

/// Longest `kid`, in bytes. It is an opaque look-up key (RFC 7515 §4.1.4).
pub const MAX_KID_BYTES: usize = 128;

/// Most keys that are tried for a token without `kid`, each of which costs a MAC, and most keys of a
/// policy.
pub const MAX_KEYS: usize = 8;

/// Largest leeway, in seconds. More is not clock skew but a longer lifetime.
pub const MAX_LEEWAY: u32 = 300;

/// Last second that a `NumericDate` may name: 9999-12-31T23:59:59Z, the end of RFC 3339. What lies
/// beyond is milliseconds taken for seconds, or a token that is meant never to expire.
pub const MAX_NUMERIC_DATE: i64 = 253_402_300_799;

/// Most header lines of a request; Go, Node and hyper stop at or near 100.
pub const MAX_HEADERS: usize = 128;

/// Longest request target that is searched for a credential.
pub const MAX_TARGET_BYTES: usize = 8_192;

/// Most bytes of `Cookie`, all lines together.
pub const MAX_COOKIE_BYTES: usize = 16_384;

/// Longest value of Host, Origin, `Sec-Fetch-Site` and the forwarding headers. What carries a
/// credential is bounded by the token's own limit.
pub const MAX_HEADER_VALUE_BYTES: usize = 2_048;

/// Longest DNS name (RFC 1035 §2.3.4).
pub const MAX_NAME_BYTES: usize = 253;

/// Longest serialized origin: scheme, `://`, a DNS name and a port, rounded up.
pub const MAX_ORIGIN_BYTES: usize = 512;

/// Shortest capability token that a policy takes without `weak = true`: 22 characters of base64url
/// are 132 bits.
pub const MIN_CAPABILITY_CHARS: usize = 22;

/// Longest realm of a challenge.
pub const MAX_REALM_BYTES: usize = 64;

/// Room for a challenge: the realm, the error code and about 400 characters of scopes.
pub const MAX_CHALLENGE_BYTES: usize = 512;
