"""The backend of the Django app: finds or creates the user of a person, and updates it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("django")
from clever_sso import Identity
from django_settings import (
    ADA,
    GRACE,
    JOSE,
    LONG_NAME,
    MILA,
    MILA_AGAIN,
    SAM,
    accounts,
    authenticate,
    log_in,
)

pytestmark = pytest.mark.usefixtures("untouched")


def test_a_first_login_creates_a_user_without_a_password_and_the_next_login_finds_it(
    identity: Callable[[str], Identity],
) -> None:
    user = authenticate(identity(ADA))
    assert (user.username, user.first_name, user.last_name) == (f"clever_{identity(ADA).id}", "Ada", "Ashworth")
    assert not user.has_usable_password()
    assert user.email == ""
    assert (user.is_staff, user.is_superuser) == (False, False)
    assert authenticate(identity(ADA)).pk == user.pk
    account = accounts().get()
    assert (account.user.pk, account.issuer, account.clever_id) == (user.pk, identity(ADA).issuer, identity(ADA).id)
    assert account.user_type == "student"
    assert str(account) == f"student {identity(ADA).id}"


def test_a_person_with_a_new_clever_id_gets_their_old_user(identity: Callable[[str], Identity]) -> None:
    before = authenticate(identity(MILA))
    again = authenticate(identity(MILA_AGAIN))
    assert again.pk == before.pk
    assert accounts().get().clever_id == identity(MILA_AGAIN).id


def test_two_people_with_the_same_name_get_two_users(identity: Callable[[str], Identity]) -> None:
    # Here the new id logs in first. Once it has a user, the old id counts as another person.
    assert authenticate(identity(MILA_AGAIN)).pk != authenticate(identity(MILA)).pk


def test_a_long_name_is_cut_and_a_missing_name_changes_nothing(
    identity: Callable[[str], Identity],
) -> None:
    from clever_sso.django.backend import CleverBackend

    user = authenticate(identity(LONG_NAME))
    assert 0 < len(user.first_name) <= 150
    nameless = SimpleNamespace(name=SimpleNamespace(first=None, last=""))
    CleverBackend().provision(user, nameless, created=False)
    user.refresh_from_db()
    assert user.last_name.startswith("von Hohenfels")


def test_a_user_name_that_is_taken_stays_with_its_user(identity: Callable[[str], Identity]) -> None:
    from django.contrib.auth.models import User

    squatter = User.objects.create_user(f"clever_{identity(ADA).id}")
    user = authenticate(identity(ADA))
    assert user.pk != squatter.pk
    assert user.username.endswith(identity(ADA).id)


def test_two_first_logins_at_the_same_time_create_one_user(
    identity: Callable[[str], Identity], monkeypatch: pytest.MonkeyPatch
) -> None:
    from clever_sso.django.backend import CleverBackend
    from django.contrib.auth.models import User

    make, others = CleverBackend.make, []

    def while_another_is_faster(self: CleverBackend, who: Identity) -> Any:
        made = make(self, who)
        if not others:
            others.append(True)
            others.append(authenticate(who))
        return made

    monkeypatch.setattr(CleverBackend, "make", while_another_is_faster)
    user = authenticate(identity(ADA))
    assert user.pk == others[1].pk
    assert User.objects.count() == 1


def test_with_create_users_false_no_user_is_created(
    identity: Callable[[str], Identity], override: Callable[..., None]
) -> None:
    from django.contrib.auth.models import User

    for value in (False, "false"):
        override(CLEVER_CREATE_USERS=value)
        assert authenticate(identity(ADA)) is None
    assert User.objects.count() == 0


def test_a_match_hook_can_return_an_existing_user(
    identity: Callable[[str], Identity], override: Callable[..., None]
) -> None:
    from django.contrib.auth.models import User

    known = User.objects.create_user("ada.ashworth", first_name="Augusta")
    asked: list[str] = []

    def match(who: Identity) -> User | None:
        asked.append(who.id)
        return known if who.id == identity(ADA).id else None

    override(CLEVER_MATCH_USER=match, CLEVER_CREATE_USERS=False)
    assert authenticate(identity(ADA)).pk == known.pk
    assert authenticate(identity(ADA)).pk == known.pk
    assert authenticate(identity(JOSE)) is None
    assert asked == [identity(ADA).id, identity(JOSE).id], "the hook was called for a person with an account"


def test_the_provision_hook_can_be_a_dotted_path(
    identity: Callable[[str], Identity], override: Callable[..., None]
) -> None:
    import django_project

    override(CLEVER_PROVISION_USER="django_project.provision")
    django_project.provisioned.clear()
    authenticate(identity(ADA))
    authenticate(identity(ADA))
    assert [(who.id, created) for _, who, created in django_project.provisioned] == [
        (identity(ADA).id, True),
        (identity(ADA).id, False),
    ]


def test_a_provision_hook_that_raises_leaves_no_user(
    identity: Callable[[str], Identity], override: Callable[..., None]
) -> None:
    from django.contrib.auth.models import User
    from django.core.exceptions import PermissionDenied

    def refuse(*_: object) -> None:
        raise PermissionDenied

    override(CLEVER_PROVISION_USER=refuse)
    assert authenticate(identity(ADA)) is None
    assert (User.objects.count(), accounts().count()) == (0, 0)


def test_role_groups_follow_the_role_and_other_groups_stay(
    identity: Callable[[str], Identity], override: Callable[..., None]
) -> None:
    from django.contrib.auth.models import Group

    override(CLEVER_ROLE_GROUPS={"teacher": "Teachers", "staff": "Office", "student": "Students"})
    grace = authenticate(identity(GRACE))
    chess, office = Group.objects.create(name="Chess"), Group.objects.get_or_create(name="Office")[0]
    grace.groups.add(chess, office)
    authenticate(identity(GRACE))
    assert sorted(group.name for group in grace.groups.all()) == ["Chess", "Teachers"]
    both = {group.name for group in authenticate(identity(SAM)).groups.all()}
    assert both <= {"Teachers", "Office"}
    assert both


def test_an_inactive_user_is_refused(clever: str, identity: Callable[[str], Identity]) -> None:
    from django.test import Client as Visitor

    user = authenticate(identity(ADA))
    user.is_active = False
    user.save()
    visitor = Visitor()
    answer = log_in(visitor, clever)
    assert (answer.status_code, b"not_admitted" in answer.content) == (403, True)
    assert visitor.get("/who").content == b"nobody"


def test_the_backend_accepts_no_password() -> None:
    from clever_sso.django.backend import CleverBackend
    from django.contrib.auth.models import User

    User.objects.create_user("root", password="a password")
    backend = CleverBackend()
    for refused in (backend.authenticate, backend.aauthenticate):
        with pytest.raises(TypeError):
            refused(None, username="root", password="a password")
    assert backend.authenticate(None) is None


def test_async_code_can_authenticate_too() -> None:
    from clever_sso.django.backend import CleverBackend

    assert asyncio.run(CleverBackend().aauthenticate(None)) is None
