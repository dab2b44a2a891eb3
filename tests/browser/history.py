"""Logs in and goes through the browser's history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .scene import ADA, DISTRICT, Place, greeted, with_password

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

CLIENT_ID = "a1b2" * 5
NAME = "Ada Ashworth"


def from_app(page: Page, place: Place) -> None:
    """Log in with the button of the app."""
    page.goto(place.garden)
    page.get_by_role("link", name="Log in with Clever").click()
    page.get_by_role("button", name="Emulated High School").click()
    with_password(page, ADA)


def from_portal(page: Page, place: Place, client_id: str = CLIENT_ID) -> None:
    """Log in at the portal, and open the app from there."""
    page.goto(f"{place.clever}/in/emulated")
    with_password(page, ADA)
    # The built-in portal doesn't show this app, so open the Instant Login link that its icon would have.
    page.goto(f"{place.clever}/oauth/authorize?response_type=code&client_id={client_id}&district_id={DISTRICT}")


def settled(page: Page) -> None:
    """Wait until the browser shows a page, which must not be an error page."""
    page.wait_for_url(lambda url: "/callback" not in url)
    page.wait_for_load_state()
    assert "did not work" not in page.locator("h1").inner_text()
    assert page.get_by_role("alert").count() == 0


def check_back_and_forward(page: Page, place: Place, log_in: Callable[[Page, Place], None]) -> None:
    """Log in, and go back and forward: no page shows an error, and the person stays signed in."""
    log_in(page, place)
    greeted(page, place.garden, NAME)
    for go in [page.go_back, page.go_back, page.go_forward, page.go_back, page.go_back, page.go_forward]:
        go()
        # The first entry of a browser's history is an empty page.
        if page.url != "about:blank":
            settled(page)
    page.goto(f"{place.garden}/me")
    greeted(page, place.garden, NAME)
