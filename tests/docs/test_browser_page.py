"""docs/browser.md: the cookies in its table are those that the library sets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import clever_sso
import pytest
from harness import emulator
from harness.browser import Browser
from harness.paths import ROOT

if TYPE_CHECKING:
    from clever_sso import SetCookie

PAGE = (ROOT / "docs/browser.md").read_text("utf-8")
ADA = "510001"
SECONDS = {"10 minutes": 600, "60 seconds": 60}


def row(title: str) -> list[str]:
    """The row of the table with this title: over https, over http, value, lives, set by, deleted by."""
    (found,) = re.findall(rf"^\| {title} \|(.*)\|$", PAGE, re.MULTILINE)
    return [cell.strip() for cell in found.split("|")]


def matches(cookie: SetCookie, title: str) -> None:
    """The cookie is as the row says."""
    https, http, value, lives, *_ = row(title)
    name = https if cookie.secure else http
    assert re.fullmatch(name.strip("`").replace("KEY", r"[\w-]{16}").replace("APP", r"[\w-]{4}"), cookie.name)
    assert re.search(rf"\({len(cookie.value)} characters[;)]", value)
    assert cookie.max_age == SECONDS[lives]
    secure = "; Secure" if cookie.secure else ""
    words = set(cookie.header.split("; ")[1:])
    assert words == {"Path=/", "HttpOnly", "SameSite=Lax", f"Max-Age={cookie.max_age}", *secure.split("; ")[1:]}


@pytest.mark.parametrize("host", ["https://app.school.example", "http://localhost:5000"])
def test_the_cookies_are_as_the_table_says(host: str) -> None:
    app = emulator.App("a1b2" * 5, "a secret of the tests", f"{host}/callback", oidc=True)
    with emulator.running([app]) as clever:
        client = clever_sso.Client(
            client_id=app.client_id, client_secret=app.secret, redirect_uri=app.redirect_uri, base_url=clever
        )
        login = client.begin_login(return_to="/lessons?" + "x" * 1000)
        (in_flight,) = login.set_cookies
        matches(in_flight, "a login in flight")
        arrived = Browser(clever, ADA).callback(login.url)
        outcome = client.finish_login(arrived, f"{in_flight.name}={in_flight.value}")
    deleted, signed_in, finished = sorted(outcome.set_cookies, key=lambda cookie: cookie.max_age)
    assert (deleted.name, deleted.max_age) == (in_flight.name, 0)
    matches(signed_in, "the last sign-in")
    matches(finished, "the last login that ended")
    gone = client.log_out_cookies(f"{signed_in.name}={signed_in.value}")
    assert [(cookie.name, cookie.max_age) for cookie in gone] == [(signed_in.name, 0)]
