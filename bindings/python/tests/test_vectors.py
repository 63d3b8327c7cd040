"""Every vector, through the public API."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from doorward import vectors

FOLDER = Path(os.environ.get("DOORWARD_VECTORS", ROOT / "tests/vectors"))


def test_every_vector(capsys):
    report = vectors.run_folder(FOLDER)
    if file := os.environ.get("DOORWARD_VERDICTS"):
        Path(file).write_text("".join(line + "\n" for line in report.verdicts), "utf-8")
    with capsys.disabled():
        print(f"\nPython: {report.closing_line}")
    assert report.failures == []
    assert report.passed == sum(
        json.loads(file.read_bytes())["count"] for file in FOLDER.glob("*.json") if file.stem != "reasons"
    )


HOST = {"id": "a", "op": "host.parse", "input": {"value": "a", "scheme": "http"}}
GOOD = {"suite": "s", "count": 1, "cases": [{**HOST, "expect": {"host": "a", "port": 80}}]}


def run(suite):
    report = vectors.Report()
    vectors.run(suite, report)
    return report


def test_the_runner_sees_what_is_wrong():
    assert run(GOOD).closing_line == "1 passed, 0 failed"
    for expect in [
        {"host": "b", "port": 80},
        {"host": "a", "port": "80"},
        {"host": "a", "port": 80, "more": None},
        {"code": 2103, "reason": "host_malformed"},
    ]:
        report = run({**GOOD, "cases": [{**HOST, "expect": expect}]})
        assert (report.passed, len(report.failures)) == (0, 1), expect
    # A refusal that nobody expected is a failure, whatever else agrees.
    refused = {**HOST, "input": {"value": "a b", "scheme": "http"}, "expect": {}}
    assert len(run({**GOOD, "cases": [refused]}).failures) == 1
    # 1 is not true.
    bool_case = {
        "id": "a",
        "op": "claim.read",
        "input": {"text": '{"a":1}', "path": ["a"], "kind": "raw"},
        "expect": {"value": True},
    }
    assert len(run({**GOOD, "cases": [bool_case]}).failures) == 1


@pytest.mark.parametrize(
    "suite",
    [
        {**GOOD, "count": 2},
        {**GOOD, "extra": 1},
        {**GOOD, "count": 2, "cases": GOOD["cases"] * 2},
        {**GOOD, "cases": [{**GOOD["cases"][0], "extra": 1}]},
        {**GOOD, "cases": [{**GOOD["cases"][0], "op": "host.guess"}]},
        {**GOOD, "cases": [{**GOOD["cases"][0], "input": {"value": "a", "scheme": "http", "x": 1}}]},
        {**GOOD, "cases": [{**GOOD["cases"][0], "input": {"value": "a"}}]},
    ],
)
def test_the_runner_refuses_what_it_does_not_know(suite):
    with pytest.raises(vectors.MalformedVectors):
        run(suite)


def command(*arguments, stdin=b""):
    return subprocess.run(
        [sys.executable, "-m", "doorward", *arguments], input=stdin, capture_output=True, timeout=60
    )


def test_the_command_decides_suites_from_stdin():
    text = (FOLDER / "host.json").read_bytes()
    done = command("decide", stdin=text)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["id"] for line in lines] == [case["id"] for case in json.loads(text)["cases"]]
    assert done.stderr.decode().endswith(f"{len(lines)} passed, 0 failed\n")

    wrong = json.loads(text)
    wrong["cases"][0]["expect"] = {"decision": "deny", "code": 1234}
    assert command("decide", stdin=json.dumps(wrong).encode()).returncode == 1
    wrong["count"] += 1
    assert command("decide", stdin=json.dumps(wrong).encode()).returncode == 2
    assert command("decide", stdin=b"{").returncode == 2
    assert command("guess").returncode == 2


def test_the_command_tells_the_build():
    import doorward

    done = command()
    facts = json.loads(done.stdout)
    assert done.returncode == 0
    assert facts["doorward"] == doorward.__version__
    assert {"target", "profile", "abi", "python", "module"} <= facts.keys()
