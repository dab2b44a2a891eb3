"""Runs and controls the emulator of Clever in tests."""

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
DEFAULT_PERSON = "ada"

AppKind = Literal["oidc", "oauth", "library"]
"""An application with ID tokens, one without, and one of Clever Library."""

_SUFFIXES: dict[AppKind, str] = {"oidc": ",oidc", "oauth": "", "library": ",library"}


class EmulatorError(RuntimeError):
    """Raised when the emulator refuses a request of a test."""


@dataclass(frozen=True)
class JournalEntry:
    """One request that the emulator received. Values of parameters are never stored."""

    time: int
    """The time of the request, in Unix seconds."""

    method: str
    """The HTTP method."""

    path: str
    """The path, including the scenario."""

    parameters: tuple[str, ...]
    """The names of the parameters."""

    authorization: str | None
    """The scheme of the `Authorization` header."""

    status: int
    """The status of the response."""

    explanation: str | None
    """How the emulator handled the request."""


@dataclass(frozen=True)
class _Application:
    client_id: str
    client_secret: str = field(repr=False)


class Emulator:
    """A running emulator. Three applications with the same redirect URIs are registered: `oidc`, `oauth` and `library`.

    Attributes:
        base_url: The base URL of the emulator, and the issuer of its ID tokens.
        redirect_uris: The redirect URIs of the applications; the first is the primary one.
        moved: Whether its clock or its keys have changed since the start.
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
        person: str = DEFAULT_PERSON,
    ) -> Iterator[Emulator]:
        """Run an emulator on a free port while the block runs.

        Args:
            redirect_uris: The redirect URIs of the application under test. The first is the primary one.
            world_file: A file with your own people, as `clever-emulator init` writes it.
            person: The person who logs in by default; a person in that file.

        Raises:
            EmulatorMissing: When the program is missing. The message says how to get it.
            RuntimeError: When it does not start. The message has its output.
        """
        # New credentials each time, so that they cannot be mistaken for an application's own.
        apps = {kind: _Application(secrets.token_hex(10), secrets.token_hex(20)) for kind in _SUFFIXES}
        options = ["--port", "0", "--auto-login", person]
        if world_file is not None:
            options += ["--world", str(world_file)]
        with program.started(options + _app_options(apps, redirect_uris)) as base_url:
            yield cls(base_url, redirect_uris, apps, Path(world_file) if world_file else None)

    # ---------------------------------------------------------------- the application under test

    def settings(self, *, scenario: str | None = None, app: AppKind = "oidc") -> dict[str, str]:
        """The settings of the application under test: `CLEVER_CLIENT_ID`, `CLEVER_CLIENT_SECRET`,
        `CLEVER_REDIRECT_URI` and `CLEVER_BASE_URL`. You can use them unchanged in Flask's configuration, Django's
        settings and the environment.

        Args:
            scenario: The name of something that Clever should do differently, see `scenario`.
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
        """The URL of the app's icon in the Clever Portal. `clever_login(client, "ada", path=…)` follows it."""
        query = {"channel": "clever-portal", "confirmed": "true", "response_type": "code"}
        query.update(client_id=self._apps[app].client_id, redirect_uri=self.redirect_uris[0])
        return f"{self.base_url}/oauth/authorize?{urlencode(query)}"

    def instant_login_link(self, district_id: str, *, app: AppKind = "oidc") -> str:
        """An Instant Login link of a district. `clever_login(client, "ada", path=…)` follows it."""
        query = {"client_id": self._apps[app].client_id, "district_id": district_id}
        return f"{self.base_url}/oauth/instant-login?{urlencode(query)}"

    # ---------------------------------------------------------------- what Clever does otherwise

    def scenarios(self) -> dict[str, str]:
        """The scenarios: the name of each, and what Clever does differently in it."""
        return {entry["name"]: entry["what"] for entry in self._control("GET", "scenarios")}

    def scenario(self, name: str) -> str:
        """The base URL of a whole Clever that does exactly one thing differently, for example `id-token-expired`.

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
        """Look up a person by handle, Clever id or sign-in number.

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
        """Move the emulator's clock forward. After the test it is reset.

        The application's clock does not change. So, for example, codes get older, and ID tokens come from the future.

        Returns:
            The emulator's new time, in Unix seconds.
        """
        self.moved = True
        return int(self._control("POST", "clock", {"advance": seconds})["now"])

    def rotate_keys(self) -> str:
        """Replace the signing key with a new one, until the end of the test. Returns its `kid`."""
        self.moved = True
        return str(self._control("POST", "keys/rotate")["kid"])

    def journal(self) -> list[JournalEntry]:
        """The latest 1000 requests to the emulator, oldest first."""
        entries = self._control("GET", "journal")["journal"]
        return [JournalEntry(**{**entry, "parameters": tuple(entry["parameters"])}) for entry in entries]

    def forget_journal(self) -> None:
        """Empty the journal."""
        self._control("DELETE", "journal")

    def reset(self) -> None:
        """Reset clock, keys, codes, tokens and journal to the state after the start."""
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
