"""Runs Apache on a free port of this machine during a block: with PHP in its workers, or in front of FPM."""

from __future__ import annotations

import os
import re
import signal
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from harness import ports
from harness.patience import SECONDS, wait_for
from installed import block, program
from servers import WORKERS, Master, Setup, php_version, process, running_fpm

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULES = Path("/usr/lib/apache2/modules")
THREADS_EACH = 16

CONFIGURATION = """
ServerName localhost
ServerRoot {folder}
PidFile {folder}/apache.pid
Mutex file:{folder}
Listen 127.0.0.1:{port}
ErrorLog {folder}/apache.log
LoadModule mpm_{mpm}_module {modules}/mod_mpm_{mpm}.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule dir_module {modules}/mod_dir.so
LoadModule mime_module {modules}/mod_mime.so
TypesConfig /dev/null
GracefulShutdownTimeout {patience}
DocumentRoot {public}
"""
# PHP runs in its workers: processes, or the threads of some processes.
PROCESSES = """
StartServers {workers}
MinSpareServers {workers}
MaxSpareServers {workers}
MaxRequestWorkers {workers}
"""
THREADS = """
ServerLimit {workers}
StartServers {workers}
ThreadsPerChild {threads}
ThreadLimit {threads}
MaxRequestWorkers {all_threads}
MinSpareThreads {all_threads}
MaxSpareThreads {all_threads}
"""
INSIDE = """
LoadModule php_module {php}
PHPIniDir {folder}
"""
EVENT = """
LoadModule proxy_module {modules}/mod_proxy.so
LoadModule proxy_fcgi_module {modules}/mod_proxy_fcgi.so
"""


class Apache(Master):
    """A running Apache."""

    reloads = signal.SIGUSR1


@dataclass(frozen=True)
class Kind:
    """How Apache runs PHP."""

    mpm: str
    php: Path | None = None
    processes: int = WORKERS

    @property
    def ini(self) -> str:
        """More lines for php.ini: a parent that is root must not preload."""
        user = "opcache.preload_user = nobody\n" if self.php and os.geteuid() == 0 else ""
        # With threads, PHP 8.2 crashes in its JIT code after a graceful restart of Apache.
        return user + ("opcache.jit = off\n" if self.php and self.mpm == "event" else "")


def module(name: str) -> Path:
    """A module of Apache. Without it, the test is skipped."""
    if not (found := MODULES / name).exists():
        pytest.skip(f"{name} is not installed")
    return found


def with_php() -> Kind:
    """Apache with PHP in its worker processes."""
    program("apache2")
    return Kind("prefork", module(f"libphp{php_version()}.so"))


def with_threads_of_php(php: Path) -> Kind:
    """Apache with PHP in the threads of its workers."""
    program("apache2")
    return Kind("event", php, processes=2)


def before_fpm() -> Kind:
    """Apache that passes requests to FPM."""
    program("apache2")
    module("mod_proxy_fcgi.so")
    return Kind("event")


def guide(kind: Kind, setup: Setup) -> str:
    """The Apache configuration from docs/php.md, with the paths of the test."""
    shown = block("run: apache", "apache")
    shown = shown.replace("/srv/app/public", str(setup.page.parent)).replace(
        "/run/php/php-fpm.sock", f"{setup.folder}/fpm.sock"
    )
    if kind.php:
        inside = re.findall(r"# With mod_php: (SetHandler .*)", shown)
        shown, changed = re.subn(r"SetHandler \".*\"", inside[0], shown)
        assert changed == 1
    return shown


@contextmanager
def apache(kind: Kind, setup: Setup, environment: dict[str, str], port: int) -> Iterator[Master]:
    """Run Apache. Returns the server whose workers run PHP."""
    setup.write(port)
    folder = setup.folder
    text = CONFIGURATION + EVENT
    if kind.php:
        text = CONFIGURATION + (PROCESSES if kind.mpm == "prefork" else THREADS) + INSIDE
    text = text.format(
        folder=folder,
        port=port,
        modules=MODULES,
        public=setup.page.parent,
        patience=SECONDS,
        mpm=kind.mpm,
        php=kind.php,
        workers=kind.processes,
        threads=THREADS_EACH,
        all_threads=THREADS_EACH * kind.processes,
    )
    text += guide(kind, setup)
    if os.geteuid() == 0:
        text += "User nobody\nGroup nogroup\n"
    (folder / "apache.conf").write_text(text)
    with ExitStack() as stack:
        fpm = None if kind.php else stack.enter_context(running_fpm(setup, environment))
        command = [program("apache2"), "-f", str(folder / "apache.conf"), "-DFOREGROUND"]
        user = "root" if os.geteuid() == 0 else None
        server = stack.enter_context(process(command, environment, folder / "output.log", user))
        wait_for(lambda: server.poll() is not None or ports.listens(port), "Apache to listen")
        running = fpm or Apache(server.pid, folder, kind.processes)
        assert server.poll() is None, running.log()
        wait_for(lambda: len(running.workers()) == kind.processes, "all workers")
        yield running
