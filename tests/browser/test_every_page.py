"""What holds of every page: it can be read on a telephone, in the dark, by ear and with the keyboard.

Pictures of all of them, on a desktop and a telephone, in the light and in the dark, are in `target/screenshots`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from harness.page_faults import OVERFLOW, faults
from harness.paths import SCREENSHOTS

from .every_page import PAGES
from .scene import DESKTOP, LAYLA, PHONE, Place, greeted, opened, signed_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# Of longer pages the rest is more of the same.
TALLEST = 4000
# The luminance of the ground that the page lies on, from 0 to 255.
GROUND = """() => {
  const channels = getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number);
  return channels.slice(0, 3).reduce((sum, channel) => sum + channel, 0) / 3;
}"""


@pytest.fixture(scope="module")
def one_page(browser: Browser) -> Iterator[Page]:
    """One for all of them, which is quicker."""
    with opened(browser) as page:
        yield page


def photograph(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    height = page.evaluate("document.documentElement.scrollHeight")
    clip = {"x": 0, "y": 0, "width": page.viewport_size["width"], "height": min(height, TALLEST)}
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True, clip=clip)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_for_everybody_and_every_screen(one_page: Page, example: str, place: Place, name: str) -> None:
    page = one_page
    picture = name if example == "flask" else f"{example}-{name}"
    page.context.clear_cookies()
    PAGES[name](page, place)
    for width, size in (("desktop", DESKTOP), ("phone", PHONE)):
        page.set_viewport_size(size)
        assert page.evaluate(OVERFLOW) == 0, f"it scrolls sideways on a {width}"
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert (page.evaluate(GROUND) > 128) is (scheme == "light"), scheme
            photograph(page, f"{picture}-{width}-{scheme}")
    assert faults(page) == []


def test_a_name_that_is_written_from_right_to_left_is_shown_so(page: Page, place: Place) -> None:
    signed_in(page, place, LAYLA)
    page.goto(f"{place.clever}/in/emulated")
    assert page.locator("form.note strong").evaluate("element => element.matches(':dir(rtl)')")
    page.get_by_role("link", name="Word Garden").click()
    greeted(page, place.garden, "ليلى الزيتوني")
    assert page.locator("h1 span").evaluate("element => element.matches(':dir(rtl)')")
    assert page.locator("h1").evaluate("element => element.matches(':dir(ltr)')")
