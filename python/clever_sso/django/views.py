"""Login, callback and logout."""

from __future__ import annotations

import dataclasses
import functools
import logging
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.contrib import auth
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.contrib.sessions.backends.signed_cookies import SessionStore as InCookies
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import get_script_prefix, reverse
from django.views.decorators.csrf import csrf_protect

from clever_sso._native import Restart
from clever_sso._settings import invalid
from clever_sso._web import api, log_lines, pages
from clever_sso._web.arrival import (
    HANDLED,
    LoggedOutError,
    Problem,
    Refused,
    SignIn,
    Step,
    ToClever,
    TooLargeError,
    arrived,
    begun,
    check_size,
    onwards,
    problem_of,
    problem_of_sign_in,
    should_wait,
    step_of,
    with_answer,
    without_sign_in,
)
from clever_sso._web.before import HELD_KEY, TEN_MINUTES, HeldLogin, ProvenLogin, make_room, others_of
from clever_sso._web.identity import SESSION_KEY, Linked, SessionIdentity
from clever_sso._web.request import own_pages, sent_headers
from clever_sso.django import accounts, conf, links, signals
from clever_sso.django.access import current_identity, told_to_log_in
from clever_sso.django.language import words_of_page
from clever_sso.django.sessions import take_held
from clever_sso.exceptions import Error

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal

    from django.http import HttpRequest

    from clever_sso._native import Identity, SetCookie
    from clever_sso._web.before import Waiting
    from clever_sso.django.backend import CleverBackend

    View = Callable[[HttpRequest], HttpResponse]

logger = logging.getLogger("clever_sso.django")
ASKED = "clever_sso.asked"
"""The key in `request.META` that marks a request to one of these views."""
WHEN_FAILED = "clever_sso.when_failed"
"""The key in `request.META` for the cookies to set when a sign-in failed and other code responds."""
# Like Django's `login_not_required`, for its LoginRequiredMiddleware, and like the attributes for other well-known
# guards.
NOT_GUARDED = {"login_required": False, "login_exempt": True, "STRONGHOLD_IS_PUBLIC": True}


class _EveryDatabase:
    """The databases in which Django opens no transaction around these views."""

    def __contains__(self, _: object) -> bool:
        return True


def _open_to_all(endpoint: Literal["login", "callback", "logout"]) -> Callable[[View], View]:
    """Decorator of the views: lets in people who are not logged in, and refuses requests that must not act."""

    def decorator(view: View) -> View:
        @functools.wraps(view)
        def asked(request: HttpRequest) -> HttpResponse:
            request.META[ASKED] = True
            headers = sent_headers(request.META)
            refusal = conf.client().refusal(endpoint, method=request.method or "", headers=headers)
            if refusal is None:
                return _private(view(request))
            allow = {"Allow": refusal.allow} if refusal.allow else {}
            return _private(HttpResponse(status=refusal.status, headers=allow))

        # The views use transactions of their own, and begin them with a write if the database needs that.
        asked._non_atomic_requests = _EveryDatabase()  # type: ignore[attr-defined]  # noqa: SLF001  (as `non_atomic_requests`)
        for mark, value in NOT_GUARDED.items():
            setattr(asked, mark, value)
        # The refusal comes first, because it handles other methods and forms on other sites. The logout view checks the
        # CSRF token itself if the headers do not prove which site the form was on.
        asked.csrf_exempt = True  # type: ignore[attr-defined]
        return asked

    return decorator


@_open_to_all("login")
def login(request: HttpRequest) -> HttpResponse:
    """Begin a login. `next` is where the person goes afterwards, `district_id` skips Clever's school picker."""
    step = begun(
        conf.client(),
        query_of(request),
        own_pages=_own_pages,
        cookies=request.META.get("HTTP_COOKIE"),
        has_session=request.user.is_authenticated or HELD_KEY in request.session,
        home=conf.after_login(),
        logger=logger,
        session_cookie=_session_cookie,
        host=conf.host,
    )
    return take(request, step)


def query_of(request: HttpRequest) -> str:
    """The query as it came, one character for each byte."""
    # Under ASGI, Django has decoded it.
    scope = getattr(request, "scope", None) or {}
    query: str | bytes = scope.get("query_string") or request.META.get("QUERY_STRING", "")
    return query.decode("latin-1") if isinstance(query, bytes) else query


def _own_pages() -> frozenset[str]:
    """The pages that a login must not return to."""
    views = [
        reverse(f"clever_sso:{name}") for name in ("login", "callback", "logout", "link", "confirm_link", "unlink")
    ]
    # `reverse` adds the prefix that is known now, but a request may come without it.
    root = get_script_prefix().rstrip("/")
    inside = [path.removeprefix(root) for path in views]
    return own_pages({"", root, conf.prefix()}, inside)


def _session_cookie() -> str:
    names = ("NAME", "DOMAIN", "PATH", "SECURE")
    return ", ".join(f"SESSION_COOKIE_{name} {getattr(settings, f'SESSION_COOKIE_{name}')!r}" for name in names)


@_open_to_all("callback")
def callback(request: HttpRequest) -> HttpResponse:
    """Finish a login: one that began here, or one that began at Clever."""
    query = query_of(request)
    if conf.waiting_page() and should_wait(query):
        return HttpResponse(pages.waiting(onwards(query), words_of_page()), headers=pages.OWN_HEADERS)
    linking = links.begun_here(request, query)
    try:
        client = conf.client()
        outcome = client.finish_login(arrived(client, query, conf.host), request.META.get("HTTP_COOKIE"))
        step = step_of(outcome)
    except Error as error:
        outcome, step = None, problem_of(error)
    if not linking:
        return take(request, step)
    if isinstance(outcome, Restart):
        links.go_on(request, query, outcome.login)
    elif isinstance(step, SignIn):
        proven = step
        try:
            found = links.finish(request, query, proven, find=backend()[1].find, decide=_decide_link)
        except LoggedOutError:
            _forget(request)
            return _logged_out(proven)
        except Exception as error:
            logger.warning("%s", log_lines.raised(proven.identity, error))
            raise
        cookies = without_sign_in(conf.client(), proven)
        if isinstance(found, SignIn):
            return with_cookies(_redirect(found.return_to or conf.after_login()), cookies)
        if isinstance(found, HttpResponse):
            return with_cookies(found, cookies)
        step = dataclasses.replace(found, set_cookies=found.set_cookies or cookies)
    # The user asked for a link. Without it, they stay signed in.
    return take(request, links.of_a_link(step) if isinstance(step, Problem) else step)


@_open_to_all("logout")
def logout(request: HttpRequest) -> HttpResponse:
    """Sign the person out. They stay logged in at Clever, as Clever requires."""
    return _log_out(request) if _is_proven(request) else _log_out_with_token(request)


def _is_proven(request: HttpRequest) -> bool:
    """Whether a header proves that the form was on our own site. The refusal before this view found this out.

    A CSRF token would prove no more, and the token in an older tab is stale once another tab has signed in.
    """
    return any(request.headers.get(name, "").strip() for name in ("Sec-Fetch-Site", "Origin"))


def _log_out(request: HttpRequest) -> HttpResponse:
    end_session(request)
    return with_cookies(_redirect(conf.after_logout()), conf.client().log_out_cookies(request.META.get("HTTP_COOKIE")))


# Works with and without the middleware.
_log_out_with_token = csrf_protect(_log_out)


@_open_to_all("logout")
def link(request: HttpRequest) -> HttpResponse:
    """Let a signed-in user log in at Clever, to link both accounts."""
    return _link(request) if _is_proven(request) else _link_with_token(request)


def _link(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    try:
        login = links.begin(request, query_of(request))
    except Refused as refused:
        wanted = links.wanted_after(query_of(request))
        return take(request, links.problem_of_link(refused, return_to=wanted))
    except Error as error:
        return take(request, links.of_a_link(problem_of(error), links.wanted_after(query_of(request))))
    return take(request, ToClever.of(login))


def _decide_link(request: HttpRequest, step: SignIn) -> HttpResponse | None:
    """Ask the application before the user is asked about the link. Returns its response, or `None` to continue."""
    answer = _asked_hook(request, step, None, link_to=request.user)
    if answer is not None:
        logger.info("%s", log_lines.not_linked(step.identity, answer.status_code))
    return answer


def confirm_link(request: HttpRequest) -> HttpResponse:
    """Ask the signed-in user whether to link this person, and handle the confirmation."""
    if request.method not in {"GET", "HEAD"}:
        return _answer_link(request)
    request.META[ASKED] = True
    link = links.waiting(request)
    if link is None:
        return _private(_redirect(conf.after_login()))
    template, identity = conf.link_template(), link.identity
    name = identity.name.full or identity.id
    action, csrf = reverse("clever_sso:confirm_link"), get_token(request)
    if template:
        context = {"identity": identity, "name": name, "role": identity.user_type or "", "confirm_url": action}
        page = render(request, template, {**context, "key": link.key})
        page.headers.setdefault("X-Frame-Options", "DENY")
        return _private(page)
    hidden = {"csrfmiddlewaretoken": csrf, "key": link.key}
    names = (name, identity.user_type or "", request.user.get_username())
    own = pages.confirm_link(*names, action, hidden, words=words_of_page())
    return _private(HttpResponse(own, headers=pages.FORM_HEADERS))


@_open_to_all("logout")
def _answer_link(request: HttpRequest) -> HttpResponse:
    return _take_answer(request) if _is_proven(request) else _take_answer_with_token(request)


def _take_answer(request: HttpRequest) -> HttpResponse:
    link = links.waiting(request)
    if link is None or request.POST.get("key") != link.key:
        return _redirect(conf.after_login())
    if request.POST.get("answer") != "yes":
        links.cancel(request)
        return _redirect(link.return_to or conf.after_login())
    try:
        problem = links.confirm(request, link, find=backend()[1].find)
    except LoggedOutError:
        _forget(request)
        return _redirect(conf.after_logout())
    return _redirect(link.return_to or conf.after_login()) if problem is None else take(request, problem)


_take_answer_with_token = csrf_protect(_take_answer)


@_open_to_all("logout")
def unlink(request: HttpRequest) -> HttpResponse:
    """Let a signed-in user delete their links. If the session began with Clever, it ends."""
    return _unlink(request) if _is_proven(request) else _unlink_with_token(request)


def _unlink(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    wanted = links.wanted_after(query_of(request))
    if not request.user.has_usable_password():
        refused = Refused(links.LAST_WAY_IN_SENTENCE, reason=links.LAST_WAY_IN)
        return take(request, links.problem_of_link(refused, return_to=wanted))
    accounts.unlink(request.user)
    if SESSION_KEY not in request.session:
        return _redirect(wanted or conf.after_login())
    return _log_out(request)


_link_with_token = csrf_protect(_link)
_unlink_with_token = csrf_protect(_unlink)


def whoami(request: HttpRequest) -> HttpResponse:
    """The person who is signed in, as JSON for scripts; 401 if no one is."""
    if request.method not in {"GET", "HEAD"}:
        return _private(HttpResponse(status=405, headers={"Allow": "GET, HEAD"}))
    identity = current_identity(request)
    return told_to_log_in() if identity is None else HttpResponse(api.whoami(identity), headers=api.JSON_HEADERS)


for mark, value in NOT_GUARDED.items():
    setattr(whoami, mark, value)
    setattr(confirm_link, mark, value)
# Like `_open_to_all`: the view checks the CSRF token itself.
confirm_link.csrf_exempt = True  # type: ignore[attr-defined]
confirm_link._non_atomic_requests = _EveryDatabase()  # type: ignore[attr-defined]  # noqa: SLF001  (as `non_atomic_requests`)


def take(
    request: HttpRequest, step: Step, *, is_decided: bool = False, waiting: SessionBase | None = None
) -> HttpResponse:
    """Respond to the browser with the next step."""
    if isinstance(step, SignIn):
        try:
            return _sign_in(request, step, is_decided=is_decided, waiting=waiting)
        except LoggedOutError:
            return _logged_out(step)
        except (Refused, TooLargeError, Error) as error:
            step = problem_of_sign_in(conf.client(), step, error)
    if isinstance(step, ToClever):
        page = (
            HttpResponse(pages.moved(step.url, words_of_page()), headers=pages.OWN_HEADERS) if step.needs_page else None
        )
        return with_cookies(page or _redirect(step.url), step.set_cookies)
    logger.warning("login with Clever failed: %s", step)
    if step.ends_session:
        _forget(request)
    # If a receiver raises, the exception is only logged, so that the person still gets a page.
    step = step.linked(reverse("clever_sso:login"), conf.after_login())
    signals.login_denied.send_robust(Problem, request=request, problem=step)
    response = with_cookies(_problem_page(request, step), step.set_cookies)
    if step.retry_after is not None:
        response.headers.setdefault("Retry-After", str(step.retry_after))
    return _private(response)


def _logged_out(step: SignIn) -> HttpResponse:
    logger.info("%s", log_lines.logged_out(step.identity))
    return with_cookies(_redirect(conf.after_logout()), without_sign_in(conf.client(), step))


def complete(request: HttpRequest, key: str | None) -> HttpResponse:
    """Complete the login that is held in this session."""
    request.META[ASKED] = True
    held = HeldLogin.take_of_person_in(cast("Any", request.session), key) if request.user.is_authenticated else None
    if held is not None:
        # Another tab has signed this person in.
        return _private(_redirect(held.return_to or conf.after_login()))
    held, waiting = take_held(request.session, key)
    if held is None:
        return _private(_redirect(reverse("clever_sso:login")))
    if waiting is not None:
        # The person gets a new session. This one shows whether they log out in the meantime.
        request.session = type(waiting)()
    return _private(take(request, held.step(request.META.get("HTTP_COOKIE")), is_decided=True, waiting=waiting))


def backend() -> tuple[str, CleverBackend]:
    """The dotted path of the backend that is, or derives from, `CleverBackend`; and the backend."""
    from clever_sso.django.backend import CleverBackend  # noqa: PLC0415  (it needs the apps to be ready)

    for path in settings.AUTHENTICATION_BACKENDS:
        found = auth.load_backend(path)
        if isinstance(found, CleverBackend):
            return path, found
    raise invalid("AUTHENTICATION_BACKENDS has no backend of Clever's: add clever_sso.django.CleverBackend")


def _sign_in(request: HttpRequest, step: SignIn, *, is_decided: bool, waiting: SessionBase | None) -> HttpResponse:
    # First end the session of the person who was signed in on this device: none of its data stays, and no one
    # continues in it when the next lines refuse this person.
    signing_in = SessionIdentity.of(step.identity, conf.session_seconds())
    others = others_of(cast("Any", request.session if waiting is None else waiting), step.identity)
    replaced = request.session if signing_in.is_person_of(request.session) else None
    if replaced is not None:
        # Other tabs of the same person may still send it. It is ended below.
        request.session = type(replaced)()
    _forget(request)
    try:
        # From here on, the older ids of every role are known, if they may identify the user.
        step = dataclasses.replace(step, identity=accounts.with_older_ids(step.identity, step.tokens, conf.client()))
        answer = None if is_decided else _decide(request, step, others)
        if answer is None:
            _let_in(request, step, signing_in, replaced)
            if others is not None:
                request.session[HELD_KEY] = others
        make_room(cast("Any", request.session), functools.partial(_cookie_size, request), 0 if answer is None else 1)
        check_size(_cookie_size(request))
        if replaced is not None and answer is None:
            _let_answer(replaced, request.session.session_key or "")
        if waiting is not None:
            _check_that_it_is_there(waiting)
    except BaseException as error:
        _end(replaced)
        _end(waiting)
        # The login is over, whatever responds instead of this view.
        request.META[WHEN_FAILED] = without_sign_in(conf.client(), step)
        _forget(request)
        if not isinstance(error, HANDLED):
            logger.warning("%s", log_lines.raised(step.identity, error))
        raise
    _end(waiting)
    if answer is not None:
        _end(replaced)
        is_held, status = bool(request.session.get(HELD_KEY)), answer.status_code
        logger.info("%s", log_lines.responded(step.identity, status, is_held=is_held))
        return with_cookies(answer, with_answer(conf.client(), step, is_held=is_held, status=status))
    logger.info("%s", log_lines.signed_in(step.identity))
    return with_cookies(_redirect(step.return_to or conf.after_login()), step.set_cookies)


def _let_in(request: HttpRequest, step: SignIn, signing_in: SessionIdentity, replaced: SessionBase | None) -> None:
    """Sign the person in."""
    path, clever = backend()
    try:
        # Not Django's `authenticate`: a refused person must not count as a failed password, or whole schools would
        # be locked out.
        user = clever.authenticate(request, clever_identity=cast("Identity", step.identity))
    except PermissionDenied as error:
        raise error if isinstance(error, Refused) else Refused from error
    if user is None:
        raise Refused
    user.backend = path
    auth.login(request, user, path)
    # The session ends when the browser closes, and the middleware ends it when it expires.
    request.session.set_expiry(0)
    request.session[SESSION_KEY] = (
        signing_in.to_session() if replaced is None else signing_in.replacing(replaced, replaced.session_key or "")
    )
    signals.signed_in.send(type(user), request=request, user=user, identity=step.identity, tokens=step.tokens)


def _decide(request: HttpRequest, step: SignIn, others: Waiting | None) -> HttpResponse | None:
    """Ask the application before the person is signed in. Returns its response, or `None` to continue."""
    if conf.hook("CLEVER_BEFORE_SIGN_IN") is None:
        return None
    # Check both before the person is asked for a second factor.
    accounts.check_not_removed(cast("Identity", step.identity))
    user = backend()[1].find(cast("Identity", step.identity))
    if user is not None:
        accounts.check_staff(user, cast("Identity", step.identity))
    return _asked_hook(request, step, others, user=user)


def _asked_hook(
    request: HttpRequest, step: SignIn, others: Waiting | None, *, user: object = None, link_to: object = None
) -> HttpResponse | None:
    hook = conf.hook("CLEVER_BEFORE_SIGN_IN")
    if hook is None:
        return None
    session = request.session
    proven = ProvenLogin.of(
        step,
        request=request,
        client=conf.client(),
        session=cast("Any", session),
        in_browser=isinstance(session, InCookies),
        others=others,
        user=user,
        link_to=link_to,
    )
    try:
        answer = conf.result_of(hook(proven))
    except PermissionDenied as error:
        raise error if isinstance(error, Refused) else Refused from error
    if link_to is None:
        proven.check_held(answer)
    if answer is not None and not isinstance(answer, HttpResponseBase):
        raise TypeError(f"CLEVER_BEFORE_SIGN_IN must return a response or None, not {type(answer).__name__}")
    if link_to is not None:
        return cast("HttpResponse | None", answer)
    if answer is not None:
        proven.note_redirect(answer.status_code)
    if proven.is_held:
        session.set_expiry(TEN_MINUTES)
    return cast("HttpResponse | None", answer)


def _end(replaced: SessionBase | None) -> None:
    """End a session that is being replaced, and those that it replaced."""
    if replaced is not None:
        end_replaced(replaced)
        replaced.flush()


def _let_answer(replaced: SessionBase, successor: str) -> None:
    """Keep a replaced session valid for a minute, for other tabs that sign in at the same time.

    Raises:
        LoggedOutError: If the person has logged out of it since this request came.
    """
    for key in SessionIdentity.without_room(replaced):
        replaced.delete(key)
    # Read it again: another tab may have replaced it in the meantime.
    again = replaced if isinstance(replaced, InCookies) else type(replaced)(replaced.session_key)
    if SESSION_KEY not in again:
        raise LoggedOutError
    SessionIdentity.shorten(again, successor)
    try:
        again.save()
    except UpdateError:
        raise LoggedOutError from None


def _check_that_it_is_there(waiting: SessionBase) -> None:
    """Raise `LoggedOutError` if the person has logged out of the session that held this login."""
    if not waiting.exists(waiting.session_key or ""):
        raise LoggedOutError


def end_replaced(session: SessionBase) -> None:
    """End the sessions that are linked with this one."""
    linked = Linked(SessionIdentity.replaced(session))
    for key in linked:
        linked.follow(type(session)(key))
        session.delete(key)


def _cookie_size(request: HttpRequest) -> int:
    """The size of the session cookie's name and value in bytes, if the session is stored in the cookie."""
    session = request.session
    if not isinstance(session, InCookies):
        return 0
    session.save()
    return len(f"{settings.SESSION_COOKIE_NAME}={session.session_key}")


def _forget(request: HttpRequest) -> None:
    """Sign the person out, even if a receiver of Django's own signal raises."""
    try:
        end_session(request)
    finally:
        request.session.flush()


def end_session(request: HttpRequest) -> None:
    """Log out the signed-in person. Without one, the session ends and no signal is sent."""
    from django.contrib.auth.models import AnonymousUser  # noqa: PLC0415  (it needs the apps to be ready)

    if request.user.is_authenticated:
        auth.logout(request)
        return
    end_replaced(request.session)
    request.session.flush()
    request.user = AnonymousUser()


def _problem_page(request: HttpRequest, problem: Problem) -> HttpResponse:
    words = words_of_page()
    problem, template = problem.in_words(words), conf.problem_template()
    if template:
        names = ("login_url", "switch_user_url", "home_url")
        context = {"problem": problem, **{name: getattr(problem, name) for name in names}}
        return render(request, template, context, status=problem.status)
    links = (problem.login_url, problem.switch_user_url, problem.home_url)
    page = pages.problem(problem.sentence, problem.code, *links, words=words)
    return HttpResponse(page, status=problem.status, headers=pages.OWN_HEADERS)


def _redirect(url: str) -> HttpResponse:
    # Not Django's own class, which responds with 302 and checks the scheme. This URL was already checked.
    return HttpResponse(status=303, headers={"Location": url})


def with_cookies(response: HttpResponse, cookies: tuple[SetCookie, ...]) -> HttpResponse:
    """Set these cookies with a response."""
    for cookie in cookies:
        response.set_cookie(
            cookie.name,
            cookie.value,
            max_age=cookie.max_age,
            path=cookie.path,
            secure=cookie.secure,
            httponly=cookie.http_only,
            samesite=cookie.same_site,
        )
    return response


def _private(response: HttpResponse) -> HttpResponse:
    for name, value in pages.HEADERS.items():
        response.headers.setdefault(name, value)
    return response
