"""Two nodes behind nginx, which alternates between them: a login that begins on one finishes on the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import page
import pytest
from clever_sso.testing import Emulator
from harness import ports
from logins import LOGINS, everyone, log_in, many
from processes import program, serving

NGINX = """
daemon off;
pid nginx.pid;
error_log stderr warn;
events {{ worker_connections 256; }}
http {{
    access_log off;
    {folders}
    {page}
}}
"""
KINDS = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]


@contextmanager
def nginx(folder: Path, port: int, nodes: list[int]) -> Iterator[None]:
    """Run nginx in front of the nodes, without sticky sessions."""
    configuration = folder / "nginx.conf"
    block = page.BLOCKS["nginx"]
    for written, free in zip((8000, 8001, 8002), (port, *nodes)):
        block = block.replace(f"127.0.0.1:{written}", f"127.0.0.1:{free}")
    folders = " ".join(f"{kind}_temp_path {folder / kind};" for kind in KINDS)
    configuration.write_text(NGINX.format(folders=folders, page=block))
    command = [program("nginx"), "-e", "stderr", "-p", str(folder), "-c", str(configuration)]
    with serving(command, folder, port):
        yield


@contextmanager
def node(name: str, folder: Path, port: int, settings: dict[str, str]) -> Iterator[None]:
    with serving(page.command("gunicorn-gthread", port), folder, port, NODE=name, **settings):
        yield


@pytest.mark.parametrize("sessions", ["redis", "cookies"])
def test_a_login_finishes_whichever_node_it_began_on(
    sessions: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    pytest.importorskip("flask_session" if sessions == "redis" else "gunicorn")
    program("nginx")
    where = {"REDIS_PORT": str(request.getfixturevalue("redis_port"))} if sessions == "redis" else {}
    with ExitStack() as stack:
        port, *others = [stack.enter_context(ports.reserved()) for _ in range(3)]
        site, nodes = f"http://127.0.0.1:{port}", dict(zip(("one", "two"), others))
        emulator = stack.enter_context(Emulator.running([f"{site}/clever/callback"]))
        for name, place in nodes.items():
            stack.enter_context(node(name, tmp_path, place, {**emulator.settings(), **where}))
        stack.enter_context(nginx(tmp_path, port, list(nodes.values())))
        logins = many(lambda person: log_in(site, person), everyone(emulator))
    journeys = {(login.began.node, login.finished.node) for login in logins}
    elsewhere = [login for login in logins if login.began.node != login.finished.node]
    assert {began for began, _ in journeys} == {finished for _, finished in journeys} == set(nodes)
    assert len(elsewhere) > LOGINS / 10
