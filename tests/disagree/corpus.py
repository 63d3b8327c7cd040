"""Which tokens of tests/vectors are put to the libraries, in which row each stands, and what it asks.

Every case of `jwt.verify` is used, but for those that `LEFT_OUT` names. The expected verdict is the vectors'.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

VECTORS = Path(__file__).resolve().parent.parent / "vectors"


@dataclass(frozen=True)
class Row:
    """A class of bad tokens. `breaks` says that each breaks a rule of the RFCs; `example` is a case's id."""

    name: str
    breaks: bool
    example: str
    means: str


ROWS = {
    "padding": Row(
        "`=` padding",
        True,
        "jwt_form/alphabet-padding-signature",
        "`=` ends the signature; RFC 7515 §2 omits it.",
    ),
    "alphabet": Row(
        "bytes outside base64url, text around the token",
        True,
        "jwt_form/alphabet-trailing-newline",
        "A line feed follows the token: the same signature then belongs to two texts.",
    ),
    "canonical": Row(
        "base64url of impossible length, or unused bits set",
        False,
        "jwt_form/base64-last-letter-1",
        "The signature's last letter carries bits that no byte needs, so that several texts decode to the same MAC.",
    ),
    "segments": Row(
        "too few, too many or empty segments", True, "jwt_form/segments-four", "A fourth segment hangs on a good token."
    ),
    "limits": Row(
        "beyond doorward's limits of size, depth, members",
        False,
        "jwt_claims/depth-33",
        "The JSON is nested 33 deep. No RFC sets such a limit; doorward's is 32.",
    ),
    "header-json": Row(
        "header: not JSON",
        True,
        "jwt_header/json-bom",
        "A byte order mark precedes the header; RFC 8259 §8.1 forbids to send one.",
    ),
    "header-text": Row(
        "header: not UTF-8",
        True,
        "jwt_header/json-overlong",
        "The header holds a character in an overlong encoding, which is not UTF-8.",
    ),
    "header-duplicate": Row(
        "header: a name twice",
        False,
        "jwt_header/duplicate-alg",
        "`alg` stands twice. RFC 7515 §4 lets a parser refuse it or take the last; doorward refuses.",
    ),
    "header-alg-type": Row(
        "header: `alg` absent or no string", True, "jwt_header/type-alg-number", "`alg` is a number."
    ),
    "header-type": Row(
        "header: `typ`, `cty` or `kid` no string",
        True,
        "jwt_header/type-kid-object",
        "`kid` is an object where RFC 7515 §4.1.4 demands a string.",
    ),
    "crit": Row(
        "header: `crit`",
        True,
        "jwt_header/crit-list",
        "`crit` names an extension that nobody here understands; RFC 7515 §4.1.11 has the token refused.",
    ),
    "b64": Row(
        "header: `b64` or `zip`, not in `crit`",
        False,
        "jwt_header/b64-false",
        "`b64` is false and not listed in `crit`, so what was signed is a matter of opinion.",
    ),
    "typ": Row(
        "header: another `typ` than expected",
        False,
        "jwt_header/typ-named-jwt",
        "The service expects `at+jwt`; the token says `JWT`.",
    ),
    "alg-none": Row(
        "`alg`: `none`, in any spelling",
        True,
        "jwt_proof/alg-none",
        "`alg` is `none`, and the MAC of HS256 follows.",
    ),
    "alg-other": Row(
        "`alg`: another than the key's",
        True,
        "jwt_proof/hs256-key-hs512-token",
        "The key is for HS256; the token is a correct HS512 under the same secret.",
    ),
    "key-text": Row(
        "key: text in the form of a public key",
        False,
        "attack_jwt/key-pem-public",
        "The secret looks like the PEM text of a public key, but is no whole key. A library that parses the text"
        " instead of looking at its form may refuse a whole one.",
    ),
    "key-short": Row(
        "key: empty or shorter than its hash",
        True,
        "attack_jwt/key-6-secret",
        "The secret is `secret`; RFC 7518 §3.2 demands as many bytes as the hash has.",
    ),
    "signature": Row(
        "signature: wrong, cut, of other bytes",
        True,
        "jwt_proof/mac-short-16",
        "The right MAC, cut to its first 16 bytes.",
    ),
    "claims-json": Row(
        "claims: not JSON", True, "jwt_claims/json-trailing", "Text follows the JSON object of the claims."
    ),
    "claims-text": Row(
        "claims: not UTF-8", True, "jwt_claims/json-bad-utf8", "The claims hold a byte that is not UTF-8."
    ),
    "surrogate": Row(
        "header or claims: half of a surrogate pair, escaped",
        False,
        "jwt_claims/json-lone-surrogate",
        "A string holds `\\ud800` alone, which no UTF-8 can say; RFC 8259 §8.2 leaves open what a parser does.",
    ),
    "claims-duplicate": Row(
        "claims: a name twice",
        False,
        "attack_jwt/clm-dup-sub",
        "`sub` stands twice with different values. RFC 7519 §4 lets a parser refuse it or take the last.",
    ),
    "missing": Row(
        "claims: a required one is missing",
        False,
        "jwt_claims/missing-exp-upper",
        "There is `EXP` and no `exp`; names are compared exactly, in case too (RFC 7519 §7.3).",
    ),
    "time-type": Row(
        "`exp`, `nbf`, `iat`: no number",
        True,
        "jwt_claims/type-exp-text",
        "`exp` is a string of digits where RFC 7519 §4.1.4 demands a number.",
    ),
    "time-range": Row(
        "`exp`, `nbf`, `iat`: beyond the year 9999",
        False,
        "numeric_date/exp-1e400",
        "`exp` is 1e400, which no float and no 64-bit integer holds.",
    ),
    "expired": Row(
        "expired",
        True,
        "jwt_claims/expired-at",
        "`exp` is this very second; RFC 7519 §4.1.4 says *on or after*. All accepted here lie within a second.",
    ),
    "early": Row(
        "not yet valid",
        True,
        "numeric_date/nbf-1.7000000001e9",
        "`nbf` lies a tenth of a second ahead.",
    ),
    "issuer": Row(
        "another issuer", True, "jwt_claims/issuer-slash", "The issuer is the expected one with a `/` behind it."
    ),
    "issuer-type": Row(
        "`iss`, `sub`, `jti`: no string",
        True,
        "jwt_claims/type-sub-number",
        "`sub` is a number where RFC 7519 §4.1.2 demands a string.",
    ),
    "audience": Row(
        "another audience",
        True,
        "jwt_claims/audience-comma-list",
        "`aud` is one string that lists the service among others, with commas.",
    ),
    "audience-type": Row(
        "`aud`: neither string nor list of strings",
        True,
        "jwt_claims/type-aud-array-number",
        "`aud` is a list that holds the service's name and a number.",
    ),
    "audience-unexpected": Row(
        "an audience where the service has none",
        True,
        "jwt_claims/audience-unexpected",
        "The token is for somebody; the service was not told its own name. RFC 7519 §4.1.3 has it refused.",
    ),
    "subject": Row(
        "another subject", True, "jwt_claims/subject-case", "The subject differs from the expected one in case."
    ),
    "age": Row(
        "older than the service admits",
        False,
        "jwt_claims/age-at",
        "The service admits tokens of the last minute; this one is exactly a minute old.",
    ),
}

LEFT_OUT = {
    "jws": "`jws.verify`: payloads that are no claims, which a JWT library refuses whatever else is wrong",
    "ring": "several keys, or a `kid` that no key answers to: most libraries leave the choice of the key to the caller",
    "own": "a limit on the token's lifetime, a list of revoked tokens, an option to admit the second of expiry:"
    " doorward's own",
    "unusable": "a policy that does not load, a machine without a clock",
    "nested": "a JWT inside a JWT, which RFC 7519 allows and doorward does not take",
    "ignored": "an `aud` of the wrong type where the service ignores the audience: the libraries then do not look",
    "typ-list": "several admitted values of `typ`: the libraries take one",
}

NESTED = {"attack_jwt/clm-nested-jwt"}
RING = {"jwt_proof/nine-keys", "jwt_proof/duplicate-kid"}
LIMITS = {
    "jwt_form/length-over",
    "jwt_form/length-16385",
    "attack_jwt/clm-deep-5000",
    *(f"jwt_header/{name}" for name in ("members-17", "size-1028", "depth-33", "depth-objects-33", "type-kid-129")),
    *(f"jwt_claims/{name}" for name in ("members-513", "depth-33", "depth-mixed-33", "depth-4000")),
}
TEXT = ("utf8", "utf16", "surrogate-bytes", "overlong", "beyond-unicode")
HALVES = ("lone-", "swapped-surrogates")
OF_REASON = {
    "token_base64": "canonical", "token_segments": "segments", "token_too_long": "segments",
    "header_json": "header-json", "header_duplicate_name": "header-duplicate", "header_critical": "crit",
    "header_unsupported": "b64", "header_type_unexpected": "typ",
    "signature_invalid": "signature", "claims_json": "claims-json", "claims_duplicate_name": "claims-duplicate",
    "claim_missing": "missing", "token_expired": "expired", "token_not_yet_valid": "early",
    "issuer_not_accepted": "issuer", "audience_not_accepted": "audience",
    "audience_unexpected": "audience-unexpected", "subject_not_accepted": "subject", "token_too_old": "age",
}  # fmt: skip
# What a library must offer to be asked: else its cell is a dash.
ASKS = {
    "typ": "typ", "time-type": "time", "time-range": "time", "expired": "time", "early": "time", "issuer": "issuer",
    "issuer-type": "strings", "audience": "audience", "audience-type": "audience",
    "audience-unexpected": "audience", "subject": "subject", "age": "age",
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One question: does the library accept this token under this policy? `row` is empty for a good token."""

    id: str
    row: str
    token: str
    algorithm: str
    secret: str
    now: int
    leeway: int
    issuer: str | None
    audience: list[str] | None
    ignore_audience: bool
    subject: str | None
    required: list[str]
    typ: str | None
    max_age: int | None
    asks: list[str]

    def line(self) -> str:
        """The case as one line of JSON, as the adapters read it."""
        return json.dumps(asdict(self), ensure_ascii=True)


def cases() -> tuple[list[Case], Counter[str]]:
    """The corpus in the vectors' order, and how many cases each entry of `LEFT_OUT` keeps away."""
    taken: list[Case] = []
    left: Counter[str] = Counter()
    for path in sorted(VECTORS.glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        for raw in document.get("cases", []):
            if raw.get("op") == "jws.verify":
                left["jws"] += 1
            elif raw.get("op") == "jwt.verify":
                name = f"{document['suite']}/{raw['id']}"
                why = kept_away(name, raw)
                if why:
                    left[why] += 1
                else:
                    taken.append(case_of(name, raw))
    return taken, left


def kept_away(name: str, raw: dict[str, Any]) -> str | None:
    """The entry of `LEFT_OUT`, or None."""
    policy, expect = raw["input"]["jwt"], raw["expect"]
    reason = expect.get("reason")
    if reason in ("config_invalid", "clock_unavailable"):
        return "unusable"
    if reason in ("lifetime_too_long", "token_revoked"):
        return "own"
    if reason is None and "valid_at_expiry" in policy:
        return "own"
    if reason == "key_unknown" or name in RING or len(policy["key"]) > 1:
        return "ring"
    if reason == "claim_type_invalid" and policy.get("ignore_audience"):
        return "ignored"
    if name in NESTED:
        return "nested"
    if len(policy.get("typ", [])) > 1:
        return "typ-list"
    return None


def case_of(name: str, raw: dict[str, Any]) -> Case:
    """The vector's case in the libraries' terms."""
    policy = raw["input"]["jwt"]
    reason = raw["expect"].get("reason")
    row = row_of(name, reason) if reason else ""
    key = policy["key"][0]
    audience = policy.get("audience")
    required = [*policy.get("required", [])]
    typ = policy.get("typ", [None])[0]
    # Their option refuses a token without typ as well, so it is set where typ is the question, and nowhere else.
    if row == "typ" and typ is None:
        typ = "JWT"
    return Case(
        id=name,
        row=row,
        token=bytes_of(raw["input"]["token"]).hex(),
        algorithm=key["algorithm"],
        secret=secret_of(key).hex(),
        now=raw["input"]["now"],
        leeway=policy["leeway"],
        issuer=policy.get("issuer"),
        audience=[audience] if isinstance(audience, str) else audience,
        ignore_audience=policy.get("ignore_audience", False),
        subject=policy.get("subject"),
        required=["exp", *(claim for claim in required if claim != "exp")],
        typ=typ,
        max_age=policy.get("max_age"),
        asks=asks_of(row, policy, required),
    )


def row_of(name: str, reason: str) -> str:
    """The row of a bad token, by its reason and, where one reason covers several matters, by its id."""
    short = name.split("/")[1]
    if name in LIMITS:
        return "limits"
    if short == "hdr-deep-open":
        return "header-json"
    if reason == "key_invalid":
        return "key-text" if any(word in short for word in ("pem", "jwk", "ssh")) else "key-short"
    if reason == "token_alphabet":
        return "padding" if "pad" in short else "alphabet"
    if reason == "header_field_type":
        return "header-alg-type" if "alg" in short.lower() else "header-type"
    if reason == "algorithm_not_allowed":
        return "alg-none" if "none" in short else "alg-other"
    if reason in ("header_json", "claims_json") and any(word in short for word in HALVES):
        return "surrogate"
    if reason in ("header_json", "claims_json") and any(word in short for word in TEXT):
        return reason.replace("_json", "-text")
    if reason == "claim_type_invalid":
        return type_row(short)
    return OF_REASON[reason]


def type_row(short: str) -> str:
    claim = short.removeprefix("type-").split("-")[0]
    if claim in ("iss", "sub", "jti"):
        return "issuer-type"
    if claim == "aud":
        return "audience-type"
    wrong = ("null", "text", "false", "array", "object", "true", "string")
    return "time-type" if any(short.endswith(word) for word in wrong) else "time-range"


def asks_of(row: str, policy: dict[str, Any], required: list[str]) -> list[str]:
    """The options that decide this case. A good token asks for those without which it would be refused."""
    if not row:
        return ["leeway"] if policy["leeway"] else []
    if row != "missing":
        return [ASKS[row]] if row in ASKS else []
    for option, ask in (("issuer", "issuer"), ("audience", "audience"), ("subject", "subject"), ("max_age", "age")):
        if option in policy:
            return [ask]
    return ["required"] if required else ["required exp"]


def bytes_of(text: str | dict[str, str]) -> bytes:
    return text.encode() if isinstance(text, str) else bytes.fromhex(text["hex"])


def secret_of(key: dict[str, Any]) -> bytes:
    raw = bytes_of(key["secret"])
    match key.get("encoding", "utf8"):
        case "base64":
            return base64.b64decode(raw, validate=True)
        case "base64url":
            return base64.urlsafe_b64decode(raw + b"=" * (-len(raw) % 4))
        case "hex":
            return bytes.fromhex(raw.decode("ascii"))
        case "utf8":
            return raw
        case other:
            raise ValueError(f"unknown encoding {other}")
