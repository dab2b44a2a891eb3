"""The extension: what an application sets up once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, TypeVar
from urllib.parse import urlsplit

from flask import current_app

from clever_sso import _settings
from clever_sso._native import Client
from clever_sso._web.hosts import HOSTS, host_of, settings_of_hosts
from clever_sso._web.identity import TWELVE_HOURS
from clever_sso._web.older_ids import may_have_more, older_ids, without_more
from clever_sso._web.request import prefix_of
from clever_sso.exceptions import Error
from clever_sso.flask.access import check_rotation, current_identity
from clever_sso.flask.snippets import clever_button, clever_signed_in
from clever_sso.flask.state import EXTENSION, Hooks, State, state
from clever_sso.flask.views import add_views

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask
    from flask.typing import ResponseReturnValue

    from clever_sso._web.arrival import Problem, SignIn
    from clever_sso._web.before import ProvenLogin
    from clever_sso.flask.state import Rotate

BeforeHook = TypeVar("BeforeHook", bound="Callable[[ProvenLogin[Client]], Any]")
SignInHook = TypeVar("SignInHook", bound="Callable[[SignIn], ResponseReturnValue | None]")
ProblemHook = TypeVar("ProblemHook", bound="Callable[[Problem], ResponseReturnValue]")

_PATHS = {"CLEVER_URL_PREFIX": "/clever", "CLEVER_AFTER_LOGIN": "/", "CLEVER_AFTER_LOGOUT": "/"}
OWN_SETTINGS = {*_PATHS, HOSTS, "CLEVER_CALLBACK_PATH", "CLEVER_SESSION_SECONDS", "CLEVER_WAITING_PAGE"}


class CleverSso:
    """The extension.

    Args:
        app: The application; without one, call `init_app` later.
        client: The client to use. Default: one made from the configuration.
        clients: The clients of hosts that have their own, such as `{"b.example": Client(...)}`; `CLEVER_HOSTS` of the
            configuration has the same as settings.
        rotate_session: Gives a session a new id at each sign-in: a function that is called with it. Only for sessions
            that live on the server, in a store other than that of Flask-Session 0.6 or later.

    Raises:
        ConfigError: `config_invalid`, with what is wrong about which setting.
    """

    def __init__(
        self,
        app: Flask | None = None,
        *,
        client: Client | None = None,
        clients: Mapping[str, Client] | None = None,
        rotate_session: Rotate | None = None,
    ) -> None:
        self._client = client
        self._clients = dict(clients or {})
        self._rotate_session = rotate_session
        self._hooks = Hooks()
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Add login, callback and logout to `app`. Raises as the class does."""
        client = self._client or Client(**_settings.arguments(app.config))
        _settings.check_login(client)
        clients = {host_of(host): own for host, own in self._clients.items()}
        clients |= {host: Client(**arguments) for host, arguments in settings_of_hosts(app.config).items()}
        for own in clients.values():
            _settings.check_login(own)
        for name, meant in _settings.misspelt(app.config, OWN_SETTINGS):
            app.logger.warning("nothing reads %s: is it %s?", name, meant)
        check_rotation(app, self._rotate_session)
        redirect_uri = urlsplit(client.redirect_uris[0])
        waiting_page = _settings.boolean(app.config, "CLEVER_WAITING_PAGE", default=False)
        seconds = _settings.session_seconds(app.config.get("CLEVER_SESSION_SECONDS"), TWELVE_HOURS)
        _set_defaults(app, secure=redirect_uri.scheme == "https", waiting_page=waiting_page)
        prefix = app.config["CLEVER_URL_PREFIX"].rstrip("/")
        chosen = app.config.get("CLEVER_CALLBACK_PATH")
        known = prefix_of(client.redirect_uris, chosen) if chosen else ""
        likely = known or prefix_of(client.redirect_uris, f"{prefix}/callback")
        callback_path = chosen or redirect_uri.path or "/"
        app.extensions[EXTENSION] = State(
            client,
            clients,
            waiting_page,
            seconds,
            self._hooks,
            self._rotate_session,
            callback_path,
            prefix,
            known,
            likely,
        )
        add_views(app, callback_path)
        app.context_processor(lambda: {"current_identity": current_identity})
        app.jinja_env.globals.update(clever_button=clever_button, clever_signed_in=clever_signed_in)

    @property
    def client(self) -> Client:
        """The client of the current application."""
        return state().client

    def older_ids(self, login: SignIn | ProvenLogin[Client]) -> tuple[str, ...]:
        """The ids that this person had before, in any role. Ask when no account is known by the id of the login.

        An ID token tells only that of the role of the login: then Clever is asked.

        Args:
            login: What `before_sign_in` or `on_sign_in` was given.

        Raises:
            Error: When Clever cannot be asked at the moment. Let it pass: the person gets a page that says so.
        """
        identity, tokens = login.identity, login.tokens
        if not may_have_more(identity, tokens):
            return tuple(identity.legacy_ids)
        try:
            return older_ids(identity, self.client.user(tokens.access_token, identity.id).roles)
        except Error as error:
            return without_more(identity, error, current_app.logger)

    def before_sign_in(self, function: BeforeHook) -> BeforeHook:
        """Decorator: let `function` decide about each person who proved a login, before anybody is signed in.

        It is given a `ProvenLogin` and may be async. `None` lets the person in. Anything else is sent to the browser,
        and nobody is signed in: call `hold` first, and `complete_login` lets the person in later. When it raises,
        nobody is signed in: `Refused` becomes a page for the person, an `Error` of a question to Clever a page that
        says so, anything else is handled as Flask handles it.
        """
        self._hooks.before_sign_in = function
        return function

    def on_sign_in(self, function: SignInHook) -> SignInHook:
        """Decorator: call `function` with every `SignIn`. So an account is found or made, or refused.

        The session is the new person's already, and may be added to. What `function` returns, if anything, is sent to
        the browser in the place of the redirect. When it raises, nobody is signed in: `Refused` becomes a page for the
        person, anything else is handled as Flask handles it.
        """
        self._hooks.sign_in = function
        return function

    def on_problem(self, function: ProblemHook) -> ProblemHook:
        """Decorator: let `function` make the page of a failed login from a `Problem`."""
        self._hooks.problem = function
        return function


def _set_defaults(app: Flask, *, secure: bool, waiting_page: bool) -> None:
    for name, value in _PATHS.items():
        app.config[name] = app.config.get(name) or value
    app.config["SESSION_COOKIE_HTTPONLY"] = True
    if secure:
        app.config["SESSION_COOKIE_SECURE"] = True
    # Without it a form on another site could act as whoever is signed in.
    if app.config.get("SESSION_COOKIE_SAMESITE") is None:
        app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    if str(app.config["SESSION_COOKIE_SAMESITE"]).lower() == "strict" and not waiting_page:
        # The browser comes from Clever, and brings no strict cookie along: everybody would be sent to and fro.
        raise _settings.invalid("SESSION_COOKIE_SAMESITE must be Lax, or CLEVER_WAITING_PAGE true")
