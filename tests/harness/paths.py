"""Where things are built."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
RELEASE = TARGET / "release"
EMULATOR = RELEASE / "clever-emulator"
INCLUDE = ROOT / "include"
PROGRAMS = TARGET / "programs"
SCREENSHOTS = TARGET / "screenshots"
