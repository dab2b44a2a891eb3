"""The examples without a page of their own: an extension (Manifest V3) in Chromium, and an Electron app's login."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import chromium, patience
from harness.emulator import App, started
from harness.js_package import MODULE, built
from harness.paths import ROOT
from harness.patience import MILLISECONDS, SECONDS
from page_site import OURS

EXAMPLES = ROOT / "examples" / "implicit"
# A window returns the URL in lower case and without the default port.
REDIRECT_URI = "https://App.example:443/desktop"
# An imitation of Electron's window with the parts that the example uses. It follows Clever's redirects and loads
# nothing else.
WINDOW = """
import { EventEmitter } from "node:events";
import { logIn } from "./login.js";
const [options, closes] = JSON.parse(process.argv[2]);
let opened;
class Window extends EventEmitter {
  webContents = new EventEmitter();
  isGone = false;
  isDestroyed() { return this.isGone; }
  destroy() { this.isGone = true; this.emit("closed"); }
  async loadURL(url) {
    opened = this;
    if (closes) return this.emit("closed");
    for (;;) {
      const answer = await fetch(url, { redirect: "manual" });
      url = new URL(answer.headers.get("location"), url).href;
      let isStopped = false;
      this.webContents.emit("will-redirect", { preventDefault: () => (isStopped = true) }, url);
      if (isStopped) return;
    }
  }
}
const { accessToken, code } = await logIn(options, () => new Window()).catch((error) => error);
console.log(JSON.stringify({ isToken: /^il/.test(accessToken), code, isGone: opened.isGone }));
"""


# tokeninfo is fine; /me answers with an array.
ODD_ME = f"""void (self.fetch = async (url) => Response.json(
  url.endsWith("/me") ? {{ data: [{{ id: "1" }}] }} : {{ client_id: "{OURS}", scopes: [] }}
))"""


def extension(folder: Path, clever: str) -> Path:
    """The example with the package next to it, set up for the emulator."""
    shutil.copytree(EXAMPLES / "extension", folder)
    shutil.copy(built() / MODULE, folder)
    options = {"clientId": OURS, "clever": clever, "api": clever}
    (folder / "settings.js").write_text(f"export const options = {json.dumps(options)};\n", "utf-8")
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    manifest["host_permissions"] = ["http://127.0.0.1/*"]
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return folder


def id_of(folder: Path) -> str:
    """The id that Chromium gives to an extension without a key, derived from its path."""
    digest = hashlib.sha256(str(folder).encode()).hexdigest()[:32]
    return "".join(chr(ord("a") + int(digit, 16)) for digit in digest)


def test_the_extension_logs_in_with_chromes_own_window(tmp_path: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    folder = tmp_path / "extension"
    app = App(OURS, "", f"https://{id_of(folder)}.chromiumapp.org/")
    with started(["--auto-login", "ada", "--app", app.option()]) as clever, playwright.sync_playwright() as running:
        extension(folder, clever)
        context = running.chromium.launch_persistent_context(
            str(tmp_path / "profile"),
            executable_path=chromium.whole(),
            headless=False,
            timeout=MILLISECONDS,
            args=[
                *chromium.QUIET,
                "--headless=new",
                f"--disable-extensions-except={folder}",
                f"--load-extension={folder}",
                "--disable-features=DisableLoadExtensionCommandLineSwitch",
            ],
        )
        try:
            context.set_default_timeout(MILLISECONDS)
            patience.wait_for(lambda: context.service_workers, "the extension is loaded")
            page = context.new_page()
            page.goto(f"chrome-extension://{id_of(folder)}/popup.html")
            page.get_by_role("button", name="Log in with Clever").click()
            page.get_by_role("status").get_by_text("You are signed in (64c20b1e8f3a7d0019c4e501).").wait_for()
            # A failure outside of the package also shows a sentence.
            context.service_workers[0].evaluate("void (self.fetch = async () => Response.json([]))")
            page.get_by_role("button", name="Log in with Clever").click()
            page.get_by_role("status").get_by_text(re.compile(r"\(response_malformed\)")).wait_for()
            context.service_workers[0].evaluate(ODD_ME)
            page.get_by_role("button", name="Log in with Clever").click()
            page.get_by_role("status").get_by_text("Please try again. (internal)").wait_for()
        finally:
            context.close()


ROUTES = {
    "signed-in": ("", False, {"isToken": True, "isGone": True}),
    "closed": ("", True, {"isToken": False, "code": "call_interrupted", "isGone": True}),
    "denied": ("/s/callback-denied", False, {"isToken": False, "code": "access_denied", "isGone": True}),
    "foreign": ("/s/tokeninfo-other-client", False, {"isToken": False, "code": "token_foreign", "isGone": True}),
}


@pytest.fixture(scope="module")
def emulator() -> Iterator[str]:
    with started(["--auto-login", "ada", "--app", App(OURS, "", REDIRECT_URI).option()]) as clever:
        yield clever


@pytest.mark.parametrize(("path", "closes", "expected"), ROUTES.values(), ids=ROUTES)
def test_the_electron_app_logs_a_person_in(
    tmp_path: Path, emulator: str, path: str, closes: bool, expected: dict[str, object]
) -> None:
    shutil.copy(EXAMPLES / "electron" / "login.js", tmp_path)
    (tmp_path / "package.json").write_text('{ "type": "module" }', "utf-8")
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "clever-sso-implicit").symlink_to(built())
    (tmp_path / "window.js").write_text(WINDOW, "utf-8")
    options = {"clientId": OURS, "redirectUri": REDIRECT_URI, "clever": emulator + path}
    command = ["node", str(tmp_path / "window.js"), json.dumps([options, closes])]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == expected
