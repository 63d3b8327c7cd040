"""The stages before the credential: request, host, forwarded, origin, fetch metadata."""

from __future__ import annotations

from typing import Any

from forge import SECRET, TOKEN, digest
from suite import Headers, Json, Suite, data

CI: Json = {"id": "ci", "sha256": digest(TOKEN)}
AUTH = ["Authorization", "Bearer " + TOKEN]
APP = ["Host", "app.example.com"]


def policy(**tables: Any) -> Json:
    """A policy with the test capability; a table given here is added."""
    return {**tables, "capability": [CI]}


def open_policy(**tables: Any) -> Json:
    """A policy under which only Host and Origin decide."""
    return {**tables, "credential": {"anonymous": True}}


def headers(*extra: list[Any]) -> Headers:
    """Host, these, and a good credential."""
    return [APP, *[list(pair) for pair in extra], AUTH]


def request() -> Suite:
    s = Suite("request", "limits of the request and bytes of the target")
    p = policy()
    q = policy(credential={"places": ["query:token"]})
    c = policy(credential={"places": ["cookie:session"]})
    many = [[f"X-{n}", "v"] for n in range(200)]
    s.decide("plain", p, headers(), 0, who="ci")
    s.decide("names-upper-case", p, [["HOST", "app.example.com"], ["AUTHORIZATION", AUTH[1]]], 0, who="ci")
    s.decide("names-lower-case", p, [["host", "app.example.com"], ["authorization", AUTH[1]]], 0, who="ci")
    s.decide("other-method", p, headers(), 0, method="DELETE")
    s.decide("no-headers", p, [], 2301)
    s.decide("peer-unknown", p, headers(), 0, peer=None)
    s.decide("peer-ipv6", p, headers(), 0, peer="2001:db8::7")
    s.decide("headers-128", p, headers(*many[:126]), 0)
    s.decide("headers-129", p, headers(*many[:127]), 2001)
    s.decide("headers-202", p, headers(*many), 2001)
    s.decide("headers-129-nothing-else", p, many[:129], 2001)
    tail = "&token=" + TOKEN
    s.decide("target-8192", q, [APP], 0, target="/ws?a=" + "x" * (8192 - 6 - len(tail)) + tail)
    s.decide("target-8193", q, [APP], 2001, target="/ws?a=" + "x" * (8193 - 6 - len(tail)) + tail)
    s.decide("target-9000-not-read", p, headers(), 0, target="/" + "x" * 9000, note="no query place reads the target")
    s.decide("target-space", q, [APP], 2002, target="/ws?token=" + TOKEN + " ")
    s.decide("target-tab", q, [APP], 2002, target="/ws?a=\t&token=" + TOKEN)
    s.decide("target-nul", q, [APP], 2002, target="/ws\u0000?token=" + TOKEN)
    s.decide("target-del", q, [APP], 2002, target="/ws?a=\u007f&token=" + TOKEN)
    s.decide("target-utf8", q, [APP], 2002, target="/wé?token=" + TOKEN)
    s.decide("target-bytes", q, [APP], 2002, target=data(b"/ws?token=\xff\xfe"))
    s.decide("target-crlf", q, [APP], 2002, target="/ws\r\nHost: evil?token=" + TOKEN)
    s.decide("target-utf8-not-read", p, headers(), 0, target="/wé")
    s.decide("target-empty", q, [APP], 2301, target="")
    s.decide("target-absolute", q, [APP], 0, target="https://app.example.com/ws?token=" + TOKEN)
    s.decide("target-star", q, [APP], 2301, method="OPTIONS", target="*")
    fetch = ["Sec-Fetch-Site", "same-origin"]
    pair = "session=" + TOKEN + "; x="
    s.decide("cookie-16384", c, [APP, fetch, ["Cookie", pair + "y" * (16384 - len(pair))]], 0, who="ci")
    s.decide("cookie-16385", c, [APP, fetch, ["Cookie", pair + "y" * (16385 - len(pair))]], 2001)
    s.decide(
        "cookie-two-lines-20000",
        c,
        [APP, fetch, ["Cookie", pair + "y" * 10000], ["Cookie", "z=" + "z" * 9960]],
        2001,
    )
    return s


def scratch() -> Suite:
    s = Suite("scratch", "a scratch buffer that is too small is the caller's fault")
    p = {"jwt": {"key": [{"algorithm": "HS256", "secret": SECRET, "encoding": "utf8"}]}}
    s.fails("scratch-0", "scratch", {"policy": p, "scratch": 0}, 1004)
    s.fails("scratch-100", "scratch", {"policy": p, "scratch": 100}, 1004)
    return s


def host() -> Suite:
    s = Suite("host", "which name was asked for: the grammar of Host, the list, the loopback default")

    def listed(*names: str) -> Json:
        return policy(host={"allow": list(names)})

    def ask(case_id: str, p: Json, name: Any, code: int, **more: Any) -> None:
        s.decide(case_id, p, [["Host", name], AUTH], code, **more)

    one = listed("app.example.com")
    ask("exact", one, "app.example.com", 0)
    ask("folded", one, "APP.Example.COM", 0)
    ask("default-port-https", one, "app.example.com:443", 0)
    ask("default-port-http", one, "app.example.com:80", 0, scheme="http")
    ask("default-port-ws", one, "app.example.com:80", 0, scheme="ws")
    ask("default-port-wss", one, "app.example.com:443", 0, scheme="wss")
    ask("port-of-other-scheme", one, "app.example.com:80", 2104)
    ask("other-port", one, "app.example.com:8443", 2104)
    ask("other-name", one, "evil.example", 2104)
    ask("suffix", one, "app.example.com.evil.example", 2104)
    ask("prefix", one, "xapp.example.com", 2104)
    ask("parent", one, "example.com", 2104)
    ask("child", one, "a.app.example.com", 2104)
    ask("address", one, "203.0.113.1", 2104)
    ask("rebound", listed("localhost:*", "127.0.0.1:*"), "rebind.evil.example:3000", 2104, scheme="http")
    ask("rule-folded", listed("App.Example.Com"), "app.example.com", 0)
    ask("rule-port", listed("app.example.com:8443"), "app.example.com:8443", 0)
    ask("rule-port-missing", listed("app.example.com:8443"), "app.example.com", 2104)
    ask("rule-any-port", listed("app.example.com:*"), "app.example.com:65535", 0)
    ask("rule-any-port-default", listed("app.example.com:*"), "app.example.com", 0)
    ask("second-rule", listed("a.example", "app.example.com"), "app.example.com", 0)
    wild = listed("*.apps.example.com")
    ask("wild", wild, "one.apps.example.com", 0)
    ask("wild-folded", wild, "One.Apps.example.com", 0)
    ask("wild-two-labels", wild, "a.b.apps.example.com", 2104)
    ask("wild-apex", wild, "apps.example.com", 2104)
    ask("wild-suffix", wild, "xapps.example.com", 2104)
    ask("wild-port", wild, "one.apps.example.com:8443", 2104)
    ask("wild-any-port", listed("*.apps.example.com:*"), "one.apps.example.com:8443", 0)
    ask("ipv4", listed("192.0.2.7:8080"), "192.0.2.7:8080", 0)
    ask("ipv6", listed("[::1]:3000"), "[::1]:3000", 0)
    ask("ipv6-long-form", listed("[::1]:3000"), "[0:0:0:0:0:0:0:1]:3000", 0)
    ask("ipv6-upper-case", listed("[2001:db8::a]"), "[2001:DB8::A]", 0)
    ask("ipv6-other", listed("[::1]:3000"), "[::2]:3000", 2104)
    ask("ipv6-mapped-is-no-ipv4", listed("127.0.0.1:*"), "[::ffff:127.0.0.1]:80", 2104)
    s.decide("missing-listed", one, [AUTH], 2101)
    s.decide("missing-wild", wild, [AUTH], 2101)
    s.decide("missing-no-list", policy(), [AUTH], 0, note="nothing needs the name")
    s.decide("missing-compared", policy(), [["Origin", "https://app.example.com"], AUTH], 2101)
    s.decide("missing-unchecked", policy(host={"unchecked": True}), [AUTH], 0)
    two = [["Host", "app.example.com"], ["Host", "evil.example"], AUTH]
    s.decide("two", one, two, 2102)
    s.decide("two-no-list", policy(), two, 2102)
    s.decide("two-equal", one, [APP, APP, AUTH], 2102)
    # RFC 9112 §3.2.2: a target of absolute form names the host, and Host must say the same.
    for case_id, target, code in (
        ("same", "https://app.example.com/ws", 0),
        ("same-folded", "HTTPS://App.Example.Com/ws", 0),
        ("same-no-path", "https://app.example.com", 0),
        ("same-query", "https://app.example.com?x=//evil.example", 0),
        ("other", "https://evil.example/ws", 2102),
        ("other-scheme", "ws://evil.example/ws", 2102),
        ("other-no-path", "http://evil.example?x", 2102),
        ("other-port", "https://app.example.com:8443/ws", 2102),
        ("user-info", "https://app.example.com@evil.example/ws", 2102),
        ("empty", "https:///ws", 2102),
        ("origin-form", "/ws?u=https://evil.example/", 0),
        ("origin-form-colon", "/ws:https://evil.example/", 0),
        ("asterisk", "*", 0),
    ):
        s.decide("target-" + case_id, one, [APP, AUTH], code, target=target)
    s.decide("target-alone", one, [AUTH], 0, target="https://app.example.com/ws")
    s.decide("target-alone-other", one, [AUTH], 2104, target="https://evil.example/ws")
    s.decide("target-other-no-list", policy(), [APP, AUTH], 2102, target="https://evil.example/ws")
    own = [["Origin", "https://evil.example"], APP, AUTH]
    s.decide("target-other-page-of-it", policy(), own, 2102, target="https://evil.example/ws")
    s.decide("two-other-case", one, [APP, ["HOST", "app.example.com"], AUTH], 2102)
    s.decide("two-unchecked", policy(host={"unchecked": True}), two, 0, note="no Origin is compared with it")
    s.decide(
        "two-unchecked-compared",
        policy(host={"unchecked": True}),
        [["Origin", "https://app.example.com"], *two],
        2102,
    )
    any_host = policy()
    for case_id, name in (
        ("empty", ""),
        ("space", " "),
        ("leading-space", " app.example.com"),
        ("trailing-space", "app.example.com "),
        ("trailing-dot", "app.example.com."),
        ("only-dot", "."),
        ("double-dot", "app..example.com"),
        ("leading-dot", ".example.com"),
        ("label-leading-hyphen", "-app.example.com"),
        ("label-trailing-hyphen", "app-.example.com"),
        ("label-64", "a" * 64 + ".example.com"),
        ("name-254", ".".join(["a" * 62] * 4) + ".ab"),
        ("user-info", "evil@app.example.com"),
        ("path", "app.example.com/x"),
        ("backslash", "app.example.com\\x"),
        ("query", "app.example.com?x"),
        ("fragment", "app.example.com#x"),
        ("comma", "app.example.com,evil.example"),
        ("scheme", "https://app.example.com"),
        ("percent", "app%2eexample.com"),
        ("star", "*.example.com"),
        ("utf8", "bücher.example"),
        ("nul", "app.example.com\u0000"),
        ("tab", "app.example.com\t"),
        ("port-empty", "app.example.com:"),
        ("port-0", "app.example.com:0"),
        ("port-65536", "app.example.com:65536"),
        ("port-leading-zero", "app.example.com:0443"),
        ("port-sign", "app.example.com:+443"),
        ("port-text", "app.example.com:https"),
        ("port-two", "app.example.com:443:443"),
        ("port-only", ":443"),
        ("port-u32", "app.example.com:4294967739"),
        ("ipv4-octal", "0177.0.0.1"),
        ("ipv4-short", "127.1"),
        ("ipv4-number", "2130706433"),
        ("ipv4-hex", "0x7f000001"),
        ("ipv4-hex-label", "127.0.0.0x1"),
        ("ipv4-256", "127.0.0.256"),
        ("ipv4-five", "1.2.3.4.5"),
        ("last-label-digits", "app.example.123"),
        ("ipv6-no-brackets", "::1"),
        ("ipv6-open", "[::1"),
        ("ipv6-close", "::1]"),
        ("ipv6-empty", "[]"),
        ("ipv6-zone", "[fe80::1%25eth0]"),
        ("ipv6-after", "[::1]x"),
        ("ipv6-two-gaps", "[1::2::3]"),
        ("ipv6-nine", "[1:2:3:4:5:6:7:8:9]"),
        ("ipv6-five-digits", "[::12345]"),
        ("ipv6-ipv4", "[127.0.0.1]"),
        ("ipv6-future", "[v1.x]"),
    ):
        ask("bad-" + case_id, any_host, name, 2103)
    ask("bad-bytes", any_host, data(b"app.\xff.com"), 2103)
    ask("bad-unchecked", policy(host={"unchecked": True}), "a b", 0)
    s.decide(
        "bad-unchecked-compared",
        policy(host={"unchecked": True}),
        [["Host", "a b"], ["Origin", "https://app.example.com"], AUTH],
        2103,
    )
    for case_id, name in (
        ("single-label", "localhost"),
        ("underscore", "my_app.example.com"),
        ("hyphens", "xn--bcher-kva.example"),
        ("label-63", "a" * 63 + ".example.com"),
        ("name-253", ".".join(["a" * 62] * 4) + ".a"),
        ("digits-in-front", "3com.example"),
        ("port-1", "app.example.com:1"),
        ("ipv4-plain", "192.0.2.7"),
        ("ipv6-plain", "[2001:db8::1]"),
    ):
        ask("good-" + case_id, any_host, name, 0)

    local = policy(listen={"address": "127.0.0.1:8080"})
    for case_id, name, code in (
        ("localhost", "localhost:8080", 0),
        ("localhost-no-port", "localhost", 0),
        ("localhost-folded", "LOCALHOST:8080", 0),
        ("ipv4", "127.0.0.1:8080", 0),
        ("ipv4-other-port", "127.0.0.1:9", 0),
        ("ipv6", "[::1]:8080", 0),
        ("other-name", "rebind.evil.example:8080", 2104),
        ("zero", "0.0.0.0:8080", 2104),
        ("second-loopback", "127.0.0.2:8080", 2104),
        ("sub-localhost", "a.localhost:8080", 2104),
    ):
        ask("default-list-" + case_id, local, name, code, scheme="http", peer="127.0.0.1")
    ask("default-list-by-ipv6", policy(listen={"address": "[::1]:8080"}), "evil.example", 2104, scheme="http")
    ask("default-list-by-name", policy(listen={"address": "localhost:8080"}), "evil.example", 2104, scheme="http")
    ask("default-list-by-127-8", policy(listen={"address": "127.8.8.8:80"}), "evil.example", 2104, scheme="http")
    ask("default-list-none", policy(listen={"address": "0.0.0.0:8080"}), "evil.example", 0, scheme="http")
    ask(
        "default-list-replaced",
        policy(listen={"address": "127.0.0.1:8080"}, host={"allow": ["app.example.com"]}),
        "localhost:8080",
        2104,
        scheme="http",
    )
    ask(
        "default-list-unchecked",
        policy(listen={"address": "127.0.0.1:8080"}, host={"unchecked": True}),
        "evil.example",
        0,
        scheme="http",
    )

    for case_id, value, scheme, name, port in (
        ("name", "app.example.com", "https", "app.example.com", 443),
        ("folded", "APP.Example.com:8080", "http", "app.example.com", 8080),
        ("ws", "localhost", "ws", "localhost", 80),
        ("wss", "localhost", "wss", "localhost", 443),
        ("default-port", "a.example:80", "http", "a.example", 80),
        ("ipv4", "127.0.0.1:3000", "http", "127.0.0.1", 3000),
        ("ipv6", "[::1]", "http", "[::1]", 80),
        ("ipv6-long", "[2001:0DB8:0:0:0:0:0:1]:1", "http", "[2001:db8::1]", 1),
        ("ipv6-first-longest-run", "[1:0:0:2:0:0:0:3]", "http", "[1:0:0:2::3]", 80),
        ("ipv6-equal-runs", "[1:0:0:2:3:0:0:4]", "http", "[1::2:3:0:0:4]", 80),
        ("ipv6-single-zero", "[1:2:3:0:5:6:7:8]", "http", "[1:2:3:0:5:6:7:8]", 80),
        ("ipv6-unspecified", "[0:0:0:0:0:0:0:0]", "http", "[::]", 80),
        ("ipv6-mapped", "[::ffff:127.0.0.1]", "http", "[::ffff:7f00:1]", 80),
        ("ipv6-trailing-zeros", "[2001:db8:0:0:0:0:0:0]", "http", "[2001:db8::]", 80),
        ("underscore", "_dmarc.example", "https", "_dmarc.example", 443),
        ("high-port", "a.example:65535", "https", "a.example", 65535),
    ):
        s.op("parse-" + case_id, "host.parse", {"value": value, "scheme": scheme}, {"host": name, "port": port})
    for case_id, value in (
        ("empty", ""),
        ("dot", "a.example."),
        ("space", "a example"),
        ("port", "a.example:65536"),
        ("zone", "[::1%lo]"),
        ("number", "1"),
        ("hex-only", "0x"),
        ("mapped-bad", "[::ffff:127.0.0.256]"),
        ("mapped-zero", "[::ffff:127.0.0.01]"),
    ):
        s.fails("parse-bad-" + case_id, "host.parse", {"value": value, "scheme": "http"}, 2103)
    s.fails("parse-bad-bytes", "host.parse", {"value": data(b"\xc3\xa9"), "scheme": "http"}, 2103)
    return s


def forwarded() -> Suite:
    s = Suite("forwarded", "X-Forwarded-Host, X-Forwarded-Proto and Forwarded, from a trusted proxy and from others")
    origin = ["Origin", "https://app.example.com"]
    inner = ["Host", "10.0.0.5:8080"]

    def xfh(value: Any) -> list[Any]:
        return ["X-Forwarded-Host", value]

    def xfp(value: Any) -> list[Any]:
        return ["X-Forwarded-Proto", value]

    def fwd(value: Any) -> list[Any]:
        return ["Forwarded", value]

    base = policy(host={"allow": ["app.example.com"], "trusted_proxies": ["10.0.0.0/8", "2001:db8:1::/48"]})

    def via(case_id: str, pairs: Headers, code: int, **more: Any) -> None:
        given: Json = {"scheme": "http", "peer": "10.0.0.2", **more}
        s.decide(case_id, given.pop("policy", base), [*pairs, AUTH], code, **given)

    good = [inner, xfh("app.example.com"), xfp("https"), origin]
    via("x-forwarded", good, 0)
    via("x-forwarded-untrusted-peer", good, 2104, peer="192.0.2.1")
    via("x-forwarded-no-peer", good, 2104, peer=None)
    via("x-forwarded-ipv6-peer", good, 0, peer="2001:db8:1::9")
    via("x-forwarded-ipv6-peer-outside", good, 2104, peer="2001:db8:2::9")
    via("host-kept", [APP, xfp("https"), origin], 0, note="X-Forwarded-Host is not needed")
    via("host-replaced", [APP, xfh("evil.example"), xfp("https")], 2104)
    via("host-port-default-by-proto", [inner, xfh("app.example.com:443"), xfp("https"), origin], 0)
    via("host-port-other", [inner, xfh("app.example.com:8443"), xfp("https"), origin], 2104)
    via("host-first-hop", [inner, xfh("app.example.com, inner.example"), xfp("https, http"), origin], 0)
    via("host-second-hop", [inner, xfh("inner.example, app.example.com"), xfp("https")], 2104)
    via("host-two-lines", [inner, xfh("app.example.com"), xfh("evil.example"), xfp("https"), origin], 0)
    via("host-two-lines-other-order", [inner, xfh("evil.example"), xfh("app.example.com"), xfp("https")], 2104)
    via("host-blank-around", [inner, xfh("  app.example.com\t, x"), xfp(" https "), origin], 0)
    via("host-empty", [APP, xfh("")], 2105)
    via("host-empty-first-hop", [APP, xfh(", app.example.com")], 2105)
    via("host-malformed", [APP, xfh("app.example.com/x")], 2105)
    via("host-user-info", [APP, xfh("evil@app.example.com")], 2105)
    via("host-trailing-dot", [APP, xfh("app.example.com.")], 2105)
    via("host-bytes", [APP, xfh(data(b"\xff"))], 2105)
    via("host-empty-untrusted", [APP, xfh("")], 0, peer="192.0.2.1", note="nothing from this peer is read")
    via("proto-http", [APP, xfp("http"), ["Origin", "http://app.example.com"]], 0)
    via("proto-ws", [APP, xfp("ws"), ["Origin", "http://app.example.com"]], 0)
    via("proto-wss", [APP, xfp("wss"), origin], 0)
    via("proto-downgrade", [APP, xfp("http"), origin], 2205, scheme="https")
    via("proto-upper-case", [APP, xfp("HTTPS"), origin], 0, note="schemes have no case (RFC 3986 section 3.1)")
    via("proto-unknown", [APP, xfp("ftp")], 2106)
    via("proto-colon", [APP, xfp("https:")], 2106)
    via("proto-text", [APP, xfp("https http")], 2106)
    via("proto-empty", [APP, xfp("")], 2105)
    via("proto-empty-first-hop", [APP, xfp(", https")], 2105)
    via("proto-unknown-untrusted", [APP, xfp("ftp"), ["Origin", "http://app.example.com"]], 0, peer="192.0.2.1")
    via("proto-two-lines", [APP, xfp("https"), xfp("http"), origin], 0)
    via("proto-absent", [APP, origin], 2205, note="the connection is http and nothing says otherwise")
    via(
        "proto-absent-page-https",
        [APP, origin],
        0,
        policy=policy(host={"allow": ["app.example.com"]}, origin={"https_page_on_http": True}),
    )
    via("forwarded", [inner, fwd("for=192.0.2.60;proto=https;host=app.example.com"), origin], 0)
    via("forwarded-untrusted", [inner, fwd("proto=https;host=app.example.com"), origin], 2104, peer="192.0.2.1")
    via("forwarded-quoted", [inner, fwd('proto="https";host="app.example.com:443"'), origin], 0)
    via(
        "forwarded-quoted-pair",
        [APP, fwd('proto=https;host="app.exam\\ple.com"'), origin],
        2105,
        note="no host has a character that needs a backslash",
    )
    via("forwarded-names-folded", [inner, fwd("Proto=https;HOST=app.example.com"), origin], 0)
    via("forwarded-blank", [inner, fwd("proto=https ; host=app.example.com , for=x"), origin], 0)
    via("forwarded-unquoted-port", [inner, fwd("proto=https;host=app.example.com:443"), origin], 0)
    via("forwarded-elements", [inner, fwd("for=a, host=app.example.com, proto=https, host=evil.example"), origin], 0)
    via("forwarded-first-host", [inner, fwd("host=evil.example;proto=https, host=app.example.com")], 2104)
    via("forwarded-two-lines", [inner, fwd("host=app.example.com"), fwd("proto=https"), origin], 0)
    via("forwarded-comma-in-quotes", [inner, fwd('for="a,host=evil.example";host=app.example.com;proto=https')], 0)
    via("forwarded-for-only", [APP, fwd("for=192.0.2.60"), ["Origin", "http://app.example.com"]], 0)
    via("forwarded-proto-only", [APP, fwd("for=x;proto=https"), origin], 0)
    via("forwarded-extension", [inner, fwd('secret=abc;host=app.example.com;proto=https;x="y"'), origin], 0)
    via("forwarded-proto-wss", [inner, fwd("proto=wss;host=app.example.com"), origin], 0)
    via("forwarded-proto-unknown", [inner, fwd("proto=gopher;host=app.example.com")], 2106)
    via("forwarded-proto-empty", [inner, fwd("proto=;host=app.example.com")], 2105)
    via("forwarded-host-empty", [APP, fwd("host=")], 2105)
    via("forwarded-host-malformed", [APP, fwd('host="a b"')], 2105)
    via("forwarded-open-quote", [APP, fwd('host="app.example.com')], 2105)
    via("forwarded-no-value", [APP, fwd("host")], 2105)
    via("forwarded-no-name", [APP, fwd("=app.example.com")], 2105)
    via("forwarded-text-after-quote", [APP, fwd('host="app.example.com"x')], 2105)
    via("forwarded-space-in-value", [APP, fwd("host=app.example.com evil.example")], 2105)
    via("agree", [inner, xfh("app.example.com"), xfp("https"), fwd("host=app.example.com;proto=https"), origin], 0)
    via(
        "agree-folded",
        [inner, xfh("APP.example.com:443"), xfp("https"), fwd("host=app.example.com;proto=wss"), origin],
        0,
    )
    via("disagree-host", [APP, xfh("app.example.com"), fwd("host=evil.example")], 2105)
    via("disagree-proto", [APP, xfp("http"), fwd("proto=https")], 2105)
    via("halves", [inner, xfh("app.example.com"), fwd("for=x;proto=https"), origin], 0)
    one = policy(host={"allow": ["app.example.com"], "trusted_proxies": ["10.0.0.2"]})
    via("proxy-address", good, 0, policy=one)
    via("proxy-address-other", good, 2104, policy=one, peer="10.0.0.3")
    via("host-missing-behind-proxy", [xfh("app.example.com"), xfp("https"), origin], 0)

    lenient = policy(host={"trusted_proxies": ["0.0.0.0/0", "::/0"], "forwarded_lenient": True})
    http = ["Origin", "http://app.example.com"]
    via("lenient-host-candidate", [APP, xfh("other.example"), http], 0, policy=lenient)
    via("lenient-forwarded-host-candidate", [inner, xfh("app.example.com"), http], 0, policy=lenient)
    via("lenient-neither", [inner, xfh("other.example"), http], 2205, policy=lenient)
    via("lenient-empty-host", [APP, xfh(""), http], 0, policy=lenient)
    via("lenient-malformed-host", [APP, xfh("a b"), http], 0, policy=lenient)
    via("lenient-unknown-proto", [APP, xfp("gopher"), http], 0, policy=lenient)
    via("lenient-empty-proto", [APP, xfp(""), http], 0, policy=lenient)
    via("lenient-colon", [APP, xfp("HTTPS:"), origin], 0, policy=lenient)
    via("lenient-two-colons", [APP, xfp("https::"), origin], 2205, policy=lenient)
    via("lenient-forwarded-ignored", [inner, fwd("host=app.example.com;proto=https"), origin], 2205, policy=lenient)
    via("lenient-forwarded-malformed", [APP, fwd('host="'), http], 0, policy=lenient)
    via("lenient-host-malformed", [["Host", "a b"], xfh("app.example.com"), http], 2103, policy=lenient)
    via("lenient-no-peer", [inner, xfh("app.example.com"), http], 2205, policy=lenient, peer=None)
    via("lenient-ipv6-peer", [inner, xfh("app.example.com"), http], 0, policy=lenient, peer="2001:db8::1")
    return s


def origin() -> Suite:
    s = Suite("origin", "which page asks: the modes, the list, the grammar of the header, the opt-outs")

    def ask(case_id: str, table: Json, value: Any, code: int, **more: Any) -> None:
        pairs = [APP] if value is None else [APP, ["Origin", value]]
        s.decide(case_id, open_policy(origin=table), pairs, code, **more)

    same: Json = {"mode": "same-origin"}
    ask("same", same, "https://app.example.com", 0)
    ask("same-by-default", {}, "https://app.example.com", 0)
    ask("same-wss", same, "https://app.example.com", 0, scheme="wss")
    ask("same-ws", same, "http://app.example.com", 0, scheme="ws")
    ask("same-other-scheme", same, "http://app.example.com", 2205)
    ask("same-other-port", same, "https://app.example.com:8443", 2205)
    ask("same-other-host", same, "https://evil.example", 2205)
    ask("same-sibling", same, "https://other.example.com", 2205)
    ask("same-wss-origin", same, "wss://app.example.com", 2205, note="no page has a wss origin")
    ask("same-absent", same, None, 0)
    ask("same-empty", same, "", 2203)
    ask("same-null", same, "null", 2204)
    s.decide(
        "same-port",
        open_policy(),
        [["Host", "localhost:3000"], ["Origin", "http://localhost:3000"]],
        0,
        scheme="http",
    )
    s.decide(
        "same-host-default-port",
        open_policy(),
        [["Host", "app.example.com:443"], ["Origin", "https://app.example.com"]],
        0,
    )
    s.decide("same-host-folded", open_policy(), [["Host", "APP.example.COM"], ["Origin", "https://app.example.com"]], 0)
    s.decide(
        "same-ipv6",
        open_policy(),
        [["Host", "[0:0:0:0:0:0:0:1]:3000"], ["Origin", "http://[::1]:3000"]],
        0,
        scheme="http",
    )
    lst: Json = {
        "mode": "list",
        "allow": [
            "https://app.example.com",
            "https://*.apps.example.com",
            "http://localhost:*",
            "tauri://localhost",
            "https://x.example:8443",
        ],
    }
    ask("list-exact", lst, "https://app.example.com", 0)
    ask("list-port", lst, "https://x.example:8443", 0)
    ask("list-port-missing", lst, "https://x.example", 2205)
    ask("list-wild", lst, "https://one.apps.example.com", 0)
    ask("list-wild-two", lst, "https://a.b.apps.example.com", 2205)
    ask("list-wild-apex", lst, "https://apps.example.com", 2205)
    ask("list-wild-suffix", lst, "https://one.apps.example.com.evil.example", 2205)
    ask("list-wild-scheme", lst, "http://one.apps.example.com", 2205)
    ask("list-wild-port", lst, "https://one.apps.example.com:444", 2205)
    ask("list-any-port", lst, "http://localhost:5173", 0)
    ask("list-any-port-none", lst, "http://localhost", 0)
    ask("list-any-port-scheme", lst, "https://localhost:5173", 2205)
    ask("list-any-port-address", lst, "http://127.0.0.1:5173", 2205, note="localhost and 127.0.0.1 are two names")
    ask("list-tauri", lst, "tauri://localhost", 0)
    ask("list-tauri-port", lst, "tauri://localhost:1", 2205)
    ask("list-same-origin-unlisted", {"mode": "list", "allow": ["https://a.example"]}, "https://app.example.com", 2205)
    ask("list-scheme-http", lst, "http://app.example.com", 2205)
    ask("list-null", lst, "null", 2204)
    ask("list-absent", lst, None, 0)
    either: Json = {"mode": "same-origin-or-list", "allow": ["https://other.example"]}
    ask("either-same", either, "https://app.example.com", 0)
    ask("either-listed", either, "https://other.example", 0)
    ask("either-none", either, "https://evil.example", 2205)
    ask("either-listed-scheme", either, "http://other.example", 2205)
    none: Json = {"mode": "none-allowed"}
    ask("none-same", none, "https://app.example.com", 2206)
    ask("none-evil", none, "https://evil.example", 2206)
    ask("none-null", none, "null", 2206)
    ask("none-empty", none, "", 2206)
    ask("none-malformed", none, "not an origin", 2206)
    ask("none-absent", none, None, 0)
    after: Json = {"mode": "after-credential"}
    ask("after-anonymous", after, "https://evil.example", 2206)
    ask("after-anonymous-absent", after, None, 0)
    p = policy(origin=after)
    s.decide("after-good", p, headers(["Origin", "capacitor://localhost"]), 0, who="ci")
    s.decide("after-other-site", p, headers(["Origin", "https://evil.example"]), 0, who="ci")
    s.decide("after-bad-token", p, [APP, ["Origin", "https://a.example"], ["Authorization", "Bearer nope"]], 4004)
    s.decide("after-no-token", p, [APP, ["Origin", "https://a.example"]], 2301)
    s.decide("after-malformed", p, headers(["Origin", "https://a.example/"]), 2203)
    s.decide("after-null", p, headers(["Origin", "null"]), 2204)
    s.decide("after-two", p, headers(["Origin", "https://a.example"], ["Origin", "https://a.example"]), 2202)
    both = policy(origin=after, credential={"places": ["authorization", "cookie:session"]})
    cookie = ["Cookie", "session=" + TOKEN]
    s.decide("after-cookie", both, [APP, ["Origin", "https://app.example.com"], cookie], 2206)
    s.decide("after-header-not-cookie", both, headers(["Origin", "https://app.example.com"]), 0, who="ci")
    off: Json = {"mode": "off"}
    ask("off-evil", off, "https://evil.example", 0)
    ask("off-null", off, "null", 0)
    ask("off-malformed", off, "not an origin", 0)
    ask("off-absent", off, None, 0)
    own = ["Origin", "https://app.example.com"]
    s.decide("off-two", open_policy(origin=off), [APP, own, own], 2202, note="two values deny in every mode")

    two = [APP, ["Origin", "https://app.example.com"], ["Origin", "https://app.example.com"]]
    s.decide("two-equal", open_policy(), two, 2202)
    s.decide("two-other", open_policy(), [APP, two[1], ["origin", "https://evil.example"]], 2202)
    s.decide("two-empty", open_policy(), [APP, ["Origin", ""], ["Origin", ""]], 2202)
    s.decide("two-none-allowed", open_policy(origin=none), two, 2202)

    ask("null-allowed", {"allow_null": True}, "null", 0)
    ask("null-allowed-folded", {"allow_null": True}, "Null", 2203)
    ask("null-allowed-other", {"allow_null": True}, "https://evil.example", 2205)
    ask("null-allowed-list", {**lst, "allow_null": True}, "null", 0)
    ask("absent-require", {"absent": "require"}, None, 2201)
    ask("absent-require-present", {"absent": "require"}, "https://app.example.com", 0)
    ask("absent-require-list", {**lst, "absent": "require"}, None, 2201)
    ask("absent-allow", {"absent": "allow"}, None, 0)
    jar = {"credential": {"places": ["cookie:session", "authorization"]}}
    s.decide("absent-cookie", policy(**jar), [APP, cookie], 2201)
    s.decide("absent-cookie-same-origin", policy(**jar), [APP, cookie, ["Sec-Fetch-Site", "same-origin"]], 0, who="ci")
    s.decide("absent-cookie-none", policy(**jar), [APP, cookie, ["Sec-Fetch-Site", "none"]], 0, who="ci")
    s.decide("absent-cookie-cross", policy(**jar), [APP, cookie, ["Sec-Fetch-Site", "cross-site"]], 2207)
    s.decide("absent-cookie-with-origin", policy(**jar), [APP, cookie, ["Origin", "https://app.example.com"]], 0)
    s.decide("absent-cookie-allow", policy(origin={"absent": "allow"}, **jar), [APP, cookie], 0)
    s.decide("absent-cookie-other-name", policy(**jar), [APP, ["Cookie", "theme=dark"], AUTH], 0)
    s.decide("absent-cookie-not-a-place", policy(), [APP, cookie, AUTH], 0)
    s.decide("absent-cookie-and-header", policy(**jar), [APP, cookie, AUTH], 2201)
    s.decide(
        "absent-cookie-fetch-site-ignored",
        policy(origin={"ignore_fetch_site": True}, **jar),
        [APP, cookie, ["Sec-Fetch-Site", "same-origin"]],
        2201,
        note="what is ignored cannot stand for the Origin",
    )

    def local(case_id: str, table: Json, name: str, value: str, code: int, scheme: str = "http") -> None:
        s.decide(case_id, open_policy(origin=table), [["Host", name], ["Origin", value]], code, scheme=scheme)

    alias: Json = {"loopback_aliases": True}
    local("alias-off", {}, "127.0.0.1:3000", "http://localhost:3000", 2205)
    local("alias-name", alias, "127.0.0.1:3000", "http://localhost:3000", 0)
    local("alias-ipv4", alias, "localhost:3000", "http://127.0.0.1:3000", 0)
    local("alias-ipv6", alias, "localhost:3000", "http://[::1]:3000", 0)
    local("alias-ipv6-host", alias, "[::1]:3000", "http://127.0.0.1:3000", 0)
    local("alias-port", alias, "127.0.0.1:3000", "http://localhost:3001", 2205)
    local("alias-scheme", alias, "127.0.0.1:3000", "https://localhost:3000", 2205)
    local("alias-second-loopback", alias, "127.0.0.1:3000", "http://127.0.0.2:3000", 2205)
    local("alias-zero", alias, "127.0.0.1:3000", "http://0.0.0.0:3000", 2205)
    local("alias-sub-name", alias, "localhost:3000", "http://a.localhost:3000", 2205)
    local("alias-other-host", alias, "app.example.com", "http://localhost", 2205)
    loose: Json = {"ignore_scheme": True}
    local("scheme-ignored", loose, "app.example.com", "http://app.example.com", 0, "https")
    local("scheme-ignored-other-way", loose, "app.example.com", "https://app.example.com", 0, "http")
    local("scheme-ignored-port", loose, "app.example.com:3000", "https://app.example.com:3000", 0, "http")
    local("scheme-ignored-other-port", loose, "app.example.com:3000", "https://app.example.com", 2205, "http")
    local("scheme-ignored-port-spelled", loose, "app.example.com:443", "https://app.example.com", 0, "http")
    local("scheme-ignored-host", loose, "app.example.com", "https://evil.example", 2205, "http")
    local("scheme-ignored-ftp", loose, "app.example.com", "ftp://app.example.com", 2205)
    local("scheme-ignored-wss", loose, "app.example.com", "wss://app.example.com", 2205)
    local("scheme-ignored-tauri", loose, "localhost", "tauri://localhost", 2205)
    page: Json = {"https_page_on_http": True}
    local("page-https", page, "app.example.com", "https://app.example.com", 0)
    local("page-https-port", page, "app.example.com:8443", "https://app.example.com:8443", 0)
    local("page-https-other-host", page, "app.example.com", "https://evil.example", 2205)
    local("page-https-other-port", page, "app.example.com", "https://app.example.com:8443", 2205)
    local("page-http", page, "app.example.com", "http://app.example.com", 0)
    local("page-http-on-https", page, "app.example.com", "http://app.example.com", 2205, "https")
    local("page-https-no-alias", {**page, **alias}, "127.0.0.1:3000", "https://localhost:3000", 2205)
    rough: Json = {"accept_unserialized": True}
    local("rough-scheme", rough, "app.example.com", "HTTPS://app.example.com", 0, "https")
    local("rough-host", rough, "app.example.com", "https://APP.example.com", 0, "https")
    local("rough-port", rough, "app.example.com", "https://app.example.com:443", 0, "https")
    local("rough-ipv6", rough, "[::1]:3000", "http://[0:0:0:0:0:0:0:1]:3000", 0)
    local("rough-slash", rough, "app.example.com", "https://app.example.com/", 2203, "https")
    local("rough-user-info", rough, "app.example.com", "https://u@app.example.com", 2203, "https")
    local("rough-port-zeros", rough, "app.example.com", "https://app.example.com:0443", 2203, "https")
    local("rough-space", rough, "app.example.com", " https://app.example.com", 2203, "https")
    local("rough-null", rough, "app.example.com", "null", 2204, "https")
    local("rough-comma", rough, "app.example.com", "https://app.example.com,", 2203, "https")
    ask("empty-absent", {"empty_is_absent": True}, "", 0)
    ask("empty-absent-space", {"empty_is_absent": True}, " ", 2203)
    ask("empty-absent-require", {"empty_is_absent": True, "absent": "require"}, "", 2201)
    ask("empty-absent-none-allowed", {"empty_is_absent": True, "mode": "none-allowed"}, "", 0)

    for case_id, value in (
        ("http", "http://example.com"),
        ("https", "https://example.com"),
        ("port", "https://example.com:8443"),
        ("other-default-port", "http://example.com:443"),
        ("single-label", "http://localhost"),
        ("single-label-port", "http://localhost:3000"),
        ("ipv4", "http://127.0.0.1"),
        ("ipv6", "http://[::1]:8080"),
        ("ipv6-run", "http://[2001:db8::1]"),
        ("ipv6-unspecified", "http://[::]"),
        ("punycode", "https://xn--bcher-kva.example"),
        ("underscore", "https://a_b.example"),
        ("file", "file://"),
        ("extension", "chrome-extension://abcdefghijklmnopabcdefghijklmnop"),
        ("webview", "vscode-webview://0g3dvp0j9tqd"),
        ("tauri", "tauri://localhost"),
        ("ionic-port", "ionic://localhost:8100"),
        ("scheme-signs", "a+b-c.d://host"),
        ("javascript", "javascript://example.com"),
        ("ws", "ws://example.com"),
        ("ftp-port", "ftp://example.com:2121"),
        ("high-port", "http://example.com:65535"),
        ("label-63", "http://" + "a" * 63 + ".example"),
    ):
        s.op("parse-" + case_id, "origin.parse", {"value": value}, {"decision": "allow"})
    for case_id, value in (
        ("empty", ""),
        ("space", " "),
        ("blank-in-front", " https://example.com"),
        ("blank-behind", "https://example.com "),
        ("tab", "https://exam\tple.com"),
        ("newline", "https://example.com\n"),
        ("nul", "https://example.com\u0000"),
        ("star", "*"),
        ("bare-host", "example.com"),
        ("bare-host-port", "localhost:8080"),
        ("no-scheme", "//example.com"),
        ("no-scheme-name", "://example.com"),
        ("no-slashes", "https:example.com"),
        ("one-slash", "https:/example.com"),
        ("three-slashes", "https:///example.com"),
        ("backslashes", "https:\\\\example.com"),
        ("slash", "https://example.com/"),
        ("path", "https://example.com/x"),
        ("query", "https://example.com?x"),
        ("fragment", "https://example.com#x"),
        ("user-info", "https://u:p@example.com"),
        ("scheme-upper", "HTTPS://example.com"),
        ("scheme-digit", "1https://example.com"),
        ("scheme-underscore", "a_b://example.com"),
        ("host-upper", "https://Example.com"),
        ("host-empty", "https://"),
        ("host-empty-port", "https://:8080"),
        ("host-dot", "https://example.com."),
        ("host-dots", "https://example..com"),
        ("host-star", "https://*.example.com"),
        ("host-utf8", "https://bücher.example"),
        ("host-percent", "https://ex%61mple.com"),
        ("host-hyphen", "https://-a.example"),
        ("host-label-64", "https://" + "a" * 64 + ".example"),
        ("host-254", "https://" + ".".join(["a" * 62] * 4) + ".ab"),
        ("port-default-http", "http://example.com:80"),
        ("port-default-https", "https://example.com:443"),
        ("port-default-ws", "ws://example.com:80"),
        ("port-default-ftp", "ftp://example.com:21"),
        ("port-empty", "https://example.com:"),
        ("port-0", "https://example.com:0"),
        ("port-zeros", "https://example.com:08443"),
        ("port-65536", "https://example.com:65536"),
        ("port-sign", "https://example.com:-1"),
        ("port-text", "https://example.com:x"),
        ("port-space", "https://example.com: 8443"),
        ("two", "https://a.example https://b.example"),
        ("two-comma", "https://a.example, https://b.example"),
        ("null-upper", "NULL"),
        ("null-space", "null "),
        ("ipv4-octal", "http://0177.0.0.1"),
        ("ipv4-short", "http://127.1"),
        ("ipv4-number", "http://2130706433"),
        ("ipv4-hex", "http://0x7f.0.0.1"),
        ("ipv4-hex-last", "http://127.0.0.0x1"),
        ("ipv4-256", "http://1.2.3.256"),
        ("ipv6-long", "http://[0:0:0:0:0:0:0:1]"),
        ("ipv6-upper", "http://[2001:DB8::1]"),
        ("ipv6-zeros", "http://[2001:0db8::1]"),
        ("ipv6-mixed", "http://[::ffff:127.0.0.1]"),
        ("ipv6-zone", "http://[fe80::1%25eth0]"),
        ("ipv6-no-brackets", "http://::1"),
        ("ipv6-second-run", "http://[1:0:0:2:3::4]"),
        ("ipv6-one-zero-run", "http://[1:2:3::5:6:7:8]"),
        ("file-path", "file:///"),
        ("blob", "blob:https://example.com"),
        ("data", "data:text/html,x"),
        ("about", "about:blank"),
    ):
        s.judged("parse-bad-" + case_id, "origin.parse", {"value": value}, 2203)
    s.judged("parse-bad-bytes", "origin.parse", {"value": data(b"https://\xff.example")}, 2203)
    s.judged("parse-null", "origin.parse", {"value": "null"}, 2204)

    for line, canonical in (
        ("https://app.example.com", "https://app.example.com"),
        ("HTTPS://App.Example.COM", "https://app.example.com"),
        ("https://app.example.com/", "https://app.example.com"),
        ("https://app.example.com:443", "https://app.example.com"),
        ("http://app.example.com:80/", "http://app.example.com"),
        ("http://app.example.com:443", "http://app.example.com:443"),
        ("ws://app.example.com:80", "ws://app.example.com"),
        ("https://*.apps.example.com", "https://*.apps.example.com"),
        ("https://*.Example.com:8443", "https://*.example.com:8443"),
        ("http://localhost:*", "http://localhost:*"),
        ("http://127.0.0.1:*", "http://127.0.0.1:*"),
        ("https://[::1]:*", "https://[::1]:*"),
        ("http://[0:0:0:0:0:0:0:1]:3000", "http://[::1]:3000"),
        ("http://[2001:DB8::1]", "http://[2001:db8::1]"),
        ("tauri://localhost", "tauri://localhost"),
        ("chrome-extension://abcdefghijklmnop", "chrome-extension://abcdefghijklmnop"),
    ):
        case_id = "rule-" + str(sum(case["id"].startswith("rule-") for case in s.cases) + 1)
        s.op(case_id, "origin.normalise", {"line": line}, {"canonical": canonical})
    for case_id, line in (
        ("star", "*"),
        ("empty", ""),
        ("null", "null"),
        ("no-scheme", "app.example.com"),
        ("no-scheme-slashes", "//app.example.com"),
        ("scheme-star", "*://app.example.com"),
        ("host-star", "https://*"),
        ("top-level", "https://*.com"),
        ("inner-star", "https://a.*.example.com"),
        ("star-in-label", "https://a*.example.com"),
        ("two-stars", "https://*.*.example.com"),
        ("path", "https://app.example.com/x"),
        ("two-slashes", "https://app.example.com//"),
        ("query", "https://app.example.com?x"),
        ("fragment", "https://app.example.com#x"),
        ("user-info", "https://u@app.example.com"),
        ("blank", " https://app.example.com"),
        ("utf8", "https://bücher.example"),
        ("dot", "https://app.example.com."),
        ("port-star", "https://app.example.com:*"),
        ("port-star-wild", "https://*.example.com:*"),
        ("port-star-other-loopback", "http://127.0.0.2:*"),
        ("port-0", "https://app.example.com:0"),
        ("port-65536", "https://app.example.com:65536"),
        ("port-empty", "https://app.example.com:"),
        ("port-zeros", "https://app.example.com:0443"),
        ("ipv4-short", "http://127.1"),
        ("ipv4-number", "http://2130706433"),
        ("ipv6-zone", "http://[fe80::1%25eth0]"),
        ("ipv6-no-brackets", "http://::1"),
        ("list", "https://a.example, https://b.example"),
        ("wild-address", "http://*.0.0.1"),
        ("regex", "^https://.*$"),
    ):
        s.fails("rule-bad-" + case_id, "origin.normalise", {"line": line}, 1007)
    s.decide("rule-bad-in-policy", open_policy(origin={"mode": "list", "allow": ["*"]}), [APP], 1007)
    return s


def fetch_site() -> Suite:
    s = Suite("fetch_site", "Sec-Fetch-Site beside Origin and without it")
    listed: Json = {"mode": "list", "allow": ["https://other.example"]}

    def ask(case_id: str, table: Json, page: str | None, site: Any, code: int) -> None:
        pairs = [APP]
        if page is not None:
            pairs.append(["Origin", page])
        for value in site if isinstance(site, list) else [site]:
            pairs.append(["Sec-Fetch-Site", value])
        s.decide(case_id, open_policy(origin=table), pairs, code)

    here = "https://app.example.com"
    ask("absent-same-origin", {}, None, "same-origin", 0)
    ask("absent-none", {}, None, "none", 0)
    ask("absent-same-site", {}, None, "same-site", 2207)
    ask("absent-cross-site", {}, None, "cross-site", 2207)
    ask("absent-cross-site-list", listed, None, "cross-site", 2207)
    ask("absent-cross-site-none-allowed", {"mode": "none-allowed"}, None, "cross-site", 2207)
    ask("absent-same-origin-none-allowed", {"mode": "none-allowed"}, None, "same-origin", 0)
    ask("absent-cross-site-allow", {"absent": "allow"}, None, "cross-site", 2207)
    ask("absent-cross-site-require", {"absent": "require"}, None, "cross-site", 2207)
    ask("absent-same-origin-require", {"absent": "require"}, None, "same-origin", 2201)
    ask("same-origin", {}, here, "same-origin", 0)
    ask("same-none", {}, here, "none", 0)
    ask("same-cross-site", {}, here, "cross-site", 2207)
    ask("same-same-site", {}, here, "same-site", 2207)
    ask("listed-cross-site", listed, "https://other.example", "cross-site", 0)
    ask("listed-same-site", listed, "https://other.example", "same-site", 0)
    ask("listed-same-origin", listed, "https://other.example", "same-origin", 0)
    ask("unlisted-cross-site", listed, "https://evil.example", "cross-site", 2205)
    either: Json = {"mode": "same-origin-or-list", "allow": ["https://other.example"]}
    ask("either-listed-cross-site", either, "https://other.example", "cross-site", 0)
    ask("either-same-cross-site", either, here, "cross-site", 2207)
    ask("either-both-cross-site", {"mode": "same-origin-or-list", "allow": [here]}, here, "cross-site", 0)
    ask("evil-same-origin", {}, "https://evil.example", "same-origin", 2205)
    ask("null-cross-site", {}, "null", "cross-site", 2204)
    ask("malformed-cross-site", {}, "https://app.example.com/", "cross-site", 2203)
    for case_id, value in (
        ("empty", ""),
        ("upper-case", "Same-Origin"),
        ("blank", "same-origin "),
        ("unknown", "same-party"),
        ("list", "same-origin, same-origin"),
        ("quoted", '"same-origin"'),
        ("bytes", data(b"\xff")),
    ):
        ask("bad-" + case_id, {}, None, value, 2208)
    ask("bad-two", {}, None, ["same-origin", "same-origin"], 2208)
    ask("bad-two-other", {}, None, ["same-origin", "cross-site"], 2208)
    ask("bad-before-none-allowed", {"mode": "none-allowed"}, here, "x", 2208)
    ask("bad-before-malformed", {}, "x", "x", 2208)
    ask("bad-before-not-allowed", {}, "https://evil.example", "", 2208)
    quiet: Json = {"ignore_fetch_site": True}
    ask("ignored-cross-site", quiet, None, "cross-site", 0)
    ask("ignored-unknown", quiet, None, "x", 0)
    ask("ignored-two", quiet, here, ["x", "y"], 0)
    ask("off-cross-site", {"mode": "off"}, None, "cross-site", 0)
    s.decide("websocket", open_policy(), [APP, ["Origin", here], ["Sec-Fetch-Mode", "websocket"]], 0)
    return s


def suites() -> list[Suite]:
    """The suites of this module, in the order of the path."""
    return [request(), scratch(), host(), forwarded(), origin(), fetch_site()]
