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

    NULL_ARGUMENT = 1001
    STORAGE_TOO_SMALL = 1002
    STORAGE_MISALIGNED = 1003
    SCRATCH_TOO_SMALL = 1004
    CONFIG_INVALID = 1005
    KEY_INVALID = 1006
    ORIGIN_RULE_INVALID = 1007
    HOST_RULE_INVALID = 1008
    CAPABILITY_INVALID = 1009
    STARTUP_UNPROTECTED = 1010
    OUTPUT_TOO_SMALL = 1011
    REQUEST_TOO_LARGE = 2001
    TARGET_MALFORMED = 2002
    HOST_MISSING = 2101
    HOST_DUPLICATE = 2102
    HOST_MALFORMED = 2103
    HOST_NOT_ALLOWED = 2104
    FORWARDED_MALFORMED = 2105
    FORWARDED_PROTO_UNKNOWN = 2106
    ORIGIN_MISSING = 2201
    ORIGIN_DUPLICATE = 2202
    ORIGIN_MALFORMED = 2203
    ORIGIN_NULL = 2204
    ORIGIN_NOT_ALLOWED = 2205
    ORIGIN_FORBIDDEN = 2206
    FETCH_SITE_FORBIDDEN = 2207
    FETCH_SITE_MALFORMED = 2208
    CREDENTIAL_MISSING = 2301
    CREDENTIAL_MALFORMED = 2302
    CREDENTIAL_DUPLICATE = 2303
    CREDENTIAL_SCHEME_UNSUPPORTED = 2304
    TOKEN_TOO_LONG = 3001
    TOKEN_ALPHABET = 3002
    TOKEN_SEGMENTS = 3003
    TOKEN_BASE64 = 3004
    HEADER_JSON = 3005
    HEADER_DUPLICATE_NAME = 3006
    HEADER_FIELD_TYPE = 3007
    HEADER_CRITICAL = 3008
    HEADER_UNSUPPORTED = 3009
    HEADER_TYPE_UNEXPECTED = 3010
    KEY_UNKNOWN = 4001
    ALGORITHM_NOT_ALLOWED = 4002
    SIGNATURE_INVALID = 4003
    CAPABILITY_UNKNOWN = 4004
    CLAIMS_JSON = 5001
    CLAIMS_DUPLICATE_NAME = 5002
    CLAIM_TYPE_INVALID = 5003
    CLAIM_MISSING = 5004
    TOKEN_EXPIRED = 5005
    TOKEN_NOT_YET_VALID = 5006
    ISSUER_NOT_ACCEPTED = 5007
    AUDIENCE_NOT_ACCEPTED = 5008
    AUDIENCE_UNEXPECTED = 5009
    LIFETIME_TOO_LONG = 5010
    TOKEN_TOO_OLD = 5011
    SUBJECT_NOT_ACCEPTED = 5012
    SCOPE_INSUFFICIENT = 6001
    RESOURCE_NOT_LISTED = 6002
    TOKEN_REVOKED = 6003
    TOKEN_ALREADY_USED = 6004
    CLOCK_UNAVAILABLE = 9001
    STORE_UNAVAILABLE = 9002
    INTERNAL = 9999

    @property
    def code(self) -> int:
        """The number."""
        return int(self)

    @property
    def public_class(self) -> str:
        """What the peer may know: `invalid_token` and so on."""
        return _ROWS[self][0]

    @property
    def status(self) -> int:
        """The HTTP status of the refusal."""
        return _ROWS[self][1]

    @property
    def text(self) -> str:
        """One line for the log, without any byte of the request."""
        return _ROWS[self][2]

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


_ROWS = {
    1001: ("internal", 500, "a required pointer is NULL, or a length, a number or a text is not what the function takes"),
    1002: ("internal", 500, "the memory given for a gate's rules is too small for them"),
    1003: ("internal", 500, "a pointer is not aligned as its type asks"),
    1004: ("internal", 500, "the scratch buffer is smaller than this gate needs"),
    1005: ("internal", 500, "the policy is not valid"),
    1006: ("internal", 500, "a signing key is empty, too short, undecodable, a duplicate, or the text of another kind of key"),
    1007: ("internal", 500, "a line of the origin list could never match, or would match too much"),
    1008: ("internal", 500, "a line of the host list or of the trusted proxies cannot be read"),
    1009: ("internal", 500, "a capability entry has no usable digest or a token that is too short"),
    1010: ("internal", 500, "the listener is reachable from other machines and no credential is configured"),
    1011: ("internal", 500, "the caller's output buffer is too small"),
    2001: ("invalid_request", 431, "the request has more headers or longer values than the limits allow"),
    2002: ("invalid_request", 400, "the request target holds bytes that no URI has"),
    2101: ("forbidden", 403, "there is no Host to judge"),
    2102: ("forbidden", 403, "there is more than one Host"),
    2103: ("forbidden", 403, "the Host is not a name or address with an optional port"),
    2104: ("forbidden", 403, "the Host is not one of the allowed hosts"),
    2105: ("forbidden", 403, "a trusted proxy's forwarding headers cannot be read or disagree"),
    2106: ("forbidden", 403, "a trusted proxy named a protocol that is none of http, https, ws, wss"),
    2201: ("forbidden", 403, "there is no Origin, and this policy or a cookie credential asks for one"),
    2202: ("forbidden", 403, "there is more than one Origin"),
    2203: ("forbidden", 403, "the Origin is not a serialized origin"),
    2204: ("forbidden", 403, "the Origin is null: a sandboxed frame, a file or a redirect"),
    2205: ("forbidden", 403, "the Origin is neither the same origin nor listed, as the mode asks"),
    2206: ("forbidden", 403, "this policy admits no page, or none without a credential that the page itself must hold"),
    2207: ("forbidden", 403, "the browser says that the request comes from another site or a sibling of this one"),
    2208: ("forbidden", 403, "Sec-Fetch-Site is repeated or none of its four values"),
    2301: ("unauthenticated", 401, "there is no credential in any configured place"),
    2302: ("invalid_request", 400, "the credential is not written as its place demands"),
    2303: ("invalid_request", 400, "there is more than one credential"),
    2304: ("unauthenticated", 401, "Authorization names another scheme than Bearer"),
    3001: ("invalid_token", 401, "the token is longer than the limit"),
    3002: ("invalid_token", 401, "the token holds a byte outside base64url and the dot"),
    3003: ("invalid_token", 401, "the token is not three non-empty segments"),
    3004: ("invalid_token", 401, "a segment is not canonical base64url"),
    3005: ("invalid_token", 401, "the JOSE header is not one strict JSON object within the limits"),
    3006: ("invalid_token", 401, "the JOSE header has a name twice"),
    3007: ("invalid_token", 401, "alg is absent, or alg, typ, cty or kid is not a string"),
    3008: ("invalid_token", 401, "the JOSE header has crit, and no extension is understood"),
    3009: ("invalid_token", 401, "the JOSE header has b64 or zip"),
    3010: ("invalid_token", 401, "typ is not what the policy names"),
    4001: ("invalid_token", 401, "no key has the token's kid"),
    4002: ("invalid_token", 401, "the token's alg is not the key's algorithm"),
    4003: ("invalid_token", 401, "no key gives this signature"),
    4004: ("invalid_token", 401, "the capability token is none of the configured ones"),
    5001: ("invalid_token", 401, "the payload is not one strict JSON object within the limits"),
    5002: ("invalid_token", 401, "the payload has a name twice"),
    5003: ("invalid_token", 401, "a registered claim has the wrong type or is no date before the year 10000"),
    5004: ("invalid_token", 401, "exp or another required claim is absent"),
    5005: ("invalid_token", 401, "the token or the capability entry has expired"),
    5006: ("invalid_token", 401, "the token's nbf lies ahead"),
    5007: ("invalid_token", 401, "iss is not the configured issuer"),
    5008: ("invalid_token", 401, "aud names none of the configured audiences"),
    5009: ("invalid_token", 401, "the token names an audience and none is configured"),
    5010: ("invalid_token", 401, "exp lies further ahead than the longest lifetime allowed"),
    5011: ("invalid_token", 401, "iat lies further back than the greatest age allowed"),
    5012: ("invalid_token", 401, "sub is not the configured subject"),
    6001: ("insufficient_scope", 403, "the credential lacks a required scope"),
    6002: ("insufficient_scope", 403, "the credential does not list the resource"),
    6003: ("invalid_token", 401, "the token's jti is revoked"),
    6004: ("invalid_token", 401, "the single-use token was used before"),
    9001: ("unavailable", 503, "the time is needed and not known"),
    9002: ("unavailable", 503, "a store is full or could not answer"),
    9999: ("internal", 500, "the library failed in itself: please report it"),
}

_BODIES = {
    "unauthenticated": "authentication required\n",
    "invalid_request": "invalid request\n",
    "invalid_token": "invalid token\n",
    "insufficient_scope": "insufficient scope\n",
    "forbidden": "forbidden\n",
    "unavailable": "unavailable\n",
    "internal": "internal error\n",
}
