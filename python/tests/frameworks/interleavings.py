"""Tabs of one browser in random orders, at a site in this process: `interleavings.py FRAMEWORK SITE SEEDS`.

The settings come from the environment, as for `sites/serve.py`. A site in Rust is already running. It prints how many
orders ended correctly.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path[:0] = [str(Path(__file__).parents[3] / "tests"), str(Path(__file__).parent)]

from harness.cookie_browser import Page
from harness.in_process import Call, InProcess, asgi, connected, wsgi
from harness.tabs import TabbedBrowser, check_tabs
from running import SITES_IN_RUST, portal_of

ADA = "510001"
TABS = (2, 3, 5, 10)
STARTS = ("guarded", "login", "portal", "mixed")


def check(site: str, handler: InProcess, kinds: list[str], seeds: range) -> None:
    """Open tabs of these kinds, in lockstep and in a random order for each seed. Every tab must reach its page."""
    emulator = os.environ["CLEVER_BASE_URL"]
    addresses = [
        {
            "guarded": f"{site}/private?tab={number}",
            "login": f"{site}/clever/login?next=/private%3Ftab={number}",
            "portal": portal_of(emulator),
        }[kind]
        for number, kind in enumerate(kinds)
    ]

    def is_there(number: int, page: Page) -> bool:
        if kinds[number] == "portal":
            return page.url == f"{site}/" and "signed in: Ada Ashworth" in page.text
        return page.url == f"{site}/private?tab={number}" and "Hello, Ada Ashworth (student)" in page.text

    check_tabs(lambda: TabbedBrowser(emulator, ADA, handler), addresses, is_there, seeds)


def site_app(framework: str) -> Any:
    """The application that serves the site."""
    app = importlib.import_module(f"sites.{framework}_site").make_app()
    # Its log line for each request is not needed here.
    logging.disable(logging.WARNING)
    return app


def called(framework: str, site: str) -> Call:
    """A function that calls the application."""
    if framework in SITES_IN_RUST:
        return connected(urlsplit(site).netloc)
    app = site_app(framework)
    return asgi(app, asyncio.new_event_loop()) if framework == "asgi" else wsgi(app)


def main(framework: str, site: str, seeds: range) -> None:
    handler = InProcess(site, called(framework, site))
    for tabs in TABS:
        for start in STARTS:
            kinds = [start if start != "mixed" else STARTS[number % 3] for number in range(tabs)]
            check(site, handler, kinds, seeds)
        sys.stdout.write(f"{tabs} tabs: {len(STARTS) * len(seeds)} orders\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:3], range(int(sys.argv[3])))
    # The threads of Django and asyncio have nothing left to do.
    sys.stdout.flush()
    os._exit(0)
