"""The vector runner: every case of `tests/vectors/` through the public API.

A case is a policy, a request and a decision, or one operation with its input and its result. The runner
refuses what it does not know: an unknown field, an unknown operation, a wrong count.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from doorward import capability, jwt, origin, primitive, strip
from doorward._doorward import Gate
from doorward._errors import Denied, PolicyError, Undecided, UsageError
from doorward._reason import Reason
from doorward.tickets import Tickets

__all__ = ["MalformedVectors", "Report", "run", "run_folder"]

_Object = dict[str, Any]


class MalformedVectors(ValueError):
    """A file is no suite of vectors, or a case is not well formed."""


@dataclass
class Report:
    """How a run ended."""

    passed: int = 0
    failures: list[str] = field(default_factory=list)
    #: A line of JSON for each case, in which every language must agree byte for byte.
    verdicts: list[str] = field(default_factory=list)

    @property
    def closing_line(self) -> str:
        """The line that every language's runner ends with."""
        return f"{self.passed} passed, {len(self.failures)} failed"


def run_folder(folder: Path) -> Report:
    """Run every suite of a folder, in the order of the files' names."""
    files = sorted(file for file in folder.glob("*.json") if file.stem != "reasons")
    if not files:
        raise MalformedVectors(f"{folder}: no vectors")
    report = Report()
    for file in files:
        suite = json.loads(file.read_bytes(), object_pairs_hook=_without_repeats)
        if not isinstance(suite, dict) or suite.get("suite") != file.stem:
            raise MalformedVectors(f"{file}: is named otherwise than its suite")
        run(suite, report)
    return report


def run(suite: _Object, report: Report) -> None:
    """Run every case of a suite."""
    _only(suite, "suite", "count", "note", "cases")
    name, cases = suite["suite"], suite["cases"]
    if suite["count"] != len(cases):
        raise MalformedVectors(f"{name}: says {suite['count']} cases, has {len(cases)}")
    ids = set()
    for case in cases:
        if case["id"] in ids:
            raise MalformedVectors(f"{name}: the id {case['id']} stands twice")
        ids.add(case["id"])
        try:
            actual = _perform(case)
        except (KeyError, MalformedVectors) as error:
            raise MalformedVectors(f"{name}/{case['id']}: {error}") from error
        code = actual.get("code") or 0
        verdict = {
            "suite": name,
            "id": case["id"],
            "decision": "deny" if code else "allow",
            "code": code,
        }
        report.verdicts.append(json.dumps(verdict, ensure_ascii=False, separators=(",", ":")))
        if _as_expected(case["expect"], actual, code):
            report.passed += 1
        else:
            report.failures.append(f"{name}/{case['id']}: expected {case['expect']}, got {actual}")


def _without_repeats(pairs: list[tuple[str, Any]]) -> _Object:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedVectors("a name stands twice in an object")
    return found


def _as_expected(expect: _Object, actual: _Object, code: int) -> bool:
    """Every expected field is there with its value, and a code only where one is expected."""
    absent = object()
    agree = all(_same(actual.get(name, absent), value) for name, value in expect.items())
    return agree and ("code" in expect or code == 0)


def _same(actual: object, expected: object) -> bool:
    """Tell `True` from `1`, which Python takes for equal, at every depth."""
    if isinstance(actual, dict) and isinstance(expected, dict):
        return actual.keys() == expected.keys() and all(
            _same(actual[name], expected[name]) for name in actual
        )
    if isinstance(actual, list) and isinstance(expected, list):
        return len(actual) == len(expected) and all(map(_same, actual, expected))
    return type(actual) is type(expected) and actual == expected


def _only(given: _Object, *known: str) -> None:
    unknown = set(given) - set(known)
    if unknown:
        raise MalformedVectors(f"unknown field {', '.join(sorted(unknown))}")


def _bytes(value: str | _Object) -> bytes:
    """Read a text, which stands for its UTF-8, or `{"hex": …}`."""
    if isinstance(value, str):
        return value.encode()
    _only(value, "hex")
    return bytes.fromhex(value["hex"])


def _written(data: bytes) -> str | _Object:
    """Write bytes as text if they are UTF-8, else as `{"hex": …}`."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"hex": data.hex()}


_Refusal = (Denied, UsageError, Undecided)


def _refused(reason: Reason) -> _Object:
    return {"decision": "deny", "code": reason.code, "reason": reason.log_name}


def _perform(case: _Object) -> _Object:
    """Do what a case says, and give the outcome in the form of its `expect`."""
    if "policy" in case:
        _only(case, "id", "note", "source", "profile", "policy", "request", "now", "expect")
        return _decide(case)
    _only(case, "id", "note", "source", "op", "input", "expect")
    operation = _OPERATIONS.get(case["op"])
    if operation is None:
        raise MalformedVectors(f"unknown op {case['op']}")
    known, perform = operation
    _only(case["input"], *known.split())
    try:
        return perform(case["input"])
    except _Refusal as refusal:
        return _refused(refusal.reason)


def _decide(case: _Object) -> _Object:
    try:
        gate = Gate.from_policy(case["policy"])
    except PolicyError as error:
        return {**_refused(error.reason), "status": error.reason.status}
    request = case["request"]
    _only(request, "method", "target", "scheme", "peer", "headers")
    decision = gate.decide(
        headers=[(_bytes(name), _bytes(value)) for name, value in request["headers"]],
        target=_bytes(request["target"]),
        scheme=request["scheme"],
        method=request["method"],
        peer=request["peer"],
        now=case["now"],
    )
    if decision:
        assert decision.principal is not None  # noqa: S101 - a claim of ours, not the user's
        principal = decision.principal.id or ""
        return {"decision": "allow", "code": 0, "status": decision.status, "principal": principal}
    assert decision.reason is not None  # noqa: S101
    return {**_refused(decision.reason), "status": decision.status}


def _key(given: _Object) -> jwt.Key:
    return jwt.Key(
        _bytes(given["secret"]),
        algorithm=given["algorithm"],
        encoding=given["encoding"],
        id=given.get("kid"),
    )


def _allowed(_: object = None) -> _Object:
    """Give the outcome of what did not raise."""
    return {"decision": "allow", "code": 0}


def _jwt_verify(given: _Object) -> _Object:
    verifier = jwt.Verifier.from_policy(given["jwt"])
    return _allowed(verifier.verify(_bytes(given["token"]), now=given["now"]))


def _jws_verify(given: _Object) -> _Object:
    payload = primitive.jws_verify(_bytes(given["token"]), _key(given))
    return {**_allowed(), "payload": _written(payload)}


def _origin_parse(given: _Object) -> _Object:
    return _allowed(origin.parse(_bytes(given["value"])))


def _host_parse(given: _Object) -> _Object:
    host, port = primitive.parse_host(_bytes(given["value"]), given["scheme"])
    return {"host": host, "port": port}


def _claim_read(given: _Object) -> _Object:
    return {"value": primitive.json_at(given["text"], given["path"], given["kind"])}


def _listen(given: _Object) -> _Object:
    ok = primitive.listen(given["address"], given["credential"], given["mode"])
    return {"result": "ok" if ok else "warn"}


def _policy_load(given: _Object) -> _Object:
    if len(given) != 1:
        raise MalformedVectors("give toml or json")
    [(syntax, text)] = given.items()
    try:
        return {"code": 0, "warnings": len(Gate.from_policy(text, syntax=syntax).warnings)}
    except PolicyError as error:
        place = {"line": error.line, "column": error.column, "path": error.path}
        return {**_refused(error.reason), **place}


def _json_object(given: _Object) -> _Object:
    primitive.json_object(_bytes(given["text"]))
    return _allowed()


def _scratch(given: _Object) -> _Object:
    primitive.scratch(json.dumps(given["policy"]), given["scratch"])
    return _allowed()


def _ticket(given: _Object) -> _Object:
    tickets = Tickets(capacity=given["capacity"], ttl=given["ttl"])
    return {"results": [_ticket_step(tickets, step) for step in given["steps"]]}


def _ticket_step(tickets: Tickets, step: _Object) -> _Object:
    [(what, given)] = step.items()
    try:
        if what == "issue":
            _only(given, "entropy", "payload", "now")
            entropy = bytes.fromhex(given["entropy"])
            return {"token": tickets.issue(given["payload"], now=given["now"], entropy=entropy)}
        if what == "redeem":
            _only(given, "token", "now")
            return {"payload": tickets.redeem(given["token"], now=given["now"]).decode()}
    except _Refusal as refusal:
        return {"code": refusal.reason.code, "reason": refusal.reason.log_name}
    raise MalformedVectors("a step is issue or redeem")


def _challenge(given: _Object) -> _Object:
    reason = Reason[given["reason"].upper()]
    value = reason.challenge(given["realm"], given["scope"])
    return {"value": value, "status": reason.status, "code": reason.code}


_Operation = tuple[str, Callable[[_Object], _Object]]

#: By the name of the operation: the fields of its input, and what it does.
_OPERATIONS: dict[str, _Operation] = {
    "jwt.verify": ("jwt token now", _jwt_verify),
    "jwt.sign": (
        "algorithm secret encoding kid claims",
        lambda given: {"token": jwt.sign(given["claims"], _key(given))},
    ),
    "jws.verify": ("algorithm secret encoding token", _jws_verify),
    "key": ("algorithm secret encoding", lambda given: _allowed(_key(given))),
    "capability.digest": (
        "token",
        lambda given: {"sha256": capability.digest(_bytes(given["token"]))},
    ),
    "capability.match": (
        "token sha256",
        lambda given: {"index": capability.find(_bytes(given["token"]), given["sha256"])},
    ),
    "capability.generate": (
        "entropy form",
        lambda given: {"token": primitive.capability_from(bytes.fromhex(given["entropy"]), given["form"])},
    ),
    "origin.normalise": ("line", lambda given: {"canonical": origin.normalise(given["line"])}),
    "origin.parse": ("value", _origin_parse),
    "host.parse": ("value scheme", _host_parse),
    "base64url.decode": (
        "text",
        lambda given: {"bytes": {"hex": primitive.base64url_decode(_bytes(given["text"])).hex()}},
    ),
    "base64url.encode": (
        "bytes",
        lambda given: {"text": primitive.base64url_encode(_bytes(given["bytes"]))},
    ),
    "json.object": ("text", _json_object),
    "claim.read": ("text path kind", _claim_read),
    "bearer": ("value", lambda given: {"token": primitive.bearer(_bytes(given["value"])).decode()}),
    "strip.query": (
        "target name",
        lambda given: {"target": strip.query(given["target"], given["name"]).decode()},
    ),
    "strip.cookie": (
        "value name",
        lambda given: {"value": strip.cookie(given["value"], given["name"]).decode()},
    ),
    "strip.subprotocol": (
        "value prefix",
        lambda given: {"value": strip.subprotocol(given["value"], given["prefix"]).decode()},
    ),
    "listen": ("address credential mode", _listen),
    "policy.load": ("toml json", _policy_load),
    "scratch": (
        "policy scratch",
        _scratch,
    ),
    "ticket": ("capacity ttl steps", _ticket),
    "challenge": ("reason realm scope", _challenge),
}


def _suites(text: str) -> Iterator[_Object]:
    """Read the suites of a text: one object, or several after each other."""
    decoder = json.JSONDecoder(object_pairs_hook=_without_repeats)
    rest = text.lstrip()
    while rest:
        suite, end = decoder.raw_decode(rest)
        yield suite
        rest = rest[end:].lstrip()
