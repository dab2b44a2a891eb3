"""Signals while a call waits: Ctrl-C ends it, and a handler that raises nothing lets it go on."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")

BEGINNING = """
    import os, signal, socket, sys, threading, time
    import clever_sso

    ADDRESS = sys.argv[1]
    id, secret, uri = "0a" * 10, "0b" * 20, "http://127.0.0.1:9/"
    client = clever_sso.Client(id, secret, uri, base_url=ADDRESS, timeout=float(sys.argv[2]))

    def finish_a_login():
        login = client.begin_login()
        state = login.url.split("state=")[1].split("&")[0]
        client.finish_login(f"?code=abc&state={state}", login.pending)

    def report(name, begun):
        print(name, time.monotonic() - begun, flush=True)

    signal.signal(signal.SIGINT, signal.default_int_handler)
    begun = time.monotonic()
"""

OPERATIONS = {
    "finish_login": "finish_a_login()",
    "exchange_code": "client.exchange_code('code')",
    "verify_id_token": "client.verify_id_token('e30.e30.AAAA')",
    "check_token": "client.check_token('token')",
    "me": "client.me('token')",
    "user": "client.user('token', 'id')",
    "district": "client.district('token', 'id')",
    "userinfo": "client.userinfo('token')",
    "export_keys": "client.export_keys()",
    "warm_up": "client.warm_up()",
    "discover": "clever_sso.Client(id, secret, uri, base_url=ADDRESS, timeout=30, discover=True)",
}


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """Listen, and never answer."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)
        yield server


def program(text: str, silent: socket.socket, timeout: float) -> subprocess.Popen[str]:
    source = textwrap.dedent(BEGINNING) + textwrap.dedent(text)
    host, port = silent.getsockname()
    command = [sys.executable, "-c", source, f"http://{host}:{port}", str(timeout)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def interrupted(text: str, silent: socket.socket, number: int = signal.SIGINT, timeout: float = 30) -> dict[str, float]:
    """Send a signal once a request has come; what the program reports, and when the signal was `sent`."""
    with program(text, silent, timeout) as process:
        try:
            connection, _ = silent.accept()
            with connection:
                connection.recv(100)
                sent = time.monotonic()
                os.kill(process.pid, number)
                shown, complaints = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 0, complaints
    return {"sent": sent, **{name: float(value) for name, value in map(str.split, shown.splitlines())}}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_ctrl_c_ends_a_call_that_waits(silent: socket.socket, operation: str) -> None:
    text = f"""
    try:
        {OPERATIONS[operation]}
    except KeyboardInterrupt:
        # All processes of a machine have the same monotonic clock.
        report("raised", 0)
    """
    took = []
    # A busy machine wakes nobody in time: one of three times will do.
    while len(took) < 3 and not any(seconds < 0.2 for seconds in took):
        found = interrupted(text, silent)
        took.append(found["raised"] - found["sent"])
    assert min(took) < 0.2


def test_a_handler_that_raises_nothing_lets_the_call_go_on(silent: socket.socket) -> None:
    found = interrupted(
        """
        handled = []
        signal.signal(signal.SIGUSR1, lambda *_: handled.append(time.monotonic()))
        try:
            client.me("token")
        except clever_sso.NetworkError as error:
            assert error.code == "network_timeout", error
        report("ended", begun)
        assert handled
        print("handled", handled[0] - begun)
        """,
        silent,
        signal.SIGUSR1,
        timeout=1.5,
    )
    # Not only after the call.
    assert found["handled"] < 1.4 < found["ended"]


def test_what_a_handler_raises_comes_out_of_the_call(silent: socket.socket) -> None:
    interrupted(
        """
        class Enough(Exception): pass

        def handle(*_):
            raise Enough("now")

        signal.signal(signal.SIGUSR1, handle)
        try:
            client.me("token")
        except Enough as error:
            assert error.args == ("now",)
        else:
            sys.exit("nothing was raised")
        """,
        silent,
        signal.SIGUSR1,
    )


def test_a_call_in_another_thread_goes_on(silent: socket.socket) -> None:
    found = interrupted(
        """
        def ask():
            try:
                client.me("token")
            except clever_sso.NetworkError as error:
                assert error.code == "network_timeout", error
                report("ended", begun)

        thread = threading.Thread(target=ask)
        thread.start()
        try:
            time.sleep(20)
        except KeyboardInterrupt:
            report("raised", begun)
        thread.join()
        """,
        silent,
        timeout=1.5,
    )
    assert found["raised"] < 1.4 < found["ended"]


def test_a_client_that_was_interrupted_can_be_used_on(silent: socket.socket) -> None:
    interrupted(
        """
        try:
            client.me("token")
        except KeyboardInterrupt:
            pass
        quick = clever_sso.Client(id, secret, uri, base_url=ADDRESS, timeout=0.2)
        for asking in (quick, quick):
            try:
                asking.me("token")
            except clever_sso.NetworkError as error:
                assert error.code == "network_timeout", error
        """,
        silent,
    )


def test_a_handler_may_use_the_client(silent: socket.socket) -> None:
    found = interrupted(
        """
        quick = clever_sso.Client(id, secret, uri, base_url=ADDRESS, timeout=0.2)

        def handle(*_):
            try:
                quick.me("token")
            except clever_sso.NetworkError as error:
                assert error.code == "network_timeout", error
                report("handled", begun)

        signal.signal(signal.SIGUSR1, handle)
        try:
            client.me("token")
        except clever_sso.NetworkError as error:
            assert error.code == "network_timeout", error
            report("ended", begun)
        """,
        silent,
        signal.SIGUSR1,
        timeout=2,
    )
    assert found["handled"] < found["ended"]
