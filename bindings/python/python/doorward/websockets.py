"""A `process_request` hook for the package `websockets`, its asyncio and its threading server.

    async with websockets.serve(handler, "127.0.0.1", 8765, process_request=process_request(gate)):
        ...

Inside the handler, `connection.doorward` is the `Principal`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from doorward import _server
from doorward._doorward import Gate, address_of

__all__ = ["process_request"]


def process_request(gate: Gate, *, scheme: str = "ws") -> Callable[[Any, Any], Any]:
    """Make the hook. `scheme` is `wss` where the server is reached over TLS.

    A refused client gets the status and the challenge of the reason's class. What stands in a
    `subprotocol:` place of the policy is taken out of the offered protocols, so that the server cannot
    select it.
    """

    def hook(connection: Any, request: Any) -> Any:  # noqa: ANN401 - of a package that is not required
        address = connection.remote_address
        peer = address_of(address[0]) if isinstance(address, tuple) else None
        # The package reads header values as latin-1, and request targets as ASCII.
        lines = [
            (name.encode("latin-1"), value.encode("latin-1")) for name, value in request.headers.raw_items()
        ]
        target = request.path.encode("latin-1")
        decision = gate.decide(headers=lines, target=target, scheme=scheme, peer=peer)
        _server.log(decision)
        if not decision:
            headers, body = _server.refusal(decision)
            response = connection.respond(decision.status, body)
            for name, value in headers:
                if name in response.headers:
                    del response.headers[name]
                response.headers[name] = value
            return response
        kept, _ = _server.take_out(decision, lines, target, every=False)
        if kept != lines:
            del request.headers["Sec-WebSocket-Protocol"]
            for header, rest in kept:
                if header.lower() == b"sec-websocket-protocol":
                    request.headers["Sec-WebSocket-Protocol"] = rest.decode("latin-1")
        connection.doorward = decision.principal
        return None

    return hook
