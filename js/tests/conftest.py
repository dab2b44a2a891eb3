"""Shared by the tests of the package: a site that uses it, a browser, and a page that must log no warning."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from harness import chromium
from page_site import Site, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page


@pytest.fixture(scope="module")
def served() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.fixture
def site(served: Site) -> Site:
    """The site, as if it had just started."""
    served.headers.clear()
    served.session.clear()
    served.language, served.body, served.trusted = "en", "", "'none'"
    for path in list(served.files):
        if path != "/clever-sso-implicit.js":
            del served.files[path]
    served.app()
    return served


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.launched() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in an empty browser. No page may violate its policy or write to the console."""
    with chromium.new_page(browser) as page:
        said: list[str] = []
        watch(page.context, said)
        yield page
        assert said == []


@pytest.fixture
def loud_page(browser: Browser) -> Iterator[Page]:
    """The same for tests in which a server refuses a request, because the browser itself logs each refusal."""
    with chromium.new_page(browser) as page:
        yield page


def watch(context: BrowserContext, said: list[str]) -> None:
    # React's development build logs an advertisement.
    context.on("console", lambda message: "React DevTools" in message.text or said.append(message.text))
    context.on("weberror", lambda error: said.append(str(error.error)))
