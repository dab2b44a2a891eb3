"""What docs/php.md shows is PHP, and the whole login in it logs in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from applications import PAGE, block
from harness import emulator, ports
from installed import Installed, app, run, settings
from servers import built_in, own_folder
from visitor import Visitor

if TYPE_CHECKING:
    from pathlib import Path


def blocks() -> list[str]:
    return re.findall(r"```php\n(.*?)```", PAGE.read_text(), re.DOTALL)


def test_every_block_is_php(installed: Installed) -> None:
    folder = own_folder(installed.folder / "blocks")
    assert len(blocks()) >= 4
    for number, text in enumerate(blocks()):
        file = folder / f"{number}.php"
        file.write_text(text)
        assert "No syntax errors" in run(installed.php("-l", str(file)), folder)


@pytest.mark.parametrize("extension", [True, False], ids=["extension", "ffi"])
def test_the_first_login_logs_in(installed: Installed, application: Path, extension: bool) -> None:
    """With the library that the package has in it."""
    folder = own_folder(installed.folder / f"login-{extension}")
    (application / "index.php").write_text(block("run", "php"))
    with ports.reserved() as port, emulator.running([app(f"http://127.0.0.1:{port}")], "ada") as clever:
        site = f"http://127.0.0.1:{port}"
        environment = settings(site, clever)
        environment.pop("LD_LIBRARY_PATH", None)
        options = [] if extension else block("run: serve").rpartition("php ")[2].split()[:2]
        serve = [*options, f"-dsession.save_path={folder}", "-S", f"127.0.0.1:{port}", str(application / "index.php")]
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
