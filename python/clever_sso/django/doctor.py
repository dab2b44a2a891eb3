"""What the doctor finds out from a project's settings, for `manage.py clever_doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.checks import ERROR

from clever_sso import _settings
from clever_sso._native import Client
from clever_sso._web.doctor import APPLICATION, CALLBACK, SESSION, SETTINGS, Found, misspelled, report_of
from clever_sso.django import checks, conf
from clever_sso.exceptions import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clever_sso._native import Report

_CHECKS = {
    "E001": SETTINGS,
    "W005": SETTINGS,
    "E002": CALLBACK,
    "E003": CALLBACK,
    "W012": CALLBACK,
    **dict.fromkeys(("E010", "E016", "W001", "W002", "W003", "W013"), SESSION),
}


def report() -> Report:
    """Checks the whole setup of the project."""
    return report_of(conf.names(), sorted(_found(), key=lambda found: _ORDER.index(found[0])))


_ORDER = (SETTINGS, APPLICATION, CALLBACK, SESSION)


def _found() -> Iterator[Found]:
    """What the system checks find, but for what the core tells itself."""
    yield from misspelled(conf.names(), conf.OWN_SETTINGS)
    told = _told_by_the_core()
    seen = set()
    for message in checks.check():
        check = _CHECKS.get(str(message.id).rpartition(".")[2], APPLICATION)
        is_misspelled = check == SETTINGS and str(message.hint).startswith("Is it ")
        if message.msg != told and not is_misspelled:
            level = "problem" if message.level >= ERROR else "warning"
            yield check, level, str(message.msg), str(message.hint) if message.hint else None
        seen.add(check)
    if not told and CALLBACK not in seen:
        yield CALLBACK, "ok", "the redirect URI leads to the callback", None
    if not told and SESSION not in seen:
        yield SESSION, "ok", "browsers keep the session cookie where logins come back to", None


def _told_by_the_core() -> str | None:
    """Why no client can be made; `None` where one can."""
    try:
        # Discovery asks Clever: the core does.
        Client(**{**_settings.arguments(conf.names()), "discover": False})
    except ConfigError as error:
        return error.message
    return None
