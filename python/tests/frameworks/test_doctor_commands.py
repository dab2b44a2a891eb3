"""`manage.py clever_doctor` and `flask clever doctor`: the findings of the framework and of the core."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
from cases.broken_setups import NO_THREADS, Answer, by_hand, check_first_problem, run_without_threads
from harness.paths import ROOT
from running import CLIENT_SECRET, settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CACHES = "django.core.cache.backends"
ELSEWHERE = {"CLEVER_REDIRECT_URI": "https://app.example/clever/callback", "SESSION_COOKIE_SECURE": True}


def problem_of(code: int, text: str) -> tuple[str, str]:
    """The name and the text of the first problem."""
    report: dict[str, Any] = json.loads(text)
    assert code == report["exit_code"] == 2, report
    assert CLIENT_SECRET not in text
    first = next(each for each in report["findings"] if each["level"] == "problem")
    assert first["advice"]
    return first["check"], first["found"]


def in_django(clever: str, *arguments: str, **changes: object) -> tuple[int, str]:
    from django.core.management import call_command
    from django.test import override_settings

    told = io.StringIO()
    with override_settings(**{**settings(clever), **changes}):
        try:
            call_command("clever_doctor", *arguments, stdout=told)
        except SystemExit as end:
            return int(end.code or 0), told.getvalue()
    return 0, told.getvalue()


@pytest.fixture
def in_flask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """Run the command with an application that has this configuration."""
    pytest.importorskip("flask")
    from clever_sso.flask.command import clever as command
    from click.testing import CliRunner
    from flask.cli import FlaskGroup

    def run(clever: str, *arguments: str, extension: str = "CleverSso(app)", **changes: object) -> tuple[int, str]:
        configuration = {"SECRET_KEY": "a key for tests only", **settings(clever), **changes}
        (tmp_path / "the_app.py").write_text(
            "from clever_sso.flask import CleverSso\nfrom flask import Flask\n"
            f"app = Flask('reading')\napp.config.update({configuration!r})\n{extension}\n",
            "utf-8",
        )
        monkeypatch.delitem(sys.modules, "the_app", raising=False)
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.chdir(tmp_path)
        # The command sets this for the whole process, which runs other tests afterwards.
        monkeypatch.setenv("FLASK_RUN_FROM_CLI", "true")
        group = FlaskGroup(add_default_commands=False)
        group.add_command(command)
        done = CliRunner().invoke(group, ["--app", "the_app", "clever", "doctor", *arguments])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        sys.modules.pop("the_app", None)
        return done.exit_code, done.output

    return run


@pytest.fixture(params=["django", "flask"])
def doctor(request: pytest.FixtureRequest) -> Callable[..., tuple[int, str]]:
    pytest.importorskip(request.param)
    request.getfixturevalue({"django": "untouched", "flask": "in_flask"}[request.param])
    if request.param == "django":
        return in_django
    run: Callable[..., tuple[int, str]] = request.getfixturevalue("in_flask")
    return run


def test_a_correct_setup_is_ok_in_text_and_json(doctor: Callable[..., tuple[int, str]], clever: str) -> None:
    code, text = doctor(clever)
    assert code == 0, text
    assert "ok       callback: the redirect URI leads to the callback\n" in text
    assert "ok       session: " in text
    assert "ok       settings: every setting is valid\n" in text
    assert re.search(r"ok       versions: \w+ 3\.\d+\.\S+, (Django|Flask) \d", text)
    # Neither a pipe nor a string buffer is a terminal.
    assert "\x1b" not in text
    assert json.loads(doctor(clever, "--json")[1])["level"] == "ok"


@pytest.mark.parametrize(
    ("check", "says", "changes"),
    [
        (
            "session",
            "SESSION_COOKIE_DOMAIN is 'other.example'",
            {**ELSEWHERE, "SESSION_COOKIE_DOMAIN": "other.example"},
        ),
        ("session", "logins come back to 'app.example'", {**ELSEWHERE, "SESSION_COOKIE_DOMAIN": ".a.app.example"}),
        (
            "session",
            "SESSION_COOKIE_NAME begins with __Host-, and SESSION_COOKIE_DOMAIN is 'app.example'",
            {**ELSEWHERE, "SESSION_COOKIE_NAME": "__Host-session", "SESSION_COOKIE_DOMAIN": "app.example"},
        ),
        (
            "session",
            "SESSION_COOKIE_NAME begins with __Host-, and SESSION_COOKIE_PATH is '/clever/'",
            {**ELSEWHERE, "SESSION_COOKIE_NAME": "__host-session", "SESSION_COOKIE_PATH": "/clever/"},
        ),
        (
            "session",
            "SESSION_COOKIE_NAME begins with __Secure-, and SESSION_COOKIE_SECURE is False",
            {"SESSION_COOKIE_NAME": "__Secure-session", "SESSION_COOKIE_SECURE": False},
        ),
        (
            "session",
            "SESSION_COOKIE_SAMESITE is None, and SESSION_COOKIE_SECURE is False",
            {"SESSION_COOKIE_SAMESITE": "None", "SESSION_COOKIE_SECURE": False},
        ),
        ("credentials", "does not accept", {"CLEVER_CLIENT_SECRET": "0" * 40}),
        ("settings", "CLEVER_REDIRECT_URI must start", {"CLEVER_REDIRECT_URI": "app.example/clever/callback"}),
        ("settings", "CLEVER_TIMEOUT must be a number of seconds, not list", {"CLEVER_TIMEOUT": [10]}),
        ("settings", "CLEVER_CLIENT_ID", {"CLEVER_CLIENT_ID": "\ud800"}),
        (
            "settings",
            "nothing reads CLEVER_CLIENTSECRET: a similar setting is CLEVER_CLIENT_SECRET",
            {"CLEVER_CLIENT_SECRET": "", "CLEVER_CLIENTSECRET": CLIENT_SECRET},
        ),
    ],
)
def test_the_first_problem_is_the_cause(
    doctor: Callable[..., tuple[int, str]], clever: str, check: str, says: str, changes: dict[str, object]
) -> None:
    found = problem_of(*doctor(clever, "--json", **changes))
    assert found[0] == check, found
    assert says in found[1]


def test_discovery_is_asked_for_once(doctor: Callable[..., tuple[int, str]]) -> None:
    """So that it belongs to the doctor's own time."""
    paths: list[str] = []

    def note(path: str, usual: Answer) -> Answer:
        paths.append(path)
        return usual

    with by_hand(note) as base_url:
        text = doctor(base_url, CLEVER_DISCOVER=True)[1]
    assert "ok       credentials: " in text
    assert paths.count("/.well-known/openid-configuration") == 1


IN_FLASK = """
from clever_sso.flask import CleverSso
from flask import Flask
app = Flask("reading")
app.config.update({settings!r}, SECRET_KEY="a key for tests only")
CleverSso(app)
"""
IN_DJANGO = """
import django_settings
from django.core.management import call_command
django_settings.configure({url!r})
call_command("clever_doctor", "--json")
"""


@pytest.mark.parametrize("framework", ["flask", "django"])
def test_a_process_that_can_start_no_thread_gets_that_as_the_first_problem(
    framework: str, clever: str, tmp_path: Path
) -> None:
    pytest.importorskip(framework)
    (tmp_path / "the_app.py").write_text(IN_FLASK.format(settings=settings(clever)), "utf-8")
    command = {
        "flask": ["-m", "flask", "--app", str(tmp_path / "the_app.py"), "clever", "doctor", "--json"],
        "django": ["-c", IN_DJANGO.format(url=clever)],
    }[framework]
    done = run_without_threads([sys.executable, *command], {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))})
    if done is None:
        pytest.skip("threads cannot be forbidden here")
    check_first_problem(NO_THREADS, done)


@pytest.mark.parametrize(
    "changes",
    [
        {"SESSION_COOKIE_DOMAIN": CLIENT_SECRET},
        {"SESSION_COOKIE_DOMAIN": CLIENT_SECRET, "SESSION_COOKIE_NAME": "__Host-session"},
        {"SESSION_COOKIE_PATH": f"/{CLIENT_SECRET}"},
        {"SESSION_COOKIE_PATH": f"/{CLIENT_SECRET}", "SESSION_COOKIE_NAME": "__Host-session"},
    ],
    ids=lambda changes: "-".join(name.rpartition("_")[2].lower() for name in changes),
)
def test_a_secret_in_a_setting_of_the_session_cookie_is_not_shown(
    doctor: Callable[..., tuple[int, str]], clever: str, changes: dict[str, object]
) -> None:
    text = doctor(clever, **ELSEWHERE, **changes)[1]
    assert CLIENT_SECRET not in text
    assert "one that is not shown" in text


@pytest.mark.parametrize("domain", ["app.example", ".app.example", "example"])
def test_a_parent_domain_of_the_redirect_uri_is_ok(
    doctor: Callable[..., tuple[int, str]], clever: str, domain: str
) -> None:
    text = doctor(clever, **ELSEWHERE, SESSION_COOKIE_DOMAIN=domain)[1]
    assert "ok       session: " in text


def test_a_secure_cookie_over_plain_http_is_a_warning(doctor: Callable[..., tuple[int, str]], clever: str) -> None:
    plain = {"CLEVER_REDIRECT_URI": "http://app.example/clever/callback", "CLEVER_DEVELOPMENT": True}
    text = doctor(clever, **plain, SESSION_COOKIE_SECURE=True)[1]
    assert "warning  session: SESSION_COOKIE_SECURE is True, but logins come back to 'app.example' over plain" in text


@pytest.mark.parametrize(
    ("says", "changes"),
    [
        ("the session cookie has the path '/admin', but the callback", {"SESSION_COOKIE_PATH": "/admin"}),
        (
            "SESSION_COOKIE_SAMESITE is neither Lax nor Strict",
            {"SESSION_COOKIE_SAMESITE": "None", "SESSION_COOKIE_SECURE": True},
        ),
    ],
)
def test_an_unsafe_session_cookie_that_browsers_keep_is_a_warning(
    doctor: Callable[..., tuple[int, str]], clever: str, says: str, changes: dict[str, object]
) -> None:
    code, text = doctor(clever, **changes)
    assert code == 1, text
    assert f"warning  session: {says}" in text
    assert "ok       session: " not in text


@pytest.mark.parametrize("path", ["/", "/clever", "/clever/", "/clever/callback"])
def test_a_parent_path_of_the_callback_is_ok(doctor: Callable[..., tuple[int, str]], clever: str, path: str) -> None:
    assert "ok       session: " in doctor(clever, SESSION_COOKIE_PATH=path)[1]


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(
    ("level", "says", "changes"),
    [
        ("problem", "SESSION_ENGINE 'no.such.engine' cannot be imported", {"SESSION_ENGINE": "no.such.engine"}),
        ("problem", "CACHES has none of that name", {"SESSION_CACHE_ALIAS": "nowhere"}),
        (
            "problem",
            "CACHES has none of that name",
            {"SESSION_ENGINE": "django.contrib.sessions.backends.cached_db", "SESSION_CACHE_ALIAS": "nowhere"},
        ),
        ("problem", "stores nothing (DummyCache)", {"CACHES": {"default": {"BACKEND": f"{CACHES}.dummy.DummyCache"}}}),
        ("warning", "memory of each process", {"CACHES": {"default": {"BACKEND": f"{CACHES}.locmem.LocMemCache"}}}),
    ],
)
def test_sessions_that_are_not_stored_are_named_in_django(
    clever: str, level: str, says: str, changes: dict[str, object]
) -> None:
    code, text = in_django(clever, **{"SESSION_ENGINE": "django.contrib.sessions.backends.cache", **changes})
    assert code == (2 if level == "problem" else 1), text
    line = next(line for line in text.splitlines() if "  session: " in line)
    assert line.startswith(level)
    assert says in line


@pytest.mark.usefixtures("untouched")
def test_a_session_engine_that_raises_is_named_with_the_line_in_django(
    clever: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own_sessions.py").write_text("from uuid import uuid4\nraise ValueError('a secret')", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    _, text = in_django(clever, SESSION_ENGINE="own_sessions")
    assert "SESSION_ENGINE 'own_sessions' cannot be imported: ValueError in " in text
    assert "own_sessions.py, line 2" in text
    assert "a secret" not in text


@pytest.mark.usefixtures("untouched")
def test_a_host_that_allowed_hosts_does_not_have_is_a_warning(clever: str) -> None:
    found = "warning  callback: ALLOWED_HOSTS does not have '127.0.0.1', where logins come back to"
    assert found in in_django(clever, ALLOWED_HOSTS=["other.example"])[1]
    assert found not in in_django(clever, ALLOWED_HOSTS=[], DEBUG=True)[1]
    both = in_django(clever, ALLOWED_HOSTS=[".app.example"], **ELSEWHERE)[1]
    assert "ALLOWED_HOSTS" not in both


@pytest.mark.usefixtures("untouched")
def test_a_route_before_the_callback_is_named_in_django(clever: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.http import HttpResponse
    from django.urls import clear_url_caches, include, path, re_path

    login = path("clever/", include("clever_sso.django.urls"))
    own = path("clever/callback", lambda _: HttpResponse())
    everything = path("<path:rest>", lambda _, rest: HttpResponse(rest))
    whole = re_path(r"^.*$", lambda _: HttpResponse())
    beside = path("clever/<page>", lambda _, page: HttpResponse(page))

    def of(*routes: object) -> tuple[int, str]:
        module = ModuleType("routes_before")
        vars(module)["urlpatterns"] = list(routes)
        monkeypatch.setitem(sys.modules, "routes_before", module)
        clear_url_caches()
        return in_django(clever, "--json", ROOT_URLCONF="routes_before", LOGIN_URL="clever_sso:login")

    for first in (everything, whole, beside):
        check, found = problem_of(*of(first, login))
        assert check == "callback"
        assert found.startswith("the callback is at '/clever/callback', where the route '")
        assert "the redirect URI leads to the callback" in of(login, first)[1]
    assert "the redirect URI leads to the callback" in of(own, login)[1]


@pytest.mark.usefixtures("untouched")
def test_a_secret_instead_of_a_hook_is_not_shown_in_django(clever: str) -> None:
    check, found = problem_of(*in_django(clever, "--json", CLEVER_MATCH_USER=CLIENT_SECRET))
    assert (check, found) == ("application", "CLEVER_MATCH_USER names no function")


@pytest.mark.usefixtures("untouched")
def test_a_missing_callback_route_is_named_in_django(clever: str) -> None:
    gone = {"ROOT_URLCONF": "django.contrib.auth.urls", "LOGIN_URL": "login"}
    check, found = problem_of(*in_django(clever, "--json", **gone))
    assert (check, found) == ("callback", "the addresses of clever_sso.django are not in ROOT_URLCONF")
    away = {"CLEVER_REDIRECT_URI": "http://127.0.0.1:9/callback"}
    check, found = problem_of(*in_django(clever, "--json", **away))
    assert (check, found) == (
        "callback",
        "CLEVER_REDIRECT_URI leads to '/callback', but the callback is at '/clever/callback'",
    )


@pytest.mark.usefixtures("untouched")
def test_findings_of_djangos_system_checks_are_included(clever: str) -> None:
    check, found = problem_of(*in_django(clever, "--json", MIDDLEWARE=[]))
    assert check == "application"
    assert "no one could stay signed in" in found


def test_a_missing_callback_route_is_named_in_flask(in_flask: Callable[..., tuple[int, str]], clever: str) -> None:
    check, found = problem_of(*in_flask(clever, "--json", extension=""))
    assert check == "callback"
    assert "the extension was not set up" in found
    both = ["http://127.0.0.1:9/clever/callback", "http://127.0.0.1:9/other"]
    check, found = problem_of(*in_flask(clever, "--json", CLEVER_REDIRECT_URI=both))
    assert (check, found) == (
        "callback",
        "CLEVER_REDIRECT_URI leads to '/other', but the callback is at '/clever/callback'",
    )


def test_an_error_of_the_flask_extension_is_named_if_a_client_can_be_created(
    in_flask: Callable[..., tuple[int, str]], clever: str
) -> None:
    check, found = problem_of(*in_flask(clever, "--json", SESSION_COOKIE_SAMESITE="Strict"))
    assert check == "settings"
    assert found.startswith("SESSION_COOKIE_SAMESITE must be Lax")


def test_settings_from_the_environment_and_a_custom_flask_client_are_checked(
    in_flask: Callable[..., tuple[int, str]], clever: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("CLEVER_")]:
        monkeypatch.delenv(name)
    for name, value in settings(clever).items():
        monkeypatch.setenv(name, str(value))
    unset = dict.fromkeys(settings(clever))
    for extension in (
        "CleverSso(app, from_env=True)",
        "from clever_sso import Client\nCleverSso(app, client=Client.from_env())",
    ):
        code, text = in_flask(clever, extension=extension, **unset)
        assert code == 0, text
        assert "ok       credentials: " in text
    check, found = problem_of(*in_flask(clever, "--json", **unset))
    assert (check, found) == (
        "settings",
        "app.config has no CLEVER_CLIENT_ID, the environment has it: write CleverSso(app, from_env=True)",
    )


def test_the_command_of_flask_is_installed() -> None:
    pytest.importorskip("flask")
    lines = (ROOT / "python/pyproject.toml").read_text("utf-8").partition('[project.entry-points."flask.commands"]')[2]
    name, _, target = lines.strip().splitlines()[0].partition(" = ")
    module, _, command = target.strip('"').partition(":")
    assert name == getattr(import_module(module), command).name == "clever"
