"""Verifications a second of 1, 2, 4 and 8 processes, each with a verifier of its own, in interleaved rounds:
the rate that a tenth of the rounds exceed.

python benches/python/processes.py [--quick] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import time

from doorward import jwt

from tokens import AUDIENCE, DISTINCT, ISSUER, SECRET, SIZES, claims

SPAN = 0.2  # seconds of one round


def work(barrier, rounds, answers):
    """One process: a round begins and ends when all of its team and the main process are at the barrier."""
    key = jwt.Key(SECRET)
    tokens = [jwt.sign(claims(index, SIZES[281]), key) for index in range(DISTINCT)]
    verify = jwt.Verifier(SECRET, issuer=ISSUER, audience=AUDIENCE).verify
    for _ in range(rounds):
        barrier.wait(timeout=90)
        done, begun = 0, time.perf_counter()
        while time.perf_counter() < begun + SPAN:
            for token in tokens:
                verify(token)
            done += len(tokens)
        answers.put((done, begun, time.perf_counter()))
        barrier.wait(timeout=90)


class Team:
    """So many processes, which wait until a round is theirs."""

    def __init__(self, context, count, rounds):
        self.count, self.rates = count, []
        self.barrier, self.answers = context.Barrier(count + 1), context.Queue()
        arguments = (self.barrier, rounds, self.answers)
        self.processes = [context.Process(target=work, args=arguments) for _ in range(count)]
        for process in self.processes:
            process.start()

    def round(self):
        """What all verify in a second, from the first's begin to the last's end."""
        self.barrier.wait(timeout=90)
        answers = [self.answers.get(timeout=90) for _ in self.processes]
        self.barrier.wait(timeout=90)
        done, begun, ended = zip(*answers, strict=True)
        self.rates.append(sum(done) / (max(ended) - min(begun)))

    def rate(self):
        for process in self.processes:
            process.join()
            assert process.exitcode == 0, "a process failed"
        return round(sorted(self.rates, reverse=True)[len(self.rates) // 10])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    rounds = 3 if arguments.quick else 11
    teams = [Team(multiprocessing.get_context("spawn"), count, rounds) for count in (1, 2, 4, 8)]
    for _ in range(rounds):
        for team in teams:
            team.round()
    results = []
    print("verifications a second, 281 B")
    for team in teams:
        results.append({"workers": team.count, "rate": team.rate()})
        print(f"  {team.count} processes {results[-1]['rate']}")
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(results, file)
            file.write("\n")


if __name__ == "__main__":
    main()
