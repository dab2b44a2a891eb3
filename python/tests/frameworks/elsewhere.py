"""A project that keeps people in a separate database: `elsewhere.py FOLDER`. Many tabs sign in at once.

It prints how many users and links there are in the people database and in the default one.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import Any

import django
from clever_sso._web.copies import IdentityCopy, NameCopy, RoleCopy
from django.conf import settings

TABS, PEOPLE = 6, 3


def _is_of_people(model: Any) -> bool:
    return model._meta.app_label in {"auth", "clever_sso"}  # noqa: SLF001  (Django documents it)


class Router:
    """Routes people and their data to another database, and reads to a replica that is always behind."""

    def db_for_read(self, model: Any, **_: Any) -> str | None:
        # A sign-in that reads from the replica finds no one.
        return "behind" if _is_of_people(model) else None

    def db_for_write(self, model: Any, **_: Any) -> str | None:
        return "people" if _is_of_people(model) else None

    def allow_relation(self, *_: Any, **__: Any) -> bool:
        return True


def main(folder: Path) -> None:
    database = {"ENGINE": "django.db.backends.sqlite3", "OPTIONS": {"timeout": 60}}
    settings.configure(
        SECRET_KEY="a key for tests only",
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "clever_sso.django"],
        DATABASES={name: {**database, "NAME": folder / name} for name in ("default", "people", "behind")},
        DATABASE_ROUTERS=[Router()],
        AUTHENTICATION_BACKENDS=["clever_sso.django.CleverBackend"],
        USE_TZ=True,
    )
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415  (Django is ready now)

    for name in settings.DATABASES:
        call_command("migrate", database=name, verbosity=0)
    failures: list[str] = []
    together = threading.Barrier(TABS * PEOPLE)
    tabs = [threading.Thread(target=sign_in, args=(tab % PEOPLE, together, failures)) for tab in range(TABS * PEOPLE)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    from clever_sso.django.models import CleverAccount  # noqa: PLC0415  (Django is ready now)
    from django.contrib.auth.models import User  # noqa: PLC0415  (Django is ready now)

    counts = {
        name: [User.objects.using(name).count(), CleverAccount.objects.using(name).count()]
        for name in settings.DATABASES
    }
    sys.stdout.write(json.dumps({"failures": failures, **counts}))


def sign_in(number: int, together: threading.Barrier, failures: list[str]) -> None:
    from clever_sso.django.backend import CleverBackend  # noqa: PLC0415  (Django is ready now)
    from django.db import connections  # noqa: PLC0415  (Django is ready now)

    person = IdentityCopy(
        "https://clever.com",
        f"{number:024x}",
        None,
        "student",
        (RoleCopy("student"),),
        NameCopy("Ada"),
        (),
        None,
        "me",
        False,
    )
    together.wait(60)
    try:
        CleverBackend().authenticate(None, clever_identity=person)
    except Exception as error:  # noqa: BLE001  (the test reports it)
        failures.append(f"{type(error).__name__}: {error}")
    finally:
        connections.close_all()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
