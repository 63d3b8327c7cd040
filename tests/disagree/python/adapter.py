"""Puts the cases on standard input to one library of Python's. usage: adapter.py LIBRARY

Each line is a case (corpus.py); each answer is "id TAB accept|refuse TAB the library's words".
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable
from typing import Any

import authlib.jose
import jose.jwt
import joserfc.jwk
import joserfc.jwt
import jwt

Question = dict[str, Any]


def pyjwt(question: Question, token: bytes | str, secret: bytes) -> None:
    """jwt/types.py, Options: it demands the issuer, audience and subject that it compares, where they are given."""
    jwt.decode(
        token,
        secret,
        algorithms=[question["algorithm"]],
        issuer=question["issuer"],
        audience=question["audience"],
        subject=question["subject"],
        leeway=question["leeway"],
        options={
            "require": [*question["required"], *compared(question)],
            "verify_aud": not question["ignore_audience"],
            "enforce_minimum_key_length": True,
        },
    )


def joserfc_(question: Question, token: bytes | str, secret: bytes) -> None:
    """joserfc/jwt.py, JWTClaimsRegistry."""
    key = joserfc.jwk.OctKey.import_key(secret)
    registry = joserfc.jwt.JWTClaimsRegistry(now=question["now"], leeway=question["leeway"], **claim_options(question))
    registry.validate(joserfc.jwt.decode(token, key, algorithms=[question["algorithm"]]).claims)


def authlib_(question: Question, token: bytes | str, secret: bytes) -> None:
    """authlib/jose/rfc7519/claims.py, BaseClaims."""
    decoder = authlib.jose.JsonWebToken([question["algorithm"]])
    claims = decoder.decode(token, secret, claims_options=claim_options(question))
    claims.validate(now=question["now"], leeway=question["leeway"])


def python_jose(question: Question, token: bytes | str, secret: bytes) -> None:
    """jose/jwt.py, decode. It takes one audience."""
    audience = question["audience"]
    if audience is not None and len(audience) > 1:
        raise NotAskedError("several audiences")
    required = {f"require_{claim}": True for claim in (*question["required"], *compared(question))}
    jose.jwt.decode(
        token,
        secret,
        algorithms=[question["algorithm"]],
        issuer=question["issuer"],
        audience=audience[0] if audience else None,
        subject=question["subject"],
        options={"leeway": question["leeway"], "verify_aud": not question["ignore_audience"], **required},
    )


class NotAskedError(Exception):
    """The library has no way to be given this case."""


def compared(question: Question) -> list[str]:
    names = {"iss": "issuer", "aud": "audience", "sub": "subject"}
    return [claim for claim, option in names.items() if question[option] is not None]


def claim_options(question: Question) -> dict[str, Any]:
    """The options of joserfc and Authlib, inspired by OpenID Connect's claims parameter."""
    options: dict[str, Any] = {claim: {"essential": True} for claim in question["required"]}
    for claim, option in (("iss", "issuer"), ("sub", "subject")):
        if question[option] is not None:
            options[claim] = {"essential": True, "value": question[option]}
    if question["audience"] is not None:
        options["aud"] = {"essential": True, "values": question["audience"]}
    return options


LIBRARIES: dict[str, Callable[[Question, bytes | str, bytes], None]] = {
    "PyJWT": pyjwt,
    "joserfc": joserfc_,
    "Authlib": authlib_,
    "python-jose": python_jose,
}


def main() -> None:
    """One answer a line, at once, so that a crash is known by its case."""
    warnings.simplefilter("ignore")
    verify = LIBRARIES[sys.argv[1]]
    for line in sys.stdin:
        question = json.loads(line)
        raw = bytes.fromhex(question["token"])
        token = raw.decode("ascii") if raw.isascii() else raw
        try:
            verify(question, token, bytes.fromhex(question["secret"]))
            answer = "accept\t"
        except NotAskedError as why:
            answer = f"unasked\t{why}"
        # Any exception keeps a caller from going on, whatever its class.
        except Exception as error:
            answer = f"refuse\t{json.dumps(f'{type(error).__name__}: {error}')}"
        print(f"{question['id']}\t{answer}", flush=True)


if __name__ == "__main__":
    main()
