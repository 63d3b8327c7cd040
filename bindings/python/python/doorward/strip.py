"""Taking the credential out of what goes to a log, on to another server, or back to the client."""

from __future__ import annotations

from doorward import _doorward

__all__ = ["cookie", "query", "subprotocol"]


def query(target: str | bytes, name: str) -> bytes:
    """Give the target without the query parameter `name`.

    >>> query("/ws?room=1&token=secret", "token")
    b'/ws?room=1'
    """
    return _doorward.strip_query(target, name)


def cookie(value: str | bytes, name: str) -> bytes:
    """Give the `Cookie` value without the cookie `name`; empty if no other is left.

    >>> cookie("theme=dark; session=secret", "session")
    b'theme=dark'
    """
    return _doorward.strip_cookie(value, name)


def subprotocol(value: str | bytes, prefix: str) -> bytes:
    """Give the `Sec-WebSocket-Protocol` value without the items that begin with `prefix`.

    >>> subprotocol("chat, bearer.secret", "bearer.")
    b'chat'
    """
    return _doorward.strip_subprotocol(value, prefix)
