"""`force_login` in Django."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from clever_sso._web.identity import SessionIdentity
from clever_sso.django import conf
from clever_sso.django.views import _let_in, end_session  # the callback's code for a login that Clever confirmed

if TYPE_CHECKING:
    from clever_sso._web.arrival import SignIn


def sign_in(client: Any, step: SignIn) -> None:  # noqa: ANN401  (a test client, plain or async)
    """Sign the person of `step` in. This needs no settings for a client."""
    request = HttpRequest()
    kept = client.cookies.get(settings.SESSION_COOKIE_NAME)
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(kept.value if kept else None)
    before = conf.REQUEST.set(request)
    try:
        request.user = get_user(request)
        end_session(request)
        _let_in(request, step, SessionIdentity.of(step.identity, conf.session_seconds()), None)
    finally:
        conf.REQUEST.reset(before)
    request.session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key
    client.cookies[settings.SESSION_COOKIE_NAME].update(
        {
            "path": settings.SESSION_COOKIE_PATH,
            "domain": settings.SESSION_COOKIE_DOMAIN or "",
            "secure": settings.SESSION_COOKIE_SECURE or "",
            "max-age": "",
            "expires": "",
        }
    )
