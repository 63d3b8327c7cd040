"""Functions that stand alone: JSON, base64url, stripping, the start-up check, loading a policy, tickets, challenges."""

from __future__ import annotations

import hashlib
from typing import Any

from forge import NOW, SECRET, TOKEN, b64, digest
from reasons import REASONS
from suite import Json, Suite, data, failure


def json_suite() -> Suite:
    s = Suite("json", "one strict JSON object: RFC 8259, UTF-8, no duplicate names at the top level, depth at most 32")

    def good(case_id: str, text: Any) -> None:
        s.op(case_id, "json.object", {"text": text}, {"code": 0})

    def bad(case_id: str, text: Any, code: int = 5001) -> None:
        s.fails(case_id, "json.object", {"text": text}, code)

    for case_id, text in (
        ("empty-object", "{}"),
        ("spaces", " \t\r\n{ \t\r\n} \t\r\n"),
        ("one", '{"a":1}'),
        ("all-kinds", '{"s":"x","n":1,"t":true,"f":false,"z":null,"o":{},"l":[]}'),
        ("empty-name", '{"":1}'),
        ("names-by-case", '{"a":1,"A":2}'),
        ("names-by-form", '{"\\u00e9":1,"e\\u0301":2}'),
        ("nested-duplicate", '{"a":{"b":1,"b":2}}'),
        ("duplicate-in-list", '{"a":[{"b":1,"b":2}]}'),
        ("same-name-two-levels", '{"a":{"a":{"a":1}}}'),
        ("escapes", '{"a":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041"}'),
        ("escape-nul", '{"a":"\\u0000"}'),
        ("escape-upper-hex", '{"a":"\\uABCD"}'),
        ("escape-pair", '{"a":"\\uD834\\uDD1E"}'),
        ("escape-last-plane", '{"a":"\\udbff\\udfff"}'),
        ("escape-noncharacter", '{"a":"\\uffff"}'),
        ("delete-character", '{"a":"\u007f"}'),
        ("line-separator", '{"a":"\u2028"}'),
        ("four-byte", '{"a":"\U0001f600"}'),
        ("last-code-point", '{"a":"\U0010ffff"}'),
        ("bom-inside", '{"a":"\ufeff"}'),
        ("zero", '{"a":0}'),
        ("minus-zero", '{"a":-0}'),
        ("fraction", '{"a":0.5}'),
        ("exponent", '{"a":1e5}'),
        ("exponent-upper-plus", '{"a":1E+5}'),
        ("exponent-minus", '{"a":-1.5e-5}'),
        ("exponent-zeros", '{"a":1e005}'),
        ("exponent-huge", '{"a":1e999999}'),
        ("digits", '{"a":' + "9" * 400 + "}"),
        ("list", '{"a":[1,[2,[3]],{}]}'),
        ("depth-32", '{"a":' + "[" * 31 + "]" * 31 + "}"),
        ("depth-32-objects", '{"a":' * 31 + "{}" + "}" * 31),
        ("wide", '{"a":[' + ",".join("[]" for _ in range(200)) + "]}"),
    ):
        good(case_id, text)
    for case_id, text in (
        ("empty", ""),
        ("blank", " "),
        ("array", "[]"),
        ("string", '"a"'),
        ("number", "1"),
        ("true", "true"),
        ("null", "null"),
        ("open", "{"),
        ("close", "}"),
        ("open-name", '{"a'),
        ("name-only", '{"a"}'),
        ("name-colon", '{"a":}'),
        ("no-value", '{"a":,"b":1}'),
        ("no-name", "{:1}"),
        ("no-comma", '{"a":1 "b":2}'),
        ("two-commas", '{"a":1,,"b":2}'),
        ("trailing-comma", '{"a":1,}'),
        ("leading-comma", '{,"a":1}'),
        ("comma-only", "{,}"),
        ("semicolon", '{"a":1;"b":2}'),
        ("two-colons", '{"a"::1}'),
        ("number-name", "{1:1}"),
        ("null-name", "{null:1}"),
        ("bare-name", "{a:1}"),
        ("single-quotes", "{'a':1}"),
        ("back-quotes", "{`a`:1}"),
        ("trailing-text", "{}x"),
        ("trailing-object", "{}{}"),
        ("trailing-comma-outside", "{},"),
        ("trailing-nul", "{}\u0000"),
        ("leading-text", "x{}"),
        ("bom", "\ufeff{}"),
        ("comment", "{}/**/"),
        ("comment-inside", '{"a":1/**/}'),
        ("comment-line", "{}//x"),
        ("comment-hash", "{}#x"),
        ("vertical-tab", "\u000b{}"),
        ("form-feed", "\u000c{}"),
        ("no-break-space", "\u00a0{}"),
        ("line-separator-outside", "\u2028{}"),
        ("control", '{"a":"\u0000"}'),
        ("control-1f", '{"a":"\u001f"}'),
        ("raw-newline", '{"a":"\n"}'),
        ("raw-tab", '{"a":"\t"}'),
        ("escape-a", '{"a":"\\a"}'),
        ("escape-x", '{"a":"\\x41"}'),
        ("escape-0", '{"a":"\\0"}'),
        ("escape-upper-u", '{"a":"\\U0041"}'),
        ("escape-quote", '{"a":"\\\'"}'),
        ("escape-end", '{"a":"\\"}'),
        ("escape-u3", '{"a":"\\u041"}'),
        ("escape-u-letter", '{"a":"\\u004g"}'),
        ("escape-u-sign", '{"a":"\\u+041"}'),
        ("lone-high", '{"a":"\\ud800"}'),
        ("lone-high-text", '{"a":"\\ud800x"}'),
        ("lone-low", '{"a":"\\udfff"}'),
        ("high-high", '{"a":"\\ud800\\ud800"}'),
        ("high-newline-escape", '{"a":"\\ud800\\n"}'),
        ("high-then-bmp", '{"a":"\\ud800\\u0041"}'),
        ("lone-in-name", '{"\\udc00":1}'),
        ("lone-nested", '{"a":[{"b":"\\udc00"}]}'),
        ("true-upper", '{"a":True}'),
        ("true-short", '{"a":tru}'),
        ("true-long", '{"a":truee}'),
        ("null-upper", '{"a":NULL}'),
        ("undefined", '{"a":undefined}'),
        ("nan", '{"a":NaN}'),
        ("infinity", '{"a":Infinity}'),
        ("minus-infinity", '{"a":-Infinity}'),
        ("plus", '{"a":+1}'),
        ("minus", '{"a":-}'),
        ("two-minus", '{"a":--1}'),
        ("leading-zero", '{"a":01}'),
        ("minus-leading-zero", '{"a":-01}'),
        ("leading-dot", '{"a":.1}'),
        ("trailing-dot", '{"a":1.}'),
        ("dot-exponent", '{"a":1.e1}'),
        ("exponent-empty", '{"a":1e}'),
        ("exponent-sign-empty", '{"a":1e-}'),
        ("exponent-dot", '{"a":1e1.5}'),
        ("two-dots", '{"a":1.2.3}'),
        ("hex", '{"a":0x1}'),
        ("octal", '{"a":0o1}'),
        ("underscore", '{"a":1_0}'),
        ("number-text", '{"a":1x}'),
        ("number-space", '{"a":1 2}'),
        ("full-width-digit", '{"a":\uff11}'),
        ("list-open", '{"a":[1}'),
        ("list-comma", '{"a":[1,]}'),
        ("list-leading-comma", '{"a":[,1]}'),
        ("list-colon", '{"a":["b":1]}'),
        ("crossed", '{"a":[}]'),
        ("extra-close", '{"a":1}}'),
        ("depth-33", '{"a":' + "[" * 32 + "]" * 32 + "}"),
        ("depth-33-objects", '{"a":' * 32 + "{}" + "}" * 32),
        ("depth-33-open", '{"a":' + "[" * 32),
        ("depth-1000-open", '{"a":' + "[" * 1000),
        ("depth-1000-objects", '{"a":' * 1000),
    ):
        bad("bad-" + case_id, text)
    for case_id, raw in (
        ("byte-ff", b'{"a":"\xff"}'),
        ("byte-alone", b'{"a":"\x80"}'),
        ("cut-two", b'{"a":"\xc3"}'),
        ("cut-three", b'{"a":"\xe2\x98"}'),
        ("cut-four", b'{"a":"\xf0\x9f\x98"}'),
        ("overlong-two", b'{"a":"\xc0\xaf"}'),
        ("overlong-three", b'{"a":"\xe0\x80\xaf"}'),
        ("overlong-four", b'{"a":"\xf0\x80\x80\xaf"}'),
        ("surrogate", b'{"a":"\xed\xa0\x80"}'),
        ("beyond", b'{"a":"\xf4\x90\x80\x80"}'),
        ("five-bytes", b'{"a":"\xf8\x88\x80\x80\x80"}'),
        ("latin-1", '{"a":"é"}'.encode("latin-1")),
        ("utf16-le", '{"a":1}'.encode("utf-16-le")),
        ("utf16-be", '{"a":1}'.encode("utf-16-be")),
        ("utf16-bom", '{"a":1}'.encode("utf-16")),
        ("utf32", '{"a":1}'.encode("utf-32-le")),
        ("in-name", b'{"\xff":1}'),
        ("outside", b"{}\xff"),
    ):
        bad("bad-utf8-" + case_id, data(raw))
    for case_id, text in (
        ("same", '{"a":1,"a":1}'),
        ("other-value", '{"a":1,"a":2}'),
        ("escaped", '{"a":1,"\\u0061":2}'),
        ("empty", '{"":1,"":2}'),
        ("apart", '{"a":1,"b":{"a":2},"c":3,"a":4}'),
        ("three", '{"a":1,"a":2,"a":3}'),
        ("pair-escaped", '{"\\ud83d\\ude00":1,"\U0001f600":2}'),
        ("slash", '{"a/b":1,"a\\/b":2}'),
        ("proto", '{"__proto__":1,"__proto__":2}'),
    ):
        bad("duplicate-" + case_id, text, 5002)
    bad("bad-before-duplicate", '{"a":1,"a":2', 5001)
    return s


def base64url() -> Suite:
    s = Suite("base64url", "base64url without padding and with zero trailing bits (RFC 4648 sections 3.5 and 5)")
    for size in (0, 1, 2, 3, 4, 5, 31, 32, 33):
        raw = bytes((n * 37 + 11) % 256 for n in range(size))
        s.op(f"encode-{size}", "base64url.encode", {"bytes": data(raw)}, {"text": b64(raw)})
        s.op(f"decode-{size}", "base64url.decode", {"text": b64(raw)}, {"bytes": data(raw)})
    for raw, text in ((b"\xfb\xff", "-_8"), (b"\xff\xff\xff", "____"), (b"\x00", "AA"), (b"\x00\x00\x00", "AAAA")):
        s.op("encode-" + raw.hex(), "base64url.encode", {"bytes": data(raw)}, {"text": text})
        s.op("decode-" + raw.hex(), "base64url.decode", {"text": text}, {"bytes": data(raw)})
    for text, plain in (("Zg", "f"), ("Zm8", "fo"), ("Zm9v", "foo"), ("Zm9vYg", "foob"), ("Zm9vYmE", "fooba")):
        s.op("rfc4648-" + plain, "base64url.decode", {"text": text}, {"bytes": data(plain.encode())})
    for case_id, text in (
        ("length-1", "A"),
        ("length-5", "AAAAA"),
        ("bits-2", "AB"),
        ("bits-2-high", "AP"),
        ("bits-2-last", "A_"),
        ("bits-3", "AAB"),
        ("bits-3-two", "AAC"),
        ("bits-3-last", "AA_"),
        ("bits-after-group", "AAAAAAB"),
    ):
        s.fails("bad-" + case_id, "base64url.decode", {"text": text}, 3004)
    for case_id, text in (
        ("padding", "AA=="),
        ("padding-one", "AAA="),
        ("padding-alone", "="),
        ("plus", "+AAA"),
        ("slash", "AA/A"),
        ("dot", "AA.A"),
        ("space", "AA A"),
        ("newline", "AAAA\n"),
        ("tab", "\tAAAA"),
        ("nul", "AA\u0000A"),
        ("at", "AA@A"),
        ("bracket", "AA[A"),
        ("back-quote", "AA`A"),
        ("brace", "AA{A"),
        ("colon", "AA:A"),
        ("utf8", "AAé"),
    ):
        s.fails("bad-" + case_id, "base64url.decode", {"text": text}, 3002)
    s.fails("bad-byte", "base64url.decode", {"text": data(b"AAA\xff")}, 3002)
    return s


def strip() -> Suite:
    s = Suite("strip", "the URL and the headers with the credential taken out, for logs and for proxying")
    for case_id, target, result in (
        ("only", "/ws?token=x", "/ws"),
        ("first", "/ws?token=x&a=1", "/ws?a=1"),
        ("middle", "/ws?a=1&token=x&b=2", "/ws?a=1&b=2"),
        ("last", "/ws?a=1&token=x", "/ws?a=1"),
        ("two", "/ws?token=x&a=1&token=y", "/ws?a=1"),
        ("all", "/ws?token=x&token=y", "/ws"),
        ("none", "/ws?a=1", "/ws?a=1"),
        ("no-query", "/ws", "/ws"),
        ("empty-query", "/ws?", "/ws?"),
        ("empty-value", "/ws?token=&a=1", "/ws?a=1"),
        ("no-equals", "/ws?token&a=1", "/ws?a=1"),
        ("encoded-name", "/ws?%74oken=x&a=1", "/ws?a=1"),
        ("other-case", "/ws?Token=x", "/ws?Token=x"),
        ("longer-name", "/ws?token2=x&xtoken=y", "/ws?token2=x&xtoken=y"),
        ("value-has-name", "/ws?a=token", "/ws?a=token"),
        ("bytes-kept", "/ws?a=%20+&token=x&b=%zz", "/ws?a=%20+&b=%zz"),
        ("fragment", "/ws?token=x#f", "/ws#f"),
        ("fragment-kept", "/ws?a=1#token=x", "/ws?a=1#token=x"),
        ("fragment-mark", "/ws#?token=x", "/ws#?token=x"),
        ("absolute", "https://a.example/ws?token=x&a=1", "https://a.example/ws?a=1"),
        ("empty", "", ""),
        ("equals-in-value", "/ws?token=x=y&a=b=c", "/ws?a=b=c"),
        ("malformed-value", "/ws?token=%zz&a=1", "/ws?a=1"),
    ):
        s.op("query-" + case_id, "strip.query", {"target": target, "name": "token"}, {"target": result})
    s.op("query-plus-name", "strip.query", {"target": "/ws?a+b=x&c=1", "name": "a b"}, {"target": "/ws?c=1"})
    for case_id, value, result in (
        ("only", "session=x", ""),
        ("first", "session=x; a=1", "a=1"),
        ("middle", "a=1; session=x; b=2", "a=1; b=2"),
        ("last", "a=1; session=x", "a=1"),
        ("two", "session=x; a=1; session=y", "a=1"),
        ("none", "a=1; b=2", "a=1; b=2"),
        ("other-case", "Session=x", "Session=x"),
        ("longer-name", "xsession=x; session2=y", "xsession=x; session2=y"),
        ("empty-value", "session=; a=1", "a=1"),
        ("value-has-name", "a=session; b=1", "a=session; b=1"),
        ("equals-in-value", "session=x=y; a=b=c", "a=b=c"),
        ("empty", "", ""),
    ):
        s.op("cookie-" + case_id, "strip.cookie", {"value": value, "name": "session"}, {"value": result})
    for case_id, value, prefix, result in (
        ("only", "bearer.x", "bearer.", ""),
        ("first", "bearer.x, chat", "bearer.", "chat"),
        ("last", "chat, bearer.x", "bearer.", "chat"),
        ("middle", "a, bearer.x, b", "bearer.", "a, b"),
        ("two", "bearer.x, chat, bearer.y", "bearer.", "chat"),
        ("none", "a, b", "bearer.", "a, b"),
        ("other-case", "Bearer.x, a", "bearer.", "Bearer.x, a"),
        ("empty-value", "bearer., a", "bearer.", "a"),
        ("bare", "x", "", ""),
        ("bare-two", "x, y", "", ""),
        ("empty", "", "bearer.", ""),
    ):
        s.op("subprotocol-" + case_id, "strip.subprotocol", {"value": value, "prefix": prefix}, {"value": result})
    return s


def listen() -> Suite:
    s = Suite("listen", "the start-up check: a listener that others can reach needs a credential")

    def given(address: str, credential: bool, mode: str) -> Json:
        return {"address": address, "credential": credential, "mode": mode}

    local = (
        ("ipv4", "127.0.0.1:8080"),
        ("ipv4-net", "127.255.255.254:80"),
        ("ipv6", "[::1]:8080"),
        ("name", "localhost:8080"),
        ("name-upper", "LOCALHOST:8080"),
        ("ipv4-in-ipv6", "[::ffff:127.0.0.1]:8080"),
    )
    remote = (
        ("any", "0.0.0.0:8080"),
        ("any-ipv6", "[::]:8080"),
        ("private", "192.168.1.5:80"),
        ("ten", "10.0.0.1:80"),
        ("public", "203.0.113.9:443"),
        ("ipv6", "[2001:db8::1]:443"),
        ("link-local", "[fe80::1]:443"),
        ("name", "app.example.com:443"),
        ("name-like-localhost", "localhost.evil.example:80"),
        ("name-like-address", "127.0.0.1.evil.example:80"),
        ("next-net", "128.0.0.1:80"),
    )
    for case_id, address in local:
        for mode in ("refuse", "warn"):
            s.op(f"local-{case_id}-{mode}", "listen", given(address, False, mode), {"result": "ok"})
        s.op(f"local-{case_id}-credential", "listen", given(address, True, "refuse"), {"result": "ok"})
    for case_id, address in remote:
        s.fails(f"remote-{case_id}-refuse", "listen", given(address, False, "refuse"), 1010)
        s.op(f"remote-{case_id}-warn", "listen", given(address, False, "warn"), {"result": "warn"})
        s.op(f"remote-{case_id}-credential", "listen", given(address, True, "refuse"), {"result": "ok"})
    return s


CAP = f'[[capability]]\nid = "ci"\nsha256 = "{digest(TOKEN)}"\n'
KEY = f'[[jwt.key]]\nalgorithm = "HS256"\nsecret = "{SECRET}"\n'


def policy_load() -> Suite:
    s = Suite("policy_load", "policy documents: what loads, and where the fault is when one does not")

    def good(case_id: str, text: str, warnings: int | None = None, form: str = "toml") -> None:
        expect: Json = {"code": 0}
        if warnings is not None:
            expect["warnings"] = warnings
        s.op(case_id, "policy.load", {form: text}, expect)

    def bad(
        case_id: str,
        text: str,
        code: int = 1005,
        path: str | None = None,
        at: tuple[int, int] | None = None,
        form: str = "toml",
    ) -> None:
        expect = failure(code)
        if at is not None:
            expect["line"], expect["column"] = at
        if path is not None:
            expect["path"] = path
        s.op(case_id, "policy.load", {form: text}, expect)

    good("capability", CAP, 0)
    good("jwt", KEY, 1)
    good("both", CAP + KEY)
    good("token-warns", f'[[capability]]\nid = "ci"\ntoken = "{TOKEN}"\n', 1)
    good("anonymous", "[credential]\nanonymous = true\n")
    good("json", '{"capability":[{"id":"ci","sha256":"' + digest(TOKEN) + '"}]}', 0, form="json")
    good("json-white-space", '\n{ "credential" : { "anonymous" : true } }\n', form="json")
    good(
        "inline-tables",
        f'credential = {{ anonymous = true }}\ncapability = [{{ id = "a", sha256 = "{digest("a")}" }}]\n',
    )
    good("dotted", "credential.anonymous = true\norigin.mode = 'off'\n")
    good("comments", "# a comment\n" + CAP + "# the end\n")
    good("crlf", CAP.replace("\n", "\r\n"))
    good(
        "everything",
        'realm = "mux"\n[listen]\naddress = "127.0.0.1:8080"\nwithout_credential = "warn"\n'
        '[host]\nallow = ["app.example.com", "localhost:*", "*.apps.example.com", "[::1]:3000"]\n'
        'trusted_proxies = ["127.0.0.1/32", "::1", "10.0.0.0/8"]\nunchecked = false\nforwarded_lenient = false\n'
        '[origin]\nmode = "same-origin-or-list"\nallow = ["https://*.apps.example.com", "tauri://localhost"]\n'
        'absent = "require"\nallow_null = false\nloopback_aliases = true\nignore_scheme = false\n'
        "https_page_on_http = false\naccept_unserialized = false\nempty_is_absent = false\nignore_fetch_site = false\n"
        '[credential]\nplaces = ["authorization", "cookie:s", "query:t", "header:X-Api-Key", "subprotocol:bearer."]\n'
        "anonymous = false\nfirst_present_wins = false\nmax_token_bytes = 4096\n"
        + CAP
        + 'expires = 2030-01-01T00:00:00Z\nscopes = ["a"]\nresources = ["b:1"]\nweak = false\n'
        '[jwt]\nissuer = "i"\naudience = ["a"]\nsubject = "s"\nleeway = 0\nrequired = ["jti"]\nmax_lifetime = 1\n'
        'max_age = 1\ntyp = ["JWT"]\nrevoked = ["j"]\nignore_typ = false\nignore_kid = false\nignore_audience = false\n'
        'valid_at_expiry = false\n[[jwt.key]]\nid = "k"\nalgorithm = "HS512"\nencoding = "utf8"\nsecret = "'
        + SECRET
        + '"\n[scope]\nrequire = ["a"]\nclaim = "scp"\nresource = "b:1"\nresource_claim = "r"\n',
    )
    bad("empty", "")
    bad("empty-json", "{}", form="json")
    bad("nobody-may-enter", '[origin]\nmode = "off"\n')
    bad("anonymous-false", "[credential]\nanonymous = false\n")
    bad("syntax", CAP + "[origin\n")
    bad("syntax-value", CAP + "realm = \n")
    bad("syntax-duplicate-key", 'realm = "a"\nrealm = "b"\n' + CAP)
    bad("syntax-duplicate-table", "[origin]\n[origin]\n" + CAP)
    bad("syntax-json", "{", form="json")
    bad("syntax-json-text", "x", form="json")
    bad("json-array", "[]", form="json")
    bad("json-duplicate-name", '{"realm":"a","realm":"b","credential":{"anonymous":true}}', form="json")
    bad("unknown-top", 'name = "x"\n' + CAP, path="name", at=(1, 1))
    bad("unknown-table", "[hosts]\n" + CAP, path="hosts", at=(1, 2))
    bad("unknown-host", "[host]\nallowed = []\n" + CAP, path="host.allowed", at=(2, 1))
    bad("unknown-origin", '[origin]\nmode = "off"\n  alow = []\n' + CAP, path="origin.alow", at=(3, 3))
    bad("unknown-credential", "[credential]\nplace = []\n" + CAP, path="credential.place", at=(2, 1))
    bad("unknown-capability", CAP + "sha512 = ''\n", path="capability[0].sha512", at=(4, 1))
    bad(
        "unknown-capability-second",
        CAP + '[[capability]]\nid = "b"\nname = "x"\n',
        path="capability[1].name",
        at=(6, 1),
    )
    bad("unknown-jwt", "[jwt]\nalgorithms = []\n" + KEY, path="jwt.algorithms", at=(2, 1))
    bad("unknown-jwt-key", KEY + "kid = 'x'\n", path="jwt.key[0].kid", at=(4, 1))
    bad("unknown-scope", "[scope]\nrequired = []\n" + CAP, path="scope.required", at=(2, 1))
    bad("unknown-listen", "[listen]\nport = 1\n" + CAP, path="listen.port", at=(2, 1))
    bad("unknown-case", "[Origin]\n" + CAP, path="Origin", at=(1, 2))
    bad(
        "unknown-json",
        '{\n  "credential": {\n    "anonymus": true\n  }\n}',
        path="credential.anonymus",
        at=(3, 5),
        form="json",
    )
    bad("unknown-json-top", '{"credential":{"anonymous":true},"x":1}', path="x", at=(1, 34), form="json")
    for case_id, table, line, path in (
        ("realm", "", "realm = 1", "realm"),
        ("listen-address", "listen", "address = 8080", "listen.address"),
        ("host-allow", "host", 'allow = "a"', "host.allow"),
        ("host-unchecked", "host", 'unchecked = "true"', "host.unchecked"),
        ("origin-mode", "origin", "mode = true", "origin.mode"),
        ("origin-allow", "origin", 'allow = "https://a.example"', "origin.allow"),
        ("origin-null", "origin", "allow_null = 1", "origin.allow_null"),
        ("credential-places", "credential", 'places = "authorization"', "credential.places"),
        ("credential-anonymous", "credential", "anonymous = 1", "credential.anonymous"),
        ("credential-limit", "credential", 'max_token_bytes = "256"', "credential.max_token_bytes"),
        ("credential-limit-float", "credential", "max_token_bytes = 256.0", "credential.max_token_bytes"),
        ("scope-require", "scope", 'require = "a"', "scope.require"),
        ("scope-claim", "scope", "claim = []", "scope.claim"),
    ):
        head = f"[{table}]\n" if table else ""
        column = line.index("=") + 3
        bad("type-" + case_id, head + line + "\n" + CAP, path=path, at=(2 if table else 1, column))
    bad("type-item", "[host]\nallow = ['a.example', 1]\n" + CAP)
    bad("type-table", "origin = 1\n" + CAP, path="origin", at=(1, 10))
    bad("type-capability-table", "[capability]\nid = 'x'\n")
    bad("type-json-null", '{"realm":null,"credential":{"anonymous":true}}', path="realm", at=(1, 10), form="json")
    for case_id, line, path in (
        ("leeway", "leeway = '30'", "jwt.leeway"),
        ("leeway-over", "leeway = 301", "jwt.leeway"),
        ("leeway-under", "leeway = -1", "jwt.leeway"),
        ("leeway-huge", "leeway = 9223372036854775807", "jwt.leeway"),
        ("issuer", "issuer = []", "jwt.issuer"),
        ("audience", "audience = 1", "jwt.audience"),
        ("required", "required = 'jti'", "jwt.required"),
        ("typ", "typ = 1", "jwt.typ"),
        ("boundary", "valid_at_expiry = 'yes'", "jwt.valid_at_expiry"),
    ):
        bad("jwt-" + case_id, f"[jwt]\n{line}\n" + KEY, path=path, at=(2, line.index("=") + 3))
    good("jwt-leeway-0", "[jwt]\nleeway = 0\n" + KEY)
    good("jwt-leeway-300", "[jwt]\nleeway = 300\n" + KEY)
    bad("jwt-no-key", '[jwt]\nissuer = "i"\n')
    for case_id, table, line, path in (
        ("origin-mode", "origin", 'mode = "any"', "origin.mode"),
        ("origin-mode-case", "origin", 'mode = "List"', "origin.mode"),
        ("origin-absent", "origin", 'absent = "deny"', "origin.absent"),
        ("listen", "listen", 'without_credential = "ask"', "listen.without_credential"),
        ("limit-under", "credential", "max_token_bytes = 255", "credential.max_token_bytes"),
        ("limit-over", "credential", "max_token_bytes = 16385", "credential.max_token_bytes"),
    ):
        bad("value-" + case_id, f"[{table}]\n{line}\n" + CAP, path=path, at=(2, line.index("=") + 3))
    good("value-limit-256", "[credential]\nmax_token_bytes = 256\n" + CAP)
    good("value-limit-16384", "[credential]\nmax_token_bytes = 16384\n" + CAP)
    for case_id, place in (
        ("unknown", "body:token"),
        ("cookie-no-name", "cookie:"),
        ("query-no-name", "query:"),
        ("header-no-name", "header:"),
        ("cookie-no-colon", "cookie"),
        ("case", "Authorization"),
        ("empty", ""),
    ):
        bad(
            "place-" + case_id,
            f'[credential]\nplaces = ["authorization", "{place}"]\n' + CAP,
            path="credential.places[1]",
            at=(2, 28),
        )
    bad(
        "place-twice",
        '[credential]\nplaces = ["cookie:a", "cookie:a"]\n' + CAP,
        path="credential.places[1]",
        at=(2, 23),
    )
    bad("place-none", "[credential]\nplaces = []\n" + CAP)
    good("place-subprotocol-bare", '[credential]\nplaces = ["subprotocol:"]\n' + CAP)
    good("realm-64", f'realm = "{"r" * 64}"\n' + CAP)
    bad("realm-65", f'realm = "{"r" * 65}"\n' + CAP, path="realm", at=(1, 9))
    bad("realm-quote", "realm = 'a\"b'\n" + CAP, path="realm", at=(1, 9))
    bad("realm-backslash", "realm = 'a\\b'\n" + CAP, path="realm", at=(1, 9))
    bad("realm-utf8", 'realm = "é"\n' + CAP, path="realm", at=(1, 9))
    bad("realm-newline", 'realm = "a\\nb"\n' + CAP, path="realm", at=(1, 9))
    bad("origin-list-without-lines", '[origin]\nmode = "list"\n' + CAP)
    for mode in ("same-origin", "none-allowed", "off"):
        bad("origin-lines-in-" + mode, f'[origin]\nmode = "{mode}"\nallow = ["https://a.example"]\n' + CAP)
    for case_id, line in (
        ("star", "*"),
        ("path", "https://app.example.com/x"),
        ("no-scheme", "app.example.com"),
        ("top-level", "https://*.com"),
        ("any-port", "https://app.example.com:*"),
        ("null", "null"),
    ):
        bad(
            "origin-rule-" + case_id,
            f'[origin]\nmode = "list"\nallow = ["https://a.example", "{line}"]\n' + CAP,
            1007,
            "origin.allow[1]",
            (3, 31),
        )
    for case_id, line in (
        ("scheme", "https://app.example.com"),
        ("path", "app.example.com/x"),
        ("empty", ""),
        ("blank", "app example"),
        ("port-0", "app.example.com:0"),
        ("port-text", "app.example.com:http"),
        ("dot", "app.example.com."),
        ("utf8", "bücher.example"),
        ("inner-star", "a.*.example.com"),
        ("star", "*"),
        ("ipv6-no-brackets", "::1"),
        ("user-info", "u@app.example.com"),
    ):
        bad("host-rule-" + case_id, f'[host]\nallow = ["a.example", "{line}"]\n' + CAP, 1008, "host.allow[1]", (2, 23))
    for case_id, line in (
        ("name", "proxy.example.com"),
        ("bits", "10.0.0.0/33"),
        ("bits-ipv6", "::/129"),
        ("bits-text", "10.0.0.0/x"),
        ("empty", ""),
        ("port", "10.0.0.1:80"),
        ("star", "*"),
        ("short", "10.0.0/8"),
        ("zeros", "010.0.0.1"),
    ):
        bad(
            "proxy-" + case_id,
            f'[host]\ntrusted_proxies = ["{line}"]\n' + CAP,
            1008,
            "host.trusted_proxies[0]",
            (2, 20),
        )
    good(
        "proxy-good", '[host]\ntrusted_proxies = ["0.0.0.0/0", "::/0", "10.1.2.3", "2001:db8::1", "10.0.0.0/8"]\n' + CAP
    )

    def entry(*lines: str) -> str:
        return "[[capability]]\n" + "".join(line + "\n" for line in lines)

    sha = f'sha256 = "{digest(TOKEN)}"'
    bad("capability-no-id", entry(sha))
    bad("capability-id-empty", entry('id = ""', sha), path="capability[0].id", at=(2, 6))
    bad("capability-id-129", entry(f'id = "{"i" * 129}"', sha), path="capability[0].id", at=(2, 6))
    good("capability-id-128", entry(f'id = "{"i" * 128}"', sha))
    bad("capability-id-blank", entry('id = "a b"', sha), path="capability[0].id", at=(2, 6))
    bad("capability-id-utf8", entry('id = "é"', sha), path="capability[0].id", at=(2, 6))
    bad("capability-id-twice", entry('id = "a"', sha) + entry('id = "a"', sha), path="capability[1].id", at=(5, 6))
    bad("capability-no-source", entry('id = "a"'))
    bad("capability-two-sources", entry('id = "a"', sha, f'token = "{TOKEN}"'))
    for case_id, value in (
        ("short", "ab" * 31),
        ("long", "ab" * 33),
        ("letter", "zz" * 32),
        ("prefix", "0x" + "ab" * 31),
        ("empty", ""),
        ("spaces-inside", "ab " * 21 + "a"),
        ("colons", ":".join(["ab"] * 32)),
    ):
        bad(
            "capability-digest-" + case_id,
            entry('id = "a"', f'sha256 = "{value}"'),
            1009,
            "capability[0].sha256",
            (3, 10),
        )
    good("capability-digest-upper", entry('id = "a"', f'sha256 = "{digest(TOKEN).upper()}"'))
    good("capability-digest-blank", entry('id = "a"', f'sha256 = " {digest(TOKEN)}\\n"'))
    for case_id, value in (("short", "a" * 21), ("alphabet", "a b" * 10), ("utf8", "é" * 22), ("padding", "=" * 22)):
        bad("capability-token-" + case_id, entry('id = "a"', f'token = "{value}"'), 1009, "capability[0].token", (3, 9))
    bad("capability-token-empty", entry('id = "a"', 'token = ""', "weak = true"), 1009, "capability[0].token", (3, 9))
    good("capability-token-22", entry('id = "a"', f'token = "{"a" * 22}"'))
    good("capability-token-weak", entry('id = "a"', 'token = "a"', "weak = true"))
    bad("capability-weak-digest", entry('id = "a"', sha, "weak = true"), path="capability[0].weak", at=(4, 8))
    good("capability-not-weak-digest", entry('id = "a"', sha, "weak = false"))
    good("capability-expires-number", entry('id = "a"', sha, "expires = 1800000000"))
    good("capability-expires-text", entry('id = "a"', sha, 'expires = "2030-01-01T00:00:00Z"'))
    good("capability-expires-offset", entry('id = "a"', sha, "expires = 2030-01-01T00:00:00+02:00"))
    bad(
        "capability-expires-bad",
        entry('id = "a"', sha, 'expires = "tomorrow"'),
        path="capability[0].expires",
        at=(4, 11),
    )
    bad(
        "capability-expires-no-zone",
        entry('id = "a"', sha, "expires = 2030-01-01T00:00:00"),
        path="capability[0].expires",
        at=(4, 11),
    )
    bad("capability-expires-bool", entry('id = "a"', sha, "expires = true"), path="capability[0].expires", at=(4, 11))

    def ring(*lines: str) -> str:
        return "[[jwt.key]]\n" + "".join(line + "\n" for line in lines)

    secret = f'secret = "{SECRET}"'
    hs = 'algorithm = "HS256"'
    bad("key-no-algorithm", ring(secret))
    for case_id, value in (("none", "none"), ("rs256", "RS256"), ("lower", "hs256"), ("empty", "")):
        bad("key-algorithm-" + case_id, ring(f'algorithm = "{value}"', secret), path="jwt.key[0].algorithm", at=(2, 13))
    bad("key-no-secret", ring(hs))
    bad("key-two-secrets", ring(hs, secret, 'secret_env = "X"'))
    bad("key-encoding", ring(hs, secret, 'encoding = "utf-8"'), path="jwt.key[0].encoding", at=(4, 12))
    bad("key-short", ring(hs, f'secret = "{"x" * 31}"'), 1006, "jwt.key[0].secret", (3, 10))
    bad("key-short-hs512", ring('algorithm = "HS512"', f'secret = "{"x" * 63}"'), 1006, "jwt.key[0].secret", (3, 10))
    bad("key-empty", ring(hs, 'secret = ""'), 1006, "jwt.key[0].secret", (3, 10))
    bad("key-hex", ring(hs, f'secret = "{"xy" * 32}"', 'encoding = "hex"'), 1006, "jwt.key[0].secret", (3, 10))
    bad(
        "key-pem",
        ring(hs, 'secret = "-----BEGIN PUBLIC KEY-----\\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE"'),
        1006,
        "jwt.key[0].secret",
        (3, 10),
    )
    bad("key-id-twice", ring('id = "a"', hs, secret) + ring('id = "a"', hs, secret), 1006, "jwt.key[1].id", (6, 6))
    bad("key-nine", "".join(ring(f'id = "{n}"', hs, secret) for n in range(9)), 1006)
    good("key-eight", "".join(ring(f'id = "{n}"', hs, secret) for n in range(8)))
    good("key-two-without-id", ring(hs, secret) + ring(hs, f'secret = "{SECRET[::-1]}"'))
    return s


def ticket() -> Suite:
    s = Suite("ticket", "single-use tickets: a fixed table, consumed by any redemption, valid through issue + ttl")
    raw = [hashlib.sha256(f"ticket {n}".encode()).digest() for n in range(10)]
    token = [b64(value) for value in raw]

    def issue(n: int, now: int = NOW, payload: str = "p") -> tuple[Json, Json]:
        return {"issue": {"entropy": raw[n].hex(), "payload": payload, "now": now}}, {"token": token[n]}

    def full(n: int, now: int = NOW, code: int = 9002) -> tuple[Json, Json]:
        return issue(n, now)[0], failure(code)

    def redeem(text: str, outcome: str | int, now: int = NOW) -> tuple[Json, Json]:
        result = {"payload": outcome} if isinstance(outcome, str) else failure(outcome)
        return {"redeem": {"token": text, "now": now}}, result

    def run(case_id: str, *steps: tuple[Json, Json], capacity: int = 2, ttl: int = 30, note: str | None = None) -> None:
        given: Json = {"capacity": capacity, "ttl": ttl, "steps": [step for step, _ in steps]}
        s.op(case_id, "ticket", given, {"results": [result for _, result in steps]}, note)

    run("once", issue(0), redeem(token[0], "p"))
    run("twice", issue(0), redeem(token[0], "p"), redeem(token[0], 6004))
    run("twice-later", issue(0), redeem(token[0], "p"), redeem(token[0], 6004, NOW + 30))
    run("thrice", issue(0), redeem(token[0], "p"), redeem(token[0], 6004), redeem(token[0], 6004))
    run("unknown", redeem(token[0], 4004))
    run("unknown-beside", issue(0), redeem(token[1], 4004), redeem(token[0], "p"))
    run("unknown-empty", issue(0), redeem("", 4004))
    run("unknown-prefix", issue(0), redeem(token[0][:-1], 4004))
    run("unknown-case", issue(0), redeem(token[0].swapcase(), 4004))
    run("unknown-hex", issue(0), redeem(raw[0].hex(), 4004))
    run("unknown-long", issue(0), redeem(token[0] * 100, 4004))
    run("payload-empty", issue(0, payload=""), redeem(token[0], ""))
    run(
        "payload-json",
        issue(0, payload='{"workspace":"w-1","user":"é"}'),
        redeem(token[0], '{"workspace":"w-1","user":"é"}'),
    )
    run("two", issue(0, payload="a"), issue(1, payload="b"), redeem(token[1], "b"), redeem(token[0], "a"))
    run("last-second", issue(0), redeem(token[0], "p", NOW + 30))
    run("expired", issue(0), redeem(token[0], 5005, NOW + 31))
    run("expired-much-later", issue(0), redeem(token[0], 5005, NOW + 999999))
    run("ttl-1", issue(0), issue(1), redeem(token[0], "p", NOW + 1), redeem(token[1], 5005, NOW + 2), ttl=1)
    run("full", issue(0), issue(1), full(2), redeem(token[0], "p"))
    run("full-eight", *(issue(n) for n in range(8)), full(8), capacity=8)
    run("full-last-second", issue(0), issue(1), full(2, NOW + 30))
    run("full-expired", issue(0), issue(1), issue(2, NOW + 31), redeem(token[2], "p", NOW + 31))
    run("full-one-expired", issue(0), issue(1, NOW + 20), issue(2, NOW + 31), redeem(token[1], "p", NOW + 31))
    run("full-unknown-redeemed", issue(0), issue(1), redeem(token[5], 4004), full(2))
    run("payload-too-long", (issue(0, payload="p" * 4096)[0], failure(1011)), redeem(token[0], 4004))
    run("payload-too-long-beside", issue(1), (issue(0, payload="p" * 4096)[0], failure(1011)), redeem(token[1], "p"))
    run("clock-issue", full(0, 0, 9001), redeem(token[0], 4004))
    run(
        "clock-redeem",
        issue(0),
        redeem(token[0], 9001, 0),
        redeem(token[0], "p"),
        note="nothing is consumed without a clock",
    )
    return s


def challenge() -> Suite:
    s = Suite("challenge", "what the peer learns: status and WWW-Authenticate by class (RFC 6750 section 3)")
    none: dict[int, list[str]] = {
        500: [
            "scratch_too_small",
            "config_invalid",
            "key_invalid",
            "origin_rule_invalid",
            "host_rule_invalid",
            "capability_invalid",
            "startup_unprotected",
            "output_too_small",
        ],
        403: [
            "host_missing",
            "host_duplicate",
            "host_malformed",
            "host_not_allowed",
            "forwarded_malformed",
            "forwarded_proto_unknown",
            "origin_missing",
            "origin_duplicate",
            "origin_malformed",
            "origin_null",
            "origin_not_allowed",
            "origin_forbidden",
            "fetch_site_forbidden",
            "fetch_site_malformed",
        ],
        503: ["clock_unavailable", "store_unavailable"],
    }

    code = {name: number for number, (name, _) in REASONS.items()}

    def ask(
        case_id: str,
        reason: str,
        value: str | None,
        status: int,
        realm: str = "doorward",
        scope: list[str] | None = None,
    ) -> None:
        given: Json = {"reason": reason, "realm": realm, "scope": scope or []}
        s.op(case_id, "challenge", given, {"value": value, "status": status, "code": code[reason]})

    for status, names in none.items():
        for name in names:
            ask(name, name, None, status)
    bare = 'Bearer realm="doorward"'
    ask("credential_missing", "credential_missing", bare, 401)
    ask("credential_scheme_unsupported", "credential_scheme_unsupported", bare, 401)
    request = bare + ', error="invalid_request"'
    ask("request_too_large", "request_too_large", request, 431)
    for name in ("target_malformed", "credential_malformed", "credential_duplicate"):
        ask(name, name, request, 400)
    token = bare + ', error="invalid_token"'
    for number, (name, _) in REASONS.items():
        if 3000 < number < 6000 or number in (6003, 6004):
            ask(name, name, token, 401)
    scope = bare + ', error="insufficient_scope"'
    for name in ("scope_insufficient", "resource_not_listed"):
        ask(name, name, scope, 403)
        ask(name + "-scope", name, scope + ', scope="mux:write"', 403, scope=["mux:write"])
        ask(name + "-scopes", name, scope + ', scope="mux:read mux:write"', 403, scope=["mux:read", "mux:write"])
    ask("realm", "credential_missing", 'Bearer realm="my server"', 401, realm="my server")
    ask("realm-token", "token_expired", 'Bearer realm="x", error="invalid_token"', 401, realm="x")
    ask("scope-not-said", "credential_missing", bare, 401, scope=["mux:write"])
    ask("scope-not-said-token", "token_expired", token, 401, scope=["mux:write"])
    ask("scope-not-said-origin", "origin_null", None, 403, scope=["mux:write"])
    return s


def suites() -> list[Suite]:
    """The suites of this module."""
    return [json_suite(), base64url(), strip(), listen(), policy_load(), ticket(), challenge()]
