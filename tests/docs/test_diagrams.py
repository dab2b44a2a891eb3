"""The pictures in docs/images are up to date with their sources. `make diagrams` draws them."""

from __future__ import annotations

import importlib.util
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from harness.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

IMAGES = ROOT / "docs" / "images"
SOURCES = sorted(IMAGES.glob("*.mmd"))


def drawing() -> ModuleType:
    spec = importlib.util.spec_from_file_location("draw", IMAGES / "draw.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def without_spaces(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_a_picture_is_drawn_from_its_source(source: Path) -> None:
    picture = source.with_suffix(".svg").read_text("utf-8")
    assert picture.endswith(drawing().stamp(source)), "run `make diagrams`"
    shown = without_spaces("".join(ET.fromstring(picture).itertext()))
    sentences = re.findall(r"(?:: | as )(.+)", source.read_text("utf-8"))
    assert len(sentences) > 10
    for sentence in sentences:
        assert without_spaces(sentence.replace("<br/>", "")) in shown, sentence


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_a_picture_loads_nothing_and_runs_nothing(source: Path) -> None:
    parts = list(ET.fromstring(source.with_suffix(".svg").read_text("utf-8")).iter())
    addresses = [value for part in parts for name, value in part.attrib.items() if name.endswith(("href", "src"))]
    assert [address for address in addresses if not address.startswith("#")] == []
    assert [part.tag for part in parts if part.tag.endswith(("script", "foreignObject"))] == []


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_a_picture_is_shown_in_a_guide(source: Path) -> None:
    guides = "".join(path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md"))
    assert f"](images/{source.stem}.svg)" in guides


def test_there_are_pictures() -> None:
    assert {source.stem for source in SOURCES} >= {"journey-app", "journey-portal", "journey-tabs", "journey-reload"}
    assert {picture.stem for picture in IMAGES.glob("*.svg")} == {source.stem for source in SOURCES}
