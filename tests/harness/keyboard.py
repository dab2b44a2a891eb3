"""Uses a page with the keyboard alone. The focus must always be visible."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

MOST_TABS = 60
FOCUSED = """() => {
  const element = document.activeElement;
  const label = element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const seen = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && box.bottom > 0 && box.top < innerHeight;
  return { name: label.replace(/\\s+/g, ' ').trim(), seen };
}"""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus is on the element whose name is, or begins with, `name`."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused["name"].startswith(name):
            assert focused["seen"], f"the focus on {name!r} cannot be seen"
            return
    pytest.fail(f"{MOST_TABS} tabs do not lead to {name!r} on {page.title()!r}")


def press(page: Page, name: str) -> None:
    """Tab to the element and press Enter."""
    tab_to(page, name)
    page.keyboard.press("Enter")
