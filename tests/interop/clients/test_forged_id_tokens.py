"""Sends every wrong ID token of the emulator to Authlib and to clever_sso, each in a Flask site in this process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from harness.browser import Browser
from harness.emulator import App, running
from sites import ADA, CLIENT_ID, CLIENT_SECRET

pytest.importorskip("authlib")

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from clever_sso.flask import CleverSso, current_identity
from flask import Flask, session
from joserfc.errors import JoseError

CALLBACK = "http://localhost/callback"
# The wrong ID tokens that Authlib accepts, at the version in `tests/harness/requirements/third-party.txt`.
TAKEN_BY_AUTHLIB = {"id-token-duplicate-claim"}


@pytest.fixture(scope="module")
def clever() -> Iterator[str]:
    with running([App(CLIENT_ID, CLIENT_SECRET, CALLBACK, oidc=True)]) as clever:
        yield clever


@pytest.fixture(autouse=True)
def directly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use no proxy, because all servers are on this machine."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def wrong_id_tokens(clever: str) -> list[str]:
    scenarios = json.loads(Browser(clever).go(clever + "/_emulator/scenarios")[1])
    names = [each["name"] for each in scenarios if each["outcome"].startswith("error id_token_")]
    assert len(names) > 20
    return names


def with_authlib(base_url: str) -> tuple[Flask, str]:
    app = Flask(__name__)
    app.secret_key = "a key for tests only"
    metadata = f"{base_url}/.well-known/openid-configuration"
    oauth = OAuth(app)
    oauth.register(
        "clever",
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        server_metadata_url=metadata,
        client_kwargs={"scope": "openid"},
    )
    app.add_url_rule("/login", "login", lambda: oauth.clever.authorize_redirect(CALLBACK))

    @app.get("/callback")
    def callback() -> str:
        session["person"] = oauth.clever.authorize_access_token()["userinfo"]["sub"]
        return "in"

    for error in (OAuthError, JoseError):
        app.register_error_handler(error, lambda _: ("refused", 403))
    app.add_url_rule("/who", "who", lambda: session.get("person", "nobody"))
    return app, "/login"


def with_clever_sso(base_url: str) -> tuple[Flask, str]:
    app = Flask(__name__)
    app.secret_key = "a key for tests only"
    app.config.update(
        CLEVER_CLIENT_ID=CLIENT_ID,
        CLEVER_CLIENT_SECRET=CLIENT_SECRET,
        CLEVER_REDIRECT_URI=CALLBACK,
        CLEVER_BASE_URL=base_url,
    )
    CleverSso(app)
    app.add_url_rule("/who", "who", lambda: current_identity.id if current_identity else "nobody")
    return app, "/clever/login"


def logs_in(site: tuple[Flask, str], clever: str) -> bool:
    """Whether the person is logged in at the end. If not, the site must have shown its error page."""
    app, login = site
    app.testing = True  # an unexpected error is raised here
    client = app.test_client()
    arrived = urlsplit(Browser(clever, ADA).callback(client.get(login).headers["Location"]))
    answer = client.get(f"{arrived.path}?{arrived.query}")
    is_signed_in = client.get("/who").text != "nobody"
    assert is_signed_in or answer.status_code in {400, 403}
    return is_signed_in


@pytest.mark.parametrize("make", [with_authlib, with_clever_sso])
def test_both_libraries_log_in_with_a_good_id_token(make: Callable[[str], tuple[Flask, str]], clever: str) -> None:
    assert logs_in(make(clever), clever)


def test_authlib_refuses_every_wrong_id_token_except_one_with_a_duplicate_claim(clever: str) -> None:
    names = wrong_id_tokens(clever)
    taken = {name for name in names if logs_in(with_authlib(f"{clever}/s/{name}"), clever)}
    assert taken == TAKEN_BY_AUTHLIB


def test_clever_sso_refuses_every_wrong_id_token(clever: str) -> None:
    assert [name for name in wrong_id_tokens(clever) if logs_in(with_clever_sso(f"{clever}/s/{name}"), clever)] == []
