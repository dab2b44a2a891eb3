"""With the keyboard alone: Tab, letters, the space bar and Enter, and the focus can be seen at every step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.keyboard import press, tab_to

from .scene import ADA, Place, greeted, headed, signed_in

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_from_the_button_through_the_school_picker_and_the_password_into_the_app_and_out(
    page: Page, place: Place
) -> None:
    page.goto(place.garden)
    press(page, "Log in with Clever")
    headed(page, "Find your school")
    tab_to(page, "School or district")
    page.keyboard.type("emulated high")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Results").wait_for()
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
