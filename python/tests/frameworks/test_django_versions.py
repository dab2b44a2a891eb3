"""Runs the tests of the Django app again, with the oldest supported Django and with the newest.

Each version is installed below the target directory, for the newest Python on this machine that supports it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import clever_sso
import pytest
from harness.length import WHOLE, not_here, whole_or_short
from harness.paths import TARGET
from harness.turns import alone_in
from running import AT_START

django = pytest.importorskip("django")
HERE = Path(__file__).parent
# Time limits for installing from the network and for a run of pytest, which may hang.
INSTALL_SECONDS, TEST_SECONDS = 600, 1200
NEEDED = [
    "pytest>=8",
    "werkzeug>=3",
    "tomli",
    "djangorestframework",
    "flask>=3",
    "fastapi",
    "httpx2",
    "itsdangerous>=2",
]
# Only the long form runs tests that need these packages.
NEEDED += whole_or_short(["django-allauth[mfa]>=65", "django-otp>=1.5", "django-axes>=7"], [])
# Test files that are not only about Django.
SHARED = [
    HERE / f"test_{name}.py"
    for name in ("contract", "api", "force_login", "hosts", "second_factors", *AT_START, "snippets")
]
# The files that `make test` runs again: those that depend most on Django itself.
SHORT = ("django", "django_api", "django_checks", "django_views", "api", *AT_START, "snippets")
REQUIREMENTS = {"4.2": "Django>=4.2,<5", "5.2": "Django>=5.2,<6", "newest": "Django"}
# The other tests already ran with the installed version.
VERSIONS = [version for version in REQUIREMENTS if not django.__version__.startswith(f"{version}.")]


def interpreters() -> Iterator[str]:
    """The Pythons of this machine, newest first."""
    for minor in range(20, 8, -1):
        if sys.version_info[1] == minor:
            yield sys.executable
        installed = sorted(Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/python"), reverse=True)
        for program in [shutil.which(f"python3.{minor}"), *map(str, installed)]:
            if program and runs(program, "--version"):
                yield program
                break


def runs(*command: str) -> bool:
    done = subprocess.run(command, capture_output=True, check=False, timeout=INSTALL_SECONDS)
    return done.returncode == 0


def install(version: str) -> tuple[str, Path]:
    """Returns a Python, and the folder with Django and the test requirements for it."""
    with alone_in(TARGET / "django" / version) as folder:
        return install_into(folder, version)


def install_into(folder: Path, version: str) -> tuple[str, Path]:
    note = folder / "python.txt"
    program, _, known = note.read_text().partition("\n") if note.exists() else ("", "", "")
    # The newest version changes over time, so the long form installs it again.
    is_right = version != "newest" or not WHOLE
    if is_right and known and set(NEEDED) <= set(known.splitlines()):
        return program, folder
    # Django 4.2 supports 3.8 to 3.12.
    able = [
        program
        for program in interpreters()
        if version != "4.2" or runs(program, "-c", "import sys; sys.exit(sys.version_info > (3, 13))")
    ]
    for program in able[:2]:
        shutil.rmtree(folder, ignore_errors=True)
        if runs(program, "-m", "pip", "install", "-qU", "--target", str(folder), REQUIREMENTS[version], *NEEDED):
            note.write_text("\n".join([program, *NEEDED]))
            return program, folder
    raise not_here(f"Django {version} could not be installed for any Python of this machine")


@pytest.mark.parametrize("version", VERSIONS)
def test_the_django_tests_pass_with_this_version_of_django(version: str, tmp_path: Path) -> None:
    program, folder = install(version)
    # Only our package, not the other packages in its folder.
    (tmp_path / "clever_sso").symlink_to(Path(clever_sso.__file__).parent)
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{folder}", "PYTHONDONTWRITEBYTECODE": "1"}
    named = [path for path in sorted(HERE.glob("test_django*.py")) if path != Path(__file__)]
    tests = [str(path) for path in whole_or_short([*named, *SHARED], [HERE / f"test_{name}.py" for name in SHORT])]
    command = [
        program,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-k",
        "(django or second_factors) and not any_engine",
        *tests,
    ]
    done = subprocess.run(
        command, env=environment, cwd=HERE.parent, capture_output=True, text=True, check=False, timeout=TEST_SECONDS
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
