"""Finds, creates, deletes and moves the links between people at Clever and users.

    from clever_sso.django.accounts import merge_users, unlink

`unlink(user)` deletes the links of a user, `merge_users(keep, other)` merges two users into one. Both send a signal,
and neither changes staff users or superusers unless `CLEVER_ALLOW_STAFF` is true.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.apps import apps
from django.contrib import auth
from django.db import IntegrityError, OperationalError, connections, router, transaction
from django.db.models import F, Model
from django.utils import timezone

from clever_sso._web.arrival import Refused
from clever_sso._web.copies import IdentityCopy
from clever_sso._web.identity import SessionIdentity
from clever_sso._web.older_ids import may_have_more, older_ids, without_more
from clever_sso.django import conf, signals
from clever_sso.exceptions import Error

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

    from clever_sso._native import Client, Identity, Tokens
    from clever_sso._web.copies import NoTokens, TokensCopy
    from clever_sso.django.models import CleverAccount, RemovedAccount

    AnyIdentity = Identity | IdentityCopy

Result = TypeVar("Result")
logger = logging.getLogger("clever_sso.django")
_TRIES = 3
# The error codes of PostgreSQL and MySQL for transactions that conflict: a deadlock, or a serialization failure.
_SQL_STATES, _MYSQL_CODES = {"40001", "40P01"}, {1205, 1213}

REMOVED_SENTENCE = "Your account was removed from this app. Please ask someone at your school for access."
LEFT_OUT_SENTENCE = "Your account needs a check before you can use Clever here. Please ask your school for help."
STAFF_SENTENCE = "Your account manages this site. Please log in with your password instead of Clever."
ANOTHER_SENTENCE = "Your account here is linked to another person at Clever. Please unlink it first."
LINKED_SENTENCE = "This Clever account is already used with another account here. Please ask your school for help."


_ADVICE = {
    "staff": (
        ", because their user is staff or a superuser: they can log in with their password. To let them use Clever, "
        "set CLEVER_ALLOW_STAFF = True, then run clever_import again while the old table exists, or let them connect "
        "Clever after a password login"
    ),
    "shared": (
        ", because several users have their Clever id: delete the wrong rows of the old table, and run clever_import "
        "again while that table exists"
    ),
    "several": (
        ", because their user has several Clever ids: delete the wrong rows of the old table, and run clever_import "
        "again while that table exists; if all ids are of one person, run it with --allow-several"
    ),
    "": ": clever_import --dry-run says why, while the old table exists",
}
"""What an administrator can do about a person that an import left out."""
_AS_NEW = 'To let them in as a new user, delete their row in the admin, "removed Clever accounts"'


class AlreadyLinked(Refused):
    """Raised when a person at Clever is already linked to another user."""

    def __init__(self) -> None:
        super().__init__(LINKED_SENTENCE, reason="this person at Clever is linked to another user")


def database() -> str:
    """The database for writing links and users. Logins also read from it, because a replica may be behind."""
    return router.db_for_write(_model("CleverAccount"))


def _model(name: str) -> Any:  # noqa: ANN401  (a model)
    # A project may import its URLs, and with them these functions, before the apps are ready.
    return apps.get_model("clever_sso", name)


def links() -> QuerySet[CleverAccount]:
    """All links, from the database that they are written to."""
    return cast("QuerySet[CleverAccount]", _model("CleverAccount").objects.using(database()))


def removed() -> QuerySet[RemovedAccount]:
    """The people who are refused because their link was deleted."""
    model = _model("RemovedAccount")
    return cast("QuerySet[RemovedAccount]", model.objects.using(router.db_for_write(model)))


def person_of(user_id: object) -> SessionIdentity | None:
    """Who logged in with Clever in the session of the current request, if that session belongs to this user."""
    session = getattr(conf.REQUEST.get(), "session", None)
    if session is None or session.get(auth.SESSION_KEY) != str(user_id):
        return None
    return SessionIdentity.from_session(session)


def link_of(identity: AnyIdentity) -> CleverAccount | None:
    """The link of this person, found by the Clever id or by an older id from Clever."""
    known = links().select_related("user").filter(issuer=identity.issuer)
    # There is at most one, so no ordering is needed.
    link: CleverAccount | None = next(iter(known.filter(clever_id=identity.id)), None)
    if link is None and identity.legacy_ids:
        older = known.filter(clever_id__in=identity.legacy_ids)
        link = older.order_by(F("last_login_at").desc(nulls_last=True), "pk").first()
    return link


def _is_linked(identity: AnyIdentity) -> bool:
    """Whether `link_of` finds a link. Every login needs this, so the query only checks for existence."""
    ids = [identity.id, *identity.legacy_ids]
    return bool(links().filter(issuer=identity.issuer, clever_id__in=ids).exists())


def with_older_ids(identity: AnyIdentity, tokens: Tokens | TokensCopy | NoTokens | None, client: Client) -> AnyIdentity:
    """Return the same person with the older ids of all their roles, if those may identify the user.

    An ID token has only the older id for the role of the login. If no link is known by the ids so far, this asks Clever
    for the other ids, once for each person.

    Raises:
        Error: When Clever cannot be reached right now. Otherwise an existing person would get a second user.
    """
    if not tokens or not may_have_more(identity, tokens) or _is_linked(identity):
        return identity
    try:
        ids = older_ids(identity, client.user(tokens.access_token, identity.id).roles)
    except Error as error:
        ids = without_more(identity, error, logger)
    return identity if ids == tuple(identity.legacy_ids) else replace(IdentityCopy.of(identity), legacy_ids=ids)


def removals(identity: AnyIdentity) -> QuerySet[RemovedAccount]:
    """The records that say that this person's link was deleted, or that an import left the person out."""
    ids = [identity.id, *identity.legacy_ids]
    return cast("QuerySet[RemovedAccount]", removed().filter(issuer=identity.issuer, clever_id__in=ids))


def check_not_removed(identity: AnyIdentity) -> None:
    """Refuse a person without a link if an import left them out, or a link was deleted and the settings refuse them.

    Raises:
        Refused: With a sentence for the person.
    """
    found = list(removals(identity).values_list("left_out", "reason"))
    if not found or link_of(identity) is not None:
        return
    reasons = [reason for left_out, reason in found if left_out]
    if reasons:
        reason = "staff" if "staff" in reasons else reasons[0]
        sentence = STAFF_SENTENCE if reason == "staff" else LEFT_OUT_SENTENCE
        advice = _ADVICE.get(reason, _ADVICE[""])
        raise Refused(sentence, reason=f"clever_import left this person out{advice}. {_AS_NEW}")
    if conf.refuses_unlinked():
        raise Refused(REMOVED_SENTENCE, reason="the link of this person was deleted")


def is_staff(user: Any) -> bool:  # noqa: ANN401  (a user model may be anything)
    """Whether a user is staff or a superuser."""
    return bool(getattr(user, "is_staff", False) or getattr(user, "is_superuser", False))


def staff_reason(user: Any, identity: AnyIdentity | SessionIdentity | None = None) -> str | None:  # noqa: ANN401  (a user model may be anything)
    """Why Clever may not sign in or link this user; `None` if it may."""
    if not is_staff(user):
        return None
    if not conf.allows_staff():
        return "the user is staff or a superuser, and CLEVER_ALLOW_STAFF is not set"
    if identity is not None and identity.loginas_by_admin:
        return "the user is staff or a superuser, and an administrator of Clever logged in as this person"
    return None


def check_staff(user: Any, identity: AnyIdentity | None = None) -> None:  # noqa: ANN401  (a user model may be anything)
    """Refuse staff and superusers that Clever may not sign in or link.

    Raises:
        Refused: With a sentence for the person.
    """
    reason = staff_reason(user, identity)
    if reason:
        raise Refused(STAFF_SENTENCE, reason=reason)


def check_link(user: Any, identity: AnyIdentity) -> None:  # noqa: ANN401  (a user model may be anything)
    """Refuse early what `link` would refuse.

    Raises:
        Refused: As `link`.
    """
    if identity.loginas_by_admin:
        raise Refused(reason="an administrator of Clever logged in as this person, so nothing is linked")
    check_staff(user)


def check_no_other(user: Any, identity: AnyIdentity) -> None:  # noqa: ANN401  (a user model may be anything)
    """Refuse to link a user to a second person of the same issuer.

    Raises:
        Refused: With a sentence for the person.
    """
    if links().filter(user=user, issuer=identity.issuer).exists():
        raise Refused(ANOTHER_SENTENCE, reason="this user is linked to another person at Clever")


def link(user: Any, identity: AnyIdentity, *, allow_several: bool = True) -> CleverAccount:  # noqa: ANN401  (a user model may be anything)
    """Link a person at Clever to a user.

    Args:
        user: The user.
        identity: The person.
        allow_several: Whether the user may already be linked to another person of this issuer.

    Raises:
        AlreadyLinked: When the person is already linked to another user.
        Refused: When an administrator at Clever logged in as this person, the user is staff and may not be linked, or
            the user is already linked to another person and `allow_several` is false.
        TypeError: When `user` is not a user, or `identity` is not an identity.
    """
    if not isinstance(user, Model):
        raise TypeError(f"user must be a user, not {type(user).__name__}")
    if not hasattr(identity, "loginas_by_admin"):
        raise TypeError(f"identity must be an Identity, not {type(identity).__name__}")
    check_link(user, identity)
    using = database()

    def linked() -> CleverAccount:
        with transaction.atomic(using=using):
            begin_with_a_write(using)
            found = link_of(identity)
            if found is None:
                if not allow_several:
                    # Two tabs may confirm at once: let one wait for the other.
                    user.__class__._base_manager.using(using).select_for_update().filter(pk=user.pk).first()  # noqa: SLF001  (Django documents it)
                    check_no_other(user, identity)
                try:
                    with transaction.atomic(using=using):
                        found = make_link(user, identity)
                except IntegrityError:
                    found = link_of(identity)
                    if found is None:
                        raise
            if found.user.pk != user.pk:
                raise AlreadyLinked
            refresh(found, identity)
            return found

    made = retried(linked, using)
    signals.account_linked.send(user.__class__, user=user, account=made)
    return made


def make_link(user: Any, identity: AnyIdentity) -> CleverAccount:  # noqa: ANN401  (a user model may be anything)
    """Create a link. Raises `IntegrityError` if the person already has one."""
    made = links().create(
        user=user,
        issuer=identity.issuer,
        clever_id=identity.id,
        district_id=identity.district_id or "",
        user_type=_user_type(identity),
        last_login_at=timezone.now(),
    )
    # With a new link, the person may log in again.
    removals(identity).delete()
    return made


def refresh(account: CleverAccount, identity: AnyIdentity) -> None:
    """Save the data of this login."""
    account.clever_id = identity.id
    account.district_id = identity.district_id or ""
    account.user_type = _user_type(identity)
    account.last_login_at = timezone.now()
    account.save(using=database())


def unlink(user: Any, account: CleverAccount | None = None) -> int:  # noqa: ANN401  (a user model may be anything)
    """Delete all links of a user, or only this one. The sessions that began with them end.

    The setting `CLEVER_AFTER_UNLINK` decides what happens at the person's next login.

    Returns:
        The number of deleted links.
    """
    mine = links().filter(user=user)
    chosen = list(mine if account is None else mine.filter(pk=account.pk))
    with transaction.atomic(using=database()):
        for each in chosen:
            each.delete(using=database())
    for each in chosen:
        signals.account_unlinked.send(user.__class__, user=user, account=each)
    return len(chosen)


def merge_users(keep: Any, other: Any, *, delete: bool = False) -> int:  # noqa: ANN401  (a user model may be anything)
    """Merge two users: people who logged in with Clever as `other` are `keep` from now on.

    The links move to `keep`. The signal `users_merged` is sent inside the transaction, so that you can move your
    application's own data of `other`. If a receiver raises, the whole merge is undone. Then `other` is set inactive or
    deleted.

    Args:
        keep: The user that stays.
        other: The user that is merged into `keep`.
        delete: Whether to delete `other`, with everything that the database deletes with it.

    Returns:
        The number of links that moved.

    Raises:
        ValueError: When both are the same user, one of them is staff or a superuser and `CLEVER_ALLOW_STAFF` is not
            set, or `other` can be neither deleted nor set inactive.
    """
    check_merge(keep, other, delete=delete)
    using = database()

    def merged() -> int:
        with transaction.atomic(using=using):
            begin_with_a_write(using)
            moved: int = links().filter(user=other).update(user=keep)
            signals.users_merged.send(type(keep), user=keep, other=other)
            if delete:
                other.delete()
            else:
                other.is_active = False
                other.save(update_fields=["is_active"])
            return moved

    return retried(merged, using)


def check_merge(keep: Any, other: Any, *, delete: bool = False) -> None:  # noqa: ANN401  (a user model may be anything)
    """Raise the errors that `merge_users` would raise for these two users, without writing anything.

    Raises:
        ValueError: As `merge_users`.
    """
    if type(keep) is not type(other) or keep.pk is None or keep.pk == other.pk:
        raise ValueError("merge_users needs two different users of one model")
    for user in (keep, other):
        reason = staff_reason(user)
        if reason:
            raise ValueError(f"user {user.pk} is not merged: {reason}")
    if not delete and not _has_field(other, "is_active"):
        raise ValueError("the user model has no is_active: merge_users(..., delete=True) deletes the other user")


def begin_with_a_write(using: str) -> None:
    """Begin the transaction with a write if the database is SQLite, which may refuse to write after a read.

    Without this, a person whose tabs sign in together would see "database is locked". With it, the second transaction
    waits for the first, up to the `timeout` of the database.
    """
    if connections[using].vendor == "sqlite":
        _model("CleverAccount").objects.using(using).filter(pk=-1).update(user_type="")


def retried(work: Callable[[], Result], using: str) -> Result:
    """Run a whole transaction, and retry it if it conflicts with another. Don't call this inside a transaction."""
    for left in range(_TRIES - 1, 0, -1):
        try:
            return work()
        except OperationalError as error:  # noqa: PERF203  (a transaction costs more)
            if connections[using].in_atomic_block or not _met_another(error):
                raise
            logger.info("a transaction met another one, %d more tries", left)
    return work()


def _met_another(error: OperationalError) -> bool:
    cause: Any = error.__cause__ or error
    state = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)
    code = cause.args[0] if cause.args else None
    return state in _SQL_STATES or code in _MYSQL_CODES or "database is locked" in str(error)


def _user_type(identity: AnyIdentity) -> str:
    longest = _model("CleverAccount")._meta.get_field("user_type").max_length  # noqa: SLF001  (Django documents it)
    return (identity.user_type or "")[:longest]


def _has_field(user: Any, name: str) -> bool:  # noqa: ANN401  (a user model may be anything)
    return any(field.name == name for field in user._meta.get_fields())  # noqa: SLF001  (Django documents it)
