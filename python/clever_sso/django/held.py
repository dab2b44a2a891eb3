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
        key: Which one, as `hold` returned it. Without it, the one that waits longest.
    """
    from clever_sso.django.views import backend  # noqa: PLC0415

    held = HeldLogin.with_key(request.session, key)
    # The session keeps what Clever said; who that is here is looked up now.
    return held and dataclasses.replace(held, user=backend()[1].find(cast("Identity", held.identity)))


def complete_login(request: HttpRequest, key: str | None = None) -> HttpResponse:
    """Let the person in whose login waits in this session: call it once their second factor, or form, is right.

    Args:
        request: The request.
        key: Which login, as `hold` returned it. Without it, the one that waits longest.

    Returns:
        The answer to the browser: the way to the page that the person wanted, or a page that says why they are not let
        in. When no login waits, or its ten minutes are over, it leads to the login.
    """
    from clever_sso.django.views import complete  # noqa: PLC0415

    return complete(request, key)


async def aheld_login(request: HttpRequest, key: str | None = None) -> HeldLogin | None:
    """As `held_login`, for asynchronous views."""
    return await sync_to_async(held_login)(request, key)


async def acomplete_login(request: HttpRequest, key: str | None = None) -> HttpResponse:
    """As `complete_login`, for asynchronous views."""
    return await sync_to_async(complete_login)(request, key)
