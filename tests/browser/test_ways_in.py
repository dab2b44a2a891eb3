"""Every way into an app, from the first page to the greeting by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from .scene import ADA, ANOUK, DISTRICT, ISLAND, JOSE, Place, greeted, headed, signed_in, with_password

if TYPE_CHECKING:
    from playwright.sync_api import Page

LOGIN_PAGE, ISLAND_PAGE = "Log in to Emulated School District", "Log in to Emulated Island Schools"


def by_provider(page: Page) -> None:
    page.get_by_role("link", name="Log in with Emulated Directory").click()
    page.get_by_role("button", name="Sign in as Ada Ashworth").click()


def by_password(page: Page) -> None:
    with_password(page, ADA, "not the password")
    page.get_by_role("alert").wait_for()
    with_password(page, ADA)


def by_badge(page: Page) -> None:
    page.get_by_role("link", name="Log in with a badge").click()
    everyone = page.locator("details button", has_text="Use the badge of Ada Ashworth").locator("small")
    code = (everyone.text_content() or "").split(" · ")[0]
    assert len(code.replace("-", "")) == 8
    page.get_by_label("Badge code").fill("0000-0000")
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_role("alert").wait_for()
    page.get_by_label("Badge code").fill(code.lower())
    page.get_by_role("button", name="Log in", exact=True).click()


@pytest.mark.parametrize("sign_in", [by_provider, by_password, by_badge])
def test_each_way_to_sign_in_leads_to_the_portal_and_from_there_into_the_app(
    any_page: Page, place: Place, sign_in: Callable[[Page], None]
) -> None:
    page = any_page
    page.goto(f"{place.clever}/in/emulated")
    headed(page, LOGIN_PAGE)
    sign_in(page)
    headed(page, "Emulated School District")
    assert "Signed in as Ada Ashworth" in page.locator("main").inner_text()
    assert page.url == f"{place.clever}/in/emulated"
    page.get_by_role("link", name="Word Garden").click()
    greeted(page, place.garden, "Ada Ashworth")


def test_a_wrong_password_shows_an_error_above_the_form_and_keeps_the_user_name(page: Page, place: Place) -> None:
    page.goto(f"{place.clever}/in/emulated")
    with_password(page, ADA, "wrong")
    assert "no one at Emulated School District has this user name and password" in page.locator("#problem").inner_text()
    assert page.evaluate("document.activeElement.id") == "problem"
    assert page.get_by_label("User name").input_value() == ADA
    assert page.get_by_label("Password").input_value() == ""
    assert page.get_by_label("Password").get_attribute("aria-invalid") == "true"
    # A person of another district is unknown here.
    with_password(page, ANOUK)
    assert page.get_by_label("User name").input_value() == ANOUK


def test_the_instant_login_link_of_the_desk_leads_to_the_school_and_then_into_the_app(page: Page, place: Place) -> None:
    page.goto(f"{place.clever}/_emulator/")
    card = page.locator("article", has=page.get_by_role("heading", name="Word Garden"))
    card.get_by_role("link", name="Instant Login").click()
    headed(page, "Find your school")
    assert "to continue to Word Garden" in page.locator("main").inner_text()
    page.get_by_role("button", name="Emulated High School").click()
    with_password(page, ADA)
    greeted(page, place.garden, "Ada Ashworth")


def test_the_instant_login_link_of_a_district_asks_for_no_school(any_page: Page, place: Place) -> None:
    page = any_page
    page.goto(f"{place.clever}/_emulator/")
    card = page.locator("article", has=page.get_by_role("heading", name="Word Garden"))
    district = card.locator("details", has_text=f"From Emulated Island Schools {ISLAND}")
    district.locator("summary").click()
    district.get_by_role("link", name="Instant Login").click()
    headed(page, ISLAND_PAGE)
    page.get_by_role("link", name="Log in with Island Harbor").click()
    page.get_by_role("button", name="Sign in as Anouk Verhoeven").click()
    greeted(page, place.garden, "Anouk Verhoeven")


@pytest.mark.parametrize(
    ("typed", "found", "title", "person"),
    [
        ("island prim", "Island Primary School", ISLAND_PAGE, None),
        (DISTRICT, "Emulated School District", LOGIN_PAGE, ADA),
    ],
    ids=["by-name", "by-district-id"],
)
def test_the_button_of_the_app_leads_through_the_school_picker(  # noqa: PLR0913, PLR0917  (a row each)
    any_page: Page, place: Place, typed: str, found: str, title: str, person: str | None
) -> None:
    page = any_page
    page.goto(place.garden)
    page.get_by_role("link", name="Log in with Clever").click()
    headed(page, "Find your school")
    page.get_by_label("School or district").fill(typed)
    page.get_by_role("button", name="Search").click()
    page.get_by_role("heading", name="Results").wait_for()
    assert page.get_by_label("School or district").input_value() == typed
    buttons = page.get_by_role("list", name="Results").get_by_role("button")
    assert buttons.first.inner_text().startswith(found)
    buttons.first.click()
    headed(page, title)
    assert "to continue to Word Garden" in page.locator("main").inner_text()
    if person:
        with_password(page, person)
        greeted(page, place.garden, "Ada Ashworth")
    else:
        page.get_by_role("link", name="Log in with Island Harbor").click()
        page.get_by_role("button", name="Sign in as Anouk Verhoeven").click()
        greeted(page, place.garden, "Anouk Verhoeven")


def test_the_school_is_remembered_until_the_person_picks_another(page: Page, place: Place) -> None:
    page.goto(f"{place.garden}/login")
    page.get_by_role("button", name="Island Primary School").click()
    headed(page, ISLAND_PAGE)
    page.goto(f"{place.garden}/login")
    headed(page, ISLAND_PAGE)
    page.get_by_role("link", name="Not your school?").click()
    headed(page, "Find your school")
    assert "to continue to Word Garden" in page.locator("main").inner_text()
    page.get_by_label("School or district").fill("nowhere at all")
    page.get_by_role("button", name="Search").click()
    assert page.get_by_role("status").inner_text() == "No matching school or district."
    page.get_by_label("School or district").fill("emulated mid")
    page.get_by_label("School or district").press("Enter")
    page.get_by_role("button", name="Emulated Middle School").click()
    headed(page, LOGIN_PAGE)
    page.goto(f"{place.garden}/login")
    headed(page, LOGIN_PAGE)
    with_password(page, JOSE)
    greeted(page, place.garden, "José Núñez")


def test_a_person_who_is_signed_in_at_clever_enters_the_app_without_a_page(page: Page, place: Place) -> None:
    signed_in(page, place, ADA)
    seen: list[str] = []
    page.on("framenavigated", lambda frame: seen.append(frame.url))
    page.goto(place.garden)
    page.get_by_role("link", name="Log in with Clever").click()
    greeted(page, place.garden, "Ada Ashworth")
    assert seen == [f"{place.garden}/", f"{place.garden}/me"]
