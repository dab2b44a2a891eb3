"""An application that requires the Composer package, created as in docs/php.md."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from harness.paths import RELEASE, ROOT, TARGET
from installed import PATIENCE_SECONDS, block, program, run

if TYPE_CHECKING:
    from pathlib import Path


def environment(home: Path) -> dict[str, str]:
    """The environment for Composer: it uses no registry, and copies packages so that other users can read them."""
    home.mkdir(exist_ok=True)
    (home / "config.json").write_text(json.dumps({"repositories": {"packagist.org": False}}))
    names = {"COMPOSER_HOME": str(home), "COMPOSER_ALLOW_SUPERUSER": "1", "COMPOSER_MIRROR_PATH_REPOS": "1"}
    return {**os.environ, **names}


def composer(folder: Path, *arguments: str) -> str:
    """Run Composer and return its output. Its cache is in `folder`."""
    return ran([program("composer"), "--no-interaction", *arguments], folder, environment(folder / "home"))


def made(folder: Path) -> Path:
    """Create the application of the guide below `folder`, next to the source."""
    for name in ("composer", "php"):
        program(name)
    if not (RELEASE / "libclever_sso.so").exists():
        pytest.skip(f"there is no library in {RELEASE}: build it")
    # Where the guide expects it. Another test process may create the package at the same time.
    package = folder / "clever_sso/target/composer/clever-sso"
    run(["make", "-s", "composer", f"CARGO_TARGET_DIR={TARGET}", f"COMPOSER_PACKAGE={package}"], ROOT)
    said = ran([program("bash"), "-euc", block("run: install")], folder, environment(folder / "home"))
    assert "clever_sso: " in said
    return folder / "reading-room"


def ran(command: list[str], folder: Path, variables: dict[str, str]) -> str:
    """Run a command that must succeed, and return its output."""
    ended = subprocess.run(
        command, cwd=folder, env=variables, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr
