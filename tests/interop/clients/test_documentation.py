"""`docs/emulator.md` names the tested versions of other client libraries."""

from __future__ import annotations

import json
import re
from pathlib import Path

from harness.paths import ROOT

PINNED = (ROOT / "tests/harness/requirements/third-party.txt").read_text()
PACKAGES = json.loads(Path(__file__).with_name("node").joinpath("package.json").read_text())["dependencies"]


def test_the_documented_versions_are_the_tested_ones() -> None:
    section = (ROOT / "docs/emulator.md").read_text().split("## Other client libraries")[1]
    rows = re.findall(r"^\| (?:npm )?([\w-]+)[^|]*\| (\d+\.\d+\.\d+) \|", section, re.MULTILINE)
    tested = {**dict(re.findall(r"^([\w-]+)(?:\[\w+\])?==([\d.]+)", PINNED, re.MULTILINE)), **PACKAGES}
    documented = {{"social-core": "social-auth-core"}.get(name, name.lower()): version for name, version in rows}
    assert set(documented) == {"django-allauth", "social-auth-core", "authlib", "openid-client", "passport-clever"}
    assert documented == {name: tested[name] for name in documented}
