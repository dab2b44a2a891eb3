"""The URLs of a project for the tests of the Django app, a hook for its settings, and small views."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clever_sso.django import (
    acomplete_login,
    aheld_login,
    complete_login,
    current_identity,
    held_login,
    role_required,
)
from django.contrib import admin
from django.contrib.auth import authenticate, login
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.urls import include, path

provisioned: list[Any] = []


def provision(*said: Any) -> None:
    provisioned.append(said)


def token(request: HttpRequest) -> HttpResponse:
    return HttpResponse(get_token(request))


meanwhile: list[Callable[[], object]] = []


def slow(request: HttpRequest) -> HttpResponse:
    """Lets something else happen while this page is rendered, then changes the session."""
    seen = request.session.get("seen", 0)
    for happens in meanwhile:
        happens()
    request.session["seen"] = seen + 1
    return HttpResponse("at last")


def who(request: HttpRequest) -> HttpResponse:
    identity = current_identity(request)
    return HttpResponse(identity.full_name if identity else "nobody")


def username(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.user.get_username())


@role_required("teacher", "staff")
def staffroom(_: HttpRequest) -> HttpResponse:
    return HttpResponse("coffee")


@login_required
def private(_: HttpRequest) -> HttpResponse:
    return HttpResponse("in")


@role_required("teacher", "staff")
async def staffroom_later(_: HttpRequest) -> HttpResponse:
    return HttpResponse("coffee")


def waiting(request: HttpRequest) -> HttpResponse:
    """The person whose login is held."""
    held = held_login(request, request.GET.get("key"))
    if held is None:
        return HttpResponse("-")
    signed_in = " signed in" * held.is_signed_in
    return HttpResponse(f"{held.identity.name.full} {held.user} {held.return_to} {bool(held.tokens)}{signed_in}")


def finish(request: HttpRequest) -> HttpResponse:
    """The page that accepts a second factor."""
    return (
        HttpResponse("try again", status=403)
        if request.GET.get("factor") == "wrong"
        else complete_login(request, request.GET.get("key"))
    )


def by_password(request: HttpRequest) -> HttpResponse:
    """The page that accepts a password."""
    user = authenticate(request, username=request.GET["username"], password=request.GET["password"])
    login(request, user)
    return username(request)


def finish_late(request: HttpRequest) -> HttpResponse:
    """The same, but something else happens before the response."""
    held_login(request)
    for happens in meanwhile:
        happens()
    return complete_login(request)


async def waiting_later(request: HttpRequest) -> HttpResponse:
    held = await aheld_login(request)
    return HttpResponse(held.identity.name.full if held else "-")


async def finish_later(request: HttpRequest) -> HttpResponse:
    return await acomplete_login(request)


urlpatterns = [
    path("waiting-later", waiting_later),
    path("finish-later", finish_later),
    path("waiting", waiting),
    path("finish", finish),
    path("finish-late", finish_late),
    path("back", lambda _: HttpResponseRedirect("/clever/login?next=/back")),
    path("by-password", by_password),
    path("slow", slow),
    path("token", token),
    path("who", who, name="who"),
    path("username", username),
    path("open", lambda _: HttpResponse("for everyone")),
    path("private", private),
    path("staffroom", staffroom),
    path("staffroom-later", staffroom_later),
    path("admin/", admin.site.urls),
    path("clever/", include("clever_sso.django.urls")),
]
