"""Looks up fields of a user model."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, UniqueConstraint


def email_field(user_model: Any) -> Any | None:  # noqa: ANN401  (a user model may be anything)
    """The field of the email address, if the model has one."""
    name = user_model.get_email_field_name() if hasattr(user_model, "get_email_field_name") else "email"
    try:
        return user_model._meta.get_field(name)  # noqa: SLF001  (Django documents it)
    except FieldDoesNotExist:
        return None


def is_unique(field: Any) -> bool:  # noqa: ANN401  (of any model)
    """Whether values are unique: because of the field itself, or because of a constraint on this field alone."""
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
