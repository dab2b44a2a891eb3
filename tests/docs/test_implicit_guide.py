"""Runs the server and the desktop app from the guide to the implicit grant, in a browser."""

from __future__ import annotations

import os
import re
import secrets
import socket
import stat
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from harness import chromium, ports
from harness.emulator import App, running
from harness.paths import ROOT
from harness.patience import MILLISECONDS, SECONDS, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

GUIDE = (ROOT / "docs" / "implicit.md").read_text("utf-8")
FILES = dict(re.findall(r"^<!-- implicit (\S+) -->\n```\w+\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE))
CLIENT_ID = "9b1c" * 5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def page() -> Iterator[Page]:
    with chromium.launched() as browser, chromium.new_page(browser) as page:
        yield page


@contextmanager
def serving(folder: Path, port: int, clever: str) -> Iterator[str]:
    """Run the server of the guide."""
    site = f"http://127.0.0.1:{port}"
    told = {"CLEVER_CLIENT_ID": CLIENT_ID, "CLEVER_REDIRECT_URI": f"{site}/callback", "CLEVER_BASE_URL": clever}
    drawn = {name: secrets.token_hex(32) for name in ("SECRET_KEY", "CLEVER_PENDING_KEY")}
    command = [sys.executable, "-m", "flask", "--app", "server.py", "run", "--port", str(port)]
    with subprocess.Popen(command, cwd=folder, env={**os.environ, **told, **drawn}) as process:
        try:
            wait_for(lambda: ports.listens(port), "the server to listen", process)
            yield site
        finally:
            process.terminate()


def test_the_server_of_the_guide_logs_a_person_in(folder: Path, page: Page) -> None:
    pytest.importorskip("flask")
    with (
        ports.reserved() as port,
        running([App(CLIENT_ID, "", f"http://127.0.0.1:{port}/callback")], "ada") as clever,
        serving(folder, port, clever) as site,
    ):
        seen: list[str] = []
        page.on("request", lambda request: seen.append(f"{request.method} {request.url}"))
        page.goto(site)
        page.get_by_role("link", name="Log in with Clever").click()
        page.get_by_text("Hello, Ada Ashworth").wait_for(timeout=MILLISECONDS)
        assert page.url == f"{site}/"
        assert f"POST {site}/callback" in seen
        assert not any("access_token" in each.partition("#")[0] for each in seen)
        kept = {cookie["name"] for cookie in page.context.cookies(site)}
        assert "session" in kept
        assert not any(name.startswith("clever_login_") for name in kept)

        # A login from the portal has no state, so it restarts, without a page.
        page.context.clear_cookies()
        page.goto(f"{clever}/oauth/authorize?response_type=token&client_id={CLIENT_ID}")
        page.get_by_text("Hello, Ada Ashworth").wait_for(timeout=MILLISECONDS)
        assert sum(each.startswith(f"POST {site}/callback") for each in seen) == 3

        # A forged link.
        page.goto(f"{site}/callback#error=access_denied")
        page.get_by_text("Your account doesn't have access to this app.").wait_for(timeout=MILLISECONDS)
        page.goto(site)
        assert page.get_by_text("Hello, Ada Ashworth").is_visible()


def test_the_desktop_app_of_the_guide_logs_a_person_in(folder: Path, page: Page) -> None:
    asked, opener = folder / "asked", folder / "browser"
    opener.write_text(f'#!/bin/sh\nprintf %s "$1" > "{asked}.new" && mv "{asked}.new" "{asked}"\n')
    opener.chmod(stat.S_IRWXU)
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        ports.reserved() as port,
        running([App(CLIENT_ID, "", f"http://127.0.0.1:{port}/callback")], "ada") as clever,
    ):
        text = FILES["desktop.py"].replace("[53682, 53683, 53684]", f"[{taken.getsockname()[1]}, {port}]")
        assert text != FILES["desktop.py"]
        (folder / "desktop.py").write_text(text)
        told = {"CLEVER_CLIENT_ID": CLIENT_ID, "CLEVER_BASE_URL": clever, "BROWSER": f"{opener} %s"}
        with subprocess.Popen(
            [sys.executable, "desktop.py"],
            cwd=folder,
            env={**os.environ, **told},
            stdout=subprocess.PIPE,
            encoding="utf-8",
        ) as process:
            wait_for(asked.exists, "the app to open a browser", process)
            # A request without the app's state neither breaks a login nor gets one.
            answer = page.request.post(
                f"http://127.0.0.1:{port}/callback",
                form={"answer": "#token_type=bearer&access_token=il0&state=made-up"},
                max_redirects=0,
            )
            assert (answer.status, answer.headers.get("location")) == (403, None)
            page.goto(asked.read_text())
            page.get_by_text("You are logged in.").wait_for(timeout=MILLISECONDS)
            said, _ = process.communicate(timeout=SECONDS)
        assert (process.returncode, said) == (0, "Hello, Ada Ashworth\n")


def test_every_function_that_the_guide_names_exists() -> None:
    header = (ROOT / "include" / "clever_sso.h").read_text("utf-8")
    stubs = [ROOT / "python/clever_sso/_native.pyi", ROOT / "php/extension/clever_sso.stub.php"]
    known = "\n".join([header, *(stub.read_text("utf-8") for stub in stubs), (ROOT / "core/src/client.rs").read_text()])
    section = GUIDE.partition("## In Python, PHP, C and Rust")[2].partition("\n## ")[0]
    named = set(re.findall(r"`(?:clever_sso_)?((?:begin|finish|without|authorize)\w*?)\b", section))
    assert len(named) > 6
    assert {name for name in named if not re.search(rf"\b(?:clever_sso_)?{name}\b", known)} == set()
