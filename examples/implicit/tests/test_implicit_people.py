"""The implicit grant for different people: from the portal, one after another, with a keyboard, and without scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness import patience
from harness.keyboard import press, tab_to
from harness.page_faults import OVERFLOW, faults
from implicit_site import OURS, Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ADA, JOSE = "510001", "510003"
MOST_STEPS_BACK = 12


def headed(page: Page, title: str) -> None:
    page.get_by_role("heading", level=1, name=title).wait_for()


def at_portal(page: Page, site: Site, number: str) -> None:
    """Sign in at the portal as another person, and click the icon."""
    page.goto(f"{site.clever}/in/emulated")
    if page.get_by_role("button", name="Log out").count():
        page.get_by_role("button", name="Log out").click()
    page.get_by_label("User name").fill(number)
    page.get_by_label("Password").fill(number)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_role("link", name=OURS).click()


def test_a_click_in_the_portal_logs_in(page: Page, with_pages: Site) -> None:
    at_portal(page, with_pages, ADA)
    headed(page, "Hello, Ada Ashworth")
    assert page.url == f"{with_pages.url}/callback"


def test_a_second_student_on_the_device_gets_none_of_the_first_students_data(page: Page, with_pages: Site) -> None:
    for number, name in ((ADA, "Ada Ashworth"), (JOSE, "José Núñez")):
        at_portal(page, with_pages, number)
        headed(page, f"Hello, {name}")
    assert "Ada" not in page.content()
    for _ in range(MOST_STEPS_BACK):
        page.go_back()
        if page.url == "about:blank":
            break
        assert "Hello, Ada" not in page.locator("main").inner_text()
    page.goto(with_pages.url)
    headed(page, "Hello, José Núñez")


def test_the_keyboard_alone_is_enough_to_pick_a_school_log_in_and_log_out(page: Page, with_pages: Site) -> None:
    page.goto(with_pages.url)
    headed(page, "Reading Room")
    press(page, "Log in with Clever")
    headed(page, "Find your school")
    press(page, "Emulated High School")
    headed(page, "Log in to Emulated School District")
    tab_to(page, "User name")
    page.keyboard.type(ADA)
    tab_to(page, "Password")
    page.keyboard.type(ADA)
    page.keyboard.press("Enter")
    headed(page, "Hello, Ada Ashworth")
    press(page, "Not you? Log out")
    headed(page, "Reading Room")


@pytest.mark.parametrize("shown", ["welcome", "problem"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible_and_fit_every_screen(page: Page, with_pages: Site, shown: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 360, "height": 740})
    if shown == "problem":
        page.route("**/session", lambda route: route.abort())
    page.goto(with_pages.url)
    page.locator(f"#{shown}:not([hidden])").wait_for()
    assert page.evaluate(OVERFLOW) == 0
    assert faults(page) == []


def test_without_javascript_the_page_says_what_it_needs(browser: Browser, with_pages: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(patience.MILLISECONDS)
    page = context.new_page()
    page.goto(with_pages.url)
    headed(page, "Reading Room")
    assert (
        page.locator("main").inner_text().endswith("Signing in here needs JavaScript. Please allow it for this site.")
    )
    context.close()
