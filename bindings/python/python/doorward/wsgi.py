"""WSGI middleware: every request is decided before the application sees it.

    app = doorward.wsgi.Doorward(app, Gate.open("policy.toml"))

A WSGI server joins the lines of a header that came twice into one, with a comma. What doorward judges
has no comma in it, so a joined `Host`, `Origin` or `Authorization` is refused as malformed (2103, 2203,
2302) where ASGI refuses the duplicate as such. `X_Forwarded_Host` and `X-Forwarded-Host` are one name to
WSGI: if the policy lists proxies, use a server that drops the former, as gunicorn does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from doorward import _server
from doorward._doorward import Decision, Gate, address_of

__all__ = ["Doorward", "decide"]

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
App = Callable[[Environ, StartResponse], Iterable[bytes]]

#: The key of the principal in the environ.
PRINCIPAL = "doorward.principal"


class Doorward:
    """Puts a gate in front of a WSGI application.

    Allowed: the application is called, with the `Principal` in `environ["doorward.principal"]`. With
    `strip_credential=True` the credential is taken out of what it sees.

    Refused: the client gets the status and the challenge of the reason's class and one line of text.

    `scheme` is how the server is reached, if it is not as `wsgi.url_scheme` says.
    """

    def __init__(
        self, app: App, gate: Gate, *, scheme: str | None = None, strip_credential: bool = False
    ) -> None:
        self.app = app
        self.gate = gate
        self.scheme = scheme
        self.strip_credential = strip_credential

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Decide, and call the application or refuse."""
        decision = decide(self.gate, environ, scheme=self.scheme)
        if not decision:
            headers, body = _server.refusal(decision)
            headers.append(("content-length", str(len(body))))
            start_response(f"{decision.status} {HTTPStatus(decision.status).phrase}", headers)
            return [body.encode()]
        return self.app(_admitted(environ, decision, self.strip_credential), start_response)


def decide(gate: Gate, environ: Environ, *, scheme: str | None = None) -> Decision:
    """Decide a request by its environ, and write the log record."""
    peer = address_of(environ.get("REMOTE_ADDR") or "")
    # gunicorn and others keep the request line's own target here.
    line = environ.get("RAW_URI") or environ.get("REQUEST_URI") or "/"
    decision = gate.decide(
        headers=_server.with_host_of_target(line.encode("latin-1"), _lines(environ)),
        target=_target(environ),
        scheme=scheme or environ["wsgi.url_scheme"],
        method=environ["REQUEST_METHOD"],
        peer=peer,
    )
    _server.log(decision)
    return decision


def _lines(environ: Environ) -> list[tuple[bytes, bytes]]:
    """Give the header lines back as bytes: PEP 3333's strings are latin-1."""
    return [
        (key[5:].replace("_", "-").lower().encode("latin-1"), value.encode("latin-1"))
        for key, value in environ.items()
        if key.startswith("HTTP_") and isinstance(value, str)
    ]


def _target(environ: Environ) -> bytes:
    path = (environ.get("SCRIPT_NAME") or "") + (environ.get("PATH_INFO") or "")
    target = quote(path.encode("latin-1")).encode() or b"/"
    query = (environ.get("QUERY_STRING") or "").encode("latin-1")
    return target + b"?" + query if query else target


def _admitted(environ: Environ, decision: Decision, strip_credential: bool) -> Environ:
    admitted = {**environ, PRINCIPAL: decision.principal}
    if strip_credential or "HTTP_SEC_WEBSOCKET_PROTOCOL" in environ:
        lines, target = _server.take_out(decision, _lines(environ), _target(environ), strip_credential)
        kept = {
            f"HTTP_{name.decode('latin-1').upper().replace('-', '_')}": value.decode("latin-1")
            for name, value in lines
        }
        for key in [key for key in admitted if key.startswith("HTTP_")]:
            if key in kept:
                admitted[key] = kept[key]
            else:
                del admitted[key]
        if strip_credential:
            admitted["QUERY_STRING"] = target.partition(b"?")[2].decode("latin-1")
            # They hold the target as it came.
            for key in ("RAW_URI", "REQUEST_URI"):
                admitted.pop(key, None)
    return admitted
