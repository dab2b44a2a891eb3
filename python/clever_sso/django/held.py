"""Finds and completes the login that `CLEVER_BEFORE_SIGN_IN` held."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, cast

from asgiref.sync import sync_to_async

from clever_sso._web.before import HeldLogin

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from clever_sso._native import Identity


# Settings may name functions in modules that import these two. Django is not ready then, but the views need it.
def held_login(request: HttpRequest, key: str | None = None) -> HeldLogin | None:
    """Return the login that is held in this session until `complete_login`; `None` if there is none.

    Args:
        request: The request.
        key: The key of the login, from `hold`. Default: the oldest held login.
    """
    from clever_sso.django.views import backend  # noqa: PLC0415

    held = HeldLogin.with_key(request.session, key)
    # The session has Clever's data. The user is looked up now, and may not be the signed-in user anymore.
    return held and dataclasses.replace(
        held,
        user=backend()[1].find(cast("Identity", held.identity)),
        is_signed_in=held.is_signed_in and request.user.is_authenticated,
    )


def complete_login(request: HttpRequest, key: str | None = None) -> HttpResponse:
    """Complete the login that is held in this session: call it after you accepted a second factor or a form.

    Args:
        request: The request.
        key: The key of the login, from `hold`. Default: the oldest held login.

    Returns:
        The response for the browser: a redirect to the page that the person wanted, or a page that says why they can't
        sign in. If no login is held or it has expired, a redirect to the login.
    """
    from clever_sso.django.views import complete  # noqa: PLC0415

    return complete(request, key)


async def aheld_login(request: HttpRequest, key: str | None = None) -> HeldLogin | None:
    """The same as `held_login`, for async views."""
    return await sync_to_async(held_login)(request, key)


async def acomplete_login(request: HttpRequest, key: str | None = None) -> HttpResponse:
    """The same as `complete_login`, for async views."""
    return await sync_to_async(complete_login)(request, key)
