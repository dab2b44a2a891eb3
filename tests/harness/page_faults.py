"""Finds faults in a page that a browser shows: structure, focus, size, overflow, and accessibility."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

# Half of a screen of 1280 x 800, in CSS pixels.
ZOOMED = (640, 400)
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
OPEN_ALL = "document.querySelectorAll('details').forEach((part) => { part.open = true; })"

# Lists the faults in the structure; none for a good page.
FAULTS = """(language) => {
  const faults = [];
  const hold = (condition, words) => condition || faults.push(words);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const words = (text) => (text ?? '').replace(/\\s+/g, ' ').trim();
  hold(document.documentElement.lang === language, `the language is not ${language}`);
  hold(words(document.title), 'no title');
  hold(all('main').length === 1, 'not one main part');
  const headings = all('h1, h2, h3, h4, h5, h6').filter((heading) => heading.checkVisibility());
  hold(headings.filter((heading) => heading.tagName === 'H1').length === 1, 'not one h1');
  headings.map((heading) => Number(heading.tagName[1])).reduce((before, level) => {
    hold(level <= before + 1, `h${level} after h${before}`);
    return level;
  }, 0);
  const ids = all('[id]').map((element) => element.id);
  hold(new Set(ids).size === ids.length, 'two elements have the same id');
  for (const field of all('input:not([type=hidden]), select, textarea')) {
    hold([...field.labels].some((label) => words(label.textContent)), `no label: ${field.outerHTML}`);
  }
  for (const pointing of all('[aria-describedby], [aria-labelledby]')) {
    const named = ['aria-describedby', 'aria-labelledby'].map((name) => pointing.getAttribute(name) ?? '').join(' ');
    for (const id of named.split(' ').filter(Boolean)) hold(document.getElementById(id), `nothing is #${id}`);
  }
  // A screen reader can list only the links and buttons, so each name must say what it does.
  const does = (element, place) => {
    if (element.tagName === 'A') return element.href;
    const form = element.form;
    return form ? form.action + JSON.stringify([...new FormData(form, element)]) : `script or fold ${place}`;
  };
  const known = new Map();
  const deeds = all('a[href], button, summary').filter((element) => !element.closest('[hidden]'));
  deeds.forEach((element, place) => {
    const name = words(element.getAttribute('aria-label') ?? element.textContent);
    const seen = words(element.textContent);
    hold(name, `no name: ${element.outerHTML}`);
    hold(name.includes(seen), `"${seen}" is not in its name "${name}"`);
    const deed = does(element, place);
    hold((known.get(name) ?? deed) === deed, `several things are called "${name}"`);
    known.set(name, deed);
  });
  const problem = document.getElementById('problem');
  if (problem?.getAttribute('role') === 'alert') {
    hold(document.activeElement === problem, 'the focus is not on what is wrong');
  }
  return faults;
}"""

# Elements that show no focus. Browsers show a script's focus like a key's if the last input was a key.
UNSEEN_FOCUS = """() => [...document.querySelectorAll('a[href], button, summary, select, input:not([type=hidden])')]
  .filter((element) => element.checkVisibility())
  .filter((element) => {
    element.focus({ preventScroll: true });
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    return document.activeElement !== element || outlineStyle === 'none' || parseFloat(outlineWidth) < 2;
  })
  .map((element) => element.outerHTML)"""

# Targets that are too small for a finger (WCAG 2.2, 2.5.8): under 24 pixels high or wide, and not in a line of text.
TOO_SMALL = """() => [...document.querySelectorAll('a[href], button, summary, select, input:not([type=hidden])')]
  .filter((element) => element.checkVisibility() && getComputedStyle(element).display !== 'inline')
  .filter((element) => {
    const { width, height } = element.getBoundingClientRect();
    return width < 24 || height < 24;
  })
  .map((element) => element.outerHTML)"""

# Text outside of the screen, or cut off by its box. Text for screen readers only has a box of one pixel.
CUT_OFF = """() => [...document.querySelectorAll('body *')]
  .filter((element) => element.checkVisibility())
  .filter((element) => [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()))
  .filter((element) => {
    const { left, right } = element.getBoundingClientRect();
    const around = [];
    for (let box = element; box !== document.body; box = box.parentElement) around.push(box);
    if (around.some((box) => box.getBoundingClientRect().width <= 1) || element.closest('pre, textarea')) return false;
    if (left < 0 || right > document.documentElement.clientWidth + 1) return true;
    return around.some((box) => {
      const { overflowX, overflowY } = getComputedStyle(box);
      const isTooWide = /hidden|clip/.test(overflowX) && box.scrollWidth > box.clientWidth + 1;
      return isTooWide || (/hidden|clip/.test(overflowY) && box.scrollHeight > box.clientHeight + 1);
    });
  })
  .map((element) => element.outerHTML.slice(0, 200))"""

# Elements that the keyboard should reach.
CONTROLS = """() => [
    ...document.querySelectorAll('a[href], button, summary, select, textarea, input:not([type=hidden])')
  ].filter((element) => element.checkVisibility() && !element.disabled && element.tabIndex >= 0)"""

# The findings of axe-core: each rule, the first element that breaks it, and how.
AXE_FAULTS = """async () => {
  const { violations } = await axe.run({ resultTypes: ['violations'] });
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0].html}: ${nodes[0].failureSummary}`);
}"""


@cache
def axe_core() -> str:
    """Return the source of axe-core, from the Python package that contains it."""
    found = find_spec("axe_playwright_python")
    if found is None or found.origin is None:
        pytest.skip("axe-playwright-python is not installed")
    return Path(found.origin).with_name("axe.min.js").read_text("utf-8")


def axe_faults(page: Page) -> list[str]:
    """Return the findings of axe-core about the current page: WCAG 2 and best practices."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe_core())
    found: list[str] = page.evaluate(AXE_FAULTS)
    return found


@contextmanager
def zoomed(page: Page) -> Iterator[None]:
    """Zoom the page to 200 % on a screen of 1280 x 800: each CSS pixel is two pixels on the screen."""
    browser = page.context.new_cdp_session(page)
    # Like the zoom of a browser: half as many CSS pixels fit the screen.
    screen = {"width": ZOOMED[0], "height": ZOOMED[1], "deviceScaleFactor": 2, "mobile": False}
    browser.send("Emulation.setDeviceMetricsOverride", screen)
    try:
        page.wait_for_function(f"innerWidth === {ZOOMED[0]} && devicePixelRatio === 2")
        yield
    finally:
        browser.send("Emulation.clearDeviceMetricsOverride")
        browser.detach()


def does_not_fit(page: Page) -> list[str]:
    """Return a sentence for each text that is outside of the screen or cut off."""
    cut_off: list[str] = page.evaluate(CUT_OFF)
    sideways: int = page.evaluate(OVERFLOW)
    found = [f"cut off: {element}" for element in cut_off]
    return found or ["it scrolls sideways by some pixels"] * bool(sideways)


def unreachable(page: Page) -> list[str]:
    """Return the elements that Tab never reaches, from the start of the page to its end."""
    page.evaluate("document.activeElement.blur(); getSelection().removeAllRanges(); scrollTo(0, 0)")
    controls = page.evaluate_handle(CONTROLS)
    missed = set(range(page.evaluate("(controls) => controls.length", controls)))
    for _ in range(2 * len(missed) + 2):
        page.keyboard.press("Tab")
        missed.discard(page.evaluate("(controls) => controls.indexOf(document.activeElement)", controls))
        if not missed:
            break
    return [page.evaluate("([controls, place]) => controls[place].outerHTML", [controls, place]) for place in missed]


def faults(page: Page, language: str = "en") -> list[str]:
    """Return the faults of the current page, which should be in this language."""
    found: list[str] = page.evaluate(FAULTS, language)
    found += axe_faults(page)
    page.keyboard.press("Tab")
    found += [f"the focus cannot be seen: {element}" for element in page.evaluate(UNSEEN_FOCUS)]
    found += [f"too small for a finger: {element}" for element in page.evaluate(TOO_SMALL)]
    return sorted(set(found))
