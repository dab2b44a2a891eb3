"""Unexpected requests: any bytes, any method, any URL. None causes an error in the application or a redirect loop."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, unquote_plus, urlsplit

import pytest
from harness import ports
from harness.cookie_browser import Browser
from harness.emulator import App, running
from harness.patience import MANY_STEPS_SECONDS
from harness.tabs import TabbedBrowser
from running import CLIENT_ID, CLIENT_SECRET, Site, refusal, serving, state_of
from test_browser_leg import arrived, asked, begun_at_clever, links_of
from test_contract import ADA, cookies, log_in, onwards, who

PROGRAM = Path(__file__).with_name("any_bytes.py")
LONG_NAME = "510014"
MOST_HEADER_BYTES = 4096 - 64
"""The space that nginx has for response headers, minus the status line and what https adds to names and cookies."""
LONGEST = "/shelf/" + "ш" * 508
"""A page whose path has 1,023 bytes: three times as many in a header."""
OWN = ["/clever/login", "/clever/callback", "/clever/logout"]
SAFE = "/?=&%:@!$'()*+,;"
WAYS = {
    "as it is": "{path}",
    "with a slash": "{path}/",
    "with slashes": "{path}///",
    "with a query": "{path}?next=/private",
    "absolute": "{site}{path}",
    "absolute with a slash": "{site}{path}/?a=b",
    "encoded": "/%63lever/{name}",
    "with an encoded slash": "/clever%2F{name}",
    "encoded twice": "/%2563lever/{name}",
    "with dots": "/x/../clever/./{name}",
    "with encoded dots": "/x/%2e%2E/clever/{name}",
    "with an empty part": "/clever//{name}",
    "with a fragment": "{path}#there",
    "nested": "{path}?next={path}%3Fnext={path}",
}


@pytest.mark.parametrize(
    "changes", [{}, {"CLEVER_WAITING_PAGE": "true"}, {"GUARD": "yes"}], ids=["plain", "wait", "guard"]
)
def test_no_bytes_in_a_request_raise_an_error_in_the_app(
    framework: str, changes: dict[str, str], tmp_path: Path
) -> None:
    with ports.reserved() as port:
        site = f"http://127.0.0.1:{port}"
        redirect_uri = f"{site}/clever/callback"
        with running([App(CLIENT_ID, CLIENT_SECRET, redirect_uri, oidc=True)]) as emulator:
            environment = {
                **os.environ,
                "CLEVER_CLIENT_ID": CLIENT_ID,
                "CLEVER_CLIENT_SECRET": CLIENT_SECRET,
                "CLEVER_REDIRECT_URI": redirect_uri,
                "CLEVER_BASE_URL": emulator,
                "FOLDER": str(tmp_path),
                "DATABASE": ":memory:",
                "SESSION_ENGINE": "django.contrib.sessions.backends.cache",
                **changes,
            }
            done = subprocess.run(
                [sys.executable, str(PROGRAM), framework, site],
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=MANY_STEPS_SECONDS,
            )
    assert done.returncode == 0, done.stderr[-2000:]
    *failed, number = done.stdout.splitlines()
    assert not failed, "\n".join(failed[:20])
    assert int(number.split()[0]) > 5000


# ---------------------------------------------------------------- where to go next


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("path", OWN)
def test_a_next_that_leads_to_the_login_itself_is_ignored(browser: Browser, site: Site, path: str, way: str) -> None:
    target = WAYS[way].format(path=path, site=site.url, name=path.rpartition("/")[2])
    tabbed = TabbedBrowser(site.emulator, ADA)
    page = arrived(f"{site.url}/clever/login?next={quote(target)}", tabbed)
    assert (page.url, who(page)) == (site.url + "/", "signed in: Ada Ashworth")
    assert tabbed.tabs[0].steps < 12
    assert "leads to the login, the callback or the logout itself" in site.log.read_text() or "//" in target


def test_next_can_be_a_page_that_only_looks_like_the_login(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    for target in ("/shelf/clever/login", "/shelf/x?next=/clever/login", "/private?/clever/login"):
        page = browser.open(f"{site.url}/clever/login?next={quote(target)}")
        assert page.url == site.url + target


# ---------------------------------------------------------------- methods and paths


@pytest.mark.parametrize("path", OWN)
@pytest.mark.parametrize("signed_in", [False, True], ids=["signed-out", "signed-in"])
def test_other_methods_get_405_with_the_allowed_methods(
    browser: Browser, site: Site, path: str, signed_in: bool
) -> None:
    if signed_in:
        log_in(browser, site)
    cookie = "; ".join(f"{name}={value}" for name, value in cookies(browser).items())
    allowed = {"POST"} if path.endswith("logout") else {"GET", "HEAD"}
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - allowed:
        for ending in ("", "/"):
            for headers in ({}, {"Sec_Fetch_Site": "cross-site"}, {"Origin": "https://evil.example"}):
                answer = asked(site.url + path + ending, method, Cookie=cookie, **headers)
                assert answer.status == 405, (method, ending, headers)
                assert set(answer.headers["Allow"].replace(" ", "").split(",")) == allowed
                assert answer.headers["Set-Cookie"] is None
    assert who(browser.open(site.url + "/")) == ("signed in: Ada Ashworth" if signed_in else "nobody")


def test_requests_of_strangers_to_odd_paths_log_no_error(site: Site) -> None:
    before = site.log.read_text()
    for path in ("/x/clever/callback", "/x/callback", "/callback", "/x/y/clever/callback/", "/x/clever/callbackx"):
        for query in (
            "code=1",
            "code=1&state=2",
            "error=access_denied",
            "code=%ff&state=%ff",
            "error=a&state=" + "b" * 99,
        ):
            answer = asked(f"{site.url}{path}?{query}", Cookie="clever_login_aaaaaaaaaaaaaaaa=b; a=clever_login_")
            assert answer.status == 404, (path, query)
    assert "login with Clever failed" not in site.log.read_text().removeprefix(before)


def test_a_login_that_comes_back_below_a_prefix_is_named_in_the_log(site: Site) -> None:
    begun = asked(f"{site.url}/clever/login")
    cookie = (begun.headers["Set-Cookie"] or "").partition(";")[0]
    path = f"/x/clever/callback?code=a&state={state_of(begun.headers['Location'])}"
    assert asked(site.url + path, Cookie=cookie).status == 500
    assert "a proxy adds /x" in site.log.read_text()


# ---------------------------------------------------------------- headers


def test_the_headers_of_every_response_fit_a_4_kib_buffer(browser: Browser, site: Site) -> None:
    sizes: dict[str, int] = {}

    def look(name: str, url: str) -> str:
        cookie = "; ".join(f"{each.name}={each.value}" for each in browser.cookies)
        parts = urlsplit(url)
        answer = asked(f"{parts.scheme}://{parts.netloc}{parts.path}?{parts.query}", Cookie=cookie)
        sizes[name] = sum(len(key) + len(value) + 4 for key, value in answer.getheaders())
        return str(answer.headers["Location"])

    for _ in range(9):
        browser.open(f"{site.url}/clever/login")
    look("guard", site.url + quote(LONGEST))
    look("guard of a page that is too long", site.url + quote(LONGEST * 3))
    look("guard with a query", f"{site.url}/private?{'%' * 900}")
    look("login", f"{site.url}/clever/login?next={quote(LONGEST)}&district_id={'x' * 255}&switch_user=1")
    browser.sign_in(LONG_NAME)
    begun = f"{site.url}/clever/login?next={quote(LONGEST)}"
    browser.open(begun)
    back = next(url for url in browser.visited[::-1] if url.startswith(f"{site.url}/clever/callback"))
    look("restart", back)
    look("refused", f"{site.url}/clever/callback?error=access_denied&state={state_of(back)}")
    assert {name: size for name, size in sizes.items() if size > MOST_HEADER_BYTES} == {}


@pytest.mark.parametrize(("person", "much"), [(ADA, False), (LONG_NAME, True)], ids=["little", "much"])
def test_the_headers_of_a_sign_in_fit_a_4_kib_buffer(framework: str, tmp_path: Path, person: str, much: bool) -> None:
    with serving(framework, tmp_path, **({"MUCH": secrets.token_hex(500)} if much else {})) as site:
        for wanted in (LONGEST, "/private"):
            tabbed = TabbedBrowser(site.emulator, person)
            tab = tabbed.open_tab(f"{site.url}/clever/login?next={quote(wanted)}")
            while not tab.url.startswith(f"{site.url}/clever/callback"):
                tabbed.step(tab)
            answer = asked(tab.url, Cookie="; ".join(f"{each.name}={each.value}" for each in tabbed.cookies))
            assert sum(len(name) + len(value) + 4 for name, value in answer.getheaders()) <= MOST_HEADER_BYTES
            # If a redirect is too long, a page continues instead.
            is_long = much and wanted == LONGEST and framework != "django"
            assert (answer.headers["Location"], answer.status) == ((None, 200) if is_long else (quote(wanted), 303))
            assert arrived(f"{site.url}/clever/login?next={quote(wanted)}", tabbed).url == site.url + quote(wanted)


LETTERS = {
    "latin": "é",
    "cyrillic": "ш",
    "thai": "ก",
    "han": "語",
    "emoji": "👩\u200d🔬",
    "joiner": "می\u200cخ",
    "private": "\ue000",
    "ascii": "x",
    "ampersand": "&",
    "quote": '"',
    "braces": "{<|>}",
    "encoded": "%2F",
}


def of_1024_bytes(letters: str) -> str:
    """A page whose path has this many bytes, as a browser shows it."""
    start = "/private?q="
    room = 1024 - len(start)
    text = letters * (room // len(letters.encode()))
    return start + text + "x" * (room - len(text.encode()))


def check_lengths(browser: Browser, site: str, wanted: str) -> None:
    """Check that each link and redirect to a page is short enough for servers, and that each try reaches the page."""
    targets = [asked(site + quote(wanted, safe=SAFE)).headers["Location"]]
    begun = begun_at_clever(browser, f"{site}/clever/login?next={quote(wanted)}")
    page = browser.open(f"{site}/clever/callback{refusal(begun)}")
    assert page.status == 403
    links = [link for link in links_of(page).values() if "/clever/login" in link]
    assert [unquote_plus(link.partition("next=")[2].partition("&")[0]) for link in links] == [wanted] * 2
    targets += links
    again = browser.open(site + links[0])
    if "http-equiv" in again.text:
        # If a redirect with its cookies is too long for servers, a page continues instead.
        again = browser.open(onwards(again))
    assert (again.status, again.url) == (200, site + quote(wanted, safe=SAFE))
    targets += [url.removeprefix(site) for url in browser.visited if url.startswith(site)]
    assert [target for target in targets if target and len(target) >= 4000] == []


@pytest.mark.parametrize("name", LETTERS)
def test_links_and_redirects_are_short_enough_for_servers(browser: Browser, site: Site, name: str) -> None:
    log_in(browser, site)
    browser.open(site.url + "/bye")
    check_lengths(browser, site.url, of_1024_bytes(LETTERS[name]))


def test_an_unknown_method_gets_405_with_the_allowed_methods(site: Site) -> None:
    for method in ("PROPFIND", "FOO", "PATCH", "OPTIONS"):
        for name, allowed in (("login", "GET, HEAD"), ("callback", "GET, HEAD"), ("logout", "POST")):
            for slash in ("", "/"):
                answer = asked(f"{site.url}/clever/{name}{slash}", method)
                assert (answer.status, answer.headers["Allow"]) == (405, allowed), (method, name)
                assert answer.headers["Cache-Control"] == "no-store"
