"""The views, guards, signals and the admin of the Django app."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("django")
from clever_sso import Identity
from django.conf import settings as in_django
from django_settings import (
    ADA,
    GRACE,
    JOSE,
    accounts,
    authenticate,
    be_refused,
    log_in,
)
from running import state_of

OWN = "http://127.0.0.1:9"
pytestmark = pytest.mark.usefixtures("untouched")


def test_signals_report_sign_ins_and_refusals(clever: str) -> None:
    from clever_sso.django import Problem, login_denied, signed_in
    from django.contrib.auth.models import User
    from django.contrib.auth.signals import user_logged_in, user_logged_out
    from django.test import Client as Visitor

    told: list[Any] = []

    def note(sender: Any, signal: Any, **said: Any) -> None:
        told.append((signal, sender, said))

    signals = [signed_in, login_denied, user_logged_in, user_logged_out]
    for signal in signals:
        signal.connect(note)
    try:
        visitor = Visitor()
        log_in(visitor, clever)
        be_refused(visitor)
    finally:
        for signal in signals:
            signal.disconnect(note)
    order = [signal for signal, _, said in told if said.get("user") is not None or "problem" in said]
    assert order == [user_logged_in, signed_in, user_logged_out, login_denied]
    by_signal = {id(signal): (sender, said) for signal, sender, said in told}
    sender, said = by_signal[id(signed_in)]
    assert (sender, said["identity"].name.first, bool(said["tokens"].access_token)) == (User, "Ada", True)
    sender, said = by_signal[id(login_denied)]
    assert (sender, said["problem"].code) == (Problem, "access_denied")


def test_a_receiver_that_raises_blocks_the_sign_in_but_not_the_error_page(
    clever: str, caplog: pytest.LogCaptureFixture
) -> None:
    from clever_sso.django import login_denied, signed_in
    from django.contrib.auth.signals import user_logged_out
    from django.test import Client as Visitor

    def broken(**_: object) -> None:
        raise RuntimeError("a receiver broke")

    visitor = Visitor(raise_request_exception=False)
    log_in(visitor, clever)
    for signal, number in [(signed_in, JOSE), (user_logged_out, JOSE)]:
        log_in(visitor, clever)
        assert visitor.get("/who").content == b"Ada Ashworth"
        signal.connect(broken)
        try:
            assert log_in(visitor, clever, number).status_code == 500
        finally:
            signal.disconnect(broken)
        assert visitor.get("/who").content == b"nobody"
    login_denied.connect(broken)
    try:
        with caplog.at_level(logging.ERROR):
            assert visitor.get("/clever/callback?error=access_denied").status_code == 403
    finally:
        login_denied.disconnect(broken)
    assert "a receiver broke" in caplog.text


def test_logging_out_needs_a_csrf_token_even_without_the_middleware(clever: str, override: Callable[..., None]) -> None:
    from django.test import Client as Visitor

    override(MIDDLEWARE=[name for name in in_django.MIDDLEWARE if "Csrf" not in name])
    visitor = Visitor(enforce_csrf_checks=True)
    log_in(visitor, clever)
    assert visitor.post("/clever/logout").status_code == 403
    assert visitor.get("/who").content == b"Ada Ashworth"


@pytest.mark.parametrize(
    "proof",
    [{"HTTP_SEC_FETCH_SITE": "same-origin"}, {"HTTP_ORIGIN": OWN}],
    ids=["sec_fetch_site", "origin"],
)
@pytest.mark.parametrize("with_middleware", [True, False])
def test_an_older_tab_can_log_out_after_another_tab_has_signed_in(
    clever: str, override: Callable[..., None], proof: dict[str, str], with_middleware: bool
) -> None:
    from django.test import Client as Visitor

    if not with_middleware:
        override(MIDDLEWARE=[name for name in in_django.MIDDLEWARE if "Csrf" not in name])
    visitor = Visitor(enforce_csrf_checks=True)
    log_in(visitor, clever)
    older = visitor.get("/token").content.decode()
    log_in(visitor, clever, JOSE)
    assert visitor.get("/who").content.decode() == "José Núñez"
    form = {"csrfmiddlewaretoken": older}
    # If no header says where the form was, only the token proves it.
    for said in (
        {},
        {"HTTP_ORIGIN": ""},
        {"HTTP_ORIGIN": "https://evil.example"},
        {"HTTP_SEC_FETCH_SITE": "same-site"},
    ):
        assert visitor.post("/clever/logout", form, **said).status_code == 403
        assert visitor.get("/who").content.decode() == "José Núñez"
    assert visitor.post("/clever/logout", form, **proof).status_code == 303
    assert visitor.get("/who").content == b"nobody"


def test_a_slow_page_does_not_restore_the_session_after_a_logout(clever: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import django_project
    from django.test import Client as Visitor

    visitor, other_tab = Visitor(), Visitor()
    log_in(visitor, clever)
    assert visitor.get("/slow").content == b"at last"
    before = visitor.cookies["sessionid"].value
    other_tab.cookies["sessionid"] = before
    monkeypatch.setattr(django_project, "meanwhile", [lambda: other_tab.post("/clever/logout", HTTP_ORIGIN=OWN)])
    late = visitor.get("/slow")
    assert (late.status_code, "sessionid" in late.cookies) == (400, False)
    for visit in (visitor, other_tab):
        visit.cookies["sessionid"] = before
        assert visit.get("/who").content == b"nobody"


def test_role_required_works_on_sync_and_async_views(clever: str) -> None:
    from django.test import Client as Visitor

    for path in ("/staffroom", "/staffroom-later"):
        visitor = Visitor()
        answer = visitor.get(path + "?a=1")
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/clever/login?next={path}%3Fa%3D1")
        log_in(visitor, clever, ADA)
        assert visitor.get(path).status_code == 403
        log_in(visitor, clever, GRACE)
        assert visitor.get(path).content == b"coffee"


def test_a_user_who_logged_in_by_password_has_no_current_identity(clever: str) -> None:
    from django.contrib.auth.models import User
    from django.test import Client as Visitor

    root = User.objects.create_superuser("root", password="a password")
    visitor = Visitor()
    log_in(visitor, clever)
    visitor.force_login(root, "django.contrib.auth.backends.ModelBackend")
    assert visitor.get("/who").content == b"nobody"
    assert visitor.get("/staffroom").status_code == 403


def test_an_error_page_can_be_rendered_for_a_request_without_middleware() -> None:
    from clever_sso.django.access import clever as context
    from django.test import RequestFactory

    assert context(RequestFactory().get("/")) == {"current_identity": None}


def test_the_problem_page_can_be_a_template_of_the_project(override: Callable[..., None]) -> None:
    from django.test import Client as Visitor

    override(CLEVER_PROBLEM_TEMPLATE="problem.html", TEMPLATES=with_folder(Path(__file__).with_name("templates")))
    answer = Visitor().get("/clever/callback?code=a&code=b")
    assert (answer.status_code, answer.content.strip()) == (400, b"callback_duplicate /clever/login")
    assert answer.headers["Cache-Control"] == "no-store"


def with_folder(folder: Path) -> list[dict[str, Any]]:
    return [{**in_django.TEMPLATES[0], "DIRS": [folder]}]


@pytest.mark.parametrize(
    ("settings", "after_login", "after_logout"),
    [
        ({}, "/", "/"),
        ({"LOGIN_REDIRECT_URL": "who", "LOGOUT_REDIRECT_URL": "/bye"}, "/who", "/bye"),
        ({"LOGIN_REDIRECT_URL": "/me", "CLEVER_AFTER_LOGIN": "who", "CLEVER_AFTER_LOGOUT": "/gone"}, "/who", "/gone"),
    ],
)
def test_people_are_redirected_to_the_pages_in_the_settings(
    clever: str, override: Callable[..., None], settings: dict[str, str], after_login: str, after_logout: str
) -> None:
    from django.test import Client as Visitor

    override(**settings)
    visitor = Visitor()
    assert log_in(visitor, clever).headers["Location"] == after_login
    assert visitor.post("/clever/logout").headers["Location"] == after_logout


def test_the_admin_shows_accounts_and_lets_no_one_edit_them(
    identity: Callable[[str], Identity],
) -> None:
    from django.contrib.auth.models import User
    from django.test import Client as Visitor

    authenticate(identity(JOSE))
    visitor = Visitor()
    visitor.force_login(User.objects.create_superuser("root"), "django.contrib.auth.backends.ModelBackend")
    listed = visitor.get("/admin/clever_sso/cleveraccount/", {"q": identity(JOSE).id})
    assert identity(JOSE).id in listed.content.decode()
    page = visitor.get(f"/admin/clever_sso/cleveraccount/{accounts().get().pk}/change/").content.decode()
    assert 'name="clever_id"' not in page
    assert identity(JOSE).id in page
    assert visitor.get("/admin/clever_sso/cleveraccount/add/").status_code == 403
    assert visitor.post(f"/admin/clever_sso/cleveraccount/{accounts().get().pk}/change/").status_code == 403
    deleted = visitor.post(f"/admin/clever_sso/cleveraccount/{accounts().get().pk}/delete/", {"post": "yes"})
    assert (deleted.status_code, accounts().count()) == (302, 0)


@pytest.mark.parametrize("seconds", [None, 600])
def test_a_session_expires_after_its_own_time_limit(
    clever: str, override: Callable[..., None], monkeypatch: pytest.MonkeyPatch, seconds: int | None
) -> None:
    from django.test import Client as Visitor

    override(CLEVER_SESSION_SECONDS=seconds)
    visitor = Visitor()
    log_in(visitor, clever)
    key = visitor.session.session_key
    now = time.time()
    lasts = seconds or 12 * 3600
    monkeypatch.setattr("clever_sso._web.identity.time.time", lambda: now + lasts - 60)
    assert visitor.get("/who").content == b"Ada Ashworth"
    monkeypatch.setattr("clever_sso._web.identity.time.time", lambda: now + lasts + 60)
    # Django itself responds the same way.
    assert visitor.get("/username").content == b""
    assert not visitor.session.exists(key)


def test_a_logout_during_a_login_keeps_the_person_logged_out(clever: str) -> None:
    from clever_sso.django import signed_in
    from django.test import Client as Visitor

    visitor, tab = Visitor(), Visitor()
    nobody = visitor.get("/who").content
    log_in(visitor, clever)
    tab.cookies["sessionid"] = visitor.cookies["sessionid"].value

    def log_out(sender: Any, **_: Any) -> None:
        assert tab.post("/clever/logout").status_code == 303

    signed_in.connect(log_out)
    try:
        answer = log_in(visitor, clever)
    finally:
        signed_in.disconnect(log_out)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert visitor.get("/who").content == nobody
    assert not [name for name, cookie in visitor.cookies.items() if "signed_in" in name and cookie["max-age"] != 0]
    log_in(visitor, clever)
    assert visitor.get("/who").content != nobody


@pytest.mark.parametrize("end", ["again", "refused", "other", "log out", "denied"])
def test_a_replaced_session_stays_valid_for_a_minute_only_for_the_same_person(
    clever: str, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    from clever_sso.django import signed_in
    from django.core.exceptions import PermissionDenied
    from django.test import Client as Visitor

    def refuse(sender: Any, **_: Any) -> None:
        raise PermissionDenied

    def who(visitor: Any) -> str:
        return str(visitor.get("/who").content.decode())

    visitor, tab = Visitor(), Visitor(raise_request_exception=False)
    log_in(visitor, clever)
    name = who(visitor)
    before = visitor.cookies["sessionid"].value
    tab.cookies["sessionid"] = before
    nobody = who(Visitor())
    if end == "refused":
        signed_in.connect(refuse)
    if end in {"log out", "denied"}:
        log_in(visitor, clever)
        log_in(visitor, clever)
        assert who(tab) == name
    try:
        if end == "log out":
            visitor.post("/clever/logout")
        elif end == "denied":
            be_refused(visitor)
        else:
            log_in(visitor, clever, JOSE if end == "other" else ADA)
    finally:
        signed_in.disconnect(refuse)
    assert visitor.cookies["sessionid"].value != before
    assert who(tab) == (name if end == "again" else nobody)
    now = time.time()
    monkeypatch.setattr("clever_sso._web.identity.time.time", lambda: now + 61)
    assert who(tab) == nobody
    assert (who(visitor) == nobody) == (end not in {"again", "other"})


def test_a_logout_ends_every_session_that_was_replaced(clever: str) -> None:
    from django.test import Client as Visitor

    visitor, seen = Visitor(), []
    for _ in range(20):
        log_in(visitor, clever)
        assert visitor.get("/who").content == b"Ada Ashworth"
        seen.append(visitor.cookies["sessionid"].value)
    tab = Visitor()
    tab.cookies["sessionid"] = seen[-2]
    assert tab.get("/who").content == b"Ada Ashworth"
    visitor.post("/clever/logout", HTTP_ORIGIN=OWN)
    for each in seen:
        tab.cookies["sessionid"] = each
        assert tab.get("/who").content == b"nobody"


@pytest.mark.parametrize("of", ["the first", "the second"])
def test_a_logout_ends_both_sessions_of_two_tabs_that_replaced_one_session(clever: str, of: str) -> None:
    from django.test import Client as Visitor
    from harness.browser import Browser
    from running import path_of

    visitor = Visitor()
    log_in(visitor, clever)
    visitor.get("/who")
    begun = [visitor.get("/clever/login").headers["Location"] for _ in range(2)]
    first, second = [path_of(Browser(clever, ADA).callback(each)) for each in begun]
    tab = Visitor()
    tab.cookies = visitor.cookies.copy()
    tab.get(first)
    visitor.get(second)
    assert tab.get("/who").content == visitor.get("/who").content == b"Ada Ashworth"
    (tab if of == "the first" else visitor).post("/clever/logout", HTTP_ORIGIN=OWN)
    assert tab.get("/who").content == visitor.get("/who").content == b"nobody"


def test_the_middleware_is_added_without_a_setting_and_only_once() -> None:
    assert in_django.MIDDLEWARE.count("clever_sso.django.middleware.CleverSsoMiddleware") == 1


def test_a_session_by_password_lasts_as_long_as_django_says(clever: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.contrib.auth.models import User
    from django.test import Client as Visitor

    visitor = Visitor()
    visitor.force_login(User.objects.create_user("paula"), "django.contrib.auth.backends.ModelBackend")
    now = time.time()
    monkeypatch.setattr("clever_sso._web.identity.time.time", lambda: now + 13 * 3600)
    assert visitor.get("/username").content == b"paula"


SEEN: list[str] = []


def tenant(get_response: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A middleware as projects write it: looks up the tenant of the request's user for every view."""

    def looked_up(request: Any) -> Any:
        SEEN.append(request.user.get_username())
        return get_response(request)

    return looked_up


def test_a_middleware_after_ours_sees_no_expired_person(
    clever: str, override: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.test import Client as Visitor

    ours = "clever_sso.django.middleware.CleverSsoMiddleware"
    others = [name for name in in_django.MIDDLEWARE if name != ours]
    after = others.index("django.contrib.auth.middleware.AuthenticationMiddleware") + 1
    override(MIDDLEWARE=[*others[:after], ours, "test_django_views.tenant", *others[after:]])
    visitor = Visitor()
    log_in(visitor, clever)
    SEEN.clear()
    assert visitor.get("/who").content == b"Ada Ashworth"
    assert len(SEEN) == 1
    assert SEEN[0].startswith("clever_")
    now = time.time()
    monkeypatch.setattr("clever_sso._web.identity.time.time", lambda: now + 13 * 3600)
    assert visitor.get("/who").content == b"nobody"
    assert SEEN[1:] == [""]


def test_a_guard_around_the_whole_site_still_lets_people_log_in(clever: str, override: Callable[..., None]) -> None:
    import django
    from django.test import Client as Visitor

    if django.VERSION < (5, 1):
        pytest.skip("LoginRequiredMiddleware came with Django 5.1")
    override(MIDDLEWARE=[*in_django.MIDDLEWARE, "django.contrib.auth.middleware.LoginRequiredMiddleware"])
    visitor = Visitor()
    assert visitor.get("/who").headers["Location"] == "/clever/login?next=/who"
    told = visitor.get("/clever/whoami")
    assert (told.status_code, told.headers["Content-Type"]) == (401, "application/json")
    assert log_in(visitor, clever).headers["Location"] == "/"
    assert visitor.get("/who").content == b"Ada Ashworth"
    assert visitor.post("/clever/logout").status_code == 303


def guard(get_response: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A guard as projects write it: lets signed-in people pass, and everyone to the login page."""
    from django.http import HttpResponse, HttpResponseRedirect

    def guarded(request: Any) -> Any:
        if request.user.is_authenticated or request.path == "/who":
            return get_response(request)
        if request.path == "/clever/logout":
            return HttpResponse(status=403)
        target = {"/clever/login": "/who", "/clever/callback": "/clever/login"}[request.path]
        return HttpResponseRedirect(f"{target}?next={request.get_full_path()}")

    return guarded


@pytest.mark.parametrize("path", ["/clever/login", "/clever/callback?code=a&state=b"])
def test_a_guard_that_blocks_the_login_is_named_instead_of_a_redirect_loop(
    override: Callable[..., None], caplog: pytest.LogCaptureFixture, path: str
) -> None:
    from django.test import Client as Visitor

    override(MIDDLEWARE=[*in_django.MIDDLEWARE[:-1], "test_django_views.guard", in_django.MIDDLEWARE[-1]])
    answer = Visitor().get(path)
    assert (answer.status_code, b"config_invalid" in answer.content) == (500, True)
    assert "a middleware responded instead of the login" in caplog.text


def test_views_have_the_attributes_that_other_guards_check() -> None:
    from clever_sso.django import views

    for view in (views.login, views.callback, views.logout, views.whoami, views.confirm_link):
        marks = [getattr(view, name) for name in ("login_required", "login_exempt", "STRONGHOLD_IS_PUBLIC")]
        assert marks == [False, True, True]


@pytest.mark.parametrize(
    ("uri", "path", "words"),
    [
        ("/school/clever/callback", "/school/clever/callback", "where the application has no page"),
        ("/clever/callback", "/school/clever/callback", "a proxy adds /school"),
    ],
)
def test_a_prefix_that_the_framework_does_not_know_is_named_in_the_log(
    override: Callable[..., None], caplog: pytest.LogCaptureFixture, uri: str, path: str, words: str
) -> None:
    from django.test import Client as Visitor

    override(CLEVER_REDIRECT_URI=f"http://127.0.0.1:9{uri}")
    visitor = Visitor()
    state = state_of(visitor.get("/clever/login").headers["Location"])
    answer = visitor.get(f"{path}?code=a&state={state}")
    assert (answer.status_code, b"config_invalid" in answer.content) == (500, True)
    assert words in caplog.text
    assert Visitor().get(path).status_code == 404
    assert Visitor().get("/elsewhere?code=a").status_code == 404


def test_a_login_below_an_unknown_prefix_is_named_in_the_log(
    override: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    from django.test import Client as Visitor

    override(CLEVER_REDIRECT_URI="http://127.0.0.1:9/school/clever/callback")
    assert Visitor().get("/school/clever/login").status_code == 500
    assert "does not know about the prefix /school" in caplog.text
    assert Visitor().get("/elsewhere/clever/login").status_code == 404


@pytest.mark.parametrize("is_async", [False, True])
def test_a_prefix_from_the_redirect_uri_is_in_every_url(override: Callable[..., None], is_async: bool) -> None:
    from asgiref.sync import async_to_sync
    from django.test import AsyncClient as AsyncVisitor
    from django.test import Client as Visitor

    override(CLEVER_REDIRECT_URI="http://127.0.0.1:9/school/clever/callback")

    async def get_async(path: str) -> Any:
        return await AsyncVisitor().get(path)

    get: Callable[..., Any] = async_to_sync(get_async) if is_async else Visitor().get
    location = get("/staffroom?a=1").headers["Location"]
    assert location == "/school/clever/login?next=/school/staffroom%3Fa%3D1"
    assert b'href="/school/clever/login">' in get("/clever/callback?code=a&code=b").content


def test_a_prefix_that_the_framework_knows_needs_no_setting(override: Callable[..., None]) -> None:
    from django.test import Client as Visitor

    override(CLEVER_REDIRECT_URI="http://127.0.0.1:9/school/clever/callback")
    # As behind a proxy: the server passes the prefix.
    answer = Visitor().get("/clever/callback?code=a", SCRIPT_NAME="/school")
    assert answer.status_code == 303


def test_the_log_names_another_view_that_responds_to_a_callback(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clever_sso.django import middleware, views
    from django.http import HttpResponse
    from django.test import Client as Visitor
    from django.test import override_settings
    from django.urls import clear_url_caches, include, path

    def old(request: Any) -> HttpResponse:
        return HttpResponse("the old callback", status=int(request.GET.get("status", "200")))

    def wrapped(request: Any) -> HttpResponse:
        return views.callback(request)

    monkeypatch.setattr(middleware, "_TOLD", set())
    for view, told in (old, 1), (wrapped, 0):
        caplog.clear()
        urls = ModuleType("urls_with_another_view")
        urls.urlpatterns = [path("clever/callback", view), path("clever/", include("clever_sso.django.urls"))]  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, urls.__name__, urls)
        with override_settings(ROOT_URLCONF=urls.__name__):
            clear_url_caches()
            for query in ("", "?code=c&status=429", "?code=c&state=s", "?code=c"):
                Visitor().get(f"/clever/callback{query}")
        clear_url_caches()
        lines = [line for line in caplog.messages if "responded to a callback" in line]
        assert len(lines) == told
        assert all("old" in line and "/clever/callback, so no one can log in" in line for line in lines)
