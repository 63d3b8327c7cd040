"""bindings/python/examples/websocket.py with doorward taken out."""

import socket
import sys
from typing import Any

import uvicorn


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Send back what comes."""
    if scope["type"] == "http":
        upgrade = [(b"connection", b"upgrade"), (b"upgrade", b"websocket")]
        await send({"type": "http.response.start", "status": 426, "headers": upgrade})
        return await send({"type": "http.response.body"})
    await receive()
    offered = scope["subprotocols"]
    await send({"type": "websocket.accept", "subprotocol": "echo.v1" if "echo.v1" in offered else None})
    while (event := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": event.get("text"), "bytes": event.get("bytes")})


def main(_policy: str, port: str, host: str = "127.0.0.1") -> None:
    """Serve until the process is ended."""
    listener = socket.create_server((host, int(port)))
    print("listening on {}:{}".format(*listener.getsockname()), flush=True)
    config = uvicorn.Config(app, lifespan="off", proxy_headers=False, log_level="error")
    uvicorn.Server(config).run([listener])


if __name__ == "__main__":
    main(*sys.argv[1:])
