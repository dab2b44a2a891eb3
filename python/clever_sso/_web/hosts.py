"""Several hosts in one application: picks the client and the redirect URI for the host of a request.

The `Host` header only selects one of the configured values. No URL is built from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, TypeVar
from urllib.parse import urlsplit

from clever_sso import _settings
from clever_sso._native import Client
from clever_sso.exceptions import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Value = TypeVar("Value")
HOSTS = "CLEVER_HOSTS"
_USUAL_PORTS = (":443", ":80")


def host_of(text: str) -> str:
    """The host of a `Host` header, in lower case and without a default port."""
    host = text.strip().lower()
    for port in _USUAL_PORTS:
        host = host.removesuffix(port)
    return host


def at_host(by_host: Mapping[str, Value], host: str | None, otherwise: Value) -> Value:
    """The value for this host."""
    return by_host.get(host_of(host), otherwise) if by_host and host else otherwise


def redirect_uri_at(redirect_uris: Iterable[str], host: str | None) -> str | None:
    """The first redirect URI on this host; `None` if there is none or it is the primary one."""
    wanted = host_of(host) if host else None
    uris = tuple(redirect_uris)
    found = next((uri for uri in uris if host_of(urlsplit(uri).netloc) == wanted), None)
    return found if found is not None and found != uris[0] else None


def settings_of_hosts(settings: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The keyword arguments for each host's client, from `CLEVER_HOSTS` and the shared settings.

    Raises:
        ConfigError: `config_invalid`; the message names the host and what is wrong.
    """
    found = _read(settings)
    del settings
    if isinstance(found, ConfigError):
        raise found
    return found


def clients_of_hosts(settings: Mapping[str, Any], **others: object) -> dict[str, Client]:
    """The client of each host, from `CLEVER_HOSTS`.

    Args:
        settings: All settings.
        others: Arguments for every client.

    Raises:
        ConfigError: `config_invalid`; the message names the host and what is wrong.
    """
    found = _made(settings, others)
    del settings
    if isinstance(found, ConfigError):
        raise found
    return found


def check_clients(clients: object, kind: str, check: Callable[[str, Any], None]) -> None:
    """Checks the clients of hosts that have their own client.

    Args:
        clients: The argument `clients`.
        kind: The class of the clients.
        check: Given the name of an argument and a client, raises `TypeError` if the client has the wrong type.

    Raises:
        TypeError: When they are not a mapping, or one is not a client.
        ConfigError: `config_invalid`, when a key is not a host.
    """
    from collections.abc import Mapping  # noqa: PLC0415  (only the types above need it otherwise)

    if not isinstance(clients, Mapping):
        kind_found = type(clients).__name__
        raise TypeError(f'clients must be a dict like {{"b.example": {kind}(...)}}, not {kind_found}')
    for host, client in clients.items():
        problem = _host_problem("clients", host)
        if problem:
            raise _settings.invalid(problem)
        check(f"clients[{host!r}]", client)


def misplaced(default: Any, clients: Mapping[str, Any], named: Callable[[str], str]) -> Iterator[str]:  # noqa: ANN401  (a client of either kind)
    """Problems of hosts whose logins come back to the host of another client, which cannot finish them.

    Args:
        default: The client of every other host.
        clients: The clients of hosts that have their own.
        named: Given a host, returns the name of its settings for messages.
    """
    for host, client in clients.items():
        uri = redirect_uri_at(client.redirect_uris, host) or next(iter(client.redirect_uris), "")
        other = host_of(urlsplit(uri).netloc)
        finishes = at_host(clients, other, default)
        if uri and (finishes.client_id != client.client_id or uri not in finishes.redirect_uris):
            yield (
                f"{named(host)}: {_settings.PREFIX}REDIRECT_URI leads to {other!r}, where another client finishes the "
                f"login: register a redirect URI on {host!r} with Clever, and set it here"
            )


def own_settings(settings: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The settings of each host in `CLEVER_HOSTS`, as far as they can be read, with the host's name for messages."""
    hosts = settings.get(HOSTS)
    for host, own in hosts.items() if isinstance(hosts, dict) else ():
        if isinstance(host, str) and isinstance(own, dict):
            yield setting_of(host), own


def setting_of(host: str) -> str:
    """The name of a host in `CLEVER_HOSTS` for messages."""
    return f"{HOSTS}[{host!r}]"


def raise_named(where: str, look: Callable[[], object]) -> None:
    """Call `look`, and add to its error the setting where it was found.

    Raises:
        ConfigError: With `where` before the message.
    """
    try:
        look()
    except ConfigError as error:
        wrong = _settings.found_in(where, error)
    else:
        return
    raise wrong


def _made(settings: Mapping[str, Any], others: Mapping[str, object]) -> dict[str, Client] | ConfigError:
    # Do not raise from here: error pages and error mails show local variables, and some are secrets.
    found = _read(settings)
    if isinstance(found, ConfigError):
        return found
    made: dict[str, Client] = {}
    for host, arguments in found.items():
        client = _client({**arguments, **others})
        if isinstance(client, ConfigError):
            return _settings.found_in(setting_of(host), client)
        made[host] = client
    return made


def _client(arguments: dict[str, Any]) -> Client | ConfigError:
    try:
        return Client(**arguments)
    except ConfigError as error:
        return error


def _read(settings: Mapping[str, Any]) -> dict[str, dict[str, Any]] | ConfigError:
    hosts = settings.get(HOSTS) or {}
    if not isinstance(hosts, dict) or not all(isinstance(own, dict) for own in hosts.values()):
        return _settings.invalid(f'{HOSTS} must be a dict like {{"b.example": {{"CLEVER_CLIENT_ID": "..."}}}}')
    shared = {name: value for name, value in settings.items() if name != HOSTS}
    read: dict[str, dict[str, Any]] = {}
    for host, own in hosts.items():
        problem = _host_problem(HOSTS, host)
        if problem:
            return _settings.invalid(problem)
        for name in own:
            if name not in _settings.CLIENT_SETTINGS:
                advice = _settings.instead_of(name)
                return _settings.invalid(f"{setting_of(host)} has {name!r}, which is not a client setting{advice}")
        try:
            read[host_of(host)] = _settings.arguments({**shared, **own})
        except ConfigError as error:
            return _settings.found_in(setting_of(host), error)
    return read


def _host_problem(where: str, host: object) -> str | None:
    """Why this cannot be a host; `None` if it can."""
    if isinstance(host, str) and host.strip() and "/" not in host:
        return None
    return f"{where} names {host!r}, which is not a host: write it as in the address bar"
