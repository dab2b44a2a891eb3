"""Login, callback and logout."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.contrib import auth
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from clever_sso._web import pages
from clever_sso._web.arrival import Problem, SignIn, Step, ToClever, problem_of, should_wait, step_of, waited_query
from clever_sso._web.cookie import TEN_MINUTES
from clever_sso._web.identity import SESSION_KEY, SessionIdentity
from clever_sso.django import conf, signals
from clever_sso.exceptions import ArgumentError, Error

if TYPE_CHECKING:
    from django.http import HttpRequest

logger = logging.getLogger("clever_sso.django")
BACKEND = "clever_sso.django.backend.CleverBackend"


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


@require_safe
def callback(request: HttpRequest) -> HttpResponse:
    """Finish a login: one that began here, or one that began at Clever."""
    query = request.META.get("QUERY_STRING", "")
    if conf.waiting_page() and should_wait(request.GET):
        return HttpResponse(pages.waiting(f"{request.path}?{waited_query(query)}"), headers=pages.OWN_HEADERS)
    try:
        outcome = conf.client().finish_login(query, request.COOKIES.get(conf.cookie().name))
    except Error as error:
        return _take(request, problem_of(error))
    return _take(request, step_of(outcome))


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """Forget who is signed in. The person stays signed in at Clever, as Clever wants it."""
    auth.logout(request)
    return _private(_redirect(conf.after_logout()))


def _take(request: HttpRequest, step: Step) -> HttpResponse:
    """Answer the browser."""
    if isinstance(step, ToClever):
        return _private(_with_pending(_redirect(step.url), step.pending, TEN_MINUTES))
    if isinstance(step, SignIn):
        return _private(_with_pending(_sign_in(request, step), "", 0))
    logger.warning("login with Clever failed: %s", step)
    if step.ends_session:
        auth.logout(request)
    signals.login_denied.send(Problem, request=request, problem=step)
    return _private(_with_pending(_problem_page(request, step), "", 0))


def _sign_in(request: HttpRequest, step: SignIn) -> HttpResponse:
    # Whoever was signed in on this device is forgotten first: nothing of their session is carried over, and nobody goes
    # on as somebody else when the next lines refuse this person.
    request.session.flush()
    user = auth.authenticate(request, clever_identity=step.identity)
    if user is None:
        raise PermissionDenied
    auth.login(request, user)
    request.session[SESSION_KEY] = SessionIdentity.of(step.identity).to_session()
    signals.signed_in.send(type(user), request=request, user=user, identity=step.identity, tokens=step.tokens)
    return _redirect(step.return_to or conf.after_login())


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
