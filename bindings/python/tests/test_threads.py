"""Many threads, one gate; and memory that does not grow."""

from __future__ import annotations

import gc
import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import CAPABILITY, SECRET, forge, policy, soon
from doorward import Denied, Gate, Reason, jwt
from doorward.tickets import Tickets

THREADS = 8


def test_threads_decide_while_the_policy_is_reloaded(tmp_path):
    """Each decision is one policy's or the other's, whole; and both are seen."""
    file = tmp_path / "policy.json"
    first = policy(realm="first")
    second = policy(realm="second", capability=[{"id": "other", "sha256": "00" * 32}])
    file.write_text(json.dumps(first))
    gate = Gate.open(file)
    done = threading.Event()
    begun = threading.Barrier(THREADS + 1)
    token = forge({"sub": "alice", "exp": soon()})

    def decide():
        seen = set()
        begun.wait(20)
        while not done.is_set():
            for credential in (CAPABILITY, token):
                decision = gate.decide(
                    headers=[(b"host", b"localhost:1"), (b"authorization", b"Bearer " + credential.encode())],
                    target=b"/",
                    scheme="http",
                )
                if decision:
                    seen.add((credential == token, decision.principal.id))
                else:
                    seen.add((credential == token, decision.reason, decision.challenge))
        return seen

    with ThreadPoolExecutor(THREADS) as pool:
        futures = [pool.submit(decide) for _ in range(THREADS)]
        begun.wait(20)
        for number in range(60):
            file.write_text(json.dumps(first if number % 2 else second))
            gate.reload()
        done.set()
        seen = set().union(*(future.result(20) for future in futures))
    refused = (False, Reason.CAPABILITY_UNKNOWN, 'Bearer realm="second", error="invalid_token"')
    assert seen == {(True, "alice"), (False, "ci"), refused}


def test_a_ticket_opens_once_for_all_threads():
    tickets = Tickets(capacity=1024, ttl=60)
    issued = [tickets.issue(str(number)) for number in range(500)]

    def redeem():
        opened = []
        for ticket in issued:
            try:
                opened.append(tickets.redeem(ticket))
            except Denied:
                continue
        return opened

    with ThreadPoolExecutor(THREADS) as pool:
        futures = [pool.submit(redeem) for _ in range(THREADS)]
        opened = [payload for future in futures for payload in future.result(60)]
    assert sorted(opened) == sorted(str(number).encode() for number in range(500))


def resident() -> int:
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * 4096


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_stays_flat():
    """Over a million decisions, a million refusals, and as many tokens as both, twice read."""
    gate = Gate.from_policy(policy())
    verifier = jwt.Verifier(SECRET)
    token = forge({"sub": "alice", "exp": soon(), "n": [1, {"a": "b"}]})
    allowed = [(b"host", b"localhost:1"), (b"authorization", b"Bearer " + token.encode())]
    refused = [*allowed, (b"origin", b"https://evil.example")]
    bad = token[:-4] + "AAAA"

    def work(times):
        for _ in range(times):
            decision = gate.decide(headers=allowed, target=b"/", scheme="http", peer="127.0.0.1")
            assert decision.principal.id == "alice"
            decision = gate.decide(headers=refused, target=b"/", scheme="http", peer="127.0.0.1")
            assert decision.status == 403
        for _ in range(times // 10):
            assert gate.decide(headers=refused, target=b"/", scheme="http").reason.status == 403
            verifier.verify(token)["n"]
            verifier.decode(token)
            decision.challenge  # noqa: B018 - what it makes is dropped
            with_reason = None
            try:
                verifier.verify(bad)
            except Denied as error:
                with_reason = error.reason
            assert with_reason is Reason.SIGNATURE_INVALID
        for _ in range(times // 1000):
            decision.explain()
            Gate.from_policy(policy())
            jwt.Verifier(SECRET)

    work(20_000)
    gc.collect()
    before = resident()
    work(1_000_000)
    gc.collect()
    # A leak of one object of 32 bytes a decision would be 32 MB.
    assert resident() - before < 4 * 1024 * 1024


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_stays_flat_where_claims_are_all_that_is_made():
    """The quick way alone: nothing but it is called, and it leaves neither objects nor references."""
    verifier = jwt.Verifier(SECRET)
    small = forge({"sub": "alice", "exp": soon()})
    large = forge({"sub": "alice", "exp": soon(), "n": "x" * 4000})
    bad = small[:-4] + "AAAA"
    digits = verifier.verify(forge('{"exp":%d,"n":1%s}' % (soon(), "0" * 5000)))

    def work(times):
        for _ in range(times):
            claims = verifier.verify(small)
            assert claims["sub"] == "alice"
            verifier.verify(large)
        for _ in range(times // 10):
            verifier.decode(large)
            for wrong, call, argument in [
                (Denied, verifier.verify, bad),
                (Denied, verifier.decode, bad),
                (TypeError, verifier.verify, 1),
                (KeyError, claims.__getitem__, "no such claim"),
                (KeyError, claims.__getitem__, "\udc65"),
                (TypeError, claims.get, 1),
                (Denied, digits.__getitem__, "n"),
            ]:
                try:
                    call(argument)
                except wrong:
                    continue
                raise AssertionError("it was taken")
            assert claims.get("no such claim", claims) is claims
            assert list(claims) == claims.keys() == [name for name, _ in claims.items()]
            assert claims == claims
            assert len(claims.raw) > len(repr(claims))

    work(10_000)
    gc.collect()
    before, references = resident(), sys.getrefcount(jwt.Claims)
    work(200_000)
    gc.collect()
    # One object of 32 bytes a turn would be 6 MB, and one reference to the class 200 000.
    assert resident() - before < 4 * 1024 * 1024
    assert abs(sys.getrefcount(jwt.Claims) - references) < 100


def test_threads_verify_and_read_what_others_verified():
    verifier = jwt.Verifier(SECRET)
    tokens = [forge({"sub": str(number), "exp": soon(), "pad": "x" * (number * 40)}) for number in range(64)]
    shared = [verifier.verify(token) for token in tokens]
    begun = threading.Barrier(THREADS)

    def work():
        begun.wait(20)
        for _ in range(200):
            for number, token in enumerate(tokens):
                mine, other = verifier.verify(token), shared[number]
                assert mine["sub"] == other["sub"] == str(number)
                assert len(other["pad"]) == number * 40
        return verifier.decode(tokens[7])["sub"]

    with ThreadPoolExecutor(THREADS) as pool:
        futures = [pool.submit(work) for _ in range(THREADS)]
        assert [future.result(60) for future in futures] == ["7"] * THREADS
