"""Links in Django: a signed-in user adds their Clever account, and confirms it."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("django")
from clever_sso import Identity
from django_accounts import OWN, answered, confirmed, link, signed_in_by_password, users, visitor
from django_settings import ADA, GRACE, accounts, authenticate, log_in

pytestmark = pytest.mark.usefixtures("untouched")


def test_a_signed_in_person_links_their_clever_account(clever: str, identity: Callable[[str], Identity]) -> None:
    from clever_sso.django import account_linked

    told: list[Any] = []

    def note(**said: Any) -> None:
        told.append((said["user"].get_username(), said["account"].clever_id))

    account_linked.connect(note)
    user, browser = signed_in_by_password()
    key = browser.session.session_key
    try:
        answer = link(browser, clever)
    finally:
        account_linked.disconnect(note)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/who")
    assert told == [("paula", identity(ADA).id)]
    assert browser.get("/username").content == b"paula"
    assert browser.session.session_key != key
    assert users().count() == 1
    # From now on, both are the same user.
    other = visitor()
    log_in(other, clever, ADA)
    assert other.get("/username").content == b"paula"
    assert accounts().get().user_id == user.pk


def test_no_link_is_saved_before_the_user_confirms_it(clever: str) -> None:
    _, browser = signed_in_by_password()
    asked = browser.get(confirmed(clever, GRACE, browser.post("/clever/link?next=/who", HTTP_ORIGIN=OWN)))
    assert (asked.status_code, asked.headers["Location"]) == (303, "/clever/link/confirm")
    page = browser.get("/clever/link/confirm")
    assert b"Grace Okafor (teacher)</strong> to this account (<strong>paula" in page.content
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert not accounts().exists()
    form = dict(re.findall(r'name="(\w+)" value="([^"]+)"', page.content.decode()))
    yes = {"key": form["key"], "answer": "yes"}
    path = "/clever/link/confirm"
    # Another site, a form without the token, and a stale key link nothing.
    assert browser.post(path, yes, HTTP_ORIGIN="https://evil.example").status_code == 403
    assert browser.post(path, yes).status_code == 403
    assert browser.post(path, {**yes, "key": "another"}, HTTP_ORIGIN=OWN).headers["Location"] == "/"
    assert not accounts().exists()
    # "Not you?" forgets the person.
    no = answered(browser, asked, "no")
    assert (no.status_code, no.headers["Location"]) == (303, "/who")
    assert browser.post(path, yes, HTTP_ORIGIN=OWN).headers["Location"] == "/"
    assert browser.get(path).headers["Location"] == "/"
    assert not accounts().exists()


def test_a_person_who_became_another_user_in_the_meantime_is_not_linked(
    clever: str, override: Callable[..., None]
) -> None:
    matched: list[Any] = []
    override(CLEVER_MATCH_USER=lambda _: matched[0] if matched else None)
    _, browser = signed_in_by_password()
    asked = browser.get(confirmed(clever, GRACE, browser.post("/clever/link?next=/who", HTTP_ORIGIN=OWN)))
    matched.append(users().create_user("grace"))
    refused = answered(browser, asked)
    assert refused.status_code == 403
    assert b"is already used with another account" in refused.content
    assert b'href="/who"' in refused.content
    assert not accounts().exists()
    # The link is gone: a second answer links nothing either, and the user stays signed in.
    assert browser.get("/clever/link/confirm").headers["Location"] == "/"
    assert browser.get("/username").content == b"paula"


def test_a_waiting_link_belongs_to_its_user_and_expires(clever: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _, browser = signed_in_by_password()
    path, now = "/clever/link/confirm", time.time()
    browser.get(confirmed(clever, ADA, browser.post("/clever/link", HTTP_ORIGIN=OWN)))
    other = users().create_user("other")
    assert browser.get(path).status_code == 200
    with monkeypatch.context() as later:
        later.setattr(time, "time", lambda: now + 11 * 60)
        assert browser.get(path).headers["Location"] == "/"
    kept = browser.session["clever_sso_link_to_confirm"]
    browser.force_login(other, "django.contrib.auth.backends.ModelBackend")
    session = browser.session
    session["clever_sso_link_to_confirm"] = kept
    session.save()
    assert browser.get(path).headers["Location"] == "/"
    assert visitor().get(path).headers["Location"] == "/"


def test_the_link_page_can_be_a_template_of_the_application(clever: str, override: Callable[..., None]) -> None:
    override(
        CLEVER_LINK_TEMPLATE="ask.html",
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "loaders": [
                        (
                            "django.template.loaders.locmem.Loader",
                            {"ask.html": "{{ name }}/{{ role }}/{{ identity.id }}/{{ confirm_url }}/{{ key }}"},
                        )
                    ]
                },
            }
        ],
    )
    _, browser = signed_in_by_password()
    browser.get(confirmed(clever, GRACE, browser.post("/clever/link", HTTP_ORIGIN=OWN)))
    page = browser.get("/clever/link/confirm")
    assert page.content.startswith(b"Grace Okafor/teacher/")
    assert page.headers["X-Frame-Options"] == "DENY"
    key = page.content.decode().rpartition("/")[2]
    browser.post("/clever/link/confirm", {"key": key, "answer": "yes"}, HTTP_ORIGIN=OWN)
    assert accounts().get().user.username == "paula"


@pytest.mark.parametrize("says", ["response", "refusal", "error", "exception", "nothing"])
def test_before_sign_in_also_decides_about_links(
    clever: str, override: Callable[..., None], says: str, caplog: pytest.LogCaptureFixture
) -> None:
    from clever_sso.django import Refused
    from django.http import Http404, HttpResponse

    asked: list[Any] = []

    def decide(proven: Any) -> Any:
        asked.append((proven.link_to.get_username(), proven.user, proven.request.user.get_username()))
        if says == "refusal":
            raise Refused("No license.")
        if says == "error":
            proven.client.user("no token", "no id")
        if says == "exception":
            raise Http404
        return HttpResponse("no license", status=402) if says == "response" else None

    override(CLEVER_BEFORE_SIGN_IN=decide)
    _, browser = signed_in_by_password()
    with caplog.at_level(logging.INFO, "clever_sso.django"):
        answer = browser.get(confirmed(clever, ADA, browser.post("/clever/link?next=/account", HTTP_ORIGIN=OWN)))
    lines = [record.getMessage() for record in caplog.records if "64c20b1e8f3a7d0019c4e501" in record.getMessage()]
    begins = {
        "response": ["not linked with Clever, the application responded with status 402: "],
        "refusal": ["login with Clever failed: link_refused: "],
        "error": ["login with Clever failed: "],
        "exception": ["login with Clever failed: the application raised Http404 "],
        "nothing": [],
    }[says]
    assert [line.startswith(begin) for line, begin in zip(lines, begins)] == [True] * len(begins), lines
    assert len(lines) == len(begins)
    assert asked == [("paula", None, "paula")]
    assert browser.get("/username").content == b"paula"
    assert not accounts().exists()
    if says == "response":
        assert (answer.status_code, answer.content) == (402, b"no license")
    elif says == "refusal":
        assert (answer.status_code, b"No license." in answer.content) == (403, True)
        assert b'href="/account"' in answer.content, "the page has no link back"
    elif says in {"error", "exception"}:
        assert answer.status_code >= 400
    else:
        answered(browser, answer)
        assert accounts().get().user.username == "paula"
    if says != "nothing":
        assert browser.get("/clever/link/confirm").headers["Location"] == "/"


def test_hold_raises_for_a_link(clever: str, override: Callable[..., None]) -> None:
    def hold(proven: Any) -> None:
        proven.hold()

    override(CLEVER_BEFORE_SIGN_IN=hold)
    _, browser = signed_in_by_password()
    with pytest.raises(ValueError, match="link_to"):
        browser.get(confirmed(clever, ADA, browser.post("/clever/link", HTTP_ORIGIN=OWN)))
    assert browser.get("/username").content == b"paula"


def test_a_user_can_be_linked_to_only_one_person(clever: str, identity: Callable[[str], Identity]) -> None:
    _, browser = signed_in_by_password()
    link(browser, clever)
    again = link(browser, clever)
    assert (again.status_code, again.headers["Location"]) == (303, "/who")
    answer = link(browser, clever, GRACE)
    assert (answer.status_code, b"another person at Clever" in answer.content) == (403, True)
    assert accounts().get().clever_id == identity(ADA).id


def test_a_link_makes_clever_ask_who_the_person_is(clever: str) -> None:
    _, browser = signed_in_by_password()
    ordinary = browser.get("/clever/login?switch_user=1").headers["Location"]
    asked = browser.post("/clever/link", HTTP_ORIGIN=OWN).headers["Location"]
    parameter = "confirmed=false"
    assert (parameter in ordinary, parameter in asked) == (True, True)


def test_a_person_can_be_linked_to_only_one_user(clever: str, identity: Callable[[str], Identity]) -> None:
    owner = authenticate(identity(ADA))
    _, browser = signed_in_by_password()
    answer = link(browser, clever)
    assert (answer.status_code, b"is already used with another account" in answer.content) == (403, True)
    assert browser.get("/username").content == b"paula", "the user was signed out"
    assert accounts().get().user_id == owner.pk


def test_a_person_that_the_match_hook_knows_as_another_user_is_not_linked(
    clever: str, override: Callable[..., None], identity: Callable[[str], Identity]
) -> None:
    old = users().create_user("old")
    override(CLEVER_MATCH_USER=lambda _: old)
    _, browser = signed_in_by_password()
    answer = link(browser, clever)
    assert (answer.status_code, b"is already used with another account" in answer.content) == (403, True)
    assert not accounts().exists(), "the question saved a link"
    # They keep their own user, which can be linked to them.
    assert authenticate(identity(ADA)) == old
    accounts().all().delete()
    override(CLEVER_MATCH_USER=lambda _: users().get(username="paula"))
    link(browser, clever)
    assert accounts().get().user.username == "paula"


def test_a_link_cannot_begin_from_another_site_or_without_a_session(clever: str) -> None:
    _, browser = signed_in_by_password()
    assert browser.get("/clever/link").status_code == 405
    for said in ({}, {"HTTP_ORIGIN": "https://evil.example"}, {"HTTP_SEC_FETCH_SITE": "cross-site"}):
        assert browser.post("/clever/link", **said).status_code == 403
        assert browser.post("/clever/unlink", **said).status_code == 403
    assert visitor().post("/clever/link", HTTP_ORIGIN=OWN).status_code == 401
    assert visitor().post("/clever/unlink", HTTP_ORIGIN=OWN).status_code == 401


def test_a_login_that_was_not_begun_as_a_link_links_nothing(clever: str, identity: Callable[[str], Identity]) -> None:
    user, browser = signed_in_by_password()
    browser.post("/clever/link", HTTP_ORIGIN=OWN)
    log_in(browser, clever, ADA)
    assert browser.get("/username").content == f"clever_{identity(ADA).id}".encode()
    assert not accounts().filter(user=user).exists()


def test_an_administrator_at_clever_can_link_no_one(clever: str) -> None:
    _, browser = signed_in_by_password()
    begun = browser.post("/clever/link", HTTP_ORIGIN=OWN)
    back = confirmed(clever, ADA, begun)
    assert browser.get(back + "&loginas_by_admin=true").status_code == 403
    assert accounts().count() == 0


@pytest.mark.parametrize(
    ("user", "person", "named"), [(None, ADA, "user"), ("ada", ADA, "user"), (True, None, "identity")]
)
def test_link_names_an_argument_of_the_wrong_type(
    identity: Callable[[str], Identity], user: object, person: str | None, named: str
) -> None:
    from clever_sso.django import link as link_in_code

    given = users().create_user("ada") if user is True else user
    with pytest.raises(TypeError, match=rf"^{named} must be"):
        link_in_code(given, identity(person) if person else given)  # type: ignore[arg-type]
    assert accounts().count() == 0
