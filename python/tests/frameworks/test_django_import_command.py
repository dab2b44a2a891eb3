"""The commands that import links and merge users."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytest.importorskip("django")
from clever_sso import Identity
from django_settings import ADA, GRACE, JOSE, accounts, authenticate

pytestmark = pytest.mark.usefixtures("untouched")
SHAPES = {
    "allauth": ("socialaccount_socialaccount", "user_id", "uid", "provider"),
    "social-auth": ("social_auth_usersocialauth", "user_id", "uid", "provider"),
    "table": ("my people", "person", "number", "of"),
}


def run(*arguments: Any, **options: Any) -> tuple[str, str]:
    from django.core.management import call_command

    told, complained = io.StringIO(), io.StringIO()
    call_command(*arguments, stdout=told, stderr=complained, **options)
    # The emulator is on this machine. Each import says so, and names the issuer.
    lines = [line for line in complained.getvalue().splitlines() if "is on this machine" not in line]
    return re.sub(r"issuer http://127\.0\.0\.1:\d+: ", "", told.getvalue()), "\n".join(lines)


def users() -> Any:
    from django.contrib.auth.models import User

    return User.objects


@pytest.fixture
def table() -> Iterator[Callable[..., None]]:
    """Make one of the tables, with these rows."""
    from django.db import connection

    def make(source: str, *rows: tuple[Any, Any, str]) -> None:
        name, user, clever_id, provider = SHAPES[source]
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE TABLE "{name}" ("{user}" integer, "{clever_id}" text, "{provider}" text)')
            cursor.executemany(f'INSERT INTO "{name}" VALUES (%s, %s, %s)', rows)

    return make


@pytest.mark.parametrize("source", SHAPES)
def test_an_import_links_the_users_of_another_library(
    source: str, table: Callable[..., None], identity: Callable[[str], Identity]
) -> None:
    ada, jose = users().create_user("ada"), users().create_user("jose")
    table(source, (ada.pk, identity(ADA).id, "clever"), (jose.pk, "12345", "google"), (jose.pk, "k1", "clever-eu"))
    name, user, clever_id, provider = SHAPES[source]
    options = {"table": name, "user_column": user, "id_column": clever_id, "provider_column": provider}
    more = options if source == "table" else {}
    told, complained = run("clever_import", source, dry_run=True, **more)
    assert (told.strip(), complained) == ("1 would be linked, 0 linked before, 0 left out", "")
    assert accounts().count() == 0
    told, _ = run("clever_import", source, verbosity=2, **more)
    assert told.splitlines() == [
        f"user {ada.pk}: Clever id {identity(ADA).id}",
        "1 linked, 0 linked before, 0 left out",
    ]
    account = accounts().get()
    assert (account.user_id, account.issuer, account.last_login_at) == (ada.pk, identity(ADA).issuer, None)
    assert authenticate(identity(ADA)).pk == ada.pk
    assert accounts().get().last_login_at is not None
    told, _ = run("clever_import", source, provider=["clever", "clever-eu"], **more)
    assert told.strip() == "1 linked, 1 linked before, 0 left out"


def merge_line(clever_id: str, keep: int, other: int) -> str:
    return (
        f"Clever id {clever_id}: of user {keep}, and linked to user {other} already. If both users are one person: "
        f"manage.py clever_merge_users {keep} {other}"
    )


def test_an_import_names_and_skips_contradictory_rows(
    table: Callable[..., None], identity: Callable[[str], Identity]
) -> None:
    one, two, three = (users().create_user(name) for name in ("one", "two", "three"))
    boss, chief = users().create_superuser("boss", password="of the boss"), users().create_superuser("chief")
    linked = authenticate(identity(JOSE))
    table(
        "allauth",
        (one.pk, "shared", "clever"),
        (two.pk, "shared", "clever"),
        (three.pk, "first", "clever"),
        (three.pk, "second", "clever"),
        (one.pk, identity(JOSE).id, "clever"),
        (boss.pk, "b1", "clever"),
        (chief.pk, "c1", "clever"),
        (987654, "nobody", "clever"),
        (two.pk, "", "clever"),
        (two.pk, None, "clever"),
        (None, "x", "clever"),
        (two.pk, "two words", "clever"),
        (two.pk, "x" * 65, "clever"),
        (two.pk, "ok2", "clever"),
    )
    told, complained = run("clever_import", "allauth")
    assert told.splitlines()[0] == "1 linked, 0 linked before, 11 left out"
    assert told.splitlines()[1].startswith("Clever ids that were left out: 5. Logins with them are refused, until")
    lines, of_staff = complained.splitlines(), "the user is staff or a superuser, and CLEVER_ALLOW_STAFF is not set"
    for words in [
        f"Clever id shared: users {one.pk}, {two.pk} have it",
        f"user {three.pk}: has 2 Clever ids: first, second",
        merge_line(identity(JOSE).id, one.pk, linked.pk),
        f"user {boss.pk}: {of_staff}",
        f"user {chief.pk}: {of_staff}. Without a password, this user may be locked out",
        "user 987654: there is no such user",
        f"user {two.pk}: the Clever id is empty",
        "a row without a user",
        f"user {two.pk}: the value is not a Clever id",
    ]:
        assert f"left out: {words}" in lines
    assert set(accounts().values_list("user_id", "clever_id")) == {(two.pk, "ok2"), (linked.pk, identity(JOSE).id)}
    told, _ = run("clever_import", "allauth", allow_several=True)
    assert told.startswith("2 linked, 1 linked before")
    assert set(left_out()) == {"shared", "b1", "c1"}


@pytest.mark.parametrize("is_staff", [False, True])
def test_an_import_after_a_login_names_the_command_that_merges_both_users(
    is_staff: bool, table: Callable[..., None], identity: Callable[[str], Identity], override: Callable[..., None]
) -> None:
    old = users().create_user("old", is_staff=is_staff)
    table("allauth", (old.pk, identity(ADA).id, "clever"))
    new = authenticate(identity(ADA))
    assert new.pk != old.pk
    for options in ({"dry_run": True}, {}):
        _, complained = run("clever_import", "allauth", **options)
        merge = f"manage.py clever_merge_users {old.pk} {new.pk}"
        assert [line.endswith(merge) for line in complained.splitlines()].count(True) == 1
    override(CLEVER_ALLOW_STAFF=is_staff)
    run(*merge.split()[1:])
    assert authenticate(identity(ADA)).pk == old.pk
    told, complained = run("clever_import", "allauth")
    assert (told.strip(), complained) == ("0 linked, 1 linked before, 0 left out", "")


def left_out() -> Any:
    from clever_sso.django.models import RemovedAccount

    return RemovedAccount.objects.filter(left_out=True).values_list("clever_id", flat=True)


@pytest.mark.parametrize(
    "case",
    [
        (
            "staff",
            "Please log in with your password instead of Clever.",
            "their user is staff or a superuser: they can",
        ),
        ("two rows", "needs a check", "their user has several Clever ids: delete the wrong rows"),
        ("two users", "needs a check", "several users have their Clever id: delete the wrong rows"),
        ("before", "needs a check", "clever_import --dry-run says why"),
        ("newer", "needs a check", "clever_import --dry-run says why"),
    ],
)
def test_a_person_left_out_by_an_import_gets_no_second_account(
    case: tuple[str, str, str], table: Callable[..., None], identity: Callable[[str], Identity], override: Any
) -> None:
    from clever_sso.django import Refused
    from clever_sso.django.models import RemovedAccount

    who, page, log = case
    user, other = users().create_user("old", is_staff=who in {"staff", "before", "newer"}), users().create_user("other")
    more = {"two rows": [(user.pk, "another", "clever")], "two users": [(other.pk, identity(ADA).id, "clever")]}
    table("allauth", (user.pk, identity(ADA).id, "clever"), *more.get(who, []))
    told, _ = run("clever_import", "allauth", dry_run=True)
    assert "would be refused" in told
    assert not left_out()
    run("clever_import", "allauth")
    if who in {"before", "newer"}:
        # An import of a version that recorded no reason, or one that this version doesn't know.
        RemovedAccount.objects.update(reason="" if who == "before" else "unheard of")
    override(CLEVER_MATCH_USER=lambda _: user)
    with pytest.raises(Refused) as refused:
        authenticate(identity(ADA))
    assert page in refused.value.sentence
    assert log in refused.value.reason
    assert refused.value.reason.endswith('delete their row in the admin, "removed Clever accounts"')
    assert users().count() == 2
    if who == "two users":
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM socialaccount_socialaccount WHERE user_id = {other.pk}")
    # The next import can link them.
    override(CLEVER_ALLOW_STAFF=True)
    run("clever_import", "allauth", allow_several=True)
    assert not left_out()
    assert authenticate(identity(ADA)).pk == user.pk
    told, _ = run("clever_import", "allauth")
    assert told.strip() == f"0 linked, {1 + (who == 'two rows')} linked before, 0 left out"


def test_an_import_records_the_reason_of_the_last_import(table: Callable[..., None]) -> None:
    from clever_sso.django.models import RemovedAccount

    user = users().create_user("old", is_staff=True)
    table("allauth", (user.pk, "a1", "clever"))
    run("clever_import", "allauth")
    assert [row.reason for row in RemovedAccount.objects.all()] == ["staff"]
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO socialaccount_socialaccount VALUES ({user.pk}, 'a2', 'clever')")
    run("clever_import", "allauth")
    assert [row.reason for row in RemovedAccount.objects.all()] == ["several", "several"]


@pytest.mark.parametrize("source", ["allauth", "social-auth"])
def test_check_of_the_database_warns_of_users_who_were_not_imported(
    source: str, table: Callable[..., None], identity: Callable[[str], Identity], override: Callable[..., None]
) -> None:
    from clever_sso.django.user_checks import check_import
    from django.core import checks

    def found(*databases: str) -> list[str]:
        return [f"{each.id} {each.msg} {each.hint}" for each in check_import(databases=list(databases))]

    assert found("default") == [], "there is no table of another library"
    ada, boss, jose = (users().create_user(name, is_staff=name == "boss") for name in ("ada", "boss", "jose"))
    table(source, (ada.pk, identity(ADA).id, "clever"), (boss.pk, "b1", "clever"), (jose.pk, "j1", "google"))
    (warning,) = found("default")
    assert "has users who logged in with Clever before and are not linked (2)" in warning
    assert "their next login creates a second user" in warning
    assert f"manage.py clever_import {source} --dry-run" in warning
    # Django passes databases only with `check --database` and `migrate`.
    assert found() == check_import() == found("replica") == []
    assert "clever_sso.W023" in {each.id for each in checks.run_checks(databases=["default"])}
    assert "clever_sso.W023" not in {each.id for each in checks.run_checks()}
    override(CLEVER_CREATE_USERS=False)
    assert "their next login is refused" in found("default")[0]
    override(CLEVER_MATCH_USER="django_project.who")
    assert found("default") == [], "they are matched when they log in"
    override(CLEVER_MATCH_USER=None)
    # Those who are left out are refused, so there is nothing to warn of.
    run("clever_import", source)
    assert found("default") == []


@pytest.mark.parametrize("source", ["allauth", "social-auth"])
def test_check_of_the_database_warns_of_ids_like_clevers_under_another_name(
    source: str, table: Callable[..., None], identity: Callable[[str], Identity]
) -> None:
    from clever_sso.django.user_checks import check_import

    ada, jose = users().create_user("ada"), users().create_user("jose")
    ours, google, school = identity(ADA).id, "118234567890123456789", "5f9d88b3c4e1a2b3d4e5f601"
    others = [(jose.pk, google, "google"), (jose.pk, school, "mixed"), (jose.pk, "not an id", "mixed")]
    table(source, (ada.pk, ours, "school-login"), (jose.pk, school, "odd name"), *others)
    (warning,) = check_import(databases=["default"])
    assert warning.id == "clever_sso.W023"
    assert "users of the provider 'school-login' who are not linked (1)" in warning.msg
    assert f"manage.py clever_import {source} --provider school-login --dry-run" in str(warning.hint)
    run("clever_import", source, provider=["school-login"])
    assert check_import(databases=["default"]) == []


class OfSocialAuth:
    """A backend of python-social-auth, as far as a check looks at it."""

    name = "school-login"
    AUTHORIZATION_URL = "https://school.example/oauth/authorize"


class OfSocialAuthForClever(OfSocialAuth):
    """A backend of the project, for Clever."""

    AUTHORIZATION_URL = "https://clever.com/oauth/authorize"


def test_check_of_the_database_is_silent_about_other_providers_in_the_settings(
    table: Callable[..., None], override: Callable[..., None]
) -> None:
    from clever_sso.django.user_checks import check_import
    from django.conf import settings

    row = (users().create_user("ada").pk, "5f9d88b3c4e1a2b3d4e5f601", "school-login")
    for source in ("allauth", "social-auth"):
        table(source, row)
    mine = list(settings.AUTHENTICATION_BACKENDS)
    for address, backend, warnings in [
        (None, None, 2),
        ("https://school.example", OfSocialAuth, 0),
        ("https://clever.com.school.example", OfSocialAuth, 0),
        ("https://clever.com/.well-known/openid-configuration", OfSocialAuthForClever, 2),
        ("https://[", OfSocialAuth, 0),
        (["a wrong type"], None, 2),
    ]:
        app = {"provider_id": "school-login", "settings": {"server_url": address}}
        broken = {"another": ["of a wrong type"]} if isinstance(address, list) else {}
        override(
            SOCIALACCOUNT_PROVIDERS={**broken, "openid_connect": {"APPS": [app]}} if address else None,
            AUTHENTICATION_BACKENDS=[*mine, f"{__name__}.{backend.__name__}"] if backend else mine,
        )
        assert [each.id for each in check_import(databases=["default"])] == ["clever_sso.W023"] * warnings


def test_check_of_a_database_that_cannot_be_asked_finds_nothing(
    table: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    from clever_sso.django import imports
    from clever_sso.django.user_checks import check_import
    from django.db import InterfaceError, OperationalError, connection

    table("allauth", (users().create_user("ada").pk, "a1", "clever"))
    for error in (OperationalError, InterfaceError):

        def fail(*_: object, error: type[Exception] = error) -> int:
            raise error("the database is down")

        with monkeypatch.context() as patch:
            patch.setattr(imports, "unlinked_users", fail)
            assert check_import(databases=["default"]) == []
    assert len(check_import(databases=["default"])) == 1
    # Before the first `migrate`, there is no table for links.
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE clever_sso_cleveraccount RENAME TO elsewhere")
    assert check_import(databases=["default"]) == []


def test_an_import_prints_the_issuer_and_warns_about_an_emulator(table: Callable[..., None]) -> None:
    from django.core.management import call_command

    table("allauth")
    for issuer, warns in [("https://clever.com", False), ("http://localhost:5999", True), ("http://[::1]:5", True)]:
        told, complained = io.StringIO(), io.StringIO()
        call_command("clever_import", "allauth", issuer=issuer, dry_run=True, stdout=told, stderr=complained)
        assert told.getvalue().startswith(f"issuer {issuer}: 0 would be linked")
        assert ("is on this machine" in complained.getvalue()) == warns


def test_an_import_skips_people_whose_link_was_deleted(
    table: Callable[..., None], identity: Callable[[str], Identity], override: Callable[..., None]
) -> None:
    override(CLEVER_AFTER_UNLINK="refuse")
    user = authenticate(identity(ADA))
    accounts().all().delete()
    table("allauth", (user.pk, identity(ADA).id, "clever"))
    _, complained = run("clever_import", "allauth")
    assert f"Clever id {identity(ADA).id}: its link was deleted" in complained


def test_an_import_names_a_missing_table_or_column(table: Callable[..., None]) -> None:
    from django.core.management.base import CommandError

    for arguments, options, words in [
        (["allauth"], {}, "no table 'socialaccount_socialaccount'"),
        (["table"], {}, "--table NAME"),
        (["table"], {"table": "auth_user"}, "no column 'user_id'"),
        (["table"], {"table": "auth_user", "user_column": "id"}, "no column 'clever_id'"),
        (["table"], {"table": "auth_user", "provider": ["clever"]}, "--provider-column NAME"),
        (["allauth"], {"database": "replica"}, "no database 'replica': DATABASES has default"),
        (["allauth"], {"issuer": "clever.com"}, "--issuer: .*must start with https://"),
    ]:
        with pytest.raises(CommandError, match=words):
            run("clever_import", *arguments, **options)


def test_an_import_before_migrate_says_so(table: Callable[..., None]) -> None:
    from django.core.management.base import CommandError
    from django.db import connection

    table("allauth")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE clever_sso_cleveraccount RENAME TO elsewhere")
    with pytest.raises(CommandError, match=r"run manage\.py migrate first"):
        run("clever_import", "allauth")


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize("source", SHAPES)
@pytest.mark.parametrize(
    "case",
    [
        ([], ["wrong"], None),
        (["clever"], [], None),
        (["google", "Clever"], [], "no row of 'clever'. It has 'Clever', 'google': name the right one with --provider"),
        (["a", "clever", "google"], ["clevr"], "no row of 'clevr'. It has 'clever', 'google', 'a': name the right one"),
        (["clever"], ["clever", "wrong"], "no row of 'wrong'. It has 'clever': name the right one"),
        (["ada@school.example", "two words"], [], "no row of 'clever'. Name the right one with --provider"),
    ],
)
def test_an_import_refuses_a_provider_that_the_table_does_not_have(
    table: Callable[..., None], source: str, dry_run: bool, case: tuple[list[str], list[str], str | None]
) -> None:
    from django.core.management.base import CommandError

    providers, wanted, said = case
    table(source, *((users().create_user(each).pk, f"64c20b1e8f3a7d0019c4e50{len(each)}", each) for each in providers))
    name, user, clever_id, provider = SHAPES[source]
    columns = {"table": name, "user_column": user, "id_column": clever_id, "provider_column": provider}
    options = {"dry_run": dry_run, **(columns if source == "table" else {}), **({"provider": wanted} if wanted else {})}
    if said is None:
        assert run("clever_import", source, **options)[1] == ""
        return
    with pytest.raises(CommandError, match=re.escape(said)) as refused:
        run("clever_import", source, **options)
    assert "@" not in str(refused.value)
    assert accounts().count() == 0


@pytest.mark.parametrize(
    ("clever_id", "odd"), [("64c20b1e8f3a7d0019c4e501", 0), ("17", 1), ("64C20B1E8F3A7D0019C4E501", 1)]
)
def test_an_import_warns_of_ids_that_do_not_look_like_clevers(
    table: Callable[..., None], clever_id: str, odd: int
) -> None:
    table("allauth", (users().create_user("ada").pk, clever_id, "clever"))
    _, complained = run("clever_import", "allauth", dry_run=True)
    assert complained.startswith(f"{odd} of the ids do not look like Clever's") == bool(odd)


def test_an_import_knows_a_key_that_is_written_in_another_form() -> None:
    ada = users().create_user("ada")
    rows = [(f"0{ada.pk}", "first"), (ada.pk, "second")]
    from clever_sso.django.imports import import_links

    assert [len(import_links(rows, "https://clever.com", allow_several=each).linked) for each in (False, True)] == [
        0,
        2,
    ]
    again = import_links(rows, "https://clever.com")
    assert (again.known, again.skipped, again.refused) == (2, [], {})


def test_an_import_can_read_a_column_of_the_user_table(identity: Callable[[str], Identity]) -> None:
    ada = users().create_user("ada", last_name=identity(ADA).id)
    options = {"table": "auth_user", "user_column": "id", "id_column": "last_name"}
    told, _ = run("clever_import", "table", **options)
    assert told.strip() == "1 linked, 0 linked before, 0 left out"
    assert accounts().get().user_id == ada.pk


def test_the_issuer_option_works_without_settings_for_a_client(
    override: Callable[..., None], table: Callable[..., None]
) -> None:
    from django.core.management.base import CommandError

    override(CLEVER_CLIENT_ID=None)
    table("allauth", (users().create_user("ada").pk, "a1", "clever"))
    with pytest.raises(CommandError, match=r"--issuer https://clever\.com"):
        run("clever_import", "allauth")
    # A login has no slash at the end of its issuer.
    run("clever_import", "allauth", issuer="https://clever.com/")
    assert accounts().get().issuer == "https://clever.com"


def test_the_merge_command_merges_two_users(identity: Callable[[str], Identity]) -> None:
    from django.core.management.base import CommandError

    keep, other = users().create_user("keep"), authenticate(identity(GRACE))
    told, _ = run("clever_merge_users", str(keep.pk), str(other.pk), dry_run=True)
    assert told.strip() == f"1 links of user {other.pk} would move to user {keep.pk}"
    assert accounts().get().user_id == other.pk
    boss = users().create_superuser("boss")
    for options in ({}, {"dry_run": True}):
        with pytest.raises(CommandError, match="staff"):
            run("clever_merge_users", str(keep.pk), str(boss.pk), **options)
    assert run("clever_merge_users", str(keep.pk), str(other.pk))[0].strip() == f"1 links moved to user {keep.pk}"
    assert accounts().get().user_id == keep.pk
    for arguments, words in [(("0", "1"), "no user 0"), (("a", "1"), "no user a"), ((keep.pk, keep.pk), "different")]:
        with pytest.raises(CommandError, match=words):
            run("clever_merge_users", *map(str, arguments))
