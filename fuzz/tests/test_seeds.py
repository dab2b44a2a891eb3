"""The first inputs of fuzzing: each target has some."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FUZZ = Path(__file__).resolve().parents[1]


def test_each_target_gets_its_first_inputs_from_a_clean_tree(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(FUZZ / "seeds.py"), str(tmp_path)], check=True)
    targets = {target.stem for target in (FUZZ / "targets").glob("*.rs")}
    assert {folder.name for folder in tmp_path.iterdir() if any(folder.iterdir())} == targets
