"""Single functions of the path: for the vectors, and for programs that need just one of them.

They raise `Denied` with the core's reason where they refuse.
"""

from doorward._doorward import (
    base64url_decode,
    base64url_encode,
    bearer,
    capability_from,
    json_at,
    json_object,
    jws_verify,
    listen,
    parse_host,
    scratch,
)

__all__ = [
    "base64url_decode",
    "base64url_encode",
    "bearer",
    "capability_from",
    "json_at",
    "json_object",
    "jws_verify",
    "listen",
    "parse_host",
    "scratch",
]
