"""The library in a C program: its signals, output, threads and file descriptors do not disturb the program."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest
from harness import emulator, tls
from harness.console import log_in_with
from harness.paths import INCLUDE, RELEASE, ROOT
from harness.programs import compiled, environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

APP = emulator.App("0d1c" * 5, "5ec4e7" * 6, "http://127.0.0.1:9/callback", oidc=True)
OAUTH = emulator.App("0a07" * 5, "5ec4e7" * 6, "http://127.0.0.1:9/callback")
PATIENCE_SECONDS = 120
# The default thread stack of musl. A login needs 80 KiB of it; the rest is for a log callback.
SMALLEST_STACK = str(128 * 1024)
QUIET = "blocked=0 pending=0"


@pytest.fixture(scope="module")
def guest() -> Path:
    return compiled(ROOT / "ffi/tests/c/guest.c", "-std=gnu11", "-Wno-pedantic", "-pthread", "-ldl")


@pytest.fixture(scope="module")
def clever() -> Iterator[str]:
    with emulator.running([APP, OAUTH], "ada") as base_url:
        yield base_url


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tls.Server]:
    with tls.serving(tmp_path, APP.client_id) as running:
        yield running


class Host:
    """The program, controlled line by line. Python ignores SIGPIPE; its child processes do not."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def ask(self, line: str) -> str:
        assert self.process.stdin
        assert self.process.stdout
        print(line, file=self.process.stdin, flush=True)
        return self.process.stdout.readline().strip()

    def ended(self) -> int:
        self.process.communicate(timeout=PATIENCE_SECONDS)
        return self.process.returncode


@pytest.fixture
def host(guest: Path, server: tls.Server) -> Iterator[Host]:
    command = [guest, "calls", APP.client_id, server.base_url, server.certificate.read_text("ascii")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment()) as process:
        yield Host(process)


@pytest.mark.parametrize("ending", tls.ENDINGS)
def test_a_connection_that_the_server_closed_raises_no_sigpipe(host: Host, server: tls.Server, ending: str) -> None:
    for _ in range(5):
        assert host.ask("call") == f"ok {QUIET}"
        server.end(ending)
    assert host.ask("call") == f"ok {QUIET}"
    server.end(ending)
    assert host.ended() == 0


@pytest.mark.parametrize("ending", tls.ENDINGS)
def test_no_sigpipe_is_pending_in_a_host_that_blocks_it(host: Host, server: tls.Server, ending: str) -> None:
    assert host.ask("block") == "done blocked=1 pending=0"
    for _ in range(3):
        assert host.ask("call") == "ok blocked=1 pending=0"
        server.end(ending)
    assert host.ask("call") == "ok blocked=1 pending=0"
    assert host.ended() == 0


@pytest.mark.parametrize("source", ["raise", "send"])
def test_a_sigpipe_that_was_pending_before_a_call_is_still_delivered(
    host: Host, server: tls.Server, source: str
) -> None:
    host.ask("block")
    assert host.ask(source) == "done blocked=1 pending=1"
    for ending in tls.ENDINGS:
        assert host.ask("call") == "ok blocked=1 pending=1"
        server.end(ending)
    assert host.ask("call") == "ok blocked=1 pending=1"
    host.ask("unblock")
    assert host.ended() == -signal.SIGPIPE


def runs(guest: Path, *arguments: str) -> None:
    ended = subprocess.run(
        [guest, *arguments], env=environment(), capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_the_library_can_be_unloaded_before_the_threads_that_used_it_end(tmp_path: Path) -> None:
    program = tmp_path / "unload"
    source = [str(ROOT / "ffi/tests/c/unload.c"), f"-I{INCLUDE}", "-Wall", "-Wextra", "-Werror"]
    subprocess.run([os.environ.get("CC", "cc"), *source, "-pthread", "-ldl", "-o", str(program)], check=True)
    runs(program, str(RELEASE / "libclever_sso.so"))


def by_name(clever: str) -> str:
    return clever.replace("127.0.0.1", "localhost")


def test_names_are_resolved_when_no_thread_can_be_started(guest: Path, clever: str) -> None:
    runs(guest, "threads", APP.client_id, by_name(clever))


def test_calls_fail_at_the_limit_of_open_files_and_work_again_after_it(guest: Path, clever: str) -> None:
    runs(guest, "files", APP.client_id, clever)
    runs(guest, "files", APP.client_id, by_name(clever))


@pytest.mark.parametrize("part", ["keys", "keys-late"])
def test_calls_fail_at_the_limit_of_thread_keys_and_work_again_after_it(guest: Path, clever: str, part: str) -> None:
    runs(guest, part, APP.client_id, clever)


def test_a_canceled_thread_finishes_its_call_first(guest: Path, clever: str) -> None:
    runs(guest, "cancel", APP.client_id, clever)


def test_a_log_callback_that_waits_for_a_lock_of_the_caller_causes_no_deadlock(guest: Path, clever: str) -> None:
    runs(guest, "log", APP.client_id, clever)


def test_every_descriptor_closes_on_exec(guest: Path, clever: str) -> None:
    runs(guest, "files-closed", APP.client_id, clever)


def test_a_panic_inside_a_call_gives_the_error_internal_and_prints_nothing(guest: Path, clever: str) -> None:
    runs(guest, "panic", APP.client_id, clever)


def test_calls_work_in_thread_destructors_and_exit_handlers(guest: Path, clever: str) -> None:
    runs(guest, "exit", APP.client_id, clever)


def test_a_log_callback_can_call_the_library(guest: Path, clever: str) -> None:
    runs(guest, "re-enter", APP.client_id, clever)


def test_a_call_works_with_the_smallest_stack(guest: Path, server: tls.Server) -> None:
    certificate = server.certificate.read_text("ascii")
    runs(guest, "stack", APP.client_id, server.base_url, certificate, SMALLEST_STACK)


BY_ADDRESS, BY_NAME = "127.0.0.1", "localhost"


# With an ID token, the host must be the issuer's: the IP address.
@pytest.mark.parametrize(
    ("host", "app", "proof"),
    [(BY_ADDRESS, APP, "id_token"), (BY_ADDRESS, OAUTH, "me"), (BY_NAME, OAUTH, "me")],
    ids=["id_token", "me", "me-by-name"],
)
def test_a_login_works_with_the_smallest_stack(
    guest: Path, clever: str, host: str, app: emulator.App, proof: str
) -> None:
    base_url = clever.replace("127.0.0.1", host)
    command = [str(guest), "stack-login", app.client_id, base_url, SMALLEST_STACK]
    ended = log_in_with(command, app, base_url, environment())
    assert (ended.returncode, ended.stdout.strip(), ended.stderr) == (0, proof, "")


def test_the_guide_and_the_header_name_the_smallest_stack() -> None:
    said = f"{int(SMALLEST_STACK) // 1024} KiB of stack"
    for page in (ROOT / "docs/c.md", INCLUDE / "clever_sso.h"):
        assert said in " ".join(page.read_text("utf-8").replace("//", " ").split()), page


@pytest.mark.parametrize("what", ["none", "alarms", "no-stdio", "rounding"])
def test_calls_change_no_process_state_and_work_in_unusual_hosts(what: str, clever: str) -> None:
    program = compiled(ROOT / "ffi/tests/c/traces.c", "-std=gnu11", "-Wno-pedantic", "-lm")
    runs(program, what, APP.client_id, clever)
