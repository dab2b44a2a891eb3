"""The sites that move to clever_sso with the code of `docs/coming-from.md`, before and after."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.cookie_browser import Browser
from harness.patience import SECONDS
from sites import APPS, GRACE, SAM, YUKI, Site, serving

# The ids of teachers before version 3 of Clever's API. One of them was also staff, with another id.
BEFORE_V3 = {
    GRACE: ("64c20b1e8f3a7d0019c4e601", "5d8e21b7f04c6a00127b3a01"),
    YUKI: ("64c20b1e8f3a7d0019c4e607", "5d8e21b7f04c6a00127b3a09"),
    SAM: ("64c20b1e8f3a7d0019c4e602", "5d8e21b7f04c6a00127b3a03"),
}


@dataclass(frozen=True)
class Library:
    """A library: the site that moves from it, and the table and column of the Clever id."""

    app: tuple[str, ...]
    begin: str
    callback: str
    column: tuple[str, str]
    callback_after: str = "/clever/callback"

    def before(self, folder: Path) -> AbstractContextManager[Site]:
        return serving([sys.executable, str(APPS / self.app[0]), *self.app[1:], "before", str(folder)], self.callback)

    def after(self, folder: Path, scenario: str = "") -> AbstractContextManager[Site]:
        command = [sys.executable, str(APPS / self.app[0]), *self.app[1:], "after", str(folder)]
        return serving(command, self.callback_after, scenario=scenario)

    def go_back(self, folder: Path) -> None:
        """Give the people who are new since the move to the old library (Django)."""
        command = [sys.executable, str(APPS / self.app[0]), *self.app[1:], "back", str(folder)]
        needed = {"APP_URL": "", "CLEVER_BASE_URL": "", "CLEVER_CLIENT_ID": "", "CLEVER_CLIENT_SECRET": ""}
        subprocess.run(command, env={**os.environ, **needed}, check=True, timeout=SECONDS)

    def store_old_id(self, folder: Path, number: str) -> None:
        """Change an account to one from before version 3 of Clever's API."""
        table, column = self.column
        with closing(sqlite3.connect(folder / "database")) as database, database:
            new, old = BEFORE_V3[number]
            changed = database.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", [old, new])
            assert changed.rowcount == 1

    def forget(self, folder: Path, clever_id: str) -> None:
        """Delete the row of a person."""
        table, column = self.column
        with closing(sqlite3.connect(folder / "database")) as database, database:
            assert database.execute(f"DELETE FROM {table} WHERE {column} = ?", [clever_id]).rowcount == 1


ALLAUTH_CALLBACK, SOCIAL_CALLBACK = "/accounts/clever/login/callback/", "/complete/clever/"
LIBRARIES = {
    "allauth": Library(
        ("moving_django.py", "allauth"), "/enter", ALLAUTH_CALLBACK, ("socialaccount_socialaccount", "uid")
    ),
    "social-core": Library(
        ("moving_django.py", "social"), "/enter", SOCIAL_CALLBACK, ("social_auth_usersocialauth", "uid")
    ),
    "authlib": Library(
        ("moving_flask.py",), "/login", "/callback", ("person", "clever_id"), callback_after="/callback"
    ),
}


def who(site: Site, browser: Browser) -> dict[str, Any]:
    """Return the person who is logged in in this browser: user number, name, and the role from clever_sso."""
    person: dict[str, Any] = json.loads(browser.open(site.url + "/who").text)
    return person


def user_of(site: Site, number: str, begin: str) -> int | None:
    """Log a person in; return the number of the signed-in user."""
    browser = Browser(site.clever)
    site.log_in(number, begin, browser)
    user: int | None = who(site, browser)["user"]
    return user
