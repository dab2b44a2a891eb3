"""Waiting calls release the GIL, end at their timeout, and threads can share one client."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Callable
from urllib.parse import parse_qs, urlsplit

import clever_sso
import pytest
from canned_clever import ADA_ID, make_client
from harness.gate import Gate
from harness.paths import ROOT
from harness.patience import SECONDS


def finish_a_login(client: clever_sso.Client) -> object:
    login = client.begin_login()
    state = parse_qs(urlsplit(login.url).query)["state"][0]
    return client.finish_login(f"?code=abc&state={state}", pending=login.pending)


def finish_an_implicit_login(client: clever_sso.Client) -> object:
    login = client.begin_implicit()
    state = parse_qs(urlsplit(login.url).query)["state"][0]
    return client.finish_implicit(f"#access_token=abc&state={state}", pending=login.pending)


WAITING: dict[str, Callable[[clever_sso.Client], object]] = {
    "finish_login": finish_a_login,
    "finish_implicit": finish_an_implicit_login,
    "exchange_code": lambda client: client.exchange_code("code"),
    "verify_id_token": lambda client: client.verify_id_token("e30.e30.AAAA"),
    "check_token": lambda client: client.check_token("token"),
    "me": lambda client: client.me("token"),
    "user": lambda client: client.user("token", "id"),
    "district": lambda client: client.district("token", "id"),
    "warm_up": lambda client: client.warm_up(),
}


@pytest.mark.parametrize("call", WAITING)
def test_a_waiting_call_releases_the_gil(refusing: str, call: str) -> None:
    # The server runs in this process. If the call kept the GIL, no response could come before the timeout.
    with pytest.raises(clever_sso.CleverError) as caught:
        WAITING[call](make_client(refusing))
    assert caught.value.http_status == 400


def verifying() -> Callable[[], object]:
    """Verify one valid token with known keys."""
    vectors = ROOT / "tests/vectors"
    cases = json.loads((vectors / "hostile-id-tokens.json").read_text("utf-8"))
    sets = json.loads((vectors / "hostile-jwks.json").read_text("utf-8"))
    good = next(case for case in cases if case["name"] == "ok-iat-inside-leeway")
    settings = {"keys": clever_sso.KeySet(json.dumps(sets["sets"]["main"])), "nonce": good["nonce"]}
    settings.update({name: sets["params"][name] for name in ("issuer", "client_id", "now")})
    return lambda: clever_sso.verify_id_token(good["token"], **settings)


# None of these calls waits for the network.
COMPUTING: dict[str, Callable[[], Callable[[], object]]] = {
    "verify_id_token": verifying,
    "begin_login": lambda: make_client("http://127.0.0.1:9").begin_login,
}


@pytest.mark.parametrize("call", COMPUTING)
def test_a_computing_call_releases_the_gil(call: str) -> None:
    compute = COMPUTING[call]()
    done, others = threading.Event(), []

    def compute_on() -> None:
        while not done.is_set():
            compute()
            others.append(1)

    thread = threading.Thread(target=compute_on)
    usual = sys.getswitchinterval()
    # Python does not switch threads here, so the other thread continues only if this call releases the GIL.
    sys.setswitchinterval(2 * SECONDS)
    end = time.monotonic() + SECONDS
    try:
        thread.start()
        before = len(others)
        while len(others) - before < 50 and time.monotonic() < end:
            compute()
        meanwhile = len(others) - before
    finally:
        done.set()
        thread.join()
        sys.setswitchinterval(usual)
    assert meanwhile >= 50


def test_a_call_ends_at_its_own_timeout(slow: str, gate: Gate) -> None:
    patient, hasty = make_client(slow), make_client(slow, timeout=0.3)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(patient.me, "token")
        gate.wait_for()
        begun = time.monotonic()
        with pytest.raises(clever_sso.NetworkError) as caught:
            hasty.me("token")
        # Only a lower bound, so that no machine is too slow; and the call that began earlier still waits.
        assert time.monotonic() - begun > 0.25
        assert caught.value.code == "network_timeout"
        assert not waiting.done()
        gate.open()
        assert waiting.result(SECONDS).id == ADA_ID


def test_threads_can_share_a_client(clever: str) -> None:
    client = make_client(clever)
    with ThreadPoolExecutor(16) as threads:
        found = list(threads.map(lambda _: client.user("token", ADA_ID).id, range(200)))
    assert found == [ADA_ID] * 200


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_worker_can_use_its_parents_client(clever: str) -> None:
    client = make_client(clever)
    assert client.me("token").id == ADA_ID
    child = os.fork()
    if child == 0:
        # Whatever happens, the child must not return into the tests.
        try:
            os._exit(0 if client.me("token").id == ADA_ID else 1)
        finally:
            os._exit(2)
    assert client.me("token").id == ADA_ID
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
