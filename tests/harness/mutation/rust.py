"""Mutation testing of the Rust core, by cargo-mutants: `make mutants SHARD=1/8 FILES=core/src/login.rs`, both optional.

`.cargo/mutants.toml` lists the files to mutate, and the mutants that are left out, with the reasons. Each mutant first
runs the tests that compile in seconds. Survivors run all tests of the core. `target/mutants/ledger.json` stores each
result, so that a stopped run, or another shard, can continue. A mutant is tested again when its file has changed.
"""

from __future__ import annotations

import argparse
import collections
import functools
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
HOME = TARGET / "mutants"
TREE = HOME / "tree"
# The fast tests first, then also the ones that log in.
ROUNDS = (
    ("--lib", "--test=vectors", "--test=mutations"),
    (
        "--lib",
        "--test=vectors",
        "--test=mutations",
        "--test=members",
        "--test=journey",
        "--test=cases",
        "--test=network",
    ),
)
# Only a mutant that runs forever reaches this limit, even on a busy machine.
HANGS = 300
# The exit codes of a complete run of cargo-mutants: all caught, some missed, some timed out.
OF_MUTANTS = (0, 2, 3)
OUTCOMES = ("caught", "timeout", "unviable", "missed")
# The second declaration of this module. With it, each mutant of the module would be tested twice.
DECLARED_TWICE = re.compile(r'#\[cfg\(not\(feature = "__face"\)\)\]\npub\(crate\) mod pending;\n')


def copy() -> None:
    """Copy to the same path each time, so that later mutants reuse the compiled files."""
    command = ["git", "ls-files", "-z", "-co", "--exclude-standard"]
    answer = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
    names = [name for name in os.fsdecode(answer).split("\0") if name and (ROOT / name).is_file()]
    for old in TREE.rglob("*.rs"):
        if not (ROOT / old.relative_to(TREE)).exists():
            old.unlink()
    for name in names:
        place = TREE / name
        place.parent.mkdir(parents=True, exist_ok=True)
        text = (ROOT / name).read_bytes()
        if name == "core/src/protocol.rs":
            text = DECLARED_TWICE.sub("", text.decode()).encode()
        if not place.exists() or place.read_bytes() != text:
            place.write_bytes(text)
            shutil.copymode(ROOT / name, place)


def cargo_mutants(*arguments: str, capture: bool = False) -> subprocess.CompletedProcess[str]:
    # Without debug information it links twice as fast; dependencies stay those of `make test`.
    env = os.environ | {"CARGO_TARGET_DIR": str(TARGET), "CARGO_PROFILE_DEV_DEBUG": "0", "CARGO_INCREMENTAL": "1"}
    command = ["cargo", "mutants", "-p", "clever-sso", *arguments]
    return subprocess.run(
        command, cwd=TREE, env=env, check=False, text=True, stdout=subprocess.PIPE if capture else None
    )


def file_of(mutant: str) -> str:
    return mutant.split(":", 1)[0]


def only(mutants: list[str]) -> Path:
    """Return a configuration with only the files of these mutants: filtering by name alone lets others through."""
    files = sorted({file_of(mutant) for mutant in mutants})
    text = (ROOT / ".cargo/mutants.toml").read_text()
    place = HOME / "mutants.toml"
    place.write_text(
        re.sub(r"examine_globs = \[.*?\]", lambda _: f"examine_globs = {json.dumps(files)}", text, flags=re.DOTALL)
    )
    return place


class Ledger:
    """The result of each mutant, valid while its file doesn't change."""

    def __init__(self) -> None:
        self.path = HOME / "ledger.json"
        self.entries: dict[str, list[str]] = json.loads(self.path.read_text()) if self.path.exists() else {}

    def outcome(self, mutant: str) -> str:
        outcome, of = self.entries.get(mutant, ["not run", ""])
        return outcome if of == digest(file_of(mutant)) else "not run"

    def add(self, tested: list[str]) -> None:
        """Add the results of one run of cargo-mutants."""
        for outcome in OUTCOMES:
            path = HOME / "mutants.out" / f"{outcome}.txt"
            for mutant in path.read_text().splitlines() if path.exists() else ():
                if mutant in tested:
                    self.entries[mutant] = [outcome, digest(file_of(mutant))]
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps(self.entries, indent=0, sort_keys=True))
        new.replace(self.path)


@functools.cache
def digest(file: str) -> str:
    return hashlib.sha256((TREE / file).read_bytes()).hexdigest()[:16]


def score(mutants: list[str], ledger: Ledger) -> int:
    """Print a line for each file, and the mutants that no test notices."""
    counts: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for mutant in mutants:
        counts[file_of(mutant)][ledger.outcome(mutant)] += 1
    kinds = (*OUTCOMES, "not run")
    print("".join(f"{kind:>9}" for kind in kinds))
    for file, count in counts.items():
        print("".join(f"{count[kind]:9}" for kind in kinds), file)
    survivors = [mutant for mutant in mutants if ledger.outcome(mutant) == "missed"]
    for mutant in survivors:
        print(f"no test notices: {mutant}")
    return 1 if survivors else 0


def part_of(mutants: list[str], shard: str) -> list[str]:
    """Return a part of a list: `2/8` is the second of eight."""
    number, count = map(int, shard.split("/"))
    return mutants[len(mutants) * (number - 1) // count : len(mutants) * number // count]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shard", default="1/1", help="a part of all mutants: 1/8 is the first of eight")
    parser.add_argument("--score", action="store_true", help="run no test; print the results of earlier runs")
    parser.add_argument("files", nargs="*", help="test only the mutants of these files")
    options = parser.parse_args()
    HOME.mkdir(parents=True, exist_ok=True)
    copy()
    everything = cargo_mutants("--list", capture=True).stdout.splitlines()
    mutants = part_of(
        [mutant for mutant in everything if file_of(mutant) in options.files or not options.files], options.shard
    )
    ledger = Ledger()
    for tests in () if options.score else ROUNDS:
        todo = [mutant for mutant in mutants if ledger.outcome(mutant) in ("not run", "missed")]
        names = [f"--re=^{re.escape(mutant)}$" for mutant in todo]
        how = ["--in-place", f"--output={HOME}", f"--timeout={HANGS}", "--colors=never"]
        how += [f"--config={only(todo)}", *(f"--cargo-arg={each}" for each in tests)]
        try:
            if todo and cargo_mutants(*how, *names).returncode not in OF_MUTANTS:
                return 1
        finally:
            ledger.add(todo)
    return score(mutants, ledger)


if __name__ == "__main__":
    sys.exit(main())
