"""The extension that an application sets up once."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any, Callable, NoReturn, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app

from clever_sso import _settings
from clever_sso._native import Client
from clever_sso._web.chosen import Chosen, Paths
from clever_sso._web.hosts import HOSTS, check_clients, clients_of_hosts, host_of, misplaced, raise_named, setting_of
from clever_sso._web.older_ids import may_have_more, older_ids, remembered, without_more
from clever_sso.aio import AsyncClient
from clever_sso.exceptions import ConfigError, Error
from clever_sso.flask.access import check_keys, check_rotation, current_identity
from clever_sso.flask.snippets import clever_button, clever_signed_in
from clever_sso.flask.state import EXTENSION, SET_UP, Hooks, State, state
from clever_sso.flask.views import add_views

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from flask.typing import ResponseReturnValue

    from clever_sso._web.arrival import Problem, SignIn
    from clever_sso._web.before import ProvenLogin
    from clever_sso.flask.state import Rotate

BeforeHook = TypeVar("BeforeHook", bound="Callable[[ProvenLogin[Client]], Any]")
SignInHook = TypeVar("SignInHook", bound="Callable[[SignIn], ResponseReturnValue | None]")
ProblemHook = TypeVar("ProblemHook", bound="Callable[[Problem], ResponseReturnValue]")

OWN_SETTINGS = {*_settings.OF_EVERY_FACE, HOSTS}
"""The settings besides those of the client."""


class CleverSso:
    """The extension.

    Args:
        app: The application; without one, call `init_app` later.
        client: The client to use. Default: a client made from the configuration.
        clients: The clients of hosts that have their own, such as `{"b.example": Client(...)}`. The setting
            `CLEVER_HOSTS` does the same in the configuration.
        rotate_session: A function that gets the session and gives it a new id at each sign-in. Only needed for sessions
            on the server, in a store other than Flask-Session 0.7 or later.
        from_env: Whether to read settings that are missing in the configuration from environment variables of the same
            names.

    Raises:
        ConfigError: `config_invalid`; the message names the setting and what is wrong with it.
        TypeError: When an argument has the wrong type.
    """

    def __init__(
        self,
        app: Flask | None = None,
        *,
        client: Client | None = None,
        clients: Mapping[str, Client] | None = None,
        rotate_session: Rotate | None = None,
        from_env: bool = False,
        **unknown: NoReturn,
    ) -> None:
        _settings.check_keywords("CleverSso", unknown, {"app", "client", "clients", "rotate_session", "from_env"})
        _check_client("client", client)
        if clients is not None:
            check_clients(clients, "Client", _check_client)
        if rotate_session is not None:
            _settings.check_hook("rotate_session", rotate_session, "session")
        self._client = client
        self._clients = dict(clients or {})
        self._rotate_session = rotate_session
        self._from_env = from_env
        self._hooks = Hooks()
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Add login, callback and logout to `app`. Raises the same exceptions as the class.

        A view that is already at the path of the login or the callback is a wrong setting, too.
        """
        _check_app(app)
        set_up = SET_UP.get()
        if set_up is not None:
            set_up.append((app, self._from_env))
        # The doctor fetches the discovery document itself, within its own time.
        changed = {} if set_up is None else {"discover": False}
        chosen = _chosen(app, from_env=self._from_env)
        try:
            client = self._client or client_of(app, from_env=self._from_env, **changed)
            _settings.check_login(client)
        except ConfigError as error:
            raise error if self._from_env else _with_environment_named(error) from None
        clients = {host_of(host): own for host, own in self._clients.items()}
        from_configuration = clients_of_hosts(every_setting(app, from_env=self._from_env), **changed)
        clients.update(from_configuration)
        _tell_unread(app, from_env=self._from_env)
        check_keys(app)
        check_rotation(app, self._rotate_session)
        _set_defaults(app, chosen, secure=urlsplit(client.redirect_uris[0]).scheme == "https")
        paths = Paths.of(chosen, client.redirect_uris, prefix_name="CLEVER_URL_PREFIX")
        _check_that_it_is_free(app, paths)
        for host, own in clients.items():
            raise_named(_named(host, from_configuration), partial(_check, own, chosen))
        told = list(misplaced(client, clients, lambda host: _named(host, from_configuration)))
        for warning in (paths.to_tell, *told):
            if warning:
                app.logger.warning("%s", warning)
        app.extensions[EXTENSION] = State(client, clients, chosen, paths, self._hooks, self._rotate_session)
        add_views(app, paths.callback)
        app.context_processor(lambda: {"current_identity": current_identity})
        app.jinja_env.globals.update(clever_button=clever_button, clever_signed_in=clever_signed_in)

    @property
    def client(self) -> Client:
        """The client of the current application."""
        return state().client

    def older_ids(self, login: SignIn | ProvenLogin[Client]) -> tuple[str, ...]:
        """Return the older ids of this person, for all roles. Call it if no account has the id of the login.

        An ID token has only the older id for the role of the login, so this may ask Clever. Don't catch an `Error`:
        Clever can't be reached, and the person gets an error page. A `ProvenLogin` keeps the ids, even if it is held
        afterwards.

        Args:
            login: The argument of your `before_sign_in` or `on_sign_in` function.
        """
        identity, tokens = login.identity, login.tokens
        if not may_have_more(identity, tokens):
            return tuple(identity.legacy_ids)
        try:
            ids = older_ids(identity, self.client.user(tokens.access_token, identity.id).roles)
        except Error as error:
            ids = without_more(identity, error, current_app.logger)
        return remembered(login, ids)

    def before_sign_in(self, function: BeforeHook) -> BeforeHook:
        """Decorator: let `function` decide about each person that Clever confirmed, before the sign-in.

        It gets a `ProvenLogin` and may be async. If it returns `None`, the person is signed in. If it returns anything
        else, the browser gets that response and no one is signed in. To sign the person in later with `complete_login`,
        call `hold` first. If it raises, no one is signed in: the person gets an error page for `Refused` and for an
        `Error` of Clever's API, and Flask handles any other exception as usual.
        """
        _settings.check_hook("before_sign_in", function, "proven")
        self._hooks.before_sign_in = function
        return function

    def on_sign_in(self, function: SignInHook) -> SignInHook:
        """Decorator: call `function` with every `SignIn`. Use it to find, create or refuse an account.

        The session already belongs to the new person, and you can add to it. If `function` returns a response, the
        browser gets it instead of the redirect. If it raises, no one is signed in: the person gets an error page for
        `Refused`, and Flask handles any other exception as usual.
        """
        _settings.check_hook("on_sign_in", function, "sign_in")
        self._hooks.sign_in = function
        return function

    def on_problem(self, function: ProblemHook) -> ProblemHook:
        """Decorator: let `function` make the page of a failed login from a `Problem`.

        If it raises, the exception is logged, and the person gets the package's page.
        """
        _settings.check_hook("on_problem", function, "problem")
        self._hooks.problem = function
        return function


def _chosen(app: Flask, *, from_env: bool) -> Chosen:
    """The settings from the configuration, and from the environment if `from_env` is set."""

    def read(name: str) -> tuple[str, object]:
        setting = f"{_settings.PREFIX}{name.upper()}"
        return setting, _source(app, from_env=from_env).get(setting)

    return Chosen.of(read)


def _named(host: str, from_configuration: Container[str]) -> str:
    return setting_of(host) if host in from_configuration else f"clients[{host!r}]"


def _check(client: Client, chosen: Chosen) -> None:
    _settings.check_login(client)
    Paths.of(chosen, client.redirect_uris, prefix_name="CLEVER_URL_PREFIX")


def _check_that_it_is_free(app: Flask, paths: Paths) -> None:
    """Checks that no other view is at the path of the login or the callback. It would respond first.

    Raises:
        ConfigError: `config_invalid`, with the endpoint of the other view.
    """
    for route, path in (("callback", paths.callback), ("login", f"{paths.prefix}/login")):
        for rule in app.url_map.iter_rules():
            elsewhere = rule.host or rule.subdomain or rule.build_only or rule.endpoint.startswith("clever_sso.")
            if not elsewhere and rule.rule == path and (rule.methods is None or "GET" in rule.methods):
                raise _settings.invalid(
                    f"the view {rule.endpoint!r} is at {path}, the path of the {route}, so no one could log in: remove "
                    "that view, the library has its own"
                )


def _tell_unread(app: Flask, *, from_env: bool) -> None:
    names = _names(app, from_env=from_env)
    for name, meant in _settings.misspelled(names, OWN_SETTINGS):
        app.logger.warning("nothing reads %s: a similar setting is %s", name, meant)
    for name, instead in _settings.of_other_faces(names, "Flask"):
        app.logger.warning("nothing reads %s in Flask: %s", name, instead)


def _source(app: Flask, *, from_env: bool) -> Any:  # noqa: ANN401  (a configuration)
    return _settings.WithEnvironment(app.config) if from_env else app.config


def every_setting(app: Flask, *, from_env: bool) -> dict[str, Any]:
    """The configuration, and the environment if the application reads it. All hosts share both."""
    found = {name: value for name, value in app.config.items() if value is not None and value != ""}
    return {**(os.environ if from_env else {}), **found}


def client_of(app: Flask, *, from_env: bool, **others: object) -> Client:
    """Creates the client from the configuration.

    Args:
        app: The application.
        from_env: Whether to read missing settings from the environment.
        others: Arguments that override the settings.
    """
    return Client(**{**_settings.arguments(_source(app, from_env=from_env)), **others})


def _with_environment_named(error: ConfigError) -> ConfigError:
    """The same error. If only the environment has the setting, it also says how to read it from there."""
    name = error.message.rpartition(": ")[2].partition(" ")[0]
    if not _settings.is_missing(error) or not os.environ.get(name):
        return error
    return _settings.invalid(f"app.config has no {name}, the environment has it: write CleverSso(app, from_env=True)")


def _names(app: Flask, *, from_env: bool) -> list[str]:
    return [str(name) for name in (*app.config, *(os.environ if from_env else ()))]


def _check_app(app: object) -> None:
    if not isinstance(app, Flask):
        advice = ": CleverSso(app, client=...)" if hasattr(app, "begin_login") else ""
        raise TypeError(f"app must be a Flask application, not {type(app).__name__}{advice}")


def _check_client(name: str, client: object) -> None:
    """Checks that this is a client that blocks, not an async one."""
    if client is None and name == "client":
        return
    if isinstance(client, type):
        raise TypeError(f"{name} must be a clever_sso.Client, not the class {client.__name__}: write Client(...)")
    if isinstance(client, AsyncClient):
        raise TypeError(f"{name} must be a clever_sso.Client: AsyncClient is for clever_sso.asgi")
    if not all(hasattr(client, member) for member in ("begin_login", "finish_login", "redirect_uris")):
        raise TypeError(f"{name} must be a clever_sso.Client, not {type(client).__name__}")


def _set_defaults(app: Flask, chosen: Chosen, *, secure: bool) -> None:
    app.config["CLEVER_URL_PREFIX"] = chosen.url_prefix
    app.config["CLEVER_AFTER_LOGIN"] = chosen.after_login
    app.config["CLEVER_AFTER_LOGOUT"] = chosen.after_logout
    app.config["SESSION_COOKIE_HTTPONLY"] = True
    if secure:
        app.config["SESSION_COOKIE_SECURE"] = True
    # Without it a form on another site could act as the person who is signed in.
    if app.config.get("SESSION_COOKIE_SAMESITE") is None:
        app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    if str(app.config["SESSION_COOKIE_SAMESITE"]).lower() == "strict" and not chosen.waiting_page:
        raise _settings.invalid(
            "SESSION_COOKIE_SAMESITE must be Lax, or CLEVER_WAITING_PAGE true: a browser that comes from Clever does "
            "not send a Strict cookie, and people who log in would end at a page"
        )
    if str(app.config["SESSION_COOKIE_SAMESITE"]).lower() not in {"lax", "strict"}:
        app.logger.warning(
            "SESSION_COOKIE_SAMESITE is neither Lax nor Strict: other sites can act as the signed-in person"
        )
