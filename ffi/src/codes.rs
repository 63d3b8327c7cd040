//! Numbers with names. In C each group is an `enum` and a `typedef uint32_t`: the size of an enum is
//! the compiler's choice, that of a `uint32_t` is not, and a number that no enumerator has is a mistake
//! of the caller's and not undefined behaviour. The header's text is written from these tables.

/// One group of numbers.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// The C type's name.
    pub name: &'static str,
    /// What it tells.
    pub about: &'static str,
    /// Name, number and meaning of each member.
    pub members: &'static [(&'static str, u32, &'static str)],
}

macro_rules! group {
    ($table:ident, $name:ident, $about:literal, $( $member:ident = $number:literal, $text:literal; )*) => {
        #[doc = $about]
        pub type $name = u32;
        $( #[doc = $text] pub const $member: $name = $number; )*
        #[doc = $about]
        const $table: Group = Group {
            name: stringify!($name),
            about: $about,
            members: &[ $( (stringify!($member), $number, $text), )* ],
        };
    };
}

/// Every group of numbers but the reasons, in the order of the header.
pub const GROUPS: [Group; 10] =
    [CLASSES, SCHEMES, ADDRESSES, KINDS, MODES, ABSENT, ALGORITHMS, ENCODINGS, FORMS, SYNTAXES];

/// [`OPT_OUTS`] are bits, and so a group apart.
pub const FLAGS: Group = OPT_OUTS;

/// Why not; `DOORWARD_OK` is 0. Its numbers are the core's table.
pub type doorward_reason = u32;

/// No reason: it may come in, or it is done.
pub const DOORWARD_OK: doorward_reason = 0;

group! { CLASSES, doorward_class, "What the peer may know of a reason.",
    DOORWARD_CLASS_NONE = 0, "The number is no reason.";
    DOORWARD_CLASS_UNAUTHENTICATED = 1, "Nothing was presented: 401, and a challenge without an error code.";
    DOORWARD_CLASS_INVALID_REQUEST = 2, "The request is malformed: 400, or 431 where it is too large.";
    DOORWARD_CLASS_INVALID_TOKEN = 3, "A credential was presented and is not good: 401.";
    DOORWARD_CLASS_INSUFFICIENT_SCOPE = 4, "The credential is good and does not reach this far: 403.";
    DOORWARD_CLASS_FORBIDDEN = 5, "The host or the page is not welcome: 403, and no challenge.";
    DOORWARD_CLASS_UNAVAILABLE = 6, "The answer could not be found now: 503.";
    DOORWARD_CLASS_INTERNAL = 7, "The calling program or its configuration is wrong: 500.";
}

group! { SCHEMES, doorward_scheme, "The scheme of the connection: whether the server itself spoke TLS.",
    DOORWARD_HTTP = 1, "http and ws.";
    DOORWARD_HTTPS = 2, "https and wss.";
}

group! { ADDRESSES, doorward_address_kind, "Which bytes of a doorward_address count.",
    DOORWARD_ADDRESS_NONE = 0, "None: the address is not known.";
    DOORWARD_ADDRESS_V4 = 4, "The first 4, in network order.";
    DOORWARD_ADDRESS_V6 = 6, "All 16, in network order.";
}

group! { KINDS, doorward_principal_kind, "On whose behalf a request comes in.",
    DOORWARD_PRINCIPAL_NONE = 0, "Nobody: what a zeroed decision says.";
    DOORWARD_PRINCIPAL_ANONYMOUS = 1, "Anybody: the policy asks for no credential.";
    DOORWARD_PRINCIPAL_CAPABILITY = 2, "The bearer of a capability token.";
    DOORWARD_PRINCIPAL_TOKEN = 3, "The subject of a signed token.";
}

group! { MODES, doorward_origin_mode, "Which pages may ask.",
    DOORWARD_ORIGIN_SAME_ORIGIN = 0, "Pages of this very origin: scheme, host and port.";
    DOORWARD_ORIGIN_LIST = 1, "Pages of the listed origins.";
    DOORWARD_ORIGIN_SAME_ORIGIN_OR_LIST = 2, "Either.";
    DOORWARD_ORIGIN_NONE_ALLOWED = 3, "No page: any Origin denies.";
    DOORWARD_ORIGIN_AFTER_CREDENTIAL = 4, "Any page that holds a credential of its own; a cookie is not.";
    DOORWARD_ORIGIN_OFF = 5, "Opt-out: nothing is judged.";
}

group! { ABSENT, doorward_absent_origin, "What an absent Origin means.",
    DOORWARD_ABSENT_ALLOW_NATIVE = 0, "A native client, unless a cookie credential is presented.";
    DOORWARD_ABSENT_REQUIRE = 1, "A denial.";
    DOORWARD_ABSENT_ALLOW = 2, "Opt-out: always a native client.";
}

group! { ALGORITHMS, doorward_algorithm, "The one algorithm of a key (RFC 7518 section 3.2).",
    DOORWARD_HS256 = 256, "HMAC with SHA-256; the secret has at least 32 bytes.";
    DOORWARD_HS384 = 384, "HMAC with SHA-384; at least 48.";
    DOORWARD_HS512 = 512, "HMAC with SHA-512; at least 64.";
}

group! { ENCODINGS, doorward_encoding, "How the text of a secret stands for its bytes. Never guessed.",
    DOORWARD_UTF8 = 0, "The bytes of the text themselves.";
    DOORWARD_BASE64 = 1, "base64, with or without padding.";
    DOORWARD_BASE64URL = 2, "base64url, with or without padding.";
    DOORWARD_HEX = 3, "Hexadecimal digits of either case.";
}

group! { FORMS, doorward_form, "How the 256 random bits of a capability token are written.",
    DOORWARD_FORM_BASE64URL = 0, "43 characters of base64url: the one to choose.";
    DOORWARD_FORM_HEX = 1, "64 hexadecimal digits.";
    DOORWARD_FORM_LETTERS62 = 2, "43 letters and digits.";
}

group! { SYNTAXES, doorward_syntax, "The form of a policy document.",
    DOORWARD_TOML = 1, "TOML.";
    DOORWARD_JSON = 2, "JSON, with the same keys.";
}

group! { OPT_OUTS, doorward_flags, "The bits of doorward_config.flags. Each but the last gives up a check; the policy's page argues each.",
    DOORWARD_ANONYMOUS = 0x0001, "No credential is needed; a presented bad one still denies.";
    DOORWARD_FIRST_PRESENT_WINS = 0x0002, "The first place that holds something is used, the others are not looked at.";
    DOORWARD_HOST_UNCHECKED = 0x0004, "The Host is not judged.";
    DOORWARD_FORWARDED_LENIENT = 0x0008, "Host stays a candidate beside X-Forwarded-Host; unknown forwarded values are passed over.";
    DOORWARD_ALLOW_NULL = 0x0010, "The Origin null is accepted.";
    DOORWARD_IGNORE_SCHEME = 0x0020, "Same origin means same host and port, over http or https.";
    DOORWARD_HTTPS_PAGE_ON_HTTP = 0x0040, "An https page of this host is accepted where the connection is seen as http.";
    DOORWARD_ACCEPT_UNSERIALIZED = 0x0080, "An Origin in upper case, with a default port or long IPv6 is normalised, not refused.";
    DOORWARD_EMPTY_IS_ABSENT = 0x0100, "An Origin of no bytes counts as absent.";
    DOORWARD_IGNORE_FETCH_SITE = 0x0200, "Sec-Fetch-Site is not read.";
    DOORWARD_IGNORE_TYP = 0x0400, "A token's typ may be any string.";
    DOORWARD_IGNORE_KID = 0x0800, "kid chooses no key: each key of the algorithm is tried.";
    DOORWARD_IGNORE_AUDIENCE = 0x1000, "A token may have aud although no audience is configured.";
    DOORWARD_VALID_AT_EXPIRY = 0x2000, "The second exp + leeway itself is still valid.";
    DOORWARD_LOOPBACK_ALIASES = 0x4000, "localhost, 127.0.0.1 and [::1] are one host.";
}
