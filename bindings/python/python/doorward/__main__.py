"""`python -m doorward`: what this build is. `python -m doorward decide`: vectors from stdin.

python -m doorward
python -m doorward decide < tests/vectors/host.json
"""

from __future__ import annotations

import json
import platform
import sys

from doorward import _doorward, vectors

USAGE = "usage: python -m doorward [decide]\n"


def main(arguments: list[str]) -> int:
    """Run the command; the exit code is 1 for a failed case and 2 for a wrong call or input."""
    if not arguments:
        print(facts())
        return 0
    if arguments == ["decide"]:
        return decide()
    wanted = arguments in (["-h"], ["--help"])
    (sys.stdout if wanted else sys.stderr).write(f"{__doc__}\n{USAGE}" if wanted else USAGE)
    return 0 if wanted else 2


def facts() -> str:
    """Give what a bug report should say, as JSON."""
    return json.dumps(
        {
            "doorward": _doorward.VERSION,
            **_doorward.BUILD,
            "python": platform.python_version(),
            "implementation": platform.python_implementation(),
            "system": f"{platform.system()} {platform.release()} {platform.machine()}",
            "module": _doorward.__file__,
        },
        indent=2,
    )


def decide() -> int:
    """Run the suites on stdin: verdict lines to stdout, failures and the count to stderr."""
    report = vectors.Report()
    try:
        for suite in vectors._suites(sys.stdin.buffer.read().decode()):
            vectors.run(suite, report)
    except ValueError as error:
        # MalformedVectors, and what `json` and UTF-8 say of the text: positions, nothing of it.
        print(f"stdin: {error}", file=sys.stderr)
        return 2
    for line in report.verdicts:
        print(line)
    for failure in report.failures:
        print(failure, file=sys.stderr)
    print(report.closing_line, file=sys.stderr)
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
