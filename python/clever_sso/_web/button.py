"""The button "Log in with Clever", and the line that says who is signed in: HTML that needs no other file."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from clever_sso._web.words import Words

LOG_IN = "Log in with Clever"
# White on blue has a contrast above 4.5 to 1. If a page's policy forbids inline styles, people see a plain link.
_STYLE = (
    "display:inline-block;padding:.7em 1.2em;font:600 1rem/1.25 system-ui,sans-serif;color:#fff;background:#1f5fbf;"
    "border-radius:.375em;text-decoration:none"
)


class Html(str):
    """Text that templates treat as safe HTML: Jinja and Django check for `__html__`."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


def login_button(
    login_url: str,
    *,
    words: Words,
    goal: str | None = None,
    image: str | None = None,
    style: bool = True,
) -> Html:
    """The button, which is a link.

    Args:
        login_url: The path of the login.
        words: The texts in the language of the page.
        goal: Where the person goes after the login, a path of the application.
        image: The URL of an image to show instead of the text, for example Clever's own.
        style: Whether to style the link. Its class is `clever-login-button`.
    """
    text = words.say(LOG_IN)
    content = escape(text)
    if image:
        content = f'<img src="{escape(image)}" alt="{escape(text)}">'
    styled = f' style="{_STYLE}"' if style and not image else ""
    address = escape(_with(login_url, goal))
    return Html(
        f'<a class="clever-login-button" lang="{escape(words.language)}" href="{address}"{styled}>{content}</a>'
    )


def signed_in_line(  # noqa: PLR0913  (they are keyword arguments)
    name: str,
    login_url: str,
    logout_url: str,
    *,
    words: Words,
    goal: str | None = None,
    csrf_field: str = "",
) -> Html:
    """Who is signed in, with a "Not you?" link and a button to log out.

    Args:
        name: The name of the person.
        login_url: The path of the login.
        logout_url: The path of the logout.
        words: The texts in the language of the page.
        goal: Where the other person goes after the login, a path of the application.
        csrf_field: The hidden CSRF field of the form, as HTML, if the framework needs one.
    """
    not_you = escape(words.say("Not you?"))
    told = escape(words.say("Signed in as {}")).format(f"<strong>{escape(name)}</strong>")
    other = escape(_with(login_url, goal, switch_user="1"))
    language = escape(words.language)
    return Html(
        f'<div class="clever-signed-in" lang="{language}"><span>{told}</span> <a href="{other}">{not_you}</a>'
        f'<form action="{escape(logout_url)}" method="post" style="display:inline">{csrf_field} '
        f'<button type="submit" style="min-height:2rem">{escape(words.say("Log out"))}</button></form></div>'
    )


def _with(login_url: str, goal: str | None, **more: str) -> str:
    parameters = {**({"next": goal} if goal else {}), **more}
    return f"{login_url}?{urlencode(parameters)}" if parameters else login_url
