"""JSON responses to scripts: who is signed in, or that no one is. Requests for pages are redirected to log in instead.

The guards of every framework send the same JSON. The key `detail` is the one that FastAPI and Django REST framework
use.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol

    from clever_sso._web.identity import SessionIdentity

    class Headers(Iterable[Any], Protocol):
        """The headers of a request, as a framework provides them: names in any case."""

        def get(self, name: str, /) -> Any: ...  # noqa: ANN401  (frameworks differ)


Answer = Literal["log in", "page", "json"]
"""How a guard responds: with a redirect, with the framework's page for the status, or with JSON for a script."""

WHOAMI = "whoami"
OTHER_PAGES = ("login", "logout", WHOAMI)
"""The pages below the prefix, except the callback."""

NO_STORE = "no-store"
"""The `Cache-Control` of private pages: people share devices, and the back button shows stored pages."""
JSON_HEADERS = {
    "Content-Type": "application/json",
    "Cache-Control": NO_STORE,
    "X-Content-Type-Options": "nosniff",
}
CHALLENGE = {"WWW-Authenticate": 'Session realm="Log in with Clever"'}
"""The challenge of a 401 response (RFC 9110 11.6.1). Browsers do not ask for a password because of it."""

NOT_SIGNED_IN = "not_signed_in"
NOT_SIGNED_IN_SENTENCE = "You are not signed in."
NOT_ALLOWED = "not_allowed"
NOT_ALLOWED_SENTENCE = "Your account doesn't have access to this."

_OF_PAGES = {"text/html", "application/xhtml+xml"}
_OF_ANYTHING = {"*/*", "text/*"}


def whoami(identity: SessionIdentity) -> str:
    """The JSON that describes the signed-in person."""
    return json.dumps(asdict(identity))


def not_signed_in(login_url: str) -> dict[str, str]:
    """The response to a script when no one is signed in.

    Args:
        login_url: The URL that the script's page can send the browser to.
    """
    return {"detail": NOT_SIGNED_IN_SENTENCE, "code": NOT_SIGNED_IN, "login_url": login_url}


def not_allowed() -> dict[str, str]:
    """The response to a script when the person has none of the roles."""
    return {"detail": NOT_ALLOWED_SENTENCE, "code": NOT_ALLOWED}


def wants_page(headers: Headers) -> bool:
    """Whether a person will see the response, according to `Accept` and `X-Requested-With`.

    A browser that opens a page sends `text/html`. A program that accepts any type is treated like a browser. The core
    also checks `Sec-Fetch-Mode` and `Sec-Fetch-Dest`.

    Args:
        headers: The headers of the request.
    """
    if str(headers.get("X-Requested-With") or "").strip().lower() == "xmlhttprequest":
        return False
    accepted = dict(_accepted(str(headers.get("Accept") or "")))
    if not accepted:
        return True
    page = max((accepted[kind] for kind in _OF_PAGES if kind in accepted), default=None)
    others = [weight for kind, weight in accepted.items() if kind not in _OF_PAGES | _OF_ANYTHING]
    if page is not None:
        data = max((weight for kind, weight in accepted.items() if _is_data(kind)), default=0.0)
        return page > 0 and page >= data
    return not others and any(accepted.values())


def is_for_a_person(headers: Headers) -> bool:
    """Whether a request certainly comes from a page, for example from a form, and not from a script."""
    accepted = dict(_accepted(str(headers.get("Accept") or "")))
    mode = str(headers.get("Sec-Fetch-Mode") or "navigate").strip().lower()
    return mode == "navigate" and wants_page(headers) and any(accepted.get(kind, 0) > 0 for kind in _OF_PAGES)


def _is_data(kind: str) -> bool:
    return kind.endswith(("/json", "+json"))


def _accepted(header: str) -> Iterable[tuple[str, float]]:
    """The media types in an `Accept` header with their weights (RFC 9110 12.5.1)."""
    for part in header.split(","):
        kind, *parameters = (each.strip().lower() for each in part.split(";"))
        if not kind:
            continue
        weight = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                try:
                    weight = float(value)
                except ValueError:
                    weight = 0.0
        yield kind, weight
