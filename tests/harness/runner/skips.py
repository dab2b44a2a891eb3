"""Tells how to install what a skipped test needs."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

DEBIAN = Path(__file__).resolve().parents[1] / "debian.sh"
# The reason why a test was skipped, and how to make it run.
WAYS = (
    (r"^node .*(?:not installed|older)", "install Node 20 or later: https://nodejs.org"),
    (r"no (python[\d.]+) here", r"install \1, so that this command is in your PATH"),
    (r"no nightly toolchain", "rustup toolchain install nightly"),
    (r"Django .* could not be installed", "connect to the Internet; some versions of Django need another Python"),
    (r"Starlette .* could not be installed", "connect to the Internet"),
    (r"npm could not install", "connect to the Internet"),
    (r"apt-get update failed|no source of php", "connect to the Internet, or to a mirror that has Debian's sources"),
    (r"uwsgi is not installed", "install the headers of Python (Debian: sudo apt-get install python3-dev)"),
    (
        r"could not import '(?:allauth|authlib|grafana_foundation_sdk|httpx2|mypy_django_plugin|social_django)\b",
        "use Python 3.11 or later: make PYTHON=python3.11 test",
    ),
    (r"could not import '[\w.]+'", "make test, or pip install -r tests/harness/requirements/test.txt"),
    (r"^only root", "run the tests as root, in a container"),
)


@cache
def packages() -> dict[str, str]:
    """Return the programs and files that the tests use, each with its Debian package."""
    listing = subprocess.run([DEBIAN, "--list"], check=True, capture_output=True, text=True).stdout
    return dict(line.split(" ", 1) for line in listing.splitlines())


def how_to_get(reason: str) -> str:
    """Return how to make a test run that was skipped for this reason; empty if the reason says it already."""
    for pattern, way in WAYS:
        if found := re.search(pattern, reason):
            return found.expand(way)
    found = re.match(r"(.+) is not installed", reason)
    if not found:
        return ""
    known = packages()
    words = re.findall(r"[\w.+-]+", found[1])
    wanted = {known[word] for word in words if word in known} | {word for word in words if word in known.values()}
    return f"sudo apt-get install {' '.join(sorted(wanted))}" if wanted else ""
