"""Session keys and session cookies in all three frameworks: unsafe ones are refused or named at startup."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("starting")
from clever_sso import AsyncClient
from clever_sso.asgi import CleverSso as InAsgi
from clever_sso.exceptions import ConfigError
from clever_sso.flask import CleverSso as InFlask
from flask import Flask
from running import CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, settings
from starlette.applications import Starlette
from starlette.datastructures import Secret
from starlette.middleware.sessions import SessionMiddleware
from starlette.testclient import TestClient
from starting import FACES, KEY, in_django, in_flask

SAMPLES = [
    "dev",
    "secret",
    "changeme",
    "your-secret-key-here",
    "Super Secret Key",
    "change-me-in-production!",
    "keyboard cat",
    "supersekrit",
    '_5#y2L"F4Q8z\\n\\xec]/',
    "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
    "you-will-never-guess",
    "test",
]


# ---------------------------------------------------------------- keys


@pytest.mark.parametrize("key", ["", "short", "0123456789abcde", *SAMPLES])
def test_a_session_key_that_is_not_secret_is_refused(framework: str, request: pytest.FixtureRequest, key: str) -> None:
    with pytest.raises(ConfigError, match="anyone could sign in as anyone") as caught:
        make_with_key(framework, request, key)
    assert not key or repr(key) not in caught.value.message


@pytest.mark.parametrize("key", ["0b8cd3dd4ac1f6a7", "x9!kd#20dk_Kd92kKd0k2", "93847561029384756102938475"])
def test_a_session_key_that_may_be_secret_is_accepted(framework: str, request: pytest.FixtureRequest, key: str) -> None:
    make_with_key(framework, request, key)


def make_with_key(framework: str, request: pytest.FixtureRequest, key: str) -> None:
    if framework == "flask":
        app = Flask("reading")
        app.secret_key = key.encode()
        app.config.update(settings("http://127.0.0.1:9"))
        InFlask(app)
    elif framework == "asgi":
        served = Starlette()
        served.add_middleware(SessionMiddleware, secret_key=key)
        InAsgi(AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI)).install(served)
    else:
        request.getfixturevalue("untouched")
        in_django(SECRET_KEY=key)


def test_a_missing_starlette_key_is_refused_even_if_the_middleware_is_added_later() -> None:

    extension = InAsgi(AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI))
    app = Starlette()
    extension.install(app)
    # The result of `os.environ.get` if unset: Starlette would sign with the word None.
    app.add_middleware(SessionMiddleware, secret_key=None)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="secret_key of SessionMiddleware is empty"), TestClient(app):
        pass
    # The routes without `install`.
    alone = Starlette(routes=extension.routes)
    alone.add_middleware(SessionMiddleware, secret_key=Secret("secret"))
    with pytest.raises(ConfigError, match="sample key"):
        TestClient(alone).get("/clever/login")


def test_fallback_keys_are_checked_too(request: pytest.FixtureRequest) -> None:
    with pytest.raises(ConfigError, match="SECRET_KEY_FALLBACKS is a sample key"):
        in_flask(SECRET_KEY_FALLBACKS=["secret"])
    request.getfixturevalue("untouched")
    with pytest.raises(ConfigError, match="SECRET_KEY_FALLBACKS is a sample key"):
        in_django(SECRET_KEY_FALLBACKS=["secret"])
    with pytest.raises(ConfigError, match="SECRET_KEY_FALLBACKS must be a list of keys, not int"):
        in_django(SECRET_KEY_FALLBACKS=3)


@pytest.mark.parametrize("keys", [KEY, KEY.encode(), {KEY: 1}, 3])
def test_old_keys_that_are_no_list_are_refused(request: pytest.FixtureRequest, keys: object) -> None:
    # Flask takes each letter of a text as a key, so anyone could sign a session.
    for face in ("flask", "django"):
        if face == "django":
            request.getfixturevalue("untouched")
        with pytest.raises(
            ConfigError, match=rf"SECRET_KEY_FALLBACKS must be a list of keys, not {type(keys).__name__}"
        ):
            FACES[face](SECRET_KEY_FALLBACKS=keys)


# ---------------------------------------------------------------- cookies


@pytest.mark.parametrize(
    ("said", "uri", "words"),
    [
        ({"same_site": "none"}, REDIRECT_URI, "same_site='none'): other sites can act as the signed-in person"),
        ({}, "https://school.example/clever/callback", "https_only=False): sessions can be read on the way"),
        ({"https_only": True}, "https://school.example/clever/callback", ""),
        ({}, REDIRECT_URI, ""),
    ],
)
def test_an_unsafe_session_cookie_in_starlette_is_warned_about_at_startup(
    said: dict[str, Any], uri: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    app = Starlette()
    app.add_middleware(SessionMiddleware, secret_key=KEY, max_age=None, **said)
    InAsgi(AsyncClient(CLIENT_ID, CLIENT_SECRET, uri)).install(app)
    with TestClient(app):
        assert (f"SessionMiddleware({words}" in caplog.text) if words else (caplog.text == "")


def test_a_strict_session_cookie_is_refused_at_startup_with_both_solutions() -> None:
    with pytest.raises(ConfigError, match="must be Lax, or CLEVER_WAITING_PAGE true: a browser that comes from Clever"):
        in_flask(SESSION_COOKIE_SAMESITE="Strict")
    in_flask(SESSION_COOKIE_SAMESITE="Strict", CLEVER_WAITING_PAGE=True)

    def start(same_site: str, *others: str, **options: Any) -> None:
        app = Starlette()
        app.add_middleware(SessionMiddleware, secret_key=KEY, max_age=None, same_site=same_site)
        for other in others:
            app.add_middleware(SessionMiddleware, secret_key=KEY, session_cookie="other", same_site=other)
        InAsgi(AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI), **options).install(app)
        with TestClient(app):
            pass

    with pytest.raises(
        ConfigError, match=r"SessionMiddleware\(same_site='strict'\): .* or CleverSso\(waiting_page=True"
    ):
        start("strict", "lax")
    start("strict", waiting_page=True)
    # Only the innermost middleware provides the session. The cookies of others don't matter.
    start("lax", "strict")


def test_a_session_cookie_with_samesite_none_is_warned_about_in_flask(caplog: pytest.LogCaptureFixture) -> None:
    in_flask(SESSION_COOKIE_SAMESITE="None")
    assert "SESSION_COOKIE_SAMESITE is neither Lax nor Strict" in caplog.text
