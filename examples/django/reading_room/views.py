"""The pages of the Reading Room."""

from clever_sso.django import role_required
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render


def home(request: HttpRequest) -> HttpResponse:
    """Offer the button."""
    return redirect("me") if request.user.is_authenticated else render(request, "home.html")


@login_required
def me(request: HttpRequest) -> HttpResponse:
    """Say who is signed in."""
    return render(request, "me.html")


@role_required("teacher", "staff")
def lessons(request: HttpRequest) -> HttpResponse:
    """Something for teachers only."""
    return render(request, "lessons.html")
