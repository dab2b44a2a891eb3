"""What must hold of every page, asked of the page as the browser has built it."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
OPEN_ALL = "document.querySelectorAll('details').forEach((part) => { part.open = true; })"

# What is wrong with the structure, in words; nothing for a good page.
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
  hold(new Set(ids).size === ids.length, 'an id is there twice');
  for (const field of all('input:not([type=hidden]), select, textarea')) {
    hold([...field.labels].some((label) => words(label.textContent)), `no label: ${field.outerHTML}`);
  }
  for (const pointing of all('[aria-describedby], [aria-labelledby]')) {
    const named = ['aria-describedby', 'aria-labelledby'].map((name) => pointing.getAttribute(name) ?? '').join(' ');
    for (const id of named.split(' ').filter(Boolean)) hold(document.getElementById(id), `nothing is #${id}`);
  }
  // Anybody who hears the links and buttons alone must know what each does.
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

# What can have the focus and does not show it. A script's focus is shown like a key's when a key was pressed last.
UNSEEN_FOCUS = """() => [...document.querySelectorAll('a[href], button, summary, select, input:not([type=hidden])')]
  .filter((element) => element.checkVisibility())
  .filter((element) => {
    element.focus({ preventScroll: true });
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    return document.activeElement !== element || outlineStyle === 'none' || parseFloat(outlineWidth) < 2;
  })
  .map((element) => element.outerHTML)"""

# What a finger can hardly hit (WCAG 2.2, 2.5.8): lower or narrower than 24 pixels, and not in a line of text.
TOO_SMALL = """() => [...document.querySelectorAll('a[href], button, summary, select, input:not([type=hidden])')]
  .filter((element) => element.checkVisibility() && getComputedStyle(element).display !== 'inline')
  .filter((element) => {
    const { width, height } = element.getBoundingClientRect();
    return width < 24 || height < 24;
  })
  .map((element) => element.outerHTML)"""


# What axe-core finds: each rule, the first element that breaks it, and how.
AXE_FAULTS = """async () => {
  const { violations } = await axe.run({ resultTypes: ['violations'] });
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0].html}: ${nodes[0].failureSummary}`);
}"""


@cache
def axe_core() -> str:
    """The source of axe-core, from the package that brings it."""
    found = find_spec("axe_playwright_python")
    if found is None or found.origin is None:
        pytest.skip("axe-playwright-python is not installed")
    return Path(found.origin).with_name("axe.min.js").read_text("utf-8")


def axe_faults(page: Page) -> list[str]:
    """What axe-core says about the page, as it is shown now: WCAG 2 and good practice."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe_core())
    found: list[str] = page.evaluate(AXE_FAULTS)
    return found


def faults(page: Page, language: str = "en") -> list[str]:
    """What is wrong with the page that is shown, which should be in this language."""
    found: list[str] = page.evaluate(FAULTS, language)
    found += axe_faults(page)
    page.keyboard.press("Tab")
    found += [f"the focus cannot be seen: {element}" for element in page.evaluate(UNSEEN_FOCUS)]
    found += [f"too small for a finger: {element}" for element in page.evaluate(TOO_SMALL)]
    return sorted(set(found))
