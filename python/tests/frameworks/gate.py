"""The common part of the small apps for the `before_sign_in` tests, and a test browser for each."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any


class Gate:
    """A small app and a browser. Each framework's subclass creates them and reads the session cookie."""

    make: Callable[[], Any]

    def __init__(self, response: Callable[[str, int], Any], redirect: Callable[[str], Any]) -> None:
        self.response = response
        self.redirect = redirect
        self.meanwhile: list[tuple[str, Callable[[], object]]] = []
        self.told: list[str] = []

    def copy_session(self, other: Any) -> None:
        """Copy the session cookie to another browser."""
        raise NotImplementedError

    def note(self, step: Any) -> None:
        """Record each person who signs in."""
        self.told.append(step.identity.name.full)
        self.happen("sign-in")

    def happen(self, when: str) -> None:
        """Run what a test wants to happen while the application is busy."""
        for each in [happens for moment, happens in self.meanwhile if moment == when]:
            thread = threading.Thread(target=each)
            thread.start()
            thread.join()

    def get(self, path: str) -> tuple[int, str, str | None]:
        answer = self.browser.get(path)
        return answer.status_code, answer.text, answer.headers.get("Location")

    def post(self, path: str) -> None:
        self.browser.post(path)

    def copy_of_the_browser(self) -> Any:
        other = self._copied()
        return lambda path: (other.get(path).status_code, other.get("/who").text)

    def other_tab(self) -> Any:
        """Another tab with this browser's current cookies: it sends a form and returns who is signed in."""
        other = self._copied()

        def send(path: str) -> str:
            other.post(path) if "logout" in path else other.get(path)
            return str(other.get("/who").text)

        return send

    @property
    def browser(self) -> Any:
        """The browser, made at the first request."""
        if not hasattr(self, "_browser"):
            self._browser = self.make()
        return self._browser

    def _copied(self) -> Any:
        other = self.make()
        self.copy_session(other)
        return other


def shown(held: Any) -> str:
    if held is None:
        return "-"
    return f"{held.identity.name.full} {held.return_to} {bool(held.tokens)}{' signed in' * held.is_signed_in}"
