"""PHP's own server, and FPM behind nginx: each on a free port of this machine, gone when the block is left."""

from __future__ import annotations

import os
import pwd
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from installed import program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WORKERS = 8
PATIENCE_SECONDS = 30

PHP_INI = """
zend_extension = opcache.so
{load}
opcache.preload = {preload}
session.save_path = {folder}/sessions
session.gc_probability = 0
display_errors = 0
log_errors = 1
"""

FPM_CONF = """
[global]
daemonize = no
error_log = {folder}/fpm.log
process_control_timeout = 10s
[www]
listen = {folder}/fpm.sock
pm = static
pm.max_children = {workers}
catch_workers_output = yes
clear_env = no
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
        location / {{
            fastcgi_param SCRIPT_FILENAME {page};
            fastcgi_param REQUEST_METHOD $request_method;
            fastcgi_param REQUEST_URI $request_uri;
            fastcgi_param QUERY_STRING $query_string;
            fastcgi_param CONTENT_TYPE $content_type;
            fastcgi_param CONTENT_LENGTH $content_length;
            fastcgi_pass unix:{folder}/fpm.sock;
        }}
    }}
}}
"""


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_until(true: Callable[[], bool], what: str) -> None:
    """Wait for something that comes soon."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not true():
        if time.monotonic() > end:
            pytest.fail(f"this did not happen: {what}")
        time.sleep(0.02)


def answers(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def own_folder(folder: Path) -> Path:
    """Make a folder that belongs to whom the servers run as: nobody, where the tests run as root."""
    folder.mkdir()
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return folder


@contextmanager
def process(command: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server of its own process group, not as root; end all of it when the block is left."""
    user = "nobody" if os.geteuid() == 0 else None
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
            server.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


@contextmanager
def built_in(command: list[str], environment: dict[str, str], port: int, log: Path) -> Iterator[None]:
    """Run `php -S`."""
    with process(command, environment, log) as server:
        wait_until(lambda: server.poll() is not None or answers(port), "php -S listens")
        assert server.poll() is None, log.read_text()
        yield


@dataclass(frozen=True)
class Fpm:
    """FPM at work."""

    master: int
    folder: Path

    def workers(self) -> list[int]:
        """Its workers."""
        children = Path(f"/proc/{self.master}/task/{self.master}/children").read_text(encoding="ascii")
        return [int(child) for child in children.split()]

    def reload(self) -> None:
        """Begin a graceful reload, and wait until every worker is a new one."""
        old = set(self.workers())
        os.kill(self.master, signal.SIGUSR2)
        wait_until(lambda: len(self.workers()) == WORKERS and not old & set(self.workers()), "a graceful reload")

    def log(self) -> str:
        """What FPM, PHP and nginx wrote."""
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))


@contextmanager
def fpm_behind_nginx(folder: Path, environment: dict[str, str], page: Path, port: int, ini: str) -> Iterator[Fpm]:
    """Run FPM with eight workers behind nginx; `ini` is what php.ini says beside the usual."""
    own_folder(folder)
    own_folder(folder / "sessions")
    (folder / "php.ini").write_text(ini)
    (folder / "fpm.conf").write_text(FPM_CONF.format(folder=folder, workers=WORKERS))
    (folder / "nginx.conf").write_text(NGINX_CONF.format(folder=folder, port=port, page=page))
    fpm = [fpm_program(), "-c", str(folder / "php.ini"), "-y", str(folder / "fpm.conf")]
    nginx = [program("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "nginx.log")]
    with process(fpm, environment, folder / "output.log") as master:
        running = Fpm(master.pid, folder)
        socket_file = folder / "fpm.sock"
        wait_until(lambda: master.poll() is not None or socket_file.exists(), "FPM listens")
        assert master.poll() is None, running.log()
        with process(nginx, environment, folder / "output.log") as server:
            wait_until(lambda: server.poll() is not None or answers(port), "nginx listens")
            assert server.poll() is None, running.log()
            yield running


def fpm_program() -> str:
    """FPM has the version of PHP in its name."""
    version = subprocess.run([program("php-config"), "--version"], check=True, capture_output=True, text=True).stdout
    return program("php-fpm" + ".".join(version.split(".")[:2]))
