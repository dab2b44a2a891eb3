"""Paths of the project and its builds."""

from __future__ import annotations

import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
# The folder of the tested build. `make demo` sets CLEVER_BUILD to a build that is faster to make and less optimized.
RELEASE = Path(os.environ.get("CLEVER_BUILD", TARGET / "release"))
EMULATOR = RELEASE / "clever-emulator"
INCLUDE = ROOT / "include"
PROGRAMS = TARGET / "programs"
SCREENSHOTS = TARGET / "screenshots"
# The version of the project, from cargo. The SONAME contains its first number.
VERSION = re.findall(r'^version = "(.+)"', (ROOT / "Cargo.toml").read_text("utf-8"), re.MULTILINE)[0]
LIBRARY = f"libclever_sso.so.{VERSION.split('.')[0]}"
