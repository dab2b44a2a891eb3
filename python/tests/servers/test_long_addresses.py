"""gunicorn refuses request lines over 4,094 bytes, so no link and no redirect of a login may be longer."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import page
import pytest
from clever_sso.testing import Emulator
from harness import ports
from harness.cookie_browser import Browser, Page
from harness.tabs import TabbedBrowser
from processes import serving

ADA = "510001"
FRAMEWORKS = Path(__file__).parents[1] / "frameworks"
LETTERS = ["ш", "語", "🦊", "می\u200cخ", '"', "&"]


def of_1024_bytes(letters: str) -> str:
    """A page whose path has this many bytes, as a browser shows it."""
    start = "/private?q="
    room = 1024 - len(start)
    text = letters * (room // len(letters.encode()))
    return start + text + "x" * (room - len(text.encode()))


def arrived(browser: TabbedBrowser, url: str) -> Page:
    """The last page of a new tab."""
    tab = browser.open_tab(url)
    while not tab.is_done:
        browser.step(tab)
    assert tab.page
    return tab.page


@pytest.mark.parametrize("framework", ["django", "flask"])
def test_every_link_to_a_page_with_1024_bytes_works_under_gunicorn(framework: str, tmp_path: Path) -> None:
    pytest.importorskip(framework)
    with (
        ports.reserved() as port,
        Emulator.running([f"http://127.0.0.1:{port}/clever/callback"]) as emulator,
        pytest.MonkeyPatch.context() as patch,
    ):
        site = f"http://127.0.0.1:{port}"
        patch.setenv("PYTHONPATH", str(FRAMEWORKS), prepend=":")
        command = [*page.command("gunicorn-gthread", port)[:-1], f"{framework}_tabs:app"]
        with serving(command, tmp_path, port, **emulator.settings(), FOLDER=str(tmp_path)):
            # Check that gunicorn has this limit.
            assert Browser(emulator.base_url).open(f"{site}/?{'x' * 4100}").status in {400, 414}
            for letters in LETTERS:
                wanted = of_1024_bytes(letters)
                shown = site + quote(wanted, safe="/?=&")
                browser = TabbedBrowser(emulator.base_url, ADA)
                tab = browser.open_tab(f"{site}/clever/login?next={quote(wanted)}")
                browser.step(tab)
                state = parse_qs(urlsplit(tab.url).query)["state"][0]
                refused = arrived(browser, f"{site}/clever/callback?error=access_denied&state={state}")
                links = [unescape(link) for link in re.findall(r'href="(/clever/login[^"]*)"', refused.text)]
                assert (refused.status, len(links)) == (403, 2)
                # The guard, and the links of a login that Clever refused. A browser shows a guard `%22`, three bytes.
                guarded = [] if letters == '"' else [shown]
                for way_in in [*guarded, *(site + link for link in links)]:
                    page_of_the_site = arrived(browser, way_in)
                    assert (page_of_the_site.status, page_of_the_site.url) == (200, shown), (letters, way_in)
                    arrived(browser, f"{site}/bye")
