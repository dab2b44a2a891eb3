"""Logins with the package in Chromium against the emulator: to Clever and back."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from harness import chromium, patience
from harness.browser import Browser as Visitor
from page_site import OURS, THEIRS, Site, finished, login, looked_at, outcome, start

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

AUTHORIZE = re.compile(r"/oauth/authorize\?")
KEPT = """async () => {
  const databases = await indexedDB.databases();
  const opened = await new Promise((resolve) => {
    const request = indexedDB.open("clever-sso-implicit");
    request.onsuccess = () => resolve(request.result);
  });
  const logins = await new Promise((resolve) => {
    const request = opened.transaction("clever-sso-implicit").objectStore("clever-sso-implicit").getAll();
    request.onsuccess = () => resolve(request.result.flatMap((all) => [...all.keys()]));
  });
  opened.close();
  return { names: databases.map(({ name }) => name), logins };
}"""


def sent(page: Page, site: Site, more: str = "{}") -> str:
    """Start a login, but keep the browser here. Returns the address at Clever that it would have opened."""
    # A response without content leaves the browser on its page.
    page.route(AUTHORIZE, lambda route: route.fulfill(status=204), times=1)
    page.goto(site.url)
    outcome(page)
    with page.expect_response(AUTHORIZE) as response:
        start(page, more)
    return response.value.url


def addresses(page: Page) -> list[str]:
    """Every URL and state in the tab's history, as the browser would restore it."""
    session = page.context.new_cdp_session(page)
    entries = session.send("Page.getNavigationHistory")["entries"]
    return [entry[name] for entry in entries for name in ("url", "userTypedURL")]


def test_the_url_at_clever_has_all_parameters_of_the_implicit_grant(page: Page, site: Site) -> None:
    url = urlsplit(sent(page, site, "{ districtId: '53ee4b8a44abc88c1c00119b', switchUser: true }"))
    query = parse_qs(url.query)
    state = query.pop("state")[0]
    assert url.path == "/oauth/authorize"
    assert query == {
        "response_type": ["token"],
        "client_id": [OURS],
        "redirect_uri": [f"{site.url}/callback"],
        "district_id": ["53ee4b8a44abc88c1c00119b"],
        "confirmed": ["false"],
    }
    assert len(state) > 20
    assert parse_qs(urlsplit(sent(page, site)).query)["state"][0] != state


def test_a_login_returns_the_token_and_leaves_no_trace_of_it(page: Page, site: Site) -> None:
    answer = login(page, site, more="{ next: '/lessons/7?a=b#c' }")
    assert answer["next"] == "/lessons/7?a=b#c"
    assert "read:user_id" in answer["scopes"]
    token = answer["accessToken"]
    assert token.startswith("il")
    assert page.url == f"{site.url}/callback"
    kept = page.evaluate("JSON.stringify([history.state, { ...sessionStorage }, { ...localStorage }, document.cookie])")
    assert token not in kept
    assert not [address for address in addresses(page) if "access_token" in address]
    entries = page.evaluate("JSON.stringify([navigation.entries().map(({ url }) => url), location.href])")
    assert token not in entries
    assert page.evaluate(KEPT) == {"names": ["clever-sso-implicit"], "logins": []}
    assert page.evaluate("JSON.stringify(clever)") == "{}"


def test_json_leaves_the_token_out(page: Page, site: Site) -> None:
    token = login(page, site)["accessToken"]
    text = page.evaluate("clever.handleCallback(options).then((answer) => JSON.stringify({ answer }))")
    assert token not in text
    assert json.loads(text)["answer"].keys() == {"scopes"}


def test_all_calls_on_one_page_get_the_same_result(page: Page, site: Site) -> None:
    site.files["/app.js"] = (
        "text/javascript",
        site.files["/app.js"][1] + "window.more = [1, 2].map(() => clever.handleCallback(options));\n",
    )
    login(page, site)
    same = "Promise.all([...more, clever.handleCallback(options)]).then((all) => new Set(all).size)"
    assert page.evaluate(same) == 1
    page.evaluate("clever.forget()")
    assert page.evaluate("clever.handleCallback(options)") is None


def test_reload_and_back_button_do_not_bring_the_token_back(page: Page, site: Site) -> None:
    login(page, site)
    page.reload()
    assert outcome(page) is None
    page.goto(f"{site.url}/elsewhere")
    page.go_back()
    assert page.url == f"{site.url}/callback"
    assert outcome(page) is None
    page.go_back()
    assert "access_token" not in page.url


def test_logins_in_two_tabs_do_not_interfere(page: Page, site: Site) -> None:
    first = sent(page, site, "{ next: '/first' }")
    second = sent(page, site, "{ next: '/second' }")
    other = page.context.new_page()
    for tab, url, following in ((other, second, "/second"), (page, first, "/first")):
        tab.goto(url)
        tab.wait_for_url(f"{site.url}/callback")
        assert outcome(tab)["next"] == following


def test_a_state_works_for_one_response_in_any_tab(page: Page, site: Site) -> None:
    callback = Visitor(site.clever).callback(sent(page, site))
    token = parse_qs(urlsplit(callback).fragment)["access_token"][0]
    # The copy has the same session storage and is in the same process, so only the package keeps the tabs apart.
    with page.expect_popup() as copied:
        page.evaluate("void open('/copy')")
    copy = copied.value
    outcome(copy)
    tabs = [page, copy, page.context.new_page()]
    tabs[2].goto(f"{site.url}/third")
    for tab in tabs:
        tab.evaluate("(url) => void setTimeout(() => location.assign(url))", callback)
    for tab in tabs:
        tab.wait_for_url(f"{site.url}/callback")
    found = [outcome(tab)["accessToken"] for tab in tabs]
    # The others were sent to Clever again, and have their own tokens.
    assert found.count(token) == 1
    assert len(set(found)) == len(tabs)


def test_a_used_response_in_a_restored_tab_restarts_the_login(page: Page, site: Site) -> None:
    callback = Visitor(site.clever).callback(sent(page, site))
    token = parse_qs(urlsplit(callback).fragment)["access_token"][0]
    page.goto(callback)
    assert outcome(page)["accessToken"] == token
    other = page.context.new_page()
    with other.expect_request(AUTHORIZE):
        other.goto(callback)
    assert outcome(other)["accessToken"] != token
    assert outcome(page)["accessToken"] == token


def test_a_login_from_the_portal_restarts_once_and_silently(page: Page, site: Site) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/authorize" in request.url else None)
    query = {"channel": "clever-portal", "client_id": OURS, "confirmed": "true", "response_type": "token"}
    page.goto(f"{site.clever}/oauth/authorize?{urlencode({**query, 'redirect_uri': site.url + '/callback'})}")
    page.wait_for_url(f"{site.url}/callback")
    assert outcome(page)["accessToken"].startswith("il")
    assert ["state=" in url for url in asked] == [False, True]
    # The callback that restarted is not in the history.
    assert not [address for address in addresses(page) if "access_token" in address]
    page.go_back()
    assert page.url == "about:blank"


def test_an_attackers_response_is_never_accepted(page: Page, site: Site) -> None:
    attack = f"{site.url}/callback#token_type=bearer&state=1-2-3-4&access_token=il-of-the-attacker"
    page.goto(attack)
    page.wait_for_url(f"{site.url}/callback")
    assert outcome(page)["accessToken"] != "il-of-the-attacker"
    # Following a link on the open page, or using the address bar, does not reload the page.
    page.evaluate("location.hash = 'token_type=bearer&state=1-2-3-4&access_token=il-of-the-attacker'")
    page.wait_for_url(f"{site.url}/callback")
    text = page.evaluate("clever.handleCallback(options).then((answer) => answer.accessToken)")
    assert text != "il-of-the-attacker"


def test_a_login_that_expired_restarts_and_keeps_next(page: Page, site: Site) -> None:
    page.add_init_script("const now = Date.now; Date.now = () => now() - (location.pathname === '/' ? 600_000 : 0)")
    page.goto(site.url)
    outcome(page)
    start(page, "{ next: '/lessons' }")
    page.wait_for_url(f"{site.url}/callback")
    assert outcome(page)["next"] == "/lessons"


# The response of another sign-in service to the same page.
OTHERS = "#access_token=eyJ&expires_in=3600&refresh_token=x&token_type=bearer&type=magiclink"


def test_fragments_of_the_app_are_not_changed(page: Page, site: Site) -> None:
    page.add_init_script("history.replaceState({ scroll: 7 }, '')")
    own = ["#/lessons/7", "#state=open", "#error=x", "#error=x&state=y", "#access", "#access_token", "", OTHERS]
    for index, fragment in enumerate(own):
        page.goto(f"{site.url}/callback?{index}{fragment}")
        assert outcome(page) is None
        assert page.url == f"{site.url}/callback?{index}{fragment}"
        assert page.evaluate("history.state") == {"scroll": 7}


@pytest.mark.parametrize(("path", "before"), [("/callback", "#/"), ("//callback", "#"), ("/callback?tab=1", "#!/")])
def test_the_token_is_removed_from_the_url_and_the_history_state(
    page: Page, site: Site, path: str, before: str
) -> None:
    query = urlsplit(sent(page, site)).query
    state = parse_qs(query)["state"][0]
    answer = f"token_type=bearer&state={state}&access_token=il-mine"
    # The state that Vue's router stores before the package is loaded, and values that are not JSON.
    page.add_init_script(
        "const at = [location.pathname + location.hash], when = new Date(0), how = new Map([[1, 2n]]);"
        "const kept = { position: 3, at, when, how };"
        "if (location.hash) history.replaceState(kept, '')"
    )
    page.goto(f"{site.url}{path}{before}{answer}")
    assert outcome(page)["accessToken"] == "il-mine"
    assert page.url == f"{site.url}{path}"
    kept = "({ position, at, when, how } = history.state, [position, at, when.getTime(), `${how.get(1)}`])"
    assert page.evaluate(kept) == [3, [urlsplit("http://x" + path).path], 0, "2"]


def test_a_token_in_the_query_is_not_used(page: Page, site: Site) -> None:
    state = parse_qs(urlsplit(sent(page, site)).query)["state"][0]
    page.goto(f"{site.url}/callback?token_type=bearer&state={state}&access_token=il-mine")
    assert outcome(page) is None


def test_if_the_url_cannot_be_changed_the_token_is_removed_another_way(page: Page, site: Site) -> None:
    state = parse_qs(urlsplit(sent(page, site)).query)["state"][0]
    # Browsers limit how often a page can change its URL.
    page.add_init_script("history.replaceState = () => { throw new DOMException('no', 'SecurityError') }")
    page.goto(f"{site.url}/callback#token_type=bearer&state={state}&access_token=il-mine")
    assert outcome(page)["accessToken"] == "il-mine"
    entries = page.evaluate("navigation.entries().map(({ url }) => url)")
    assert entries == [f"{site.url}/", f"{site.url}/callback#"]


def test_a_router_that_was_loaded_first_gets_the_new_url(page: Page, site: Site) -> None:
    page.add_init_script("addEventListener('popstate', () => (window.seen ??= []).push(location.hash))")
    login(page, site)
    assert page.evaluate("seen") == [""]
    page.evaluate("location.hash = 'access_token=x'")
    assert page.evaluate("seen.at(-1)") == ""
    assert page.url == f"{site.url}/callback"


def test_the_eight_newest_logins_are_kept(page: Page, site: Site) -> None:
    page.goto(site.url)
    outcome(page)
    page.route(AUTHORIZE, lambda route: route.fulfill(status=204))
    for _ in range(10):
        page.evaluate("window.problem = undefined")
        with page.expect_request(AUTHORIZE):
            start(page)
    assert len(page.evaluate(KEPT)["logins"]) == 8


BLOCKED: dict[str, str] = {
    "indexeddb-throws": "Object.defineProperty(window, 'indexedDB', { get() { throw new DOMException('no') } })",
    "indexeddb-fails": "indexedDB.open = () => { const r = {}; setTimeout(() => r.onerror(new Event('e'))); return r }",
    "no-indexeddb": "Object.defineProperty(window, 'indexedDB', { value: undefined })",
    "all": "for (const name of ['indexedDB', 'sessionStorage', 'localStorage'])"
    " Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError') } })",
}


@pytest.mark.parametrize("how", BLOCKED)
def test_a_browser_that_blocks_storage_gets_an_error_when_the_button_is_pressed(
    page: Page, site: Site, how: str
) -> None:
    page.add_init_script(BLOCKED[how])
    page.goto(site.url)
    assert outcome(page) is None
    start(page)
    problem = patience.wait_for(lambda: page.evaluate("window.problem"), "the problem")
    assert problem["code"] == "cookies_blocked"
    assert problem["userMessage"].startswith("Your browser blocked a cookie this site needs")
    assert page.url == f"{site.url}/"


SESSION_STORAGE_THROWS = (
    "Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('no', 'SecurityError') } })"
)


@pytest.mark.parametrize("script", [BLOCKED["all"], SESSION_STORAGE_THROWS], ids=["all", "session-storage"])
def test_a_login_from_the_portal_in_a_browser_that_blocks_storage_shows_an_error(
    page: Page, site: Site, script: str
) -> None:
    page.add_init_script(script)
    page.goto(f"{site.url}/callback#token_type=bearer&access_token=il-x")
    problem = outcome(page)
    assert problem["code"] == "cookies_blocked"
    assert problem["userMessage"].startswith("Your browser blocked a cookie this site needs")


def test_a_login_from_the_portal_right_after_a_refusal_restarts(page: Page, site: Site) -> None:
    launch = "callback#token_type=bearer&access_token=il-x"
    site.app(clever=f"{site.clever}/s/callback-denied")
    page.goto(f"{site.url}/{launch}")
    page.wait_for_url(f"{site.url}/callback")
    assert outcome(page)["code"] == "access_denied"
    site.app()
    page.goto(f"{site.url}/again/{launch}")
    page.wait_for_url(f"{site.url}/callback")
    assert outcome(page)["accessToken"].startswith("il")


@pytest.mark.parametrize("storage", ["undefined", "null"])
def test_storage_undefined_or_null_uses_the_browsers_storage(page: Page, site: Site, storage: str) -> None:
    assert login(page, site, more=f"{{ storage: {storage} }}")["accessToken"].startswith("il")


def test_without_session_storage_a_login_works(page: Page, site: Site) -> None:
    page.add_init_script(SESSION_STORAGE_THROWS)
    assert login(page, site)["accessToken"].startswith("il")


def test_a_page_restored_by_the_back_button_starts_fresh(browser: Browser, site: Site) -> None:
    with chromium.keeping_pages(browser) as second, chromium.new_page(second) as page:
        page.goto(site.url)
        outcome(page)
        page.evaluate("window.isOld = true")
        page.route(AUTHORIZE, lambda route: route.fulfill(body="Clever"), times=1)
        start(page)
        page.wait_for_url(AUTHORIZE)
        # The person came back from Clever without logging in: that login is over, and the page starts fresh.
        page.go_back(wait_until="commit")
        patience.wait_for(lambda: not looked_at(page, "window.isOld ?? false", old=True), "the page is loaded again")
        assert outcome(page) is None
        assert finished(page)["accessToken"].startswith("il")
        page.evaluate("window.isFromMemory = true")
        site.files["/elsewhere"] = ("text/html", "<!doctype html>")
        page.goto(f"{site.url}/elsewhere")
        page.go_back(wait_until="commit")
        assert page.evaluate("window.isFromMemory") is True
        assert page.evaluate("clever.handleCallback(options)") is None


WORKER = """
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => event.respondWith(fetch(event.request).then(async (response) => {
  await (await caches.open("pages")).put(event.request, response.clone());
  return response;
})));
"""


def test_a_service_worker_that_caches_pages_stores_no_token(page: Page, site: Site) -> None:
    site.files["/worker.js"] = ("text/javascript", WORKER)
    site.headers["Content-Security-Policy"] = site.policy().split("; require-trusted")[0] + "; worker-src 'self'"
    page.goto(site.url)
    outcome(page)
    page.evaluate(
        "navigator.serviceWorker.register('/worker.js').then(() => navigator.serviceWorker.ready)"
        ".then(() => navigator.serviceWorker.controller || new Promise((resolve) => "
        "navigator.serviceWorker.addEventListener('controllerchange', resolve)))"
        ".then(() => true)"
    )
    start(page)
    page.wait_for_url(f"{site.url}/callback")
    assert outcome(page)["accessToken"].startswith("il")
    keys = "caches.open('pages').then((cache) => cache.keys()).then((keys) => keys.map(({ url }) => url))"
    patience.wait_for(lambda: "access_token" not in (urls := ",".join(page.evaluate(keys))) and urls, "clean keys")


def test_no_error_contains_a_token_or_a_state(page: Page, site: Site) -> None:
    url = sent(page, site)
    state = parse_qs(urlsplit(url).query)["state"][0]
    page.goto(f"{site.url}/callback#token_type=mac&state={state}&access_token=il-mine")
    problem: Any = outcome(page)
    assert problem["code"] == "callback_malformed"
    text = json.dumps(problem)
    assert "il-mine" not in text
    assert state not in text


def test_another_app_on_the_same_origin_does_not_take_the_response(page: Page, site: Site) -> None:
    state = parse_qs(urlsplit(sent(page, site, "{ next: '/of-the-first-app' }")).query)["state"][0]
    site.app(clientId=THEIRS, next="/of-the-second-app")
    with page.expect_request(AUTHORIZE) as restarted:
        page.goto(f"{site.url}/callback#token_type=bearer&state={state}&access_token=il-ours")
    assert f"client_id={THEIRS}" in restarted.value.url
    answer = outcome(page)
    assert answer["accessToken"] != "il-ours"
    assert answer["next"] == "/of-the-second-app"
