"""Asks the popular JWT libraries about the tokens of tests/vectors and writes docs/disagreement.md.

usage: disagree.py [LIBRARY...]   with names, the answers only go to build/disagree/verdicts.tsv
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Iterable
from datetime import datetime, timezone
from itertools import groupby

import corpus
import libraries
import report
from corpus import Case
from libraries import BUILD, Adapter, Library, MissingError

LIMIT = 10.0  # seconds for one answer; the slowest measured is far below one


def main() -> int:
    """0 if every library that could be asked was; with CI=true, a toolchain that is missing is 1."""
    wanted = sys.argv[1:]
    cases, left_out = corpus.cases()
    answers: dict[Library, dict[str, Answer]] = {}
    versions: dict[Library, str] = {}
    missing: list[str] = []
    print("made ready:", file=sys.stderr)
    for language, group in groupby(libraries.LIBRARIES, lambda library: library.language):
        chosen = [library for library in group if not wanted or library.name in wanted]
        try:
            adapter = libraries.prepare(language) if chosen else None
        except MissingError as what:
            missing.append(f"{language}: {what} is not here")
            continue
        for library in chosen:
            assert adapter is not None
            try:
                answers[library] = ask(library, adapter, cases)
                versions[library] = adapter.versions[library.package]
            except MissingError as what:
                missing.append(f"{library.name} ({library.language}): {what} is not here")
    record(cases, answers)
    for line in missing:
        print(f"left out: {line}")
    if not wanted:
        report.write(cases, left_out, answers, versions, missing)
        print(report.totals(cases, answers))
    return 1 if missing and os.environ.get("CI") == "true" else 0


Answer = tuple[str, str]  # the kind and the library's words


def ask(library: Library, adapter: Adapter, cases: list[Case]) -> dict[str, Answer]:
    """The answer to each case. A library that takes no good token is an adapter that does not work."""
    answers: dict[str, Answer] = {}
    for now, group in groupby(sorted(cases, key=lambda case: case.now), lambda case: case.now):
        with Questioner(library, adapter, now) as questioner:
            for case in group:
                offered = all(ask in library.offers for ask in case.asks)
                answers[case.id] = questioner.ask(case) if offered else ("unasked", "no such option")
    good = [answers[case.id][0] for case in cases if not case.row]
    if good.count("accept") * 2 < len(good):
        raise RuntimeError(f"{library.name} ({library.language}) takes few of the good tokens: its adapter is at fault")
    bad = [answers[case.id][0] for case in cases if case.row]
    print(f"    {library.name}: accepts {bad.count('accept')} of {len(bad)} bad tokens", file=sys.stderr, flush=True)
    return answers


class Questioner:
    """The adapter's process; started anew when a token ends it or keeps it past the limit."""

    def __init__(self, library: Library, adapter: Adapter, now: int) -> None:
        self.library = library
        self.command = [*adapter.command, library.name]
        self.environment = {**os.environ, **(clock_at(now) if library.faketime else {})}
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Questioner:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def ask(self, case: Case) -> Answer:
        process = self.process = self.process or subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environment
        )
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(question(self.library, case))
        process.stdin.flush()
        ready, _, _ = select.select([process.stdout], [], [], LIMIT)
        if not ready:
            self.end()
            return ("timeout", f"no answer in {LIMIT} s")
        name, _, answer = process.stdout.readline().decode().rstrip("\n").partition("\t")
        if name != case.id:
            return ("crash", f"exit code {self.end()}")
        kind, _, words = answer.partition("\t")
        if kind not in ("accept", "refuse", "panic", "unasked"):
            raise RuntimeError(f"{self.library.name} answered {kind!r}")
        return (kind, words)

    def end(self) -> int | None:
        """Ends the process that this class started. Its exit code, if it had ended by itself."""
        if self.process is None:
            return None
        assert self.process.stdin is not None
        try:
            self.process.stdin.close()
            code = self.process.wait(timeout=LIMIT)
        except (BrokenPipeError, subprocess.TimeoutExpired):
            self.process.kill()
            code = self.process.wait()
        errors = self.process.stderr.read().decode(errors="replace") if self.process.stderr else ""
        self.process = None
        if code == 2:
            raise RuntimeError(f"the adapter of {self.library.name} failed: {errors}")
        return code


def clock_at(now: int) -> dict[str, str]:
    """The environment in which a process believes that it is `now`, and stays so."""
    text = datetime.fromtimestamp(now, timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
    return {
        "LD_PRELOAD": str(libraries.faketime()),
        "FAKETIME": text,
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "TZ": "UTC",
    }


def question(library: Library, case: Case) -> bytes:
    if library.language == "C":
        return "\t".join((case.id, case.algorithm, case.secret, case.token)).encode() + b"\n"
    return case.line().encode() + b"\n"


def record(cases: Iterable[Case], answers: dict[Library, dict[str, Answer]]) -> None:
    """Every answer with the library's words, for those who doubt one."""
    with (BUILD / "verdicts.tsv").open("w", encoding="utf-8") as file:
        file.write("case\trow\tlanguage\tlibrary\tanswer\twords\n")
        for case in cases:
            for library, given in answers.items():
                kind, words = given[case.id]
                line = (case.id, case.row or "good", library.language, library.name, kind, words)
                file.write("\t".join(line) + "\n")


if __name__ == "__main__":
    sys.exit(main())
