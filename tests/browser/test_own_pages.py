"""The packages' own pages and snippets are accessible, in English and Spanish.

The crate's pages are in `core/tests/pages`; its unit tests keep them up to date. Those of Python and PHP are made here.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Callable, NamedTuple

import pytest
from harness.length import WHOLE, not_here
from harness.page_faults import axe_faults, does_not_fit, faults, unreachable, zoomed
from harness.paths import ROOT
from harness.patience import SECONDS

from .scene import DESKTOP, opened
from .test_every_page import GROUND, NARROWEST, photograph

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from playwright.sync_api import Browser, Page, Route

APP = "http://localhost:1"
LANGUAGES = ["en", "es"]
LOGIN, SWITCH, HOME, CALLBACK = "/login", "/login?switch_user=1", "/home", "/callback?waited=1"
# A page of an application with only snippets of the packages.
AROUND = """<!doctype html><html lang="{language}"><head><meta name="viewport" content="width=device-width">
<style>:root {{ color-scheme: light dark }} body {{ background: Canvas }} :focus-visible {{ outline: 3px solid}}</style>
<title>Reading</title></head><body><main><h1>Reading</h1>{snippets}</main></body></html>"""

SCRIPT = ROOT / "php/tests/scripts/pages.php"
DENIED = "Clever did not let you into this app. Please ask someone at your school for access."
NOT_ALLOWED = "You are signed in, but you may not open this page. Please ask someone at your school for access."


class Answer(NamedTuple):
    """A response of the app."""

    headers: Mapping[str, str]
    body: str


Maker = Callable[[str], Answer]


def of_the_crate(name: str) -> Maker:
    def made(language: str) -> Answer:
        text = (ROOT / f"core/tests/pages/{name}-{language}.http").read_text("utf-8")
        head, _, body = text.partition("\n\n")
        headers = dict(line.split(": ", 1) for line in head.splitlines() if not line.endswith(": "))
        if name == "snippets":
            return Answer({"content-type": "text/html; charset=utf-8"}, AROUND.format(language=language, snippets=body))
        return Answer(headers, body)

    return made


def of_python(name: str) -> Maker:
    def made(language: str) -> Answer:
        pages = pytest.importorskip("clever_sso._web.pages", reason="clever_sso is not installed")
        button = pytest.importorskip("clever_sso._web.button")
        words = pytest.importorskip("clever_sso._web.words").words(language)
        fields = {"csrf": "x"}
        made = {
            "refused": lambda: pages.problem(DENIED, "access_denied", LOGIN, SWITCH, words=words),
            "not-allowed": lambda: pages.problem(NOT_ALLOWED, "page_not_allowed", LOGIN, SWITCH, HOME, words=words),
            "waiting": lambda: pages.waiting(CALLBACK, words),
            "going-on": lambda: pages.moved(CALLBACK, words),
            "link": lambda: pages.confirm_link("Ada Ashworth", "student", "ada", "/link", fields, words=words),
            "snippets": lambda: AROUND.format(
                language=language,
                snippets=button.login_button(LOGIN, words=words)
                + button.signed_in_line("Ada Ashworth", LOGIN, "/logout", words=words),
            ),
        }[name]()
        headers = {} if name == "snippets" else pages.FORM_HEADERS if name == "link" else pages.OWN_HEADERS
        return Answer({"Content-Type": "text/html; charset=utf-8", **headers}, made)

    return made


def of_php(name: str) -> Maker:
    def made(language: str) -> Answer:
        php = shutil.which("php")
        if php is None:
            raise not_here("php is not installed")
        sentence = NOT_ALLOWED if name == "not-allowed" else DENIED
        command = [php, "-n", str(SCRIPT), name, language, sentence]
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        assert done.returncode == 0, done.stderr + done.stdout
        return Answer(*json.loads(done.stdout))

    return made


OF_EVERY_PACKAGE = ("refused", "not-allowed", "waiting")
PAGES: dict[str, Maker] = {
    **{f"crate-{name}": of_the_crate(name) for name in (*OF_EVERY_PACKAGE, "not-signed-in", "snippets")},
    **{f"python-{name}": of_python(name) for name in (*OF_EVERY_PACKAGE, "going-on", "link", "snippets")},
    **{f"php-{name}": of_php(name) for name in (*OF_EVERY_PACKAGE, "wordpress")},
}
SCHEMES = ["light", "dark"]


@pytest.fixture(scope="module")
def one_page(browser: Browser) -> Iterator[Page]:
    with opened(browser) as page:
        yield page


@pytest.fixture(scope="module")
def answers(one_page: Page) -> dict[str, Answer]:
    """The app's responses, by path. The waiting page does not continue, because it is not the page to check."""
    known: dict[str, Answer] = {}

    def answered(route: Route) -> None:
        answer = known.get(route.request.url.removeprefix(APP))
        if answer is None:
            route.fulfill(status=204)
        else:
            route.fulfill(headers=dict(answer.headers), body=answer.body)

    one_page.route(f"{APP}/**", answered)
    return known


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_every_page_of_a_package_is_accessible(
    one_page: Page, answers: dict[str, Answer], name: str, language: str
) -> None:
    page = one_page
    answers["/"] = PAGES[name](language)
    page.goto(APP)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert (page.evaluate(GROUND) > 128) is (scheme == "light"), scheme
        for size in (DESKTOP, NARROWEST):
            page.set_viewport_size(size)
            assert does_not_fit(page) == []
            if WHOLE:
                assert axe_faults(page) == [], (scheme, size)
                photograph(page, f"own-{name}-{language}-{scheme}-{size['width']}")
    with zoomed(page):
        assert does_not_fit(page) == []
        if WHOLE:
            assert axe_faults(page) == []
    page.set_viewport_size(DESKTOP)
    # In the short form: dark mode in English, light mode in Spanish.
    page.emulate_media(color_scheme="dark" if language == "en" else "light")
    assert faults(page, language) == []
    assert unreachable(page) == []


def test_text_that_is_cut_off_or_a_link_that_tab_skips_is_found(one_page: Page, answers: dict[str, Answer]) -> None:
    page = one_page
    body = """<style>p { width: 50rem } b { display: block; width: 3rem; height: 1rem; overflow: hidden }</style>
<p>wide</p><b>cut off in its box</b><a href="/in">in</a><a href="/out" onfocus="this.blur()">out</a>"""
    answers["/"] = Answer({"Content-Type": "text/html"}, body)
    page.goto(APP)
    with zoomed(page):
        assert [found.split("<")[1][0] for found in does_not_fit(page)] == ["p", "b"]
    assert [found[:14] for found in unreachable(page)] == ['<a href="/out"']


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_keyboard_alone_links_an_account(one_page: Page, answers: dict[str, Answer], language: str) -> None:
    answers["/"] = of_python("link")(language)
    one_page.goto(APP)
    for tabs, answer in ((1, "yes"), (1, "no")):
        for _ in range(tabs):
            one_page.keyboard.press("Tab")
        with one_page.expect_request(f"{APP}/link") as sent:
            one_page.keyboard.press("Enter")
        assert sent.value.post_data == f"csrf=x&answer={answer}"
