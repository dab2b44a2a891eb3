"""The emulator for Python users: one wheel with one command. And the content that every wheel must have."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest
from harness.emulator import App, running
from harness.paths import ROOT
from harness.patience import SECONDS

DIST = Path(os.environ.get("CLEVER_DIST", ROOT / "dist"))
LICENSES = {"LICENSE-APACHE", "LICENSE-MIT"}
THIRD_PARTY = "LICENSES-THIRD-PARTY.txt"


def wheel(name: str) -> Path:
    """Return the only wheel of this package."""
    (found,) = DIST.glob(f"{name}-*.whl")
    return found


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command, installed in an empty virtual environment."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder)
    install = ["-m", "pip", "--python", str(folder / "bin/python"), "install", "-q", "--no-index", "--no-deps"]
    subprocess.run([sys.executable, *install, str(wheel("clever_emulator"))], check=True)
    return folder / "bin/clever-emulator"


def test_the_command_of_the_wheel_serves(command: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEVER_EMULATOR", str(command))
    with running([App("an-app", "a-secret", "http://127.0.0.1:9/")], auto_login="ada") as base_url:
        no_proxy = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with no_proxy.open(f"{base_url}/.well-known/openid-configuration", timeout=SECONDS) as answer:
            assert f'"issuer":"{base_url}"' in answer.read().decode()


def test_the_command_of_the_wheel_writes_the_world(command: Path) -> None:
    shown = subprocess.run([command, "init", "-"], check=True, capture_output=True, text=True, encoding="utf-8").stdout
    assert shown == (ROOT / "emulator/world.toml").read_text("utf-8")


@pytest.mark.parametrize("name", ["clever_sso", "clever_emulator"])
def test_every_wheel_contains_the_licenses_and_lists_them(name: str) -> None:
    with zipfile.ZipFile(wheel(name)) as archive:
        (metadata,) = (path for path in archive.namelist() if path.endswith(".dist-info/METADATA"))
        folder = metadata.removesuffix("METADATA") + "licenses/"
        held = {path.removeprefix(folder): archive.read(path) for path in archive.namelist() if path.startswith(folder)}
        lines = archive.read(metadata).decode().split("\n\n", 1)[0].splitlines()
    assert re.match(rb".*clever-\w+ contains \d+ libraries", held.pop(THIRD_PARTY))
    assert held == {name: (ROOT / name).read_bytes() for name in LICENSES}
    assert {f"License-File: {name}" for name in {*LICENSES, THIRD_PARTY}} <= set(lines)
    assert "License-Expression: MIT OR Apache-2.0" in lines
