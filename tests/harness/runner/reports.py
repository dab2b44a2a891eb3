"""Reads the output of cargo and pytest: how many tests passed, which failed, and which were skipped and why."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from dataclasses import dataclass, field

MOST_LINES = 15

# A test that another test runs in a separate process is not skipped.
RUN_BY_ANOTHER = "is run by another test"
RESULT = re.compile(r"^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored;")
IGNORED = re.compile(r"^test .+ \.\.\. ignored(?:, (.+))?$")
# A test that cannot run on this machine prints this line.
SAID_SKIPPED = re.compile(r"^skipped: (.+)$")
RERUN = re.compile(r"^error: .*to rerun pass `(.+)`")
CRASHED = re.compile(r"process didn't exit successfully: .*\((.+)\)")
COUNTS = re.compile(r"^(?:=+ )?(?:.*\d+ \w+.*|no tests ran) in [\d.]+s\b")
SKIPPED = re.compile(r"^SKIPPED \[(\d+)\] [^:]+(?::\d+)?: (.+)$")
BROKEN = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - (.*))?$")
HEADING = re.compile(r"^_{3,} (.+) _{3,}$")
SCOPE = re.compile(r"^(?:ERROR at \w+ of|ERROR collecting) ")


@dataclass(frozen=True)
class Failure:
    """A failed test, the command that repeats it, and its output."""

    name: str
    repeat: str
    said: tuple[str, ...] = ()


@dataclass
class Report:
    """The outcome of one part."""

    passed: int = 0
    failures: list[Failure] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)


def of_cargo(log: str) -> Report:
    """Read the output of `cargo test --no-fail-fast`, including doc tests."""
    report, lines = Report(), log.splitlines()
    names: list[str] = []
    said: dict[str, list[str]] = {}
    for number, line in enumerate(lines):
        if counted := RESULT.match(line):
            report.passed += int(counted[1])
        elif ignored := IGNORED.match(line):
            reason = ignored[1] or "ignored without a reason"
            if not reason.startswith(RUN_BY_ANOTHER):
                report.skipped[reason] += 1
        elif said_skipped := SAID_SKIPPED.match(line):
            report.skipped[said_skipped[1]] += 1
        elif line.startswith("---- ") and line.endswith(" ----"):
            name = line.removeprefix("---- ").removesuffix(" ----").rpartition(" ")[0]
            said[name] = block(lines[number + 1 :], ends=("---- ", "failures:", "stack backtrace:"))
        elif line == "failures:" and number + 1 < len(lines) and lines[number + 1].startswith("    "):
            names = [name.strip() for name in block(lines[number + 1 :], ends=("test result:",))]
        elif rerun := RERUN.match(line):
            if names:
                report.failures += [of_test(rerun[1], name, said.get(name, [])) for name in names]
            else:
                report.failures.append(of_program(rerun[1], lines[number + 1 : number + 5]))
            names, said = [], {}
    return report


def of_test(target: str, name: str, said: list[str]) -> Failure:
    """A failed test of a program that printed a summary."""
    repeat = f"cargo test {target} -- --exact {shlex.quote(name)}"
    return Failure(name, repeat, tuple(said[:MOST_LINES]))


def of_program(target: str, after: list[str]) -> Failure:
    """A program that ended before it could print a summary."""
    reason = next((found[1] for line in after if (found := CRASHED.search(line))), "it failed")
    return Failure(f"all of {target}", f"cargo test {target}", (reason,))


def block(lines: list[str], ends: tuple[str, ...]) -> list[str]:
    """Return the lines that aren't empty, up to one that starts with one of `ends`."""
    found = []
    for line in lines:
        if line.startswith(ends):
            break
        if line.strip():
            found.append(line)
    return found


def of_pytest(log: str) -> Report:
    """Read the output of `pytest -ra`."""
    report, lines = Report(), log.splitlines()
    start = next((at for at in reversed(range(len(lines))) if "short test summary info" in lines[at]), len(lines))
    for line in lines[start:]:
        if skipped := SKIPPED.match(line):
            report.skipped[skipped[2]] += int(skipped[1])
        elif broken := BROKEN.match(line):
            # With xdist's groups, the name of a test ends in the name of its group, which pytest doesn't accept.
            name = broken[1].partition("@")[0] if broken[1].count("@") == 1 and "[" not in broken[1] else broken[1]
            said = said_by(name, lines[:start]) or ([broken[2]] if broken[2] else [])
            report.failures.append(Failure(name, repeat_of(name), tuple(said[:MOST_LINES])))
    totals = next((line for line in reversed(lines) if COUNTS.match(line)), "")
    for count, word in re.findall(r"(\d+) (passed|xfailed)", totals):
        report.passed += int(count) if word else 0
    return report


def said_by(name: str, lines: list[str]) -> list[str]:
    """Return the lines where pytest shows why a test failed."""
    title = name.partition("::")[2].replace("::", ".") or name
    for number, line in enumerate(lines):
        heading = HEADING.match(line)
        if heading and SCOPE.sub("", heading[1]) == title:
            shown = block(lines[number + 1 :], ends=("____", "===="))
            return [line for line in shown if line.startswith("E ")] or shown[-MOST_LINES:]
    return []


def repeat_of(name: str) -> str:
    """Return the command that runs one test again. The name is escaped for make, and for the shell."""
    for_shell = shlex.quote(name)
    if for_shell == name:
        return f"make test-python TESTS={name}"
    return f"make test-python TESTS={shlex.quote(for_shell.replace('$', '$$'))}"
