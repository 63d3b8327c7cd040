"""The middleware by itself: what no real server shows on demand."""

from __future__ import annotations

import asyncio
import logging
from collections import UserDict
from types import MappingProxyType

import pytest
from conftest import CAPABILITY, forge, policy, soon
from doorward import Gate, asgi, starlette, wsgi
from starlette.websockets import WebSocket

GATE = Gate.from_policy(policy())
QUERY = Gate.from_policy(policy(credential={"places": ["query:token", "header:X-Token"]}))


def scope(*headers, kind="http", **more):
    return {
        "type": kind,
        "path": "/a b",
        "query_string": b"",
        "client": ("127.0.0.1", 1),
        "headers": [(b"host", b"localhost:1"), *headers],
        **more,
    }


def call(asked, gate=GATE, **options):
    """The messages that were sent, and the scope that the application saw."""
    sent, seen = [], []

    async def app(scope, receive, send):
        seen.append(scope)

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    asyncio.run(asgi.Doorward(app, gate, **options)(asked, receive, send))
    assert bool(sent) != bool(seen)
    return sent, seen[0] if seen else None


AUTHORIZED = (b"authorization", f"Bearer {CAPABILITY}".encode())


def test_a_websocket_is_closed_where_no_response_can_be_sent():
    for extensions in ({}, {"extensions": None}, {"extensions": {"other": {}}}):
        sent, _ = call(scope(kind="websocket", **extensions))
        assert sent == [{"type": "websocket.close", "code": 1008}]
    sent, _ = call(scope(kind="websocket", extensions={"websocket.http.response": {}}))
    assert [message["type"] for message in sent] == [
        "websocket.http.response.start",
        "websocket.http.response.body",
    ]
    assert sent[0]["status"] == 401


def test_a_kind_of_connection_that_nobody_knows_is_not_let_in():
    with pytest.raises(RuntimeError):
        call(scope(AUTHORIZED, kind="webtransport"))
    assert call({"type": "lifespan"})[1] == {"type": "lifespan"}


def test_the_servers_own_scope_is_left_as_it_was():
    shared = {"pool": 1}
    asked = scope(AUTHORIZED, state=shared)
    _, seen = call(asked)
    assert seen["state"]["doorward"].id == "ci"
    assert seen["state"]["pool"] == 1
    assert shared == {"pool": 1}, "two requests of one connection would share the principal"
    assert asked["state"] is shared


def test_a_scope_and_its_state_may_be_any_mapping():
    asked = UserDict(scope(AUTHORIZED, state=MappingProxyType({"pool": 1})))
    seen = call(asked)[1]
    assert (type(seen), type(seen["state"])) == (dict, dict)
    assert (seen["state"]["pool"], seen["state"]["doorward"].id) == (1, "ci")
    for state in (None, {}):
        assert list(call(scope(AUTHORIZED, state=state))[1]["state"]) == ["doorward"]


@pytest.mark.parametrize("client", [None, ("", 0), ("/run/app.sock", None), ("testclient", 50_000)])
def test_a_client_without_an_address_is_nobody(client):
    assert call(scope(AUTHORIZED, client=client))[1]


@pytest.mark.parametrize("wrong", [{"query_string": 1}, {"raw_path": 1}, {"client": (1, 1)}, {"method": 1}])
def test_a_scope_that_is_none_is_a_mistake_of_the_servers(wrong):
    with pytest.raises(TypeError):
        call(scope(AUTHORIZED, **wrong))


def test_headers_may_be_any_iterable():
    asked = scope(AUTHORIZED)
    asked["headers"] = iter(asked["headers"])
    assert list(call(asked)[1]["headers"]) == [(b"host", b"localhost:1"), AUTHORIZED]


def test_a_target_of_absolute_form_is_a_host():
    for authority, refused in [(b"localhost:1", False), (b"LOCALHOST:1", False), (b"evil.example", True)]:
        sent, _ = call(scope(AUTHORIZED, raw_path=b"http://" + authority + b"/a?b"))
        assert bool(sent) is refused, authority


def test_the_zone_of_an_address_does_not_count():
    gate = Gate.from_policy(policy(host={"allow": ["app.example.com"], "trusted_proxies": ["fe80::/10"]}))
    forwarded = (b"x-forwarded-host", b"app.example.com")
    assert call(scope(AUTHORIZED, forwarded, client=("fe80::1%eth0", 1)), gate)[1]
    assert call(scope(AUTHORIZED, forwarded, client=("2001:db8::1", 1)), gate)[0][0]["status"] == 403


def test_the_scheme_is_the_connections_unless_said():
    gate = Gate.from_policy(policy(origin={"mode": "same-origin"}))
    page = (b"origin", b"https://localhost:1")
    assert call(scope(AUTHORIZED, page), gate)[0][0]["status"] == 403
    assert call(scope(AUTHORIZED, page, scheme="https"), gate)[1]
    assert call(scope(AUTHORIZED, page), gate, scheme="https")[1]
    assert call(scope(AUTHORIZED, page, kind="websocket", scheme="wss"), gate)[1]


def test_the_credential_of_a_query_or_a_header_is_taken_out():
    asked = scope(query_string=f"a=1&token={CAPABILITY}".encode(), raw_path=b"/a%20b")
    assert call(asked, QUERY)[1]["query_string"] == asked["query_string"]
    assert call(asked, QUERY, strip_credential=True)[1]["query_string"] == b"a=1"
    asked = scope((b"x-token", CAPABILITY.encode()), (b"x-other", b"1"))
    seen = call(asked, QUERY, strip_credential=True)[1]
    assert seen["headers"] == [(b"host", b"localhost:1"), (b"x-other", b"1")]


def test_a_secret_subprotocol_is_taken_out_of_both_places():
    token = forge({"sub": "a", "exp": soon()})
    asked = scope(
        (b"sec-websocket-protocol", f"bearer.{token}".encode()),
        (b"sec-websocket-protocol", b"chat, v2"),
        kind="websocket",
        subprotocols=[f"bearer.{token}", "chat", "v2"],
    )
    seen = call(asked)[1]
    assert seen["subprotocols"] == ["chat", "v2"]
    assert seen["headers"] == [(b"host", b"localhost:1"), (b"sec-websocket-protocol", b"chat, v2")]
    # With another credential an offered secret goes all the same.
    del asked["headers"][1]
    asked["headers"].append((b"sec-websocket-protocol", b"bearer.x, chat"))
    asked["subprotocols"] = ["bearer.x", "chat"]
    sent, _ = call({**asked, "headers": [*asked["headers"], AUTHORIZED]})
    assert sent, "two credentials are refused"


def test_the_log_tells_the_reason_and_nothing_that_was_sent(caplog):
    caplog.set_level(logging.DEBUG, "doorward")
    call(scope(AUTHORIZED))
    call(scope((b"origin", b"https://evil.example"), AUTHORIZED))
    late = forge({"sub": "somebody", "exp": 1_700_000_000})
    call(scope((b"authorization", f"Bearer {late}".encode())))
    records = [record for record in caplog.records if record.name == "doorward"]
    assert [record.levelname for record in records] == ["DEBUG", "INFO", "INFO"]
    assert records[1].getMessage() == "refused code=2205 reason=origin_not_allowed status=403 peer=127.0.0.1"
    assert (records[2].code, records[2].reason, records[2].status) == (5005, "token_expired", 401)
    told = " ".join(record.getMessage() for record in records)
    for secret in (CAPABILITY, late, "evil", "somebody"):
        assert secret not in told


def environ(**more):
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/",
        "QUERY_STRING": "",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "HTTP_HOST": "localhost:1",
        "HTTP_AUTHORIZATION": f"Bearer {CAPABILITY}",
        **more,
    }


def call_wsgi(asked, gate=GATE, **options):
    answered = []

    def app(environ, start_response):
        answered.append(environ)
        return []

    def start_response(status, headers):
        answered.append((status, dict(headers)))

    body = b"".join(wsgi.Doorward(app, gate, **options)(asked, start_response))
    return answered[0], body


def test_wsgi_lets_in_and_refuses():
    seen, _ = call_wsgi(environ())
    assert seen["doorward.principal"].id == "ci"
    (status, headers), body = call_wsgi(environ(HTTP_AUTHORIZATION="Basic abc"))
    assert (status, body) == ("401 Unauthorized", b"authentication required\n")
    assert headers["www-authenticate"] == 'Bearer realm="doorward"'
    assert headers["content-length"] == str(len(body))
    # A name that the environ already has is not the server's word.
    asked = environ(HTTP_AUTHORIZATION="", **{"doorward.principal": "root"})
    assert call_wsgi(asked)[0][0].startswith("400")


@pytest.mark.parametrize(
    ("joined", "status"),
    [
        ({"HTTP_AUTHORIZATION": f"Bearer {CAPABILITY},Bearer {CAPABILITY}"}, "400"),
        ({"HTTP_AUTHORIZATION": f"Bearer {CAPABILITY}, Bearer {CAPABILITY}"}, "400"),
        ({"HTTP_HOST": "localhost:1,localhost:1"}, "403"),
        ({"HTTP_ORIGIN": "https://app.example.com,https://app.example.com"}, "403"),
        ({"HTTP_SEC_FETCH_SITE": "none,none"}, "403"),
        (
            {
                "HTTP_AUTHORIZATION": None,
                "HTTP_ORIGIN": "https://app.example.com",
                "HTTP_COOKIE": f"session={CAPABILITY},session={CAPABILITY}",
            },
            "400",  # RFC 6265 §4.1.1: a comma is in no cookie's value
        ),
    ],
)
def test_lines_that_wsgi_joined_are_refused(joined, status):
    assert call_wsgi(environ(**joined))[0][0].startswith(status)


def test_wsgi_without_the_credential():
    asked = environ(QUERY_STRING=f"token={CAPABILITY}&a=1", RAW_URI=f"/?token={CAPABILITY}&a=1")
    del asked["HTTP_AUTHORIZATION"]
    seen, _ = call_wsgi(asked, QUERY, strip_credential=True)
    assert seen["QUERY_STRING"] == "a=1"
    assert CAPABILITY not in str(seen)
    assert asked["QUERY_STRING"].startswith("token="), "the server's own environ is left as it was"


OFFERED = Gate.from_policy(policy(credential={"places": ["subprotocol:bearer."]}))


@pytest.mark.parametrize("name", [b"sec-websocket-protocol", b"Sec-WebSocket-Protocol"])
def test_a_secret_that_was_offered_is_nothing_to_accept(name):
    offer = (name, f"bearer.{CAPABILITY}, echo.v1".encode())
    asked = scope(offer, kind="websocket", subprotocols=[f"bearer.{CAPABILITY}", "echo.v1"])
    _, seen = call(asked, OFFERED)
    assert seen["subprotocols"] == ["echo.v1"]
    assert CAPABILITY not in str(seen["headers"])


def test_the_dependency_takes_an_offered_secret_out_too():
    offer = (b"sec-websocket-protocol", f"bearer.{CAPABILITY}, echo.v1".encode())
    asked = scope(offer, kind="websocket", subprotocols=[f"bearer.{CAPABILITY}", "echo.v1"])
    socket = WebSocket(asked, None, None)
    assert CAPABILITY in socket.headers["sec-websocket-protocol"]
    principal = asyncio.run(starlette.Guard(OFFERED)(socket))
    assert principal.id == "ci"
    assert socket.scope["subprotocols"] == ["echo.v1"]
    assert socket.headers["sec-websocket-protocol"] == "echo.v1"
