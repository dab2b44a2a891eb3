"""The console example: what it prints, how it ends, and the lines that the README shows."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
import types
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qs, urlsplit

import clever_sso
import pytest
from canned_clever import CLIENT_ID, CLIENT_SECRET, REDIRECT_URI
from harness.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

PROGRAM = ROOT / "examples" / "python" / "login.py"
SETTINGS = {
    "CLEVER_CLIENT_ID": CLIENT_ID,
    "CLEVER_CLIENT_SECRET": CLIENT_SECRET,
    "CLEVER_REDIRECT_URI": REDIRECT_URI,
    "CLEVER_DISTRICT_ID": "d1",
    "CLEVER_BASE_URL": "http://127.0.0.1:9",
}


def run(*arguments: str, typed: str = "", without: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **SETTINGS}
    environment.pop(without or "", None)
    command = [sys.executable, str(PROGRAM), *arguments]
    return subprocess.run(command, input=typed, capture_output=True, text=True, check=False, env=environment)


@pytest.mark.parametrize("name", ["CLEVER_CLIENT_ID", "CLEVER_REDIRECT_URI", "CLEVER_DISTRICT_ID"])
def test_the_example_names_a_missing_variable(name: str) -> None:
    done = run("instant", without=name)
    assert (done.returncode, done.stdout) == (2, "")
    assert name in done.stderr


def test_the_example_names_an_unknown_argument() -> None:
    done = run("window")
    assert (done.returncode, done.stdout) == (2, "")
    assert "window" in done.stderr


@pytest.mark.parametrize("entry", ["login", "portal", "instant", "implicit"])
def test_the_example_ends_if_the_browser_never_comes_back(entry: str) -> None:
    done = run(entry)
    assert done.returncode == 1
    assert done.stdout.startswith("open http://127.0.0.1:9/")


def test_the_example_prints_a_refusal() -> None:
    done = run("login", typed="?error=access_denied\n")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "denied: access_denied"


def test_the_example_prints_an_error_with_its_code_first() -> None:
    done = run("login", typed="?code=a&code=b\n")
    assert done.returncode == 1
    assert done.stderr.startswith("callback_duplicate: ")
    assert run("login", without="CLEVER_CLIENT_SECRET").stderr.startswith("client_secret_missing: ")


def test_a_login_from_the_portal_opens_a_second_url_with_a_state() -> None:
    done = run("portal", typed="?code=a\n")
    first, second = done.stdout.splitlines()
    assert first == "open http://127.0.0.1:9/login"
    assert "&state=" in second


def test_the_implicit_grant_refuses_a_token_with_another_state() -> None:
    done = run("implicit", typed=f"{REDIRECT_URI}#access_token=il1&state=other\n")
    assert done.returncode == 1
    assert done.stderr.startswith("state_mismatch: ")


def test_the_login_in_the_readme_is_short() -> None:
    _, begun = PROGRAM.read_text("utf-8").split("# README: begin\n")
    shown = begun.split("# README: end\n")[0].strip().splitlines()
    assert 5 < len(shown) <= 15
    assert max(map(len, shown)) <= 100


class Example(Protocol):
    """The functions of the console example."""

    Browser: Callable[[], Any]
    answer: Callable[[clever_sso.Client, Any, str], None]


@pytest.fixture(scope="module")
def example() -> Example:
    loaded: Any = types.SimpleNamespace(**runpy.run_path(str(PROGRAM)))
    return loaded


@pytest.fixture
def client() -> clever_sso.Client:
    return clever_sso.Client(
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        redirect_uri=REDIRECT_URI,
        base_url=SETTINGS["CLEVER_BASE_URL"],
    )


def went_to_clever(example: Example, client: clever_sso.Client) -> Any:  # noqa: ANN401  (of the example)
    """A browser with a session that began another login and comes back with a refusal."""
    browser = example.Browser()
    login = client.begin_login()
    browser._keep(login.set_cookies)  # noqa: SLF001  (as when it is sent)
    browser.session = "the person before"
    browser.url = f"{REDIRECT_URI}?error=access_denied&state={parse_qs(urlsplit(login.url).query)['state'][0]}"
    return browser


@pytest.mark.parametrize("page", ["login", "callback"])
@pytest.mark.parametrize(
    ("method", "headers"),
    [("HEAD", {}), ("POST", {}), ("GET", {"Sec-Purpose": "prefetch"}), ("GET", {"Sec-Fetch-Dest": "iframe"})],
)
def test_a_request_that_must_not_act_uses_no_code(
    example: Example, client: clever_sso.Client, page: str, method: str, headers: dict[str, str]
) -> None:
    browser = went_to_clever(example, client)
    cookies, browser.method, browser.headers = browser.cookies, method, headers
    example.answer(client, browser, page)
    assert (browser.cookies, browser.session, browser.status) == (cookies, "the person before", 1)


def test_a_refused_login_ends_the_old_session(example: Example, client: clever_sso.Client) -> None:
    browser = went_to_clever(example, client)
    example.answer(client, browser, "callback")
    assert (browser.session, browser.status) == (None, 1)
    assert "clever_login_" not in browser.cookies


def test_a_callback_that_this_browser_did_not_start_ends_no_session(
    example: Example, client: clever_sso.Client
) -> None:
    browser = went_to_clever(example, client)
    browser.url = f"{REDIRECT_URI}?error=access_denied"
    example.answer(client, browser, "callback")
    assert (browser.session, browser.status) == ("the person before", 1)
