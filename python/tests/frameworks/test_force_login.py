"""`force_login` signs a person in for a unit test, without an emulator and without a network."""

from __future__ import annotations

import asyncio
import inspect
import json
import re
import secrets
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from clever_sso import AsyncClient
from clever_sso.testing import LoginNotFinished, force_login, force_login_async, make_identity
from harness.paths import ROOT
from harness.patience import SECONDS

SETTINGS = {
    "CLEVER_CLIENT_ID": "unit",
    "CLEVER_CLIENT_SECRET": "only for unit tests",
    # No server listens there: a request to Clever would fail.
    "CLEVER_BASE_URL": "http://127.0.0.1:9",
}
HTTP, HTTPS = "http://localhost/clever/callback", "https://school.example/clever/callback"
TEACHER = make_identity(user_type="teacher", first_name="Grace", last_name="Hopper", id="5f3c0a9e7d1b4c2a8e6f0d14")
CONTACT = make_identity(user_type="contact", id="5f3c0a9e7d1b4c2a8e6f0d15")


# ---------------------------------------------------------------- Flask


def flask_app(redirect_uri: str = HTTP) -> tuple[Any, list[Any]]:
    """An application with every hook, and a list of the hooks' arguments."""
    pytest.importorskip("flask")
    from clever_sso.flask import CleverSso, Refused, current_identity, login_required, signed_in
    from flask import Flask, session

    app, told = Flask("unit"), []
    app.secret_key = secrets.token_hex(16)
    app.config.update(SETTINGS, CLEVER_REDIRECT_URI=redirect_uri)
    clever = CleverSso(app)

    @clever.before_sign_in
    def decide(proven: Any) -> str:
        return "a second factor, please"

    @clever.on_sign_in
    def find(step: Any) -> None:
        if step.identity.user_type == "contact":
            raise Refused("Only schools.")
        if step.identity.user_type == "parent":
            raise KeyError("a fault of the application")
        session["account"] = f"{step.identity.id} {clever.older_ids(step)}"
        told.append(step.tokens)

    signed_in.connect(lambda _, identity, tokens: told.append(identity), app, weak=False)  # noqa: ARG005  (as it is sent)

    @app.get("/")
    @login_required
    def home() -> str:
        return f"{current_identity.full_name}, {session['account']}"

    @app.get("/staffroom")
    @login_required("teacher")
    def staffroom() -> str:
        return "coffee"

    return app, told


@pytest.mark.parametrize("redirect_uri", [HTTP, HTTPS])
def test_flask_signs_in_and_calls_the_hooks(redirect_uri: str) -> None:
    app, told = flask_app(redirect_uri)
    own = dict(app.view_functions)
    client = app.test_client()
    force_login(client)
    assert client.get("/").text == "Ada Ashworth, 5f3c0a9e7d1b4c2a8e6f0d13 ()"
    assert client.get("/staffroom").status_code == 403
    force_login(client, TEACHER, access_token="a token")
    assert client.get("/staffroom").text == "coffee"
    assert told[1] == make_identity()
    assert told[2].access_token == "a token"
    with pytest.raises(RuntimeError, match="force_login talks to no Clever"):
        _ = told[0].access_token
    # `force_login` leaves no changes in the application.
    assert app.view_functions == own
    assert client.get("/clever/callback?code=x&state=y").status_code != 200


def test_flask_raises_the_applications_exception_and_signs_no_one_in() -> None:
    from clever_sso.flask import Refused

    app, _ = flask_app()
    client = app.test_client()
    force_login(client)
    with pytest.raises(Refused, match=r"Only schools\."):
        force_login(client, CONTACT)
    assert client.get("/").status_code == 303
    with pytest.raises(KeyError, match="a fault of the application"):
        force_login(client, make_identity(user_type="parent"))


def test_a_guard_around_the_whole_application_is_named_in_the_error() -> None:
    app, _ = flask_app()
    app.before_request(lambda: ("stop", 401))
    with pytest.raises(LoginNotFinished, match="other code responded instead of /clever/callback"):
        force_login(app.test_client())


def test_a_plain_werkzeug_client_needs_the_application() -> None:
    from werkzeug.middleware.proxy_fix import ProxyFix
    from werkzeug.test import Client

    app, _ = flask_app()
    wrapped = Client(ProxyFix(app))
    force_login(wrapped, TEACHER)
    assert wrapped.get("/staffroom").text == "coffee"


# ---------------------------------------------------------------- ASGI


def asgi_app(redirect_uri: str = HTTP, *, mounted: bool = False) -> Any:
    pytest.importorskip("starlette")
    from clever_sso.asgi import CleverSso, Refused
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.middleware.sessions import SessionMiddleware
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse
    from starlette.routing import Mount, Route

    arguments = {name.removeprefix("CLEVER_").lower(): value for name, value in SETTINGS.items()}
    arguments["redirect_uri"] = redirect_uri.replace("/clever", "/site/clever") if mounted else redirect_uri
    clever = CleverSso(AsyncClient(**arguments), **({"callback_path": "/clever/callback"} if mounted else {}))

    @clever.before_sign_in
    async def decide(proven: Any) -> PlainTextResponse:
        return PlainTextResponse("a second factor, please")

    @clever.on_sign_in
    async def find(request: Request, step: Any) -> None:
        if step.identity.user_type == "contact":
            raise Refused("Only schools.")
        if step.identity.user_type == "parent":
            raise KeyError("a fault of the application")
        request.session["account"] = f"{step.identity.id} {await clever.older_ids(step)}"

    async def home(request: Request) -> PlainTextResponse:
        identity = await clever.required(request)
        return PlainTextResponse(f"{identity.full_name}, {request.session['account']}")

    async def staffroom(request: Request) -> PlainTextResponse:
        await clever.role("teacher")(request)
        return PlainTextResponse("coffee")

    own = [Route("/", home), Route("/staffroom", staffroom)]
    sessions = Middleware(
        SessionMiddleware, secret_key=secrets.token_hex(16), https_only="https" in redirect_uri, max_age=None
    )
    if mounted:
        return Starlette(routes=[Mount("/site", routes=[*clever.routes, *own])], middleware=[sessions])
    app = Starlette(routes=own, middleware=[sessions])
    clever.install(app)
    return app


@pytest.mark.parametrize(("redirect_uri", "mounted"), [(HTTP, False), (HTTPS, False), (HTTP, True)])
def test_starlette_signs_in_and_calls_the_hooks(redirect_uri: str, *, mounted: bool) -> None:
    testclient = pytest.importorskip("starlette.testclient")
    app, below = asgi_app(redirect_uri, mounted=mounted), "/site" if mounted else ""
    base = "https://testserver" if "https" in redirect_uri else "http://testserver"
    client = testclient.TestClient(app, base_url=base)
    force_login(client)
    assert client.get(f"{below}/").text == "Ada Ashworth, 5f3c0a9e7d1b4c2a8e6f0d13 ()"
    assert client.get(f"{below}/staffroom").status_code == 403
    force_login(client, TEACHER)
    assert client.get(f"{below}/staffroom").text == "coffee"
    # The application's own callback is restored.
    assert client.get(f"{below}/clever/callback?error=access_denied").status_code == 403


def test_starlette_raises_the_applications_exception_and_signs_no_one_in() -> None:
    testclient = pytest.importorskip("starlette.testclient")
    from clever_sso.asgi import Refused

    client = testclient.TestClient(asgi_app(), follow_redirects=False)
    force_login(client)
    with pytest.raises(Refused, match=r"Only schools\."):
        force_login(client, CONTACT)
    assert client.get("/").status_code == 303
    with pytest.raises(KeyError, match="a fault of the application"):
        force_login(client, make_identity(user_type="parent"))


def test_httpx_signs_in_asynchronously() -> None:
    httpx = pytest.importorskip("httpx")

    async def page() -> str:
        transport = httpx.ASGITransport(asgi_app())
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            await force_login_async(client, TEACHER)
            with pytest.raises(TypeError, match="AsyncClient wants force_login_async"):
                force_login(client)
            text: str = (await client.get("/staffroom")).text
            return text

    assert asyncio.run(page()) == "coffee"


# ---------------------------------------------------------------- Django

DJANGO = """
    import django
    from django.conf import settings
    from django.http import HttpResponse
    from django.urls import include, path

    settings.configure(
        SECRET_KEY="a long key that is for this test alone",
        ROOT_URLCONF=__name__,
        ALLOWED_HOSTS=["*"],
        USE_TZ=True,
        INSTALLED_APPS=[
            "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "clever_sso.django"
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "people.db"}},
        AUTHENTICATION_BACKENDS=["clever_sso.django.CleverBackend"],
        SESSION_ENGINE="django.contrib.sessions.backends.STORE",
        CLEVER_PROVISION_USER=__name__ + ".provision",
        CLEVER_BEFORE_SIGN_IN=__name__ + ".decide",
    )
    django.setup()

    from clever_sso.django import Refused, current_identity, role_required


    def decide(proven):
        return HttpResponse("a second factor, please")


    def provision(user, identity, created):
        if identity.user_type == "contact":
            raise Refused("Only schools.")
        user.last_name = identity.name.last + ("!" if created else "")
        user.save()


    @role_required("teacher", "student")
    def home(request):
        return HttpResponse(f"{current_identity(request).full_name} is {request.user.last_name}")


    @role_required("teacher")
    def staffroom(request):
        return HttpResponse("coffee")


    urlpatterns = [
        path("", home), path("staffroom", staffroom), path("clever/", include("clever_sso.django.urls"))
    ]
"""
CHECK = """
    import asyncio

    import site_of_tests
    from clever_sso.django import Refused, signed_in
    from clever_sso.testing import force_login, force_login_async, make_identity
    from django.core.management import call_command
    from django.test import AsyncClient, Client

    told = []
    signed_in.connect(lambda user, identity, **_: told.append((user.pk, identity.id)), weak=False)
    call_command("migrate", verbosity=0)
    client = Client()
    force_login(client)
    assert client.get("/").content == b"Ada Ashworth is Ashworth!", client.get("/").content
    assert client.get("/staffroom").status_code == 403
    first = client.cookies["sessionid"].value
    teacher = make_identity(user_type="teacher", id="5f3c0a9e7d1b4c2a8e6f0d14")
    force_login(client, teacher)
    assert client.get("/staffroom").content == b"coffee"
    assert client.cookies["sessionid"].value != first
    assert [each for _, each in told] == ["5f3c0a9e7d1b4c2a8e6f0d13", teacher.id]
    try:
        force_login(client, make_identity(user_type="contact", id="5f3c0a9e7d1b4c2a8e6f0d15"))
    except Refused as refused:
        assert str(refused) == "Only schools."
    else:
        raise AssertionError("was let in")
    elsewhere = AsyncClient()


    async def asynchronously():
        await force_login_async(elsewhere, teacher)
        return (await elsewhere.get("/staffroom")).content


    assert asyncio.run(asynchronously()) == b"coffee"
    print("done")
"""


@pytest.mark.parametrize("engine", ["db", "signed_cookies"])
def test_django_signs_in_without_settings_for_a_client(engine: str, tmp_path: Path) -> None:
    pytest.importorskip("django")
    (tmp_path / "site_of_tests.py").write_text(textwrap.dedent(DJANGO).replace("STORE", engine), "utf-8")
    (tmp_path / "check.py").write_text(textwrap.dedent(CHECK), "utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", "check.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.stdout == "done\n", done.stderr


# ---------------------------------------------------------------- errors


def test_an_object_that_is_not_a_test_client_raises_a_type_error() -> None:
    flask = pytest.importorskip("flask")
    for wrong in ("ada", 5):
        with pytest.raises(TypeError, match=rf"identity must be an Identity, .*, not {type(wrong).__name__}"):
            force_login(flask.Flask("reading").test_client(), wrong)
    with pytest.raises(TypeError, match=r"builtins\.object is not a test client of Flask, Django, Starlette, httpx"):
        force_login(object())


def test_an_application_without_the_extension_is_named() -> None:
    flask = pytest.importorskip("flask")
    with pytest.raises(TypeError, match="needs a Flask application with CleverSso"):
        force_login(flask.Flask("bare").test_client())
    applications = pytest.importorskip("starlette.applications")
    testclient = pytest.importorskip("starlette.testclient")
    with pytest.raises(TypeError, match="needs a Starlette application with CleverSso"):
        force_login(testclient.TestClient(applications.Starlette()))


def test_make_identity_has_the_same_attributes_as_the_identity_of_a_login() -> None:
    identity = make_identity(user_type=None, roles=["teacher", "staff"], legacy_ids=["old"], claims={"a": 1})
    assert [role.name for role in identity.roles] == ["teacher", "staff"]
    assert (identity.legacy_ids, identity.claims, identity.name.full) == (("old",), {"a": 1}, "Ada Ashworth")
    # All attributes that an application reads from an identity exist.
    from clever_sso import Identity

    public = {name for name in dir(Identity) if not name.startswith("_")}
    assert public <= {name for name in dir(identity) if not name.startswith("_")}


def test_the_guide_lists_every_parameter_of_make_identity_with_its_default() -> None:
    page = (ROOT / "docs/testing.md").read_text("utf-8")
    table = page.split("| parameter of `make_identity` |", 1)[1].split("\n\n", 1)[0]
    rows = re.findall(r"^\| (`.+?`) \| .* \| (.+) \|$", table, re.MULTILINE)
    shown = {name: default for names, default in rows for name in re.findall(r"`(\w+)`", names)}
    parameters = inspect.signature(make_identity).parameters
    assert list(shown) == list(parameters)
    for name, default in shown.items():
        values = re.findall(r"`(.+?)`", default)
        own = parameters[name].default
        if own and own != ():
            assert json.dumps(own) in values, name
