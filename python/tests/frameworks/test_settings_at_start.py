"""Settings in all three frameworks: a wrong one raises an error at startup that uses the framework's name for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

pytest.importorskip("starting")
from clever_sso.asgi import CleverSso as InAsgi
from clever_sso.exceptions import ConfigError
from clever_sso.flask import CleverSso as InFlask
from flask import Flask
from running import REDIRECT_URI, settings
from starting import FACES, KEY, in_asgi, in_flask, warned


def test_correct_settings_are_accepted(make: Callable[..., object]) -> None:
    make()
    make(CLEVER_AFTER_LOGIN="/home?tab=1", CLEVER_AFTER_LOGOUT="https://school.example/bye", CLEVER_WAITING_PAGE="yes")
    make(CLEVER_REDIRECT_URI=REDIRECT_URI + "/", CLEVER_SESSION_SECONDS="600")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"CLEVER_CLIENT_ID": ""}, "CLEVER_CLIENT_ID is not set"),
        ({"CLEVER_CLIENT_SECRET": ""}, "CLEVER_CLIENT_SECRET is not set"),
        ({"CLEVER_REDIRECT_URI": ""}, "CLEVER_REDIRECT_URI is not set"),
        ({"CLEVER_REDIRECT_URI": "app.example/callback"}, "CLEVER_REDIRECT_URI must start with https://"),
        ({"CLEVER_BASE_URL": "emulator"}, "CLEVER_BASE_URL must"),
        ({"CLEVER_TIMEOUT": "soon"}, "CLEVER_TIMEOUT cannot be read as a number of seconds"),
        ({"CLEVER_LEEWAY": "1.5"}, "CLEVER_LEEWAY cannot be read as a whole number of seconds"),
        ({"CLEVER_DEVELOPMENT": "perhaps"}, "CLEVER_DEVELOPMENT cannot be read as true or false"),
        ({"CLEVER_WAITING_PAGE": "perhaps"}, "CLEVER_WAITING_PAGE cannot be read as true or false"),
        ({"CLEVER_SESSION_SECONDS": "twelve"}, "CLEVER_SESSION_SECONDS must be a whole number of seconds above zero"),
        ({"CLEVER_SESSION_SECONDS": "0"}, "CLEVER_SESSION_SECONDS must be a whole number"),
        ({"CLEVER_AFTER_LOGIN": "not/a/path"}, "CLEVER_AFTER_LOGIN"),
        ({"CLEVER_AFTER_LOGIN": "//evil.example/"}, "CLEVER_AFTER_LOGIN"),
        ({"CLEVER_AFTER_LOGOUT": "javascript:alert(1)"}, "CLEVER_AFTER_LOGOUT"),
        ({"CLEVER_AFTER_LOGOUT": "/a page"}, "CLEVER_AFTER_LOGOUT"),
        ({"CLEVER_AFTER_LOGIN": "no_such_view"}, "CLEVER_AFTER_LOGIN"),
        (
            {"CLEVER_REDIRECT_URI": f"{REDIRECT_URI}, {REDIRECT_URI}2"},
            "CLEVER_REDIRECT_URI must have spaces between several URLs, not commas or semicolons",
        ),
        ({"CLEVER_REDIRECT_URI": f"{REDIRECT_URI},{REDIRECT_URI}2"}, "must have spaces"),
        (
            {"CLEVER_RETURN_TO_ORIGINS": "https://a.example;https://b.example"},
            "CLEVER_RETURN_TO_ORIGINS must have spaces between several URLs",
        ),
        ({"CLEVER_REDIRECT_URI": "http://127.0.0.1:9/clever/logout"}, "CLEVER_REDIRECT_URI leads to '/clever/logout'"),
        ({"CLEVER_REDIRECT_URI": "http://127.0.0.1:9/clever/whoami/"}, "CLEVER_REDIRECT_URI leads to"),
    ],
)
def test_a_wrong_setting_is_named_in_the_error(
    make: Callable[..., object], changes: dict[str, str], named: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        make(**changes)
    assert named in caught.value.message


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("CLEVER_CLIENT_ID", ["my-app"], "CLEVER_CLIENT_ID must be text, not list"),
        ("CLEVER_CLIENT_SECRET", b"hunter2hunter2", "CLEVER_CLIENT_SECRET must be text, not bytes"),
        ("CLEVER_CLIENT_SECRET", ["hunter2hunter2"], "CLEVER_CLIENT_SECRET must be text, not list"),
        (
            "CLEVER_REDIRECT_URI",
            [REDIRECT_URI, 7],
            "CLEVER_REDIRECT_URI must be text, several separated by spaces, not list",
        ),
        ("CLEVER_OLD_PENDING_KEYS", {"hunter2hunter2": 1}, "CLEVER_OLD_PENDING_KEYS must be text"),
        ("CLEVER_TIMEOUT", True, "CLEVER_TIMEOUT must be a number of seconds, not bool"),
        ("CLEVER_LEEWAY", 1.9, "CLEVER_LEEWAY must be a whole number of seconds, not float"),
        ("CLEVER_DEVELOPMENT", ["yes"], "CLEVER_DEVELOPMENT must be true or false, not list"),
        ("CLEVER_WAITING_PAGE", 3, "CLEVER_WAITING_PAGE must be true or false, not int"),
        ("CLEVER_CA_BUNDLE", ["/ca.pem"], "CLEVER_CA_BUNDLE must be PEM text, or the path of a PEM file, not list"),
        ("CLEVER_PROXY", ["http://user:hunter2@proxy"], "CLEVER_PROXY must be text, not list"),
        ("CLEVER_AFTER_LOGIN", ["/me"], "CLEVER_AFTER_LOGIN must be"),
    ],
)
@pytest.mark.parametrize("framework", ["flask", "django"], scope="session")
def test_a_setting_of_the_wrong_type_is_named_in_the_error(
    framework: str, request: pytest.FixtureRequest, name: str, value: object, named: str
) -> None:
    pytest.importorskip(framework)
    if framework == "django":
        request.getfixturevalue("untouched")
    with pytest.raises(ConfigError) as caught:
        FACES[framework](**{name: value})
    assert named in caught.value.message
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("name", ["CLEVER_URL_PREFIX", "CLEVER_CALLBACK_PATH"])
@pytest.mark.parametrize(
    "value",
    ["clever", "//clever", "/cle ver", "/clever?a=1", "/clever#a", "https://a.example/clever", "/<id>", "/a/../b"],
)
@pytest.mark.parametrize("make", [in_flask, in_asgi], ids=["flask", "asgi"])
def test_a_setting_that_is_not_a_path_is_named_in_the_error(make: Callable[..., object], name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"{name}.*must be a path of your application"):
        make(**{name: value})


@pytest.mark.parametrize("make", [in_flask, in_asgi], ids=["flask", "asgi"])
def test_a_callback_path_that_contradicts_the_redirect_uri_is_named(make: Callable[..., object]) -> None:
    make(CLEVER_CALLBACK_PATH="/callback")
    with pytest.raises(ConfigError, match=r"CLEVER_CALLBACK_PATH.* is '/elsewhere', but CLEVER_REDIRECT_URI leads to"):
        make(CLEVER_CALLBACK_PATH="/elsewhere")
    with pytest.raises(ConfigError, match="is not the callback but another page of the login"):
        make(CLEVER_URL_PREFIX="/sso", CLEVER_REDIRECT_URI="http://127.0.0.1:9/sso/login")


# ---------------------------------------------------------------- where settings come from


def test_flask_reads_the_environment_with_from_env(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in settings("http://127.0.0.1:9", CLEVER_AFTER_LOGIN="/there", CLEVER_URL_PREFIX="/sso").items():
        monkeypatch.setenv(name, str(value))

    def app(**config: str) -> Flask:
        made = Flask("reading")
        made.config.update(config, SECRET_KEY=KEY)
        return made

    with pytest.raises(ConfigError, match=r"app\.config has no CLEVER_CLIENT_ID, the environment has it"):
        InFlask(app())
    asked = app(CLEVER_AFTER_LOGIN="/here")
    InFlask(asked, from_env=True)
    # The configuration takes precedence.
    assert (asked.config["CLEVER_AFTER_LOGIN"], asked.config["CLEVER_URL_PREFIX"]) == ("/here", "/sso")
    assert asked.test_client().get("/sso/login").status_code == 303


def test_asgi_reads_environment_variables_of_the_same_names(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:

    for name, value in settings(
        "http://127.0.0.1:9", CLEVER_AFTER_LOGIN="/there", CLEVER_URL_PREFIX="/sso", CLEVER_AFTER_LOGON="/x"
    ).items():
        monkeypatch.setenv(name, str(value))
    routes = {getattr(route, "name", ""): getattr(route, "path", "") for route in InAsgi().routes}
    assert routes["clever_login"] == "/sso/login"
    assert "nothing reads CLEVER_AFTER_LOGON: a similar setting is CLEVER_AFTER_LOGIN" in caplog.text
    assert "CLEVER_URL_PREFIX" not in caplog.text
    # The arguments in the program take precedence.
    routes = {getattr(route, "name", ""): getattr(route, "path", "") for route in InAsgi(url_prefix="/own").routes}
    assert routes["clever_login"] == "/own/login"


# ---------------------------------------------------------------- redirects to pages of the login


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        (
            {"CLEVER_AFTER_LOGIN": "/clever/login"},
            r"CLEVER_AFTER_LOGIN\)? leads to '/clever/login', a page of the login",
        ),
        ({"CLEVER_AFTER_LOGIN": "/clever/login/?next=/a"}, r"CLEVER_AFTER_LOGIN\)? leads to"),
        ({"CLEVER_AFTER_LOGIN": "/clever/logout"}, r"CLEVER_AFTER_LOGIN\)? leads to"),
        ({"CLEVER_AFTER_LOGOUT": "/clever/logout"}, r"CLEVER_AFTER_LOGOUT\)? leads to '/clever/logout', a page"),
        ({"CLEVER_AFTER_LOGOUT": "/clever/callback"}, r"CLEVER_AFTER_LOGOUT\)? leads to '/clever/callback', a page"),
        ({"CLEVER_AFTER_LOGIN": "/a/../%63lever//login"}, r"CLEVER_AFTER_LOGIN\)? leads to"),
        ({"CLEVER_AFTER_LOGIN": REDIRECT_URI.replace("callback", "login")}, r"CLEVER_AFTER_LOGIN\)? leads to 'http"),
    ],
)
def test_settings_that_redirect_to_a_page_of_the_login_are_refused(
    make: Callable[..., object], changes: dict[str, str], named: str
) -> None:
    with pytest.raises(ConfigError, match=named):
        make(**changes)


def test_a_logout_that_signs_in_again_is_warned_about(
    make: Callable[..., object], caplog: pytest.LogCaptureFixture
) -> None:
    told = warned(make, caplog, CLEVER_AFTER_LOGOUT="/clever/login")
    assert "CLEVER_AFTER_LOGOUT" in told
    assert "leads to '/clever/login': people who log out are signed in again at once" in told
    assert "signed in again" not in warned(make, caplog, CLEVER_AFTER_LOGOUT="/clever/login?switch_user=1")
    assert "signed in again" not in warned(make, caplog, CLEVER_AFTER_LOGOUT="/bye")
    assert "signed in again" in warned(make, caplog, CLEVER_AFTER_LOGOUT=REDIRECT_URI.replace("callback", "login"))
    # The login of another application.
    for name in ("CLEVER_AFTER_LOGIN", "CLEVER_AFTER_LOGOUT"):
        assert "signed in again" not in warned(make, caplog, **{name: "https://other.example/clever/login"})
