"""`python -m clever_sso doctor --app module:app`: its findings about a FastAPI or Starlette application."""

from __future__ import annotations

import json
import os
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest
from cases.broken_setups import Answer, by_hand
from harness import ports
from running import CLIENT_SECRET, settings

pytest.importorskip("fastapi")

from clever_sso import AsyncClient
from clever_sso.__main__ import main
from clever_sso.asgi import CleverSso
from clever_sso.exceptions import ConfigError
from fastapi import FastAPI
from starlette.middleware.sessions import SessionMiddleware

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEY = "5f0c" * 16
HTTPS = {"CLEVER_REDIRECT_URI": "https://app.example/clever/callback"}
HTTP = {"CLEVER_REDIRECT_URI": "http://app.example/clever/callback", "CLEVER_DEVELOPMENT": "true"}
SESSIONS = "app.add_middleware(SessionMiddleware, secret_key=KEY)"
USUAL = f"{SESSIONS}\nCleverSso().install(app)"
CATCH_ALL = "app.add_api_route('/{rest:path}', lambda rest: rest)"


def sessions(options: str) -> str:
    return f"app.add_middleware(SessionMiddleware, secret_key=KEY, {options})\nCleverSso().install(app)"


@pytest.fixture
def doctor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clever: str, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Runs the command with an application that has this setup."""

    def run(setup: str, *arguments: str, target: str = "the_app:app", **changes: str) -> tuple[int, str, str]:
        for name in [name for name in os.environ if name.startswith("CLEVER_")]:
            monkeypatch.delenv(name)
        for name, value in {**settings(clever), **changes}.items():
            monkeypatch.setenv(name, str(value))
        (tmp_path / "the_app.py").write_text(
            "from clever_sso import AsyncClient\nfrom clever_sso.asgi import CleverSso\nfrom fastapi import FastAPI\n"
            "from starlette.applications import Starlette\n"
            f"from starlette.middleware.sessions import SessionMiddleware\nKEY = {KEY!r}\napp = FastAPI()\n{setup}\n",
            "utf-8",
        )
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "path", list(sys.path))
        monkeypatch.delitem(sys.modules, "the_app", raising=False)
        code = main(["doctor", *arguments, "--app", target])
        sys.modules.pop("the_app", None)
        told = capsys.readouterr()
        assert CLIENT_SECRET not in told.out + told.err
        return code, told.out, told.err

    return run


def finding(report: dict[str, Any], level: str) -> dict[str, Any]:
    return next((each for each in report["findings"] if each["level"] == level), {"check": "", "found": ""})


def test_a_correct_setup_is_ok_and_lists_its_versions(doctor: Callable[..., tuple[int, str, str]]) -> None:
    code, text, _ = doctor(USUAL)
    assert code == 0, text
    for line in (
        "callback: the redirect URI leads to",
        "session: browsers keep",
        "versions: CPython 3.",
        "credentials: ",
    ):
        assert f"ok       {line}" in text
    assert re.search(r"versions: CPython 3\.\d+\.\S+, Starlette \d\S+, FastAPI \d", text, re.IGNORECASE)
    # The imported object may be wrapped in a middleware, or the application may be mounted in it.
    wrapped = "inner = Starlette()\nCleverSso().install(inner)\napp = SessionMiddleware(inner, secret_key=KEY)"
    inner = f"inner = Starlette()\nCleverSso(callback_path='/callback').install(inner)\n{SESSIONS}"
    mounted = f"{inner}\napp.mount('/clever', inner)"
    for setup in (wrapped, mounted):
        code, text, _ = doctor(setup)
        assert code == 0, text


@pytest.mark.parametrize(
    ("check", "says", "setup", "changes"),
    [
        ("callback", "CleverSso was not installed in it", SESSIONS, {}),
        ("callback", "where the route '/{rest:path}' answers", f"{CATCH_ALL}\n{USUAL}", {}),
        (
            "callback",
            "the redirect URI leads to '/clever/callback', where no route of the application answers",
            f"inner = Starlette()\nCleverSso().install(inner)\n{SESSIONS}\napp.mount('/sub', inner)",
            {},
        ),
        ("session", "no middleware of the application provides sessions", "CleverSso().install(app)", {}),
        ("session", "same_site='strict'", sessions("same_site='strict'"), {}),
        ("session", "is a sample key", USUAL.replace("secret_key=KEY", "secret_key='change-me'"), {}),
        (
            "session",
            "domain of SessionMiddleware is 'other.example', but logins come back to 'app.example'",
            sessions("domain='other.example', https_only=True"),
            HTTPS,
        ),
        (
            "session",
            "same_site of SessionMiddleware is None, and https_only of SessionMiddleware is False",
            sessions("same_site='none'"),
            {},
        ),
        (
            "session",
            "session_cookie of SessionMiddleware begins with __Host-, and https_only of SessionMiddleware is False",
            sessions("session_cookie='__Host-s'"),
            {},
        ),
        ("credentials", "does not accept", USUAL, {"CLEVER_CLIENT_SECRET": "0" * 40}),
        ("settings", "CLEVER_REDIRECT_URI must start", USUAL, {"CLEVER_REDIRECT_URI": "app.example/clever/callback"}),
        ("settings", "CLEVER_URL_PREFIX must be a path", USUAL, {"CLEVER_URL_PREFIX": "clever"}),
        (
            "settings",
            "nothing reads CLEVER_CLIENTSECRET: a similar setting is CLEVER_CLIENT_SECRET",
            USUAL,
            {"CLEVER_CLIENT_SECRET": "", "CLEVER_CLIENTSECRET": CLIENT_SECRET},
        ),
    ],
)
def test_the_first_problem_is_the_cause(
    doctor: Callable[..., tuple[int, str, str]], check: str, says: str, setup: str, changes: dict[str, str]
) -> None:
    code, text, _ = doctor(setup, "--json", **changes)
    report = json.loads(text)
    problem = finding(report, "problem")
    assert (code, report["exit_code"], problem["check"]) == (2, 2, check), report
    assert says in problem["found"]
    assert problem["advice"]


@pytest.mark.parametrize(
    ("says", "setup", "changes"),
    [
        (
            "https_only of SessionMiddleware is True, but logins come back to 'app.example' over plain http",
            sessions("https_only=True"),
            HTTP,
        ),
        ("https_only of SessionMiddleware is False, and logins come back over https", USUAL, HTTPS),
        ("the session cookie has the path '/members'", sessions("path='/members'"), {}),
        ("same_site of SessionMiddleware is neither lax nor strict", sessions("same_site='none', https_only=True"), {}),
    ],
)
def test_an_unsafe_cookie_that_browsers_keep_is_a_warning(
    doctor: Callable[..., tuple[int, str, str]], says: str, setup: str, changes: dict[str, str]
) -> None:
    report = json.loads(doctor(setup, "--json", **changes)[1])
    warnings = [
        each["found"] for each in report["findings"] if (each["check"], each["level"]) == ("session", "warning")
    ]
    assert any(says in found for found in warnings), report


def test_a_strict_cookie_is_ok_with_the_waiting_page(doctor: Callable[..., tuple[int, str, str]]) -> None:
    code, text, _ = doctor(sessions("same_site='strict'"), CLEVER_WAITING_PAGE="true")
    assert (code, "ok       session: " in text) == (0, True), text


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("the-app", "--app needs a module and a name in it, such as main:app"),
        ("no_such_module:app", "there is no module no_such_module here"),
        ("the_app:application", "the module the_app has no application"),
        ("the_app:KEY", "the_app:KEY is a builtins.str, not an application of Starlette or FastAPI"),
    ],
)
def test_a_target_that_is_not_an_application_is_named(
    doctor: Callable[..., tuple[int, str, str]], target: str, says: str
) -> None:
    code, out, err = doctor(USUAL, target=target)
    assert (code, out) == (64, "")
    assert says in err


def test_an_application_with_a_problem_still_refuses_to_start() -> None:
    """The doctor only reports these problems, but an application refuses to start with them."""
    app = FastAPI()
    app.add_middleware(SessionMiddleware, secret_key=KEY, same_site="strict")
    client = AsyncClient("id", "a secret", "http://localhost:9/clever/callback")
    with pytest.raises(ConfigError, match="same_site='strict'"):
        CleverSso(client).install(app)


def test_discovery_is_asked_for_once(doctor: Callable[..., tuple[int, str, str]]) -> None:
    """So that it belongs to the doctor's own time."""
    paths: list[str] = []

    def note(path: str, usual: Answer) -> Answer:
        paths.append(path)
        return usual

    with by_hand(note) as base_url:
        text = doctor(USUAL, CLEVER_BASE_URL=base_url, CLEVER_DISCOVER="on")[1]
    assert "ok       credentials: " in text
    assert paths.count("/.well-known/openid-configuration") == 1


def test_a_client_that_cannot_fetch_discovery_when_it_is_imported_is_named(
    doctor: Callable[..., tuple[int, str, str]],
) -> None:
    with ports.reserved() as port:
        there = f"base_url='http://127.0.0.1:{port}', discover=True"
        code, text, _ = doctor(
            f"CleverSso(AsyncClient('a', 'b', 'http://localhost:9/cb', {there})).install(app)", "--json"
        )
    problem = finding(json.loads(text), "problem")
    assert (code, problem["check"]) == (2, "application")
    assert "cannot be loaded: " in problem["found"]
    assert f"127.0.0.1:{port}" in problem["found"]
