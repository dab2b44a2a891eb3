"""Names of settings that nothing reads: at startup, the log or a check says which name is meant."""

from __future__ import annotations

from collections.abc import Callable

import pytest

pytest.importorskip("starting")
from clever_sso import _settings
from clever_sso.django import conf
from starting import in_asgi, in_flask, warned


@pytest.mark.parametrize("name", sorted(_settings._INSTEAD_OF_DJANGO))  # noqa: SLF001  (every name is tried)
def test_a_setting_that_only_another_framework_has_is_named(
    name: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert name in conf.OWN_SETTINGS
    in_flask(**{name: "x"})
    assert f"nothing reads {name} in Flask: it is a setting of Django; " in caplog.text
    caplog.clear()
    in_asgi(**{name: "x"})
    assert f"nothing reads {name} in the environment: it is a setting of Django; " in caplog.text


def test_every_setting_that_only_django_has_is_named_in_the_other_frameworks() -> None:
    shared = {*_settings.OF_EVERY_FACE, _settings.PREFIX + "HOSTS"}
    assert conf.OWN_SETTINGS - shared == set(_settings._INSTEAD_OF_DJANGO)  # noqa: SLF001  (the table is told)
    told = {name for name, _ in _settings.of_other_faces([*conf.OWN_SETTINGS, *shared], "Django")}
    assert told == _settings.OF_EVERY_FACE - conf.OWN_SETTINGS


def test_common_wrong_names_suggest_the_right_setting(
    make: Callable[..., object], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, meant in (
        ("CLEVER_LOGIN_REDIRECT_URL", "CLEVER_AFTER_LOGIN"),
        ("CLEVER_LOGOUT_REDIRECT_URL", "CLEVER_AFTER_LOGOUT"),
        ("CLEVER_SCOPE", "there is no scope to ask for"),
        ("CLEVER_SECRET", "CLEVER_CLIENT_SECRET"),
        ("CLEVER_SECRETS", "CLEVER_CLIENT_SECRET"),
        ("CLEVER_ID", "CLEVER_CLIENT_ID"),
    ):
        told = warned(make, caplog, **{name: "x"})
        assert f"nothing reads {name}" in told
        assert meant in told
