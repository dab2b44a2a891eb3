"""Builds what a release page shows for each platform, into dist/: `make release`.

    artifacts.py [--out FOLDER] [TRIPLE...]

The C library with the command `clever-sso`, and the symbols for a debugger; the emulator; and a Python wheel of each in
FOLDER/python. Without a TRIPLE, for all platforms in platforms.py. What is up to date is only packed again.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from platforms import PLATFORMS, Platform, named
from toolchain import BUILD, LLVM, PYTHON_TOOLS, ROOT, TARGET, environment, unpack

if TYPE_CHECKING:
    from collections.abc import Callable

STAGE = TARGET / "stage"
VERSION = re.findall(r'^version = "(.*)"', (ROOT / "Cargo.toml").read_text("utf-8"), re.MULTILINE)[0]
# Every file in an archive is as old as this: two builds of one source are the same, and zip knows nothing older.
EPOCH = 315532800
LICENSES = "LICENSES-THIRD-PARTY.txt"


class Build:
    """Builds for one platform."""

    def __init__(self, platform: Platform, out: Path) -> None:
        self.platform, self.out = platform, out
        # A library is loaded by programs that bring their C library; a program on musl brings its own.
        self._dynamic = environment(platform)
        self._static = environment(platform, static=True)
        self._made = BUILD / platform.triple / "release"

    def steps(self) -> list[Callable[[], list[Path]]]:
        """What is made, in this order."""
        return [self.c_library, self.python_package, self.emulator, self.emulator_for_python]

    def c_library(self) -> list[Path]:
        """The C library, and the symbols for a debugger."""
        self._libraries()
        self._cargo("-p", "clever-sso", "--features", "command", "--bin", "clever-sso", static=True)
        self._write_licenses("clever-sso-ffi", self._made / LICENSES)
        name = f"libclever_sso-{VERSION}-{self.platform.triple}"
        stage = self._empty_stage()
        tools = {"LD": LLVM / "ld.lld", "OBJCOPY": LLVM / "llvm-objcopy", "GCC_AR": LLVM / "llvm-ar"}
        settings = {
            "RELEASE": self._made,
            "VERSION": VERSION,
            "DESTDIR": stage,
            "PREFIX": f"/{name}",
            "PKG_CONFIG_PREFIX": "${pcfiledir}/../..",
            **tools,
        }
        # Where the caller's own `make install` puts things is no matter here.
        plain = {
            word: value for word, value in os.environ.items() if not word.endswith("DIR") or word == "CARGO_TARGET_DIR"
        }
        self._run(["ffi/packaging/install.sh"], {**plain, **{word: str(value) for word, value in settings.items()}})
        library = self._pack(stage, name)
        debug = stage / f"{name}-debug"
        (debug / "lib").mkdir(parents=True)
        shutil.copy(self._made / "libclever_sso.so.debug", debug / "lib")
        for file in (ROOT / "LICENSE-MIT", ROOT / "LICENSE-APACHE"):
            shutil.copy(file, debug)
        return [library, self._pack(stage, f"{name}-debug")]

    def python_package(self) -> list[Path]:
        """The wheel of the Python package."""
        return [self._wheel("python", "clever-sso-python", static=False)]

    def emulator(self) -> list[Path]:
        """The emulator as a program."""
        self._cargo("-p", "clever-emulator", static=True)
        name = f"clever-emulator-{VERSION}-{self.platform.triple}"
        stage = self._empty_stage()
        folder = stage / name
        folder.mkdir()
        for file in (
            self._made / "clever-emulator",
            ROOT / "emulator/README.md",
            ROOT / "LICENSE-MIT",
            ROOT / "LICENSE-APACHE",
        ):
            shutil.copy(file, folder)
        self._write_licenses("clever-emulator", folder / LICENSES)
        return [self._pack(stage, name)]

    def emulator_for_python(self) -> list[Path]:
        """The wheel of the emulator."""
        return [self._wheel("emulator", "clever-emulator", static=True)]

    def _libraries(self) -> None:
        """Build the static library, and from it the shared one; its symbols for a debugger are beside it."""
        self._cargo("-p", "clever-sso-ffi", "--lib", "--crate-type", "staticlib", verb="rustc", static=False)
        shared = str(self._made / "libclever_sso.so")
        linker = {"CC": self._dynamic[f"CC_{self.platform.triple.replace('-', '_')}"], "KEEP_DEBUG": "1"}
        self._run(["ffi/packaging/shared.sh", str(self._made / "libclever_sso.a"), shared], {**self._dynamic, **linker})
        self._run(["release/split_debug.sh", str(LLVM / "llvm-objcopy"), "-o", shared])

    def _cargo(self, *words: str, static: bool, verb: str = "build") -> None:
        self._run(["cargo", verb, "--locked", "--release", *words], self._static if static else self._dynamic)

    def _wheel(self, folder: str, package: str, *, static: bool) -> Path:
        """Build a wheel, and add the licenses of what is linked into it."""
        stage = self._empty_stage()
        manifest = ["--manifest-path", f"{folder}/Cargo.toml", "--out", str(stage)]
        target = ["--target", self.platform.triple, "--compatibility", self.platform.wheel]
        self._run(
            ["maturin", "build", "--locked", "--release", *manifest, *target], self._static if static else self._dynamic
        )
        (built,) = stage.glob("*.whl")
        tool = [str(PYTHON_TOOLS / "python"), "-m", "wheel"]
        self._run([*tool, "unpack", "--dest", str(stage), str(built)])
        (unpacked,) = (path for path in stage.iterdir() if path.is_dir())
        (information,) = unpacked.glob("*.dist-info")
        self._write_licenses(package, information / "licenses" / LICENSES)
        metadata = information / "METADATA"
        first, line, rest = metadata.read_text("utf-8").partition("License-File: ")
        # maturin names it already where `make wheel` wrote one, for this machine.
        if f"{line}{LICENSES}\n" not in f"{line}{rest}":
            metadata.write_text(f"{first}{line}{LICENSES}\n{line}{rest}", "utf-8")
        packed = stage / "packed"
        packed.mkdir()
        self._run(
            [*tool, "pack", "--dest-dir", str(packed), str(unpacked)], {**os.environ, "SOURCE_DATE_EPOCH": str(EPOCH)}
        )
        (made,) = packed.iterdir()
        out = self.out / "python"
        out.mkdir(parents=True, exist_ok=True)
        return Path(shutil.move(made, out / made.name))

    def _write_licenses(self, package: str, path: Path) -> None:
        words = [sys.executable, "ffi/packaging/third_party.py", package, self.platform.triple]
        text = subprocess.run(words, check=True, capture_output=True, text=True, cwd=ROOT).stdout
        path.write_text(text, "utf-8")

    def _pack(self, stage: Path, name: str) -> Path:
        """Pack a folder as a tarball: the same for the same files."""
        path = self.out / f"{name}.tar.gz"
        same = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mode=u=rwX,go=rX", f"--mtime=@{EPOCH}"]
        into = ["--use-compress-program=gzip -n -9", "--file", str(path)]
        self._run(["tar", "--create", *into, *same, "--directory", str(stage), name])
        return path

    @staticmethod
    def _empty_stage() -> Path:
        shutil.rmtree(STAGE, ignore_errors=True)
        STAGE.mkdir(parents=True)
        return STAGE

    @staticmethod
    def _run(words: list[str], environment: dict[str, str] | None = None) -> None:
        """Run a command; what it says is shown only when it fails."""
        ended = subprocess.run(
            words, check=False, env=environment, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        if ended.returncode:
            raise SystemExit(f"{ended.stdout}\nrelease/artifacts.py: this failed: {' '.join(words)}")


def main() -> None:
    """Build everything; print a line for each file."""
    asked = argparse.ArgumentParser(description="Build what a release page shows, for each platform.")
    asked.add_argument("--out", type=Path, default=ROOT / "dist", help="where it goes (dist/)")
    asked.add_argument("triples", metavar="TRIPLE", nargs="*", help="a platform (all of them)")
    options = asked.parse_args()
    out = options.out.absolute()
    out.mkdir(parents=True, exist_ok=True)
    platforms = [named(triple) for triple in options.triples] or list(PLATFORMS)
    for platform in platforms:
        unpack(platform)
        for step in Build(platform, out).steps():
            began = time.monotonic()
            for made in step():
                size, seconds = made.stat().st_size, time.monotonic() - began
                print(f"{made.relative_to(out)!s:<70} {size:>11,} bytes {seconds:>5.0f} s", flush=True)
    shutil.rmtree(STAGE, ignore_errors=True)


if __name__ == "__main__":
    main()
