"""The user that a person gets in Django: older ids, hooks, names, email addresses, signals and the log."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("django")
from clever_sso import Identity
from django_accounts import OWN, known_by, users, visitor
from django_settings import ADA, GRACE, JOSE, SAM, accounts, authenticate, be_refused, log_in
from running import fetch

pytestmark = pytest.mark.usefixtures("untouched")
SAM_AS_STAFF = "5d8e21b7f04c6a00127b3a03"


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


# ---------------------------------------------------------------- asynchronous hooks


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
