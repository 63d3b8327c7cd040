"""What every kind of server shares: the log, the answer to a refused client, the credential taken out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from doorward import strip
from doorward._doorward import Decision

#: Where every decision is told: DEBUG if allowed, INFO if refused, WARNING if not decided.
logger = logging.getLogger("doorward")

Line = tuple[bytes, bytes]
_Strip = Callable[[bytes, str], bytes]

#: The key of the principal, in `scope["state"]` and wherever else a server keeps such things.
KEY = "doorward"


def log(decision: Decision) -> None:
    """Write one record. No byte of the request is in it."""
    if decision and not logger.isEnabledFor(logging.DEBUG):
        return
    peer = decision.peer
    principal = decision.principal
    if principal is not None:
        logger.debug("allowed kind=%s place=%s peer=%s", principal.kind, principal.place, peer)
        return
    reason = decision.reason
    assert reason is not None  # noqa: S101 - nobody is let in for a reason
    ours = reason.status >= 500
    logger.log(
        logging.WARNING if ours else logging.INFO,
        "%s code=%d reason=%s status=%d peer=%s",
        "not decided" if ours else "refused",
        reason.code,
        reason.log_name,
        reason.status,
        peer,
        extra={"code": reason.code, "reason": reason.log_name, "status": reason.status},
    )


def refusal(decision: Decision) -> tuple[list[tuple[str, str]], str]:
    """Give headers and body of a refusal: the class of the reason, and nothing else of it."""
    reason = decision.reason
    assert reason is not None  # noqa: S101 - asked of a denial only
    headers = [
        ("content-type", "text/plain; charset=utf-8"),
        # RFC 9111 §4.2.2: some statuses are cacheable by default; a refusal is of this moment.
        ("cache-control", "no-store"),
    ]
    challenge = decision.challenge
    if challenge is not None:
        headers.append(("www-authenticate", challenge))
    return headers, reason.body


def with_host_of_target(target: bytes, lines: list[Line]) -> list[Line]:
    """Put the host that an absolute-form target names before the lines (RFC 9112 §3.2.2).

    For WSGI, whose target is put together from parts; a target as it arrived is judged by the core.
    """
    if target.startswith(b"/") or b"://" not in target:
        return lines
    authority = target.split(b"://", 1)[1]
    for end in (b"/", b"?", b"#"):
        authority = authority.split(end, 1)[0]
    if any(name.lower() == b"host" and value.lower() == authority.lower() for name, value in lines):
        return lines
    return [(b"host", authority), *lines]


def take_out(
    decision: Decision, lines: Iterable[Line], target: bytes, every: bool
) -> tuple[list[Line], bytes]:
    """Take the credential out of what the application sees.

    A subprotocol goes in any case: a server that accepts it sends it back for all to read. The other
    places are emptied if `every` one is to be. An empty prefix takes every protocol for a credential, so
    it counts only where the credential was one.
    """
    found = decision.principal.place if decision.principal is not None else ""
    kept = list(lines)
    for place in decision.places:
        word, _, name = place.partition(":")
        if word == "subprotocol":
            if name or found == place:
                kept = _rewritten(kept, b"sec-websocket-protocol", name, strip.subprotocol)
        elif not every:
            continue
        elif word == "cookie":
            kept = _rewritten(kept, b"cookie", name, strip.cookie)
        elif word == "query":
            target = strip.query(target, name)
        else:
            gone = (name or word).lower().encode()
            kept = [(header, value) for header, value in kept if header.lower() != gone]
    return kept, target


def _rewritten(lines: list[Line], header: bytes, name: str, rest: _Strip) -> list[Line]:
    kept = []
    for line_name, value in lines:
        if line_name.lower() == header:
            value = rest(value, name)
            if not value:
                continue
        kept.append((line_name, value))
    return kept
