"""Lists every page for people and developers, and how to get there."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from harness.page_faults import OPEN_ALL

from .scene import ADA, DISTRICT, GRACE, LAYLA, LONG, LOU, MARKUP, Place, app_of, authorize, begun, signed_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

Way = Callable[["Page", Place], None]


def at(path: str, number: str = "") -> Way:
    """Open a page of the emulator, signed in if a number is given."""

    def go(page: Page, place: Place) -> None:
        if number:
            signed_in(page, place, number)
        page.goto(place.clever + path)

    return go


def at_app(path: str, number: str = "") -> Way:
    """Open a page of the app, logged in if a number is given."""

    def go(page: Page, place: Place) -> None:
        if number:
            signed_in(page, place, number)
        page.goto(place.garden + path)

    return go


def beginning(number: str = "", app: str = "garden", **more: str) -> Way:
    """Open the first page of a login that begins at the app."""

    def go(page: Page, place: Place) -> None:
        if number:
            signed_in(page, place, number)
        page.goto(begun(page, getattr(place, app), **more))

    return go


def sent(path: str, **fields: str) -> Way:
    """Fill in and send a form of the page."""

    def go(page: Page, place: Place) -> None:
        page.goto(place.clever + path)
        for name, value in fields.items():
            page.locator(f"#{name}").fill(value)
        page.locator(f"#{[*fields][-1]}").press("Enter")
        page.locator("#problem").wait_for()

    return go


def unfolded(way: Way) -> Way:
    """Open the same page and unfold all its lists."""

    def go(page: Page, place: Place) -> None:
        way(page, place)
        page.evaluate(OPEN_ALL)

    return go


def not_shared(page: Page, place: Place) -> None:
    signed_in(page, place, GRACE)
    page.goto(authorize(place, app_of("Staff Room", "")))


def not_listed(page: Page, place: Place) -> None:
    page.goto(authorize(place, app_of("Word Garden", ""), redirect_uri="http://localhost:1/elsewhere"))


def failed_login(page: Page, place: Place) -> None:
    """Log a person in to Word Garden with a wrong client secret."""
    app = app_of("Word Garden", place.garden)
    signed_in(page, place, ADA)
    address = authorize(place, app, redirect_uri=app.redirect_uri, state="s")
    callback = page.context.request.get(address, max_redirects=0).headers["location"]
    code = parse_qs(urlsplit(callback).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": app.redirect_uri}
    credentials = b64encode(f"{app.client_id}:wrong".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}"}
    answer = page.context.request.post(f"{place.clever}/oauth/tokens", form=form, headers=headers)
    assert answer.status == 401


def desk_of_a_failed_login(page: Page, place: Place) -> None:
    failed_login(page, place)
    page.goto(f"{place.clever}/_emulator/")
    page.locator(".login .wrong").first.wait_for()


PAGES: dict[str, Way] = {
    "app-welcome": at_app("/"),
    "app-signed-in": at_app("/me", ADA),
    "app-signed-in-right-to-left": at_app("/me", LAYLA),
    "app-signed-in-long-name": at_app("/me", LONG),
    "app-problem": at_app("/callback?code=a&code=b"),
    "app-no-access": beginning(GRACE, "homework", return_unshared="true"),
    "picker": beginning(),
    "picker-found": at("/login?choose=true&search=island"),
    "picker-nothing-found": at("/login?choose=true&search=nowhere"),
    "picker-unfolded": unfolded(at("/login")),
    "login": at("/in/emulated"),
    "login-towards-app": beginning(district_id=DISTRICT),
    "login-without-password": at("/in/island"),
    "login-of-clever-library": at("/in/library"),
    "login-of-another-school": at("/in/island", ADA),
    "login-wrong-password": sent("/in/emulated", username=ADA, password="wrong"),
    "login-unfolded": unfolded(at("/in/emulated")),
    "provider": at("/login/provider?portal=island"),
    "provider-with-odd-names": at("/login/provider?portal=emulated"),
    "badge": at("/login/badge?portal=emulated"),
    "badge-wrong": sent("/login/badge?portal=emulated", code="0000-0000"),
    "confirmation": beginning(ADA, confirmed="false"),
    "confirmation-right-to-left": beginning(LAYLA, confirmed="false"),
    "confirmation-markup": beginning(MARKUP, confirmed="false"),
    "portal": at("/in/emulated", ADA),
    "portal-right-to-left": at("/in/emulated", LAYLA),
    "portal-long-name": at("/in/emulated", LONG),
    "portal-markup": at("/in/emulated", MARKUP),
    "portal-of-clever-library": at("/in/library", LOU),
    "refused-user-type": beginning(GRACE, "homework"),
    "refused-not-shared": not_shared,
    "refused-client": at("/oauth/authorize?response_type=code&client_id=nobody"),
    "refused-redirect-uri": not_listed,
    "refused-portal": at("/in/nowhere"),
    "refused-way-to-log-in": at("/login/badge?portal=library"),
    "desk": at("/_emulator/"),
    "desk-unfolded": unfolded(at("/_emulator/", ADA)),
    "desk-failed-login": desk_of_a_failed_login,
    "desk-journal": at("/_emulator/desk/journal"),
}
