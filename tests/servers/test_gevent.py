"""What a greenlet waits for while another one's login waits for Clever."""

from __future__ import annotations

import pickle
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

import clever_sso
import page
import pytest
from clever_sso._native import AsyncOperations
from clever_sso.testing import Emulator
from logins import Browser, Login, callback_of, everybody, log_in
from processes import free_port, serving, wait_until_it_answers

CLEVER_SECONDS = 3  # How long the token endpoint of the scenario takes.


def longest_wait(site: str, until: Sequence[Future[Login]]) -> float:
    """The longest time that the front page took until the logins were finished."""
    longest = 0.0
    while not all(login.done() for login in until):
        start = time.monotonic()
        assert Browser().get(f"{site}/").status == 200
        longest = max(longest, time.monotonic() - start)
        time.sleep(0.05)
    return longest


@pytest.mark.parametrize("cooperative", [False, True])
def test_other_greenlets_go_on_during_a_call_of_a_cooperative_client_only(cooperative: bool, tmp_path: Path) -> None:
    pytest.importorskip("gevent")
    port = free_port()
    site = f"http://127.0.0.1:{port}"
    command = [*page.command("gunicorn-gevent", port), "--workers", "1"]
    with Emulator.running([f"{site}/clever/callback"]) as emulator:
        settings = {**emulator.settings(scenario="tokens-slow"), **({"COOPERATIVE": "1"} if cooperative else {})}
        with serving(command, tmp_path, port, **settings), ThreadPoolExecutor() as pool:
            wait_until_it_answers(port)
            start = time.monotonic()
            logins = [pool.submit(log_in, site, person) for person in everybody(emulator)[:2]]
            waited = longest_wait(site, logins)
            wait(logins)
            took = time.monotonic() - start
    assert [login.result().right for login in logins] == [True, True]
    if cooperative:
        assert waited < CLEVER_SECONDS / 2
        assert took < 2 * CLEVER_SECONDS
    else:
        assert waited > CLEVER_SECONDS / 2
        assert took >= 2 * CLEVER_SECONDS


def test_whatever_waits_for_clever_waits_in_a_thread() -> None:
    gevent = pytest.importorskip("clever_sso.gevent")
    assert {name for name in dir(AsyncOperations) if not name.startswith("_")} == gevent.WAITING


def test_a_cooperative_client_answers_and_refuses_as_the_client_does(capfd: pytest.CaptureFixture[str]) -> None:
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
    # What an application catches is nobody else's business.
    assert capfd.readouterr() == ("", "")
    assert "secret" not in repr(client)
    with pytest.raises(TypeError, match="neither pickled nor copied"):
        pickle.dumps(client)
