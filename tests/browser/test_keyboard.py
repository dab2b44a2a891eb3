"""The keyboard alone is enough: Tab, letters, the space bar and Enter. The focus is visible at every step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.keyboard import press, tab_to

from .scene import ADA, Place, greeted, headed, signed_in

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_the_keyboard_alone_logs_in_from_the_button_with_a_password_and_logs_out(page: Page, place: Place) -> None:
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
    # The focus is on the error message; the fields follow.
    tab_to(page, "Password")
    page.keyboard.type(ADA)
    press(page, "Log in")
    greeted(page, place.garden, "Ada Ashworth")
    press(page, "Not you? Log out")
    headed(page, "Reading Room")


def test_the_keyboard_alone_logs_in_from_the_portal_with_an_identity_provider(page: Page, place: Place) -> None:
    page.goto(f"{place.clever}/in/emulated")
    press(page, "Log in with Emulated Directory")
    headed(page, "Emulated Directory")
    press(page, "Sign in as Ada Ashworth")
    headed(page, "Emulated School District")
    press(page, "W")
    greeted(page, place.garden, "Ada Ashworth")


def test_the_keyboard_alone_logs_in_from_the_portal_with_a_badge_in_the_folded_list(page: Page, place: Place) -> None:
    page.goto(f"{place.clever}/in/emulated")
    press(page, "Log in with a badge")
    headed(page, "Log in with a badge")
    tab_to(page, "For developers: every badge")
    page.keyboard.press("Space")
    press(page, "Use the badge of Ada Ashworth")
    headed(page, "Emulated School District")
    press(page, "Log out")
    headed(page, "Log in to Emulated School District")


def test_the_keyboard_alone_logs_in_from_the_desk(page: Page, place: Place) -> None:
    signed_in(page, place, ADA)
    page.goto(f"{place.clever}/_emulator/")
    press(page, "Apps")
    press(page, "Instant Login")
    greeted(page, place.garden, "Ada Ashworth")
