"""Login, callback and logout."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.contrib import auth
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_GET, require_POST, require_safe

from clever_sso._web import pages
from clever_sso._web.arrival import (
    Problem,
    Refused,
    SignIn,
    Step,
    ToClever,
    onwards,
    problem_of,
    problem_of_refusal,
    should_wait,
    step_of,
)
from clever_sso._web.cookie import TEN_MINUTES
from clever_sso._web.identity import SESSION_KEY, SessionIdentity
from clever_sso.django import conf, signals
from clever_sso.exceptions import ArgumentError, Error

if TYPE_CHECKING:
    from django.http import HttpRequest

logger = logging.getLogger("clever_sso.django")


@require_safe
def login(request: HttpRequest) -> HttpResponse:
    """Begin a login. `next` is where the person goes afterwards, `district_id` skips Clever's school picker."""
    district_id = request.GET.get("district_id") or None
    client = conf.client()
    try:
        begun = client.begin_login(return_to=request.GET.get("next") or None, district_id=district_id)
    except ArgumentError:
        # An address outside the application: whoever made the link learns nothing, and nobody is sent there.
        begun = client.begin_login(district_id=district_id)
    return _take(request, ToClever.of(begun))


@require_GET  # Whoever only looks, by HEAD, must not spend the code.
def callback(request: HttpRequest) -> HttpResponse:
    """Finish a login: one that began here, or one that began at Clever."""
    query = request.META.get("QUERY_STRING", "")
    if conf.waiting_page() and should_wait(request.GET):
        return HttpResponse(pages.waiting(onwards(query)), headers=pages.OWN_HEADERS)
    try:
        step = step_of(conf.client().finish_login(query, request.COOKIES.get(conf.cookie().name)))
    except Error as error:
        step = problem_of(error)
    return _take(request, step)


@require_POST
@csrf_protect  # whether or not the middleware is there
def logout(request: HttpRequest) -> HttpResponse:
    """Forget who is signed in. The person stays signed in at Clever, as Clever wants it."""
    auth.logout(request)
    return _private(_redirect(conf.after_logout()))


def _take(request: HttpRequest, step: Step) -> HttpResponse:
    """Answer the browser."""
    if isinstance(step, SignIn):
        try:
            return _private(_with_pending(_sign_in(request, step), "", 0))
        except Refused as refused:
            step = problem_of_refusal(refused)
    if isinstance(step, ToClever):
        return _private(_with_pending(_redirect(step.url), step.pending, TEN_MINUTES))
    logger.warning("login with Clever failed: %s", step)
    if step.ends_session:
        _forget(request)
    # A receiver that raises is logged: somebody who waits for a page is not to go without it.
    signals.login_denied.send_robust(Problem, request=request, problem=step)
    return _private(_with_pending(_problem_page(request, step), "", 0))


def _sign_in(request: HttpRequest, step: SignIn) -> HttpResponse:
    # Whoever was signed in on this device is forgotten first: nothing of their session is carried over, and nobody goes
    # on as somebody else when the next lines refuse this person.
    _forget(request)
    try:
        user = auth.authenticate(request, clever_identity=step.identity)
        if user is None:
            raise Refused  # noqa: TRY301  (what follows a refusal here follows one by a receiver)
        auth.login(request, user)
        request.session[SESSION_KEY] = SessionIdentity.of(step.identity).to_session()
        signals.signed_in.send(type(user), request=request, user=user, identity=step.identity, tokens=step.tokens)
    except BaseException:
        _forget(request)
        raise
    return _redirect(step.return_to or conf.after_login())


def _forget(request: HttpRequest) -> None:
    """Nobody is signed in any more, even when a receiver of Django's own signal raises."""
    try:
        auth.logout(request)
    finally:
        request.session.flush()


def _problem_page(request: HttpRequest, problem: Problem) -> HttpResponse:
    login_url = reverse("clever_sso:login")
    template = conf.problem_template()
    if template:
        return render(request, template, {"problem": problem, "login_url": login_url}, status=problem.status)
    page = pages.problem(problem.sentence, problem.code, login_url)
    return HttpResponse(page, status=problem.status, headers=pages.OWN_HEADERS)


def _redirect(url: str) -> HttpResponse:
    # Not Django's own class, which answers with 302 and looks at the scheme: the address is one that was checked.
    return HttpResponse(status=303, headers={"Location": url})


def _with_pending(response: HttpResponse, pending: str, max_age: int) -> HttpResponse:
    cookie = conf.cookie()
    response.set_cookie(cookie.name, pending, max_age=max_age, **cookie.attributes())
    return response


def _private(response: HttpResponse) -> HttpResponse:
    for name, value in pages.HEADERS.items():
        response.headers.setdefault(name, value)
    return response
