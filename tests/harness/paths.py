"""Where things are built."""

from __future__ import annotations

import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
# What is tested. `make demo` sets CLEVER_BUILD: its programs are built faster and less optimized.
RELEASE = Path(os.environ.get("CLEVER_BUILD", TARGET / "release"))
EMULATOR = RELEASE / "clever-emulator"
INCLUDE = ROOT / "include"
PROGRAMS = TARGET / "programs"
SCREENSHOTS = TARGET / "screenshots"
# What cargo calls the version of the project. The file SONAME names has the first of its numbers.
VERSION = re.findall(r'^version = "(.+)"', (ROOT / "Cargo.toml").read_text("utf-8"), re.MULTILINE)[0]
LIBRARY = f"libclever_sso.so.{VERSION.split('.')[0]}"
