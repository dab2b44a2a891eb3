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
def test_every_diagram_is_up_to_date_with_its_source(source: Path) -> None:
    picture = source.with_suffix(".svg").read_text("utf-8")
    assert picture.endswith(drawing().stamp(source)), "run `make diagrams`"
    shown = without_spaces("".join(ET.fromstring(picture).itertext()))
    text = source.read_text("utf-8")
    # Messages, notes and participants of a sequence diagram; or the parts of a flowchart, and the labels of its arrows.
    sentences = re.findall(r"(?:: | as | par )([^\n]+)|\[\"(.+)\"\]|-\. (.+) \.->", re.sub(r"acc\w+: .+", "", text))
    sentences = [next(filter(None, found)) for found in sentences]
    assert len(sentences) > 10
    for sentence in sentences:
        assert without_spaces(sentence.replace("<br/>", "")) in shown, sentence


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_a_diagram_loads_no_file_and_runs_no_script(source: Path) -> None:
    parts = list(ET.fromstring(source.with_suffix(".svg").read_text("utf-8")).iter())
    addresses = [value for part in parts for name, value in part.attrib.items() if name.endswith(("href", "src"))]
    assert [address for address in addresses if not address.startswith("#")] == []
    assert [part.tag for part in parts if part.tag.endswith(("script", "foreignObject"))] == []


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_a_picture_is_shown_in_a_guide(source: Path) -> None:
    pages = [ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
    shown = "".join(path.read_text("utf-8") for path in pages)
    words = re.findall(rf"!\[([^\]]+)\]\((?:docs/)?images/{source.stem}\.svg\)", shown)
    assert words
    assert all(len(word) > 40 for word in words)


def test_the_diagram_of_the_crates_shows_the_dependencies_of_the_manifests() -> None:
    house = (IMAGES / "house.mmd").read_text("utf-8")
    edges = set(re.findall(r"^    (\w+) --> (\w+)$", house, re.MULTILINE))
    for part in ("core", "ffi", "python", "emulator"):
        manifest = (ROOT / part / "Cargo.toml").read_text("utf-8")
        used = manifest.split("\n[dependencies]\n", 1)[1].split("\n[", 1)[0]
        expected = {"core"} if re.search(r"^clever-sso[. ]", used, re.MULTILINE) else set()
        expected |= {"emulator"} if re.search(r"^clever-emulator[. ]", used, re.MULTILINE) else set()
        assert {end for begin, end in edges if begin == part} == expected, part


def test_the_diagram_of_the_crates_has_the_order_of_the_contributors_guide() -> None:
    house = (IMAGES / "house.mmd").read_text("utf-8")
    told = (ROOT / "CONTRIBUTING.md").read_text("utf-8").split("faces → ", 1)[1].split(". ", 1)[0]
    layers = [re.findall(r"`(\w+)`", layer) for layer in told.split("→")]
    core = house.split("direction TB\n", 1)[1].split("    end\n", 1)[0]
    assert [re.split(", ", words) for words in re.findall(r"\[\"(.+)\"\]", core)] == layers


def test_there_are_pictures() -> None:
    assert {source.stem for source in SOURCES} >= {"journey-app", "journey-portal", "journey-tabs", "journey-reload"}
    # The benchmark's pictures have their own test. The soak test draws its picture itself.
    measured = ("performance-", "soak")
    drawn = {picture.stem for picture in IMAGES.glob("*.svg") if not picture.stem.startswith(measured)}
    assert drawn == {source.stem for source in SOURCES}
