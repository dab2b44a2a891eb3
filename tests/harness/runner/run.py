"""Runs every part of the tests, even if one fails, and lists the failures at the end.

`make test` runs it. It shows a line for each part. The output of each part goes to a file in target/test-logs.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import reports
from parts import LONG_PARTS, PARTS, Part
from reports import MOST_LINES, Failure, Report
from skips import how_to_get

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import IO

ROOT = Path(__file__).resolve().parents[3]
READERS = {"cargo": reports.of_cargo, "pytest": reports.of_pytest}
# The line that cargo prints when a test has ended.
ENDED = re.compile(r"^test .+ \.\.\. (?:ok|FAILED|ignored)")
MINUTE = 60
STOPS = (signal.SIGINT, signal.SIGTERM)


@dataclass
class Outcome:
    """The outcome of one part."""

    part: Part
    exit_code: int
    seconds: float
    log: Path
    report: Report = field(default_factory=Report)

    @property
    def ok(self) -> bool:
        """Whether the part succeeded."""
        return self.exit_code == 0 and not self.report.failures

    def verdict(self) -> str:
        """The last words of its line."""
        counts = [f"{self.report.passed} passed"] if self.part.tool else []
        counts += [f"{len(self.report.failures)} failed"] if self.part.tool and self.report.failures else []
        counts += [f"{skipped} skipped"] if (skipped := sum(self.report.skipped.values())) else []
        return "  ".join(["ok    " if self.ok else "FAILED", f"{took(self.seconds):>12}", ", ".join(counts)]).rstrip()


def took(seconds: float) -> str:
    """Format a duration in minutes and seconds."""
    minutes, rest = divmod(round(seconds), MINUTE)
    return f"{minutes} min {rest:2} s" if minutes else f"{rest} s"


def target() -> Path:
    """Return the target folder."""
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))


def environment() -> dict[str, str]:
    """Return the environment of a part: without make's own variables, and without colors in its output."""
    own = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "FORCE_COLOR"}
    plain = {"CARGO_TERM_COLOR": "never", "PY_COLORS": "0"}
    # Incremental compilation slows the first build down, so leave it on only where its folder exists already.
    if not (target() / "debug" / "incremental").exists():
        plain["CARGO_INCREMENTAL"] = "0"
    return {name: value for name, value in os.environ.items() if name not in own} | plain


class Screen:
    """Prints a line per part. On a terminal, the line also shows the progress."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._width = max(len(part.label) for part in parts)
        self._total = len(parts)
        self._live = sys.stdout.isatty()
        self._shown = 0.0
        self._line = ""

    def start(self, number: int, part: Part) -> None:
        """Show the part that runs now."""
        self._line = f"{number:2}/{self._total}  {part.label.ljust(self._width)}  "
        print(self._line, end="", flush=True)

    def progress(self, tests: int, since: float) -> None:
        """Show how many tests have ended."""
        now = time.monotonic()
        if self._live and now - self._shown > 1:
            self._shown = now
            said = f"{tests} tests so far, " if tests else ""
            print(f"\r\033[K{self._line}{said}{took(now - since)}", end="", flush=True)

    def end(self, verdict: str) -> None:
        """Print the result."""
        print(f"\r\033[K{self._line}{verdict}" if self._live else verdict, flush=True)


@contextmanager
def started(part: Part, output: int | IO[str] = subprocess.PIPE) -> Iterator[subprocess.Popen[str]]:
    """Start a part. If this run is stopped, the part and all its processes are stopped, too."""
    asked: list[int] = []
    # Block signals during the start. Otherwise a signal could end this run and leave the new process running.
    former = {number: signal.signal(number, lambda came, _: asked.append(came)) for number in STOPS}
    process = subprocess.Popen(
        [os.environ.get("MAKE", "make"), "--no-print-directory", part.target],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    try:
        for number, handler in former.items():
            signal.signal(number, handler)
        if asked:
            sys.exit(128 + asked[0])
        yield process
    except BaseException:
        stop(process)
        raise
    finally:
        if process.stdout:
            process.stdout.close()


def stop(process: subprocess.Popen[str]) -> None:
    """End a part and all processes that it started, even if Ctrl-C is pressed again."""
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)
    for way in (signal.SIGINT, signal.SIGKILL):
        with suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(process.pid, way)
            process.wait(10)


def log_of(part: Part, logs: Path) -> Path:
    """Return the file with the output of a part."""
    return logs / f"{part.target}.log"


def run(part: Part, logs: Path, screen: Screen) -> Outcome:
    """Run one part to its end."""
    path, start, tests = log_of(part, logs), time.monotonic(), 0
    with path.open("w", encoding="utf-8") as log, started(part) as process:
        assert process.stdout
        for line in process.stdout:
            log.write(line)
            tests += part.tool == "cargo" and bool(ENDED.match(line))
            screen.progress(tests, start)
        code = process.wait()
    return outcome_of(part, code, time.monotonic() - start, path)


def outcome_of(part: Part, code: int, seconds: float, path: Path) -> Outcome:
    """Return the result of a part that has ended, from its exit code and its output."""
    text = path.read_text("utf-8", errors="replace")
    outcome = Outcome(part, code, seconds, path)
    outcome.report = READERS[part.tool](text) if part.tool else Report(passed=int(code == 0))
    if code and not outcome.report.failures:
        outcome.report.failures.append(Failure(part.label, part.repeat, tuple(text.splitlines()[-MOST_LINES:])))
    return outcome


class Beside:
    """A part that runs in parallel with others. Its line is shown in its usual order."""

    def __init__(self, part: Part, logs: Path, stack: ExitStack) -> None:
        self._part, self._path = part, log_of(part, logs)
        self._start = self._end = time.monotonic()
        log = stack.enter_context(self._path.open("w", encoding="utf-8"))
        self._process = stack.enter_context(started(part, log))
        self._thread = threading.Thread(target=self._wait, daemon=True)
        self._thread.start()

    def _wait(self) -> None:
        self._process.wait()
        self._end = time.monotonic()

    def outcome(self, screen: Screen) -> Outcome:
        """Wait until the part has ended."""
        while self._thread.is_alive():
            screen.progress(0, self._start)
            self._thread.join(1)
        return outcome_of(self._part, self._process.returncode, self._end - self._start, self._path)


def run_all(parts: Sequence[Part], logs: Path) -> list[Outcome]:
    """Run all parts. A part fails without running if a part that it needs has failed."""
    logs.mkdir(parents=True, exist_ok=True)
    screen, outcomes, failed = Screen(parts), [], set()
    beside: dict[str, Beside] = {}
    with ExitStack() as stack:
        for number, part in enumerate(parts, 1):
            for other in parts:
                if other.beside == part.target:
                    beside[other.target] = Beside(other, logs, stack)
            screen.start(number, part)
            if lacking := [need for need in part.needs if need in failed]:
                outcome = Outcome(part, 1, 0, logs / f"{lacking[0]}.log")
                reason = f"it was not run, because `make {lacking[0]}` failed"
                outcome.report.failures.append(Failure(part.label, part.repeat, (reason,)))
            else:
                outcome = beside[part.target].outcome(screen) if part.beside else run(part, logs, screen)
            if not outcome.ok:
                failed.add(part.target)
            outcomes.append(outcome)
            screen.end(outcome.verdict())
    return outcomes


def show(outcomes: Sequence[Outcome], seconds: float) -> None:
    """List the skipped and failed tests, with their numbers."""
    skipped: Counter[str] = sum((outcome.report.skipped for outcome in outcomes), Counter())
    if skipped:
        print("\nSkipped:")
    for reason, count in skipped.most_common():
        print(f"  {count:4}  {reason}")
        if way := how_to_get(reason):
            print(f"        to run: {way}")
    broken = [outcome for outcome in outcomes if not outcome.ok]
    for outcome in broken:
        print(f"\nFailed: {outcome.part.label} (its output: {shown(outcome.log)})")
        for failure in outcome.report.failures:
            print(f"\n  {failure.name}")
            for line in failure.said:
                print(f"      {line}")
            print(f"    to repeat it: {failure.repeat}")
    passed = sum(outcome.report.passed for outcome in outcomes)
    failed = sum(len(outcome.report.failures) for outcome in outcomes)
    print(f"\n{'Something failed' if failed else 'Everything passed'}, after {took(seconds)}.")
    print(f"{passed} passed, {failed} failed, {sum(skipped.values())} skipped", flush=True)


def shown(path: Path) -> str:
    """Return the path in its shortest form."""
    return shlex.quote(os.path.relpath(path, Path.cwd()))


def main() -> int:
    """Run all parts, print the report, and return 1 if anything failed."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--all", action="store_true", help="also run the parts that take long or need more tools")
    everything = arguments.parse_args().all
    if everything:
        os.environ["CLEVER_SSO_TEST_ALL"] = "1"
    # On SIGTERM, still end the parts that run.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    logs = target() / "test-logs"
    print(f"The output of all parts is in {shown(logs)}. The run goes on after a failed part.", flush=True)
    start = time.monotonic()
    outcomes = run_all(PARTS + LONG_PARTS if everything else PARTS, logs)
    show(outcomes, time.monotonic() - start)
    return 0 if all(outcome.ok for outcome in outcomes) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\nstopped")
        sys.exit(128 + signal.SIGINT)
