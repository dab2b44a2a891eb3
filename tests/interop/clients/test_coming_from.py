"""Moving to clever_sso with the code of `docs/coming-from.md`: people keep their accounts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from harness.cookie_browser import Browser
from libraries import LIBRARIES, Library, user_of, who
from sites import ADA, GRACE, IVO, IVY, JOSE, JOSE_ID, MILA, MILA_RETURNED, NOOR, SAM, YUKI, Site

pytest.importorskip("allauth")
pytest.importorskip("authlib")
pytest.importorskip("social_django")

AUTHLIB = LIBRARIES["authlib"]


@dataclass(frozen=True)
class Moved:
    """The site after the move, the users before it, and the user of the next login with an older id before it.

    In the browser, Ada logged in before the move.
    """

    library: str
    site: Site
    users: dict[str, int | None]
    with_old_id: int | None
    browser: Browser

    def user(self, number: str) -> int | None:
        return user_of(self.site, number, "/clever/login")


@pytest.fixture(scope="module", params=LIBRARIES)
def moved(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moved]:
    library, folder = LIBRARIES[request.param], tmp_path_factory.mktemp("site")
    with library.before(folder) as site:
        users = {number: user_of(site, number, library.begin) for number in (ADA, GRACE, YUKI, IVY, MILA)}
        library.store_old_id(folder, GRACE)
        library.store_old_id(folder, YUKI)
        with_old_id = user_of(site, YUKI, library.begin)
        browser = Browser(site.clever)
        site.log_in(ADA, library.begin, browser)
    with library.after(folder) as site:
        yield Moved(request.param, site, users, with_old_id, browser)


def test_a_session_from_before_the_move_has_no_clever_identity(moved: Moved) -> None:
    person = who(moved.site, moved.browser)
    assert (person["role"], person["roles"]) == (None, None)
    # Django signs out users whose backend is gone. The other two sites keep their session data.
    assert person["user"] == {"social-core": None}.get(moved.library, moved.users[ADA])


def test_a_person_who_logged_in_before_the_move_is_the_same_user_after_it(moved: Moved) -> None:
    assert moved.users[ADA] is not None
    assert moved.user(ADA) == moved.users[ADA]


def test_a_person_stored_before_api_v3_is_the_same_user_after_the_move(moved: Moved) -> None:
    assert moved.users[GRACE] is not None
    assert [moved.user(GRACE), moved.user(GRACE)] == [moved.users[GRACE]] * 2


def test_a_person_with_a_new_id_is_the_same_user_after_the_move(moved: Moved) -> None:
    # social-core could not log this student in at all, because the email address is missing.
    before = moved.users[MILA] or moved.user(MILA)
    assert before is not None
    assert moved.user(MILA_RETURNED) == before


def test_the_old_library_does_not_find_a_person_stored_before_api_v3(moved: Moved) -> None:
    assert moved.users[YUKI] is not None
    assert moved.with_old_id != moved.users[YUKI]


def test_a_sibling_with_the_same_email_is_another_user_after_the_move(moved: Moved) -> None:
    siblings = [moved.user(IVY), moved.user(IVO)]
    assert siblings[0] == moved.users[IVY]
    assert siblings[1] not in {None, *moved.users.values()}


@pytest.mark.parametrize("moved", ["allauth"], indirect=True)
def test_allauths_connections_page_hides_accounts_without_a_provider(moved: Moved) -> None:
    browser = Browser(moved.site.clever)
    moved.site.log_in(ADA, "/clever/login", browser)
    page = browser.open(moved.site.url + "/accounts/3rdparty/").text
    assert "You currently have no third-party accounts" in page
    assert 'name="account"' not in page


def test_the_old_login_and_callback_lead_to_the_new_login(moved: Moved) -> None:
    paths = {"allauth": "/accounts/clever/login/", "social-core": "/login/clever/", "authlib": "/login"}
    old_login = paths[moved.library]
    for address in (f"{old_login}?next=/who", f"{LIBRARIES[moved.library].callback}?code=of-the-portal&state=before"):
        browser = Browser(moved.site.clever)
        page = browser.sign_in(ADA, browser.open(moved.site.url + address))
        assert who(moved.site, browser)["name"] == "Ada Ashworth"
        assert page.url == moved.site.url + ("/who" if "next" in address else "/")


def test_a_new_person_gets_a_new_user_after_the_move(moved: Moved) -> None:
    assert moved.user(NOOR) not in {None, *moved.users.values()}


@pytest.mark.parametrize("library", [LIBRARIES["allauth"], LIBRARIES["social-core"]], ids=["allauth", "social-core"])
def test_the_old_library_knows_new_people_when_a_site_goes_back(library: Library, tmp_path: Path) -> None:
    with library.before(tmp_path) as site:
        ada = user_of(site, ADA, library.begin)
    with library.after(tmp_path) as site:
        ivy = user_of(site, IVY, "/clever/login")
    library.go_back(tmp_path)
    with library.before(tmp_path) as site:
        assert [user_of(site, number, library.begin) for number in (ADA, IVY)] == [ada, ivy]
    assert None not in {ada, ivy}


@pytest.mark.parametrize("scenario", ["", "tokens-no-id-token"])
def test_a_person_stored_by_the_older_id_of_another_role_is_the_same_user(tmp_path: Path, scenario: str) -> None:
    with AUTHLIB.before(tmp_path) as site:
        before = user_of(site, SAM, AUTHLIB.begin)
    AUTHLIB.store_old_id(tmp_path, SAM)
    with AUTHLIB.after(tmp_path, scenario) as site:
        assert user_of(site, SAM, "/clever/login") == before


def test_deleting_a_row_fixes_a_student_that_social_core_mistook_for_another(tmp_path: Path) -> None:
    social_core = LIBRARIES["social-core"]
    with social_core.before(tmp_path) as site:
        browser = Browser(site.clever)
        for number in (ADA, JOSE, GRACE):
            site.log_in(number, social_core.begin, browser)
            browser.sign_out()
    social_core.forget(tmp_path, JOSE_ID)
    with social_core.after(tmp_path) as site:
        ada, jose, grace = (user_of(site, number, "/clever/login") for number in (ADA, JOSE, GRACE))
    assert grace == ada
    assert jose not in {None, ada}


def test_a_flask_session_from_before_the_move_is_not_signed_in(tmp_path: Path) -> None:
    with AUTHLIB.before(tmp_path) as site:
        browser = Browser(site.clever)
        assert site.log_in(ADA, "/", browser).text == "Hello, Ada"
    with AUTHLIB.after(tmp_path) as site:
        assert browser.open(site.url).url.startswith(site.clever + "/")
        assert site.log_in(ADA, "/", Browser(site.clever)).text == "Hello, Ada"
