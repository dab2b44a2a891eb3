"""Users, sessions and links that the tests of users and Clever accounts in Django begin with."""

from __future__ import annotations

import re
from typing import Any

from django_settings import ADA, accounts
from harness.browser import Browser
from running import path_of

OWN = "http://127.0.0.1:9"


def users() -> Any:
    from django.contrib.auth.models import User  # noqa: PLC0415

    return User.objects


def visitor(**options: Any) -> Any:
    from django.test import Client  # noqa: PLC0415

    return Client(**options)


def known_by(clever: str, clever_id: str, name: str = "known") -> Any:
    """A user who is linked to this Clever id."""
    user = users().create_user(name)
    accounts().create(user=user, issuer=clever, clever_id=clever_id)
    return user


def signed_in_by_password(name: str = "paula", **flags: Any) -> tuple[Any, Any]:
    user = users().create_user(name, password="a password", **flags)
    browser = visitor(enforce_csrf_checks=True)
    browser.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return user, browser


def confirmed(clever: str, number: str, begun: Any) -> str:
    """The callback URL after this person logs in at Clever and confirms who they are."""
    url = begun.headers["Location"].replace("confirmed=false", "confirmed=true")
    return path_of(Browser(clever, number).callback(url))


def link(browser: Any, clever: str, number: str = ADA, **changes: str) -> Any:
    """Ask for a link, and log in at Clever as this person."""
    begun = browser.post("/clever/link?next=/who", HTTP_ORIGIN=OWN)
    assert begun.status_code == 303
    return answered(browser, browser.get(confirmed(clever, number, begun), **changes))


def answered(browser: Any, asked: Any, answer: str = "yes") -> Any:
    """The response after the user confirms or cancels. If no page asked, the response so far."""
    if asked.headers.get("Location") != "/clever/link/confirm":
        return asked
    page = browser.get("/clever/link/confirm").content.decode()
    key = re.findall(r'name="key" value="([^"]+)"', page)[0]
    return browser.post("/clever/link/confirm", {"key": key, "answer": answer}, HTTP_ORIGIN=OWN)
