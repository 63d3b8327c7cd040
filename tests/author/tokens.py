"""Signed tokens: form, header, proof, claims, dates; keys, signing and reading claims."""

from __future__ import annotations

import base64
from typing import Any

from forge import NOW, OTHER, SECRET, b64, compact, mac, sign, sign_bytes
from gate import APP
from suite import Json, Suite, data

KEY: Json = {"algorithm": "HS256", "secret": SECRET, "encoding": "utf8"}
GOOD: Json = {"sub": "alice", "exp": NOW + 600}
HEAD = '{"alg":"HS256"}'


def verify(s: Suite, case_id: str, token: Any, code: int, now: int = NOW, note: str | None = None, **jwt: Any) -> None:
    """One token under one [jwt] table; leeway is 0 unless the case is about it."""
    table: Json = {"leeway": 0, **jwt}
    table.setdefault("key", [KEY])
    s.judged(case_id, "jwt.verify", {"jwt": table, "token": token, "now": now}, code, note)


def jwt_form() -> Suite:
    s = Suite("jwt_form", "length, alphabet, segments and base64url of a token, before anything is decoded")
    good = sign(GOOD)
    head, body, tag = good.split(".")
    verify(s, "good", good, 0)
    verify(s, "good-no-typ", sign(GOOD, HEAD), 0)
    filler = 16384 - len(sign_bytes(HEAD.encode(), b'{"exp":1700000600,"x":""}'))
    for case_id, extra, code in (("length-under", filler * 3 // 4 - 3, 0), ("length-over", filler * 3 // 4 + 6, 3001)):
        text = '{"exp":1700000600,"x":"' + "a" * extra + '"}'
        verify(s, case_id, sign_bytes(HEAD.encode(), text.encode()), code)
    verify(s, "length-16384", "a" * 16384, 3003)
    verify(s, "length-16385", "a" * 16385, 3001)
    for case_id, token in (
        ("empty-blank", " "),
        ("leading-space", " " + good),
        ("trailing-space", good + " "),
        ("trailing-newline", good + "\n"),
        ("trailing-nul", good + "\u0000"),
        ("trailing-cr", good + "\r"),
        ("tab-inside", head + ".\t" + body + "." + tag),
        ("newline-in-payload", f"{head}.{body[:8]}\n{body[8:]}.{tag}"),
        ("padding-payload", f"{head}.{body}=.{tag}"),
        ("padding-signature", good + "="),
        ("padding-header", f"{head}=.{body}.{tag}"),
        ("plus", f"{head}.{body}.{tag[:-2]}+{tag[-1]}"),
        ("slash", f"{head}.{body}.{tag[:-2]}/{tag[-1]}"),
        ("tilde", good + "~"),
        ("percent", good + "%3D"),
        ("comma", good + "," + good),
        ("quotes", '"' + good + '"'),
        ("brace", "{" + good + "}"),
        ("bearer", "Bearer " + good),
        ("bom", "\ufeff" + good),
        ("utf8", good[:-1] + "é"),
        ("full-width", good.replace(".", "\uff0e")),
        # The low byte of the first character is "e", that of the second ".": a language that narrows
        # its strings would verify another token than the one it was given.
        ("narrowed-letter", "\u0165" + good[1:]),
        ("narrowed-dot", good.replace(".", "\u012e")),
    ):
        verify(s, "alphabet-" + case_id, token, 3002)
    verify(s, "alphabet-bytes", data(good.encode() + b"\xff"), 3002)
    verify(s, "alphabet-high-bit", data(good.replace(".", "\u00ae").encode("latin-1")), 3002)
    for case_id, token in (
        ("empty", ""),
        ("dot", "."),
        ("two-dots", ".."),
        ("three-dots", "..."),
        ("one", head),
        ("two", f"{head}.{body}"),
        ("four", good + "." + tag),
        ("five", f"{head}..{body}.{tag}.{tag}"),
        ("leading-dot", "." + good),
        ("trailing-dot", good + "."),
        ("empty-header", f".{body}.{tag}"),
        ("empty-payload", f"{head}..{tag}"),
        ("empty-signature", f"{head}.{body}."),
        ("only-signature", f"..{tag}"),
        ("many-dots", "." * 2000),
    ):
        verify(s, "segments-" + case_id, token, 3003)
    for case_id, token in (
        ("length-1", "a.b.c"),
        ("length-5", "aaaaa.e30.AAAA"),
        ("payload-length-5", "e30.aaaaa.AAAA"),
        ("signature-length-5", "e30.e30.AAAAA"),
        ("bits-2-letters", "e31.e30.AAAA"),
        ("payload-bits", "e30.e31.AAAA"),
        ("signature-bits", "e30.e30.AB"),
        ("signature-bits-3", "e30.e30.AAB"),
    ):
        verify(s, "base64-" + case_id, token, 3004)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet.index(tag[-1])
    for step in (1, 2, 3):
        verify(s, f"base64-last-letter-{step}", good[:-1] + alphabet[last + step], 3004, note="same bytes, other text")
    return s


def jwt_header() -> Suite:
    s = Suite("jwt_header", "the JOSE header; every token here carries a good MAC")

    def head(case_id: str, text: str | bytes, code: int, **jwt: Any) -> None:
        raw = text if isinstance(text, bytes) else text.encode()
        verify(s, case_id, sign_bytes(raw, compact(GOOD).encode()), code, **jwt)

    def long(size: int) -> str:
        """A header whose encoded form has this many characters (a multiple of four)."""
        room = size * 3 // 4
        start, end = '{"alg":"HS256","x":"', '"}'
        return start + "a" * (room - len(start) - len(end)) + end

    head("minimal", HEAD, 0)
    head("typ", '{"alg":"HS256","typ":"JWT"}', 0)
    head("other-order", '{"typ":"JWT","alg":"HS256"}', 0)
    head("white-space", ' {\r\n\t"alg" : "HS256" } ', 0)
    head("escaped-name", '{"\\u0061lg":"HS256"}', 0)
    head("escaped-value", '{"alg":"\\u0048S256"}', 0)
    head("unknown-names", '{"alg":"HS256","foo":{"a":[1,2.5e3,null,true]},"":0}', 0)
    head("jwk-ignored", '{"alg":"HS256","jwk":{"kty":"oct","k":"AAAA"}}', 0)
    head("jku-ignored", '{"alg":"HS256","jku":"https://evil.example/k","x5u":"x","x5c":["x"]}', 0)
    head("enc-ignored", '{"alg":"HS256","enc":"A128GCM"}', 0)
    head("cty", '{"alg":"HS256","cty":"x"}', 0)
    head("nested-duplicate", '{"alg":"HS256","x":{"a":1,"a":2}}', 0)
    head("utf8", '{"alg":"HS256","x":"é☃😀"}', 0)
    head("surrogate-pair", '{"alg":"HS256","x":"\\ud83d\\ude00"}', 0)
    head("members-16", '{"alg":"HS256",' + ",".join(f'"a{n}":1' for n in range(15)) + "}", 0)
    head("members-17", '{"alg":"HS256",' + ",".join(f'"a{n}":1' for n in range(16)) + "}", 3005)
    head("size-1024", long(1024), 0)
    head("size-1028", long(1028), 3005)
    head("depth-32", '{"alg":"HS256","x":' + "[" * 31 + "]" * 31 + "}", 0)
    head("depth-33", '{"alg":"HS256","x":' + "[" * 32 + "]" * 32 + "}", 3005)
    head("depth-objects-33", '{"alg":"HS256","x":' + '{"a":' * 32 + "1" + "}" * 32 + "}", 3005)
    for case_id, text in (
        ("array", '["HS256"]'),
        ("string", '"HS256"'),
        ("number", "256"),
        ("null", "null"),
        ("true", "true"),
        ("text", "HS256"),
        ("open", '{"alg":"HS256"'),
        ("open-string", '{"alg":"HS256'),
        ("trailing-comma", '{"alg":"HS256",}'),
        ("leading-comma", '{,"alg":"HS256"}'),
        ("trailing-text", '{"alg":"HS256"}x'),
        ("trailing-object", '{"alg":"HS256"}{}'),
        ("trailing-nul", '{"alg":"HS256"}\u0000'),
        ("bom", '\ufeff{"alg":"HS256"}'),
        ("comment", '{"alg":"HS256"/**/}'),
        ("line-comment", '{"alg":"HS256"}//'),
        ("single-quotes", "{'alg':'HS256'}"),
        ("no-quotes", "{alg:HS256}"),
        ("no-colon", '{"alg" "HS256"}'),
        ("equals", '{"alg"="HS256"}'),
        ("bad-escape", '{"alg":"HS256","x":"\\x"}'),
        ("short-escape", '{"alg":"HS256","x":"\\u12"}'),
        ("lone-high", '{"alg":"HS256","x":"\\ud800"}'),
        ("lone-low", '{"alg":"HS256","x":"\\udc00"}'),
        ("lone-high-in-name", '{"alg":"HS256","\\ud800":1}'),
        ("swapped-surrogates", '{"alg":"HS256","x":"\\ude00\\ud83d"}'),
        ("control", '{"alg":"HS256","x":"\u0001"}'),
        ("raw-newline", '{"alg":"HS256","x":"\n"}'),
        ("raw-tab", '{"alg":"HS256","x":"\t"}'),
        ("nan", '{"alg":"HS256","x":NaN}'),
        ("leading-zero", '{"alg":"HS256","x":01}'),
        ("form-feed", '{"alg":"HS256"}\u000c'),
        ("no-break-space", '{"alg":\u00a0"HS256"}'),
        ("mismatch", '{"alg":"HS256","x":[1}}'),
    ):
        head("json-" + case_id, text, 3005)
    head("json-bad-utf8", b'{"alg":"HS256","x":"\xff"}', 3005)
    head("json-overlong", b'{"alg":"HS256","x":"\xc0\x80"}', 3005)
    head("json-surrogate-bytes", b'{"alg":"HS256","x":"\xed\xa0\x80"}', 3005)
    head("json-beyond-unicode", b'{"alg":"HS256","x":"\xf4\x90\x80\x80"}', 3005)
    head("json-utf16", '{"alg":"HS256"}'.encode("utf-16-le"), 3005)
    head("duplicate-alg", '{"alg":"HS256","alg":"HS256"}', 3006)
    head("duplicate-alg-none-last", '{"alg":"HS256","alg":"none"}', 3006)
    head("duplicate-escaped", '{"alg":"HS256","\\u0061lg":"HS256"}', 3006)
    head("duplicate-unknown", '{"alg":"HS256","x":1,"x":1}', 3006)
    head("duplicate-empty-name", '{"alg":"HS256","":1,"":1}', 3006)
    head("duplicate-apart", '{"x":1,"alg":"HS256","y":{"x":1},"x":1}', 3006)
    for case_id, text in (
        ("alg-absent", "{}"),
        ("alg-absent-typ", '{"typ":"JWT"}'),
        ("alg-upper-name", '{"ALG":"HS256"}'),
        ("alg-null", '{"alg":null}'),
        ("alg-number", '{"alg":256}'),
        ("alg-true", '{"alg":true}'),
        ("alg-array", '{"alg":["HS256"]}'),
        ("alg-object", '{"alg":{}}'),
        ("typ-null", '{"alg":"HS256","typ":null}'),
        ("typ-number", '{"alg":"HS256","typ":1}'),
        ("typ-array", '{"alg":"HS256","typ":["JWT"]}'),
        ("cty-number", '{"alg":"HS256","cty":1}'),
        ("cty-null", '{"alg":"HS256","cty":null}'),
        ("kid-null", '{"alg":"HS256","kid":null}'),
        ("kid-number", '{"alg":"HS256","kid":0}'),
        ("kid-object", '{"alg":"HS256","kid":{}}'),
        ("kid-129", '{"alg":"HS256","kid":"' + "k" * 129 + '"}'),
    ):
        head("type-" + case_id, text, 3007)
    head("type-of-typ-ignored", '{"alg":"HS256","typ":1}', 3007, ignore_typ=True)
    head("type-of-kid-ignored", '{"alg":"HS256","kid":1}', 3007, ignore_kid=True)
    for case_id, value in (
        ("list", '["x"]'),
        ("empty", "[]"),
        ("null", "null"),
        ("string", '"exp"'),
        ("object", "{}"),
        ("number", "0"),
        ("false", "false"),
        ("b64", '["b64"]'),
        ("exp", '["exp"]'),
        ("alg", '["alg"]'),
    ):
        head("crit-" + case_id, '{"alg":"HS256","crit":' + value + "}", 3008)
    head("crit-escaped", '{"alg":"HS256","\\u0063rit":["x"]}', 3008)
    head("crit-other-case", '{"alg":"HS256","Crit":["x"]}', 0)
    for name in ("b64", "zip"):
        for case_id, value in (("true", "true"), ("false", "false"), ("null", "null"), ("text", '"DEF"')):
            head(f"{name}-{case_id}", '{"alg":"HS256","' + name + '":' + value + "}", 3009)
    for case_id, typ, code in (
        ("lower", "jwt", 0),
        ("mixed", "Jwt", 0),
        ("application", "application/jwt", 0),
        ("application-upper", "APPLICATION/JWT", 0),
        ("at", "at+jwt", 3010),
        ("empty", "", 3010),
        ("blank", "JWT ", 3010),
        ("text", "text/jwt", 3010),
        ("twice", "application/application/jwt", 3010),
        ("jws", "JOSE", 3010),
        ("turkish", "JW\u0442", 3010),
    ):
        head("typ-" + case_id, compact({"alg": "HS256", "typ": typ}), code)
    at: Json = {"typ": ["at+jwt"]}
    head("typ-named", '{"alg":"HS256","typ":"at+jwt"}', 0, **at)
    head("typ-named-folded", '{"alg":"HS256","typ":"AT+JWT"}', 0, **at)
    head("typ-named-application", '{"alg":"HS256","typ":"application/at+jwt"}', 0, **at)
    head("typ-named-rule-application", '{"alg":"HS256","typ":"at+jwt"}', 0, typ=["application/at+jwt"])
    head("typ-named-absent", HEAD, 3010, **at)
    head("typ-named-jwt", '{"alg":"HS256","typ":"JWT"}', 3010, **at)
    head("typ-named-two", '{"alg":"HS256","typ":"JWT"}', 0, typ=["at+jwt", "JWT"])
    head("typ-ignored", '{"alg":"HS256","typ":"at+jwt"}', 0, ignore_typ=True)
    return s


def jwt_proof() -> Suite:
    s = Suite("jwt_proof", "which key, which algorithm, and the MAC")
    old: Json = {"id": "old", "algorithm": "HS256", "secret": OTHER}
    new: Json = {"id": "new", "algorithm": "HS256", "secret": SECRET}
    ring = [old, new]
    kid = '{"alg":"HS256","kid":"%s"}'
    verify(s, "hs256", sign(GOOD), 0)
    for algorithm in ("HS384", "HS512"):
        key: Json = {"algorithm": algorithm, "secret": SECRET}
        verify(s, algorithm.lower(), sign(GOOD, algorithm=algorithm), 0, key=[key])
        verify(s, algorithm.lower() + "-other-secret", sign(GOOD, None, OTHER, algorithm), 4003, key=[key])
        verify(s, algorithm.lower() + "-key-hs256-token", sign(GOOD), 4002, key=[key])
        verify(s, "hs256-key-" + algorithm.lower() + "-token", sign(GOOD, algorithm=algorithm), 4002)
        verify(s, "label-hs256-mac-" + algorithm.lower(), sign(GOOD, HEAD, SECRET, algorithm), 4003)
    for case_id, name in (
        ("none", "none"),
        ("none-title", "None"),
        ("none-upper", "NONE"),
        ("none-mixed", "nOnE"),
        ("none-blank", "none "),
        ("empty", ""),
        ("lower", "hs256"),
        ("blank", "HS256 "),
        ("leading-blank", " HS256"),
        ("longer", "HS2560"),
        ("shorter", "HS25"),
        ("hs1", "HS1"),
        ("rs256", "RS256"),
        ("ps256", "PS256"),
        ("es256", "ES256"),
        ("eddsa", "EdDSA"),
        ("dir", "dir"),
        ("key-wrap", "A256GCMKW"),
        ("nul", "HS256\u0000"),
        ("prototype", "constructor"),
        ("long-s", "H\u017f256"),
    ):
        verify(s, "alg-" + case_id, sign(GOOD, compact({"alg": name})), 4002)
    verify(s, "ring-first", sign(GOOD, kid % "old", OTHER), 0, key=ring)
    verify(s, "ring-second", sign(GOOD, kid % "new"), 0, key=ring)
    verify(s, "ring-kid-of-other-key", sign(GOOD, kid % "old"), 4003, key=ring)
    verify(s, "ring-kid-unknown", sign(GOOD, kid % "zzz"), 4001, key=ring)
    verify(s, "ring-kid-case", sign(GOOD, kid % "NEW"), 4001, key=ring)
    verify(s, "ring-kid-empty", sign(GOOD, kid % ""), 4001, key=ring)
    verify(s, "ring-kid-prefix", sign(GOOD, kid % "ne"), 4001, key=ring)
    verify(s, "ring-kid-escaped", sign(GOOD, kid % "\\u006eew"), 0, key=ring)
    verify(s, "ring-no-kid-first", sign(GOOD, HEAD, OTHER), 0, key=ring)
    verify(s, "ring-no-kid-second", sign(GOOD, HEAD), 0, key=ring)
    verify(s, "ring-no-kid-none", sign(GOOD, HEAD, "x" * 64), 4003, key=ring)
    verify(s, "kid-and-keys-without-id", sign(GOOD, kid % "a"), 4001)
    verify(s, "kid-128", sign(GOOD, kid % ("k" * 128)), 0, key=[{**new, "id": "k" * 128}])
    verify(s, "kid-utf8", sign(GOOD, kid % "schlüssel"), 0, key=[{**new, "id": "schlüssel"}])
    verify(s, "kid-ignored", sign(GOOD, kid % "zzz"), 0, key=ring, ignore_kid=True)
    verify(s, "kid-ignored-other-key", sign(GOOD, kid % "old"), 0, key=ring, ignore_kid=True)
    verify(s, "kid-ignored-none", sign(GOOD, kid % "old", "x" * 64), 4003, key=ring, ignore_kid=True)
    both = [{**old, "algorithm": "HS512"}, new]
    verify(s, "kid-algorithm", sign(GOOD, '{"alg":"HS256","kid":"old"}', OTHER), 4002, key=both)
    verify(s, "kid-algorithm-good", sign(GOOD, '{"alg":"HS512","kid":"old"}', OTHER, "HS512"), 0, key=both)
    verify(s, "no-kid-by-algorithm", sign(GOOD, '{"alg":"HS512"}', OTHER, "HS512"), 0, key=both)
    verify(s, "no-kid-algorithm-nobody-has", sign(GOOD, '{"alg":"HS384"}', OTHER, "HS384"), 4002, key=both)
    eight = [{"id": f"k{n}", "algorithm": "HS256", "secret": f"{n}" * 32} for n in range(8)]
    verify(s, "eight-keys-last", sign(GOOD, HEAD, "7" * 32), 0, key=eight)
    verify(s, "nine-keys", sign(GOOD), 1006, key=[*eight, {**new, "id": "k8"}])
    verify(s, "duplicate-kid", sign(GOOD), 1006, key=[new, {**old, "id": "new"}])
    verify(s, "no-key", sign(GOOD), 1005, key=[])
    for encoding, text in (
        ("base64", base64.b64encode(bytes(range(64))).decode()),
        ("base64url", b64(bytes(range(192, 256)))),
        ("hex", bytes(range(64)).hex()),
    ):
        raw = bytes(range(192, 256)) if encoding == "base64url" else bytes(range(64))
        key = {"algorithm": "HS256", "secret": text, "encoding": encoding}
        verify(s, "encoding-" + encoding, sign(GOOD, HEAD, raw), 0, key=[key])
        verify(s, "encoding-" + encoding + "-text", sign(GOOD, HEAD, text), 4003, key=[key])
    signing, tag = sign(GOOD).rsplit(".", 1)
    full = mac("HS256", SECRET, signing)
    for case_id, raw in (
        ("first-bit", bytes([full[0] ^ 0x80]) + full[1:]),
        ("last-bit", full[:-1] + bytes([full[-1] ^ 1])),
        ("short-31", full[:31]),
        ("short-16", full[:16]),
        ("short-1", full[:1]),
        ("long-33", full + b"\x00"),
        ("twice", full + full),
        ("zero", bytes(32)),
        ("hex", full.hex().encode()),
        ("text", tag.encode()),
    ):
        verify(s, "mac-" + case_id, signing + "." + b64(raw), 4003)
    head, body = signing.split(".")
    verify(s, "mac-of-other-payload", f"{head}.{b64(compact({**GOOD, 'sub': 'root'}).encode())}.{tag}", 4003)
    verify(s, "mac-of-other-header", f"{b64(HEAD.encode())}.{body}.{tag}", 4003)
    verify(
        s, "mac-of-decoded-text", signing + "." + b64(mac("HS256", SECRET, '{"alg":"HS256"}.' + compact(GOOD))), 4003
    )
    for case_id, secret in (("empty-key", ""), ("newline-key", SECRET + "\n"), ("base64-key", b64(SECRET.encode()))):
        verify(s, "mac-by-" + case_id, sign(GOOD, secret=secret), 4003)

    def jws(case_id: str, token: Any, code: int, payload: Any = None, algorithm: str = "HS256", **more: Any) -> None:
        given: Json = {"algorithm": algorithm, "secret": SECRET, "encoding": "utf8", **more, "token": token}
        expect: Json = {"decision": "allow", "code": 0, "payload": payload}
        if code:
            s.judged("jws-" + case_id, "jws.verify", given, code)
        else:
            s.op("jws-" + case_id, "jws.verify", given, expect)

    jws("json", sign("{}"), 0, "{}")
    jws("text", sign("foo"), 0, "foo")
    jws("bytes", sign_bytes(HEAD.encode(), b"\xff\x00"), 0, data(b"\xff\x00"))
    jws("hs512", sign("foo", algorithm="HS512"), 0, "foo", "HS512")
    jws("other-secret", sign("foo", secret=OTHER), 4003)
    jws("other-algorithm", sign("foo", algorithm="HS384"), 4002)
    jws("crit", sign("foo", '{"alg":"HS256","crit":["x"]}'), 3008)
    jws("segments", "e30.e30", 3003)
    jws(
        "rfc7515-a1",
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvb"
        "S9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        0,
        '{"iss":"joe",\r\n "exp":1300819380,\r\n "http://example.com/is_root":true}',
        secret="AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
        encoding="base64url",
    )
    return s


def jwt_claims() -> Suite:
    s = Suite("jwt_claims", "what a signed token says, and whether that is accepted")

    def text(case_id: str, payload: str | bytes, code: int, **jwt: Any) -> None:
        raw = payload if isinstance(payload, bytes) else payload.encode()
        verify(s, case_id, sign_bytes(HEAD.encode(), raw), code, **jwt)

    def say(case_id: str, claims: Json, code: int, **jwt: Any) -> None:
        text(case_id, compact({"exp": NOW + 600, **claims}), code, **jwt)

    say("plain", {}, 0)
    say("unknown-claims", {"x": {"y": [1, None, True]}, "": 0, "EXP": 1}, 0)
    text("white-space", ' {\n "exp" : 1700000600 }\r\n', 0)
    text("escaped-name", '{"\\u0065xp":1700000600}', 0)
    text("nested-duplicate", '{"exp":1700000600,"x":{"a":1,"a":2}}', 0)
    text("utf8", '{"exp":1700000600,"name":"é☃😀","x":"\\ud83d\\ude00"}', 0)
    text("members-512", '{"exp":1700000600,' + ",".join(f'"{n}":0' for n in range(511)) + "}", 0)
    text("members-513", '{"exp":1700000600,' + ",".join(f'"{n}":0' for n in range(512)) + "}", 5001)
    text("depth-32", '{"exp":1700000600,"x":' + "[" * 31 + "]" * 31 + "}", 0)
    text("depth-33", '{"exp":1700000600,"x":' + "[" * 32 + "]" * 32 + "}", 5001)
    text("depth-mixed-33", '{"exp":1700000600,"x":' + '[{"a":' * 16 + "0" + "}]" * 16 + "}", 5001)
    text("depth-4000", '{"exp":1700000600,"x":' + "[" * 4000 + "]" * 4000 + "}", 5001)
    for case_id, payload in (
        ("array", "[1700000600]"),
        ("string", '"x"'),
        ("null", "null"),
        ("number", "1"),
        ("text", "foo"),
        ("open", '{"exp":1700000600'),
        ("trailing", '{"exp":1700000600}}'),
        ("trailing-comma", '{"exp":1700000600,}'),
        ("two", '{"exp":1700000600}\n{}'),
        ("bom", '\ufeff{"exp":1700000600}'),
        ("comment", '{"exp":1700000600}//x'),
        ("control", '{"exp":1700000600,"x":"\u001f"}'),
        ("lone-surrogate", '{"exp":1700000600,"x":"\\udfff"}'),
        ("nan", '{"exp":1700000600,"x":NaN}'),
        ("infinity", '{"exp":Infinity}'),
        ("minus-infinity", '{"exp":-Infinity}'),
        ("plus", '{"exp":+1700000600}'),
        ("minus-alone", '{"exp":-}'),
        ("leading-zero", '{"exp":01700000600}'),
        ("leading-dot", '{"exp":.5}'),
        ("trailing-dot", '{"exp":1700000600.}'),
        ("exponent-empty", '{"exp":1e}'),
        ("exponent-sign", '{"exp":1e+}'),
        ("hex", '{"exp":0x6553f100}'),
        ("underscore", '{"exp":1_700_000_600}'),
        ("true-upper", '{"exp":1700000600,"x":True}'),
    ):
        text("json-" + case_id, payload, 5001)
    text("json-bad-utf8", b'{"exp":1700000600,"x":"\xc3"}', 5001)
    text("json-utf16", '{"exp":1700000600}'.encode("utf-16-be"), 5001)
    text("duplicate-exp", '{"exp":1700000600,"exp":1700000600}', 5002)
    text("duplicate-escaped", '{"exp":1700000600,"e\\u0078p":1}', 5002)
    text("duplicate-private", '{"exp":1700000600,"a":1,"b":2,"a":1}', 5002)
    text("duplicate-case", '{"exp":1700000600,"a":1,"A":2}', 0)
    value: Any
    for name in ("iss", "sub", "jti"):
        for case_id, value in (("null", None), ("number", 1), ("true", True), ("array", ["x"]), ("object", {"a": 1})):
            say(f"type-{name}-{case_id}", {name: value}, 5003)
        say(f"type-{name}-empty", {name: ""}, 0)
    for name in ("exp", "nbf", "iat"):
        for case_id, value in (
            ("null", None),
            ("text", "1700000600"),
            ("false", False),
            ("array", [1]),
            ("object", {}),
        ):
            say(f"type-{name}-{case_id}", {name: value}, 5003)
    for case_id, value in (
        ("null", None),
        ("number", 1),
        ("false", False),
        ("object", {"a": 1}),
        ("array-number", ["a", 1]),
        ("array-null", [None]),
        ("array-array", [["a"]]),
    ):
        say("type-aud-" + case_id, {"aud": value}, 5003, audience="a")
        say("type-aud-" + case_id + "-ignored", {"aud": value}, 5003, ignore_audience=True)
    text("missing-exp", '{"sub":"a"}', 5004)
    text("missing-all", "{}", 5004)
    text("missing-exp-upper", '{"EXP":1700000600}', 5004)
    say("missing-iss", {}, 5004, issuer="i")
    say("missing-aud", {}, 5004, audience="a")
    say("missing-sub", {}, 5004, subject="s")
    say("missing-iat", {}, 5004, max_age=60)
    say("missing-jti", {}, 5004, required=["jti"])
    say("missing-private", {}, 5004, required=["tenant"])
    say("missing-second", {"tenant": 1}, 5004, required=["tenant", "role"])
    say("missing-private-null", {"tenant": None}, 5004, required=["tenant"])
    for case_id, value in (("false", False), ("zero", 0), ("empty", ""), ("array", []), ("object", {})):
        say("required-" + case_id, {"tenant": value}, 0, required=["tenant"])
    say("required-jti", {"jti": "x"}, 0, required=["jti", "exp"])
    text("expired-at", '{"exp":1700000000}', 5005)
    text("expired-before", '{"exp":1700000001}', 0)
    text("expired-leeway-last", '{"exp":1699999971}', 0, leeway=30)
    text("expired-leeway", '{"exp":1699999970}', 5005, leeway=30)
    text("expired-leeway-300", '{"exp":1699999701}', 0, leeway=300)
    text("expired-leeway-301", '{"exp":1699999701}', 1005, leeway=301)
    text("expired-leeway-negative", '{"exp":1700000600}', 1005, leeway=-1)
    text("expired-boundary-option", '{"exp":1700000000}', 0, valid_at_expiry=True)
    text("expired-boundary-option-after", '{"exp":1699999999}', 5005, valid_at_expiry=True)
    text("expired-boundary-option-leeway", '{"exp":1699999970}', 0, valid_at_expiry=True, leeway=30)
    text("expired-boundary-option-leeway-after", '{"exp":1699999969}', 5005, valid_at_expiry=True, leeway=30)
    say("early", {"nbf": NOW + 1}, 5006)
    say("early-at", {"nbf": NOW}, 0)
    say("early-leeway-last", {"nbf": NOW + 30}, 0, leeway=30)
    say("early-leeway", {"nbf": NOW + 31}, 5006, leeway=30)
    say("early-past", {"nbf": 0}, 0)
    say("issued-later", {"iat": NOW + 86400}, 0, note="RFC 7519 section 4.1.6 has no rule for it")
    say("lifetime", {}, 0, max_lifetime=600)
    say("lifetime-over", {}, 5010, max_lifetime=599)
    say("lifetime-leeway", {}, 0, max_lifetime=570, leeway=30)
    say("lifetime-leeway-over", {}, 5010, max_lifetime=569, leeway=30)
    say("lifetime-by-iat", {"iat": NOW - 100}, 0, max_lifetime=700)
    say("lifetime-by-iat-over", {"iat": NOW - 101}, 5010, max_lifetime=700)
    say("lifetime-by-iat-no-leeway", {"iat": NOW - 101}, 5010, max_lifetime=700, leeway=30)
    say("lifetime-iat-later", {"iat": NOW + 599}, 0, max_lifetime=600)
    say("lifetime-year-9999", {"exp": 253402300799}, 5010, max_lifetime=86400)
    say("lifetime-year-9999-unlimited", {"exp": 253402300799}, 0)
    say("age", {"iat": NOW - 59}, 0, max_age=60)
    say("age-at", {"iat": NOW - 60}, 5011, max_age=60)
    say("age-leeway", {"iat": NOW - 89}, 0, max_age=60, leeway=30)
    say("age-leeway-at", {"iat": NOW - 90}, 5011, max_age=60, leeway=30)
    say("age-fraction", {"iat": NOW - 60.5}, 5011, max_age=60)
    say("age-later", {"iat": NOW + 1000}, 0, max_age=60)
    issuer = "https://issuer.example"
    say("issuer", {"iss": issuer}, 0, issuer=issuer)
    say("issuer-any", {"iss": "x"}, 0)
    text("issuer-escaped", '{"exp":1700000600,"iss":"https:\\/\\/issuer.example"}', 0, issuer=issuer)
    for case_id, value in (
        ("slash", issuer + "/"),
        ("prefix", issuer[:-1]),
        ("suffix", issuer + ".evil.example"),
        ("case", issuer.upper()),
        ("empty", ""),
        ("blank", issuer + " "),
        ("nul", issuer + "\u0000"),
    ):
        say("issuer-" + case_id, {"iss": value}, 5007, issuer=issuer)
    say("audience", {"aud": "svc"}, 0, audience=["svc"])
    say("audience-text", {"aud": "svc"}, 0, audience="svc")
    say("audience-list", {"aud": ["x", "svc"]}, 0, audience=["svc"])
    say("audience-any-of", {"aud": ["b"]}, 0, audience=["a", "b"])
    for case_id, value in (
        ("other", "x"),
        ("other-list", ["x", "y"]),
        ("empty-list", []),
        ("empty", ""),
        ("empty-item", [""]),
        ("case", "SVC"),
        ("prefix", "sv"),
        ("longer", "svcs"),
        ("space-list", "x svc"),
        ("comma-list", "x,svc"),
        ("star", "*"),
    ):
        say("audience-" + case_id, {"aud": value}, 5008, audience=["svc"])
    say("audience-unexpected", {"aud": "svc"}, 5009)
    say("audience-unexpected-list", {"aud": ["svc"]}, 5009)
    say("audience-unexpected-empty", {"aud": []}, 5009)
    say("audience-ignored", {"aud": "svc"}, 0, ignore_audience=True)
    say("audience-ignored-empty", {"aud": []}, 0, ignore_audience=True)
    say("subject", {"sub": "alice"}, 0, subject="alice")
    say("subject-other", {"sub": "bob"}, 5012, subject="alice")
    say("subject-case", {"sub": "Alice"}, 5012, subject="alice")
    say("subject-empty", {"sub": ""}, 5012, subject="alice")
    say("revoked", {"jti": "j-1"}, 6003, revoked=["j-1"])
    say("revoked-second", {"jti": "j-2"}, 6003, revoked=["j-1", "j-2"])
    say("revoked-other", {"jti": "j-3"}, 0, revoked=["j-1", "j-2"])
    say("revoked-no-jti", {}, 0, revoked=["j-1"])
    say("revoked-case", {"jti": "J-1"}, 0, revoked=["j-1"])
    say("clock", {}, 9001, now=0)
    say("clock-nbf", {"nbf": 1}, 9001, now=0)
    p: Json = {"jwt": {"leeway": 0, "issuer": issuer, "audience": ["svc"], "key": [{**KEY, "id": "k"}]}}
    full = sign({**GOOD, "iss": issuer, "aud": "svc"}, '{"alg":"HS256","kid":"k","typ":"JWT"}')
    s.decide("request", p, [APP, ["Authorization", "Bearer " + full]], 0, who="alice")
    s.decide("request-expired", p, [APP, ["Authorization", "Bearer " + full]], 5005, now=NOW + 600)
    s.decide("request-clock", p, [APP, ["Authorization", "Bearer " + full]], 9001, now=0)
    s.decide("request-one-dot", p, [APP, ["Authorization", "Bearer a.b"]], 3003)
    s.decide("request-padding", p, [APP, ["Authorization", "Bearer " + full + "="]], 3002)
    s.decide("request-tilde", p, [APP, ["Authorization", "Bearer " + full + "~"]], 3002)
    return s


def numeric_date() -> Suite:
    s = Suite("numeric_date", "NumericDate is any JSON number, compared exactly (RFC 7519 section 2)")

    def date(case_id: str, claims: str, code: int, **jwt: Any) -> None:
        verify(s, case_id, sign_bytes(HEAD.encode(), ("{" + claims + "}").encode()), code, **jwt)

    for number, code in (
        ("1700000001", 0),
        ("1700000000", 5005),
        ("1700000000.0", 5005),
        ("1700000000.000000000000000000001", 0),
        ("1699999999.999999999999999999999", 5005),
        ("1700000000.5", 0),
        ("17000000005e-1", 0),
        ("16999999999e-1", 5005),
        ("1.7000000005e9", 0),
        ("1.7000000005E+9", 0),
        ("1.7e9", 5005),
        ("1.8e9", 0),
        ("18e8", 0),
        ("0.0000000018e18", 0),
        ("18000000000000000000e-10", 0),
        ("1800000000" + "0" * 30 + "e-30", 0),
        ("1700000000." + "0" * 400 + "1", 0),
        ("1700000000." + "0" * 400, 5005),
        ("253402300799", 0),
        ("253402300800", 5003),
        ("253402300799e0", 0),
        ("2.53402300799e11", 0),
        ("2.534023008e11", 5003),
        ("-253402300799", 5005),
        ("-253402300800", 5003),
        ("0", 5005),
        ("-0", 5005),
        ("-0.0", 5005),
        ("0e999999999999", 5005),
        ("0.0e-5", 5005),
        ("-1", 5005),
        ("-1700000600", 5005),
        ("1e-400", 5005),
        ("-1e-400", 5005),
        ("1e-99999999999999999999", 5005),
        ("1e400", 5003),
        ("-1e400", 5003),
        ("1e99999999999999999999", 5003),
        ("9223372036854775807", 5003),
        ("9223372036854775808", 5003),
        ("-9223372036854775808", 5003),
        ("-9223372036854775809", 5003),
        ("18446744073709551615", 5003),
        ("18446744073709551616", 5003),
        ("18446744075409551616", 5003),
        ("340282366920938463463374607431768211456", 5003),
        ("4294967296", 0),
        ("9" * 1000, 5003),
        ("0." + "9" * 1000, 5005),
        ("1700003600000", 5003),
    ):
        name = number if len(number) < 24 else number[:12] + "-" + str(len(number))
        date("exp-" + name, '"exp":' + number, code)
    for number, code in (
        ("1700000000", 0),
        ("1700000000.0", 0),
        ("1700000000.000000000000000000001", 5006),
        ("1699999999.9", 0),
        ("1.7000000001e9", 5006),
        ("17e8", 0),
        ("-253402300799", 0),
        ("-253402300800", 5003),
        ("253402300799", 5006),
        ("1e400", 5003),
        ("-1e400", 5003),
        ("1e-400", 0),
    ):
        date("nbf-" + number, '"exp":1700000600,"nbf":' + number, code)
    date("exp-leeway-fraction", '"exp":1699999970.5', 0, leeway=30)
    date("exp-leeway-fraction-past", '"exp":1699999969.5', 5005, leeway=30)
    date("nbf-leeway-fraction", '"exp":1700000600,"nbf":1700000030.5', 5006, leeway=30)
    date("nbf-leeway-fraction-past", '"exp":1700000600,"nbf":1700000029.5', 0, leeway=30)
    date("valid-at-expiry-fraction", '"exp":1699999999.5', 5005, valid_at_expiry=True)
    date("valid-at-expiry-fraction-later", '"exp":1700000000.5', 0, valid_at_expiry=True)
    date("lifetime-fraction", '"exp":1700000600.5', 5010, max_lifetime=600)
    date("lifetime-iat-fraction", '"exp":1700000600.5,"iat":1700000000.5', 0, max_lifetime=601)
    date("lifetime-iat-fraction-over", '"exp":1700000600,"iat":1699999999.5', 5010, max_lifetime=600)
    date(
        "lifetime-iat-fraction-within-leeway",
        '"exp":1700000600.9,"iat":1700000000.1',
        5010,
        max_lifetime=600,
        leeway=30,
    )
    date("lifetime-iat-fraction-borrow", '"exp":1700000600.1,"iat":1700000000.9', 0, max_lifetime=600, leeway=30)
    date("lifetime-iat-far-past", '"exp":1700000600,"iat":-253402300799', 5010, max_lifetime=86400)
    date("age-fraction-before", '"exp":1700000600,"iat":1699999940.000000001', 0, max_age=60)
    date("age-fraction-at", '"exp":1700000600,"iat":1699999940.0', 5011, max_age=60)
    date("iat-out-of-range", '"exp":1700000600,"iat":253402300800', 5003)
    date("iat-in-range", '"exp":1700000600,"iat":253402300799', 0)
    return s


def sign_suite() -> Suite:
    s = Suite("sign", 'making a token: the header is {"alg":…,"typ":"JWT"[,"kid":…]}, the claims stand byte for byte')
    for algorithm in ("HS256", "HS384", "HS512"):
        given: Json = {"algorithm": algorithm, "secret": SECRET, "encoding": "utf8", "claims": compact(GOOD)}
        s.op("plain-" + algorithm.lower(), "jwt.sign", given, {"token": sign(GOOD, algorithm=algorithm)})
        head = compact({"alg": algorithm, "typ": "JWT", "kid": "2026-11"})
        s.op(
            "kid-" + algorithm.lower(),
            "jwt.sign",
            {**given, "kid": "2026-11"},
            {"token": sign(GOOD, head, algorithm=algorithm)},
        )
    base: Json = {"algorithm": "HS256", "secret": SECRET, "encoding": "utf8"}
    for case_id, claims in (
        ("empty", "{}"),
        ("white-space", ' { "exp" : 1 }\n'),
        ("utf8", '{"name":"é☃😀"}'),
        ("escapes", '{"name":"\\u00e9\\n"}'),
        ("nested", '{"a":{"b":[1,2,{"c":null}]}}'),
    ):
        s.op("claims-" + case_id, "jwt.sign", {**base, "claims": claims}, {"token": sign(claims)})
    raw = bytes(range(32))
    for encoding, text in (("hex", raw.hex()), ("base64", base64.b64encode(raw).decode()), ("base64url", b64(raw))):
        given = {"algorithm": "HS256", "secret": text, "encoding": encoding, "claims": "{}"}
        s.op("secret-" + encoding, "jwt.sign", given, {"token": sign("{}", secret=raw)})
    s.op(
        "secret-bytes",
        "jwt.sign",
        {"algorithm": "HS256", "secret": data(SECRET.encode()), "encoding": "utf8", "claims": "{}"},
        {"token": sign("{}")},
    )
    for case_id, claims, code in (
        ("array", "[]", 5001),
        ("text", "x", 5001),
        ("empty-text", "", 5001),
        ("trailing-comma", '{"a":1,}', 5001),
        ("duplicate", '{"a":1,"a":2}', 5002),
    ):
        s.fails("bad-claims-" + case_id, "jwt.sign", {**base, "claims": claims}, code)
    s.fails("bad-secret-short", "jwt.sign", {**base, "secret": "short", "claims": "{}"}, 1006)
    s.fails("bad-secret-hs512", "jwt.sign", {**base, "algorithm": "HS512", "secret": "x" * 63, "claims": "{}"}, 1006)
    return s


PEM = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n"
SSH = "AAAAC3NzaC1lZDI1NTE5AAAAIFhOhDJZ8tWOxsBMPYSgmO1gdRSTUVYCkXgJ3uFbvKLd"
JWK = '{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T","alg":"HS256"}'


def key() -> Suite:
    s = Suite("key", "secrets: length by algorithm (RFC 7518 section 3.2), encoding, and texts that are no HMAC secret")

    def good(case_id: str, algorithm: str, secret: Any, encoding: str = "utf8") -> None:
        s.op(case_id, "key", {"algorithm": algorithm, "secret": secret, "encoding": encoding}, {"code": 0})

    def bad(case_id: str, algorithm: str, secret: Any, encoding: str = "utf8") -> None:
        s.fails(case_id, "key", {"algorithm": algorithm, "secret": secret, "encoding": encoding}, 1006)

    for algorithm, size in (("HS256", 32), ("HS384", 48), ("HS512", 64)):
        name = algorithm.lower()
        good(f"{name}-exact", algorithm, "x" * size)
        good(f"{name}-longer", algorithm, "x" * (size + 1))
        good(f"{name}-block", algorithm, "x" * 128)
        good(f"{name}-longer-than-block", algorithm, "x" * 200)
        bad(f"{name}-short", algorithm, "x" * (size - 1))
        bad(f"{name}-empty", algorithm, "")
        good(f"{name}-hex", algorithm, "ab" * size, "hex")
        bad(f"{name}-hex-short", algorithm, "ab" * (size - 1), "hex")
        good(f"{name}-base64", algorithm, base64.b64encode(bytes(range(size))).decode(), "base64")
        good(f"{name}-base64url", algorithm, b64(bytes(range(size))), "base64url")
        bad(f"{name}-base64url-short", algorithm, b64(bytes(range(size - 1))), "base64url")
    good("bytes", "HS256", data(bytes(range(128, 160))))
    good("zero-bytes", "HS256", data(bytes(32)))
    good("spaces-count", "HS256", "x" * 30 + " \n")
    good("hex-upper-case", "HS256", "AB" * 32, "hex")
    bad("hex-odd", "HS256", "a" * 65, "hex")
    bad("hex-letter", "HS256", "ag" * 32, "hex")
    bad("hex-prefix", "HS256", "0x" + "ab" * 32, "hex")
    bad("hex-newline", "HS256", "ab" * 32 + "\n", "hex")
    bad("hex-spaces", "HS256", "ab " * 32, "hex")
    bad("base64-letter", "HS256", "!" * 44, "base64")
    bad("base64-url-letters", "HS256", "-_" * 22, "base64")
    bad("base64-newline", "HS256", base64.b64encode(bytes(48)).decode() + "\n", "base64")
    bad("base64-padding-inside", "HS256", "AA==" * 16, "base64")
    bad("base64url-plain-letters", "HS256", "+/" * 32, "base64url")
    bad("base64url-length", "HS256", "A" * 45, "base64url")
    bad("base64url-trailing-bits", "HS256", "A" * 42 + "B", "base64url")
    bad("base64url-newline", "HS256", b64(bytes(48)) + "\n", "base64url")
    bad("pem", "HS256", PEM)
    bad("pem-leading-space", "HS256", " \r\n\t" + PEM)
    bad("pem-bom", "HS256", "\ufeff" + PEM)
    bad("pem-rsa-private", "HS256", PEM.replace("PUBLIC KEY", "RSA PRIVATE KEY"))
    bad("pem-certificate", "HS256", PEM.replace("PUBLIC KEY", "CERTIFICATE"))
    bad("pem-openssh", "HS256", PEM.replace("PUBLIC KEY", "OPENSSH PRIVATE KEY"))
    bad("pem-in-base64", "HS256", base64.b64encode(PEM.encode()).decode(), "base64")
    bad("pem-in-hex", "HS256", PEM.encode().hex(), "hex")
    bad("ssh-rsa", "HS256", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7 user@host")
    bad("ssh-ed25519", "HS256", "ssh-ed25519 " + SSH)
    bad("ssh-ecdsa", "HS256", "ecdsa-sha2-nistp256 " + SSH)
    bad("ssh-sk", "HS256", "sk-ssh-ed25519@openssh.com " + SSH)
    bad("ssh-leading-space", "HS256", "\n ssh-ed25519 " + SSH)
    bad("jwk", "HS256", JWK)
    bad("jwk-leading-space", "HS256", "  \n" + JWK)
    bad("jwk-spaced", "HS256", JWK.replace(":", " : ").replace("{", "{\n "))
    bad("jwk-bom", "HS256", "\ufeff" + JWK)
    bad("jwk-set", "HS256", '{"keys":[' + JWK + "]}")
    bad("jwk-array", "HS256", "[" + JWK + "]")
    bad("jwk-in-base64url", "HS256", b64(JWK.encode()), "base64url")
    spki = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200") + b"\x04" + bytes(range(64))
    bad("der-ec-public", "HS256", spki.hex(), "hex")
    bad("der-ec-public-base64", "HS256", base64.b64encode(spki).decode(), "base64")
    rsa = bytes.fromhex("30820122300d06092a864886f70d01010105000382010f00") + bytes(n % 256 for n in range(270))
    bad("der-rsa-public", "HS256", rsa.hex(), "hex")
    good("brace-first", "HS256", "{not a key, only a secret that begins so}")
    good("dashes-first", "HS256", "-----this-is-only-a-secret-with-dashes")
    good("ssh-inside", "HS256", "my-secret-is-not-ssh-rsa-at-all-0123456")
    good("zero-digit-first", "HS256", "0" * 40)
    return s


def claims_read() -> Suite:
    s = Suite("claims_read", "reading a claim by path; absent and other kinds are null")
    doc = (
        '{"s":"text","e":"","u":"\\u00e9\\ud83d\\ude00","i":42,"n":-7,"z":0,"f":1.5,"g":2.0,"x":4e2,"b":true,"c":false,'
        '"nul":null,"o":{"a":{"b":"deep"},"s":"inner","":"unnamed"},"l":[1, "two"],"big":9223372036854775807,'
        '"bigger":9223372036854775808,"min":-9223372036854775808,"https://x/y":"url","a.b":"dot","\\u0065s":"escaped"}'
    )
    for case_id, path, kind, value in (
        ("string", ["s"], "string", "text"),
        ("string-empty", ["e"], "string", ""),
        ("string-escaped", ["u"], "string", "é😀"),
        ("string-nested", ["o", "s"], "string", "inner"),
        ("string-deep", ["o", "a", "b"], "string", "deep"),
        ("string-empty-name", ["o", ""], "string", "unnamed"),
        ("string-url-name", ["https://x/y"], "string", "url"),
        ("string-dot-name", ["a.b"], "string", "dot"),
        ("string-escaped-name", ["es"], "string", "escaped"),
        ("string-of-number", ["i"], "string", None),
        ("string-of-null", ["nul"], "string", None),
        ("string-of-object", ["o"], "string", None),
        ("string-absent", ["nope"], "string", None),
        ("string-absent-nested", ["o", "nope"], "string", None),
        ("string-through-text", ["s", "a"], "string", None),
        ("string-through-list", ["l", "0"], "string", None),
        ("string-name-case", ["S"], "string", None),
        ("integer", ["i"], "integer", 42),
        ("integer-negative", ["n"], "integer", -7),
        ("integer-zero", ["z"], "integer", 0),
        ("integer-max", ["big"], "integer", 9223372036854775807),
        ("integer-min", ["min"], "integer", -9223372036854775808),
        ("integer-too-big", ["bigger"], "integer", None),
        ("integer-fraction", ["f"], "integer", None),
        ("integer-of-text", ["s"], "integer", None),
        ("integer-of-bool", ["b"], "integer", None),
        ("integer-absent", ["nope"], "integer", None),
        ("bool-true", ["b"], "bool", True),
        ("bool-false", ["c"], "bool", False),
        ("bool-of-number", ["i"], "bool", None),
        ("bool-of-null", ["nul"], "bool", None),
        ("raw-text", ["s"], "raw", '"text"'),
        ("raw-escaped", ["u"], "raw", '"\\u00e9\\ud83d\\ude00"'),
        ("raw-number", ["f"], "raw", "1.5"),
        ("raw-list", ["l"], "raw", '[1, "two"]'),
        ("raw-object", ["o", "a"], "raw", '{"b":"deep"}'),
        ("raw-null", ["nul"], "raw", "null"),
        ("raw-absent", ["nope"], "raw", None),
    ):
        s.op(case_id, "claim.read", {"text": doc, "path": path, "kind": kind}, {"value": value})
    return s


def suites() -> list[Suite]:
    """The suites of this module, in the order of the path."""
    return [jwt_form(), jwt_header(), jwt_proof(), jwt_claims(), numeric_date(), sign_suite(), key(), claims_read()]
