"""What the fixtures promise beyond the guide: they load nothing extra, leave nothing behind, and name mistakes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from harness.paths import ROOT
from harness.patience import SECONDS, wait_for

pytest_plugins = ["pytester"]

APP = """
from clever_sso.flask import CleverSso, current_identity
from flask import Flask


def create_app(settings):
    app = Flask(__name__)
    app.secret_key = "for this test only"
    app.config.update(settings)
    CleverSso(app)
    app.add_url_rule("/", view_func=lambda: f"{current_identity.full_name} {current_identity.loginas_by_admin}")
    return app
"""
CLIENT = """
import pytest
from app import create_app


@pytest.fixture
def client(clever_emulator):
    return create_app(clever_emulator.settings()).test_client()
"""


def run(pytester: pytest.Pytester, test: str, *options: str) -> pytest.RunResult:
    pytester.makepyfile(app=APP, conftest=CLIENT, test_it=test)
    return pytester.runpytest_subprocess("-W", "error", "-p", "no:cacheprovider", *options)


def emulators_of(folder: Path) -> list[int]:
    """The emulators that were started in this folder and are still running."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").resolve() == folder and b"--auto-login" in (process / "cmdline").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue
    return found


def test_pytest_finds_the_fixtures_by_itself() -> None:
    # Python has this module since 3.11.
    toml = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    project = toml.loads((ROOT / "python/pyproject.toml").read_text("utf-8"))["project"]
    plugin = import_module(project["entry-points"]["pytest11"]["clever_sso"])
    assert hasattr(plugin, "clever_emulator")
    try:
        installed = distribution("clever-sso")
    except PackageNotFoundError:
        return
    assert ("pytest11", plugin.__name__) in {(entry.group, entry.value) for entry in installed.entry_points}


def test_a_test_run_without_the_fixtures_loads_only_the_plugin(pytester: pytest.Pytester) -> None:
    test = """
    import sys

    def test_nothing_is_there():
        loaded = {name for name in sys.modules if name.startswith("clever_sso.testing")}
        assert "clever_sso.pytest_plugin" in sys.modules
        assert not loaded
        assert not {"flask", "django", "starlette", "httpx"} & set(sys.modules)
    """
    pytester.makepyfile(test_it=test)
    # Disable plugins of other packages, which load frameworks.
    options = ["-p", "no:django", "-p", "no:anyio", "-p", "no:pytest_flask_dance"]
    pytester.runpytest_subprocess(*options).assert_outcomes(passed=1)


def test_the_emulator_ends_when_the_tests_end(pytester: pytest.Pytester) -> None:
    test = "def test_it(client, clever_login):\n    clever_login(client, 'ada')\n    assert False"
    run(pytester, test).assert_outcomes(failed=1)
    assert emulators_of(pytester.path) == []


@pytest.mark.parametrize("word", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_emulator_ends_when_the_tests_are_killed(pytester: pytest.Pytester, word: signal.Signals) -> None:
    # Tests in the background of a shell ignore Ctrl-C, and child processes inherit that.
    pytester.makeconftest("import signal\n\nsignal.signal(signal.SIGINT, signal.default_int_handler)")
    pytester.makepyfile(
        "import threading\n\ndef test_it(clever_emulator):\n    open('ready', 'w')\n    threading.Event().wait()"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    with subprocess.Popen(command, cwd=pytester.path, stdout=subprocess.DEVNULL) as tests:
        try:
            wait_for((pytester.path / "ready").exists, "the test to begin", tests)
            assert emulators_of(pytester.path)
            tests.send_signal(word)
            tests.wait(SECONDS)
        finally:
            tests.kill()
    wait_for(lambda: not emulators_of(pytester.path), "the end of the emulator")


def test_each_xdist_worker_has_its_own_emulator(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    test = """
    import pytest

    @pytest.mark.parametrize("person", ["ada", "noor", "jose", "grace", "olga", "dana"] * 3)
    def test_it(client, clever_emulator, clever_login, worker_id, person):
        clever_login(client, person)
        assert client.get("/").text == f"{clever_emulator.person(person).full_name} False"
        with open(worker_id, "w") as file:
            file.write(clever_emulator.base_url)
    """
    run(pytester, test, "-n", "2").assert_outcomes(passed=18)
    places = {path.read_text() for path in pytester.path.glob("gw*")}
    assert len(places) == 2
    wait_for(lambda: not emulators_of(pytester.path), "the end of both emulators")


def test_a_missing_emulator_raises_an_error_that_says_how_to_get_it(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CLEVER_EMULATOR")
    monkeypatch.delenv("CARGO_TARGET_DIR", raising=False)
    monkeypatch.setenv("PATH", str(pytester.path))
    # These tests are in the source, where an emulator is built.
    away = "from clever_sso.testing import program\n\nprogram._sources = list\n\n\n"
    result = run(pytester, f"{away}def test_it(clever_emulator):\n    pass")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*EmulatorMissing: *make emulator*make emulator-wheel*set CLEVER_EMULATOR*"])
    monkeypatch.setenv("CLEVER_EMULATOR", "/nowhere/clever-emulator")
    result = run(pytester, "def test_it(clever_emulator):\n    pass")
    result.stdout.fnmatch_lines(["*EmulatorMissing: CLEVER_EMULATOR names '/nowhere/clever-emulator'*"])


def test_an_emulator_that_does_not_start_raises_an_error_with_its_output(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nclever_person = nobody-we-know")
    result = run(pytester, "def test_it(clever_emulator):\n    pass")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*RuntimeError: clever-emulator did not start: *nobody-we-know*"])


def test_clock_and_keys_are_reset_after_the_test(pytester: pytest.Pytester) -> None:
    test = """
    import time

    def test_moves(clever_emulator):
        before = clever_emulator.now()
        assert clever_emulator.advance(5000) >= before + 5000
        clever_emulator.rotate_keys()

    def test_finds_it_as_it_was(clever_emulator, clever_login, client):
        # The machine's time again, between the two readings around it.
        before = int(time.time())
        assert before <= clever_emulator.now() <= time.time()
        clever_login(client, "ada")
        assert client.get("/").text == "Ada Ashworth False"

    def test_a_code_is_spent_by_waiting(clever_emulator, clever_client):
        from urllib.request import build_opener, HTTPRedirectHandler, HTTPError
        import clever_sso

        class Stay(HTTPRedirectHandler):
            def redirect_request(self, *_):
                return None

        login = clever_client.begin_login()
        try:
            build_opener(Stay).open(login.url)
        except HTTPError as found:
            callback = found.headers["Location"]
            found.close()
        clever_emulator.advance(61)
        assert isinstance(clever_client.finish_login(callback, pending=login.pending), clever_sso.Restart)
    """
    run(pytester, test).assert_outcomes(passed=3)


def test_an_administrator_can_log_in_as_another_person(pytester: pytest.Pytester) -> None:
    test = """
    def test_it(client, clever_login):
        clever_login(client, "510001", by_admin=True)
        assert client.get("/").text == "Ada Ashworth True"
    """
    run(pytester, test).assert_outcomes(passed=1)


def test_clever_login_follows_the_waiting_page_and_restarts(pytester: pytest.Pytester) -> None:
    test = """
    import pytest
    from app import create_app

    @pytest.mark.parametrize("start", ["login", "portal", "instant"])
    def test_it(clever_emulator, clever_login, start):
        ada = clever_emulator.person("ada")
        paths = {
            "login": "/clever/login",
            "portal": clever_emulator.portal_link(),
            "instant": clever_emulator.instant_login_link(ada.district_id),
        }
        client = create_app({**clever_emulator.settings(), "CLEVER_WAITING_PAGE": True}).test_client()
        assert clever_login(client, "ada", path=paths[start]).status_code == 303
        assert client.get("/").text == "Ada Ashworth False"
    """
    run(pytester, test).assert_outcomes(passed=3)


WRONG = {
    "clever_login(create_app({**clever_emulator.settings(), 'CLEVER_BASE_URL': ''}).test_client(), 'ada')": (
        "*LoginNotFinished: the application sends the browser to https://clever.com, not to the emulator at*"
    ),
    "clever_login(client, 'ada', path='/nowhere')": (
        "*responds to /nowhere with status 404 and does not redirect to Clever"
    ),
    "clever_login(client, 'adda')": '*LoginNotFinished: *responds with 400: *No person has the name "adda"*',
    "clever_login(client, 'lou')": (
        "*LoginNotFinished: the emulator does not redirect back, but responds with 403: Lou Ben*"
    ),
    "clever_login(create_app({**clever_emulator.settings(), 'CLEVER_REDIRECT_URI': 'http://localhost/x'})"
    ".test_client(), 'ada')": '*The redirect_uri "http://localhost/x" must exactly match one of*http://localhost/clever/callback*',
    "clever_login(object(), 'ada')": "*TypeError: builtins.object is not a test client of Flask, Django, *",
    "clever_emulator.scenario('nothing')": "*EmulatorError: there is no scenario 'nothing'; there are: id-token*",
    "clever_emulator.person('nobody')": "*EmulatorError: there is no person 'nobody'; there are: ada, noor*",
    "clever_emulator.advance(-1)": "*EmulatorError: *advance*",
}


def test_each_mistake_raises_an_error_that_names_it(pytester: pytest.Pytester) -> None:
    body = "from app import create_app\n"
    for number, line in enumerate(WRONG):
        body += f"\n\ndef test_{number}(client, clever_emulator, clever_login):\n    {line}\n"
    result = run(pytester, body, "--tb=short")
    result.assert_outcomes(failed=len(WRONG))
    result.stdout.fnmatch_lines([f"E {words}" for words in WRONG.values()])


def test_a_failure_report_contains_no_secret_or_code(pytester: pytest.Pytester) -> None:
    test = """
    def test_it(client, clever_emulator, clever_login):
        settings = clever_emulator.settings()
        with open("secret", "w") as file:
            file.write(settings["CLEVER_CLIENT_SECRET"])
        clever_login(client, "lou")
    """
    result = run(pytester, test, "--tb=short")
    result.assert_outcomes(failed=1)
    assert (pytester.path / "secret").read_text() not in result.stdout.str()
    assert "state=" not in result.stdout.str()


def test_a_test_with_the_fixtures_passes_mypy_strict(pytester: pytest.Pytester) -> None:
    pytest.importorskip("mypy")
    pytester.makepyfile(
        test_typed="""
        import clever_sso
        from clever_sso.testing import Emulator, LogIn
        from flask import Flask


        def test_it(clever_emulator: Emulator, clever_login: LogIn, clever_client: clever_sso.Client) -> None:
            answer = clever_login(Flask("x").test_client(), "ada")
            reveal_type(answer)
            assert clever_emulator.person("ada").email is not None
            assert clever_client.client_id
        """
    )
    command = [sys.executable, "-m", "mypy", "--strict", "test_typed.py"]
    done = subprocess.run(command, cwd=pytester.path, capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 0, done.stdout
    assert 'Revealed type is "werkzeug.test.TestResponse"' in done.stdout
