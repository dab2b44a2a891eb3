"""The page, with the extension and with FFI below it, as people meet it: every entry, a shared device, and trouble."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from harness import emulator, ports
from installed import APP_NAME, Installed, app, settings
from servers import built_in, own_folder
from visitor import Page, Visitor

DISTRICT = "53ee4b8a44abc88c1c00119b"


@dataclass(frozen=True)
class Site:
    """The page and the emulator that stands for Clever."""

    url: str
    clever: str

    @property
    def from_portal(self) -> str:
        """Where the app's icon in the portal leads: a request without a state."""
        return f"{self.clever}/oauth/authorize?response_type=code&client_id={APP_NAME}"

    @property
    def from_instant_login(self) -> str:
        """An Instant Login link."""
        return f"{self.clever}/oauth/instant-login?client_id={APP_NAME}&district_id={DISTRICT}"


@contextmanager
def serving(installed: Installed, way: str, scenario: str = "", scheme: str = "http") -> Iterator[Site]:
    """Run the page of an example with PHP's own server."""
    with ports.reserved() as port, emulator.running([app(f"http://127.0.0.1:{port}")], "ada") as clever:
        url = f"http://127.0.0.1:{port}"
        page = str(installed.examples / way / "public/index.php")
        environment = settings(url, clever + scenario, LD_LIBRARY_PATH=str(installed.library))
        environment["CLEVER_REDIRECT_URI"] = environment["CLEVER_REDIRECT_URI"].replace("http:", f"{scheme}:")
        folder = own_folder(installed.folder / f"page-{port}")
        options = [
            "-dffi.enable=1",
            f"-dsession.save_path={folder}",
            "-ddisplay_errors=0",
            "-S",
            f"127.0.0.1:{port}",
            page,
        ]
        command = installed.php(*options, extension=way == "php-extension")
        with built_in(command, environment, port, folder / "output.log"):
            yield Site(url, clever)


@pytest.fixture(scope="module", params=["php-extension", "php-ffi"])
def site(installed: Installed, request: pytest.FixtureRequest) -> Iterator[Site]:
    with serving(installed, request.param) as running:
        yield running


def log_in(site: Site, visitor: Visitor, person: str = "ada", **form: str) -> Page:
    return visitor.open(f"{site.url}/login", form, person)


def test_the_front_page_has_a_button_that_posts(site: Site) -> None:
    page = Visitor().open(site.url)
    assert '<form action="/login" method="post">' in page.text
    assert "<button>Log in with Clever</button>" in page.text
    assert Visitor().open(f"{site.url}/login").status == 404


def test_the_button_logs_in_and_the_page_names_who_it_is(site: Site) -> None:
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
    stolen = Visitor({key: (first, "/") for key in visitor.cookies if key[1] == "PHPSESSID"})
    assert "Hello" not in stolen.open(f"{site.url}/me").text


def session_of(visitor: Visitor) -> str:
    return next(value for (_, name), (value, _) in visitor.cookies.items() if name == "PHPSESSID")


def test_a_session_that_somebody_else_chose_is_not_taken(site: Site) -> None:
    place = site.url.removeprefix("http://")
    visitor = Visitor({(place, "PHPSESSID"): ("a" * 26, "/")})
    log_in(site, visitor)
    assert session_of(visitor) != "a" * 26


def test_a_refreshed_callback_signs_in_again(site: Site) -> None:
    visitor = Visitor()
    log_in(site, visitor)
    spent = next(url for url in visitor.visited if url.startswith(f"{site.url}/callback"))
    page = visitor.open(spent, person="ada")
    assert (page.path, "Ada Ashworth" in page.text) == ("/me", True)


def test_the_pending_login_is_gone_after_use(site: Site) -> None:
    visitor = Visitor()
    visitor.ask(f"{site.url}/login", {})
    assert "clever_pending" in visitor.names()
    log_in(site, visitor)
    assert "clever_pending" not in visitor.names()


def test_a_login_goes_on_to_where_it_was_wanted(site: Site) -> None:
    assert log_in(site, Visitor(), return_to="/me?lesson=7").url == f"{site.url}/me?lesson=7"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "/\r\nX: y", "/\0"])
def test_nobody_is_led_to_another_site(site: Site, target: str) -> None:
    page = log_in(site, Visitor(), return_to=target)
    assert (page.status, page.path) == (400, "/login")
    assert re.search("return_to_unsafe|argument_invalid", page.text)


@pytest.mark.parametrize(
    ("query", "status", "word"),
    [
        ("?code=a&code=b", 400, "callback_duplicate"),
        ("?code=a&error=b", 400, "callback_contradictory"),
        ("", 400, "callback_malformed"),
        ("?error=access_denied", 403, "access_denied"),
    ],
)
def test_what_cannot_be_finished_gets_a_page_with_a_way_out(site: Site, query: str, status: int, word: str) -> None:
    page = Visitor().open(f"{site.url}/callback{query}")
    assert (page.status, f"<code>{word}</code>" in page.text) == (status, True)
    assert "<button>Log in with Clever</button>" in page.text


def test_what_an_address_says_is_shown_as_text(site: Site) -> None:
    page = Visitor().open(f"{site.url}/callback?error=%3Cscript%3E&error_description=%3Cscript%3E")
    assert ("&lt;script&gt;" in page.text, "<script>" in page.text) == (True, False)
    assert "<script>" not in Visitor().open(f"{site.url}/?return_to=%22%3E%3Cscript%3E").text
    assert "<b>Bobby" not in log_in(site, Visitor(), "markup").text


@pytest.mark.parametrize("address", ["/?return_to[]=x", "/callback?code[]=a", "/%ff", "//evil.example/"])
def test_odd_addresses_do_not_break_it(site: Site, address: str) -> None:
    page = Visitor().open(site.url + address)
    assert page.status in {200, 400, 404}
    assert page.text.startswith("<!doctype html>")


@pytest.mark.parametrize("pending", ["", "a", "%00", "%ff", "x" * 3000])
def test_a_broken_pending_login_is_no_way_in(site: Site, pending: str) -> None:
    place = site.url.removeprefix("http://")
    visitor = Visitor({(place, "clever_pending"): (pending, "/callback")})
    page = visitor.ask(f"{site.url}/callback?code=a&state=b")
    assert page.status in {303, 400}
    assert "PHPSESSID" not in visitor.names()


def test_logging_out_forgets_the_person(site: Site) -> None:
    visitor = Visitor()
    log_in(site, visitor)
    assert visitor.open(f"{site.url}/logout").status == 404
    assert "Log in with Clever" in visitor.open(f"{site.url}/logout", {}).text
    assert visitor.open(f"{site.url}/me").path == "/"


def test_no_page_is_kept_by_a_cache_or_shown_in_a_frame(site: Site) -> None:
    page = log_in(site, Visitor())
    assert page.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("way", ["php-extension", "php-ffi"])
@pytest.mark.parametrize(
    ("scenario", "status", "word"),
    [
        ("id-token-expired", 400, "id_token_expired"),
        ("tokens-502-html", 503, "clever_unavailable"),
        ("callback-denied", 403, "access_denied"),
    ],
)
def test_what_clever_does_wrong_is_told_kindly(
    installed: Installed, way: str, scenario: str, status: int, word: str
) -> None:
    with serving(installed, way, f"/s/{scenario}") as site:
        page = log_in(site, Visitor())
    assert (page.status, f"<code>{word}</code>" in page.text) == (status, True)
    assert 'role="alert"' in page.text


@pytest.mark.parametrize(("scheme", "secure"), [("https", True), ("http", False)])
def test_cookies_are_as_strict_as_they_can_be(installed: Installed, scheme: str, secure: bool) -> None:
    with serving(installed, "php-extension", scheme=scheme) as site:
        page = Visitor().ask(f"{site.url}/login", {})
    _, *attributes = page.headers["Set-Cookie"].split("; ")
    assert {"HttpOnly", "SameSite=Lax", "Max-Age=600", "path=/callback"} <= set(attributes)
    assert ("secure" in attributes) is secure
    assert page.headers["Cache-Control"] == "no-store"
