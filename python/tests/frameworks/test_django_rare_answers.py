"""Rare responses to logins in Django, and rare states of a session."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("django")
from clever_sso import Identity
from clever_sso.exceptions import ArgumentError, ConfigError
from django_settings import ADA, accounts, log_in

pytestmark = pytest.mark.usefixtures("untouched")


def user(**fields: object) -> Any:
    from django.contrib.auth.models import User

    return User.objects.create_user("known", **fields)


def visitor() -> Any:
    from django.test import Client

    return Client()


def asked(path: str = "/", **meta: object) -> Any:
    from django.test import RequestFactory

    return RequestFactory().get(path, **meta)


def test_an_error_page_passes_on_retry_after(clever: str, override: Callable[..., None]) -> None:
    override(CLEVER_BASE_URL=f"{clever}/s/tokens-429-retry-after")
    answer = log_in(visitor(), f"{clever}/s/tokens-429-retry-after")
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")


def test_a_person_that_the_backend_does_not_know_is_refused(
    clever: str, override: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    from clever_sso.django import CleverBackend

    monkeypatch.setattr(CleverBackend, "authenticate", lambda *_, **__: None)
    browser = visitor()
    assert log_in(browser, clever).status_code == 403
    assert "_auth_user_id" not in browser.session


def test_without_a_clever_backend_the_error_names_the_setting(override: Callable[..., None]) -> None:
    from clever_sso.django.views import backend

    override(AUTHENTICATION_BACKENDS=["django.contrib.auth.backends.ModelBackend"])
    with pytest.raises(ConfigError, match="AUTHENTICATION_BACKENDS has no backend of Clever's"):
        backend()


def test_a_staff_user_cannot_be_linked_without_allow_staff(identity: Callable[[str], Identity]) -> None:
    from clever_sso.django import Refused
    from clever_sso.django.accounts import check_link

    check_link(user(), identity(ADA))
    with pytest.raises(Refused) as refused:
        check_link(SimpleNamespace(is_staff=True, is_superuser=False), identity(ADA))
    assert "CLEVER_ALLOW_STAFF" in str(refused.value.reason)


def test_a_field_that_the_user_model_lacks_is_not_set() -> None:
    from clever_sso.django.backend import _set

    known = user()
    assert not _set(known, "nickname", "Ada")
    assert _set(known, "first_name", "Ada")
    assert not _set(known, "first_name", "Ada")
    assert not hasattr(known, "nickname")


def test_a_script_gets_401_even_without_our_urls(override: Callable[..., None]) -> None:
    from clever_sso.django.access import told_to_log_in

    assert b"/clever/login" in told_to_log_in().content
    override(ROOT_URLCONF="django.contrib.auth.urls")
    answer = told_to_log_in()
    assert answer.status_code == 401
    assert b"/clever/login" not in answer.content


@pytest.mark.parametrize(
    "changes", [{"user": "0"}, {"ends_at": 0}, {"ends_at": "soon"}, {"identity": None}, {"identity": {}}], ids=str
)
def test_a_waiting_link_with_changed_data_is_ignored(
    changes: dict[str, Any], identity: Callable[[str], Identity]
) -> None:
    from clever_sso._web.copies import IdentityCopy
    from clever_sso.django.links import CONFIRM_KEY, waiting

    request = asked()
    request.user = user()
    kept = {
        "key": "a-key",
        "user": str(request.user.pk),
        "ends_at": time.time() + 600,
        "identity": IdentityCopy.of(identity(ADA)).without_details().to_session(),
        "return_to": "/shelf",
    }
    request.session = {CONFIRM_KEY: kept}
    found = waiting(request)
    assert found is not None
    assert (found.key, found.return_to) == ("a-key", "/shelf")
    request.session = {CONFIRM_KEY: kept | changes}
    assert waiting(request) is None
    del kept["return_to"]
    request.session = {CONFIRM_KEY: kept}
    assert waiting(request) is None


def test_a_link_with_a_refused_next_continues_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from clever_sso.django import conf
    from clever_sso.django.links import _begin

    wanted = []

    class Stern:
        redirect_uris = ("https://app.example/clever/callback",)
        always = False

        def begin_login(self, return_to: str | None, **_: object) -> str:
            wanted.append(return_to)
            if return_to or self.always:
                raise ArgumentError("return_to_unsafe", "return_to_unsafe", "Sorry.", False, "developer")
            return "begun"

    stern = Stern()
    monkeypatch.setattr(conf, "client", lambda: stern)
    assert _begin(asked(), "//elsewhere.example") == "begun"
    assert wanted == ["//elsewhere.example", None]
    stern.always = True
    with pytest.raises(ArgumentError):
        _begin(asked(), None)


def test_error_pages_hide_passwords_from_the_environment(clever: str) -> None:
    from clever_sso.django.middleware import _OF_PROXIES, _leads_to_login

    name = min(_OF_PROXIES)
    answer = visitor().get("/clever/login", **{name: "http://ada:a-secret@proxy.example:3128"})
    assert "a-secret" not in repr(answer.wsgi_request.META[name])
    assert answer.wsgi_request.META[name] == "http://ada:a-secret@proxy.example:3128"
    assert _leads_to_login("/clever/login?next=/")
    assert not _leads_to_login("https://[")


def test_a_redirect_with_headers_that_are_too_long_becomes_a_page() -> None:
    from clever_sso.django import views
    from clever_sso.django.middleware import _fitting
    from django.http import HttpResponseRedirect

    request, address = asked(), "/" + "a" * 9_000
    redirect = HttpResponseRedirect(address)
    redirect.set_cookie("kept", "yes")
    assert _fitting(request, redirect) is redirect
    request.META[views.ASKED] = True
    page = _fitting(request, redirect)
    assert (page.status_code, page.cookies["kept"].value) == (200, "yes")
    assert address in page.content.decode()
    assert "Location" not in page.headers


def test_a_redirect_of_a_project_without_our_urls_is_not_changed(override: Callable[..., None]) -> None:
    from clever_sso.django.middleware import CleverSsoOuterMiddleware
    from django.http import HttpResponseRedirect

    override(ROOT_URLCONF="django.contrib.auth.urls")
    redirect = HttpResponseRedirect("/login/")
    without_loop = vars(CleverSsoOuterMiddleware)["_without_loop"].__func__
    assert without_loop(asked(), redirect) is redirect


def test_a_session_that_is_read_asynchronously_is_checked_once() -> None:
    from clever_sso.django.sessions import look_when_it_is_read

    class Store:
        def load(self) -> dict[str, str]:
            return {"kept": "yes"}

        async def aload(self) -> dict[str, str]:
            return {"kept": "yes"}

    seen: list[Any] = []
    request = asked()
    request.session = Store()
    look_when_it_is_read(request, seen.append)
    assert seen == []
    assert asyncio.run(request.session.aload()) == {"kept": "yes"}
    assert seen == [request]
    look_when_it_is_read(request, seen.append)
    assert seen == [request, request]


def fails(error: Exception) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> Any:
        raise error

    return fail


def test_of_two_simultaneous_links_the_first_one_is_saved(
    identity: Callable[[str], Identity], monkeypatch: pytest.MonkeyPatch
) -> None:
    from clever_sso.django import AlreadyLinked
    from clever_sso.django import accounts as module
    from clever_sso.django.backend import CleverBackend
    from django.db import IntegrityError

    known, ada = user(), identity(ADA)
    monkeypatch.setattr(module, "make_link", fails(IntegrityError()))
    monkeypatch.setattr(module, "check_not_removed", lambda _: None)
    for found, error in [(SimpleNamespace(user=SimpleNamespace(pk=0)), AlreadyLinked), (None, IntegrityError)]:
        links = iter([None, found])
        monkeypatch.setattr(module, "link_of", lambda _, links=links: next(links))
        with pytest.raises(error):
            module.link(known, ada)
    # Any other integrity error must reach the project.
    monkeypatch.setattr(module, "link_of", lambda _: None)
    with pytest.raises(IntegrityError):
        vars(CleverBackend)["_linked"](CleverBackend(), ada)


def test_a_user_model_without_is_active_cannot_be_merged_without_deleting(monkeypatch: pytest.MonkeyPatch) -> None:
    from clever_sso.django import accounts as module
    from django.contrib.auth.models import User

    keep, other = user(), User.objects.create_user("other")
    module.check_merge(keep, other)
    monkeypatch.setattr(module, "_has_field", lambda *_: False)
    module.check_merge(keep, other, delete=True)
    with pytest.raises(ValueError, match="no is_active"):
        module.check_merge(keep, other)


def test_async_code_finds_the_same_user(monkeypatch: pytest.MonkeyPatch) -> None:
    from clever_sso.django import CleverBackend

    backend = CleverBackend()
    monkeypatch.setattr(backend, "get_user", lambda key: f"user {key}")
    assert asyncio.run(backend.aget_user(5)) == "user 5"


def test_a_link_that_fails_shows_the_page_of_the_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    from clever_sso.django import links
    from clever_sso.django.views import _link

    error = ArgumentError("argument_invalid", "argument_invalid: home", "Sorry.", False, "developer")
    request = asked("/clever/link")
    request.user, request.session = user(), {}
    monkeypatch.setattr(links, "_check_that_it_is_there", lambda _: None)
    monkeypatch.setattr(links, "_check_no_owner", fails(error))
    waiting = SimpleNamespace(identity=SimpleNamespace(id="an-id"), return_to="/shelf")
    problem = links.confirm(request, waiting, find=str)
    assert problem is not None
    assert (problem.code, problem.ends_session, problem.clever_id) == ("argument_invalid", False, "an-id")
    monkeypatch.setattr(links, "begin", fails(error))
    answer = _link(request)
    assert answer.status_code == 400
    assert "Sorry." in answer.content.decode()


def test_a_session_deleted_by_another_request_is_no_longer_a_session(monkeypatch: pytest.MonkeyPatch) -> None:
    from clever_sso._web.arrival import LoggedOutError
    from clever_sso._web.identity import SESSION_KEY
    from clever_sso.django import sessions
    from clever_sso.django.views import _let_answer
    from django.contrib.sessions.backends.base import UpdateError
    from django.contrib.sessions.backends.db import SessionStore
    from test_stored_sessions import stored, waiting

    session = SessionStore()
    session.update(waiting("a-key") | stored())
    session.save()
    held, where = sessions.take_held(session, "a-key")
    assert held is not None
    assert where is not None
    session.update(waiting("b-key"))
    session.save()
    save = SessionStore.save
    monkeypatch.setattr(
        SessionStore,
        "save",
        lambda self, must_create=False: save(self, must_create) if must_create else fails(UpdateError())(),
    )
    assert sessions.take_held(SessionStore(session.session_key), "b-key") == (None, None)
    again = SessionStore(session.session_key)
    assert SESSION_KEY in again
    with pytest.raises(LoggedOutError):
        _let_answer(again, "next")


def test_a_user_who_logged_in_with_clever_and_unlinks_is_logged_out(clever: str) -> None:
    from clever_sso.django.accounts import person_of

    known = user(password="a password")
    accounts().create(user=known, issuer=clever, clever_id="64c20b1e8f3a7d0019c4e501")
    browser = visitor()
    log_in(browser, clever)
    assert browser.session["_auth_user_id"] == str(known.pk)
    assert person_of(known.pk) is None
    assert browser.post("/clever/unlink", HTTP_ORIGIN="http://127.0.0.1:9").status_code == 303
    assert "_auth_user_id" not in browser.session
    assert not accounts().exists()
