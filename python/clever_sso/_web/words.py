"""The texts that people read, in the language of the page. The sentences are in the core, in English and Spanish."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clever_sso._native import language_of, translated

if TYPE_CHECKING:
    from typing import Callable

CONTEXT = "clever_sso"
"""The message context of these sentences in an application's translations: `pgettext("clever_sso", sentence)`."""
_TITLE = "Signing in did not work"


@dataclass(frozen=True)
class Words:
    """The texts of the pages in one language."""

    language: str
    """The language tag, for `<html lang>`."""
    say: Callable[[str], str]
    """Translates a sentence of this package into this language. Returns any other sentence unchanged."""


def words(language: str | None) -> Words:
    """The texts of this package.

    Args:
        language: A tag such as `es` or `es-MX`, or the value of `Accept-Language`. Every language except Spanish gets
            English.
    """
    tag = language_of(language)
    return Words(tag, lambda sentence: translated(sentence, tag))


def words_of(language: str, translate: Callable[[str, str], str]) -> Words:
    """The application's own translations where it has them, otherwise the texts of this package.

    Args:
        language: The active language of the framework.
        translate: The framework's `pgettext`.
    """
    own = words(language)

    def say(sentence: str) -> str:
        found = translate(CONTEXT, sentence) if sentence else sentence
        return own.say(sentence) if found == sentence else str(found)

    is_translated = translate(CONTEXT, _TITLE) != _TITLE
    return Words(language.replace("_", "-") if is_translated else own.language, say)
