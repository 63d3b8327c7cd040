"""`make bench`: every language beside its peers, the curves, and what was aimed at beside what was measured.

    python3 benches/bench.py [--quick] [--only core,rust,...] [--build | --measure | --reuse]

Each part runs its own contestants in interleaved rounds and writes its figures as JSON in build/bench; they
are joined in benches/results.json, from which plot.py draws docs/bench.svg and docs/scaling.svg. A part whose
toolchain is missing, or that fails, is named and left out: its rows of the table say so.

`--build` builds and measures nothing, `--measure` measures what was built: only measuring needs a quiet core.
`--reuse` joins the figures that lie there.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "bench"
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
PYTHON = ROOT / "build" / "venv-bench-python" / "bin" / "python"
SIZES = ("281", "1036", "8192")
PORTABLE = '--cfg doorward_backend="portable"'
SOFT = '--cfg sha2_backend="soft"'


@dataclass
class Part:
    """What is built, what is run then, and how the figures that it writes are read.

    `FILE` in a command is where the figures go; without it they are what it prints. Either `full` or `quick`
    comes behind the command.
    """

    build: list[str]
    measure: list[str]
    read: Callable[[str], object] = json.loads
    full: list[str] = field(default_factory=list)
    quick: list[str] = field(default_factory=lambda: ["--quick"])
    environment: dict[str, str] = field(default_factory=dict)


def in_groups(text: str) -> list[dict]:
    """The rows of a language's own bench: `size` is the token's, and none where there is no token."""
    return [
        {
            "group": row.get("group") or (f"verify {row['size']} B" if row["size"] else "a request"),
            "name": row["name"],
            "p10": round(row["p10_ns"], 1),
            "median": round(row["median_ns"], 1),
        }
        for row in json.loads(text)
    ]


def in_lines(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


def cargo(*words: str) -> list[str]:
    return ["cargo", "build", "--quiet", "--release", *words]


def compiled(flags: str, folder: str) -> Part:
    """`ratio` once more, for a processor that lacks something."""
    environment = {"RUSTFLAGS": flags, "CARGO_TARGET_DIR": str(BUILD / folder)}
    build = cargo("--package", "doorward-benches", "--bin", "ratio")
    return Part(
        build, [str(BUILD / folder / "release/ratio"), "--json", "FILE", "HS256"], environment=environment
    )


RUST = TARGET if "CARGO_TARGET_DIR" in os.environ else ROOT / "benches/rust/target"
COMPILED = "build/bench-c/bench"
TOKENS = [f"build/bench-c/{size}.tokens" for size in SIZES]
PARTS = {
    "core": Part(cargo("--package", "doorward-benches"), [str(TARGET / "release/ratio"), "--json", "FILE"]),
    "portable": compiled(PORTABLE, "portable"),
    "soft": compiled(f"{PORTABLE} {SOFT}", "soft"),
    "scaling": Part(
        cargo("--package", "doorward-benches"), [str(TARGET / "release/scaling"), "--json", "FILE"]
    ),
    "rust": Part(
        cargo("--locked", "--manifest-path", "benches/rust/Cargo.toml"),
        [str(RUST / "release/doorward-bench-rust"), "--json", "FILE"],
    ),
    "c": Part(
        ["sh", "benches/c/build.sh"],
        [COMPILED, *TOKENS],
        read=in_lines,
        full=["101"],
        quick=["11"],
    ),
    "python": Part(
        ["sh", "benches/python/build.sh"],
        [str(PYTHON), "-W", "ignore", "benches/python/bench.py", "--json", "FILE"],
        read=in_groups,
        quick=["--rounds", "11"],
    ),
    "node": Part(
        ["sh", "benches/node/build.sh"], ["node", "benches/node/bench.mjs", "--json", "FILE"], in_groups
    ),
    "go": Part(
        ["sh", "benches/go/build.sh"], ["build/go/bench", "-json", "FILE"], in_groups, quick=["-rounds", "20"]
    ),
    "go-workers": Part(
        ["sh", "benches/go/build.sh"],
        ["build/go/bench", "-workers", "-json", "FILE"],
        full=["-rounds", "11"],
        quick=["-rounds", "3"],
    ),
    "node-workers": Part(
        ["sh", "benches/node/build.sh"], ["node", "benches/node/workers.mjs", "--json", "FILE"]
    ),
    "python-processes": Part(
        ["sh", "benches/python/build.sh"], [str(PYTHON), "benches/python/processes.py", "--json", "FILE"]
    ),
}


def sh(command: list[str], environment: dict[str, str], into: pathlib.Path | None = None) -> None:
    print(
        f"\n$ {' '.join([*(f'{name}={value!r}' for name, value in environment.items()), *command])}",
        flush=True,
    )
    stdout = subprocess.PIPE if into else None
    done = subprocess.run(
        command, cwd=ROOT, check=True, env={**os.environ, **environment}, stdout=stdout, text=True
    )
    if into:
        print(done.stdout, end="")
        into.write_text(done.stdout)


def figures(name: str) -> pathlib.Path:
    return BUILD / f"{name}.json"


def build(part: Part) -> None:
    sh(part.build, part.environment)


def measure(name: str, part: Part, quick: bool) -> None:
    file = str(figures(name))
    command = [
        file if word == "FILE" else word for word in [*part.measure, *(part.quick if quick else part.full)]
    ]
    sh(command, part.environment, None if "FILE" in part.measure else figures(name))


def machine() -> dict[str, str]:
    model = platform.processor() or "unknown"
    cpuinfo = pathlib.Path("/proc/cpuinfo")
    for line in cpuinfo.read_text().splitlines() if cpuinfo.exists() else []:
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
    return {
        "processor": model,
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()}",
    }


def said(command: list[str]) -> str:
    try:
        return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "not here"


class Found:
    """The figures of all parts, by part, group and name."""

    def __init__(self, parts: dict[str, object]) -> None:
        self.rows = {
            (part, " ".join(row["group"].split()), row["name"]): row["p10"]
            for part, rows in parts.items()
            if isinstance(rows, list)
            for row in rows
            if "group" in row
        }

    def p10(self, part: str, group: str, name: str) -> float | None:
        return self.rows.get((part, group, name))

    def ratio(self, over: tuple[str, str, str], under: tuple[str, str, str]) -> float | None:
        a, b = self.p10(*over), self.p10(*under)
        return a / b if a is not None and b is not None else None


def goals(found: Found) -> list[tuple[str, str, float, float | None]]:
    """What must hold: name, sense, bound, what was measured."""
    rows: list[tuple[str, str, float, float | None]] = []

    def floor(name: str, group: str, bound: float, part: str = "core") -> None:
        measured = found.ratio((part, group, "doorward"), (part, group, "floor"))
        rows.append((name, "<=", bound, measured))

    for size, vector, soft in zip(SIZES, (1.30, 1.25, 1.20), (1.5, 1.45, 1.4), strict=True):
        group = f"verify HS256 {size} B"
        floor(f"core verify / floor, {size} B", group, vector)
        floor(f"portable code around the SHA instructions / floor, {size} B", group, 2.4, "portable")
        floor(f"portable code, software SHA / its own floor, {size} B", group, soft, "soft")
    floor("HS512 / its floor", "verify HS512 324 B", 1.35)
    floor("decide / floor", "decide HS256 281 B", 1.6)
    floor("capability check / its compressions", "find capability of 8", 1.15)
    rows.append(("origin among 8, ns", "<=", 20, found.p10("core", "origin, last of 8", "doorward")))
    rows.append(("refusing garbage, ns", "<=", 50, found.p10("core", "garbage", "doorward")))

    def peers(part: str, group: str, peer: str, ours: str, bound: float) -> None:
        measured = found.ratio((part, group, peer), (part, group, ours))
        rows.append((f"{part}: {peer} / {ours}, {group}", ">=", bound, measured))

    for at, size in enumerate(SIZES):
        group = f"verify {size} B"
        peers("rust", group, "jsonwebtoken 9.3.1, nothing read", "doorward", (6, 4, 3)[at])
        for version in ("10.4.0", "11.1.0"):
            peers("rust", group, f"jsonwebtoken {version}, a struct", "doorward", (8, 5, 4)[at])
    small = "verify 281 B"
    peers("python", small, "PyJWT", "verify", 100)
    peers("python", small, "PyJWT", "Verifier.decode", 40)
    peers("node", small, "fast-jwt, no cache", "doorward, claims unread", 15)
    peers("node", small, "fast-jwt, every one a cache hit", "doorward, claims unread", 5)
    peers("node", small, "fast-jwt, no cache", "doorward, parsed object", 5)
    peers("node", small, "jose, KeyObject (wall clock)", "doorward, claims unread", 80)
    peers("node", small, "jsonwebtoken, KeyObject", "doorward, claims unread", 20)
    peers("c", small, "libjwt", "doorward", 20)
    peers("c", small, "l8w8jwt", "doorward", 12)  # where L8W8JWT names a build of it
    peers("go", small, "golang-jwt MapClaims", "doorward Check", 20)
    fill = "fill a struct, 281 B"
    peers("go", fill, "golang-jwt", "doorward ParseWithClaims", 8)
    return rows


def table(found: Found) -> list[dict[str, object]]:
    print(f"\n{'what must hold':66}{'':4}{'bound':>7}{'measured':>10}")
    kept = []
    for name, sense, bound, measured in goals(found):
        met = None if measured is None else (measured <= bound if sense == "<=" else measured >= bound)
        verdict = {None: "not run", True: "met", False: "NOT MET"}[met]
        shown = "" if measured is None else f"{measured:.2f}"
        print(f"{name:66}{sense:4}{bound:7}{shown:>10}  {verdict}")
        kept.append({"name": name, "bound": f"{sense} {bound}", "measured": measured, "verdict": verdict})
    return kept


def versions() -> dict[str, str]:
    """Of the compilers and interpreters, and of the peers as they are pinned."""
    node = json.loads((ROOT / "benches/node/package.json").read_text())["devDependencies"]
    python = re.findall(
        r"^([\w-]+)==(\S+)$", (ROOT / "benches/python/requirements.txt").read_text(), re.MULTILINE
    )
    go = re.findall(r"^\t(\S+) v(\S+)$", (ROOT / "benches/go/go.mod").read_text(), re.MULTILINE)
    pins = [
        *python,
        *node.items(),
        *((path.split(".", 1)[1].split("/", 1)[1], version) for path, version in go),
    ]
    return {
        "rustc": said(["rustc", "--version"]).removeprefix("rustc "),
        "Python": said([str(PYTHON), "-c", "import platform; print(platform.python_version())"]),
        "Node": said(["node", "--version"]),
        "Go": said(["go", "env", "GOVERSION"]),
        "libjwt": said(["pkg-config", "--modversion", "libjwt"]),
        **compiled_in(),
        **{name: version for name, version in pins if name != "maturin" and "doorward" not in name},
    }


def compiled_in() -> dict[str, str]:
    """Of the C peer that comes from no package manager, and of its mbedTLS: none where it was left out."""
    words = said([COMPILED, "versions"])
    return json.loads(words) if words.startswith("{") else {}


def main() -> int:
    parser = argparse.ArgumentParser(description="every language beside its peers")
    parser.add_argument("--quick", action="store_true", help="fewer rounds: for a look, not for a figure")
    parser.add_argument("--only", help="parts, with commas between them: " + ",".join(PARTS))
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--build", action="store_true", help="build, and measure nothing")
    how.add_argument("--measure", action="store_true", help="measure what was built, and join nothing")
    how.add_argument("--reuse", action="store_true", help="join the figures that lie in build/bench")
    arguments = parser.parse_args()
    BUILD.mkdir(parents=True, exist_ok=True)
    names = arguments.only.split(",") if arguments.only else list(PARTS)
    parts: dict[str, object] = {}
    failed: list[str] = []
    built: list[list[str]] = []
    for name in names:
        part = PARTS[name]
        try:
            # Parts of one language share what is built.
            built_as = [*part.build, *part.environment.values()]
            if not (arguments.measure or arguments.reuse or built_as in built):
                build(part)
                built.append(built_as)
            if not (arguments.build or arguments.reuse):
                measure(name, part, arguments.quick)
            if not (arguments.build or arguments.measure):
                parts[name] = part.read(figures(name).read_text())
        except (OSError, subprocess.CalledProcessError) as error:
            failed.append(name)
            print(f"left out: {name}: {error}", file=sys.stderr)
    if not (arguments.build or arguments.measure):
        held = table(Found(parts))
        if not arguments.only:
            command = "make bench QUICK=1" if arguments.quick else "make bench"
            keep(parts, held, f"{command}, part by part" if arguments.reuse else command)
    return 1 if failed and (arguments.measure or os.environ.get("CI") == "true") else 0


def keep(parts: dict[str, object], held: list[dict[str, object]], command: str) -> None:
    results = {
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d"),
        "commit": said(["git", "rev-parse", "--short", "HEAD"]),
        "command": command,
        "machine": machine(),
        "versions": versions(),
        "unit": "nanoseconds; p10 and median of interleaved rounds; rate: verifications a second",
        "parts": parts,
        "must_hold": held,
    }
    file = ROOT / "benches" / "results.json"
    file.write_text(dense(results))
    print(f"\nwritten: {file.relative_to(ROOT)}")


def dense(results: dict[str, object]) -> str:
    """JSON with a figure a line: a diff shows what has changed."""
    text = json.dumps(results, indent=1)
    return re.sub(r"\{[^{}\[\]]*\}", lambda row: " ".join(row[0].split()), text) + "\n"


if __name__ == "__main__":
    sys.exit(main())
