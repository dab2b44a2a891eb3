"""The Conan package: created and tested by its recipe, and used by a program that logs a person in."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from harness import emulator
from harness.console import log_in_with
from harness.paths import RELEASE, ROOT
from harness.patience import MANY_STEPS_SECONDS

RECIPE = ROOT / "release/conan"
APP = emulator.App("0d1c" * 5, "5ec4e7" * 6, "http://127.0.0.1:9/callback", oidc=True)
VERSION = re.findall(r'^version = "(.*)"', (ROOT / "Cargo.toml").read_text("utf-8"), re.MULTILINE)[0]
# Conan, which `make test-conan` installs in a separate virtual environment.
CONAN = os.environ.get("CLEVER_CONAN", "")
# If this is set, cargo builds the library. Otherwise, the test packs the library of the other tests.
FROM_SOURCE = os.environ.get("CLEVER_CONAN_FROM_SOURCE")
pytestmark = pytest.mark.skipif(not CONAN, reason="long: make test-conan")


class Conan:
    """Conan with an empty home folder."""

    def __init__(self, home: Path) -> None:
        self.environment = {**os.environ, "CONAN_HOME": str(home)}
        self.run("profile", "detect")

    def run(self, *words: str | Path) -> str:
        """Run Conan; return its output."""
        done = subprocess.run(
            [CONAN, *words],
            check=False,
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=MANY_STEPS_SECONDS,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def conan(tmp_path_factory: pytest.TempPathFactory) -> Conan:
    return Conan(tmp_path_factory.mktemp("conan"))


@pytest.mark.parametrize("shared", [True, False], ids=["shared", "static"])
def test_a_program_with_the_conan_package_logs_a_person_in(conan: Conan, tmp_path: Path, *, shared: bool) -> None:
    kind = f"clever_sso/*:shared={shared}"
    built = [] if FROM_SOURCE else ["-c", f"user.clever_sso:built={RELEASE}"]
    # Build the program of the recipe's test outside of the source.
    elsewhere = ["-c:a", f"tools.cmake.cmake_layout:test_folder={tmp_path / 'tested'}"]
    elsewhere += ["-c:a", "tools.cmake.cmaketoolchain:user_presets="]
    said = conan.run("create", RECIPE, "-o", kind, *built, *elsewhere)
    assert f"\nclever_sso {VERSION}\n" in said
    use = ["install", f"--requires=clever_sso/{VERSION}", "-g", "CMakeDeps", "-g", "CMakeToolchain", "-o", kind]
    conan.run(*use, "-of", tmp_path / "found")
    toolchain = f"-DCMAKE_TOOLCHAIN_FILE={tmp_path / 'found/conan_toolchain.cmake'}"
    configure = ["cmake", "-S", ROOT / "examples/c", "-B", tmp_path / "build", toolchain, "-DCMAKE_BUILD_TYPE=Release"]
    subprocess.run(configure, check=True, capture_output=True)
    subprocess.run(["cmake", "--build", tmp_path / "build", "--target", "login"], check=True, capture_output=True)
    (library,) = [path for path in Path(conan.environment["CONAN_HOME"]).rglob("p/lib") if has(path, shared=shared)]
    search = {"LD_LIBRARY_PATH": str(library)} if shared else {}
    plain = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}
    with emulator.running([APP], "ada") as clever:
        ended = log_in_with([str(tmp_path / "build/login")], APP, clever, {**plain, **search})
    assert (ended.returncode, ended.stdout[:23]) == (0, "signed in: Ada Ashworth"), ended.stderr
    held = {path.name for path in (library.parent / "licenses").iterdir()}
    assert held == {"LICENSE-APACHE", "LICENSE-MIT", "LICENSES-THIRD-PARTY.txt"}


def has(folder: Path, *, shared: bool) -> bool:
    """Whether the folder has only this kind of library."""
    names = {path.name for path in folder.iterdir()}
    major = VERSION.split(".")[0]
    wanted = {"libclever_sso.so", f"libclever_sso.so.{major}", f"libclever_sso.so.{VERSION}"}
    return names == (wanted if shared else {"libclever_sso.a"})
