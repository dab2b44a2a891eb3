"""Starts the programs of a benchmark and lets them take turns.

A program reads lines from its input: `THREADS COUNT`. It repeats its operation COUNT times in each of these threads,
and prints two numbers: the nanoseconds of elapsed time and of CPU time.
"""

from __future__ import annotations

import re
import subprocess
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.programs import environment
from measures import in_turns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from measures import Program

CPU, CLOCK = "cpu", "clock"
"""The names of the two results, in microseconds of one operation: CPU time of all threads, and elapsed time."""
FIRST_COUNT = 40
# Some libraries prefer these variables to the program's own settings.
NETWORK = re.compile("_proxy$|_CA_BUNDLE$|^SSL_CERT_", re.IGNORECASE)
SHORTEST_TURN_SECONDS = 0.02


@dataclass(frozen=True)
class Contender:
    """A program, the command that starts it, and the numbers of threads to measure it with."""

    program: Program
    command: Sequence[str]
    threads: Sequence[int] = (1,)


class Running:
    """The running process of a contender."""

    def __init__(self, contender: Contender) -> None:
        self.name = contender.program.name
        pipe, here = subprocess.PIPE, {name: value for name, value in environment().items() if not NETWORK.search(name)}
        self.process = subprocess.Popen(contender.command, stdin=pipe, stdout=pipe, text=True, env=here)
        self.counts: dict[int, int] = {}

    def repeat(self, threads: int, count: int) -> tuple[int, int]:
        """Repeat the operation `count` times; return the nanoseconds of elapsed time and of CPU time."""
        answer: list[str] = []
        if self.process.stdin and self.process.stdout:
            with suppress(BrokenPipeError):
                self.process.stdin.write(f"{threads} {count}\n")
                self.process.stdin.flush()
                answer = self.process.stdout.readline().split()
        if len(answer) != 2:
            raise RuntimeError(f"{self.name} ended with {self.process.wait()} instead of printing a result")
        return int(answer[0]), int(answer[1])

    def prepare(self, threads: int, seconds: float) -> None:
        """Warm up, and find out how many operations fit into a turn."""
        self.repeat(threads, FIRST_COUNT)
        took, _ = self.repeat(threads, FIRST_COUNT)
        fitting = int(FIRST_COUNT * seconds * 1e9 / max(took, 1)) // threads * threads
        self.counts[threads] = max(fitting, threads)

    def turn(self, threads: int) -> dict[str, float]:
        """Run one turn; return the microseconds of one operation."""
        count = self.counts[threads]
        took, used = self.repeat(threads, count)
        return {CLOCK: took / count / 1000, CPU: used / count / 1000}

    def end(self) -> None:
        """Close its input, which ends the program."""
        if self.process.stdin:
            with suppress(BrokenPipeError):
                self.process.stdin.close()
        if self.process.stdout:
            self.process.stdout.close()
        self.process.wait()


Taken = dict[tuple[str, int], dict[str, list[float]]]
"""The results of all rounds, by the program's name and the number of threads."""


def measured(contenders: Mapping[str, Contender], rounds: int, budget: float) -> Taken:
    """Run all programs in turns, for about `budget` seconds."""
    turns = [(name, threads) for name, contender in contenders.items() for threads in contender.threads]
    # Two more rounds: one warms up the caches, and one finds out how long a turn takes.
    seconds = max(budget / (rounds + 2) / len(turns), SHORTEST_TURN_SECONDS)
    with ExitStack() as stack:
        running = {}
        for name, contender in contenders.items():
            running[name] = Running(contender)
            stack.callback(running[name].end)
        for name, threads in turns:
            running[name].prepare(threads, seconds)

        def turn(name: str, threads: int) -> dict[str, float]:
            return running[name].turn(threads)

        return in_turns({key: (lambda key=key: turn(*key)) for key in turns}, rounds)
