"""Signals while a call waits: Ctrl-C ends the call, and a handler that does not raise lets it continue."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from harness.patience import SECONDS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")

BEGINNING = """
    import os, signal, socket, sys, threading
    import clever_sso

    ADDRESS = sys.argv[1]
    # A deadline that no test lives to see.
    settings = {"base_url": ADDRESS, "timeout": float(sys.argv[2])}
    id, secret, uri = "0a" * 10, "0b" * 20, "http://127.0.0.1:9/"
    client = clever_sso.Client(id, secret, uri, **settings)

    def finish_a_login():
        login = client.begin_login()
        state = login.url.split("state=")[1].split("&")[0]
        client.finish_login(f"?code=abc&state={state}", pending=login.pending)

    def ask_until_refused():
        try:
            client.me("token")
        except clever_sso.CleverError as error:
            assert error.http_status == 400, error
            tell("answered")

    def tell(event):
        print(event, flush=True)

    signal.signal(signal.SIGINT, signal.default_int_handler)
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
    "discover": "clever_sso.Client(id, secret, uri, discover=True, **settings)",
}


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """Listen, but never respond."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(SECONDS)
        yield server


class Program:
    """A program that calls a server that does not respond until told to, and the events that the program reports."""

    def __init__(self, process: subprocess.Popen[str], connection: socket.socket) -> None:
        self._process, self._connection = process, connection

    def signal(self, number: int) -> None:
        """Send a signal. The request has arrived, so the program is waiting for the response."""
        os.kill(self._process.pid, number)

    def tells(self) -> str:
        """The next event that the program reports."""
        assert self._process.stdout
        return self._process.stdout.readline().strip()

    def refuse(self, connection: socket.socket | None = None) -> None:
        """Respond to the first request, or to the one on another connection."""
        (connection or self._connection).sendall(
            b"HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
        )

    def end(self) -> None:
        """Check that the program exits with status 0 and without more output."""
        told, complaints = self._process.communicate(timeout=SECONDS)
        assert (self._process.returncode, told) == (0, ""), complaints


@contextmanager
def waiting(text: str, silent: socket.socket) -> Iterator[Program]:
    """Run a program until its first request has arrived and it is waiting."""
    source = textwrap.dedent(BEGINNING) + textwrap.dedent(text)
    host, port = silent.getsockname()
    command = [sys.executable, "-c", source, f"http://{host}:{port}", str(20 * SECONDS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        # Reaching the end of the output also ends the wait for an event.
        hang = threading.Timer(2 * SECONDS, process.kill)
        hang.start()
        try:
            connection, _ = silent.accept()
            with connection:
                connection.settimeout(SECONDS)
                connection.recv(10_000)
                yield Program(process, connection)
        finally:
            hang.cancel()
            process.kill()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_ctrl_c_ends_a_waiting_call(silent: socket.socket, operation: str) -> None:
    text = f"""
    try:
        {OPERATIONS[operation]}
    except KeyboardInterrupt:
        tell("interrupted")
    """
    # No response comes, and the timeout is long, so only the signal can end the call. `make bench` measures how soon.
    with waiting(text, silent) as program:
        program.signal(signal.SIGINT)
        assert program.tells() == "interrupted"
        program.end()


def test_a_signal_handler_that_returns_lets_the_call_continue(silent: socket.socket) -> None:
    text = """
    signal.signal(signal.SIGUSR1, lambda *_: tell("handled"))
    ask_until_refused()
    """
    with waiting(text, silent) as program:
        program.signal(signal.SIGUSR1)
        # The handler runs during the call, which ends only with the response.
        assert program.tells() == "handled"
        program.refuse()
        assert program.tells() == "answered"
        program.end()


def test_an_exception_in_a_handler_is_raised_by_the_call(silent: socket.socket) -> None:
    text = """
    class Enough(Exception): pass

    def handle(*_):
        raise Enough("now")

    signal.signal(signal.SIGUSR1, handle)
    try:
        client.me("token")
    except Enough as error:
        assert error.args == ("now",)
        tell("raised")
    """
    with waiting(text, silent) as program:
        program.signal(signal.SIGUSR1)
        assert program.tells() == "raised"
        program.end()


def test_ctrl_c_does_not_end_a_call_in_another_thread(silent: socket.socket) -> None:
    text = """
    thread, done = threading.Thread(target=ask_until_refused), threading.Event()
    try:
        thread.start()
        # A signal that comes just before a wait begins is seen at its end.
        while not done.wait(0.05):
            pass
    except KeyboardInterrupt:
        tell("interrupted")
    thread.join()
    """
    with waiting(text, silent) as program:
        program.signal(signal.SIGINT)
        assert program.tells() == "interrupted"
        program.refuse()
        assert program.tells() == "answered"
        program.end()


def test_a_client_can_be_used_after_an_interrupted_call(silent: socket.socket) -> None:
    text = """
    try:
        client.me("token")
    except KeyboardInterrupt:
        tell("interrupted")
    ask_until_refused()
    """
    with waiting(text, silent) as program:
        program.signal(signal.SIGINT)
        assert program.tells() == "interrupted"
        connection, _ = silent.accept()
        with connection:
            connection.settimeout(SECONDS)
            connection.recv(10_000)
            program.refuse(connection)
            assert program.tells() == "answered"
        program.end()


def test_a_handler_may_use_the_client(silent: socket.socket) -> None:
    text = """
    # Short, so that the test is; no one answers, so the deadline passes on every machine.
    quick = clever_sso.Client(id, secret, uri, base_url=ADDRESS, timeout=0.2)

    def handle(*_):
        try:
            quick.me("token")
        except clever_sso.NetworkError as error:
            assert error.code == "network_timeout", error
            tell("handled")

    signal.signal(signal.SIGUSR1, handle)
    ask_until_refused()
    """
    with waiting(text, silent) as program:
        program.signal(signal.SIGUSR1)
        assert program.tells() == "handled"
        program.refuse()
        assert program.tells() == "answered"
        program.end()


def test_a_second_signal_ends_a_call_made_by_the_handler_of_the_first(silent: socket.socket) -> None:
    text = """
    class Enough(Exception): pass

    def stop(*_):
        raise Enough

    def ask_again(*_):
        client.district("token", "id")

    signal.signal(signal.SIGUSR1, ask_again)
    signal.signal(signal.SIGUSR2, stop)
    try:
        client.me("token")
    except Enough:
        tell("ended")
    """
    with waiting(text, silent) as program:
        program.signal(signal.SIGUSR1)
        # The handler's call uses its own connection.
        with silent.accept()[0]:
            program.signal(signal.SIGUSR2)
            assert program.tells() == "ended"
        program.end()


def test_a_child_forked_by_a_handler_does_not_affect_its_parents_call(silent: socket.socket) -> None:
    text = """
    # The child's own call comes to its end: no one answers, so the deadline passes on every machine.
    quick = clever_sso.Client(id, secret, uri, base_url=ADDRESS, timeout=0.2)
    children = []

    def fork(*_):
        children.append(os.fork())
        for asking in [client.close, lambda: quick.me("token")] if children[-1] == 0 else []:
            try:
                asking()
            except clever_sso.NetworkError as error:
                assert error.code == "network_timeout", error

    signal.signal(signal.SIGUSR1, fork)
    try:
        ask_until_refused()
    except clever_sso.Error as error:
        # Only the child comes here.
        os._exit(7 if error.code == "call_interrupted" and children == [0] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(children[0], 0)[1]) == 7
    tell("left alone")
    """
    with waiting(text, silent) as program:
        program.signal(signal.SIGUSR1)
        # The child makes its own request, so we expect one.
        with silent.accept()[0]:
            program.refuse()
            assert program.tells() == "answered"
            assert program.tells() == "left alone"
        program.end()
