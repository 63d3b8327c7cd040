"""The middleware under real servers, with real clients."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from pathlib import Path

import doorward
import httpx
import pytest
import websockets
import websockets.sync.client
import websockets.sync.server
from conftest import CAPABILITY, forge, policy, soon
from doorward.websockets import process_request
from serving import raw, served

CHALLENGE = 'Bearer realm="doorward"'


@pytest.fixture(scope="module")
def policy_file(tmp_path_factory):
    file = tmp_path_factory.mktemp("policy") / "policy.json"
    file.write_text(json.dumps(policy()))
    return file


@pytest.fixture(scope="module", params=["uvicorn", "hypercorn"])
def port(request, policy_file):
    with served(request.param, "apps:guarded", policy_file) as port:
        yield port


def get(port, *headers, path="/"):
    return httpx.get(f"http://127.0.0.1:{port}{path}", headers=list(headers), timeout=20)


@contextlib.contextmanager
def connected(port, *headers, path="/", **options):
    address = f"ws://127.0.0.1:{port}{path}"
    with websockets.sync.client.connect(
        address, additional_headers=list(headers), open_timeout=20, **options
    ) as connection:
        yield connection


def refused(port, *headers, **options):
    """The response of a handshake that must fail."""
    with (
        pytest.raises(websockets.exceptions.InvalidStatus) as failure,
        connected(port, *headers, **options),
    ):
        pass
    return failure.value.response


def test_the_example_says_what_it_speaks_to_plain_http(policy_file):
    examples = Path(__file__).parent.parent / "examples"
    with served("uvicorn", "websocket:app", policy_file, examples) as port:
        answer = get(port)
    # RFC 9110 §15.5.22: a 426 names the protocol.
    assert (answer.status_code, answer.headers["upgrade"]) == (426, "websocket")


def test_a_principal_is_told(port, bearer):
    answer = get(port, ("authorization", bearer))
    assert answer.status_code == 200
    assert (answer.json()["kind"], answer.json()["id"]) == ("token", "alice")
    assert ["authorization", bearer] in answer.json()["headers"]

    answer = get(port, ("cookie", f"session={CAPABILITY}"), ("origin", "https://app.example.com"))
    assert (answer.json()["id"], answer.json()["place"]) == ("ci", "cookie:session")


def test_a_refusal_tells_the_class(port, bearer):
    answer = get(port)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, CHALLENGE)
    assert (answer.text, answer.headers["cache-control"]) == ("authentication required\n", "no-store")

    expired = forge({"sub": "alice", "exp": 1_700_000_000})
    answer = get(port, ("authorization", f"Bearer {expired}"))
    assert (answer.status_code, answer.text) == (401, "invalid token\n")
    assert answer.headers["www-authenticate"] == f'{CHALLENGE}, error="invalid_token"'

    answer = get(port, ("authorization", bearer), ("origin", "https://evil.example"))
    assert (answer.status_code, answer.text) == (403, "forbidden\n")
    assert "www-authenticate" not in answer.headers


def test_duplicates_are_seen(port, bearer):
    for name, value, status in [
        ("authorization", bearer, 400),
        ("origin", "https://app.example.com", 403),
    ]:
        answer = get(port, ("authorization", bearer), ("origin", "https://app.example.com"), (name, value))
        assert answer.status_code == status, name


def test_a_target_of_absolute_form_names_a_host_too(port, bearer):
    def status(target):
        request = f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: {bearer}\r\n"
        return raw(port, f"{request}Connection: close\r\n\r\n".encode()).split(b" ")[1]

    assert status("/who") == b"200"
    assert status(f"http://127.0.0.1:{port}/who") == b"200"
    # 403: two hosts; 400: a server that refuses such targets itself.
    assert status("http://evil.example/who") in (b"403", b"400")


def test_a_websocket_is_let_in(port, bearer):
    with connected(port, ("authorization", bearer)) as connection:
        assert json.loads(connection.recv(timeout=20))["id"] == "alice"
        connection.send("hello")
        assert connection.recv(timeout=20) == "hello"


def test_a_websocket_is_refused_with_a_real_status(port, bearer):
    response = refused(port)
    assert (response.status_code, response.headers["www-authenticate"]) == (401, CHALLENGE)
    assert response.body == b"authentication required\n"
    response = refused(port, ("authorization", bearer), origin="https://evil.example")
    assert (response.status_code, response.body) == (403, b"forbidden\n")
    response = refused(port, ("authorization", "Bearer a.b"))
    assert response.status_code == 401


def test_a_secret_subprotocol_is_never_echoed(port):
    token = forge({"sub": "browser", "exp": soon()})
    offered = [f"bearer.{token}", "chat"]
    with connected(port, subprotocols=offered) as connection:
        assert connection.subprotocol == "chat"
        told = json.loads(connection.recv(timeout=20))
    assert (told["id"], told["place"], told["subprotocols"]) == ("browser", "subprotocol:bearer.", ["chat"])
    assert token not in json.dumps(told)


def test_the_application_need_not_see_the_credential(policy_file, bearer):
    with served("uvicorn", "apps:stripped", policy_file) as port:
        told = get(port, ("authorization", bearer), ("x-other", "stays"), path="/?a=1").json()
        assert told["id"] == "alice"
        names = [name for name, _ in told["headers"]]
        assert "authorization" not in names
        assert "x-other" in names
        cookie = ("cookie", f"theme=dark; session={CAPABILITY}")
        told = get(port, cookie, ("origin", "https://app.example.com")).json()
        assert ["cookie", "theme=dark"] in told["headers"]


def test_fastapi(policy_file, bearer):
    with served("uvicorn", "apps:fast", policy_file) as port:
        assert get(port, path="/open").status_code == 200
        assert get(port, ("authorization", bearer), path="/who").json() == {"id": "alice"}
        answer = get(port, path="/who")
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, CHALLENGE)
        assert answer.json() == {"detail": "authentication required"}
        twice = get(port, ("authorization", bearer), ("authorization", bearer), path="/who")
        assert twice.status_code == 400
        with connected(port, ("authorization", bearer), path="/ws") as connection:
            assert connection.recv(timeout=20) == "alice"
        assert refused(port, path="/ws").status_code == 401


def test_django(policy_file, bearer):
    with served("uvicorn", "apps:django_guarded", policy_file) as port:
        assert get(port, ("authorization", bearer), path="/who").json() == {"id": "alice"}
        assert get(port, path="/who").status_code == 401


def test_wsgi(policy_file, bearer):
    with served("gunicorn", "apps:guarded_wsgi", policy_file) as port:
        answer = get(port, ("authorization", bearer), path="/a%20b?x=1")
        assert (answer.status_code, answer.json()["id"]) == (200, "alice")
        assert answer.json()["environ"]["HTTP_AUTHORIZATION"] == bearer
        answer = get(port)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, CHALLENGE)
        assert answer.text == "authentication required\n"
        # gunicorn joins lines that came twice; what comes of it is malformed.
        for name, value, status in [
            ("authorization", bearer, 400),
            ("origin", "https://app.example.com", 403),
        ]:
            pair = (name, value)
            first = ("authorization", bearer) if name == "origin" else pair
            assert get(port, first, pair, *([pair] if name == "origin" else [])).status_code == status
        target = "http://evil.example/"
        request = f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: {bearer}\r\n"
        answer = raw(port, f"{request}Connection: close\r\n\r\n".encode())
        assert answer.split(b" ")[1] == b"403"


def test_wsgi_without_the_credential(policy_file, bearer):
    with served("gunicorn", "apps:stripped_wsgi", policy_file) as port:
        told = get(port, ("authorization", bearer), ("x-other", "stays"), path="/?a=1").json()
        assert told["id"] == "alice"
        assert bearer not in json.dumps(told)
        assert told["environ"]["HTTP_X_OTHER"] == "stays"
        assert told["environ"]["QUERY_STRING"] == "a=1"


@contextlib.contextmanager
def hook_in_a_thread(gate):
    def handler(connection):
        connection.send(connection.doorward.id)

    with websockets.sync.server.serve(
        handler, "127.0.0.1", 0, process_request=process_request(gate), subprotocols=["chat"]
    ) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.socket.getsockname()[1]
        finally:
            server.shutdown()
            thread.join(20)


@contextlib.contextmanager
def hook_in_a_loop(gate):
    async def handler(connection):
        await connection.send(connection.doorward.id)

    started = threading.Event()
    found = {}

    async def serve():
        found["loop"], found["stop"] = asyncio.get_running_loop(), asyncio.Event()
        async with websockets.serve(
            handler, "127.0.0.1", 0, process_request=process_request(gate), subprotocols=["chat"]
        ) as server:
            found["port"] = server.sockets[0].getsockname()[1]
            started.set()
            await found["stop"].wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert started.wait(20)
        yield found["port"]
    finally:
        found["loop"].call_soon_threadsafe(found["stop"].set)
        thread.join(20)


@pytest.mark.parametrize("server", [hook_in_a_thread, hook_in_a_loop])
def test_the_hook_for_websockets(server, bearer):
    with server(doorward.Gate.from_policy(policy())) as port:
        with connected(port, ("authorization", bearer), subprotocols=["chat"]) as connection:
            assert connection.recv(timeout=20) == "alice"
        response = refused(port)
        assert (response.status_code, response.headers["www-authenticate"]) == (401, CHALLENGE)
        assert response.body == b"authentication required\n"
        assert refused(port, ("authorization", bearer), origin="https://evil.example").status_code == 403
        assert refused(port, ("authorization", bearer), ("authorization", bearer)).status_code == 400
        assert refused(port, ("authorization", "Bearer \xe9")).status_code == 400
        token = forge({"sub": "browser", "exp": soon()})
        with connected(port, subprotocols=[f"bearer.{token}", "chat"]) as connection:
            assert (connection.subprotocol, connection.recv(timeout=20)) == ("chat", "browser")
