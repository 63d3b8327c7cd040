"""An echo server over WebSocket, guarded by a policy file. SIGHUP makes it read the policy again.

python examples/websocket.py policy.toml 8080 [127.0.0.1]
"""

import logging
import signal
import socket
import sys
from typing import Any

import uvicorn
from doorward import Gate, PolicyError, UsageError, asgi


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


def main(policy: str, port: str, host: str = "127.0.0.1") -> None:
    """Serve until the process is ended."""
    logging.basicConfig(stream=sys.stdout, format="%(message)s")
    logging.getLogger("doorward").setLevel(logging.DEBUG)
    try:
        gate = Gate.open(policy)
        # Refuses to be open to other machines without any credential.
        gate.startup_check(f"{host}:{port}")
    except (PolicyError, UsageError) as error:
        sys.exit(f"not started {_said(error)}")

    def reload(*_: object) -> None:
        try:
            gate.reload()
            print("new rules", flush=True)
        except PolicyError as error:
            print(f"old rules kept {_said(error)}", flush=True)

    signal.signal(signal.SIGHUP, reload)
    listener = socket.create_server((host, int(port)))
    print("listening on {}:{}".format(*listener.getsockname()), flush=True)
    guarded = asgi.Doorward(app, gate)
    config = uvicorn.Config(guarded, lifespan="off", proxy_headers=False, log_level="error")
    uvicorn.Server(config).run([listener])


def _said(error: PolicyError | UsageError) -> str:
    return f"code={error.reason.code} reason={error.reason.log_name} {error}"


if __name__ == "__main__":
    main(*sys.argv[1:])
