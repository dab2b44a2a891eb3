"""A person who uses the keyboard alone: the focus must be seen wherever it goes."""

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
    """Press Tab until what has this name, or begins with it, has the focus."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused["name"].startswith(name):
            assert focused["seen"], f"the focus on {name!r} cannot be seen"
            return
    pytest.fail(f"{MOST_TABS} tabs do not lead to {name!r} on {page.title()!r}")


def press(page: Page, name: str) -> None:
    """Tab to it and press Enter."""
    tab_to(page, name)
    page.keyboard.press("Enter")
