"""The emulator's desk in a real browser: headless Chromium, driven by Playwright."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from harness import ports
from harness.chromium import launched
from harness.emulator import App, running
from harness.length import whole_or_short
from harness.page_faults import OPEN_ALL, OVERFLOW, faults
from harness.patience import MILLISECONDS, wait_for

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

APP = App("desk-app", "desk-secret", "http://127.0.0.1:9/callback", oidc=True)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture
def emulator() -> Iterator[str]:
    with running([APP]) as base_url:
        yield base_url


def opened(  # noqa: PLR0913  (each is a setting of the browser)
    chromium: Browser,
    base_url: str,
    *,
    script: bool = True,
    width: int = 1280,
    query: str = "",
    scheme: Literal["light", "dark"] = "light",
) -> tuple[Page, list[str]]:
    """Open the desk in a new browser, and collect the errors that the browser logs."""
    context = chromium.new_context(
        viewport={"width": width, "height": 800}, java_script_enabled=script, color_scheme=scheme
    )
    context.set_default_timeout(MILLISECONDS)
    page = context.new_page()
    # The page's clock runs as usual, and a test can move it forward.
    page.clock.install()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{base_url}/_emulator/{query}")
    return page, complaints


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Return redirects as they are, without following them."""

    def redirect_request(self, *_: object) -> None:
        """Follow nothing."""


def send(address: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> str:
    """Send a request for the journal, with any result; return the address that it redirects to."""
    request = urllib.request.Request(address, body, dict(headers or {}))
    try:
        with urllib.request.build_opener(NoRedirect).open(request) as answer:
            return str(answer.url)
    except urllib.error.HTTPError as error:
        error.close()
        return str(error.headers["Location"])


def begun(base_url: str, app: App = APP) -> str:
    """Send a signed-in person to the app; return the code."""
    query = urlencode({"response_type": "code", "client_id": app.client_id, "redirect_uri": app.redirect_uri})
    callback = send(f"{base_url}/oauth/authorize?{query}&state=a-state-that-no-one-sees")
    return parse_qs(urlsplit(callback).query)["code"][0]


def exchanged(base_url: str, code: str, secret: str, app: App = APP) -> None:
    """Exchange the code like an app with this secret."""
    basic = b64encode(f"{app.client_id}:{secret}".encode()).decode()
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": app.redirect_uri}
    send(f"{base_url}/oauth/tokens", urlencode(form).encode(), {"Authorization": f"Basic {basic}"})


def press_everything(page: Page, base_url: str) -> None:
    """Press each button of the desk, and check its effect."""
    page.get_by_role("button", name="Log in as Ada Ashworth (ada)").click()
    page.wait_for_url(f"{base_url}/_emulator/#people")
    assert "This browser is signed in as Ada Ashworth." in page.locator("#people").inner_text()
    page.get_by_role("button", name="1 hour").click()
    page.wait_for_url(f"{base_url}/_emulator/#controls")
    assert "1 h ahead of this machine" in page.locator("#controls").inner_text()
    for name in ("Rotate the keys", "End all sessions", "Reset"):
        page.get_by_role("button", name=name).click()
        page.wait_for_url(f"{base_url}/_emulator/#controls")
    assert "ahead" not in page.locator("#controls").inner_text()
    page.get_by_role("button", name="Clear the journal").click()
    page.wait_for_url(f"{base_url}/_emulator/#journal")
    assert "No one is signed in" in page.locator("#people").inner_text()


def test_the_journal_updates_by_itself_and_can_be_paused(chromium: Browser, emulator: str) -> None:
    send(f"{emulator}/v3.0/me")
    page, complaints = opened(chromium, emulator)
    notes = page.locator("#notes > li")
    assert notes.count() == 1
    send(f"{emulator}/oauth/certs")
    notes.nth(1).wait_for()
    assert "GET /oauth/certs" in notes.nth(0).inner_text()
    assert "no access token: send Authorization: Bearer" in notes.nth(1).inner_text()
    page.get_by_role("button", name="Pause").click()
    send(f"{emulator}/oauth/certs")
    # During a minute of the page's time, the page sends no request.
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(60_000)
    assert asked == []
    assert notes.nth(2).is_hidden()
    page.get_by_role("button", name="Pause").click()
    notes.nth(2).wait_for()
    assert complaints == []
    page.context.close()


def test_a_login_is_drawn_as_it_happens_and_the_failed_step_is_marked(chromium: Browser) -> None:
    with running([APP], auto_login="ada") as emulator:
        page, complaints = opened(chromium, emulator)
        assert "No login yet" in page.locator("#logins").inner_text()
        code = begun(emulator)
        login = page.locator(".login")
        login.get_by_text("callback: code, state").wait_for()
        assert login.locator("summary").inner_text().split("\n")[0].startswith("Login 1: desk-app")
        login.get_by_text("Waiting for the app to exchange the code").wait_for()
        summary = login.locator("summary")
        summary.focus()
        exchanged(emulator, code, "another secret")
        wrong = login.locator(".wrong")
        wrong.wait_for()
        assert "Went wrong here: the secret is wrong for this client_id" in wrong.inner_text()
        assert "What to do: Compare the client id" in wrong.inner_text()
        # The failure is in words, too, for people who cannot see red and for screen readers.
        assert "✕ failed" in summary.inner_text()
        assert page.locator("#news").inner_text() == "Login 1: desk-app: failed"
        assert login.locator(".step.bad").count() == 1
        red, green, blue = map(int, re.findall(r"\d+", wrong.evaluate("box => getComputedStyle(box).borderColor"))[:3])
        assert red > 2 * max(green, blue)
        # The diagram keeps its place and the focus, and stays folded or unfolded.
        assert summary.evaluate("summary => summary === document.activeElement")
        page.keyboard.press("Enter")
        exchanged(emulator, code, APP.secret)
        page.get_by_text("Login 1: desk-app: done").wait_for()
        assert login.get_attribute("open") is None
        page.keyboard.press("Enter")
        assert [text.strip() for text in login.locator(".answer strong").all_inner_texts()] == ["302", "401", "200"]
        shown = page.content()
        assert code not in shown
        assert "a-state-that-no-one-sees" not in shown
        # A login in a second tab: another diagram above the first one.
        begun(emulator)
        page.locator(".login").nth(1).wait_for()
        assert page.locator(".login h3").all_inner_texts() == ["Login 2: desk-app", "Login 1: desk-app"]
        assert complaints == []
        page.context.close()


def test_each_arrow_of_a_diagram_begins_and_ends_at_the_right_line(chromium: Browser) -> None:
    with running([APP], auto_login="ada") as emulator:
        exchanged(emulator, begun(emulator), APP.secret)
        for width in (320, 1280):
            page, _ = opened(chromium, emulator, width=width)
            lanes = [lane.bounding_box() for lane in page.locator(".lanes span").all()]
            browser, app, clever = (lane["x"] + lane["width"] / 2 for lane in lanes if lane)
            ends = page.locator(".arrow").evaluate_all("""arrows => arrows.map((arrow) => {
              const [box, line] = [arrow.getBoundingClientRect(), getComputedStyle(arrow, "::after")];
              return [box.left + parseFloat(line.marginLeft), box.right - parseFloat(line.marginRight)];
            })""")
            expected = [(browser, clever), (browser, clever), (browser, app), (app, clever), (app, clever)]
            for (left, right), (from_x, to_x) in zip(ends, expected):
                assert abs(left - from_x) < 2
                assert abs(right - to_x) < 2
            assert len(ends) == len(expected)
            page.context.close()


def test_an_open_page_survives_a_restart_of_the_emulator_and_reconnects(chromium: Browser) -> None:
    with ports.reserved() as port:
        with running([APP], port=port) as emulator:
            page, complaints = opened(chromium, emulator)
            send(f"{emulator}/oauth/certs")
            page.locator("#notes > li").wait_for()
        # The emulator ended while the page was waiting. The browser reports failed connections; the page keeps trying.
        with running([APP], port=port) as emulator:
            send(f"{emulator}/v3.0/me")
            page.locator("#notes > li").get_by_text("/v3.0/me").wait_for()
        assert all("ERR_" in complaint for complaint in complaints), complaints
        page.context.close()


def test_logins_and_journal_are_filtered_at_once_and_the_url_keeps_the_filter(chromium: Browser) -> None:
    other = replace(APP, client_id="other-app", secret="other-secret")
    with running([APP, other], auto_login="ada") as emulator:
        exchanged(emulator, begun(emulator), "wrong")
        exchanged(emulator, begun(emulator), APP.secret)
        exchanged(emulator, begun(emulator, other), other.secret, other)
        send(f"{emulator}/nothing")
        page, complaints = opened(chromium, emulator)

        def shown() -> tuple[int, int]:
            return page.locator(".login").count(), page.locator("#notes > li").count()

        assert shown() == (3, 7)
        page.get_by_label("App", exact=True).select_option("desk-app")
        wait_for(lambda: shown() == (2, 4), "the app's logins and requests")
        page.get_by_label("Failed only").check()
        wait_for(lambda: shown() == (1, 1), "what failed of the app")
        assert parse_qs(urlsplit(page.url).query) == {"app": ["desk-app"], "failed": ["true"]}
        # Later events are filtered, too, also after a reload.
        send(f"{emulator}/nothing")
        exchanged(emulator, begun(emulator), "wrong again")
        wait_for(lambda: shown() == (2, 2), "another failure of the app")
        page.reload()
        assert shown() == (2, 2)
        page.get_by_label("App", exact=True).select_option("")
        wait_for(lambda: shown() == (2, 4), "all that failed")
        page.get_by_label("Failed only").uncheck()
        wait_for(lambda: shown() == (4, 10), "everything")
        assert urlsplit(page.url).query == ""
        assert complaints == []
        page.context.close()


def test_scenarios_and_people_are_filtered_during_typing(chromium: Browser, emulator: str) -> None:
    page, complaints = opened(chromium, emulator)
    page.locator("#scenarios-search").fill("TOKENS 502")
    assert page.locator("#scenarios li:visible strong").all_inner_texts() == ["tokens-502-html"]
    page.locator("#people-search").fill("no email teacher")
    assert "Wei Zhong" in page.locator("#people li:visible").first.inner_text()
    number = page.locator("#people li:visible").count()
    assert page.locator("[data-count=people]").inner_text() == f"{number} of {page.locator('#people li').count()}"
    page.keyboard.press("Enter")
    assert parse_qs(urlsplit(page.url).query)["people"] == ["no email teacher"]
    page.locator("#people-search").fill("")
    assert page.locator("#people li:visible").count() == page.locator("#people li").count()
    assert complaints == []
    page.context.close()


def test_searches_and_filters_work_without_a_script(chromium: Browser) -> None:
    with running([APP], auto_login="ada") as emulator:
        exchanged(emulator, begun(emulator), "wrong")
        exchanged(emulator, begun(emulator), APP.secret)
        page, _ = opened(chromium, emulator, script=False)
        assert page.locator(".login .wrong").count() == 1
        page.get_by_label("Failed only").check()
        with page.expect_navigation():
            page.get_by_role("button", name="Show", exact=True).click()
        assert page.locator(".login h3").all_inner_texts() == ["Login 1: desk-app"]
        assert page.locator("#notes > li").count() == 1
        page.locator("#people-search").fill("no email teacher")
        with page.expect_navigation():
            page.get_by_role("button", name="Search: Search people").click()
        assert urlsplit(page.url).fragment == "people"
        assert "Wei Zhong" in page.locator("#people li:visible").first.inner_text()
        assert page.locator(".login").count() == 1, "the filter of the logins is kept"
        assert page.locator(".copy-button").count() == 0, "buttons that need the script are hidden"
        page.context.close()


def test_addresses_and_settings_are_copied(chromium: Browser, emulator: str) -> None:
    page, complaints = opened(chromium, emulator)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name=f"Copy the address {emulator}/oauth/certs").click()
    page.get_by_role("button", name=f"Copied: the address {emulator}/oauth/certs").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == f"{emulator}/oauth/certs"
    page.locator("summary", has_text="Ready settings").first.click()
    page.locator(".settings summary", has_text="Environment").first.click()
    page.get_by_role("button", name="Copy the settings for Environment of desk-app").click()
    page.get_by_text("Copied the settings for Environment of desk-app").wait_for(state="attached")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator(".settings pre").first.inner_text()
    assert "export CLEVER_CLIENT_SECRET='desk-secret'" in copied
    assert complaints == []
    page.context.close()


def test_the_desk_has_two_columns_on_a_wide_screen_and_one_on_a_phone(chromium: Browser, emulator: str) -> None:
    page, _ = opened(chromium, emulator)
    happening, there = (pane.bounding_box() for pane in page.locator(".pane").all())
    assert happening
    assert there
    assert happening["y"] == there["y"]
    assert there["x"] >= happening["x"] + happening["width"]
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), "each side scrolls by itself"
    # A link within the page scrolls to its part.
    page.get_by_role("link", name="Controls", exact=True).click()
    controls = page.locator("#controls-title")
    wait_for(
        lambda: controls.evaluate("title => title.getBoundingClientRect().bottom <= innerHeight"),
        "the controls to be seen",
    )
    page.set_viewport_size({"width": 360, "height": 740})
    happening, there = (pane.bounding_box() for pane in page.locator(".pane").all())
    assert happening
    assert there
    assert happening["x"] == there["x"]
    assert there["y"] >= happening["y"] + happening["height"]
    page.context.close()


# The texts whose contrast with their background (WCAG 2) is below 4.5.
FAINT = """() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const laid = (under, [r, g, b, a = 1]) => under.map((old, i) => old * (1 - a) + [r, g, b][i] * a);
  const ground = (element) => {
    const own = channels(getComputedStyle(element).backgroundColor);
    return (own[3] ?? 1) === 1 ? own : laid(element.parentElement ? ground(element.parentElement) : [0, 0, 0], own);
  };
  const curved = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((value) => curved(value / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  return [...document.querySelectorAll("body *")]
    .filter((element) => element.checkVisibility() && hasText(element))
    .map((element) => {
      const [one, other] = [luminance(channels(getComputedStyle(element).color)), luminance(ground(element))];
      return [(Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05), element.outerHTML.slice(0, 200)];
    })
    .filter(([contrast]) => contrast < 4.5);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_of_a_failed_login_has_enough_contrast(chromium: Browser, scheme: Literal["light", "dark"]) -> None:
    with running([APP], auto_login="ada") as emulator:
        exchanged(emulator, begun(emulator), APP.secret)
        exchanged(emulator, begun(emulator), "wrong")
        page, complaints = opened(chromium, emulator, scheme=scheme, width=320)
        page.evaluate(OPEN_ALL)
        assert page.evaluate(FAINT) == []
        assert page.evaluate(OVERFLOW) == 0
        assert faults(page) == []
        assert complaints == []
        page.context.close()


def test_tab_goes_through_the_page_in_reading_order(chromium: Browser, emulator: str) -> None:
    page, _ = opened(chromium, emulator)
    seen = []
    for _ in range(10):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.textContent.trim() || document.activeElement.name"))
    parts = ["Logins", "Journal", "Apps", "Configuration", "People", "Scenarios", "Controls"]
    assert seen[:7] == parts
    assert page.evaluate("document.activeElement.textContent") == "Pause"
    assert page.get_by_role("region").count() >= len(parts)
    page.context.close()


@pytest.mark.parametrize("script", [True, False], ids=["with-script", "without-script"])
def test_every_button_works(chromium: Browser, emulator: str, *, script: bool) -> None:
    page, complaints = opened(chromium, emulator, script=script)
    press_everything(page, emulator)
    assert complaints == []
    page.context.close()


def test_a_person_can_be_logged_in_to_an_app(chromium: Browser) -> None:
    # The app can be any server.
    with running([]) as app, running([replace(APP, redirect_uri=f"{app}/healthz")]) as emulator:
        page, _ = opened(chromium, emulator)
        page.get_by_label("After “Log in as”, open").select_option("desk-app")
        page.get_by_role("button", name="Log in as Ada Ashworth (ada)").click()
        page.wait_for_url(f"{app}/healthz?code=*")
        assert "state=" not in page.url
        page.context.close()


@pytest.mark.parametrize("width", whole_or_short([320, 360, 940, 1280, 1920], [320, 940]))
def test_nothing_scrolls_sideways(chromium: Browser, emulator: str, width: int) -> None:
    page, complaints = opened(chromium, emulator, width=width)
    page.evaluate(OPEN_ALL)
    assert page.evaluate(OVERFLOW) == 0
    assert complaints == []
    page.context.close()


def test_a_long_journal_has_its_own_scroll_bar(chromium: Browser, emulator: str) -> None:
    for _ in range(40):
        send(f"{emulator}/oauth/certs")
    page, complaints = opened(chromium, emulator)
    journal = page.get_by_role("region", name="Requests, newest first")
    assert journal.evaluate("part => part.scrollHeight > part.clientHeight")
    beside = page.locator("#apps").bounding_box()
    assert beside is not None
    assert beside["y"] < 800
    journal.focus()
    page.keyboard.press("End")
    # The last entry, which is the first request, becomes visible.
    first = page.locator("#notes > li").last
    wait_for(
        lambda: first.evaluate("note => note.getBoundingClientRect().bottom <= innerHeight"),
        "the keys to move the journal",
    )
    assert complaints == []
    page.context.close()


def test_the_title_of_a_folded_list_is_beside_its_arrow(chromium: Browser, emulator: str) -> None:
    page, _ = opened(chromium, emulator)
    for fold in page.locator("#people summary, #scenarios summary").all():
        line = fold.bounding_box()
        assert line is not None
        assert line["height"] < 48, fold.inner_text()
    page.context.close()
