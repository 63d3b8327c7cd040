"""The exceptions.

The native module raises them through `of_code`, `usage` and `policy`. No message holds a byte of a
request or of a token.
"""

from __future__ import annotations

from doorward._reason import Reason


class Denied(Exception):
    """A token or a value is refused; `reason` says why.

    A gate's denial is a value and not this: see `Decision`.
    """

    reason: Reason

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"{reason.code} {reason.log_name}: {reason.text}")
        self.reason = reason

    def __reduce__(self) -> tuple[type[Denied], tuple[Reason]]:
        return type(self), (self.reason,)


class Undecided(Exception):
    """There is no answer: no clock, no store. Never to be told as a denial."""

    reason: Reason

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"{reason.code} {reason.log_name}: {reason.text}")
        self.reason = reason


class UsageError(ValueError):
    """The calling program or its configuration is wrong; `reason` says what."""

    reason: Reason

    def __init__(self, reason: Reason, message: str | None = None) -> None:
        super().__init__(f"{reason.code} {reason.log_name}: {message or reason.text}")
        self.reason = reason


class PolicyError(UsageError):
    """A policy that is not in order.

    `path` is the key's path, such as `jwt.key[0].secret_file`; `line` and `column` count from 1 and are
    `None` where there is no document to count in; `message` says what is wrong.
    """

    path: str
    line: int | None
    column: int | None
    message: str

    def __init__(
        self,
        reason: Reason,
        told: str,
        path: str,
        line: int | None,
        column: int | None,
        message: str,
    ) -> None:
        ValueError.__init__(self, told)
        self.reason = reason
        self.path = path
        self.line = line
        self.column = column
        self.message = message


class PyJWTError(Exception):
    """What PyJWT calls the root of its exceptions: here a second base of those of its names."""


class InvalidTokenError(Denied, PyJWTError):
    """A signed token is refused."""


class DecodeError(InvalidTokenError):
    """The token is malformed (30xx), or its claims are (5001 to 5003)."""


class InvalidSignatureError(DecodeError):
    """No key proves the token."""


class InvalidAlgorithmError(InvalidTokenError):
    """The token's algorithm is not one that is accepted."""


class ExpiredSignatureError(InvalidTokenError):
    """The token's, or the ticket's, time is over."""


class ImmatureSignatureError(InvalidTokenError):
    """The token's time has not come."""


class InvalidIssuerError(InvalidTokenError):
    """The token has another issuer."""


class InvalidAudienceError(InvalidTokenError):
    """The token is meant for somebody else."""


class InvalidSubjectError(InvalidTokenError):
    """The token has another subject."""


class MissingRequiredClaimError(InvalidTokenError):
    """A claim that must be there is not."""


class InvalidKeyError(UsageError, PyJWTError):
    """A secret is too short, undecodable, or the text of another kind of key."""


_OF_REASON: dict[Reason, type[Denied]] = {
    Reason.KEY_UNKNOWN: InvalidSignatureError,
    Reason.ALGORITHM_NOT_ALLOWED: InvalidAlgorithmError,
    Reason.SIGNATURE_INVALID: InvalidSignatureError,
    Reason.CLAIMS_JSON: DecodeError,
    Reason.CLAIMS_DUPLICATE_NAME: DecodeError,
    Reason.CLAIM_TYPE_INVALID: DecodeError,
    Reason.CLAIM_MISSING: MissingRequiredClaimError,
    Reason.TOKEN_EXPIRED: ExpiredSignatureError,
    Reason.TOKEN_NOT_YET_VALID: ImmatureSignatureError,
    Reason.ISSUER_NOT_ACCEPTED: InvalidIssuerError,
    Reason.AUDIENCE_UNEXPECTED: InvalidAudienceError,
    Reason.AUDIENCE_NOT_ACCEPTED: InvalidAudienceError,
    Reason.LIFETIME_TOO_LONG: InvalidTokenError,
    Reason.TOKEN_TOO_OLD: InvalidTokenError,
    Reason.SUBJECT_NOT_ACCEPTED: InvalidSubjectError,
    Reason.TOKEN_REVOKED: InvalidTokenError,
}


def of_code(code: int) -> Exception:
    """Make the exception that goes with a reason's number."""
    reason = Reason(code)
    if code < 2000:
        return usage(code)
    if code >= 9000:
        return Undecided(reason)
    if 3000 <= code < 4000:
        return DecodeError(reason)
    return _OF_REASON.get(reason, Denied)(reason)


def usage(code: int) -> UsageError:
    """Make the exception of a mistake of the caller's, whatever the reason's number."""
    reason = Reason(code)
    return InvalidKeyError(reason) if reason is Reason.KEY_INVALID else UsageError(reason)


def policy(
    told: str, code: int, path: str, line: int | None, column: int | None, message: str
) -> PolicyError:
    """Make the exception of a policy that is not in order."""
    return PolicyError(Reason(code), told, path, line, column, message)


def _tell_where(module: str, *exceptions: type[Exception]) -> None:
    """Name the module that an exception is imported from: tracebacks and pickle tell it."""
    for exception in exceptions:
        exception.__module__ = module


_tell_where("doorward", Denied, Undecided, UsageError, PolicyError)
_tell_where("doorward.jwt", PyJWTError, InvalidKeyError, InvalidTokenError, *_OF_REASON.values())
