"""What the small apps have in common that the tests of what decides before a sign-in use, and a browser before each."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any


class Gate:
    """A small app, and a browser. A framework says how one is made, and how one gets the cookie of its session."""

    make: Callable[[], Any]

    def __init__(self, response: Callable[[str, int], Any], redirect: Callable[[str], Any]) -> None:
        self.response = response
        self.redirect = redirect
        self.meanwhile: list[tuple[str, Callable[[], object]]] = []
        self.told: list[str] = []

    def copy_session(self, other: Any) -> None:
        """Give another browser the cookie of the session."""
        raise NotImplementedError

    def note(self, step: Any) -> None:
        """What the application does with everybody who signs in."""
        self.told.append(step.identity.name.full)
        self.happen("sign-in")

    def happen(self, when: str) -> None:
        """What happens while the application is busy."""
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
        """Another tab with the cookies that this browser has now: it sends a form and tells who is signed in."""
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
    return f"{held.identity.name.full} {held.return_to} {bool(held.tokens)}" if held else "-"
