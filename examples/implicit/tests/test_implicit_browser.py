"""The implicit grant in a real browser: headless Chromium, controlled by Playwright."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from harness import chromium, patience
from implicit_site import Site

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route


def shown(page: Page) -> str:
    """The text of the one visible section, after "One moment" is gone."""
    section = page.locator("section:not([hidden]):not(#moment)")
    section.wait_for()
    text: str = section.inner_text()
    return text


def photograph(page: Page, name: str) -> None:
    """Save a picture to look at, if `SCREENSHOTS` names a folder."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def log_in(page: Page, site: Site, person: str = "Ada Ashworth") -> None:
    page.goto(site.url)
    page.get_by_role("button", name="Log in with Clever").click()
    chromium.sign_in(page, person)
    page.wait_for_url(f"{site.url}/callback")


def addresses_in_history(page: Page) -> list[str]:
    """Every URL in the tab's history, as the browser would show or restore it."""
    session = page.context.new_cdp_session(page)
    entries = session.send("Page.getNavigationHistory")["entries"]
    return [entry[name] for entry in entries for name in ("url", "userTypedURL")]


def test_the_button_logs_in_and_the_token_leaves_the_url(page: Page, with_pages: Site) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    log_in(page, with_pages)
    photograph(page, "signed-in")
    assert "Hello, Ada Ashworth" in shown(page)
    assert "student" in shown(page)
    assert page.url == f"{with_pages.url}/callback"
    assert "il" not in page.evaluate("location.hash + JSON.stringify([sessionStorage, localStorage, history.state])")
    assert not said


def test_reload_and_history_never_show_the_token(page: Page, with_pages: Site) -> None:
    log_in(page, with_pages)
    shown(page)
    assert not [address for address in addresses_in_history(page) if "access_token" in address]
    page.go_back()
    assert "access_token" not in page.url
    page.go_forward()
    assert "Hello, Ada Ashworth" in shown(page)
    assert page.url == f"{with_pages.url}/callback"


def test_a_person_stays_signed_in_after_a_reload_until_they_log_out(page: Page, with_pages: Site) -> None:
    log_in(page, with_pages, "José Núñez")
    # The page must send its token before it is left.
    shown(page)
    page.goto(with_pages.url)
    assert "Hello, José Núñez" in shown(page)
    page.get_by_role("button", name="Not you? Log out").click()
    page.get_by_role("button", name="Log in with Clever").wait_for()
    photograph(page, "welcome")
    page.go_back()
    assert "José" not in shown(page)


def test_the_page_shows_text_at_once_and_while_the_token_is_checked(page: Page, with_pages: Site) -> None:
    page.goto(with_pages.url)
    held: list[Route] = []
    page.route("**/session", lambda route: held.append(route) if route.request.method == "POST" else route.fallback())
    page.get_by_role("button", name="Log in with Clever").click()
    page.get_by_role("heading", name="Find your school").wait_for()
    chromium.sign_in(page, "Ada Ashworth")
    page.get_by_role("status").get_by_text("One moment, please.").wait_for()
    patience.wait_for(lambda: page.evaluate("document.title") and held, "the token is sent")
    held[0].continue_()
    assert "Hello, Ada Ashworth" in shown(page)


def test_an_attackers_response_never_reaches_the_server(page: Page, with_pages: Site) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    # The browser goes to Clever, as after a click in the portal. No one is signed in there.
    page.goto(f"{with_pages.url}/callback#token_type=bearer&state=of-the-attacker&access_token=il-of-the-attacker")
    page.get_by_role("heading", name="Find your school").wait_for()
    assert "POST" not in sent
    chromium.sign_in(page, "Ada Ashworth")
    assert "Hello, Ada Ashworth" in shown(page)


def test_an_attackers_link_on_the_page_itself_changes_nothing(page: Page, with_pages: Site) -> None:
    log_in(page, with_pages)
    assert "Hello, Ada Ashworth" in shown(page)
    page.evaluate("location.hash = 'token_type=bearer&state=x&access_token=il-of-the-attacker'")
    page.wait_for_url(f"{with_pages.url}/callback")
    page.evaluate("location.hash = 'error=x'")
    assert "Hello, Ada Ashworth" in shown(page)


def test_a_token_of_another_app_shows_the_error_code(page: Page, automatic: Site) -> None:
    page.goto(automatic.url)
    # A dishonest app could do this with its own token, if it knew the state.
    foreign = automatic.token("07e4" * 5)
    started: list[str] = []

    def answer(route: Route) -> None:
        started.append(parse_qs(urlsplit(route.request.url).query)["state"][0])
        answer = f"token_type=bearer&state={started[0]}&access_token={foreign}"
        route.fulfill(status=302, headers={"Location": f"{automatic.url}/callback#{answer}"})

    page.route("**/oauth/authorize?*", answer)
    page.get_by_role("button", name="Log in with Clever").click()
    page.wait_for_url(f"{automatic.url}/callback")
    assert "token_foreign" in shown(page)
    photograph(page, "refused")


def test_another_tab_notices_a_logout(page: Page, with_pages: Site) -> None:
    log_in(page, with_pages)
    shown(page)
    other = page.context.new_page()
    other.goto(with_pages.url)
    assert "Hello, Ada Ashworth" in shown(other)
    page.get_by_role("button", name="Not you? Log out").click()
    other.get_by_role("button", name="Log in with Clever").wait_for()
    assert "Ada" not in other.content()


def test_the_page_fits_a_phone_and_dark_mode(page: Page, with_pages: Site) -> None:
    page.set_viewport_size({"width": 320, "height": 600})
    page.emulate_media(color_scheme="dark")
    log_in(page, with_pages, "Noor Haddad")
    photograph(page, "telephone")
    assert "Hello, Noor Haddad" in shown(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
