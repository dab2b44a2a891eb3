"""A process that logs people in: in a pool, or after a bare fork."""

from __future__ import annotations

import os
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier

import clever_sso
from clever_sso.testing import Person
from harness.patience import SECONDS
from logins import callback_of


@dataclass
class Own:
    """The client that this process uses: its parent's or its own."""

    client: clever_sso.Client | None = None
    others: Barrier | None = None


OWN = Own()


def use(client: clever_sso.Client) -> None:
    OWN.client = client


def join(others: Barrier, settings: dict[str, str] | None) -> None:
    """Take part in a pool: before its first login, this process waits until each other process is ready."""
    OWN.others = others
    if settings is not None:
        make_from(settings)


def make_from(settings: dict[str, str]) -> None:
    """Create a client, for a process that inherits none."""
    os.environ.update(settings)
    OWN.client = clever_sso.Client.from_env()


def is_right(person: Person) -> tuple[bool, int]:
    """Log a person in. Returns whether it was the right person, and the process id."""
    assert OWN.client
    if OWN.others is not None:
        OWN.others.wait(SECONDS)
        OWN.others = None
    login = OWN.client.begin_login()
    outcome = OWN.client.finish_login(callback_of(login.url, person), pending=login.pending)
    return isinstance(outcome, clever_sso.SignedIn) and outcome.identity.id == person.id, os.getpid()
