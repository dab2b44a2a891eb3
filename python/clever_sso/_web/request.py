"""What is decided by a request alone, before anybody asks who is signed in."""

from __future__ import annotations

from urllib.parse import quote

# What RFC 3986 3.3 allows in a path as it is.
_PATH_CHARACTERS = "/:@!$&'()*+,;=-._~"


def can_be_sent_to_log_in(method: str, fetch_mode: str | None) -> bool:
    """Whether whoever made this request may be sent to Clever and come back to it.

    Not a form, which would be lost on the way, and not a request of a script or an image (`Sec-Fetch-Mode`): it cannot
    follow to Clever, and ten of them at once would begin ten logins.
    """
    return method in {"GET", "HEAD"} and fetch_mode in {None, "", "navigate"}


def is_from_another_site(fetch_site: str | None) -> bool:
    """Whether a browser says that another site made this request (`Sec-Fetch-Site`)."""
    return fetch_site == "cross-site"


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
