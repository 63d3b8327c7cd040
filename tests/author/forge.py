"""Tokens made with hashlib and hmac alone, so that no expected value comes from the code under test."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

HASHES = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}

NOW = 1_700_000_000
"""The time at which most cases are judged."""

SECRET = "vector-secret-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""A test secret that is long enough for each algorithm."""

OTHER = "another-secret-9876543210-zyxwvutsrqponmlkjihgfedcba-ZYXWVUTSRQPONMLKJIHGFEDCBA"

TOKEN = "vector-token-0123456789abcdef"
"""A test capability token."""


def b64(data: bytes) -> str:
    """base64url without padding (RFC 7515 appendix C)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def compact(value: Any) -> str:
    """JSON without spaces; the order of the members is the order of the dict."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def mac(algorithm: str, secret: str | bytes, text: str) -> bytes:
    """The HMAC of an ASCII signing input."""
    key = secret.encode() if isinstance(secret, str) else secret
    return hmac.new(key, text.encode("ascii"), HASHES[algorithm]).digest()


def sign_bytes(header: bytes, payload: bytes, secret: str | bytes = SECRET, algorithm: str = "HS256") -> str:
    """A token whose header and payload are these bytes, whatever they hold."""
    text = b64(header) + "." + b64(payload)
    return text + "." + b64(mac(algorithm, secret, text))


def sign(
    claims: dict[str, Any] | str,
    header: dict[str, Any] | str | None = None,
    secret: str | bytes = SECRET,
    algorithm: str = "HS256",
) -> str:
    """A token over these claims; text stands as it is, a dict becomes compact JSON."""
    head = {"alg": algorithm, "typ": "JWT"} if header is None else header
    head_text = head if isinstance(head, str) else compact(head)
    body_text = claims if isinstance(claims, str) else compact(claims)
    return sign_bytes(head_text.encode(), body_text.encode(), secret, algorithm)


def digest(token: str | bytes) -> str:
    """The stored form of a capability token."""
    return hashlib.sha256(token.encode() if isinstance(token, str) else token).hexdigest()
