"""What is looked at before every view."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import auth
from django.urls import Resolver404, resolve
from django.utils.deprecation import MiddlewareMixin

from clever_sso._web.arrival import problem_of_setup
from clever_sso._web.identity import SessionIdentity
from clever_sso._web.request import misplaced
from clever_sso.django import conf, views

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

logger = logging.getLogger("clever_sso.django")


class CleverSsoMiddleware(MiddlewareMixin):
    """Ends a session whose time has come, and tells why a callback arrives where nothing is.

    It must come after Django's `SessionMiddleware` and `AuthenticationMiddleware`. Where `MIDDLEWARE` does not name it,
    it is added at the end.
    """

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        """Before the view is chosen."""
        # Without the cookie there is no session, and the answer is for everybody.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and SessionIdentity.is_stale(request.session):
            auth.logout(request)
        if _is_found(request):
            return None
        wrong = misplaced(request.path, conf.redirect_uris(), request.GET)
        return views.take(request, problem_of_setup(wrong)) if wrong else None


def _is_found(request: HttpRequest) -> bool:
    """Whether something is there; not asked of a request that cannot be a callback."""
    if not request.GET:
        return True
    try:
        resolve(request.path_info, getattr(request, "urlconf", None))
    except Resolver404:
        return False
    return True
