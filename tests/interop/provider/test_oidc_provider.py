"""The code exchange and the verifier against an independent OpenID Provider: npm's `oidc-provider`."""

from __future__ import annotations

import subprocess
import urllib.request
from typing import TYPE_CHECKING

import clever_sso
import pytest
from harness import npm
from harness.browser import Browser
from harness.paths import ROOT
from harness.patience import SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CLIENT_ID, SECRET, REDIRECT_URI = (
    "provider:client/1",
    "a secret/with:odd+letters",
    "http://127.0.0.1:9/callback?tenant=1",
)
HERE = ROOT / "tests/interop/provider"


@pytest.fixture(scope="module")
def installed() -> tuple[str, Path]:
    """Install the provider in the target folder."""
    return npm.installed(HERE, "provider")


@pytest.fixture
def issuer(installed: tuple[str, Path]) -> Iterator[str]:
    """A provider with its own keys."""
    node, folder = installed
    command = [node, "provider.mjs", CLIENT_ID, SECRET, REDIRECT_URI]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=folder, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        try:
            # The provider prints warnings about its development settings, too.
            yield next(line.strip() for line in process.stdout if line.startswith("http://127.0.0.1:"))
        finally:
            process.stdin.close()
            process.terminate()
            process.wait(SECONDS)


def client_of(issuer: str, secret: str = SECRET) -> clever_sso.Client:
    return clever_sso.Client(CLIENT_ID, secret, REDIRECT_URI, issuer=issuer, api_base=issuer, discover=True)


def log_in(client: clever_sso.Client, issuer: str) -> clever_sso.SignedIn:
    login = client.begin_login()
    outcome = client.finish_login(Browser(issuer).callback(login.url), pending=login.pending)
    assert isinstance(outcome, clever_sso.SignedIn)
    return outcome


def test_a_person_logs_in_at_another_openid_provider(issuer: str) -> None:
    client = client_of(issuer)
    signed_in = log_in(client, issuer)
    identity = signed_in.identity
    assert (identity.issuer, identity.id, identity.proven_by) == (issuer, "ada", "id_token")
    assert (identity.name.full, identity.user_type) == ("Ada Ashworth", "student")
    assert client.userinfo(signed_in.tokens.access_token, identity.id).id == "ada"
    with pytest.raises(clever_sso.TokenError) as caught:
        client.userinfo(signed_in.tokens.access_token, "grace")
    assert caught.value.code == "userinfo_subject"


def test_a_used_code_restarts_the_login(issuer: str) -> None:
    client = client_of(issuer)
    login = client.begin_login()
    callback = Browser(issuer).callback(login.url)
    assert isinstance(client.finish_login(callback, pending=login.pending), clever_sso.SignedIn)
    again = client.finish_login(callback, pending=login.pending)
    assert isinstance(again, clever_sso.Restart)
    assert again.reason == "code_rejected"


def test_a_wrong_secret_has_its_own_error_code(issuer: str) -> None:
    client = client_of(issuer, "another secret")
    login = client.begin_login()
    with pytest.raises(clever_sso.CleverError) as caught:
        client.finish_login(Browser(issuer).callback(login.url), pending=login.pending)
    assert caught.value.code == "client_rejected"


def test_keys_are_fetched_again_after_a_rotation(issuer: str) -> None:
    client = client_of(issuer)
    log_in(client, issuer)
    rotate = urllib.request.Request(f"{issuer}/_rotate", method="POST")
    urllib.request.urlopen(rotate, timeout=SECONDS).close()
    assert log_in(client, issuer).identity.id == "ada"


def test_an_issuer_under_another_host_name_is_refused(issuer: str) -> None:
    with pytest.raises(clever_sso.CleverError) as caught:
        client_of(issuer.replace("127.0.0.1", "localhost"))
    assert caught.value.code == "discovery_issuer"
