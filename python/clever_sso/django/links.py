"""Links a signed-in user to a person at Clever: begins the link and lets the user confirm it.

The session records which logins were begun to link, each under its key. So a login that another site or tab began links
nothing, and a login that takes too long restarts as a link instead of signing in another person.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpResponse
from django.urls import reverse
from django.utils.encoding import iri_to_uri
from django.utils.http import url_has_allowed_host_and_scheme

from clever_sso._native import login_key
from clever_sso._web.arrival import LINK_REFUSED, LoggedOutError, Problem, Refused, problem_of
from clever_sso._web.before import TEN_MINUTES
from clever_sso._web.copies import IdentityCopy
from clever_sso._web.hosts import redirect_uri_at
from clever_sso._web.request import as_shown, parameters
from clever_sso.django import accounts, conf
from clever_sso.exceptions import ArgumentError, Error

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from clever_sso._native import Identity, Login
    from clever_sso._web.arrival import SignIn
    from clever_sso.django.accounts import AnyIdentity

logger = logging.getLogger("clever_sso.django")
LINKING_KEY = "clever_sso_linking"
CONFIRM_KEY = "clever_sso_link_to_confirm"
LAST_WAY_IN = "the user has no password, and could not log in anymore"
LAST_WAY_IN_SENTENCE = "Please set a password first. Without one, you cannot log in again."
_MOST = 8


def begin(request: HttpRequest, query: str) -> Login:
    """Begin a login that links. Clever asks students to confirm who they are, and our own page asks everyone.

    Raises:
        Refused: When this user may not be linked.
        Error: The same as `begin_login`.
    """
    accounts.check_staff(request.user)
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
        logger.warning("a login continues without its `next`: %s", error)
        return _begin(request, None)


def wanted_after(query: str) -> str | None:
    """The page of this site in `next`; `None` if `next` is missing or leads to another site."""
    wanted = as_shown(parameters(query).get("next", ""))
    # Django's own rule for safe redirects.
    is_here = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return iri_to_uri(wanted) if is_here else None


def begun_here(request: HttpRequest, query: str) -> bool:
    """Whether this callback belongs to a login that links, and that the signed-in user began in this session."""
    # Most callbacks have no session, and get none.
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    user = _kept(request).get(login_key(query) or "")
    return bool(user is not None and request.user.is_authenticated and user == str(request.user.pk))


def go_on(request: HttpRequest, query: str, login: Login) -> None:
    """Remember the purpose of a login that was restarted."""
    kept = _kept(request)
    kept[login.key] = kept.pop(login_key(query) or "")
    _keep(request, kept)


def finish(
    request: HttpRequest,
    query: str,
    step: SignIn,
    *,
    find: Callable[[Identity], Any],
    decide: Callable[[HttpRequest, SignIn], HttpResponse | None],
) -> SignIn | Problem | HttpResponse:
    """Ask the signed-in user to confirm the link to the person who logged in, unless the link is not allowed.

    Returns:
        A `SignIn` if both are already linked; then nothing was written. Otherwise the redirect to the page that asks,
        the application's own response, or the error page.

    Raises:
        LoggedOutError: When the person has logged out since this request came.
    """
    kept = _kept(request)
    del kept[login_key(query) or ""]
    _keep(request, kept)
    _check_that_it_is_there(request)
    try:
        identity = accounts.with_older_ids(step.identity, step.tokens, conf.client())
        step = replace(step, identity=identity)
        accounts.check_link(request.user, identity)
        known = accounts.link_of(identity)
        if known is None:
            accounts.check_no_other(request.user, identity)
        _check_no_owner(request.user, identity, find)
        answer = decide(request, step) if known is None else None
    except Refused as refused:
        return problem_of_link(refused, step)
    except Error as error:
        return of_a_link(replace(problem_of(error), clever_id=step.identity.id), step.return_to)
    if known is not None or answer is not None:
        return step if answer is None else answer
    request.session[CONFIRM_KEY] = {
        "key": token_urlsafe(12),
        "ends_at": int(time.time()) + TEN_MINUTES,
        "user": str(request.user.pk),
        "identity": IdentityCopy.of(identity).without_details().to_session(),
        "return_to": step.return_to,
    }
    _check_that_it_is_there(request)
    return HttpResponse(status=303, headers={"Location": reverse("clever_sso:confirm_link")})


def _check_no_owner(user: Any, identity: AnyIdentity, find: Callable[[Identity], Any]) -> None:  # noqa: ANN401  (a user model may be anything)
    """Refuse a person who already is another user, by a link or by `CLEVER_MATCH_USER`.

    If that person is only matched and not yet linked, this link would keep them from their own user forever.

    Raises:
        AlreadyLinked: With a sentence for the person.
    """
    owner = find(cast("Identity", identity))
    if owner is not None and owner.pk != user.pk:
        raise accounts.AlreadyLinked


@dataclass(frozen=True)
class Waiting:
    """A link that waits for the user's confirmation."""

    key: str
    identity: IdentityCopy
    return_to: str | None


def waiting(request: HttpRequest) -> Waiting | None:
    """The link that waits for the signed-in user's confirmation; `None` if there is none."""
    kept = request.session.get(CONFIRM_KEY)
    if not isinstance(kept, dict) or not request.user.is_authenticated:
        return None
    try:
        is_mine = kept["user"] == str(request.user.pk) and kept["ends_at"] > time.time()
        found = Waiting(str(kept["key"]), IdentityCopy.from_session(kept["identity"]), kept["return_to"])
    except (KeyError, TypeError, ValueError):
        return None
    return found if is_mine else None


def confirm(request: HttpRequest, link: Waiting, *, find: Callable[[Identity], Any]) -> Problem | None:
    """The user said yes: save the link, unless the person became another user in the meantime.

    Raises:
        LoggedOutError: When the person has logged out since this request came.
    """
    request.session.pop(CONFIRM_KEY, None)
    _check_that_it_is_there(request)
    try:
        _check_no_owner(request.user, link.identity, find)
        account = accounts.link(request.user, link.identity, allow_several=False)
    except Refused as refused:
        return problem_of_link(refused, link)
    except Error as error:
        return of_a_link(replace(problem_of(error), clever_id=link.identity.id), link.return_to)
    _check_that_it_is_there(request)
    # The session has new rights now, so it gets a new id.
    request.session.cycle_key()
    logger.info("linked with Clever: Clever id %s to user %s", account.clever_id, request.user.pk)
    return None


def cancel(request: HttpRequest) -> None:
    """The user said no: forget the link."""
    request.session.pop(CONFIRM_KEY, None)


def _check_that_it_is_there(request: HttpRequest) -> None:
    # `cycle_key` writes a session under a new id, even if a logout has ended it.
    try:
        request.session.save()
    except UpdateError:
        raise LoggedOutError from None


def problem_of_link(refused: Refused, step: SignIn | Waiting | None = None, return_to: str | None = None) -> Problem:
    """The error page when a link is not made or not deleted. The user stays signed in."""
    problem = Problem(
        LINK_REFUSED,
        refused.sentence,
        403,
        ends_session=False,
        error=refused,
        clever_id=step.identity.id if step else None,
    )
    return of_a_link(problem, step.return_to if step else return_to)


def of_a_link(problem: Problem, return_to: str | None = None) -> Problem:
    """The same when a signed-in user asked for a link: the user stays signed in, and the page has a link back."""
    goal = problem.return_to or return_to
    return replace(problem, ends_session=False, return_to=goal, home_url=goal or conf.after_login())


def _kept(request: HttpRequest) -> dict[str, Any]:
    kept = request.session.get(LINKING_KEY)
    return dict(kept) if isinstance(kept, dict) else {}


def _keep(request: HttpRequest, entries: dict[str, Any]) -> None:
    if entries:
        request.session[LINKING_KEY] = dict(list(entries.items())[-_MOST:])
    else:
        request.session.pop(LINKING_KEY, None)
