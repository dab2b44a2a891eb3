"""The environment in which cargo compiles. It must not change with each commit, or cargo compiles everything again."""

from __future__ import annotations

import os
import re
import subprocess

from harness.paths import ROOT

NAME = "SOURCE_DATE_EPOCH"


def test_cargo_does_not_see_the_date_of_an_archive() -> None:
    command = ["ffi/packaging/without_paths.sh", "env"]
    environment = {**os.environ, NAME: "1700000000"}
    seen = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout
    assert "CARGO_ENCODED_RUSTFLAGS=" in seen
    assert NAME not in seen


def test_make_sets_the_date_for_no_target_that_compiles() -> None:
    # The rules as make itself reads them.
    plain = {name: value for name, value in os.environ.items() if "MAKE" not in name and name not in ("MFLAGS", NAME)}
    words = ["make", "--print-data-base", "--dry-run", "--question", "help"]
    shown = subprocess.run(words, cwd=ROOT, env=plain, check=False, capture_output=True, text=True).stdout
    dated = set(re.findall(rf"^([\w-]+): {NAME} :?= ", shown, re.MULTILINE))
    assert "install" in dated
    assert dated.isdisjoint({"library", "command", "emulator", "wheel", "emulator-wheel", "rust-examples", "test-rust"})
