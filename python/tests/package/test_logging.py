"""The core's log events reach Python's `logging`, with logger name and level, without secrets, from every thread."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Callable

import clever_sso
import pytest
from canned_clever import CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, Server
from harness import emulator
from harness.browser import Browser
from harness.patience import SECONDS

TOKEN = "il-very-private"


class Busy(BaseHTTPRequestHandler):
    """Responds to the first request for each path with 503, and to the second with 400."""

    protocol_version = "HTTP/1.1"
    # Headers and body are two writes. By default, the second waits until the client has acknowledged the first.
    disable_nagle_algorithm = True
    seen: set[str]

    def do_GET(self) -> None:
        status = 400 if self.path in self.seen else 503
        self.seen.add(self.path)
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def busy() -> Iterator[str]:
    server = Server(("127.0.0.1", 0), type("Handler", (Busy,), {"seen": set()}))
    server.daemon_threads, server.block_on_close = True, False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


class Listener(logging.Handler):
    """Stores records, and calls a function for each."""

    def __init__(self, react: Callable[[], object] | None = None) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []
        self._react = react

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)
        if self._react:
            self._react()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002
        raise  # noqa: PLE0704  (it is called while an exception is handled)


@pytest.fixture
def listen() -> Iterator[Callable[..., Listener]]:
    """Listen to the logger `clever_sso` until the end of the test."""
    logger, added = logging.getLogger("clever_sso"), []

    def listen(level: int = logging.DEBUG, react: Callable[[], object] | None = None) -> Listener:
        added.append(Listener(react))
        logger.addHandler(added[-1])
        logger.setLevel(level)
        return added[-1]

    yield listen
    logger.setLevel(logging.NOTSET)
    for handler in added:
        logger.removeHandler(handler)


def make_client(base_url: str, timeout: float = SECONDS) -> clever_sso.Client:
    return clever_sso.Client(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, base_url=base_url, timeout=timeout)


def ask(base_url: str) -> None:
    with pytest.raises(clever_sso.CleverError):
        make_client(base_url).me(TOKEN)


def ask_on_a_loop(base_url: str) -> None:
    client = clever_sso.AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, base_url=base_url)
    with pytest.raises(clever_sso.CleverError):
        asyncio.run(client.me(TOKEN))


FACES = {"blocking": ask, "asyncio": ask_on_a_loop}


@pytest.mark.parametrize("face", FACES)
def test_a_retry_is_logged(busy: str, listen: Callable[..., Listener], face: str) -> None:
    listener = listen()
    FACES[face](busy)
    (record,) = listener.records
    assert (record.name, record.levelno) == ("clever_sso.transport", logging.DEBUG)
    assert record.filename == "retry.rs"
    shown = "sending again: method=GET host=127.0.0.1 path=/v3.0/me attempt=2 reason=clever_unavailable"
    assert record.getMessage() == shown


@pytest.mark.parametrize("face", FACES)
def test_a_logger_at_level_info_gets_no_debug_records(busy: str, listen: Callable[..., Listener], face: str) -> None:
    listener = listen(logging.INFO)
    FACES[face](busy)
    assert listener.records == []


def test_a_child_logger_can_have_its_own_level(busy: str, listen: Callable[..., Listener]) -> None:
    listener = listen()
    logging.getLogger("clever_sso.transport").setLevel(logging.WARNING)
    try:
        ask(busy)
    finally:
        logging.getLogger("clever_sso.transport").setLevel(logging.NOTSET)
    assert listener.records == []


def test_the_log_of_a_whole_login_contains_no_secret(listen: Callable[..., Listener]) -> None:
    listener = listen(1)
    everything = logging.getLogger()
    before = everything.level
    everything.setLevel(1)
    everything.addHandler(listener)
    try:
        with emulator.running([emulator.App(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, oidc=True)], "ada") as base_url:
            client = make_client(base_url)
            login = client.begin_login()
            callback = Browser(base_url).callback(login.url)
            outcome = client.finish_login(callback, pending=login.pending)
    finally:
        everything.removeHandler(listener)
        everything.setLevel(before)
    assert isinstance(outcome, clever_sso.SignedIn)
    tokens, identity = outcome.tokens, outcome.identity
    shown = "\n".join(f"{record.name} {record.getMessage()} {vars(record)}" for record in listener.records)
    assert "clever_sso.keys fetched keys: issuer=" in shown
    secrets = [CLIENT_SECRET, login.pending, tokens.access_token, tokens.id_token, identity.unverified_email]
    secrets += [clever_sso.parse_callback(callback).code, clever_sso.parse_callback(callback).state]
    for secret in secrets:
        assert secret
        assert secret not in shown


@pytest.mark.parametrize("face", FACES)
def test_a_handler_may_use_the_client(busy: str, refusing: str, listen: Callable[..., Listener], face: str) -> None:
    client, answers = make_client(refusing), []

    def react() -> None:
        with pytest.raises(clever_sso.CleverError) as caught:
            client.me(TOKEN)
        answers.append(caught.value.http_status)

    listener = listen(react=react)
    FACES[face](busy)
    assert answers == [400]
    assert len(listener.records) == 1


def test_calls_made_by_a_handler_are_not_logged(busy: str, listen: Callable[..., Listener]) -> None:
    client, answers = make_client(busy), []

    def react() -> None:
        with pytest.raises(clever_sso.CleverError) as caught:
            client.district(TOKEN, "another-address")
        answers.append(caught.value.http_status)

    listener = listen(react=react)
    with pytest.raises(clever_sso.CleverError):
        client.me(TOKEN)
    assert (answers, len(listener.records)) == ([400], 1)


def test_a_handler_can_verify_a_token_when_keys_are_fetched(listen: Callable[..., Listener]) -> None:
    with emulator.running([emulator.App(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI)]) as base_url:
        client, exported = make_client(base_url), []
        listen(react=lambda: exported.append(client.export_keys()))
        client.warm_up()
    assert len(exported) == 1


def test_an_exception_in_a_handler_is_raised_by_the_call(busy: str, listen: Callable[..., Listener]) -> None:
    class Enough(Exception):  # noqa: N818
        pass

    def react() -> None:
        raise Enough

    listen(react=react)
    with pytest.raises(Enough):
        make_client(busy).me(TOKEN)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_exception_in_a_handler_on_an_engine_thread_fails_no_call(
    busy: str, listen: Callable[..., Listener]
) -> None:
    def react() -> None:
        raise ValueError

    listener = listen(react=react)
    ask_on_a_loop(busy)
    assert len(listener.records) == 1


def test_calls_in_many_threads_are_logged(busy: str, listen: Callable[..., Listener]) -> None:
    listener, client = listen(), make_client(busy)

    def ask_about(number: int) -> None:
        with pytest.raises(clever_sso.CleverError):
            client.user(TOKEN, f"number-{number}")

    threads = [threading.Thread(target=ask_about, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {record.getMessage().split("number-")[1].split()[0] for record in listener.records} == {
        str(number) for number in range(16)
    }
    assert {record.thread for record in listener.records} == {thread.ident for thread in threads}


def test_a_call_does_not_import_logging_unless_it_logs(busy: str) -> None:
    # The import alone takes longer than everything else that a first login does in Python.
    program = """
import sys
import clever_sso

client = clever_sso.Client("0a" * 10, "0b" * 20, base_url=sys.argv[1])

def ask(operation, *arguments):
    try:
        operation(*arguments)
    except clever_sso.CleverError:
        return

ask(client.me, "token")
assert "logging" not in sys.modules
import logging

heard = []
logging.getLogger("clever_sso.transport").setLevel(logging.DEBUG)
logging.getLogger("clever_sso.transport").addFilter(lambda record: heard.append(record))
ask(client.user, "token", "0c" * 12)
assert [record.levelno for record in heard] == [logging.DEBUG]
"""
    command = [sys.executable, "-c", program, busy]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert (done.returncode, done.stderr) == (0, "")
