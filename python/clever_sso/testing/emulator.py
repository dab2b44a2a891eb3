"""A Clever on this machine, as tests see it."""

from __future__ import annotations

import json
import secrets
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode

from clever_sso._native import Client
from clever_sso.testing import exchange, program, world

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence

    from clever_sso.testing.world import Person

REDIRECT_URI = "http://localhost/clever/callback"
SOMEBODY = "ada"

AppKind = Literal["oidc", "oauth", "library"]
"""An application with ID tokens, one without, and one of Clever Library."""

_SUFFIXES: dict[AppKind, str] = {"oidc": ",oidc", "oauth": "", "library": ",library"}


class EmulatorError(RuntimeError):
    """The emulator refused what a test asked of it."""


@dataclass(frozen=True)
class JournalEntry:
    """One request that the emulator got. Values of parameters are never kept."""

    time: int
    """When, in Unix seconds."""

    method: str
    """The HTTP method."""

    path: str
    """The path, scenario included."""

    parameters: tuple[str, ...]
    """The names of the parameters."""

    authorization: str | None
    """The scheme of the `Authorization` header."""

    status: int
    """The status of the answer."""

    explanation: str | None
    """What the emulator made of it."""


@dataclass(frozen=True)
class _Application:
    client_id: str
    client_secret: str = field(repr=False)


class Emulator:
    """A running emulator. Three applications with the same redirect URIs are registered: `oidc`, `oauth` and `library`.

    Attributes:
        base_url: Where it is, and the issuer of its ID tokens.
        redirect_uris: Those of the applications; the first is the primary one.
        moved: Whether its clock or its keys are no longer those of the start.
    """

    def __init__(
        self, base_url: str, redirect_uris: Sequence[str], apps: dict[AppKind, _Application], world_file: Path | None
    ) -> None:
        self.base_url = base_url
        self.redirect_uris = tuple(redirect_uris)
        self.moved = False
        self._apps = apps
        self._world_file = world_file
        self._people: dict[str, Person] | None = None

    @classmethod
    @contextmanager
    def running(
        cls,
        redirect_uris: Sequence[str] = (REDIRECT_URI,),
        *,
        world_file: str | os.PathLike[str] | None = None,
        person: str = SOMEBODY,
    ) -> Iterator[Emulator]:
        """Run an emulator on a free port while the block runs.

        Args:
            redirect_uris: Those of the application under test. The first is the primary one.
            world_file: A file with your own people, as `clever-emulator init` writes it.
            person: Who logs in if no person is named; a person in that file.

        Raises:
            EmulatorMissing: When the program is not there, with how to get it.
            RuntimeError: When it does not start, with what it said.
        """
        # New ones each time: they cannot be mistaken for an application's own.
        apps = {kind: _Application(secrets.token_hex(10), secrets.token_hex(20)) for kind in _SUFFIXES}
        options = ["--port", "0", "--auto-login", person]
        if world_file is not None:
            options += ["--world", str(world_file)]
        with program.started(options + _app_options(apps, redirect_uris)) as base_url:
            yield cls(base_url, redirect_uris, apps, Path(world_file) if world_file else None)

    # ---------------------------------------------------------------- the application under test

    def settings(self, *, scenario: str | None = None, app: AppKind = "oidc") -> dict[str, str]:
        """The settings of the application under test: `CLEVER_CLIENT_ID`, `CLEVER_CLIENT_SECRET`,
        `CLEVER_REDIRECT_URI` and `CLEVER_BASE_URL`. Flask's configuration, Django's settings and the environment take
        them as they are.

        Args:
            scenario: Something that Clever shall do otherwise, see `scenario`.
            app: `oidc` with ID tokens, `oauth` without, or `library` for the people of Clever Library.
        """  # noqa: D205  (one sentence)
        application = self._apps[app]
        return {
            "CLEVER_CLIENT_ID": application.client_id,
            "CLEVER_CLIENT_SECRET": application.client_secret,
            "CLEVER_REDIRECT_URI": " ".join(self.redirect_uris),
            "CLEVER_BASE_URL": self.scenario(scenario) if scenario else self.base_url,
        }

    def client(self, *, scenario: str | None = None, app: AppKind = "oidc") -> Client:
        """A client with those settings."""
        application = self._apps[app]
        base_url = self.scenario(scenario) if scenario else self.base_url
        return Client(application.client_id, application.client_secret, self.redirect_uris, base_url=base_url)

    def portal_link(self, *, app: AppKind = "oidc") -> str:
        """Where the application's icon in the Clever Portal leads. `clever_login(client, "ada", path=…)` follows it."""
        query = {"channel": "clever-portal", "confirmed": "true", "response_type": "code"}
        query.update(client_id=self._apps[app].client_id, redirect_uri=self.redirect_uris[0])
        return f"{self.base_url}/oauth/authorize?{urlencode(query)}"

    def instant_login_link(self, district_id: str, *, app: AppKind = "oidc") -> str:
        """An Instant Login link of a district. `clever_login(client, "ada", path=…)` follows it."""
        query = {"client_id": self._apps[app].client_id, "district_id": district_id}
        return f"{self.base_url}/oauth/instant-login?{urlencode(query)}"

    # ---------------------------------------------------------------- what Clever does otherwise

    def scenarios(self) -> dict[str, str]:
        """What Clever can do otherwise: names, and what each does."""
        return {entry["name"]: entry["what"] for entry in self._control("GET", "scenarios")}

    def scenario(self, name: str) -> str:
        """The base URL of a whole Clever that does exactly one thing otherwise, `id-token-expired` for example.

        Raises:
            EmulatorError: When there is no such scenario.
        """
        known = self.scenarios()
        if name not in known:
            raise EmulatorError(f"there is no scenario {name!r}; there are: {', '.join(known)}")
        return f"{self.base_url}/s/{name}"

    # ---------------------------------------------------------------- people

    def people(self) -> dict[str, Person]:
        """All people who can log in, by handle."""
        if self._people is None or self._world_file is not None:
            self._people = world.people(self._world_file)
        return dict(self._people)

    def person(self, who: str) -> Person:
        """A person, by handle, Clever id or sign-in number.

        Raises:
            EmulatorError: If there is no such person.
        """
        for person in self.people().values():
            if who in {person.handle, person.id, person.number}:
                return person
        raise EmulatorError(f"there is no person {who!r}; there are: {', '.join(self.people())}")

    # ---------------------------------------------------------------- clock, keys and journal

    def now(self) -> int:
        """The emulator's time in Unix seconds."""
        return int(self._control("GET", "clock")["now"])

    def advance(self, seconds: int) -> int:
        """Move the emulator's clock forward. It is back in time after the test.

        The application's clock stays where it is: a code, for example, ages, and ID tokens come from the future.

        Returns:
            Its time then, in Unix seconds.
        """
        self.moved = True
        return int(self._control("POST", "clock", {"advance": seconds})["now"])

    def rotate_keys(self) -> str:
        """Replace the signature key by a new one, until the end of the test. Returns its `kid`."""
        self.moved = True
        return str(self._control("POST", "keys/rotate")["kid"])

    def journal(self) -> list[JournalEntry]:
        """What the emulator was asked: the latest 1000 requests, oldest first."""
        entries = self._control("GET", "journal")["journal"]
        return [JournalEntry(**{**entry, "parameters": tuple(entry["parameters"])}) for entry in entries]

    def forget_journal(self) -> None:
        """Empty the journal."""
        self._control("DELETE", "journal")

    def reset(self) -> None:
        """As after the start: clock, keys, codes, tokens and journal."""
        self._control("POST", "reset")
        self.moved = False

    def _control(self, method: str, name: str, body: object = None) -> Any:  # noqa: ANN401  (JSON)
        text = None if body is None else json.dumps(body)
        reply = exchange.request(method, f"{self.base_url}/_emulator/{name}", text)
        answer = json.loads(reply.text) if reply.text else None
        if reply.status >= 400:  # noqa: PLR2004  (HTTP's own line between yes and no)
            raise EmulatorError(answer["message"] if isinstance(answer, dict) else f"status {reply.status}")
        return answer

    def __repr__(self) -> str:
        return f"Emulator(base_url={self.base_url!r})"


def _app_options(apps: dict[AppKind, _Application], redirect_uris: Sequence[str]) -> list[str]:
    values = (
        f"{app.client_id}:{app.client_secret}:{uri}{_SUFFIXES[kind]}"
        for kind, app in apps.items()
        for uri in redirect_uris
    )
    return [option for value in values for option in ("--app", value)]
