"""Two views of every Django site in these tests, for any library."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token


def button(request: HttpRequest, action: str) -> HttpResponse:
    """Show the button that begins a login, even if a person is logged in."""
    inside = f'<input type="hidden" name="csrfmiddlewaretoken" value="{get_token(request)}"><button>Log in</button>'
    return HttpResponse(f'<form action="{action}" method="post">{inside}</form>')


def cart(request: HttpRequest) -> HttpResponse:
    """Store a thing in the session, and show the session's content."""
    if "thing" in request.GET:
        request.session["thing"] = request.GET["thing"]
    return HttpResponse(f"in the cart: {request.session.get('thing', 'nothing')}")
