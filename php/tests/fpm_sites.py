"""The page of the examples as in production: FPM with a preloaded client behind nginx, next to an emulator."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apache import Kind, apache
from harness import emulator, ports
from installed import Installed, app, settings
from servers import PHP_INI, Master, Setup, fpm_behind_nginx

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Way:
    """How PHP uses the library: through the extension or FFI."""

    # The preload script in examples/php; empty for none.
    preload: str
    load: str
    root: bool = False
    # Settings that php.ini fixes for these folders, so that no script can change them.
    fixed: str = ""
    # The folder of the page on the server.
    added: str = ""
    # A script that runs before the page. Without one, every warning of PHP becomes an exception.
    before: str = ""

    def ini(self, folder: Path, installed: Installed) -> str:
        """The text of php.ini."""
        preload = installed.sources / "examples/php" / self.preload if self.preload else ""
        load = self.load.format(extension=installed.extension, sources=installed.sources)
        fixed = f"\n[PATH={installed.sources}]\n{self.fixed}\n" if self.fixed else ""
        before = f"auto_prepend_file = {self.before or installed.strict}\n"
        return PHP_INI.format(folder=folder, load=load, preload=preload) + before + fixed


EXTENSION = Way("preload.php", "extension = {extension}")
FFI = Way("preload-ffi.php", "extension = ffi.so")
# PHP does not preload as root, but in a process that switches to another user and then ends.
MASTER_IS_ROOT = Way("preload.php", "extension = {extension}\nopcache.preload_user = nobody", root=True)


@dataclass(frozen=True)
class Site:
    """The page as in production, and its emulator."""

    url: str
    clever: str
    fpm: Master


@contextmanager
def serving(
    installed: Installed,
    way: Way,
    auto_login: str | None = "ada",
    host: str = "127.0.0.1",
    kind: Kind | None = None,
    **more: str,
) -> Iterator[Site]:
    """Run the page of the examples. Browsers reach it as `host`, a name of this machine.

    FPM is behind nginx, or `kind` says how Apache runs PHP.
    """
    page = installed.page
    with ports.reserved() as port, emulator.running([app(f"http://{host}:{port}")], auto_login) as clever:
        url = f"http://{host}:{port}"
        folder = installed.folder / f"fpm-{secrets.token_hex(8)}"
        environment = settings(url, clever, LD_LIBRARY_PATH=str(installed.library), **more)
        environment = {name: value.format(folder=folder) for name, value in environment.items()}
        ini = way.ini(folder, installed) + (kind.ini if kind else "")
        setup = Setup(folder, page, ini, way.root, way.added)
        server = apache(kind, setup, environment, port) if kind else fpm_behind_nginx(setup, environment, port)
        with server as running:
            yield Site(url, clever, running)
