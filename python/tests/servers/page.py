"""The blocks of docs/servers.md, which these tests run."""

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
    """A command of the page, by the programs beside this Python; without its program the test is skipped."""
    program, *arguments = shlex.split(BLOCKS[name].replace("$PORT", str(port)))
    path = Path(sys.executable).with_name(program)
    if not os.access(path, os.X_OK):
        pytest.skip(f"{program} is not installed")
    # It has a Python of its own inside, and must be told whose packages to use.
    return [str(path), *arguments, *(["--virtualenv", sys.prefix] if program == "uwsgi" else [])]
