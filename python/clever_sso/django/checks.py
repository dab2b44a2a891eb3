"""System checks: find what is wrong with the settings before the first login."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Callable, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import Error, Warning  # noqa: A004  (Django's names)
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.core.management.base import BaseCommand
from django.shortcuts import resolve_url
from django.template.loader import get_template
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.module_loading import import_string

from clever_sso import _roles, _settings, exceptions
from clever_sso._native import Client, leads_to
from clever_sso._web.api import OTHER_PAGES
from clever_sso._web.doctor import domain_problem, secure_problem
from clever_sso._web.hosts import clients_of_hosts, misplaced, own_settings, raise_named, setting_of
from clever_sso.django import conf, imported
from clever_sso.django.access import UNKNOWN_ROLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import FrameType

    from django.core.checks import CheckMessage

T = TypeVar("T")
# Commands that use the client. Others, such as `migrate` and `test`, also run on machines without Clever's secrets.
_NEED_THE_CLIENT = {"check", "clever_doctor", "runserver", "runserver_plus", "testserver"}


def check(**_: Any) -> list[CheckMessage]:  # noqa: ANN401  (as Django calls it)
    """Checks everything that can be known without asking Clever. Never raises."""
    messages: list[CheckMessage] = []
    redirect_uris = _client(messages)
    redirect_uri = next(iter(redirect_uris.get("", ())), "")
    parts: list[Callable[[], Iterable[CheckMessage]]] = [
        _misspelled,
        _installed,
        _keys,
        _backends,
        _hooks,
        _middleware,
        _template,
        _groups,
        _login_url,
        _places,
        lambda: _goals([uri for uris in redirect_uris.values() for uri in uris]),
        lambda: _addresses(redirect_uris),
        lambda: _cookies(redirect_uri),
        lambda: _refused_cookies(redirect_uris),
        # The URLs were resolved by now, which imports the views.
        _guards,
    ]
    for part in parts:
        messages += safely(part)
    return messages


def check_deployment(**_: Any) -> list[CheckMessage]:  # noqa: ANN401  (as Django calls it)
    """Checks, for `check --deploy`, settings that are right only on a developer's machine."""
    return safely(_development)


def safely(part: Callable[[], Iterable[CheckMessage]]) -> list[CheckMessage]:
    """The findings of a check. A setting that the check cannot read is a finding, too."""
    try:
        return list(part())
    except Exception as error:  # noqa: BLE001  (a project may have anything in its settings)
        return [
            Error(
                f"the settings cannot be checked: {type(error).__name__}: {error}",
                id="clever_sso.E000",
                hint="Django's own settings that Log in with Clever needs are not what Django expects.",
            )
        ]


def _client(messages: list[CheckMessage]) -> dict[str, tuple[str, ...]]:
    """The redirect URIs of each client, by the name of its host for messages.

    Errors that prevent a client from being created are added to `messages`.
    """
    # Discovery asks Clever, which may be down during setup.
    client, wrong = _outcome(lambda: Client(**{**_settings.arguments(conf.names()), "discover": False}))
    looks = (conf.waiting_page, conf.creates_users, conf.check_choices, conf.session_seconds)
    errors = [wrong, *(_outcome(look)[1] for look in looks)]
    if client is not None:
        errors.append(_outcome(lambda: _settings.check_login(client))[1])
    own, wrong_host = _outcome(lambda: clients_of_hosts(conf.names(), discover=False))
    hosts = {setting_of(host): each for host, each in (own or {}).items()}
    at_hosts = [wrong_host, *(_outcome(partial(_check_login, where, each))[1] for where, each in hosts.items())]
    # Report problems of shared settings only once.
    told = [error.message.partition(": ")[2] or error.message for error in errors if error is not None]
    errors += [error for error in at_hosts if error is not None and not error.message.endswith(tuple(told))]
    for error in errors:
        if error is not None:
            is_serious = not _settings.is_missing(error) or _needs_the_client()
            kind = Error if is_serious else Warning
            messages.append(kind(error.message, id="clever_sso.E001", hint=_hint(error)))
    leading_away = misplaced(client, own or {}, setting_of) if client is not None else ()
    messages += [Warning(problem, id="clever_sso.W012", hint=_COME_BACK) for problem in leading_away]
    shared = client.redirect_uris if client is not None else ()
    at_each = {where: each.redirect_uris for where, each in hosts.items() if each.redirect_uris != shared}
    return {"": shared, **at_each}


_COME_BACK = "A login comes back to the host of its redirect URI. A person without its cookie there starts once more."


def _check_login(where: str, client: Client) -> None:
    raise_named(where, lambda: _settings.check_login(client))


def _hint(error: exceptions.ConfigError) -> str:
    """The hint about a setting of the client."""
    if not _settings.is_missing(error):
        return f"{_settings.guide('Settings')} lists what each setting may be."
    name = error.message.removesuffix(f" {_settings.NOT_SET}").rpartition(" ")[2]
    source = (
        "It is the address of your callback, such as https://app.example/clever/callback, registered with Clever"
        if name == "CLEVER_REDIRECT_URI"
        else "Copy it from the settings of your application in Clever's dashboard"
    )
    return f'{source}. In settings.py: {name} = os.environ.get("{name}"), so that it stays out of the repository.'


def _outcome(look: Callable[[], T]) -> tuple[T | None, exceptions.ConfigError | None]:
    try:
        return look(), None
    except exceptions.ConfigError as error:
        return None, error


def _needs_the_client() -> bool:
    """Whether a command that uses the client, or the project itself, runs these checks."""
    frame: FrameType | None = sys._getframe()  # noqa: SLF001  (`inspect` would read the source of each frame)
    command = ""
    # The outermost command matters: `test` calls `check`, and `runserver` runs the checks in its own thread.
    while frame is not None:
        caller = frame.f_locals.get("self")
        if isinstance(caller, BaseCommand):
            command = type(caller).__module__.rpartition(".")[2]
        frame = frame.f_back
    return not command or command in _NEED_THE_CLIENT


def _development() -> Iterator[CheckMessage]:
    """Checks for settings of a development machine."""
    everywhere = conf.names()
    yield from _development_in("", everywhere)
    for where, own in own_settings(everywhere):
        yield from _development_in(f"{where}: ", own)


def _development_in(where: str, found: Mapping[str, Any]) -> Iterator[CheckMessage]:
    if _settings.is_on(found.get("CLEVER_DEVELOPMENT")):
        yield Warning(
            f"{where}CLEVER_DEVELOPMENT is on: tokens and sessions can be read on the way",
            id="clever_sso.W008",
            hint="Leave it out, and use https everywhere.",
        )
    for name in _ADDRESSES:
        setting = f"{where}{name}"
        for parts in _settings.addresses(found.get(name)):
            if parts.scheme == "http":
                yield Warning(
                    f"{setting} is plain http: {parts.scheme}://{parts.hostname}",
                    id="clever_sso.W009",
                    hint="Use https. Register a new redirect URI with Clever. Leave CLEVER_BASE_URL out.",
                )
            if _settings.is_this_machine(parts.hostname or ""):
                yield Warning(
                    f"{setting} leads to this machine: {parts.hostname}",
                    id="clever_sso.W010",
                    hint="Set the public address; leave CLEVER_BASE_URL out to use the real Clever.",
                )


_ADDRESSES = (
    "CLEVER_REDIRECT_URI",
    "CLEVER_BASE_URL",
    "CLEVER_ISSUER",
    "CLEVER_API_BASE",
    "CLEVER_AUTHORIZATION_ENDPOINT",
    "CLEVER_TOKEN_ENDPOINT",
    "CLEVER_TOKENINFO_ENDPOINT",
    "CLEVER_USERINFO_ENDPOINT",
    "CLEVER_JWKS_URI",
)


def _misspelled() -> Iterator[CheckMessage]:
    for name, meant in _settings.misspelled(list(conf.names()), conf.OWN_SETTINGS):
        yield Warning(f"nothing reads {name}", id="clever_sso.W005", hint=f"A similar setting is {meant}.")
    for name, instead in _settings.of_other_faces(conf.names(), "Django"):
        yield Warning(
            f"nothing reads {name} in Django", id="clever_sso.W005", hint=f"{instead[0].upper()}{instead[1:]}."
        )


def _installed() -> Iterator[CheckMessage]:
    if "clever_sso" in settings.INSTALLED_APPS:
        yield Error(
            'INSTALLED_APPS names "clever_sso", which is not a Django app',
            id="clever_sso.E011",
            hint='Write "clever_sso.django" instead.',
        )


def _keys() -> Iterator[CheckMessage]:
    fallbacks = getattr(settings, "SECRET_KEY_FALLBACKS", None) or ()
    if not isinstance(fallbacks, (list, tuple)):
        yield Error(
            f"SECRET_KEY_FALLBACKS must be a list of keys, not {type(fallbacks).__name__}",
            id="clever_sso.E012",
            hint="Write SECRET_KEY_FALLBACKS = [...], with the keys that SECRET_KEY was before.",
        )
        fallbacks = ()
    try:
        keys = [("SECRET_KEY", settings.SECRET_KEY)]
    except ImproperlyConfigured:
        # Django itself reports an empty one.
        keys = [("SECRET_KEY", "")]
    keys += [("SECRET_KEY_FALLBACKS", key) for key in fallbacks]
    problems = [(name, _settings.key_problem(key)) for name, key in keys]
    for name, problem in problems:
        if problem:
            yield Error(
                f"{name} {problem}, so anyone could sign in as anyone",
                id="clever_sso.E012",
                hint=f"M{_settings.MAKE_A_KEY[1:]}. Then take it from the environment.",
            )


def _guards() -> Iterator[CheckMessage]:
    for guarded, role in sorted(set(UNKNOWN_ROLES)):
        yield _unknown_role(guarded, role)


def _unknown_role(place: str, role: str) -> CheckMessage:
    """Reports misspelled roles. A name that resembles no known role may be one that Clever adds."""
    hint = f"The known ones are {', '.join(sorted(_roles.KNOWN_ROLES))}."
    message = f"{place}: {_roles.unknown_role(role)}"
    if _roles.nearest_role(role):
        return Error(message, id="clever_sso.E015", hint=hint)
    return Warning(message, id="clever_sso.W006", hint=hint)


def _places() -> Iterator[CheckMessage]:
    for name, reason in conf.unreadable_places():
        yield Error(
            f"{name} {reason}",
            id="clever_sso.E013",
            hint=f'Set {name} to the name of a view that urls.py has, or to a path such as "/home".',
        )


def _goals(redirect_uris: Iterable[str]) -> Iterator[CheckMessage]:
    """Checks that people don't go to the login itself after a login or logout."""
    if any(conf.unreadable_places()):
        # Another check reports this.
        return
    try:
        login, others = [reverse("clever_sso:login")], [reverse(f"clever_sso:{name}") for name in _NO_GOALS]
        told = _settings.check_goals(*conf.goals(), login, others, redirect_uris)
    except NoReverseMatch:
        # Other checks report this.
        return
    except exceptions.ConfigError as error:
        name, _, reason = error.message.partition(": ")[2].partition(" ")
        yield Error(f"{name} {reason}", id="clever_sso.E013", hint=f"Set {name} to the name of a view of your project.")
        return
    if told:
        what, _, advice = told.rpartition(". ")
        yield Warning(what, id="clever_sso.W011", hint=f"{advice}.")


_NO_GOALS = ("callback", "logout", "link", "confirm_link", "unlink", "whoami")


def _addresses(redirect_uris: Mapping[str, tuple[str, ...]]) -> Iterator[CheckMessage]:
    try:
        expected = reverse("clever_sso:callback")
        others = [reverse(f"clever_sso:{name}") for name in OTHER_PAGES]
    except NoReverseMatch:
        yield Error(
            "the addresses of clever_sso.django are not in ROOT_URLCONF",
            id="clever_sso.E002",
            hint='Add path("clever/", include("clever_sso.django.urls")).',
        )
        return
    pages = {other.rstrip("/") for other in others}
    for where, uris in redirect_uris.items():
        name = f"{where}: CLEVER_REDIRECT_URI" if where else "CLEVER_REDIRECT_URI"
        for found in dict.fromkeys(urlsplit(uri).path for uri in uris):
            if found.rstrip("/") in pages:
                yield Error(
                    f"{name} leads to {found!r}, which is not the callback but another page of the login",
                    id="clever_sso.E003",
                    hint=f"Register a redirect URI that ends in {expected!r} with Clever.",
                )
            # A proxy may remove a prefix.
            elif not found.rstrip("/").endswith(expected.rstrip("/")):
                yield Error(
                    f"{name} leads to {found!r}, but the callback is at {expected!r}",
                    id="clever_sso.E003",
                    hint="Make them equal, and register the same redirect URI with Clever.",
                )


def _backends() -> Iterator[CheckMessage]:
    from clever_sso.django.backend import CleverBackend  # noqa: PLC0415  (it needs the apps to be ready)

    paths = list_of_texts("AUTHENTICATION_BACKENDS")
    for wrong in filter(None, (imported.problem(path, "class") for path in paths)):
        yield Error(f"AUTHENTICATION_BACKENDS {wrong}", id="clever_sso.E004", hint="Each must be the path of a class.")
        return
    backends = [import_string(path) for path in paths]
    if not any(isinstance(backend, type) and issubclass(backend, CleverBackend) for backend in backends):
        yield Error(
            "AUTHENTICATION_BACKENDS has no Clever backend: no one could sign in",
            id="clever_sso.E004",
            hint='Add "clever_sso.django.CleverBackend".',
        )


def list_of_texts(name: str) -> list[str]:
    """The strings in a setting that is a list. Other checks report any other type."""
    value = getattr(settings, name, None)
    return [each for each in value if isinstance(each, str)] if isinstance(value, (list, tuple)) else []


def _hooks() -> Iterator[CheckMessage]:
    for reason in conf.unreadable_hooks():
        name = reason.partition(" ")[0]
        sample, takes = _SAMPLES[name], ", ".join(conf.HOOKS[name])
        hint = (
            f'Name a function of your project, such as "accounts.{sample}", which begins with: def {sample}({takes}).'
        )
        path = str(getattr(settings, name))
        if " raises " in reason and not _settings.may_be_secret(path):
            module = path.rpartition(".")[0]
            hint = f'Correct that file. To see the whole error, run manage.py shell -c "import {module}".'
        yield Error(reason, id="clever_sso.E005", hint=hint)


_SAMPLES = {
    "CLEVER_BEFORE_SIGN_IN": "decide",
    "CLEVER_MATCH_USER": "find_user",
    "CLEVER_PROVISION_USER": "provision",
}
"""The names that the guides give to these functions."""


def _middleware() -> Iterator[CheckMessage]:
    for name, needed in (
        ("SessionMiddleware", "django.contrib.sessions.middleware.SessionMiddleware"),
        ("AuthenticationMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware"),
    ):
        # A project may have its own subclass of Django's.
        if not any(path == needed or path.endswith(name) for path in list_of_texts("MIDDLEWARE")):
            yield Error(
                f"MIDDLEWARE has no {name}: no one could stay signed in", id="clever_sso.E006", hint=f"Add {needed!r}."
            )


def _template() -> Iterator[CheckMessage]:
    chosen = {"CLEVER_PROBLEM_TEMPLATE": conf.problem_template(), "CLEVER_LINK_TEMPLATE": conf.link_template()}
    for name, template in chosen.items():
        if not template:
            continue
        try:
            get_template(template)
        except Exception as error:  # noqa: BLE001  (a setting of any type, and a template with anything in it)
            yield Error(
                f"{name} cannot be used: {type(error).__name__}: {error}",
                id="clever_sso.E007",
                hint="Without the setting people see a plain page.",
            )


def _groups() -> Iterator[CheckMessage]:
    groups = getattr(settings, "CLEVER_ROLE_GROUPS", None) or {}
    if not isinstance(groups, Mapping):
        yield Error(
            f"CLEVER_ROLE_GROUPS must be a dict, not {type(groups).__name__}",
            id="clever_sso.E008",
            hint='Write {"teacher": "Teachers"}, the name of one group for each role.',
        )
        return
    for role, group in groups.items():
        if not isinstance(role, str) or not isinstance(group, str) or not group.strip():
            kind = type(group if isinstance(role, str) else role).__name__
            yield Error(
                f"CLEVER_ROLE_GROUPS needs the name of one group for each role: for {role!r} it has {kind}",
                id="clever_sso.E008",
                hint='Write {"teacher": "Teachers"}; for more than one group use CLEVER_PROVISION_USER.',
            )
            return
    if not groups:
        return
    try:
        get_user_model()._meta.get_field("groups")  # noqa: SLF001  (Django documents it)
    except FieldDoesNotExist:
        yield Error(
            "CLEVER_ROLE_GROUPS is set, but AUTH_USER_MODEL has no groups",
            id="clever_sso.E009",
            hint="Derive the model from PermissionsMixin, or use CLEVER_PROVISION_USER.",
        )
    for role in sorted(groups):
        if role not in _roles.KNOWN_ROLES:
            yield _unknown_role("CLEVER_ROLE_GROUPS", role)


_LOGIN_URL_HINT = (
    'Set LOGIN_URL = "clever_sso:login". If people also log in with a password, set it to your own login page, with a '
    "link there."
)


def _login_url() -> Iterator[CheckMessage]:
    wrong = conf.no_place(settings.LOGIN_URL)
    if wrong:
        yield Error(f"LOGIN_URL {wrong}", id="clever_sso.E014", hint=_LOGIN_URL_HINT)
        return
    try:
        target = resolve_url(settings.LOGIN_URL)
    except NoReverseMatch:
        if str(settings.LOGIN_URL).startswith("clever_sso:"):
            # Then the URLs are missing, which another check reports, or the name is misspelled.
            with suppress(NoReverseMatch):
                reverse("clever_sso:login")
                yield _no_login_url()
            return
        yield _no_login_url()
        return
    if not target.startswith("/"):
        return
    with suppress(NoReverseMatch):
        if any(leads_to(target, reverse(f"clever_sso:{name}")) for name in _NO_GOALS):
            yield Error(
                f"LOGIN_URL leads to {target!r}, a page of the login that does not begin one",
                id="clever_sso.E014",
                hint=_LOGIN_URL_HINT,
            )
            return
    try:
        resolve(urlsplit(target).path)
    except Resolver404:
        yield Warning(
            f"LOGIN_URL leads to {target!r}, where there is no page: login_required would send people there",
            id="clever_sso.W007",
            hint=_LOGIN_URL_HINT,
        )


def _no_login_url() -> CheckMessage:
    return Error(
        f"LOGIN_URL is {str(settings.LOGIN_URL)!r}, and no URL pattern has that name",
        id="clever_sso.E014",
        hint=_LOGIN_URL_HINT,
    )


def _cookies(redirect_uri: str) -> Iterator[CheckMessage]:
    over_https = urlsplit(redirect_uri).scheme == "https"
    if over_https and not settings.SESSION_COOKIE_SECURE:
        yield Warning(
            "SESSION_COOKIE_SECURE is False although the redirect URI is https: sessions can be read on the way",
            id="clever_sso.W001",
            hint="Set SESSION_COOKIE_SECURE = True.",
        )
    same_site = str(settings.SESSION_COOKIE_SAMESITE).lower()
    if same_site not in {"lax", "strict"}:
        yield Warning(
            "SESSION_COOKIE_SAMESITE is neither Lax nor Strict: other sites can act as the signed-in person",
            id="clever_sso.W002",
            hint='Set SESSION_COOKIE_SAMESITE = "Lax".',
        )
    if not settings.SESSION_COOKIE_HTTPONLY:
        yield Warning(
            "SESSION_COOKIE_HTTPONLY is False: scripts can read the session of the signed-in person",
            id="clever_sso.W003",
            hint="Set SESSION_COOKIE_HTTPONLY = True.",
        )
    if same_site == "strict" and not _waits():
        yield Error(
            "SESSION_COOKIE_SAMESITE is Strict: a browser that comes from Clever does not send such a cookie, and "
            "people who log in would end at a page",
            id="clever_sso.E010",
            hint="Use Lax, or set CLEVER_WAITING_PAGE = True, which makes the last step your own site's.",
        )


def _refused_cookies(redirect_uris: Mapping[str, tuple[str, ...]]) -> Iterator[CheckMessage]:
    """Reports session cookies that browsers refuse on the host of the callback."""
    uris = [uri for each in redirect_uris.values() for uri in each]
    domain = domain_problem(settings.SESSION_COOKIE_DOMAIN, uris)
    if domain:
        yield Error(domain, id="clever_sso.E016", hint="Leave SESSION_COOKIE_DOMAIN out, or set it to that host.")
    secure = secure_problem(uris) if settings.SESSION_COOKIE_SECURE else None
    if secure:
        yield Warning(secure, id="clever_sso.W013", hint="Use https, and register the same redirect URI with Clever.")


def _waits() -> bool:
    try:
        return conf.waiting_page()
    except exceptions.ConfigError:
        return False
