"""Every path in CONTRIBUTING exists, and every make command is a target."""

from __future__ import annotations

import re

import pytest
from harness.paths import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
QUOTED = re.findall(r"`([^`\n]+)`", TEXT)
# A path has a slash or an extension, and is not a command, a call or an option.
PATHS = sorted({quoted for quoted in QUOTED if re.fullmatch(r"[\w.-]+(/[\w.*-]*)+|[\w-]+\.(md|toml|ini|h)", quoted)})
LINKS = sorted(set(re.findall(r"\]\(([^)#:]+)\)", TEXT)))
TARGETS = sorted(
    {
        word
        for quoted in QUOTED
        if quoted.startswith("make ")
        for word in quoted.split()[1:]
        if word.isidentifier() or "-" in word
    }
)
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
# Paths that a run creates, and names that are relative to a folder before them in their row.
MADE = {
    "dist/",
    "target/",
    "target/coverage/html/",
    "target/fuzz-corpus/",
    "target/mutants/",
    "target/site/index.html",
    "target/test-logs/",
    "target/screenshots/",
}


def is_there(path: str) -> bool:
    """Whether the path exists. After a folder in the same row, a path can be relative to that folder."""
    if (ROOT / path).exists():
        return True
    row = next(line for line in TEXT.splitlines() if f"`{path}`" in line)
    folders = [ROOT / quoted for quoted in re.findall(r"`([^`]+/)`", row)]
    return any((near / path).exists() for folder in folders for near in (folder, folder.parent))


@pytest.mark.parametrize("path", [path for path in PATHS if path not in MADE] + LINKS)
def test_every_path_exists(path: str) -> None:
    assert is_there(path), path


@pytest.mark.parametrize("target", TARGETS)
def test_every_make_command_is_a_target(target: str) -> None:
    assert re.search(rf"^{re.escape(target)}:", MAKEFILE, re.MULTILINE), target


def test_paths_and_commands_were_found() -> None:
    assert len(PATHS) > 20
    assert len(TARGETS) > 10
