"""Capability tokens: random text whose bearer may come in. Only its SHA-256 is stored.

>>> token = generate()
>>> stored = [digest(token)]
>>> matches(token, stored), matches(generate(), stored)
(True, False)
"""

from __future__ import annotations

from collections.abc import Iterable

from doorward import _doorward

__all__ = ["digest", "find", "generate", "matches"]


def generate(form: str = "base64url") -> str:
    """Make a token with 256 bits from the system's random source.

    `form` is `base64url` (43 characters), `hex` (64) or `letters62` (43, letters and digits only).
    """
    return _doorward.generate(form)


def digest(token: str | bytes | bytearray | memoryview) -> str:
    """Give the SHA-256 of a token in hexadecimal digits: what is stored in its place.

    >>> digest("kd83hf-2hf9_sm3jd84hf7skq0z9x8c7v6b5n4m3l2k")[:16]
    '270f868efdf28cfc'
    """
    return _doorward.digest(token)


def matches(token: str | bytes | bytearray | memoryview, digests: Iterable[str]) -> bool:
    """Say whether one of the digests is the token's. None is left out, no match ends the search."""
    return _doorward.find(token, digests) is not None


def find(token: str | bytes | bytearray | memoryview, digests: Iterable[str]) -> int | None:
    """Give the place of the token's digest in the list, or `None`.

    The first place is 0, which is false: ask `matches` for a yes or no.
    """
    return _doorward.find(token, digests)
