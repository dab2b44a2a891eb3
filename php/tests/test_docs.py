"""The code in docs/php.md is valid PHP, and its login logs a person in."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from framework_sites import needed
from harness import chromium, emulator, ports
from harness.paths import ROOT
from harness.patience import MILLISECONDS
from installed import PAGE, Installed, app, block, run, settings
from php_sites import ADA
from servers import PHP_INI, Setup, after, built_in, fpm_behind_nginx, own_folder
from visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser


def blocks() -> list[str]:
    return re.findall(r"```php\n(.*?)```", PAGE.read_text(), re.DOTALL)


def test_every_php_block_of_the_guide_is_valid(installed: Installed) -> None:
    folder = own_folder(installed.folder / "blocks")
    assert len(blocks()) >= 4
    for number, text in enumerate(blocks()):
        file = folder / f"{number}.php"
        file.write_text(text)
        assert "No syntax errors" in run(installed.php("-l", str(file)), folder)


def strict(installed: Installed, folder: Path, port: int, page: Path) -> list[str]:
    """The options for PHP's own server: every warning becomes an exception."""
    script = after(installed.strict, page, folder)
    return [f"-dsession.save_path={folder}", "-derror_reporting=-1", "-S", f"127.0.0.1:{port}", script]


@pytest.mark.parametrize("extension", [True, False], ids=["extension", "ffi"])
def test_the_first_login_of_the_guide_logs_a_person_in(
    installed: Installed, application: Path, extension: bool
) -> None:
    """Uses the library inside the package."""
    folder = own_folder(installed.folder / f"login-{extension}")
    (application / "index.php").write_text(block("run", "php"))
    with ports.reserved() as port, emulator.running([app(f"http://127.0.0.1:{port}")], "ada") as clever:
        site = f"http://127.0.0.1:{port}"
        environment = settings(site, clever)
        environment.pop("LD_LIBRARY_PATH", None)
        options = [] if extension else block("run: serve").rpartition("php ")[2].split()[:2]
        serve = [*options, *strict(installed, folder, port, application / "index.php")]
        with built_in(installed.php(*serve, extension=extension), environment, port, folder / "output.log"):
            visitor = Visitor()
            assert "Log in with Clever" in visitor.open(site).text
            page = visitor.open(f"{site}/login", person="jose")
            assert (page.path, page.text.partition(". <")[0]) == ("/", "Hello, José Núñez")
            assert visitor.open(f"{site}/login?return_to=/lessons", person="jose").path == "/lessons"
            from_portal = f"{clever}/oauth/authorize?response_type=code&client_id={app(site).client_id}"
            page = visitor.open(from_portal, person="markup")
            assert (page.status, page.text[:24]) == (200, "Hello, &lt;b&gt;Bobby&lt")
            assert "callback_duplicate" in visitor.open(f"{site}/callback?code=a&code=b").text
            assert visitor.open(f"{site}/logout").status == 405
            assert visitor.open(f"{site}/").text.startswith("Hello, ")
            assert "Log in with Clever" in visitor.open(f"{site}/logout", {}).text


@pytest.mark.parametrize("extension", [True, False], ids=["extension", "ffi"])
def test_the_page_without_a_client_secret_logs_a_person_in(
    installed: Installed, application: Path, extension: bool
) -> None:
    folder = own_folder(installed.folder / f"implicit-{extension}")
    (application / "implicit.php").write_text(block("run: implicit", "php"))
    (application / "callback.html").write_text("<form method='post'></form>")
    with ports.reserved() as port, emulator.running([app(f"http://127.0.0.1:{port}")], "ada") as clever:
        site = f"http://127.0.0.1:{port}"
        environment = settings(site, clever, CLEVER_PENDING_KEY=secrets.token_hex(32))
        for name in ("LD_LIBRARY_PATH", "CLEVER_CLIENT_SECRET"):
            environment.pop(name, None)
        options = [] if extension else ["-d", "ffi.enable=1"]
        serve = [*options, *strict(installed, folder, port, application / "implicit.php")]
        with built_in(installed.php(*serve, extension=extension), environment, port, folder / "output.log"):
            visitor = Visitor()
            assert "Log in with Clever" in visitor.open(site).text
            callback = visitor.open(f"{site}/login", person="jose")
            assert (callback.path, callback.text) == ("/callback", "<form method='post'></form>")
            answer = {"answer": "#" + urlsplit(callback.url).fragment}
            assert "access_token" in answer["answer"]
            page = visitor.open(f"{site}/callback", answer)
            assert (page.path, page.text) == ("/", "Hello, José Núñez")
            # Open the callback again: its cookie is gone, so the login restarts.
            assert visitor.ask(f"{site}/callback", answer).goes_to.startswith(f"{clever}/oauth/authorize?")
            refused = visitor.open(f"{site}/callback", {"answer": "#access_token=a&token_type=mac"})
            assert (refused.status, refused.text) == (400, "Signing in did not work this time. Please try again.")
            assert visitor.open(f"{site}/").text == "Hello, José Núñez"


def nginx(folder: Path, public: Path) -> str:
    """The nginx configuration of the guide, with the paths of the test and an access log."""
    shown = block("run: nginx", "nginx") + block("run: nginx-log", "nginx")
    shown = shown.replace("/run/php/php-fpm.sock", f"{folder}/fpm.sock")
    return f"root {public};\naccess_log {folder}/access.log;\n" + shown.replace(
        "fastcgi.conf", "/etc/nginx/fastcgi.conf"
    )


@pytest.mark.parametrize("extension", [True, False], ids=["extension", "ffi"])
def test_the_fpm_and_nginx_configuration_of_the_guide_logs_people_in(
    installed: Installed, application: Path, extension: bool
) -> None:
    """Without ffi.enable: the script that the guide preloads is what lets a page use FFI."""
    needed("/etc/nginx/fastcgi.conf", package="nginx")
    (application / "index.php").write_text(block("run", "php"))
    (application / "preload.php").write_text(block("run: preload", "php"))
    folder = installed.folder / f"deployed-{extension}"
    load = f"extension = {installed.extension}" if extension else "" if installed.has_ffi else "extension = ffi.so"
    ini = PHP_INI.format(folder=folder, load=load, preload="") + block("run: ini", "ini")
    ini = ini.replace("opcache.preload = \n", "").replace("/srv/app", str(application))
    ini += f"auto_prepend_file = {installed.strict}\n"
    setup = Setup(folder, application / "index.php", ini, root=False, locations=nginx(folder, application))
    with ports.reserved() as port, emulator.running([app(f"http://127.0.0.1:{port}")], "ada") as clever:
        site = f"http://127.0.0.1:{port}"
        environment = settings(site, clever)
        # The library is in the package.
        environment.pop("LD_LIBRARY_PATH", None)
        with fpm_behind_nginx(setup, environment, port) as fpm:
            page = Visitor().open(f"{site}/lessons?page=7", person="ada")
            assert (page.url, page.text.partition(". <")[0]) == (f"{site}/lessons?page=7", "Hello, Ada Ashworth")
            assert re.findall(r"PHP \w+: .*", fpm.log()) == []
        # No log contains the code of a login.
        logged = (folder / "access.log").read_text()
        assert ("/lessons?page=7" in logged, "code=" in logged) == (True, False)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.launched() as browser:
        yield browser


@pytest.mark.parametrize("extension", [True, False], ids=["extension", "ffi"])
def test_from_composer_to_a_login_in_a_browser(
    installed: Installed, application: Path, browser: Browser, extension: bool
) -> None:
    """The application, the page and the way to run it are those of the guide; Composer has installed the package."""
    index = application / "index.php"
    index.write_text(block("run", "php"))
    folder = own_folder(installed.folder / f"newcomer-{secrets.token_hex(4)}")
    with ports.reserved() as port, emulator.running([app(f"http://127.0.0.1:{port}")]) as clever:
        site = f"http://127.0.0.1:{port}"
        environment = settings(site, clever)
        # The library is in the package.
        environment.pop("LD_LIBRARY_PATH", None)
        command = block("run: serve").rpartition("php ")[2].split()
        options = [] if extension else command[: command.index("-S")]
        serve = [*options, *strict(installed, folder, port, index)]
        with built_in(installed.php(*serve, extension=extension), environment, port, folder / "output.log"):
            context = browser.new_context()
            context.set_default_timeout(MILLISECONDS)
            try:
                page = context.new_page()
                page.goto(site)
                page.get_by_role("link", name="Log in with Clever").click()
                page.get_by_role("button", name="Emulated High School").click()
                page.get_by_label("User name").fill(ADA)
                page.get_by_label("Password").fill(ADA)
                page.get_by_role("button", name="Log in", exact=True).click()
                page.wait_for_url(f"{site}/lessons")
                assert page.inner_text("body").startswith("Hello, Ada Ashworth.")
                page.get_by_role("link", name="Not you?").click()
                page.wait_for_url(lambda url: urlsplit(url).netloc == urlsplit(clever).netloc)
                page.goto(f"{site}/lessons")
                page.get_by_role("button", name="Log out").click()
                page.get_by_role("link", name="Log in with Clever").wait_for()
            finally:
                context.close()
        log = (folder / "output.log").read_text()
        assert "PHP Warning" not in log
        assert "PHP Fatal" not in log


def test_no_file_contains_a_fixed_php_version() -> None:
    """`phpize` and `php-config` know the paths."""
    shown = [file for name in ("php", "examples/php") for file in (ROOT / name).rglob("*") if file.is_file()]
    fixed = re.compile(rb"/etc/php/\d|php8\.\d|\bno-debug-|/lib/php/20\d{6}")
    assert [str(file) for file in [PAGE, *shown] if fixed.search(file.read_bytes())] == []
