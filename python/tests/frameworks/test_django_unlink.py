"""Links that end in Django: users who unlink, deleted links, deleted users."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("django")
from clever_sso import Identity
from django_accounts import OWN, link, signed_in_by_password, users, visitor
from django_settings import ADA, JOSE, accounts, authenticate, log_in

pytestmark = pytest.mark.usefixtures("untouched")


def test_a_user_with_a_password_can_unlink_and_keeps_it(clever: str, identity: Callable[[str], Identity]) -> None:
    from clever_sso.django import account_unlinked

    told: list[str] = []

    def note(**said: Any) -> None:
        told.append(said["account"].clever_id)

    user, browser = signed_in_by_password()
    link(browser, clever)
    by_clever = visitor()
    log_in(by_clever, clever, ADA)
    account_unlinked.connect(note)
    try:
        assert browser.post("/clever/unlink", HTTP_ORIGIN=OWN).status_code == 303
    finally:
        account_unlinked.disconnect(note)
    assert told == [identity(ADA).id]
    assert accounts().count() == 0
    assert browser.get("/username").content == b"paula"
    assert by_clever.get("/username").content == b"", "the session that began with Clever must end"
    log_in(by_clever, clever, ADA)
    assert by_clever.get("/username").content != b"paula"
    assert user.check_password("a password")


@pytest.mark.parametrize(
    ("wanted", "goal"),
    [("/account", "/account"), ("https://evil.example/", "/"), ("//evil.example", "/"), ("/\\evil.example", "/")],
)
def test_an_unlink_redirects_only_to_a_page_of_the_site(wanted: str, goal: str) -> None:
    _, browser = signed_in_by_password()
    answer = browser.post(f"/clever/unlink?next={wanted}", HTTP_ORIGIN=OWN)
    assert (answer.status_code, answer.headers["Location"]) == (303, goal)


def test_a_user_without_a_password_cannot_unlink(clever: str) -> None:
    browser = visitor()
    log_in(browser, clever, ADA)
    answer = browser.post("/clever/unlink", HTTP_ORIGIN=OWN)
    assert (answer.status_code, b"set a password first" in answer.content) == (403, True)
    assert accounts().count() == 1
    assert browser.get("/who").content == b"Ada Ashworth"


@pytest.mark.parametrize("setting", ["new", "refuse"])
def test_a_deleted_link_ends_the_session_and_the_next_login_is_as_configured(
    clever: str, override: Callable[..., None], identity: Callable[[str], Identity], setting: str
) -> None:
    from clever_sso.django.models import RemovedAccount

    override(CLEVER_AFTER_UNLINK=setting)
    browser = visitor()
    log_in(browser, clever, ADA)
    first = users().get()
    accounts().all().delete()
    assert browser.get("/who").content == b"nobody"
    assert browser.get("/username").content == b""
    answer = log_in(browser, clever, ADA)
    if setting == "new":
        assert answer.status_code == 303
        assert accounts().get().user_id != first.pk
        return
    assert (answer.status_code, b"was removed from this app" in answer.content) == (403, True)
    assert accounts().count() == 0
    RemovedAccount.objects.all().delete()
    assert log_in(browser, clever, ADA).status_code == 303
    assert accounts().get().clever_id == identity(ADA).id


def test_an_unlinked_person_is_not_matched_again(
    clever: str, override: Callable[..., None], identity: Callable[[str], Identity]
) -> None:
    old = users().create_user("old")
    override(CLEVER_MATCH_USER=lambda _: old)
    assert authenticate(identity(ADA)) == old
    accounts().all().delete()
    browser = visitor()
    log_in(browser, clever, ADA)
    assert browser.get("/username").content == f"clever_{identity(ADA).id}".encode()
    assert not accounts().filter(user=old).exists()


@pytest.mark.parametrize("how", ["class", "function"])
def test_an_unlinked_person_is_not_matched_again_by_a_backend_of_the_project(
    clever: str,
    override: Callable[..., None],
    identity: Callable[[str], Identity],
    monkeypatch: pytest.MonkeyPatch,
    how: str,
) -> None:
    import django_project
    from clever_sso.django import CleverBackend

    old = users().create_user("old")

    class Matching(CleverBackend):
        def match(self, identity: Identity) -> Any:
            return old if identity.id else None

    # Django also takes a function that makes the backend.
    backend = Matching if how == "class" else lambda: Matching()  # noqa: PLW0108  (a class would be the other case)
    monkeypatch.setattr(django_project, "Matching", backend, raising=False)
    override(AUTHENTICATION_BACKENDS=["django_project.Matching", "django.contrib.auth.backends.ModelBackend"])
    assert authenticate(identity(ADA)) == old
    accounts().all().delete()
    browser = visitor()
    log_in(browser, clever, ADA)
    assert browser.get("/username").content == f"clever_{identity(ADA).id}".encode()
    assert not accounts().filter(user=old).exists()


def test_a_removed_person_is_refused_before_the_hook_is_called(clever: str, override: Callable[..., None]) -> None:
    asked: list[Any] = []
    override(CLEVER_AFTER_UNLINK="refuse", CLEVER_BEFORE_SIGN_IN=asked.append)
    log_in(visitor(), clever, ADA)
    assert len(asked) == 1
    accounts().all().delete()
    assert log_in(visitor(), clever, ADA).status_code == 403
    assert len(asked) == 1


def test_with_two_links_only_the_session_of_the_deleted_one_ends(
    clever: str, identity: Callable[[str], Identity]
) -> None:
    from clever_sso.django import link as link_to
    from clever_sso.django import unlink

    user = authenticate(identity(ADA))
    link_to(user, identity(JOSE))
    ada, jose = visitor(), visitor()
    log_in(ada, clever, ADA)
    log_in(jose, clever, JOSE)
    assert ada.get("/username").content == jose.get("/username").content == user.username.encode()
    assert unlink(user, accounts().get(clever_id=identity(JOSE).id)) == 1
    assert ada.get("/username").content == user.username.encode()
    assert jose.get("/username").content == b""


def test_deleting_a_user_records_the_deleted_link(
    identity: Callable[[str], Identity], override: Callable[..., None]
) -> None:
    override(CLEVER_AFTER_UNLINK="refuse")
    authenticate(identity(ADA)).delete()
    assert authenticate_or_refused(identity(ADA)) == "Your account was removed from this app."


def authenticate_or_refused(who: Identity) -> Any:
    from clever_sso.django import Refused

    try:
        return authenticate(who)
    except Refused as refused:
        return refused.sentence.partition(" Please")[0]
