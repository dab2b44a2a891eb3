"""Python code that Rust calls while the interpreter ends never aborts the process. Many runs, because timing varies."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import clever_sso
import pytest
from canned_clever import serving
from harness import emulator
from harness.length import not_here, whole_or_short
from harness.paths import ROOT
from harness.patience import SECONDS
from harness.pythons import PYTHONS

# The long form finds rare failures, and needs every Python that the package supports.
RUNS = whole_or_short(500, 8)
PROMISED = [f"3.{minor}" for minor in range(9, 14)]
VERSIONS = whole_or_short(list(dict.fromkeys([*PROMISED, *PYTHONS])), ["this"])
ID, SECRET, URI = "0a" * 10, "0b" * 20, "http://127.0.0.1:9/"

# Imports take most of the time of a run, so each kind imports only what it needs.
BEGINNING = """
    import sys, threading
    import clever_sso

    id, secret, uri = "0a" * 10, "0b" * 20, "http://127.0.0.1:9/"
    blocking = clever_sso.Client(id, secret, uri, base_url=sys.argv[1], timeout=50)
    # Threads give up the GIL all the time, so that the end finds them anywhere.
    sys.setswitchinterval(1e-5)

    def in_daemon_threads(work, number=4):
        # Continue after each has done its work once. They begin together: where some work, it takes long to start more.
        def run(done_once):
            begin.wait()
            while True:
                try:
                    work()
                except clever_sso.Error:
                    pass
                done_once.set()

        begin, *events = (threading.Event() for _ in range(number + 1))
        for event in events:
            threading.Thread(target=run, args=(event,), daemon=True).start()
        begin.set()
        for event in events:
            event.wait()

    def ask():
        blocking.me("unknown")

    def raise_an_error():
        blocking.begin_login(return_to="//elsewhere.example")

    def make_results():
        clever_sso.error_codes()
        blocking.begin_login()
        blocking.authorize_url()

    def fetch_keys():
        clever_sso.Client(id, secret, uri, base_url=sys.argv[1]).export_keys()
"""

LOOPS = """
    # A quarter of what asyncio imports, and nothing here speaks TLS in Python.
    sys.modules["ssl"] = None
    import asyncio

    client = clever_sso.AsyncClient(id, secret, uri, base_url=sys.argv[1], timeout=50)

    def ask_on_a_loop():
        async def one():
            try:
                await client.me("unknown")
            except clever_sso.Error:
                pass

        async def many():
            await asyncio.gather(*(one() for _ in range(20)))

        asyncio.run(many())

    def fetch_keys_on_a_loop():
        async def fetch():
            await clever_sso.AsyncClient(id, secret, uri, base_url=sys.argv[1]).export_keys()

        asyncio.run(fetch())
"""

LISTENING = """
    import logging

    def take_time(record):
        for _ in range(2000):
            pass
        return True

    logging.getLogger("clever_sso").setLevel(logging.DEBUG)
    logging.getLogger("clever_sso").addHandler(logging.NullHandler())
    logging.getLogger("clever_sso.keys").addFilter(take_time)
"""

# The code that runs while the interpreter ends.
KINDS = {
    "errors are raised": ["in_daemon_threads(raise_an_error)"],
    "answers arrive": ["in_daemon_threads(ask)"],
    "results are made": ["in_daemon_threads(make_results)"],
    "records are logged": [LISTENING, "in_daemon_threads(fetch_keys)"],
    "loops await": [LOOPS, "in_daemon_threads(ask_on_a_loop, 2)"],
    "loops await and the engine logs": [LISTENING, LOOPS, "in_daemon_threads(fetch_keys_on_a_loop, 2)"],
    "garbage is collected": [
        """
        import gc

        class Garbage:
            def __init__(self):
                self.itself = self

            def __del__(self):
                for _ in range(50):
                    pass

        gc.set_threshold(1)
        in_daemon_threads(lambda: (Garbage(), raise_an_error()), 2)
        in_daemon_threads(lambda: (Garbage(), make_results()), 2)
        """
    ],
    "arguments are read": [
        """
        import collections, fractions, pathlib

        class Fields(collections.UserDict):
            def items(self):
                return ((name, "/") for name in list(self.data) * 20)

        class Number:
            def __index__(self):
                return len([letter for letter in secret]) + 1000

        path, seconds, uris = pathlib.Path("/none"), fractions.Fraction(7, 2), collections.UserList([uri] * 20)
        fields, number = Fields({"Origin": "", "Sec-Fetch-Site": ""}), Number()
        in_daemon_threads(lambda: clever_sso.Client(id, ca_bundle=path), 1)
        in_daemon_threads(lambda: clever_sso.Client(id, timeout=seconds, leeway=number), 1)
        in_daemon_threads(lambda: clever_sso.Client(id, redirect_uri=uris, old_pending_keys=uris), 1)
        in_daemon_threads(lambda: blocking.refusal("login", method="GET", headers=fields), 1)
        """
    ],
    "exit handlers call": [
        LOOPS,
        """
        import atexit

        in_daemon_threads(raise_an_error, 1)
        in_daemon_threads(ask_on_a_loop, 1)

        @atexit.register
        def say_goodbye():
            for work in (ask, raise_an_error, fetch_keys, ask_on_a_loop, fetch_keys_on_a_loop):
                try:
                    work()
                except clever_sso.Error:
                    pass
        """,
    ],
    "threads leave by sys.exit": [
        """
        def leave():
            try:
                ask()
            except clever_sso.Error:
                sys.exit(3)

        in_daemon_threads(ask)
        for _ in range(4):
            threading.Thread(target=leave).start()
        """
    ],
}
# Python 3.10 itself crashes when daemon threads run at its end: in 1 to 3 of 100 runs of a program without any
# extension, `take_gil` reads the state of an interpreter that is gone. Such crashes are not counted if they stay that
# rare.
OWN_CRASH, OWN_CRASHES = (-signal.SIGSEGV, ""), max(1, RUNS // 20)

# Vary the moment of the end.
THE_END = """
    for _ in range(int(sys.argv[2])):
        pass
"""


@pytest.fixture(scope="module")
def clever() -> Iterator[str]:
    with emulator.running([emulator.App(ID, SECRET, URI)]) as base_url:
        yield base_url


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Create a folder with only the package, for every Python."""
    folder = tmp_path_factory.mktemp("package")
    (folder / "clever_sso").symlink_to(Path(clever_sso.__file__).parent)
    return str(folder)


def interpreter(version: str) -> str:
    """The command that runs this Python."""
    if version == "this":
        return sys.executable
    if version not in PYTHONS:
        raise not_here(f"there is no Python {version} here: install it with uv or pyenv")
    return PYTHONS[version]


def ended(python: str, parts: list[str], package: str, base_url: str) -> tuple[int, str]:
    """The exit status and the output of a program."""
    program = "".join(map(textwrap.dedent, [BEGINNING, *parts]))
    done = subprocess.run(
        [python, "-W", "ignore", "-c", program, base_url, str(random.randrange(20_000))],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONPATH": package},
        timeout=SECONDS,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("version", VERSIONS)
def test_a_process_ends_without_a_crash_while(version: str, kind: str, package: str, clever: str) -> None:
    python = interpreter(version)
    with ThreadPoolExecutor(4) as pool:
        runs = pool.map(lambda _: ended(python, [*KINDS[kind], THE_END], package, clever), range(RUNS))
    bad = [run for run in runs if run != (0, "")]
    if crashes_by_itself(version) and bad.count(OWN_CRASH) <= OWN_CRASHES:
        bad = [run for run in bad if run != OWN_CRASH]
    assert bad == []


def crashes_by_itself(version: str) -> bool:
    return version == "3.10" or (version == "this" and sys.version_info[:2] == (3, 10))


def test_an_exit_handler_can_wait_for_a_thread_in_a_call(package: str) -> None:
    # If the thread were parked too early, it would never return to the handler.
    text = """
        import atexit

        stop, threads = threading.Event(), []

        def ask_until_told():
            while not stop.is_set():
                try:
                    ask()
                except clever_sso.Error:
                    pass

        @atexit.register
        def wait_for_it():
            stop.set()
            threads[0].join()

        threads.append(threading.Thread(target=ask_until_told, daemon=True))
        threads[0].start()
    """
    with serving({}) as base_url:
        assert ended(sys.executable, [text], package, base_url) == (0, "")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_host_survives_responses_that_arrive_after_its_interpreter_ended(
    version: str, package: str, tmp_path: Path
) -> None:
    program = embedding(interpreter(version), tmp_path)
    with ThreadPoolExecutor(4) as pool:
        runs = pool.map(lambda _: hosted(program, package), range(RUNS))
    assert {run for run in runs if run != (0, b"finalized\nrefused\nleft\n")} == set()


def test_calls_work_if_a_host_ends_its_interpreter_inside_exit(package: str, tmp_path: Path) -> None:
    # uWSGI does this. At that point, the C library has already destroyed the thread's own variables.
    text = """
        import asyncio, atexit, sys
        import clever_sso

        settings = ("0a" * 10, "0b" * 20, "http://127.0.0.1:9/")
        client = clever_sso.Client(*settings, base_url=sys.argv[1])
        # One has started its threads before, the other has not.
        awaited, first_awaited = (clever_sso.AsyncClient(*settings, base_url=sys.argv[1]) for _ in range(2))
        loop = asyncio.new_event_loop()

        def use(when):
            calls = [lambda: client.exchange_code("code"), client.warm_up, client.export_keys]
            for asked in (awaited, first_awaited) if when != "now" else (awaited, awaited):
                calls.append(lambda asked=asked: loop.run_until_complete(asked.exchange_code("code")))
                calls.append(lambda asked=asked: loop.run_until_complete(asked.warm_up()))
            for call in calls:
                try:
                    call()
                except BaseException as error:
                    print(when, getattr(error, "code", type(error).__name__), flush=True)

        class Late:
            def __del__(self):
                use("deleted")

        use("now")
        atexit.register(use, "exit")
        sys.modules["late"] = Late()
    """
    with serving({}) as base_url:
        command = [embedding(sys.executable, tmp_path), textwrap.dedent(text), base_url, "exit"]
        environment = {**os.environ, "PYTHONPATH": package}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=SECONDS)
    assert (done.returncode, done.stderr) == (0, "")
    said: dict[str, list[str]] = {}
    for line in done.stdout.splitlines():
        said.setdefault(line.split()[0], []).append(line.split()[1])
    assert len(said["now"]) == 7
    # While Python destroys its objects, nothing can be awaited anymore.
    assert said == {"now": said["now"], "exit": said["now"], "deleted": said["now"][:3] + ["RuntimeError"] * 4}


def hosted(program: str, package: str) -> tuple[int, bytes]:
    """The exit status and output of a host whose interpreter ends while four threads wait for responses."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(SECONDS)
        text = textwrap.dedent(BEGINNING) + textwrap.dedent(
            """
            for _ in range(4):
                threading.Thread(target=ask, daemon=True).start()
            """
        )
        command = [program, text, f"http://127.0.0.1:{silent.getsockname()[1]}"]
        environment = {**os.environ, "PYTHONPATH": package}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        # Without a buffer, because `communicate` does not see data that an earlier `readline` left in it.
        with subprocess.Popen(command, **pipes, bufsize=0, env=environment) as host:
            connections = [silent.accept()[0] for _ in range(4)]
            assert host.stdin
            assert host.stdout
            host.stdin.write(b"finalize\n")
            said = host.stdout.readline()
            for connection in connections:
                connection.recv(1000)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                # The call is over when the client closes its end of the connection.
                connection.settimeout(SECONDS)
                with suppress(ConnectionResetError):
                    assert connection.recv(1000) == b""
                connection.close()
            said += host.communicate(b"leave\n", timeout=SECONDS)[0]
    return host.returncode, said


def embedding(python: str, folder: Path) -> str:
    """Compile the host against this Python, which must have headers and a library."""
    ask = "import sysconfig as s; print(*(s.get_config_var(n) for n in ('INCLUDEPY', 'LIBDIR', 'LDVERSION')))"
    include, library, version = subprocess.run(
        [python, "-c", ask], capture_output=True, text=True, check=True
    ).stdout.split()
    if not Path(include, "Python.h").exists() or not Path(library, f"libpython{version}.so").exists():
        raise not_here(f"{python} cannot be embedded: it has no header or no shared library")
    program = folder / "host"
    source = str(ROOT / "python/tests/package/host.c")
    linked = [f"-L{library}", f"-Wl,-rpath,{library}", f"-lpython{version}"]
    subprocess.run(["cc", f"-I{include}", source, *linked, "-o", str(program)], check=True)
    return str(program)
