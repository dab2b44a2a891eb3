"""Two users of the same person in Django are merged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("django")
from clever_sso import Identity
from django_accounts import users, visitor
from django_settings import ADA, accounts, authenticate, log_in

pytestmark = pytest.mark.usefixtures("untouched")


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
