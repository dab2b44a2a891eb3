"""The PHP doctor names the cause of each broken setup as its first problem, with the extension and with FFI."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cases.broken_setups import (
    APP,
    BROKEN,
    GOOD,
    NO_THREADS,
    Answer,
    Broken,
    Place,
    answering,
    check_first_problem,
    run,
    run_without_threads,
)
from cases.further_setups import wrongly_named
from harness import emulator
from harness.length import WHOLE
from harness.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from installed import Installed

WAYS = ["extension", "ffi"]
SCRIPT = ROOT / "php/tests/scripts/doctor.php"


@pytest.fixture(scope="module")
def clever() -> Iterator[str]:
    with emulator.running([APP]) as base_url:
        yield base_url


def command(installed: Installed, way: str) -> list[str]:
    return installed.php("-dffi.enable=1", str(SCRIPT), str(installed.classes(way)), extension=way == "extension")


def with_library(installed: Installed, variables: Mapping[str, str]) -> dict[str, str]:
    return {"LD_LIBRARY_PATH": str(installed.library), **variables}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "broken",
    # PHP reads only the variables that it knows, and does not notice others.
    [broken for broken in BROKEN if broken.name != "misspelt variable"],
    ids=lambda broken: broken.name,
)
def test_the_first_problem_is_the_cause(
    way: str, broken: Broken, clever: str, installed: Installed, tmp_path: Path
) -> None:
    with broken.make(Place(clever, tmp_path)) as variables:
        done = run(command(installed, way), with_library(installed, variables))
    problem = check_first_problem(broken, done)
    assert f"\x1b[1;31mproblem \x1b[0m {problem['check']}: {problem['found']}\n" in done.stderr


@pytest.mark.skipif(not WHOLE, reason="the command tries them in the short form")
@pytest.mark.parametrize("way", WAYS)
def test_the_first_problem_is_the_cause_in_more_setups(
    way: str, clever: str, installed: Installed, tmp_path: Path
) -> None:
    assert not wrongly_named(
        command(installed, way), lambda variables: with_library(installed, variables), clever, tmp_path
    )


@pytest.mark.parametrize("way", WAYS)
def test_discovery_is_asked_for_once(way: str, clever: str, installed: Installed, tmp_path: Path) -> None:
    """So that it belongs to the doctor's own time."""
    paths: list[str] = []

    def note(path: str, usual: Answer) -> Answer:
        paths.append(path)
        return usual

    with answering(note, CLEVER_DISCOVER="on")(Place(clever, tmp_path)) as variables:
        done = run(command(installed, way), with_library(installed, variables))
    assert (done.returncode, paths.count("/.well-known/openid-configuration")) == (0, 1), done.stdout


@pytest.mark.parametrize("way", WAYS)
def test_a_process_that_can_start_no_thread_gets_that_as_the_first_problem(
    way: str, clever: str, installed: Installed
) -> None:
    good = with_library(installed, {"CLEVER_BASE_URL": clever, **GOOD})
    done = run_without_threads(command(installed, way), good)
    if done is None:
        pytest.skip("threads cannot be forbidden here")
    check_first_problem(NO_THREADS, done)
