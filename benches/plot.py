"""Draws docs/bench.svg and docs/scaling.svg from benches/results.json."""

from __future__ import annotations

import json
import pathlib

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "doorward"
import matplotlib.pyplot as plt  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent
BARS = [
    ("rust", "verify {} B", ["doorward", "jsonwebtoken 9.3.1, nothing read", "jsonwebtoken 10.4.0, a struct",
                             "jsonwebtoken 11.1.0, a struct"]),
    ("c", "verify {} B", ["doorward", "libjwt"]),
    ("go", "verify {} B", ["doorward Check", "golang-jwt MapClaims", "jwx"]),
    ("node", "verify {} B", ["doorward, claims unread", "doorward, parsed object", "fast-jwt, no cache",
                             "fast-jwt, every one a cache hit", "jsonwebtoken, KeyObject",
                             "jose, KeyObject (wall clock)"]),
    ("python", "verify {} B", ["verify", "Verifier.decode", "Authlib", "joserfc", "python-jose", "PyJWT"]),
]
SIZES = {"281": "281", "1036": "1036", "8192": "8192"}


def caption(results: dict) -> str:
    machine, versions = results["machine"], results["versions"]
    named = ", ".join(f"{name} {value}" for name, value in versions.items())
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['system']}; {named}\n"
        f"{results['date']}, commit {results['commit']}: {results['command']}; p10 of interleaved rounds"
    )


def bars(results: dict) -> None:
    floors = {row["group"].split()[2]: row["p10"] for row in results["parts"]["core"]
              if row["name"] == "floor" and row["group"].startswith("verify HS256")}
    rows: list[tuple[str, list[float]]] = []
    for part, group, names in BARS:
        known = {(row["group"], row["name"]): row["p10"] for row in results["parts"].get(part, [])}
        for name in names:
            values = []
            for size in SIZES:
                found = known.get((group.format(size), name))
                found = found or known.get((group.format("1024"), name) if size == "1036" else None)
                values.append(found / floors[size] if found else 0.0)
            if any(values):
                rows.append((f"{part}: {name}", values))
    figure, axes = plt.subplots(figsize=(9, 0.42 * len(rows) + 1.6))
    for at, size in enumerate(SIZES):
        places = [n + (at - 1) * 0.27 for n in range(len(rows))]
        axes.barh(places, [values[at] for _, values in rows], height=0.25, label=f"{size} B")
    axes.set_yticks(range(len(rows)), [name for name, _ in rows], fontsize=8)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xlabel("times the floor: the SHA-256 that HMAC cannot do without")
    axes.legend(fontsize=8)
    save(figure, "bench.svg", caption(results))


def curves(results: dict) -> None:
    found: dict[str, list[tuple[float, float]]] = {}
    for row in results["parts"]["scaling"]["curves"]:
        found.setdefault(row["group"], []).append((float(row["name"]), row["p10"]))
    figure, all_axes = plt.subplots(3, 3, figsize=(10, 8.5))
    for axes, (group, points) in zip(all_axes.flat, found.items(), strict=False):
        points.sort()
        axes.plot(*zip(*points, strict=True), marker="o", markersize=3)
        axes.set_title(group, fontsize=9)
        axes.set_xscale("linear" if points[-1][0] < 10 else "log")
        axes.set_yscale("log")
        axes.set_ylabel("ns", fontsize=8)
    axes = all_axes.flat[-1]
    threads = results["parts"]["scaling"]["threads"]
    axes.plot([row["workers"] for row in threads], [row["rate"] / 1e6 for row in threads], marker="o", markersize=3)
    axes.set_ylim(bottom=0)
    axes.set_title(f"Rust threads, {results['machine']['cores']} cores", fontsize=9)
    axes.set_ylabel("million a second", fontsize=8)
    figure.subplots_adjust(hspace=0.5, wspace=0.4)
    save(figure, "scaling.svg", caption(results))


def save(figure: plt.Figure, name: str, text: str) -> None:
    figure.text(0.01, -0.1, text, fontsize=7, va="top")
    figure.savefig(ROOT / "docs" / name, bbox_inches="tight", metadata={"Date": None})
    print(f"written: docs/{name}")


def main() -> None:
    results = json.loads((ROOT / "benches" / "results.json").read_text())
    if "core" in results["parts"]:
        bars(results)
    if "scaling" in results["parts"]:
        curves(results)


if __name__ == "__main__":
    main()
