"""`flask clever doctor`: finds out what is wrong with the setup. It works even if the application cannot start."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click
from flask.cli import ScriptInfo

from clever_sso.__main__ import shown
from clever_sso._native import Client, doctor_of_client
from clever_sso._web.doctor import (
    CALLBACK,
    SESSION,
    SETTINGS,
    Found,
    attributes_problem,
    domain_problem,
    misspelled,
    path_problem,
    report_of,
    secure_problem,
    versions,
)
from clever_sso.exceptions import ConfigError
from clever_sso.flask.extension import OWN_SETTINGS, client_of, every_setting
from clever_sso.flask.state import EXTENSION, SET_UP, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from clever_sso._native import Report


@click.group(help="Log in with Clever.")
def clever() -> None:
    """The commands of the extension, registered by the entry point `flask.commands`."""


@clever.command(
    "doctor",
    help="Checks the setup of Log in with Clever with the configuration of this application, and says what is wrong "
    "and what to do. It logs no one in, and takes at most 15 seconds. Exit code: 0 everything is ok, 1 warnings, 2 "
    "problems.",
)
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object instead of text.")
@click.pass_context
def _doctor(context: click.Context, *, as_json: bool) -> None:
    report = _report(*_loaded(context.ensure_object(ScriptInfo)))
    click.echo(shown(report, as_json=as_json, to_terminal=sys.stdout.isatty()), nl=False)
    context.exit(report.exit_code)


def _loaded(info: ScriptInfo) -> tuple[Flask, bool, ConfigError | None]:
    """The application, whether it reads the environment, and the error that the extension raised."""
    set_up: list[tuple[Flask, bool]] = []
    mark = SET_UP.set(set_up)
    try:
        app, refused = info.load_app(), None
    except ConfigError as error:
        if not set_up:
            raise
        app, refused = set_up[-1][0], error
    finally:
        SET_UP.reset(mark)
    reads_environment = any(from_env for each, from_env in set_up if each is app)
    return app, reads_environment, refused


def _report(app: Flask, reads_environment: bool, refused: ConfigError | None) -> Report:
    settings = every_setting(app, from_env=reads_environment)
    state = app.extensions.get(EXTENSION)
    if isinstance(state, State):
        found = [*misspelled(settings, OWN_SETTINGS), *_of_callback(state), *_of_session(app, state), versions("Flask")]
        client = state.default_client
        # The application created this client itself, so its settings are not in the configuration.
        if isinstance(client, Client) and not settings.get("CLEVER_CLIENT_ID"):
            return doctor_of_client(client, found)
        return report_of(settings, found)
    if refused is None:
        missing = "the application has no callback route, because the extension was not set up with it"
        return report_of(settings, [(CALLBACK, "problem", missing, "write CleverSso(app)")])
    return report_of(settings, [*misspelled(settings, OWN_SETTINGS), *_refused(app, refused, reads_environment)])


def _refused(app: Flask, refused: ConfigError, reads_environment: bool) -> Iterator[Found]:
    """The finding for an error of the extension, unless the core reports it itself: no client can be created."""
    try:
        client_of(app, from_env=reads_environment, discover=False)
    except ConfigError as error:
        if error.message == refused.message:
            return
    found = refused.message.partition(": ")[2] or refused.message
    yield SETTINGS, "problem", found, "correct this setting: the application does not start with it"


def _of_callback(state: State) -> Iterator[Found]:
    inside = state.paths.callback
    for uri in state.default_client.redirect_uris:
        path = urlsplit(uri).path or "/"
        # A proxy may remove a prefix.
        if not path.rstrip("/").endswith(inside.rstrip("/")):
            found = f"CLEVER_REDIRECT_URI leads to {path!r}, but the callback is at {inside!r}"
            yield CALLBACK, "problem", found, "make them equal, and register the same redirect URI with Clever"
            return
    yield CALLBACK, "ok", "the redirect URI leads to the callback", None


def _of_session(app: Flask, state: State) -> Iterator[Found]:
    config: dict[str, Any] = app.config
    interface = app.session_interface
    uris = [uri for client in (state.default_client, *state.clients.values()) for uri in client.redirect_uris]
    domain, path = config["SESSION_COOKIE_DOMAIN"], interface.get_cookie_path(app)
    is_secure, same_site = bool(config["SESSION_COOKIE_SECURE"]), config["SESSION_COOKIE_SAMESITE"]
    name = str(config["SESSION_COOKIE_NAME"])
    refused = attributes_problem(name, domain=domain, path=path, secure=is_secure, same_site=same_site)
    elsewhere = domain_problem(domain, uris)
    secure = secure_problem(uris) if is_secure else None
    narrow = path_problem(path, uris)
    if elsewhere:
        yield SESSION, "problem", elsewhere, "leave SESSION_COOKIE_DOMAIN out, or set it to that host"
    if refused:
        yield SESSION, "problem", refused, "correct these settings, or leave them out"
    if secure:
        yield SESSION, "warning", secure, "use https, and register the same redirect URI with Clever"
    if narrow:
        yield SESSION, "warning", narrow, 'set SESSION_COOKIE_PATH to "/"'
    if str(same_site).lower() not in {"lax", "strict"} and not refused:
        found = "SESSION_COOKIE_SAMESITE is neither Lax nor Strict: other sites can act as the signed-in person"
        yield SESSION, "warning", found, 'set SESSION_COOKIE_SAMESITE to "Lax"'
    elif not (elsewhere or refused or secure or narrow):
        yield SESSION, "ok", "browsers keep the session cookie where logins come back to", None
