"""Forks at any moment, and forks of forks: no child or grandchild hangs, not even at its exit."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import emulator, tls
from harness.patience import SECONDS

ID, SECRET, URI = "0a" * 10, "0b" * 20, "http://127.0.0.1:9/"

BEGINNING = """
import asyncio, logging, multiprocessing, os, signal, sys, threading
import clever_sso

id, secret, uri = "0a" * 10, "0b" * 20, "http://127.0.0.1:9/"

def make():
    return clever_sso.Client(id, secret, uri, base_url=sys.argv[1])

client = make()
waiting = clever_sso.AsyncClient(id, secret, uri, base_url=sys.argv[1])

def refused(call):
    try:
        call()
    except clever_sso.Error as error:
        return error.code

# The work of the parent during the fork, and of each child.
def begin():
    return client.begin_login().pending

def verify():
    assert refused(lambda: client.verify_id_token("e30.e30.AAAA")).startswith("id_token")

def fetch_keys():
    assert make().export_keys()

def resolve():
    base_url = sys.argv[1].replace("127.0.0.1", "localhost")
    assert refused(lambda: clever_sso.Client(id, secret, uri, base_url=base_url).me("unknown")) == "token_rejected"

def shake_hands():
    asking = clever_sso.Client(id, secret, uri, base_url=sys.argv[2], ca_bundle=sys.argv[3])
    assert asking.check_token("token").client_id == id

def log():
    logging.getLogger("clever_sso").setLevel(logging.DEBUG)
    logging.getLogger("clever_sso").addHandler(logging.NullHandler())
    fetch_keys()

def wait_on_a_loop():
    async def one():
        try:
            await waiting.me("unknown")
        except clever_sso.Error:
            pass

    async def many():
        await asyncio.gather(*(one() for _ in range(10)))

    asyncio.run(many())

def ended_well(child):
    return os.waitpid(child, 0)[1] == 0

def descend(work, generations):
    # A child and a thread of it work at the same time. Meanwhile it forks its own child, and ends like any process.
    child = os.fork()
    if child:
        return child
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    below = descend(work, generations - 1) if generations > 1 else None
    work()
    sys.exit(0 if below is None or ended_well(below) else 1)
"""

WORK = ["begin", "verify", "fetch_keys", "resolve", "shake_hands", "log", "wait_on_a_loop"]


@pytest.fixture(scope="module")
def clever() -> Iterator[str]:
    with emulator.running([emulator.App(ID, SECRET, URI)]) as base_url:
        yield base_url


@pytest.fixture
def over_tls(tmp_path: Path) -> Iterator[tls.Server]:
    with tls.serving(tmp_path, ID) as server:
        yield server


def run(text: str, *arguments: str) -> None:
    assert ended(["-c", BEGINNING + text, *arguments]) == (0, "")


def ended(arguments: list[str], environment: dict[str, str] | None = None) -> tuple[int, str]:
    """Run a program; return its status, and the output of it and its children."""
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={**os.environ, **(environment or {})},
    ) as process:
        try:
            said = process.communicate(timeout=SECONDS)[0]
        finally:
            end_with_its_children(process.pid)
    return process.returncode, said


def end_with_its_children(group: int) -> None:
    subprocess.run(["kill", "-KILL", "--", f"-{group}"], capture_output=True, check=False)


@pytest.mark.parametrize("work", WORK)
@pytest.mark.parametrize("first", ["the first time", "in use"])
def test_no_generation_of_forked_processes_hangs(work: str, first: str, clever: str, over_tls: tls.Server) -> None:
    text = "" if first == "the first time" else f"{work}()\n"
    text += f"""
thread = threading.Thread(target={work})
thread.start()
children = [descend({work}, 3) for _ in range(4)]
thread.join()
ended = [ended_well(child) for child in children]
assert all(ended), ended
"""
    run(text, clever, over_tls.base_url, str(over_tls.certificate))


def preloaded(source: str, folder: Path) -> Path:
    """Build a library from `source` to preload into a program."""
    if shutil.which("cc") is None:
        pytest.skip("there is no C compiler")
    path, built = Path(__file__).with_name(source), folder / "preloaded.so"
    subprocess.run(["cc", "-shared", "-fPIC", str(path), "-o", str(built), "-pthread", "-ldl"], check=True)
    return built


def test_a_fork_waits_until_the_resolver_releases_its_lock(clever: str, tmp_path: Path) -> None:
    environment = {"LD_PRELOAD": str(preloaded("slow_resolver.c", tmp_path))}
    text = """
told, teller = os.pipe()
kept = os.dup(1)
os.dup2(teller, 1)
thread = threading.Thread(target=resolve)
thread.start()
assert os.read(told, 1) == b"!"
os.dup2(kept, 1)
child = os.fork()
if child == 0:
    resolve()
    os._exit(0)
thread.join()
assert ended_well(child)
"""
    assert ended(["-c", BEGINNING + text, clever], environment) == (0, "")


@pytest.mark.parametrize("work", WORK)
def test_a_forked_child_finds_no_held_lock_of_the_crypto_library(
    work: str, clever: str, over_tls: tls.Server, tmp_path: Path
) -> None:
    text = f"""
def in_threads_that_end():
    for _ in range(5):
        threads = [threading.Thread(target={work}) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

working = threading.Thread(target=in_threads_that_end)
working.start()
while working.is_alive():
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        {work}()
        thread = threading.Thread(target={work})
        thread.start()
        thread.join()
        os._exit(0)
    assert ended_well(child)
"""
    environment = {"LD_PRELOAD": str(preloaded("held_locks.c", tmp_path))}
    assert ended(["-c", BEGINNING + text, clever, over_tls.base_url, str(over_tls.certificate)], environment) == (
        0,
        "",
    )


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing_works_in_an_async_program(method: str, clever: str, tmp_path: Path) -> None:
    # Spawned processes import the program again, so it must be a file.
    text = f"""
async def main():
    asking = [asyncio.ensure_future(ask()) for _ in range(20)]
    await asyncio.sleep(0)
    children = [multiprocessing.get_context({method!r}).Process(target=wait_on_a_loop) for _ in range(4)]
    for child in children:
        child.start()
    await asyncio.gather(*asking)
    for child in children:
        await asyncio.get_running_loop().run_in_executor(None, child.join)
    assert [child.exitcode for child in children] == [0] * 4

async def ask():
    try:
        await waiting.me("unknown")
    except clever_sso.Error:
        pass

if __name__ == "__main__":
    asyncio.run(main())
"""
    program = tmp_path / "program.py"
    program.write_text(BEGINNING + text)
    assert ended([str(program), clever]) == (0, "")
