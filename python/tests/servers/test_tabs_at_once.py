"""Tabs of one browser send requests at the same time to processes with threads and server-side sessions."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import page
import pytest
from clever_sso.testing import Emulator
from harness import ports
from harness.patience import SECONDS
from harness.tabs import Tab, TabbedBrowser
from processes import serving

ADA = "510001"
FRAMEWORKS = Path(__file__).parents[1] / "frameworks"
STARTS = ["guarded", "login", "portal", "mixed"]
ROUNDS = 3


def every_step_together(browser: TabbedBrowser, pool: ThreadPoolExecutor) -> None:
    """Make the next request of all tabs at the same time, then the next ones, and so on."""
    while waiting := [tab for tab in browser.tabs if not tab.is_done]:
        together = Barrier(len(waiting))

        def step(tab: Tab, together: Barrier = together) -> None:
            together.wait(SECONDS)
            browser.step(tab)

        list(pool.map(step, waiting))


def each_by_itself(browser: TabbedBrowser, pool: ThreadPoolExecutor) -> None:
    """Start all tabs at the same time, and let none wait for another."""
    together = Barrier(len(browser.tabs))

    def arrive(tab: Tab) -> None:
        together.wait(SECONDS)
        while not tab.is_done:
            browser.step(tab)

    list(pool.map(arrive, random.Random(0).sample(browser.tabs, len(browser.tabs))))


@pytest.mark.parametrize("pace", [every_step_together, each_by_itself], ids=lambda pace: str(pace.__name__))
@pytest.mark.parametrize("tabs", [2, 10])
@pytest.mark.parametrize("framework", ["django", "flask"])
def test_every_tab_is_signed_in_and_reaches_its_own_page(
    framework: str, tabs: int, pace: Callable[[TabbedBrowser, ThreadPoolExecutor], None], tmp_path: Path
) -> None:
    pytest.importorskip({"flask": "flask_session"}.get(framework, framework))
    with (
        ports.reserved() as port,
        Emulator.running([f"http://127.0.0.1:{port}/clever/callback"]) as emulator,
        ThreadPoolExecutor(tabs) as pool,
        pytest.MonkeyPatch.context() as patch,
    ):
        site = f"http://127.0.0.1:{port}"
        patch.setenv("PYTHONPATH", str(FRAMEWORKS), prepend=":")
        command = [
            *page.command("gunicorn-gthread", port)[:-1],
            *("--threads", str(tabs), "--access-logfile", "access.log", "--access-logformat", "%(s)s %(U)s"),
            f"{framework}_tabs:app",
        ]
        settings = {**emulator.settings(), "FOLDER": str(tmp_path), "SESSION_FOLDER": str(tmp_path / "sessions")}
        with serving(command, tmp_path, port, **settings):
            for start in STARTS * ROUNDS:
                kinds = [start if start != "mixed" else STARTS[number % 3] for number in range(tabs)]
                ways_in = {"guarded": "/private?tab={}", "login": "/clever/login?next=/private%3Ftab={}"}
                browser = TabbedBrowser(emulator.base_url, ADA)
                for number, kind in enumerate(kinds):
                    browser.open_tab(
                        emulator.portal_link() if kind == "portal" else site + ways_in[kind].format(number)
                    )
                pace(browser, pool)
                for number, (kind, tab) in enumerate(zip(kinds, browser.tabs)):
                    assert tab.page
                    wanted = "/" if kind == "portal" else f"/private?tab={number}"
                    assert (tab.page.status, tab.page.url) == (200, site + wanted), tab.page.text[-500:]
                    assert "Ada Ashworth" in tab.page.text
                assert browser.logins_in_flight() == 0
    statuses = Counter(line.split()[0] for line in (tmp_path / "access.log").read_text().splitlines())
    assert set(statuses) <= {"200", "302", "303"}, statuses
    log = (tmp_path / f"gunicorn-{port}.log").read_text()
    assert not any(word in log for word in ("Traceback", "ERROR", "locked", "login with Clever failed")), log[-3000:]
