"""The man pages: one per function, generated from the header. They are reproducible and valid roff."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from harness.header import FUNCTIONS, HANDLES
from harness.paths import EMULATOR, ROOT, VERSION
from harness.patience import SECONDS

WRITE = ROOT / "docs/reference/write_man.py"
DAY, DATE = 1_800_000_000, "2027-01-15"


def written(folder: Path, **environment: str) -> Path:
    command = [sys.executable, str(WRITE), str(folder)]
    subprocess.run(command, check=True, env={**os.environ, "SOURCE_DATE_EPOCH": str(DAY), **environment})
    return folder


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("man"))


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.glob("*/*"))}


def shown(page: Path) -> str:
    """The page as a reader sees it, without bold."""
    if shutil.which("mandoc") is None:
        pytest.skip("mandoc is not installed")
    command = ["mandoc", "-T", "ascii", "-O", "width=200", str(page)]
    seen = subprocess.run(command, check=True, capture_output=True, text=True, timeout=SECONDS).stdout
    return re.sub(r".\x08", "", seen)


def test_each_function_and_command_has_a_page(pages: Path) -> None:
    functions = {f"man3/{name}.3" for name in FUNCTIONS}
    assert set(files(pages)) == functions | {"man3/clever_sso.3", "man1/clever-sso.1", "man1/clever-emulator.1"}
    for name, page in files(pages).items():
        title = Path(name).stem.upper().replace("-", "\\-")
        section = name[-1]
        assert f'.TH {title} {section} "{DATE}" "clever_sso {VERSION}"'.encode() in page, name


def test_the_same_header_gives_the_same_pages(pages: Path, tmp_path: Path) -> None:
    again = written(tmp_path, TZ="Pacific/Kiritimati", LC_ALL="C", PYTHONHASHSEED="7")
    assert files(again) == files(pages)


def test_mandoc_lint_reports_nothing(pages: Path) -> None:
    if shutil.which("mandoc") is None:
        pytest.skip("mandoc is not installed")
    # The date is in the future.
    quiet = written(pages.parent / "past", SOURCE_DATE_EPOCH="1700000000")
    command = ["mandoc", "-T", "lint", "-W", "warning", *map(str, sorted(quiet.glob("*/*")))]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("name", ["man3/clever_sso.3", "man3/clever_sso_begin_login.3", "man1/clever-emulator.1"])
def test_groff_reports_no_warning(pages: Path, name: str) -> None:
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed")
    command = ["groff", "-man", "-ww", "-z", "-Tutf8", str(pages / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_page_has_the_text_of_the_header(pages: Path) -> None:
    for name, function in FUNCTIONS.items():
        page = (pages / f"man3/{name}.3").read_text("ascii")
        for parameter in function.parameters:
            assert parameter.name in page, (name, parameter)
        assert ("RETURN VALUE" in page) == function.fallible, name
    seen = shown(pages / "man3/clever_sso_begin_login.3")
    assert "clever_sso_begin_login - Begins a login\n" in seen
    assert "Begins a login: redirect the browser to its URL, and set its cookies." in " ".join(seen.split())
    assert "Since clever_sso 0.1." in seen
    assert "clever_sso_login_free(3)" in seen


def test_the_overview_has_every_handle_value_and_function(pages: Path) -> None:
    seen = shown(pages / "man3/clever_sso.3")
    header = (ROOT / "include/clever_sso.h").read_text("utf-8")
    values = re.findall(r"^  (CLEVER_SSO_\w+) = \d+,$", header, re.MULTILINE)
    assert len(values) > 20
    assert [one for one in (*HANDLES, *values, *FUNCTIONS) if one not in seen] == []


def test_the_pages_of_the_commands_match_their_help() -> None:
    folder = Path(os.environ.get("CLEVER_EMULATOR", EMULATOR)).parent
    if not (folder / "clever-sso").exists():
        pytest.skip("the command is not built: make rust-examples")
    command = [sys.executable, str(WRITE), "--commands", str(folder), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    assert done.returncode == 0, done.stderr


def test_text_that_looks_like_a_roff_request_is_escaped() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import write_man; "
        r"""print(write_man.code("    .so /etc/passwd\n    'x\n")); """
        r"""print(write_man.wrapped(write_man.text("a\\*b .x " + "'y " * 60)))"""
    )
    command = [sys.executable, "-c", code, str(WRITE.parent)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    ours = {".PP", ".nf", ".RS 4", ".RE", ".fi"}
    assert [line for line in lines if line[:1] in {".", "'"} and line not in ours] == []
    assert r"a\e*b" in "\n".join(lines)
