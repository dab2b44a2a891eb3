"""Settings in all three frameworks: a wrong one raises an error at startup that uses the framework's name for it."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import clever_sso
import pytest

for needed in ("flask", "fastapi", "httpx2", "django"):
    pytest.importorskip(needed)
import fastapi
from clever_sso import AsyncClient, Client, _settings
from clever_sso.asgi import CleverSso as InAsgi
from clever_sso.django import conf
from clever_sso.django.access import UNKNOWN_ROLES, CleverRequiredMixin, role_required
from clever_sso.django.checks import check
from clever_sso.exceptions import ConfigError
from clever_sso.flask import CleverSso as InFlask
from clever_sso.flask import login_required
from django.test import override_settings
from flask import Flask
from running import CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, settings
from starlette.applications import Starlette
from starlette.datastructures import Secret
from starlette.middleware.sessions import SessionMiddleware
from starlette.testclient import TestClient

KEY = "a key for tests only"
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


@pytest.fixture
def make(framework: str, request: pytest.FixtureRequest) -> Callable[..., object]:
    if framework == "django":
        request.getfixturevalue("untouched")
    return FACES[framework]


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
            "CLEVER_REDIRECT_URI cannot be read as text, several",
        ),
        ({"CLEVER_REDIRECT_URI": f"{REDIRECT_URI},{REDIRECT_URI}2"}, "separated by spaces"),
        (
            {"CLEVER_RETURN_TO_ORIGINS": "https://a.example;https://b.example"},
            "CLEVER_RETURN_TO_ORIGINS cannot be read",
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


LOGIN = "http://127.0.0.1:9/clever/login"
B = {"CLEVER_CLIENT_ID": "b", "CLEVER_CLIENT_SECRET": "of the host"}
NO_CALLBACK = "leads to '/clever/login', which is not the callback but another page of the login"


def asgi_at_hosts(**own: object) -> object:
    given = {name.removeprefix("CLEVER_").lower(): value for name, value in own.items()}
    at_b = AsyncClient(**given)  # type: ignore[arg-type]
    return InAsgi(AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI), clients={"b.example": at_b})


def test_every_redirect_uri_must_lead_to_the_callback(
    make: Callable[..., object], framework: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = f"{REDIRECT_URI} {LOGIN}"
    with pytest.raises(ConfigError, match=f"CLEVER_REDIRECT_URI {NO_CALLBACK}"):
        make(CLEVER_REDIRECT_URI=second)
    for uri in (LOGIN, second):
        own = {**B, "CLEVER_REDIRECT_URI": uri.split()}
        place = "clients" if framework == "asgi" else "CLEVER_HOSTS"
        with pytest.raises(ConfigError, match=rf"{place}\['b.example'\]: CLEVER_REDIRECT_URI {NO_CALLBACK}"):
            asgi_at_hosts(**own) if framework == "asgi" else make(CLEVER_HOSTS={"b.example": own})
    own = {**B, "CLEVER_REDIRECT_URI": [REDIRECT_URI, "http://127.0.0.1:9/school/clever/callback/"]}
    assert (asgi_at_hosts(**own) if framework == "asgi" else make(CLEVER_HOSTS={"b.example": own})) is not Ellipsis


@pytest.mark.usefixtures("project")
def test_all_hosts_have_the_same_callback_path_in_django() -> None:
    own = {**B, "CLEVER_REDIRECT_URI": "https://b.example/elsewhere"}
    with pytest.raises(
        ConfigError, match=r"CLEVER_HOSTS\['b.example'\]: CLEVER_REDIRECT_URI leads to '/elsewhere', but"
    ):
        in_django(CLEVER_HOSTS={"b.example": own})


@pytest.mark.parametrize(
    ("own", "named"),
    [
        ({"CLEVER_TIMEOUT": "soon"}, "CLEVER_TIMEOUT cannot be read as a number of seconds"),
        ({"CLEVER_BASE_URL": "emulator"}, "CLEVER_BASE_URL must"),
        ({"CLEVER_CLIENT_SECRET": ["hunter2hunter2"]}, "CLEVER_CLIENT_SECRET must be text, not list"),
        ({"CLEVER_CLIENT_SECRET": "hunter2hunter2", "CLEVER_LEEWAY": "9999"}, "CLEVER_LEEWAY must"),
    ],
)
@pytest.mark.parametrize("framework", ["flask", "django"], scope="session")
def test_a_wrong_value_of_a_host_is_named_with_the_host(
    framework: str, request: pytest.FixtureRequest, own: dict[str, object], named: str
) -> None:
    if framework == "django":
        request.getfixturevalue("untouched")
    with pytest.raises(ConfigError) as caught:
        FACES[framework](CLEVER_HOSTS={"b.example": own})
    assert f"CLEVER_HOSTS['b.example']: {named}" in caught.value.message
    if framework == "django":
        with override_settings(CLEVER_HOSTS={"b.example": own}), pytest.raises(ConfigError) as caught:
            conf.client()
        assert f"CLEVER_HOSTS['b.example']: {named}" in caught.value.message
    assert "hunter2" not in str(caught.value) + frames(caught.value)


@pytest.mark.usefixtures("project")
def test_a_wrong_shared_setting_is_reported_once() -> None:
    with override_settings(CLEVER_TIMEOUT="soon", CLEVER_HOSTS={"b.example": B}):
        told = [message.msg for message in check() if message.id == "clever_sso.E001"]
    assert len(told) == 1
    assert "CLEVER_HOSTS" not in told[0]


def test_flask_hosts_share_the_environment_with_from_env(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in settings("http://127.0.0.1:9").items():
        monkeypatch.setenv(name, str(value))
    app = Flask("reading")
    at_b = {"CLEVER_REDIRECT_URI": "https://b.example/clever/callback"}
    app.config.update(SECRET_KEY=KEY, CLEVER_HOSTS={"b.example": at_b})
    InFlask(app, from_env=True)
    goal = app.test_client().get("/clever/login", base_url="https://b.example").headers["Location"]
    assert f"client_id={CLIENT_ID}" in goal
    assert "b.example" in goal


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


# ---------------------------------------------------------------- keys of sessions


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


# ---------------------------------------------------------------- roles, hooks, misuse


def test_a_guard_with_an_unknown_role_raises_when_it_is_created(caplog: pytest.LogCaptureFixture) -> None:

    role = InAsgi(AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI)).role
    for guard in (login_required, role):
        with pytest.raises(ConfigError, match="no role 'techer': is it 'teacher'"):
            guard("techer")
        with pytest.raises(ConfigError, match="no role 'Staff': is it 'staff'"):
            guard("teacher", "Staff")
        for wrong, kind in (["teacher"], "list"), (("teacher", "staff"), "tuple"), (None, "None"), (7, "int"):
            with pytest.raises(TypeError, match=f"takes the names of roles, not {kind}"):
                guard(wrong)  # type: ignore[arg-type]
        caplog.clear()
        guard("principal")
        assert "not known to have a role 'principal'" in caplog.text
    with pytest.raises(TypeError, match="role needs the name of one"):
        role()


@pytest.mark.usefixtures("project")
def test_unknown_roles_in_django_are_reported_by_the_system_checks() -> None:

    with pytest.raises(TypeError, match="takes the names of roles, not list"):
        role_required(["teacher"])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="takes the names of roles, not a function"):
        role_required(lambda request: request)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="role_required needs the name of a role"):
        role_required()
    before = list(UNKNOWN_ROLES)
    try:
        role_required("techer")
        type("Lessons", (CleverRequiredMixin,), {"required_roles": "principal"})
        wrong, unknown = (
            [message.msg for message in check() if message.id == f"clever_sso.{mark}"] for mark in ("E015", "W006")
        )
        assert any("is it 'teacher'" in each and "test_settings_at_start.py, line" in each for each in wrong)
        assert any("'principal'" in each and "Lessons" in each for each in unknown)
        assert not any("'techer'" in each for each in unknown)
    finally:
        UNKNOWN_ROLES[:] = before


def test_hooks_with_the_wrong_parameters_are_refused() -> None:

    for extension, right in (
        (InFlask(), lambda _: None),
        (InAsgi(AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI)), lambda _, __: None),
    ):
        for decorate in (extension.on_sign_in, extension.on_problem):
            assert decorate(right) is right
            with pytest.raises(TypeError, match=r"on_(sign_in|problem) is called with \("):
                decorate(lambda: None)
            with pytest.raises(TypeError, match="must be a function, not str"):
                decorate("accounts.find")  # type: ignore[arg-type]
        decide = extension.before_sign_in
        for wrong in (lambda: None, lambda _, __: None):
            with pytest.raises(TypeError, match=r"before_sign_in is called with \(proven\)"):
                decide(wrong)
        with pytest.raises(TypeError, match="before_sign_in must be a function, not str"):
            decide("accounts.decide")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="rotate_session"):
        InFlask(rotate_session=lambda: None)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="rotate_session"):
        InAsgi(AsyncClient(CLIENT_ID), rotate_session="flush")  # type: ignore[arg-type]


def test_wrong_arguments_in_asgi_raise_errors_that_say_what_to_do() -> None:

    waits = Client(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI)
    with pytest.raises(TypeError, match=r"client must be a clever_sso\.AsyncClient, not Client.* block the event loop"):
        InAsgi(waits)  # type: ignore[arg-type]
    for app in (fastapi.FastAPI(), Starlette()):
        with pytest.raises(TypeError, match=r"write CleverSso\(\)\.install\(app\)"):
            InAsgi(app)
    for kind in (AsyncClient, Client):
        with pytest.raises(TypeError, match=rf"not the class {kind.__name__}: write AsyncClient\("):
            InAsgi(kind)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"client must be a clever_sso\.AsyncClient, not str"):
        InAsgi("my-app")  # type: ignore[arg-type]
    client = AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI)
    with pytest.raises(TypeError, match="no argument 'after_logon': is it 'after_login'"):
        InAsgi(client, after_logon="/me")  # type: ignore[arg-type]
    for wrong in (fastapi.APIRouter(), client, None):
        with pytest.raises(TypeError, match="install needs the application itself"):
            InAsgi(client).install(wrong)  # type: ignore[arg-type]
    started = Starlette()
    started.middleware_stack = started.build_middleware_stack()
    with pytest.raises(RuntimeError, match="before the application starts"):
        InAsgi(client).install(started)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"after_login": "me"}, r"after_login \(CLEVER_AFTER_LOGIN\) must be a path"),
        ({"after_logout": 7}, r"after_logout \(CLEVER_AFTER_LOGOUT\) must be a path"),
        ({"url_prefix": "clever"}, r"url_prefix \(CLEVER_URL_PREFIX\) must be a path"),
        ({"callback_path": "/elsewhere"}, r"callback_path \(CLEVER_CALLBACK_PATH\) is '/elsewhere'"),
        ({"waiting_page": "perhaps"}, r"waiting_page \(CLEVER_WAITING_PAGE\) cannot be read"),
        ({"waiting_page": ["yes"]}, r"waiting_page \(CLEVER_WAITING_PAGE\) must be true or false, not list"),
        ({"session_seconds": -1}, r"session_seconds \(CLEVER_SESSION_SECONDS\) must be a whole number"),
    ],
)
def test_errors_about_asgi_arguments_also_name_the_variable(options: dict[str, Any], named: str) -> None:

    with pytest.raises(ConfigError, match=named):
        InAsgi(AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI), **options)


def test_wrong_arguments_in_flask_raise_errors_that_say_what_to_do() -> None:

    client = Client(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI)
    with pytest.raises(
        TypeError, match=r"app must be a Flask application, not Client: CleverSso\(app, client=\.\.\.\)"
    ):
        InFlask(client)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"client must be a clever_sso\.Client: AsyncClient is for clever_sso\.asgi"):
        InFlask(client=AsyncClient(CLIENT_ID))  # type: ignore[arg-type]
    for kind in (AsyncClient, Client):
        with pytest.raises(TypeError, match=rf"not the class {kind.__name__}: write Client\("):
            InFlask(client=kind)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"client must be a clever_sso\.Client, not str"):
        InFlask(client="my-app")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="no argument 'rotate_sesion': is it 'rotate_session'"):
        InFlask(rotate_sesion=print)  # type: ignore[arg-type]
    app = Flask("reading")
    app.secret_key = KEY
    InFlask(app, client=pytest.importorskip("clever_sso.gevent").cooperative(client))


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


# ---------------------------------------------------------------- secrets


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


def frames(error: BaseException | None) -> str:
    """The local variables of the package's frames, for an error and its causes."""
    shown = []
    while error is not None:
        for frame, _ in traceback.walk_tb(error.__traceback__):
            if "clever_sso" in frame.f_code.co_filename and "tests" not in frame.f_code.co_filename:
                shown.append(repr(frame.f_locals))
        error = error.__cause__ or error.__context__
    return "\n".join(shown)


@pytest.mark.parametrize("kind", [clever_sso.AsyncClient])
def test_no_frame_of_a_bad_argument_holds_a_secret(kind: type[clever_sso.AsyncClient]) -> None:
    for bad in ({"timeout": -1}, {"issuer": "nowhere"}, {"leeway": "x"}, {"no_such": 1}):
        with pytest.raises((ConfigError, TypeError)) as caught:
            kind(CLIENT_ID, redirect_uri=REDIRECT_URI, **OF_THE_CLIENT, **bad)
        found = frames(caught.value)
        assert found
        assert SECRET not in found
        assert PASSWORD not in found


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


def warned(make: Callable[..., object], caplog: pytest.LogCaptureFixture, **changes: object) -> str:
    """The log lines, or the warnings of `check`, when an application starts with these settings."""
    caplog.clear()
    make(**changes)
    if make is not in_django:
        return caplog.text
    with override_settings(**changes):
        return "; ".join(f"{message.id} {message.msg} {message.hint}" for message in check())


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


def test_a_host_whose_logins_come_back_to_another_client_is_warned_about(
    make: Callable[..., object], framework: str, caplog: pytest.LogCaptureFixture
) -> None:
    place = "clients" if framework == "asgi" else "CLEVER_HOSTS"
    for uri, is_told in (("https://c.example/clever/callback", True), ("https://b.example/clever/callback", False)):
        own = {**B, "CLEVER_REDIRECT_URI": uri}
        if framework == "asgi":
            told = warned(lambda own=own: asgi_at_hosts(**own), caplog)  # type: ignore[misc]
        else:
            told = warned(make, caplog, CLEVER_HOSTS={"b.example": own})
        words = f"{place}['b.example']: CLEVER_REDIRECT_URI leads to 'c.example', where another client"
        assert (words in told) is is_told


@pytest.mark.parametrize(
    ("own", "advice"),
    [
        ("CLEVER_CLIENTID", "a similar setting is CLEVER_CLIENT_ID"),
        ("client_secret", "a similar setting is CLEVER_CLIENT_SECRET"),
        ("CLEVER_AFTER_LOGIN", "all hosts share it"),
    ],
)
@pytest.mark.usefixtures("project")
def test_an_unknown_host_setting_names_the_most_similar_one(own: str, advice: str) -> None:
    for make in (in_flask, in_django):
        with pytest.raises(ConfigError) as caught:
            make(CLEVER_HOSTS={"b.example": {own: "x"}})
        assert f"CLEVER_HOSTS['b.example'] has {own!r}, which is not a client setting: {advice}" in caught.value.message


def test_values_that_are_not_clients_raise_a_type_error() -> None:
    at_b = {"flask": Client, "asgi": AsyncClient}
    for name, face in (("flask", InFlask), ("asgi", InAsgi)):
        made = at_b[name](CLIENT_ID, CLIENT_SECRET, REDIRECT_URI)
        for wrong in (["b.example"], "b.example", [made]):
            with pytest.raises(TypeError, match=r"clients must be a dict like .*, not (list|str)"):
                face(clients=wrong)
        for wrong in ({"CLEVER_CLIENT_ID": "b"}, None, "b"):
            with pytest.raises(TypeError, match=r"clients\['b.example'\] must be a clever_sso\.(Async)?Client, not"):
                face(clients={"b.example": wrong})
        for host in ("https://b.example", "", 7):
            with pytest.raises(ConfigError, match=r"clients names .*, which is not a host"):
                face(clients={host: made})


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


def test_an_unknown_client_argument_names_the_most_similar_one() -> None:
    with pytest.raises(TypeError, match="AsyncClient has no argument 'redirect_url': is it 'redirect_uri'"):
        AsyncClient("a", "b", redirect_url=REDIRECT_URI)  # type: ignore[call-arg]


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
