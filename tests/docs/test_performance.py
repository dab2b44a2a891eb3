"""docs/performance.md and its pictures show the results of `make bench`, and each program in it does its work."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from harness.length import whole_or_short
from harness.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

sys.path.insert(0, str(ROOT / "bench"))

import exchange
import performance
import performance_page
import side_by_side
import slopes
from contenders import CLOCK, CPU, Contender, Running, measured
from measures import Chapter, Figure, Program, Row, in_turns, row
from performance_page import RESULTS, Machine, Measured, cheaper, loaded, saved, slope, written
from picture import CHARACTER, TIMES, TITLE_CHARACTER, WIDTH, number, picture

HERE = Machine("a processor", 2, "Linux 6.1 (x86_64)")
SVG = "{http://www.w3.org/2000/svg}"
BARE = Program("bare RSA, C", "1.0")
OURS = Program("ours & <more>, C", "2.0", is_ours=True)
OTHER = Program("other, C", "3.0")
# The short form of the tests uses only these: starting all programs takes half a minute.
VERIFIERS = ["clever_sso, C", "clever_sso, Python", "PyJWT, Python"]
EXCHANGES = ["clever_sso, C", "clever_sso, Python, async", "bare socket, Python", "aiohttp, Python"]
REPEATS_NOTHING = [sys.executable, "-c", "import repeat; repeat.answer_lines(lambda: None)"]


def figure(key: str = "cost", **more: str | bool) -> Figure:
    floor, own, other = [10.0, 20.0, 30.0], [11.0, 22.0, 60.0], [9.0, 18.0, 27.0]
    rows = [row(BARE, "µs", floor, floor), row(OURS, "µs", own, floor), row(OTHER, "µs", other, floor)]
    return Figure(key, "Cost & more, in `µs`", rows, reference=BARE.name, **more)


def growing(**more: str | bool) -> Figure:
    rows = [row(each, "µs", [times * x + 5], x=x) for each, times in ((OURS, 2), (OTHER, 3)) for x in (1, 10, 1000)]
    return Figure("growth", "Cost by size", rows, x_title="keys", slope="µs per key", **more)


def text_of(*figures: Figure, missing: dict[str, str] | None = None) -> str:
    chapter = Chapter("A chapter", "How.", figures, missing or {})
    return written(HERE, [Measured("part", chapter, "2026-11-27", 0.5)])["performance.md"]


def words(svg: str) -> list[str]:
    return [str(each.text) for each in ET.fromstring(svg).iter() if each.tag.endswith("text")]


# ---------------------------------------------------------------- the results and the page


def test_every_round_runs_all_turns_and_starts_with_another_one() -> None:
    came: list[str] = []

    def turn(name: str) -> dict[str, float]:
        came.append(name)
        return {"cost": float(len(came))}

    taken = in_turns({name: lambda name=name: turn(name) for name in "abc"}, 3)  # type: ignore[misc]
    assert "".join(came) == "abcabcbcacab"
    assert taken["b"] == {"cost": [5.0, 7.0, 12.0]}


def test_a_table_has_medians_quartiles_and_the_median_of_ratios_within_a_round() -> None:
    text = text_of(figure(), missing={"another": "it can't be had"})
    assert "Measured on a processor, 2 cores, Linux 6.1 (x86_64)" in text
    assert f"| program | version | µs | quartiles | {TIMES} {BARE.name} |" in text
    assert "| bare RSA, C | 1.0 | 20.0 | 15.0 to 25.0 | 1.00 |" in text
    assert "| **ours & <more>, C** | 2.0 | 22.0 | 16.5 to 41.0 | 1.10 |" in text
    assert "- another: it can't be had." in text
    assert "Measured on 2026-11-27. Load average of the machine at the start: 0.50." in text
    assert "![Cost & more, in µs](images/performance-cost.svg)" in text


def test_a_table_of_growth_has_a_column_for_each_size_and_the_slope() -> None:
    text = text_of(growing())
    assert "| program | version | keys: 1 | 10 | 1,000 | µs per key |" in text
    line = "| **ours & <more>, C** | 2.0 | 7.00 (7.00 to 7.00) | 25.0 (25.0 to 25.0) | 2,005 (2,005 to 2,005) | 2.00 |"
    assert line in text


def test_a_row_without_quartiles_shows_only_its_value() -> None:
    bar = Row(OURS.name, "MiB", 20.0)
    bars = Figure("bars", "Memory", [bar])
    assert "| program | version | MiB |\n" in text_of(bars)
    assert f"| {OURS.name} |  | 20.0 |\n" in text_of(bars)
    lines = Figure("lines", "Time", [replace(bar, x=1), replace(bar, x=2)], x_title="keys")
    assert f"| {OURS.name} |  | 20.0 | 20.0 |\n" in text_of(lines)
    for figure in (bars, lines):
        assert "spread" not in picture(figure).partition("</style>")[2]


def test_slope_is_the_slope_of_the_best_fitting_line() -> None:
    assert slope([(0, 1), (1, 3), (2, 5)]) == pytest.approx(2)
    assert slope([(0, 0), (1, 3), (2, 0)]) == pytest.approx(0)
    assert slope([(1, 7)]) == 0


def test_the_page_names_programs_that_cost_less_in_the_same_language() -> None:
    assert cheaper(figure()) == f"Lower than this library, in the same language: other, C (0.818 {TIMES})."
    dear = Figure("dear", "Cost", [row(OURS, "µs", [1.0]), row(OTHER, "µs", [1.0])])
    assert cheaper(dear) == "In each language, no other library has a lower figure than this one."
    assert cheaper(growing()) == ""
    assert cheaper(Figure("bare", "Cost", [row(OURS, "µs", [1.0]), row(BARE, "µs", [0.5])])) == ""


def test_numbers_have_at_least_three_significant_digits() -> None:
    shown = {0: "0", 0.01234: "0.0123", 0.9996: "1.000", 1.5: "1.50", 43.21: "43.2", 999.4: "999", 61234.5: "61,234"}
    assert {value: number(value) for value in shown} == shown


@pytest.mark.parametrize("is_logarithmic", [False, True])
def test_a_picture_names_every_program_and_is_the_same_each_time(is_logarithmic: bool) -> None:
    for each in (figure(is_logarithmic=is_logarithmic), growing(is_logarithmic=is_logarithmic)):
        drawn = picture(each)
        assert {name for name in words(drawn) if ", C" in name} == {row.name for row in each.rows}
        assert drawn == picture(each)
    assert f"22.0 (1.10 {TIMES})" in words(picture(figure()))


@pytest.mark.parametrize(
    "figure", [each for part in loaded(RESULTS.read_text("utf-8"))[1] for each in part.chapter.figures]
)
def test_titles_and_names_fit_into_the_pictures(figure: Figure) -> None:
    names = {row.name for row in figure.rows}
    for text in ET.fromstring(picture(figure)).iter(f"{SVG}text"):
        said, x, is_title = str(text.text), float(text.attrib["x"]), text.get("class") == "title"
        width = len(said) * (TITLE_CHARACTER if is_title else CHARACTER)
        if is_title or said in names:
            assert (x - width >= 0) if text.get("text-anchor") == "end" else (x + width <= WIDTH), said


def test_results_are_the_same_after_saving_and_loading() -> None:
    chapter = Chapter("A chapter", "How.", [figure(), growing()], {"another": "it can't be had"})
    text = saved(HERE, [Measured("part", chapter, "2026-11-27", 0.5)])
    assert saved(*loaded(text)) == text


def test_the_page_and_its_pictures_are_drawn_from_the_saved_results() -> None:
    files = written(*loaded(RESULTS.read_text("utf-8")))
    for path, text in files.items():
        assert (ROOT / "docs" / path).read_text("utf-8") == text, f"run `make bench`: {path}"
    pictures = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs/images").glob("performance-*")}
    assert pictures == {*files} - {performance_page.PAGE}


def test_the_page_has_each_part_and_each_language() -> None:
    _, found = loaded(RESULTS.read_text("utf-8"))
    assert [each.part for each in found] == [*performance.PARTS]
    names = {each.name for measured in found for figure in measured.chapter.figures for each in figure.rows}
    assert {f"clever_sso, {language}" for language in ("Rust", "C", "Python", "PHP extension", "PHP FFI")} <= names
    assert {"PyJWT, Python", "jsonwebtoken, Rust", "requests, Python"} <= names


# ---------------------------------------------------------------- the programs


def test_programs_take_turns_and_an_error_names_the_program_that_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "bench"))
    taken = measured({"good": Contender(OURS, REPEATS_NOTHING, (1, 2))}, 2, 0.1)
    assert {key: {*quantities} for key, quantities in taken.items()} == {
        ("good", 1): {CLOCK, CPU},
        ("good", 2): {CLOCK, CPU},
    }
    assert [len(values) for values in taken["good", 2].values()] == [2, 2]
    running = Running(Contender(OTHER, [sys.executable, "-c", "raise SystemExit(3)"]))
    with pytest.raises(RuntimeError, match="other, C ended with 3"):
        running.repeat(1, 1)
    running.end()


def repeated(contenders: Iterable[Contender]) -> dict[str, bool]:
    """Whether each program succeeds when it repeats its operation twice."""
    is_done = {}
    for contender in contenders:
        running = Running(contender)
        try:
            running.repeat(2 if 2 in contender.threads else 1, 2)
            is_done[contender.program.name] = True
        except RuntimeError:
            is_done[contender.program.name] = False
        finally:
            running.end()
    return is_done


def test_every_verifier_accepts_the_token_and_refuses_one_with_another_signature(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    wanted = side_by_side.job(side_by_side.new_key(), int(time.time()))
    with side_by_side.published(wanted["jwks"]) as (jwks_url,):
        for token, is_good in ((wanted["token"], True), (wanted["token"][:-8] + "AAAAAAAA", False)):
            job = {**wanted, "token": token, "jwks_url": jwks_url}
            path = tmp_path / "job.json"
            path.write_text(json.dumps(job), "utf-8")
            compared = [*side_by_side.in_c(job, {}), *side_by_side.in_python(path, {})]
            found = {each.program.name: each for each in compared}
            assert {*VERIFIERS} <= {*found}
            is_done = repeated(found[name] for name in whole_or_short([*found], VERIFIERS))
            assert is_done == dict.fromkeys(is_done, is_good)
            # Keep the verifiers' error messages about the refused token out of the log.
            said = capfd.readouterr().err
            assert not said or not is_good


@pytest.mark.parametrize("keeps", whole_or_short([True, False], [False]))
def test_every_client_exchanges_the_code(
    keeps: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    # Only `make bench` compiles the programs in Rust and PHP.
    monkeypatch.setattr(exchange, "rust_program", lambda: "")
    monkeypatch.setattr(exchange, "php_commands", lambda *_: {})
    with exchange.serving(tmp_path, keeps=keeps) as (base_url, authority):
        found, missing = exchange.contenders(base_url, authority, tmp_path)
        assert "clever_sso, PHP" in missing
        assert {*EXCHANGES} <= {*found}
        is_done = repeated(found[name] for name in whole_or_short([*found], EXCHANGES) if found[name].command[0])
    assert is_done == dict.fromkeys(is_done, True)
    assert capfd.readouterr().err == ""


def test_logins_begin_with_many_clients_and_in_many_tabs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slopes, "ROUNDS", 1)
    for name, size in (("clients", 3), ("tabs", 8)):
        assert {*slopes.in_python(name, [size], 0.05)} == {float(size)}


def test_a_login_works_with_a_world_file_of_300_people(tmp_path: Path) -> None:
    (tmp_path / "world.toml").write_text(slopes.world(300), "utf-8")
    assert {*slopes.start(tmp_path / "world.toml")} == {"start", "login"}
