"""Secrets stay out of the errors about bad settings and arguments, and out of their tracebacks."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("starting")
import clever_sso
from clever_sso.asgi import CleverSso as InAsgi
from clever_sso.django import conf
from clever_sso.exceptions import ConfigError
from django.test import override_settings
from running import CLIENT_ID, REDIRECT_URI
from starting import FACES, frames

OF_FACES = {"waiting_page", "session_seconds", "after_login"}
SECRET, PASSWORD = "hunter2-of-the-client", "hunter2-of-the-proxy"
OF_THE_CLIENT = {
    "client_secret": SECRET,
    "pending_key": f"{SECRET}-and-long-enough",
    "old_pending_keys": [f"{SECRET}-before"],
    "proxy": f"http://user:{PASSWORD}@proxy.example:3128",
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timeout", "soon"),
        ("client_id", ["a"]),
        ("client_id", ""),
        ("leeway", "9999"),
        ("redirect_uri", "nowhere"),
        ("client_secret", [SECRET]),
        ("proxy", f"socks://user:{PASSWORD}@proxy.example"),
        ("proxy", [f"http://user:{PASSWORD}@proxy.example"]),
        ("old_pending_keys", {SECRET: 1}),
        ("waiting_page", "perhaps"),
        ("session_seconds", "never"),
        ("after_login", "nowhere"),
    ],
)
@pytest.mark.parametrize("framework", ["flask", "asgi", "django", "client", "async client"])
def test_no_frame_of_a_bad_setting_holds_a_secret(
    framework: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, name: str, value: Any
) -> None:
    """Error pages and emails show the local variables of every frame, and the cause of an error."""
    if not isinstance(value, str) and framework not in {"flask", "django"}:
        pytest.skip("an environment has only text")
    if name in OF_FACES and (framework.endswith("client") or (framework, name) == ("django", "after_login")):
        pytest.skip("it is not read there")
    wanted = {"client_id": CLIENT_ID, "redirect_uri": REDIRECT_URI, **OF_THE_CLIENT, name: value}
    changes = {f"CLEVER_{word.upper()}": each for word, each in wanted.items()}

    def start() -> object:
        if framework in {"flask", "django"}:
            return FACES[framework](**changes)
        for word, each in changes.items():
            monkeypatch.setenv(word, " ".join(each) if isinstance(each, list) else str(each))
        if framework == "asgi":
            return InAsgi()
        return (clever_sso.Client if framework == "client" else clever_sso.AsyncClient).from_env()

    if framework == "django":
        request.getfixturevalue("untouched")

        def start() -> object:
            with override_settings(**changes):
                return conf.client(), conf.waiting_page(), conf.session_seconds()

    with pytest.raises(ConfigError) as caught:
        start()
    found = str(caught.value) + frames(caught.value)
    assert SECRET not in found
    assert PASSWORD not in found


@pytest.mark.parametrize("kind", [clever_sso.AsyncClient])
def test_no_frame_of_a_bad_argument_holds_a_secret(kind: type[clever_sso.AsyncClient]) -> None:
    for bad in ({"timeout": -1}, {"issuer": "nowhere"}, {"leeway": "x"}, {"no_such": 1}):
        with pytest.raises((ConfigError, TypeError)) as caught:
            kind(CLIENT_ID, redirect_uri=REDIRECT_URI, **OF_THE_CLIENT, **bad)
        found = frames(caught.value)
        assert found
        assert SECRET not in found
        assert PASSWORD not in found
