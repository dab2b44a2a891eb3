"""Every page works on a phone, in dark mode, with a screen reader and with the keyboard.

Screenshots of all pages, on a desktop and a phone, in light and dark mode, are in `target/screenshots`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from harness.length import WHOLE, whole_or_short
from harness.page_faults import axe_faults, does_not_fit, faults, unreachable, zoomed
from harness.paths import SCREENSHOTS

from .every_page import PAGES
from .scene import DESKTOP, LAYLA, PHONE, Place, greeted, opened, signed_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# The narrowest screen that a page must fit without scrolling sideways (WCAG 2.2, 1.4.10): a laptop at 400 % zoom.
NARROWEST = {"width": 320, "height": 640}
SCREENS = {"desktop": DESKTOP, "phone": PHONE, "narrowest": NARROWEST}
# axe checks every page in light mode here, and in dark mode at the end.
EACH = [(screen, scheme) for screen in SCREENS for scheme in ("light", "dark")]
LOOKED_AT = whole_or_short(EACH, [("desktop", "light")])
# Pages for people, which exist in Spanish, too. The others are for developers, or belong to an application.
IN_SPANISH = [
    "badge",
    "confirmation",
    "login",
    "login-wrong-password",
    "picker",
    "portal",
    "provider",
    "refused-user-type",
]
# The rest of a longer page looks the same.
TALLEST = 4000
# The luminance of the page's background, from 0 to 255.
GROUND = """() => {
  const channels = getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number);
  return channels.slice(0, 3).reduce((sum, channel) => sum + channel, 0) / 3;
}"""


@pytest.fixture(scope="module")
def one_page(browser: Browser) -> Iterator[Page]:
    """One page for all tests, which is faster."""
    with opened(browser) as page:
        yield page


def photograph(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    height = page.evaluate("document.documentElement.scrollHeight")
    clip = {"x": 0, "y": 0, "width": page.viewport_size["width"], "height": min(height, TALLEST)}
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True, clip=clip)


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_accessible_and_fits_every_screen(one_page: Page, example: str, place: Place, name: str) -> None:
    page = one_page
    picture = name if example == "flask" else f"{example}-{name}"
    page.context.clear_cookies()
    PAGES[name](page, place)
    hold_for_everyone(page, picture)


@pytest.fixture(scope="module")
def spanish_page(browser: Browser) -> Iterator[Page]:
    with opened(browser, language="es-MX") as page:
        yield page


@pytest.mark.parametrize("name", IN_SPANISH)
def test_every_page_for_people_is_accessible_in_spanish(spanish_page: Page, place: Place, name: str) -> None:
    spanish_page.context.clear_cookies()
    PAGES[name](spanish_page, place)
    hold_for_everyone(spanish_page, f"spanish-{name}", "es")


def hold_for_everyone(page: Page, picture: str, language: str = "en") -> None:
    """Check a page on each screen size, in light and dark mode."""
    for screen, size in SCREENS.items():
        page.set_viewport_size(size)
        assert does_not_fit(page) == [], f"on a {screen} screen"
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert (page.evaluate(GROUND) > 128) is (scheme == "light"), scheme
            if (screen, scheme) in LOOKED_AT:
                assert axe_faults(page) == [], (screen, scheme)
            if size is not NARROWEST:
                photograph(page, f"{picture}-{screen}-{scheme}")
    with zoomed(page):
        assert does_not_fit(page) == [], "at 200 %"
        if WHOLE:
            assert axe_faults(page) == [], "at 200 %"
    page.set_viewport_size(DESKTOP)
    assert faults(page, language) == []
    if WHOLE:
        assert unreachable(page) == []


def test_a_right_to_left_name_is_shown_from_right_to_left(page: Page, place: Place) -> None:
    signed_in(page, place, LAYLA)
    page.goto(f"{place.clever}/in/emulated")
    assert page.locator("form.note strong").evaluate("element => element.matches(':dir(rtl)')")
    page.get_by_role("link", name="Word Garden").click()
    greeted(page, place.garden, "ليلى الزيتوني")
    assert page.locator("h1 span").evaluate("element => element.matches(':dir(rtl)')")
    assert page.locator("h1").evaluate("element => element.matches(':dir(ltr)')")
