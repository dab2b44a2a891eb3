"""Builds a wheel from the source distribution, outside of this folder, and imports it: `make test-sdist`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from zipfile import ZipFile

WANTED = ["clever_sso/py.typed", "clever_sso/_native.pyi", "licenses/LICENSE-MIT", "licenses/LICENSE-APACHE"]


def build(source: Path, folder: Path) -> Path:
    """Build a wheel without optimization, because its speed does not matter here."""
    # Use the installed maturin and the files that were compiled for other tests.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "MATURIN_PEP517_ARGS": "--profile dev", "PATH": path}
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(folder)]
    subprocess.run([*command, str(source)], check=True, env=environment, cwd=folder)
    return next(folder.glob("*.whl"))


def main() -> None:
    """Build the wheel, check its contents, and import it."""
    source = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        wheel = ZipFile(build(source, Path(folder)))
        names = wheel.namelist()
        missing = [wanted for wanted in WANTED if not any(name.endswith(wanted) for name in names)]
        if missing:
            sys.exit(f"the wheel lacks {missing}")
        wheel.extractall(folder)
        use = "import clever_sso; clever_sso.Client('id', 'secret', 'https://app.example/').begin_login()"
        environment = {**os.environ, "PYTHONPATH": folder}
        subprocess.run([sys.executable, "-c", use], check=True, env=environment, cwd=folder)


if __name__ == "__main__":
    main()
