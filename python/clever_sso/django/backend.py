"""The backend that finds, matches or creates the user of a person who logged in at Clever."""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING, Any, cast

from asgiref.sync import sync_to_async
from django.contrib.auth import get_backends, get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import EmailField, Exists, OuterRef

from clever_sso._web.arrival import Refused
from clever_sso.django import accounts, conf
from clever_sso.django.models import CleverAccount
from clever_sso.django.user_fields import email_field, is_unique

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser
    from django.http import HttpRequest

    from clever_sso._native import Identity


class NotAllowed(Refused, PermissionDenied):
    """Keeps a user out. Django's `authenticate` treats it as the decision of this backend."""


class CleverBackend(ModelBackend):
    """Authenticates people whose login Clever confirmed. Permissions work as in Django's own backend.

    Subclass it to decide more than the settings can.
    """

    def authenticate(  # type: ignore[override]
        self,
        request: HttpRequest | None,  # noqa: ARG002  (as Django calls it)
        clever_identity: Identity | None = None,
    ) -> AbstractBaseUser | None:
        """Return the user of this identity.

        Args:
            request: The callback.
            clever_identity: Who logged in, from `finish_login`. Only this creates a user.

        Raises:
            PermissionDenied: When this person has no account and `CLEVER_CREATE_USERS` is false, or the user is
                inactive, or the user is staff or a superuser and `CLEVER_ALLOW_STAFF` is not set.
        """
        if clever_identity is None:
            return None
        identity, using = clever_identity, accounts.database()
        # One of a subclass may be asynchronous.
        provision: Any = self.provision

        def signed_in() -> Any:  # noqa: ANN401  (a user model may be anything)
            with transaction.atomic(using=using):
                accounts.begin_with_a_write(using)
                user, created = self.find_or_make(identity)
                self._check(user, identity)
                conf.result_of(provision(user, identity, created=created))
                # The project's own code may have made the user staff.
                self._check(user, identity)
                return user

        return cast("AbstractBaseUser", accounts.retried(signed_in, using))

    # Django's own backend has a method of this name that takes a password.
    async def aauthenticate(  # type: ignore[override]
        self, request: HttpRequest | None, clever_identity: Identity | None = None
    ) -> AbstractBaseUser | None:
        """The same for asynchronous code."""
        return await sync_to_async(self.authenticate)(request, clever_identity)

    def get_user(self, user_id: Any) -> AbstractBaseUser | None:  # noqa: ANN401  (a key may be anything)
        """The user of a session that began with Clever.

        `None` if the link that it began with was deleted, or if Clever may not sign in the user, for example because
        the user became staff.
        """
        person = accounts.person_of(user_id)
        if person is None:
            return super().get_user(user_id)
        user_model = get_user_model()
        link = CleverAccount.objects.filter(user=OuterRef("pk"), issuer=person.issuer, clever_id=person.id)
        try:
            user = user_model._default_manager.filter(Exists(link)).get(pk=user_id)  # noqa: SLF001  (Django documents it)
        except user_model.DoesNotExist:
            return None
        may_stay = self.user_can_authenticate(user) and accounts.staff_reason(user, person) is None
        return user if may_stay else None

    async def aget_user(self, user_id: Any) -> AbstractBaseUser | None:  # noqa: ANN401  (a key may be anything)
        """The same for asynchronous code."""
        return await sync_to_async(self.get_user)(user_id)

    def find(self, identity: Identity) -> Any | None:  # noqa: ANN401  (a user model may be anything)
        """The existing user of this person, by a link or by `match`; `None` for a new person. Writes nothing."""
        link = accounts.link_of(identity)
        return self._matched(identity) if link is None else link.user

    def _matched(self, identity: Identity) -> Any | None:  # noqa: ANN401  (a user model may be anything)
        """Like `match`, but does not match a person whose link was deleted."""
        return None if accounts.removals(identity).exists() else conf.result_of(self.match(identity))

    def find_or_make(self, identity: Identity) -> tuple[Any, bool]:
        """The user, and whether it was just created."""
        link = accounts.link_of(identity)
        if link is None:
            return self._linked(identity)
        accounts.refresh(link, identity)
        return link.user, False

    def match(self, identity: Identity) -> Any | None:  # noqa: ANN401  (a user model may be anything)
        """The existing user of a person without a link, according to `CLEVER_MATCH_USER`; `None` if there is none."""
        hook = conf.hook("CLEVER_MATCH_USER")
        return conf.result_of(hook(identity)) if hook else None

    def make(self, identity: Identity) -> Any:  # noqa: ANN401  (a user model may be anything)
        """Create a user with an unusable password, named after the Clever id, which is the only unique name."""
        user_model = get_user_model()
        name = _free_name(user_model, identity.id)
        field = email_field(user_model)
        if field is not None and field.name == user_model.USERNAME_FIELD:
            name = _told_email(user_model, field, identity) or name
        user = user_model(**{str(user_model.USERNAME_FIELD): name})
        _set_email(user, identity)
        user.set_unusable_password()
        return user

    def provision(self, user: Any, identity: Identity, *, created: bool) -> None:  # noqa: ANN401  (a user model may be anything)
        """Update the user from Clever: the name and the groups. Then call `CLEVER_PROVISION_USER`.

        Names that Clever does not send stay unchanged; with `CLEVER_KEEP_NAMES`, existing names do too. A user who
        loses a role is removed from its group in `CLEVER_ROLE_GROUPS`. This also happens when Clever cannot send the
        roles: the next login with roles adds the group again.
        """
        keeps = conf.keeps_names()
        changed = [
            name
            for name, value in (("first_name", identity.name.first), ("last_name", identity.name.last))
            if value and not (keeps and getattr(user, name, None)) and _set(user, name, value)
        ]
        if changed:
            user.save(update_fields=changed)
        _set_groups(user, identity)
        hook = conf.hook("CLEVER_PROVISION_USER")
        if hook:
            conf.result_of(hook(user, identity, created))

    def _check(self, user: Any, identity: Identity) -> None:  # noqa: ANN401  (a user model may be anything)
        if not self.user_can_authenticate(user):
            raise NotAllowed(reason="the user is not active")
        reason = accounts.staff_reason(user, identity)
        if reason:
            raise NotAllowed(accounts.STAFF_SENTENCE, reason=reason)

    def _linked(self, identity: Identity) -> tuple[Any, bool]:
        """The user of a person who has no link yet, and whether it was just created."""
        accounts.check_not_removed(identity)
        user, created = self._matched(identity), False
        if user is None:
            if not conf.creates_users():
                raise NotAllowed(reason="this person has no account, and CLEVER_CREATE_USERS is false")
            user, created = conf.result_of(self.make(identity)), True
        using = accounts.database()
        try:
            with transaction.atomic(using=using):
                if created:
                    user.save(using=using)
                accounts.make_link(user, identity)
        except IntegrityError:
            # The same person logged in twice at once, and the other login was first.
            link = accounts.link_of(identity)
            if link is None:
                raise
            return link.user, False
        return user, created


def remember_removed(sender: object, *, instance: CleverAccount, **_: object) -> None:  # noqa: ARG001  (as any receiver)
    """Receiver of `post_delete`: records that the person must not be matched again, or must be refused."""
    if conf.refuses_unlinked() or conf.matches_users() or _backend_matches():
        accounts.removed().get_or_create(issuer=instance.issuer, clever_id=instance.clever_id)


def _backend_matches() -> bool:
    """Whether a backend of the project overrides `match`."""
    ours = [backend for backend in get_backends() if isinstance(backend, CleverBackend)]
    return any(type(backend).match is not CleverBackend.match for backend in ours)


def _free_name(user_model: Any, clever_id: str) -> str:  # noqa: ANN401  (a user model may be anything)
    """The name of a new user: `clever_` and the id, with more letters if the name is taken."""
    field = user_model._meta.get_field(user_model.USERNAME_FIELD)  # noqa: SLF001  (Django documents it)
    ending = _PLACEHOLDER_HOST if isinstance(field, EmailField) else ""
    return _free(user_model, field, clever_id, ending)


# No domain below `.invalid` exists (RFC 2606 2), so the address never gets mail.
_PLACEHOLDER_HOST = "@clever.invalid"


def _free(user_model: Any, field: Any, clever_id: str, ending: str) -> str:  # noqa: ANN401  (a user model may be anything)
    everyone = user_model._default_manager.using(accounts.database())  # noqa: SLF001  (Django documents it)
    for start in ("clever_", f"clever_{token_hex(4)}_"):
        # If a name must be short, keep its end, because names differ there.
        name: str = f"{start}{clever_id}{ending}"[-(field.max_length or 0) :]
        if not everyone.filter(**{field.name: name}).exists():
            break
    return name


def _set_email(user: Any, identity: Identity) -> None:  # noqa: ANN401  (a user model may be anything)
    """Set the email address of a new user as `CLEVER_USER_EMAIL` says."""
    field = email_field(type(user))
    if field is None or field.name == user.USERNAME_FIELD:
        return
    address = _told_email(type(user), field, identity)
    if address:
        setattr(user, field.name, address)
        return
    # If addresses are unique, only one user can have an empty one, but several users can have `NULL`.
    if conf.user_email() == "placeholder" or (is_unique(field) and getattr(user, field.name) is not None):
        setattr(user, field.name, _free(type(user), field, identity.id, _PLACEHOLDER_HOST))


def _told_email(user_model: Any, field: Any, identity: Identity) -> str | None:  # noqa: ANN401  (a user model may be anything)
    """The address from Clever, if the settings allow it, it fits, and no user has it."""
    address = identity.unverified_email
    if conf.user_email() != "unverified" or not address or len(address) > (field.max_length or len(address)):
        return None
    everyone = user_model._default_manager.using(accounts.database())  # noqa: SLF001  (Django documents it)
    # If two users had the same address, code that looks up a user by address could find the wrong one.
    return None if everyone.filter(**{f"{field.name}__iexact": address}).exists() else address


def _set(user: Any, name: str, value: str) -> bool:  # noqa: ANN401  (a user model may be anything)
    """Set a field if the user model has it, cutting the value to fit. Return whether that changed it."""
    try:
        field = user._meta.get_field(name)  # noqa: SLF001  (Django documents it)
    except FieldDoesNotExist:
        return False
    before, after = getattr(user, name), value[: field.max_length]
    setattr(user, name, after)
    return bool(before != after)


def _set_groups(user: Any, identity: Identity) -> None:  # noqa: ANN401  (a user model may be anything)
    names = conf.role_groups()
    if not names:
        return
    roles = {identity.user_type} if identity.user_type else {role.name for role in identity.roles}
    wanted = {group for role, group in names.items() if role in roles}
    user.groups.remove(*Group.objects.filter(name__in=set(names.values()) - wanted))
    user.groups.add(*(Group.objects.get_or_create(name=name)[0] for name in sorted(wanted)))
