"""Checks the roles that guards name: a misspelled role would let no one pass."""

from __future__ import annotations

import logging
from typing import Any

from clever_sso import _settings

KNOWN_ROLES = frozenset({"student", "teacher", "staff", "district_admin", "contact"})
_NEAR = 0.75


def check_roles(function: str, roles: tuple[object, ...]) -> None:
    """Checks the roles of a guard. Roles that Clever does not have are only logged, because Clever may add some.

    Args:
        function: The name of the guard, for messages.
        roles: The roles that were passed to it.

    Raises:
        TypeError: When one is not a str.
        ConfigError: `config_invalid`, when one is a misspelled role: no one could pass.
    """
    check_role_types(function, roles)
    for role in roles:
        reason = unknown_role(str(role))
        if reason and nearest_role(str(role)):
            raise _settings.invalid(f"{function}: {reason}")
        if reason:
            logging.getLogger("clever_sso").warning("%s: %s", function, reason)


def check_role_types(function: str, roles: tuple[object, ...]) -> None:
    """Checks that the roles of a guard are strings.

    Raises:
        TypeError: When one is not.
    """
    example = f'{function}("teacher", "staff")'
    for role in roles:
        if not isinstance(role, str):
            given: Any = role
            found = "a function" if callable(given) else "None" if given is None else type(given).__name__
            raise TypeError(f"{function} takes the names of roles, not {found}: {example}")


def nearest_role(role: str) -> str | None:
    """Returns the known role that a word looks like."""
    from difflib import get_close_matches  # noqa: PLC0415  (not every program that imports the package pays for it)

    word = role.strip().lower().replace("-", "_").replace(" ", "_")
    return next(iter(get_close_matches(word, sorted(KNOWN_ROLES), 1, _NEAR)), None)


def unknown_role(role: str) -> str | None:
    """A message about a word that is not a known role; `None` for a known role."""
    if role in KNOWN_ROLES:
        return None
    nearest = nearest_role(role)
    if nearest:
        return f"Clever has no role {role!r}: is it {nearest!r}?"
    return f"Clever is not known to have a role {role!r}; the known ones are {', '.join(sorted(KNOWN_ROLES))}"
