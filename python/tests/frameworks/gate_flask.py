"""A small app in Flask, and a browser before it, for the tests of what decides before a sign-in."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cachelib import FileSystemCache
from clever_sso.flask import complete_login, held_login
from flask import Flask, Response, redirect, session
from flask_app import make_app
from flask_session import Session


class InFlask:
    """A small app in Flask, and a browser."""

    def __init__(self, clever: str, folder: Path | None = None) -> None:

        def sessions(app: Flask) -> None:

            app.config.update(SESSION_TYPE="cachelib", SESSION_CACHELIB=FileSystemCache(str(folder)))
            Session(app)

        self.app, self.clever_sso = make_app(clever)
        if folder is not None:
            sessions(self.app)
        self.app.add_url_rule("/finish", view_func=complete_login)
        self.app.add_url_rule("/back", "back", lambda: redirect("/clever/login?next=/back"))
        self.app.add_url_rule("/finish-late", "finish-late", self._finish_late)
        self.meanwhile: list[tuple[str, Callable[[], object]]] = []
        self.app.add_url_rule("/waiting", "waiting", lambda: shown(held_login()))
        self.app.add_url_rule("/keys", "keys", lambda: " ".join(sorted(set(session) - {"_permanent"})))
        self.response: Callable[[str, int], Any] = Response
        self.redirect: Callable[[str], Any] = redirect
        self.told: list[str] = []
        self.clever_sso.on_sign_in(self._note)
        self.browser = self.app.test_client()

    def _note(self, step: Any) -> None:
        self.told.append(step.identity.name.full)
        self.happen("sign-in")

    def _finish_late(self) -> Any:
        self.happen("finish")
        return complete_login()

    def happen(self, when: str) -> None:
        """What happens while the application is busy."""
        for each in [happens for moment, happens in self.meanwhile if moment == when]:
            thread = threading.Thread(target=each)
            thread.start()
            thread.join()

    def get(self, path: str) -> tuple[int, str, str | None]:
        answer = self.browser.get(path)
        return answer.status_code, answer.text, answer.headers.get("Location")

    def lose_session(self) -> None:
        self.browser.delete_cookie("session")

    def post(self, path: str) -> None:
        self.browser.post(path)

    def copy_of_the_browser(self) -> Any:
        other = self.app.test_client()
        cookie = self.browser.get_cookie("session")
        assert cookie
        other.set_cookie("session", cookie.value)
        return lambda path: (other.get(path).status_code, other.get("/who").text)

    def other_tab(self) -> Any:
        """Another tab with the cookies that this browser has now: it sends a form and tells who is signed in."""
        other = self.app.test_client()
        cookie = self.browser.get_cookie("session")
        assert cookie
        other.set_cookie("session", cookie.value)

        def send(path: str) -> str:
            other.post(path) if "logout" in path else other.get(path)
            return other.get("/who").text

        return send


def shown(held: Any) -> str:
    return f"{held.identity.name.full} {held.return_to} {bool(held.tokens)}" if held else "-"
