"""Logins in browser tabs with PHP-FPM behind nginx: with the extension, and with FFI."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import fpm_sites
import pytest
from harness import examples, ports
from harness.length import whole_or_short
from harness.paths import RELEASE
from harness.patience import SECONDS
from installed import APP_NAME, SECRET, Installed, app, install, settings
from servers import built_in, own_folder

from . import school
from .history import check_back_and_forward, from_app, from_portal
from .scene import Place, opened
from .tabs import (
    MOST_HELD,
    Links,
    check_logins_restored,
    check_pages_restored,
    check_tabs_opened_at_once,
    leave_pages_open,
)
from .test_neighbors import check_sibling

if TYPE_CHECKING:
    import socket
    import ssl

    from harness.emulator import App
    from playwright.sync_api import Browser, Page

# Holds callbacks back until this many have arrived, so that all their logins are in progress at once.
TURNSTILE = """<?php
if (str_contains($_SERVER['REQUEST_URI'], '/callback?')) {{
    touch('{folder}/' . uniqid('', true));
    for ($end = time() + {seconds}; count(glob('{folder}/*')) < (int) file_get_contents('{many}'); usleep(10000)) {{
        time() < $end ?: exit('waited too long for other callbacks');
    }}
}}
"""


@dataclass(frozen=True)
class Scene:
    """An emulator, and the PHP page."""

    links: Links
    sessions: Path
    many: Path
    arrived: Path

    def hold(self, callbacks: int) -> None:
        """Hold the next callbacks back until this many have arrived."""
        for file in self.arrived.iterdir():
            file.unlink()
        self.many.write_text(str(callbacks), encoding="ascii")

    def end_sessions(self) -> None:
        """End everyone's sessions, as they do overnight."""
        for file in self.sessions.iterdir():
            file.unlink()


@pytest.fixture(scope="module")
def installed() -> Iterator[Installed]:
    if not (RELEASE / "libclever_sso.so").exists():
        pytest.skip(f"there is no library in {RELEASE}: build it")
    with tempfile.TemporaryDirectory(prefix="clever-sso-php-") as folder:
        Path(folder).chmod(0o755)
        yield install(Path(folder))


@pytest.fixture(scope="module", params=[fpm_sites.EXTENSION, fpm_sites.FFI], ids=["extension", "ffi"])
def scene(installed: Installed, request: pytest.FixtureRequest) -> Iterator[Scene]:
    with tempfile.TemporaryDirectory(prefix="clever-sso-turnstile-") as parent:
        Path(parent).chmod(0o755)
        arrived, many, script = own_folder(Path(parent) / "arrived"), Path(parent) / "many", Path(parent) / "before.php"
        many.write_text("0", encoding="ascii")
        script.write_text(TURNSTILE.format(folder=arrived, many=many, seconds=SECONDS), encoding="ascii")
        way = replace(request.param, before=str(script))
        # As in production, on its own host, so its cookies are separate from the emulator's.
        with fpm_sites.serving(installed, way, auto_login=None, host="localhost") as site:
            links = Links(Place(site.clever, site.url, ""), app(site.url), "return_to")
            yield Scene(links, site.fpm.folder / "sessions", many, arrived)


@pytest.mark.parametrize("start", whole_or_short(["page_of", "login_link", "portal_link"], ["page_of"]))
@pytest.mark.parametrize("many", whole_or_short([2, 3, 5, 10], [10]))
def test_php_tabs_opened_at_once_all_end_signed_in_on_their_own_page(
    browser: Browser, scene: Scene, many: int, start: str
) -> None:
    scene.hold(min(many, MOST_HELD))
    check_tabs_opened_at_once(browser, scene.links, start, many)


@pytest.mark.parametrize("many", whole_or_short([2, 5], [5]))
def test_php_tabs_restored_from_disk_all_end_signed_in_on_their_own_page(
    browser: Browser, scene: Scene, tmp_path: Path, many: int
) -> None:
    scene.hold(0)
    leave_pages_open(browser, tmp_path, scene.links, many)
    scene.end_sessions()
    scene.hold(min(many, MOST_HELD))
    check_pages_restored(browser, tmp_path, scene.links, many)


@pytest.mark.parametrize("many", whole_or_short([2, 5], [5]))
def test_php_logins_in_progress_restored_from_disk_are_finished(
    browser: Browser, scene: Scene, tmp_path: Path, many: int
) -> None:
    scene.hold(0)
    check_logins_restored(browser, tmp_path, scene.links, many)


@pytest.mark.parametrize("is_from_portal", [False, True], ids=["from_app", "from_portal"])
def test_php_back_and_forward_through_a_login_show_no_error(
    browser: Browser, scene: Scene, is_from_portal: bool
) -> None:
    scene.hold(0)

    def log_in(page: Page, place: Place) -> None:
        if is_from_portal:
            from_portal(page, place, scene.links.app.client_id)
        else:
            from_app(page, place)

    with opened(browser) as page:
        check_back_and_forward(page, scene.links.place, log_in)


@pytest.mark.parametrize("is_known", [True, False], ids=["signed-in-at-clever", "no-one-at-clever"])
def test_php_a_sibling_host_that_plants_its_login_and_session_signs_no_one_in(
    browser: Browser, installed: Installed, tmp_path: Path, is_known: bool
) -> None:
    @contextmanager
    def serve(place: school.School, app: App, listener: socket.socket, tls: ssl.SSLContext) -> Iterator[None]:
        url = app.redirect_uri.removesuffix("/callback")
        environment = settings(url, place.clever, LD_LIBRARY_PATH=str(installed.library))
        sessions = own_folder(installed.folder / f"sessions-{secrets.token_hex(8)}")
        with ports.reserved() as port:
            options = [f"-dsession.save_path={sessions}", "-S", f"127.0.0.1:{port}"]
            command = installed.php(*options, str(installed.page))
            with (
                built_in(command, environment, port, tmp_path / "output.log"),
                examples.answering(place.hostile.before(school.handing_on(port)), listener, tls),
            ):
                yield

    with (
        school.set_up_with(serve, tmp_path, APP_NAME, SECRET) as place,
        school.launched(browser) as own,
        school.opened(own) as context,
    ):
        check_sibling(context, place, is_known=is_known)
