"""The report of `make coverage` names the deciding lines that no test ran."""

from __future__ import annotations

import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import report

HERE = Path(__file__).parent
RULES = report.RULES
FILE = "core/src/protocol/jws.rs"
TEXT = (report.ROOT / FILE).read_text("utf-8").splitlines()
LINE = next(number for number, line in enumerate(TEXT, 1) if line.strip().startswith("fn "))


def test_each_file_of_the_rules_exists() -> None:
    for pattern in [*RULES["decides"], *RULES["lists"]]:
        assert list(report.ROOT.glob(pattern)), pattern
    for each in RULES["explained"]:
        assert any(fnmatch(each["file"], pattern) for pattern in RULES["decides"]), each
        assert each["line"] in map(str.strip, (report.ROOT / each["file"]).read_text("utf-8").splitlines()), each


def test_a_line_that_no_test_ran_is_named() -> None:
    expected = [f"{FILE}:{LINE}: {TEXT[LINE - 1].strip()}"]
    assert report.never_run({FILE: {LINE: 0, LINE + 1: 3}}, [FILE]) == expected
    assert report.never_run({FILE: {LINE: 1}}, [FILE]) == []


def test_a_file_that_was_not_measured_is_named() -> None:
    assert report.never_run({}, [FILE]) == [f"{FILE}: not measured"]


def test_the_counts_of_several_measurements_are_added(tmp_path: Path) -> None:
    for name, count in (("one", 0), ("two", 2)):
        (tmp_path / f"{name}.info").write_text(f"SF:{report.ROOT / FILE}\nDA:{LINE},{count}\nend_of_record\n")
    (tmp_path / "other.info").write_text("SF:/elsewhere/other.rs\nDA:1,1\nend_of_record\n")
    assert report.read(sorted(tmp_path.glob("*.info"))) == {FILE: {LINE: 2}}


def test_the_command_fails_if_a_deciding_file_was_not_measured(tmp_path: Path) -> None:
    (tmp_path / "rust.info").write_text(f"SF:{FILE}\nDA:{LINE},1\nend_of_record\n")
    command = [sys.executable, str(HERE / "report.py"), f"--out={tmp_path / 'all'}", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 1, ended.stderr
    assert "so a test must run it:\n" in ended.stdout
    assert "core/src/protocol/json.rs: not measured" in ended.stdout
    assert f"{FILE}: not measured" not in ended.stdout
