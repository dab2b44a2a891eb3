"""The script that publishes the release page can run again, and never changes a published page."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from harness.paths import ROOT

# Keeps a page in $PAGES/TAG: the files, `draft` while it is one, and a line for each change in $PAGES/changes.
GH = """#!/usr/bin/env bash
set -euo pipefail
page=$PAGES/$3 verb=$2
case $verb in
    view)
        [ -d "$page" ] || { echo "release not found" >&2; exit 1; }
        [ -e "$page/draft" ] && echo true || echo false ;;
    download) cat "$page/files/SHA256SUMS" ;;
    create)
        [ ! -d "$page" ] || { echo "a release with this tag already exists" >&2; exit 1; }
        [[ " $* " = *" --draft --verify-tag "* ]]
        mkdir -p "$page/files" && touch "$page/draft" ;;
    upload)
        [ -e "$page/draft" ]
        for file in "${@:4}"; do
            [ "$file" != --clobber ] || continue
            [ "$(ls "$page/files" | wc -l)" != "${STOP_AFTER:-}" ] || exit 1
            cp "$file" "$page/files/"
        done ;;
    edit) rm "$page/draft" ;;
    *) exit 2 ;;
esac
case $verb in view | download) ;; *) echo "$verb" >> "$PAGES/changes" ;; esac
"""


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "python").mkdir(parents=True)
    for name in ("a.tar.gz", "b.tar.gz", "python/c.whl", "SHA256SUMS"):
        (folder / name).write_text(f"the content of {name}\n")
    return folder


def publish(dist: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the script with a `gh` that keeps the pages in a folder."""
    place = dist.parent
    (place / "bin").mkdir(exist_ok=True)
    (place / "bin/gh").write_text(GH)
    (place / "bin/gh").chmod(0o755)
    (place / "notes.md").write_text("- New.\n")
    variables = {**os.environ, "PAGES": str(place), "PATH": f"{place / 'bin'}:{os.environ['PATH']}", **settings}
    command = [ROOT / "release/page.sh", "v1.2.3", str(place / "notes.md"), str(dist)]
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)


def published(dist: Path) -> dict[str, str]:
    """The files of the published page; none if it is a draft."""
    page = dist.parent / "v1.2.3"
    if not page.exists() or (page / "draft").exists():
        return {}
    return {file.name: file.read_text() for file in (page / "files").iterdir()}


def wanted(dist: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in dist.rglob("*") if file.is_file()}


def changes(dist: Path) -> list[str]:
    return (dist.parent / "changes").read_text().split()


def test_a_page_is_published_with_all_files(dist: Path) -> None:
    done = publish(dist)
    assert done.returncode == 0, done.stderr
    assert published(dist) == wanted(dist)
    assert changes(dist) == ["create", "upload", "edit"]


@pytest.mark.parametrize("files", range(4))
def test_a_run_after_a_stopped_upload_publishes_the_page(dist: Path, files: int) -> None:
    assert publish(dist, STOP_AFTER=str(files)).returncode != 0
    # Nobody sees a page with a part of the files.
    assert published(dist) == {}
    done = publish(dist)
    assert done.returncode == 0, done.stderr
    assert published(dist) == wanted(dist)


def test_a_second_run_changes_nothing(dist: Path) -> None:
    publish(dist)
    before = changes(dist)
    done = publish(dist)
    assert (done.returncode, done.stdout) == (0, "v1.2.3 is already published, with the same files\n")
    assert changes(dist) == before


def test_a_published_page_does_not_get_other_files(dist: Path) -> None:
    publish(dist)
    before = published(dist)
    (dist / "SHA256SUMS").write_text("others\n")
    done = publish(dist)
    assert done.returncode == 1
    assert "v1.2.3 is already published, with other files; nothing was changed" in done.stderr
    assert published(dist) == before
    assert changes(dist) == ["create", "upload", "edit"]
