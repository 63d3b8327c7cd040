"""The stages from the credential on, the order of all of them, and the profiles that no other system's cases cover."""

from __future__ import annotations

import hashlib
import string
from typing import Any

from forge import NOW, OTHER, SECRET, TOKEN, compact, digest, sign
from gate import APP, AUTH, CI, headers, open_policy, policy
from suite import Json, Suite, data

SECOND = "another-token-9876543210-zyxwv"
KEY: Json = {"algorithm": "HS256", "secret": SECRET, "encoding": "utf8"}
GOOD: Json = {"sub": "alice", "exp": NOW + 600}


def signed(jwt: Json | None = None, **tables: Any) -> Json:
    """A policy with one HS256 key."""
    return {**tables, "jwt": {**(jwt or {}), "key": [KEY]}}


def bearer_of(token: str) -> list[Any]:
    """The header line that carries a token."""
    return ["Authorization", "Bearer " + token]


def bearer() -> Suite:
    s = Suite("bearer", "the value of Authorization (RFC 6750 section 2.1, RFC 9110 section 11)")
    for case_id, value, token in (
        ("plain", "Bearer abc", "abc"),
        ("lower", "bearer abc", "abc"),
        ("upper", "BEARER abc", "abc"),
        ("mixed", "bEaReR abc", "abc"),
        ("spaces", "Bearer    abc", "abc"),
        ("trailing-spaces", "Bearer abc  ", "abc"),
        ("trailing-tab", "Bearer abc\t", "abc"),
        ("trailing-mix", "Bearer abc \t \t", "abc"),
        ("all-signs", "Bearer aZ09-._~+/", "aZ09-._~+/"),
        ("padding", "Bearer YWI=", "YWI="),
        ("padding-two", "Bearer YQ==", "YQ=="),
        ("one-letter", "Bearer a", "a"),
        ("jwt-shape", "Bearer a.b.c", "a.b.c"),
        ("token-named-bearer", "Bearer Bearer", "Bearer"),
    ):
        s.op(case_id, "bearer", {"value": value}, {"token": token})
    for case_id, value in (
        ("empty", ""),
        ("space", " "),
        ("scheme-only", "Bearer"),
        ("scheme-space", "Bearer "),
        ("scheme-tabs", "Bearer\t\t"),
        ("leading-space", " Bearer abc"),
        ("leading-tab", "\tBearer abc"),
        ("tab", "Bearer\tabc"),
        ("space-tab", "Bearer \tabc"),
        ("tab-space", "Bearer\t abc"),
        ("inner-space", "Bearer a b"),
        ("inner-tab", "Bearer a\tb"),
        ("comma", "Bearer a,b"),
        ("comma-list", "Bearer a, Bearer b"),
        ("parameters", "Bearer realm=x token=y"),
        ("quoted", 'Bearer "abc"'),
        ("padding-first", "Bearer =abc"),
        ("padding-inside", "Bearer a=b"),
        ("padding-only", "Bearer ="),
        ("percent", "Bearer a%20b"),
        ("colon", "Bearer a:b"),
        ("star", "Bearer a*b"),
        ("nul", "Bearer abc\u0000"),
        ("newline", "Bearer abc\n"),
        ("crlf", "Bearer abc\r\nX: y"),
        ("utf8", "Bearer tök"),
        ("scheme-colon", "Bearer: abc"),
        ("scheme-comma", "Bearer, abc"),
        ("scheme-utf8", "Beärer abc"),
        ("scheme-quoted", '"Bearer" abc'),
        ("scheme-slash", "Bear/er abc"),
        ("two-spaces-first", "  Bearer abc"),
    ):
        s.fails("bad-" + case_id, "bearer", {"value": value}, 2302)
    s.fails("bad-bytes", "bearer", {"value": data(b"Bearer \xff")}, 2302)
    s.fails("bad-scheme-bytes", "bearer", {"value": data(b"Bearer\xa0abc")}, 2302)
    for case_id, value in (
        ("basic", "Basic dXNlcjpwYXNz"),
        ("digest", 'Digest username="a"'),
        ("dpop", "DPoP abc"),
        ("token", "token abc"),
        ("bare", "abc"),
        ("no-space", "Bearerabc"),
        ("longer", "BearerX abc"),
        ("shorter", "Beare abc"),
        ("tchar", "!#$%&'*+-.^_`|~ abc"),
        ("basic-alone", "Basic"),
        ("basic-malformed", "Basic a, b"),
    ):
        s.fails("other-" + case_id, "bearer", {"value": value}, 2304)
    return s


def credential() -> Suite:
    s = Suite("credential", "exactly one credential from the configured places")

    def ask(
        case_id: str, places: list[str] | None, pairs: list[Any], code: int, target: str = "/ws", **more: Any
    ) -> None:
        table: Json = {} if places is None else {"places": places}
        given = more.pop("table", {})
        p = policy(credential={**table, **given}, origin={"absent": "allow"})
        s.decide(case_id, p, [APP, *pairs], code, target=target, **more)

    cookie = ["Cookie", "session=" + TOKEN]
    key = ["X-Api-Key", TOKEN]
    sub = ["Sec-WebSocket-Protocol", "chat, bearer." + TOKEN]
    query = "/ws?token=" + TOKEN
    ask("header", None, [AUTH], 0, who="ci")
    ask("none", None, [], 2301)
    ask("unlisted-cookie", None, [cookie], 2301)
    ask("unlisted-query", None, [], 2301, query)
    ask("unlisted-key", None, [key], 2301)
    ask("unlisted-subprotocol", None, [sub], 2301)
    ask(
        "unlisted-beside", None, [AUTH, cookie, key, sub], 0, query, note="places that are not listed are not looked at"
    )
    ask("unlisted-malformed-beside", None, [AUTH, ["Cookie", "session=a b"]], 0)
    ask("malformed", None, [["Authorization", "Bearer a b"]], 2302)
    ask("empty", None, [["Authorization", ""]], 2302)
    ask("other-scheme", None, [["Authorization", "Basic dXNlcjpwYXNz"]], 2304)
    ask("two-lines", None, [AUTH, AUTH], 2303)
    ask("two-lines-other-case", None, [AUTH, ["authorization", "Bearer x"]], 2303)
    ask("two-lines-second-empty", None, [AUTH, ["Authorization", ""]], 2303)
    ask("two-lines-other-scheme", None, [["Authorization", "Basic a"], AUTH], 2303)
    ask("authorization-unlisted", ["cookie:session"], [AUTH], 2301)
    ask(
        "authorization-unlisted-two",
        ["cookie:session"],
        [AUTH, AUTH, cookie],
        2303,
        note="no place reads it here, but what stands behind might",
    )

    jar = ["cookie:session"]
    ask("cookie", jar, [cookie], 0, who="ci")
    ask("cookie-among", jar, [["Cookie", "a=1; session=" + TOKEN + "; b=2"]], 0)
    ask("cookie-no-space", jar, [["Cookie", "a=1;session=" + TOKEN + ";b=2"]], 0)
    ask("cookie-tabs", jar, [["Cookie", "a=1;\tsession=" + TOKEN + "\t;b=2"]], 0)
    ask("cookie-second-line", jar, [["Cookie", "a=1"], cookie], 0)
    ask("cookie-two", jar, [["Cookie", "session=x; session=" + TOKEN]], 2303)
    ask("cookie-two-equal", jar, [["Cookie", "session=" + TOKEN + "; session=" + TOKEN]], 2303)
    ask("cookie-two-lines", jar, [cookie, cookie], 2303)
    ask("cookie-name-case", jar, [["Cookie", "Session=" + TOKEN]], 2301)
    ask("cookie-name-longer", jar, [["Cookie", "xsession=" + TOKEN]], 2301)
    ask("cookie-name-prefix", jar, [["Cookie", "sessio=" + TOKEN]], 2301)
    ask("cookie-empty", jar, [["Cookie", "session="]], 2302)
    ask("cookie-no-equals", jar, [["Cookie", "session"]], 2301)
    ask("cookie-no-equals-beside", jar, [["Cookie", "session; session=" + TOKEN]], 0)
    ask("cookie-quoted", jar, [["Cookie", 'session="' + TOKEN + '"']], 2302)
    ask("cookie-space-inside", jar, [["Cookie", "session=a b"]], 2302)
    ask("cookie-percent", jar, [["Cookie", "session=a%62"]], 2302, note="a cookie value is not percent-decoded")
    ask("cookie-equals-inside", jar, [["Cookie", "session=a=b"]], 2302)
    ask("cookie-comma", jar, [["Cookie", "session=a,b"]], 2302)
    ask("cookie-bytes", jar, [["Cookie", data(b"session=\xff")]], 2302)
    ask("cookie-wrong", jar, [["Cookie", "session=" + SECOND]], 4004)

    param = ["query:token"]
    ask("query", param, [], 0, query, who="ci")
    ask("query-among", param, [], 0, "/ws?a=1&token=" + TOKEN + "&b=2")
    ask("query-fragment", param, [], 0, query + "#x")
    ask("query-in-fragment", param, [], 2301, "/ws#?token=" + TOKEN)
    ask("query-name-encoded", param, [], 0, "/ws?%74oken=" + TOKEN)
    ask("query-value-encoded", param, [], 0, "/ws?token=%" + format(ord(TOKEN[0]), "02x") + TOKEN[1:])
    ask("query-value-encoded-upper", param, [], 0, "/ws?token=" + TOKEN.replace("-", "%2D"))
    ask("query-name-case", param, [], 2301, "/ws?Token=" + TOKEN)
    ask("query-two", param, [], 2303, query + "&token=x")
    ask("query-two-encoded", param, [], 2303, query + "&%74oken=" + TOKEN)
    ask("query-empty", param, [], 2302, "/ws?token=")
    ask("query-no-equals", param, [], 2302, "/ws?token")
    ask("query-plus", param, [], 2302, "/ws?token=a+b", note="+ is a space")
    ask("query-space", param, [], 2302, "/ws?token=a%20b")
    ask("query-bad-percent", param, [], 2302, "/ws?token=a%2")
    ask("query-bad-percent-hex", param, [], 2302, "/ws?token=%zz")
    ask("query-bad-percent-other-name", param, [], 0, "/ws?%zz=1&token=" + TOKEN)
    ask("query-bad-percent-other-value", param, [], 0, "/ws?a=%&token=" + TOKEN)
    ask("query-nul", param, [], 2302, "/ws?token=a%00")
    ask("query-utf8", param, [], 2302, "/ws?token=%C3%A9")
    ask("query-semicolon", param, [], 2301, "/ws?a=1;token=" + TOKEN)
    ask("query-second-mark", param, [], 2301, "/ws?a=1?token=" + TOKEN)
    ask("query-first-of-name", param, [], 0, "/ws?&&token=" + TOKEN + "&")
    ask("query-wrong", param, [], 4004, "/ws?token=" + SECOND)
    ask("query-name-plus", ["query:a b"], [], 0, "/ws?a+b=" + TOKEN)
    ask("query-name-not-decoded-utf8", ["query:token"], [], 2301, "/ws?tok%C3%A9n=" + TOKEN)

    keyed = ["header:X-Api-Key"]
    ask("key", keyed, [key], 0, who="ci")
    ask("key-name-case", keyed, [["x-api-key", TOKEN]], 0)
    ask("key-two", keyed, [key, key], 2303)
    ask("key-two-other-case", keyed, [key, ["x-API-key", "x"]], 2303)
    ask("key-empty", keyed, [["X-Api-Key", ""]], 2302)
    ask("key-space-inside", keyed, [["X-Api-Key", "a b"]], 2302)
    ask("key-bearer", keyed, [["X-Api-Key", "Bearer " + TOKEN]], 2302, note="no scheme in front of it")
    ask("key-bytes", keyed, [["X-Api-Key", data(b"\xff")]], 2302)
    ask("key-missing", keyed, [AUTH], 2301)

    ws = ["subprotocol:bearer."]
    ask("subprotocol", ws, [sub], 0, who="ci")
    ask("subprotocol-alone", ws, [["Sec-WebSocket-Protocol", "bearer." + TOKEN]], 0)
    ask("subprotocol-no-space", ws, [["Sec-WebSocket-Protocol", "chat,bearer." + TOKEN + ",x"]], 0)
    ask("subprotocol-second-line", ws, [["Sec-WebSocket-Protocol", "chat"], sub], 0)
    ask("subprotocol-none", ws, [["Sec-WebSocket-Protocol", "chat"]], 2301)
    ask("subprotocol-prefix-case", ws, [["Sec-WebSocket-Protocol", "Bearer." + TOKEN]], 2301)
    ask("subprotocol-two", ws, [["Sec-WebSocket-Protocol", "bearer." + TOKEN + ", bearer.x"]], 2303)
    ask("subprotocol-two-lines", ws, [sub, sub], 2303)
    ask("subprotocol-empty", ws, [["Sec-WebSocket-Protocol", "bearer."]], 2302)
    ask("subprotocol-space-inside", ws, [["Sec-WebSocket-Protocol", "bearer.a b"]], 2302)
    bare = ["subprotocol:"]
    ask("subprotocol-bare", bare, [["Sec-WebSocket-Protocol", TOKEN]], 0)
    ask("subprotocol-bare-blank", bare, [["Sec-WebSocket-Protocol", " " + TOKEN + " "]], 0)
    ask("subprotocol-bare-two", bare, [["Sec-WebSocket-Protocol", "chat, " + TOKEN]], 2303)
    ask("subprotocol-bare-none", bare, [], 2301)

    both = ["authorization", "cookie:session", "query:token", "header:X-Api-Key"]
    ask("places-first", both, [AUTH], 0)
    ask("places-last", both, [key], 0)
    ask("places-header-cookie", both, [AUTH, cookie], 2303)
    ask("places-header-query", both, [AUTH], 2303, query)
    ask("places-cookie-query", both, [cookie], 2303, query)
    ask("places-cookie-key", both, [cookie, key], 2303)
    ask("places-all", both, [AUTH, cookie, key], 2303, query)
    ask("places-same-token", both, [AUTH, key], 2303, note="equal values are two credentials all the same")

    first: Json = {"first_present_wins": True}
    ask("first-header", both, [AUTH, cookie], 0, query, table=first)
    ask("first-cookie", both, [["Cookie", "session=" + SECOND], key], 4004, table=first)
    ask("first-order", ["query:token", "authorization"], [["Authorization", "Bearer x"]], 0, query, table=first)
    ask("first-header-malformed", both, [["Authorization", "Bearer a b"], cookie], 2302, table=first)
    ask("first-header-other-scheme", both, [["Authorization", "Basic zzz"], cookie], 2304, table=first)
    ask("first-header-empty-token", both, [["Authorization", "Bearer "], cookie], 2302, table=first)
    ask("first-header-two-lines", both, [AUTH, AUTH], 2303, table=first)
    ask("first-cookie-empty", both, [["Cookie", "session="], key], 0, table=first)
    ask("first-cookie-several", both, [["Cookie", "session=" + TOKEN + "; session=x"]], 0, table=first)
    ask("first-cookie-empty-then-good", both, [["Cookie", "session=; session=" + TOKEN]], 0, table=first)
    ask("first-cookie-malformed", both, [["Cookie", "session=a b"], key], 2302, table=first)
    ask("first-query-empty", both, [key], 0, "/ws?token=", table=first)
    ask("first-query-two", both, [], 2303, query + "&token=x", table=first)
    ask(
        "first-subprotocol-empty",
        ["subprotocol:bearer.", "header:X-Api-Key"],
        [["Sec-WebSocket-Protocol", "bearer."], key],
        0,
        table=first,
    )
    ask("first-none", both, [], 2301, table=first)

    open_door: Json = {"anonymous": True}
    ask("anonymous", None, [], 0, table=open_door, who="")
    ask("anonymous-good", None, [AUTH], 0, table=open_door, who="ci")
    ask("anonymous-wrong", None, [bearer_of(SECOND)], 4004, table=open_door)
    ask("anonymous-malformed", None, [["Authorization", "Bearer"]], 2302, table=open_door)
    ask("anonymous-other-scheme", None, [["Authorization", "Basic x"]], 2304, table=open_door)
    ask("anonymous-two", None, [AUTH, AUTH], 2303, table=open_door)
    s.decide("nobody-configured", open_policy(), [APP], 0, who="")
    s.decide("anonymous-clock-not-needed", open_policy(), [APP], 0, now=0, who="")
    return s


def capability() -> Suite:
    s = Suite("capability", "capability tokens: digest, match, rotation, expiry, generation")
    two: Json = {
        "capability": [
            {"id": "old", "sha256": digest(SECOND), "expires": NOW + 60},
            {"id": "new", "sha256": digest(TOKEN)},
        ]
    }
    s.decide("first-entry", two, [APP, bearer_of(SECOND)], 0, who="old")
    s.decide("second-entry", two, [APP, AUTH], 0, who="new")
    s.decide("unknown", two, [APP, bearer_of(SECOND + "x")], 4004)
    s.decide("prefix", two, [APP, bearer_of(TOKEN[:-1])], 4004)
    s.decide("other-case", two, [APP, bearer_of(TOKEN.upper())], 4004)
    s.decide("digest-itself", two, [APP, bearer_of(digest(TOKEN))], 4004, note="the stored form opens nothing")
    s.decide("one-letter", two, [APP, bearer_of("a")], 4004)
    s.decide("padding-counts", two, [APP, bearer_of(TOKEN + "=")], 4004)
    s.decide("expires-before", two, [APP, bearer_of(SECOND)], 0, now=NOW + 59, who="old")
    s.decide("expires-at", two, [APP, bearer_of(SECOND)], 5005, now=NOW + 60)
    s.decide("expires-after", two, [APP, bearer_of(SECOND)], 5005, now=NOW + 61)
    s.decide("expired-other-entry", two, [APP, AUTH], 0, now=NOW + 61, who="new")
    s.decide("clock-needed", two, [APP, bearer_of(SECOND)], 9001, now=0)
    s.decide("clock-not-needed", two, [APP, AUTH], 0, now=0, who="new")
    s.decide("clock-unknown-token", two, [APP, bearer_of("a")], 4004, now=0)
    date: Json = {"capability": [{**CI, "expires": "2023-11-14T22:13:21Z"}]}
    s.decide("expires-text-before", date, [APP, AUTH], 0, note="2023-11-14T22:13:20Z is 1700000000")
    s.decide("expires-text-at", date, [APP, AUTH], 5005, now=NOW + 1)
    zone: Json = {"capability": [{**CI, "expires": "2023-11-15T00:13:21+02:00"}]}
    s.decide("expires-offset", zone, [APP, AUTH], 5005, now=NOW + 1)
    s.decide("digest-upper-case", {"capability": [{"id": "ci", "sha256": digest(TOKEN).upper()}]}, [APP, AUTH], 0)
    s.decide("token-in-policy", {"capability": [{"id": "ci", "token": TOKEN}]}, [APP, AUTH], 0, who="ci")
    weak: Json = {"id": "ci", "token": "short", "weak": True}
    s.decide("token-weak", {"capability": [weak]}, [APP, bearer_of("short")], 0)
    s.decide("token-short", {"capability": [{"id": "ci", "token": "short"}]}, [APP, bearer_of("short")], 1009)
    s.decide("token-21", {"capability": [{"id": "ci", "token": "a" * 21}]}, [APP], 1009)
    s.decide("token-22", {"capability": [{"id": "ci", "token": "a" * 22}]}, [APP, bearer_of("a" * 22)], 0)
    s.decide("token-not-b64token", {"capability": [{"id": "ci", "token": "a b" * 10}]}, [APP], 1009)
    s.decide("token-empty", {"capability": [{"id": "ci", "token": "", "weak": True}]}, [APP], 1009)
    s.decide("digest-short", {"capability": [{"id": "ci", "sha256": "ab" * 31}]}, [APP, AUTH], 1009)
    s.decide("long-token", {"capability": [{"id": "l", "sha256": digest("a" * 4000)}]}, [APP, bearer_of("a" * 4000)], 0)
    small: Json = {"max_token_bytes": 256}
    s.decide(
        "limit-256",
        {"credential": small, "capability": [{"id": "l", "sha256": digest("a" * 256)}]},
        [APP, bearer_of("a" * 256)],
        0,
        who="l",
    )
    s.decide(
        "limit-257",
        {"credential": small, "capability": [{"id": "l", "sha256": digest("a" * 257)}]},
        [APP, bearer_of("a" * 257)],
        3001,
    )
    mixed: Json = {"capability": [CI], "jwt": {"key": [KEY]}}
    s.decide("both-capability", mixed, [APP, AUTH], 0, who="ci")
    s.decide("both-jwt", mixed, [APP, bearer_of(sign(GOOD))], 0, who="alice")
    s.decide("both-one-dot", mixed, [APP, bearer_of("a.b")], 4004)
    s.decide("both-two-dots", mixed, [APP, bearer_of("a.b.c")], 3004)
    s.decide("both-three-dots", mixed, [APP, bearer_of("a.b.c.d")], 4004)
    s.decide("both-no-dot", mixed, [APP, bearer_of("abc")], 4004)
    dotted: Json = {"capability": [{"id": "d", "sha256": digest("aaaa.bbbb.cccccccccccccccc")}]}
    s.decide("dots-without-jwt", dotted, [APP, bearer_of("aaaa.bbbb.cccccccccccccccc")], 0, who="d")

    for case_id, token, hexed in (
        ("empty", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "two-blocks",
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ),
        ("codex", "super-secret-token", "599a7f359d1e11124054f8afeae201f2d265b8988d91cb5b7d4dc4c9e2225c30"),
    ):
        s.op("digest-of-" + case_id, "capability.digest", {"token": token}, {"sha256": hexed})
    for size in (43, 55, 56, 63, 64, 65, 119, 120, 1000):
        s.op(f"digest-of-{size}", "capability.digest", {"token": "a" * size}, {"sha256": digest("a" * size)})
    s.op("digest-of-bytes", "capability.digest", {"token": data(b"\x00\xff")}, {"sha256": digest(b"\x00\xff")})
    stored = [digest("one"), digest("two"), digest("three")]
    for index, token in enumerate(("one", "two", "three")):
        s.op(f"match-{index}", "capability.match", {"token": token, "sha256": stored}, {"index": index})
    s.op("match-none", "capability.match", {"token": "four", "sha256": stored}, {"index": None})
    s.op("match-empty-list", "capability.match", {"token": "one", "sha256": []}, {"index": None})
    s.op("match-empty-token", "capability.match", {"token": "", "sha256": stored}, {"index": None})
    near = digest("one")[:-1] + ("0" if digest("one")[-1] != "0" else "1")
    s.op("match-last-digit", "capability.match", {"token": "one", "sha256": [near]}, {"index": None})
    first = ("0" if digest("one")[0] != "0" else "1") + digest("one")[1:]
    s.op("match-first-digit", "capability.match", {"token": "one", "sha256": [first]}, {"index": None})
    for case_id, entropy, form, token in (
        ("zero-base64url", "00" * 32, "base64url", "A" * 43),
        ("ones-base64url", "ff" * 32, "base64url", "_" * 42 + "8"),
        ("zero-hex", "00" * 32, "hex", "0" * 64),
        ("ones-hex", "ff" * 32, "hex", "f" * 64),
        ("count-hex", bytes(range(32)).hex(), "hex", bytes(range(32)).hex()),
        ("count-base64url", bytes(range(32)).hex(), "base64url", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"),
    ):
        s.op("generate-" + case_id, "capability.generate", {"entropy": entropy, "form": form}, {"token": token})
    for case_id, raw in (
        ("zero", bytes(32)),
        ("one", bytes(31) + b"\x01"),
        ("largest", b"\xff" * 32),
        ("count", bytes(range(32))),
        ("leading", b"\x00" * 8 + bytes(range(200, 224))),
        ("digest", hashlib.sha256(b"entropy").digest()),
    ):
        given = {"entropy": raw.hex(), "form": "letters62"}
        s.op(f"generate-letters62-{case_id}", "capability.generate", given, {"token": letters62(raw)})
    return s


def letters62(entropy: bytes) -> str:
    """The big-endian number in base 62, digits before capitals before small letters, 43 places."""
    alphabet = string.digits + string.ascii_uppercase + string.ascii_lowercase
    number = int.from_bytes(entropy, "big")
    places = []
    for _ in range(43):
        number, value = divmod(number, 62)
        places.append(alphabet[value])
    assert number == 0
    return "".join(reversed(places))


def scope() -> Suite:
    s = Suite("scope", "scopes and resources of a capability entry and of a signed token")

    def entry(case_id: str, table: Json, given: Json, code: int) -> None:
        s.decide(case_id, {"capability": [{**CI, **given}], "scope": table}, [APP, AUTH], code)

    def claims(case_id: str, table: Json, given: Json, code: int) -> None:
        s.decide(case_id, signed(scope=table), [APP, bearer_of(sign({**GOOD, **given}))], code)

    write: Json = {"require": ["mux:write"]}
    pair: Json = {"require": ["mux:read", "mux:write"]}
    for kind, ask in (("entry", entry), ("claims", claims)):
        for case_id, table, scopes, code in (
            ("exact", write, ["mux:write"], 0),
            ("among", write, ["a", "mux:write", "b"], 0),
            ("none", write, [], 6001),
            ("other", write, ["mux:read"], 6001),
            ("prefix", write, ["mux:writer"], 6001),
            ("case", write, ["MUX:write"], 6001),
            ("star", write, ["mux:*"], 6001),
            ("both", pair, ["mux:write", "mux:read"], 0),
            ("one-of-two", pair, ["mux:write"], 6001),
            ("nothing-required", {"require": []}, [], 0),
        ):
            name = "scopes" if kind == "entry" else "scope"
            ask(f"{kind}-{case_id}", table, {name: scopes if kind == "entry" else " ".join(scopes)}, code)
        one: Json = {"resource": "workspace:42"}
        for case_id, listed, code in (
            ("exact", ["workspace:42"], 0),
            ("among", ["workspace:1", "workspace:42"], 0),
            ("type-star", ["workspace:*"], 0),
            ("star", ["*:*"], 0),
            ("other", ["workspace:43"], 6002),
            ("prefix", ["workspace:4"], 6002),
            ("longer", ["workspace:421"], 6002),
            ("other-type-star", ["template:*"], 6002),
            ("type-case", ["Workspace:*"], 6002),
            ("bare-star", ["*"], 6002),
            ("star-id", ["*:42"], 6002),
            ("none", [], 6002),
        ):
            ask(f"{kind}-resource-{case_id}", one, {"resources": listed}, code)
        ask(f"{kind}-resource-absent", one, {}, 6002)
        ask(f"{kind}-scope-absent", write, {}, 6001)
        ask(f"{kind}-scope-before-resource", {**write, **one}, {"resources": []}, 6001)
    claims("claims-array", write, {"scope": ["mux:read", "mux:write"]}, 0)
    claims("claims-array-none", write, {"scope": ["mux:read"]}, 6001)
    claims("claims-array-item-with-space", write, {"scope": ["mux:read mux:write"]}, 6001)
    claims("claims-named", {**write, "claim": "scp"}, {"scp": "mux:write"}, 0)
    claims("claims-named-other", {**write, "claim": "scp"}, {"scope": "mux:write"}, 6001)
    claims("claims-two-spaces", write, {"scope": "a  mux:write"}, 0)
    claims("claims-comma", write, {"scope": "mux:read,mux:write"}, 6001)
    claims("claims-tab", write, {"scope": "mux:read\tmux:write"}, 6001)
    claims("claims-escaped", write, {"scope": "mux\\u003awrite"}, 6001)
    s.decide(
        "claims-escape-read",
        signed(scope=write),
        [APP, bearer_of(sign('{"exp":1700000600,"scope":"mux\\u003awrite"}'))],
        0,
        note="compared after the JSON escape is read",
    )
    door: Json = {"credential": {"anonymous": True}}
    s.decide("anonymous-scope", {**door, "scope": write}, [APP], 6001, note="nobody carries no scope")
    s.decide("anonymous-resource", {**door, "scope": {"resource": "workspace:42"}}, [APP], 6002)
    claims("claims-resource-text", {"resource": "workspace:42"}, {"resources": "workspace:42"}, 0)
    claims("claims-resource-named", {"resource": "workspace:42", "resource_claim": "ws"}, {"ws": ["workspace:*"]}, 0)
    claims("claims-resource-text-list", {"resource": "workspace:42"}, {"resources": "workspace:1 workspace:42"}, 6002)
    return s


def precedence() -> Suite:
    s = Suite("precedence", "two faults in one request: the earlier stage wins")
    lst = policy(host={"allow": ["app.example.com"], "trusted_proxies": ["10.0.0.2"]})
    evil = ["Origin", "https://evil.example"]
    wrong = ["Host", "evil.example"]
    basic = ["Authorization", "Basic x"]
    many = [[f"X-{n}", "v"] for n in range(130)]
    q = policy(credential={"places": ["query:token"]}, host={"allow": ["app.example.com"]})
    s.decide("request-host", lst, [wrong, *many], 2001)
    s.decide("request-origin", lst, [APP, evil, *many], 2001)
    s.decide("request-credential", lst, [APP, basic, *many], 2001)
    s.decide("target-host", q, [wrong], 2002, target="/a b")
    s.decide("target-origin", q, [APP, evil], 2002, target="/a b")
    jar = policy(credential={"places": ["cookie:session"]}, host={"allow": ["app.example.com"]})
    s.decide("cookie-size-host", jar, [wrong, ["Cookie", "session=" + "x" * 16400]], 2001)
    s.decide("size-before-bytes", q, [APP], 2001, target="/a b" + "x" * 9000)
    s.decide("host-duplicate-origin", lst, [APP, APP, evil, AUTH], 2102)
    s.decide("host-duplicate-malformed", lst, [["Host", "a b"], ["Host", "a b"], AUTH], 2102)
    s.decide("host-malformed-not-listed", lst, [["Host", "evil.example/"], AUTH], 2103)
    s.decide("host-duplicate-forwarded", lst, [APP, APP, ["X-Forwarded-Host", ""], AUTH], 2102, peer="10.0.0.2")
    s.decide("forwarded-not-listed", lst, [wrong, ["X-Forwarded-Proto", "ftp"], AUTH], 2106, peer="10.0.0.2")
    s.decide("forwarded-malformed-not-listed", lst, [wrong, ["Forwarded", "host"], AUTH], 2105, peer="10.0.0.2")
    s.decide("forwarded-missing", lst, [["X-Forwarded-Host", ""], AUTH], 2105, peer="10.0.0.2")
    s.decide("host-origin", lst, [wrong, evil, AUTH], 2104)
    s.decide("host-credential", lst, [wrong], 2104)
    s.decide("host-fetch-site", lst, [wrong, ["Sec-Fetch-Site", "cross-site"], AUTH], 2104)
    s.decide("host-missing-origin-duplicate", lst, [evil, evil, AUTH], 2101)
    s.decide("origin-duplicate-fetch-site", policy(), [APP, evil, evil, ["Sec-Fetch-Site", "x"], AUTH], 2202)
    s.decide("fetch-site-malformed-origin", policy(), [APP, ["Origin", "x"], ["Sec-Fetch-Site", "x"], AUTH], 2208)
    none = policy(origin={"mode": "none-allowed"})
    s.decide("none-allowed-malformed", none, [APP, ["Origin", "x"], AUTH], 2206)
    s.decide("none-allowed-null", none, [APP, ["Origin", "null"], AUTH], 2206)
    s.decide("none-allowed-credential", none, [APP, evil], 2206)
    s.decide("none-allowed-good-credential", none, [APP, evil, AUTH], 2206)
    s.decide("origin-fetch-site", policy(), [APP, evil, ["Sec-Fetch-Site", "cross-site"], AUTH], 2205)
    s.decide(
        "fetch-site-missing", policy(origin={"absent": "require"}), [APP, ["Sec-Fetch-Site", "same-site"], AUTH], 2207
    )
    s.decide("origin-credential-missing", policy(), [APP, evil], 2205)
    s.decide("origin-credential-malformed", policy(), [APP, evil, ["Authorization", "Bearer"]], 2205)
    s.decide("origin-credential-duplicate", policy(), [APP, evil, AUTH, AUTH], 2205)
    s.decide("origin-token-unknown", policy(), [APP, evil, bearer_of(SECOND)], 2205)
    s.decide("origin-missing-credential", policy(origin={"absent": "require"}), [APP], 2201)
    s.decide("fetch-site-credential", policy(), [APP, ["Sec-Fetch-Site", "cross-site"]], 2207)
    expired = sign({"exp": NOW - 600})
    p = signed()
    s.decide("origin-token-expired", p, [APP, evil, bearer_of(expired)], 2205)
    s.decide("duplicate-malformed", policy(), [APP, ["Authorization", "Bearer"], basic], 2303)
    s.decide("malformed-token-form", p, [APP, ["Authorization", "Bearer a b.c"]], 2302)
    s.decide(
        "two-places-token-expired",
        {**p, "credential": {"places": ["authorization", "query:token"]}},
        [APP, bearer_of(expired)],
        2303,
        target="/ws?token=x",
    )

    def token(case_id: str, text: str, code: int, jwt: Json | None = None, **more: Any) -> None:
        s.decide(case_id, signed(jwt, **more), [APP, bearer_of(text)], code)

    small: Json = {"max_token_bytes": 256}
    token("too-long-alphabet", "~" * 300, 3001, credential=small)
    token("too-long-segments", "a" * 300, 3001, credential=small)
    token("alphabet-segments", "a~b", 3002)
    token("alphabet-base64", "a~.b.c", 3002)
    token("segments-base64", "a.b", 3003)
    token("base64-header", "a.e30.AAAA", 3004)
    token("base64-of-signature-before-header", "eA.e30.A", 3004)
    token("base64-of-payload-before-header", "eA.e31.AAAA", 3004)
    token("json-duplicate", sign(GOOD, '{"alg":"HS256","alg":"none",}'), 3005)
    token("duplicate-type", sign(GOOD, '{"alg":1,"alg":2}'), 3006)
    token("duplicate-critical", sign(GOOD, '{"alg":"HS256","crit":[],"crit":[]}'), 3006)
    token("type-critical", sign(GOOD, '{"alg":1,"crit":[]}'), 3007)
    token("type-of-kid-critical", sign(GOOD, '{"alg":"HS256","kid":1,"crit":[]}'), 3007)
    token("critical-unsupported", sign(GOOD, '{"alg":"HS256","zip":"DEF","crit":["zip"]}'), 3008)
    token("unsupported-typ", sign(GOOD, '{"alg":"HS256","zip":"DEF","typ":"at+jwt"}'), 3009)
    token("typ-kid", sign(GOOD, '{"alg":"HS256","kid":"x","typ":"at+jwt"}'), 3010)
    token("typ-algorithm", sign(GOOD, '{"alg":"none","typ":"at+jwt"}'), 3010)
    token("critical-algorithm", sign(GOOD, '{"alg":"none","crit":["x"]}'), 3008)
    token("kid-algorithm", sign(GOOD, '{"alg":"none","kid":"x"}'), 4001)
    token("kid-signature", sign(GOOD, '{"alg":"HS256","kid":"x"}', OTHER), 4001)
    token("algorithm-signature", sign(GOOD, '{"alg":"HS512"}', OTHER), 4002)
    token("signature-claims", sign("not json", secret=OTHER), 4003)
    token("signature-expired", sign({"exp": 1}, secret=OTHER), 4003)
    token("signature-missing-exp", sign({}, secret=OTHER), 4003)
    token("claims-json-duplicate", sign('{"exp":1,"exp":2,}'), 5001)
    token("claims-duplicate-type", sign('{"exp":"x","exp":"y"}'), 5002)
    token("claims-type-missing", sign({"iss": 1}), 5003)
    token("claims-type-expired", sign({"exp": 1, "nbf": "x"}), 5003)
    token("claims-type-of-unused", sign({"exp": 1, "jti": 7}), 5003)
    token("claims-missing-expired", sign({"exp": 1}), 5004, {"issuer": "i"})
    token("claims-missing-required-expired", sign({"exp": 1}), 5004, {"required": ["jti"]})
    token("claims-expired-early", sign({"exp": 1, "nbf": NOW + 9999}), 5005)
    token("claims-early-lifetime", sign({"exp": NOW + 9999999, "nbf": NOW + 9999}), 5006, {"max_lifetime": 60})
    token("claims-lifetime-age", sign({"exp": NOW + 9999, "iat": 1}), 5010, {"max_lifetime": 60, "max_age": 60})
    token("claims-age-issuer", sign({"exp": NOW + 99, "iat": 1, "iss": "x"}), 5011, {"max_age": 60, "issuer": "i"})
    token("claims-issuer-audience", sign({**GOOD, "iss": "x", "aud": "y"}), 5007, {"issuer": "i", "audience": ["a"]})
    token("claims-issuer-unexpected-audience", sign({**GOOD, "iss": "x", "aud": "y"}), 5007, {"issuer": "i"})
    token("claims-audience-subject", sign({**GOOD, "aud": "y"}), 5008, {"audience": ["a"], "subject": "s"})
    token("claims-unexpected-audience-subject", sign({**GOOD, "aud": "y"}), 5009, {"subject": "s"})
    token("claims-expired-audience", sign({"exp": 1, "aud": "y"}), 5005, {"audience": ["a"]})
    need: Json = {"require": ["x"]}
    token("claims-subject-revoked", sign({**GOOD, "jti": "j"}), 5012, {"subject": "s", "revoked": ["j"]})
    token("claims-revoked-scope", sign({**GOOD, "jti": "j"}), 6003, {"revoked": ["j"]}, scope=need)
    token("claims-expired-revoked", sign({"exp": 1, "jti": "j"}), 5005, {"revoked": ["j"]})
    token("claims-expired-scope", sign({"exp": 1}), 5005, scope=need)
    token("scope-resource", sign(GOOD), 6001, scope={"require": ["x"], "resource": "a:b"})
    s.decide("clock-signature", p, [APP, bearer_of(sign(GOOD, secret=OTHER))], 4003, now=0)
    s.decide("clock-form", p, [APP, bearer_of("a")], 3003, now=0)
    old: Json = {"capability": [{**CI, "expires": NOW - 1}], "scope": need}
    s.decide("capability-unknown-expired", old, [APP, bearer_of(SECOND)], 4004)
    s.decide("capability-expired-scope", old, [APP, AUTH], 5005)
    s.decide("policy-before-request", {"origin": {"mode": "x"}, "capability": [CI]}, [wrong, *many], 1005)
    return s


def profiles() -> Suite:
    s = Suite("profiles", "instances of the profiles that stand for no other system")

    def instance(name: str, **tables: Any) -> Json:
        base: dict[str, Json] = {
            "strict": {
                "host": {"allow": ["app.example.com"]},
                "origin": {"mode": "same-origin", "absent": "allow-native"},
                "credential": {"places": ["authorization"]},
            },
            "native-only": {
                "listen": {"address": "127.0.0.1:4000", "without_credential": "refuse"},
                "host": {"allow": ["localhost:*", "127.0.0.1:*", "[::1]:*"]},
                "origin": {"mode": "none-allowed", "absent": "allow-native"},
                "credential": {"places": ["authorization"]},
            },
            "loopback-tool": {
                "listen": {"address": "127.0.0.1:3333", "without_credential": "refuse"},
                "host": {"allow": ["localhost:*", "127.0.0.1:*", "[::1]:*"]},
                "origin": {
                    "mode": "list",
                    "allow": ["http://localhost:*", "http://127.0.0.1:*", "http://[::1]:*"],
                    "absent": "allow-native",
                },
                "credential": {"places": ["authorization"]},
            },
        }
        return {**base[name], **tables, "capability": [CI]}

    def ask(profile: str, case_id: str, pairs: list[Any], code: int, **more: Any) -> None:
        s.decide(f"{profile}-{case_id}", instance(profile), pairs, code, profile=profile, **more)

    ask("strict", "program", headers(), 0, who="ci")
    ask("strict", "page", headers(["Origin", "https://app.example.com"], ["Sec-Fetch-Site", "same-origin"]), 0)
    ask("strict", "other-page", headers(["Origin", "https://evil.example"]), 2205)
    ask("strict", "http-page", headers(["Origin", "http://app.example.com"]), 2205)
    ask("strict", "null", headers(["Origin", "null"]), 2204)
    ask("strict", "other-host", [["Host", "203.0.113.1"], AUTH], 2104)
    ask("strict", "no-token", [APP], 2301)
    ask("strict", "wrong-token", [APP, bearer_of(SECOND)], 4004)
    ask("strict", "two-tokens", headers(AUTH), 2303)
    ask("strict", "token-in-query", [APP], 2301, target="/ws?token=" + TOKEN)
    ask("strict", "cross-site-navigation", headers(["Sec-Fetch-Site", "cross-site"]), 2207)
    ask("strict", "forwarded-host", headers(["X-Forwarded-Host", "evil.example"]), 0)
    here = ["Host", "127.0.0.1:4000"]
    local: Json = {"scheme": "http", "peer": "127.0.0.1"}
    ask("native-only", "program", [here, AUTH], 0, who="ci", **local)
    ask("native-only", "page", [here, ["Origin", "http://127.0.0.1:4000"], AUTH], 2206, **local)
    ask("native-only", "evil-page", [here, ["Origin", "https://evil.example"], AUTH], 2206, **local)
    ask("native-only", "form-post", [here, ["Sec-Fetch-Site", "cross-site"], AUTH], 2207, method="POST", **local)
    ask("native-only", "rebound", [["Host", "rebind.evil.example:4000"], AUTH], 2104, **local)
    ask("native-only", "no-token", [here], 2301, **local)
    tool = ["Host", "localhost:3333"]
    ask("loopback-tool", "program", [tool, AUTH], 0, who="ci", **local)
    ask("loopback-tool", "program-ipv6", [["Host", "[::1]:3333"], AUTH], 0, **local)
    ask("loopback-tool", "page", [tool, ["Origin", "http://localhost:5173"], AUTH], 0, **local)
    ask(
        "loopback-tool",
        "page-same-site",
        [tool, ["Origin", "http://localhost:5173"], ["Sec-Fetch-Site", "same-site"], AUTH],
        0,
        **local,
    )
    ask("loopback-tool", "page-address", [tool, ["Origin", "http://127.0.0.1:8000"], AUTH], 0, **local)
    ask("loopback-tool", "page-ipv6", [tool, ["Origin", "http://[::1]"], AUTH], 0, **local)
    ask("loopback-tool", "page-evil", [tool, ["Origin", "https://evil.example"], AUTH], 2205, **local)
    ask("loopback-tool", "page-zero", [tool, ["Origin", "http://0.0.0.0:5173"], AUTH], 2205, **local)
    ask("loopback-tool", "page-null", [tool, ["Origin", "null"], AUTH], 2204, **local)
    ask("loopback-tool", "page-prefix", [tool, ["Origin", "http://localhost.evil.example"], AUTH], 2205, **local)
    rebound = ["Host", "rebind.evil.example:3333"]
    ask("loopback-tool", "rebound", [rebound, ["Origin", "http://rebind.evil.example:3333"], AUTH], 2104, **local)
    ask(
        "loopback-tool",
        "rebound-get",
        [rebound, AUTH],
        2104,
        note="a GET of the same origin carries no Origin",
        **local,
    )
    ask("loopback-tool", "host-zero", [["Host", "0.0.0.0:3333"], AUTH], 2104, **local)
    ask("loopback-tool", "no-token", [tool, ["Origin", "http://localhost:5173"]], 2301, **local)
    ask("loopback-tool", "image-tag", [tool, ["Sec-Fetch-Site", "cross-site"], AUTH], 2207, **local)
    return s


def suites() -> list[Suite]:
    """The suites of this module, in the order of the path."""
    return [bearer(), credential(), capability(), scope(), precedence(), profiles()]


# The claims that most cases start from are well-formed; a slip here would make every refusal vacuous.
assert compact(GOOD) == '{"sub":"alice","exp":1700000600}'
