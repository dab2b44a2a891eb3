"""Imports links from another library, or from your own table."""

from __future__ import annotations

import re
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import connections, transaction

from clever_sso.django import accounts
from clever_sso.django.models import (
    LEFT_OUT_REASONS,
    LONGEST_ID,
    SEVERAL,
    SHARED,
    STAFF,
    CleverAccount,
    RemovedAccount,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BATCH = 500
CLEVER = "clever"
"""The name of Clever in the tables of other libraries, unless a project chose another."""
_PROVIDERS_FORM = re.compile(r"[\w.:-]{1,64}", re.ASCII)
_CLEVERS_FORM = re.compile("[0-9a-f]{24}")


@dataclass(frozen=True)
class Table:
    """A table with a row for each person, and the names of its columns."""

    name: str
    user: str
    """The column with the key of the user."""
    clever_id: str
    """The column with the Clever id."""
    provider: str | None = None
    """The column with the provider of the id. Without it, every row counts as Clever's."""


TABLES = {
    "allauth": Table("socialaccount_socialaccount", "user_id", "uid", "provider"),
    "social-auth": Table("social_auth_usersocialauth", "user_id", "uid", "provider"),
}


@dataclass
class Report:
    """What an import found. It names users and people only by their keys, without names and email addresses."""

    linked: list[tuple[Any, str]] = field(default_factory=list)
    """The user and the Clever id of each link that was made, or would be."""

    known: int = 0
    """The number of links that already existed."""

    skipped: list[str] = field(default_factory=list)
    """A sentence for each row, or group of rows, that was left out."""

    refused: dict[str, str] = field(default_factory=dict)
    """The Clever ids of people who are refused until an administrator decides, and why the import left them out."""

    @property
    def odd_ids(self) -> int:
        """How many of the new links have an id that does not look like Clever's."""
        return sum(_CLEVERS_FORM.fullmatch(clever_id) is None for _, clever_id in self.linked)


class MissingTable(Exception):  # noqa: N818  (a word that says it)
    """Raised when there is no such table or column."""


def rows(table: Table, providers: Iterable[str], using: str) -> Iterator[tuple[Any, Any]]:
    """The user and the Clever id of each row that is Clever's.

    Raises:
        MissingTable: With the name that is missing.
    """
    connection = connections[using]
    with connection.cursor() as cursor:
        if table.name not in connection.introspection.table_names(cursor, include_views=True):
            raise MissingTable(f"the database {using!r} has no table {table.name!r}")
        there = {column.name for column in connection.introspection.get_table_description(cursor, table.name)}
        wanted = [table.user, table.clever_id, *([table.provider] if table.provider else [])]
        for column in wanted:
            if column not in there:
                raise MissingTable(f"the table {table.name!r} has no column {column!r}")
        quoted = [connection.ops.quote_name(column) for column in wanted]
        # The names come from this database and are quoted by its own rules.
        statement = f"SELECT {quoted[0]}, {quoted[1]} FROM {connection.ops.quote_name(table.name)}"  # noqa: S608
        values = list(providers) if table.provider else []
        if values:
            statement += f" WHERE {quoted[2]} IN ({', '.join(['%s'] * len(values))})"
        cursor.execute(f"{statement} ORDER BY {quoted[0]}, {quoted[1]}", values)
        while found := cursor.fetchmany(_BATCH):
            yield from found


def providers(table: Table, wanted: str, using: str) -> list[str]:
    """The providers in a table, for a message: at most ten, the most similar to `wanted` first.

    Values that cannot be the name of a provider are left out: in the wrong column, they may be anything.
    """
    connection = connections[using]
    column, name = (connection.ops.quote_name(each) for each in (table.provider or "", table.name))
    with connection.cursor() as cursor:
        # The names come from this database and are quoted by its own rules.
        cursor.execute(f"SELECT DISTINCT {column} FROM {name} ORDER BY {column}")  # noqa: S608
        found = [str(value) for (value,) in cursor.fetchmany(_BATCH) if _PROVIDERS_FORM.fullmatch(str(value))]
    return sorted(found, key=lambda each: _difference(each, wanted))[:10]


def _difference(one: str, other: str) -> float:
    return 1 - SequenceMatcher(None, one.casefold(), other.casefold()).ratio()


def missing_providers(table: Table, wanted: Iterable[str], using: str) -> list[str]:
    """The wanted providers that no row has. None are missing if no row has any provider."""
    connection = connections[using]
    column, name = (connection.ops.quote_name(each) for each in (table.provider or "", table.name))
    with connection.cursor() as cursor:

        def is_there(condition: str, *values: str) -> bool:
            # As above.
            cursor.execute(f"SELECT COUNT(*) FROM {name} WHERE {column} {condition}", values)  # noqa: S608
            return bool(cursor.fetchone()[0])

        return [each for each in wanted if not is_there("= %s", each)] if is_there("IS NOT NULL") else []


def unlinked_users(table: Table, provider: str, using: str) -> int:
    """How many users have a row of this provider, no link, and no record of an import that left them out.

    It is 0 if there is no such table.
    """
    connection, quote = connections[using], connections[using].ops.quote_name
    link, removed = CleverAccount._meta, RemovedAccount._meta  # noqa: SLF001  (Django documents it)
    with connection.cursor() as cursor:
        if not {table.name, link.db_table, removed.db_table} <= set(connection.introspection.table_names(cursor)):
            return 0
        # The names come from the code of Django's apps and are quoted by the rules of the database.
        cursor.execute(
            f"SELECT COUNT(DISTINCT entry.{quote(table.user)}) FROM {quote(table.name)} entry "  # noqa: S608
            f"WHERE entry.{quote(table.provider or '')} = %s "
            f"AND NOT EXISTS (SELECT 1 FROM {quote(link.db_table)} made "
            f"WHERE made.{quote('user_id')} = entry.{quote(table.user)}) "
            f"AND NOT EXISTS (SELECT 1 FROM {quote(removed.db_table)} gone "
            f"WHERE gone.{quote('clever_id')} = entry.{quote(table.clever_id)})",
            [provider],
        )
        return int(cursor.fetchone()[0])


def lookalikes(table: Table, using: str) -> list[str]:
    """The other providers in a table whose ids look like Clever's. Empty if there is no such table.

    A project may have chosen any name for Clever. The first and the last id stand for the others.
    """
    connection, quote = connections[using], connections[using].ops.quote_name
    provider, clever_id = quote(table.provider or ""), quote(table.clever_id)
    with connection.cursor() as cursor:
        if table.name not in connection.introspection.table_names(cursor):
            return []
        # The names come from the code of Django's apps and are quoted by the rules of the database.
        cursor.execute(
            f"SELECT {provider}, MIN({clever_id}), MAX({clever_id}) FROM {quote(table.name)} "  # noqa: S608
            f"GROUP BY {provider} ORDER BY {provider}"
        )
        return [
            name
            for name, first, last in cursor.fetchmany(_BATCH)
            if name != CLEVER
            and _PROVIDERS_FORM.fullmatch(str(name))
            and all(_CLEVERS_FORM.fullmatch(str(each)) for each in (first, last))
        ]


def import_links(
    pairs: Iterable[tuple[Any, Any]], issuer: str, *, allow_several: bool = False, dry_run: bool = False
) -> Report:
    """Link users to people at Clever.

    A row that contradicts another row or an existing link is left out and named in the report.

    Args:
        pairs: The key of a user, and a Clever id.
        issuer: The issuer of the ids.
        allow_several: Whether a user may be linked to more than one person.
        dry_run: Whether to write nothing.
    """
    report = Report()
    wanted = _readable(pairs, report)
    _drop_known(wanted, report, issuer)
    _drop_shared(wanted, report)
    if not allow_several:
        _drop_several(wanted, report)
    using = accounts.database()
    with transaction.atomic(using=using):
        accounts.begin_with_a_write(using)
        users = _users(wanted.keys(), using)
        known = _known(wanted, issuer, using)
        _let_in(report, _known({"": set(report.refused)}, issuer, using))
        _drop_linked_elsewhere({key: wanted[key] for key in wanted if key in users}, known, report)
        deleted = accounts.removed().filter(issuer=issuer, left_out=False)
        removed = set(deleted.values_list("clever_id", flat=True))
        made: list[CleverAccount] = []
        for key, ids in wanted.items():
            user = users.get(key)
            if user is None:
                report.skipped.append(f"user {key}: there is no such user")
                continue
            reason = accounts.staff_reason(user)
            if reason:
                locked_out = "" if user.has_usable_password() else ". Without a password, this user may be locked out"
                report.skipped.append(f"user {key}: {reason}{locked_out}")
                report.refused.update(dict.fromkeys(ids - set(known), STAFF))
                continue
            for clever_id in sorted(ids):
                if clever_id in known:
                    report.known += 1
                elif clever_id in removed:
                    report.skipped.append(f"Clever id {clever_id}: its link was deleted")
                else:
                    report.linked.append((user.pk, clever_id))
                    made.append(CleverAccount(user=user, issuer=issuer, clever_id=clever_id))
        _let_in(report, {clever_id for _, clever_id in report.linked} | removed)
        if not dry_run:
            CleverAccount.objects.using(using).bulk_create(made, batch_size=_BATCH)
            _remember(report, issuer)
    return report


def _drop_linked_elsewhere(wanted: dict[str, set[str]], known: dict[str, str], report: Report) -> None:
    """Leave out the people who are linked to another user: often they logged in before the import."""
    for user, ids in wanted.items():
        for clever_id in sorted(ids & set(known)):
            owner = known[clever_id]
            if owner != user:
                ids.discard(clever_id)
                report.skipped.append(
                    f"Clever id {clever_id}: of user {user}, and linked to user {owner} already. If both users are one "
                    f"person: manage.py clever_merge_users {user} {owner}"
                )


def _let_in(report: Report, clever_ids: Iterable[str]) -> None:
    """Note that these people are not refused."""
    for clever_id in clever_ids:
        report.refused.pop(clever_id, None)


def _remember(report: Report, issuer: str) -> None:
    """Record who was left out, because their next login would create a second user, and who is no longer left out."""
    everyone = accounts.removed()
    linked = [clever_id for _, clever_id in report.linked]
    for at in range(0, len(linked), _BATCH):
        everyone.filter(issuer=issuer, clever_id__in=linked[at : at + _BATCH]).delete()
    rows = [
        RemovedAccount(issuer=issuer, clever_id=clever_id, left_out=True, reason=reason)
        for clever_id, reason in sorted(report.refused.items())
    ]
    everyone.bulk_create(rows, batch_size=_BATCH, ignore_conflicts=True)
    # The reason may be another one than in the last import.
    for reason in LEFT_OUT_REASONS:
        ids = [row.clever_id for row in rows if row.reason == reason]
        for at in range(0, len(ids), _BATCH):
            left_out = everyone.filter(issuer=issuer, left_out=True, clever_id__in=ids[at : at + _BATCH])
            left_out.exclude(reason=reason).update(reason=reason)


def _readable(pairs: Iterable[tuple[Any, Any]], report: Report) -> dict[str, set[str]]:
    """The Clever ids for each user key, both as text."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for user, value in pairs:
        clever_id = "" if value is None else str(value).strip()
        if user is None or user == "":
            report.skipped.append("a row without a user")
        elif not clever_id:
            report.skipped.append(f"user {user}: the Clever id is empty")
        elif len(clever_id) > LONGEST_ID or not (clever_id.isascii() and clever_id.isalnum()):
            report.skipped.append(f"user {user}: the value is not a Clever id")
        else:
            wanted[_key(user)].add(clever_id)
    return wanted


def _key(value: object) -> str:
    """The key of a user as text, in one form: a table may have a UUID without dashes, or a number with zeros."""
    primary: Any = get_user_model()._meta.pk  # noqa: SLF001  (Django documents it)
    try:
        return str(primary.to_python(value))
    except (ValidationError, ValueError, TypeError):
        # No user has this key. The report says so.
        return str(value)


def _drop_known(wanted: dict[str, set[str]], report: Report, issuer: str) -> None:
    """Count and remove users who are already linked to all their people: these rows are no longer a problem."""
    known = _known(wanted, issuer, accounts.database())
    for user, ids in list(wanted.items()):
        if all(known.get(clever_id) == user for clever_id in ids):
            report.known += len(ids)
            del wanted[user]


def _drop_shared(wanted: dict[str, set[str]], report: Report) -> None:
    """Leave out the people who would be linked to two users: it is unclear which one is right."""
    users: dict[str, list[str]] = defaultdict(list)
    for user, ids in wanted.items():
        for clever_id in ids:
            users[clever_id].append(user)
    for clever_id, several in sorted(users.items()):
        if len(several) > 1:
            report.skipped.append(f"Clever id {clever_id}: users {', '.join(sorted(several))} have it")
            report.refused[clever_id] = SHARED
            for user in several:
                wanted[user].discard(clever_id)


def _drop_several(wanted: dict[str, set[str]], report: Report) -> None:
    """Leave out users who would be linked to several people: social-auth gave children on a shared device one user."""
    for user, ids in wanted.items():
        if len(ids) > 1:
            report.skipped.append(f"user {user}: has {len(ids)} Clever ids: {', '.join(sorted(ids))}")
            report.refused.update(dict.fromkeys(ids, SEVERAL))
            ids.clear()


def _users(keys: Iterable[str], using: str) -> dict[str, Any]:
    """The users by the text of their keys."""
    user_model = get_user_model()
    primary: Any = user_model._meta.pk  # noqa: SLF001  (Django documents it)
    wanted: list[Any] = []
    for key in keys:
        with suppress(ValidationError, ValueError, TypeError):
            wanted.append(primary.to_python(key))
    found: dict[str, Any] = {}
    for at in range(0, len(wanted), _BATCH):
        everyone = user_model._base_manager.using(using)  # noqa: SLF001  (Django documents it)
        for user in everyone.filter(pk__in=wanted[at : at + _BATCH]):
            found[str(user.pk)] = user
    return found


def _known(wanted: dict[str, set[str]], issuer: str, using: str) -> dict[str, str]:
    """The users of these people, if they are already linked."""
    ids = sorted(set().union(*wanted.values()))
    found: dict[str, str] = {}
    for at in range(0, len(ids), _BATCH):
        linked = CleverAccount.objects.using(using).filter(issuer=issuer, clever_id__in=ids[at : at + _BATCH])
        found.update((clever_id, str(user)) for clever_id, user in linked.values_list("clever_id", "user_id"))
    return found
