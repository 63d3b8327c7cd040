"""Verifications a second of 1, 2, 4 and 8 processes, each with a verifier of its own.

python benches/python/processes.py [--quick] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import statistics
import time

from doorward import jwt
from tokens import AUDIENCE, DISTINCT, ISSUER, SECRET, SIZES, claims

SPAN = 0.2  # seconds of one round


def work(barrier, rounds, answers):
    """One process: in each round, what all did begins at the barrier."""
    key = jwt.Key(SECRET)
    tokens = [jwt.sign(claims(index, SIZES[281]), key) for index in range(DISTINCT)]
    verify = jwt.Verifier(SECRET, issuer=ISSUER, audience=AUDIENCE).verify
    for _ in range(rounds):
        barrier.wait(timeout=60)
        done, begun = 0, time.perf_counter()
        while time.perf_counter() < begun + SPAN:
            for token in tokens:
                verify(token)
            done += len(tokens)
        answers.put((done, begun, time.perf_counter()))
        barrier.wait(timeout=60)


def rate(context, count, rounds):
    """The median over the rounds of what all did, by the time from the first's begin to the last's end."""
    barrier, answers = context.Barrier(count), context.Queue()
    processes = [context.Process(target=work, args=(barrier, rounds, answers)) for _ in range(count)]
    for process in processes:
        process.start()
    rates = []
    for _ in range(rounds):
        done, begun, ended = zip(*(answers.get(timeout=60) for _ in processes), strict=True)
        rates.append(sum(done) / (max(ended) - min(begun)))
    for process in processes:
        process.join()
        assert process.exitcode == 0, "a process failed"
    return statistics.median(rates)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    results = []
    print("verifications a second, 281 B")
    for workers in (1, 2, 4, 8):
        median = round(rate(context, workers, 3 if arguments.quick else 11))
        print(f"  {workers} processes {median}")
        results.append({"workers": workers, "rate": median})
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(results, file)
            file.write("\n")


if __name__ == "__main__":
    main()
