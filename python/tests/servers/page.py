"""The commands and files in docs/servers.md that these tests use."""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path

import pytest
from harness.paths import ROOT

TEXT = (ROOT / "docs/servers.md").read_text("utf-8")
BLOCKS: dict[str, str] = dict(re.findall(r"<!-- (\S+) -->\n```\w+\n(.*?)```", TEXT, re.DOTALL))
SERVERS = ["gunicorn-sync", "gunicorn-gthread", "gunicorn-gevent", "uwsgi", "uvicorn"]


def command(name: str, port: int = 0) -> list[str]:
    """A command of the page, run with the programs next to this Python. Without its program, the test is skipped."""
    program, *arguments = shlex.split(BLOCKS[name].replace("$PORT", str(port)))
    path = Path(sys.executable).with_name(program)
    if not os.access(path, os.X_OK):
        pytest.skip(f"{program} is not installed")
    # uWSGI embeds its own Python and must be told where the packages are.
    return [str(path), *arguments, *(["--virtualenv", sys.prefix] if program == "uwsgi" else [])]
