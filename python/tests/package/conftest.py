"""Shared fixtures of the Python tests: a client, and two servers with canned responses of Clever."""

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
    """Run a server that refuses every request with 400."""
    with serving({}) as base_url:
        yield base_url


def answers() -> dict[str, object]:
    """The responses of Clever when Ada logs in without an ID token."""
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
    """Run a server where Ada logs in without an ID token."""
    with serving(answers()) as base_url:
        yield base_url


@pytest.fixture
def gate() -> Gate:
    """Holds back the responses of the server `slow`."""
    return Gate()


@pytest.fixture
def slow(gate: Gate) -> Iterator[str]:
    """Run the same server, which responds to nothing until the gate is open."""
    with serving(answers(), gate) as base_url:
        yield base_url


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port where no one listens, unless the test does."""
    with ports.reserved() as port:
        yield port
