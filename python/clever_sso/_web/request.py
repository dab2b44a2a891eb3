"""What is decided by a request alone, before anybody asks who is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

# What RFC 3986 3.3 allows in a path as it is.
_PATH_CHARACTERS = "/:@!$&'()*+,;=-._~"


def can_be_sent_to_log_in(method: str, fetch_mode: str | None) -> bool:
    """Whether whoever made this request may be sent to Clever and come back to it.

    Not a form, which would be lost on the way, and not a request of a script or an image (`Sec-Fetch-Mode`): it cannot
    follow to Clever, and ten of them at once would begin ten logins.
    """
    return method in {"GET", "HEAD"} and fetch_mode in {None, "", "navigate", "nested-navigate"}


def address(root: str, path: str, query: str) -> str:
    """The address of a request as the browser knows it.

    Args:
        root: The path below which the application is mounted.
        path: The path inside the application, decoded.
        query: The query, as it came.
    """
    quoted = quote(root + path, safe=_PATH_CHARACTERS)
    return f"{quoted}?{query}" if query else quoted


def inside(root: str, target: str) -> str:
    """Where a configured target is: a path is one inside the application, anything else is left as it is."""
    return root + target if target.startswith("/") else target


def paths_of(redirect_uris: Iterable[str]) -> set[str]:
    """The paths of the redirect URIs, as the browser knows them."""
    return {urlsplit(uri).path or "/" for uri in redirect_uris}


def misplaced(path: str, redirect_uris: Iterable[str], query: Container[str]) -> str | None:
    """What is set up wrongly when a callback arrives at an address where nothing is; `None` when it is no callback.

    Args:
        path: The path of the request, as the browser must know it for all that the application is told.
        redirect_uris: Those of the client.
        query: The parameters of the request.
    """
    if not any(name in query for name in ("code", "error")):
        return None
    for known in paths_of(redirect_uris):
        if known == path:
            return f"the redirect URI leads to {path}, where nothing is: the application does not know of a prefix"
        longer, shorter = sorted((known, path), key=len, reverse=True)
        prefix = longer.removesuffix(shorter)
        if not longer.endswith(shorter) or not prefix.startswith("/"):
            continue
        done = "takes off" if known == longer else "adds"
        return (
            f"the redirect URI leads to {known}, but this callback arrived at {path}: a proxy {done} {prefix}, and the "
            "application does not know"
        )
    return None
