"""Faults that a reader found in the code, each with the cases that show it."""

from __future__ import annotations

import base64

from forge import SECRET, TOKEN, compact, digest, sign_bytes
from gate import APP, AUTH, CI, policy
from suite import Json, Suite

PAGE = ["Origin", "https://app.example.com"]
CROSS_SITE = ["Sec-Fetch-Site", "cross-site"]


def suites() -> list[Suite]:
    """The one suite."""
    s = Suite("regressions", "faults that were found in the code, each with the cases that show it")
    lenient_list(s)
    stars(s)
    files(s)
    options_beside_fetch_site(s)
    other_keys(s)
    moments(s)
    rules_without_effect(s)
    sizes(s)
    claims_beside_nested(s)
    one_of_several_audiences(s)
    return [s]


def lenient_list(s: Suite) -> None:
    """A second candidate for the own host is held to the list of hosts as the first is."""
    rules: Json = {
        "host": {
            "allow": ["mux.example.com"],
            "trusted_proxies": ["0.0.0.0/0"],
            "forwarded_lenient": True,
        },
        "capability": [CI],
    }
    rebound = ["Host", "evil.example:3000"]
    page = ["Origin", "http://evil.example:3000"]
    reported = ["X-Forwarded-Host", "mux.example.com"]
    own = ["Sec-Fetch-Site", "same-origin"]
    s.decide("lenient-rebound-host", rules, [rebound, reported, page, own, AUTH], 2205, scheme="http")
    s.decide("lenient-rebound-unreported", rules, [rebound, page, own, AUTH], 2104, scheme="http")
    good = [["Host", "mux.example.com"], ["X-Forwarded-Host", "mux.example.com"], ["Origin", "http://mux.example.com"]]
    s.decide("lenient-listed-both", rules, [*good, AUTH], 0, scheme="http")


def stars(s: Suite) -> None:
    """A star is the list's; no page has one in its origin."""
    rules = policy(origin={"mode": "list", "allow": ["https://*.apps.example.com", "http://localhost:*"]})
    s.decide("star-label-as-origin", rules, [APP, ["Origin", "https://*.apps.example.com"], AUTH], 2203)
    s.decide("star-port-as-origin", rules, [APP, ["Origin", "http://localhost:*"], CROSS_SITE, AUTH], 2203)
    s.decide("star-label-matched", rules, [APP, ["Origin", "https://a.apps.example.com"], CROSS_SITE, AUTH], 0)
    s.decide("star-port-matched", rules, [APP, ["Origin", "http://localhost:5173"], CROSS_SITE, AUTH], 0)


def files(s: Suite) -> None:
    """file:// is listed as the browser writes it."""
    for case_id, line in (("file", "file://"), ("file-slash", "file:///"), ("file-case", "FILE://")):
        s.op(case_id + "-line", "origin.normalise", {"line": line}, {"canonical": "file://"})
        rules = policy(origin={"mode": "list", "allow": [line]})
        s.decide(case_id + "-listed", rules, [APP, ["Origin", "file://"], AUTH], 0)
    s.fails("file-star", "origin.normalise", {"line": "file://*.a.b"}, 1007)
    s.fails("file-port", "origin.normalise", {"line": "file://:*"}, 1007)
    s.fails("slash-only", "origin.normalise", {"line": "https:///"}, 1007)
    s.fails("two-slashes", "origin.normalise", {"line": "https://app.example.com//"}, 1007)


def options_beside_fetch_site(s: Suite) -> None:
    """A page that an option names is another site's to the browser, and is admitted all the same."""
    local = ["Host", "127.0.0.1:8080"]
    alias = ["Origin", "http://localhost:8080"]
    aliases = policy(origin={"loopback_aliases": True})
    s.decide("alias-cross-site", aliases, [local, alias, CROSS_SITE, AUTH], 0, scheme="http")
    s.decide("alias-off-cross-site", policy(), [local, alias, CROSS_SITE, AUTH], 2205, scheme="http")
    own = [["Host", "localhost:8080"], alias, CROSS_SITE, AUTH]
    s.decide("alias-itself-cross-site", aliases, own, 2207, scheme="http")
    http_page = ["Origin", "http://app.example.com"]
    loose = policy(origin={"ignore_scheme": True})
    s.decide("scheme-cross-site", loose, [APP, http_page, CROSS_SITE, AUTH], 0)
    s.decide("scheme-itself-cross-site", loose, [APP, PAGE, CROSS_SITE, AUTH], 2207)
    null = policy(origin={"allow_null": True})
    s.decide("null-cross-site", null, [APP, ["Origin", "null"], CROSS_SITE, AUTH], 0)


RSA = "30820122300d06092a864886f70d01010105000382010f003082010a0282010100" + "c7" * 256 + "0203010001"
ED25519 = "302a300506032b6570032100" + "5a" * 32


def other_keys(s: Suite) -> None:
    """A public key in base64 is public in every spelling."""
    for case_id, der in (("rsa", RSA), ("ed25519", ED25519)):
        text = base64.b64encode(bytes.fromhex(der)).decode()
        wrapped = "".join(text[at : at + 64] + "\n" for at in range(0, len(text), 64))
        s.fails(f"key-base64-{case_id}-wrapped", "key", utf8(wrapped), 1006)
        s.fails(f"key-base64-{case_id}-wrapped-crlf", "key", utf8(wrapped.replace("\n", "\r\n")), 1006)
        for kind, secret in (
            ("", text),
            ("-unpadded", text.rstrip("=")),
            ("-newline", text + "\n"),
            ("-blank", " " + text),
        ):
            s.fails(f"key-base64-{case_id}{kind}", "key", utf8(secret), 1006)
    blob = base64.b64encode(bytes.fromhex("0000000b7373682d6564323535313900000020" + "5a" * 32)).decode()
    for case_id, secret in (
        ("options", "restrict ssh-ed25519 " + blob),
        ("comment", "# my key\nssh-ed25519 " + blob),
        ("bare", blob),
    ):
        s.fails("key-ssh-" + case_id, "key", utf8(secret), 1006)
    for case_id, secret in (
        ("der-like-start", "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A0123456789"),
        ("mii", "MIIsTheStartOfThisPerfectlyGoodSecretOf43ch"),
    ):
        s.op("key-good-" + case_id, "key", utf8(secret), {"code": 0})


def utf8(secret: str) -> Json:
    """A secret of an HS256 key."""
    return {"algorithm": "HS256", "secret": secret, "encoding": "utf8"}


def moments(s: Suite) -> None:
    """Milliseconds are no seconds, in a policy as in a token."""
    for case_id, moment in (("ms", 1_600_000_000_000), ("past-9999", 253_402_300_800)):
        s.fails("expires-" + case_id, "policy.load", document(capability=[{**CI, "expires": moment}]), 1005)
    good = document(capability=[{**CI, "expires": 253_402_300_799}])
    s.op("expires-9999", "policy.load", good, {"code": 0, "warnings": 0})
    s.op("expires-passed", "policy.load", document(capability=[{**CI, "expires": 1}]), {"code": 0, "warnings": 1})


def document(**tables: object) -> Json:
    """A policy document in its JSON form."""
    return {"json": compact(tables)}


def rules_without_effect(s: Suite) -> None:
    """A rule that can never do anything is a slip, and is told."""
    entry = [CI]
    for case_id, code, tables in (
        ("proxy-mapped", 1008, {"host": {"trusted_proxies": ["::ffff:127.0.0.1"]}}),
        ("proxy-mapped-block", 1008, {"host": {"trusted_proxies": ["::ffff:10.0.0.0/104"]}}),
        ("header-twice", 1005, {"credential": {"places": ["header:X-Api-Key", "header:x-api-key"]}}),
        ("prefix-of-prefix", 1005, {"credential": {"places": ["subprotocol:", "subprotocol:bearer."]}}),
        ("header-forwarded", 1005, {"credential": {"places": ["header:X-Forwarded-Host"]}}),
        ("lenient-alone", 1005, {"host": {"forwarded_lenient": True}}),
        ("no-hosts", 1005, {"host": {"allow": []}}),
        ("no-origins", 1005, {"origin": {"mode": "list", "allow": []}}),
        ("scope-unnamed", 1005, {"scope": {"claim": ""}}),
    ):
        s.fails("effect-" + case_id, "policy.load", document(capability=entry, **tables), code)
    key = {"algorithm": "HS256", "secret": SECRET}
    for case_id, table in (
        ("no-typ", {"typ": []}),
        ("no-issuer", {"issuer": ""}),
        ("no-subject", {"subject": ""}),
        ("empty-audience", {"audience": [""]}),
        ("empty-required", {"required": [""]}),
    ):
        s.fails("effect-" + case_id, "policy.load", document(jwt={"key": [key], **table}), 1005)
    s.fails("json-raw-newline", "policy.load", {"json": '{"realm":"a\nb"}'}, 1005)
    s.fails("env-secret", "policy.load", document(capability=[{"id": "a", "token_env": TOKEN}]), 1009)


def sizes(s: Suite) -> None:
    """Sizes are judged in the first stage, in every header that is judged."""
    long = ["X-Forwarded-Host", "a" * 3000]
    proxied = policy(host={"trusted_proxies": ["203.0.113.9"]})
    s.decide("size-before-hosts", proxied, [APP, APP, long, AUTH], 2001)
    unchecked = policy(host={"trusted_proxies": ["203.0.113.9"], "unchecked": True})
    s.decide("size-unchecked", unchecked, [APP, long, AUTH], 2001)
    elements = ["Forwarded", ",, for=192.0.2.1 ,,host=app.example.com;proto=https,"]
    s.decide("empty-elements", proxied, [["Host", "10.0.0.1"], elements, PAGE, AUTH], 0, scheme="http")
    assert digest(TOKEN) == CI["sha256"]


def claims_beside_nested(s: Suite) -> None:
    """A comma behind a nested object leads to a name, unless the object stands in an array."""
    rules: Json = {"jwt": {"key": [utf8(SECRET)]}}
    for case_id, code, claims in (
        ("object", 5001, b'{"o":{"a":17},"exp":1700003600,"q":{"b":17},{"y":2}}'),
        ("object-in-array", 5001, b'{"exp":1700003600,"q":[{"b":{"c":1},{"d":2}}]}'),
        ("objects-of-array", 0, b'{"exp":1700003600,"q":[{"b":1},{"c":2},{},{"d":[{"e":3},{"f":4}]}]}'),
    ):
        token = sign_bytes(b'{"alg":"HS256","typ":"JWT"}', claims)
        s.decide("claims-nested-" + case_id, rules, [APP, ["Authorization", f"Bearer {token}"]], code)


def one_of_several_audiences(s: Suite) -> None:
    """Whichever of the configured audiences the claim is, or names in an array."""
    rules: Json = {"jwt": {"key": [utf8(SECRET)], "audience": ["a", "bb", "ccc"]}}
    for case_id, code, aud in (
        ("first", 0, b'"a"'),
        ("second", 0, b'"bb"'),
        ("third", 0, b'"ccc"'),
        ("third-in-array", 0, b'["x","ccc"]'),
        ("none", 5008, b'"cc"'),
        ("none-in-array", 5008, b'["x","cc"]'),
    ):
        claims = b'{"exp":1700003600,"aud":' + aud + b"}"
        token = sign_bytes(b'{"alg":"HS256","typ":"JWT"}', claims)
        s.decide("claims-audiences-" + case_id, rules, [APP, ["Authorization", f"Bearer {token}"]], code)
