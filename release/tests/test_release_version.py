"""Every file has the version number of Cargo.toml, and one command changes it everywhere."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import version as release
from harness.paths import ROOT, VERSION

DAY = dt.date(2027, 3, 1)
FILES = sorted({place.path for place in release.PLACES} | {release.CHANGELOG})
# Files with a number like our version that doesn't change.
OTHERS = {
    "bench/results.json": "the measured version",
    "docs/performance.md": "the measured version, on the page",
    "ffi/tests/abi/clever_sso-0.1.h": "the header of the first version",
    "python/tests/pytest_plugin/test_program.py": "a made-up file name in a test",
}
# "for example `0.1.0`", and how the number that C compares is made.
EXAMPLE = re.compile(r"for example|such as|\b10203\b|so 100 is ")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Copies of the files with the version, and an unreleased change."""
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    text = "# Changelog\n\n## Unreleased\n\nAdded\n\n- Something.\n\n## 0.0.9 (2026-01-02)\n\n- Older.\n"
    (tmp_path / release.CHANGELOG).write_text(text)
    return tmp_path


def test_every_file_agrees_with_cargo() -> None:
    assert release.disagreeing(ROOT) == []
    assert release.current(ROOT) == VERSION


def test_no_file_outside_the_list_has_the_version() -> None:
    command = ["git", "grep", "-I", "-n", "-w", "-F", VERSION]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    left = []
    for line in listing.splitlines():
        name, _, text = line.split(":", 2)
        ours = re.search(r"clever|version", text, re.IGNORECASE) and not re.search(r"lock|CHANGELOG", name)
        if ours and name not in OTHERS and not EXAMPLE.search(text):
            known = [place for place in release.PLACES if place.path == name and VERSION in place.says(text)]
            # The reference page is generated from the header.
            if not known and name != "docs/reference/c.md":
                left.append(line)
    assert left == [], "read it from Cargo.toml, or add a place to release/version.py"


def test_a_new_version_changes_every_place(tree: Path) -> None:
    release.change(tree, "1.2.3", DAY)
    assert release.current(tree) == "1.2.3"
    assert release.disagreeing(tree) == []
    header = (tree / "include/clever_sso.h").read_text()
    assert "#define CLEVER_SSO_VERSION_MAJOR 1\n#define CLEVER_SSO_VERSION_MINOR 2\n" in header
    assert "'libclever_sso.so.1'" in (tree / "php/ffi/src/LibraryFile.php").read_text()
    # Only our own crates get the new version.
    before, after = ((folder / "Cargo.lock").read_text().splitlines() for folder in (ROOT, tree))
    changed = [new for old, new in zip(before, after) if old != new]
    members = re.findall(
        r'"([\w/]+)"', re.findall(r"^members = (.+)", (tree / "Cargo.toml").read_text(), re.MULTILINE)[0]
    )
    assert changed == ['version = "1.2.3"'] * len(members)


@pytest.mark.parametrize("place", release.PLACES, ids=lambda place: f"{place.path} {place.part}")
def test_a_place_that_disagrees_is_named(tree: Path, place: release.Place) -> None:
    path = tree / place.path
    path.write_text(place.changed(path.read_text(), "77.88.99"))
    lines = release.disagreeing(tree)
    # If Cargo.toml differs, all other places are reported.
    assert any(line.startswith(f"{place.path}: ") for line in lines) or len(lines) > 10
    path.write_text(re.sub(place.pattern, "", path.read_text(), flags=re.MULTILINE))
    if place.pattern != release.OF_CARGO.pattern:
        assert any(line.startswith(f"{place.path}: expected") for line in release.disagreeing(tree))


def test_the_changelog_is_cut(tree: Path) -> None:
    release.change(tree, "1.2.3", DAY)
    text = (tree / release.CHANGELOG).read_text()
    assert text == (
        "# Changelog\n\n## Unreleased\n\n## 1.2.3 (2027-03-01)\n\nAdded\n\n- Something.\n\n"
        "## 0.0.9 (2026-01-02)\n\n- Older.\n"
    )
    assert release.section(text, "1.2.3") == "Added\n\n- Something.\n"
    assert release.section(text, "0.0.9") == "- Older.\n"
    with pytest.raises(SystemExit, match="has no section for"):
        release.section(text, "1.2.4")


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("1.2", "is not a version"),
        ("v1.2.3", "is not a version"),
        ("1.02.3", "is not a version"),
        # In C, this version would have the same number as another one.
        ("1.100.0", "is not a version"),
        ("1.2.3-rc.1", "is not a version"),
        ("0.0.8", "is older than"),
        ("0.0.9", "is older than"),
    ],
)
def test_a_wrong_version_is_refused_and_nothing_is_written(tree: Path, number: str, problem: str) -> None:
    before = {name: (tree / name).read_bytes() for name in FILES}
    with pytest.raises(SystemExit, match=problem):
        release.change(tree, number, DAY)
    assert {name: (tree / name).read_bytes() for name in FILES} == before


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("# Changelog\n\n## Unreleased\n\n## 0.0.9 (2026-01-02)\n\n- Older.\n", "nothing under Unreleased"),
        ("# Changelog\n\n## 0.0.9 (2026-01-02)\n\n- Older.\n", "nothing under Unreleased"),
        (
            "# Changelog\n\n## Unreleased\n\n- New.\n\n## 1.2.3 (2026-01-02)\n\n- Older.\n",
            "already has a section for 1.2.3",
        ),
    ],
)
def test_a_changelog_that_cannot_be_cut_is_refused(tree: Path, text: str, problem: str) -> None:
    (tree / release.CHANGELOG).write_text(text)
    with pytest.raises(SystemExit, match=problem):
        release.change(tree, "1.2.3", DAY)
    assert release.disagreeing(tree) == []
