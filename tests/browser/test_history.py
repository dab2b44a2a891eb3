"""Reload, back and forward never show an error, whenever people use them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING, Callable

import pytest
from harness import examples
from harness.emulator import App, running

from .history import CLIENT_ID, NAME, check_back_and_forward, from_app, from_portal
from .scene import Place, greeted

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture(scope="module", params=["", "true"], ids=["at-once", "waiting-page"])
def place(example: str, request: pytest.FixtureRequest) -> Iterator[Place]:
    """An example. With its waiting page, the callback is in the browser's history."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        garden = f"http://localhost:{listener.getsockname()[1]}"
        app = App(CLIENT_ID, "a secret of the tests", f"{garden}/callback", oidc=True)
        with (
            running([app]) as clever,
            examples.serving(
                example, listener, {**examples.settings(app, clever), "CLEVER_WAITING_PAGE": request.param}
            ),
        ):
            yield Place(clever, garden, "")


@pytest.mark.parametrize("log_in", [from_app, from_portal])
def test_back_and_forward_through_a_login_show_no_error(
    page: Page, place: Place, log_in: Callable[[Page, Place], None]
) -> None:
    check_back_and_forward(page, place, log_in)


@pytest.mark.parametrize("log_in", [from_app, from_portal])
@pytest.mark.parametrize("is_known", [True, False], ids=["signed-in-at-clever", "no-one-at-clever"])
def test_each_callback_of_a_finished_login_can_be_loaded_again(
    page: Page, place: Place, log_in: Callable[[Page, Place], None], is_known: bool
) -> None:
    arrived: list[str] = []
    page.on("request", lambda request: arrived.append(request.url) if "/callback?" in request.url else None)
    log_in(page, place)
    greeted(page, place.garden, NAME)
    callbacks = list(arrived)
    assert callbacks
    for callback in callbacks:
        if not is_known:
            page.context.clear_cookies(domain="127.0.0.1")
        page.goto(callback)
        if not is_known:
            # Clever asks the person to confirm who they are. Until then, the session stays.
            page.wait_for_url(f"{place.clever}/**")
            page.goto(f"{place.garden}/me")
        greeted(page, place.garden, NAME)
        page.reload()
        greeted(page, place.garden, NAME)
