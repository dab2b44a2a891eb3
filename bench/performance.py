"""Measures this library and the libraries that people use instead, and writes docs/performance.md: `make bench`.

The results are saved in `bench/results.json`. Parts that you don't measure keep their old results.
"""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "php/tests"))

from harness.paths import ROOT
from performance_page import RESULTS, Machine, Measured, loaded, saved, written

# The modules with a `measure`, in the order of the page, and how many seconds each may take.
PARTS = {"side_by_side": 100, "exchange": 90, "slopes": 80, "logins_at_sites": 200, "monday": 230}


def machine() -> Machine:
    """Describe this machine."""
    information = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.+)", information.read_text("utf-8")) if information.exists() else None
    return Machine(
        processor=found[1] if found else platform.processor() or platform.machine(),
        cores=os.cpu_count() or 1,
        system=f"{platform.system()} {platform.release().split('-')[0]} ({platform.machine()}), "
        f"Python {platform.python_version()}",
    )


def measured(name: str, budget: float) -> Measured:
    """Measure one part."""
    date, load = time.strftime("%Y-%m-%d", time.gmtime()), os.getloadavg()[0]
    begun = time.monotonic()
    chapter = importlib.import_module(name).measure(budget)
    print(f"==> {chapter.title}: {time.monotonic() - begun:.0f} s", flush=True)
    return Measured(name, chapter, date, load)


def main() -> None:
    """Measure, then write the page and its pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", action="append", choices=PARTS, help="measure only this part (repeatable)")
    parser.add_argument("--share", type=float, default=1.0, help="share of the usual time: 0.1 is quick, but rough")
    parser.add_argument("--draw", action="store_true", help="measure nothing, write the page from bench/results.json")
    options = parser.parse_args()
    known = loaded(RESULTS.read_text("utf-8")) if RESULTS.exists() else (machine(), [])
    if options.draw:
        write(*known)
        return
    chapters, begun = {each.part: each for each in known[1]}, time.monotonic()
    for name in options.part or PARTS:
        chapters[name] = measured(name, PARTS[name] * options.share)
        # Write after each part, so that its results are kept even if the next part fails.
        write(machine(), [chapters[part] for part in PARTS if part in chapters])
    print(f"==> wrote docs/performance.md after {time.monotonic() - begun:.0f} s")


def write(here: Machine, chapters: list[Measured]) -> None:
    """Write the results, the page and its pictures."""
    text = saved(here, chapters)
    RESULTS.write_text(text, "utf-8")
    # Draw from the saved text, because its figures are rounded.
    docs, files = ROOT / "docs", written(*loaded(text))
    for old in docs.glob("images/performance-*.svg"):
        if old.relative_to(docs).as_posix() not in files:
            old.unlink()
    for path, text in files.items():
        (docs / path).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
