"""With the keyboard alone: Tab, letters, the space bar and Enter, and the focus can be seen at every step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .scene import ADA, Place, greeted, headed, signed_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

MOST_TABS = 60
FOCUSED = """() => {
  const element = document.activeElement;
  const label = element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const seen = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && box.bottom > 0 && box.top < innerHeight;
  return { name: label.replace(/\\s+/g, ' ').trim(), seen };
}"""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what has this name, or begins with it, has the focus."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused["name"].startswith(name):
            assert focused["seen"], f"the focus on {name!r} cannot be seen"
            return
    pytest.fail(f"{MOST_TABS} tabs do not lead to {name!r} on {page.title()!r}")


def press(page: Page, name: str) -> None:
    tab_to(page, name)
    page.keyboard.press("Enter")


def test_from_the_button_through_the_school_picker_and_the_password_into_the_app_and_out(
    page: Page, place: Place
) -> None:
    page.goto(place.garden)
    press(page, "Log in with Clever")
    headed(page, "Find your school")
    tab_to(page, "School or district")
    page.keyboard.type("emulated high")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Found").wait_for()
    press(page, "Emulated High School")
    headed(page, "Log in to Emulated School District")
    tab_to(page, "User name")
    page.keyboard.type(ADA)
    tab_to(page, "Password")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    # The focus is at the sentence: from there the fields are next.
    tab_to(page, "Password")
    page.keyboard.type(ADA)
    press(page, "Log in")
    greeted(page, place.garden, "Ada Ashworth")
    press(page, "Not you? Log out")
    headed(page, "Reading Room")


def test_from_the_portal_through_the_identity_provider_into_the_app(page: Page, place: Place) -> None:
    page.goto(f"{place.clever}/in/emulated")
    press(page, "Log in with Emulated Directory")
    headed(page, "Emulated Directory")
    press(page, "Sign in as Ada Ashworth")
    headed(page, "Emulated School District")
    press(page, "W")
    greeted(page, place.garden, "Ada Ashworth")


def test_from_the_portal_with_a_badge_of_the_list_that_is_folded_away(page: Page, place: Place) -> None:
    page.goto(f"{place.clever}/in/emulated")
    press(page, "Log in with a badge")
    headed(page, "Log in with a badge")
    tab_to(page, "For developers: every badge")
    page.keyboard.press("Space")
    press(page, "Use the badge of Ada Ashworth")
    headed(page, "Emulated School District")
    press(page, "Log out")
    headed(page, "Log in to Emulated School District")


def test_from_the_desk_into_the_app(page: Page, place: Place) -> None:
    signed_in(page, place, ADA)
    page.goto(f"{place.clever}/_emulator/")
    press(page, "Apps")
    press(page, "Instant Login")
    greeted(page, place.garden, "Ada Ashworth")
