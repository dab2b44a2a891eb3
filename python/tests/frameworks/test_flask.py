"""Tests only for Flask, in addition to the common tests of all frameworks."""

from __future__ import annotations

import logging
import pydoc
import time
from pathlib import Path
from typing import Any

import pytest
from clever_sso import Client
from running import CLIENT_ID, settings

pytest.importorskip("flask")
import clever_sso.flask
from clever_sso.flask import (
    CleverSso,
    Problem,
    Refused,
    SessionIdentity,
    SignIn,
    current_identity,
    login_denied,
    login_required,
    signed_in,
)
from flask import Flask, render_template_string, session
from flask_app import ADA, JOSE, be_refused, log_in, make_app


def test_two_apps_in_one_process_have_separate_sessions(clever: str) -> None:
    first, _ = make_app(clever)
    second, _ = make_app(clever, CLEVER_AFTER_LOGIN="/elsewhere")
    ada, jose = first.test_client(), second.test_client()
    assert log_in(ada, clever).headers["Location"] == "/"
    assert log_in(jose, clever, JOSE).headers["Location"] == "/elsewhere"
    assert (ada.get("/who").text, jose.get("/who").text) == ("Ada Ashworth", "José Núñez")


def test_one_extension_can_serve_several_apps(clever: str) -> None:
    extension = CleverSso()
    for name in ("one", "two"):
        app = Flask(name)
        app.secret_key = f"a key for tests of {name}"
        app.config.update(settings(clever))
        extension.init_app(app)
        assert log_in(app.test_client(), clever).status_code == 303


def test_each_request_in_one_app_context_looks_up_the_person_again(clever: str) -> None:
    app, _ = make_app(clever)
    client = app.test_client()
    with app.app_context():
        assert client.get("/who").text == "nobody"
        log_in(client, clever)
        assert client.get("/who").text == "Ada Ashworth"
        client.post("/clever/logout")
        assert client.get("/who").text == "nobody"


def test_the_problem_page_does_not_name_the_previous_person(clever: str) -> None:
    app, extension = make_app(clever)

    @app.before_request
    def look() -> None:
        bool(current_identity)

    @extension.on_problem
    def page(problem: Problem) -> tuple[str, int]:
        return render_template_string("{{ p.code }} {{ current_identity.full_name }}", p=problem), problem.status

    client = app.test_client()
    log_in(client, clever)
    denied = be_refused(client)
    assert (denied.status_code, denied.text.strip()) == (403, "access_denied")


@pytest.mark.parametrize("fault", ["raises", "returns nothing", "clever"])
def test_a_failing_problem_page_leaves_no_one_signed_in_and_shows_the_default_page(
    clever: str, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    app, extension = make_app(clever)
    down = Client(CLIENT_ID, base_url=f"{clever}/s/me-500", timeout=5)

    @extension.on_problem
    def broken(_: Problem) -> Any:
        if fault == "clever":
            down.me("a" * 40)
        if fault == "raises":
            raise RuntimeError("the page is broken")

    client = app.test_client()
    log_in(client, clever)
    answer = be_refused(client)
    assert (answer.status_code, "Log in with Clever" in answer.text) == (403, True)
    assert "on_problem failed" in caplog.text
    assert client.get("/who").text == "nobody"


def test_a_sign_in_gives_a_server_side_session_a_new_id(clever: str, tmp_path: Path) -> None:
    flask_session = pytest.importorskip("flask_session")
    cachelib = pytest.importorskip("cachelib")
    app, _ = make_app(clever, SESSION_TYPE="cachelib", SESSION_CACHELIB=cachelib.FileSystemCache(str(tmp_path)))
    flask_session.Session(app)
    client = app.test_client()
    # A session id that another person chose, as on a shared device.
    client.set_cookie("session", "chosen-by-a-stranger")
    log_in(client, clever)
    assert client.get("/who").text == "Ada Ashworth"
    stranger = app.test_client()
    stranger.set_cookie("session", "chosen-by-a-stranger")
    assert stranger.get("/who").text == "nobody"
    before = client.get_cookie("session")
    log_in(client, clever, JOSE)
    after = client.get_cookie("session")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    stranger.set_cookie("session", before.value)
    assert stranger.get("/who").text == "nobody"


@pytest.mark.parametrize("end", ["again", "refused", "other", "log out", "denied"])
def test_a_replaced_session_stays_valid_for_a_minute_only_for_the_same_person(
    clever: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    flask_session = pytest.importorskip("flask_session")
    cachelib = pytest.importorskip("cachelib")
    app, extension = make_app(clever, SESSION_TYPE="cachelib", SESSION_CACHELIB=cachelib.FileSystemCache(str(tmp_path)))
    flask_session.Session(app)
    welcome = [True]

    @extension.on_sign_in
    def hook(_: SignIn) -> None:
        if not welcome[0]:
            raise Refused
        session["own"] = session.get("own", 0) + 1

    app.add_url_rule("/own", view_func=lambda: str(session.get("own")))
    client, tab = app.test_client(), app.test_client()
    log_in(client, clever)
    before = client.get_cookie("session")
    assert before is not None
    tab.set_cookie("session", before.value)
    if end in {"log out", "denied"}:
        log_in(client, clever)
        log_in(client, clever)
        assert tab.get("/who").text == "Ada Ashworth"
    welcome[0] = end != "refused"
    if end == "log out":
        client.post("/clever/logout")
    elif end == "denied":
        be_refused(client)
    else:
        log_in(client, clever, JOSE if end == "other" else ADA)
    after = client.get_cookie("session")
    assert after is None or after.value != before.value
    assert tab.get("/who").text == ("Ada Ashworth" if end == "again" else "nobody")
    if end in {"again", "other"}:
        # No data moves to the new session.
        assert client.get("/own").text == "1"
    now = time.time()
    monkeypatch.setattr("clever_sso._web.identity.time.time", lambda: now + 61)
    assert tab.get("/who").text == "nobody"
    assert client.get("/who").text == {"again": "Ada Ashworth", "other": "José Núñez"}.get(end, "nobody")


def test_a_logout_during_a_login_keeps_the_person_logged_out(clever: str, tmp_path: Path) -> None:
    flask_session = pytest.importorskip("flask_session")
    cachelib = pytest.importorskip("cachelib")
    app, extension = make_app(clever, SESSION_TYPE="cachelib", SESSION_CACHELIB=cachelib.FileSystemCache(str(tmp_path)))
    flask_session.Session(app)
    client, tab = app.test_client(), app.test_client()
    log_in(client, clever)
    before = client.get_cookie("session")
    assert before is not None
    tab.set_cookie("session", before.value)

    @extension.on_sign_in
    def hook(_: SignIn) -> None:
        assert tab.post("/clever/logout").status_code == 303

    answer = log_in(client, clever)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert client.get_cookie("session") is None
    assert client.get("/who").text == "nobody"
    assert not [
        line for line in answer.headers.getlist("Set-Cookie") if "signed_in" in line and "Max-Age=0" not in line
    ]
    log_in(client, clever)
    assert client.get("/who").text == "Ada Ashworth"


@pytest.mark.parametrize(
    "kept",
    [
        "text",
        {"format": 0},
        {"format": 1},
        {"format": 1, "issuer": "i", "id": "1", "full_name": "Eve", "roles": None, "loginas_by_admin": False},
        {"format": 1, "issuer": "i", "id": None, "full_name": "Eve", "roles": [], "loginas_by_admin": False},
        {"format": 1, "issuer": "i", "id": "1", "full_name": "Eve", "roles": [], "loginas_by_admin": "no"},
        {
            "format": 1,
            "issuer": "i",
            "id": "1",
            "full_name": "Eve",
            "roles": [],
            "loginas_by_admin": 0,
            "user_type": [],
        },
    ],
)
def test_a_session_written_by_another_version_has_no_person(clever: str, kept: object) -> None:
    app, _ = make_app(clever)
    client = app.test_client()
    with client.session_transaction() as opened:
        opened["clever_sso"] = kept
    assert client.get("/who").text == "nobody"
    assert client.get("/guarded").status_code == 303


def test_an_identity_read_from_a_session_equals_the_stored_one(clever: str) -> None:
    app, extension = make_app(clever)
    seen: list[SessionIdentity] = []
    extension.on_sign_in(lambda step: seen.append(SessionIdentity.of(step.identity)))
    client = app.test_client()
    log_in(client, clever)
    with client.session_transaction() as opened:
        assert SessionIdentity.from_session(opened) == seen[0]
        assert "@" not in str(dict(opened))


@pytest.mark.parametrize(
    ("headers", "method", "status"),
    [
        ({}, "GET", 303),
        ({"Sec-Fetch-Mode": "navigate"}, "GET", 303),
        ({"Sec-Fetch-Mode": "cors"}, "GET", 401),
        ({"Sec-Fetch-Mode": "no-cors"}, "GET", 401),
        ({"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, "GET", 401),
        ({}, "HEAD", 303),
        ({}, "OPTIONS", 200),
    ],
)
def test_only_requests_that_can_be_repeated_are_redirected_to_log_in(
    clever: str, headers: dict[str, str], method: str, status: int
) -> None:
    app, _ = make_app(clever)
    answer = app.test_client().open("/guarded", method=method, headers=headers)
    assert answer.status_code == status


def test_async_views_and_hooks_work(clever: str) -> None:
    pytest.importorskip("asgiref")
    app, extension = make_app(clever)

    @app.get("/later")
    @login_required("student")
    async def later() -> str:
        return f"later, {current_identity.first_name}"

    @extension.on_sign_in
    async def note(step: SignIn) -> None:
        session["noted"] = step.identity.id

    @extension.on_problem
    async def page(problem: Problem) -> str:
        return problem.code

    client = app.test_client()
    log_in(client, clever)
    assert client.get("/later").text == "later, Ada"
    with client.session_transaction() as opened:
        assert opened["noted"]
    assert client.get("/clever/callback?error=x").text == "access_denied"


def test_a_response_from_the_hook_still_deletes_the_login_cookie(clever: str) -> None:
    app, extension = make_app(clever)
    extension.on_sign_in(lambda step: (f"welcome, {step.identity.name.first}", 201))
    answer = log_in(app.test_client(), clever)
    assert (answer.status_code, answer.text, answer.headers["Cache-Control"]) == (201, "welcome, Ada", "no-store")
    gone = [each for each in answer.headers.getlist("Set-Cookie") if each.startswith("clever_login_")]
    assert [("Max-Age=0" in each) for each in gone] == [True]


def test_cache_headers_of_a_view_are_kept(clever: str) -> None:
    app, _ = make_app(clever)
    app.add_url_rule("/own", "own", lambda: (str(current_identity), {"Cache-Control": "private, max-age=60"}))
    app.add_url_rule("/everyone", "everyone", lambda: "hello")
    client = app.test_client()
    log_in(client, clever)
    said = [client.get(path).headers.get("Cache-Control") for path in ("/guarded", "/own", "/everyone")]
    assert said == ["no-store", "private, max-age=60", None]


def test_refused_can_have_its_own_sentence(clever: str) -> None:
    app, extension = make_app(clever)

    @extension.on_sign_in
    def refuse(_: SignIn) -> None:
        raise Refused("The library is <closed> today.")

    answer = log_in(app.test_client(), clever)
    assert (answer.status_code, "The library is &lt;closed&gt; today." in answer.text) == (403, True)


def test_signals_report_sign_ins_and_refusals(clever: str) -> None:
    app, _ = make_app(clever)
    told: list[object] = []

    def on_signed_in(sender: Flask, **said: object) -> None:
        told.append((sender is app, sorted(said)))

    def on_denied(sender: Flask, problem: Problem) -> None:
        told.append((sender is app, problem.code))

    with signed_in.connected_to(on_signed_in, app), login_denied.connected_to(on_denied, app):
        client = app.test_client()
        log_in(client, clever)
        client.get("/clever/callback?error=access_denied")
    assert told == [(True, ["identity", "tokens"]), (True, "access_denied")]


def test_a_receiver_that_raises_blocks_the_sign_in_but_not_the_error_page(
    clever: str, caplog: pytest.LogCaptureFixture
) -> None:
    app, _ = make_app(clever)

    def broken(_: Flask, **__: object) -> None:
        raise RuntimeError("a receiver broke")

    client = app.test_client()
    log_in(client, clever)
    with signed_in.connected_to(broken, app), login_denied.connected_to(broken, app):
        assert log_in(client, clever, JOSE).status_code == 500
        assert client.get("/who").text == "nobody"
        with caplog.at_level(logging.ERROR):
            assert client.get("/clever/callback?error=access_denied").status_code == 403
    assert "a receiver broke" in caplog.text


def test_every_public_name_has_a_docstring() -> None:
    text = pydoc.plain(pydoc.render_doc(clever_sso.flask))
    for name in clever_sso.flask.__all__:
        assert name in text
        assert getattr(clever_sso.flask, name).__doc__, name
