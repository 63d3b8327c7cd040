//! Why not: one table, one row a reason.
//!
//! The number says how far the request got: its first two digits are the stage that refused. Numbers
//! and names never change and are never reused; `xtask gen` writes every other form of this table
//! (C, Go, Python, TypeScript, `tests/vectors/reasons.json`) from it.

use crate::decision::Challenge;
use core::fmt;

/// What the peer may know of a [`Reason`]: the class decides status and challenge, nothing else of
/// the reason leaves the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Nothing was presented: 401 and a challenge without an error code (RFC 6750 §3.1).
    Unauthenticated,
    /// The request is malformed: 400, or 431 where it is too large.
    InvalidRequest,
    /// A credential was presented and is not good: 401.
    InvalidToken,
    /// The credential is good and does not reach this far: 403.
    InsufficientScope,
    /// The host or the page is not welcome: 403, and no challenge, since no credential would help.
    Forbidden,
    /// The answer could not be found now: 503.
    Unavailable,
    /// The calling program or its configuration is wrong: 500.
    Internal,
}

impl Class {
    /// The class's name: RFC 6750 §3.1's error code where there is one.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::InvalidRequest => "invalid_request",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::Forbidden => "forbidden",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }

    /// The RFC 6750 §3.1 error code that the challenge carries, if this class has one.
    #[must_use]
    pub const fn error_code(self) -> Option<&'static str> {
        match self {
            Self::InvalidRequest | Self::InvalidToken | Self::InsufficientScope => {
                Some(self.name())
            }
            _ => None,
        }
    }

    /// The HTTP body that a refusal of this class carries: one line, the same for each reason.
    #[must_use]
    pub const fn body(self) -> &'static str {
        match self {
            Self::Unauthenticated => "authentication required\n",
            Self::InvalidRequest => "invalid request\n",
            Self::InvalidToken => "invalid token\n",
            Self::InsufficientScope => "insufficient scope\n",
            Self::Forbidden => "forbidden\n",
            Self::Unavailable => "unavailable\n",
            Self::Internal => "internal error\n",
        }
    }
}

macro_rules! reasons {
    ($( $variant:ident = $code:literal, $name:literal, $class:ident, $status:literal, $text:literal; )*) => {
        /// Why a request may not come in, or why the question could not be answered.
        ///
        /// `Copy`, a closed set, and free of bytes from the request: safe to log and to count by.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u32)]
        pub enum Reason {
            $( #[doc = $text] $variant = $code, )*
        }

        impl Reason {
            /// Every reason, in ascending order of its number.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )* ];

            /// The stable name, lower case with underscores: what logs and metrics carry.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $( Self::$variant => $name, )* }
            }

            /// What the peer may know.
            #[must_use]
            pub const fn class(self) -> Class {
                match self { $( Self::$variant => Class::$class, )* }
            }

            /// The HTTP status of the refusal.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $( Self::$variant => $status, )* }
            }

            /// One line for the log, without any byte of the request.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $( Self::$variant => $text, )* }
            }
        }
    };
}

reasons! {
    // 1xxx usage: the calling program or its configuration is wrong; no byte from the network causes one.
    // 1001 to 1003 belong to the C ABI, where the compiler does not see to it.
    NullArgument = 1001, "null_argument", Internal, 500,
        "a required pointer is NULL, or a length, a number or a text is not what the function takes";
    StorageTooSmall = 1002, "storage_too_small", Internal, 500,
        "the memory given for a gate's rules is too small for them";
    StorageMisaligned = 1003, "storage_misaligned", Internal, 500,
        "a pointer is not aligned as its type asks";
    ScratchTooSmall = 1004, "scratch_too_small", Internal, 500,
        "the scratch buffer is smaller than this gate needs";
    ConfigInvalid = 1005, "config_invalid", Internal, 500,
        "the policy is not valid";
    KeyInvalid = 1006, "key_invalid", Internal, 500,
        "a signing key is empty, too short, undecodable, a duplicate, or the text of another kind of key";
    OriginRuleInvalid = 1007, "origin_rule_invalid", Internal, 500,
        "a line of the origin list could never match, or would match too much";
    HostRuleInvalid = 1008, "host_rule_invalid", Internal, 500,
        "a line of the host list or of the trusted proxies cannot be read";
    CapabilityInvalid = 1009, "capability_invalid", Internal, 500,
        "a capability entry has no usable digest or a token that is too short";
    StartupUnprotected = 1010, "startup_unprotected", Internal, 500,
        "the listener is reachable from other machines and no credential is configured";
    OutputTooSmall = 1011, "output_too_small", Internal, 500,
        "the caller's output buffer is too small";

    // 20xx request
    RequestTooLarge = 2001, "request_too_large", InvalidRequest, 431,
        "the request has more headers or longer values than the limits allow";
    TargetMalformed = 2002, "target_malformed", InvalidRequest, 400,
        "the request target holds bytes that no URI has";

    // 21xx host
    HostMissing = 2101, "host_missing", Forbidden, 403,
        "there is no Host to judge";
    HostDuplicate = 2102, "host_duplicate", Forbidden, 403,
        "there is more than one Host";
    HostMalformed = 2103, "host_malformed", Forbidden, 403,
        "the Host is not a name or address with an optional port";
    HostNotAllowed = 2104, "host_not_allowed", Forbidden, 403,
        "the Host is not one of the allowed hosts";
    ForwardedMalformed = 2105, "forwarded_malformed", Forbidden, 403,
        "a trusted proxy's forwarding headers cannot be read or disagree";
    ForwardedProtoUnknown = 2106, "forwarded_proto_unknown", Forbidden, 403,
        "a trusted proxy named a protocol that is none of http, https, ws, wss";

    // 22xx origin
    OriginMissing = 2201, "origin_missing", Forbidden, 403,
        "there is no Origin, and this policy or a cookie credential asks for one";
    OriginDuplicate = 2202, "origin_duplicate", Forbidden, 403,
        "there is more than one Origin";
    OriginMalformed = 2203, "origin_malformed", Forbidden, 403,
        "the Origin is not a serialized origin";
    OriginNull = 2204, "origin_null", Forbidden, 403,
        "the Origin is null: a sandboxed frame, a file or a redirect";
    OriginNotAllowed = 2205, "origin_not_allowed", Forbidden, 403,
        "the Origin is neither the same origin nor listed, as the mode asks";
    OriginForbidden = 2206, "origin_forbidden", Forbidden, 403,
        "this policy admits no page, or none without a credential that the page itself must hold";
    FetchSiteForbidden = 2207, "fetch_site_forbidden", Forbidden, 403,
        "the browser says that the request comes from another site or a sibling of this one";
    FetchSiteMalformed = 2208, "fetch_site_malformed", Forbidden, 403,
        "Sec-Fetch-Site is repeated or none of its four values";

    // 23xx credential
    CredentialMissing = 2301, "credential_missing", Unauthenticated, 401,
        "there is no credential in any configured place";
    CredentialMalformed = 2302, "credential_malformed", InvalidRequest, 400,
        "the credential is not written as its place demands";
    CredentialDuplicate = 2303, "credential_duplicate", InvalidRequest, 400,
        "there is more than one credential";
    CredentialSchemeUnsupported = 2304, "credential_scheme_unsupported", Unauthenticated, 401,
        "Authorization names another scheme than Bearer";

    // 30xx form of the token
    TokenTooLong = 3001, "token_too_long", InvalidToken, 401,
        "the token is longer than the limit";
    TokenAlphabet = 3002, "token_alphabet", InvalidToken, 401,
        "the token holds a byte outside base64url and the dot";
    TokenSegments = 3003, "token_segments", InvalidToken, 401,
        "the token is not three non-empty segments";
    TokenBase64 = 3004, "token_base64", InvalidToken, 401,
        "a segment is not canonical base64url";
    HeaderJson = 3005, "header_json", InvalidToken, 401,
        "the JOSE header is not one strict JSON object within the limits";
    HeaderDuplicateName = 3006, "header_duplicate_name", InvalidToken, 401,
        "the JOSE header has a name twice";
    HeaderFieldType = 3007, "header_field_type", InvalidToken, 401,
        "alg is absent, or alg, typ, cty or kid is not a string";
    HeaderCritical = 3008, "header_critical", InvalidToken, 401,
        "the JOSE header has crit, and no extension is understood";
    HeaderUnsupported = 3009, "header_unsupported", InvalidToken, 401,
        "the JOSE header has b64 or zip";
    HeaderTypeUnexpected = 3010, "header_type_unexpected", InvalidToken, 401,
        "typ is not what the policy names";

    // 40xx proof
    KeyUnknown = 4001, "key_unknown", InvalidToken, 401,
        "no key has the token's kid";
    AlgorithmNotAllowed = 4002, "algorithm_not_allowed", InvalidToken, 401,
        "the token's alg is not the key's algorithm";
    SignatureInvalid = 4003, "signature_invalid", InvalidToken, 401,
        "no key gives this signature";
    CapabilityUnknown = 4004, "capability_unknown", InvalidToken, 401,
        "the capability token is none of the configured ones";

    // 50xx claims
    ClaimsJson = 5001, "claims_json", InvalidToken, 401,
        "the payload is not one strict JSON object within the limits";
    ClaimsDuplicateName = 5002, "claims_duplicate_name", InvalidToken, 401,
        "the payload has a name twice";
    ClaimTypeInvalid = 5003, "claim_type_invalid", InvalidToken, 401,
        "a registered claim has the wrong type or is no date before the year 10000";
    ClaimMissing = 5004, "claim_missing", InvalidToken, 401,
        "exp or another required claim is absent";
    TokenExpired = 5005, "token_expired", InvalidToken, 401,
        "the token or the capability entry has expired";
    TokenNotYetValid = 5006, "token_not_yet_valid", InvalidToken, 401,
        "the token's nbf lies ahead";
    IssuerNotAccepted = 5007, "issuer_not_accepted", InvalidToken, 401,
        "iss is not the configured issuer";
    AudienceNotAccepted = 5008, "audience_not_accepted", InvalidToken, 401,
        "aud names none of the configured audiences";
    AudienceUnexpected = 5009, "audience_unexpected", InvalidToken, 401,
        "the token names an audience and none is configured";
    LifetimeTooLong = 5010, "lifetime_too_long", InvalidToken, 401,
        "exp lies further ahead than the longest lifetime allowed";
    TokenTooOld = 5011, "token_too_old", InvalidToken, 401,
        "iat lies further back than the greatest age allowed";
    SubjectNotAccepted = 5012, "subject_not_accepted", InvalidToken, 401,
        "sub is not the configured subject";

    // 60xx scope and use
    ScopeInsufficient = 6001, "scope_insufficient", InsufficientScope, 403,
        "the credential lacks a required scope";
    ResourceNotListed = 6002, "resource_not_listed", InsufficientScope, 403,
        "the credential does not list the resource";
    TokenRevoked = 6003, "token_revoked", InvalidToken, 401,
        "the token's jti is revoked";
    TokenAlreadyUsed = 6004, "token_already_used", InvalidToken, 401,
        "the single-use token was used before";

    // 90xx ours
    ClockUnavailable = 9001, "clock_unavailable", Unavailable, 503,
        "the time is needed and not known";
    StoreUnavailable = 9002, "store_unavailable", Unavailable, 503,
        "a store is full or could not answer";
    Internal = 9999, "internal", Internal, 500,
        "the library failed in itself: please report it";
}

impl Reason {
    /// The stable number.
    #[must_use]
    pub const fn code(self) -> u32 {
        self as u32
    }

    /// The reason with this number.
    #[must_use]
    pub fn from_code(code: u32) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.code() == code)
    }

    /// The `WWW-Authenticate` value that goes with the refusal, or `None` where the class has none.
    ///
    /// `realm` is printed as given (the policy checks its alphabet); `scopes` are the required ones,
    /// told for [`Class::InsufficientScope`] (RFC 6750 §3).
    #[must_use]
    pub fn challenge(self, realm: &str, scopes: &[&str]) -> Option<Challenge> {
        Challenge::new(self.class(), realm, scopes)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code(), self.name())
    }
}

impl core::error::Error for Reason {}

// The table is in ascending order without repeats: a number given twice does not compile.
const _: () = {
    let mut rest: &[Reason] = Reason::ALL;
    while let [first, tail @ ..] = rest {
        if let [second, ..] = tail {
            assert!((*first as u32) < (*second as u32));
        }
        rest = tail;
    }
};
