"""Mutation testing of the Python code that decides who is signed in, by cosmic-ray: `make mutants-python PART=flask`.

`python.toml` beside this file lists the files to mutate, the rules, and the tests that must fail. A stopped run
continues where it stopped, if the files haven't changed.
"""

from __future__ import annotations

import argparse
import collections
import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[3]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
HOME = TARGET / "mutants/python"
TESTS = ROOT / "python/tests/frameworks"
PROGRAMS = Path(sysconfig.get_path("scripts"))
# Only a mutant that runs forever reaches this limit, even on a busy machine.
HANGS = 900
RULES: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text())


def copy() -> None:
    """Copy the package, with the installed native module, so that the mutations don't change your files."""
    shutil.rmtree(HOME / "clever_sso", ignore_errors=True)
    shutil.copytree(ROOT / "python/clever_sso", HOME / "clever_sso", ignore=shutil.ignore_patterns("__pycache__"))
    found = subprocess.run(
        [sys.executable, "-c", "import clever_sso._native as native; print(native.__file__)"],
        cwd=HOME.parent,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        check=True,
        capture_output=True,
        text=True,
    )
    shutil.copy(found.stdout.strip(), HOME / "clever_sso")


def run(*command: str, capture: bool = False) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(HOME), "PYTHONDONTWRITEBYTECODE": "1"}
    stdout = subprocess.PIPE if capture else None
    program = str(PROGRAMS / command[0])
    return subprocess.run([program, *command[1:]], cwd=ROOT, env=environment, check=False, text=True, stdout=stdout)


class Part:
    """The files of one framework, and the result of each mutant."""

    def __init__(self, name: str) -> None:
        self.name = name
        part = RULES["parts"][name]
        self.files = [HOME / "clever_sso" / file for file in part["files"]]
        only = ["-k", part["only"]] if "only" in part else []
        tests = [str((TESTS / test).relative_to(ROOT)) for test in part["tests"]]
        self.tests = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *only, *tests]
        self.config = HOME / f"{name}.toml"
        self.session = HOME / f"{name}.sqlite"

    def prepare(self) -> None:
        """Start a session, or continue the one with the same files and rules."""
        config = {
            "module-path": [str(file) for file in self.files],
            "timeout": HANGS,
            "excluded-modules": [],
            "test-command": " ".join(self.tests),
        }
        lines = ["[cosmic-ray]", *(f"{name} = {json.dumps(value)}" for name, value in config.items())]
        lines += ["[cosmic-ray.distributor]", 'name = "local"', "[cosmic-ray.filters.operators-filter]"]
        lines += [f"exclude-operators = {json.dumps(RULES['exclude-operators'])}", ""]
        text = "\n".join(lines)
        written = text.encode() + b"".join(file.read_bytes() for file in self.files)
        stamp, known = HOME / f"{self.name}.sha256", hashlib.sha256(written).hexdigest()
        if self.session.exists() and stamp.exists() and stamp.read_text() == known:
            return
        self.config.write_text(text)
        self.session.unlink(missing_ok=True)
        run("cosmic-ray", "init", str(self.config), str(self.session)).check_returncode()
        run("cr-filter-operators", str(self.session), str(self.config)).check_returncode()
        stamp.write_text(known)

    def test(self) -> None:
        """Test the remaining mutants. Without a mutation, the tests must pass."""
        run("cosmic-ray", "baseline", str(self.config)).check_returncode()
        run("cosmic-ray", "exec", str(self.config), str(self.session)).check_returncode()

    def score(self) -> int:
        """Print a line for each file, and the mutants that no test notices; return their number."""
        counts: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
        survivors = []
        dump = run("cosmic-ray", "dump", str(self.session), capture=True).stdout
        for item, result in map(json.loads, dump.splitlines()):
            if result and result["worker_outcome"] == "skipped":
                continue
            mutation = item["mutations"][0]
            path = Path(mutation["module_path"])
            name = str(path.relative_to(HOME))
            outcome = result["test_outcome"] if result else "not run"
            operator = mutation["operator_name"].removeprefix("core/")
            line = path.read_text().splitlines()[mutation["start_pos"][0] - 1].strip()
            if outcome == "survived" and reason_for(name, operator, line):
                outcome = "explained"
            counts[name][outcome] += 1
            if outcome == "survived":
                survivors.append(f"no test notices: {name}:{mutation['start_pos'][0]}: {operator}: {line}")
        kinds = ("killed", "survived", "explained", "incompetent", "not run")
        for name, count in counts.items():
            print("".join(f"{count[kind]:5} {kind}" for kind in kinds), name)
        print(*survivors, sep="\n")
        return len(survivors)


def reason_for(name: str, operator: str, line: str) -> str:
    """Return the reason in `python.toml` why this mutant may survive."""
    for each in RULES.get("explained", ()):
        if each["file"] in {name, "*"} and each["operator"] == operator and each["line"] == line:
            return str(each["reason"])
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--score", action="store_true", help="run no test; print the results of earlier runs")
    parser.add_argument("parts", nargs="*", default=list(RULES["parts"]), help="the frameworks (default: all)")
    options = parser.parse_args()
    HOME.mkdir(parents=True, exist_ok=True)
    copy()
    survivors = 0
    for part in map(Part, options.parts):
        part.prepare()
        if not options.score:
            part.test()
        survivors += part.score()
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
