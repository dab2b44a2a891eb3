"""The user that somebody who logged in at Clever is here: found, matched or made."""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING, Any, cast

from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db import IntegrityError, connections, router, transaction
from django.db.models import EmailField

from clever_sso.django import conf
from clever_sso.django.models import LONGEST_USER_TYPE, CleverAccount

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser
    from django.http import HttpRequest

    from clever_sso._native import Identity


class CleverBackend(ModelBackend):
    """Authenticates whom Clever vouches for. Permissions are those of Django's own backend.

    Derive from it to decide more than the settings can say.
    """

    def authenticate(  # type: ignore[override]
        self,
        request: HttpRequest | None,  # noqa: ARG002  (as Django calls it)
        clever_identity: Identity | None = None,
    ) -> AbstractBaseUser | None:
        """The user of this identity.

        Args:
            request: The callback.
            clever_identity: Who logged in, as `finish_login` says. Nothing else makes a user here.

        Raises:
            PermissionDenied: When this person has no account and is to get none, or the user is not active.
        """
        if clever_identity is None:
            return None
        database = router.db_for_write(CleverAccount)
        with transaction.atomic(using=database):
            _lock(database)
            user, created = self.find_or_make(clever_identity)
            if not self.user_can_authenticate(user):
                raise PermissionDenied
            self.provision(user, clever_identity, created=created)
        return cast("AbstractBaseUser", user)

    # Django's own backend has one that takes a password.
    async def aauthenticate(  # type: ignore[override]
        self, request: HttpRequest | None, clever_identity: Identity | None = None
    ) -> AbstractBaseUser | None:
        """The same for asynchronous code."""
        return await sync_to_async(self.authenticate)(request, clever_identity)

    def find_or_make(self, identity: Identity) -> tuple[Any, bool]:
        """The user, and whether it was made just now."""
        account = self._account(identity)
        if account is None:
            return self._new_account(identity)
        account.clever_id = identity.id
        account.district_id = identity.district_id or ""
        account.user_type = _user_type(identity)
        account.save()
        return account.user, False

    def match(self, identity: Identity) -> Any | None:  # noqa: ANN401  (a user model may be anything)
        """The user that somebody who is new here is already, as `CLEVER_MATCH_USER` says; `None` for none."""
        hook = conf.hook("CLEVER_MATCH_USER")
        return hook(identity) if hook else None

    def make(self, identity: Identity) -> Any:  # noqa: ANN401  (a user model may be anything)
        """A new user with an unusable password, named after the Clever id: it is the only name that is unique."""
        user_model = get_user_model()
        user = user_model(**{str(user_model.USERNAME_FIELD): _free_name(user_model, identity.id)})
        user.set_unusable_password()
        return user

    def provision(self, user: Any, identity: Identity, *, created: bool) -> None:  # noqa: ANN401  (a user model may be anything)
        """Tell the user record what Clever knows: the name, the groups, and what `CLEVER_PROVISION_USER` does.

        A name that Clever does not tell is left as it is. A group of `CLEVER_ROLE_GROUPS` is left with the role, also
        while Clever cannot tell the roles: then the next login brings it back.
        """
        changed = [
            name
            for name, value in (("first_name", identity.name.first), ("last_name", identity.name.last))
            if value and _set(user, name, value)
        ]
        if changed:
            user.save(update_fields=changed)
        _set_groups(user, identity)
        hook = conf.hook("CLEVER_PROVISION_USER")
        if hook:
            hook(user, identity, created)

    def _account(self, identity: Identity) -> CleverAccount | None:
        accounts = CleverAccount.objects.select_related("user").filter(issuer=identity.issuer)
        account: CleverAccount | None = accounts.filter(clever_id=identity.id).first()
        if account is None and identity.legacy_ids:
            # Clever says which ids this person had before: whoever was known by one of them is this person.
            account = accounts.filter(clever_id__in=identity.legacy_ids).order_by("-last_login_at").first()
        return account

    def _new_account(self, identity: Identity) -> tuple[Any, bool]:
        user, created = self.match(identity), False
        if user is None:
            if not conf.creates_users():
                raise PermissionDenied
            user, created = self.make(identity), True
        try:
            with transaction.atomic():
                if created:
                    user.save()
                self._link(user, identity)
        except IntegrityError:
            # The same person logged in twice at once, and the other one was first.
            account = self._account(identity)
            if account is None:
                raise
            return account.user, False
        return user, created

    def _link(self, user: Any, identity: Identity) -> None:  # noqa: ANN401  (a user model may be anything)
        CleverAccount.objects.create(
            user=user,
            issuer=identity.issuer,
            clever_id=identity.id,
            district_id=identity.district_id or "",
            user_type=_user_type(identity),
        )


def _lock(database: str) -> None:
    """Begin with a write where a transaction that has read may be refused to write: in SQLite, at once and for good.

    Somebody whose tabs sign in together would read "database is locked". So the second waits for the first, up to the
    `timeout` of the database.
    """
    if connections[database].vendor == "sqlite":
        CleverAccount.objects.using(database).filter(pk=-1).update(user_type="")


def _free_name(user_model: Any, clever_id: str) -> str:  # noqa: ANN401  (a user model may be anything)
    """What to call a new user: `clever_` and the id, and some letters more where somebody is called so already."""
    field = user_model._meta.get_field(user_model.USERNAME_FIELD)  # noqa: SLF001  (Django documents it)
    # Nobody has an address below `.invalid` (RFC 2606 2): it is a name and never gets mail.
    ending = "@clever.invalid" if isinstance(field, EmailField) else ""
    for start in ("clever_", f"clever_{token_hex(4)}_"):
        # Where a name must be short, its end is what distinguishes it.
        name: str = f"{start}{clever_id}{ending}"[-(field.max_length or 0) :]
        if not user_model._default_manager.filter(**{field.name: name}).exists():  # noqa: SLF001  (Django documents it)
            break
    return name


def _set(user: Any, name: str, value: str) -> bool:  # noqa: ANN401  (a user model may be anything)
    """Set a field if the user model has it, as much of the value as fits. Whether that changed it."""
    try:
        field = user._meta.get_field(name)  # noqa: SLF001  (Django documents it)
    except FieldDoesNotExist:
        return False
    before, after = getattr(user, name), value[: field.max_length]
    setattr(user, name, after)
    return bool(before != after)


def _user_type(identity: Identity) -> str:
    return (identity.user_type or "")[:LONGEST_USER_TYPE]


def _set_groups(user: Any, identity: Identity) -> None:  # noqa: ANN401  (a user model may be anything)
    names = conf.role_groups()
    if not names:
        return
    roles = {identity.user_type} if identity.user_type else {role.name for role in identity.roles}
    wanted = {group for role, group in names.items() if role in roles}
    user.groups.remove(*Group.objects.filter(name__in=set(names.values()) - wanted))
    user.groups.add(*(Group.objects.get_or_create(name=name)[0] for name in sorted(wanted)))
