"""The waiting page in a real browser: only a browser shows what an automatic refresh and a strict cookie do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from harness import chromium
from running import FRAMEWORKS, Site, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    with chromium.launched() as browser:
        yield browser


@pytest.fixture
def page(chrome: Browser) -> Iterator[Page]:
    with chromium.new_page(chrome) as page:
        yield page


@pytest.fixture(scope="module", params=FRAMEWORKS)
def waiting(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    pytest.importorskip({"asgi": "fastapi"}.get(request.param, request.param))
    folder = tmp_path_factory.mktemp("waiting")
    with serving(request.param, folder, CLEVER_WAITING_PAGE="true", SAME_SITE="Strict", apart=True) as site:
        yield site


def test_the_waiting_page_continues_by_itself_even_with_strict_cookies(page: Page, waiting: Site) -> None:
    seen: list[str] = []
    page.on("response", lambda answer: seen.append(answer.url) if answer.status == 200 else None)
    page.goto(waiting.url + "/private")
    chromium.sign_in(page, "Ada Ashworth")
    page.wait_for_url(waiting.url + "/private")
    assert page.inner_text("body") == "Hello, Ada Ashworth (student)"
    assert [url for url in seen if "/clever/callback?" in url and "clever_waited" not in url]


def test_refresh_and_back_on_the_waiting_page_keep_the_person_signed_in(page: Page, waiting: Site) -> None:
    page.goto(waiting.url + "/private")
    chromium.sign_in(page, "Ada Ashworth")
    page.wait_for_url(waiting.url + "/private")
    page.reload()
    page.go_back()
    page.wait_for_load_state()
    page.goto(waiting.url + "/private")
    assert page.inner_text("body") == "Hello, Ada Ashworth (student)"


def test_the_next_student_from_the_portal_replaces_the_first(page: Page, waiting: Site) -> None:
    page.goto(waiting.url + "/private")
    chromium.sign_in(page, "Ada Ashworth")
    page.wait_for_url(waiting.url + "/private")
    chromium.sign_out(page, waiting.emulator)
    page.goto(waiting.portal)
    chromium.sign_in(page, "José Núñez")
    page.wait_for_url(waiting.url + "/")
    assert page.inner_text("body").startswith("signed in: José Núñez")
