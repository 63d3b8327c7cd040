"""`make bench`: every language beside its peers, the curves, and what was aimed at beside what was measured.

    python3 benches/bench.py [--quick] [--only core,rust,scaling,c,python,node,go]

Each part runs its own contestants in interleaved rounds and writes its figures as JSON; this joins them in
benches/results.json and draws docs/bench.svg and docs/scaling.svg. A part whose toolchain is missing, or that
fails, is named and left out: its rows of the table say so.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import pathlib
import platform
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "bench"
RELEASE = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
SIZES = ("281", "1036", "8192")


def sh(command: list[str], **options: object) -> None:
    print(f"\n$ {' '.join(command)}", flush=True)
    subprocess.run(command, cwd=ROOT, check=True, **options)  # type: ignore[call-overload]


def figures(part: str) -> pathlib.Path:
    return BUILD / f"{part}.json"


def load(part: str) -> list[dict]:
    return json.loads(figures(part).read_text())


def core(quick: bool) -> object:
    sh(["cargo", "build", "--quiet", "--release", "--package", "doorward-benches"])
    sh([str(RELEASE / "ratio"), "--json", str(figures("core")), *(["--quick"] if quick else [])])
    return load("core")


def scaling(quick: bool) -> object:
    sh(["cargo", "build", "--quiet", "--release", "--package", "doorward-benches"])
    sh([str(RELEASE / "scaling"), "--json", str(figures("scaling")), *(["--quick"] if quick else [])])
    return load("scaling")


def rust(quick: bool) -> object:
    sh(["cargo", "build", "--quiet", "--release", "--locked", "--manifest-path", "benches/rust/Cargo.toml"])
    target = RELEASE if "CARGO_TARGET_DIR" in os.environ else ROOT / "benches/rust/target/release"
    sh([str(target / "doorward-bench-rust"), "--json", str(figures("rust")), *(["--quick"] if quick else [])])
    return load("rust")


def c(quick: bool) -> object:
    sh(["sh", "benches/c/run.sh", str(figures("c")), "11" if quick else "101"])
    return [json.loads(line) for line in figures("c").read_text().splitlines()]


def python(quick: bool) -> object:
    rounds = ["--rounds", "11"] if quick else []
    sh(["sh", "benches/python/run.sh", "--json", str(figures("python")), *rounds])
    tokens = json.loads(figures("python").read_text())["tokens"]
    return [
        {"group": f"verify {size} B", "name": name, **row}
        for size, rows in tokens.items()
        for name, row in rows.items()
    ]


def node(quick: bool) -> object:
    sh(["sh", "benches/node/run.sh", "--json", str(figures("node")), *(["--quick"] if quick else [])])
    return load("node")


def go(quick: bool) -> object:
    sh(["sh", "benches/go/run.sh", "-json", str(figures("go")), *(["-rounds", "20"] if quick else [])])
    return load("go")


PARTS = {part.__name__: part for part in (core, scaling, rust, c, python, node, go)}


def machine() -> dict[str, str]:
    model = "unknown"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
    return {"processor": model, "cores": str(os.cpu_count()), "system": f"{platform.system()} {platform.machine()}"}


def said(command: list[str]) -> str:
    try:
        return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "not here"


class Found:
    """The figures of all parts, by part, group and name."""

    def __init__(self, parts: dict[str, object]) -> None:
        self.rows = {
            (part, row["group"], row["name"]): row["p10"]
            for part, rows in parts.items()
            for row in (rows["curves"] if isinstance(rows, dict) else rows)
        }

    def p10(self, part: str, group: str, name: str) -> float | None:
        for (of, in_group, called), value in self.rows.items():
            if of == part and " ".join(in_group.split()) == group and called == name:
                return value
        return None

    def ratio(self, over: tuple[str, str, str], under: tuple[str, str, str]) -> float | None:
        a, b = self.p10(*over), self.p10(*under)
        return a / b if a is not None and b is not None else None


def goals(found: Found) -> list[tuple[str, str, float, float | None]]:
    """What must hold: name, sense, bound, what was measured."""
    rows: list[tuple[str, str, float, float | None]] = []

    def floor(name: str, group: str, bound: float) -> None:
        measured = found.ratio(("core", group, "doorward"), ("core", group, "floor"))
        rows.append((name, "<=", bound, measured))

    for size, verify in zip(SIZES, (1.30, 1.25, 1.20), strict=True):
        floor(f"core verify / floor, {size} B", f"verify HS256 {size} B", verify)
        floor(f"portable code around SHA-NI / floor, {size} B", f"steps HS256 {size} B", 2.4)
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


def main() -> int:
    parser = argparse.ArgumentParser(description="every language beside its peers")
    parser.add_argument("--quick", action="store_true", help="fewer rounds: for a look, not for a figure")
    parser.add_argument("--only", default=",".join(PARTS), help="parts, with commas between them")
    parser.add_argument("--reuse", action="store_true", help="join the figures that lie in build/bench")
    arguments = parser.parse_args()
    BUILD.mkdir(parents=True, exist_ok=True)
    parts: dict[str, object] = {}
    failed = []
    for name in arguments.only.split(","):
        try:
            parts[name] = load(name) if arguments.reuse else PARTS[name](arguments.quick)
        except (OSError, subprocess.CalledProcessError) as error:
            failed.append(name)
            print(f"left out: {name}: {error}", file=sys.stderr)
    results = {
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d"),
        "commit": said(["git", "rev-parse", "--short", "HEAD"]),
        "command": " ".join(["make bench", *(["QUICK=1"] if arguments.quick else [])]),
        "machine": machine(),
        "versions": {
            "rustc": said(["rustc", "--version"]),
            "python": platform.python_version(),
            "node": said(["node", "--version"]),
            "go": said(["go", "env", "GOVERSION"]),
            "libjwt": said(["pkg-config", "--modversion", "libjwt"]),
        },
        "unit": "nanoseconds; p10 and median of interleaved rounds",
        "parts": parts,
        "must_hold": table(Found(parts)),
    }
    file = ROOT / "benches" / "results.json"
    file.write_text(json.dumps(results, indent=1) + "\n")
    print(f"\nwritten: {file.relative_to(ROOT)}")
    return 1 if failed and os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main())
