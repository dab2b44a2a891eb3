"""The `CLEVER_BEFORE_SIGN_IN` hook: the project decides about a person before they are signed in."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("django")
from clever_sso import Identity
from clever_sso._web.before import _SPENT
from clever_sso.django import HeldLogin, ProvenLogin, Refused, signed_in
from django_settings import ADA, JOSE, accounts, authenticate, log_in

pytestmark = pytest.mark.usefixtures("untouched")
ADAS_ID = "64c20b1e8f3a7d0019c4e501"


@pytest.fixture
def decide(override: Callable[..., None]) -> Callable[..., None]:
    """Use this function as the hook."""

    def set_up(hook: Any) -> None:
        override(CLEVER_BEFORE_SIGN_IN=hook)

    return set_up


def users() -> Any:
    from django.contrib.auth.models import User

    return User.objects


def visitor(**options: Any) -> Any:
    from django.test import Client

    return Client(**options)


def redirect(url: str) -> Any:
    from django.http import HttpResponseRedirect

    return HttpResponseRedirect(url)


def nothing_was_written() -> bool:
    from django.contrib.admin.models import LogEntry

    return not (users().exists() or accounts().exists() or LogEntry.objects.exists())


@pytest.mark.parametrize("is_async", [False, True])
def test_the_hook_gets_the_identity_tokens_and_request_before_the_sign_in(
    clever: str, decide: Callable[..., None], is_async: bool
) -> None:
    told: list[Any] = []

    def look(proven: ProvenLogin[Any]) -> None:
        me = proven.client.me(proven.tokens.access_token)
        told.append((proven.identity.id, me.id, proven.user, proven.return_to, proven.request.path))
        told.append(proven.request.user.is_authenticated)
        told.append("access_token" in repr(proven) or proven.tokens.access_token in repr(proven))
        told.append(proven.user is not None or nothing_was_written())
        told.append("_auth_user_id" in proven.request.session)

    async def look_later(proven: ProvenLogin[Any]) -> None:
        from asgiref.sync import sync_to_async

        await sync_to_async(look)(proven)

    decide(look_later if is_async else look)
    browser = visitor()
    assert log_in(browser, clever).status_code == 303
    assert told == [(ADAS_ID, ADAS_ID, None, None, "/clever/callback"), False, False, True, False]
    assert browser.get("/who").content == b"Ada Ashworth"
    log_in(browser, clever)
    assert told[5][2] == users().get()


def lines_about(clever_id: str, caplog: pytest.LogCaptureFixture) -> list[str]:
    """The lines in the log that contain this Clever id."""
    return [record.getMessage() for record in caplog.records if clever_id in record.getMessage()]


def test_a_hook_that_returns_a_response_signs_no_one_in_and_saves_nothing(
    clever: str, decide: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    from django.http import HttpResponse

    browser = visitor()
    log_in(browser, clever, JOSE)
    accounts().all().delete()
    users().all().delete()
    decide(lambda _: HttpResponse("your district has no license", status=402))
    with caplog.at_level(logging.INFO):
        answer = log_in(browser, clever)
    assert (answer.status_code, answer.content) == (402, b"your district has no license")
    assert lines_about(ADAS_ID, caplog) == [
        f"not signed in with Clever, the application responded with status 402: Clever id {ADAS_ID} (student)"
    ]
    assert answer.headers["Cache-Control"] == "no-store"
    assert nothing_was_written()
    assert browser.get("/who").content == b"nobody"
    assert browser.get("/finish").headers["Location"] == "/clever/login", "nothing was held"
    assert browser.get("/who").content == b"nobody"


def test_holding_a_login_signs_the_previous_person_out(clever: str, decide: Callable[..., None]) -> None:
    browser = visitor()
    log_in(browser, clever, JOSE)
    before = browser.cookies["sessionid"].value
    decide(hold)
    log_in(browser, clever, ADA)
    assert browser.get("/who").content == b"nobody"
    old = visitor()
    old.cookies["sessionid"] = before
    assert old.get("/who").content == b"nobody"


def hold(proven: ProvenLogin[Any]) -> Any:
    proven.hold()
    return redirect("/waiting")


def test_a_held_login_is_completed_in_this_browser_once(clever: str, decide: Callable[..., None]) -> None:
    decide(hold)
    browser, other = visitor(), visitor()
    begun = browser.get("/clever/login?next=/staffroom")
    from harness.browser import Browser
    from running import path_of

    answer = browser.get(path_of(Browser(clever, ADA).callback(begun.headers["Location"])))
    assert answer.headers["Location"] == "/waiting"
    assert browser.get("/waiting").content == b"Ada Ashworth None /staffroom False"
    assert browser.get("/who").content == b"nobody"
    assert nothing_was_written()
    assert browser.get("/finish?factor=wrong").status_code == 403
    assert browser.get("/who").content == b"nobody"
    assert other.get("/waiting").content == b"-"
    assert other.get("/finish").headers["Location"] == "/clever/login"
    waited = browser.cookies["sessionid"].value
    done = browser.get("/finish")
    assert (done.status_code, done.headers["Location"]) == (303, "/staffroom")
    assert done.headers["Cache-Control"] == "no-store"
    assert browser.get("/who").content == b"Ada Ashworth"
    assert browser.cookies["sessionid"].value != waited
    assert accounts().get().clever_id == ADAS_ID
    # The session that held the login is gone, and the browser's own has nothing to complete.
    other.cookies["sessionid"] = waited
    for each in (browser, other):
        assert each.get("/finish").headers["Location"] == "/clever/login"
    assert other.get("/who").content == b"nobody"


def test_a_held_login_in_a_cookie_session_is_completed_once(
    clever: str, decide: Callable[..., None], override: Callable[..., None]
) -> None:
    decide(hold)
    override(SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies")
    browser, copy = visitor(), visitor()
    log_in(browser, clever)
    copy.cookies["sessionid"] = browser.cookies["sessionid"].value
    assert browser.get("/finish").headers["Location"] == "/"
    assert copy.get("/finish").headers["Location"] == "/clever/login"
    assert (browser.get("/who").content, copy.get("/who").content) == (b"Ada Ashworth", b"nobody")


def test_async_views_can_complete_a_held_login(clever: str, decide: Callable[..., None]) -> None:
    decide(hold)
    browser = visitor()
    log_in(browser, clever)
    assert browser.get("/waiting-later").content == b"Ada Ashworth"
    assert browser.get("/finish-later").headers["Location"] == "/"
    assert browser.get("/who").content == b"Ada Ashworth"
    assert browser.get("/waiting-later").content == b"-"


def test_a_held_login_lasts_ten_minutes(
    clever: str, decide: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    decide(hold)
    browser = visitor()
    log_in(browser, clever)
    now = time.time()
    monkeypatch.setattr("clever_sso._web.before.time.time", lambda: now + 590)
    assert browser.get("/waiting").content != b"-"
    monkeypatch.setattr("clever_sso._web.before.time.time", lambda: now + 601)
    assert browser.get("/waiting").content == b"-"
    assert browser.get("/finish").headers["Location"] == "/clever/login"
    assert browser.get("/who").content == b"nobody"
    assert nothing_was_written()


def test_a_logout_ends_a_held_login(clever: str, decide: Callable[..., None]) -> None:
    decide(hold)
    browser = visitor()
    log_in(browser, clever)
    browser.post("/clever/logout", HTTP_ORIGIN="http://127.0.0.1:9")
    assert browser.get("/waiting").content == b"-"


STORES = ["db", "cache", "cached_db", "file"]


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, override: Callable[..., None], tmp_path: Path) -> str:
    """Sessions of this kind."""
    override(SESSION_ENGINE=f"django.contrib.sessions.backends.{request.param}", SESSION_FILE_PATH=str(tmp_path))
    name: str = request.param
    return name


def tab_of(browser: Any) -> Any:
    """Another tab, with the browser's current session."""
    tab = visitor()
    tab.cookies["sessionid"] = browser.cookies["sessionid"].value
    return tab


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("when", ["finish", "sign-in"])
def test_a_logout_while_a_held_login_is_completed_keeps_the_person_logged_out(
    clever: str, decide: Callable[..., None], when: str, meanwhile: Callable[..., None]
) -> None:
    decide(hold)
    browser = visitor()
    log_in(browser, clever)
    tab = tab_of(browser)
    meanwhile(when, lambda: tab.post("/clever/logout", HTTP_ORIGIN="http://127.0.0.1:9"))
    answer = browser.get("/finish-late")
    assert answer.headers["Location"] == ("/clever/login" if when == "finish" else "/")
    for each in (browser, tab):
        assert (each.get("/who").content, each.get("/waiting").content) == (b"nobody", b"-")


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("when", ["finish", "sign-in"])
def test_a_form_sent_twice_to_two_processes_signs_in_once(
    clever: str,
    decide: Callable[..., None],
    when: str,
    meanwhile: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    decide(hold)
    browser = visitor()
    log_in(browser, clever)
    tab, seen = tab_of(browser), []

    def send_again() -> None:
        # Simulate another process, which has completed no login.
        monkeypatch.setattr("clever_sso._web.before._SPENT", type(_SPENT)())
        seen.append(tab.get("/finish").headers["Location"])
        monkeypatch.setattr("clever_sso._web.before._SPENT", type(_SPENT)())

    meanwhile(when, send_again)
    answer = browser.get("/finish-late")
    ends = ["/clever/login", "/"][:: 1 if when == "finish" else -1]
    assert [answer.headers["Location"], *seen] == ends
    names = {"/": b"Ada Ashworth", "/clever/login": b"nobody"}
    assert [each.get("/who").content for each in (browser, tab)] == [names[end] for end in ends]


def end_of(browser: Any, clever: str, path: str, *, keeps_session: bool = True) -> tuple[int, bytes, int]:
    """Follow redirects. Returns the last response and how often they led to Clever."""
    from harness.browser import Browser
    from running import path_of

    person, visits = Browser(clever, ADA), 0
    for _ in range(60):
        answer = browser.get(path)
        if not keeps_session and "/callback" in path:
            browser.cookies.pop("sessionid", None)
        pages = re.findall(r'http-equiv="refresh" content="0; url=([^"]*)"', answer.content.decode())
        onwards = answer.headers.get("Location") or unescape("".join(pages))
        if not onwards:
            return answer.status_code, answer.content, visits
        visits += "/oauth/authorize" in onwards
        path = path_of(person.callback(onwards) if "/oauth/authorize" in onwards else onwards)
    raise AssertionError("it does not end")


@pytest.mark.parametrize("way", ["held", "answered"])
def test_a_lost_session_shows_an_error_after_three_sign_ins_with_a_hook(
    clever: str, decide: Callable[..., None], way: str
) -> None:
    def hook(proven: ProvenLogin[Any]) -> Any:
        if way == "held":
            proven.hold()
        return redirect("/private")

    decide(hook)
    status, page, visits = end_of(visitor(), clever, "/private", keeps_session=False)
    assert (status, b"session_not_kept" in page, visits) == (500, True, 3)


def change_the_password(user: Any, **_: Any) -> None:
    """Changing the password ends every session of the user, including the new one."""
    user.set_unusable_password()
    user.save()


@pytest.mark.parametrize("way", ["hidden", "another password"])
def test_a_user_that_django_cannot_find_after_a_sign_in_ends_with_an_error_page(
    clever: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, way: str
) -> None:
    from clever_sso.django import CleverBackend
    from django.contrib.auth.signals import user_logged_in

    with monkeypatch.context() as patch:
        if way == "hidden":
            # As in a project whose manager hides some users.
            patch.setattr(CleverBackend, "get_user", lambda *_: None)
        else:
            user_logged_in.connect(change_the_password)
        try:
            browser = visitor()
            status, page, visits = end_of(browser, clever, "/private")
            again = end_of(browser, clever, "/private")
        finally:
            user_logged_in.disconnect(change_the_password)
    assert (status, b"session_not_kept" in page, visits) == (500, True, 3)
    assert (again[0], again[2]) == (500, 0)
    assert "and the session came back with no one signed in" in caplog.text
    assert end_of(visitor(), clever, "/private")[0] == 200


@pytest.mark.parametrize("way", ["completes at once", "never completes", "answered"])
def test_a_guard_that_redirects_a_held_login_back_to_log_in_ends_with_an_error(
    clever: str, decide: Callable[..., None], way: str
) -> None:
    def hook(proven: ProvenLogin[Any]) -> Any:
        if way != "answered":
            proven.hold()
        return redirect("/finish" if way == "completes at once" else "/back")

    decide(hook)
    status, page, visits = end_of(visitor(), clever, "/back")
    assert (status, b"page_not_allowed" in page, visits) == (403, True, 3)


@pytest.mark.parametrize("way", ["redirect", "page", "answered"])
def test_a_person_who_cancels_the_second_factor_can_log_in_any_number_of_times(
    clever: str, decide: Callable[..., None], way: str
) -> None:
    from django.http import HttpResponse

    def hook(proven: ProvenLogin[Any]) -> Any:
        if way != "answered":
            proven.hold()
        return HttpResponse("the code, please") if way == "page" else redirect("/waiting")

    decide(hook)
    browser = visitor()
    for _ in range(6):
        assert end_of(browser, clever, "/private")[::2] == (200, 1)
    assert browser.get("/finish").headers["Location"] == ("/clever/login" if way == "answered" else "/private")
    assert browser.get("/who").content == (b"nobody" if way == "answered" else b"Ada Ashworth")


def test_a_sign_in_by_password_drops_held_logins(clever: str, decide: Callable[..., None]) -> None:
    users().create_user("paula", password="a password")
    decide(hold)
    browser = visitor()
    log_in(browser, clever)
    answer = browser.get("/by-password?username=paula&password=a+password")
    usual = visitor().get("/by-password?username=paula&password=a+password")
    assert answer.content == usual.content == b"paula"
    assert answer.cookies["sessionid"]["max-age"] == usual.cookies["sessionid"]["max-age"] == 14 * 24 * 60 * 60
    assert browser.session.get_expiry_age() == 14 * 24 * 60 * 60
    assert browser.get("/waiting").content == b"-"
    assert browser.get("/finish").headers["Location"] == "/clever/login"
    assert browser.get("/username").content == b"paula"


def test_a_hook_that_raises_an_http_exception_ends_the_login(clever: str, decide: Callable[..., None]) -> None:
    from django.http import Http404

    def stop(_: ProvenLogin[Any]) -> None:
        raise Http404

    decide(stop)
    browser = visitor()
    answer = log_in(browser, clever)
    assert answer.status_code == 404
    (login,) = [name for name in answer.cookies if "clever_login_" in name]
    (finished,) = [name for name in answer.cookies if "clever_finished_" in name]
    assert [answer.cookies[name]["max-age"] for name in (login, finished)] == [0, 600]
    assert browser.get("/who").content == b"nobody"


@pytest.mark.parametrize("engine", ["db", "signed_cookies"])
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)])
def test_each_held_tab_returns_to_its_own_page(
    clever: str, decide: Callable[..., None], override: Callable[..., None], engine: str, order: tuple[int, ...]
) -> None:
    from clever_sso.django import signed_in
    from harness.browser import Browser
    from running import path_of

    override(SESSION_ENGINE=f"django.contrib.sessions.backends.{engine}")
    keys: list[str] = []
    told: list[Any] = []

    def hold_one(proven: ProvenLogin[Any]) -> Any:
        keys.append(proven.hold())
        return redirect("/waiting")

    def note(**said: Any) -> None:
        told.append(said["user"])

    decide(hold_one)
    browser, pages = visitor(), ["/a", "/b?c=d", "/private"]
    begun = [browser.get(f"/clever/login?next={page}").headers["Location"] for page in pages]
    for location in begun:
        browser.get(path_of(Browser(clever, ADA).callback(location)))
    signed_in.connect(note)
    try:
        ends = [browser.get(f"/finish?key={keys[tab]}").headers["Location"] for tab in order]
    finally:
        signed_in.disconnect(note)
    assert ends == [pages[tab] for tab in order]
    assert len(told) == 1
    assert browser.get("/who").content == b"Ada Ashworth"
    assert browser.get(f"/finish?key={keys[0]}").headers["Location"] == "/clever/login"


def test_a_held_login_says_that_another_tab_has_signed_the_person_in(clever: str, decide: Callable[..., None]) -> None:
    from django.contrib.auth.models import User
    from harness.browser import Browser
    from running import path_of

    keys: list[str] = []

    def hold_one(proven: ProvenLogin[Any]) -> Any:
        keys.append(proven.hold())
        return redirect("/waiting")

    decide(hold_one)
    browser = visitor()
    begun = [browser.get(f"/clever/login?next={page}").headers["Location"] for page in ("/a", "/b")]
    for location in begun:
        browser.get(path_of(Browser(clever, ADA).callback(location)))

    def is_signed_in() -> list[bool]:
        shown = [browser.get(f"/waiting?key={key}").content for key in keys]
        return [each.endswith(b" signed in") for each in shown if each != b"-"]

    assert is_signed_in() == [False, False]
    browser.get(f"/finish?key={keys[0]}")
    assert is_signed_in() == [True]
    # If the person may no longer be signed in, the login must ask again.
    User.objects.update(is_active=False)
    assert is_signed_in() == [False]
    assert browser.get(f"/finish?key={keys[1]}").status_code == 403
    assert browser.get("/who").content == b"nobody"


@pytest.mark.parametrize("when", ["before its turn", "in its turn"])
def test_two_forms_at_the_same_time_sign_in_once(
    clever: str, decide: Callable[..., None], when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide(hold)
    browser = visitor()
    log_in(browser, clever)
    tab, ordinary, waited = tab_of(browser), HeldLogin.of, browser.cookies["sessionid"].value
    looks, seen = iter(range(9)), list[str]()

    def of(session: Any) -> Any:
        found = ordinary(session)
        # This request reads the session twice: once before its turn, and once in its turn.
        if session.session_key == waited and next(looks) == (when == "in its turn"):
            seen.append(tab.get("/finish").headers["Location"])
        return found

    monkeypatch.setattr(HeldLogin, "of", of)
    ends = [browser.get("/finish").headers["Location"], *seen]
    assert ends == ["/clever/login", "/"][:: 1 if when == "before its turn" else -1]


@pytest.fixture
def meanwhile() -> Iterator[Callable[..., None]]:
    """Let something happen once: before the form is processed, or while the person is being signed in."""
    import django_project
    from clever_sso.django import signed_in

    receivers: list[Any] = []

    def at(when: str, happens: Callable[[], object]) -> None:
        left = [happens]

        def once(**_: Any) -> None:
            if left:
                left.pop()()

        if when == "finish":
            django_project.meanwhile.append(once)
        else:
            receivers.append(once)
            signed_in.connect(once)

    yield at
    django_project.meanwhile.clear()
    for each in receivers:
        signed_in.disconnect(each)


def test_hold_keeps_tokens_only_with_keep_tokens(clever: str, decide: Callable[..., None]) -> None:
    from clever_sso.django import signed_in

    told: list[Any] = []

    def note(tokens: Any, identity: Any, **_: Any) -> None:
        told.append((bool(tokens), identity.unverified_email))

    def hold_all(proven: ProvenLogin[Any]) -> Any:
        proven.hold(keep_tokens=True)
        return redirect("/waiting")

    signed_in.connect(note)
    try:
        for hook in (hold, hold_all):
            decide(hook)
            browser = visitor()
            log_in(browser, clever)
            browser.get("/finish")
    finally:
        signed_in.disconnect(note)
    assert told == [(False, None), (True, "ada@emulated.example")]


def test_hold_with_keep_tokens_raises_for_cookie_sessions(
    clever: str, decide: Callable[..., None], override: Callable[..., None]
) -> None:
    def hold_all(proven: ProvenLogin[Any]) -> None:
        with pytest.raises(ValueError, match="sessions on the server"):
            proven.hold(keep_tokens=True)

    decide(hold_all)
    override(SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies")
    assert log_in(visitor(), clever).status_code == 303


def test_missing_tokens_raise_an_error_that_says_what_to_change(clever: str, decide: Callable[..., None]) -> None:
    decide(hold)
    browser = visitor()
    log_in(browser, clever)
    held = HeldLogin.of(browser.session)
    assert held is not None
    for name in ("access_token", "id_token"):
        with pytest.raises(RuntimeError, match="keep_tokens=True"):
            getattr(held.tokens, name)


def test_a_hook_that_calls_hold_and_returns_nothing_signs_no_one_in(clever: str, decide: Callable[..., None]) -> None:
    decide(lambda proven: proven.hold())
    browser = visitor(raise_request_exception=False)
    assert log_in(browser, clever).status_code == 500
    assert browser.get("/who").content == b"nobody"
    assert browser.get("/finish").headers["Location"] == "/clever/login"
    assert nothing_was_written()


@pytest.mark.parametrize("answer", ["<p>no license</p>", True, {"a": 1}], ids=["text", "true", "dict"])
def test_a_hook_that_returns_neither_a_response_nor_none_raises_an_error(
    clever: str, decide: Callable[..., None], answer: object
) -> None:
    decide(lambda _: answer)
    with pytest.raises(TypeError, match="must return a response or None"):
        log_in(visitor(), clever)
    assert nothing_was_written()


@pytest.mark.parametrize("kind", ["refused", "denied"])
def test_a_hook_that_raises_refused_shows_its_sentence_and_signs_no_one_in(
    clever: str, decide: Callable[..., None], kind: str
) -> None:
    from django.core.exceptions import PermissionDenied

    def refuse(_: ProvenLogin[Any]) -> None:
        raise Refused("Your district has no license.") if kind == "refused" else PermissionDenied

    decide(refuse)
    browser = visitor()
    answer = log_in(browser, clever)
    assert (answer.status_code, b"not_admitted" in answer.content) == (403, True)
    assert (b"Your district has no license." in answer.content) == (kind == "refused")
    assert nothing_was_written()


@pytest.mark.parametrize("where", ["BEFORE_SIGN_IN", "PROVISION_USER", "MATCH_USER"])
def test_a_hook_that_raises_its_own_exception_is_logged_with_the_clever_id_only(
    clever: str, override: Callable[..., None], where: str, caplog: pytest.LogCaptureFixture
) -> None:
    from django.http import Http404

    def fail(*_: Any) -> None:
        raise Http404("a-secret")

    override(**{f"CLEVER_{where}": fail})
    browser = visitor()
    assert log_in(browser, clever).status_code == 404
    assert lines_about(ADAS_ID, caplog) == [
        f"login with Clever failed: the application raised Http404 (Clever id {ADAS_ID})"
    ]
    assert browser.get("/who").content == b"nobody"


@pytest.mark.parametrize("is_held", [False, True])
def test_a_redirect_of_the_hook_is_logged_as_on_hold_only_if_it_is_held(
    clever: str, decide: Callable[..., None], is_held: bool, caplog: pytest.LogCaptureFixture
) -> None:
    decide(hold if is_held else lambda _: redirect("/elsewhere"))
    with caplog.at_level(logging.INFO):
        log_in(visitor(), clever)
    assert lines_about(ADAS_ID, caplog) == [
        f"login with Clever on hold: Clever id {ADAS_ID} (student)"
        if is_held
        else f"not signed in with Clever, the application responded with status 302: Clever id {ADAS_ID} (student)"
    ]


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("where", ["before", "provision", "match", "signed_in", "complete_login"])
def test_a_clever_error_in_a_hook_shows_the_error_page(
    clever: str, override: Callable[..., None], where: str, is_async: bool
) -> None:
    from clever_sso import Client
    from running import CLIENT_ID

    down, token = Client(CLIENT_ID, base_url=f"{clever}/s/me-500", timeout=5), "a" * 40

    def ask(*_: Any, **__: Any) -> None:
        down.me(token)

    async def ask_later(*_: Any) -> None:
        await asyncio.to_thread(down.me, token)

    if is_async and where != "before":
        pytest.skip("only the first of the hooks may be async")
    browser, settings = visitor(), {"provision": "CLEVER_PROVISION_USER", "match": "CLEVER_MATCH_USER"}
    override(**{settings.get(where, "CLEVER_BEFORE_SIGN_IN"): ask_later if is_async else ask})
    if where == "complete_login":
        override(CLEVER_BEFORE_SIGN_IN=hold, CLEVER_PROVISION_USER=ask)
        log_in(browser, clever)
    elif where == "signed_in":
        override(CLEVER_BEFORE_SIGN_IN=None)
        signed_in.connect(ask)
    try:
        answer = browser.get("/finish") if where == "complete_login" else log_in(browser, clever)
    finally:
        signed_in.disconnect(ask)
    assert (answer.status_code, b"clever_unavailable" in answer.content) == (503, True)
    assert browser.get("/who").content == b"nobody"
    # A receiver gets the user who is already there.
    assert nothing_was_written() == (where != "signed_in")


def test_a_user_deactivated_while_their_login_is_held_is_refused(
    clever: str, decide: Callable[..., None], identity: Callable[[str], Identity]
) -> None:
    user = authenticate(identity(ADA))
    seen: list[Any] = []

    def hold_known(proven: ProvenLogin[Any]) -> Any:
        seen.append(proven.user)
        return hold(proven)

    decide(hold_known)
    browser = visitor()
    log_in(browser, clever)
    assert seen == [user]
    assert browser.get("/waiting").content.startswith(f"Ada Ashworth {user.username}".encode())
    # The user is deactivated in the meantime.
    user.is_active = False
    user.save()
    assert browser.get("/finish").status_code == 403
    assert browser.get("/who").content == b"nobody"
