"""What the tests share: a policy, its secrets, and signed tokens made without doorward."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
SECRET = "an example secret of forty characters..."
CAPABILITY = "kd83hf-2hf9_sm3jd84hf7skq0z9x8c7v6b5n4m3l2k"


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def forge(
    claims: dict[str, Any] | str | bytes,
    *,
    secret: str = SECRET,
    header: dict[str, Any] | str | None = None,
    digest: str = "sha256",
) -> str:
    """Sign with Python's own HMAC: the code under test has no part in it."""
    if header is None:
        header = {"alg": "HS256", "typ": "JWT"}
    text = header if isinstance(header, str) else json.dumps(header, separators=(",", ":"))
    if isinstance(claims, dict):
        claims = json.dumps(claims, separators=(",", ":"))
    if isinstance(claims, str):
        claims = claims.encode()
    signed = f"{b64(text.encode())}.{b64(claims)}"
    return f"{signed}.{b64(hmac.digest(secret.encode(), signed.encode(), digest))}"


def soon() -> int:
    return int(time.time()) + 600


def policy(**tables: Any) -> dict[str, Any]:
    return {
        "host": {"allow": ["localhost:*", "127.0.0.1:*"]},
        "origin": {"mode": "list", "allow": ["https://app.example.com"]},
        "credential": {"places": ["authorization", "cookie:session", "subprotocol:bearer."]},
        "capability": [
            {"id": "ci", "sha256": hashlib.sha256(CAPABILITY.encode()).hexdigest(), "scopes": ["deploy"]}
        ],
        "jwt": {"key": [{"algorithm": "HS256", "secret": SECRET, "id": "k1"}]},
        **tables,
    }


@pytest.fixture
def bearer() -> str:
    return "Bearer " + forge({"sub": "alice", "exp": soon(), "scope": "read write"})
