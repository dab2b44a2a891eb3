"""How long the session cookie will be, if the session is stored in the cookie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask.json.provider import DefaultJSONProvider
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SecureCookieSessionInterface

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from flask import Flask

# JSON writes at most two bytes for a printable ASCII character, and two escapes of six bytes for any other.
_OF_PLAIN_TEXT, _OF_ANY_TEXT = 2, 12
# The brackets and the comma of a value, and what Flask adds to a dict with one key.
_AROUND = 24
# The time and the signature, with the longest hash that there is.
_SIGNATURE = 120


def exact(app: Flask, session: MutableMapping[str, Any]) -> int:
    """The size of the session cookie's name and value in bytes; 0 for other kinds of sessions."""
    interface = app.session_interface
    if not hasattr(interface, "get_signing_serializer"):
        return 0
    serializer = interface.get_signing_serializer(app)
    if serializer is None:
        return 0
    return len(interface.get_cookie_name(app)) + len(serializer.dumps(dict(session)))


def at_most(app: Flask, session: MutableMapping[str, Any]) -> int:
    """An upper bound of `exact`, and quicker: serializing and signing a session is a third of the work of a sign-in."""
    plain = _json(dict(session)) if _writes_as_flask_does(app) else None
    if plain is None:
        return exact(app, session)
    # Flask compresses a session only if that makes it shorter. Base64 turns three bytes into four.
    return len(app.session_interface.get_cookie_name(app)) + plain * 4 // 3 + _SIGNATURE


def _writes_as_flask_does(app: Flask) -> bool:
    """Whether Flask's own code serializes the session."""
    interface = app.session_interface
    return (
        type(interface) is SecureCookieSessionInterface
        and type(interface.serializer) is TaggedJSONSerializer
        and len(interface.serializer.order) == len(TaggedJSONSerializer.default_tags)
        and type(app.json) is DefaultJSONProvider
    )


def _json(value: Any) -> int | None:  # noqa: ANN401  (what a session holds)
    """The most bytes that a value takes in JSON; `None` if Flask serializes it in a special way, or cannot."""
    kind = type(value)
    if value is None or kind is bool:
        return _AROUND
    if kind is int:
        return _AROUND + len(str(value))
    if kind is list:
        return _all(value)
    if kind is dict:
        return _all([*value, *value.values()]) if all(type(key) is str for key in value) else None
    return None


def _all(values: Any) -> int | None:  # noqa: ANN401  (a list)
    """The same for several values, with the characters around them."""
    # Most values are strings. Checking all of them together is quicker than checking each.
    texts = [value for value in values if type(value) is str]
    text = "".join(texts)
    of_text = _OF_PLAIN_TEXT if text.isascii() and text.isprintable() else _OF_ANY_TEXT
    total = _AROUND * (1 + len(texts)) + of_text * len(text)
    for value in values:
        if type(value) is not str:
            size = _json(value)
            if size is None:
                return None
            total += size
    return total
