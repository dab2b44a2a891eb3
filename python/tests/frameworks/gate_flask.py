"""A small Flask app and a browser, for the `before_sign_in` tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cachelib import FileSystemCache
from clever_sso.flask import complete_login, held_login
from flask import Flask, Response, redirect, session
from flask_app import make_app
from flask_session import Session
from gate import Gate, shown


class InFlask(Gate):
    """A small Flask app and a browser."""

    def __init__(self, clever: str, folder: Path | None = None, **settings: object) -> None:
        super().__init__(Response, redirect)

        def sessions(app: Flask) -> None:
            app.config.update(SESSION_TYPE="cachelib", SESSION_CACHELIB=FileSystemCache(str(folder)), **settings)
            Session(app)

        self.app, self.clever_sso = make_app(clever)
        if folder is not None:
            sessions(self.app)
        self.app.add_url_rule("/finish", view_func=complete_login)
        self.app.add_url_rule("/finish/<key>", "finish-one", complete_login)
        self.app.add_url_rule("/waiting/<key>", "waiting-one", lambda key: shown(held_login(key)))
        self.app.add_url_rule("/back", "back", lambda: redirect("/clever/login?next=/back"))
        self.app.add_url_rule("/finish-late", "finish-late", self._finish_late)
        self.app.add_url_rule("/waiting", "waiting", lambda: shown(held_login()))
        self.app.add_url_rule("/keys", "keys", lambda: " ".join(sorted(set(session) - {"_permanent"})))
        self.clever_sso.on_sign_in(self.note)
        self.make = self.app.test_client

    def _finish_late(self) -> Any:
        self.happen("finish")
        return complete_login()

    def copy_session(self, other: Any) -> None:
        cookie = self.browser.get_cookie("session")
        assert cookie
        other.set_cookie("session", cookie.value)

    def lose_session(self) -> None:
        self.browser.delete_cookie("session")
