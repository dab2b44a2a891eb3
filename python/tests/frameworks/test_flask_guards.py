"""The Flask extension with the application's own sessions, guards and proxies."""

from __future__ import annotations

import secrets
import time
from typing import Any

import pytest

pytest.importorskip("flask")
from clever_sso.exceptions import ConfigError
from clever_sso.flask import CleverSso, current_identity
from flask import Flask, redirect, request, session, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionInterface
from flask_app import log_in, make_app
from harness.browser import Browser
from running import path_of, settings

HOUR = 3600


@pytest.mark.parametrize(("options", "seconds"), [({}, 12 * HOUR), ({"CLEVER_SESSION_SECONDS": "600"}, 600)])
def test_a_session_expires_after_its_own_time_limit(
    clever: str, monkeypatch: pytest.MonkeyPatch, options: dict[str, str], seconds: int
) -> None:
    app, _ = make_app(clever, **options)

    @app.route("/cart")
    def cart() -> str:
        return str(session.setdefault("thing", request.args.get("thing", "nothing")))

    client = app.test_client()
    log_in(client, clever)
    assert client.get("/cart?thing=apple").text == "apple"
    now = time.time()
    monkeypatch.setattr("clever_sso._web.identity.time.time", lambda: now + seconds - 60)
    assert (client.get("/who").text, client.get("/cart").text) == ("Ada Ashworth", "apple")
    monkeypatch.setattr("clever_sso._web.identity.time.time", lambda: now + seconds + 60)
    # The rest of the session ends with the person, even if no code reads the identity.
    assert (client.get("/cart").text, client.get("/who").text) == ("nothing", "nobody")


@pytest.mark.parametrize("seconds", ["0", "-1", "twelve", 1.5, True])
def test_a_session_lifetime_that_is_too_long_is_refused(clever: str, seconds: object) -> None:
    with pytest.raises(ConfigError, match="CLEVER_SESSION_SECONDS"):
        make_app(clever, CLEVER_SESSION_SECONDS=seconds)


class Kept(SecureCookieSession):
    """A session on the server."""

    sid = "planted"


class OnTheServer(SessionInterface):
    """Like Flask-Session 0.6: its ids cannot change."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, Any]] = {}

    def open_session(self, _: Flask, request: Any) -> Kept:
        found = Kept(self.kept.get(request.cookies.get("session", ""), {}))
        found.sid = request.cookies.get("session", "planted")
        return found

    def save_session(self, _: Flask, session: Any, response: Any) -> None:
        self.kept[session.sid] = dict(session)
        response.set_cookie("session", session.sid)


def test_sessions_whose_ids_cannot_change_are_refused_at_startup(clever: str) -> None:
    app = Flask("reading")
    app.session_interface = OnTheServer()
    app.config.update(settings(clever))
    with pytest.raises(ConfigError, match=r"OnTheServer.*Flask-Session 0\.7.*rotate_session"):
        CleverSso(app)
    later, _ = make_app(clever)
    later.session_interface = OnTheServer()
    later.testing = True
    with pytest.raises(ConfigError, match="rotate_session"):
        later.test_client().get("/clever/login")


def test_the_hook_changes_the_id_of_a_session(clever: str) -> None:
    app = Flask("reading")
    app.session_interface = interface = OnTheServer()
    app.config.update(settings(clever))

    def rotate(session: Any) -> None:
        session.sid = "new"

    CleverSso(app, rotate_session=rotate)
    app.add_url_rule("/who", view_func=lambda: current_identity.full_name if current_identity else "nobody")
    client = app.test_client()
    client.set_cookie("session", "planted")
    log_in(client, clever)
    assert client.get("/who").text == "Ada Ashworth"
    assert "clever_sso" not in interface.kept.get("planted", {})
    client.set_cookie("session", "planted")
    assert client.get("/who").text == "nobody"


def test_the_old_session_id_is_invalid_even_if_the_hook_only_changes_the_id(clever: str) -> None:
    app = Flask("reading")
    app.session_interface = interface = OnTheServer()
    app.config.update(settings(clever))
    ids = iter(["first", "second"])

    def rotate(session: Any) -> None:
        session.sid = next(ids)

    CleverSso(app, rotate_session=rotate)
    app.add_url_rule("/who", view_func=lambda: current_identity.full_name if current_identity else "nobody")
    client = app.test_client()
    log_in(client, clever)
    log_in(client, clever, "510003")
    assert client.get("/who").text == "José Núñez"
    assert interface.kept["first"] == {}
    client.set_cookie("session", "first")
    assert client.get("/who").text == "nobody"


class DerivedFromFlasksOwn(OnTheServer, SecureCookieSessionInterface):
    """A subclass of Flask's own interface that does not use its serializer."""


def test_a_session_on_the_server_can_be_large(clever: str) -> None:
    app = Flask("reading")
    app.secret_key = "a key for tests only"
    app.session_interface = DerivedFromFlasksOwn()
    app.config.update(settings(clever))
    extension = CleverSso(app, rotate_session=lambda session: setattr(session, "sid", secrets.token_hex(8)))

    @extension.on_sign_in
    def keep_much(_: object) -> None:
        session["much"] = secrets.token_hex(4000)

    app.add_url_rule("/who", view_func=lambda: current_identity.full_name if current_identity else "nobody")
    client = app.test_client()
    for _ in range(2):
        answer = log_in(client, clever)
        cookies = [cookie for cookie in answer.headers.getlist("Set-Cookie") if cookie.startswith("session=")]
        assert (answer.status_code, len(cookies)) == (303, 1)
        assert client.get("/who").text == "Ada Ashworth"


def test_a_before_request_guard_that_ignores_the_login_works(clever: str) -> None:
    app, _ = make_app(clever)

    @app.before_request
    def guard() -> Any:
        if request.blueprint == "clever_sso" or current_identity:
            return None
        return redirect(url_for("clever_sso.login", next=request.full_path))

    client = app.test_client()
    assert log_in(client, clever, login="/clever/login?next=/who").headers["Location"] == "/who"
    assert client.get("/who").text == "Ada Ashworth"


def test_a_before_request_guard_that_blocks_the_login_is_named_instead_of_a_redirect_loop(
    clever: str, caplog: pytest.LogCaptureFixture
) -> None:
    app, _ = make_app(clever)

    @app.before_request
    def guard() -> Any:
        return None if current_identity else redirect(url_for("clever_sso.login", next=request.path))

    client = app.test_client()
    answer = client.get(client.get("/who").headers["Location"])
    assert (answer.status_code, "config_invalid" in answer.text) == (500, True)
    assert "before_request" in caplog.text


def test_a_before_request_redirect_to_https_is_not_changed(clever: str) -> None:
    app, _ = make_app(clever)

    @app.before_request
    def to_https() -> Any:
        return None if request.is_secure else redirect(request.url.replace("http:", "https:"))

    assert app.test_client().get("/clever/login").headers["Location"] == "https://localhost/clever/login"


def test_a_prefix_that_the_framework_knows_needs_no_setting(clever: str) -> None:
    app, _ = make_app(clever, CLEVER_REDIRECT_URI="http://127.0.0.1:9/clever/callback")
    client = app.test_client()
    begun = client.get("/clever/login")
    callback = path_of(Browser(clever, "510001").callback(begun.headers["Location"])).removeprefix("/clever")
    answer = client.get(callback, environ_overrides={"SCRIPT_NAME": "/clever"})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (303, "no-store")
    assert answer.headers["Location"] == "/clever/"


def test_a_prefix_that_the_framework_does_not_know_is_named_in_the_log(
    clever: str, caplog: pytest.LogCaptureFixture
) -> None:
    app, _ = make_app(clever, CLEVER_REDIRECT_URI="http://127.0.0.1:9/school/clever/callback")
    answer = app.test_client().get("/clever/callback?code=a&state=b")
    assert (answer.status_code, "config_invalid" in answer.text) == (500, True)
    assert "a proxy removes /school" in caplog.text
    assert app.test_client().get("/clever/callback").status_code == 404
    assert app.test_client().get("/elsewhere?code=a").status_code == 404
