"""Links in Django that are crossed by a logout or another user, or whose login restarts, expires or fails."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pytest

pytest.importorskip("django")
from clever_sso import Identity
from django_accounts import OWN, answered, confirmed, link, signed_in_by_password, users, visitor
from django_settings import ADA, accounts

pytestmark = pytest.mark.usefixtures("untouched")


def test_a_link_finished_by_another_user_signs_in_instead_of_linking(
    clever: str, identity: Callable[[str], Identity]
) -> None:
    user, browser = signed_in_by_password()
    begun = browser.post("/clever/link", HTTP_ORIGIN=OWN)
    back = confirmed(clever, ADA, begun)
    browser.force_login(users().create_user("next"), "django.contrib.auth.backends.ModelBackend")
    browser.get(back)
    assert browser.get("/username").content == f"clever_{identity(ADA).id}".encode()
    assert not accounts().exclude(user__username=f"clever_{identity(ADA).id}").exists()
    assert not accounts().filter(user=user).exists()


def test_a_link_whose_login_restarts_is_still_a_link(clever: str) -> None:
    from clever_sso.django import conf

    user, browser = signed_in_by_password()
    spent = confirmed(clever, ADA, browser.post("/clever/link?next=/who", HTTP_ORIGIN=OWN))
    # Another client uses the code first, so the login restarts.
    conf.client().exchange_code(parse_qs(spent)["/clever/callback?code"][0])
    again = browser.get(spent)
    assert "/oauth/authorize" in again.headers["Location"]
    assert answered(browser, browser.get(confirmed(clever, ADA, again))).headers["Location"] == "/who"
    assert accounts().get().user_id == user.pk
    assert browser.get("/username").content == b"paula"


def test_a_logout_while_a_link_is_saved_keeps_the_user_logged_out(clever: str) -> None:
    from clever_sso.django import account_linked

    _, browser = signed_in_by_password()
    tab = visitor()
    tab.cookies["sessionid"] = browser.cookies["sessionid"].value

    def log_out(**_: Any) -> None:
        tab.post("/clever/logout", HTTP_ORIGIN=OWN)

    account_linked.connect(log_out)
    try:
        answer = link(browser, clever)
    finally:
        account_linked.disconnect(log_out)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert browser.get("/username").content == b""
    assert browser.get("/who").content == b"nobody"


def test_a_logout_during_the_request_to_clever_links_no_one(clever: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from clever_sso.django import views

    _, browser = signed_in_by_password()
    tab = visitor()
    tab.cookies["sessionid"] = browser.cookies["sessionid"].value
    ordinary = views.step_of

    def slowly(*said: Any, **more: Any) -> Any:
        tab.post("/clever/logout", HTTP_ORIGIN=OWN)
        return ordinary(*said, **more)

    monkeypatch.setattr(views, "step_of", slowly)
    assert link(browser, clever).headers["Location"] == "/"
    assert browser.get("/username").content == b""
    assert not accounts().exists()


def test_a_link_whose_login_expired_is_still_a_link(clever: str, monkeypatch: pytest.MonkeyPatch) -> None:
    user, browser = signed_in_by_password()
    late = confirmed(clever, ADA, browser.post("/clever/link?next=/who", HTTP_ORIGIN=OWN))
    # The browser has dropped the cookie of the login.
    for name in set(browser.cookies) - {"sessionid"}:
        del browser.cookies[name]
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 11 * 60)
    again = browser.get(late)
    assert "/oauth/authorize" in again.headers["Location"]
    assert "confirmed=false" in again.headers["Location"], "the restarted link must make Clever ask who the person is"
    assert browser.get("/username").content == b"paula"
    assert answered(browser, browser.get(confirmed(clever, ADA, again))).headers["Location"] == "/who"
    assert browser.get("/username").content == b"paula"
    assert (accounts().get().user_id, users().count()) == (user.pk, 1)


@pytest.mark.parametrize(("wanted", "goal"), [("?next=/who", "/who"), ("", "/")])
@pytest.mark.parametrize("fault", ["refused by Clever", "Clever is down"])
def test_a_failed_link_signs_no_one_out_and_shows_a_link_back(
    clever: str, override: Callable[..., None], fault: str, wanted: str, goal: str
) -> None:
    from running import refusal

    _, browser = signed_in_by_password()
    begun = browser.post("/clever/link" + wanted, HTTP_ORIGIN=OWN)
    if fault == "refused by Clever":
        back = "/clever/callback" + refusal(begun.headers["Location"])
    else:
        back = confirmed(clever, ADA, begun)
        override(CLEVER_TOKEN_ENDPOINT="http://127.0.0.1:9/oauth/tokens")
    answer = browser.get(back)
    code = b"access_denied" if fault == "refused by Clever" else b"network"
    assert (answer.status_code >= 400, code in answer.content) == (True, True)
    assert f'<a class="button" href="{goal}">Go back</a>'.encode() in answer.content
    assert b"Log in with Clever" not in answer.content, "a failed link must not end the session"
    assert browser.get("/username").content == b"paula"
