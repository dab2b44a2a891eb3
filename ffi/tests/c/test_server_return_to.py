"""To which page a login at the web server of examples/c returns."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

import pytest
from c_server import (
    ADA,
    CLIENT_ID,
    SECRET,
    Site,
    begun,
    log_in,
    ours,
    serving,
    serving_alone,
)
from harness import emulator, ports
from harness.browser import Browser as AtClever
from harness.cookie_browser import Browser
from harness.header_limits import MOST_HEADER_BYTES, header_bytes
from harness.tabs import TabbedBrowser


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "//evil.example"},
        {"Host": "evil.example:80/x?"},
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"},
        {"Forwarded": "host=evil.example"},
        {"X-Original-URL": "//evil.example/"},
    ],
)
def test_no_redirect_is_built_from_the_host_header(site: Site, headers: dict[str, str]) -> None:
    browser = TabbedBrowser(site.emulator, ADA)
    callback = begun(browser, site, "?return_to=/me%3Fa")
    cookies = "; ".join(f"{name}={value}" for name, value in ours(browser).items())
    asked = [
        ("/me", "GET", "/login?return_to=/me"),
        ("/login", "GET", f"{site.emulator}/oauth/authorize?"),
        ("/logout", "POST", "/"),
        (callback[len(site.url) :], "GET", "/me?a"),
    ]
    for path, method, expected in asked:
        answer = site.asked(path, method, Cookie=cookies, **headers)
        assert (answer.status, "evil" in f"{answer.headers}{answer.text}") == (303, False), path
        assert answer.headers["Location"].startswith(expected), path


def test_return_to_leads_only_to_pages_of_the_application(browser: Browser, site: Site) -> None:
    page = log_in(browser, site, return_to="/me%3Flesson=7")
    assert page.url == f"{site.url}/me?lesson=7"
    for elsewhere in ("https://evil.example/", "//evil.example", "%2F%5Cevil.example", "/%0d%0aSet-Cookie:a=b"):
        answer = site.asked(f"/login?return_to={elsewhere}")
        assert answer.status == 303, elsewhere
        assert answer.headers["Location"].startswith(f"{site.emulator}/oauth/authorize?"), elsewhere
    assert browser.open(f"{site.url}/login?return_to=//evil.example").url == f"{site.url}/me"


@pytest.mark.parametrize(
    ("wanted", "arrives"),
    [
        ("/me?name=ñ&школа", "/me?name=%C3%B1&%D1%88%D0%BA%D0%BE%D0%BB%D0%B0"),
        ("/школа/é", "/%D1%88%D0%BA%D0%BE%D0%BB%D0%B0/%C3%A9"),
        ("{url}/me?own", "/me?own"),
        ("{url}/me?q=é", "/me?q=%C3%A9"),
    ],
)
def test_return_to_can_name_the_own_host_and_contain_any_letters(
    browser: Browser, site: Site, wanted: str, arrives: str
) -> None:
    assert log_in(browser, site, return_to=quote(wanted.format(url=site.url), safe="")).url == site.url + arrives


def test_a_return_to_that_is_refused_is_logged_with_the_reason() -> None:
    refused = {
        "https://evil.example/hush": "origin is not allowed",
        "//evil.example/hush": "another host",
        "/\\evil.example/hush": "backslash",
        "/\r\nX: hush": "white space",
        "/" + "a" * 1024: "longer than 1024 bytes",
    }
    with serving_alone() as (alone, log):
        for wanted in refused:
            assert log_in(Browser(alone.emulator), alone, return_to=quote(wanted, safe="")).url == f"{alone.url}/me"
    lines = [line for line in log if line.startswith("return_to is left out: return_to_unsafe: ")]
    assert [reason for line, reason in zip(lines, refused.values()) if reason not in line] == [], lines
    assert len(lines) == len(refused)
    assert not [line for line in lines if "hush" in line]


def test_a_return_to_with_control_characters_is_ignored_not_truncated(site: Site) -> None:
    with serving_alone() as (alone, log):
        for path in ("/me%00evil", "/me%3Fa=%01", "/%00", "%00/me", "/me%7f"):
            browser = Browser(alone.emulator)
            assert log_in(browser, alone, return_to=path).url == f"{alone.url}/me", path
    refused = [line for line in log if "return_to is left out: return_to_unsafe" in line]
    assert len(refused) == 5, log
    shown = site.asked("/?return_to=/me%00evil").text
    assert "return_to" not in shown


def test_a_login_returns_to_the_protected_page_with_its_query(browser: Browser, site: Site) -> None:
    login = browser.open(f"{site.url}/me?lesson=7&a=%26%C3%BC")
    assert browser.sign_in(ADA, login).url == f"{site.url}/me?lesson=7&a=%26%C3%BC"
    long = "a" * 2000
    assert Browser(site.emulator).open(f"{site.url}/me?{long}").url.startswith(site.emulator)


def test_try_again_returns_to_the_same_page(browser: Browser, site: Site) -> None:
    for said in ("temporarily_unavailable", "access_denied"):
        browser.open(f"{site.url}/login?return_to=/me%3Flesson=7")
        states = [found[1] for url in browser.visited if (found := re.search(r"[?&]state=([^&]+)", url))]
        page = browser.open(f"{site.url}/callback?error={said}&state={states[-1]}")
        assert '<a href="/login?return_to=/me%3Flesson%3D7">Try again</a>' in page.text
        assert '<a href="/login?switch_user=1&amp;return_to=/me%3Flesson%3D7">' in page.text


def test_try_again_keeps_switch_user(browser: Browser, site: Site) -> None:
    for said in ("temporarily_unavailable", "access_denied"):
        browser.open(f"{site.url}/login?switch_user=1&return_to=/me")
        states = [found[1] for url in browser.visited if (found := re.search(r"[?&]state=([^&]+)", url))]
        page = browser.open(f"{site.url}/callback?error={said}&state={states[-1]}")
        assert '<a href="/login?switch_user=1&amp;return_to=/me">Try again</a>' in page.text


AROUND = ["/login", "/login?return_to=/login", "/%256cogin", "/me/..//login/", "/logout"]
BACK = ["/callback", "/callback?code=a", "%2Fc%61llback"]
AWAY = ["%FF", "/%00", "//evil.example", "/" + "a" * 1024]


@pytest.mark.parametrize("return_to", [*AROUND, *BACK, *AWAY], ids=range(12))
def test_a_return_to_that_leads_to_login_logout_callback_or_another_host_is_ignored(site: Site, return_to: str) -> None:
    quoted = return_to if return_to in {"%FF", "/%00"} else quote(return_to, safe="")
    browser = TabbedBrowser(site.emulator, ADA)
    tab = browser.open_tab(f"{site.url}/login?return_to={quoted}")
    browser.in_lock_step()
    assert tab.page
    assert (tab.page.status, tab.page.url) == (200, f"{site.url}/me")


def test_the_length_limit_of_return_to_counts_decoded_bytes(site: Site) -> None:
    browser = TabbedBrowser(site.emulator, ADA)
    there = "/me?x=" + quote("ш" * 508)
    tab = browser.open_tab(f"{site.url}/login?return_to={quote(there, safe='')}")
    browser.in_lock_step()
    assert tab.page
    assert tab.page.url == site.url + there


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_return_to_with_1024_bytes_works_below_the_longest_prefix(scheme: str) -> None:
    prefix = "/" + "p" * 254
    with ports.reserved() as port:
        url = f"http://127.0.0.1:{port}"
        redirect_uri = f"{scheme}://127.0.0.1:{port}{prefix}/callback"
        app = emulator.App(CLIENT_ID, SECRET, redirect_uri, oidc=True)
        named = {"CLEVER_SESSION_NAME": "s" * 55}
        with emulator.running([app], "ada") as clever, serving(url, clever, redirect_uri, **named):
            alone = Site(url, clever)
            for letter in ("=", "x", "%D1%88"):
                size = (1024 - len(f"{prefix}/me?")) // (2 if letter == "%D1%88" else 1)
                page = f"{prefix}/me?{letter * size}"
                guarded = alone.asked(page)
                assert header_bytes(guarded.headers) < MOST_HEADER_BYTES
                assert "return_to=" in guarded.headers["Location"]
                login = alone.asked(guarded.headers["Location"])
                pair = login.headers["Set-Cookie"].partition(";")[0]
                assert header_bytes(login.headers) < MOST_HEADER_BYTES
                back = urlsplit(AtClever(clever).callback(login.headers["Location"]))
                finished = alone.asked(f"{back.path}?{back.query}", Cookie=pair)
                assert header_bytes(finished.headers) < MOST_HEADER_BYTES
                assert finished.headers["Location"] == page
