"""The `before_sign_in` hook in Flask and ASGI: the app decides about a person before they are signed in.

Django has the same in `test_django_before_sign_in.py`.
"""

from __future__ import annotations

import importlib
import logging
import re
import time
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from clever_sso import AsyncClient, Client
from clever_sso._web.arrival import Refused
from clever_sso._web.before import _SPENT
from clever_sso._web.copies import IdentityCopy, NameCopy, NoTokens, RoleCopy, TokensCopy
from clever_sso._web.older_ids import may_have_more, older_ids, without_more
from clever_sso.exceptions import CleverError
from harness.browser import Browser
from running import CLIENT_ID, path_of, portal_of

ADA, JOSE, SAM = "510001", "510003", "610002"
ADAS_ID = "64c20b1e8f3a7d0019c4e501"


@pytest.fixture(params=["flask", "flask-session", "asgi", "starsessions"])
def app(request: pytest.FixtureRequest, clever: str, tmp_path: Path) -> Any:
    folder = tmp_path if "session" in request.param else None
    if request.param == "flask-session-signed":
        with pytest.deprecated_call():
            return in_flask(clever, folder, SESSION_USE_SIGNER=True)
    return in_flask(clever, folder) if "flask" in request.param else in_asgi(clever, folder)


def in_flask(clever: str, folder: Path | None = None, **settings: object) -> Any:
    pytest.importorskip("flask")
    return importlib.import_module("gate_flask").InFlask(clever, folder, **settings)


def in_asgi(clever: str, folder: Path | None = None) -> Any:
    pytest.importorskip("starlette")
    pytest.importorskip("httpx2")
    return importlib.import_module("gate_asgi").InAsgi(clever, folder)


def log_in(app: Any, clever: str, number: str = ADA, wanted: str = "") -> tuple[int, str, str | None]:
    _, _, location = app.get(f"/clever/login{wanted}")
    return app.get(path_of(Browser(clever, number).callback(location)))


def in_browser(app: Any) -> bool:
    name = type(app).__name__
    sessions = app.app.session_interface.__class__.__module__ if name == "InFlask" else repr(app.app.user_middleware)
    return "flask_session" not in sessions and "starsessions" not in sessions


@pytest.mark.parametrize("is_async", [False, True])
def test_the_hook_gets_the_identity_tokens_and_request_before_the_sign_in(
    app: Any, clever: str, is_async: bool
) -> None:
    told: list[Any] = []

    def look(proven: Any) -> None:
        path = proven.request.path if name == "InFlask" else proven.request.url.path
        told.append((proven.identity.id, proven.return_to, path, proven.user))
        told.append(proven.client is app_client(app))
        told.append((list(app.told), proven.tokens.access_token in repr(proven)))

    async def look_later(proven: Any) -> None:
        look(proven)

    name = type(app).__name__
    app.clever_sso.before_sign_in(look_later if is_async else look)
    status, _, location = log_in(app, clever, wanted="?next=/guarded")
    assert (status, location) == (303, "/guarded")
    assert told == [(ADAS_ID, "/guarded", "/clever/callback", None), True, ([], False)]
    assert app.get("/who")[1] == "Ada Ashworth"
    assert app.told == ["Ada Ashworth"]


def lines_about(clever_id: str, caplog: pytest.LogCaptureFixture) -> list[str]:
    """The lines in the log that contain this Clever id."""
    return [record.getMessage() for record in caplog.records if clever_id in record.getMessage()]


def app_client(app: Any) -> Any:
    if type(app).__name__ == "InFlask":
        with app.app.app_context():
            return app.clever_sso.client
    return app.clever_sso.client


def test_a_hook_that_returns_a_response_signs_no_one_in(
    app: Any, clever: str, caplog: pytest.LogCaptureFixture
) -> None:
    log_in(app, clever, JOSE)
    assert app.get("/who")[1] == "José Núñez"
    app.clever_sso.before_sign_in(lambda _: app.response("your district has no license", 402))
    with caplog.at_level(logging.INFO):
        assert log_in(app, clever)[:2] == (402, "your district has no license")
    assert lines_about(ADAS_ID, caplog) == [
        f"not signed in with Clever, the application responded with status 402: Clever id {ADAS_ID} (student)"
    ]
    assert app.told == ["José Núñez"]
    assert app.get("/who")[1] == "nobody", "the device is shared"
    assert app.get("/finish")[2] == "/clever/login"
    assert app.get("/keys")[1] == ""


def test_a_held_login_is_completed_in_this_browser_once(
    app: Any, clever: str, caplog: pytest.LogCaptureFixture
) -> None:
    def hold(proven: Any) -> Any:
        proven.hold()
        return app.redirect("/waiting")

    app.clever_sso.before_sign_in(hold)
    log_in(app, clever, JOSE)
    with caplog.at_level(logging.INFO):
        assert log_in(app, clever, wanted="?next=/guarded")[2] == "/waiting"
    assert lines_about(ADAS_ID, caplog) == [f"login with Clever on hold: Clever id {ADAS_ID} (student)"]
    caplog.clear()
    assert app.get("/waiting")[1] == "Ada Ashworth /guarded False"
    assert (app.get("/who")[1], app.told) == ("nobody", [])
    copy = app.copy_of_the_browser()
    with caplog.at_level(logging.INFO):
        status, _, location = app.get("/finish")
    assert (status, location) == (303, "/guarded")
    assert lines_about(ADAS_ID, caplog) == [f"signed in with Clever: Clever id {ADAS_ID} (student)"]
    assert (app.get("/who")[1], app.told) == ("Ada Ashworth", ["Ada Ashworth"])
    assert app.get("/keys")[1] == "clever_sso"
    assert copy("/finish") == (303, "nobody")
    assert app.get("/finish")[2] == "/clever/login"
    assert app.told == ["Ada Ashworth"]


def test_a_held_login_lasts_ten_minutes_and_ends_with_a_logout(
    app: Any, clever: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hold(proven: Any) -> Any:
        proven.hold()
        return app.redirect("/waiting")

    app.clever_sso.before_sign_in(hold)
    log_in(app, clever)
    app.post("/clever/logout")
    assert app.get("/waiting")[1] == "-"
    log_in(app, clever)
    now = time.time()
    monkeypatch.setattr("clever_sso._web.before.time.time", lambda: now + 590)
    assert app.get("/waiting")[1] == "Ada Ashworth None False"
    monkeypatch.setattr("clever_sso._web.before.time.time", lambda: now + 601)
    assert app.get("/waiting")[1] == "-"
    assert app.get("/finish")[2] == "/clever/login"
    assert app.get("/who")[1] == "nobody"


@pytest.mark.parametrize("when", ["finish", "sign-in"])
def test_a_logout_while_a_held_login_is_completed_keeps_the_person_logged_out(
    app: Any, clever: str, when: str, caplog: pytest.LogCaptureFixture
) -> None:
    if in_browser(app):
        pytest.skip("a session that the browser stores is there as long as a client sends it")
    hold(app)
    log_in(app, clever)
    tab = app.other_tab()
    app.meanwhile.append((when, lambda: tab("/clever/logout")))
    with caplog.at_level(logging.INFO):
        _, _, location = app.get("/finish-late")
    logged_out = f"not signed in with Clever, the person logged out during the login: Clever id {ADAS_ID} (student)"
    assert lines_about(ADAS_ID, caplog) == ([] if when == "finish" else [logged_out])
    assert location == ("/clever/login" if when == "finish" else "/")
    assert (app.get("/who")[1], app.get("/waiting")[1], tab("/waiting")) == ("nobody", "-", "nobody")
    assert app.told == ([] if when == "finish" else ["Ada Ashworth"])


@pytest.mark.parametrize("when", ["finish", "sign-in"])
def test_a_form_sent_twice_to_two_processes_signs_in_once(
    app: Any, clever: str, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if in_browser(app):
        pytest.skip("several processes do not know of each other")
    hold(app)
    log_in(app, clever)
    tab, seen = app.other_tab(), []

    def send_again() -> None:
        app.meanwhile.clear()
        # Simulate another process, which has completed no login.
        monkeypatch.setattr("clever_sso._web.before._SPENT", type(_SPENT)())
        seen.append(tab("/finish"))
        monkeypatch.setattr("clever_sso._web.before._SPENT", type(_SPENT)())

    app.meanwhile.append((when, send_again))
    _, _, location = app.get("/finish-late")
    first, second = ("nobody", "Ada Ashworth")[:: 1 if when == "finish" else -1]
    assert (location, app.get("/who")[1]) == ("/clever/login" if when == "finish" else "/", first)
    assert (seen, tab("/who")) == ([second], second)
    assert app.told == ["Ada Ashworth"]


def end_of(app: Any, clever: str, path: str, *, keeps_session: bool = True) -> tuple[int, str, int]:
    """Follow redirects. Returns the last response and how often they led to Clever."""
    person, visits = Browser(clever, ADA), 0
    for _ in range(60):
        status, text, location = app.get(path)
        if not keeps_session and "/callback" in path:
            app.lose_session()
        onwards = location or next(iter(re.findall(r'http-equiv="refresh" content="0; url=([^"]*)"', text)), "")
        if not onwards:
            return status, text, visits
        visits += "/oauth/authorize" in onwards
        path = path_of(person.callback(onwards) if "/oauth/authorize" in onwards else unescape(onwards))
    raise AssertionError("it does not end")


@pytest.mark.parametrize("way", ["held", "answered"])
def test_a_lost_session_shows_an_error_after_three_sign_ins_with_a_hook(app: Any, clever: str, way: str) -> None:
    hold(app, "/guarded") if way == "held" else app.clever_sso.before_sign_in(lambda _: app.redirect("/guarded"))
    status, text, visits = end_of(app, clever, "/guarded", keeps_session=False)
    assert (status, "session_not_kept" in text, visits) == (500, True, 3)


@pytest.mark.parametrize("way", ["completes at once", "never completes", "answered"])
def test_a_guard_that_redirects_a_held_login_back_to_log_in_ends_with_an_error(app: Any, clever: str, way: str) -> None:
    hold(app, "/finish" if way == "completes at once" else "/back")
    if way == "answered":
        app.clever_sso.before_sign_in(lambda _: app.redirect("/back"))
    status, text, visits = end_of(app, clever, "/back")
    assert (status, "page_not_allowed" in text, visits) == (403, True, 3)


@pytest.mark.parametrize("way", ["redirect", "page"])
def test_a_person_who_cancels_the_second_factor_can_log_in_any_number_of_times(app: Any, clever: str, way: str) -> None:
    def hook(proven: Any) -> Any:
        proven.hold()
        return app.redirect("/waiting") if way == "redirect" else app.response("the code, please", 200)

    app.clever_sso.before_sign_in(hook)
    for _ in range(6):
        assert end_of(app, clever, "/guarded")[::2] == (200, 1)
    assert app.get("/waiting")[1].startswith("Ada Ashworth")
    assert app.get("/finish")[2] == "/guarded"
    assert app.get("/who")[1] == "Ada Ashworth"


@pytest.mark.parametrize("way", ["redirect", "page"])
def test_a_page_from_the_hook_is_shown_any_number_of_times(app: Any, clever: str, way: str) -> None:
    answer = app.redirect("/waiting") if way == "redirect" else app.response("your district has no license", 402)
    app.clever_sso.before_sign_in(lambda _: answer)
    for _ in range(6):
        assert end_of(app, clever, "/guarded")[::2] == (200 if way == "redirect" else 402, 1)
    assert app.get("/finish")[2] == "/clever/login"
    assert app.get("/who")[1] == "nobody"


def hold(app: Any, onwards: str = "/waiting") -> None:
    def hook(proven: Any) -> Any:
        proven.hold()
        return app.redirect(onwards)

    app.clever_sso.before_sign_in(hook)


def test_tokens_of_a_held_login_are_kept_only_in_server_side_sessions(app: Any, clever: str) -> None:
    refused: list[str] = []

    def hold(proven: Any) -> Any:
        try:
            proven.hold(keep_tokens=True)
        except ValueError as error:
            refused.append(str(error))
            return None
        return app.redirect("/waiting")

    app.clever_sso.before_sign_in(hold)
    log_in(app, clever)
    if in_browser(app):
        assert "sessions on the server" in refused[0]
        assert app.get("/who")[1] == "Ada Ashworth"
    else:
        assert app.get("/waiting")[1] == "Ada Ashworth None True"


@pytest.mark.parametrize("fault", ["forgets to return", "breaks"])
def test_a_hook_that_raises_signs_no_one_in(app: Any, clever: str, fault: str) -> None:
    def hook(proven: Any) -> None:
        proven.hold()
        if fault == "breaks":
            raise RuntimeError("the hook is broken")

    log_in(app, clever, JOSE)
    app.clever_sso.before_sign_in(hook)
    if type(app).__name__ == "InFlask":
        app.app.config["PROPAGATE_EXCEPTIONS"] = False
    assert log_in(app, clever)[0] == 500
    assert (app.get("/who")[1], app.get("/waiting")[1]) == ("nobody", "-")


def test_a_hook_that_raises_refused_shows_its_sentence_and_signs_no_one_in(
    app: Any, clever: str, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_: Any) -> None:
        raise Refused("Your district has no license.", reason="no license")

    app.clever_sso.before_sign_in(refuse)
    status, text, _ = log_in(app, clever)
    assert (status, "not_admitted" in text, "Your district has no license." in text) == (403, True, True)
    assert f"not_admitted: no license (Clever id {ADAS_ID})" in caplog.text
    assert app.get("/who")[1] == "nobody"


@pytest.mark.parametrize("where", ["before_sign_in", "on_sign_in", "complete_login", "signed_in"])
def test_a_clever_error_in_a_hook_shows_the_error_page(app: Any, clever: str, where: str) -> None:
    is_flask = type(app).__name__ == "InFlask"
    down: Any = (Client if is_flask else AsyncClient)(CLIENT_ID, base_url=f"{clever}/s/me-500", timeout=5)

    async def ask_later(*_: Any) -> None:
        await down.me("a" * 40)

    def ask(*_: Any, **__: Any) -> None:
        down.me("a" * 40)

    if where == "signed_in":
        if not is_flask:
            pytest.skip("only Flask has signals")
        importlib.import_module("clever_sso.flask").signed_in.connect(ask, app.app)
    else:
        hook = "on_sign_in" if where == "complete_login" else where
        getattr(app.clever_sso, hook)(ask if is_flask else ask_later)
    if where == "complete_login":
        app.clever_sso.before_sign_in(lambda proven: app.response("wait", 200) if proven.hold() else None)
        assert log_in(app, clever)[1] == "wait"
    status, text, _ = app.get("/finish") if where == "complete_login" else log_in(app, clever)
    assert (status, "clever_unavailable" in text) == (503, True)
    assert app.get("/who")[1] == "nobody"


@pytest.mark.parametrize("number", [SAM, ADA])
def test_older_ids_are_returned_for_every_role(app: Any, clever: str, number: str) -> None:
    told: list[Any] = []

    def ask(proven: Any) -> None:
        told.append(app.clever_sso.older_ids(proven))

    async def ask_later(proven: Any) -> None:
        told.append(await app.clever_sso.older_ids(proven))

    app.clever_sso.before_sign_in(ask if type(app).__name__ == "InFlask" else ask_later)
    log_in(app, clever, number)
    expected = ("5d8e21b7f04c6a00127b3a02", "5d8e21b7f04c6a00127b3a03") if number == SAM else ()
    assert told == [expected]


def test_a_login_held_without_tokens_keeps_the_older_ids_it_already_fetched(app: Any, clever: str) -> None:
    told: list[Any] = []
    is_flask = type(app).__name__ == "InFlask"

    async def hold_later(proven: Any) -> Any:
        await app.clever_sso.older_ids(proven)
        proven.hold()
        return app.redirect("/waiting")

    def hold(proven: Any) -> Any:
        app.clever_sso.older_ids(proven)
        proven.hold()
        return app.redirect("/waiting")

    async def find_later(_: Any, step: Any) -> None:
        told.append((bool(step.tokens), await app.clever_sso.older_ids(step)))

    def find(step: Any) -> None:
        told.append((bool(step.tokens), app.clever_sso.older_ids(step)))

    app.clever_sso.before_sign_in(hold if is_flask else hold_later)
    app.clever_sso.on_sign_in(find if is_flask else find_later)
    log_in(app, clever, SAM)
    app.get("/finish")
    assert told == [(False, ("5d8e21b7f04c6a00127b3a02", "5d8e21b7f04c6a00127b3a03"))]


def test_the_hook_also_decides_about_logins_from_the_portal(app: Any, clever: str) -> None:
    app.clever_sso.before_sign_in(lambda _: app.response("no license", 402))
    person = Browser(clever, ADA)
    _, _, location = app.get(path_of(person.callback(portal_of(clever))))
    assert location
    assert app.get(path_of(person.callback(location)))[0] == 402
    assert app.get("/who")[1] == "nobody"


@pytest.mark.parametrize("hook", ["before_sign_in", "on_sign_in"])
def test_a_hook_that_returns_a_str_raises_a_type_error_in_asgi(
    clever: str, caplog: pytest.LogCaptureFixture, hook: str
) -> None:
    app = in_asgi(clever)
    getattr(app.clever_sso, hook)(lambda *_: "<p>no license</p>")
    assert log_in(app, clever)[0] == 500
    assert f"{hook} must return a response or None, not str" in caplog.text
    assert "signed in with Clever" not in caplog.text
    assert app.get("/who")[1] == "nobody"


@pytest.mark.parametrize("answer", [True, 7, object()])
def test_a_hook_of_flask_that_returns_no_response_signs_no_one_in(clever: str, answer: object) -> None:
    app = in_flask(clever)
    app.app.config["PROPAGATE_EXCEPTIONS"] = False
    app.clever_sso.on_sign_in(lambda _: answer)
    assert log_in(app, clever)[0] == 500
    assert app.get("/who")[1] == "nobody"


class Later:
    """An object with an async `__call__`."""

    async def __call__(self, *_: Any) -> None:
        raise Refused("Your district has no license.")


def later(*arguments: Any) -> Any:
    return Later()(*arguments)


@pytest.mark.parametrize("kind", [Later(), later], ids=["object", "function"])
@pytest.mark.parametrize("hook", ["before_sign_in", "on_sign_in"])
def test_the_return_value_of_a_hook_is_awaited(app: Any, clever: str, hook: str, kind: Any) -> None:
    getattr(app.clever_sso, hook)(kind)
    status, text, _ = log_in(app, clever)
    assert (status, "Your district has no license." in text) == (403, True)
    assert app.get("/who")[1] == "nobody"


@pytest.mark.parametrize(("retryable", "told"), [(False, ("old",)), (True, None)])
def test_if_clever_cannot_be_reached_no_one_is_treated_as_a_new_person(
    retryable: bool, told: Any, caplog: pytest.LogCaptureFixture
) -> None:
    identity = IdentityCopy("i", "new", None, None, (), NameCopy("Ada"), ("old",), None, "id_token", False)
    error = CleverError("not_found", "there is none", "Sorry.", retryable, "clever")
    logger = logging.getLogger("here")
    if told is None:
        with pytest.raises(CleverError):
            without_more(identity, error, logger)
    else:
        assert without_more(identity, error, logger) == told
        assert "Clever id new" in caplog.text
    assert not may_have_more(identity, NoTokens())
    assert not may_have_more(replace(identity, proven_by="me"), TokensCopy("a"))
    assert may_have_more(identity, TokensCopy("a"))
    assert older_ids(identity, [RoleCopy("staff", "x"), RoleCopy("teacher", "new"), RoleCopy("contact")]) == (
        "old",
        "x",
    )


def held_in_tabs(app: Any, clever: str, *pages: str, number: str = ADA) -> list[str]:
    """Open tabs whose logins are all in progress before the first is held. Returns the keys of the held logins."""
    keys: list[str] = []

    def hook(proven: Any) -> Any:
        keys.append(proven.hold())
        return app.redirect(f"/waiting/{keys[-1]}")

    app.clever_sso.before_sign_in(hook)
    begun = [app.get(f"/clever/login?next={page}")[2] for page in pages]
    for location in begun:
        status, _, onwards = app.get(path_of(Browser(clever, number).callback(location)))
        assert (status, onwards) == (302 if "Flask" in type(app).__name__ else 307, f"/waiting/{keys[-1]}")
    return keys


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_each_held_tab_returns_to_its_own_page(app: Any, clever: str, order: tuple[int, ...]) -> None:
    pages = ["/a", "/b?c=d", "/guarded"]
    keys = held_in_tabs(app, clever, *pages)
    for tab in order:
        assert app.get(f"/waiting/{keys[tab]}")[1].startswith(f"Ada Ashworth {pages[tab]} ")
    for place, tab in enumerate(order):
        # Only the first tab has to ask for anything.
        assert app.get(f"/waiting/{keys[tab]}")[1].endswith(" signed in") == (place > 0)
        assert app.get(f"/finish/{keys[tab]}")[::2] == (303, pages[tab])
        assert app.get("/who")[1] == "Ada Ashworth"
    assert app.told == ["Ada Ashworth"]
    assert app.get("/finish")[2] == "/clever/login"
    assert app.get("/who")[1] == "Ada Ashworth"


def test_without_a_key_the_oldest_held_login_is_completed(app: Any, clever: str) -> None:
    held_in_tabs(app, clever, "/a", "/b")
    assert app.get("/waiting")[1].startswith("Ada Ashworth /a ")
    assert [app.get("/finish")[2] for _ in range(3)] == ["/a", "/b", "/clever/login"]


def test_eight_tabs_are_held_if_they_fit_into_the_cookie(app: Any, clever: str) -> None:
    pages = [f"/{tab}?{'x' * 900}" for tab in range(9)]
    keys: list[str] = []
    for some in (pages[:5], pages[5:7], pages[7:]):
        keys += held_in_tabs(app, clever, *some)
        # A person who sees a page is not in a redirect loop.
        assert app.get("/who")[1] == "nobody"
    waiting = [app.get(f"/waiting/{key}")[1] != "-" for key in keys]
    assert waiting[-1]
    assert waiting == sorted(waiting)
    assert sum(waiting) == 8 or in_browser(app)
    for page, key, waits in zip(pages, keys, waiting):
        assert app.get(f"/finish/{key}")[2] == (page if waits else "/clever/login")
    assert app.get("/who")[1].startswith("Ada")


def test_a_new_person_or_a_logout_drops_held_logins(app: Any, clever: str) -> None:
    (ada,) = held_in_tabs(app, clever, "/a")
    (jose,) = held_in_tabs(app, clever, "/b", number=JOSE)
    assert app.get(f"/waiting/{ada}")[1] == "-"
    assert app.get(f"/finish/{ada}")[2] == "/clever/login"
    assert app.get("/who")[1] == "nobody"
    assert app.get(f"/finish/{jose}")[2] == "/b"
    # A logout drops held logins.
    (first, second) = held_in_tabs(app, clever, "/a", "/b")
    assert app.get(f"/finish/{first}")[2] == "/a"
    app.post("/clever/logout")
    assert app.get(f"/finish/{second}")[2] == "/clever/login"
    assert app.get("/who")[1] == "nobody"


@pytest.mark.parametrize("hook", ["before_sign_in", "on_sign_in"])
def test_a_hook_that_raises_an_http_exception_ends_the_login(
    app: Any, clever: str, hook: str, caplog: pytest.LogCaptureFixture
) -> None:
    def stop(*_: Any) -> None:
        if "Flask" in type(app).__name__:
            importlib.import_module("flask").abort(418)
        raise importlib.import_module("starlette.exceptions").HTTPException(418)

    getattr(app.clever_sso, hook)(stop)
    _, _, location = app.get("/clever/login?next=/a")
    answer = app.browser.get(path_of(Browser(clever, ADA).callback(location)))
    assert answer.status_code == 418
    headers = answer.headers
    lines = headers.get_list("set-cookie") if hasattr(headers, "get_list") else headers.getlist("Set-Cookie")
    (login,) = [line for line in lines if "clever_login_" in line]
    assert "Max-Age=0" in login
    assert [line for line in lines if "clever_finished_" in line and "Max-Age=600" in line]
    assert app.get("/who")[1] == "nobody"
    name = "ImATeapot" if "Flask" in type(app).__name__ else "HTTPException"
    assert lines_about(ADAS_ID, caplog) == [
        f"login with Clever failed: the application raised {name} (Clever id {ADAS_ID})"
    ]


@pytest.mark.parametrize("hook", ["before_sign_in", "on_sign_in"])
def test_a_hook_that_raises_its_own_exception_is_logged_with_the_clever_id_only(
    app: Any, clever: str, hook: str, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> None:
        raise KeyError("a-secret")

    if "Flask" in type(app).__name__:
        app.app.config["PROPAGATE_EXCEPTIONS"] = False
    getattr(app.clever_sso, hook)(fail)
    assert log_in(app, clever)[0] == 500
    (line,) = lines_about(ADAS_ID, caplog)
    assert line.startswith("login with Clever failed: ")
    assert "a-secret" not in line


@pytest.mark.parametrize("is_held", [False, True])
def test_a_redirect_of_the_hook_is_logged_as_on_hold_only_if_it_is_held(
    app: Any, clever: str, is_held: bool, caplog: pytest.LogCaptureFixture
) -> None:
    def lead_away(proven: Any) -> Any:
        if is_held:
            proven.hold()
        return app.redirect("/elsewhere")

    app.clever_sso.before_sign_in(lead_away)
    with caplog.at_level(logging.INFO):
        status, _, _ = log_in(app, clever)
    (line,) = lines_about(ADAS_ID, caplog)
    assert ("on hold" in line) == is_held
    assert (f"responded with status {status}" in line) != is_held


def session_of(app: Any) -> str:
    browser = app.browser
    return str(browser.get_cookie("session").value if hasattr(browser, "get_cookie") else browser.cookies["session"])


def who_with(app: Any, session: str) -> str:
    other = app.make()
    other.set_cookie("session", session) if hasattr(other, "set_cookie") else other.cookies.set("session", session)
    return str(other.get("/who").text)


@pytest.mark.parametrize("app", ["flask-session", "starsessions"], indirect=True)
def test_a_logout_ends_every_session_that_was_replaced(app: Any, clever: str) -> None:
    seen = []
    for _ in range(20):
        log_in(app, clever)
        assert app.get("/who")[1] == "Ada Ashworth"
        seen.append(session_of(app))
    assert len({*seen}) == 20
    # Other tabs may still use the last ones.
    assert who_with(app, seen[-2]) == "Ada Ashworth"
    app.post("/clever/logout")
    assert [who_with(app, each) for each in seen] == ["nobody"] * 20


@pytest.mark.parametrize("of", ["the first", "the second"])
@pytest.mark.parametrize("app", ["flask-session", "flask-session-signed", "starsessions"], indirect=True)
def test_a_logout_ends_both_sessions_of_two_tabs_that_replaced_one_session(app: Any, clever: str, of: str) -> None:
    log_in(app, clever)
    app.get("/who")
    begun = [app.browser.get("/clever/login").headers for _ in range(2)]
    callbacks = [path_of(Browser(clever, ADA).callback(headers["location"])) for headers in begun]
    tab = app.make()
    app.copy_session(tab)
    name, _, rest = str(begun[0]["set-cookie"]).partition("=")
    tab.set_cookie(name, rest.partition(";")[0]) if "Flask" in type(app).__name__ else tab.cookies.set(
        name, rest.partition(";")[0]
    )
    tab.get(callbacks[0])
    assert tab.get("/who").text == "Ada Ashworth"
    app.get(callbacks[1])
    (tab if of == "the first" else app).post("/clever/logout")
    assert app.get("/who")[1] == "nobody"
    assert tab.get("/who").text == "nobody"
