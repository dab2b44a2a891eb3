"""Two views that every Django site of these tests has, whichever library logs people in there."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token


def button(request: HttpRequest, action: str) -> HttpResponse:
    """The button that begins a login, also for who is logged in already."""
    inside = f'<input type="hidden" name="csrfmiddlewaretoken" value="{get_token(request)}"><button>Log in</button>'
    return HttpResponse(f'<form action="{action}" method="post">{inside}</form>')


def cart(request: HttpRequest) -> HttpResponse:
    """Put a thing into the session, and show what is in it."""
    if "thing" in request.GET:
        request.session["thing"] = request.GET["thing"]
    return HttpResponse(f"in the cart: {request.session.get('thing', 'nothing')}")
