"""Takes the screenshots of the docs: each has a function that opens its page.

`make screenshots` takes them from the running emulator and the Flask example, and writes them to `docs/images/`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from harness import chromium
from harness.paths import ROOT

from .every_page import at, at_app, beginning, failed_login
from .scene import ADA, DISTRICT, GRACE, Place, greeted, opened, set_up, signed_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

FOLDER = ROOT / "docs" / "images"
SIZE = {"width": 960, "height": 640}


def welcomed(page: Page, place: Place) -> None:
    """The page of the app after a login."""
    signed_in(page, place, ADA)
    page.goto(f"{place.garden}/login")
    greeted(page, place.garden, "Ada Ashworth")


def desk(page: Page, place: Place) -> None:
    """The desk after a login that went well, and one of an app that has a wrong secret."""
    welcomed(page, place)
    failed_login(page, place)
    page.goto(f"{place.clever}/_emulator/")


WAYS = {
    "portal": at("/in/emulated", GRACE),
    "login": beginning(district_id=DISTRICT),
    "signed-in": welcomed,
    "desk": desk,
    "problem": at_app("/callback?code=a&code=b"),
    "refused": beginning(GRACE, "homework"),
}


def file_of(name: str) -> Path:
    """Where a screenshot is."""
    return FOLDER / f"screenshot-{name}.png"


def main() -> None:
    """Take all of them."""
    with (
        tempfile.TemporaryDirectory() as folder,
        chromium.launched() as browser,
        set_up("flask", Path(folder)) as place,
    ):
        for name, way in WAYS.items():
            with opened(browser) as page:
                page.set_viewport_size(SIZE)
                page.emulate_media(color_scheme="light")
                way(page, place)
                page.screenshot(path=file_of(name))


if __name__ == "__main__":
    sys.exit(main())
