"""What a user model asks for, beyond what Clever can tell: fields that are unique, fields that must have a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.checks import Warning  # noqa: A004  (Django's name)
from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, UniqueConstraint
from django.utils.module_loading import import_string

from clever_sso.django import conf
from clever_sso.exceptions import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.checks import CheckMessage

_SECOND_FACTORS = {"allauth.mfa": "allauth.mfa", "django_otp": "django-otp"}


def email_field(user_model: Any) -> Any | None:  # noqa: ANN401  (a user model may be anything)
    """The field of the email address, if the model has one."""
    name = user_model.get_email_field_name() if hasattr(user_model, "get_email_field_name") else "email"
    try:
        return user_model._meta.get_field(name)  # noqa: SLF001  (Django documents it)
    except FieldDoesNotExist:
        return None


def is_unique(field: Any) -> bool:  # noqa: ANN401  (of any model)
    """Whether two users cannot have the same value: by the field itself, or by a constraint on it alone."""
    if field.unique:
        return True
    meta = field.model._meta  # noqa: SLF001  (Django documents it)
    if (field.name,) in {tuple(names) for names in meta.unique_together}:
        return True
    unique = [each for each in meta.constraints if isinstance(each, UniqueConstraint)]
    return any(_named(each) == {field.name} for each in unique)


def _named(constraint: UniqueConstraint) -> set[str]:
    """The fields that a constraint is about, also as `Lower("email")`."""
    named = set(constraint.fields)
    for expression in getattr(constraint, "expressions", ()):
        parts = expression.flatten() if hasattr(expression, "flatten") else [expression]
        named |= {str(getattr(part, "name", "")) for part in parts if isinstance(part, F)}
    return named


def check_users(**_: Any) -> list[CheckMessage]:  # noqa: ANN401  (as Django calls it)
    """System check: what a first login would meet in the user model, and who would lose a second factor."""
    return [*_fields(), *_second_factors()]


def _fields() -> Iterator[CheckMessage]:
    from clever_sso.django.backend import CleverBackend  # noqa: PLC0415  (it imports this module)

    try:
        makes = conf.creates_users()
    except ConfigError:
        # Another check says so.
        return
    backends = [backend for backend in _backends() if issubclass(backend, CleverBackend)]
    if not makes or any(backend.make is not CleverBackend.make for backend in backends):
        return
    user_model = get_user_model()
    email = email_field(user_model)
    filled = {user_model.USERNAME_FIELD, email.name if email else "", "password", "first_name", "last_name"}
    for field in user_model._meta.concrete_fields:  # noqa: SLF001  (Django documents it)
        is_made = field.primary_key or field.has_default() or getattr(field, "auto_now", False)
        if field.name in filled or field.null or is_made or getattr(field, "auto_now_add", False):
            continue
        if is_unique(field):
            reason = "which is unique"
        elif not field.empty_strings_allowed:
            reason = "which must have a value"
        else:
            continue
        yield Warning(
            f"a first login makes a user without {user_model.__name__}.{field.name}, {reason}: it fails",
            id="clever_sso.W020",
            hint="Derive a backend from clever_sso.django.CleverBackend and fill the field in its method make().",
        )


def _second_factors() -> Iterator[CheckMessage]:
    from django.apps import apps  # noqa: PLC0415  (they are ready when this is called)
    from django.conf import settings  # noqa: PLC0415

    if getattr(settings, "CLEVER_BEFORE_SIGN_IN", None):
        return
    for app, name in _SECOND_FACTORS.items():
        if apps.is_installed(app):
            yield Warning(
                f"{name} is installed, and CLEVER_BEFORE_SIGN_IN is not set: Clever signs people in without their "
                "second factor",
                id="clever_sso.W021",
                hint='docs/python.md, "Before a person is signed in", shows how to ask for it.',
            )


def _backends() -> list[Any]:
    from django.conf import settings  # noqa: PLC0415  (as above)

    try:
        return [import_string(path) for path in settings.AUTHENTICATION_BACKENDS]
    except ImportError:
        # Another check says so.
        return []
