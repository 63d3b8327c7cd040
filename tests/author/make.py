"""Writes the hand-written suites into tests/vectors; with --check, compares them with what is there.

The suites that were converted from the cases of other systems are not made here: they are data.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import gate
import pieces
import regressions
import rules
import tokens
from suite import Suite

VECTORS = Path(__file__).resolve().parent.parent / "vectors"


def suites() -> list[Suite]:
    """Every hand-written suite."""
    return [*gate.suites(), *rules.suites(), *tokens.suites(), *pieces.suites(), *regressions.suites()]


def main() -> int:
    """Writes or compares; 1 says that something is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    check = parser.parse_args().check
    stale = 0
    total = 0
    for suite in suites():
        path = VECTORS / f"{suite.name}.json"
        text = suite.text()
        total += len(suite.cases)
        if not check:
            path.write_text(text, encoding="ascii")
        elif not path.is_file() or path.read_text(encoding="ascii") != text:
            print(f"stale: {path.name}", file=sys.stderr)
            stale += 1
    print(f"{total} cases")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
