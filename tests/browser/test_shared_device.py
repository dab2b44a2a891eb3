"""One browser with several people, tabs or logins: it is always clear who is signed in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

import pytest

from .scene import ADA, DISTRICT, JOSE, Place, greeted, headed, signed_in, with_password

if TYPE_CHECKING:
    from playwright.sync_api import Page

LOGIN_PAGE, PORTAL = "Log in to Emulated School District", "Emulated School District"
TWO_HOURS = 2 * 60 * 60
MOST_STEPS_BACK = 12


def control(place: Place, path: str, body: object) -> None:
    urlopen(Request(f"{place.clever}/_emulator/{path}", json.dumps(body).encode())).close()


@pytest.fixture
def with_clock(place: Place) -> Iterator[Place]:
    """The scene, with a clock that tests can move."""
    yield place
    control(place, "reset", {})


def from_portal(page: Page, place: Place, number: str, name: str) -> None:
    """Log in like children: at the portal, and from there into the app."""
    page.goto(f"{place.clever}/in/emulated")
    with_password(page, number)
    page.get_by_role("link", name="Word Garden").click()
    greeted(page, place.garden, name)


def log_out_of_portal(page: Page, place: Place) -> None:
    page.goto(f"{place.clever}/in/emulated")
    page.get_by_role("button", name="Log out").click()
    headed(page, LOGIN_PAGE)


def everything_behind(page: Page) -> Iterator[str]:
    """Go back to the first page; return the text of each page on the way."""
    for _ in range(MOST_STEPS_BACK):
        before = page.url
        if page.go_back() is None and page.url in {before, "about:blank"}:
            return
        yield page.locator("main").inner_text()


def test_a_second_student_from_the_portal_replaces_the_first_one_who_is_still_signed_in_at_the_app(
    page: Page, place: Place
) -> None:
    from_portal(page, place, ADA, "Ada Ashworth")
    cookies = {cookie["value"] for cookie in page.context.cookies()}
    log_out_of_portal(page, place)
    page.goto(place.garden)
    greeted(page, place.garden, "Ada Ashworth")
    from_portal(page, place, JOSE, "José Núñez")
    assert not cookies & {cookie["value"] for cookie in page.context.cookies() if cookie["value"]}
    assert "Ada" not in page.content()
    for text in everything_behind(page):
        assert "Hello, Ada" not in text
        assert "Signed in as Ada" not in text
    page.goto(f"{place.garden}/me")
    greeted(page, place.garden, "José Núñez")


def test_the_back_button_after_a_login_shows_no_error_and_no_other_person(page: Page, place: Place) -> None:
    page.goto(place.garden)
    page.get_by_role("link", name="Log in with Clever").click()
    page.get_by_role("button", name="Emulated High School").click()
    with_password(page, ADA)
    greeted(page, place.garden, "Ada Ashworth")
    for _ in range(3):
        page.go_back()
        assert "did not work" not in page.locator("main").inner_text()
        assert page.get_by_role("alert").count() == 0
    page.goto(place.garden)
    greeted(page, place.garden, "Ada Ashworth")


def test_the_back_button_after_logging_out_of_the_app_shows_no_person(page: Page, place: Place) -> None:
    from_portal(page, place, ADA, "Ada Ashworth")
    log_out_of_portal(page, place)
    page.goto(f"{place.garden}/me")
    page.get_by_role("button", name="Not you? Log out").click()
    headed(page, "Reading Room")
    for text in everything_behind(page):
        assert "Hello, Ada" not in text
        assert "Signed in as Ada" not in text


def test_logging_out_of_the_portal_hides_the_person_from_the_next_one_and_from_the_back_button(
    any_page: Page, place: Place
) -> None:
    page = any_page
    page.goto(f"{place.clever}/in/emulated")
    with_password(page, ADA)
    page.get_by_role("button", name="Log out").click()
    headed(page, LOGIN_PAGE)
    page.go_back()
    headed(page, LOGIN_PAGE)
    page.goto(f"{place.clever}/login")
    assert "Ada Ashworth" not in page.locator("main > :not(details)").all_inner_texts()
    assert page.get_by_role("button", name="Log out").count() == 0


def test_after_two_hours_the_portal_icon_asks_to_sign_in_again(page: Page, with_clock: Place) -> None:
    place = with_clock
    signed_in(page, place, ADA)
    page.goto(f"{place.clever}/in/emulated")
    control(place, "clock", {"advance": TWO_HOURS - 60})
    page.reload()
    headed(page, PORTAL)
    control(place, "clock", {"advance": 60})
    page.get_by_role("link", name="Word Garden").click()
    headed(page, LOGIN_PAGE)
    assert "to continue to Word Garden" in page.locator("main").inner_text()
    control(place, "reset", {})
    with_password(page, ADA)
    greeted(page, place.garden, "Ada Ashworth")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["first-tab-first", "second-tab-first"])
def test_two_tabs_that_both_begin_a_login_can_be_finished_in_either_order(
    page: Page, place: Place, order: tuple[int, int]
) -> None:
    tabs = [page, page.context.new_page()]
    for tab in tabs:
        tab.goto(f"{place.garden}/login?district_id={DISTRICT}")
        headed(tab, LOGIN_PAGE)
    for number in order:
        tabs[number].bring_to_front()
        with_password(tabs[number], ADA)
        greeted(tabs[number], place.garden, "Ada Ashworth")


def test_when_two_people_log_in_in_two_tabs_both_tabs_show_the_second_person(page: Page, place: Place) -> None:
    tabs = [page, page.context.new_page()]
    for tab in tabs:
        tab.goto(f"{place.garden}/login?district_id={DISTRICT}")
        headed(tab, LOGIN_PAGE)
    for tab, number, name in zip(tabs, (ADA, JOSE), ("Ada Ashworth", "José Núñez")):
        tab.bring_to_front()
        with_password(tab, number)
        greeted(tab, place.garden, name)
    tabs[0].bring_to_front()
    tabs[0].reload()
    greeted(tabs[0], place.garden, "José Núñez")


def test_a_reloaded_callback_signs_the_person_in_again(page: Page, place: Place) -> None:
    arrived: list[str] = []
    page.on("request", lambda request: arrived.append(request.url) if "/callback?" in request.url else None)
    page.goto(f"{place.garden}/login?district_id={DISTRICT}")
    with_password(page, ADA)
    greeted(page, place.garden, "Ada Ashworth")
    # This callback has the state of a login that began at the app.
    page.goto(arrived[0])
    greeted(page, place.garden, "Ada Ashworth")
    page.goto(f"{place.clever}/in/emulated")
    arrived.clear()
    page.get_by_role("link", name="Word Garden").click()
    greeted(page, place.garden, "Ada Ashworth")
    # A callback from the portal without a state, and the callback of the restarted login.
    first, second = arrived
    assert "state=" not in first
    page.goto(first)
    greeted(page, place.garden, "Ada Ashworth")
    page.goto(second)
    greeted(page, place.garden, "Ada Ashworth")


def test_a_malformed_callback_shows_the_same_friendly_page_when_it_is_reloaded(page: Page, place: Place) -> None:
    answer = page.goto(f"{place.garden}/callback?code=a&code=b")
    assert answer
    # This page has the same Content-Security-Policy as the other pages of the app.
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    for _ in range(2):
        headed(page, "Signing in did not work")
        assert page.get_by_role("alert").inner_text() == "Signing in did not work this time. Please try again."
        page.reload()
    page.get_by_role("link", name="Log in with Clever").click()
    headed(page, "Find your school")
