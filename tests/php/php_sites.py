"""The page of the examples on PHP's own server, and the emulator that stands for Clever."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness import emulator, ports
from installed import APP_NAME, Installed, app, settings
from servers import built_in, own_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DISTRICT = "53ee4b8a44abc88c1c00119b"
# A session cannot be kept there, and PHP warns of that.
NOWHERE = "/nowhere"
WAYS = ["php-extension", "php-ffi"]


@dataclass(frozen=True)
class Site:
    """The page and the emulator that stands for Clever."""

    url: str
    clever: str
    folder: Path

    @property
    def from_portal(self) -> str:
        """Where the app's icon in the portal leads: a request without a state."""
        return f"{self.clever}/oauth/authorize?response_type=code&client_id={APP_NAME}"

    @property
    def from_instant_login(self) -> str:
        """An Instant Login link."""
        return f"{self.clever}/oauth/instant-login?client_id={APP_NAME}&district_id={DISTRICT}"

    @property
    def log(self) -> str:
        """What the page told the log."""
        return (self.folder / "output.log").read_text()


@contextmanager
def serving(  # noqa: PLR0913  (what a test may change about the page)
    installed: Installed,
    way: str,
    *,
    scenario: str = "",
    scheme: str = "http",
    prefix: str = "",
    auto_login: str | None = "ada",
    sessions: str = "",
    **more: str,
) -> Iterator[Site]:
    """Run the page of an example with PHP's own server."""
    with ports.reserved() as port:
        at = f"127.0.0.1:{port}"
        with emulator.running([app(f"{scheme}://{at}{prefix}")], auto_login) as clever:
            page = str(installed.examples / way / "public/index.php")
            public = f"{scheme}://{at}{prefix}"
            environment = settings(public, clever + scenario, LD_LIBRARY_PATH=str(installed.library), **more)
            folder = own_folder(installed.folder / f"page-{port}")
            save_path = sessions or str(folder)
            quiet = ["-ddisplay_errors=0", "-dlog_errors=1", "-derror_reporting=-1"]
            options = ["-dffi.enable=1", f"-dsession.save_path={save_path}", *quiet, "-S", at, page]
            command = installed.php(*options, extension=way == "php-extension")
            with built_in(command, environment, port, folder / "output.log"):
                site = Site(f"http://{at}", clever, folder)
                yield site
            if save_path != NOWHERE:
                assert not re.search(r"PHP \w+: .*", site.log), site.log
