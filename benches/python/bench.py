"""What verifying costs in Python, beside the core's own time and beside other libraries.

    make bench-python                      # the tables
    sh benches/python/run.sh --json FILE   # and the figures as JSON

All contestants take turns in every round, over the same 256 tokens, each for about the same time, after as
many calls that are not counted: what another has left in the caches is not theirs. What is measured is the
time that the thread had the processor, so that a neighbour's turn is not counted; the figures are the tenth
percentile and the median over the rounds.

The JSON is a list with an object for each figure:

    {"name": "verify", "size": 281, "p10_ns": 494.1, "median_ns": 512.0, "over_core_ns": 62.1, "ratio": 112.1}

`size` is the token's, in bytes, and `null` where there is none. `over_core_ns` is `p10_ns` less that of
`core`, which is the core alone, called from Rust. `ratio` is how many of these fit into one `decode` of
PyJWT's, both p10. Both are `null` where they say nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import hmac
import json
import platform
import time
import warnings

import doorward
import jwt as pyjwt
import orjson
from authlib.jose import JsonWebToken
from doorward import Gate, _doorward, asgi, jwt
from jose import jwt as python_jose
from joserfc import jwt as joserfc
from joserfc.jwk import OctKey

from tokens import AUDIENCE, DISTINCT, ISSUER, NOW, SECRET, SIZES, claims

SLICE = 300_000  # nanoseconds of one turn


def by_hand(loads):
    """What a careful person writes without a library: HMAC, then time, issuer, audience."""

    def decode(token):
        signed, _, signature = token.rpartition(".")
        header, _, payload = signed.partition(".")
        mac = hmac.digest(SECRET, signed.encode(), hashlib.sha256)
        if not hmac.compare_digest(mac, base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))):
            raise ValueError("signature")
        if loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))["alg"] != "HS256":
            raise ValueError("algorithm")
        found = loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        now = time.time()
        if found["exp"] <= now - 30 or found.get("nbf", 0) > now + 30:
            raise ValueError("time")
        if found["iss"] != ISSUER or found["aud"] != AUDIENCE:
            raise ValueError("issuer or audience")
        return found

    return decode


def contestants(tokens):
    """Each a function over one token, by its name."""
    verifier = jwt.Verifier(SECRET, issuer=ISSUER, audience=AUDIENCE)
    key = OctKey.import_key(SECRET)
    registry = joserfc.JWTClaimsRegistry(
        iss={"essential": True, "value": ISSUER},
        aud={"essential": True, "value": AUDIENCE},
        exp={"essential": True},
    )
    authlib = JsonWebToken(["HS256"])
    options = {"iss": {"essential": True, "value": ISSUER}, "aud": {"essential": True, "value": AUDIENCE}}
    arguments = {"algorithms": ["HS256"], "issuer": ISSUER, "audience": AUDIENCE}

    def of_joserfc(token):
        found = joserfc.decode(token, key, algorithms=["HS256"]).claims
        registry.validate(found)
        return found

    def of_authlib(token):
        found = authlib.decode(token, SECRET, claims_options=options)
        found.validate()
        return found

    calls = {
        "verify, and no object": verifier.judge,
        "verify": verifier.verify,
        "verify, in a lambda": lambda token, verify=verifier.verify: verify(token),
        "verify, one claim": lambda token, verify=verifier.verify: verify(token)["sub"],
        "verify, dict(claims)": lambda token, verify=verifier.verify: dict(verify(token)),
        "Verifier.decode": verifier.decode,
        "jwt.decode": lambda token: jwt.decode(token, SECRET, **arguments),
        "hmac + orjson": by_hand(orjson.loads),
        "hmac + json": by_hand(json.loads),
        "Authlib": of_authlib,
        "joserfc": of_joserfc,
        "python-jose": lambda token: python_jose.decode(token, SECRET, **arguments),
        "PyJWT": lambda token: pyjwt.decode(token, SECRET, **arguments),
    }
    expected = json.loads(claims(0, SIZES[len(tokens[0])]))
    answers = {"verify, and no object": None, "verify, one claim": expected["sub"]}
    for name, call in calls.items():
        assert call(tokens[0]) == answers.get(name, expected), name
    return verifier, calls


def turn(call, tokens):
    """Time of one call, in nanoseconds."""
    for token in tokens:
        call(token)
    begun = time.thread_time_ns()
    for token in tokens:
        call(token)
    return (time.thread_time_ns() - begun) / len(tokens)


def enough(call, tokens):
    """As many of the tokens as take one slice."""
    return tokens[: max(4, min(len(tokens), int(SLICE / turn(call, tokens[:32]))))]


def measure(size, rounds):
    key = jwt.Key(SECRET)
    tokens = [jwt.sign(claims(index, SIZES[size]), key) for index in range(DISTINCT)]
    assert {len(token) for token in tokens} == {size}
    verifier, calls = contestants(tokens)

    turns = {name: enough(call, tokens) for name, call in calls.items()}
    samples = {name: [] for name in ["core", "a call of nothing", *calls]}
    for _ in range(rounds):
        _doorward.core_verify(verifier, turns["verify"], 1, NOW)
        samples["core"].append(_doorward.core_verify(verifier, turns["verify"], 1, NOW))
        samples["a call of nothing"].append(turn(verifier.call, turns["verify"]))
        for name, call in calls.items():
            samples[name].append(turn(call, turns[name]))
    return {name: summary(of) for name, of in samples.items()}


def summary(samples):
    ordered = sorted(samples)
    return {"p10": ordered[len(ordered) // 10], "median": ordered[len(ordered) // 2]}


def middleware(rounds):
    """What the ASGI middleware adds to a request, in nanoseconds: an application alone and behind it."""
    gate = Gate.from_policy(
        {
            "host": {"allow": ["app.example.com"]},
            "origin": {"mode": "list", "allow": ["https://app.example.com"]},
            "jwt": {
                "issuer": ISSUER,
                "audience": AUDIENCE,
                "key": [{"algorithm": "HS256", "encoding": "hex", "secret": SECRET.hex()}],
            },
        }
    )
    token = jwt.sign(claims(0, SIZES[281]), jwt.Key(SECRET))
    lines = {
        "host": "app.example.com",
        "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "accept": "application/json",
        "accept-language": "en-US,en;q=0.5",
        "accept-encoding": "gzip, deflate, br",
        "origin": "https://app.example.com",
        "authorization": f"Bearer {token}",
        "connection": "keep-alive",
    }
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "https",
        "path": "/api/rooms",
        "raw_path": b"/api/rooms",
        "query_string": b"room=1",
        "client": ("203.0.113.9", 12345),
        "headers": [(name.encode(), value.encode()) for name, value in lines.items()],
        "state": {},
    }
    let_in = []

    async def app(scope, receive, send):
        let_in.append("doorward" in scope["state"])

    async def many(application, times=100):
        begun = time.thread_time_ns()
        for _ in range(times):
            await application(scope, None, None)
        return (time.thread_time_ns() - begun) / times

    async def run():
        guarded = asgi.Doorward(app, gate)
        alone, behind = [], []
        for _ in range(rounds):
            alone.append(await many(app))
            behind.append(await many(guarded))
        return summary(alone), summary(behind)

    alone, behind = asyncio.run(run())
    assert sum(let_in) * 2 == len(let_in), "a request of the benchmark was refused"
    return {"an application": alone, "behind the gate": behind}


def print_table(size, found):
    core, call = found["core"], found["a call of nothing"]
    print(f"\n{size} bytes, HS256; nanoseconds a token\n")
    print(f"{'':24}{'p10':>10}{'median':>10}{'over core':>11}{'PyJWT is':>10}")
    for name, row in found.items():
        over = f"{row['p10'] - core['p10']:+.0f}"
        times = f"{found['PyJWT']['p10'] / row['p10']:.1f}x"
        print(f"{name:24}{row['p10']:10.0f}{row['median']:10.0f}{over:>11}{times:>10}")
    verify, judge = found["verify"]["p10"], found["verify, and no object"]["p10"]
    print(f"\nverify over core: {verify - core['p10']:.0f} ns, {call['p10']:.0f} of them the call itself")
    print(f"the object with the claims: {verify - judge:.0f} ns of these")
    one, none = found["verify, one claim"]["p10"], found["verify, in a lambda"]["p10"]
    print(f"reading one claim: {one - none:.0f} ns more")


def rows(size, found):
    """The figures of a table as the JSON has them."""
    core, pyjwt = found.get("core"), found.get("PyJWT")
    for name, row in found.items():
        yield {
            "name": name,
            "size": size,
            "p10_ns": round(row["p10"], 1),
            "median_ns": round(row["median"], 1),
            "over_core_ns": round(row["p10"] - core["p10"], 1) if core else None,
            "ratio": round(pyjwt["p10"] / row["p10"], 2) if pyjwt else None,
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--rounds", type=int, default=151)
    parser.add_argument("--sizes", type=int, nargs="+", choices=SIZES, default=list(SIZES))
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    print(f"doorward {doorward.__version__}, Python {platform.python_version()}, {platform.machine()}")
    results = []
    for size in arguments.sizes:
        found = measure(size, arguments.rounds)
        print_table(size, found)
        results += rows(size, found)
    found = middleware(arguments.rounds)
    alone, behind = found.values()
    added = {quantile: behind[quantile] - alone[quantile] for quantile in alone}
    print(f"\nASGI middleware: {added['p10']:.0f} ns a request (p10), {added['median']:.0f} (median)")
    results += rows(None, {**found, "the ASGI middleware": added})
    lock = summary([_doorward.release_lock(1_000) for _ in range(arguments.rounds)])
    print(f"releasing the interpreter's lock and taking it again: {lock['p10']:.0f} ns")
    results += rows(None, {"releasing the interpreter's lock": lock})
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(results, file, indent=2)
            file.write("\n")


if __name__ == "__main__":
    main()
