"""Runs nginx in front of an application."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from . import ports
from .patience import SECONDS, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIGURATION = """
daemon off;
pid nginx.pid;
error_log stderr warn;
events {{ worker_connections 64; }}
http {{
    access_log off;
    {folders}
    {http}
    server {{
        listen 127.0.0.1:{port};
        {server}
    }}
}}
"""
KINDS = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]


@contextmanager
def in_front(folder: Path, port: int, server: str, http: str = "") -> Iterator[None]:
    """Run nginx on `port` with these lines in its `server` and `http` blocks. Skip the test if there is no nginx."""
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if program is None:
        pytest.skip("nginx is not installed")
    configuration, log = folder / "nginx.conf", folder / "nginx.log"
    folders = " ".join(f"{kind}_temp_path {folder / kind};" for kind in KINDS)
    configuration.write_text(CONFIGURATION.format(folders=folders, http=http, port=port, server=server))
    command = [program, "-e", "stderr", "-p", str(folder), "-c", str(configuration)]
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output) as nginx:
        try:
            wait_for(lambda: ports.listens(port), "nginx to listen", nginx)
            yield
        finally:
            # The workers end with the master process.
            nginx.terminate()
            nginx.wait(SECONDS)
