"""Builds the npm package `clever-sso-implicit` in target/js, once for all tests, like `make js`."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from .npm import NPM_SECONDS, OLDEST_NODE
from .paths import ROOT, TARGET
from .patience import SECONDS
from .turns import alone_in

SOURCES = ROOT / "js"
MODULE = "dist/clever-sso-implicit.js"
# TypeScript's strictest options, without types of other packages.
STRICT = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--types", ""]


def built() -> Path:
    """Build the package if necessary; return its folder. Its tools are in `node_modules` beside it."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed")
    version = subprocess.run([node, "--version"], check=True, capture_output=True, text=True).stdout
    if int(version.lstrip("v").split(".")[0]) < OLDEST_NODE:
        pytest.skip(f"node {version.strip()} is older than {OLDEST_NODE}")
    with alone_in(TARGET / "js") as folder:
        command = [node, str(SOURCES / "build.mjs"), str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=NPM_SECONDS)
        if done.returncode and not (folder / "install.done").exists():
            pytest.skip(f"npm could not install the tools of js: {done.stderr[-200:]}")
        assert done.returncode == 0, done.stdout + done.stderr
        return folder / "package"


def bundled(source: Path, *, to: Path, external: str = "") -> Path:
    """Bundle a program that uses the package, like an app; return the file."""
    package = built()
    tools = package.parent / "node_modules"
    command = [
        str(tools / ".bin" / "esbuild"),
        str(source),
        "--bundle",
        "--format=esm",
        "--jsx=automatic",
        "--log-level=warning",
        f"--alias:clever-sso-implicit={package / MODULE}",
        f"--outfile={to}",
        '--define:process.env.NODE_ENV="development"',
        "--define:__VUE_OPTIONS_API__=true",
        "--define:__VUE_PROD_DEVTOOLS__=false",
        "--define:__VUE_PROD_HYDRATION_MISMATCH_DETAILS__=false",
    ]
    if external:
        command.append(f"--external:{external}")
    environment = {"NODE_PATH": str(tools), "PATH": "/usr/bin:/bin:/usr/local/bin"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=NPM_SECONDS, env=environment)
    assert done.returncode == 0, done.stderr
    return to


def type_errors(folder: Path, source: str, *, knows: str = "es2022,dom") -> str:
    """Check the types of a program in a project; return TypeScript's errors. An empty text means there are none."""
    tsc = built().parent / "node_modules/.bin/tsc"
    done = subprocess.run(
        [tsc, *STRICT, "--lib", knows, source], cwd=folder, check=False, capture_output=True, text=True, timeout=SECONDS
    )
    assert done.returncode == 0 or done.stdout, done.stderr
    return done.stdout
