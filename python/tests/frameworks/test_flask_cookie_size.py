"""The quick estimate for the length of Flask's session cookie is never too small."""

from __future__ import annotations

import hashlib
from typing import Any, Callable

import pytest
from clever_sso._web.arrival import LARGEST_COOKIE
from clever_sso.flask import cookie_size
from flask import Flask
from flask.json.provider import DefaultJSONProvider
from flask.json.tag import JSONTag, TaggedJSONSerializer
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface


class _Compact(DefaultJSONProvider):
    """An application's own JSON provider."""


class _Names(JSONTag):
    """An application's own tag for a type that Flask already has."""

    key = " names"

    def check(self, value: Any) -> bool:
        return isinstance(value, list)

    def to_json(self, value: Any) -> Any:
        return value * 100


def _own_provider(app: Flask) -> None:
    app.json = _Compact(app)


def _own_tag(app: Flask) -> None:
    app.session_interface.serializer = TaggedJSONSerializer()
    app.session_interface.serializer.register(_Names, index=0)


def _own_hash(app: Flask) -> None:
    app.session_interface.digest_method = staticmethod(hashlib.sha512)


SESSIONS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "plain": {"person": {"id": "58da8c63d7dc0ca068003d3b", "roles": ["student"], "ends_at": 1795861746, "yes": True}},
    "escapes": {"all": "".join(map(chr, range(1, 0x250))), "astral": "\U0001f600" * 50},
    "quotes": {"all": '"\\' * 100},
    "surrogates": {"half": "\ud800" * 20},
    "numbers": {"large": -(10**300), "none": None, "list": [[], {}, [None, False] * 50]},
    "one key": {" t": [1]},
    "keys": {"a" * 300: 1, "\u00e9" * 300: {"\x01": 2}},
    "own types": {"tuple": (1, 2), "bytes": b"\x00" * 100, "float": 1e300},
    "number as a key": {"inner": {1: 2}},
}


@pytest.mark.parametrize("own", [None, _own_provider, _own_tag, _own_hash])
def test_a_session_cookie_is_never_longer_than_the_estimate(own: Callable[[Flask], None] | None) -> None:
    app = Flask(__name__)
    app.secret_key = "a key for tests only"
    app.session_interface = SecureCookieSessionInterface()
    if own is not None:
        own(app)
    with app.app_context():
        for name, session in SESSIONS.items():
            response = app.response_class()
            app.session_interface.save_session(app, _modified(session), response)
            pair = response.headers.get("Set-Cookie", "").partition(";")[0]
            exact = cookie_size.exact(app, _modified(session))
            assert exact == len(pair.replace("=", "", 1)) or not session, name
            assert cookie_size.at_most(app, _modified(session)) >= exact, name


def test_a_small_session_is_not_signed_to_check_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Flask(__name__)
    app.secret_key = "a key for tests only"
    monkeypatch.setattr(cookie_size, "exact", lambda *_: pytest.fail("it was signed"))
    assert 0 < cookie_size.at_most(app, SecureCookieSession(SESSIONS["plain"])) < LARGEST_COOKIE


def _modified(session: dict[str, Any]) -> SecureCookieSession:
    made = SecureCookieSession(session)
    made.modified = True
    return made


def test_a_session_that_flask_cannot_serialize_raises_immediately() -> None:
    app = Flask(__name__)
    app.secret_key = "a key for tests only"
    with app.app_context(), pytest.raises(TypeError, match="set"):
        cookie_size.at_most(app, SecureCookieSession({"person": {"names": {"Ada"}}}))
