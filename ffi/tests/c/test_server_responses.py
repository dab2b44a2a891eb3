"""Pages, headers and settings of the web server of examples/c."""

from __future__ import annotations

import html
import http.client
import re
import subprocess
import threading
from contextlib import suppress
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from c_server import (
    ADA,
    CLIENT_ID,
    JOSE,
    SECRET,
    WHEN_CLEVER_IS_DOWN,
    Answer,
    Site,
    log_in,
    server_program,
    serving,
    serving_alone,
)
from harness import emulator, ports
from harness.browser import Browser as AtClever
from harness.cookie_browser import Browser
from harness.header_limits import LONG_PAGES, MOST_HEADER_BYTES, MOST_LINK_BYTES, header_bytes
from harness.patience import SECONDS
from harness.programs import environment


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_response_has_more_header_bytes_than_nginx_accepts(site: Site, scheme: str) -> None:
    with ports.reserved() as port:
        url = f"http://127.0.0.1:{port}"
        redirect_uri = f"{scheme}://127.0.0.1:{port}/callback"
        app = emulator.App(CLIENT_ID, SECRET, redirect_uri, oidc=True)
        with emulator.running([app], "ada") as clever, serving(url, clever, redirect_uri):
            for page, fits in LONG_PAGES.items():
                check_long_page(Site(url, clever), page, fits)
    for page, fits in LONG_PAGES.items():
        links = links_of(site.asked(f"/?return_to={quote(page, safe='')}"))
        assert [("return_to=" in link, len(link) < MOST_LINK_BYTES) for link in links] == [(fits, True)] * 2


def links_of(response: Answer) -> list[str]:
    return [html.unescape(link) for link in re.findall(r'href="(/login[^"]*)"', response.text)]


def check_long_page(site: Site, page: str, fits: bool) -> None:
    def answer(path: str, **headers: str) -> tuple[http.client.HTTPMessage, list[str]]:
        given = site.asked(path, **headers)
        assert header_bytes(given.headers) < MOST_HEADER_BYTES, path
        return given.headers, links_of(given)

    guarded = answer(page)[0]["Location"]
    assert ("return_to=" in guarded) == fits, page
    login = answer(guarded)[0]
    pair = login["Set-Cookie"].partition(";")[0]
    back = urlsplit(AtClever(site.emulator).callback(login["Location"]))
    links = answer(f"/callback?error=access_denied&state={parse_qs(back.query)['state'][0]}", Cookie=pair)[1]
    assert [("return_to=" in link, len(link) < MOST_LINK_BYTES) for link in links] == [(fits, True)] * 2
    for link in links:
        assert answer(link)[0]["Location"].startswith(site.emulator)
    assert answer(f"{back.path}?{back.query}", Cookie=pair)[0]["Location"] == (page if fits else "/me")


def test_an_error_page_shows_no_text_from_the_url(site: Site) -> None:
    page = site.asked("/callback?error=call-0900-555&error_description=now")
    shown = page.text
    assert (page.status, "0900" in shown, "now" in shown, "access_denied" in shown) == (403, False, False, True)


def test_header_bytes_that_are_not_utf8_do_not_block_a_login_but_block_a_logout(site: Site) -> None:
    for path, expected in [("/login", 303), ("/callback?code=a", 303)]:
        assert site.asked(path, Purpose="\xff", Origin="\xfe", Cookie="a=\xff").status == expected
    assert site.asked("/logout", "POST", Origin="\xff").status == 403


@pytest.mark.parametrize("dest", ["iframe", "frame", "embed", "object", "image", "script"])
def test_pages_redirect_to_log_in_and_frames_and_scripts_get_401(site: Site, dest: str) -> None:
    for mode in ("navigate", "nested-navigate", "no-cors"):
        asked = site.asked("/me", **{"Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": dest})
        assert (asked.status, asked.headers["Location"]) == (401, None)
    assert site.asked("/me", "POST").status == 401
    assert site.asked("/me", **{"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}).status == 303
    assert site.asked("/me", "HEAD").status == 303
    assert site.asked("/me", **{"Sec-Purpose": "prefetch"}).status == 303


@pytest.mark.parametrize("is_taken_off", [False, True])
def test_the_server_works_below_a_prefix_even_if_the_proxy_strips_it(is_taken_off: bool) -> None:
    with serving_alone("/app/lessons") as (alone, _):
        browser = Browser(alone.emulator)
        if is_taken_off:
            assert alone.asked("/me?a").headers["Location"] == "/app/lessons/login?return_to=/app/lessons/me%3Fa"
            assert alone.asked("/login").headers["Location"].startswith(alone.emulator)
        page = browser.sign_in(ADA, browser.open(f"{alone.url}/app/lessons/me?a"))
        assert page.url == f"{alone.url}/app/lessons/me?a"
        assert 'action="/app/lessons/logout"' in page.text
        page = log_in(Browser(alone.emulator), Site(f"{alone.url}/app/lessons", alone.emulator))
        assert page.url == f"{alone.url}/app/lessons/me"
        assert browser.open(f"{alone.url}/app/lessons/logout", {}).url == f"{alone.url}/app/lessons/"
        assert alone.asked("/app/lessons").status == 200


def test_a_path_outside_the_prefix_gets_404_and_page_unknown_in_the_log() -> None:
    with serving_alone("/app") as (alone, log):
        for path in ("/other/callback?code=x", "/apps/login", "/other/app/me"):
            answer = alone.asked(path)
            assert (answer.status, "page_unknown" in answer.text) == (404, True), path
        assert alone.asked("/app/nowhere").status == 404
    lines = [line for line in log if line.startswith("page_unknown: ")]
    assert len(lines) == 3
    assert all("below /app/: CLEVER_REDIRECT_URI" in line for line in lines)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CLEVER_REDIRECT_URI", "https://app.example/finish"),
        ("CLEVER_REDIRECT_URI", "callback"),
        ("CLEVER_REDIRECT_URI", f"https://app.example/{'a' * 255}/callback"),
        ("CLEVER_SESSION_SECONDS", "0"),
        ("CLEVER_SESSION_SECONDS", "-5"),
        ("CLEVER_SESSION_SECONDS", "12h"),
        ("CLEVER_SESSION_NAME", "a b"),
        ("CLEVER_SESSION_NAME", "clever_login_x"),
        ("CLEVER_SESSION_NAME", "s" * 80),
        ("PORT", "99999"),
    ],
)
def test_a_wrong_setting_is_named_at_startup(name: str, value: str) -> None:
    settings = {
        "CLEVER_CLIENT_ID": CLIENT_ID,
        "CLEVER_CLIENT_SECRET": SECRET,
        "CLEVER_REDIRECT_URI": "https://app.example/callback",
        name: value,
    }
    pipe, program = subprocess.PIPE, server_program()
    ended = subprocess.run(program, stderr=pipe, text=True, env=environment(**settings), timeout=SECONDS, check=False)
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"{name} must ")
    assert SECRET not in ended.stderr


def test_text_from_the_url_is_html_escaped(site: Site) -> None:
    said = "%3Cscript%3Ealert(1)%3C/script%3E"
    shown = site.asked(f"/?return_to={said}").text
    assert "<script>" not in shown
    assert said.lower().replace("(", "%28").replace(")", "%29") in shown.lower()


def test_a_refusal_and_a_broken_callback_get_a_page_with_advice(browser: Browser, site: Site) -> None:
    browser.open(f"{site.url}/login")
    state = re.search(r"[?&]state=([^&]+)", browser.visited[0] if browser.visited else "")
    assert state
    refused = browser.open(f"{site.url}/callback?error=access_denied%3Cb%3E&state={state[1]}")
    assert refused.status == 403
    assert "ask someone at your school" in refused.text
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
    assert WHEN_CLEVER_IS_DOWN in page.text
    assert "Try again" in page.text


@pytest.mark.parametrize(("scenario", "wait"), [("tokens-429-retry-after", "1"), ("tokens-503", None)])
def test_retry_after_from_clever_is_passed_on(scenario: str, wait: str | None) -> None:
    with ports.reserved() as port:
        url = f"http://127.0.0.1:{port}"
        app = emulator.App(CLIENT_ID, SECRET, f"{url}/callback", oidc=True)
        with emulator.running([app]) as clever, serving(url, f"{clever}/s/{scenario}"):
            site = Site(url, clever)
            login = site.asked("/login")
            back = urlsplit(AtClever(clever, ADA).callback(login.headers["Location"]))
            answer = site.asked(f"{back.path}?{back.query}", Cookie=login.headers["Set-Cookie"].partition(";")[0])
    assert (answer.status, answer.headers["Retry-After"]) == (503, wait)


def test_every_response_has_no_store_and_security_headers(site: Site) -> None:
    for path in ("/", "/me", "/callback", "/nowhere"):
        headers = site.asked(path).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/login", "/me", "/callback"])
def test_a_query_and_cookies_of_8_kb_each_get_a_response(site: Site, path: str) -> None:
    assert site.asked(f"{path}?{'a&' * 4000}", Cookie="a;" * 4000).status == {"/callback": 400}.get(path, 303)


def test_a_request_that_is_too_long_gets_414_and_leaks_no_memory() -> None:
    # The server reports leaks when it exits.
    with serving_alone() as (site, _):
        for path in ("/login?" + "a&" * 100_000, "/" + "a" * 3_000_000):
            with suppress(http.client.HTTPException, OSError):
                assert site.asked(path).status == 414
        assert site.asked("/").status == 200


def test_sixteen_browsers_at_once_each_sign_in_the_right_person(site: Site) -> None:
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
