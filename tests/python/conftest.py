"""What the tests of the Python face share: a client, and two Clevers of canned answers."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import clever_sso
import pytest
from answers import ADA, ADA_ID, CLIENT_ID, DISTRICT_ID, make_client, serving


@pytest.fixture
def client() -> clever_sso.Client:
    return make_client()


@pytest.fixture
def refusing() -> Iterator[str]:
    """Run a Clever that refuses everything with 400."""
    with serving({}) as base_url:
        yield base_url


@pytest.fixture
def clever() -> Iterator[str]:
    """Run a Clever where Ada logs in without an ID token."""
    me = {"id": ADA_ID, "district": DISTRICT_ID, "type": "user", "authorized_by": "district"}
    answers: dict[str, object] = {
        "/oauth/tokens": {"access_token": "il-very-private", "token_type": "bearer"},
        "/oauth/tokeninfo": {"client_id": CLIENT_ID, "scopes": ["read:user_id"]},
        "/v3.0/me": {"type": "user", "data": me},
        f"/v3.0/users/{ADA_ID}": {"data": ADA},
        f"/v3.0/districts/{DISTRICT_ID}": {"data": {"id": DISTRICT_ID, "name": "Emulated School District"}},
    }
    with serving(answers) as base_url:
        yield base_url


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
