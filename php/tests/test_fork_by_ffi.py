"""Runs the extension's fork tests with FFI: children and grandchildren call Clever and end without errors."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from harness import emulator
from harness.paths import ROOT
from harness.patience import SECONDS
from installed import Installed
from test_extension import TESTED

if TYPE_CHECKING:
    from pathlib import Path

TESTS = ROOT / "php/extension/tests"
SCRIPTS = sorted(path.name for path in TESTS.glob("fork*.phpt"))


def sections(phpt: Path) -> dict[str, str]:
    """The sections of a test file of PHP's run-tests."""
    _, *parts = re.split(r"^--([A-Z]+)--\n", phpt.read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2]))


@pytest.mark.parametrize("name", SCRIPTS)
def test_forked_processes_behave_the_same_with_ffi(name: str, installed: Installed, tmp_path: Path) -> None:
    assert len(SCRIPTS) >= 2
    parts = sections(TESTS / name)
    script = tmp_path / "script.php"
    script.write_text(parts["FILE"].replace("__DIR__", f"'{TESTS}'"), "utf-8")
    options = ["-dffi.enable=1", f"-dauto_prepend_file={installed.classes('ffi')}", "-ddisplay_errors=stderr"]
    with emulator.running([TESTED], "ada") as clever:
        ended = subprocess.run(
            installed.php(*options, str(script), extension=False),
            env={
                **os.environ,
                "PHP_INI_SCAN_DIR": "",
                "LD_LIBRARY_PATH": str(installed.library),
                "CLEVER_SSO_TEST_URL": clever,
            },
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    assert (ended.stdout.strip(), ended.stderr, ended.returncode) == (parts["EXPECT"].strip(), "", 0)
