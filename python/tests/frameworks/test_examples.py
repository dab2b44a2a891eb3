"""The examples as newcomers run them: with the README's commands, with wrong settings, and in a real browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from harness import chromium, patience
from harness.cookie_browser import Browser as SmallBrowser
from running import Site

from examples import EXAMPLES, commands, environment, run, serving_example, with_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SIZES = {"phone": (360, 740), "desktop": (1280, 800)}


@pytest.fixture(scope="module", params=EXAMPLES)
def example(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    pytest.importorskip(name)
    return name


@pytest.fixture(scope="module")
def site(example: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving_example(example, tmp_path_factory.mktemp(example)) as site:
        yield site


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.launched() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with chromium.new_page(browser) as page:
        yield page


def heading(page: Page) -> str:
    text: str = page.get_by_role("heading", level=1).inner_text()
    return text


def press_login(page: Page, site: Site) -> None:
    page.goto(site.url)
    page.get_by_role("link", name="Log in with Clever").click()


def log_in(page: Page, site: Site, person: str = "Ada Ashworth") -> None:
    press_login(page, site)
    chromium.sign_in(page, person)
    page.wait_for_url(f"{site.url}/me")


# ---------------------------------------------------------------- without a browser


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"CLEVER_CLIENT_ID": ""}, "CLEVER_CLIENT_ID is not set"),
        ({"CLEVER_CLIENT_SECRET": ""}, "CLEVER_CLIENT_SECRET is not set"),
        ({"CLEVER_REDIRECT_URI": ""}, "CLEVER_REDIRECT_URI is not set"),
        ({"CLEVER_REDIRECT_URI": "http://app.example/clever/callback"}, "CLEVER_REDIRECT_URI must"),
        ({"CLEVER_BASE_URL": "emulator"}, "CLEVER_BASE_URL must"),
    ],
)
def test_a_wrong_setting_is_named_at_startup(example: str, changes: dict[str, str], named: str, tmp_path: Path) -> None:
    right = environment("http://127.0.0.1:9", "http://127.0.0.1:9/clever/callback", tmp_path, PORT="0")
    # The first command that reads the settings. In Django, `migrate` comes first, which needs no secrets.
    first = commands(example)[1 if example == "django" else 0]
    done = run(with_port(first, 0), example, {**right, **changes})
    assert done.returncode != 0
    assert named in done.stdout + done.stderr


def test_djangos_system_checks_find_nothing_wrong(tmp_path: Path) -> None:
    pytest.importorskip("django")
    settings = environment("", "https://app.example/clever/callback", tmp_path, DJANGO_SECRET_KEY="x" * 60)
    done = run(commands("django")[1], "django", settings)
    assert (done.returncode, "no issues" in done.stdout) == (0, True), done.stdout + done.stderr


def test_teachers_see_the_lessons_and_students_do_not(site: Site) -> None:
    for number, status in [("510001", 403), ("610001", 200)]:
        browser = SmallBrowser(site.emulator)
        page = browser.sign_in(number, browser.open(site.url + "/lessons"))
        assert page.status == status


def test_cookies_over_https_belong_to_the_host(example: str, tmp_path: Path) -> None:
    with serving_example(example, tmp_path) as site:
        assert site.url.startswith("http:")
    program = {"flask": "app", "fastapi": "app", "django": "reading_room.settings"}[example]
    told = {
        "flask": "print(m.create_app().config['SESSION_COOKIE_NAME'])",
        "fastapi": "print(m.app.user_middleware[0].kwargs['session_cookie'])",
        "django": "print(m.SESSION_COOKIE_NAME)",
    }[example]
    settings = environment("", "https://app.example/clever/callback", tmp_path)
    done = run([commands(example)[0][0], "-c", f"import {program} as m; {told}"], example, settings)
    assert done.stdout.startswith("__Host-session"), done.stderr


# ---------------------------------------------------------------- in a real browser


def test_the_login_and_logout_buttons_work(page: Page, site: Site) -> None:
    log_in(page, site)
    assert heading(page) == "Hello, Ada Ashworth"
    page.get_by_role("button", name="Not you? Log out").click()
    page.get_by_role("link", name="Log in with Clever").wait_for()
    # A person stays logged in at Clever until they log out there. The back button must not show a person who logged
    # out.
    chromium.sign_out(page, site.emulator)
    page.go_back()
    page.wait_for_url(f"{site.emulator}/**")
    assert "Hello, Ada" not in page.content()


def test_a_login_from_the_portal_shows_no_page_in_between(page: Page, site: Site) -> None:
    log_in(page, site)
    page.context.clear_cookies(name="session")
    page.context.clear_cookies(name="sessionid")
    page.goto(site.portal)
    assert page.url == f"{site.url}/me"
    assert heading(page) == "Hello, Ada Ashworth"


def test_a_second_student_on_the_same_device_is_signed_in_as_themselves(page: Page, site: Site) -> None:
    log_in(page, site)
    chromium.sign_out(page, site.emulator)
    page.goto(site.portal)
    chromium.sign_in(page, "José Núñez")
    page.wait_for_url(f"{site.url}/me")
    assert heading(page) == "Hello, José Núñez"
    page.go_back()
    page.goto(f"{site.url}/me")
    assert heading(page) == "Hello, José Núñez"


def test_two_tabs_at_once_both_log_in(page: Page, site: Site) -> None:
    other = page.context.new_page()
    press_login(page, site)
    press_login(other, site)
    chromium.sign_in(page, "Ada Ashworth")
    page.wait_for_url(f"{site.url}/me")
    chromium.sign_in(other, "Ada Ashworth")
    other.wait_for_url(f"{site.url}/me")
    assert heading(page) == heading(other) == "Hello, Ada Ashworth"


def test_the_back_button_after_a_login_keeps_the_person_signed_in(page: Page, site: Site) -> None:
    log_in(page, site)
    for _ in range(3):
        page.go_back()
    page.goto(f"{site.url}/me")
    assert heading(page) == "Hello, Ada Ashworth"


def test_the_keyboard_alone_is_enough_to_log_in_and_out(page: Page, site: Site) -> None:
    page.goto(site.url)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Log in with Clever"
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.emulator}/**")
    chromium.sign_in(page, "Ada Ashworth")
    page.wait_for_url(f"{site.url}/me")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Log in with Clever").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_every_page_fits_the_screen(browser: Browser, site: Site, size: str, scheme: str) -> None:
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    try:
        page = context.new_page()
        page.set_default_timeout(patience.MILLISECONDS)
        page.goto(site.url)
        look(page, f"{site.framework}-welcome-{size}-{scheme}")
        log_in(page, site, "Maximiliana")
        look(page, f"{site.framework}-me-{size}-{scheme}")
        page.goto(f"{site.url}/{'' if site.framework == 'flask' else 'clever/'}callback?error=access_denied")
        assert heading(page) == "Signing in did not work"
        look(page, f"{site.framework}-problem-{size}-{scheme}")
    finally:
        context.close()


def look(page: Page, name: str) -> None:
    """Check that nothing is wider than the screen. Save a screenshot if `SCREENSHOTS` names a folder."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
