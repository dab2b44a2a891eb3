"""The example's server: which tokens it accepts, and from which pages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from harness.paths import ROOT
from harness.patience import SECONDS
from implicit_site import EXAMPLE, THEIRS, Site, load_server, settings

INVENTED = "il" + "0" * 38
CSP_OF_SCRIPTS = "script-src 'self'"


class Page:
    """The app's page in a browser, from the server's point of view."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.cookie = ""
        self.headers = {"Origin": site.url, "Content-Type": "application/json"}

    def ask(self, method: str, path: str = "/session", body: object = None) -> tuple[int, str, HTTPResponse]:
        connection = HTTPConnection(urlsplit(self.site.url).netloc, timeout=SECONDS)
        sent = None if body is None else json.dumps(body)
        connection.request(method, path, sent, {**self.headers, "Cookie": self.cookie})
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        self.cookie = (response.headers["Set-Cookie"] or self.cookie).split(";")[0]
        return response.status, text, response

    def sign_in(self, token: object) -> tuple[int, dict[str, object]]:
        status, text, _ = self.ask("POST", body={"access_token": token})
        return status, json.loads(text)

    def person(self) -> dict[str, str] | None:
        person: dict[str, str] | None = json.loads(self.ask("GET")[1])["person"]
        return person


@pytest.fixture
def page(automatic: Site) -> Page:
    return Page(automatic)


def test_a_token_of_this_app_signs_its_person_in(page: Page) -> None:
    status, answer = page.sign_in(page.site.token())
    assert status == 200
    expected = {
        "id": "64c20b1e8f3a7d0019c4e501",
        "name": "Ada Ashworth",
        "user_type": "student",
        "district_id": "53ee4b8a44abc88c1c00119b",
    }
    assert answer == {"person": expected}
    assert page.person() == expected


def test_a_token_of_another_app_is_refused_although_it_opens_me(page: Page) -> None:
    status, answer = page.sign_in(page.site.token(THEIRS))
    assert (status, answer["code"]) == (403, "token_foreign")
    assert page.person() is None


def test_an_invented_token_is_refused(page: Page) -> None:
    status, answer = page.sign_in(INVENTED)
    assert (status, answer["code"]) == (403, "token_rejected")
    assert page.person() is None


@pytest.mark.parametrize("token", ["two\nlines", "", None, 1, ["il"], "x" * 20_000])
def test_what_cannot_be_a_token_is_refused(page: Page, token: object) -> None:
    status, text, _ = page.ask("POST", body={"access_token": token})
    assert status in {400, 413}, text
    assert page.person() is None


@pytest.mark.parametrize(
    "origin", [None, "null", "https://evil.example", "http://127.0.0.1", "{url}/", "{url}.evil.example"]
)
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_only_the_apps_own_page_can_change_who_is_signed_in(page: Page, method: str, origin: str | None) -> None:
    assert page.sign_in(page.site.token())[0] == 200
    del page.headers["Origin"]
    if origin is not None:
        page.headers["Origin"] = origin.format(url=page.site.url)
    status, text, _ = page.ask(method, body={"access_token": page.site.token(person="jose")})
    assert (status, json.loads(text)["code"]) == (403, "origin_foreign")
    signed_in = page.person()
    assert signed_in is not None
    assert signed_in["name"] == "Ada Ashworth"


@pytest.mark.parametrize(
    ("redirect_uri", "origin"),
    [
        ("https://App.Example:443/cb", "https://app.example"),
        ("HTTPS://app.example/cb", "https://app.example"),
        ("http://LOCALHOST:80/cb", "http://localhost"),
        ("https://app.example:8443/cb", "https://app.example:8443"),
        ("http://[::1]:5000/cb", "http://[::1]:5000"),
    ],
)
def test_case_and_the_default_port_do_not_change_the_origin(redirect_uri: str, origin: str) -> None:
    with settings(redirect_uri, "http://127.0.0.1:9"):
        app = load_server().create_app()
    answers = [
        app.test_client().delete("/session", headers={"Origin": sent}).status_code
        for sent in (origin, origin + ":1", origin.replace("://", "://evil."))
    ]
    assert answers == [200, 403, 403]


def test_without_the_package_the_server_says_what_to_do(tmp_path: Path) -> None:
    with settings("http://127.0.0.1:9/cb", "http://127.0.0.1:9"):
        module = load_server()
        module.PACKAGE = tmp_path
        with pytest.raises(FileNotFoundError, match="npm install"):
            module.create_app()


def test_the_next_person_replaces_the_first_and_a_logout_signs_out(page: Page) -> None:
    page.sign_in(page.site.token())
    first = page.cookie
    page.sign_in(page.site.token(person="sam"))
    assert page.cookie != first
    signed_in = page.person()
    assert signed_in is not None
    assert (signed_in["name"], signed_in["user_type"]) == ("Sam Rivera", "several roles")
    assert page.ask("DELETE")[0] == 200
    assert page.person() is None


def test_a_post_with_a_refused_token_signs_no_one_in_or_out(page: Page) -> None:
    # The package itself logs out when a login fails. Another person's token, sent alone, changes nothing.
    page.sign_in(page.site.token())
    page.sign_in(page.site.token(THEIRS, "jose"))
    signed_in = page.person()
    assert signed_in is not None
    assert signed_in["name"] == "Ada Ashworth"


def test_no_response_and_no_cookie_contains_the_token(page: Page) -> None:
    token = page.site.token()
    _, text, response = page.ask("POST", body={"access_token": token})
    assert token not in text
    assert token not in str(response.headers)


@pytest.mark.parametrize("path", ["/", "/callback", "/page.js", "/clever-sso-implicit.js", "/session", "/nowhere"])
def test_every_response_is_private(page: Page, path: str) -> None:
    _, _, response = page.ask("GET", path)
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert CSP_OF_SCRIPTS in response.headers["Content-Security-Policy"].split("; ")


def test_the_page_has_no_inline_script_and_escapes_the_settings() -> None:
    with settings("http://127.0.0.1:9/callback?%22%3E%3Cscript%3E", "http://127.0.0.1:9"):
        app = load_server().create_app()
    app.config["FOR_THE_PAGE"]["client_id"] = '"><script>'
    text = app.test_client().get("/").text
    assert text.count("<script") == 1
    assert '<script type="module" src="/page.js"></script>' in text


def test_only_the_two_scripts_are_served(page: Page) -> None:
    for path in ["/server.py", "/README.md", "/index.html", "/package.json", "/../server.py", "/%2e%2e/server.py"]:
        assert page.ask("GET", path)[0] == 404, path


@pytest.mark.parametrize(("scheme", "secure"), [("https", True), ("http", False)])
def test_the_session_cookie_is_http_only_strict_and_secure_over_https(scheme: str, secure: bool) -> None:
    with settings(f"{scheme}://127.0.0.1:9/callback", "http://127.0.0.1:9"):
        module = load_server()
        app = module.create_app()
    module.owner_of = lambda _: {"name": "Ada"}
    headers = {"Origin": f"{scheme}://127.0.0.1:9"}
    response = app.test_client().post("/session", json={"access_token": "il"}, headers=headers)
    _, *attributes = response.headers["Set-Cookie"].split("; ")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(attributes)
    assert ("Secure" in attributes) is secure


def test_the_server_passes_mypy_strict(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    options = ["--strict", "--config-file", str(ROOT / "python/pyproject.toml")]
    command = [sys.executable, "-m", "mypy", *options, str(EXAMPLE / "server.py")]
    environment = {**os.environ, "MYPY_CACHE_DIR": str(tmp_path / "cache")}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
