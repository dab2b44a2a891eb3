"""Failed logins: error code and sentence from the list of errors, in two languages. Wrong options throw at once."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from harness.paths import ROOT
from page_site import Site, finished, outcome, settled, start

if TYPE_CHECKING:
    from playwright.sync_api import Page

sys.path.insert(0, str(ROOT / "docs"))
import write_sentences

AGAIN = "Signing in did not work this time. Please try again."
LATER = "Clever cannot be reached right now. Please wait a minute, then try again."
ASK = "Clever did not let you into this app. Please ask someone at your school for access."

# The scenario, the error code, the sentence, and whether it ends the previous person's session.
SCENARIOS = [
    ("callback-denied", "access_denied", ASK, True),
    ("callback-unauthorized-user", "unauthorized-user", ASK, True),
    ("callback-temporarily-unavailable", "callback_unavailable", LATER, False),
    ("callback-server-error", "callback_unavailable", LATER, False),
    ("callback-code-and-error", "callback_contradictory", AGAIN, True),
    ("callback-duplicate-code", "callback_duplicate", AGAIN, True),
    ("callback-empty", "callback_malformed", AGAIN, True),
    ("callback-foreign-iss", "callback_issuer", AGAIN, True),
    ("callback-no-state", "state_missing", AGAIN, False),
    ("callback-foreign-state", "pending_missing", AGAIN, False),
]


@pytest.mark.parametrize(
    ("scenario", "expected"), [(name, rest) for name, *rest in SCENARIOS], ids=[row[0] for row in SCENARIOS]
)
def test_each_error_response_of_clever_shows_its_sentence(
    page: Page, site: Site, scenario: str, expected: list[Any]
) -> None:
    site.app(clever=f"{site.clever}/s/{scenario}")
    page.goto(site.url)
    outcome(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/oauth/authorize?" in request.url else None)
    problem = finished(page)
    assert [problem["code"], problem["userMessage"], problem["endsSession"]] == expected
    assert problem["name"] == "CleverError"
    # A login that this browser did not start restarts once.
    assert len(asked) == (2 if problem["code"] in {"state_missing", "pending_missing"} else 1)
    assert "access_token" not in page.url
    # The button works after it.
    page.evaluate(f"options.clever = {json.dumps(site.clever)}")
    assert finished(page)["accessToken"].startswith("il")


def test_an_error_word_in_another_format_than_clevers_is_not_shown(page: Page, site: Site) -> None:
    page.goto(site.url)
    launch = "async (url) => '#error=Call%20555-0100&state=' + new URL(url).searchParams.get('state')"
    page.evaluate(f"window.problem = settled(clever.begin({{ ...options, launch: {launch} }})), 0")
    problem = settled(page, "problem")
    assert (problem["code"], problem["userMessage"]) == ("access_denied", ASK)
    assert "555" not in json.dumps(problem)


CALLS: dict[str, tuple[str, str, str]] = {
    "nothing": ("begin()", "config_invalid", "clientId is missing"),
    "empty": ("begin({})", "config_invalid", "clientId is missing"),
    "no-client-id": ("begin({ ...options, clientId: '' })", "config_invalid", "clientId is missing"),
    "client-id-null": ("begin({ ...options, clientId: null })", "config_invalid", "clientId is missing"),
    "no-redirect-uri": (
        "begin({ ...options, redirectUri: undefined })",
        "config_invalid",
        "redirectUri must start with",
    ),
    "path": (
        "begin({ ...options, redirectUri: '/callback' })",
        "config_invalid",
        "redirectUri must start with https://",
    ),
    "scheme": (
        "begin({ ...options, redirectUri: 'myapp://cb' })",
        "config_invalid",
        "Apps: universal link, chromiumapp.org",
    ),
    "http": (
        "begin({ ...options, redirectUri: 'http://app.example/cb' })",
        "config_invalid",
        "https:// (or http://localhost)",
    ),
    "http-user": (
        "begin({ ...options, redirectUri: 'http://localhost:80@app.example/' })",
        "config_invalid",
        "start with https",
    ),
    "http-subdomain": (
        "begin({ ...options, redirectUri: 'http://localhost.app.example/' })",
        "config_invalid",
        "start with https",
    ),
    "http-launch": (
        "begin({ ...options, redirectUri: 'http://app.example/', launch: async () => '' })",
        "config_invalid",
        "redirectUri must start with https",
    ),
    "http-clever": (
        "begin({ ...options, clever: 'http://clever.example' })",
        "config_invalid",
        "clever must start with https",
    ),
    "http-clever-callback": (
        "handleCallback({ ...options, clever: 'http://127.0.0.1.example' })",
        "config_invalid",
        "clever must start with https",
    ),
    "no-url": (
        "begin({ ...options, redirectUri: 'https://[' })",
        "config_invalid",
        "redirectUri must start with https",
    ),
    "no-url-port": (
        "begin({ ...options, redirectUri: 'https://app.example:99999/' })",
        "config_invalid",
        "redirectUri must start with https",
    ),
    "no-url-clever": ("begin({ ...options, clever: 'https://[' })", "config_invalid", "clever must start with https"),
    "space": (
        "begin({ ...options, redirectUri: options.redirectUri + '\\n' })",
        "config_invalid",
        "redirectUri must start with https",
    ),
    "fragment": ("begin({ ...options, redirectUri: options.redirectUri + '#x' })", "config_invalid", "have no #"),
    "origin": (
        "begin({ ...options, redirectUri: 'https://app.example/cb' })",
        "config_invalid",
        "redirectUri must be on http://127.0.0.1:",
    ),
    "script": ("begin({ ...options, clever: 'javascript:alert(1)//' })", "config_invalid", "clever must start with"),
    "callback": ("handleCallback({})", "config_invalid", "clientId is missing"),
    "next-foreign": ("begin({ ...options, next: 'https://evil.example/' })", "return_to_unsafe", "a path of this app"),
    "next-slashes": ("begin({ ...options, next: '//evil.example' })", "return_to_unsafe", "a path of this app"),
    "next-dots": ("begin({ ...options, next: '/.//evil.example' })", "return_to_unsafe", "a path of this app"),
    "next-backslash": ("begin({ ...options, next: '/\\\\evil.example' })", "return_to_unsafe", "a path of this app"),
    "next-tab": ("begin({ ...options, next: '/\\t/evil.example' })", "return_to_unsafe", "a path of this app"),
    "next-relative": ("begin({ ...options, next: 'evil.example' })", "return_to_unsafe", "a path of this app"),
    "next-no-url": ("begin({ ...options, next: 'https://[' })", "return_to_unsafe", "a path of this app"),
    "next-script": ("begin({ ...options, next: 'javascript:alert(1)' })", "return_to_unsafe", "a path of this app"),
    "sign-in": ("signIn('')", "argument_invalid", "no token"),
    "sign-in-null": ("signIn(null)", "argument_invalid", "no token"),
}


def test_invalid_options_throw_at_once(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/quiet")
    for name, (call, code, message) in CALLS.items():
        # Not with a promise, which code may not await.
        caught = f"try {{ clever.{call}; return null }} catch (error) {{ return failure(error) }}"
        thrown = page.evaluate(f"(() => {{ {caught} }})()")
        assert thrown, name
        assert (thrown["code"], thrown["name"]) == (code, "CleverError"), name
        assert message in thrown["message"], name


def test_http_is_allowed_only_for_this_machine(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/quiet")
    for host in ("localhost", "LOCALHOST:5000", "127.0.0.1", "127.0.0.1:5000", "[::1]", "[::1]:5000"):
        clever, redirect_uri = f"http://{host}", f"http://{host}/callback"
        launch = "async (url) => (window.opened = url, '')"
        more = f"{{ clever: {json.dumps(clever)}, redirectUri: {json.dumps(redirect_uri)}, launch: {launch} }}"
        page.evaluate(f"clever.begin({{ ...options, ...{more} }}).catch(() => {{}})")
        opened = page.evaluate("opened")
        assert opened.startswith(f"{clever}/oauth/authorize?"), host
        assert parse_qs(urlsplit(opened).query)["redirect_uri"] == [redirect_uri], host


def test_an_empty_base_url_means_clever_itself(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/quiet")
    launch = "async (url) => (window.opened = url, '')"
    page.evaluate(f"clever.begin({{ ...options, clever: '', launch: {launch} }}).catch(() => {{}})")
    assert page.evaluate("opened").startswith("https://clever.com/oauth/authorize?")


@pytest.mark.parametrize(
    "redirect_uri", ["https://app.example/cb", "https://APP.example:443/cb", "HTTPS://app.Example/cb"]
)
def test_case_and_port_443_do_not_change_the_origin(page: Page, site: Site, redirect_uri: str) -> None:
    site.app(redirectUri=redirect_uri)

    def serve(route: Any) -> None:
        kind, text = site.files.get(route.request.url.removeprefix("https://app.example"), ("text/html", site.page()))
        route.fulfill(content_type=kind, body=text)

    page.route("https://app.example/**", serve)
    page.goto("https://app.example/")
    assert outcome(page) is None
    page.route("**/oauth/authorize?*", lambda route: route.fulfill(status=204))
    with page.expect_request(lambda request: "/oauth/authorize?" in request.url) as request:
        start(page)
    # It is sent to Clever exactly as registered.
    assert f"redirect_uri={redirect_uri.replace(':', '%3A').replace('/', '%2F')}" in request.value.url


def test_every_error_code_has_its_sentence_in_both_languages(page: Page, site: Site) -> None:
    catalogue, spanish = write_sentences.catalogue(), write_sentences.spanish()
    assert len(catalogue) > 25
    page.goto(site.url)
    script = """(codes) => codes.map((code) => [
      clever.userMessage(code, "en"), clever.userMessage(code, "es-MX"), clever.userMessage(code),
      new clever.CleverError(code).retryable,
    ])"""
    found = dict(zip(catalogue, page.evaluate(script, list(catalogue))))
    assert found == {code: [english, spanish[english], english, again] for code, (english, again) in catalogue.items()}


@pytest.mark.parametrize(("language", "start_of"), [("es-MX", "Clever no te dej"), ("fr", ASK)])
def test_the_sentence_is_in_the_language_of_the_page(page: Page, site: Site, language: str, start_of: str) -> None:
    site.language = language
    page.goto(site.url)
    launch = "async (url) => '#error=access_denied&state=' + new URL(url).searchParams.get('state')"
    page.evaluate(f"window.problem = settled(clever.begin({{ ...options, launch: {launch} }})), 0")
    assert settled(page, "problem")["userMessage"].startswith(start_of)


LAUNCH = """([how, fragment]) => {
  const identity = { launchWebAuthFlow: async ({ url, interactive }) => {
    if (!interactive || how === "throw") throw new Error("The user did not approve access.");
    const { state, redirect_uri } = Object.fromEntries(new URL(url).searchParams);
    return how === "undefined" ? undefined : `${redirect_uri}#${fragment.replace("{state}", state)}`;
  } };
  const launch = (url) => identity.launchWebAuthFlow({ url, interactive: true });
  const more = { redirectUri: "https://id.chromiumapp.org/", next: "/n", launch };
  window.found = settled(clever.begin({ ...options, ...more }));
}"""
LAUNCHES = {
    "token": ("url", "token_type=bearer&state={state}&access_token=il-x&scope=a%20b", None),
    "other-state": ("url", "token_type=bearer&state=1-2-3-4&access_token=il-x", "state_mismatch"),
    "no-state": ("url", "token_type=bearer&access_token=il-x", "state_mismatch"),
    "mac": ("url", "token_type=mac&state={state}&access_token=il-x", "callback_malformed"),
    "nothing": ("url", "", "state_mismatch"),
    "closed": ("throw", "", "call_interrupted"),
    "undefined": ("undefined", "", "call_interrupted"),
}


def test_the_launch_option_can_open_the_url_in_another_way(page: Page, site: Site) -> None:
    # As in an extension, whose pages have a different origin than the redirect URI.
    page.goto(site.url)
    outcome(page)
    for name, (how, fragment, code) in LAUNCHES.items():
        page.evaluate(LAUNCH, [how, fragment])
        found = settled(page, "found")
        expected = {"accessToken": "il-x", "scopes": ["a", "b"], "next": "/n"} if code is None else code
        assert (found if code is None else found["code"]) == expected, name
    assert page.url == f"{site.url}/"
