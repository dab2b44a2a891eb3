"""Logins that stop: another student is signed in, the person has no access, or the request is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from .scene import (
    ADA,
    GRACE,
    JOSE,
    MARKUP,
    Place,
    app_of,
    authorize,
    begun,
    greeted,
    headed,
    signed_in,
    with_password,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

LOGIN_PAGE, NO_ACCESS, STOPPED = (
    "Log in to Emulated School District",
    "You don't have access to this app",
    "This login cannot continue",
)


def asked_whether_it_is_they(page: Page, place: Place, number: str) -> None:
    signed_in(page, place, number)
    page.goto(begun(page, place.garden, confirmed="false"))
    headed(page, "Is this you?")


def test_a_student_who_confirms_who_they_are_continues_to_the_app(any_page: Page, place: Place) -> None:
    asked_whether_it_is_they(any_page, place, ADA)
    assert "Are you Ada Ashworth?" in any_page.locator("main").inner_text()
    any_page.get_by_role("link", name="Yes, that is me").click()
    greeted(any_page, place.garden, "Ada Ashworth")


def test_a_student_who_is_someone_else_logs_in_and_continues_to_the_same_app(page: Page, place: Place) -> None:
    asked_whether_it_is_they(page, place, ADA)
    page.get_by_role("button", name="No, that is not me").click()
    headed(page, LOGIN_PAGE)
    assert "to continue to Word Garden" in page.locator("main").inner_text()
    with_password(page, JOSE)
    assert "Are you José Núñez?" in page.locator("main").inner_text()
    page.get_by_role("link", name="Yes, that is me").click()
    greeted(page, place.garden, "José Núñez")


def test_a_teacher_cannot_enter_an_app_for_students_but_a_student_can_then_log_in(any_page: Page, place: Place) -> None:
    page = any_page
    signed_in(page, place, GRACE)
    page.goto(place.homework)
    page.get_by_role("link", name="Log in with Clever").click()
    headed(page, NO_ACCESS)
    assert page.get_by_role("alert").inner_text() == (
        "Grace Okafor doesn't have access to this app: it is for other kinds of users."
    )
    page.get_by_role("button", name="Log out").click()
    headed(page, LOGIN_PAGE)
    with_password(page, ADA)
    greeted(page, place.homework, "Ada Ashworth")


def test_an_app_that_is_not_shared_refuses_people_and_is_not_in_the_portal(page: Page, place: Place) -> None:
    signed_in(page, place, GRACE)
    page.goto(authorize(place, app_of("Staff Room", "")))
    headed(page, NO_ACCESS)
    assert "it is not shared with their district." in page.get_by_role("alert").inner_text()
    page.get_by_role("link", name="Go to your apps").click()
    headed(page, "Emulated School District")
    icons = page.get_by_role("list", name="Your apps").get_by_role("link").all_inner_texts()
    assert "Word Garden" in " ".join(icons)
    assert "Staff Room" not in " ".join(icons)
    assert "Homework Desk" not in " ".join(icons)


def test_a_person_without_access_is_sent_back_to_an_app_that_asks_for_it_and_its_session_ends(
    page: Page, place: Place
) -> None:
    page.goto(f"{place.homework}/login?district_id=53ee4b8a44abc88c1c00119b")
    with_password(page, ADA)
    greeted(page, place.homework, "Ada Ashworth")
    signed_in(page, place, GRACE)
    page.goto(begun(page, place.homework, return_unshared="true"))
    headed(page, "Signing in did not work")
    assert "Please ask someone at your school for access." in page.get_by_role("alert").inner_text()
    assert page.locator("code").inner_text() == "access_denied"
    page.goto(place.homework)
    headed(page, "Reading Room")


@pytest.mark.parametrize(
    ("wrong", "reason", "developer"),
    [
        ({"client_id": "nobody"}, "This emulator does not know the app that sent you here.", 'client_id "nobody"'),
        (
            {"redirect_uri": "http://localhost:1/<b>elsewhere</b>"},
            "The app wants you to go back to an address that is not on its list.",
            "must exactly match one of this app's",
        ),
        ({"response_type": "id_token"}, "This emulator does not know what the app asked for.", "must be code or token"),
        ({"district_id": "nowhere"}, "This emulator does not know the district that the app asked for.", "No district"),
    ],
    ids=["client", "redirect-uri", "response-type", "district"],
)
def test_a_wrong_request_ends_on_a_page_for_the_person_and_the_developer(
    page: Page, place: Place, wrong: dict[str, str], reason: str, developer: str
) -> None:
    right = {"response_type": "code", "client_id": app_of("Word Garden", "").client_id}
    address = f"{place.clever}/oauth/authorize?{urlencode({**right, **wrong})}"
    page.goto(address)
    headed(page, STOPPED)
    assert page.url == address
    assert page.get_by_role("alert").inner_text() == reason
    said = page.locator(".developer").inner_text()
    assert said.startswith("For developers:")
    assert developer in said
    assert page.locator("main b").count() == 0


def test_the_page_for_an_unknown_portal_leads_to_the_school_picker(page: Page, place: Place) -> None:
    page.goto(f"{place.clever}/in/nowhere")
    headed(page, "Nothing is here")
    page.get_by_role("link", name="Find your school").click()
    headed(page, "Find your school")


def test_markup_in_a_name_is_shown_as_text_on_every_page(page: Page, place: Place) -> None:
    name = '<b>Bobby</b> "><script>alert(1)</script>'
    page.on("dialog", lambda dialog: pytest.fail(f"a script said {dialog.message}"))
    asked_whether_it_is_they(page, place, MARKUP)
    assert page.get_by_text(name).first.is_visible()
    page.get_by_role("link", name="Yes, that is me").click()
    greeted(page, place.garden, name)
    assert page.title().startswith(f"{name} ")
    for path in ("/in/emulated", "/in/island", "/login/provider?portal=emulated", "/_emulator/"):
        page.goto(f"{place.clever}{path}")
        assert page.get_by_text("<b>Bobby</b>").count() > 0, path
        assert page.locator("main b").count() == 0, path


def test_a_form_of_another_site_is_refused_and_logs_no_one_out(page: Page, place: Place) -> None:
    signed_in(page, place, ADA)
    form = f'<form method="post" action="{place.clever}/logout"><button>A prize</button></form>'
    page.route(f"{place.garden}/prize", lambda route: route.fulfill(body=form, content_type="text/html"))
    page.goto(f"{place.garden}/prize")
    page.get_by_role("button", name="A prize").click()
    headed(page, "This cannot continue")
    page.goto(f"{place.clever}/in/emulated")
    headed(page, "Emulated School District")
