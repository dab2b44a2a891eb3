"""The page as people use it, with the extension and with FFI: every kind of login, a shared device, and failures."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from php_sites import DISTRICT, WAYS, Site, asked, serving
from visitor import Page, Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from installed import Installed


@pytest.fixture(scope="module", params=WAYS)
def site(installed: Installed, request: pytest.FixtureRequest) -> Iterator[Site]:
    with serving(installed, request.param) as running:
        yield running


@pytest.mark.parametrize("way", WAYS)
def test_on_these_sites_a_warning_is_an_exception_even_if_it_is_suppressed(
    installed: Installed, way: str, tmp_path: Path
) -> None:
    page = tmp_path / "warns.php"
    page.write_text("<?php try { @hex2bin('a'); echo 'a warning'; } catch (ErrorException) { echo 'an exception'; }")
    with serving(installed, way, page=str(page)) as site:
        assert asked(site.url).text == "an exception"


def log_in(site: Site, visitor: Visitor, person: str = "ada", **query: str) -> Page:
    return visitor.open(f"{site.url}/login?{urlencode(query)}", person=person)


def test_the_front_page_has_a_button_and_a_link_for_another_person(site: Site) -> None:
    page = Visitor().open(f"{site.url}/?return_to=/me%3Fa")
    assert '<a class="button" href="/login?return_to=%2Fme%3Fa">Log in with Clever</a>' in page.text
    assert '<a href="/login?switch_user=1&amp;return_to=%2Fme%3Fa">' in page.text


def test_the_button_logs_in_and_the_page_names_the_person(site: Site) -> None:
    page = log_in(site, Visitor())
    assert (page.path, page.status) == ("/me", 200)
    for shown in ("Ada Ashworth", "student", DISTRICT, "id_token"):
        assert shown in page.text
    assert "@" not in page.text.split("</style>")[1]


@pytest.mark.parametrize("entry", ["from_portal", "from_instant_login"])
def test_a_login_that_begins_at_clever_is_restarted_without_a_page(site: Site, entry: str) -> None:
    visitor = Visitor()
    page = visitor.open(getattr(site, entry), person="jose")
    assert (page.path, page.status) == ("/me", 200)
    assert "José Núñez" in page.text
    assert [url.startswith(f"{site.url}/callback") for url in visitor.visited].count(True) == 2


def test_the_next_student_on_the_device_replaces_the_first_with_a_session_of_their_own(site: Site) -> None:
    visitor = Visitor()
    assert "Ada Ashworth" in log_in(site, visitor).text
    first = session_of(visitor)
    assert "Noor Haddad" in visitor.open(site.from_portal, person="noor").text
    assert session_of(visitor) != first
    assert "Ada" not in visitor.open(f"{site.url}/me").text
    stolen = Visitor({key: (first, "/") for key in visitor.cookies if key[1] == "session"})
    assert stolen.ask(f"{site.url}/me").goes_to == f"{site.url}/login?return_to=%2Fme"


def session_of(visitor: Visitor) -> str:
    return next(value for (_, name), (value, _) in visitor.cookies.items() if name == "session")


def test_a_session_id_chosen_by_another_person_is_not_used(site: Site) -> None:
    place = site.url.removeprefix("http://")
    visitor = Visitor({(place, "session"): ("a" * 26, "/")})
    log_in(site, visitor)
    assert session_of(visitor) != "a" * 26


def test_a_refreshed_callback_signs_in_again(site: Site) -> None:
    visitor = Visitor()
    log_in(site, visitor)
    spent = next(url for url in visitor.visited if url.startswith(f"{site.url}/callback"))
    page = visitor.open(spent, person="ada")
    assert (page.path, "Ada Ashworth" in page.text) == ("/me", True)


def test_a_login_returns_to_the_page_the_person_wanted(site: Site) -> None:
    assert log_in(site, Visitor(), return_to="/me?lesson=7").url == f"{site.url}/me?lesson=7"


@pytest.mark.parametrize(
    ("query", "status", "word"),
    [
        ("?code=a&code=b", 400, "callback_duplicate"),
        ("?code=a&error=b", 400, "callback_contradictory"),
        ("", 400, "callback_malformed"),
        ("?error=access_denied", 403, "access_denied"),
    ],
)
def test_a_callback_that_cannot_finish_gets_a_page_with_a_login_link(
    site: Site, query: str, status: int, word: str
) -> None:
    page = Visitor().open(f"{site.url}/callback{query}")
    assert (page.status, f"<code>{word}</code>" in page.text) == (status, True)
    assert ">Log in with Clever</a>" in page.text


def test_text_from_the_url_is_html_escaped(site: Site) -> None:
    page = Visitor().open(f"{site.url}/callback?error=%3Cscript%3E&error_description=%3Cscript%3E")
    assert (page.status, "script" in page.text.lower()) == (403, False)
    assert r'access_denied: Clever responded with "<script>"' in site.log
    assert "<script>" not in Visitor().open(f"{site.url}/?return_to=%22%3E%3Cscript%3E").text
    assert "<b>Bobby" not in log_in(site, Visitor(), "markup").text


@pytest.mark.parametrize("address", ["/?return_to[]=x", "/callback?code[]=a", "/%ff", "//evil.example/"])
def test_odd_urls_do_not_break_the_page(site: Site, address: str) -> None:
    page = Visitor().open(site.url + address)
    assert page.status in {200, 400, 404}
    assert page.text.startswith("<!doctype html>")


@pytest.mark.parametrize("pending", ["", "a", "%00", "%ff", "\xff", "x" * 3000])
def test_a_broken_pending_login_signs_no_one_in(site: Site, pending: str) -> None:
    place = site.url.removeprefix("http://")
    visitor = Visitor()
    visitor.ask(f"{site.url}/login")
    (_, name), _ = visitor.cookies.popitem()
    visitor.cookies[place, name] = (pending, "/")
    page = visitor.ask(f"{site.url}/callback?code=a&state=b")
    assert page.status in {303, 400}
    assert "session" not in visitor.names()


def test_logging_out_signs_the_person_out(site: Site) -> None:
    visitor = Visitor()
    log_in(site, visitor)
    assert visitor.open(f"{site.url}/logout").status == 405
    assert "Log in with Clever" in visitor.open(f"{site.url}/logout", {}).text
    assert "session" not in visitor.names()
    assert visitor.ask(f"{site.url}/me").goes_to == f"{site.url}/login?return_to=%2Fme"


def test_no_page_is_kept_by_a_cache_or_shown_in_a_frame(site: Site) -> None:
    page = log_in(site, Visitor())
    assert page.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("scenario", "status", "word"),
    [
        ("id-token-expired", 400, "id_token_expired"),
        ("tokens-502-html", 503, "clever_unavailable"),
        ("callback-denied", 403, "access_denied"),
    ],
)
def test_each_error_of_clever_shows_a_friendly_page(
    installed: Installed, way: str, scenario: str, status: int, word: str
) -> None:
    with serving(installed, way, scenario=f"/s/{scenario}") as site:
        page = log_in(site, Visitor())
    assert (page.status, f"<code>{word}</code>" in page.text) == (status, True)
    assert 'role="alert"' in page.text
