"""ASGI middleware: every HTTP request and WebSocket handshake is decided before the application sees it.

    app = doorward.asgi.Doorward(app, Gate.open("policy.toml"))

Needs nothing but doorward; works under uvicorn, hypercorn, daphne and whatever else speaks ASGI 3. Start
uvicorn with `--no-proxy-headers`: it would believe whoever connects from this machine about the client's
address, which the policy's `trusted_proxies` go by.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import quote

from doorward import _server
from doorward._doorward import Decision, Gate, decide_connection, with_principal

__all__ = ["Doorward", "decide"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Doorward:
    """Puts a gate in front of an ASGI application.

    Allowed: the application is called, with the `Principal` in `scope["state"]["doorward"]`
    (Starlette's `request.state.doorward`). What stands in a `subprotocol:` place of the policy is taken
    out, so that no server can echo a secret; with `strip_credential=True` so is the credential of every
    other place.

    Refused: the client gets the status and the challenge of the reason's class and one line of text. A
    WebSocket handshake gets them too where the server offers `websocket.http.response`; elsewhere it is
    closed with 1008, which servers answer with 403.

    `scheme` is how the server is reached, if it is not as `scope["scheme"]` says: behind a proxy that
    ends TLS and is not listed in the policy. No forwarding header is believed here; that is the policy's
    part.
    """

    def __init__(
        self, app: App, gate: Gate, *, scheme: str | None = None, strip_credential: bool = False
    ) -> None:
        self.app = app
        self.gate = gate
        self.scheme = scheme
        self.strip_credential = strip_credential

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Decide, and call the application or refuse."""
        kind = scope["type"]
        if kind == "lifespan":
            await self.app(scope, receive, send)
            return
        if kind not in ("http", "websocket"):
            # Nobody has decided what it may do.
            raise RuntimeError("doorward knows http, websocket and lifespan; this scope is another")
        decision = decide(self.gate, scope, scheme=self.scheme)
        if decision:
            await self.app(admitted(scope, decision, self.strip_credential), receive, send)
        elif kind == "http":
            await _refuse(decision, "http.response", send)
        elif "websocket.http.response" in (scope.get("extensions") or {}):
            await receive()
            await _refuse(decision, "websocket.http.response", send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": 1008})


def decide(gate: Gate, scope: Scope, *, scheme: str | None = None) -> Decision:
    """Decide a connection by its scope, and write the log record."""
    lines = scope["headers"]
    if not isinstance(lines, list):
        # The specification says iterable: the application is to see them too.
        lines = scope["headers"] = list(lines)
    client = scope.get("client")
    decision = decide_connection(
        gate,
        lines,
        _path(scope),
        scope.get("query_string"),
        scheme or scope.get("scheme") or _DEFAULT_SCHEME[scope["type"]],
        scope.get("method", "GET"),
        client[0] if client else None,
    )
    _server.log(decision)
    return decision


#: What the specification says where a scope names none.
_DEFAULT_SCHEME = {"http": "http", "websocket": "ws"}


def _path(scope: Scope) -> bytes:
    return scope.get("raw_path") or quote(scope["path"]).encode()


def admitted(scope: Scope, decision: Decision, strip_credential: bool) -> Scope:
    """Give the scope for the application: a copy, since a server may share what is in it."""
    copy = with_principal(scope, _server.KEY, decision.principal)
    if strip_credential or decision.offers_credential:
        query = scope.get("query_string")
        target = _path(scope) + b"?" + query if query else _path(scope)
        lines, stripped = _server.take_out(decision, scope["headers"], target, strip_credential)
        copy["headers"] = lines
        if stripped != target:
            copy["query_string"] = stripped.partition(b"?")[2]
        if "subprotocols" in scope:
            offered = [value for name, value in lines if _is_offer(name)]
            # RFC 9110 §5.6.3: space and tab, and no other white space.
            names = {name.strip(" \t") for value in offered for name in value.decode("latin-1").split(",")}
            copy["subprotocols"] = [name for name in scope["subprotocols"] if name in names]
    return copy


def _is_offer(name: bytes) -> bool:
    # The specification says lower case; the gate has looked at any.
    return name.lower() == b"sec-websocket-protocol"


async def _refuse(decision: Decision, message: str, send: Send) -> None:
    headers, text = _server.refusal(decision)
    body = text.encode()
    lines = [(name.encode(), value.encode()) for name, value in headers]
    lines.append((b"content-length", str(len(body)).encode()))
    await send({"type": f"{message}.start", "status": decision.status, "headers": lines})
    await send({"type": f"{message}.body", "body": body})
