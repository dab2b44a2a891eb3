"""One browser and more than one person, tab or moment: who is signed in is never in doubt."""

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
    """The scene, whose clock may be moved."""
    yield place
    control(place, "reset", {})


def from_portal(page: Page, place: Place, number: str, name: str) -> None:
    """Log in as children do: at the portal, and from there into the app."""
    page.goto(f"{place.clever}/in/emulated")
    with_password(page, number)
    page.get_by_role("link", name="Word Garden").click()
    greeted(page, place.garden, name)


def log_out_of_portal(page: Page, place: Place) -> None:
    page.goto(f"{place.clever}/in/emulated")
    page.get_by_role("button", name="Log out").click()
    headed(page, LOGIN_PAGE)


def everything_behind(page: Page) -> Iterator[str]:
    """The text of each page on the way back to the first one."""
    for _ in range(MOST_STEPS_BACK):
        before = page.url
        if page.go_back() is None and page.url in {before, "about:blank"}:
            return
        yield page.locator("main").inner_text()


def test_the_second_student_from_the_portal_replaces_the_first_who_did_not_log_out_of_the_app(
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


def test_the_way_back_after_a_login_leads_to_no_error_and_to_nobody_else(page: Page, place: Place) -> None:
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


def test_the_way_back_after_logging_out_of_the_app_shows_nobody(page: Page, place: Place) -> None:
    from_portal(page, place, ADA, "Ada Ashworth")
    log_out_of_portal(page, place)
    page.goto(f"{place.garden}/me")
    page.get_by_role("button", name="Not you? Log out").click()
    headed(page, "Reading Room")
    for text in everything_behind(page):
        assert "Hello, Ada" not in text
        assert "Signed in as Ada" not in text


def test_logging_out_of_the_portal_ends_it_for_the_next_one_and_for_the_way_back(any_page: Page, place: Place) -> None:
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


def test_a_sign_in_ends_after_two_hours_and_the_icon_asks_again(page: Page, with_clock: Place) -> None:
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


def test_two_people_in_two_tabs_are_the_last_one_in_both(page: Page, place: Place) -> None:
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


def test_a_callback_that_comes_again_signs_in_again(page: Page, place: Place) -> None:
    arrived: list[str] = []
    page.on("request", lambda request: arrived.append(request.url) if "/callback?" in request.url else None)
    page.goto(f"{place.garden}/login?district_id={DISTRICT}")
    with_password(page, ADA)
    greeted(page, place.garden, "Ada Ashworth")
    # With the state of a login that began at the app.
    page.goto(arrived[0])
    greeted(page, place.garden, "Ada Ashworth")
    page.goto(f"{place.clever}/in/emulated")
    arrived.clear()
    page.get_by_role("link", name="Word Garden").click()
    greeted(page, place.garden, "Ada Ashworth")
    # One from the portal without a state, and one of the login that the app restarted it as.
    first, second = arrived
    assert "state=" not in first
    page.goto(first)
    greeted(page, place.garden, "Ada Ashworth")
    page.goto(second)
    greeted(page, place.garden, "Ada Ashworth")


def test_a_callback_that_cannot_be_read_stays_friendly_when_it_is_loaded_again(page: Page, place: Place) -> None:
    answer = page.goto(f"{place.garden}/callback?code=a&code=b")
    assert answer
    # The policy of the app's other pages holds of this one too.
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    for _ in range(2):
        headed(page, "Signing in did not work")
        assert page.get_by_role("alert").inner_text() == "Signing in did not work this time. Please try again."
        page.reload()
    page.get_by_role("link", name="Log in with Clever").click()
    headed(page, "Find your school")
