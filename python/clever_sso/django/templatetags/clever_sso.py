"""`{% load clever_sso %}`: the button "Log in with Clever", and who is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.urls import reverse
from django.utils.html import format_html

from clever_sso._web.button import Html, login_button, signed_in_line
from clever_sso._web.words import words
from clever_sso.django.access import current_identity
from clever_sso.django.language import words_of_page

if TYPE_CHECKING:
    from django.template import Context

register = template.Library()


@register.simple_tag
def clever_button(
    next: str | None = None,  # noqa: A002  (as the parameter of the login is called)
    image: str | None = None,
    language: str | None = None,
    style: bool = True,
) -> Html:
    """The button, a link: `{% clever_button next="/lessons" %}`.

    Args:
        next: Where the person goes afterwards.
        image: The URL of an image to show instead of the text: `{% static "clever.svg" as image %}`.
        language: `en` or `es`. Default: the language of the page.
        style: Whether to style the link.
    """
    login = reverse("clever_sso:login")
    spoken = words(language) if language else words_of_page()
    return login_button(login, words=spoken, goal=next, image=image, style=style)


@register.simple_tag(takes_context=True)
def clever_signed_in(context: Context, language: str | None = None) -> Html:
    """Who is signed in, with "Not you?" and a logout button: `{% clever_signed_in %}`. Empty if no one is signed in."""
    request: Any = context.get("request")
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return Html()
    identity = current_identity(request)
    full_name = user.get_full_name() if hasattr(user, "get_full_name") else ""
    token = context.get("csrf_token")
    field = format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', token) if token else ""
    return signed_in_line(
        (identity and identity.full_name) or full_name or user.get_username(),
        reverse("clever_sso:login"),
        reverse("clever_sso:logout"),
        words=words(language) if language else words_of_page(),
        goal=request.get_full_path(),
        csrf_field=field,
    )
