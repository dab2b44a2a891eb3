"""The servers that people log in to while `logins_at_sites.py` and `monday.py` measure, and the network behind them."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Callable

from harness import emulator, ports
from harness.paths import EMULATOR
from harness.patience import SECONDS, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

BENCH = Path(__file__).parent
SITES = BENCH / "logins_sites"
CLIENT_ID, SECRET = "0d1c" * 5, "5ec4e7a1" * 5
PERSON = "ada"
# The kernel's number of the clock that counts the CPU time of a process and all its threads.
_CLOCK_OF_PROCESS = 2


@dataclass(frozen=True)
class Site:
    """A server with an application, and the paths of its pages."""

    command: Callable[[int, Path], Sequence[str]]
    """Returns the command that starts it, given its port and a folder of its own."""
    login: str = "/clever/login"
    callback: str = "/clever/callback"
    front: str = "/"
    """A page that names the signed-in person with status 200, or says `nobody`."""
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Clever:
    """The emulator: its address for the sites, and its own port."""

    public: str
    port: int
    network: Network
    bundle: str = ""


class Network:
    """The process of `logins_network.py`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def pace(self, milliseconds: float, failing: float = 0) -> None:
        """Set how long a round trip takes, and which share of the requests fails."""
        self._ask(f"pace {milliseconds} {failing}")

    def count(self) -> tuple[int, int]:
        """Return the number of new connections and of round trips since the last call."""
        connections, waits = self._ask("count").split()
        return int(connections), int(waits)

    def _ask(self, line: str) -> str:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()


@contextmanager
def slow_network(port: int, *certificate: Path) -> Iterator[tuple[int, Network]]:
    """Run the network in front of a port; yield the network's own port."""
    command = [sys.executable, str(BENCH / "logins_network.py"), str(port), *map(str, certificate)]
    with _spoken_to(command) as (process, said):
        yield int(said), Network(process)


@contextmanager
def _spoken_to(command: Sequence[str], errors: int | None = None) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a program that prints a line when it is ready; yield that line."""
    pipe = subprocess.PIPE
    process = subprocess.Popen([*ends_with_me(), *command], stdin=pipe, stdout=pipe, stderr=errors, text=True)
    try:
        assert process.stdout
        said = process.stdout.readline().strip()
        if not said:
            raise RuntimeError(f"{Path(command[0]).name} does not start")
        yield process, said
    finally:
        process.kill()
        for end in (process.stdin, process.stdout):
            if end:
                with suppress(BrokenPipeError):
                    end.close()
        process.wait()


@contextmanager
def clever(redirect_uris: Sequence[str], *certificate: Path) -> Iterator[Clever]:
    """Run an emulator behind a slow network, with TLS if there is a certificate."""
    apps = [emulator.App(client_id(number), SECRET, uri, oidc=True) for number, uri in enumerate(redirect_uris)]
    with ports.reserved() as port, slow_network(port, *certificate) as (near, network):
        public = f"{'https' if certificate else 'http'}://127.0.0.1:{near}"
        command = [os.environ.get("CLEVER_EMULATOR", str(EMULATOR)), "--port", str(port), "--public-url", public]
        for app in apps:
            command += ["--app", app.option()]
        with _spoken_to([*command, "--auto-login", PERSON], subprocess.DEVNULL):
            yield Clever(public, port, network, str(certificate[0]) if certificate else "")


def client_id(number: int) -> str:
    """Return the client id of the site with this number."""
    return f"{CLIENT_ID[:-2]}{number:02x}"


def settings(site: Site, url: str, number: int, known: Clever) -> dict[str, str]:
    """Return the environment variables of a site."""
    # With this machine's proxy settings, a site could not reach the emulator.
    here = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    bundles = dict.fromkeys(["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"], known.bundle)
    return {
        **here,
        **(bundles if known.bundle else {}),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(SITES), os.environ.get("PYTHONPATH")])),
        "PYTHONWARNINGS": "ignore",
        "SECRET_KEY": secrets.token_hex(32),
        "CLEVER_BASE_URL": known.public,
        "CLEVER_CLIENT_ID": client_id(number),
        "CLEVER_CLIENT_SECRET": SECRET,
        "CLEVER_REDIRECT_URI": f"{url}{site.callback}",
        **site.environment,
    }


class Server:
    """A running site.

    Args:
        process: The process that was started.
        port: The port where it listens.
    """

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = process
        self.port = port

    def processes(self) -> list[int]:
        """Return the process and all processes that it started."""
        found, new = [self.process.pid], [self.process.pid]
        while new:
            pid = new.pop()
            with suppress(OSError):
                for task in Path(f"/proc/{pid}/task").iterdir():
                    children = [int(child) for child in (task / "children").read_text("ascii").split()]
                    found += children
                    new += children
        return found

    def cpu(self) -> float:
        """Return the CPU time that these processes used, in seconds."""
        used = 0.0
        for pid in self.processes():
            with suppress(OSError):
                used += time.clock_gettime((~pid << 3) | _CLOCK_OF_PROCESS)
        return used

    def memory(self) -> float:
        """Return the memory of these processes in MiB. Shared memory is divided among the processes that share it."""
        kilobytes = 0
        for pid in self.processes():
            with suppress(OSError):
                text = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
                kilobytes += next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
        return kilobytes / 1024


@contextmanager
def open_folder() -> Iterator[Path]:
    """Create a temporary folder that every user can read, because some servers run as another user."""
    with tempfile.TemporaryDirectory(prefix="clever-sso-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@contextmanager
def serving(site: Site, number: int, port: int, known: Clever, folder: Path) -> Iterator[Server]:
    """Run a site, and wait until it shows its front page."""
    environment = settings(site, f"http://127.0.0.1:{port}", number, known)
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [*ends_with_me(), *site.command(port, folder)],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        wait_for(lambda: process.poll() is not None or _serves(port), "the server to show its front page")
        if process.poll() is not None:
            raise RuntimeError(f"the server shows no front page:\n{(folder / 'server.log').read_text('utf-8')[-3000:]}")
        yield Server(process, port)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _serves(port: int) -> bool:
    """Whether the server shows its front page. It may listen before its application is ready."""
    connection = HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def ends_with_me() -> list[str]:
    """Return the start of a command line that lets the system kill the command when this program ends."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []


def gunicorn(module: str, *options: str, **environment: str) -> Site:
    """Return a site with a WSGI application in gunicorn."""

    def command(port: int, folder: Path) -> list[str]:
        where = ["--bind", f"127.0.0.1:{port}", "--worker-tmp-dir", str(folder), "--log-level", "warning"]
        where += ["--backlog", "2048", "--no-control-socket"]
        return [sys.executable, "-m", "gunicorn", *where, *options, f"{module}:application"]

    return Site(command, environment=environment)


def uvicorn(module: str) -> Site:
    """Return a site with an ASGI application in uvicorn."""

    def command(port: int, _: Path) -> list[str]:
        where = ["--port", str(port), "--log-level", "warning", "--no-access-log"]
        return [sys.executable, "-m", "uvicorn", *where, f"{module}:application"]

    return Site(command)


def installed(package: str) -> str:
    """Return the version of a Python package."""
    return version(package)
