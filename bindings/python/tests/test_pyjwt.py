"""Coming from PyJWT: every line of the page's table, against the real PyJWT.

A case is one call that both are given. `theirs` and `ours` are what each does: the claims, or an
exception's name. Both are asserted, so a line that a new PyJWT makes untrue is noticed.
"""

from __future__ import annotations

import datetime
import re
import time
import warnings

import jwt as pyjwt
import pytest
from conftest import ROOT, SECRET, forge
from doorward import jwt

NOW = int(time.time())
# The tests may run long after this was read.
GOOD = {"sub": "alice", "exp": NOW + 36_000}
TOKEN = forge(GOOD)
HS256 = {"algorithms": ["HS256"]}
ANOTHER = "another secret of forty characters....."


def both(token, key=SECRET, **arguments):
    """What PyJWT and doorward make of a call: claims, or the name of an exception."""
    arguments = {**HS256, **arguments}
    outcomes = []
    for decode in (pyjwt.decode, jwt.decode):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                outcomes.append(decode(token, key, **arguments))
        except (pyjwt.PyJWTError, jwt.PyJWTError, TypeError, ValueError) as error:
            outcomes.append(type(error).__name__)
    return outcomes


SAME = {
    "good": (TOKEN, {}, GOOD),
    "bytes": (TOKEN.encode(), {}, GOOD),
    "another key": (TOKEN, {"key": ANOTHER}, "InvalidSignatureError"),
    "not a token": ("a", {}, "DecodeError"),
    "empty": ("", {}, "DecodeError"),
    "algorithm": (forge(GOOD, header={"alg": "HS512"}), {}, "InvalidAlgorithmError"),
    "none": (
        forge(GOOD, header={"alg": "none"}).rsplit(".", 1)[0] + ".",
        {},
        ("InvalidAlgorithmError", "DecodeError"),
    ),
    "expired": (forge({"exp": NOW - 60}), {}, "ExpiredSignatureError"),
    "not yet": (forge({**GOOD, "nbf": NOW + 18_000}), {}, "ImmatureSignatureError"),
    "issuer": (forge({**GOOD, "iss": "i"}), {"issuer": "i"}, {**GOOD, "iss": "i"}),
    "issuer in a list": (forge({**GOOD, "iss": "i"}), {"issuer": ["i"]}, {**GOOD, "iss": "i"}),
    "another issuer": (forge({**GOOD, "iss": "j"}), {"issuer": "i"}, "InvalidIssuerError"),
    "issuer missing": (TOKEN, {"issuer": "i"}, "MissingRequiredClaimError"),
    "issuer not judged": (
        forge({**GOOD, "iss": "j"}),
        {"issuer": "i", "options": {"verify_iss": False}},
        {**GOOD, "iss": "j"},
    ),
    "audience": (forge({**GOOD, "aud": ["a", "b"]}), {"audience": "b"}, {**GOOD, "aud": ["a", "b"]}),
    "audiences": (forge({**GOOD, "aud": "a"}), {"audience": ["b", "a"]}, {**GOOD, "aud": "a"}),
    "another audience": (forge({**GOOD, "aud": "c"}), {"audience": "a"}, "InvalidAudienceError"),
    "audience missing": (TOKEN, {"audience": "a"}, "MissingRequiredClaimError"),
    "audience unexpected": (forge({**GOOD, "aud": "a"}), {}, "InvalidAudienceError"),
    "audience not judged": (
        forge({**GOOD, "aud": "a"}),
        {"options": {"verify_aud": False}},
        {**GOOD, "aud": "a"},
    ),
    "subject": (TOKEN, {"subject": "alice"}, GOOD),
    "another subject": (TOKEN, {"subject": "bob"}, "InvalidSubjectError"),
    "required": (TOKEN, {"options": {"require": ["exp", "sub"]}}, GOOD),
    "required and missing": (TOKEN, {"options": {"require": ["jti"]}}, "MissingRequiredClaimError"),
    "payload no object": (forge("[]"), {}, "DecodeError"),
    "payload no JSON": (forge("{"), {}, "DecodeError"),
    "an integer of very many digits": (
        forge('{"exp":%d,"n":1%s}' % (NOW + 36_000, "0" * 5000)),
        {},
        "DecodeError",
    ),
    "crit": (
        forge(GOOD, header={"alg": "HS256", "crit": ["x"], "x": 1}),
        {},
        ("InvalidTokenError", "DecodeError"),
    ),
    "an asymmetric key as secret": (
        TOKEN,
        {"key": f"-----BEGIN PUBLIC KEY-----\n{'a' * 40}\n-----END PUBLIC KEY-----\n"},
        "InvalidKeyError",
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_the_same(name):
    token, arguments, expected = SAME[name]
    theirs, ours = expected if isinstance(expected, tuple) else (expected, expected)
    assert both(token, **arguments) == [theirs, ours]
    if isinstance(ours, str) and ours != "InvalidKeyError":
        # Whoever catches PyJWT's general names catches it.
        kind = getattr(jwt, ours)
        assert issubclass(kind, jwt.InvalidTokenError)
        assert issubclass(kind, jwt.PyJWTError)


@pytest.mark.parametrize("leeway", [120, 120.0, datetime.timedelta(minutes=2)])
def test_expired_within_the_leeway(leeway):
    claims = {"exp": int(time.time()) - 60}
    assert both(forge(claims), leeway=leeway) == [claims, claims]
    assert both(forge(claims)) == ["ExpiredSignatureError"] * 2


LONG = {**GOOD, "x": "y" * 13_000}
TWICE = '{"exp":%d,"sub":"a","sub":"b"}' % (NOW + 36_000)

#: By the words of the page: a token, arguments, what PyJWT does, what doorward does.
DIFFERENT = {
    "no `exp`": (forge({"sub": "a"}), {}, {"sub": "a"}, "MissingRequiredClaimError"),
    "`exp` or `nbf` as a string of digits": (
        forge({"exp": str(NOW + 36_000)}),
        {},
        {"exp": str(NOW + 36_000)},
        "DecodeError",
    ),
    "`iat` in the future": (
        forge({**GOOD, "iat": NOW + 18_000}),
        {},
        "ImmatureSignatureError",
        {**GOOD, "iat": NOW + 18_000},
    ),
    "`sub` or `jti` that is no string": (forge({**GOOD, "sub": 1}), {}, "InvalidSubjectError", "DecodeError"),
    "`iss` that is no string, where none is expected": (
        forge({**GOOD, "iss": 1}),
        {},
        {**GOOD, "iss": 1},
        "DecodeError",
    ),
    "`aud` that is null or not of strings": (
        forge({**GOOD, "aud": None}),
        {},
        {**GOOD, "aud": None},
        "DecodeError",
    ),
    "`aud` that is empty, where none is expected": (
        forge({**GOOD, "aud": []}),
        {},
        {**GOOD, "aud": []},
        "InvalidAudienceError",
    ),
    "a name that stands twice in the claims": (
        forge(TWICE),
        {},
        {"exp": NOW + 36_000, "sub": "b"},
        "DecodeError",
    ),
    "a name that stands twice in the header": (
        forge(GOOD, header='{"alg":"none","alg":"HS256"}'),
        {},
        GOOD,
        "DecodeError",
    ),
    "`NaN`, `Infinity`": (
        forge('{"exp":%d,"x":Infinity}' % (NOW + 36_000)),
        {},
        {"exp": NOW + 36_000, "x": float("inf")},
        "DecodeError",
    ),
    "a lone surrogate": (
        forge('{"exp":%d,"x":"\\ud800"}' % (NOW + 36_000)),
        {},
        {"exp": NOW + 36_000, "x": "\ud800"},
        "DecodeError",
    ),
    "claims in UTF-16": (
        forge(('{"exp":%d}' % (NOW + 36_000)).encode("utf-16")),
        {},
        {"exp": NOW + 36_000},
        "DecodeError",
    ),
    "padding (`=`)": (TOKEN + "=", {}, GOOD, "DecodeError"),
    "`typ` other than `JWT`": (
        forge(GOOD, header={"alg": "HS256", "typ": "at+jwt"}),
        {},
        GOOD,
        "DecodeError",
    ),
    "`zip` in the header": (forge(GOOD, header={"alg": "HS256", "zip": "DEF"}), {}, GOOD, "DecodeError"),
    "a token of more than 16 KiB": (forge(LONG), {}, LONG, "DecodeError"),
    "a secret shorter than the hash": (
        forge(GOOD, secret="short"),
        {"key": "short"},
        GOOD,
        "InvalidKeyError",
    ),
    "`algorithms` not given": (TOKEN, {"algorithms": None}, "DecodeError", "UsageError"),
    "several issuers": (
        forge({**GOOD, "iss": "i"}),
        {"issuer": ["i", "j"]},
        {**GOOD, "iss": "i"},
        "UsageError",
    ),
    "`audience=[]`": (forge({**GOOD, "aud": "a"}), {"audience": []}, "InvalidAudienceError", "UsageError"),
    "`leeway` over 300 s": (TOKEN, {"leeway": 301}, GOOD, "PolicyError"),
    "`leeway` of part of a second": (TOKEN, {"leeway": 0.5}, GOOD, "UsageError"),
    "`verify_signature=False`": (
        TOKEN,
        {"options": {"verify_signature": False}},
        GOOD,
        "UsageError",
    ),
    "`verify_exp=False` and its like": (
        forge({"exp": NOW - 60}),
        {"options": {"verify_exp": False}},
        {"exp": NOW - 60},
        "UsageError",
    ),
    "`strict_aud=True`": (
        forge({**GOOD, "aud": "a"}),
        {"audience": "a", "options": {"strict_aud": True}},
        {**GOOD, "aud": "a"},
        "UsageError",
    ),
    "`detached_payload`, `verify`": (TOKEN, {"detached_payload": None}, GOOD, "TypeError"),
    "RS256, ES256, EdDSA": (TOKEN, {"algorithms": ["HS256", "ES256"]}, GOOD, "ValueError"),
}

#: What the page says that is not of `decode`.
NAMES = {
    "`encode`": "encode",
    "`decode_complete`, `get_unverified_header`": "get_unverified_header",
    "`PyJWK`, `PyJWKClient`": "PyJWKClient",
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_different(name):
    token, arguments, theirs, ours = DIFFERENT[name]
    assert theirs != ours
    assert both(token, **arguments) == [theirs, ours]


@pytest.mark.parametrize("name", NAMES)
def test_what_there_is_none_of(name):
    assert hasattr(pyjwt, NAMES[name])
    assert not hasattr(jwt, NAMES[name])


def test_the_claim_that_is_missing_is_not_told():
    with pytest.raises(pyjwt.MissingRequiredClaimError) as theirs:
        pyjwt.decode(TOKEN, SECRET, **HS256, audience="a")
    with pytest.raises(jwt.MissingRequiredClaimError) as ours:
        jwt.decode(TOKEN, SECRET, **HS256, audience="a")
    assert theirs.value.claim == "aud"
    assert not hasattr(ours.value, "claim")


def test_the_page_has_a_line_for_each():
    page = (ROOT / "docs/python.md").read_text()
    section = page.split("## Coming from PyJWT", 1)[1].split("\n## ", 1)[0]
    lines = re.findall(r"^\| (.+?) \| .+ \| .+ \|$", section, re.M)
    told = {line for line in lines if not line.startswith(("what", "---"))}
    assert told == {*DIFFERENT, *NAMES, "`MissingRequiredClaimError.claim`"}
