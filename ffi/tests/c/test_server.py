"""The web server of examples/c, as people meet it: the button, the portal, a shared device, a refresh, trouble.

It is compiled with the sanitizers: whatever these visits do to its memory fails here, and what it leaves behind too.
"""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from harness import emulator, ports
from harness.cookie_browser import Browser, Page
from harness.paths import ROOT
from harness.patience import SECONDS
from harness.programs import compiled, environment
from harness.tabs import TabbedBrowser, check_tabs

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENT_ID, SECRET = "0d1c" * 5, "5ec4e7" * 6
ADA, JOSE = "510001", "510003"
SANITIZED = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
INTERLEAVINGS = 200 if os.environ.get("CLEVER_SSO_TEST_ALL") else 10


@dataclass(frozen=True)
class Site:
    """The server, and the emulator that stands for Clever."""

    url: str
    emulator: str

    @property
    def from_portal(self) -> str:
        """Where the app's icon in the portal leads: a request without a state."""
        return f"{self.emulator}/oauth/authorize?response_type=code&client_id={CLIENT_ID}"

    def asked(self, path: str, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
        """One answer, without following anything."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=SECONDS)
        connection.request(method, path, headers=headers)
        return connection.getresponse()


@contextmanager
def serving(url: str, base_url: str, redirect_uri: str | None = None) -> Iterator[None]:
    """Run the server until the block is left; it must end well."""
    if not Path("/usr/include/microhttpd.h").exists():
        pytest.skip("libmicrohttpd-dev is not installed")
    folder = ROOT / "examples/c"
    parts = [str(folder / name) for name in ("answers.c", "sessions.c", "pages.c")]
    program = compiled(folder / "server.c", *parts, "-lmicrohttpd", "-pthread", *SANITIZED, name="server-asan")
    settings = {
        "CLEVER_CLIENT_ID": CLIENT_ID,
        "CLEVER_CLIENT_SECRET": SECRET,
        "CLEVER_REDIRECT_URI": redirect_uri or f"{url}/callback",
        "CLEVER_BASE_URL": base_url,
        "PORT": str(urlsplit(url).port),
        "ASAN_OPTIONS": "detect_leaks=1",
    }
    pipe = subprocess.PIPE
    with subprocess.Popen(program, stdout=pipe, stderr=pipe, text=True, env=environment(**settings)) as process:
        try:
            assert process.stdout
            assert process.stdout.readline().strip() == url
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, said
    assert SECRET not in said
    assert "code=" not in said


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with ports.reserved() as port:
        url = f"http://127.0.0.1:{port}"
        app = emulator.App(CLIENT_ID, SECRET, f"{url}/callback", oidc=True)
        with emulator.running([app]) as clever, serving(url, clever):
            yield Site(url, clever)


@pytest.fixture
def browser(site: Site) -> Browser:
    return Browser(site.emulator)


def log_in(browser: Browser, site: Site, number: str = ADA, return_to: str = "") -> Page:
    query = f"?return_to={return_to}" if return_to else ""
    return browser.sign_in(number, browser.open(f"{site.url}/login{query}"))


def cookie_of(browser: Browser, name: str) -> str:
    values = [cookie.value or "" for cookie in browser.cookies if cookie.name == name]
    return values[0] if values else ""


def cookies_in(response: http.client.HTTPResponse) -> dict[str, str]:
    lines = response.headers.get_all("Set-Cookie") or []
    return {line.partition("=")[0]: line for line in lines}


def test_the_button_logs_in_and_the_page_names_who_it_is(browser: Browser, site: Site) -> None:
    assert ">Log in with Clever</a>" in browser.open(site.url).text
    page = log_in(browser, site)
    assert (page.path, page.status) == ("/me", 200)
    for shown in ("Ada Ashworth", "student", "53ee4b8a44abc88c1c00119b"):
        assert shown in page.text


def test_nothing_acts_but_a_page_that_somebody_goes_to_and_a_form_of_the_application(
    browser: Browser, site: Site
) -> None:
    log_in(browser, site)
    session = f"session={cookie_of(browser, 'session')}"
    refused: list[tuple[str, str, dict[str, str], int]] = [
        ("/login", "HEAD", {}, 200),
        ("/login", "POST", {}, 405),
        ("/login", "GET", {"Sec-Purpose": "prefetch"}, 503),
        ("/login", "GET", {"Sec-Fetch-Mode": "no-cors"}, 403),
        ("/callback?code=x", "HEAD", {}, 200),
        ("/callback?code=x", "POST", {}, 405),
        ("/callback?code=x", "GET", {"Purpose": "prefetch"}, 503),
        ("/logout", "GET", {}, 405),
        ("/logout", "POST", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("/logout", "POST", {"Sec-Fetch-Site": "same-site"}, 403),
        ("/logout", "POST", {"Origin": "https://evil.example"}, 403),
    ]
    for path, method, headers, status in refused:
        answer = site.asked(path, method, Cookie=session, **headers)
        assert (answer.status, answer.headers["Set-Cookie"]) == (status, None), (path, method, headers)
    assert site.asked("/me", Cookie=session).status == 200


@pytest.mark.parametrize("tabs", [2, 3, 5, 10])
@pytest.mark.parametrize("start", ["/me", "/login", "portal"])
def test_tabs_of_one_browser_all_arrive(site: Site, tabs: int, start: str) -> None:
    def address(number: int) -> str:
        return {
            "/me": f"{site.url}/me",
            "/login": f"{site.url}/login?return_to=/me%3Ftab={number}",
            "portal": site.from_portal,
        }[start]

    def is_signed_in(number: int, page: Page) -> bool:
        own = f"{site.url}/me?tab={number}" if start == "/login" else f"{site.url}/me"
        return page.url == own and "Ada Ashworth" in page.text

    addresses = [address(number) for number in range(tabs)]
    check_tabs(lambda: TabbedBrowser(site.emulator, ADA), addresses, is_signed_in, range(INTERLEAVINGS))


def test_a_callback_that_proves_nothing_changes_nothing(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    browser.open(f"{site.emulator}/logout", {})
    browser.open(f"{site.url}/login?return_to=/me%3Fhere")
    before = {cookie.name: cookie.value for cookie in browser.cookies}
    for said in ("error=access_denied", "error=server_error", "code=a&code=b", "error=x&state=y", "code="):
        browser.open(f"{site.url}/callback?{said}")
        assert {cookie.name: cookie.value for cookie in browser.cookies} == before, said
    assert browser.open(f"{site.url}/me").path == "/me"


def test_a_refused_login_of_this_browser_ends_the_session(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    browser.open(f"{site.url}/login?switch_user=1")
    states = [found[1] for url in browser.visited if (found := re.search(r"[?&]state=([^&]+)", url))]
    page = browser.open(f"{site.url}/callback?error=access_denied&state={states[-1]}")
    assert page.status == 403
    assert cookie_of(browser, "session") == ""


def test_clevers_own_trouble_keeps_the_session(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    for word in ("server_error", "temporarily_unavailable"):
        page = browser.open(f"{site.url}/callback?error={word}")
        assert page.status == 503
        assert "callback_unavailable" in page.text
    assert browser.open(f"{site.url}/me").path == "/me"


def test_a_browser_without_cookies_reads_why_after_three_redirects(site: Site) -> None:
    to_clever, url = 0, f"{site.url}/login"
    browser = Browser(site.emulator)
    browser.sign_in(ADA)
    at_clever = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies)
    while True:
        parts = urlsplit(url)
        at_app = url.startswith(site.url)
        answer = Site(f"{parts.scheme}://{parts.netloc}", "").asked(
            f"{parts.path}?{parts.query}", Connection="close", **({} if at_app else {"Cookie": at_clever})
        )
        text = answer.read().decode()
        if answer.status == 400:
            break
        url = answer.headers["Location"]
        to_clever += url.startswith(site.emulator)
    assert to_clever == 3
    assert "cookies_blocked" in text


def test_a_login_from_the_portal_is_restarted_without_a_page(browser: Browser, site: Site) -> None:
    browser.sign_in(ADA)
    page = browser.open(site.from_portal)
    assert page.path == "/me"
    assert "Ada Ashworth" in page.text
    assert [url.startswith(f"{site.url}/callback") for url in browser.visited].count(True) == 2


def test_the_next_student_on_the_device_replaces_the_first(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    first = cookie_of(browser, "session")
    browser.sign_out()
    browser.sign_in(JOSE)
    page = browser.open(site.from_portal)
    assert "José Núñez" in page.text
    assert re.fullmatch(r"[0-9a-f]{32}", first)
    assert cookie_of(browser, "session") not in {first, ""}
    assert site.asked("/me", Cookie=f"session={first}").status == 303, "the old session is still good for something"


def test_a_name_for_a_session_that_somebody_brings_along_is_not_kept(browser: Browser, site: Site) -> None:
    browser.open(site.url)
    brought = "f" * 32
    response = site.asked("/me", Cookie=f"session={brought}")
    assert (response.status, response.headers["Location"]) == (303, "/login?return_to=/me")
    log_in(browser, site)
    assert cookie_of(browser, "session") != brought


def test_a_refreshed_callback_signs_in_again(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    spent = next(url for url in browser.visited if url.startswith(f"{site.url}/callback"))
    page = browser.open(spent)
    assert page.path == "/me"
    assert "Ada Ashworth" in page.text


def test_logging_out_ends_the_session_for_every_copy_of_its_cookie(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    name = cookie_of(browser, "session")
    assert browser.open(f"{site.url}/logout", {}).path == "/"
    assert cookie_of(browser, "session") == ""
    assert site.asked("/me", Cookie=f"session={name}").status == 303


def test_the_cookies_are_kept_from_scripts_and_other_sites(site: Site) -> None:
    begun = site.asked("/login")
    assert begun.status == 303
    assert begun.headers["Location"].startswith(f"{site.emulator}/oauth/authorize?")
    (cookie,) = cookies_in(begun).values()
    assert cookie.startswith("clever_login_")
    for part in ("; Path=/", "; Max-Age=600", "; HttpOnly", "; SameSite=Lax"):
        assert part in cookie
    assert "Secure" not in cookie, "the browser would not send it to a plain http address"


def test_the_cookie_of_a_login_is_gone_after_use(browser: Browser, site: Site) -> None:
    browser.open(f"{site.url}/login")
    assert any(cookie.name.startswith("clever_login_") for cookie in browser.cookies)
    log_in(browser, site)
    assert sum(cookie.name.startswith("clever_login_") for cookie in browser.cookies) == 1, "that of the first one"


def test_no_other_host_can_plant_cookies_where_the_application_is_reached_by_https(site: Site) -> None:
    with ports.reserved() as port:
        url = f"http://127.0.0.1:{port}"
        with serving(url, site.emulator, "https://lessons.example/callback"):
            (cookie,) = cookies_in(Site(url, site.emulator).asked("/login")).values()
    assert cookie.startswith("__Host-clever_login_")
    assert "; Secure" in cookie


def test_return_to_leads_into_the_application_and_nowhere_else(browser: Browser, site: Site) -> None:
    page = log_in(browser, site, return_to="/me%3Flesson=7")
    assert page.url == f"{site.url}/me?lesson=7"
    for elsewhere in ("https://evil.example/", "//evil.example", "%2F%5Cevil.example", "/%0d%0aSet-Cookie:a=b"):
        answer = site.asked(f"/login?return_to={elsewhere}")
        assert answer.status == 303, elsewhere
        assert answer.headers["Location"].startswith(f"{site.emulator}/oauth/authorize?"), elsewhere
    assert browser.open(f"{site.url}/login?return_to=//evil.example").url == f"{site.url}/me"


def test_what_a_stranger_writes_is_escaped(site: Site) -> None:
    said = "%3Cscript%3Ealert(1)%3C/script%3E"
    shown = site.asked(f"/?return_to={said}").read().decode()
    assert "<script>" not in shown
    assert said.lower().replace("(", "%28").replace(")", "%29") in shown.lower()


def test_a_refusal_and_a_broken_callback_show_a_page_for_people(browser: Browser, site: Site) -> None:
    browser.open(f"{site.url}/login")
    state = re.search(r"[?&]state=([^&]+)", browser.visited[0] if browser.visited else "")
    assert state
    refused = browser.open(f"{site.url}/callback?error=access_denied%3Cb%3E&state={state[1]}")
    assert refused.status == 403
    assert "ask your teacher" in refused.text
    assert "<b>" not in refused.text
    for broken in ("", "?", "?code=a&code=b", "?code=%ff", "?state=x", "?code=" + "a" * 3000):
        page = browser.open(f"{site.url}/callback{broken}")
        assert page.status in {400, 200}, broken
        assert "Try again" in page.text or page.url.startswith(site.emulator), broken


def test_when_clever_is_down_the_page_says_so() -> None:
    with ports.reserved() as port:
        url = f"http://127.0.0.1:{port}"
        app = emulator.App(CLIENT_ID, SECRET, f"{url}/callback", oidc=True)
        with emulator.running([app]) as clever, serving(url, f"{clever}/s/tokens-503"):
            page = log_in(Browser(clever), Site(url, clever))
    assert page.status == 503
    assert "clever_unavailable" in page.text
    assert "Try again" in page.text


def test_every_answer_stays_with_its_browser(site: Site) -> None:
    for path in ("/", "/me", "/callback", "/nowhere"):
        headers = site.asked(path).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_many_browsers_at_once_are_each_signed_in_as_themselves(site: Site) -> None:
    names = {ADA: "Ada Ashworth", JOSE: "José Núñez"}
    wrong: list[str] = []

    def visit(number: str) -> None:
        page = log_in(Browser(site.emulator), site, number)
        if names[number] not in page.text:
            wrong.append(page.text)

    threads = [threading.Thread(target=visit, args=[number]) for number in [ADA, JOSE] * 8]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
        assert not thread.is_alive()
    assert wrong == []
