"""Runs operations by name in Python and in C, and returns the results in the same form."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol, Union
from urllib.parse import parse_qs, urlsplit

import clever_sso
from harness.clever import CLIENT, TABLE
from harness.paths import ROOT
from harness.patience import SECONDS
from harness.programs import compiled, environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from harness.clever import Clever

Fields = dict[str, str]
Outcome = Union[clever_sso.SignedIn, clever_sso.Restart, clever_sso.Denied]


class Face(Protocol):
    """One language."""

    def configure(self, name: str, **settings: str | None) -> tuple[str, Fields]:
        """Create a client and store it as `name`; return the status, and the fields of the error."""

    def make_client(self, name: str, **settings: str | None) -> None:
        """Create a client; this must succeed."""

    def call(self, action: str, client: str, arguments: Fields) -> tuple[str, Fields]:
        """Run an operation; return its status and its fields."""


class PythonFace:
    """The Python package, in this process."""

    def __init__(self) -> None:
        self._clients: dict[str, clever_sso.Client] = {}

    def configure(self, name: str, **settings: str | None) -> tuple[str, Fields]:
        arguments: dict[str, Any] = dict(settings)
        arguments["client_secret"] = arguments.pop("secret")
        for setting, kind in {"timeout": float, "development": bool}.items():
            if setting in arguments:
                arguments[setting] = kind(arguments[setting])
        try:
            self._clients[name] = clever_sso.Client(**arguments)
        except clever_sso.Error as error:
            return refused(error)
        return "ok", {}

    def make_client(self, name: str, **settings: str | None) -> None:
        result, fields = self.configure(name, **settings)
        assert result == "ok", fields

    def call(self, action: str, client: str, arguments: Fields) -> tuple[str, Fields]:
        try:
            result, fields = OPERATIONS[action](self._clients[client], arguments)
        except clever_sso.Error as error:
            return refused(error)
        return result, {name: value for name, value in fields.items() if value is not None}


class CFace:
    """The C driver: a process that prints a line for each line of its input."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def configure(self, name: str, **settings: str | None) -> tuple[str, Fields]:
        return self.call("client", name, {key: value for key, value in settings.items() if value is not None})

    def make_client(self, name: str, **settings: str | None) -> None:
        result, fields = self.configure(name, **settings)
        assert result == "ok", fields

    def call(self, action: str, client: str, arguments: Fields) -> tuple[str, Fields]:
        words = [action, f"client={client}", *(f"{name}={value}" for name, value in arguments.items())]
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write("\t".join(words).replace("\n", "\\n") + "\n")
        self._process.stdin.flush()
        result, *fields = self._process.stdout.readline().rstrip("\n").split("\t")
        return result, dict(field.split("=", 1) for field in fields)


@contextmanager
def driven(command: Sequence[str | Path], variables: Mapping[str, str]) -> Iterator[Face]:
    """A process with the C driver's protocol. At the end of its input, it must exit with status 0."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, encoding="utf-8", env=variables) as process:
        yield CFace(process)
        assert process.stdin
        process.stdin.close()
        assert process.wait(SECONDS) == 0


@contextmanager
def speaking(language: str) -> Iterator[Face]:
    """Return the face for `python` or `c`."""
    if language == "python":
        yield PythonFace()
        return
    with driven([compiled(ROOT / "ffi/tests/c/driver.c")], environment()) as face:
        yield face


def refused(error: clever_sso.Error) -> tuple[str, Fields]:
    fields = {
        "message": f"{error} {error!r} {error.user_message} {error.set_cookies!r}",
        "page_status": str(error.page_status),
        **browser_leg(error),
    }
    if error.return_to is not None:
        fields["return_to"] = error.return_to
    fields["switch_user"] = str(error.switch_user).lower()
    if error.retry_after is not None:
        fields["retry_after"] = str(int(error.retry_after))
    return f"error {error.code}", fields


def run(face: Face, clever: Clever, operation: str, **settings: str) -> tuple[str, Fields]:
    """Run one operation with a new client, which has no keys yet."""
    face.make_client("fresh", **{"base_url": clever.base_url, **CLIENT, **settings})
    if operation != "login":
        answers = TABLE["answers"]
        ids = {"district": answers["district"]["data"]["id"], "user": answers["user"]["data"]["id"]}
        arguments = {"access_token": answers["tokens"]["access_token"]}
        if operation in ids:
            arguments["id"] = ids[operation]
        if operation == "userinfo":
            arguments["subject"] = answers["userinfo"]["sub"]
        return face.call(operation, "fresh", arguments)
    result, login = face.call("begin_login", "fresh", {})
    assert result == "ok", login
    sent = {name: values[0] for name, values in parse_qs(urlsplit(login["url"]).query).items()}
    clever.nonce = sent["nonce"]
    callback = f"{CLIENT['redirect_uri']}?code=c0de&state={sent['state']}"
    return face.call("finish_login", "fresh", {"callback": callback, "pending": login["pending"]})


def finish_login(client: clever_sso.Client, arguments: Fields) -> tuple[str, dict[str, Any]]:
    return finished(client.finish_login, arguments)


def finish_implicit(client: clever_sso.Client, arguments: Fields) -> tuple[str, dict[str, Any]]:
    return finished(client.finish_implicit, arguments)


def finished(finish: Callable[..., Outcome], arguments: Fields) -> tuple[str, dict[str, Any]]:
    outcome = finish(arguments["callback"], arguments.get("cookies"), pending=arguments.get("pending"))
    result, fields = outcome_of(outcome)
    return result, {**fields, **browser_leg(outcome)}


def outcome_of(outcome: Outcome) -> tuple[str, dict[str, Any]]:
    if isinstance(outcome, clever_sso.SignedIn):
        identity = outcome.identity
        return f"signed_in {identity.proven_by}", {
            "id": identity.id,
            "name": identity.name.full,
            "district_id": identity.district_id,
            "user_type": identity.user_type,
            "roles": joined(role.name for role in identity.roles),
            "unverified_email": identity.unverified_email,
            "legacy_ids": joined(identity.legacy_ids),
            "authorized_by": identity.authorized_by,
            "loginas_by_admin": str(identity.loginas_by_admin).lower(),
            "return_to": outcome.return_to,
            "switch_user": str(outcome.switch_user).lower(),
        }
    if isinstance(outcome, clever_sso.Restart):
        return f"restart {outcome.reason}", login_fields(outcome.login)
    return f"denied {outcome.error}", {
        "return_to": outcome.return_to,
        "switch_user": str(outcome.switch_user).lower(),
    }


def login_fields(login: clever_sso.Login) -> dict[str, Any]:
    return {
        "url": login.url,
        "pending": login.pending,
        "key": login.key,
        "needs_page": str(login.needs_page).lower(),
        **cookie_fields(login.set_cookies),
    }


def browser_leg(what_came: Outcome | clever_sso.Error) -> dict[str, Any]:
    return {
        **cookie_fields(what_came.set_cookies),
        "ends_session": str(what_came.ends_session).lower(),
    }


def cookie_fields(cookies: tuple[clever_sso.SetCookie, ...]) -> Fields:
    """Return `NAME=VALUE;MAX-AGE` for each cookie, separated by `|`, and the headers that set them."""
    return {
        "set_cookies": "|".join(f"{cookie.name}={cookie.value};{cookie.max_age}" for cookie in cookies),
        "set_cookie_headers": "|".join(cookie.header for cookie in cookies),
    }


def joined(texts: Iterable[str]) -> str | None:
    """Join several strings in one field: sorted, separated by commas."""
    return ",".join(sorted(texts)) or None


def begin_login(client: clever_sso.Client, arguments: Fields) -> tuple[str, dict[str, Any]]:
    return "ok", login_fields(client.begin_login(**switches(arguments)))


def begin_implicit(client: clever_sso.Client, arguments: Fields) -> tuple[str, dict[str, Any]]:
    return "ok", login_fields(client.begin_implicit(**switches(arguments)))


def switches(arguments: Fields) -> dict[str, Any]:
    """Return the arguments, with booleans converted."""
    options: dict[str, Any] = dict(arguments)
    for name in {"switch_user", "has_session", "without_state"} & set(options):
        options[name] = options[name] == "true"
    return options


def login_key(_: clever_sso.Client, arguments: Fields) -> tuple[str, dict[str, Any]]:
    return "ok", {"key": clever_sso.login_key(arguments["callback"])}


def log_out(client: clever_sso.Client, arguments: Fields) -> tuple[str, dict[str, Any]]:
    return "ok", cookie_fields(client.log_out_cookies(arguments["cookies"]))


def session_kept(client: clever_sso.Client, arguments: Fields) -> tuple[str, dict[str, Any]]:
    return "ok", cookie_fields(client.session_kept_cookies(arguments["cookies"]))


def is_switched_on(_: clever_sso.Client, arguments: Fields) -> tuple[str, dict[str, Any]]:
    return "ok", {"on": str(clever_sso.is_switched_on(arguments.get("value"))).lower()}


def leads_to(_: clever_sso.Client, arguments: Fields) -> tuple[str, dict[str, Any]]:
    return "ok", {"leads": str(clever_sso.leads_to(arguments["target"], arguments["path"])).lower()}


HEADERS = {
    "site": "Sec-Fetch-Site",
    "mode": "Sec-Fetch-Mode",
    "dest": "Sec-Fetch-Dest",
    "sec_purpose": "Sec-Purpose",
    "purpose": "Purpose",
    "x_purpose": "X-Purpose",
    "x_moz": "X-Moz",
    "origin": "Origin",
}


def refusal(client: clever_sso.Client, arguments: Fields) -> tuple[str, dict[str, Any]]:
    headers = {HEADERS[name]: value for name, value in arguments.items() if name in HEADERS}
    endpoint: Any = arguments["endpoint"]
    refused = client.refusal(endpoint, method=arguments["method"], headers=headers)
    return "ok", {"status": str(refused.status), "allow": refused.allow} if refused else {}


def parse_callback(_: clever_sso.Client, arguments: Fields) -> tuple[str, dict[str, Any]]:
    callback = clever_sso.parse_callback(arguments["callback"])
    names = ["code", "state", "access_token", "error"]
    return "ok", {name: getattr(callback, name) for name in names}


def exchange_code(client: clever_sso.Client, arguments: Fields) -> tuple[str, dict[str, Any]]:
    tokens = client.exchange_code(arguments["code"], arguments.get("redirect_uri"))
    return "ok", {"access_token": tokens.access_token, "id_token": tokens.id_token}


def verify_id_token(client: clever_sso.Client, arguments: Fields) -> tuple[str, dict[str, Any]]:
    claims = client.verify_id_token(
        arguments["token"], nonce=arguments.get("nonce"), access_token=arguments.get("access_token")
    )
    return "ok", {"subject": claims["sub"]}


def check_token(client: clever_sso.Client, arguments: Fields) -> tuple[str, dict[str, Any]]:
    info = client.check_token(arguments["access_token"])
    return "ok", {"client_id": info.client_id, "scopes": joined(info.scopes)}


def me(client: clever_sso.Client, arguments: Fields) -> tuple[str, dict[str, Any]]:
    record = client.me(arguments["access_token"])
    names = ["id", "district_id", "user_type", "authorized_by"]
    return "ok", {name: getattr(record, name) for name in names}


def user(client: clever_sso.Client, arguments: Fields) -> tuple[str, dict[str, Any]]:
    record = client.user(arguments["access_token"], arguments["id"])
    return "ok", {
        "id": record.id,
        "name": record.name.full,
        "district_id": record.district_id,
        "unverified_email": record.unverified_email,
        "roles": joined(role.name for role in record.roles),
        "legacy_ids": joined(role.legacy_id for role in record.roles if role.legacy_id),
    }


def district(client: clever_sso.Client, arguments: Fields) -> tuple[str, dict[str, Any]]:
    record = client.district(arguments["access_token"], arguments["id"])
    return "ok", {"id": record.id, "name": record.name}


def userinfo(client: clever_sso.Client, arguments: Fields) -> tuple[str, dict[str, Any]]:
    return "ok", {"id": client.userinfo(arguments["access_token"], arguments.get("subject")).id}


def export_keys(client: clever_sso.Client, _: Fields) -> tuple[str, dict[str, Any]]:
    return "ok", {"keys": client.export_keys()}


def import_keys(client: clever_sso.Client, arguments: Fields) -> tuple[str, dict[str, Any]]:
    client.import_keys(arguments["keys"])
    return "ok", {}


def warm_up(client: clever_sso.Client, _: Fields) -> tuple[str, dict[str, Any]]:
    client.warm_up()
    return "ok", {}


def authorize_url(client: clever_sso.Client, arguments: Fields) -> tuple[str, dict[str, Any]]:
    return "ok", {"url": client.authorize_url(**switches(arguments))}


def instant_login_url(client: clever_sso.Client, arguments: Fields) -> tuple[str, dict[str, Any]]:
    return "ok", {"url": client.instant_login_url(arguments["district_id"])}


OPERATIONS: dict[str, Callable[[clever_sso.Client, Fields], tuple[str, dict[str, Any]]]] = {
    "begin_login": begin_login,
    "finish_login": finish_login,
    "begin_implicit": begin_implicit,
    "finish_implicit": finish_implicit,
    "log_out": log_out,
    "session_kept": session_kept,
    "is_switched_on": is_switched_on,
    "leads_to": leads_to,
    "login_key": login_key,
    "parse_callback": parse_callback,
    "refusal": refusal,
    "exchange_code": exchange_code,
    "verify_id_token": verify_id_token,
    "check_token": check_token,
    "me": me,
    "user": user,
    "district": district,
    "userinfo": userinfo,
    "export_keys": export_keys,
    "import_keys": import_keys,
    "warm_up": warm_up,
    "authorize_url": authorize_url,
    "instant_login_url": instant_login_url,
}
