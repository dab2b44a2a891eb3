"""Decisions from the request alone, before the session is read."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

from clever_sso._native import login_key
from clever_sso._web.api import is_for_a_person, wants_page

if TYPE_CHECKING:
    import logging
    from collections.abc import Container, Iterable, Mapping
    from typing import Any

    from clever_sso._native import Client, SetCookie
    from clever_sso._web.api import Answer, Headers
    from clever_sso.aio import AsyncClient

# The characters that RFC 3986 3.3 allows in a path without encoding.
_PATH_CHARACTERS = "/:@!$&'()*+,;=-._~"
# Every ASCII byte: whatever a server accepts stays unchanged.
_ASCII = "".join(map(chr, range(0x21, 0x7F)))
LONGEST_GOAL = 1024
"""The longest target that `begin_login` accepts, in bytes."""
# More parameters than this are not read: no login has that many.
_MOST_PARAMETERS = 100
_FORBIDDEN = 403
_SUCCESS = 2
# Bytes outside ASCII, percent-encoded.
_ENCODED = re.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f])+")
# Characters that `finish_login` also percent-encodes in a path that it returns.
_ENCODED_ASCII = re.compile(r"%(?:22|3C|3E|5E|60|7B|7C|7D)")


def can_be_sent_to_log_in(client: Client | AsyncClient, method: str, headers: Headers) -> bool:
    """Whether this request can be redirected to Clever and repeated after the login.

    This excludes forms, whose data would be lost, and frames, images and scripts: the login would refuse them, and ten
    of them at once would begin ten logins.
    """
    if method not in {"GET", "HEAD"} or not wants_page(headers):
        return False
    refusal = client.refusal("login", method="GET", headers=headers)
    # A page that was only prefetched may be requested again, and can redirect then.
    return refusal is None or refusal.status != _FORBIDDEN


def answer_of_guard(client: Client | AsyncClient, method: str, headers: Headers) -> Answer:
    """How a guard responds to a request that it does not let in.

    Args:
        client: The client.
        method: The method of the request.
        headers: The headers of the request.

    Returns:
        `"log in"` to redirect the person to log in, `"page"` if they would lose form data or are in a frame, and
        `"json"` for a script.
    """
    if can_be_sent_to_log_in(client, method, headers):
        return "log in"
    return "page" if is_for_a_person(headers) else "json"


def kept_cookies(
    client: Client | AsyncClient,
    cookies: str | None,
    *,
    method: str,
    headers: Headers,
    status: int,
) -> tuple[SetCookie, ...]:
    """The cookies to set when a request came with a session.

    Args:
        client: The client.
        cookies: The `Cookie` header of the request.
        method: The method of the request.
        headers: The headers of the request.
        status: The status of the response.
    """
    kept = client.session_kept_cookies(cookies)
    if not any(cookie.max_age for cookie in kept):
        return kept
    # Only a person who sees a page is not in a loop. A redirect, an image or a response to a script is not a page.
    is_page = method == "GET" and status // 100 == _SUCCESS
    if is_page and client.refusal("login", method=method, headers=headers) is None:
        return kept
    return tuple(cookie for cookie in kept if not cookie.max_age)


def sent_headers(environ: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The headers of a request, for `Client.refusal`. Reading them from the framework's own objects takes longer.

    Args:
        environ: The WSGI `environ`, or Django's `META`. Servers also put other data there.
    """
    return [(name, value) for name, value in environ.items() if name.startswith("HTTP_")]


def parameters(query: str) -> dict[str, str]:
    """The parameters of a query, with the first value of each name. Frameworks handle invalid bytes in different ways.

    Args:
        query: The query as it came, one character for each byte.
    """
    text = query.encode("latin-1", "replace").decode("utf-8", "replace")
    first = "&".join(text.split("&", _MOST_PARAMETERS)[:_MOST_PARAMETERS])
    # Go backwards, so that the first value of a name wins.
    return dict(parse_qsl(first, keep_blank_values=True)[::-1])


def login_address(login: str, goal: str, logger: logging.Logger) -> str:
    """The URL where a guard sends people to log in and come back to `goal`.

    Args:
        login: The path of the login.
        goal: A path, as `address` returns it.
        logger: The logger for a warning if the goal is too long to keep.
    """
    size = len(goal.encode("utf-8", "replace"))
    if size > LONGEST_GOAL:
        # The login would refuse a longer path, and servers in front of the application limit the size of `Location`.
        logger.warning(
            "people continue without the page they wanted: its address has %d bytes, and the limit is %d",
            size,
            LONGEST_GOAL,
        )
        return login
    return f"{login}?{urlencode({'next': goal})}"


def own_pages(roots: Iterable[str], paths: Iterable[str]) -> frozenset[str]:
    """The login, callback and logout of an application. A login must not return to them: it would redirect forever.

    A callback at the root is left out, because it has the same path as the front page. `begin_login` recognizes it by
    the redirect URI.

    Args:
        roots: The path prefixes that the application may have.
        paths: The paths of its pages below each prefix.
    """
    paths = [path for path in paths if path.strip("/")]
    return frozenset(root.rstrip("/") + path for root in roots for path in paths)


def address(root: str, path: str, query: str) -> str:
    """The path and query of a request as the browser shows them.

    Args:
        root: The path prefix of the application in the browser.
        path: The path inside the application, decoded.
        query: The query as it came, one character for each byte.
    """
    quoted = quote(root + path, safe=_PATH_CHARACTERS)
    return as_shown(f"{quoted}?{as_sent(query)}" if query else quoted)


def as_sent(query: str) -> str:
    """A query with one character for each byte, as browsers send it: bytes outside ASCII are percent-encoded."""
    return quote(query, safe=_ASCII, encoding="latin-1", errors="replace")


def as_shown(target: str) -> str:
    """A path or URL as a browser shows it: non-ASCII letters are decoded, and nothing else changes.

    Percent-encoded, such a letter takes three times as many of the 1,024 bytes that `return_to` may have.
    `finish_login` encodes it again. Characters that must be encoded (spaces, control characters, bytes that are not
    UTF-8) stay encoded.
    """
    return _ENCODED.sub(lambda found: "".join(map(_shown, _text(found[0]))), target)


def as_typed(return_to: str) -> str:
    """The `return_to` of `finish_login` in the shortest form that `begin_login` accepts for the same page."""
    shown = as_shown(return_to)
    # Whole URLs follow other rules.
    return _ENCODED_ASCII.sub(lambda found: unquote(found[0]), shown) if shown.startswith("/") else shown


def _text(encoded: str) -> str:
    return bytes.fromhex(encoded.replace("%", "")).decode("utf-8", "surrogateescape")


def _shown(character: str) -> str:
    # The same rule as in the core: joining characters are invisible, but many languages need them.
    hidden = character.isspace() or unicodedata.category(character) in {"Cc", "Cs"}
    return quote(character, errors="surrogateescape") if hidden else character


def without_disguised_cookies(header: str) -> str:
    """A `Cookie` header without cookies that a framework would mistake for other cookies.

    Frameworks strip more characters around a name than RFC 6265 5.4 allows. So they read a name with a no-break space
    before `__Host-` as a `__Host-` cookie, which no other host of the domain could set.

    Args:
        header: The header as it came, one character for each byte.
    """
    pairs = header.split(";")
    kept = [pair for pair in pairs if not _is_disguised(pair.partition("=")[0].strip(" \t"))]
    return ";".join(kept) if len(kept) < len(pairs) else header


def _is_disguised(name: str) -> bool:
    if name.isascii() and name.isprintable():
        return False
    text = name.encode("latin-1", "replace").decode("utf-8", "replace")
    return name.strip() != name or text.strip() != text


def inside(root: str, target: str) -> str:
    """Adds the application's prefix to a configured path. A whole URL stays unchanged."""
    return root + target if target.startswith("/") else target


def is_redirect_uri(path: str, redirect_uris: Iterable[str]) -> bool:
    """Whether a path, as the browser sees it, is the path of a redirect URI. A trailing slash makes no difference."""
    return path.rstrip("/") in _paths_of(tuple(redirect_uris))


# This runs for every request.
@lru_cache(maxsize=64)
def _paths_of(redirect_uris: tuple[str, ...]) -> frozenset[str]:
    return frozenset(urlsplit(uri).path.rstrip("/") for uri in redirect_uris)


def prefix_of(redirect_uris: Iterable[str], callback: str) -> str:
    """The path prefix of the application in the browser, according to the redirect URIs; empty if they don't show one.

    Args:
        redirect_uris: Those of the client.
        callback: The path of the callback inside the application.
    """
    callback = callback.rstrip("/")
    paths = _paths_of(tuple(redirect_uris))
    prefixes = {path.removesuffix(callback) if path.endswith(callback) else "" for path in paths}
    prefix = prefixes.pop() if len(prefixes) == 1 else ""
    return prefix if prefix.startswith("/") else ""


def prefix_on_this_host(told: str) -> str:
    """The prefix from a server or a proxy, without its trailing slash; empty if it would lead to another host.

    A proxy that does not set this header itself passes on the header that the browser sent.
    """
    prefix = told.rstrip("/")
    is_path = prefix.startswith("/") and not prefix.startswith("//") and "\\" not in prefix and prefix.isprintable()
    return prefix if is_path else ""


def root_of(known: str, path: str, prefix: str) -> str:
    """The path prefix of the application in the browser.

    Args:
        known: The prefix according to the framework.
        path: The path of the request inside the application.
        prefix: The prefix in the redirect URIs. If a request has it, the proxy did not remove it.
    """
    return prefix_on_this_host(known) or ("" if f"{path}/".startswith(f"{prefix}/") else prefix)


def sends_to_log_in(here: str, location: str, login: Container[str]) -> bool:
    """Whether a redirect, sent instead of the login or the callback, leads back to the login: no one could ever log in.

    A redirect to https, or to the canonical host name, is fine.

    Args:
        here: The URL of the request.
        location: The target of the redirect.
        login: The paths of the login.
    """
    try:
        request, target = urlsplit(here), urlsplit(urljoin(here, location))
    except ValueError:
        # The Host header or the target is not valid.
        return False
    if (request.scheme, request.netloc) != (target.scheme, target.netloc):
        return False
    if target.path.rstrip("/") in login:
        return True
    # The redirect of a guard says where to come back to. A redirect for everyone, for example during maintenance, does
    # not.
    values = parse_qs(target.query).values()
    return target.path != request.path and any(request.path in value for each in values for value in each)


def misplaced(  # noqa: PLR0913  (they are keyword arguments)
    path: str,
    redirect_uris: Iterable[str],
    query: str,
    *,
    cookies: str | None,
    expected: str = "",
    setting: str = "",
) -> str | None:
    """What is wrong with the setup when a callback arrives at a path without a route; `None` for other requests.

    Anyone can request any URL. So the path of the redirect URI below another prefix counts only if this browser began
    the login that comes back.

    Args:
        path: The path of the request in the browser, as far as the application can tell.
        redirect_uris: Those of the client.
        query: The query of the request, as it came.
        cookies: The `Cookie` header of the request.
        expected: The path of the callback inside the application if a proxy removes the prefix of the redirect URI.
        setting: The setting for the path of the callback inside the application, if there is one.
    """
    if not {"code", "error"} & set(parameters(query)):
        return None
    path = path.rstrip("/")
    for known in _paths_of(tuple(redirect_uris)):
        if known == path:
            return (
                f"the redirect URI leads to {path}, where the application has no page: it does not know about the "
                "prefix of that path"
            )
        longer, shorter = sorted((known, path), key=len, reverse=True)
        prefix = longer.removesuffix(shorter)
        if not shorter or not longer.endswith(shorter) or not prefix.startswith("/"):
            continue
        if path != expected.rstrip("/") and not _began_here(query, cookies):
            continue
        done, advice = ("removes", setting and f". Set {setting} to {path}") if known == longer else ("adds", "")
        return (
            f"the redirect URI leads to {known}, but this callback arrived at {path}: a proxy {done} {prefix}, and the "
            f"application does not know{advice}"
        )
    return None


def _began_here(query: str, cookies: str | None) -> bool:
    """Whether the browser has a pending login with the state of this callback."""
    key = login_key(query)
    names = {pair.partition("=")[0].strip() for pair in (cookies or "").split(";")}
    return key is not None and any(name.endswith(f"clever_login_{key}") for name in names)
