"""Origins on their own, and the check of a page without a credential.

>>> rules = Rules(mode="same-origin-or-list", allow=["https://*.apps.example.com"])
>>> page = [("host", "app.example.com"), ("origin", "https://evil.example")]
>>> rules.decide(headers=page, scheme="https").reason
<Reason.ORIGIN_NOT_ALLOWED: 2205>
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from doorward import _doorward
from doorward._doorward import Decision, Gate

__all__ = ["Rules", "normalise", "parse"]


def parse(value: str | bytes) -> str:
    """Check an `Origin` value against the header's grammar and give its canonical text.

    Raises `Denied`: 2203 for what is no serialized origin, 2204 for `null`.

    >>> parse("https://app.example.com")
    'https://app.example.com'
    """
    return _doorward.parse_origin(value)


def normalise(line: str) -> str:
    """Give the canonical text of a line of an origin list.

    Raises `UsageError` for a line that no page's Origin could match, and for one that would match
    nearly every page.

    >>> normalise("HTTPS://App.Example.com:443/")
    'https://app.example.com'
    """
    return _doorward.normalise_origin(line)


class Rules:
    """Judges host and page of a request and asks for no credential.

    The keywords are the keys of the policy's `[origin]` table; `hosts` are the hosts that may be asked
    for, `trusted_proxies` those whose forwarding headers count.
    """

    def __init__(
        self,
        *,
        hosts: Iterable[str] | None = None,
        trusted_proxies: Iterable[str] | None = None,
        **origin: Any,  # noqa: ANN401 - the policy's reader judges names and values
    ) -> None:
        host: dict[str, Any] = {}
        if hosts is not None:
            host["allow"] = list(hosts)
        if trusted_proxies is not None:
            host["trusted_proxies"] = list(trusted_proxies)
        self._gate = Gate.from_policy({"host": host, "origin": origin, "credential": {"anonymous": True}})

    def decide(
        self,
        *,
        headers: Iterable[tuple[str | bytes, str | bytes]] | Mapping[str, str],
        scheme: str,
        peer: str | None = None,
    ) -> Decision:
        """Judge one request: see `Gate.decide`. A credential, were one presented, is refused."""
        return self._gate.decide(headers=headers, target="/", scheme=scheme, peer=peer)
