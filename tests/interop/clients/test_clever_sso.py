"""clever_sso in the tests of the other libraries: the Django and Flask sites of `docs/coming-from.md` after the move.

The tables of that page compare the results with those of the other libraries.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.cookie_browser import Browser
from libraries import LIBRARIES, Library, who
from sites import ADA, JOSE, NOOR, SAM, Site

pytest.importorskip("allauth")
pytest.importorskip("authlib")

LOGIN = "/clever/login"


@pytest.fixture(scope="module", params=["allauth", "authlib"], ids=["django", "flask"])
def library(request: pytest.FixtureRequest) -> Library:
    return LIBRARIES[request.param]


@pytest.fixture(scope="module")
def site(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with library.after(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture
def browser(site: Site) -> Browser:
    return Browser(site.clever)


def name_in(site: Site, browser: Browser) -> str | None:
    name: str | None = who(site, browser)["name"]
    return name


def test_clever_sso_logs_in_from_the_portal(library: Library, site: Site, browser: Browser) -> None:
    site.from_portal(library.callback_after, ADA, browser)
    assert name_in(site, browser) == "Ada Ashworth"


def test_clever_sso_logs_in_a_person_without_an_email(site: Site, browser: Browser) -> None:
    site.log_in(NOOR, LOGIN, browser)
    assert name_in(site, browser) == "Noor Haddad"


def test_clever_sso_shows_only_the_role_that_a_person_logs_in_with(site: Site, browser: Browser) -> None:
    site.log_in(SAM, LOGIN, browser)
    sam = who(site, browser)
    assert (sam["role"], sam["roles"]) == ("teacher", ["teacher"])


def test_clever_sso_logs_in_after_a_key_rotation(site: Site, browser: Browser) -> None:
    site.log_in(JOSE, LOGIN)
    page = site.begin(LOGIN, browser)
    site.rotate_keys()
    browser.sign_in(ADA, page)
    assert name_in(site, browser) == "Ada Ashworth"


@pytest.mark.parametrize("entry", ["portal", "login"])
def test_clever_sso_leaves_no_session_data_to_the_next_student(
    library: Library, site: Site, browser: Browser, entry: str
) -> None:
    site.log_in(ADA, LOGIN, browser)
    ada = who(site, browser)["user"]
    browser.open(site.url + "/cart?thing=apple")
    browser.sign_out()
    if entry == "portal":
        site.from_portal(library.callback_after, JOSE, browser)
    else:
        site.log_in(JOSE, LOGIN, browser)
    assert name_in(site, browser) == "José Núñez"
    assert who(site, browser)["user"] != ada
    assert browser.open(site.url + "/cart").text == "in the cart: nothing"


def test_clever_sso_logs_in_again_after_a_reloaded_callback(library: Library, site: Site, browser: Browser) -> None:
    site.log_in(ADA, LOGIN, browser)
    spent = next(url for url in browser.visited if url.startswith(site.url + library.callback_after))
    site.forget_requests()
    page = browser.open(spent)
    assert [request for request in site.requests() if "/oauth/tokens" in request] == ["POST /oauth/tokens 200"]
    assert (page.status, page.path, name_in(site, browser)) == (200, "/", "Ada Ashworth")


def test_clever_sso_logs_in_in_two_tabs_at_once(site: Site, browser: Browser) -> None:
    tabs = [site.begin(LOGIN, browser), site.begin(LOGIN, browser)]
    for tab in tabs:
        page = browser.sign_in(ADA, tab)
        assert (page.status, page.path, name_in(site, browser)) == (200, "/", "Ada Ashworth")


def test_clever_sso_responds_503_with_a_link_to_retry_while_clever_is_down(library: Library, tmp_path: Path) -> None:
    with library.after(tmp_path, "tokens-502-html") as site:
        page = site.log_in(ADA, LOGIN)
    assert (page.status, "clever_unavailable" in page.text) == (503, True)
    assert f'href="{LOGIN}"' in page.text
