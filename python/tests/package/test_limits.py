"""Reaching a limit of the system raises an error: no panic, and nothing on stderr."""

from __future__ import annotations

import platform
import subprocess
import sys
import textwrap

import pytest
from harness import emulator
from harness.patience import SECONDS

# A kernel filter (seccomp) that refuses new threads and processes: clone and clone3 fail with EAGAIN.
PROGRAM = """
import asyncio, ctypes, struct, sys
import clever_sso

def client(kind):
    return kind("id", "secret", "http://127.0.0.1:9/", base_url="https://localhost:9", timeout=20)

blocking, waiting = client(clever_sso.Client), client(clever_sso.AsyncClient)
LOAD, JUMP_IF_EQUAL, RETURN, ALLOW, REFUSE = 0x20, 0x15, 0x06, 0x7FFF0000, 0x00050000 | 11
steps = [(LOAD, 0, 0, 0), (JUMP_IF_EQUAL, 2, 0, 56), (JUMP_IF_EQUAL, 1, 0, 435), (RETURN, 0, 0, ALLOW)]
filter = b"".join(struct.pack("HBBI", *step) for step in [*steps, (RETURN, 0, 0, REFUSE)])
held = ctypes.create_string_buffer(filter)
rules = struct.pack("HxxxxxxP", len(filter) // 8, ctypes.addressof(held))
kernel = ctypes.CDLL(None, use_errno=True)
assert kernel.prctl(38, 1, 0, 0, 0) == 0
assert kernel.prctl(22, 2, ctypes.c_char_p(rules), 0, 0) == 0

def kind_of(call):
    try:
        call()
    except BaseException as error:
        return isinstance(error, clever_sso.Error) and not isinstance(error, TypeError)

print(kind_of(lambda: blocking.me("token")), kind_of(lambda: asyncio.run(waiting.me("token"))))
"""


@pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"), reason="the filter names system calls of Linux on x86-64"
)
def test_a_process_that_cannot_start_threads_gets_errors_without_a_panic() -> None:
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "True True\n", "")


FAULT = """
import os, sys
import clever_sso

client = clever_sso.Client("id", base_url=sys.argv[1])

def kind():
    try:
        client.me("unknown")
    except Exception as error:
        return type(error).__name__

before = kind()
nothing = os.open("/dev/null", os.O_RDWR)
for number in os.listdir("/proc/self/fd"):
    # The runtime's epoll instances become something else: tokio panics over that.
    if os.path.exists(f"/proc/self/fd/{number}") and os.readlink(f"/proc/self/fd/{number}") == "anon_inode:[eventpoll]":
        os.dup2(nothing, int(number), inheritable=False)
print(before, kind(), kind())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has epoll")
def test_a_panic_in_a_call_raises_an_internal_error_without_output() -> None:
    with emulator.running() as clever:
        command = [sys.executable, "-W", "ignore", "-c", FAULT, clever]
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "TokenError InternalError TokenError\n", "")


CLOSED = """
import asyncio, os, sys
import clever_sso

client = clever_sso.Client("id", base_url=sys.argv[1])
waiting = clever_sso.AsyncClient("id", base_url=sys.argv[1])

def kinds():
    calls = lambda: client.me("unknown"), lambda: asyncio.run(waiting.me("unknown"))
    for call in (*calls, calls[0]):
        try:
            call()
        except Exception as error:
            yield type(error).__name__

print(*kinds())
os.closerange(3, 256)
# From now on, the program's own files get these numbers.
files = [os.open("/dev/null", os.O_RDONLY) for _ in range(64 if sys.argv[2] == "opens" else 0)]
print(*kinds())
del client, waiting
for file in files:
    os.close(file)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells whose a descriptor is")
@pytest.mark.parametrize("then", ["opens", "opens none"])
def test_a_client_works_after_the_program_closed_every_file_descriptor(then: str) -> None:
    with emulator.running() as clever:
        command = [sys.executable, "-W", "ignore", "-c", CLOSED, clever, then]
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "TokenError TokenError TokenError\n" * 2, "")


def test_an_import_without_free_thread_keys_raises_an_import_error() -> None:
    text = """
        import ctypes, threading
        system, key, taken = ctypes.CDLL(None), ctypes.c_uint(), []

        def take_all():
            while system.pthread_key_create(ctypes.byref(key), None) == 0:
                taken.append(key.value)

        take_all()
        for _ in range(3):
            try:
                import clever_sso
            except ImportError as error:
                assert "pthread_key_create" in str(error)
            else:
                raise AssertionError
            system.pthread_key_delete(taken.pop())
        import clever_sso
        take_all()

        def call():
            client = clever_sso.Client("0a" * 10, "0b" * 20, "http://127.0.0.1:9/", base_url="http://127.0.0.1:9")
            client.begin_login()
            try:
                client.me("token")
            except clever_sso.NetworkError:
                done.append(True)

        done = []
        call()
        thread = threading.Thread(target=call)
        thread.start()
        thread.join()
        assert done == [True, True]
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(text)], capture_output=True, timeout=SECONDS, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
