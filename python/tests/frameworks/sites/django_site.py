"""The site in Django."""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import django
from clever_sso.django import current_identity, role_required, signed_in
from django.conf import settings
from django.contrib import auth
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.urls import include, path
from django.utils.html import format_html


def make_app() -> WSGIHandler:
    clever = {name: value for name, value in os.environ.items() if name.startswith("CLEVER_")}
    own_model = "OWN_USER_MODEL" in os.environ
    if not own_model or "WITH_GROUPS" in os.environ:
        clever["CLEVER_ROLE_GROUPS"] = {"teacher": "Teachers", "student": "Students"}
    if own_model:
        clever["AUTH_USER_MODEL"] = f"people.{os.environ['OWN_USER_MODEL']}"
    settings.configure(
        SECRET_KEY="a key for tests only",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "clever_sso.django",
            *(["sites.people"] if own_model else []),
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "sites.django_site.answer_before",
            *(["sites.django_site.add_later"] if "MORE_LATER_OF" in os.environ else []),
            *(["sites.django_site.guard"] if "GUARD" in os.environ else []),
        ],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": os.environ.get("DATABASE")
                or str(Path(tempfile.mkdtemp(dir=os.environ["FOLDER"])) / "database"),
                # On a busy machine, a write takes longer than SQLite waits by default.
                "OPTIONS": {"timeout": 60},
            }
        },
        AUTHENTICATION_BACKENDS=["clever_sso.django.CleverBackend"],
        SESSION_COOKIE_SAMESITE=os.environ.get("SAME_SITE", "Lax"),
        SESSION_COOKIE_PATH=os.environ.get("SESSION_PATH", "/"),
        SESSION_FILE_PATH=os.environ["FOLDER"],
        SESSION_ENGINE=os.environ.get("SESSION_ENGINE", "django.contrib.sessions.backends.db"),
        LOGIN_URL="clever_sso:login",
        LOGGING={
            "version": 1,
            "disable_existing_loggers": False,
            "handlers": {"here": {"class": "logging.StreamHandler"}},
            "root": {"handlers": ["here"], "level": "WARNING"},
        },
        CLEVER_PROVISION_USER=admit_known_people,
        **clever,
    )
    django.setup()
    connection_created.connect(forgo_the_disk)
    signed_in.connect(keep_much)
    call_command("migrate", run_syncdb=True, verbosity=0)
    call_command("check", stdout=sys.stderr)
    return WSGIHandler()


def forgo_the_disk(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Don't wait for disk writes: no test needs the data after a power failure."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous = OFF")


def own_folder() -> Path:
    return Path(tempfile.mkdtemp(dir=os.environ["FOLDER"]))


def answer_before(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def answered(request: HttpRequest) -> HttpResponse:
        if request.path == "/leave":
            return bye(request)
        if request.path == "/expel":
            auth.logout(request)
            return HttpResponseRedirect("/clever/login?next=/expel")
        return HttpResponse("here") if request.path == "/stay" else get_response(request)

    return answered


def guard(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def guarded(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated or request.path in {"/", "/clever/login"}:
            return get_response(request)
        return HttpResponseRedirect(f"/clever/login?next={quote(request.path)}")

    return guarded


def admit_known_people(_user: object, identity: object, _created: bool) -> None:
    if identity.name.last == os.environ.get("UNWELCOME"):
        raise PermissionDenied
    if identity.name.last == os.environ.get("BREAKING"):
        raise RuntimeError("the hook is broken")


def keep_much(request: HttpRequest, identity: object, **_: object) -> None:
    if "MUCH" in os.environ and identity.name.last == os.environ.get("MUCH_OF"):
        request.session["much"] = os.environ["MUCH"]


def add_later(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def answered(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        identity = current_identity(request)
        if identity and identity.last_name == os.environ["MORE_LATER_OF"]:
            # Random, so that it cannot be compressed.
            request.session["more"] = secrets.token_hex(4000)
        return response

    return answered


def home(request: HttpRequest) -> HttpResponse:
    identity = current_identity(request)
    said = f"signed in: {identity.full_name}" if identity else "nobody"
    return HttpResponse(
        format_html(
            '{}<form action="/clever/logout" method="post">'
            '<input type="hidden" name="csrfmiddlewaretoken" value="{}"></form>',
            said,
            get_token(request),
        )
    )


@login_required
def private(request: HttpRequest) -> HttpResponse:
    identity = current_identity(request)
    return HttpResponse(f"Hello, {identity.full_name} ({identity.user_type})")


def name(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.user.get_username())


@login_required
def shelf(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(f"shelf {name} {request.GET.dict()}", content_type="text/plain; charset=utf-8")


@role_required("teacher", "staff")
def staffroom(_: HttpRequest) -> HttpResponse:
    return HttpResponse("coffee")


@permission_required("people.open_the_vault")
def vault(_: HttpRequest) -> HttpResponse:
    return HttpResponse("gold")


def cart(request: HttpRequest) -> HttpResponse:
    if "thing" in request.GET:
        request.session["thing"] = request.GET["thing"]
    return HttpResponse(f"in the cart: {request.session.get('thing', 'nothing')}")


def bye(request: HttpRequest) -> HttpResponse:
    auth.logout(request)
    return HttpResponse("bye")


urlpatterns = [
    path("", home),
    path("private", private),
    path("name", name),
    path("shelf/<path:name>", shelf),
    path("staffroom", staffroom),
    path("vault", vault),
    path("cart", cart),
    path("bye", bye),
    path("clever/", include("clever_sso.django.urls")),
]
