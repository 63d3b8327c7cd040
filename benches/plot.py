"""Draws docs/bench.svg and docs/scaling.svg from benches/results.json."""

from __future__ import annotations

import json
import pathlib
import textwrap

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "doorward"
# Text stays text: a tenth of the size, and it can be searched. The font is the reader's.
matplotlib.rcParams["svg.fonttype"] = "none"
matplotlib.rcParams["font.family"] = "sans-serif"
import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.ticker import LogLocator  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent
OURS, PEERS = "#1b6ca8", "#c3c9cf"
# Part, its title, and each bar with the name that the part has for it.
BARS = [
    ("core", "Rust core", {"doorward": "doorward"}),
    (
        "rust",
        "Rust",
        {
            "jsonwebtoken 9.3.1, nothing read": "jsonwebtoken 9",
            "jsonwebtoken 10.4.0, a struct": "jsonwebtoken 10",
            "jsonwebtoken 11.1.0, a struct": "jsonwebtoken 11",
        },
    ),
    ("c", "C", {"doorward": "doorward", "l8w8jwt": "l8w8jwt", "libjwt": "libjwt"}),
    (
        "go",
        "Go",
        {
            "doorward Check": "doorward Check",
            "doorward Verify": "doorward Verify",
            "golang-jwt MapClaims": "golang-jwt",
            "jwx": "jwx",
        },
    ),
    (
        "node",
        "Node",
        {
            "doorward, claims unread": "doorward, claims unread",
            "doorward, parsed object": "doorward, an object",
            "fast-jwt, every one a cache hit": "fast-jwt, all cache hits",
            "fast-jwt, no cache": "fast-jwt",
            "jsonwebtoken, KeyObject": "jsonwebtoken",
            "jose, KeyObject (wall clock)": "jose",
        },
    ),
    (
        "python",
        "Python",
        {
            "verify": "doorward verify",
            "Verifier.decode": "doorward, a dict",
            "hmac + orjson": "hmac + orjson by hand",
            "joserfc": "joserfc",
            "Authlib": "Authlib",
            "python-jose": "python-jose",
            "PyJWT": "PyJWT",
        },
    ),
]
# Bytes of the tokens.
SIZES = ("281", "1036", "8192")
WORKERS = {
    "scaling": "Rust threads",
    "go-workers": "goroutines",
    "node-workers": "Node workers",
    "python-processes": "Python processes",
}


def caption(results: dict) -> str:
    machine = results["machine"]
    named = ", ".join(f"{name} {value}" for name, value in results["versions"].items() if value != "not here")
    lines = [
        f"{machine['processor']}, {machine['cores']} cores, {machine['system']}; {results['date']}, commit "
        f"{results['commit']}. Command: {results['command']}. Tenth percentile of interleaved rounds.",
        named,
    ]
    return "\n".join(line for text in lines for line in textwrap.wrap(text, 150))


def floors(results: dict) -> dict[str, float]:
    """What the dependent compressions of a token of each size take."""
    groups = {
        " ".join(row["group"].split()): row["p10"]
        for row in results["parts"]["core"]
        if row["name"] == "floor"
    }
    return {size: groups[f"verify HS256 {size} B"] for size in SIZES}


def bars(results: dict) -> None:
    floor = floors(results)
    rows: list[tuple[str, str, list[float]]] = []
    for part, title, names in BARS:
        known = {
            (" ".join(row["group"].replace("HS256", "").split()), row["name"]): row["p10"]
            for row in results["parts"].get(part, [])
        }
        for name, label in names.items():
            values = [known.get((f"verify {size} B", name), 0.0) / floor[size] for size in SIZES]
            if any(values):
                rows.append((title, label, values))
    figure, axes = plt.subplots(figsize=(9, 0.36 * len(rows) + 1.2))
    place, places, last = 0.0, [], None
    for title, _, _ in rows:
        place += 1.5 if last not in (None, title) else 1
        places.append(place)
        last = title
    for at in range(len(SIZES)):
        for place, (_, label, values) in zip(places, rows, strict=True):
            colour = OURS if label.startswith("doorward") else PEERS
            axes.barh(place + (at - 1) * 0.27, values[at] - 1, left=1, height=0.25, color=colour)
            axes.text(
                values[at] * 1.04, place + (at - 1) * 0.27, f"{values[at]:.3g}", fontsize=5.5, va="center"
            )
    for place, (title, _, _), before in zip(places, rows, [None, *(row[0] for row in rows)], strict=False):
        if title != before:
            axes.text(
                -0.31,
                place,
                title,
                transform=axes.get_yaxis_transform(),
                fontsize=9,
                weight="bold",
                va="center",
            )
    axes.set_yticks(places, [label for _, label, _ in rows], fontsize=8)
    axes.set_ylim(places[-1] + 0.6, places[0] - 0.6)
    axes.set_xscale("log")
    axes.set_xlim(left=1)
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}x")
    axes.minorticks_off()
    axes.tick_params(axis="x", labelsize=8)
    axes.grid(axis="x", linewidth=0.3)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title(
        "Verifying an HS256 token: times the SHA-256 that its HMAC cannot do without\n"
        "three bars each: 281, 1036 and 8192 bytes; shorter is better, the scale is logarithmic",
        fontsize=9,
    )
    save(figure, "bench.svg", caption(results), 0.03)


def curves(results: dict) -> None:
    parts = results["parts"]
    found: dict[str, list[tuple[float, float]]] = {}
    for row in parts["scaling"]["curves"]:
        found.setdefault(row["group"], []).append((float(row["name"]), row["p10"]))
    figure, all_axes = plt.subplots(3, 3, figsize=(10, 8.5))
    for axes, (group, points) in zip(all_axes.flat, found.items(), strict=False):
        points.sort()
        axes.plot(*zip(*points, strict=True), marker="o", markersize=3, color=OURS)
        first, cost = points[0]
        if first > 0:
            axes.plot(
                [at for at, _ in points], [cost * at / first for at, _ in points], color=PEERS, linewidth=0.8
            )
        axes.set_ylim(min(cost for _, cost in points) / 2, max(cost for _, cost in points) * 4)
        axes.set_title(group, fontsize=9)
        axes.set_xscale("log", base=2 if points[-1][0] < 10 else 10)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.set_ylabel("ns", fontsize=8)
        axes.minorticks_off()
        axes.tick_params(labelsize=7)
    axes = all_axes.flat[-1]
    for part, label in WORKERS.items():
        rows = parts.get(part, [])
        rows = rows["threads"] if isinstance(rows, dict) else rows
        if rows:
            axes.plot(
                [row["workers"] for row in rows],
                [row["rate"] / rows[0]["rate"] for row in rows],
                marker="o",
                markersize=3,
                label=label,
            )
    cores = int(results["machine"]["cores"])
    axes.axhline(cores, color=PEERS, linewidth=0.8)
    axes.set_ylim(bottom=0, top=cores * 1.3)
    axes.set_title(f"at once, 281 B; this machine has {cores} cores", fontsize=9)
    axes.set_ylabel("times the rate of one", fontsize=8)
    axes.tick_params(labelsize=7)
    axes.legend(fontsize=7, loc="lower right")
    figure.subplots_adjust(hspace=0.4, wspace=0.35)
    save(
        figure,
        "scaling.svg",
        "Blue: what was measured. Grey: linear in what grows.\n" + caption(results),
        0.06,
    )


def save(figure: plt.Figure, name: str, text: str, below: float) -> None:
    figure.text(0.02, below, text, fontsize=6.5, va="top")
    figure.savefig(ROOT / "docs" / name, bbox_inches="tight", facecolor="white", metadata={"Date": None})
    plt.close(figure)
    print(f"written: docs/{name}")


def main() -> None:
    results = json.loads((ROOT / "benches" / "results.json").read_text())
    if "core" in results["parts"]:
        bars(results)
    if "scaling" in results["parts"]:
        curves(results)


if __name__ == "__main__":
    main()
