"""Writes one report of the lines that the tests in Rust, Python and PHP ran: the last step of `make coverage`.

It reads tracefiles (lcov's format), adds them up, and prints a line for each part of the project. It fails if no test
runs some line of a file that decides which user is signed in. `decides.toml` beside this file lists these files, and
the lines that no test can run, each with the reason. Of some other files, it only prints the lines that no test ran.
"""

from __future__ import annotations

import argparse
import collections
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[3]
RULES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("decides.toml").read_text())
# By file and line number: how often the line ran.
Counts = dict[str, dict[int, int]]


def read(tracefiles: list[Path]) -> Counts:
    """Add up tracefiles. Only files of this repository count."""
    counts: Counts = collections.defaultdict(lambda: collections.defaultdict(int))
    file = ""
    for tracefile in tracefiles:
        for line in tracefile.read_text().splitlines():
            word, _, rest = line.partition(":")
            if word == "SF":
                path = Path(rest)
                file = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else rest
            elif word == "DA":
                number, count = rest.split(",")[:2]
                counts[file][int(number)] += int(count)
    return {file: dict(lines) for file, lines in sorted(counts.items()) if (ROOT / file).is_file()}


def write(counts: Counts, place: Path) -> None:
    """Return everything as one tracefile, for genhtml."""
    with place.open("w") as out:
        for file, lines in counts.items():
            out.write(f"SF:{ROOT / file}\n")
            out.writelines(f"DA:{number},{count}\n" for number, count in sorted(lines.items()))
            out.write("end_of_record\n")


def table(counts: Counts) -> list[str]:
    """Return a line for each part of the project."""
    rows = []
    for name, patterns in RULES["parts"].items():
        files = [file for file in counts if any(fnmatch(file, pattern) for pattern in patterns)]
        lines = sum(len(counts[file]) for file in files)
        ran = sum(1 for file in files for count in counts[file].values() if count)
        if lines:
            rows.append(f"{name:<28}{len(files):6} files {ran:6} of {lines:6} lines {100 * ran / lines:6.1f} %")
    return rows


def never_run(counts: Counts, patterns: list[str]) -> list[str]:
    """Return the lines of these files that no test runs, and the patterns without a file that was measured."""
    found, explained = [], {(each["file"], each["line"]) for each in RULES["explained"]}
    for pattern in patterns:
        files = [file for file in counts if fnmatch(file, pattern) and "/tests" not in file]
        if not files:
            found.append(f"{pattern}: not measured")
        for file in files:
            text = (ROOT / file).read_text().splitlines()
            for number, count in sorted(counts[file].items()):
                # pcov also counts the line after the end of a file.
                line = text[number - 1].strip() if number <= len(text) else ""
                if not count and line.strip(")}];,") and (file, line) not in explained:
                    found.append(f"{file}:{number}: {line}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="write everything as one tracefile to this path")
    parser.add_argument("tracefiles", type=Path, nargs="+", help="tracefiles, or folders that contain them")
    options = parser.parse_args()
    tracefiles = [
        file for each in options.tracefiles for file in (sorted(each.rglob("*.info")) if each.is_dir() else [each])
    ]
    counts = read(tracefiles)
    write(counts, options.out)
    print(*table(counts), sep="\n")
    listed, missing = never_run(counts, RULES["lists"]), never_run(counts, RULES["decides"])
    if listed:
        print("\nNot run where it is counted:", *listed, sep="\n")
    if missing:
        print("\nThis decides which user is signed in, so a test must run it:", *missing, sep="\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
