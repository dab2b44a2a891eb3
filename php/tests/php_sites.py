"""The page of the examples on PHP's own server, and an emulator."""

from __future__ import annotations

import http.client
import re
import secrets
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from harness import emulator, ports
from harness.patience import SECONDS
from installed import APP_NAME, Installed, app, settings
from servers import after, built_in, own_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from harness.cookie_browser import Browser, Page
    from harness.tabs import TabbedBrowser

ADA = "510001"
DISTRICT = "53ee4b8a44abc88c1c00119b"
# Sessions cannot be stored there, and the log says so.
NOWHERE = "/nowhere"
WAYS = ["extension", "ffi"]


@dataclass(frozen=True)
class Site:
    """The page and its emulator."""

    url: str
    clever: str
    folder: Path

    @property
    def from_portal(self) -> str:
        """The URL of the app's icon in the portal: a request without a state."""
        return f"{self.clever}/oauth/authorize?response_type=code&client_id={APP_NAME}"

    @property
    def from_instant_login(self) -> str:
        """An Instant Login link."""
        return f"{self.clever}/oauth/instant-login?client_id={APP_NAME}&district_id={DISTRICT}"

    @property
    def log(self) -> str:
        """The log lines of the page."""
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
    page: str = "",
    options: Sequence[str] = (),
    **more: str,
) -> Iterator[Site]:
    """Run the page of an example with PHP's own server, or another page with the same classes."""
    with ports.reserved() as port:
        at = f"127.0.0.1:{port}"
        with emulator.running([app(f"{scheme}://{at}{prefix}")], auto_login) as clever:
            public = f"{scheme}://{at}{prefix}"
            environment = settings(public, clever + scenario, LD_LIBRARY_PATH=str(installed.library), **more)
            folder = own_folder(installed.folder / f"page-{secrets.token_hex(8)}")
            # The user of the server cannot read files in the repository.
            own = page and folder / shutil.copy(page, folder)
            shown = after(installed.strict, own or installed.page, folder)
            save_path = sessions or str(folder)
            quiet = ["-ddisplay_errors=0", "-dlog_errors=1", "-derror_reporting=-1"]
            environment["PHP_CLASSES"] = str(installed.classes(way))
            environment["PHP_FOLDER"] = str(folder)
            arguments = [*options, "-dffi.enable=1", f"-dsession.save_path={save_path}", *quiet, "-S", at, str(shown)]
            command = installed.php(*arguments, extension=way == "extension")
            with built_in(command, environment, port, folder / "output.log"):
                site = Site(f"http://{at}", clever, folder)
                yield site
            assert not re.search(r"PHP \w+: .*", site.log), site.log


@dataclass(frozen=True)
class Answer:
    """One response."""

    status: int
    headers: http.client.HTTPMessage
    text: str

    @property
    def goes_to(self) -> str:
        """The URL that it redirects the browser to."""
        return self.headers["Location"] or ""


def asked(address: str, method: str = "GET", **headers: str) -> Answer:
    """Make one request without following redirects. Header names are written with underscores."""
    parts = urlsplit(address)
    query = f"?{parts.query}" if parts.query else ""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection = http.client.HTTPConnection(parts.netloc, timeout=SECONDS)
    try:
        connection.request(method, parts.path + query, headers=named)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read().decode())
    finally:
        connection.close()


def log_in(browser: Browser, site: Site, number: str = ADA, query: str = "") -> Page:
    """Log a person in at the page and at Clever."""
    return browser.sign_in(number, browser.open(f"{site.url}/login{query}"))


def cookie_of(browser: Browser | TabbedBrowser, name: str) -> str:
    """The value of a cookie; empty without it."""
    return next((cookie.value or "" for cookie in browser.cookies if cookie.name == name), "")


def kept(browser: Browser | TabbedBrowser) -> dict[str, str | None]:
    """The cookies of a browser."""
    return {cookie.name: cookie.value for cookie in browser.cookies}
