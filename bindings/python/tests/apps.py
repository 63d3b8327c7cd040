"""The applications that the tests put behind real servers. The policy's file is in `POLICY`."""

from __future__ import annotations

import json
import os
from typing import Annotated

import django
import doorward
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, JsonResponse
from django.urls import path
from doorward import asgi, starlette, wsgi
from fastapi import Depends, FastAPI, WebSocket

GATE = doorward.Gate.open(os.environ["POLICY"])


def seen(scope):
    """What an application can see of who is there, and of the credential."""
    principal = scope["state"]["doorward"]
    return {
        "kind": principal.kind,
        "id": principal.id,
        "place": principal.place,
        "headers": [[name.decode("latin-1"), value.decode("latin-1")] for name, value in scope["headers"]],
        "query": scope["query_string"].decode(),
        "subprotocols": scope.get("subprotocols"),
    }


async def plain(scope, receive, send):
    """Echoes over WebSockets and tells over HTTP who is there."""
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    body = json.dumps(seen(scope)).encode()
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})
        return
    await receive()
    chosen = scope["subprotocols"][0] if scope["subprotocols"] else None
    await send({"type": "websocket.accept", "subprotocol": chosen})
    await send({"type": "websocket.send", "text": body.decode()})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})


guarded = asgi.Doorward(plain, GATE)
stripped = asgi.Doorward(plain, GATE, strip_credential=True)


def plain_wsgi(environ, start_response):
    principal = environ["doorward.principal"]
    told = {
        "kind": principal.kind,
        "id": principal.id,
        "environ": {key: value for key, value in environ.items() if isinstance(value, str)},
    }
    start_response("200 OK", [("content-type", "application/json")])
    return [json.dumps(told).encode()]


guarded_wsgi = wsgi.Doorward(plain_wsgi, GATE)
stripped_wsgi = wsgi.Doorward(plain_wsgi, GATE, strip_credential=True)


fast = FastAPI()
Who = Annotated[doorward.Principal, Depends(starlette.Guard(GATE))]


@fast.get("/who")
async def who(principal: Who) -> dict[str, str | None]:
    return {"id": principal.id}


@fast.get("/open")
async def everybody() -> dict[str, str]:
    return {"hello": "all"}


@fast.websocket("/ws")
async def echo(websocket: WebSocket, principal: Who) -> None:
    await websocket.accept()
    await websocket.send_text(principal.id or "")


def view(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"id": request.scope["state"]["doorward"].id})  # type: ignore[attr-defined]


urlpatterns = [path("who", view)]
settings.configure(
    ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="of Django's, for the test", USE_TZ=True
)
django.setup()
django_guarded = asgi.Doorward(get_asgi_application(), GATE)
