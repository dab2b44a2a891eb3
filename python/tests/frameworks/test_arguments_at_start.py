"""Roles, hooks and arguments in code, in all three frameworks: a wrong one raises an error that says what to do."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("starting")
import fastapi
from clever_sso import AsyncClient, Client
from clever_sso.asgi import CleverSso as InAsgi
from clever_sso.django.access import UNKNOWN_ROLES, CleverRequiredMixin, role_required
from clever_sso.django.checks import check
from clever_sso.exceptions import ConfigError
from clever_sso.flask import CleverSso as InFlask
from clever_sso.flask import login_required
from flask import Flask
from running import CLIENT_ID, CLIENT_SECRET, REDIRECT_URI
from starlette.applications import Starlette
from starting import KEY


def test_a_guard_with_an_unknown_role_raises_when_it_is_created(caplog: pytest.LogCaptureFixture) -> None:

    role = InAsgi(AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI)).role
    for guard in (login_required, role):
        with pytest.raises(ConfigError, match="no role 'techer': is it 'teacher'"):
            guard("techer")
        with pytest.raises(ConfigError, match="no role 'Staff': is it 'staff'"):
            guard("teacher", "Staff")
        for wrong, kind in (["teacher"], "list"), (("teacher", "staff"), "tuple"), (None, "None"), (7, "int"):
            with pytest.raises(TypeError, match=f"takes the names of roles, not {kind}"):
                guard(wrong)  # type: ignore[arg-type]
        caplog.clear()
        guard("principal")
        assert "not known to have a role 'principal'" in caplog.text
    with pytest.raises(TypeError, match="role needs the name of one"):
        role()


@pytest.mark.usefixtures("project")
def test_unknown_roles_in_django_are_reported_by_the_system_checks() -> None:

    with pytest.raises(TypeError, match="takes the names of roles, not list"):
        role_required(["teacher"])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="takes the names of roles, not a function"):
        role_required(lambda request: request)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="role_required needs the name of a role"):
        role_required()
    before = list(UNKNOWN_ROLES)
    try:
        role_required("techer")
        type("Lessons", (CleverRequiredMixin,), {"required_roles": "principal"})
        wrong, unknown = (
            [message.msg for message in check() if message.id == f"clever_sso.{mark}"] for mark in ("E015", "W006")
        )
        assert any("is it 'teacher'" in each and "test_arguments_at_start.py, line" in each for each in wrong)
        assert any("'principal'" in each and "Lessons" in each for each in unknown)
        assert not any("'techer'" in each for each in unknown)
    finally:
        UNKNOWN_ROLES[:] = before


def test_hooks_with_the_wrong_parameters_are_refused() -> None:

    for extension, right in (
        (InFlask(), lambda _: None),
        (InAsgi(AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI)), lambda _, __: None),
    ):
        for decorate in (extension.on_sign_in, extension.on_problem):
            assert decorate(right) is right
            with pytest.raises(TypeError, match=r"on_(sign_in|problem) is called with \("):
                decorate(lambda: None)
            with pytest.raises(TypeError, match="must be a function, not str"):
                decorate("accounts.find")  # type: ignore[arg-type]
        decide = extension.before_sign_in
        for wrong in (lambda: None, lambda _, __: None):
            with pytest.raises(TypeError, match=r"before_sign_in is called with \(proven\)"):
                decide(wrong)
        with pytest.raises(TypeError, match="before_sign_in must be a function, not str"):
            decide("accounts.decide")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="rotate_session"):
        InFlask(rotate_session=lambda: None)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="rotate_session"):
        InAsgi(AsyncClient(CLIENT_ID), rotate_session="flush")  # type: ignore[arg-type]


def test_wrong_arguments_in_asgi_raise_errors_that_say_what_to_do() -> None:

    waits = Client(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI)
    with pytest.raises(TypeError, match=r"client must be a clever_sso\.AsyncClient, not Client.* block the event loop"):
        InAsgi(waits)  # type: ignore[arg-type]
    for app in (fastapi.FastAPI(), Starlette()):
        with pytest.raises(TypeError, match=r"write CleverSso\(\)\.install\(app\)"):
            InAsgi(app)
    for kind in (AsyncClient, Client):
        with pytest.raises(TypeError, match=rf"not the class {kind.__name__}: write AsyncClient\("):
            InAsgi(kind)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"client must be a clever_sso\.AsyncClient, not str"):
        InAsgi("my-app")  # type: ignore[arg-type]
    client = AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI)
    with pytest.raises(TypeError, match="no argument 'after_logon': is it 'after_login'"):
        InAsgi(client, after_logon="/me")  # type: ignore[arg-type]
    for wrong in (fastapi.APIRouter(), client, None):
        with pytest.raises(TypeError, match="install needs the application itself"):
            InAsgi(client).install(wrong)  # type: ignore[arg-type]
    started = Starlette()
    started.middleware_stack = started.build_middleware_stack()
    with pytest.raises(RuntimeError, match="before the application starts"):
        InAsgi(client).install(started)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"after_login": "me"}, r"after_login \(CLEVER_AFTER_LOGIN\) must be a path"),
        ({"after_logout": 7}, r"after_logout \(CLEVER_AFTER_LOGOUT\) must be a path"),
        ({"url_prefix": "clever"}, r"url_prefix \(CLEVER_URL_PREFIX\) must be a path"),
        ({"callback_path": "/elsewhere"}, r"callback_path \(CLEVER_CALLBACK_PATH\) is '/elsewhere'"),
        ({"waiting_page": "perhaps"}, r"waiting_page \(CLEVER_WAITING_PAGE\) cannot be read"),
        ({"waiting_page": ["yes"]}, r"waiting_page \(CLEVER_WAITING_PAGE\) must be true or false, not list"),
        ({"session_seconds": -1}, r"session_seconds \(CLEVER_SESSION_SECONDS\) must be a whole number"),
    ],
)
def test_errors_about_asgi_arguments_also_name_the_variable(options: dict[str, Any], named: str) -> None:

    with pytest.raises(ConfigError, match=named):
        InAsgi(AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI), **options)


def test_wrong_arguments_in_flask_raise_errors_that_say_what_to_do() -> None:

    client = Client(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI)
    with pytest.raises(
        TypeError, match=r"app must be a Flask application, not Client: CleverSso\(app, client=\.\.\.\)"
    ):
        InFlask(client)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"client must be a clever_sso\.Client: AsyncClient is for clever_sso\.asgi"):
        InFlask(client=AsyncClient(CLIENT_ID))  # type: ignore[arg-type]
    for kind in (AsyncClient, Client):
        with pytest.raises(TypeError, match=rf"not the class {kind.__name__}: write Client\("):
            InFlask(client=kind)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"client must be a clever_sso\.Client, not str"):
        InFlask(client="my-app")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="no argument 'rotate_sesion': is it 'rotate_session'"):
        InFlask(rotate_sesion=print)  # type: ignore[arg-type]
    app = Flask("reading")
    app.secret_key = KEY
    InFlask(app, client=pytest.importorskip("clever_sso.gevent").cooperative(client))


def test_an_unknown_client_argument_names_the_most_similar_one() -> None:
    with pytest.raises(TypeError, match="AsyncClient has no argument 'redirect_url': is it 'redirect_uri'"):
        AsyncClient("a", "b", redirect_url=REDIRECT_URI)  # type: ignore[call-arg]
