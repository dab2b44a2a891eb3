"""A session that is too large for its cookie: the browser would drop it and keep the previous person signed in.

Two people share a device. Here each framework keeps its sessions in the browser.
"""

from __future__ import annotations

import secrets
from http.cookiejar import Cookie, DefaultCookiePolicy
from pathlib import Path
from urllib.request import Request

import pytest
from harness.cookie_browser import Browser
from running import serving
from test_contract import ADA, JOSE, log_in, who

MOST_BYTES = 4096
IN_COOKIES = {"SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies"}


class LikeBrowsers(DefaultCookiePolicy):
    """Drops a cookie whose name and value are too long, and keeps the old one, as every browser does."""

    def __init__(self) -> None:
        super().__init__()
        self.dropped: list[str] = []

    def set_ok(self, cookie: Cookie, request: Request) -> bool:
        if len(cookie.name) + len(cookie.value or "") > MOST_BYTES:
            self.dropped.append(cookie.name)
            return False
        return super().set_ok(cookie, request)


def like_a_browser(emulator: str) -> tuple[Browser, LikeBrowsers]:
    browser, policy = Browser(emulator), LikeBrowsers()
    browser.cookies.set_policy(policy)
    return browser, policy


@pytest.mark.parametrize("path", ["/", "/clever"])
def test_a_session_that_is_too_large_signs_no_one_in_and_signs_the_previous_person_out(
    framework: str, path: str, tmp_path: Path
) -> None:
    much = secrets.token_hex(4000)
    with serving(framework, tmp_path, MUCH=much, MUCH_OF="Núñez", SESSION_PATH=path, **IN_COOKIES) as site:
        browser, policy = like_a_browser(site.emulator)
        assert log_in(browser, site, ADA, "/clever/login").status == 200
        before = [cookie.name for cookie in browser.cookies if "session" in cookie.name]
        browser.sign_out()
        page = log_in(browser, site, JOSE, "/clever/login?next=/private")
        assert (page.status, "config_invalid" in page.text) == (500, True)
        assert 'href="/clever/login?next=%2Fprivate' in page.text
        # The old cookie is deleted, and no cookie was sent that the browser drops.
        assert len(before) == 1
        assert not {cookie.name for cookie in browser.cookies}.intersection(before)
        assert not policy.dropped
        assert who(browser.open(site.url + "/")) == "nobody"
        log = site.log.read_text()
        assert "the session cookie would have" in log
        assert "put less into the session" in log
        assert much not in log
        # A person with a smaller session can still log in.
        browser.sign_out()
        assert log_in(browser, site, ADA, "/clever/login").url == site.url + "/"


def test_a_session_that_grows_too_large_after_the_view_leaves_no_one_signed_in(framework: str, tmp_path: Path) -> None:
    with serving(framework, tmp_path, MORE_LATER_OF="Núñez", **IN_COOKIES) as site:
        browser, _ = like_a_browser(site.emulator)
        assert who(log_in(browser, site, ADA, "/clever/login")) == "signed in: Ada Ashworth"
        browser.sign_out()
        assert who(log_in(browser, site, JOSE, "/clever/login")) == "nobody"
        assert who(browser.open(site.url + "/")) == "nobody"
        log = site.log.read_text()
        if framework == "flask":
            # The session is written after all of our code. werkzeug has a warning of its own.
            assert "cookie is too large" in log
        else:
            (line,) = [line for line in log.splitlines() if "the session cookie would have" in line]
            assert line.endswith("(Clever id 64c20b1e8f3a7d0019c4e503)")
