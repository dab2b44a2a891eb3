"""Installs programs for Node beside the npm packages that they use."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from .paths import TARGET
from .turns import alone_in

# The limit for npm, which downloads packages. If npm fails, for example without a network, the tests are skipped.
NPM_SECONDS = 300
OLDEST_NODE = 20
LOCK = "package-lock.json"


def installed(sources: Path, name: str) -> tuple[str, Path]:
    """Install the packages and the programs of `sources` below `target/NAME`; return node and that folder."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("node and npm are not installed")
    version = subprocess.run([node, "--version"], check=True, capture_output=True, text=True).stdout
    if int(version.lstrip("v").split(".")[0]) < OLDEST_NODE:
        pytest.skip(f"node {version.strip()} is older than {OLDEST_NODE}")
    with alone_in(TARGET / name) as folder:
        for program in [sources / "package.json", *sources.glob("*.mjs")]:
            _update(program, folder / program.name)
        lock = (sources / LOCK).read_bytes()
        if not (folder / "installed").exists() or (folder / "installed").read_bytes() != lock:
            (folder / LOCK).write_bytes(lock)
            command = [npm, "ci", "--no-audit", "--no-fund", "--silent"]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=NPM_SECONDS)
            if done.returncode:
                pytest.skip(f"npm could not install what {name} needs: {done.stderr[-200:]}")
            (folder / "installed").write_bytes(lock)
        return node, folder


def _update(source: Path, copy: Path) -> None:
    # Another process may read the copy, so replace it in one step.
    if not copy.exists() or copy.read_bytes() != source.read_bytes():
        fresh = copy.with_name(f"{copy.name}.{os.getpid()}")
        shutil.copy(source, fresh)
        fresh.replace(copy)
