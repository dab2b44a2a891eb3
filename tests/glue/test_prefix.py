"""Each site behind a real nginx that takes a prefix off: people come back below it, or the log says what is missing."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from harness import nginx, ports
from harness.cookie_browser import Browser
from harness.emulator import App, running
from running import CLIENT_ID, CLIENT_SECRET, Site, process, wait_until_it_answers
from test_contract import ADA, log_in, log_out, who

# What an operator writes who does not think of the prefix any more.
STRIPPING = """
location /app/ {{
    proxy_pass http://127.0.0.1:{site}/;
    proxy_set_header Host $http_host;
    {header}
}}
"""
NEEDS_A_SETTING = {"flask": True, "asgi": True, "django": False}


@contextmanager
def behind_nginx(framework: str, folder: Path, header: str = "", **changes: str) -> Iterator[Site]:
    with ports.reserved() as port, socket.create_server(("127.0.0.1", 0)) as listener:
        inside, url = listener.getsockname()[1], f"http://127.0.0.1:{port}/app"
        redirect_uri = f"{url}/clever/callback"
        with running([App(CLIENT_ID, CLIENT_SECRET, redirect_uri, oidc=True)]) as emulator:
            log = folder / f"{framework}.log"
            settings = {
                "CLEVER_CLIENT_ID": CLIENT_ID,
                "CLEVER_CLIENT_SECRET": CLIENT_SECRET,
                "CLEVER_REDIRECT_URI": redirect_uri,
                "CLEVER_BASE_URL": emulator,
                "FOLDER": str(folder),
            }
            environment = {**os.environ, **settings, **changes}
            with (
                process(framework, listener, environment, log),
                nginx.in_front(folder, port, STRIPPING.format(site=inside, header=header)),
            ):
                wait_until_it_answers(f"http://127.0.0.1:{inside}", log)
                yield Site(framework, url, emulator, log)


def check_that_all_stays_below(site: Site) -> None:
    browser = Browser(site.emulator)
    page = log_in(browser, site, wanted="/private?lesson=7")
    assert (page.url, page.text) == (f"{site.url}/private?lesson=7", "Hello, Ada Ashworth (student)")
    assert log_out(browser, site).url == f"{site.url}/"
    page = browser.open(f"{site.url}/clever/login")
    assert (page.url, who(page)) == (f"{site.url}/", "signed in: Ada Ashworth")
    assert 'href="/app/clever/login">' in browser.open(f"{site.url}/clever/callback?code=a&code=b").text


def test_a_prefix_that_the_redirect_uri_tells_is_kept(framework: str, tmp_path: Path) -> None:
    told = {"CLEVER_CALLBACK_PATH": "/clever/callback"} if NEEDS_A_SETTING[framework] else {}
    with behind_nginx(framework, tmp_path, **told) as site:
        check_that_all_stays_below(site)


def test_a_prefix_that_the_proxy_tells_is_kept(framework: str, tmp_path: Path) -> None:
    if framework != "flask":
        pytest.skip("only werkzeug reads X-Forwarded-Prefix")
    with behind_nginx(framework, tmp_path, "proxy_set_header X-Forwarded-Prefix /app;", PROXY="yes") as site:
        check_that_all_stays_below(site)


def test_a_prefix_that_nobody_tells_is_named_on_the_page_and_in_the_log(framework: str, tmp_path: Path) -> None:
    if not NEEDS_A_SETTING[framework]:
        pytest.skip("Django knows where its callback is")
    with behind_nginx(framework, tmp_path) as site:
        browser = Browser(site.emulator)
        # The way to the login is below the prefix already.
        page = browser.sign_in(ADA, browser.open(f"{site.url}/private"))
        assert (page.status, "config_invalid" in page.text) == (500, True)
        log = site.log.read_text()
    assert "a proxy takes off /app" in log
    assert "CLEVER_CALLBACK_PATH" in log if framework == "flask" else "callback_path" in log
