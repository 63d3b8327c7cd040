"""Writes docs/disagreement.md from the answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from corpus import LEFT_OUT, ROWS, Case
from libraries import PINNED, ROOT, Library

Answers = Mapping[Library, Mapping[str, tuple[str, str]]]

# What no verdict is: the process or the call came to an end that the library does not document.
BROKEN = ("panic", "crash", "timeout")
NONE, UNASKED = "·", "–"

GRAVE = [
    (
        "A critical extension that nobody understands",
        "jwt_header/crit-list",
        "RFC 7515 §4.1.11: a recipient that does not understand a name in `crit` must refuse. An issuer that moves a"
        " condition of the token's use into an extension finds it checked by some services and ignored by others.",
    ),
    (
        "A token signed with the empty secret",
        "attack_jwt/key-empty",
        "Where the secret's source is empty by mistake, anybody can sign, and the library is the last that can notice."
        " The secret is handed over as bytes; Node's jsonwebtoken takes an empty Buffer and refuses an empty string.",
    ),
    (
        "A token that never expires",
        "attack_jwt/exp-nan",
        "`exp` is `NaN`, which is not JSON. A parser that reads it makes a number of which every comparison is false,"
        " also the one that asks whether the token has expired.",
    ),
    (
        "A number that ends the thread",
        "attack_jwt/exp-1e19",
        "`exp` is 1e19, far beyond any date. Only who has a key can sign it, but the library answers for the process.",
    ),
    (
        "Two texts, one token",
        "jwt_form/alphabet-trailing-newline",
        "A line feed at the end changes the text and not the verdict. A list of revoked tokens or a replay cache that"
        " knows tokens by their text or its hash misses the second.",
    ),
]


def write(
    cases: list[Case],
    left_out: Counter[str],
    answers: Answers,
    versions: Mapping[Library, str],
    missing: list[str],
) -> None:
    """The whole document, from the top."""
    parts = [
        INTRODUCTION.format(totals=totals(cases, answers), pinned=PINNED, libraries=len(answers)),
        *(f"> Left out where this was made: {line}.\n" for line in missing),
        READING,
        table(cases, answers),
        "## What the rows hold\n",
        rows(cases, answers),
        "## Some that matter\n",
        *grave(answers),
        "## How each was asked\n",
        ASKED,
        libraries_table(answers, versions),
        "## Which tokens were not put\n",
        *(f"- {left_out[key]}: {why}" for key, why in LEFT_OUT.items()),
        "",
        CLOSING,
    ]
    (ROOT / "docs" / "disagreement.md").write_text("\n".join(parts), encoding="utf-8")


def totals(cases: list[Case], answers: Answers) -> str:
    """The sentence that counts."""
    bad = [case for case in cases if case.row]
    demanded = [case for case in bad if ROWS[case.row].breaks]
    split, split_demanded = (sum(disagreed(case, answers) for case in some) for some in (bad, demanded))
    return (
        f"Of {len(bad)} bad tokens, {split} are accepted by at least one of {len(answers)} JWT libraries and refused by"
        f" at least one other; of the {len(demanded)} that break a rule of the RFCs, {split_demanded}."
    )


def disagreed(case: Case, answers: Answers) -> bool:
    kinds = {given[case.id][0] for given in answers.values()}
    return {"accept", "refuse"} <= kinds


def table(cases: list[Case], answers: Answers) -> str:
    """Rows of bad tokens, then the sums, then the good ones."""
    lines = [
        line(["Bad tokens", "RFC", "of", *(f"{library.name}<br>{library.language}" for library in answers)]),
        line(["---", "---", "---:", *("---:" for _ in answers)]),
    ]
    for key, row in ROWS.items():
        members = [case for case in cases if case.row == key]
        cells = (cell(Counter(given[case.id][0] for case in members)) for given in answers.values())
        lines.append(line([row.name, "breaks" if row.breaks else "open", str(len(members)), *cells]))
    bad = [case for case in cases if case.row]
    sums = (cell(Counter(given[case.id][0] for case in bad)) for given in answers.values())
    lines.append(line(["**all bad tokens: accepted**", "", str(len(bad)), *(f"**{text}**" for text in sums)]))
    good = [case for case in cases if not case.row]
    refused = (Counter(given[case.id][0] for case in good) for given in answers.values())
    lines.append(line(["good tokens: *refused*", "", str(len(good)), *(cell(kinds, "refuse") for kinds in refused)]))
    return "\n".join(lines) + "\n"


def cell(kinds: Counter[str], counted: str = "accept") -> str:
    """How many of those that could be asked; what broke stands behind a dagger."""
    asked = kinds.total() - kinds["unasked"]
    if asked == 0:
        return UNASKED
    text = str(kinds[counted]) if kinds[counted] else NONE
    if asked < kinds.total():
        text += f"/{asked}"
    broken = sum(kinds[kind] for kind in BROKEN)
    return f"{text} †{broken}" if broken else text


def rows(cases: list[Case], answers: Answers) -> str:
    lines = [line(["Row", "An example", "Its case", "Accepted by"]), line(["---"] * 4)]
    known = {case.id for case in cases}
    for row in ROWS.values():
        if row.example not in known:
            raise ValueError(f"{row.example} is no case of the corpus")
        lines.append(line([row.name, row.means, f"`{row.example}`", names(accepting(row.example, answers))]))
    return "\n".join(lines) + "\n"


def grave(answers: Answers) -> Iterable[str]:
    """Each of `GRAVE` with who accepts, who refuses, and in whom it breaks."""
    for title, case, text in GRAVE:
        refusing = [library for library, given in answers.items() if given[case][0] == "refuse"]
        broken = [library for library, given in answers.items() if given[case][0] in BROKEN]
        yield (
            f"**{title}** (`{case}`). {text}\n"
            f"Accepted by {names(accepting(case, answers))}; refused by {names(refusing)}"
            + (f"; a panic in {names(broken)}.\n" if broken else ".\n")
        )


def accepting(case: str, answers: Answers) -> list[Library]:
    return [library for library, given in answers.items() if given[case][0] == "accept"]


def names(some: list[Library]) -> str:
    return ", ".join(f"{library.name} ({library.language})" for library in some) or "none"


def libraries_table(answers: Answers, versions: Mapping[Library, str]) -> str:
    lines = [line(["Library", "Version", "Options", "Clock"]), line(["---"] * 4)]
    for library in answers:
        name = f"{library.name} ({library.language})"
        lines.append(line([name, versions[library], library.options, library.clock]))
    return "\n".join(lines) + "\n"


def line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


INTRODUCTION = """# Where JWT libraries disagree

<!-- Made by `make disagree` from tests/vectors; edit tests/disagree. -->

{totals}

The tokens are those of [the vectors](../tests/vectors/README.md) that doorward refuses, and beside them the good ones
that it allows, put to {libraries} libraries at their newest versions of {pinned}. All are HMAC. But for the rows on
keys and signatures, each bad token carries the right MAC: what is wrong with it is what its row says.
"""

READING = f"""## The table

A cell says how many of the row's tokens the library **accepts**. `{NONE}` is none; `{UNASKED}` is a question that the
library cannot be asked, as where it has no option for the claim; `1/7` is one of the seven that it can be asked. `†1`
is a token that ended in a panic, a crash or no answer in ten seconds, which is neither.

Not every number is a fault. *breaks*: the token breaks a rule of RFC 7515, 7518, 7519 or 8259, though not each of them
says what the recipient is to do. *open*: the RFCs leave the choice, and doorward takes the strict one. A service can
also check by itself what its library does not; the table shows what the library does when it is asked as well as its
documentation tells how.
"""

ASKED = """The algorithm is pinned to the key's, `exp` is required where there is an option, and issuer, audience,
subject, leeway, age, type and further required claims are passed on as the case's policy has them. An issuer, audience
or subject that is compared is also required where there is an option. Everything else is the library's default. `typ`
is set where it is the question and nowhere else, since the same option refuses a token without `typ`. The time is the
case's own, by the library's clock option, or where it has none by Debian's `faketime` around the process.

Where a language has typed claims, they are used. Node's jsonwebtoken hands claims that are no JSON back as a string,
with no `exp` to check, and that counts as accepted. Authlib's own documentation points from its JWT module to joserfc.
In Node a token is handed over as its HTTP server would, as Latin-1; in C as a string, so that a token that holds a NUL
is not put; two of Rust's take UTF-8 only. Of libjwt, this is the version that Debian 12 ships; version 3 and
l8w8jwt are among no packages of Debian, npm or PyPI, and not asked.
"""

CLOSING = """## The good tokens that are refused

That is no hole. The causes are choices: `iat` in the future (PyJWT, joserfc, Authlib, jwx, go-jose, jwt-simple,
josekit), header names that are not registered (joserfc), required claims that are empty, 0 or false (joserfc, Authlib),
fractions of a second dropped (PyJWT, golang-jwt), another spelling of `typ` than `JWT` (jwt-simple, libjwt).

## Make it again

`make disagree` fetches the libraries into `build/disagree`, asks, and writes this page; a toolchain that is not here
shrinks the table. `build/disagree/verdicts.tsv` then holds each answer with the library's words. The versions are
pinned in [`tests/disagree`](../tests/disagree/README.md).
"""
