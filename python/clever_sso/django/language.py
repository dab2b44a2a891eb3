"""The language of the page, from Django."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import get_language, pgettext

from clever_sso._web.words import words, words_of

if TYPE_CHECKING:
    from clever_sso._web.words import Words


def words_of_page() -> Words:
    """The texts in Django's active language, from the translations of the project and its apps."""
    language = get_language()
    return words_of(language, pgettext) if language else words(None)
