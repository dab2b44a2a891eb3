"""Other sites in the same browser cannot sign anyone in, log anyone out, or break a login."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from . import school
from .scene import ADA, DISTRICT, JOSE, with_password
from .school import SIBLING, STRANGER, School

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

SUBMIT = "<form method=post action='{action}'><button>A prize</button></form>"
# Every way that a site can make a browser load the callback: an image, a script, a frame, `fetch`.
LOADS = """<img src='{url}'><script src='{url}'></script><iframe src='{url}'></iframe>
<script>fetch('{url}', {{mode: 'no-cors', credentials: 'include'}}).finally(() => document.title = 'done')</script>"""
UNPROVEN = [
    "error=access_denied",
    "error=x",
    "error=server_error&state=x",
    "code=junk",
    "code=junk&state=junk",
    "code=a&code=b",
    "",
]


@pytest.fixture(scope="module")
def place(example: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    with school.set_up(example, tmp_path_factory.mktemp("tls")) as place:
        yield place


# The browser ends before the servers, so no connection is open anymore.
@pytest.fixture(scope="module")
def own_browser(browser: Browser, place: School) -> Iterator[Browser]:  # noqa: ARG001
    with school.launched(browser) as own:
        yield own


@pytest.fixture
def context(own_browser: Browser, place: School) -> Iterator[BrowserContext]:
    with school.opened(own_browser) as context:
        yield context
    place.hostile.page, place.hostile.cookies = "", []


def log_in(page: Page, place: School, number: str = ADA) -> None:
    page.goto(f"{place.app}/login?district_id={DISTRICT}")
    with_password(page, number)
    page.wait_for_url(f"{place.app}/me")


def who(context: BrowserContext, place: School) -> str:
    """Return the name of the person who is signed in at the app; empty if no one is."""
    page = context.new_page()
    page.goto(place.app)
    title = page.get_by_role("heading", level=1).inner_text()
    page.close()
    return title.removeprefix("Hello, ") if title.startswith("Hello") else ""


def cookies_of_app(context: BrowserContext, place: School) -> dict[str, str]:
    return {cookie["name"]: cookie["value"] for cookie in context.cookies(place.app)}


def planted(cookie: str) -> list[str]:
    """Return every `Set-Cookie` header that a sibling host may try for the app."""
    name, _, value = cookie.partition("=")
    plain = name.removeprefix("__Host-")
    names = [name, plain, name.replace("__Host-", "__host-"), name.replace("__Host-", "__Secure-"), f"={name}"]
    domains = [
        "; Domain=school.test",
        "; Domain=school.test; Secure",
        "; Domain=school.test; Secure; HttpOnly",
        "; Secure",
    ]
    paths = ["/", "/callback"]
    return [f"{name}={value}{domain}; Path={path}" for name in names for domain in domains for path in paths]


@pytest.mark.parametrize("is_known", [True, False], ids=["signed-in-at-clever", "no-one-at-clever"])
def test_a_sibling_host_that_plants_its_login_and_session_signs_no_one_in(
    context: BrowserContext, place: School, is_known: bool
) -> None:
    check_sibling(context, place, is_known=is_known)


def check_sibling(context: BrowserContext, place: School, *, is_known: bool) -> None:
    """A sibling host plants the cookies of another person's login and session, and redirects to its callback."""
    callback, login = place.begun_by(JOSE)
    session = place.session_of(JOSE)
    # The attacker's cookies are valid: in the attacker's own browser, they sign the attacker in.
    assert place.ask("/me", session) == (None, [])
    page = context.new_page()
    if is_known:
        log_in(page, place)
        context.clear_cookies(domain=school.APP)
    place.hostile.cookies = [*planted(login), *planted(session)]
    place.hostile.page = f"<a href='{place.app}{callback}'>A prize</a>"
    page.goto(place.at(SIBLING))
    kept = cookies_of_app(context, place)
    plain, value = login.removeprefix("__Host-").split("=", 1)
    assert kept[plain] == value, "the attack did not take place"
    assert not [name for name in kept if name.startswith("__Host-")]
    assert who(context, place) == ""
    page.get_by_role("link", name="A prize").click()
    if is_known:
        page.wait_for_url(f"{place.app}/me")
        assert who(context, place) == "Ada Ashworth"
    else:
        page.get_by_role("heading", name="Find your school").wait_for()
        assert who(context, place) == ""
        # The planted cookies don't stop the victim's own login either.
        log_in(context.new_page(), place)
        assert who(context, place) == "Ada Ashworth"


@pytest.mark.parametrize("host", [SIBLING, STRANGER])
@pytest.mark.parametrize("path", ["/logout", "/login", "/callback?error=access_denied", "/callback?code=junk"])
def test_a_form_of_another_site_logs_no_one_out_and_opens_no_session(
    context: BrowserContext, place: School, host: str, path: str
) -> None:
    place.hostile.page = SUBMIT.format(action=place.app + path)

    def submit() -> int:
        page = context.new_page()
        page.goto(place.at(host))
        with page.expect_response(place.app + path) as answer:
            page.get_by_role("button", name="A prize").click()
        # Close the page only at the end of the test: Chromium can hang if a page is closed while it shows the response.
        status: int = answer.value.status
        return status

    refused = 403 if path == "/logout" else 405
    assert submit() == refused
    assert cookies_of_app(context, place) == {}
    log_in(context.new_page(), place)
    before = cookies_of_app(context, place)
    assert submit() == refused
    assert cookies_of_app(context, place) == before
    assert who(context, place) == "Ada Ashworth"


@pytest.mark.parametrize("host", [SIBLING, STRANGER])
def test_a_hostile_page_does_not_spoil_a_login_in_flight(context: BrowserContext, place: School, host: str) -> None:
    victim, hostile = context.new_page(), context.new_page()
    victim.goto(f"{place.app}/login?district_id={DISTRICT}&next=/me%3Ftab=1")
    in_flight = cookies_of_app(context, place)
    assert len(in_flight) == 1
    for query in UNPROVEN:
        url = f"{place.app}/callback?{query}"
        place.hostile.page = LOADS.format(url=url)
        hostile.goto(place.at(host))
        hostile.wait_for_function("document.title === 'done'")
        place.hostile.page = f"<a href='{url}'>A prize</a>"
        hostile.goto(place.at(host))
        hostile.get_by_role("link", name="A prize").click()
        hostile.wait_for_url(lambda url: urlsplit(url).hostname != host)
        hostile.wait_for_load_state()
        kept = cookies_of_app(context, place)
        assert {name: kept[name] for name in in_flight} == in_flight, query
    victim.bring_to_front()
    with_password(victim, ADA)
    victim.wait_for_url(f"{place.app}/me?tab=1")
    assert who(context, place) == "Ada Ashworth"


@pytest.mark.parametrize("query", UNPROVEN)
def test_a_link_to_the_callback_on_another_site_does_not_end_the_session(
    context: BrowserContext, place: School, query: str
) -> None:
    page = context.new_page()
    log_in(page, place)
    before = cookies_of_app(context, place)["__Host-session"]
    place.hostile.page = f"<a href='{place.app}/callback?{query}'>A prize</a>"
    page.goto(place.at(STRANGER))
    page.get_by_role("link", name="A prize").click()
    page.wait_for_url(lambda url: urlsplit(url).hostname != STRANGER)
    page.wait_for_load_state()
    assert who(context, place) == "Ada Ashworth"
    if "error" in query or "code=a&" in query:
        assert cookies_of_app(context, place)["__Host-session"] == before
