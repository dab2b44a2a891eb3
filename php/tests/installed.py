"""Installs the library with `make install` and builds the extension with `phpize`, once for all PHP tests."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from harness.emulator import App
from harness.paths import ROOT, TARGET

SOURCES = ("php/extension", "php/ffi", "php/laravel", "php/symfony", "php/wordpress", "examples/php")
# Files of a developer's own build, which the tests must not use.
MADE = shutil.ignore_patterns(
    "*.l[ao]",
    "*.dep",
    ".libs",
    "modules",
    "build",
    "autom4te*",
    "Makefile",
    "Makefile.[!f]*",
    "Makefile.fragments",
    "configure*",
)
APP_NAME, SECRET = "0d1c" * 5, "5ec4e7a1" * 5
# A time limit for compiling and installing, including the library. Only a hang reaches it.
PATIENCE_SECONDS = 1200
SCRIPTS = ROOT / "php/tests/scripts"
PAGE = ROOT / "docs/php.md"
# The folder below the home folder where docs/php.md installs the library.
PREFIX = "clever"
# Build quickly and on all cores.
BUILD = {"CFLAGS": "-O1 -g -Werror=implicit", "MAKEFLAGS": f"-j{os.cpu_count() or 1}"}


@dataclass(frozen=True)
class Installed:
    """The folder with everything. Everyone can read it, because FPM and nginx do not run as root."""

    folder: Path
    log: str
    # The php-config of another PHP than the one in the path.
    config: str = ""

    @property
    def library(self) -> Path:
        """The folder of `libclever_sso.so.0`."""
        return self.folder / PREFIX / "lib"

    @property
    def build(self) -> Path:
        """The folder with the extension's built sources."""
        other = "build" + re.sub(r"\W+", "-", self.config)
        return self.folder / (other if self.config else "clever_sso/php/extension")

    @property
    def extension(self) -> Path:
        """The extension itself."""
        return self.build / "modules/clever_sso.so"

    @property
    def sources(self) -> Path:
        """The folder with copies of the classes and of the page, arranged as in the repository."""
        return self.folder / "sources"

    def classes(self, way: str) -> Path:
        """The file to require."""
        return self.sources / ("php/ffi/CleverSso.php" if way == "ffi" else "php/extension/CleverSso/Web.php")

    @property
    def page(self) -> Path:
        """The page, which runs with the extension and with FFI."""
        return self.sources / "examples/php/public/index.php"

    @property
    def strict(self) -> Path:
        """A script that turns every PHP warning into an exception."""
        return self.folder / "strict.php"

    @property
    def program(self) -> str:
        """The PHP command-line program."""
        return run([self.config, "--php-binary"], self.folder).strip() if self.config else program("php")

    def php(self, *arguments: str, extension: bool = True) -> list[str]:
        """The PHP command, without this machine's configuration."""
        shared = [] if self.has_ffi else ["-dextension=ffi.so"]
        loaded = [f"-dextension={self.extension}"] if extension else shared
        return [self.program, "-n", *loaded, *self.measured(), *arguments]

    def measured(self) -> list[str]:
        """The options that make PHP record executed lines, for `make coverage`. strict.php starts the recording."""
        pcov = os.environ.get("COVERAGE_PCOV")
        if not pcov or self.config:
            return []
        return [f"-dextension={pcov}", "-dpcov.enabled=1", f"-dpcov.directory={self.sources}"]

    @property
    def has_ffi(self) -> bool:
        """Whether FFI is built into this PHP. In Debian's PHP, it is a file to load."""
        return bool(self.config) and "FFI" in run([self.program, "-n", "-m"], self.folder).split()

    def with_php(self, config: str) -> Installed:
        """The same for the PHP of another php-config."""
        other = Installed(self.folder, "", config)
        return Installed(self.folder, built(other.build, self.folder / PREFIX, config), config)


def program(name: str) -> str:
    """The path of a program. Without it, the test is skipped."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def run(command: list[str], folder: Path, **more: str) -> str:
    """Run a command that must succeed, with `more` in its environment. Returns its output."""
    environment = {**os.environ, **more}
    ended = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    said = ended.stdout + ended.stderr
    assert ended.returncode == 0, f"{' '.join(command)}\n{said[-3000:]}"
    return said


def block(name: str, language: str = "sh") -> str:
    """The block with this name in docs/php.md."""
    found = re.findall(rf"<!-- {name} -->\n```{language}\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len(found) == 1, name
    return str(found[0])


def install(folder: Path) -> Installed:
    """Install the library below `folder`, and build and install the extension, as docs/php.md says."""
    for name in ("php", "phpize", "php-config", "make", "cc"):
        program(name)
    # The source next to the application. Only the extension is built in it.
    source = folder / "clever_sso"
    shutil.copytree(ROOT / "php/extension", source / "php/extension", ignore=MADE)
    (source / "Makefile").write_text(f"install:\n\t$(MAKE) -s -C {ROOT} install CARGO_TARGET_DIR={TARGET}\n")
    said = run(
        ["bash", "-euc", block("run: extension").replace("sudo make install", f"make install DESTDIR={folder}/root")],
        folder,
        HOME=str(folder),
        **BUILD,
    )
    for name in SOURCES:
        shutil.copytree(ROOT / name, folder / "sources" / name, ignore=MADE, symlinks=True)
    shutil.copy(SCRIPTS / "strict.php", folder)
    return Installed(folder, said)


def built(build: Path, prefix: Path, config: str) -> str:
    """The output of building the extension with the library below `prefix`, for the PHP of `config`."""
    shutil.copytree(ROOT / "php/extension", build, ignore=MADE)
    phpize = str(Path(config).with_name(Path(config).name.replace("php-config", "phpize")))
    said = run([phpize], build)
    said += run(["./configure", f"--with-clever-sso={prefix}", f"--with-php-config={config}"], build, **BUILD)
    return said + run(["make"], build, **BUILD)


def warnings(log: str) -> list[str]:
    """The compiler warnings about our own files."""
    return [line for line in log.splitlines() if re.search(r"/(?:build[\w-]*|extension)/\w+\.[ch]:\d+.*warning", line)]


def app(site: str) -> App:
    """The application as it is registered with Clever."""
    return App(APP_NAME, SECRET, f"{site}/callback", oidc=True)


def settings(site: str, clever: str, **more: str) -> dict[str, str]:
    """An environment with only the settings of the page."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("CLEVER_")}
    names = {"CLEVER_CLIENT_ID": APP_NAME, "CLEVER_CLIENT_SECRET": SECRET, "CLEVER_REDIRECT_URI": f"{site}/callback"}
    return {**bare, **names, "CLEVER_BASE_URL": clever, "PHP_INI_SCAN_DIR": "", **more}


def told(installed: Installed, script: str, clever: str, *arguments: str, extension: bool) -> str:
    """The output of a script with these arguments, with the extension or with FFI."""
    before = [] if extension else ["-dffi.enable=1", f"-dauto_prepend_file={installed.classes('ffi')}"]
    file = str(SCRIPTS / script)
    command = installed.php(
        "-ddisplay_errors=stderr", *before, file, str(installed.build), *arguments, extension=extension
    )
    environment = settings("", clever, LD_LIBRARY_PATH=str(installed.library), CLEVER_SSO_TEST_URL=clever)
    ended = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout + ended.stderr
    return ended.stdout
