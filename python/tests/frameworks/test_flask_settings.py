"""The configuration of the Flask extension: wrong settings are named, and defaults are safe."""

from __future__ import annotations

import pytest

pytest.importorskip("flask")
from clever_sso.exceptions import ConfigError
from flask_app import log_in, make_app


def test_a_wrong_setting_raises_an_error_at_startup_that_names_it(clever: str) -> None:
    for name, value, named in [
        ("CLEVER_CLIENT_ID", "", "CLEVER_CLIENT_ID is not set"),
        ("CLEVER_CLIENT_SECRET", "", "CLEVER_CLIENT_SECRET is not set"),
        ("CLEVER_REDIRECT_URI", None, "CLEVER_REDIRECT_URI is not set"),
        ("CLEVER_REDIRECT_URI", "app.example/callback", "CLEVER_REDIRECT_URI must start with https://"),
        ("CLEVER_BASE_URL", "http://clever:5999", "or with CLEVER_DEVELOPMENT=true"),
        ("CLEVER_TIMEOUT", "soon", "CLEVER_TIMEOUT cannot be read as a number of seconds"),
        ("CLEVER_TIMEOUT", "1_0", "CLEVER_TIMEOUT cannot be read as a number of seconds"),
        ("CLEVER_LEEWAY", "\uff15", "CLEVER_LEEWAY cannot be read as a whole number of seconds"),
        ("CLEVER_WAITING_PAGE", "perhaps", "CLEVER_WAITING_PAGE cannot be read as true or false"),
        ("SESSION_COOKIE_SAMESITE", "Strict", "SESSION_COOKIE_SAMESITE must be Lax"),
    ]:
        with pytest.raises(ConfigError, match=named):
            make_app(clever, **{name: value})


def test_a_setting_that_only_the_environment_has_raises_an_error_with_the_fix(
    clever: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in [("CLEVER_CLIENT_ID", "my-app"), ("CLEVER_CLIENT_SECRET", "not to be told")]:
        monkeypatch.setenv(name, value)
        with pytest.raises(ConfigError, match=rf"no {name}, .* CleverSso\(app, from_env=True\)") as told:
            make_app(clever, **{name: ""})
        assert value not in str(told.value)


def test_a_login_without_a_secret_key_raises_an_error_instead_of_redirecting(clever: str) -> None:
    app, _ = make_app(clever)
    app.secret_key = None
    app.testing = True
    with pytest.raises(RuntimeError, match=r"needs sessions: set app\.secret_key"):
        app.test_client().get("/clever/login")


def test_a_misspelled_setting_is_logged(clever: str, caplog: pytest.LogCaptureFixture) -> None:
    make_app(clever, CLEVER_AFTER_LOGON="/me", CLEVER_DISTRICT_ID="mine", CLEVER_SCHOOL="own")
    assert [record.message for record in caplog.records] == [
        "nothing reads CLEVER_AFTER_LOGON: a similar setting is CLEVER_AFTER_LOGIN"
    ]


@pytest.mark.parametrize(("text", "waits"), [("false", False), ("0", False), ("", False), ("True", True), (True, True)])
def test_the_text_false_counts_as_false(clever: str, text: object, waits: bool) -> None:
    app, _ = make_app(clever, CLEVER_WAITING_PAGE=text)
    assert ("One moment" in log_in(app.test_client(), clever).text) is waits


def test_session_cookies_get_secure_defaults(clever: str) -> None:
    app, _ = make_app(clever, CLEVER_REDIRECT_URI="https://app.example/clever/callback")
    assert app.config["SESSION_COOKIE_SECURE"]
    assert app.config["SESSION_COOKIE_HTTPONLY"]
    assert app.config["SESSION_COOKIE_SAMESITE"] == "Lax"
    # The settings that an application needs if other sites embed it.
    app, _ = make_app(clever, SESSION_COOKIE_SAMESITE="None")
    assert app.config["SESSION_COOKIE_SAMESITE"] == "None"
