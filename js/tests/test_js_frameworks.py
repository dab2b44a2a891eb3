"""The examples for React and Vue with their real routers, and the package loaded before or long after the router."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from harness.js_package import bundled
from harness.paths import ROOT
from harness.patience import SECONDS
from page_site import OURS, PACKAGE, Site

if TYPE_CHECKING:
    from playwright.sync_api import Page

EXAMPLES = ROOT / "examples" / "implicit"
PROGRAMS = {"react": "main.jsx", "vue": "main.js"}
# An app that loads the package with a lazy route, after its router.
LAZY = """
import { createRouter, createWebHistory } from "vue-router";
import { createApp, h } from "vue";
import { createBrowserRouter } from "react-router";
const kind = "%s";
const view = { render: () => h("p", "lazy") };
const router = kind === "vue"
  ? createRouter({ history: createWebHistory(), routes: [{ path: "/:path(.*)*", component: view }] })
  : createBrowserRouter([{ path: "*", element: null }]);
if (kind === "vue") createApp(view).use(router).mount("main");
const hash = () => (kind === "vue" ? router.currentRoute.value.hash : router.state.location.hash);
(kind === "vue" ? router.isReady() : Promise.resolve()).then(async () => {
  window.before = hash();
  const { begin, handleCallback } = await import("/clever-sso-implicit.js");
  const options = %s;
  window.answer = await handleCallback(options);
  window.logIn = () => void begin(options);
  window.move = async () => {
    await (kind === "vue" ? router.push("/on") : router.navigate("/on"));
    return JSON.stringify([hash(), history.state, location.href]);
  };
  document.querySelector("main").textContent = "ready";
});
"""


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The examples, bundled as their README says."""
    folder = tmp_path_factory.mktemp("bundles")
    return {
        name: bundled(EXAMPLES / name / program, to=folder / f"{name}.js").read_text("utf-8")
        for name, program in PROGRAMS.items()
    }


def served(site: Site, program: str, router: str = "") -> None:
    """The index page of the example, with the test's client id and URLs."""
    site.files["/app.js"] = ("text/javascript", program)
    data = {"client-id": OURS, "redirect-uri": f"{site.url}/callback", "clever": site.clever, "router": router}
    site.body = " ".join(f'data-{name}="{value}"' for name, value in data.items())
    site.session["person"] = None
    # Vue creates its own Trusted Types policy for compiled templates.
    site.trusted = "vue"
    site.session["signs_in"] = {"name": "Ada Ashworth"}


@pytest.mark.parametrize(("name", "router"), [("react", ""), ("vue", ""), ("vue", "hash")])
def test_an_example_logs_in_and_out(page: Page, site: Site, programs: dict[str, str], name: str, router: str) -> None:
    served(site, programs[name], router)
    page.goto(site.url)
    page.get_by_role("button", name="Log in with Clever").click()
    page.get_by_role("heading", name="Hello, Ada Ashworth").wait_for()
    page.wait_for_url(f"{site.url}/{'callback#/' if router else ''}lessons/7")
    page.get_by_role("link", name="Next lesson").click()
    page.wait_for_url("**/lessons/8")
    kept = page.evaluate("JSON.stringify([history.state, { ...sessionStorage }, location.href])")
    assert "access_token" not in kept
    ((_, _, body),) = site.session["posted"]
    assert body["access_token"] not in kept
    for _ in range(2):
        page.go_back()
        page.wait_for_load_state()
        assert "access_token" not in page.url + page.evaluate("JSON.stringify(history.state)")
    page.goto(site.url)
    page.get_by_role("button", name="Not you? Log out").click()
    page.get_by_role("button", name="Log in with Clever").wait_for()


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_example_shows_one_moment_and_then_the_error(
    page: Page, site: Site, programs: dict[str, str], name: str
) -> None:
    served(site, programs[name])
    site.session["answer"] = {"code": "token_foreign", "sentence": "x"}
    page.goto(site.url)
    page.get_by_role("alert").wait_for()
    assert "(token_foreign)" in page.get_by_role("alert").inner_text()
    page.route("**/session", lambda _: None)
    page.reload()
    page.get_by_role("status").get_by_text("One moment, please.").wait_for()


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_router_that_is_loaded_first_forgets_the_token(page: Page, site: Site, tmp_path: Path, name: str) -> None:
    site.trusted = "vue"
    source = tmp_path / "lazy.js"
    source.write_text(LAZY % (name, json.dumps(site.options())), "utf-8")
    site.files["/app.js"] = (
        "text/javascript",
        bundled(source, to=tmp_path / "out.js", external=PACKAGE).read_text("utf-8"),
    )
    page.goto(f"{site.url}/start")
    page.get_by_text("ready").wait_for()
    page.evaluate("logIn()")
    page.wait_for_url("**/callback")
    page.get_by_text("ready").wait_for()
    assert "access_token" in page.evaluate("before")
    assert page.evaluate("answer.accessToken").startswith("il")
    assert "access_token" not in page.evaluate("move()")
    assert page.url == f"{site.url}/on"
    page.go_back()
    page.wait_for_url("**/callback")
    assert "access_token" not in page.evaluate("JSON.stringify(history.state)")


# The few WordPress functions that the plugin calls. Prints the output of the shortcode, and the scripts that it
# requests.
WORDPRESS = r"""
$modules = [];
function add_shortcode(string $tag, callable $shows): void { $GLOBALS['shows'][$tag] = $shows; }
function get_permalink(): string|false { return $GLOBALS['argv'][2] ?: false; }
function plugins_url(string $path, string $plugin): string { return '/' . basename(dirname($plugin)) . '/' . $path; }
function wp_enqueue_script_module(string $id, string $src, array $deps, string $version): void {
    $GLOBALS['modules'][] = $src;
}
function esc_attr(string $text): string { return htmlspecialchars($text, ENT_QUOTES); }
function esc_url(string $url): string { return htmlspecialchars($url, ENT_QUOTES); }
require $argv[1];
echo json_encode(['html' => $shows['reading_room'](), 'modules' => $modules]);
"""


def shortcode(address: str) -> dict[str, Any]:
    """The output of the plugin for the WordPress page with this URL."""
    php = shutil.which("php")
    if php is None:
        pytest.skip("php is not installed")
    plugin = EXAMPLES / "wordpress" / "clever-page.php"
    command = [php, "-d", "display_errors=stderr", "-r", WORDPRESS, str(plugin), address]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    assert (done.returncode, done.stderr) == (0, "")
    shown: dict[str, Any] = json.loads(done.stdout)
    return shown


def test_the_shortcode_of_the_wordpress_example_escapes_the_address_and_needs_one() -> None:
    place = shortcode('https://school.example/?p=7&q="><script>')["html"]
    assert 'data-redirect-uri="https://school.example/?p=7&amp;q=&quot;&gt;&lt;script&gt;"' in place
    assert shortcode("") == {"html": "", "modules": []}


def test_the_page_of_the_wordpress_example_logs_in_and_out(page: Page, site: Site) -> None:
    shown = shortcode(f"{site.url}/callback")
    assert shown["modules"] == ["/wordpress/page.js"]
    place = shown["html"].replace("YOUR_CLIENT_ID", OURS, 1)
    place = place.replace("<div ", f'<div data-clever="{site.clever}" data-api="{site.clever}" ', 1)
    site.files["/page.js"] = ("text/javascript", (EXAMPLES / "wordpress" / "page.js").read_text("utf-8"))
    site.files["/callback"] = ("text/html", site.page("/page.js").replace("<main>", f"<main>{place}"))
    page.goto(f"{site.url}/callback")
    page.get_by_role("button", name="Log in with Clever").click()
    page.get_by_text("You are signed in (64c20b1e8f3a7d0019c4e501).").wait_for()
    page.get_by_role("button", name="Not you? Log out").click()
    page.get_by_role("button", name="Log in with Clever").wait_for()
    page.route("**/v3.0/me", lambda route: route.fulfill(json={"data": [{"id": "1"}]}))
    page.get_by_role("button", name="Log in with Clever").click()
    page.get_by_text("Please try again. (internal)").wait_for()


def test_the_page_of_the_start_guide_logs_in(page: Page, site: Site) -> None:
    guide = (ROOT / "docs" / "start" / "page.md").read_text("utf-8")
    (html,) = re.findall(r"^```html\n(.*?)^```$", guide, re.DOTALL | re.MULTILINE)
    (script,) = re.findall(r"^```js\n(.*?)^```$", guide, re.DOTALL | re.MULTILINE)
    html = html.replace("my-app", OURS).replace("http://127.0.0.1:5999", site.clever)
    site.files["/callback"] = ("text/html", html.replace("http://127.0.0.1:5000/", f"{site.url}/callback"))
    site.files["/page.js"] = ("text/javascript", script)
    page.goto(f"{site.url}/callback")
    page.get_by_role("button", name="Log in with Clever").click()
    page.get_by_text("You are signed in (64c20b1e8f3a7d0019c4e501).").wait_for()
