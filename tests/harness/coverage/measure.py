"""Measures which lines of Rust, Python and PHP the tests run, for one report: `make coverage`.

Rust: it compiles the core with counters below `target/coverage`, and runs its tests. Python and PHP: it runs the tests
of the frameworks and of the PHP classes with the build of `make test`, under coverage.py and pcov. `report.py` adds up
the results. `measure.py rust` measures only Rust again, and keeps the other results that exist.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
HOME = TARGET / "coverage"
CARGO = os.environ.get("CARGO", "cargo")
# Tests that install other versions of a framework first run no additional lines.
PYTHON_TESTS = ["python/tests/frameworks", "--ignore-glob=*_versions.py"]
# PHPUnit's tests, and those of sites on PHP's own server.
PHP = ("suite", "web", "browser", "page", "frameworks", "laravel", "symfony", "wordpress")
PHP_TESTS = [f"php/tests/test_{name}.py" for name in PHP]
PYTEST = ["pytest", "-q", "--timeout", "1800", "--timeout-method", "signal", "-p", "no:cacheprovider"]


def run(command: list[str], **more: str) -> None:
    subprocess.run(command, cwd=ROOT, env=os.environ | more, check=True)


def said(command: list[str], **more: str) -> str:
    ended = subprocess.run(command, cwd=ROOT, env=os.environ | more, check=True, stdout=subprocess.PIPE, text=True)
    return ended.stdout


def emptied(name: str) -> Path:
    folder = HOME / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def rust() -> None:
    """Run the tests of the core with counters."""
    counted = emptied("rust")
    env = {
        "CARGO_TARGET_DIR": str(HOME / "build"),
        "CARGO_INCREMENTAL": "0",
        "RUSTC_WORKSPACE_WRAPPER": str(HERE / "rustc.sh"),
        "LLVM_PROFILE_FILE": str(counted / "%m-%p.profraw"),
    }
    test = [CARGO, "test", "-p", "clever-sso"]
    messages = said([*test, "--no-run", "--message-format=json-render-diagnostics"], **env).splitlines()
    programs = {program for each in map(json.loads, messages) if (program := each.get("executable"))}
    run([*test, "--no-fail-fast", "--lib", "--bins", "--tests"], **env)
    host = next(line.split()[1] for line in said(["rustc", "-vV"]).splitlines() if line.startswith("host:"))
    tools = Path(said(["rustc", "--print", "sysroot"]).strip()) / "lib/rustlib" / host / "bin"
    profile = HOME / "rust.profdata"
    files = [str(file) for file in counted.glob("*.profraw")]
    run([str(tools / "llvm-profdata"), "merge", "--sparse", "--failure-mode=all", "-o", str(profile), *files])
    first, *others = sorted(programs)
    export = [str(tools / "llvm-cov"), "export", "--format=lcov", f"--instr-profile={profile}"]
    export += ["--ignore-filename-regex=/registry/|/rustc/", first, *(f"--object={each}" for each in others)]
    (HOME / "rust.info").write_text(said(export))


def python() -> None:
    """Run the tests of the frameworks, and measure all their processes."""
    data, rules = emptied("python") / "data", f"--rcfile={HERE / 'python.ini'}"
    for command in (
        ["run", rules, "-m", *PYTEST, "-n", "2", "--dist", "loadfile", *PYTHON_TESTS],
        ["combine", "--quiet", rules, str(data.parent)],
        ["lcov", "--quiet", rules, "-o", str(HOME / "python.info")],
    ):
        run([sys.executable, "-m", "coverage", *command], COVERAGE_FILE=str(data))


def php() -> None:
    """Run the PHP tests with the extension and with FFI. Lines that only FPM or Apache runs are not counted."""
    pcov = max((TARGET / "toolchain/debian/usr/lib/php").glob("*/pcov.so"))
    with tempfile.TemporaryDirectory(prefix="clever-sso-coverage-") as folder:
        counted, places = Path(folder) / "counted", {}
        counted.mkdir()
        counted.chmod(0o1777)
        for file in (pcov, HERE / "pcov.php"):
            places[file.suffix] = shutil.copy(file, folder)
        Path(folder).chmod(0o755)
        env = {"COVERAGE_PHP": str(counted), "COVERAGE_PCOV": places[".so"], "COVERAGE_START": places[".php"]}
        run([sys.executable, "-m", *PYTEST, *PHP_TESTS], **env)
        shutil.copytree(counted, emptied("php"), dirs_exist_ok=True)


def main() -> int:
    parts = {"rust": rust, "python": python, "php": php}
    for name in sys.argv[1:] or parts:
        parts[name]()
    everything = HOME / "all.info"
    traced = [place for place in (HOME / "rust.info", HOME / "python.info", HOME / "php") if place.exists()]
    ended = subprocess.run([sys.executable, HERE / "report.py", f"--out={everything}", *traced], check=False)
    pages = HOME / "html"
    run(
        [
            "perl",
            str(TARGET / "toolchain/debian/usr/bin/genhtml"),
            "-q",
            "-p",
            str(ROOT),
            "-o",
            str(pages),
            str(everything),
        ]
    )
    print(f"==> {pages / 'index.html'}")
    return ended.returncode


if __name__ == "__main__":
    sys.exit(main())
