"""Apps with a server: the token is sent there, all tabs notice sign-ins, and a popup reports to its page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from harness import chromium, patience
from page_site import Site, finished, outcome, settled, start

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# The script of an app with a server when it opens.
APP = """\
import * as clever from "/clever-sso-implicit.js";
const options = %s;
const failure = ({ code, userMessage, endsSession }) => ({ code, userMessage, endsSession });
const look = () => (window.outcome = clever.arrive(options).catch(failure));
window.heard = 0;
clever.watch(() => (heard++, look()));
Object.assign(window, { clever, options, failure, again: look() });
look();
"""
COOP = {"Cross-Origin-Opener-Policy": "same-origin"}


@pytest.fixture
def app(site: Site) -> Site:
    """The site with an app that has a server."""
    site.files["/app.js"] = ("text/javascript", APP % json.dumps(site.options()))
    return site


def test_the_token_is_posted_to_the_server_once_and_forgotten(page: Page, app: Site) -> None:
    page.goto(app.url)
    assert outcome(page) == {"person": None}
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.method} {request.url} {request.headers}"))
    answer = finished(page, "{ next: '/lessons' }")
    assert answer == {"person": "Ada", "next": "/lessons"}
    # Two effects of one page called it twice.
    assert settled(page, "again") == answer
    ((kind, origin, body),) = app.session["posted"]
    assert (kind, origin, list(body)) == ("application/json", app.url, ["access_token"])
    assert body["access_token"] not in "".join(sent)
    assert page.evaluate("clever.handleCallback(options)") is None
    page.reload()
    assert outcome(page) == {"person": "Ada"}
    assert len(app.session["posted"]) == 1


def test_a_logout_and_a_sign_in_are_noticed_in_another_tab(page: Page, app: Site) -> None:
    page.goto(app.url)
    other = page.context.new_page()
    other.goto(app.url)
    assert outcome(other) == {"person": None}
    assert finished(page)["person"] == "Ada"
    patience.wait_for(lambda: outcome(other)["person"] == "Ada", "the other tab knows who signed in")
    other.evaluate("clever.logOut(options)")
    patience.wait_for(lambda: outcome(page)["person"] is None, "the first tab knows that she logged out")
    # A tab ignores its own messages.
    assert [page.evaluate("heard"), other.evaluate("heard")] == [1, 1]


def test_a_page_from_the_back_forward_cache_asks_the_server_again(page: Page, app: Site) -> None:
    page.goto(app.url)
    finished(page)
    app.session["person"] = "José"
    page.evaluate("void dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    assert outcome(page) == {"person": "José"}


def test_a_page_restored_by_the_back_button_asks_the_server_again(browser: Browser, app: Site) -> None:
    with chromium.keeping_pages(browser) as second, chromium.new_page(second) as page:
        page.goto(app.url)
        assert outcome(page) == {"person": None}
        page.evaluate("window.isFromMemory = true")
        app.files["/elsewhere"] = ("text/html", "<!doctype html>")
        page.goto(f"{app.url}/elsewhere")
        app.session["person"] = "José"
        # A page from memory is not reloaded.
        page.go_back(wait_until="commit")
        assert page.evaluate("window.isFromMemory") is True
        patience.wait_for(lambda: outcome(page)["person"], "the page asks again")
        assert outcome(page) == {"person": "José"}


def test_a_refusal_by_clever_ends_the_previous_session(page: Page, app: Site) -> None:
    app.session["person"] = "Ada"
    page.goto(app.url)
    assert outcome(page) == {"person": "Ada"}
    page.evaluate(f"options.clever = '{app.clever}/s/callback-denied'")
    assert finished(page)["code"] == "access_denied"
    assert app.session["person"] is None
    assert app.session["deleted"] >= 1


@pytest.mark.parametrize("scenario", ["callback-server-error", "callback-temporarily-unavailable"])
def test_if_clever_is_down_the_person_stays_signed_in(page: Page, app: Site, scenario: str) -> None:
    app.session["person"] = "Ada"
    page.goto(app.url)
    outcome(page)
    page.evaluate(f"options.clever = '{app.clever}/s/{scenario}'")
    assert finished(page)["code"] == "callback_unavailable"
    assert "deleted" not in app.session
    page.reload()
    assert outcome(page) == {"person": "Ada"}


def test_a_link_with_an_error_changes_nothing(page: Page, app: Site) -> None:
    app.session["person"] = "Ada"
    for index, fragment in enumerate(["error=access_denied", "error=access_denied&state=1-2-3-4", "state=1-2-3-4"]):
        page.goto(f"{app.url}/callback?{index}#{fragment}")
        assert outcome(page) == {"person": "Ada"}


ANSWERS = {
    "refused": ({"code": "token_foreign", "sentence": "x"}, "token_foreign", "x"),
    "own": (
        {"code": "too_young", "sentence": "Please come back next year."},
        "too_young",
        "Please come back next year.",
    ),
    "no-sentence": ({"code": "token_rejected"}, "token_rejected", "Signing in did not work this time."),
    "list": (["Ada"], "response_malformed", "This app has a problem with Clever."),
    "list-of-records": ([{"person": "Ada"}], "response_malformed", "This app has a problem with Clever."),
    "nothing": (None, "response_malformed", "This app has a problem with Clever."),
    "no-person": ({}, "response_malformed", "This app has a problem with Clever."),
}


def test_a_refusal_by_the_server_shows_its_sentence(page: Page, app: Site) -> None:
    page.goto(app.url)
    outcome(page)
    for name, (answer, code, sentence) in ANSWERS.items():
        app.session["answer"] = answer
        problem = page.evaluate("clever.signIn('il-mine').catch(failure)")
        assert problem["code"] == code, name
        assert problem["userMessage"].startswith(sentence), name


def test_a_server_response_that_is_not_json_is_a_retryable_network_error(page: Page, app: Site) -> None:
    app.files["/page"] = ("text/html", "<!doctype html>")
    page.goto(app.url)
    problem = page.evaluate("clever.whoAmI({ session: '/page' }).catch(({ code, retryable }) => ({ code, retryable }))")
    assert problem == {"code": "network_connect", "retryable": True}


REFUSALS: dict[str, object] = {
    "foreign": {"code": "token_foreign", "sentence": "x"},
    "own": {"code": "too_young"},
    # As in the code grant: after Clever's response, no one continues in the previous person's session.
    "unavailable": {"code": "clever_unavailable"},
    "malformed": ["Ada"],
}


@pytest.mark.parametrize("answer", REFUSALS.values(), ids=REFUSALS)
def test_a_login_that_the_server_refuses_ends_the_previous_session(page: Page, app: Site, answer: object) -> None:
    app.session["person"] = "Ada"
    page.goto(app.url)
    assert outcome(page) == {"person": "Ada"}
    other = page.context.new_page()
    other.goto(app.url)
    assert outcome(other) == {"person": "Ada"}
    app.session["refusal"] = answer
    problem = finished(page)
    assert problem["endsSession"] is True
    assert (app.session["person"], app.session["deleted"]) == (None, 1)
    patience.wait_for(lambda: outcome(other)["person"] is None, "the other tab knows that no one is signed in")


def test_a_login_that_does_not_reach_the_server_ends_the_previous_session(loud_page: Page, app: Site) -> None:
    app.session["person"] = "Ada"
    loud_page.goto(app.url)
    outcome(loud_page)
    loud_page.route("**/session", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    problem = finished(loud_page)
    assert (problem["code"], problem["endsSession"]) == ("network_connect", True)
    assert (app.session["person"], app.session["deleted"]) == (None, 1)


# Firefox does this when cookies are blocked.
NO_CHANNEL = "window.BroadcastChannel = function () { throw new DOMException('no', 'SecurityError') }"


def test_without_a_channel_to_other_tabs_an_app_starts_and_signs_in(page: Page, app: Site) -> None:
    page.add_init_script(NO_CHANNEL)
    page.goto(app.url)
    assert outcome(page) == {"person": None}
    # Other tabs would not notice, and a popup could not report to its page, so the page itself goes to Clever.
    assert finished(page, "{ popup: true }")["person"] == "Ada"
    assert "deleted" not in app.session
    page.evaluate("clever.logOut(options)")
    assert app.session["person"] is None


def test_a_token_is_not_sent_over_plain_http(page: Page, app: Site) -> None:
    page.goto(app.url)
    outcome(page)
    problem = page.evaluate("clever.signIn('il-mine', { session: 'HTTP://api.app.example/session' }).catch(failure)")
    assert problem["code"] == "config_invalid"
    assert page.evaluate("clever.whoAmI({ session: options.redirectUri.replace('callback', 'session') })") is None


def test_an_empty_session_option_means_the_default(page: Page, app: Site) -> None:
    app.session["person"] = "Ada"
    page.goto(app.url)
    assert page.evaluate("clever.whoAmI({ session: '' })") == "Ada"


def test_a_failed_who_am_i_does_not_end_the_session(page: Page, app: Site) -> None:
    app.session.update(person="Ada", answer={"code": "clever_unavailable"})
    page.goto(app.url)
    assert outcome(page)["endsSession"] is False
    assert "deleted" not in app.session


# The timeout passes at once and is recorded.
NO_PATIENCE = """
window.times = [];
AbortSignal.timeout = (time) => {
  times.push(time);
  return AbortSignal.abort(new DOMException("signal timed out", "TimeoutError"));
}
"""


def test_a_server_that_hangs_is_a_retryable_network_error(page: Page, app: Site) -> None:
    page.goto(app.url)
    outcome(page)
    page.evaluate(f"{NO_PATIENCE}; 0")
    for call in ("whoAmI()", "signIn('il-mine')", "logOut()"):
        problem = page.evaluate(f"clever.{call}.catch(({{ code, retryable }}) => ({{ code, retryable }}))")
        assert problem == {"code": "network_timeout", "retryable": True}, call
    # A failed sign-in logs out.
    assert page.evaluate("times") == [60_000] * 4


# ---------------------------------------------------------------- a popup


def closed(popup: Page) -> None:
    """Wait until it is closed. Playwright notices it only during one of its own calls."""
    if not popup.is_closed():
        popup.wait_for_event("close", timeout=patience.MILLISECONDS)


@pytest.mark.parametrize("headers", [{}, COOP], ids=["plain", "cut-off"])
def test_a_popup_reports_to_its_page_and_closes(page: Page, site: Site, headers: dict[str, str]) -> None:
    site.headers.update(headers)
    page.goto(site.url)
    outcome(page)
    with page.expect_popup() as opened:
        page.evaluate("window.found = settled(clever.begin({ ...options, popup: true, next: '/n' })), 0")
    found = settled(page, "found")
    assert found["accessToken"].startswith("il")
    assert found["next"] == "/n"
    assert page.url == f"{site.url}/"
    closed(opened.value)


def test_a_popup_reports_a_refusal(page: Page, site: Site) -> None:
    page.goto(site.url)
    outcome(page)
    with page.expect_popup() as opened:
        page.evaluate(
            "clever_ = options.clever + '/s/callback-denied', "
            "window.found = settled(clever.begin({ ...options, clever: clever_, popup: true })), 0"
        )
    problem = settled(page, "found")
    assert (problem["code"], problem["endsSession"], problem["name"]) == ("access_denied", True, "CleverError")
    assert problem["userMessage"].startswith("Clever did not let you into this app.")
    closed(opened.value)


# How the app opens Clever, and whether the app has a server.
REFUSED: dict[str, tuple[str, bool]] = {
    "popup": ("popup: true, session: '/session'", True),
    "launch": ("launch, session: '/session'", True),
    "no-server": ("launch", False),
}


@pytest.mark.parametrize(("more", "ends"), REFUSED.values(), ids=REFUSED)
def test_a_refusal_in_another_window_ends_the_previous_session(page: Page, site: Site, more: str, ends: bool) -> None:
    site.session["person"] = "Ada"
    page.goto(site.url)
    outcome(page)
    denied = "async (url) => '#error=access_denied&state=' + new URL(url).searchParams.get('state')"
    clever = f"{site.clever}/s/callback-denied"
    page.evaluate(
        f"const launch = {denied}; "
        f"window.found = settled(clever.begin({{ ...options, clever: '{clever}', {more} }})), 0"
    )
    problem = settled(page, "found")
    assert (problem["code"], problem["endsSession"]) == ("access_denied", True)
    assert site.session["person"] == (None if ends else "Ada")


@pytest.mark.parametrize("word", ["server_error", "unauthorized_client"])
def test_an_error_of_clever_or_the_app_in_another_window_keeps_the_session(page: Page, site: Site, word: str) -> None:
    site.session["person"] = "Ada"
    page.goto(site.url)
    outcome(page)
    launch = f"async (url) => '#error={word}&state=' + new URL(url).searchParams.get('state')"
    page.evaluate(f"window.found = settled(clever.begin({{ ...options, launch: {launch}, session: '/session' }})), 0")
    problem = settled(page, "found")
    assert (problem["code"][:9], problem["endsSession"]) == ("callback_", False)
    assert "deleted" not in site.session


def test_a_popup_that_the_person_closes_is_noticed(page: Page, site: Site) -> None:
    page.goto(site.url)
    outcome(page)
    page.context.route("**/oauth/authorize?*", lambda route: route.fulfill(body="Clever"))
    page.evaluate("document.hasFocus = () => true")
    with page.expect_popup() as opened:
        page.evaluate("window.found = settled(clever.begin({ ...options, popup: true })), 0")
    opened.value.wait_for_url("**/oauth/authorize?*")
    # Clever's page cannot redirect the app.
    assert opened.value.evaluate("opener") is None
    opened.value.close()
    assert settled(page, "found")["code"] == "call_interrupted"


def test_if_the_popup_is_blocked_the_page_itself_goes_to_clever(page: Page, site: Site) -> None:
    page.add_init_script("window.open = () => null")
    page.goto(site.url)
    outcome(page)
    assert finished(page, "{ popup: true, next: '/n' }")["next"] == "/n"


def test_a_popup_whose_storage_is_blocked_closes_and_reports_it(page: Page, site: Site) -> None:
    page.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")
    page.goto(site.url)
    outcome(page)
    with page.expect_popup() as opened:
        start(page, "{ popup: true }")
    problem = patience.wait_for(lambda: page.evaluate("window.problem"), "the problem")
    assert problem["code"] == "cookies_blocked"
    closed(opened.value)
