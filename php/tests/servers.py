"""Runs PHP's own server, or FPM behind nginx, on a free port of this machine during a block."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from harness import ports
from harness.patience import SECONDS, wait_for
from installed import program

if TYPE_CHECKING:
    from collections.abc import Iterator

WORKERS = 8

PHP_INI = """
zend_extension = opcache.so
{load}
opcache.preload = {preload}
opcache.jit = tracing
opcache.jit_buffer_size = 32M
session.save_path = {folder}/sessions
session.gc_probability = 0
display_errors = 0
log_errors = 1
"""

FPM_CONF = """
[global]
daemonize = no
error_log = {folder}/fpm.log
process_control_timeout = 60s
[www]
listen = {folder}/fpm.sock
pm = static
pm.max_children = {workers}
catch_workers_output = yes
clear_env = no
"""

# As on most machines, the master is root and its workers are not.
MASTER_IS_ROOT_CONF = """
user = nobody
listen.owner = nobody
"""

NGINX_CONF = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log warn;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    fastcgi_temp_path {folder}/fastcgi;
    proxy_temp_path {folder}/proxy;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        {locations}
    }}
}}
"""

LOCATIONS = """
        location / {{
            fastcgi_param SCRIPT_FILENAME {page};
            fastcgi_param REQUEST_METHOD $request_method;
            fastcgi_param REQUEST_URI {added}$request_uri;
            fastcgi_param SCRIPT_NAME {added}/index.php;
            fastcgi_param QUERY_STRING $query_string;
            fastcgi_param CONTENT_TYPE $content_type;
            fastcgi_param CONTENT_LENGTH $content_length;
            fastcgi_pass unix:{folder}/fpm.sock;
        }}
"""


def own_folder(folder: Path) -> Path:
    """Create a folder that belongs to the servers' user: `nobody` if the tests run as root."""
    folder.mkdir()
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return folder


@contextmanager
def process(
    command: list[str], environment: dict[str, str], log: Path, user: str | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server in its own process group, not as root. At the end of the block, end the whole group."""
    user = user or ("nobody" if os.geteuid() == 0 else None)
    with log.open("ab") as output:
        server = subprocess.Popen(
            command,
            env=environment,
            stdout=output,
            stderr=output,
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
            start_new_session=True,
        )
    try:
        yield server
    finally:
        server.terminate()
        try:
            server.wait(SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def after(first: Path, page: Path, folder: Path) -> str:
    """The script for `php -S` that runs `first`, then the page. It ignores `auto_prepend_file` for such a script."""
    script = folder / f"{first.stem}-{page.name}"
    script.write_text(f"<?php require '{first}'; return require '{page}';")
    return str(script)


@contextmanager
def built_in(command: list[str], environment: dict[str, str], port: int, log: Path) -> Iterator[None]:
    """Run `php -S`."""
    with process(command, environment, log) as server:
        wait_for(lambda: server.poll() is not None or ports.listens(port), "php -S to listen")
        assert server.poll() is None, log.read_text()
        yield


@dataclass(frozen=True)
class Master:
    """A running server that forks workers."""

    master: int
    folder: Path
    count: int = WORKERS
    reloads: ClassVar[signal.Signals]

    def workers(self) -> list[int]:
        """The process ids of its workers."""
        children = Path(f"/proc/{self.master}/task/{self.master}/children").read_text(encoding="ascii")
        return [int(child) for child in children.split()]

    def reload(self) -> None:
        """Start a graceful reload, and wait until all workers are new."""
        old = set(self.workers())
        os.kill(self.master, self.reloads)
        wait_for(lambda: self.has_ended() or self._has_only_others(old), "a graceful reload")
        assert not self.has_ended(), f"the server ended instead of reloading: {self.log()[-3000:]}"

    def has_ended(self) -> bool:
        """Whether the master has ended, even if its parent has not waited for it yet."""
        return Path(f"/proc/{self.master}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"

    def _has_only_others(self, old: set[int]) -> bool:
        workers = self.workers()
        return len(workers) == self.count and not old & set(workers)

    def log(self) -> str:
        """What the servers and PHP wrote."""
        return "".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))


class Fpm(Master):
    """A running FPM."""

    reloads = signal.SIGUSR2


@dataclass(frozen=True)
class Setup:
    """The setup of FPM: `ini` is the text of php.ini, `root` whether its master is root.

    `added` is a folder of the page on the server that browsers do not see.
    `locations` is nginx configuration to use instead.
    """

    folder: Path
    page: Path
    ini: str
    root: bool
    added: str = ""
    locations: str = ""

    def write(self, port: int) -> None:
        """Write the files of FPM, PHP and nginx."""
        pool = MASTER_IS_ROOT_CONF if self.root else ""
        locations = self.locations or LOCATIONS.format(folder=self.folder, page=self.page, added=self.added)
        nginx = NGINX_CONF.format(folder=self.folder, port=port, locations=locations)
        own_folder(self.folder)
        own_folder(self.folder / "sessions")
        (self.folder / "php.ini").write_text(self.ini)
        (self.folder / "fpm.conf").write_text(FPM_CONF.format(folder=self.folder, workers=WORKERS) + pool)
        (self.folder / "nginx.conf").write_text(nginx)


@contextmanager
def running_fpm(setup: Setup, environment: dict[str, str]) -> Iterator[Fpm]:
    """Run FPM with eight workers. Its socket is in the folder of the setup."""
    folder, root = setup.folder, setup.root
    fpm = [fpm_program(), "-c", str(folder / "php.ini"), "-y", str(folder / "fpm.conf"), *(["-R"] if root else [])]
    with process(fpm, environment, folder / "output.log", "root" if root else None) as master:
        running = Fpm(master.pid, folder)
        socket_file = folder / "fpm.sock"
        wait_for(lambda: master.poll() is not None or socket_file.exists(), "FPM to listen")
        assert master.poll() is None, running.log()
        yield running


@contextmanager
def fpm_behind_nginx(setup: Setup, environment: dict[str, str], port: int) -> Iterator[Fpm]:
    """Run FPM with eight workers behind nginx."""
    setup.write(port)
    folder = setup.folder
    nginx = [program("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "nginx.log")]
    with running_fpm(setup, environment) as running, process(nginx, environment, folder / "output.log") as server:
        wait_for(lambda: server.poll() is not None or ports.listens(port), "nginx to listen")
        assert server.poll() is None, running.log()
        yield running


def fpm_program() -> str:
    """The FPM program, whose name contains the PHP version."""
    return program(f"php-fpm{php_version()}")


def php_version() -> str:
    """The version of PHP as Debian writes it in names, for example 8.2."""
    version = subprocess.run([program("php-config"), "--version"], check=True, capture_output=True, text=True).stdout
    return ".".join(version.split(".")[:2])
