"""Several hosts in one application: which client, and which redirect URI, belongs to the host of a request.

A `Host` header only chooses among what is configured. No address is made of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from clever_sso import _settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Value = TypeVar("Value")
HOSTS = "CLEVER_HOSTS"
_USUAL_PORTS = (":443", ":80")


def host_of(text: str) -> str:
    """A host as a header has it, in lower case and without a usual port."""
    host = text.strip().lower()
    for port in _USUAL_PORTS:
        host = host.removesuffix(port)
    return host


def at_host(by_host: Mapping[str, Value], host: str | None, otherwise: Value) -> Value:
    """What belongs to this host."""
    return by_host.get(host_of(host), otherwise) if by_host and host else otherwise


def redirect_uri_at(redirect_uris: Iterable[str], host: str | None) -> str | None:
    """The first redirect URI on this host; `None` when there is none, and for the primary one."""
    wanted = host_of(host) if host else None
    uris = tuple(redirect_uris)
    found = next((uri for uri in uris if host_of(urlsplit(uri).netloc) == wanted), None)
    return found if found is not None and found != uris[0] else None


def settings_of_hosts(settings: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The keyword arguments of the client of each host, from `CLEVER_HOSTS`. What a host does not say, all share.

    Raises:
        ConfigError: `config_invalid`, with what is wrong about which host.
    """
    hosts = settings.get(HOSTS) or {}
    if not isinstance(hosts, dict) or not all(isinstance(own, dict) for own in hosts.values()):
        raise _settings.invalid(f'{HOSTS} must be a dict like {{"b.example": {{"CLEVER_CLIENT_ID": "..."}}}}')
    shared = {name: value for name, value in settings.items() if name != HOSTS}
    made: dict[str, dict[str, Any]] = {}
    for host, own in hosts.items():
        if not isinstance(host, str) or not host or "/" in host:
            raise _settings.invalid(f"{HOSTS} names {host!r}, which is no host: write it as in the address bar")
        for name in own:
            if name not in _settings.CLIENT_SETTINGS:
                raise _settings.invalid(f"{HOSTS}[{host!r}] has {name!r}, which is no setting of a client")
        made[host_of(host)] = _settings.arguments({**shared, **own})
    return made
