"""Tabs of one browser log in at the same time, and each ends signed in on its own page."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from harness import examples, patience
from harness.emulator import App, running
from harness.length import whole_or_short

from .scene import Place
from .tabs import (
    MOST_HELD,
    Links,
    check_logins_restored,
    check_pages_restored,
    check_tabs_opened_at_once,
    leave_pages_open,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from playwright.sync_api import Browser


class Turnstile:
    """Holds callbacks back until this many have arrived, so that all their logins are in progress at once."""

    def __init__(self, callbacks: int) -> None:
        self._missing, self._changed = callbacks, threading.Condition()

    def before(self, app: WSGIApplication) -> WSGIApplication:
        """Return middleware that holds callbacks back."""

        def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            if environ["PATH_INFO"] == "/callback":
                with self._changed:
                    self._missing -= 1
                    self._changed.notify_all()
                    assert self._changed.wait_for(lambda: self._missing <= 0, patience.SECONDS)
            return app(environ, start_response)

        return answer


class Scene:
    """An emulator, and an example whose address stays the same after a restart."""

    def __init__(self, example: str, listener: socket.socket, clever: str, app: App) -> None:
        self.example, self.listener, self.app = example, listener, app
        self.links = Links(Place(clever, app.redirect_uri.removesuffix("/callback"), ""), app)

    @contextmanager
    def serving(self, callbacks: int = 0, **settings: str) -> Iterator[None]:
        environment = {**examples.settings(self.app, self.links.place.clever), **settings}
        with examples.serving(self.example, self.listener, environment, Turnstile(callbacks).before):
            yield


@pytest.fixture
def scene(example: str) -> Iterator[Scene]:
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        garden = f"http://localhost:{listener.getsockname()[1]}"
        app = App("a1b2" * 5, "a secret of the tests", f"{garden}/callback", oidc=True)
        with running([app]) as clever:
            yield Scene(example, listener, clever, app)


@pytest.mark.parametrize("waiting_page", ["", "true"], ids=["at-once", "waiting-page"])
@pytest.mark.parametrize("start", ["page_of", "login_link", "portal_link"])
@pytest.mark.parametrize("many", whole_or_short([2, 3, 5, 10], [10]))
def test_tabs_opened_at_once_all_end_signed_in_on_their_own_page(
    browser: Browser, scene: Scene, many: int, start: str, waiting_page: str
) -> None:
    with scene.serving(min(many, MOST_HELD), CLEVER_WAITING_PAGE=waiting_page):
        check_tabs_opened_at_once(browser, scene.links, start, many)


@pytest.mark.parametrize("many", whole_or_short([2, 5], [5]))
def test_tabs_restored_from_disk_all_end_signed_in_on_their_own_page(
    browser: Browser, scene: Scene, tmp_path: Path, many: int
) -> None:
    with scene.serving():
        leave_pages_open(browser, tmp_path, scene.links, many)
    # The next morning, the app's sessions have ended, and the browser restores its tabs.
    with scene.serving(min(many, MOST_HELD), FLASK_SECRET_KEY="another key for tests"):
        check_pages_restored(browser, tmp_path, scene.links, many)


@pytest.mark.parametrize("many", whole_or_short([2, 5], [5]))
def test_logins_in_progress_restored_from_disk_are_finished(
    browser: Browser, scene: Scene, tmp_path: Path, many: int
) -> None:
    with scene.serving():
        check_logins_restored(browser, tmp_path, scene.links, many)
