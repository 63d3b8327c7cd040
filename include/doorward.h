/* doorward: decides whether a request may come in.
 *
 *     request bytes -> host -> origin -> credential -> token -> claims -> allow (who) | deny (why)
 *
 * One verifier with no clock and no hidden state, for servers and for bare metal. A gate is made once,
 * from a policy document (doorward_gate_open) or, without a heap, from a structure
 * (doorward_gate_init), and is asked for each request (doorward_gate_decide). It gives 0, and then
 * tells who came in, or the number of a reason, and then the caller answers with
 * doorward_reason_status and doorward_gate_challenge. Tell the peer no more than that; the reason is
 * for the log.
 *
 *     static uint8_t scratch[DOORWARD_SCRATCH_BYTES];
 *     doorward_decision who;
 *     doorward_reason reason =
 *         doorward_gate_decide(gate, &request, doorward_now(), scratch, sizeof scratch, &who);
 *     if (reason != DOORWARD_OK) {
 *         log_refusal(doorward_reason_name(reason));
 *         return answer(doorward_reason_status(reason), doorward_reason_body(reason));
 *     }
 *
 * What holds everywhere:
 *
 * - A function that can fail returns a doorward_reason. A denial is a value: 2xxx to 6xxx say that the
 *   request may not come in, 1xxx that the calling program is wrong, 9xxx that there is no answer now.
 *   Do not report 1xxx and 9xxx as a denial: doorward_reason_status is 5xx for them.
 * - Out-parameters are written only when DOORWARD_OK is returned. A buffer may hold anything after a
 *   failure.
 * - A `const` pointer is shareable: any number of threads may pass the same one at once. What is behind
 *   any other pointer is used by one call at a time.
 * - Bytes are a pointer and a length; the pointer may be NULL where the length is 0. Every other pointer
 *   is checked: NULL gives 1001 null_argument, a pointer that is not aligned 1003 storage_misaligned. So
 *   does a number that is not of its enumeration (1001), and text that is not UTF-8 (1001).
 * - Nothing is kept beyond a call but what a function's page says. Results that are not copied point into
 *   an argument, as its page says too.
 * - No function ends the program. A fault of the library itself is 9999 internal.
 * - Reasons keep their numbers and names for ever.
 */


#ifndef DOORWARD_H
#define DOORWARD_H

/* Made by `cargo xtask gen` from ffi/src. */

#include <stddef.h>
#include <stdint.h>

/* The value of a call must be looked at. */
#if !defined(DOORWARD_MUST_USE)
#if (defined(__cplusplus) && __cplusplus >= 201703L) || \
    (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 202311L)
#define DOORWARD_MUST_USE [[nodiscard]]
#elif defined(__GNUC__)
#define DOORWARD_MUST_USE __attribute__((warn_unused_result))
#else
#define DOORWARD_MUST_USE
#endif
#endif

/* Arguments that must not be NULL. The library checks them all the same. */
#if !defined(DOORWARD_NONNULL)
#if defined(__GNUC__)
#define DOORWARD_NONNULL(...) __attribute__((nonnull(__VA_ARGS__)))
#else
#define DOORWARD_NONNULL(...)
#endif
#endif

/* Storage for what the library keeps in memory of the caller's. */
#if !defined(DOORWARD_ALIGNED)
#if defined(_MSC_VER)
#define DOORWARD_ALIGNED(n) __declspec(align(n))
#else
#define DOORWARD_ALIGNED(n) __attribute__((aligned(n)))
#endif
#endif

/** The doorward_bytes of a string literal, for initialisers: `{DOORWARD_LITERAL("app.example.com")}`. */
#define DOORWARD_LITERAL(text) (const uint8_t *)(text), sizeof(text) - 1

/** The version of this header; `doorward_version` tells the library's. */
#define DOORWARD_VERSION_MAJOR 0
#define DOORWARD_VERSION_MINOR 1
#define DOORWARD_VERSION_PATCH 0
#define DOORWARD_VERSION_STRING "0.1.0"
/** One number that grows with the version. */
#define DOORWARD_VERSION \
    ((DOORWARD_VERSION_MAJOR << 16) | (DOORWARD_VERSION_MINOR << 8) | DOORWARD_VERSION_PATCH)

/**
 * Why not. The first two digits are the stage that refused: 10 usage, 20 request, 21 host,
 * 22 origin, 23 credential, 30 form, 40 proof, 50 claims, 60 scope and use, 90 ours.
 */
enum doorward_reasons {
    /** It may come in, or it is done. */
    DOORWARD_OK = 0,
    /**
     * A required pointer is NULL, or a length, a number or a text is not what the function takes;
     * 500.
     */
    DOORWARD_NULL_ARGUMENT = 1001,
    /** The memory given for a gate's rules is too small for them; 500. */
    DOORWARD_STORAGE_TOO_SMALL = 1002,
    /** A pointer is not aligned as its type asks; 500. */
    DOORWARD_STORAGE_MISALIGNED = 1003,
    /** The scratch buffer is smaller than this gate needs; 500. */
    DOORWARD_SCRATCH_TOO_SMALL = 1004,
    /** The policy is not valid; 500. */
    DOORWARD_CONFIG_INVALID = 1005,
    /**
     * A signing key is empty, too short, undecodable, a duplicate, or the text of another kind of
     * key; 500.
     */
    DOORWARD_KEY_INVALID = 1006,
    /** A line of the origin list could never match, or would match too much; 500. */
    DOORWARD_ORIGIN_RULE_INVALID = 1007,
    /** A line of the host list or of the trusted proxies cannot be read; 500. */
    DOORWARD_HOST_RULE_INVALID = 1008,
    /** A capability entry has no usable digest or a token that is too short; 500. */
    DOORWARD_CAPABILITY_INVALID = 1009,
    /** The listener is reachable from other machines and no credential is configured; 500. */
    DOORWARD_STARTUP_UNPROTECTED = 1010,
    /** The caller's output buffer is too small; 500. */
    DOORWARD_OUTPUT_TOO_SMALL = 1011,
    /** The request has more headers or longer values than the limits allow; 431. */
    DOORWARD_REQUEST_TOO_LARGE = 2001,
    /** The request target holds bytes that no URI has; 400. */
    DOORWARD_TARGET_MALFORMED = 2002,
    /** There is no Host to judge; 403. */
    DOORWARD_HOST_MISSING = 2101,
    /** There is more than one Host; 403. */
    DOORWARD_HOST_DUPLICATE = 2102,
    /** The Host is not a name or address with an optional port; 403. */
    DOORWARD_HOST_MALFORMED = 2103,
    /** The Host is not one of the allowed hosts; 403. */
    DOORWARD_HOST_NOT_ALLOWED = 2104,
    /** A trusted proxy's forwarding headers cannot be read or disagree; 403. */
    DOORWARD_FORWARDED_MALFORMED = 2105,
    /** A trusted proxy named a protocol that is none of http, https, ws, wss; 403. */
    DOORWARD_FORWARDED_PROTO_UNKNOWN = 2106,
    /** There is no Origin, and this policy or a cookie credential asks for one; 403. */
    DOORWARD_ORIGIN_MISSING = 2201,
    /** There is more than one Origin; 403. */
    DOORWARD_ORIGIN_DUPLICATE = 2202,
    /** The Origin is not a serialized origin; 403. */
    DOORWARD_ORIGIN_MALFORMED = 2203,
    /** The Origin is null: a sandboxed frame, a file or a redirect; 403. */
    DOORWARD_ORIGIN_NULL = 2204,
    /** The Origin is neither the same origin nor listed, as the mode asks; 403. */
    DOORWARD_ORIGIN_NOT_ALLOWED = 2205,
    /**
     * This policy admits no page, or none without a credential that the page itself must hold; 403.
     */
    DOORWARD_ORIGIN_FORBIDDEN = 2206,
    /** The browser says that the request comes from another site or a sibling of this one; 403. */
    DOORWARD_FETCH_SITE_FORBIDDEN = 2207,
    /** Sec-Fetch-Site is repeated or none of its four values; 403. */
    DOORWARD_FETCH_SITE_MALFORMED = 2208,
    /** There is no credential in any configured place; 401. */
    DOORWARD_CREDENTIAL_MISSING = 2301,
    /** The credential is not written as its place demands; 400. */
    DOORWARD_CREDENTIAL_MALFORMED = 2302,
    /** There is more than one credential; 400. */
    DOORWARD_CREDENTIAL_DUPLICATE = 2303,
    /** Authorization names another scheme than Bearer; 401. */
    DOORWARD_CREDENTIAL_SCHEME_UNSUPPORTED = 2304,
    /** The token is longer than the limit; 401. */
    DOORWARD_TOKEN_TOO_LONG = 3001,
    /** The token holds a byte outside base64url and the dot; 401. */
    DOORWARD_TOKEN_ALPHABET = 3002,
    /** The token is not three non-empty segments; 401. */
    DOORWARD_TOKEN_SEGMENTS = 3003,
    /** A segment is not canonical base64url; 401. */
    DOORWARD_TOKEN_BASE64 = 3004,
    /** The JOSE header is not one strict JSON object within the limits; 401. */
    DOORWARD_HEADER_JSON = 3005,
    /** The JOSE header has a name twice; 401. */
    DOORWARD_HEADER_DUPLICATE_NAME = 3006,
    /** Alg is absent, or alg, typ, cty or kid is not a string; 401. */
    DOORWARD_HEADER_FIELD_TYPE = 3007,
    /** The JOSE header has crit, and no extension is understood; 401. */
    DOORWARD_HEADER_CRITICAL = 3008,
    /** The JOSE header has b64 or zip; 401. */
    DOORWARD_HEADER_UNSUPPORTED = 3009,
    /** Typ is not what the policy names; 401. */
    DOORWARD_HEADER_TYPE_UNEXPECTED = 3010,
    /** No key has the token's kid; 401. */
    DOORWARD_KEY_UNKNOWN = 4001,
    /** The token's alg is not the key's algorithm; 401. */
    DOORWARD_ALGORITHM_NOT_ALLOWED = 4002,
    /** No key gives this signature; 401. */
    DOORWARD_SIGNATURE_INVALID = 4003,
    /** The capability token is none of the configured ones; 401. */
    DOORWARD_CAPABILITY_UNKNOWN = 4004,
    /** The payload is not one strict JSON object within the limits; 401. */
    DOORWARD_CLAIMS_JSON = 5001,
    /** The payload has a name twice; 401. */
    DOORWARD_CLAIMS_DUPLICATE_NAME = 5002,
    /** A registered claim has the wrong type or is no date before the year 10000; 401. */
    DOORWARD_CLAIM_TYPE_INVALID = 5003,
    /** Exp or another required claim is absent; 401. */
    DOORWARD_CLAIM_MISSING = 5004,
    /** The token or the capability entry has expired; 401. */
    DOORWARD_TOKEN_EXPIRED = 5005,
    /** The token's nbf lies ahead; 401. */
    DOORWARD_TOKEN_NOT_YET_VALID = 5006,
    /** Iss is not the configured issuer; 401. */
    DOORWARD_ISSUER_NOT_ACCEPTED = 5007,
    /** Aud names none of the configured audiences; 401. */
    DOORWARD_AUDIENCE_NOT_ACCEPTED = 5008,
    /** The token names an audience and none is configured; 401. */
    DOORWARD_AUDIENCE_UNEXPECTED = 5009,
    /** Exp lies further ahead than the longest lifetime allowed; 401. */
    DOORWARD_LIFETIME_TOO_LONG = 5010,
    /** Iat lies further back than the greatest age allowed; 401. */
    DOORWARD_TOKEN_TOO_OLD = 5011,
    /** Sub is not the configured subject; 401. */
    DOORWARD_SUBJECT_NOT_ACCEPTED = 5012,
    /** The credential lacks a required scope; 403. */
    DOORWARD_SCOPE_INSUFFICIENT = 6001,
    /** The credential does not list the resource; 403. */
    DOORWARD_RESOURCE_NOT_LISTED = 6002,
    /** The token's jti is revoked; 401. */
    DOORWARD_TOKEN_REVOKED = 6003,
    /** The single-use token was used before; 401. */
    DOORWARD_TOKEN_ALREADY_USED = 6004,
    /** The time is needed and not known; 503. */
    DOORWARD_CLOCK_UNAVAILABLE = 9001,
    /** A store is full or could not answer; 503. */
    DOORWARD_STORE_UNAVAILABLE = 9002,
    /** The library failed in itself: please report it; 500. */
    DOORWARD_INTERNAL = 9999
};
/** One of doorward_reasons. */
typedef uint32_t doorward_reason;

/** What the peer may know of a reason. */
enum doorward_classes {
    /** The number is no reason. */
    DOORWARD_CLASS_NONE = 0,
    /** Nothing was presented: 401, and a challenge without an error code. */
    DOORWARD_CLASS_UNAUTHENTICATED = 1,
    /** The request is malformed: 400, or 431 where it is too large. */
    DOORWARD_CLASS_INVALID_REQUEST = 2,
    /** A credential was presented and is not good: 401. */
    DOORWARD_CLASS_INVALID_TOKEN = 3,
    /** The credential is good and does not reach this far: 403. */
    DOORWARD_CLASS_INSUFFICIENT_SCOPE = 4,
    /** The host or the page is not welcome: 403, and no challenge. */
    DOORWARD_CLASS_FORBIDDEN = 5,
    /** The answer could not be found now: 503. */
    DOORWARD_CLASS_UNAVAILABLE = 6,
    /** The calling program or its configuration is wrong: 500. */
    DOORWARD_CLASS_INTERNAL = 7
};
/** One of doorward_classes. */
typedef uint32_t doorward_class;

/** The scheme of the connection: whether the server itself spoke TLS. */
enum doorward_schemes {
    /** http and ws. */
    DOORWARD_HTTP = 1,
    /** https and wss. */
    DOORWARD_HTTPS = 2
};
/** One of doorward_schemes. */
typedef uint32_t doorward_scheme;

/** Which bytes of a doorward_address count. */
enum doorward_address_kinds {
    /** None: the address is not known. */
    DOORWARD_ADDRESS_NONE = 0,
    /** The first 4, in network order. */
    DOORWARD_ADDRESS_V4 = 4,
    /** All 16, in network order. */
    DOORWARD_ADDRESS_V6 = 6
};
/** One of doorward_address_kinds. */
typedef uint32_t doorward_address_kind;

/** On whose behalf a request comes in. */
enum doorward_principal_kinds {
    /** Nobody: what a zeroed decision says. */
    DOORWARD_PRINCIPAL_NONE = 0,
    /** Anybody: the policy asks for no credential. */
    DOORWARD_PRINCIPAL_ANONYMOUS = 1,
    /** The bearer of a capability token. */
    DOORWARD_PRINCIPAL_CAPABILITY = 2,
    /** The subject of a signed token. */
    DOORWARD_PRINCIPAL_TOKEN = 3
};
/** One of doorward_principal_kinds. */
typedef uint32_t doorward_principal_kind;

/** Which pages may ask. */
enum doorward_origin_modes {
    /** Pages of this very origin: scheme, host and port. */
    DOORWARD_ORIGIN_SAME_ORIGIN = 0,
    /** Pages of the listed origins. */
    DOORWARD_ORIGIN_LIST = 1,
    /** Either. */
    DOORWARD_ORIGIN_SAME_ORIGIN_OR_LIST = 2,
    /** No page: any Origin denies. */
    DOORWARD_ORIGIN_NONE_ALLOWED = 3,
    /** Any page that holds a credential of its own; a cookie is not. */
    DOORWARD_ORIGIN_AFTER_CREDENTIAL = 4,
    /** Opt-out: nothing is judged. */
    DOORWARD_ORIGIN_OFF = 5
};
/** One of doorward_origin_modes. */
typedef uint32_t doorward_origin_mode;

/** What an absent Origin means. */
enum doorward_absent_origins {
    /** A native client, unless a cookie credential is presented. */
    DOORWARD_ABSENT_ALLOW_NATIVE = 0,
    /** A denial. */
    DOORWARD_ABSENT_REQUIRE = 1,
    /** Opt-out: always a native client. */
    DOORWARD_ABSENT_ALLOW = 2
};
/** One of doorward_absent_origins. */
typedef uint32_t doorward_absent_origin;

/** The one algorithm of a key (RFC 7518 section 3.2). */
enum doorward_algorithms {
    /** HMAC with SHA-256; the secret has at least 32 bytes. */
    DOORWARD_HS256 = 256,
    /** HMAC with SHA-384; at least 48. */
    DOORWARD_HS384 = 384,
    /** HMAC with SHA-512; at least 64. */
    DOORWARD_HS512 = 512
};
/** One of doorward_algorithms. */
typedef uint32_t doorward_algorithm;

/** How the text of a secret stands for its bytes. Never guessed. */
enum doorward_encodings {
    /** The bytes of the text themselves. */
    DOORWARD_UTF8 = 0,
    /** base64, with or without padding. */
    DOORWARD_BASE64 = 1,
    /** base64url, with or without padding. */
    DOORWARD_BASE64URL = 2,
    /** Hexadecimal digits of either case. */
    DOORWARD_HEX = 3
};
/** One of doorward_encodings. */
typedef uint32_t doorward_encoding;

/** How the 256 random bits of a capability token are written. */
enum doorward_forms {
    /** 43 characters of base64url: the one to choose. */
    DOORWARD_FORM_BASE64URL = 0,
    /** 64 hexadecimal digits. */
    DOORWARD_FORM_HEX = 1,
    /** 43 letters and digits. */
    DOORWARD_FORM_LETTERS62 = 2
};
/** One of doorward_forms. */
typedef uint32_t doorward_form;

/** The form of a policy document. */
enum doorward_syntaxes {
    /** TOML. */
    DOORWARD_TOML = 1,
    /** JSON, with the same keys. */
    DOORWARD_JSON = 2
};
/** One of doorward_syntaxes. */
typedef uint32_t doorward_syntax;

/** The bits of doorward_config.flags. Each but the last gives up a check; the policy's page argues each. */
enum doorward_flags {
    /** No credential is needed; a presented bad one still denies. */
    DOORWARD_ANONYMOUS = 0x0001,
    /** The first place that holds something is used, the others are not looked at. */
    DOORWARD_FIRST_PRESENT_WINS = 0x0002,
    /** The Host is not judged. */
    DOORWARD_HOST_UNCHECKED = 0x0004,
    /**
     * Host stays a candidate beside X-Forwarded-Host; unknown forwarded values are passed over.
     */
    DOORWARD_FORWARDED_LENIENT = 0x0008,
    /** The Origin null is accepted. */
    DOORWARD_ALLOW_NULL = 0x0010,
    /** Same origin means same host and port, over http or https. */
    DOORWARD_IGNORE_SCHEME = 0x0020,
    /** An https page of this host is accepted where the connection is seen as http. */
    DOORWARD_HTTPS_PAGE_ON_HTTP = 0x0040,
    /** An Origin in upper case, with a default port or long IPv6 is normalised, not refused. */
    DOORWARD_ACCEPT_UNSERIALIZED = 0x0080,
    /** An Origin of no bytes counts as absent. */
    DOORWARD_EMPTY_IS_ABSENT = 0x0100,
    /** Sec-Fetch-Site is not read. */
    DOORWARD_IGNORE_FETCH_SITE = 0x0200,
    /** A token's typ may be any string. */
    DOORWARD_IGNORE_TYP = 0x0400,
    /** kid chooses no key: each key of the algorithm is tried. */
    DOORWARD_IGNORE_KID = 0x0800,
    /** A token may have aud although no audience is configured. */
    DOORWARD_IGNORE_AUDIENCE = 0x1000,
    /** The second exp + leeway itself is still valid. */
    DOORWARD_VALID_AT_EXPIRY = 0x2000,
    /** localhost, 127.0.0.1 and [::1] are one host. */
    DOORWARD_LOOPBACK_ALIASES = 0x4000
};

/**
 * Words of a doorward_gate.
 */
#define DOORWARD_GATE_WORDS 64

/**
 * Words of a doorward_key.
 */
#define DOORWARD_KEY_WORDS 32

/**
 * Words of a doorward_tickets.
 */
#define DOORWARD_TICKETS_WORDS 8

/**
 * Words of a doorward_ticket_slot.
 */
#define DOORWARD_TICKET_SLOT_WORDS 16

/**
 * Longest payload of a single-use ticket, in bytes.
 */
#define DOORWARD_TICKET_PAYLOAD_BYTES 64

/**
 * Characters of a single-use ticket.
 */
#define DOORWARD_TICKET_BYTES 43

/**
 * Bytes of scratch that are enough for any gate, whatever it is reloaded with, as long as its names
 * (ids, places and one capability's scopes) have fewer than 8192 bytes together.
 */
#define DOORWARD_SCRATCH_BYTES 49152

/**
 * Bytes that somebody else owns: a pointer and a length.
 *
 * `data` may be NULL where `len` is 0. Text is UTF-8 and needs no NUL at its end.
 */
typedef struct doorward_bytes {
    /**
     * The first byte.
     */
    const uint8_t *data;
    /**
     * How many.
     */
    size_t len;
} doorward_bytes;

/**
 * A list of texts.
 */
typedef struct doorward_list {
    /**
     * The first text; may be NULL where `len` is 0.
     */
    const struct doorward_bytes *items;
    /**
     * How many.
     */
    size_t len;
} doorward_list;

/**
 * A configured verifier. Do not copy one, and do not move it: pass its address.
 */
typedef struct DOORWARD_ALIGNED(16) doorward_gate {
    /**
     * Private: here so that the compiler knows size and alignment.
     */
    uint64_t private_words[DOORWARD_GATE_WORDS];
} doorward_gate;

/**
 * One capability token that is accepted.
 */
typedef struct doorward_capability_entry {
    /**
     * Who the bearer is: the principal's id, 1 to 128 visible ASCII characters.
     */
    struct doorward_bytes id;
    /**
     * The SHA-256 of the token.
     */
    uint8_t sha256[32];
    /**
     * The first Unix second at which it is no longer accepted; 0: it has no end.
     */
    uint64_t expires;
    /**
     * The scopes that it carries.
     */
    struct doorward_list scopes;
    /**
     * The resources that it lists, as `type:id`, `type:*` or `*:*`.
     */
    struct doorward_list resources;
} doorward_capability_entry;

/**
 * One signing key, before it is made ready.
 */
typedef struct doorward_key_entry {
    /**
     * The `kid` that chooses it, at most 128 bytes; empty: none.
     */
    struct doorward_bytes id;
    /**
     * The one algorithm that it is for.
     */
    doorward_algorithm algorithm;
    /**
     * How `secret` is written.
     */
    doorward_encoding encoding;
    /**
     * The secret. It is read while the gate is made and not kept: wipe it afterwards.
     */
    struct doorward_bytes secret;
} doorward_key_entry;

/**
 * The rules of a gate that lives in memory of the caller's. All zero is the strictest form, with no
 * credential configured, which `doorward_gate_init` refuses. The names are those of the policy
 * document.
 */
typedef struct doorward_config {
    /**
     * The realm of the challenge: at most 64 printable ASCII characters without quote and backslash;
     * empty: `doorward`.
     */
    struct doorward_bytes realm;
    /**
     * `host.allow`: `host`, `host:port`, `host:*`, `*.name`. Empty: any host that is well formed.
     */
    struct doorward_list hosts;
    /**
     * `host.trusted_proxies`: addresses and blocks such as `10.0.0.0/8`.
     */
    struct doorward_list trusted_proxies;
    /**
     * `origin.allow`.
     */
    struct doorward_list origins;
    /**
     * `origin.mode`.
     */
    doorward_origin_mode origin_mode;
    /**
     * `origin.absent`.
     */
    doorward_absent_origin absent_origin;
    /**
     * `credential.places`; empty: `authorization`.
     */
    struct doorward_list places;
    /**
     * `capability`; may be NULL where `capabilities_len` is 0.
     */
    const struct doorward_capability_entry *capabilities;
    /**
     * How many.
     */
    size_t capabilities_len;
    /**
     * `jwt.key`: at most 8; may be NULL where `keys_len` is 0.
     */
    const struct doorward_key_entry *keys;
    /**
     * How many. With 0 no signed token is accepted, and the fields on tokens say nothing.
     */
    size_t keys_len;
    /**
     * `jwt.issuer`; empty: any or none.
     */
    struct doorward_bytes issuer;
    /**
     * `jwt.subject`; empty: any or none.
     */
    struct doorward_bytes subject;
    /**
     * `jwt.audience`; empty: a token with `aud` is refused.
     */
    struct doorward_list audience;
    /**
     * `jwt.required`.
     */
    struct doorward_list required;
    /**
     * `jwt.typ`; empty: absent or `JWT`.
     */
    struct doorward_list types;
    /**
     * `jwt.revoked`.
     */
    struct doorward_list revoked;
    /**
     * `jwt.max_lifetime` in seconds; 0: none.
     */
    uint64_t max_lifetime;
    /**
     * `jwt.max_age` in seconds; 0: none.
     */
    uint64_t max_age;
    /**
     * `jwt.leeway` in seconds, 0 to 300. A policy document's default is 30.
     */
    uint32_t leeway;
    /**
     * Bits of `doorward_flags`.
     */
    uint32_t flags;
    /**
     * `scope.require`.
     */
    struct doorward_list scopes;
    /**
     * `scope.claim`; empty: `scope`.
     */
    struct doorward_bytes scope_claim;
    /**
     * `scope.resource`; empty: none.
     */
    struct doorward_bytes resource;
    /**
     * `scope.resource_claim`; empty: `resources`.
     */
    struct doorward_bytes resource_claim;
    /**
     * `credential.max_token_bytes`, 256 to 16384; 0: 16384. It bounds the scratch buffer.
     */
    size_t max_token_bytes;
} doorward_config;

/**
 * Room for an explanation in words: of an error, or of what a policy should mend.
 *
 * Whatever is written ends with a NUL and is cut where it does not fit. It holds no secret.
 */
typedef struct doorward_message {
    /**
     * The room; may be NULL where `size` is 0.
     */
    char *text;
    /**
     * Its bytes, the NUL's included.
     */
    size_t size;
} doorward_message;

/**
 * An IP address.
 */
typedef struct doorward_address {
    /**
     * Which of the bytes count.
     */
    doorward_address_kind kind;
    /**
     * The address in network order.
     */
    uint8_t bytes[16];
} doorward_address;

/**
 * One header line, as it arrived.
 */
typedef struct doorward_header {
    /**
     * The field name; compared without case.
     */
    struct doorward_bytes name;
    /**
     * The field value, without the line end.
     */
    struct doorward_bytes value;
} doorward_header;

/**
 * A request as the server saw it. Nothing in it is trusted but `scheme` and `peer`, which the server
 * knows of its own connection.
 */
typedef struct doorward_request {
    /**
     * The method; no rule depends on it.
     */
    struct doorward_bytes method;
    /**
     * The request target: path and query.
     */
    struct doorward_bytes target;
    /**
     * The scheme of the connection.
     */
    doorward_scheme scheme;
    /**
     * The other end of the connection. Only a listed proxy's forwarding headers count.
     */
    struct doorward_address peer;
    /**
     * Every header line in the order of arrival, duplicates included. Give HTTP/2's `:authority` as
     * `Host`.
     */
    const struct doorward_header *headers;
    /**
     * How many.
     */
    size_t headers_len;
} doorward_request;

/**
 * On whose behalf a request comes in. Written by a decision that allows, and only then.
 *
 * All bytes lie in the scratch buffer of that decision: they are good until the buffer is used again.
 */
typedef struct doorward_decision {
    /**
     * Whose bearer it is. `DOORWARD_PRINCIPAL_NONE`, which is 0, is never written: a decision that
     * was zeroed before and not filled lets nobody in.
     */
    doorward_principal_kind kind;
    /**
     * 1 if the credential has an end, else 0.
     */
    uint32_t has_expires;
    /**
     * The Unix second from which on the credential is not valid any more.
     */
    uint64_t expires;
    /**
     * The capability's id or the token's `sub`; `data` is NULL where there is none.
     */
    struct doorward_bytes id;
    /**
     * Where the credential stood, as the policy writes the place; empty for an anonymous principal.
     */
    struct doorward_bytes place;
    /**
     * The id of the key that proved the token; `data` is NULL where it has none.
     */
    struct doorward_bytes key_id;
    /**
     * A capability's scopes, with one space between two; `data` is NULL for the other kinds.
     */
    struct doorward_bytes scopes;
    /**
     * The name of the claim that lists a token's scopes; `data` is NULL for the other kinds.
     */
    struct doorward_bytes scope_claim;
    /**
     * A token's verified claims as JSON text, byte for byte as its issuer wrote them; `data` is NULL
     * for the other kinds.
     */
    struct doorward_bytes claims;
} doorward_decision;

/**
 * A secret that is ready for use: its algorithm and its HMAC states. Do not copy one.
 */
typedef struct DOORWARD_ALIGNED(16) doorward_key {
    /**
     * Private: here so that the compiler knows size and alignment.
     */
    uint64_t private_words[DOORWARD_KEY_WORDS];
} doorward_key;

/**
 * A table of single-use tickets, over slots of the caller's. Do not copy one, and do not move it: pass
 * its address.
 */
typedef struct DOORWARD_ALIGNED(16) doorward_tickets {
    /**
     * Private: here so that the compiler knows size and alignment.
     */
    uint64_t private_words[DOORWARD_TICKETS_WORDS];
} doorward_tickets;

/**
 * Room for one open ticket.
 */
typedef struct DOORWARD_ALIGNED(16) doorward_ticket_slot {
    /**
     * Private: here so that the compiler knows size and alignment.
     */
    uint64_t private_words[DOORWARD_TICKET_SLOT_WORDS];
} doorward_ticket_slot;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The version of the library that is linked, such as "0.1.0". `DOORWARD_VERSION_STRING` is the header's.
 *
 * @return a text with a NUL that lives as long as the program.
 *
 * Threads: any number of calls may run at once.
 */
DOORWARD_MUST_USE
const char *doorward_version(void);

/**
 * Does nothing. A binding that takes its address fails to link with a library of another ABI:
 * `static void (*const abi)(void) = &doorward_abi_0_1;`
 *
 * Threads: any number of calls may run at once.
 */
void doorward_abi_0_1(void);

/**
 * The stable name of a reason, such as "token_expired": what logs and metrics carry.
 *
 * @param reason  the reason
 *
 * @return a text with a NUL that lives as long as the program; "ok" for `DOORWARD_OK`, "unknown" for a
 *         number that is no reason.
 *
 * Threads: any number of calls may run at once.
 */
DOORWARD_MUST_USE
const char *doorward_reason_name(doorward_reason reason);

/**
 * One line for the log, without any byte of the request.
 *
 * @param reason  the reason
 *
 * @return a text with a NUL that lives as long as the program.
 *
 * Threads: any number of calls may run at once.
 */
DOORWARD_MUST_USE const char *doorward_reason_text(doorward_reason reason);

/**
 * The HTTP status of an answer.
 *
 * @param reason  the reason
 *
 * @return the status; 200 for `DOORWARD_OK`, 500 for a number that is no reason.
 *
 * Threads: any number of calls may run at once.
 */
DOORWARD_MUST_USE uint32_t doorward_reason_status(doorward_reason reason);

/**
 * What the peer may know of a reason.
 *
 * @param reason  the reason
 *
 * @return the class; `DOORWARD_CLASS_NONE` for `DOORWARD_OK`, `DOORWARD_CLASS_INTERNAL` for a number
 *         that is no reason.
 *
 * Threads: any number of calls may run at once.
 */
DOORWARD_MUST_USE
doorward_class doorward_reason_class(doorward_reason reason);

/**
 * The HTTP body of a refusal: one line, the same for each reason of a class.
 *
 * @param reason  the reason
 *
 * @return a text with a NUL that lives as long as the program; empty for `DOORWARD_OK`.
 *
 * Threads: any number of calls may run at once.
 */
DOORWARD_MUST_USE const char *doorward_reason_body(doorward_reason reason);

/**
 * The `WWW-Authenticate` value that goes with a reason; `doorward_gate_challenge` knows realm and scopes
 * by itself.
 *
 * @param reason   the reason
 * @param realm    the realm: printable ASCII without quote and backslash, at most 64 bytes
 * @param scopes   the scopes that are required, at most 64
 * @param out      room for the value; 512 bytes are always enough
 * @param out_len  its bytes
 * @param written  receives the length; 0 where no challenge goes with the reason
 *
 * @return `DOORWARD_OK`, 1011 output_too_small, 1001 also for a number that is no reason, or 1003.
 *
 * Threads: any number of calls may run at once.
 *
 * Safety: Every pointer leads to what is said above; `out` overlaps nothing else.
 */
DOORWARD_MUST_USE
doorward_reason doorward_reason_challenge(doorward_reason reason,
                                          struct doorward_bytes realm,
                                          struct doorward_list scopes,
                                          uint8_t *out,
                                          size_t out_len,
                                          size_t *written)
DOORWARD_NONNULL(6);

/**
 * Makes a gate in memory of the caller's, without a heap.
 *
 * @param gate        storage for the gate, of any content
 * @param config      the rules; the structure and its lists are only read during the call, but the
 *                    *texts* and the bytes they point to are not copied (secrets excepted)
 * @param memory      room for what is made of the rules; any alignment
 * @param memory_len  its bytes: `doorward_gate_memory_bytes(config)` are enough
 *
 * @return `DOORWARD_OK`, or 1005 config_invalid, 1006 key_invalid, 1007 origin_rule_invalid,
 *         1008 host_rule_invalid, 1009 capability_invalid, 1002 storage_too_small, 1001, 1003. The
 *         gate is written only on success; `memory` is wiped after a failure.
 *
 * Ownership: everything stays the caller's. `gate`, `memory` and the texts of `config` stay where they
 * are and unchanged until `doorward_gate_free(gate)`, which wipes `gate` and `memory`.
 *
 * Threads: nobody else uses `gate` and `memory` meanwhile. Afterwards the gate is shared as `const`.
 *
 * Safety: Every pointer leads to what is said above.
 */
DOORWARD_MUST_USE
doorward_reason doorward_gate_init(struct doorward_gate *gate,
                                   const struct doorward_config *config,
                                   uint8_t *memory,
                                   size_t memory_len)
DOORWARD_NONNULL(1, 2);

/**
 * Bytes of memory that `doorward_gate_init` needs for these rules.
 *
 * @param config  the rules; only the lengths and the origins are looked at
 *
 * @return the bytes; 0 if `config` or one of its lists is NULL or misaligned where it must not be.
 *
 * Threads: any number of calls may run at once.
 *
 * Safety: Every pointer leads to what is said above.
 */
DOORWARD_MUST_USE
size_t doorward_gate_memory_bytes(const struct doorward_config *config)
DOORWARD_NONNULL(1);

/**
 * Ends a gate: wipes its rules and keys, and gives back the memory of one that was opened.
 *
 * @param gate  a gate that was made with `doorward_gate_init`, whose memory is the caller's again
 *              afterwards, or with `doorward_gate_open` or `doorward_gate_from_policy`, whose pointer
 *              is not used again. NULL and zeroed storage are fine: nothing is done.
 *
 * Threads: nobody else uses the gate during the call or afterwards.
 *
 * Safety: Every pointer leads to what is said above. No gate from the heap is freed twice.
 */
void doorward_gate_free(struct doorward_gate *gate);

/**
 * Bytes of scratch that a decision of this gate may need, names included.
 *
 * @param gate  the gate
 *
 * @return the bytes; 0 if `gate` is no gate. After a reload it may be another number:
 *         `DOORWARD_SCRATCH_BYTES` is enough for any.
 *
 * Threads: any number of calls may run at once.
 *
 * Safety: Every pointer leads to what is said above.
 */
DOORWARD_MUST_USE
size_t doorward_gate_scratch_bytes(const struct doorward_gate *gate)
DOORWARD_NONNULL(1);

/**
 * The `WWW-Authenticate` value that goes with a refusal by this gate.
 *
 * @param gate     the gate: its realm and its required scopes are told
 * @param reason   why it refused
 * @param out      room for the value; 512 bytes are always enough
 * @param out_len  its bytes
 * @param written  receives the length; 0 where no challenge goes with the reason
 *
 * @return `DOORWARD_OK`, 1011 output_too_small, or 1001 for a number that is no reason.
 *
 * Threads: any number of calls may run at once.
 *
 * Safety: Every pointer leads to what is said above.
 */
DOORWARD_MUST_USE
doorward_reason doorward_gate_challenge(const struct doorward_gate *gate,
                                        doorward_reason reason,
                                        uint8_t *out,
                                        size_t out_len,
                                        size_t *written)
DOORWARD_NONNULL(1, 5);

/**
 * The places where this gate looks for a credential, as the policy writes them, with a line feed between
 * two: for a server that takes credentials out of a request before it hands it on.
 *
 * @param gate     the gate
 * @param out      room for the text; 1024 bytes are enough for any ordinary policy
 * @param out_len  its bytes
 * @param written  receives the text's length; there is no NUL behind it
 *
 * @return `DOORWARD_OK`, 1011 output_too_small, 1001 or 1003.
 *
 * Threads: any number of calls may run at once.
 *
 * Safety: Every pointer leads to what is said above; `out` overlaps nothing else.
 */
DOORWARD_MUST_USE
doorward_reason doorward_gate_places(const struct doorward_gate *gate,
                                     uint8_t *out,
                                     size_t out_len,
                                     size_t *written)
DOORWARD_NONNULL(1, 4);

/**
 * The names of the headers that a decision of this gate may depend on, with a line feed between two: for a server to
 * which laying out the others is work. Of the others only the number of lines counts: give them with an empty name and value.
 * A name stands in any case of letters, and one may come twice. A reload may change the names.
 *
 * @param gate     the gate
 * @param out      room for the text; 1024 bytes are enough for any ordinary policy
 * @param out_len  its bytes
 * @param written  receives the text's length; there is no NUL behind it
 *
 * @return `DOORWARD_OK`, 1011 output_too_small, 1001 or 1003.
 *
 * Threads: any number of calls may run at once.
 *
 * Safety: Every pointer leads to what is said above; `out` overlaps nothing else.
 */
DOORWARD_MUST_USE
doorward_reason doorward_gate_headers(const struct doorward_gate *gate,
                                      uint8_t *out,
                                      size_t out_len,
                                      size_t *written)
DOORWARD_NONNULL(1, 4);

/**
 * Reads a policy file and makes a gate of it, on the heap.
 *
 * @param path     the file, TOML if its name ends in `.toml`, JSON if in `.json`; relative paths of
 *                 secrets are meant from its folder
 * @param message  receives, on failure, what is wrong, as `file:line:column: key: …`; on success, what
 *                 should be mended, one line each, or nothing
 * @param gate     receives the gate
 *
 * @return `DOORWARD_OK`, 1005 to 1009 for a policy that cannot be used, 1001 or 1003.
 *
 * Ownership: the gate is the caller's, who ends it with `doorward_gate_free`.
 *
 * Threads: any number of calls may run at once. The gate is shared as `const`.
 *
 * Only in builds with the standard library, which is the default.
 *
 * Safety: Every pointer leads to what is said above.
 */
DOORWARD_MUST_USE
doorward_reason doorward_gate_open(struct doorward_bytes path,
                                   struct doorward_message message,
                                   struct doorward_gate **gate)
DOORWARD_NONNULL(3);

/**
 * Makes a gate of a policy document that is in memory, on the heap.
 *
 * @param policy   the document; it is copied
 * @param syntax   `DOORWARD_TOML` or `DOORWARD_JSON`
 * @param message  as for `doorward_gate_open`
 * @param gate     receives the gate
 *
 * @return as `doorward_gate_open`.
 *
 * Ownership: as for `doorward_gate_open`.
 *
 * Threads: as for `doorward_gate_open`.
 *
 * Only in builds with the standard library, which is the default.
 *
 * Safety: Every pointer leads to what is said above.
 */
DOORWARD_MUST_USE
doorward_reason doorward_gate_from_policy(struct doorward_bytes policy,
                                          doorward_syntax syntax,
                                          struct doorward_message message,
                                          struct doorward_gate **gate)
DOORWARD_NONNULL(4);

/**
 * Reads a gate's document and its secrets again and puts the rules in place of the old ones, all at
 * once. Decisions that are under way end under the old ones. A document that is not in order changes
 * nothing.
 *
 * @param gate     a gate from `doorward_gate_open` or `doorward_gate_from_policy`
 * @param message  as for `doorward_gate_open`
 *
 * @return as `doorward_gate_open`; 1005 for a gate in memory of the caller's.
 *
 * Threads: any number of threads may decide meanwhile, and reload as well.
 *
 * Only in builds with the standard library, which is the default.
 *
 * Safety: Every pointer leads to what is said above.
 */
DOORWARD_MUST_USE
doorward_reason doorward_gate_reload(const struct doorward_gate *gate,
                                     struct doorward_message message)
DOORWARD_NONNULL(1);

/**
 * Ends a gate's rules while others may still ask it: keys are wiped when the last call that is under way has
 * ended. Whoever asks later is let in by no rule: a decision is a refusal, `doorward_jwt_verify` and a reload
 * give 1005, and whatever else is asked speaks of no rules of yours. It waits for a reload that is under way.
 *
 * @param gate  a gate from `doorward_gate_open` or `doorward_gate_from_policy`, which `doorward_gate_free`
 *              still ends
 *
 * @return `DOORWARD_OK`; 1005 for a gate in memory of the caller's, 1001.
 *
 * Threads: any number of threads may decide, reload and close meanwhile.
 *
 * Only in builds with the standard library, which is the default.
 *
 * Safety: Every pointer leads to what is said above.
 */
DOORWARD_MUST_USE
doorward_reason doorward_gate_close(const struct doorward_gate *gate)
DOORWARD_NONNULL(1);

/**
 * Explains a decision: each check with the values that it compared, secrets left out.
 *
 * @param gate     the gate
 * @param request  what arrived
 * @param now      Unix time in seconds; 0: there is no clock
 * @param message  receives the explanation, one line a check
 *
 * @return what `doorward_gate_decide` would return. The explanation has been written then, too; it has
 *         not after 1001 and 1003, and after 1005 for a gate in memory of the caller's.
 *
 * Threads: any number of calls may run at once.
 *
 * Only in builds with the standard library, which is the default.
 *
 * Safety: Every pointer leads to what is said above.
 */
DOORWARD_MUST_USE
doorward_reason doorward_gate_explain(const struct doorward_gate *gate,
                                      const struct doorward_request *request,
                                      uint64_t now,
                                      struct doorward_message message)
DOORWARD_NONNULL(1, 2);

/**
 * Judges a listener before it is opened, by the policy's `listen.without_credential`.
 *
 * @param gate     a gate from `doorward_gate_open` or `doorward_gate_from_policy`
 * @param at       the address that is listened on
 * @param warning  receives 1 if it is unprotected and the policy says to warn only, else 0
 *
 * @return `DOORWARD_OK`, 1010 startup_unprotected, 1005 for a gate in memory of the caller's, 1001 or
 *         1003.
 *
 * Threads: any number of calls may run at once.
 *
 * Only in builds with the standard library, which is the default.
 *
 * Safety: Every pointer leads to what is said above.
 */
DOORWARD_MUST_USE
doorward_reason doorward_gate_startup_check(const struct doorward_gate *gate,
                                            const struct doorward_address *at,
                                            uint32_t *warning)
DOORWARD_NONNULL(1, 2, 3);

/**
 * Reads the address of a listener: `IP:port`, the address alone, or `name:port`. No name is looked up:
 * `localhost` is loopback, and any other is taken for 0.0.0.0, which other machines reach.
 *
 * @param text     the text
 * @param address  receives the address
 *
 * @return `DOORWARD_OK`, 1005 config_invalid, 1001 or 1003.
 *
 * Threads: any number of calls may run at once.
 *
 * Only in builds with the standard library, which is the default.
 *
 * Safety: Every pointer leads to what is said above.
 */
DOORWARD_MUST_USE
doorward_reason doorward_address_parse(struct doorward_bytes text,
                                       struct doorward_address *address)
DOORWARD_NONNULL(2);

/**
 * Writes a new capability token with 256 bits from the system's random source.
 *
 * @param form     how the token is written
 * @param out      room for the token: 43 bytes, 64 for `DOORWARD_FORM_HEX`
 * @param out_len  its bytes
 * @param written  receives the token's length; there is no NUL behind it
 *
 * @return `DOORWARD_OK`, 9002 store_unavailable if the system has no random bytes to give, 1011
 *         output_too_small, 1001 or 1003.
 *
 * Threads: any number of calls may run at once.
 *
 * Only in builds with the standard library, which is the default.
 *
 * Safety: Every pointer leads to what is said above.
 */
DOORWARD_MUST_USE
doorward_reason doorward_capability_new(doorward_form form,
                                        uint8_t *out,
                                        size_t out_len,
                                        size_t *written)
DOORWARD_NONNULL(4);

/**
 * The system's time.
 *
 * @return Unix time in seconds; 0 if the clock stands before 1970: a decision then says that it has no
 *         clock.
 *
 * Threads: any number of calls may run at once.
 *
 * Only in builds with the standard library, which is the default.
 */
DOORWARD_MUST_USE
uint64_t doorward_now(void);

/**
 * Decides one request: a pure function that allocates nothing and reads no clock.
 *
 * @param gate         the gate
 * @param request      what arrived; it and its bytes are only read during the call
 * @param now          Unix time in seconds; 0: there is no clock, and what needs one is answered 9001
 * @param scratch      room for the decision's bytes, of any content
 * @param scratch_len  its bytes, at least `doorward_gate_scratch_bytes(gate)`
 * @param out          receives who comes in
 *
 * @return `DOORWARD_OK`: the request may come in, and `*out` says on whose behalf. Any other number:
 *         it may not, and `*out` is as it was. `doorward_reason_status` gives the HTTP status,
 *         `doorward_gate_challenge` the header that goes with it. 1xxx and 9xxx (status 5xx) say that
 *         there is no answer, for a reason that is not the peer's: 1001 an argument, 1003 alignment,
 *         1004 `scratch_len`.
 *
 * Ownership: `*out` points into `scratch` and is good until that is used again.
 *
 * Threads: `gate` is only read; any number of calls may run at once, each with its own `scratch`, also
 * while another thread reloads the gate.
 *
 * Safety: Every pointer leads to what is said above; `scratch` overlaps nothing else.
 */
DOORWARD_MUST_USE
doorward_reason doorward_gate_decide(const struct doorward_gate *gate,
                                     const struct doorward_request *request,
                                     uint64_t now,
                                     uint8_t *scratch,
                                     size_t scratch_len,
                                     struct doorward_decision *out)
DOORWARD_NONNULL(1, 2, 6);

/**
 * Whether the credential carries a scope.
 *
 * @param decision  what `doorward_gate_decide` wrote, with its scratch buffer not used since
 * @param scope     the scope
 *
 * @return 1 or 0; 0 for an anonymous principal, and where an argument is wrong.
 *
 * Threads: any number of calls may run at once.
 *
 * Safety: Every pointer leads to what is said above.
 */
DOORWARD_MUST_USE
uint32_t doorward_decision_has_scope(const struct doorward_decision *decision,
                                     struct doorward_bytes scope)
DOORWARD_NONNULL(1);

/**
 * Verifies a signed token that did not come in a request, by a gate's rules for tokens: keys, claims,
 * times. Host, origin and scope rules are not asked.
 *
 * @param gate         a gate with keys
 * @param token        the token, without `Bearer`
 * @param now          Unix time in seconds; 0: there is no clock
 * @param scratch      room for the claims, of any content
 * @param scratch_len  its bytes: `doorward_gate_scratch_bytes(gate)` are enough for any token, twice its length
 *                     for this one
 * @param claims       receives the verified claims as JSON text
 *
 * @return `DOORWARD_OK`, the first failing check's reason (30xx to 60xx), 1004 scratch_too_small, or
 *         1005 config_invalid for a gate without keys.
 *
 * Ownership: `*claims` points into `scratch` and is good until that is used again.
 *
 * Threads: any number of calls may run at once, each with its own `scratch`.
 *
 * Safety: Every pointer leads to what is said above.
 */
DOORWARD_MUST_USE
doorward_reason doorward_jwt_verify(const struct doorward_gate *gate,
                                    struct doorward_bytes token,
                                    uint64_t now,
                                    uint8_t *scratch,
                                    size_t scratch_len,
                                    struct doorward_bytes *claims)
DOORWARD_NONNULL(1, 6);

/**
 * Makes a key ready for signing, and for verifying payloads that are not claims.
 *
 * @param key    storage for the key, of any content
 * @param entry  id, algorithm, encoding and secret; only read during the call
 *
 * @return `DOORWARD_OK`, 1006 key_invalid, 1001 or 1003. After a failure the storage is wiped.
 *
 * Ownership: the secret is not kept: wipe yours. The id is not copied: it stays where it is as long as
 * the key is used. End the key with `doorward_key_wipe`.
 *
 * Threads: nobody else uses `key` meanwhile. Afterwards it is shared as `const`.
 *
 * Safety: Every pointer leads to what is said above.
 */
DOORWARD_MUST_USE
doorward_reason doorward_key_init(struct doorward_key *key,
                                  const struct doorward_key_entry *entry)
DOORWARD_NONNULL(1, 2);

/**
 * Wipes a key.
 *
 * @param key  the key; NULL and storage that never became a key are fine
 *
 * Threads: nobody else uses the key during the call or afterwards.
 *
 * Safety: Every pointer leads to what is said above.
 */
void doorward_key_wipe(struct doorward_key *key);

/**
 * Signs claims: writes the token, `header.payload.signature`.
 *
 * @param key      the key; its id, if it has one, becomes `kid`
 * @param claims   the claims set as JSON text; taken as it is, once it is one strict object without a
 *                 name twice. Write it with a JSON library, not with printf: a quote in a name would
 *                 write other claims
 * @param out      room for the token, used as scratch in between
 * @param out_len  its bytes, at least `doorward_jwt_signed_bytes(key, claims.len)`
 * @param written  receives the token's length; there is no NUL behind it
 *
 * @return `DOORWARD_OK`, 5001 claims_json, 5002 claims_duplicate_name, 1011 output_too_small, 1001 or
 *         1003.
 *
 * Threads: any number of calls may run at once.
 *
 * Safety: Every pointer leads to what is said above; `out` overlaps nothing else.
 */
DOORWARD_MUST_USE
doorward_reason doorward_jwt_sign(const struct doorward_key *key,
                                  struct doorward_bytes claims,
                                  uint8_t *out,
                                  size_t out_len,
                                  size_t *written)
DOORWARD_NONNULL(1, 5);

/**
 * Bytes that `doorward_jwt_sign` needs.
 *
 * @param key         the key
 * @param claims_len  bytes of the claims set
 *
 * @return the bytes; 0 if `key` is no key.
 *
 * Threads: any number of calls may run at once.
 *
 * Safety: Every pointer leads to what is said above.
 */
DOORWARD_MUST_USE
size_t doorward_jwt_signed_bytes(const struct doorward_key *key,
                                 size_t claims_len)
DOORWARD_NONNULL(1);

/**
 * Proves the MAC of a token and gives its payload, whatever that is: no claim and no time is judged,
 * `typ` and `kid` are passed over. For JWS that are not JWT.
 *
 * @param key          the key
 * @param token        the token
 * @param scratch      room for the payload, of any content
 * @param scratch_len  its bytes; as many as the token has are more than enough
 * @param payload      receives the payload
 *
 * @return `DOORWARD_OK`, a reason of the 30xx and 40xx families, 1004 scratch_too_small, 1001 or 1003.
 *
 * Ownership: `*payload` points into `scratch` and is good until that is used again.
 *
 * Threads: any number of calls may run at once, each with its own `scratch`.
 *
 * Safety: Every pointer leads to what is said above.
 */
DOORWARD_MUST_USE
doorward_reason doorward_jws_verify(const struct doorward_key *key,
                                    struct doorward_bytes token,
                                    uint8_t *scratch,
                                    size_t scratch_len,
                                    struct doorward_bytes *payload)
DOORWARD_NONNULL(1, 5);

/**
 * Decodes canonical base64url (RFC 4648 section 5, no padding).
 *
 * @param text     the text
 * @param out      room for the bytes
 * @param out_len  how many; three for each four characters are enough
 * @param written  receives how many were written
 *
 * @return `DOORWARD_OK`, 3002 token_alphabet, 3004 token_base64, 1011 output_too_small, 1001 or 1003.
 *
 * Threads: any number of calls may run at once.
 *
 * Safety: Every pointer leads to what is said above; `out` overlaps nothing else.
 */
DOORWARD_MUST_USE
doorward_reason doorward_base64url_decode(struct doorward_bytes text,
                                          uint8_t *out,
                                          size_t out_len,
                                          size_t *written)
DOORWARD_NONNULL(4);

/**
 * Encodes bytes as base64url without padding, in constant time.
 *
 * @param bytes    the bytes
 * @param out      room for the text
 * @param out_len  how many bytes; four for each three bytes begun are enough
 * @param written  receives how many were written; there is no NUL behind them
 *
 * @return `DOORWARD_OK`, 1011 output_too_small, 1001 or 1003.
 *
 * Threads: any number of calls may run at once.
 *
 * Safety: Every pointer leads to what is said above; `out` overlaps nothing else.
 */
DOORWARD_MUST_USE
doorward_reason doorward_base64url_encode(struct doorward_bytes bytes,
                                          uint8_t *out,
                                          size_t out_len,
                                          size_t *written)
DOORWARD_NONNULL(4);

/**
 * Checks that a text is one strict JSON object, as a claims set must be: RFC 8259, UTF-8, no name
 * twice at the top level, at most 32 deep.
 *
 * @param text       the text
 * @param spare      room for names, of any content
 * @param spare_len  its bytes: as many as `text` has
 *
 * @return `DOORWARD_OK`, 5001 claims_json, 5002 claims_duplicate_name, 1004 scratch_too_small, 1001 or
 *         1003.
 *
 * Threads: any number of calls may run at once, each with its own `spare`.
 *
 * Safety: Every pointer leads to what is said above; `spare` overlaps nothing else.
 */
DOORWARD_MUST_USE
doorward_reason doorward_json_object(struct doorward_bytes text,
                                     uint8_t *spare,
                                     size_t spare_len);

/**
 * The string at the end of a path of names, its escapes resolved.
 *
 * @param claims    verified claims, as `doorward_decision.claims`
 * @param path      the names, such as `{"realm_access", "name"}`
 * @param path_len  how many, at most 32
 * @param out       room for the string
 * @param out_len   its bytes; as many as `claims` has are always enough
 * @param written   receives the string's length; there is no NUL behind it, and there may be some in it
 *
 * @return `DOORWARD_OK`, 5004 claim_missing, 5003 claim_type_invalid for another type, 1011
 *         output_too_small, 1001 or 1003.
 *
 * Threads: any number of calls may run at once.
 *
 * Safety: Every pointer leads to what is said above; `out` overlaps nothing else.
 */
DOORWARD_MUST_USE
doorward_reason doorward_claim_string(struct doorward_bytes claims,
                                      const struct doorward_bytes *path,
                                      size_t path_len,
                                      uint8_t *out,
                                      size_t out_len,
                                      size_t *written)
DOORWARD_NONNULL(6);

/**
 * The integer at the end of a path of names: a number without fraction and exponent.
 *
 * @param claims    verified claims
 * @param path      the names
 * @param path_len  how many, at most 32
 * @param value     receives the integer
 *
 * @return `DOORWARD_OK`, 5004 claim_missing, 5003 claim_type_invalid for another type and for a number
 *         that an int64_t does not hold, 1001 or 1003.
 *
 * Threads: any number of calls may run at once.
 *
 * Safety: Every pointer leads to what is said above.
 */
DOORWARD_MUST_USE
doorward_reason doorward_claim_integer(struct doorward_bytes claims,
                                       const struct doorward_bytes *path,
                                       size_t path_len,
                                       int64_t *value)
DOORWARD_NONNULL(4);

/**
 * The truth value at the end of a path of names.
 *
 * @param claims    verified claims
 * @param path      the names
 * @param path_len  how many, at most 32
 * @param value     receives 1 or 0
 *
 * @return `DOORWARD_OK`, 5004 claim_missing, 5003 claim_type_invalid for another type, 1001 or 1003.
 *
 * Threads: any number of calls may run at once.
 *
 * Safety: Every pointer leads to what is said above.
 */
DOORWARD_MUST_USE
doorward_reason doorward_claim_bool(struct doorward_bytes claims,
                                    const struct doorward_bytes *path,
                                    size_t path_len,
                                    uint32_t *value)
DOORWARD_NONNULL(4);

/**
 * The value at the end of a path of names as JSON text, whatever its type.
 *
 * @param claims    verified claims
 * @param path      the names
 * @param path_len  how many, at most 32
 * @param value     receives the text: a part of `claims`, a string with its quotes and escapes
 *
 * @return `DOORWARD_OK`, 5004 claim_missing, 1001 or 1003.
 *
 * Ownership: `*value` points into `claims`.
 *
 * Threads: any number of calls may run at once.
 *
 * Safety: Every pointer leads to what is said above.
 */
DOORWARD_MUST_USE
doorward_reason doorward_claim_raw(struct doorward_bytes claims,
                                   const struct doorward_bytes *path,
                                   size_t path_len,
                                   struct doorward_bytes *value)
DOORWARD_NONNULL(4);

/**
 * Whether a claim lists a word: as an element of an array of strings, or as a word of a string with
 * spaces. For roles, groups and scopes.
 *
 * @param claims    verified claims
 * @param path      the names
 * @param path_len  how many, at most 32
 * @param word      the word
 * @param value     receives 1 or 0
 *
 * @return `DOORWARD_OK`, 5004 claim_missing, 1001 or 1003.
 *
 * Threads: any number of calls may run at once.
 *
 * Safety: Every pointer leads to what is said above.
 */
DOORWARD_MUST_USE
doorward_reason doorward_claim_lists(struct doorward_bytes claims,
                                     const struct doorward_bytes *path,
                                     size_t path_len,
                                     struct doorward_bytes word,
                                     uint32_t *value)
DOORWARD_NONNULL(5);

/**
 * The SHA-256 of a token: what is stored in its place.
 *
 * @param token   the token
 * @param digest  receives 32 bytes
 *
 * @return `DOORWARD_OK`, or 1001.
 *
 * Threads: any number of calls may run at once.
 *
 * Safety: Every pointer leads to what is said above.
 */
DOORWARD_MUST_USE
doorward_reason doorward_capability_digest(struct doorward_bytes token,
                                           uint8_t (*digest)[32])
DOORWARD_NONNULL(2);

/**
 * Which of the stored digests is the token's. All are looked at without early exit, and whole digests
 * are compared in constant time, so that the time does not tell where there is a match, nor how much of
 * a digest agrees.
 *
 * @param token    the token
 * @param digests  the digests, 32 bytes each
 * @param count    how many
 * @param index    receives the place of the one, counted from 0; of several equal ones the last
 *
 * @return `DOORWARD_OK`, 4004 capability_unknown, 1001 or 1003.
 *
 * Threads: any number of calls may run at once.
 *
 * Safety: Every pointer leads to what is said above.
 */
DOORWARD_MUST_USE
doorward_reason doorward_capability_match(struct doorward_bytes token,
                                          const uint8_t (*digests)[32],
                                          size_t count,
                                          size_t *index)
DOORWARD_NONNULL(4);

/**
 * Writes a new token from 256 random bits. No bit is lost, and no two entropies give one token.
 *
 * @param entropy  32 bytes from a cryptographic random source: wipe them afterwards
 * @param form     how the token is written
 * @param out      room for the token: 43 bytes, 64 for `DOORWARD_FORM_HEX`
 * @param out_len  its bytes
 * @param written  receives the token's length; there is no NUL behind it
 *
 * @return `DOORWARD_OK`, 1011 output_too_small, 1001 or 1003.
 *
 * Threads: any number of calls may run at once.
 *
 * Safety: Every pointer leads to what is said above; `out` overlaps nothing else.
 */
DOORWARD_MUST_USE
doorward_reason doorward_capability_generate(const uint8_t (*entropy)[32],
                                             doorward_form form,
                                             uint8_t *out,
                                             size_t out_len,
                                             size_t *written)
DOORWARD_NONNULL(1, 5);

/**
 * Checks a token that is about to be configured: at least 22 characters of a b64token (RFC 6750
 * section 2.1).
 *
 * @param token  the token
 * @param weak   1: any number of characters will do
 *
 * @return `DOORWARD_OK`, 1009 capability_invalid, or 1001.
 *
 * Threads: any number of calls may run at once.
 *
 * Safety: Every pointer leads to what is said above.
 */
DOORWARD_MUST_USE
doorward_reason doorward_capability_check(struct doorward_bytes token,
                                          uint32_t weak);

/**
 * Makes an empty table of single-use tickets in memory of the caller's. A ticket carries what its
 * bearer may do from a request that was admitted to the WebSocket that a browser opens next, which has
 * no header to put a credential in: in its URL, where a lasting secret would end up in logs.
 *
 * @param tickets  storage for the table, of any content
 * @param ttl      seconds for which a ticket is good: a few
 * @param slots    room for the tickets, of any content; may be NULL where `count` is 0
 * @param count    how many may be open at once. Each costs 128 bytes, and a redemption looks at all
 *
 * @return `DOORWARD_OK`, 1001 or 1003.
 *
 * Ownership: everything stays the caller's. `tickets` and `slots` stay where they are and unchanged
 * until `doorward_tickets_wipe(tickets)`.
 *
 * Threads: nobody else uses `tickets` and `slots` meanwhile.
 *
 * Safety: Every pointer leads to what is said above.
 */
DOORWARD_MUST_USE
doorward_reason doorward_tickets_init(struct doorward_tickets *tickets,
                                      uint64_t ttl,
                                      struct doorward_ticket_slot *slots,
                                      size_t count)
DOORWARD_NONNULL(1);

/**
 * Wipes a table of tickets and its slots.
 *
 * @param tickets  the table; NULL and zeroed storage are fine: nothing is done
 *
 * Threads: nobody else uses the table during the call or afterwards.
 *
 * Safety: Every pointer leads to what is said above.
 */
void doorward_tickets_wipe(struct doorward_tickets *tickets);

/**
 * Issues a ticket. Tickets whose time is over make room.
 *
 * @param tickets  the table
 * @param entropy  32 bytes from a cryptographic random source, other ones each time: wipe them
 *                 afterwards
 * @param payload  what the ticket stands for, such as who asked for it: at most
 *                 `DOORWARD_TICKET_PAYLOAD_BYTES`
 * @param now      Unix time in seconds; 0: there is no clock
 * @param out      room for the ticket: `DOORWARD_TICKET_BYTES` characters of base64url
 * @param out_len  its bytes
 * @param written  receives the ticket's length; there is no NUL behind it
 *
 * @return `DOORWARD_OK`, 9002 store_unavailable if all slots are taken, 9001 clock_unavailable, 1011
 *         output_too_small for a small `out` or a long payload, 1001 or 1003.
 *
 * Threads: one call at a time for each table, of this function and the next: lock around them.
 *
 * Safety: Every pointer leads to what is said above; `out` overlaps nothing else.
 */
DOORWARD_MUST_USE
doorward_reason doorward_ticket_issue(struct doorward_tickets *tickets,
                                      const uint8_t (*entropy)[32],
                                      struct doorward_bytes payload,
                                      uint64_t now,
                                      uint8_t *out,
                                      size_t out_len,
                                      size_t *written)
DOORWARD_NONNULL(1, 2, 7);

/**
 * Redeems a ticket: gives its payload, once. A ticket that is too old is used up all the same.
 *
 * @param tickets  the table
 * @param token    what was presented
 * @param now      Unix time in seconds; 0: there is no clock, and nothing is used up
 * @param out      room for the payload: `DOORWARD_TICKET_PAYLOAD_BYTES`, whatever its length
 * @param out_len  its bytes
 * @param written  receives the payload's length; there is no NUL behind it
 *
 * @return `DOORWARD_OK`, 4004 capability_unknown, 6004 token_already_used, 5005 token_expired, 9001
 *         clock_unavailable; 1011 output_too_small, 1001 or 1003, which use nothing up.
 *
 * Threads: one call at a time for each table, of this function and the last: lock around them. Two at
 * once might both redeem one ticket.
 *
 * Safety: Every pointer leads to what is said above; `out` overlaps nothing else.
 */
DOORWARD_MUST_USE
doorward_reason doorward_ticket_redeem(struct doorward_tickets *tickets,
                                       struct doorward_bytes token,
                                       uint64_t now,
                                       uint8_t *out,
                                       size_t out_len,
                                       size_t *written)
DOORWARD_NONNULL(1, 6);

/**
 * The token of an `Authorization` value (RFC 6750 section 2.1).
 *
 * @param value  the header's value
 * @param token  receives the token: a part of `value`
 *
 * @return `DOORWARD_OK`, 2302 credential_malformed, 2304 credential_scheme_unsupported, 1001 or 1003.
 *
 * Ownership: `*token` points into `value`.
 *
 * Threads: any number of calls may run at once.
 *
 * Safety: Every pointer leads to what is said above.
 */
DOORWARD_MUST_USE
doorward_reason doorward_bearer(struct doorward_bytes value,
                                struct doorward_bytes *token)
DOORWARD_NONNULL(2);

/**
 * Checks the grammar of an `Origin` value: a serialized origin (RFC 6454 section 6.2). Whether the page
 * may ask is for a gate to say.
 *
 * @param value  the header's value
 *
 * @return `DOORWARD_OK`, 2203 origin_malformed, 2204 origin_null for `null`, or 1001.
 *
 * Threads: any number of calls may run at once.
 *
 * Safety: Every pointer leads to what is said above.
 */
DOORWARD_MUST_USE
doorward_reason doorward_origin_check(struct doorward_bytes value);

/**
 * The canonical text of a line of an origin list: what a browser would send, or a pattern: one label in
 * front of a name, or any port of a loopback name.
 *
 * @param line     the line
 * @param out      room for the text; 512 bytes are always enough
 * @param out_len  its bytes
 * @param written  receives the text's length; there is no NUL behind it
 *
 * @return `DOORWARD_OK`, 1007 origin_rule_invalid for a line that could match no page or nearly every
 *         page, 1011 output_too_small, 1001 or 1003.
 *
 * Threads: any number of calls may run at once.
 *
 * Safety: Every pointer leads to what is said above; `out` overlaps nothing else.
 */
DOORWARD_MUST_USE
doorward_reason doorward_origin_canonical(struct doorward_bytes line,
                                          uint8_t *out,
                                          size_t out_len,
                                          size_t *written)
DOORWARD_NONNULL(4);

/**
 * Reads a `Host` value strictly: no white space, user info, percent sign, trailing dot or empty port,
 * and no number that a browser would turn into an IPv4 address.
 *
 * @param value    the header's value
 * @param scheme   the connection's scheme, for the default port
 * @param out      room for the name in lower case, IPv6 in brackets; 253 bytes are always enough
 * @param out_len  its bytes
 * @param written  receives the name's length; there is no NUL behind it
 * @param port     receives the port
 *
 * @return `DOORWARD_OK`, 2103 host_malformed, 1011 output_too_small, 1001 or 1003.
 *
 * Threads: any number of calls may run at once.
 *
 * Safety: Every pointer leads to what is said above; `out` overlaps nothing else.
 */
DOORWARD_MUST_USE
doorward_reason doorward_host_parse(struct doorward_bytes value,
                                    doorward_scheme scheme,
                                    uint8_t *out,
                                    size_t out_len,
                                    size_t *written,
                                    uint16_t *port)
DOORWARD_NONNULL(5, 6);

/**
 * The request target without a query parameter.
 *
 * @param target   the target
 * @param name     the parameter
 * @param out      room for the result; as many bytes as `target` has are always enough
 * @param out_len  its bytes
 * @param written  receives the result's length; there is no NUL behind it
 *
 * @return `DOORWARD_OK`, 1011 output_too_small, 1001 or 1003.
 *
 * Threads: any number of calls may run at once.
 *
 * Safety: Every pointer leads to what is said above; `out` overlaps nothing else.
 */
DOORWARD_MUST_USE
doorward_reason doorward_strip_query(struct doorward_bytes target,
                                     struct doorward_bytes name,
                                     uint8_t *out,
                                     size_t out_len,
                                     size_t *written)
DOORWARD_NONNULL(5);

/**
 * A `Cookie` value without a cookie; empty if no other is left.
 *
 * @param value    the header's value
 * @param name     the cookie
 * @param out      room for the result; twice as many bytes as `value` has are always enough
 * @param out_len  its bytes
 * @param written  receives the result's length; there is no NUL behind it
 *
 * @return `DOORWARD_OK`, 1011 output_too_small, 1001 or 1003.
 *
 * Threads: any number of calls may run at once.
 *
 * Safety: Every pointer leads to what is said above; `out` overlaps nothing else.
 */
DOORWARD_MUST_USE
doorward_reason doorward_strip_cookie(struct doorward_bytes value,
                                      struct doorward_bytes name,
                                      uint8_t *out,
                                      size_t out_len,
                                      size_t *written)
DOORWARD_NONNULL(5);

/**
 * A `Sec-WebSocket-Protocol` value without the items that begin with a prefix; empty if no other is
 * left. What remains may be echoed.
 *
 * @param value    the header's value
 * @param prefix   the prefix
 * @param out      room for the result; twice as many bytes as `value` has are always enough
 * @param out_len  its bytes
 * @param written  receives the result's length; there is no NUL behind it
 *
 * @return `DOORWARD_OK`, 1011 output_too_small, 1001 or 1003.
 *
 * Threads: any number of calls may run at once.
 *
 * Safety: Every pointer leads to what is said above; `out` overlaps nothing else.
 */
DOORWARD_MUST_USE
doorward_reason doorward_strip_subprotocol(struct doorward_bytes value,
                                           struct doorward_bytes prefix,
                                           uint8_t *out,
                                           size_t out_len,
                                           size_t *written)
DOORWARD_NONNULL(5);

/**
 * Judges a listener before it is opened: one that other machines reach and that has no credential
 * configured lets everybody in.
 *
 * @param at          the address that is listened on
 * @param credential  1 if a credential is configured and needed
 * @param only_warn   1: an unprotected listener is reported and not refused
 * @param warning     receives 1 if it is unprotected and was only to be reported, else 0
 *
 * @return `DOORWARD_OK`, 1010 startup_unprotected, 1001 or 1003.
 *
 * Threads: any number of calls may run at once.
 *
 * Safety: Every pointer leads to what is said above.
 */
DOORWARD_MUST_USE
doorward_reason doorward_startup_check(const struct doorward_address *at,
                                       uint32_t credential,
                                       uint32_t only_warn,
                                       uint32_t *warning)
DOORWARD_NONNULL(1, 4);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* DOORWARD_H */
