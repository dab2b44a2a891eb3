"""The user of a person: older ids, staff, names and email addresses, links, merged users, deleted links."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

import pytest

pytest.importorskip("django")
from clever_sso import Identity
from django_settings import (
    ADA,
    GRACE,
    JOSE,
    SAM,
    accounts,
    authenticate,
    be_refused,
    log_in,
)
from harness.browser import Browser
from running import fetch, path_of

OWN = "http://127.0.0.1:9"
SAM_AS_STAFF = "5d8e21b7f04c6a00127b3a03"
pytestmark = pytest.mark.usefixtures("untouched")


def users() -> Any:
    from django.contrib.auth.models import User

    return User.objects


def visitor(**options: Any) -> Any:
    from django.test import Client

    return Client(**options)


def known_by(clever: str, clever_id: str, name: str = "known") -> Any:
    """A user who is linked to this Clever id."""
    user = users().create_user(name)
    accounts().create(user=user, issuer=clever, clever_id=clever_id)
    return user


def asked_for_people(clever: str) -> int:
    """How many requests for a person's record the emulator got after the last code exchange."""
    paths = [entry["path"] for entry in json.loads(fetch(clever + "/_emulator/journal")[1])["journal"]]
    exchanged = len(paths) - paths[::-1].index("/oauth/tokens")
    return sum("/users/64c20b1e" in path for path in paths[exchanged:])


# ---------------------------------------------------------------- older ids


def test_a_user_linked_by_the_older_id_of_another_role_is_found(clever: str) -> None:
    user = known_by(clever, SAM_AS_STAFF)
    browser = visitor()
    log_in(browser, clever, SAM)
    assert browser.get("/username").content == b"known"
    assert users().count() == 1
    account = accounts().get()
    assert (account.user_id, account.clever_id) == (user.pk, "64c20b1e8f3a7d0019c4e602")


def test_clever_is_asked_for_older_ids_once_for_each_person(clever: str) -> None:
    log_in(visitor(), clever, GRACE)
    assert asked_for_people(clever) == 1
    log_in(visitor(), clever, GRACE)
    assert asked_for_people(clever) == 0


def test_the_match_hook_gets_all_older_ids(clever: str, override: Callable[..., None]) -> None:
    known, asked = users().create_user("sam"), []

    def match(identity: Identity) -> Any:
        asked.append(identity)
        return known if SAM_AS_STAFF in identity.legacy_ids else None

    override(CLEVER_MATCH_USER=match)
    browser = visitor()
    log_in(browser, clever, SAM)
    assert browser.get("/username").content == b"sam"
    (identity,) = asked
    assert (identity.name.full, identity.user_type, identity.name.first) == ("Sam Rivera", "teacher", "Sam")
    assert "Sam" not in repr(identity)


@pytest.mark.parametrize(("scenario", "status", "made"), [("user-500", 503, 0), ("user-404-html", 303, 1)])
def test_no_second_user_is_created_while_clever_cannot_be_reached(
    clever: str, override: Callable[..., None], scenario: str, status: int, made: int
) -> None:
    override(CLEVER_BASE_URL=f"{clever}/s/{scenario}")
    browser = visitor()
    answer = log_in(browser, clever, SAM)
    assert answer.status_code == status
    assert (users().count(), accounts().count()) == (made, made)
    assert (browser.get("/who").content == b"nobody") == (made == 0)
    if status == 503:
        assert b"clever_unavailable" in answer.content


# ---------------------------------------------------------------- staff


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
    override(CLEVER_ALLOW_STAFF=allowed)
    user = known_by(clever, "64c20b1e8f3a7d0019c4e601")
    setattr(user, flag, True)
    user.save()
    browser = visitor()
    begun = browser.get("/clever/login")
    back = path_of(Browser(clever, GRACE).callback(begun.headers["Location"]))
    answer = browser.get(back + ("&loginas_by_admin=true" if by_admin else ""))
    assert answer.status_code == status
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


def test_asynchronous_hooks_find_and_refuse(identity: Callable[[str], Identity], override: Callable[..., None]) -> None:
    from clever_sso.django import Refused

    old = users().create_user("old")

    async def match(_identity: Identity) -> Any:
        return await users().aget(username="old")

    async def provision(user: Any, _identity: Identity, created: bool) -> None:
        user.email = f"created {created}"
        await user.asave()

    async def refuse(_user: Any, _identity: Identity, _created: bool) -> None:
        raise Refused

    override(CLEVER_PROVISION_USER=refuse, CLEVER_MATCH_USER=match)
    with pytest.raises(Refused):
        authenticate(identity(GRACE))
    assert accounts().count() == 0
    override(CLEVER_PROVISION_USER=provision, CLEVER_MATCH_USER=match)
    assert authenticate(identity(GRACE)) == old
    old.refresh_from_db()
    assert old.email == "created False"


def test_methods_of_an_asynchronous_backend_are_awaited(identity: Callable[[str], Identity]) -> None:
    from clever_sso.django import CleverBackend, Refused

    class Later(CleverBackend):
        async def match(self, identity: Identity) -> Any:
            assert identity.id
            return await users().filter(username="old").afirst()

        async def make(self, identity: Identity) -> Any:
            return users().model(username=f"made_{identity.id}")

        async def provision(self, user: Any, identity: Identity, *, created: bool) -> None:  # type: ignore[override]
            assert user
            assert created
            if identity.user_type == "student":
                raise Refused

    with pytest.raises(Refused):
        Later().authenticate(None, identity(ADA))
    assert users().count() == 0
    made = Later().authenticate(None, identity(GRACE))
    assert made is not None
    assert made.get_username() == f"made_{identity(GRACE).id}"


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


# ---------------------------------------------------------------- names and addresses


def test_with_keep_names_existing_names_are_not_updated(
    identity: Callable[[str], Identity], override: Callable[..., None]
) -> None:
    override(CLEVER_KEEP_NAMES="true")
    user = authenticate(identity(ADA))
    assert (user.first_name, user.last_name) == ("Ada", "Ashworth")
    user.first_name, user.last_name = "Augusta", ""
    user.save()
    again = authenticate(identity(ADA))
    assert (again.first_name, again.last_name) == ("Augusta", "Ashworth")


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        (None, ""),
        ("auto", ""),
        ("placeholder", "clever_64c20b1e8f3a7d0019c4e601@clever.invalid"),
        ("unverified", "grace@emulated.example"),
    ],
)
def test_the_email_address_of_a_new_user_follows_the_setting(
    identity: Callable[[str], Identity], override: Callable[..., None], setting: str | None, expected: str
) -> None:
    override(CLEVER_USER_EMAIL=setting)
    user = authenticate(identity(GRACE))
    assert user.email == expected
    user.email = "chosen@example.org"
    user.save()
    assert authenticate(identity(GRACE)).email == "chosen@example.org"


def test_an_email_address_of_another_user_is_not_used(
    identity: Callable[[str], Identity], override: Callable[..., None]
) -> None:
    override(CLEVER_USER_EMAIL="unverified")
    users().create_user("other", email="GRACE@emulated.example")
    assert authenticate(identity(GRACE)).email == ""


def test_an_email_address_as_user_name_follows_the_setting(
    override: Callable[..., None], identity: Callable[[str], Identity], monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.auth.models import User

    monkeypatch.setattr(User, "USERNAME_FIELD", "email")
    person = identity(ADA)
    assert person.unverified_email
    backend = authenticate(person)
    assert backend.email.endswith("@clever.invalid")
    accounts().all().delete()
    users().all().delete()
    override(CLEVER_USER_EMAIL="unverified")
    assert authenticate(person).email == person.unverified_email
    # No user gets the email address of another user.
    accounts().all().delete()
    users().all().update(username="another", email=person.unverified_email.upper())
    assert authenticate(person).email.endswith("@clever.invalid")


def test_with_unique_email_addresses_every_person_can_sign_in() -> None:
    from clever_sso.django.user_fields import is_unique
    from django.db import models
    from django.db.models.functions import Lower

    def field(unique: bool = False, **meta: Any) -> Any:
        name = f"Person{next(numbers)}"
        body = {
            "__module__": "people_of_tests",
            "email": models.EmailField(unique=unique),
            "name": models.CharField(max_length=9),
            "Meta": type("Meta", (), {"app_label": "people_of_tests", **meta}),
        }
        return type(name, (models.Model,), body)._meta.get_field("email")  # noqa: SLF001  (Django documents it)

    numbers = iter(range(9))
    assert is_unique(field(unique=True))
    assert is_unique(field(constraints=[models.UniqueConstraint(fields=["email"], name="one")]))
    assert is_unique(field(constraints=[models.UniqueConstraint(Lower("email"), name="lower")]))
    assert is_unique(field(unique_together=[("email",)]))
    assert not is_unique(field())
    assert not is_unique(field(constraints=[models.UniqueConstraint(fields=["email", "name"], name="two")]))


# ---------------------------------------------------------------- signals and the log


def test_each_login_sends_only_its_own_signals(clever: str, override: Callable[..., None]) -> None:
    from django.contrib.auth import signals

    told: list[str] = []

    def logged_out(user: Any, **_: Any) -> None:
        told.append(f"out {user and user.get_username()}")

    def logged_in(user: Any, **_: Any) -> None:
        told.append(f"in {user.get_username()}")

    def failed(**_: Any) -> None:
        told.append("failed")

    signals.user_logged_out.connect(logged_out)
    signals.user_logged_in.connect(logged_in)
    signals.user_login_failed.connect(failed)
    try:
        browser = visitor()
        browser.post("/clever/logout", HTTP_ORIGIN=OWN)
        be_refused(browser)
        override(CLEVER_CREATE_USERS=False)
        assert log_in(browser, clever, ADA).status_code == 403
        known_by(clever, "64c20b1e8f3a7d0019c4e501", "ada")
        assert told == []
        log_in(browser, clever, ADA)
        browser.post("/clever/logout", HTTP_ORIGIN=OWN)
        browser.post("/clever/logout", HTTP_ORIGIN=OWN)
    finally:
        signals.user_logged_out.disconnect(logged_out)
        signals.user_logged_in.disconnect(logged_in)
        signals.user_login_failed.disconnect(failed)
    assert told == ["in ada", "out ada"]


def test_sign_ins_and_refusals_are_logged_with_the_clever_id(
    clever: str, override: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "clever_sso.django"):
        log_in(visitor(), clever, ADA)
        override(CLEVER_CREATE_USERS=False)
        log_in(visitor(), clever, JOSE)
    told = [record.getMessage() for record in caplog.records if record.name == "clever_sso.django"]
    assert "signed in with Clever: Clever id 64c20b1e8f3a7d0019c4e501 (student)" in told
    (refused,) = [line for line in told if "not_admitted" in line]
    assert "Clever id 64c20b1e8f3a7d0019c4e503" in refused
    assert "CLEVER_CREATE_USERS" in refused
    assert not [line for line in told if "Ada" in line or "José" in line or "@" in line]


# ---------------------------------------------------------------- links


def signed_in_by_password(name: str = "paula", **flags: Any) -> tuple[Any, Any]:
    user = users().create_user(name, password="a password", **flags)
    browser = visitor(enforce_csrf_checks=True)
    browser.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return user, browser


def confirmed(clever: str, number: str, begun: Any) -> str:
    """The callback URL after this person logs in at Clever and confirms who they are."""
    url = begun.headers["Location"].replace("confirmed=false", "confirmed=true")
    return path_of(Browser(clever, number).callback(url))


def link(browser: Any, clever: str, number: str = ADA, **changes: str) -> Any:
    """Ask for a link, and log in at Clever as this person."""
    begun = browser.post("/clever/link?next=/who", HTTP_ORIGIN=OWN)
    assert begun.status_code == 303
    return answered(browser, browser.get(confirmed(clever, number, begun), **changes))


def answered(browser: Any, asked: Any, answer: str = "yes") -> Any:
    """The response after the user confirms or cancels. If no page asked, the response so far."""
    if asked.headers.get("Location") != "/clever/link/confirm":
        return asked
    page = browser.get("/clever/link/confirm").content.decode()
    key = re.findall(r'name="key" value="([^"]+)"', page)[0]
    return browser.post("/clever/link/confirm", {"key": key, "answer": answer}, HTTP_ORIGIN=OWN)


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


@pytest.mark.parametrize("allowed", [False, True])
def test_staff_can_link_only_with_allow_staff(clever: str, override: Callable[..., None], allowed: bool) -> None:
    override(CLEVER_ALLOW_STAFF=allowed)
    _, browser = signed_in_by_password(is_staff=True)
    begun = browser.post("/clever/link", HTTP_ORIGIN=OWN)
    assert begun.status_code == (303 if allowed else 403)
    assert browser.get("/username").content == b"paula"
    assert accounts().count() == 0


def test_an_administrator_at_clever_can_link_no_one(clever: str) -> None:
    _, browser = signed_in_by_password()
    begun = browser.post("/clever/link", HTTP_ORIGIN=OWN)
    back = confirmed(clever, ADA, begun)
    assert browser.get(back + "&loginas_by_admin=true").status_code == 403
    assert accounts().count() == 0


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


# ---------------------------------------------------------------- deleted links, merged users


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


def test_merge_users_moves_the_links_to_one_user(clever: str, identity: Callable[[str], Identity]) -> None:
    from clever_sso.django import merge_users, users_merged

    told: list[Any] = []

    def move(**said: Any) -> None:
        told.append((said["user"].get_username(), said["other"].get_username()))

    keep = users().create_user("paula", password="a password")
    browser = visitor()
    log_in(browser, clever, ADA)
    other = users().get(clever_accounts__clever_id=identity(ADA).id)
    users_merged.connect(move)
    try:
        assert merge_users(keep, other) == 1
    finally:
        users_merged.disconnect(move)
    assert told == [("paula", other.username)]
    other.refresh_from_db()
    assert not other.is_active
    assert browser.get("/who").content == b"nobody"
    log_in(browser, clever, ADA)
    assert browser.get("/username").content == b"paula"


def test_a_receiver_that_raises_undoes_the_merge(identity: Callable[[str], Identity]) -> None:
    from clever_sso.django import merge_users, users_merged

    def stop(**_: Any) -> None:
        raise RuntimeError("a conflict")

    keep, other = users().create_user("paula"), authenticate(identity(ADA))
    users_merged.connect(stop)
    try:
        with pytest.raises(RuntimeError):
            merge_users(keep, other, delete=True)
    finally:
        users_merged.disconnect(stop)
    assert accounts().get().user_id == other.pk
    assert users().get(pk=other.pk).is_active


def test_users_that_cannot_be_merged_raise_a_value_error(
    identity: Callable[[str], Identity], override: Callable[..., None]
) -> None:
    from clever_sso.django import merge_users

    user, boss = authenticate(identity(ADA)), users().create_superuser("boss")
    for keep, other, words in [(user, user, "two different users"), (boss, user, "staff"), (user, boss, "staff")]:
        with pytest.raises(ValueError, match=words):
            merge_users(keep, other)
    assert accounts().get().user_id == user.pk
    override(CLEVER_ALLOW_STAFF=True)
    assert merge_users(boss, user, delete=True) == 1
    assert accounts().get().user_id == boss.pk
    assert not users().filter(pk=user.pk).exists()


# ---------------------------------------------------------------- databases that are busy


def test_a_transaction_that_conflicts_with_another_is_retried() -> None:
    from clever_sso.django.accounts import retried
    from django.db import OperationalError, connections

    connection = connections["default"]
    tries: list[int] = []

    def busy(times: int, message: str = "database is locked") -> str:
        tries.append(1)
        if len(tries) <= times:
            raise OperationalError(message)
        return "done"

    # Act as if outside of the transaction that this test runs in.
    connection.in_atomic_block = False
    try:
        assert retried(lambda: busy(2), "default") == "done"
        tries.clear()
        with pytest.raises(OperationalError):
            retried(lambda: busy(3), "default")
        assert len(tries) == 3
        tries.clear()
        with pytest.raises(OperationalError):
            retried(lambda: busy(1, "no such table"), "default")
        assert len(tries) == 1
    finally:
        connection.in_atomic_block = True
    tries.clear()
    with pytest.raises(OperationalError):
        retried(lambda: busy(1), "default")
    assert len(tries) == 1, "code inside another transaction must not be retried"


@pytest.mark.parametrize("cause", [SimpleNamespace(sqlstate="40P01"), SimpleNamespace(pgcode="40001"), 1213])
def test_deadlock_errors_of_other_databases_are_recognized(cause: Any) -> None:
    from clever_sso.django.accounts import _met_another
    from django.db import OperationalError

    class OfTheDriver(Exception):  # noqa: N818  (a word that says it)
        pass

    error, inner = OperationalError("deadlock"), OfTheDriver(*([cause] if isinstance(cause, int) else []))
    for name, value in getattr(cause, "__dict__", {}).items():
        setattr(inner, name, value)
    error.__cause__ = inner
    assert _met_another(error)
    error.__cause__ = OfTheDriver("gone away")
    assert not _met_another(error)


def test_the_views_run_outside_atomic_requests() -> None:
    from clever_sso.django import views

    for view in (views.login, views.callback, views.logout, views.link, views.unlink):
        left_out = getattr(view, "_non_atomic_requests", ())
        assert ("default" in left_out, "other" in left_out) == (True, True)
