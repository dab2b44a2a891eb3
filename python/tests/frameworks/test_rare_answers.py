"""Rare responses to logins, tested in the framework itself, without a server."""

from __future__ import annotations

import importlib
import logging
from typing import Any

import pytest
from clever_sso._web import arrival
from clever_sso.exceptions import ArgumentError
from harness.browser import Browser
from running import path_of

ADA = "510001"


def in_flask(clever: str) -> Any:
    pytest.importorskip("flask")
    return importlib.import_module("gate_flask").InFlask(clever)


def in_asgi(clever: str) -> Any:
    pytest.importorskip("starlette")
    pytest.importorskip("httpx2")
    return importlib.import_module("gate_asgi").InAsgi(clever)


@pytest.mark.parametrize("make", [in_flask, in_asgi], ids=["flask", "asgi"])
def test_an_error_page_passes_on_retry_after(make: Any, clever: str) -> None:
    app = make(f"{clever}/s/tokens-429-retry-after")
    location = app.browser.get("/clever/login").headers["Location"]
    answer = app.browser.get(path_of(Browser(clever, ADA).callback(location)))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert app.get("/who")[1] == "nobody"


def test_an_argument_error_that_the_link_did_not_cause_is_not_retried() -> None:
    class Misused:
        redirect_uris = ("https://app.example/clever/callback",)
        tries = 0

        def begin_login(self, **_: object) -> object:
            self.tries += 1
            raise ArgumentError("argument_invalid", "argument_invalid: home", "Sorry.", False, "developer")

        def session_kept_cookies(self, _: str | None) -> tuple[()]:
            return ()

    client: Any = Misused()
    problem = arrival.begun(
        client,
        "",
        own_pages=tuple,
        cookies=None,
        has_session=False,
        home="/",
        logger=logging.getLogger(__name__),
        session_cookie=str,
        host=lambda: None,
    )
    assert isinstance(problem, arrival.Problem)
    assert problem.code == "argument_invalid"
    assert client.tries == 1


def test_login_required_raises_for_anything_but_a_view_in_flask() -> None:
    pytest.importorskip("flask")
    guard: Any = importlib.import_module("clever_sso.flask").login_required("teacher")
    with pytest.raises(TypeError, match="login_required decorates a view, not int"):
        guard(5)


def test_a_get_of_a_post_only_page_gets_405_in_flask(clever: str) -> None:
    app = in_flask(clever)
    app.app.add_url_rule("/save", "save", lambda: "saved", methods=["POST"])
    answer = app.browser.get("/save")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    assert app.browser.post("/save").text == "saved"


def test_a_session_without_a_secret_key_has_no_cookie_size_in_flask(clever: str) -> None:
    app = in_flask(clever).app
    cookie_size = vars(importlib.import_module("clever_sso.flask.views"))["_cookie_size"]
    with app.test_request_context("/"):
        assert cookie_size() > 0
        app.secret_key = None
        assert cookie_size() == 0


def test_an_expired_session_is_emptied_and_a_session_that_is_not_json_has_no_size_in_asgi() -> None:
    pytest.importorskip("starlette")
    sessions = importlib.import_module("clever_sso.asgi.sessions")
    starlette = importlib.import_module("starlette.applications").Starlette()
    request = importlib.import_module("starlette.requests").Request
    session: dict[str, Any] = {"clever_sso": {"format": 1}, "basket": "full"}
    asked = request({"type": "http", "session": session, "app": starlette, "headers": []})
    assert sessions.cookie_size(asked) > 0
    assert sessions.current_identity(asked) is None
    assert session == {}
    session["basket"] = object()
    assert sessions.cookie_size(asked) == 0


def test_a_person_without_the_role_gets_a_page_and_a_script_json_in_flask(clever: str) -> None:
    app = in_flask(clever)
    guard: Any = importlib.import_module("clever_sso.flask").login_required("teacher")
    app.app.add_url_rule("/staff", "staff", guard(lambda: "in"))
    location = app.browser.get("/clever/login").headers["Location"]
    app.browser.get(path_of(Browser(clever, ADA).callback(location)))
    page = app.browser.get("/staff", headers={"Accept": "text/html"})
    script = app.browser.get("/staff", headers={"Accept": "application/json"})
    assert (page.status_code, page.mimetype) == (403, "text/html")
    assert (script.status_code, script.mimetype, script.json["code"]) == (403, "application/json", "not_allowed")
