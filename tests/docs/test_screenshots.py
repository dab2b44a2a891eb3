"""`make screenshots` takes the screenshots in docs/images. Each is small, and has an alternative text."""

from __future__ import annotations

import re
import struct

import pytest
from browser.screenshots import FOLDER, SIZE, WAYS, file_of
from harness.paths import ROOT

MOST_BYTES = 150_000
GUIDES = sorted((ROOT / "docs").rglob("*.md"))


@pytest.mark.parametrize("name", WAYS)
def test_a_screenshot_is_small_and_described(name: str) -> None:
    picture = file_of(name).read_bytes()
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", picture[16:24]) == (SIZE["width"], SIZE["height"])
    assert len(picture) < MOST_BYTES
    shown = "".join(page.read_text("utf-8") for page in GUIDES)
    words = re.findall(rf"!\[([^\]]+)\]\([\w/.]*{re.escape(file_of(name).name)}\)", shown)
    assert words
    assert all(len(word) > 20 for word in words)


def test_there_are_no_other_screenshots() -> None:
    assert set(FOLDER.glob("*.png")) == {file_of(name) for name in WAYS}
