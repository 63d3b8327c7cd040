"""What the vectors do not say: types, errors, mappings, and that no secret is told."""

from __future__ import annotations

import copy
import gc
import inspect
import json
import pickle
import time
from collections.abc import Mapping
from ipaddress import ip_address

import doorward
import pytest
from conftest import CAPABILITY, SECRET, b64, forge, policy, soon
from doorward import Denied, Gate, PolicyError, Reason, Undecided, UsageError, capability, jwt, origin
from doorward.tickets import Tickets

TOKEN = forge({"sub": "alice", "exp": soon()})
ASKED = {"headers": [("host", "localhost:1")], "target": "/", "scheme": "http"}


def decide(gate, *headers, **more):
    return gate.decide(**{**ASKED, "headers": [("host", "localhost:1"), *headers], **more})


# Tokens and claims


@pytest.mark.parametrize(
    "kind", [str, str.encode, lambda t: bytearray(t.encode()), lambda t: memoryview(t.encode())]
)
def test_a_token_is_taken_as_text_or_bytes(kind):
    verifier = jwt.Verifier(SECRET)
    assert verifier.verify(kind(TOKEN))["sub"] == "alice"
    assert verifier.decode(kind(TOKEN))["sub"] == "alice"
    for wrong in (TOKEN[:-5], TOKEN + "=", ""):
        with pytest.raises(Denied):
            verifier.verify(kind(wrong))


def test_a_memoryview_need_not_be_contiguous():
    spread = bytes(byte for one in TOKEN.encode() for byte in (one, 0))
    assert jwt.Verifier(SECRET).verify(memoryview(spread)[::2])["sub"] == "alice"


def test_a_look_alike_is_no_token():
    verifier = jwt.Verifier(SECRET)
    for letter in ("\u0165", "\uff45", "\udc65", "\x00", "\U0001f600"):
        with pytest.raises(Denied) as failure:
            verifier.verify(letter + TOKEN[1:])
        assert failure.value.reason is Reason.TOKEN_ALPHABET


def test_claims_are_a_mapping():
    given = {
        "sub": "alice",
        "exp": soon(),
        "n": [1, -2, 1.5, 1e3, 12345678901234567890, True, False, None],
        "o": {"a": {"b": ["\u00e9", "\U0001f600", 'q"\\']}},
        "": "empty name",
        "\u00fc": 1,
    }
    claims = jwt.Verifier(SECRET).verify(forge(given))
    assert isinstance(claims, Mapping)
    assert dict(claims) == claims.to_dict() == given
    assert claims == given
    assert claims == jwt.Verifier(SECRET).verify(forge(given))
    assert claims != {**given, "sub": "bob"}
    assert claims != 1
    assert list(claims) == list(claims.keys()) == list(given)
    assert list(claims.values()) == list(given.values())
    assert list(claims.items()) == list(given.items())
    assert [type(value) for value in claims["n"]] == [type(value) for value in given["n"]]
    assert len(claims) == 6
    assert "sub" in claims
    assert "aud" not in claims
    assert 1 not in claims
    assert claims.get("aud") is None
    assert claims.get("aud", 5) == 5
    assert claims.get("o")["a"] == {"b": ["\u00e9", "\U0001f600", 'q"\\']}
    for missing in ("aud", 1, None, "\udc65", (), ("sub", 1), KeyError("sub")):
        with pytest.raises(KeyError) as failure:
            claims[missing]
        assert failure.value.args == (missing,)
    assert json.loads(claims.raw) == given
    assert repr(claims) == "Claims(6 claims)"
    with pytest.raises(TypeError):
        claims["sub"] = "bob"
    claims["o"]["a"] = None
    assert claims["o"]["a"] is not None, "what one reader changes another must not see"


def test_claims_are_made_by_verifying_alone():
    claims = jwt.Verifier(SECRET).verify(TOKEN)
    kind = type(claims)
    assert kind is jwt.Claims is doorward.Claims
    assert (kind.__module__, kind.__qualname__) == ("doorward.jwt", "Claims")
    for make in (
        kind,
        lambda: kind(b"{}"),
        lambda: object.__new__(kind),
        lambda: type("More", (kind,), {}),
        lambda: hash(claims),
        lambda: copy.copy(claims),
        lambda: pickle.dumps(claims),
    ):
        with pytest.raises(TypeError):
            make()
    with pytest.raises(AttributeError):
        claims.raw = b"{}"
    with pytest.raises(TypeError):
        # The slots are for an object of the class alone.
        kind.__getitem__({}, "sub")
    with pytest.raises(TypeError):
        kind.get({}, "sub")
    for wrong in ((), ("a", 1, 2), (1,)):
        with pytest.raises(TypeError):
            claims.get(*wrong)
    with pytest.raises(TypeError):
        _ = claims < claims
    match claims:
        case {"sub": subject}:
            assert subject == "alice"
        case _:
            pytest.fail("a mapping")


def test_every_way_to_call_is_the_same_method():
    """One `str` by position has a way of its own; what is said of it and what it answers is the same."""

    class Text(str):
        __slots__ = ()

    verifier = jwt.Verifier(SECRET, leeway=0)
    for method in ("verify", "decode"):
        call = getattr(verifier, method)
        assert call.__doc__.startswith("Verifies a token")
        assert str(inspect.signature(call)) == "(token, *, now=None)"
        kind = type(verifier)
        answers = [
            call(TOKEN),
            call(token=TOKEN),
            call(TOKEN, now=None),
            call(Text(TOKEN)),
            getattr(kind, method)(verifier, TOKEN),
            getattr(kind, method)(verifier, token=TOKEN.encode(), now=int(time.time())),
        ]
        assert all(answer == answers[0] for answer in answers)
        assert {type(answer) for answer in answers} == {dict if method == "decode" else jwt.Claims}
        for arguments, keywords in [
            ((), {}),
            ((TOKEN, 1), {}),
            ((TOKEN,), {"token": TOKEN}),
            ((TOKEN,), {"when": 1}),
            ((), {"now": 1}),
        ]:
            with pytest.raises(TypeError):
                call(*arguments, **keywords)
        with pytest.raises(TypeError):
            getattr(kind, method)(None, TOKEN)
        with pytest.raises(jwt.ExpiredSignatureError):
            call(TOKEN, now=2**40)
        for text in (TOKEN + "\0", "\udc65" + TOKEN, ""):
            with pytest.raises(jwt.DecodeError):
                call(text)


def test_values_are_those_of_json():
    text = (
        '{"exp":%d,"a":-0,"b":-0.0,"c":1E400,"d":9223372036854775808,"e":-9223372036854775808,"f":[],"g":{},'
        '"h":"\\u00e9\\ud83d\\ude00\\n","i":0.1,"j":[[{"k":[null]}]]}' % soon()
    )
    claims = jwt.Verifier(SECRET).verify(forge(text))
    expected = json.loads(text)
    assert claims.to_dict() == expected
    assert all(type(claims[name]) is type(expected[name]) for name in expected)
    assert str(claims["b"]) == "-0.0"


def test_names_in_lists_are_each_objects_own():
    # Of one length and with the same ends, as near to each other as names can be; and such as come again.
    names = [f"a{index:02}z" for index in range(90)] + ["", "a", "iss", 'b"c', "d\u00e9", "k" * 300]
    objects = [{name: index, names[index - 1]: [{name: {name: None}}]} for index, name in enumerate(names)]
    given = {
        "exp": soon(),
        "list": [objects[:30], *objects],
        "a01z": {"a01z": objects[1]},
    }
    claims = jwt.Verifier(SECRET).verify(forge(json.dumps(given)))
    assert claims.to_dict() == given
    assert claims["list"] == given["list"]
    twice = jwt.Verifier(SECRET).verify(forge('{"exp":%d,"o":[{"k":1,"k":2},{"k":3}]}' % soon()))
    assert twice["o"] == twice.to_dict()["o"] == [{"k": 1}, {"k": 3}]


def test_of_a_name_that_stands_twice_inside_the_first_counts():
    claims = jwt.Verifier(SECRET).verify(forge('{"exp":%d,"o":{"k":1,"k":2}}' % soon()))
    assert claims["o"] == claims.to_dict()["o"] == {"k": 1}


def test_names_are_compared_after_their_escapes():
    claims = jwt.Verifier(SECRET).verify(forge('{"exp":%d,"\\u0073ub":"a","x":1}' % soon()))
    assert (claims["sub"], claims["x"], "sub" in claims, "su" in claims) == ("a", 1, True, False)
    assert list(claims) == ["exp", "sub", "x"]


def test_a_number_of_very_many_digits_is_refused_where_it_is_read():
    """As PyJWT does. The token is good, and its other claims are there."""
    verifier = jwt.Verifier(SECRET)
    token = forge('{"exp":%d,"sub":"alice","n":[1%s]}' % (soon(), "0" * 10_000))
    claims = verifier.verify(token)
    assert len(claims.raw) > 10_000
    assert (claims["sub"], len(claims), "n" in claims) == ("alice", 3, True)
    for read in (
        lambda: claims["n"],
        lambda: claims.get("n"),
        claims.to_dict,
        lambda: dict(claims),
        lambda: verifier.decode(token),
        lambda: verifier.decode(token.encode()),
        lambda: jwt.decode(token, SECRET, ["HS256"]),
    ):
        with pytest.raises(jwt.DecodeError) as failure:
            read()
        assert failure.value.reason is Reason.CLAIMS_JSON
        assert "00000" not in str(failure.value)
    most = "1" * 4300
    assert verifier.decode(forge('{"exp":%d,"n":%s}' % (soon(), most)))["n"] == int(most)
    with pytest.raises(jwt.DecodeError):
        verifier.decode(forge('{"exp":%d,"n":%s1}' % (soon(), most)))


def test_a_finalizer_may_verify_while_claims_are_made():
    """The scratch buffer of a thread is taken out, not borrowed, while Python's objects are made."""
    verifier = jwt.Verifier(SECRET)
    lists = forge('{"exp":%d,"n":[%s]}' % (soon(), ",".join(["[]"] * 3000)))
    told = []

    class Cycle:
        def __init__(self):
            self.me = self

        def __del__(self):
            told.append(verifier.verify(TOKEN)["sub"])

    threshold = gc.get_threshold()
    try:
        gc.set_threshold(1)
        for _ in range(20):
            Cycle()
            assert len(verifier.decode(lists)["n"]) == 3000
    finally:
        gc.set_threshold(*threshold)
    gc.collect()
    assert len(told) == 20
    assert set(told) == {"alice"}


def test_the_reason_of_a_denial():
    verifier = jwt.Verifier(SECRET, issuer="i", audience=["a", "b"], leeway=0)
    good = {"iss": "i", "aud": "b", "exp": 2_000}
    assert verifier.verify(forge(good), now=1_999)["aud"] == "b"
    for claims, kind, reason in [
        ({**good, "exp": 1_999}, jwt.ExpiredSignatureError, Reason.TOKEN_EXPIRED),
        ({**good, "nbf": 3_000}, jwt.ImmatureSignatureError, Reason.TOKEN_NOT_YET_VALID),
        ({**good, "iss": "j"}, jwt.InvalidIssuerError, Reason.ISSUER_NOT_ACCEPTED),
        ({**good, "aud": "c"}, jwt.InvalidAudienceError, Reason.AUDIENCE_NOT_ACCEPTED),
        ({"iss": "i", "exp": 2_000}, jwt.MissingRequiredClaimError, Reason.CLAIM_MISSING),
        ({**good, "exp": "2000"}, jwt.DecodeError, Reason.CLAIM_TYPE_INVALID),
    ]:
        with pytest.raises(kind) as failure:
            verifier.verify(forge(claims), now=1_999)
        error = failure.value
        assert (error.reason, type(error)) == (reason, kind)
        assert str(error) == f"{reason.code} {reason.log_name}: {reason.text}"
        assert pickle.loads(pickle.dumps(error)).reason is reason
    with pytest.raises(jwt.InvalidSignatureError):
        verifier.verify(forge(good, secret="another secret of forty characters....."), now=1_999)
    with pytest.raises(jwt.InvalidAlgorithmError):
        verifier.verify(forge(good, header={"alg": "none"}), now=1_999)
    with pytest.raises(Undecided) as undecided:
        verifier.verify(forge(good), now=0)
    assert undecided.value.reason is Reason.CLOCK_UNAVAILABLE
    assert not isinstance(undecided.value, Denied)


def test_every_reason_has_its_exception():
    from doorward import _errors

    for reason in Reason:
        error = _errors.of_code(int(reason))
        expected = Denied
        if reason < 2000:
            expected = UsageError
        elif reason >= 9000:
            expected = Undecided
        elif 3000 <= reason < 6001 and reason is not Reason.CAPABILITY_UNKNOWN:
            expected = jwt.InvalidTokenError
        assert isinstance(error, expected), reason
        assert error.reason is reason


def test_the_table_of_reasons_is_the_one_of_every_language():
    from conftest import ROOT

    table = json.loads((ROOT / "tests/vectors/reasons.json").read_text())["reasons"]
    assert [
        {"code": r.code, "name": r.log_name, "class": r.public_class, "status": r.status, "text": r.text}
        for r in Reason
    ] == table
    assert str(Reason.TOKEN_EXPIRED) == "5005 token_expired"
    assert Reason.SCOPE_INSUFFICIENT.body == "insufficient scope\n"


def test_the_clock_is_the_systems():
    now = int(time.time())
    verifier = jwt.Verifier(SECRET, leeway=0)
    assert verifier.verify(forge({"exp": now + 60}))
    with pytest.raises(jwt.ExpiredSignatureError):
        verifier.verify(forge({"exp": now - 1}))
    assert jwt.Verifier(SECRET, leeway=30).verify(forge({"exp": now - 10}))


def test_keys():
    ring = [jwt.Key(SECRET, id="old"), jwt.Key(SECRET[::-1] * 2, algorithm="HS512", id="new")]
    verifier = jwt.Verifier(ring)
    for key in ring:
        token = jwt.sign({"exp": soon()}, key)
        assert json.loads(b64decode(token.split(".")[0]))["kid"] == key.id
        assert verifier.verify(token)
    assert (ring[1].algorithm, ring[1].id) == ("HS512", "new")
    assert repr(verifier) == "Verifier(2 keys)"
    assert jwt.Verifier(b"\xff" * 32).verify(jwt.sign({"exp": soon()}, b"\xff" * 32))
    hexadecimal = jwt.Key("ff" * 32, encoding="hex")
    assert jwt.Verifier(b"\xff" * 32).verify(jwt.sign({"exp": soon()}, hexadecimal))
    for wrong in ("short", "-----BEGIN PUBLIC KEY-----" + "a" * 40, b"", '{"kty":"oct"}' + " " * 40):
        with pytest.raises(jwt.InvalidKeyError) as failure:
            jwt.Key(wrong)
        assert failure.value.reason is Reason.KEY_INVALID
        assert isinstance(failure.value, ValueError)
        with pytest.raises(jwt.InvalidKeyError):
            jwt.Verifier(wrong)
    with pytest.raises(PolicyError, match="twice"):
        jwt.Verifier([ring[0], ring[0]])
    with pytest.raises(PolicyError, match="at most 8"):
        jwt.Verifier([jwt.Key(SECRET, id=str(n)) for n in range(9)])
    with pytest.raises(PolicyError):
        jwt.Verifier([])


def b64decode(text):
    import base64

    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_settings_are_judged_by_the_policy():
    for settings, path in [
        ({"leeway": 301}, "jwt.leeway"),
        ({"audience": []}, "jwt.audience"),
        ({"audience": "a", "ignore_audience": True}, "jwt.ignore_audience"),
        ({"max_lifetime": 0}, "jwt.max_lifetime"),
    ]:
        with pytest.raises(PolicyError) as failure:
            jwt.Verifier(SECRET, **settings)
        assert (failure.value.path, failure.value.line) == (path, None)


def test_signing():
    claims = {"sub": "\u00e9", "exp": soon()}
    assert jwt.Verifier(SECRET).decode(jwt.sign(claims, SECRET)) == claims
    assert jwt.sign('{"a":1}', SECRET) == jwt.sign(b'{"a":1}', SECRET) == forge('{"a":1}')
    assert jwt.sign({"a": 1}, SECRET.encode()) == forge({"a": 1})
    for wrong in ("[]", '{"a":1,"a":2}', "{", '{"a":"\udc65"}', {"a": "\udc65"}):
        with pytest.raises(UsageError):
            jwt.sign(wrong, SECRET)
    for wrong in ({"a": float("nan")}, {"a": object()}):
        with pytest.raises((ValueError, TypeError)):
            jwt.sign(wrong, SECRET)


# Wrong types name the parameter


@pytest.mark.parametrize(
    ("call", "parameter"),
    [
        (lambda: jwt.Verifier(SECRET).verify(1), "token"),
        (lambda: jwt.Verifier(SECRET).verify(None), "token"),
        (lambda: jwt.Verifier(SECRET).verify(TOKEN, now="1"), "now"),
        (lambda: jwt.Verifier(SECRET).verify(TOKEN, now=1.5), "now"),
        (lambda: jwt.Verifier(SECRET).decode([TOKEN]), "token"),
        (lambda: jwt.Verifier(5), "key"),
        (lambda: jwt.Verifier([SECRET]), "key"),
        (lambda: jwt.Verifier(SECRET, issuer=1), "issuer"),
        (lambda: jwt.Verifier(SECRET, audience=[1]), "audience"),
        (lambda: jwt.Verifier(SECRET, leeway="1"), "leeway"),
        (lambda: jwt.Verifier(SECRET, algorithm=256), "algorithm"),
        (lambda: jwt.Verifier(SECRET, ignore_kid=1), "ignore_kid"),
        (lambda: jwt.Key(1), "secret"),
        (lambda: jwt.Key(SECRET, id=1), "id"),
        (lambda: jwt.decode(TOKEN, SECRET, [256]), "algorithms"),
        (lambda: jwt.decode(TOKEN, SECRET, ["HS256"], audience=[1]), "audience"),
        (lambda: capability.digest(1), "token"),
        (lambda: capability.matches(CAPABILITY, "ab" * 32), "digests"),
        (lambda: capability.matches(CAPABILITY, [1]), "digests"),
        (lambda: origin.parse(1), "value"),
        (lambda: Tickets(capacity="8"), "capacity"),
        (lambda: Tickets().issue(1), "payload"),
        (lambda: Gate.open(1), "path"),
        (lambda: Gate.from_policy(1), "policy"),
        (lambda: decide(Gate.from_policy(policy()), target=1), "target"),
        (lambda: decide(Gate.from_policy(policy()), scheme=1), "scheme"),
        (lambda: decide(Gate.from_policy(policy()), peer=1), "peer"),
        (lambda: decide(Gate.from_policy(policy()), now="1"), "now"),
        (lambda: decide(Gate.from_policy(policy()), method=1), "method"),
        (lambda: decide(Gate.from_policy(policy()), ("a", 1)), "headers[1]"),
        (lambda: decide(Gate.from_policy(policy()), ("a",)), "headers[1]"),
        (lambda: decide(Gate.from_policy(policy()), "ab"), "headers[1]"),
        (lambda: Gate.from_policy(policy()).decide(**{**ASKED, "headers": "ab"}), "headers"),
        (lambda: Gate.from_policy(policy()).decide(**{**ASKED, "headers": 1}), "headers"),
    ],
)
def test_a_wrong_type_names_its_parameter(call, parameter):
    with pytest.raises(TypeError) as failure:
        call()
    assert parameter in str(failure.value)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: jwt.Key(SECRET, algorithm="RS256"), "algorithm"),
        (lambda: jwt.Key(SECRET, encoding="rot13"), "encoding"),
        (lambda: jwt.Verifier(jwt.Key(SECRET), algorithm="HS256"), "algorithm"),
        (lambda: jwt.sign({}, jwt.Key(SECRET), algorithm="HS256"), "algorithm"),
        (lambda: capability.generate("rot13"), "form"),
        (lambda: capability.matches(CAPABILITY, ["ab"]), "digests"),
        (lambda: Tickets(capacity=0), "capacity"),
        (lambda: Tickets(capacity=1_048_577), "capacity"),
        (lambda: Gate.from_policy("", syntax="yaml"), "syntax"),
        (lambda: Gate.from_policy({}, syntax="json"), "syntax"),
        (lambda: Gate.from_policy(policy()).startup_check("localhost"), "address"),
        (lambda: decide(Gate.from_policy(policy()), scheme="ftp"), "scheme"),
        (lambda: decide(Gate.from_policy(policy()), peer="unix"), "peer"),
        (lambda: decide(Gate.from_policy(policy()), target="/\u0165"), "target"),
        (lambda: decide(Gate.from_policy(policy()), ("a", "\u0165")), "headers[1]"),
        (lambda: decide(Gate.from_policy(policy()), ("a", "\udc65")), "headers[1]"),
    ],
)
def test_a_wrong_value_names_its_parameter(call, word):
    with pytest.raises(ValueError) as failure:
        call()
    assert word in str(failure.value)


# Gates


def test_a_decision_tells_the_peer_and_whether_a_credential_is_offered():
    gate = Gate.from_policy(policy())
    assert decide(gate).peer is None
    assert decide(gate, peer="2001:DB8:0::1").peer == "2001:db8::1"
    assert decide(gate, peer=ip_address("203.0.113.9")).peer == "203.0.113.9"
    offer = ("Sec-WebSocket-Protocol", "chat")
    assert not decide(gate).offers_credential
    assert decide(gate, offer).offers_credential
    elsewhere = Gate.from_policy(policy(credential={"places": ["authorization"]}))
    assert not decide(elsewhere, offer).offers_credential


def test_a_decision_lets_in():
    gate = Gate.from_policy(policy())
    bearer = "Bearer " + forge(
        {"sub": "alice", "exp": 4_000_000_000, "scope": "read write"}, header={"alg": "HS256", "kid": "k1"}
    )
    decision = decide(gate, ("Authorization", bearer), peer="127.0.0.1")
    assert decision
    assert decision.allowed is True
    assert (decision.status, decision.reason, decision.challenge) == (200, None, None)
    principal = decision.principal
    assert (principal.kind, principal.id, principal.place) == ("token", "alice", "authorization")
    assert (principal.key_id, principal.expires) == ("k1", 4_000_000_000)
    assert principal.has_scope("write")
    assert not principal.has_scope("writ")
    assert principal.claims["sub"] == "alice"
    assert decision.explain().endswith('allow token "alice"')
    assert repr(decision) == "Decision(allow)"
    assert repr(principal) == 'Principal(token, "authorization")'

    principal = decide(gate, (b"authorization", f"Bearer {CAPABILITY}".encode())).principal
    assert (principal.kind, principal.id, principal.claims) == ("capability", "ci", None)
    assert principal.has_scope("deploy")


def test_a_decision_refuses():
    gate = Gate.from_policy(policy())
    decision = decide(gate)
    assert not decision
    assert decision.allowed is False
    assert (decision.status, decision.reason) == (401, Reason.CREDENTIAL_MISSING)
    assert (decision.principal, decision.challenge) == (None, 'Bearer realm="doorward"')
    assert repr(decision) == "Decision(deny 2301 credential_missing)"
    assert decision.explain().endswith("deny 2301 credential_missing (HTTP 401)")
    lines = [("Authorization", "Bearer a"), ("authorization", "Bearer b")]
    assert decide(gate, *lines).reason is Reason.CREDENTIAL_DUPLICATE
    # What was decided does not change with the list that it was decided by.
    headers = [("host", "localhost:1"), ("origin", "https://evil.example")]
    decision = gate.decide(**{**ASKED, "headers": headers})
    headers.clear()
    assert "https://evil.example" in decision.explain()


def test_headers_may_be_any_pairs():
    gate = Gate.from_policy(policy())
    lines = [("Host", "localhost:1"), ("Authorization", f"Bearer {CAPABILITY}")]
    for headers in (lines, tuple(lines), iter(lines), [list(line) for line in lines], dict(lines)):
        assert gate.decide(**{**ASKED, "headers": headers})
    # latin-1, as WSGI has it: the byte that was on the wire is judged.
    assert decide(gate, ("origin", "https://\xe9.example")).reason is Reason.ORIGIN_MALFORMED
    many = [("x", "y")] * 1_000
    assert decide(gate, *many).reason is Reason.REQUEST_TOO_LARGE
    assert decide(gate, target=b"/" + b"a" * 100_000).reason is Reason.CREDENTIAL_MISSING

    class Liar(str):
        def encode(self, *_):
            return b"localhost:1"

        def __str__(self):
            return "localhost:1"

    assert (
        gate.decide(**{**ASKED, "headers": [("host", Liar("evil.example"))]}).reason
        is Reason.HOST_NOT_ALLOWED
    )


def test_forwarding_headers_need_a_known_peer():
    gate = Gate.from_policy(policy(host={"allow": ["app.example.com"], "trusted_proxies": ["10.0.0.0/8"]}))
    lines = [("x-forwarded-host", "app.example.com"), ("authorization", f"Bearer {CAPABILITY}")]
    assert decide(gate, *lines, peer="10.1.2.3")
    assert decide(gate, *lines, peer=ip_address("10.1.2.3"))
    assert decide(gate, *lines, peer="203.0.113.9").reason is Reason.HOST_NOT_ALLOWED
    assert decide(gate, *lines).reason is Reason.HOST_NOT_ALLOWED


def test_a_policy_error_says_where(tmp_path):
    with pytest.raises(PolicyError) as failure:
        Gate.from_policy("[jwt]\nleeway = 30\nleaway = 1\n")
    error = failure.value
    assert (error.line, error.column, error.path) == (3, 1, "jwt.leaway")
    assert isinstance(error, ValueError)
    assert error.reason is Reason.CONFIG_INVALID
    assert str(error).startswith("3:1: jwt.leaway: ")
    with pytest.raises(PolicyError) as failure:
        Gate.from_policy(policy(surprise=1))
    assert (failure.value.path, failure.value.line) == ("surprise", None)
    with pytest.raises(PolicyError):
        Gate.open(tmp_path / "absent.toml")


def test_reload(tmp_path):
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(policy()))
    gate = Gate.open(file)
    assert decide(gate, ("authorization", f"Bearer {CAPABILITY}"))
    before = gate.warnings
    assert any("for tests" in warning for warning in before)

    file.write_text("{")
    with pytest.raises(PolicyError):
        gate.reload()
    assert decide(gate, ("authorization", f"Bearer {CAPABILITY}")), "the old rules stay"
    assert gate.warnings == before

    file.write_text(json.dumps({"capability": [{"id": "x", "sha256": "00" * 32}]}))
    assert gate.reload() == gate.warnings == []
    assert not decide(gate, ("authorization", f"Bearer {CAPABILITY}"))


def test_the_startup_check():
    gate = Gate.from_policy(policy())
    assert gate.startup_check("0.0.0.0") is True
    open_to_all = Gate.from_policy({"credential": {"anonymous": True}})
    assert open_to_all.startup_check("127.0.0.1") is True
    with pytest.raises(UsageError) as failure:
        open_to_all.startup_check("0.0.0.0")
    assert failure.value.reason is Reason.STARTUP_UNPROTECTED
    warned = {"credential": {"anonymous": True}, "listen": {"without_credential": "warn"}}
    assert Gate.from_policy(warned).startup_check("0.0.0.0") is False


def test_nothing_is_made_without_its_constructor():
    for kind in (doorward.Decision, doorward.Principal, doorward.Claims, Gate):
        with pytest.raises(TypeError):
            kind()


# Capabilities, origins, tickets


def test_capabilities():
    tokens = {capability.generate(form) for form in ("base64url", "hex", "letters62") for _ in range(50)}
    assert {len(token) for token in tokens} == {43, 64}
    assert len(tokens) == 150
    stored = [capability.digest(token) for token in tokens]
    for place, token in enumerate(tokens):
        assert capability.matches(token, stored)
        assert capability.matches(bytearray(token.encode()), iter(stored))
        assert capability.find(token, stored) == place
    assert not capability.matches(CAPABILITY, stored)
    assert not capability.matches(CAPABILITY, [])


def test_origins():
    assert origin.normalise("https://*.Apps.example.com") == "https://*.apps.example.com"
    with pytest.raises(UsageError):
        origin.normalise("*")
    with pytest.raises(Denied) as failure:
        origin.parse("null")
    assert failure.value.reason is Reason.ORIGIN_NULL
    rules = origin.Rules(hosts=["app.example.com"], mode="list", allow=["https://a.example"])
    lines = [("host", "app.example.com")]
    assert rules.decide(headers=lines, scheme="https")
    assert rules.decide(headers=[*lines, ("origin", "https://a.example")], scheme="https")
    assert not rules.decide(headers=[*lines, ("origin", "https://b.example")], scheme="https")
    assert not rules.decide(headers=[("host", "b.example")], scheme="https")
    with pytest.raises(PolicyError):
        origin.Rules(surprise=1)


def test_tickets():
    tickets = Tickets(capacity=2, ttl=30)
    ticket = tickets.issue("alice", now=1_000)
    with pytest.raises(Denied):
        tickets.redeem(ticket[::-1], now=1_000)
    assert tickets.redeem(ticket, now=1_030) == b"alice"
    with pytest.raises(Denied) as failure:
        tickets.redeem(ticket, now=1_000)
    assert failure.value.reason is Reason.TOKEN_ALREADY_USED
    tickets.issue(b"", now=1_000)
    with pytest.raises(Undecided) as undecided:
        tickets.issue(b"", now=1_000)
    assert undecided.value.reason is Reason.STORE_UNAVAILABLE
    with pytest.raises(UsageError):
        Tickets().issue("x" * 65)
    with pytest.raises(ValueError, match="entropy"):
        Tickets().issue("x", entropy=b"short")


@pytest.mark.parametrize("capacity", [1, 3, 64, 100_000])
def test_a_table_of_tickets_has_any_size(capacity):
    tickets = Tickets(capacity=capacity, ttl=30)
    few = min(capacity, 50)
    issued = [tickets.issue(str(number), now=1_000) for number in range(few)]
    if few == capacity:
        with pytest.raises(Undecided):
            tickets.issue("one more", now=1_030)
        assert len(tickets.issue("room again", now=1_031)) == 43
        with pytest.raises(Denied):
            tickets.redeem(issued[0], now=1_000)
    else:
        assert [tickets.redeem(ticket, now=1_000) for ticket in issued] == [b"%d" % n for n in range(few)]


# Secrets


def test_no_secret_is_told():
    mark = "kept-to-ourselves"
    secret = f"{mark} {SECRET}"
    told = []

    def tell(thing):
        told.extend([repr(thing), str(thing), repr(getattr(thing, "args", ""))])

    def fails(call):
        with pytest.raises(Exception) as failure:
            call()
        error = failure.value
        while error is not None:
            tell(error)
            tell(vars(error))
            error = error.__cause__ or error.__context__

    key = jwt.Key(secret)
    token = jwt.sign({"exp": soon(), "sub": mark}, key)
    gate = Gate.from_policy(policy(jwt={"key": [{"algorithm": "HS256", "secret": secret}]}))
    for thing in (key, jwt.Verifier(key), gate, jwt.Verifier(key).verify(token)):
        tell(thing)
    fails(lambda: jwt.Key(mark))
    fails(lambda: jwt.Key(mark, encoding="hex"))
    fails(lambda: jwt.Key("-----BEGIN " + secret))
    fails(lambda: jwt.Verifier(mark))
    fails(lambda: jwt.Verifier(key, leeway=999))
    fails(lambda: Gate.from_policy(policy(jwt={"key": [{"algorithm": "HS256", "secret": mark}]})))
    fails(lambda: Gate.from_policy(f'[jwt]\n[[jwt.key]]\nsecret = "{mark}'))
    fails(lambda: Gate.from_policy({"jwt": {mark.encode(): 1}}))
    fails(lambda: jwt.Verifier(key).verify(token + mark))
    fails(lambda: jwt.Verifier(key).verify(mark + "\udc65"))
    fails(lambda: jwt.decode(token, secret, ["HS256"], audience="other"))
    fails(lambda: capability.matches(mark, [mark]))
    decision = decide(gate, ("authorization", f"Bearer {secret}"))
    tell(decision)
    told.append(decision.explain())
    decision = decide(gate, ("authorization", f"Bearer {token}"))
    tell(decision)
    tell(decision.principal)
    told.append(decision.explain().replace(f'"{mark}"', ""))  # the sub is told there, and only there
    assert not [line for line in told if mark in line or b64(mark.encode()) in line]
