"""Why a request may not come in. Made by `cargo xtask gen` from core/src/reason.rs."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from doorward import _doorward


class Reason(IntEnum):
    """Why a request may not come in, or why the question could not be answered.

    The value is the number: its first two digits are the stage that refused. Numbers and names never
    change.

    >>> Reason(5005), str(Reason.TOKEN_EXPIRED), Reason.TOKEN_EXPIRED.status
    (<Reason.TOKEN_EXPIRED: 5005>, '5005 token_expired', 401)
    """

    public_class: str
    status: int
    text: str

    def __new__(cls, code: int, public_class: str, status: int, text: str) -> Reason:
        """Make a member: its number, what the peer may know, the HTTP status, a line for the log."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.public_class = public_class
        member.status = status
        member.text = text
        return member

    @property
    def code(self) -> int:
        """The number."""
        return int(self)

    @property
    def log_name(self) -> str:
        """The name as logs and metrics of every language carry it: `token_expired`."""
        return self.name.lower()

    @property
    def body(self) -> str:
        """The HTTP body of a refusal: one line, the same for every reason of the class."""
        return _BODIES[self.public_class]

    def challenge(self, realm: str = "doorward", scopes: Iterable[str] = ()) -> str | None:
        """Give the `WWW-Authenticate` value of a refusal, or `None` where the class has none.

        >>> Reason.CREDENTIAL_MISSING.challenge("app")
        'Bearer realm="app"'
        """
        return _doorward.challenge(int(self), realm, list(scopes))

    def __str__(self) -> str:
        return f"{int(self)} {self.log_name}"

    NULL_ARGUMENT = (
        1001,
        "internal",
        500,
        "a required pointer is NULL, or a length, a number or a text is not what the function takes",
    )
    STORAGE_TOO_SMALL = (
        1002,
        "internal",
        500,
        "the memory given for a gate's rules is too small for them",
    )
    STORAGE_MISALIGNED = (
        1003,
        "internal",
        500,
        "a pointer is not aligned as its type asks",
    )
    SCRATCH_TOO_SMALL = (
        1004,
        "internal",
        500,
        "the scratch buffer is smaller than this gate needs",
    )
    CONFIG_INVALID = (
        1005,
        "internal",
        500,
        "the policy is not valid",
    )
    KEY_INVALID = (
        1006,
        "internal",
        500,
        "a signing key is empty, too short, undecodable, a duplicate, or the text of another kind of key",
    )
    ORIGIN_RULE_INVALID = (
        1007,
        "internal",
        500,
        "a line of the origin list could never match, or would match too much",
    )
    HOST_RULE_INVALID = (
        1008,
        "internal",
        500,
        "a line of the host list or of the trusted proxies cannot be read",
    )
    CAPABILITY_INVALID = (
        1009,
        "internal",
        500,
        "a capability entry has no usable digest or a token that is too short",
    )
    STARTUP_UNPROTECTED = (
        1010,
        "internal",
        500,
        "the listener is reachable from other machines and no credential is configured",
    )
    OUTPUT_TOO_SMALL = (
        1011,
        "internal",
        500,
        "the caller's output buffer is too small",
    )
    REQUEST_TOO_LARGE = (
        2001,
        "invalid_request",
        431,
        "the request has more headers or longer values than the limits allow",
    )
    TARGET_MALFORMED = (
        2002,
        "invalid_request",
        400,
        "the request target holds bytes that no URI has",
    )
    HOST_MISSING = (
        2101,
        "forbidden",
        403,
        "there is no Host to judge",
    )
    HOST_DUPLICATE = (
        2102,
        "forbidden",
        403,
        "there is more than one Host",
    )
    HOST_MALFORMED = (
        2103,
        "forbidden",
        403,
        "the Host is not a name or address with an optional port",
    )
    HOST_NOT_ALLOWED = (
        2104,
        "forbidden",
        403,
        "the Host is not one of the allowed hosts",
    )
    FORWARDED_MALFORMED = (
        2105,
        "forbidden",
        403,
        "a trusted proxy's forwarding headers cannot be read or disagree",
    )
    FORWARDED_PROTO_UNKNOWN = (
        2106,
        "forbidden",
        403,
        "a trusted proxy named a protocol that is none of http, https, ws, wss",
    )
    ORIGIN_MISSING = (
        2201,
        "forbidden",
        403,
        "there is no Origin, and this policy or a cookie credential asks for one",
    )
    ORIGIN_DUPLICATE = (
        2202,
        "forbidden",
        403,
        "there is more than one Origin",
    )
    ORIGIN_MALFORMED = (
        2203,
        "forbidden",
        403,
        "the Origin is not a serialized origin",
    )
    ORIGIN_NULL = (
        2204,
        "forbidden",
        403,
        "the Origin is null: a sandboxed frame, a file or a redirect",
    )
    ORIGIN_NOT_ALLOWED = (
        2205,
        "forbidden",
        403,
        "the Origin is neither the same origin nor listed, as the mode asks",
    )
    ORIGIN_FORBIDDEN = (
        2206,
        "forbidden",
        403,
        "this policy admits no page, or none without a credential that the page itself must hold",
    )
    FETCH_SITE_FORBIDDEN = (
        2207,
        "forbidden",
        403,
        "the browser says that the request comes from another site or a sibling of this one",
    )
    FETCH_SITE_MALFORMED = (
        2208,
        "forbidden",
        403,
        "Sec-Fetch-Site is repeated or none of its four values",
    )
    CREDENTIAL_MISSING = (
        2301,
        "unauthenticated",
        401,
        "there is no credential in any configured place",
    )
    CREDENTIAL_MALFORMED = (
        2302,
        "invalid_request",
        400,
        "the credential is not written as its place demands",
    )
    CREDENTIAL_DUPLICATE = (
        2303,
        "invalid_request",
        400,
        "there is more than one credential",
    )
    CREDENTIAL_SCHEME_UNSUPPORTED = (
        2304,
        "unauthenticated",
        401,
        "Authorization names another scheme than Bearer",
    )
    TOKEN_TOO_LONG = (
        3001,
        "invalid_token",
        401,
        "the token is longer than the limit",
    )
    TOKEN_ALPHABET = (
        3002,
        "invalid_token",
        401,
        "the token holds a byte outside base64url and the dot",
    )
    TOKEN_SEGMENTS = (
        3003,
        "invalid_token",
        401,
        "the token is not three non-empty segments",
    )
    TOKEN_BASE64 = (
        3004,
        "invalid_token",
        401,
        "a segment is not canonical base64url",
    )
    HEADER_JSON = (
        3005,
        "invalid_token",
        401,
        "the JOSE header is not one strict JSON object within the limits",
    )
    HEADER_DUPLICATE_NAME = (
        3006,
        "invalid_token",
        401,
        "the JOSE header has a name twice",
    )
    HEADER_FIELD_TYPE = (
        3007,
        "invalid_token",
        401,
        "alg is absent, or alg, typ, cty or kid is not a string",
    )
    HEADER_CRITICAL = (
        3008,
        "invalid_token",
        401,
        "the JOSE header has crit, and no extension is understood",
    )
    HEADER_UNSUPPORTED = (
        3009,
        "invalid_token",
        401,
        "the JOSE header has b64 or zip",
    )
    HEADER_TYPE_UNEXPECTED = (
        3010,
        "invalid_token",
        401,
        "typ is not what the policy names",
    )
    KEY_UNKNOWN = (
        4001,
        "invalid_token",
        401,
        "no key has the token's kid",
    )
    ALGORITHM_NOT_ALLOWED = (
        4002,
        "invalid_token",
        401,
        "the token's alg is not the key's algorithm",
    )
    SIGNATURE_INVALID = (
        4003,
        "invalid_token",
        401,
        "no key gives this signature",
    )
    CAPABILITY_UNKNOWN = (
        4004,
        "invalid_token",
        401,
        "the capability token is none of the configured ones",
    )
    CLAIMS_JSON = (
        5001,
        "invalid_token",
        401,
        "the payload is not one strict JSON object within the limits",
    )
    CLAIMS_DUPLICATE_NAME = (
        5002,
        "invalid_token",
        401,
        "the payload has a name twice",
    )
    CLAIM_TYPE_INVALID = (
        5003,
        "invalid_token",
        401,
        "a registered claim has the wrong type or is no date before the year 10000",
    )
    CLAIM_MISSING = (
        5004,
        "invalid_token",
        401,
        "exp or another required claim is absent",
    )
    TOKEN_EXPIRED = (
        5005,
        "invalid_token",
        401,
        "the token or the capability entry has expired",
    )
    TOKEN_NOT_YET_VALID = (
        5006,
        "invalid_token",
        401,
        "the token's nbf lies ahead",
    )
    ISSUER_NOT_ACCEPTED = (
        5007,
        "invalid_token",
        401,
        "iss is not the configured issuer",
    )
    AUDIENCE_NOT_ACCEPTED = (
        5008,
        "invalid_token",
        401,
        "aud names none of the configured audiences",
    )
    AUDIENCE_UNEXPECTED = (
        5009,
        "invalid_token",
        401,
        "the token names an audience and none is configured",
    )
    LIFETIME_TOO_LONG = (
        5010,
        "invalid_token",
        401,
        "exp lies further ahead than the longest lifetime allowed",
    )
    TOKEN_TOO_OLD = (
        5011,
        "invalid_token",
        401,
        "iat lies further back than the greatest age allowed",
    )
    SUBJECT_NOT_ACCEPTED = (
        5012,
        "invalid_token",
        401,
        "sub is not the configured subject",
    )
    SCOPE_INSUFFICIENT = (
        6001,
        "insufficient_scope",
        403,
        "the credential lacks a required scope",
    )
    RESOURCE_NOT_LISTED = (
        6002,
        "insufficient_scope",
        403,
        "the credential does not list the resource",
    )
    TOKEN_REVOKED = (
        6003,
        "invalid_token",
        401,
        "the token's jti is revoked",
    )
    TOKEN_ALREADY_USED = (
        6004,
        "invalid_token",
        401,
        "the single-use token was used before",
    )
    CLOCK_UNAVAILABLE = (
        9001,
        "unavailable",
        503,
        "the time is needed and not known",
    )
    STORE_UNAVAILABLE = (
        9002,
        "unavailable",
        503,
        "a store is full or could not answer",
    )
    INTERNAL = (
        9999,
        "internal",
        500,
        "the library failed in itself: please report it",
    )


_BODIES = {
    "unauthenticated": "authentication required\n",
    "invalid_request": "invalid request\n",
    "invalid_token": "invalid token\n",
    "insufficient_scope": "insufficient scope\n",
    "forbidden": "forbidden\n",
    "unavailable": "unavailable\n",
    "internal": "internal error\n",
}
