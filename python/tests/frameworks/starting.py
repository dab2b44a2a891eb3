"""Applications that start with given settings, in all three frameworks, and what they say about them."""

from __future__ import annotations

import traceback
from collections.abc import Callable

import pytest

# A test module that begins with `pytest.importorskip("starting")` is skipped when one of these is missing.
for needed in ("flask", "fastapi", "httpx2", "django"):
    pytest.importorskip(needed)
from clever_sso import AsyncClient, _settings
from clever_sso.asgi import CleverSso as InAsgi
from clever_sso.django.checks import check
from clever_sso.flask import CleverSso as InFlask
from django.test import override_settings
from flask import Flask
from running import CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, settings

KEY = "a key for tests only"


def in_flask(**changes: object) -> object:

    app = Flask("reading")
    app.secret_key = KEY
    app.config.update({**settings("http://127.0.0.1:9"), **changes})
    return InFlask(app)


def in_asgi(**changes: object) -> object:

    patch = pytest.MonkeyPatch()
    with patch.context() as environment:
        for name, value in {**settings("http://127.0.0.1:9"), **changes}.items():
            if value not in {None, ""}:
                environment.setenv(name, str(value))
        return InAsgi()


def in_django(**changes: object) -> object:

    with override_settings(**changes):
        messages = [message for message in check() if message.is_serious()]
    if messages:
        raise _settings.invalid("; ".join(f"{message.msg} {message.hint}" for message in messages))
    return None


FACES: dict[str, Callable[..., object]] = {"flask": in_flask, "asgi": in_asgi, "django": in_django}
B = {"CLEVER_CLIENT_ID": "b", "CLEVER_CLIENT_SECRET": "of the host"}


def asgi_at_hosts(**own: object) -> object:
    given = {name.removeprefix("CLEVER_").lower(): value for name, value in own.items()}
    at_b = AsyncClient(**given)  # type: ignore[arg-type]
    return InAsgi(AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI), clients={"b.example": at_b})


def warned(make: Callable[..., object], caplog: pytest.LogCaptureFixture, **changes: object) -> str:
    """The log lines, or the warnings of `check`, when an application starts with these settings."""
    caplog.clear()
    make(**changes)
    if make is not in_django:
        return caplog.text
    with override_settings(**changes):
        return "; ".join(f"{message.id} {message.msg} {message.hint}" for message in check())


def frames(error: BaseException | None) -> str:
    """The local variables of the package's frames, for an error and its causes."""
    shown = []
    while error is not None:
        for frame, _ in traceback.walk_tb(error.__traceback__):
            if "clever_sso" in frame.f_code.co_filename and "tests" not in frame.f_code.co_filename:
                shown.append(repr(frame.f_locals))
        error = error.__cause__ or error.__context__
    return "\n".join(shown)
