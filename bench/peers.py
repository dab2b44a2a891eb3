"""Finds the programs that `make bench` compiles, and the packages that it compares with, and their versions."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from harness.paths import ROOT, TARGET, VERSION
from installed import built
from measures import Program

if TYPE_CHECKING:
    from pathlib import Path

BENCH = ROOT / "bench"
NODE_MODULES = TARGET / "bench/node_modules"
# Debian packages that release/debian.sh unpacked. They are not installed.
DEBIAN = TARGET / "toolchain/debian/usr"
NOT_INSTALLED = "it is not installed"
NO_PHP_PEER = "it is on Packagist, and `make bench` installs packages only from PyPI, npm and Debian"


def ours(language: str) -> Program:
    """Return clever_sso in a language."""
    return Program(f"clever_sso, {language}", VERSION, is_ours=True)


@cache
def rust_program() -> str:
    """Build the Rust benchmark and return its path."""
    build = ["cargo", "bench", "-p", "clever-sso", "--bench", "side_by_side", "--no-run", "--message-format=json"]
    lines = subprocess.run(build, check=True, capture_output=True, text=True, cwd=ROOT).stdout.splitlines()
    found = [json.loads(line) for line in lines]
    return next(str(one["executable"]) for one in found if one.get("target", {}).get("name") == "side_by_side")


def locked(crate: str) -> str:
    """Return the version of a crate in Cargo.lock."""
    found = re.search(rf'name = "{crate}"\nversion = "(.+)"', (ROOT / "Cargo.lock").read_text("utf-8"))
    return found[1] if found else ""


def python_version(package: str) -> str:
    """Return the version of a Python package; empty if it isn't installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def node_version(package: str) -> str:
    """Return the version of an npm package; empty if it isn't installed."""
    description = NODE_MODULES / package / "package.json"
    if shutil.which("node") is None or not description.exists():
        return ""
    return str(json.loads(description.read_text("utf-8"))["version"])


def debian_version(package: str) -> str:
    """Return the version of an unpacked C library; empty if it's missing."""
    for description in DEBIAN.glob(f"lib/*/pkgconfig/{package}.pc"):
        found = re.search(r"^Version: (.+)$", description.read_text("utf-8"), re.MULTILINE)
        return found[1] if found else ""
    return ""


def debian_options(*libraries: str) -> list[str]:
    """Return the compiler options for unpacked C libraries. Their dependencies are in the same folder."""
    folder = next(DEBIAN.glob("lib/*/pkgconfig")).parent
    named = [f"-l{library}" for library in libraries]
    return [
        "-isystem",
        str(DEBIAN / "include"),
        f"-L{folder}",
        "-Wl,--disable-new-dtags",
        f"-Wl,-rpath,{folder}",
        *named,
    ]


@cache
def php_extension() -> Path:
    """Build the PHP extension for the installed library, and return its path."""
    folder = TARGET / "bench/php"
    shutil.rmtree(folder, ignore_errors=True)
    install = ["make", "-s", "-C", str(ROOT), "install", f"PREFIX={folder / 'prefix'}", f"CARGO_TARGET_DIR={TARGET}"]
    subprocess.run(install, check=True, capture_output=True)
    built(folder / "extension", folder / "prefix", str(shutil.which("php-config")))
    return folder / "extension/modules/clever_sso.so"


def php_commands(name: str, job: Path) -> dict[str, list[str]]:
    """Return the commands for PHP with the extension and with FFI; none if PHP isn't installed."""
    if not all(shutil.which(program) for program in ("php", "phpize", "php-config")):
        return {}
    php = [str(shutil.which("php")), "-n", "-dopcache.enable_cli=0"]
    script = [str(BENCH / "side_by_side.php"), name, str(job)]
    by_ffi = [*php, "-dextension=ffi.so", "-dffi.enable=1", *script, str(ROOT / "php/ffi/CleverSso.php")]
    return {"PHP extension": [*php, f"-dextension={php_extension()}", *script], "PHP FFI": by_ffi}
