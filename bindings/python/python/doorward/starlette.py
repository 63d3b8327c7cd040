"""A dependency for FastAPI, and for Starlette's endpoints: one route asks for a principal.

    principal: Annotated[Principal, Depends(doorward.starlette.Guard(gate))]

Where every route needs one, `doorward.asgi.Doorward` around the application is the safer way: a route
that is added later cannot forget it.
"""

# No `from __future__ import annotations`: FastAPI reads the annotations of a callable object, and cannot
# resolve them from text.

from starlette.exceptions import HTTPException, WebSocketException
from starlette.requests import HTTPConnection

from doorward import _server, asgi
from doorward._doorward import Decision, Gate, Principal

__all__ = ["Guard"]


class Guard:
    """Decides the connection that it is called with, and gives the principal.

    Refused: raises `HTTPException` with the status and the challenge of the reason's class. A WebSocket
    handshake is answered the same where the server offers `websocket.http.response`; elsewhere it is
    closed with 1008.
    """

    def __init__(self, gate: Gate, *, scheme: str | None = None) -> None:
        self.gate = gate
        self.scheme = scheme

    async def __call__(self, connection: HTTPConnection) -> Principal:
        """Decide the connection."""
        scope = connection.scope
        decision = asgi.decide(self.gate, scope, scheme=self.scheme)
        principal = decision.principal
        if principal is not None:
            _take_out_offer(connection, decision)
            return principal
        if scope["type"] == "websocket" and "websocket.http.response" not in (scope.get("extensions") or {}):
            raise WebSocketException(code=1008)
        headers, body = _server.refusal(decision)
        kept = {name: value for name, value in headers if name != "content-type"}
        raise HTTPException(decision.status, detail=body.strip(), headers=kept)


def _take_out_offer(connection: HTTPConnection, decision: Decision) -> None:
    """Take a secret subprotocol out of the scope that the endpoint sees: `accept` could send it back."""
    admitted = asgi.admitted(connection.scope, decision, strip_credential=False)
    for key in ("headers", "subprotocols"):
        if key in admitted:
            connection.scope[key] = admitted[key]
    # Starlette keeps the headers that it has read.
    vars(connection).pop("_headers", None)
