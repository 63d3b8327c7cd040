"""Signed tokens: JWS compact serialization with HS256, HS384 and HS512.

`Verifier` is the thing to use. `decode` has PyJWT's parameters for programs that come from there; what
it does otherwise than PyJWT stands in the page "Coming from PyJWT".
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from doorward import _doorward
from doorward._doorward import Claims, Key, Verifier
from doorward._errors import (
    DecodeError,
    ExpiredSignatureError,
    ImmatureSignatureError,
    InvalidAlgorithmError,
    InvalidAudienceError,
    InvalidIssuerError,
    InvalidKeyError,
    InvalidSignatureError,
    InvalidSubjectError,
    InvalidTokenError,
    MissingRequiredClaimError,
    PyJWTError,
    UsageError,
)
from doorward._reason import Reason

__all__ = [
    "Claims",
    "DecodeError",
    "ExpiredSignatureError",
    "ImmatureSignatureError",
    "InvalidAlgorithmError",
    "InvalidAudienceError",
    "InvalidIssuerError",
    "InvalidKeyError",
    "InvalidSignatureError",
    "InvalidSubjectError",
    "InvalidTokenError",
    "Key",
    "MissingRequiredClaimError",
    "PyJWTError",
    "Verifier",
    "decode",
    "sign",
]


def sign(
    claims: Mapping[str, Any] | str | bytes,
    key: Key | str | bytes,
    *,
    algorithm: str | None = None,
) -> str:
    """Sign a claims set.

    A mapping is written as compact JSON; text is taken byte for byte, once it is one strict JSON object
    without a name twice. `key` is a `Key`, or a secret for `algorithm`, which is HS256 if it is not
    given. Raises `UsageError` for claims that no verifier should take.

    >>> sign({"sub": "alice"}, "an example secret of forty characters...")[:36]
    'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9'
    """
    if not isinstance(key, Key):
        key = Key(key, algorithm=algorithm or "HS256")
    elif algorithm is not None:
        raise ValueError("algorithm: a Key has its own")
    if not isinstance(claims, (str, bytes)):
        claims = json.dumps(dict(claims), separators=(",", ":"), allow_nan=False)
    return _doorward.sign(claims, key)


def decode(
    jwt: str | bytes,
    key: str | bytes = "",
    algorithms: Sequence[str] | None = None,
    options: Mapping[str, Any] | None = None,
    *,
    audience: str | Iterable[str] | None = None,
    subject: str | None = None,
    issuer: str | Iterable[str] | None = None,
    leeway: float | timedelta = 0,
) -> dict[str, Any]:
    """Verify a token and give its claims, with the parameters of PyJWT's `decode`.

    The rules are doorward's, which are stricter; what it cannot do it refuses with `UsageError`. The
    last sixteen combinations of key and settings are kept ready.

    >>> secret = "an example secret of forty characters..."
    >>> token = sign({"sub": "alice", "exp": 4102444800}, secret)
    >>> decode(token, secret, algorithms=["HS256"])
    {'sub': 'alice', 'exp': 4102444800}
    """
    if not algorithms:
        raise UsageError(Reason.CONFIG_INVALID, "algorithms must name at least one algorithm")
    require, ignore_audience, ignore_issuer = _options(options or {})
    verifier = _verifier(
        key,
        _names("algorithms", algorithms),
        () if audience is None or ignore_audience else _names("audience", audience),
        None if ignore_issuer else _one_issuer(issuer),
        subject,
        _whole_seconds(leeway),
        require,
        ignore_audience,
    )
    return verifier.decode(jwt)


# What PyJWT may be told to leave out and doorward always does.
_ALWAYS = {
    "verify_signature",
    "verify_exp",
    "verify_nbf",
    "verify_iat",
    "verify_sub",
    "verify_jti",
    "enforce_minimum_key_length",
}


def _options(options: Mapping[str, Any]) -> tuple[tuple[str, ...], bool, bool]:
    """Read the options: the claims that are required, and whether audience and issuer are ignored."""
    require: tuple[str, ...] = ()
    ignore = {"verify_aud": False, "verify_iss": False}
    for name, value in options.items():
        if name == "require":
            require = _names("options['require']", value)
        elif name in ignore:
            ignore[name] = not value
        elif name in _ALWAYS:
            if not value:
                raise UsageError(Reason.CONFIG_INVALID, f"options: {name} cannot be turned off")
        elif name != "strict_aud" or value:
            raise UsageError(Reason.CONFIG_INVALID, "options: unknown, or not offered")
    return require, ignore["verify_aud"], ignore["verify_iss"]


def _names(what: str, names: str | Iterable[str]) -> tuple[str, ...]:
    if isinstance(names, str):
        names = (names,)
    found = tuple(names)
    if not all(isinstance(name, str) for name in found):
        raise TypeError(f"{what} must be str or an iterable of str")
    if not found and what == "audience":
        raise UsageError(Reason.CONFIG_INVALID, "audience must name at least one")
    return found


def _one_issuer(issuer: str | Iterable[str] | None) -> str | None:
    if issuer is None or isinstance(issuer, str):
        return issuer
    issuers = _names("issuer", issuer)
    if len(issuers) != 1:
        raise UsageError(Reason.CONFIG_INVALID, "issuer must be one")
    return issuers[0]


def _whole_seconds(leeway: float | timedelta) -> int:
    seconds = leeway.total_seconds() if isinstance(leeway, timedelta) else leeway
    if seconds != int(seconds) or seconds < 0:
        raise UsageError(Reason.CONFIG_INVALID, "leeway must be whole seconds, not negative")
    return int(seconds)


def _new_verifier(
    key: str | bytes,
    algorithms: tuple[str, ...],
    audience: tuple[str, ...],
    issuer: str | None,
    subject: str | None,
    leeway: int,
    require: tuple[str, ...],
    ignore_audience: bool,
) -> Verifier:
    return Verifier(
        [Key(key, algorithm=algorithm) for algorithm in algorithms],
        audience=audience or None,
        issuer=issuer,
        subject=subject,
        leeway=leeway,
        # doorward demands `exp` in any case.
        required=[name for name in require if name != "exp"] or None,
        ignore_audience=ignore_audience,
    )


_verifier = functools.lru_cache(maxsize=16)(_new_verifier)
