"""The button "Log in with Clever", and who is signed in: functions that every template has too."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from flask import current_app, request
from markupsafe import Markup, escape

from clever_sso._web.button import login_button, signed_in_line
from clever_sso._web.request import address
from clever_sso._web.words import words, words_of
from clever_sso.flask.access import identity, login_path, root
from clever_sso.flask.state import state

if TYPE_CHECKING:
    from clever_sso._web.button import Html
    from clever_sso._web.words import Words


def clever_button(
    *,
    next: str | None = None,  # noqa: A002  (as the parameter of the login is called)
    image: str | None = None,
    language: str | None = None,
    style: bool = True,
) -> Html:
    """The button, a link.

    In a template: `{{ clever_button(next="/lessons") }}`.

    Args:
        next: Where the person goes afterwards.
        image: The URL of an image to show instead of the text: `url_for("static", filename="clever.svg")`.
        language: `en` or `es`. Default: `CLEVER_LANGUAGE`, Flask-Babel's language, or English.
        style: Whether to style the link.
    """
    spoken = words(language) if language else words_of_page()
    return login_button(login_path(), words=spoken, goal=next, image=image, style=style)


def clever_signed_in(*, language: str | None = None) -> Html | str:
    """Who is signed in, with "Not you?" and a button to log out, as HTML. Empty if no one is signed in."""
    person = identity()
    if person is None:
        return ""
    # Flask-WTF gives templates a function that returns the token.
    token = current_app.jinja_env.globals.get("csrf_token")
    field = Markup('<input type="hidden" name="csrf_token" value="{}">').format(token()) if callable(token) else ""
    return signed_in_line(
        person.full_name or person.id,
        login_path(),
        f"{root()}{state().paths.prefix}/logout",
        words=words(language) if language else words_of_page(),
        goal=address(root(), request.path, request.query_string.decode("latin-1")),
        csrf_field=str(escape(field)),
    )


def words_of_page() -> Words:
    """The texts in the language of the application's own pages: from `CLEVER_LANGUAGE` or Flask-Babel, or English."""
    fixed = state().chosen.language
    return words(fixed) if fixed else _words_of_babel() or words(None)


def words_of_person() -> Words:
    """The same for the pages of this package, which fall back to the browser's language."""
    fixed = state().chosen.language
    return words(fixed) if fixed else _words_of_babel() or words(request.headers.get("Accept-Language"))


def _words_of_babel() -> Words | None:
    babel = sys.modules.get("flask_babel")
    if babel is None or "babel" not in current_app.extensions:
        return None
    try:
        return words_of(str(babel.get_locale() or ""), babel.pgettext)
    except Exception:
        # The person must get a page in any case.
        current_app.logger.exception("the locale selector of Flask-Babel failed")
        return None
