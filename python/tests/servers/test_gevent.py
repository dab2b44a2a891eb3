"""Whether a greenlet has to wait while the login of another greenlet waits for Clever."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import clever_sso
import page
import pytest
from clever_sso._native import AsyncCalls
from clever_sso.testing import Emulator
from harness import ports
from harness.gate import Gate, before
from harness.patience import SECONDS
from logins import Browser, callback_of, everyone, log_in
from processes import serving


@pytest.mark.parametrize("cooperative", [False, True])
def test_other_greenlets_continue_during_a_call_only_with_a_cooperative_client(
    cooperative: bool, tmp_path: Path
) -> None:
    pytest.importorskip("gevent")
    gate = Gate()
    with (
        ports.reserved() as port,
        Emulator.running([f"http://127.0.0.1:{port}/clever/callback"]) as emulator,
        before(emulator.base_url, gate) as slow,
        ThreadPoolExecutor() as pool,
    ):
        site, command = f"http://127.0.0.1:{port}", [*page.command("gunicorn-gevent", port), "--workers", "1"]
        settings = {**emulator.settings(), "CLEVER_TOKEN_ENDPOINT": f"{slow}/oauth/tokens"}
        settings |= {"CLEVER_TIMEOUT": str(SECONDS), **({"COOPERATIVE": "1"} if cooperative else {})}
        with serving(command, tmp_path, port, **settings):
            try:
                logins = [pool.submit(log_in, site, person) for person in everyone(emulator)[:2]]
                gate.wait_for()
                if cooperative:
                    # The only worker responds, and begins the call of another login, while it waits for a response from
                    # Clever.
                    assert Browser().get(f"{site}/").status == 200
                    gate.wait_for()
                    assert Browser().get(f"{site}/").status == 200
                else:
                    front_page = pool.submit(Browser().get, f"{site}/")
                    # A test cannot see that a response never comes. On a slow machine it comes later, which does not
                    # fail this test.
                    assert not wait([front_page, *logins], timeout=1).done
            finally:
                gate.open()
            assert [login.result(SECONDS).right for login in logins] == [True, True]
            if not cooperative:
                assert front_page.result(SECONDS).status == 200


def test_every_network_call_of_a_cooperative_client_runs_in_a_thread() -> None:
    gevent = pytest.importorskip("clever_sso.gevent")
    assert {name for name in dir(AsyncCalls) if not name.startswith("_")} == gevent.WAITING


def test_a_cooperative_client_returns_and_raises_the_same_as_the_client(capfd: pytest.CaptureFixture[str]) -> None:
    gevent = pytest.importorskip("clever_sso.gevent")
    with Emulator.running() as emulator:
        client = gevent.cooperative(emulator.client())
        login = client.begin_login()
        ada = emulator.person("ada")
        outcome = client.finish_login(callback_of(login.url, ada), pending=login.pending)
        assert outcome.identity.id == ada.id
        assert client.check_token(outcome.tokens.access_token).client_id == client.client_id
        with pytest.raises(clever_sso.TokenError, match="token_foreign"):
            gevent.cooperative(emulator.client(app="oauth")).check_token(outcome.tokens.access_token)
    # gevent must not print an exception that the application catches.
    assert capfd.readouterr() == ("", "")
    assert "secret" not in repr(client)
    with pytest.raises(TypeError, match="cannot be pickled or copied"):
        pickle.dumps(client)
