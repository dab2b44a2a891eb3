"""Staff and superusers in Django: when they can sign in and link a Clever account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("django")
from clever_sso import Identity
from django_accounts import OWN, known_by, signed_in_by_password, users, visitor
from django_settings import GRACE, accounts, authenticate
from harness.browser import Browser
from running import path_of

pytestmark = pytest.mark.usefixtures("untouched")


@pytest.mark.parametrize("flag", ["is_staff", "is_superuser"])
@pytest.mark.parametrize(
    ("allowed", "by_admin", "status"), [(False, False, 403), (True, False, 303), (True, True, 403)]
)
def test_staff_can_sign_in_only_with_allow_staff_and_never_through_an_administrator_at_clever(  # noqa: PLR0913, PLR0917  (they are fixtures and parameters)
    clever: str,
    override: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
    flag: str,
    allowed: bool,
    by_admin: bool,
    status: int,
) -> None:
    asked: list[Any] = []
    override(CLEVER_ALLOW_STAFF=allowed, CLEVER_BEFORE_SIGN_IN=asked.append)
    user = known_by(clever, "64c20b1e8f3a7d0019c4e601")
    setattr(user, flag, True)
    user.save()
    browser = visitor()
    begun = browser.get("/clever/login")
    back = path_of(Browser(clever, GRACE).callback(begun.headers["Location"]))
    answer = browser.get(back + ("&loginas_by_admin=true" if by_admin else ""))
    assert answer.status_code == status
    assert len(asked) == (status == 303), "a second factor is not asked of someone who is refused anyway"
    assert (browser.get("/username").content == b"known") == (status == 303)
    if status == 403:
        assert b"Please log in with your password" in answer.content
        assert "Clever id 64c20b1e8f3a7d0019c4e601" in caplog.text
        assert "staff or a superuser" in caplog.text
        assert authenticate_quietly(answer) is None


@pytest.mark.parametrize("flag", ["is_staff", "is_superuser"])
@pytest.mark.parametrize(
    ("allowed", "by_admin", "stays"), [(False, False, False), (True, False, True), (True, True, False)]
)
def test_a_session_ends_when_its_user_becomes_staff(  # noqa: PLR0913, PLR0917  (as above)
    clever: str, override: Callable[..., None], flag: str, allowed: bool, by_admin: bool, stays: bool
) -> None:
    user = known_by(clever, "64c20b1e8f3a7d0019c4e601")
    browser = visitor()
    begun = browser.get("/clever/login")
    back = path_of(Browser(clever, GRACE).callback(begun.headers["Location"]))
    browser.get(back + ("&loginas_by_admin=true" if by_admin else ""))
    assert browser.get("/username").content == b"known"
    override(CLEVER_ALLOW_STAFF=allowed)
    setattr(user, flag, True)
    user.save()
    assert (browser.get("/username").content == b"known") == stays
    assert browser.get("/clever/whoami").status_code == (200 if stays else 401)


def authenticate_quietly(answer: Any) -> Any:
    """No one is signed in on the request of this response."""
    return None if not answer.wsgi_request.user.is_authenticated else answer.wsgi_request.user


def test_a_provision_hook_that_makes_a_user_staff_signs_no_one_in(
    identity: Callable[[str], Identity], override: Callable[..., None]
) -> None:
    def promote(user: Any, _identity: Identity, _created: bool) -> None:
        user.is_staff = True
        user.save()

    override(CLEVER_PROVISION_USER=promote)
    assert authenticate(identity(GRACE)) is None
    assert users().count() == 0


@pytest.mark.parametrize("allowed", [False, True])
def test_staff_can_link_only_with_allow_staff(clever: str, override: Callable[..., None], allowed: bool) -> None:
    override(CLEVER_ALLOW_STAFF=allowed)
    _, browser = signed_in_by_password(is_staff=True)
    begun = browser.post("/clever/link", HTTP_ORIGIN=OWN)
    assert begun.status_code == (303 if allowed else 403)
    assert browser.get("/username").content == b"paula"
    assert accounts().count() == 0
