"""What the tests of the Python face share: a client, and two Clevers of canned answers."""

from __future__ import annotations

from collections.abc import Iterator

import clever_sso
import pytest
from canned_clever import ADA, ADA_ID, CLIENT_ID, DISTRICT_ID, make_client, serving
from harness import ports
from harness.gate import Gate


@pytest.fixture
def client() -> clever_sso.Client:
    return make_client()


@pytest.fixture
def refusing() -> Iterator[str]:
    """Run a Clever that refuses everything with 400."""
    with serving({}) as base_url:
        yield base_url


def answers() -> dict[str, object]:
    """What a Clever says where Ada logs in without an ID token."""
    me = {"id": ADA_ID, "district": DISTRICT_ID, "type": "user", "authorized_by": "district"}
    return {
        "/oauth/tokens": {"access_token": "il-very-private", "token_type": "bearer"},
        "/oauth/tokeninfo": {"client_id": CLIENT_ID, "scopes": ["read:user_id"]},
        "/v3.0/me": {"type": "user", "data": me},
        f"/v3.0/users/{ADA_ID}": {"data": ADA},
        f"/v3.0/districts/{DISTRICT_ID}": {"data": {"id": DISTRICT_ID, "name": "Emulated School District"}},
    }


@pytest.fixture
def clever() -> Iterator[str]:
    """Run a Clever where Ada logs in without an ID token."""
    with serving(answers()) as base_url:
        yield base_url


@pytest.fixture
def gate() -> Gate:
    """Holds back the responses of the Clever `slow`."""
    return Gate()


@pytest.fixture
def slow(gate: Gate) -> Iterator[str]:
    """Run the same Clever, which answers nothing until the gate is opened."""
    with serving(answers(), gate) as base_url:
        yield base_url


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port where nobody listens, unless the test does."""
    with ports.reserved() as port:
        yield port
