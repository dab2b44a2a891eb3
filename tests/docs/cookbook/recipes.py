"""The applications of docs/cookbook.md and docs/coming-from.md: their files, and the guide that they begin with."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from clever_sso.testing import Emulator, log_in
from harness.paths import ROOT

PAGE = (ROOT / "docs/cookbook.md").read_text("utf-8")
GUIDE = (ROOT / "docs/python.md").read_text("utf-8")
BLOCK = re.compile(r"^<!-- ([a-z-]+): (\S+) -->\n```\w+\n(.*?)^```$", re.DOTALL | re.MULTILINE)
BLOCKS = BLOCK.findall(PAGE)
# Applications from another page that are run in the same way.
COMING_FROM = (ROOT / "docs/coming-from.md").read_text("utf-8")
MOVED = BLOCK.findall(COMING_FROM)
REDIRECT_URI = "http://localhost/clever/callback"
Cooked = Callable[..., tuple[ModuleType, Emulator]]


def files(recipe: str) -> dict[str, str]:
    """Return the files of a recipe."""
    return {path: text for name, path, text in BLOCKS + MOVED if name == recipe}


def lay_out(recipe: str, folder: Path) -> None:
    """Write the files. Django settings and URLs are appended to the existing ones."""
    for path, text in files(recipe).items():
        place = folder / ("mysite" if path in {"settings.py", "urls.py"} else "") / path
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("a", encoding="utf-8") as opened:
            opened.write(text)


def needs(*packages: str) -> None:
    for package in packages:
        pytest.importorskip(package)


def refused_when_closed(
    client: Any, new_client: Callable[[], Any], emulator: Emulator, change: Callable[[str], object], page: str = "/"
) -> None:
    """Ada's user is closed, then deleted, while she is signed in: no page lets her in, and nothing fails.

    Args:
        client: A browser in which no one is signed in.
        new_client: Creates another browser.
        emulator: The emulator.
        change: Closes, opens or deletes the users.
        page: A page that needs a user.
    """

    def status() -> int:
        return int(client.get(page).status_code)

    log_in(client, "ada", emulator)
    assert status() == 200
    change("close")
    assert status() == 403
    refused = log_in(new_client(), "ada", emulator)
    assert (refused.status_code, "Your account is closed." in refused.text) == (403, True)
    # On the same device, too. The refused person is signed out.
    assert log_in(client, "ada", emulator).status_code == 403
    assert client.get("/clever/whoami").status_code == 401
    change("open")
    assert log_in(client, "ada", emulator).status_code == 303
    assert status() == 200
    change("delete")
    assert status() == 403
    # She can log out, and the next person can log in.
    assert client.post("/clever/logout").status_code == 303
    assert log_in(client, "jose", emulator).status_code == 303
    assert status() == 200


def shows_a_way_out_to_closed_people(client: Any, page: str = "/") -> None:
    """A closed person gets a page with the logout. A script gets JSON. Neither is stored.

    Args:
        client: A browser in which a closed person is signed in.
        page: A page that needs a user.
    """
    shown = client.get(page, headers={"Accept": "text/html,*/*;q=0.8"})
    assert (shown.status_code, 'action="/clever/logout"' in shown.text) == (403, True)
    assert shown.headers["Content-Type"].startswith("text/html")
    told = client.get(page, headers={"Accept": "application/json"})
    assert (told.status_code, told.json()) == (403, {"detail": "Your account is closed."})
    assert {each.headers["Cache-Control"] for each in (shown, told)} == {"no-store"}


def guide_block(name: str) -> str:
    """Return a block of the guide for Python, by the name in its comment."""
    found = re.search(rf"<!-- {re.escape(name)} -->\n```python\n(.*?)```", GUIDE, re.DOTALL)
    assert found, name
    return found[1]
