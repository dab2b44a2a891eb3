"""Runs every block of docs/testing.md as a user's own test suite, which finds the fixtures without a setting."""

from __future__ import annotations

import doctest
import re
import subprocess
import sys
from pathlib import Path

import clever_sso.testing
import pytest
from harness.paths import ROOT
from harness.patience import MANY_STEPS_SECONDS

pytest_plugins = ["pytester"]

PAGE = (ROOT / "docs/testing.md").read_text("utf-8")
BLOCK = re.compile(r"<!-- (\w+): (\S+) -->\n```\w+\n(.*?)```", re.DOTALL)


def lay_out(suite: str, folder: Path) -> None:
    """Write the files of one suite of the page."""
    for name, path, text in BLOCK.findall(PAGE):
        if name == suite:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, "utf-8")


def test_every_block_of_the_page_is_tested() -> None:
    assert len(BLOCK.findall(PAGE)) == PAGE.count("```") / 2
    assert {name for name, _, _ in BLOCK.findall(PAGE)} == {"flask", "django", "fastapi", "settings"}


@pytest.mark.parametrize(("suite", "passed"), [("flask", 11), ("django", 2), ("fastapi", 3)])
def test_the_suites_of_the_page_pass(pytester: pytest.Pytester, suite: str, passed: int) -> None:
    for package in {"django": ["django", "pytest_django"], "fastapi": ["fastapi", "httpx"]}.get(suite, [suite]):
        pytest.importorskip(package)
    lay_out(suite, pytester.path)
    pytester.runpytest_subprocess("-q", "-W", "error").assert_outcomes(passed=passed)


def test_a_ten_line_test_distinguishes_a_teacher_from_a_student(pytester: pytest.Pytester) -> None:
    lay_out("flask", pytester.path)
    test = (pytester.path / "test_app.py").read_text()
    assert len(test.splitlines()) == 10
    pytester.runpytest_subprocess("test_app.py").assert_outcomes(passed=2)
    # The test really checks: if everyone may enter the staffroom, the student's case fails.
    app = pytester.path / "app.py"
    app.write_text(app.read_text().replace('"teacher", "staff"', '"teacher", "student"'))
    pytester.runpytest_subprocess("test_app.py").assert_outcomes(passed=1, failed=1)


def test_the_django_suite_runs_without_pytest(tmp_path: Path) -> None:
    pytest.importorskip("django")
    lay_out("django", tmp_path)
    command = [sys.executable, "-W", "error", "-m", "django", "test", "school", "--settings", "school.settings"]
    command += ["--pythonpath", str(tmp_path)]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=MANY_STEPS_SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Ran 1 test" in done.stderr


def test_the_pytest_settings_of_the_page_work(pytester: pytest.Pytester, emulator_program: str) -> None:
    lay_out("settings", pytester.path)
    (pytester.path / "tests").mkdir()
    subprocess.run([emulator_program, "init", "tests/people.toml"], cwd=pytester.path, check=True)
    world = pytester.path / "tests/people.toml"
    world.write_text(world.read_text("utf-8").replace("Ashworth", "Lovelace"), "utf-8")
    lay_out("flask", pytester.path)
    pytester.makepyfile(
        test_settings="""
        from app import create_app


        def test_a_login_over_https_by_a_person_of_our_own(clever_emulator, clever_login):
            client = create_app(clever_emulator.settings()).test_client()
            clever_login(client, "ada")
            assert client.get("/", base_url="https://localhost").text == "Hello, Ada Lovelace"
            assert clever_emulator.redirect_uris[0] == "https://school.example/clever/callback"
            assert clever_emulator.person("510001").last_name == "Lovelace"
        """
    )
    pytester.runpytest_subprocess("-W", "error", "-p", "no:cacheprovider", "test_settings.py").assert_outcomes(passed=1)


def test_the_docstring_example_of_the_testing_package_runs() -> None:
    outcome = doctest.testmod(clever_sso.testing)
    assert outcome.attempted == 14
    assert outcome.failed == 0


HTTPS = "clever_redirect_uris = https://school.example/clever/callback\n"


def test_starlette_logs_in_over_https(pytester: pytest.Pytester) -> None:
    pytest.importorskip("fastapi")
    lay_out("fastapi", pytester.path)
    test = pytester.path / "test_app.py"
    written = 'TestClient(create_app(), base_url="https://testserver")'
    test.write_text(test.read_text().replace("TestClient(create_app())", written))
    pytester.makeini(f"[pytest]\n{HTTPS}")
    pytester.runpytest_subprocess("-W", "error", "test_app.py").assert_outcomes(passed=1)


def test_django_logs_in_over_https_and_asynchronously(pytester: pytest.Pytester) -> None:
    pytest.importorskip("pytest_django")
    lay_out("django", pytester.path)
    with (pytester.path / "pytest.ini").open("a") as settings:
        settings.write(HTTPS)
    pytester.makepyfile(
        test_school="""
        import pytest
        from asgiref.sync import async_to_sync


        @pytest.fixture(autouse=True)
        def pointed_at_the_emulator(settings, clever_emulator, transactional_db):
            for name, value in clever_emulator.settings().items():
                setattr(settings, name, value)


        def test_over_https(client, clever_login):
            clever_login(client, "ada")
            assert client.get("/", secure=True).content == b"Hello, Ada Ashworth"
            ours = [cookie for name, cookie in client.cookies.items() if name.startswith("__Host-clever_")]
            assert ours
            assert all(cookie["secure"] for cookie in ours)


        def test_asynchronously(async_client, clever_login_async, clever_login):
            with pytest.raises(TypeError, match="AsyncClient wants log_in_async"):
                clever_login(async_client, "ada")

            async def login():
                await clever_login_async(async_client, "ada")
                return await async_client.get("/", secure=True)

            assert async_to_sync(login)().content == b"Hello, Ada Ashworth"
        """
    )
    pytester.runpytest_subprocess("-W", "error", "test_school.py").assert_outcomes(passed=2)
