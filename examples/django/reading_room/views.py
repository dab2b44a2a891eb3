"""The pages of the Reading Room."""

from clever_sso.django import role_required
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache


@never_cache  # The back button must not show a page of the last person.
def home(request: HttpRequest) -> HttpResponse:
    """Show the front page, with the login button."""
    return redirect("me") if request.user.is_authenticated else render(request, "home.html")


@never_cache
@login_required
def me(request: HttpRequest) -> HttpResponse:
    """Show who is signed in."""
    return render(request, "me.html")


@never_cache
@role_required("teacher", "staff")
def lessons(request: HttpRequest) -> HttpResponse:
    """Show a page for teachers only."""
    return render(request, "lessons.html")
