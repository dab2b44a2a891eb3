"""Repeats an operation in Python as often as its input asks for. `contenders.py` describes the format."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def answer_lines(operation: Callable[[], object]) -> None:
    """Obey each line of the input. An exception in the operation ends the program."""

    def work(count: int) -> None:
        for _ in range(count):
            operation()

    for line in sys.stdin:
        threads, count = (int(word) for word in line.split())
        begun, used = time.perf_counter_ns(), time.process_time_ns()
        if threads == 1:
            work(count)
        else:
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(work, [count // threads] * threads))
        print(time.perf_counter_ns() - begun, time.process_time_ns() - used, flush=True)
