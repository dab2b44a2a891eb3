"""Signs a person in: asks the application first, creates the new session, and calls the application's own code."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from clever_sso._web import log_lines
from clever_sso._web.arrival import (
    Problem,
    Refused,
    TooLargeError,
    check_size,
    problem_of_sign_in,
    without_sign_in,
)
from clever_sso._web.before import HELD_KEY, ProvenLogin, make_room, others_of
from clever_sso._web.identity import SESSION_KEY, SessionIdentity
from clever_sso.asgi.addresses import home
from clever_sso.asgi.request import SIGNED_IN, WHEN_FAILED, result_of
from clever_sso.asgi.sessions import (
    check_that_it_is_there,
    cookie_size,
    end_linked,
    end_replaced,
    is_in_browser,
    replace_session,
    session_of,
)
from clever_sso.exceptions import Error

if TYPE_CHECKING:
    from starlette.requests import Request

    from clever_sso._web.arrival import SignIn
    from clever_sso._web.before import Waiting
    from clever_sso.asgi.settings import Settings

logger = logging.getLogger("clever_sso.asgi")


async def sign_in(
    settings: Settings, request: Request, step: SignIn, *, is_decided: bool, waiting: str | None
) -> Response | Problem:
    """Sign the person in, unless the application decides otherwise.

    Args:
        settings: The settings of the application.
        request: The request.
        step: The login.
        is_decided: Whether the application has already let the person in.
        waiting: The id of the session that held the login.

    Raises:
        LoggedOutError: When the person has logged out in the meantime.
    """
    key: str | None = getattr(request.scope.get("session_handler"), "session_id", None)
    signing_in = SessionIdentity.of(step.identity, settings.chosen.session_seconds)
    others = others_of(session_of(request), step.identity)
    replaced = await replace_session(request, signing_in, settings.rotate_session, waiting)
    done: Response | Problem | None = None
    try:
        welcomed = await _welcomed(settings, request, step, others, is_decided=is_decided)
        is_in = isinstance(welcomed, Response) and SESSION_KEY in session_of(request)
        if (replaced or waiting) and key is not None and is_in:
            await check_that_it_is_there(request, key)
        if is_in:
            logger.info("%s", log_lines.signed_in(step.identity))
        done = welcomed
        return done
    finally:
        if replaced and not (isinstance(done, Response) and SESSION_KEY in session_of(request)):
            await end_linked(request, replaced)
        if waiting:
            await end_replaced(request, [waiting])


async def _welcomed(
    settings: Settings, request: Request, step: SignIn, others: Waiting | None, *, is_decided: bool
) -> Response | Problem:
    try:
        if not is_decided:
            # Until the application accepts the person, the session has no person.
            session = session_of(request)
            signed_in_as = session.pop(SESSION_KEY)
            waits = await _decide(settings, request, step, others)
            if waits is not None:
                if settings.rotate_session is None:
                    make_room(session, partial(cookie_size, request), 1)
                    check_size(cookie_size(request))
                line = log_lines.responded(step.identity, waits.status_code, is_held=bool(session.get(HELD_KEY)))
                logger.info("%s", line)
                return waits
            session[SESSION_KEY] = signed_in_as
        hook = settings.hooks.sign_in
        answer = _response_of("on_sign_in", await result_of(hook, request, step)) if hook is not None else None
        if others is not None:
            session_of(request)[HELD_KEY] = others
        if settings.rotate_session is None:
            make_room(session_of(request), partial(cookie_size, request), 0)
            check_size(cookie_size(request))
    except (Refused, TooLargeError, Error) as error:
        return problem_of_sign_in(settings.client, step, error)
    except HTTPException as error:
        session_of(request).clear()
        # The login is over, whatever responds instead of this route.
        request.scope.get(WHEN_FAILED, []).extend(without_sign_in(settings.client, step))
        logger.warning("%s", log_lines.raised(step.identity, error))
        raise
    except Exception as error:
        # If the exception propagated, the session would not be saved, and the previous person would stay signed in.
        logger.exception("the application's own code failed during a sign-in")
        return problem_of_sign_in(settings.client, step, error)
    request.scope.get(SIGNED_IN, set()).add(True)
    return answer or RedirectResponse(step.return_to or home(settings, request), 303)


async def _decide(settings: Settings, request: Request, step: SignIn, others: Waiting | None) -> Response | None:
    """The application's decision before the person is signed in: a response, or `None` to continue."""
    if settings.hooks.before_sign_in is None:
        return None
    session = session_of(request)
    proven = ProvenLogin.of(
        step,
        request=request,
        client=settings.client,
        session=session,
        in_browser=settings.rotate_session is None and is_in_browser(request),
        others=others,
    )
    answer = await result_of(settings.hooks.before_sign_in, proven)
    proven.check_held(answer)
    response = _response_of("before_sign_in", answer)
    if response is not None:
        proven.note_redirect(response.status_code)
    return response


def _response_of(hook: str, answer: object) -> Response | None:
    if answer is not None and not isinstance(answer, Response):
        raise TypeError(f"{hook} must return a response or None, not {type(answer).__name__}")
    return answer
