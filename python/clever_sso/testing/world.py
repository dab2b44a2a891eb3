"""The people of an emulator, read from its world file."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from clever_sso.testing import program

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

INIT_SECONDS = 20


@dataclass(frozen=True)
class Person:
    """A person who can log in. All people are fictional."""

    handle: str
    """The short name of this person in tests."""

    id: str
    """The Clever id."""

    number: str
    """The sign-in number: it is both user name and password."""

    first_name: str
    """The given name."""

    last_name: str
    """The family name."""

    email: str | None
    """The email address; some people have none."""

    district_id: str | None
    """The district; people of Clever Library have none."""

    roles: tuple[str, ...]
    """The names of the roles; a login uses the first one."""

    @property
    def full_name(self) -> str:
        """First and last name with a space between them."""
        return f"{self.first_name} {self.last_name}"

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Person:
        """The person of one `[[person]]` table."""
        return cls(
            handle=table["handle"],
            id=table["id"],
            number=table["number"],
            first_name=table["given_name"],
            last_name=table["family_name"],
            email=table.get("email"),
            district_id=table.get("district"),
            roles=tuple(role["user_type"] for role in table["roles"]),
        )


def people(world: Path | None) -> dict[str, Person]:
    """All people in the file, or in the built-in world, by handle."""
    text = world.read_text("utf-8") if world else _built_in()
    everyone = (Person.of(table) for table in _parsed(text)["person"])
    return {person.handle: person for person in everyone}


def _built_in() -> str:
    command = [program.find(), "init", "-"]
    done = subprocess.run(command, capture_output=True, check=True, timeout=INIT_SECONDS)  # noqa: S603  (see program)
    return done.stdout.decode("utf-8")


def _parsed(text: str) -> dict[str, Any]:
    # Python has this module since 3.11; for older versions, pytest installs one.
    toml = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    return cast("dict[str, Any]", toml.loads(text))
