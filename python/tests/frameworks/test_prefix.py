"""Each site behind a real nginx that removes a prefix: logins keep it, or the log names the missing setting."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from harness import nginx, ports
from harness.browser import Browser as AtClever
from harness.cookie_browser import Browser
from harness.emulator import App, running
from running import CLIENT_ID, CLIENT_SECRET, Site, path_of, process, wait_until_it_answers
from test_contract import ADA, log_in, log_out, who

REDIRECT_URI = "https://app.example/clever/callback"
# The response to a path and a method: status, Location, text.
Get = Callable[[str, str], tuple[int, str, str]]

# The settings of an operator who forgot the prefix.
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


def test_a_prefix_from_the_redirect_uri_is_kept(framework: str, tmp_path: Path) -> None:
    told = {"CLEVER_CALLBACK_PATH": "/clever/callback"} if NEEDS_A_SETTING[framework] else {}
    with behind_nginx(framework, tmp_path, **told) as site:
        check_that_all_stays_below(site)


def test_a_prefix_from_the_proxy_header_is_kept(framework: str, tmp_path: Path) -> None:
    if framework != "flask":
        pytest.skip("only werkzeug reads X-Forwarded-Prefix")
    with behind_nginx(framework, tmp_path, "proxy_set_header X-Forwarded-Prefix /app;", PROXY="yes") as site:
        check_that_all_stays_below(site)


def test_an_unknown_prefix_is_named_on_the_page_and_in_the_log(framework: str, tmp_path: Path) -> None:
    if not NEEDS_A_SETTING[framework]:
        pytest.skip("Django knows where its callback is")
    with behind_nginx(framework, tmp_path) as site:
        browser = Browser(site.emulator)
        # The link to the login already has the prefix.
        page = browser.sign_in(ADA, browser.open(f"{site.url}/private"))
        assert (page.status, "config_invalid" in page.text) == (500, True)
        log = site.log.read_text()
    assert "a proxy removes /app" in log
    assert "CLEVER_CALLBACK_PATH" in log if framework == "flask" else "callback_path" in log


@pytest.fixture(scope="module")
def clever_at_home() -> Iterator[str]:
    with running([App(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, oidc=True)]) as emulator:
        yield emulator


# The header that a browser sends, and that a proxy passes on if it does not set it itself.
ELSEWHERE = [
    "//evil.example",
    "/\\evil.example",
    "https://evil.example",
    "evil.example",
    "///evil.example/",
    "/\t/evil.example",
]


def in_flask(clever: str, prefix: str) -> Get:
    pytest.importorskip("flask")
    from flask_app import make_app
    from werkzeug.middleware.proxy_fix import ProxyFix

    app, _ = make_app(clever, CLEVER_REDIRECT_URI=REDIRECT_URI)
    app.wsgi_app = ProxyFix(app.wsgi_app, x_prefix=1)
    client = app.test_client()

    def get(path: str, method: str) -> tuple[int, str, str]:
        sent = {"X-Forwarded-Prefix": prefix, "X-Forwarded-Host": "evil.example"}
        answer = client.open(path, method=method, base_url="https://app.example", headers=sent)
        return answer.status_code, answer.headers.get("Location", ""), answer.text

    return get


def in_django(clever: str, prefix: str) -> Get:
    pytest.importorskip("django")
    from django.test import Client, override_settings

    client = Client(SCRIPT_NAME=prefix)
    told = {"CLEVER_BASE_URL": clever, "CLEVER_REDIRECT_URI": REDIRECT_URI, "ALLOWED_HOSTS": ["*"]}

    def get(path: str, method: str) -> tuple[int, str, str]:
        with override_settings(**told, USE_X_FORWARDED_HOST=True):
            answer = client.generic(method, path, secure=True, headers={"X-Forwarded-Host": "evil.example"})
        return answer.status_code, answer.headers.get("Location", ""), answer.content.decode()

    return get


def in_asgi(clever: str, prefix: str) -> Get:
    starlette = pytest.importorskip("starlette")
    pytest.importorskip("httpx2")
    if "\\" in prefix and starlette.__version__.startswith("0.37."):
        pytest.skip("this Starlette reads a prefix as a regular expression, and answers nothing below this one")
    from clever_sso import AsyncClient
    from clever_sso.asgi import CleverSso
    from starlette.applications import Starlette
    from starlette.middleware.sessions import SessionMiddleware
    from starlette.testclient import TestClient

    app = Starlette()
    told = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "redirect_uri": REDIRECT_URI, "base_url": clever}
    CleverSso(AsyncClient(**told)).install(app)
    app.add_middleware(SessionMiddleware, secret_key="a key for tests only")
    client = TestClient(app, "https://app.example", follow_redirects=False, root_path=prefix)

    def get(path: str, method: str) -> tuple[int, str, str]:
        answer = client.request(method, path, headers={"X-Forwarded-Host": "evil.example"})
        return answer.status_code, answer.headers.get("location", ""), answer.text

    return get


@pytest.mark.parametrize("prefix", ELSEWHERE, ids=ascii)
def test_a_forged_prefix_header_never_redirects_to_another_host(
    framework: str, clever_at_home: str, prefix: str, request: Any
) -> None:
    if framework == "django":
        request.getfixturevalue("untouched")
    get = {"flask": in_flask, "django": in_django, "asgi": in_asgi}[framework](clever_at_home, prefix)
    status, begun, _ = get("/clever/login?next=/private", "GET")
    assert (status, begun.startswith(f"{clever_at_home}/oauth/authorize?")) == (303, True)
    assert get(path_of(AtClever(clever_at_home, ADA).callback(begun)), "GET")[:2] == (303, "/private")
    _, _, page = get("/clever/callback?code=a&code=b", "GET")
    links = re.findall(r'(?:href|action)="([^"]*)"', page)
    assert links
    for address in [get("/clever/logout", "POST")[1], *links]:
        assert address.startswith("/"), address
        assert not re.match(r"/[/\\\s]", address), address
