"""The page as in production: FPM with a preloaded, warmed-up client behind nginx, many people at once, and failures."""

from __future__ import annotations

import json
import os
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import odd_requests
import pytest
from crowd import AT_ONCE, Crowd
from fpm_sites import EXTENSION, FFI, MASTER_IS_ROOT, Way, serving
from harness.header_limits import LONG_PAGES
from harness.length import whole_or_short
from harness.patience import SECONDS
from harness.tabs import Tab, TabbedBrowser, check_tabs
from installed import APP_NAME, Installed
from servers import WORKERS
from visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from odd_requests import OddRequest

LOGINS = whole_or_short(2000, 300)
ROUNDS = whole_or_short(20, 5)
MOST_GROWTH_KIB = 128
# PHP's messages about wrong code.
COMPLAINT = r"PHP (?:Warning|Notice|Deprecated|Fatal error|Parse error).*"


def used(worker: int) -> tuple[int, int]:
    """The private memory of a worker in KiB, and its number of open file descriptors."""
    text = Path(f"/proc/{worker}/smaps_rollup").read_text(encoding="ascii")
    private = [
        int(line.split()[1]) for line in text.splitlines() if line.startswith(("Private_Clean", "Private_Dirty"))
    ]
    return sum(private), len(list(Path(f"/proc/{worker}/fd").iterdir()))


def asked_for_keys(clever: str) -> int:
    """How often Clever's keys were fetched."""
    with urllib.request.urlopen(f"{clever}/_emulator/journal", timeout=SECONDS) as answer:
        return [request["path"] for request in json.load(answer)["journal"]].count("/oauth/certs")


@pytest.mark.parametrize("way", [EXTENSION, FFI], ids=["extension", "ffi"])
def test_a_crowd_logs_in_while_a_worker_dies_and_all_are_replaced(installed: Installed, way: Way) -> None:
    with serving(installed, way, CLEVER_KEY_CACHE="{folder}/keys") as site:
        crowd = Crowd(site.url)
        crowd.come_through_trouble(LOGINS // 4, site.fpm)
        crowd.come(LOGINS // 4)
        before = {worker: used(worker) for worker in site.fpm.workers()}
        crowd.come(LOGINS // 2)
        after = {worker: used(worker) for worker in site.fpm.workers()}
        assert re.findall(COMPLAINT, site.fpm.log()) == []
    assert crowd.failures == []
    assert after.keys() == before.keys()
    assert len(after) == WORKERS
    for worker, (memory, descriptors) in after.items():
        assert memory - before[worker][0] < MOST_GROWTH_KIB, (before, after)
        assert descriptors <= before[worker][1] + 1, (before, after)


def test_workers_have_the_keys_that_the_master_fetched_before_it_forked(installed: Installed) -> None:
    with serving(installed, EXTENSION) as site:
        assert asked_for_keys(site.clever) == 1
        crowd = Crowd(site.url)
        crowd.come(AT_ONCE)
        assert (crowd.failures, asked_for_keys(site.clever)) == ([], 1)
        site.fpm.reload()
        crowd.come(AT_ONCE)
        assert (crowd.failures, asked_for_keys(site.clever)) == ([], 2)


@pytest.mark.parametrize("way", [EXTENSION, FFI], ids=["extension", "ffi"])
def test_workers_share_keys_through_the_key_cache(installed: Installed, way: Way) -> None:
    with serving(installed, way, CLEVER_KEY_CACHE="{folder}/keys") as site:
        crowd = Crowd(site.url)
        crowd.come(AT_ONCE)
        site.fpm.reload()
        crowd.come(AT_ONCE)
        assert (crowd.failures, asked_for_keys(site.clever)) == ([], 1)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a master that is root")
def test_workers_of_a_master_that_is_root_share_keys_through_the_key_cache(installed: Installed) -> None:
    with serving(installed, MASTER_IS_ROOT, CLEVER_KEY_CACHE="{folder}/keys") as site:
        crowd = Crowd(site.url)
        crowd.come(AT_ONCE)
        assert (crowd.failures, asked_for_keys(site.clever)) == ([], 1)


@pytest.mark.parametrize("page", ["/me", "/"], ids=["guarded", "open-to-all"])
@pytest.mark.parametrize("way", [EXTENSION, FFI], ids=["extension", "ffi"])
def test_tabs_that_open_at_the_same_time_all_arrive(installed: Installed, way: Way, page: str) -> None:
    """If a session ended while a tab still used it, a public page would say that no one is signed in."""
    with serving(installed, way, auto_login=None, CLEVER_KEY_CACHE="{folder}/keys") as site:
        for _ in range(ROUNDS):
            browser = TabbedBrowser(site.clever, "510001")
            goals = [quote(f"{page}?tab={number}") for number in range(10)]
            tabs = [browser.open_tab(f"{site.url}/login?return_to={goal}") for goal in goals]

            def arrive(tab: Tab, browser: TabbedBrowser = browser) -> None:
                while not tab.is_done:
                    browser.step(tab)

            with ThreadPoolExecutor(len(tabs)) as pool:
                list(pool.map(arrive, tabs))
            for number, tab in enumerate(tabs):
                assert tab.page is not None
                shown = (tab.page.url, "Hello, Ada Ashworth" in tab.page.text)
                assert shown == (f"{site.url}{page}?tab={number}", True), tab.page
        assert re.findall(COMPLAINT, site.fpm.log()) == []


@pytest.mark.parametrize("way", [EXTENSION, FFI], ids=["extension", "ffi"])
def test_tabs_arrive_in_any_order_behind_nginx_too(installed: Installed, way: Way) -> None:
    with serving(installed, way, auto_login=None, CLEVER_KEY_CACHE="{folder}/keys") as site:
        from_portal = f"{site.clever}/oauth/authorize?response_type=code&client_id={APP_NAME}"
        pages = [f"{site.url}/me?tab={number}" for number in range(9)]
        check_tabs(
            lambda: TabbedBrowser(site.clever, "510001"),
            [*pages, from_portal],
            lambda number, page: page.url == [*pages, f"{site.url}/me"][number] and "Hello, Ada Ashworth" in page.text,
            range(ROUNDS),
        )


def test_a_session_setting_fixed_in_the_configuration_is_named_in_the_error(installed: Installed) -> None:
    way = Way("preload.php", "extension = {extension}", fixed="session.cookie_samesite = Strict")
    with serving(installed, way) as site:
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(site.url, timeout=SECONDS)
        with refused.value as answer:
            assert answer.code == 500
        log = site.fpm.log()
    assert "session.cookie_samesite must be 'Lax', but the configuration of PHP fixes it" in log


@pytest.mark.parametrize("odd", odd_requests.KINDS)
def test_odd_bytes_in_requests_cause_no_error_behind_nginx(
    installed: Installed, odd: Callable[[], Iterable[OddRequest]]
) -> None:
    """Nginx accepts bytes that PHP's own server refuses."""
    with serving(installed, EXTENSION) as site:
        odd_requests.check(site.url, site.clever, odd())
        assert re.findall(COMPLAINT, site.fpm.log()) == []


@pytest.mark.parametrize(
    "way", [replace(EXTENSION, added="/inside"), replace(FFI, added="/in/side")], ids=["extension", "ffi"]
)
def test_a_folder_that_only_the_server_knows_appears_in_no_url(installed: Installed, way: Way) -> None:
    with serving(installed, way) as site:
        visitor = Visitor()
        page = visitor.open(f"{site.url}/me?lesson=7", person="ada")
        assert (page.url, "Hello, Ada Ashworth" in page.text) == (f"{site.url}/me?lesson=7", True)
        assert not [url for url in visitor.visited if "side" in url]


@pytest.mark.parametrize("way", [EXTENSION, FFI], ids=["extension", "ffi"])
def test_nginx_accepts_the_headers_of_every_response(installed: Installed, way: Way) -> None:
    with serving(installed, way) as site:
        for page, fits in LONG_PAGES.items():
            shown = Visitor().open(site.url + page, person="ada")
            assert (shown.status, shown.url) == (200, site.url + (page if fits else "/me")), page


def test_requests_that_must_not_act_do_nothing_behind_nginx(installed: Installed) -> None:
    with serving(installed, EXTENSION) as site:
        for headers, status in [({"Sec-Purpose": "prefetch"}, 503), ({"Sec-Fetch-Mode": "no-cors"}, 403)]:
            request = urllib.request.Request(f"{site.url}/login", headers=headers)
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(request, timeout=SECONDS)
            with refused.value as answer:
                assert (answer.code, answer.headers["Set-Cookie"]) == (status, None)
