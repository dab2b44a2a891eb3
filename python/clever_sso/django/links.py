"""The link between a user who is signed in and a person at Clever: how it begins, and what comes back.

The session keeps which logins were begun to link, each under its key. So a login that another site or another tab began
links nothing; and one that takes too long is restarted as a link, instead of signing in somebody else.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError

from clever_sso._native import login_key
from clever_sso._web.arrival import LoggedOutError, Problem, Refused, problem_of
from clever_sso._web.hosts import redirect_uri_at
from clever_sso._web.request import as_shown, parameters
from clever_sso.django import accounts, conf
from clever_sso.exceptions import ArgumentError, Error

if TYPE_CHECKING:
    from django.http import HttpRequest

    from clever_sso._native import Login
    from clever_sso._web.arrival import SignIn

logger = logging.getLogger("clever_sso.django")
LINKING_KEY = "clever_sso_linking"
LINK_REFUSED = "link_refused"
LAST_WAY_IN = "the user has no password, and could not log in any more"
LAST_WAY_IN_SENTENCE = "Please set a password first. Without one you could not log in any more."
_MOST = 8


def begin(request: HttpRequest, query: str) -> Login:
    """Begin a login that links. Clever asks who it is: the device may be shared.

    Raises:
        Refused: When this user may not be linked.
        Error: As `begin_login`.
    """
    reason = accounts.staff_reason(request.user)
    if reason:
        raise Refused(accounts.STAFF_SENTENCE, reason=reason)
    wanted = as_shown(parameters(query).get("next", "")) or None
    login = _begin(request, wanted)
    _keep(request, {**_kept(request), login.key: str(request.user.pk)})
    return login


def _begin(request: HttpRequest, wanted: str | None) -> Login:
    client, cookies = conf.client(), request.META.get("HTTP_COOKIE")
    try:
        return client.begin_login(
            cookies=cookies,
            redirect_uri=redirect_uri_at(client.redirect_uris, conf.host()),
            return_to=wanted,
            switch_user=True,
            has_session=True,
        )
    except ArgumentError as error:
        if wanted is None:
            raise
        logger.warning("a login goes on without its `next`: %s", error)
        return _begin(request, None)


def begun_here(request: HttpRequest, query: str) -> bool:
    """Whether this callback belongs to a login that links, begun in this session by who is signed in now."""
    # Most callbacks come without a session, and get none.
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    user = _kept(request).get(login_key(query) or "")
    return bool(user is not None and request.user.is_authenticated and user == str(request.user.pk))


def go_on(request: HttpRequest, query: str, login: Login) -> None:
    """The login was restarted: what it was for stays the same."""
    kept = _kept(request)
    kept[login.key] = kept.pop(login_key(query) or "")
    _keep(request, kept)


def finish(request: HttpRequest, query: str, step: SignIn) -> SignIn | Problem:
    """Link the person who proved a login to the user who is signed in.

    Raises:
        LoggedOutError: When somebody has logged out since this request came.
    """
    kept = _kept(request)
    del kept[login_key(query) or ""]
    _keep(request, kept)
    _check_that_it_is_there(request)
    try:
        identity = accounts.with_older_ids(step.identity, step.tokens, conf.client())
        account = accounts.link(request.user, identity)
    except Refused as refused:
        return problem_of_link(refused, step.identity.id)
    except Error as error:
        return problem_of(error)
    _check_that_it_is_there(request)
    # Another right than before: another id of the session.
    request.session.cycle_key()
    logger.info("linked with Clever: Clever id %s to user %s", account.clever_id, request.user.pk)
    return step


def _check_that_it_is_there(request: HttpRequest) -> None:
    # `cycle_key` writes a session under a new id, whether or not somebody has ended it.
    try:
        request.session.save()
    except UpdateError:
        raise LoggedOutError from None


def problem_of_link(refused: Refused, clever_id: str | None = None) -> Problem:
    """What to show when a link is not made or not deleted. Who is signed in stays so."""
    return Problem(LINK_REFUSED, refused.sentence, 403, ends_session=False, error=refused, clever_id=clever_id)


def _kept(request: HttpRequest) -> dict[str, Any]:
    kept = request.session.get(LINKING_KEY)
    return dict(kept) if isinstance(kept, dict) else {}


def _keep(request: HttpRequest, entries: dict[str, Any]) -> None:
    if entries:
        request.session[LINKING_KEY] = dict(list(entries.items())[-_MOST:])
    else:
        request.session.pop(LINKING_KEY, None)
