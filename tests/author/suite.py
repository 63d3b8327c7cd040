"""A suite in the making, and its JSON form: one case a line, so that a change shows as one line of a diff."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import reasons
from forge import NOW

Json = dict[str, Any]
Headers = list[list[Any]]


@dataclass
class Suite:
    """One file of vectors."""

    name: str
    note: str
    cases: list[Json] = field(default_factory=list)

    def add(self, case_id: str, body: Json, note: str | None, expect: Json) -> None:
        """Appends a case; ids are unique in a suite."""
        if any(case["id"] == case_id for case in self.cases):
            raise ValueError(f"{self.name}: {case_id} stands twice")
        case: Json = {"id": case_id}
        if note:
            case["note"] = note
        self.cases.append({**case, **body, "expect": expect})

    def decide(
        self,
        case_id: str,
        policy: Json,
        headers: Headers,
        code: int,
        *,
        who: str | None = None,
        method: str = "GET",
        target: Any = "/ws",
        scheme: str = "https",
        peer: str | None = "203.0.113.9",
        now: int = NOW,
        profile: str | None = None,
        note: str | None = None,
    ) -> None:
        """A request under a policy: code 0 allows, any other denies with that reason."""
        body: Json = {"profile": profile} if profile else {}
        body["policy"] = policy
        body["request"] = {"method": method, "target": target, "scheme": scheme, "peer": peer, "headers": headers}
        body["now"] = now
        expect = verdict(code)
        expect["status"] = reasons.status(code)
        if who is not None:
            expect["principal"] = who
        self.add(case_id, body, note, expect)

    def op(self, case_id: str, op: str, given: Json, expect: Json, note: str | None = None) -> None:
        """A single function with its result."""
        self.add(case_id, {"op": op, "input": given}, note, expect)

    def fails(self, case_id: str, op: str, given: Json, code: int, note: str | None = None) -> None:
        """A single function that refuses."""
        self.op(case_id, op, given, failure(code), note)

    def judged(self, case_id: str, op: str, given: Json, code: int, note: str | None = None) -> None:
        """A single function that allows or denies."""
        self.op(case_id, op, given, verdict(code), note)

    def text(self) -> str:
        """The file."""
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in self.cases)
        head = f'"suite": {json.dumps(self.name)}, "count": {len(self.cases)}, "note": {json.dumps(self.note)}'
        return "{" + head + ', "cases": [\n' + lines + "\n]}\n"


def failure(code: int) -> Json:
    """How an op reports a reason."""
    return {"code": code, "reason": reasons.name(code)}


def verdict(code: int) -> Json:
    """How a decision is reported."""
    if code == 0:
        return {"decision": "allow", "code": 0}
    return {"decision": "deny", **failure(code)}


def data(raw: bytes) -> Json:
    """Bytes that are not text."""
    return {"hex": raw.hex()}
