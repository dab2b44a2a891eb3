"""Logs a person in with only the installed wheels: `python installed_login.py`.

Run it in a folder without the sources. The workflows run it on systems where `make test` doesn't run.
"""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from http import HTTPStatus

import clever_sso
from clever_sso.testing import Emulator

CALLBACK = "http://127.0.0.1:9/clever/callback"


class Stay(urllib.request.HTTPRedirectHandler):
    """Follow no redirect: no server runs at the callback, and only its URL is needed."""

    def redirect_request(self, *_: object) -> None:
        """Follow none."""


def callback_of(url: str) -> str:
    """Return the URL where the emulator redirects the browser of this person."""
    try:
        urllib.request.build_opener(urllib.request.ProxyHandler({}), Stay).open(url, timeout=60)
    except urllib.error.HTTPError as answer:
        if answer.code not in {HTTPStatus.FOUND, HTTPStatus.SEE_OTHER}:
            raise
        return str(answer.headers["Location"])
    raise SystemExit("the emulator showed a page instead of sending the browser back")


def main() -> None:
    """Log in once, and once without the cookie, which must fail."""
    with Emulator.running([CALLBACK]) as emulator:
        client = emulator.client()
        login = client.begin_login()
        cookies = "; ".join(f"{one.name}={one.value}" for one in login.set_cookies)
        callback = callback_of(f"{login.url}&emulator_login=ada")
        outcome = client.finish_login(callback, cookies)
        if not isinstance(outcome, clever_sso.SignedIn):
            raise SystemExit(f"nobody is signed in: {outcome}")
        again = client.finish_login(callback, "")
        if isinstance(again, clever_sso.SignedIn):
            raise SystemExit("a person is signed in without the cookie of the login")
        sys.stdout.write(f"clever_sso {clever_sso.__version__}: signed in a {outcome.identity.user_type}\n")


if __name__ == "__main__":
    main()
