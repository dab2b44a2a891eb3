"""The login that `CLEVER_BEFORE_SIGN_IN` held: found, and completed."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, cast

from asgiref.sync import sync_to_async

from clever_sso._web.before import HeldLogin

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from clever_sso._native import Identity


# Settings may name functions of modules that import these two: Django is not ready then, and the views need it.
def held_login(request: HttpRequest, key: str | None = None) -> HeldLogin | None:
    """The login that waits in this session for `complete_login`; `None` when there is none.

    Args:
        request: The request.
        key: The key of the login, from `hold`. Without it, the login that has waited longest.
    """
    from clever_sso.django.views import backend  # noqa: PLC0415

    held = HeldLogin.with_key(request.session, key)
    # The session keeps what Clever said; who that is here is looked up now.
    return held and dataclasses.replace(held, user=backend()[1].find(cast("Identity", held.identity)))


def complete_login(request: HttpRequest, key: str | None = None) -> HttpResponse:
    """Complete the login that waits in this session: call it after a second factor, or a form, is accepted.

    Args:
        request: The request.
        key: The key of the login, from `hold`. Without it, the login that has waited longest.

    Returns:
        The response for the browser: a redirect to the page that the person wanted, or a page that says why they can't
        sign in. If no login waits, or its ten minutes are over, a redirect to the login.
    """
    from clever_sso.django.views import complete  # noqa: PLC0415

    return complete(request, key)


async def aheld_login(request: HttpRequest, key: str | None = None) -> HeldLogin | None:
    """As `held_login`, for asynchronous views."""
    return await sync_to_async(held_login)(request, key)


async def acomplete_login(request: HttpRequest, key: str | None = None) -> HttpResponse:
    """As `complete_login`, for asynchronous views."""
    return await sync_to_async(complete_login)(request, key)
