"""Builds the files of a release page for each platform, in dist/: `make release`.

    artifacts.py [--out FOLDER] [--only PART] [--built FOLDER] [TRIPLE...]

It builds the C library (for Linux, with the command `clever-sso` and debug symbols), the emulator, and a Python wheel
of each, in FOLDER/python. By default it builds for all platforms in platforms.py; the TRIPLE `host` is this machine.
Programs that are up to date are only packed again. `--built` packs the C library or the emulator of a folder, such as
target/release, and builds nothing.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from platforms import PLATFORMS, Platform, named
from toolchain import BUILD, LLVM, PYTHON_TOOLS, ROOT, TARGET, as_static, environment, host, unpack

if TYPE_CHECKING:
    from collections.abc import Sequence

# Two of these scripts can run at the same time.
STAGE = TARGET / f"stage-{os.getpid()}"
VERSION = re.findall(r'^version = "(.*)"', (ROOT / "Cargo.toml").read_text("utf-8"), re.MULTILINE)[0]
# The time of every file in an archive, so that two builds of one source are the same. zip has no earlier time.
EPOCH = 315532800
LICENSES = "LICENSES-THIRD-PARTY.txt"
PARTS = ("library", "wheel", "emulator", "emulator-wheel")


class Build:
    """Builds for one platform."""

    def __init__(self, platform: Platform, out: Path, built: Path | None = None) -> None:
        self.platform, self.out, self._built = platform, out, built
        self._environment = {} if built else environment(platform)
        self._made = built or BUILD / platform.triple / "release"

    def part(self, name: str) -> list[Path]:
        """Build one of PARTS; return its files."""
        steps = (self.c_library, self.python_package, self.emulator, self.emulator_for_python)
        return dict(zip(PARTS, steps))[name]()

    def c_library(self) -> list[Path]:
        """Pack the C library and the debug symbols."""
        if self.platform.windows:
            return [self._windows_library()]
        if not self._built:
            self._libraries()
        if not self._built or not (self._built / LICENSES).exists():
            self._write_licenses("clever-sso-ffi", self._made / LICENSES)
        return self._packed_library()

    def _libraries(self) -> None:
        """Build the static library, the shared library from it with separate debug symbols, and the command."""
        self._cargo("rustc", "-p", "clever-sso-ffi", "--lib", "--crate-type", "staticlib")
        shared = str(self._made / "libclever_sso.so")
        compiler = self._environment[f"CC_{self.platform.triple.replace('-', '_')}"]
        linker = {"CC": compiler, "CCFLAGS": "-g", "KEEP_DEBUG": "1"}
        words = ["ffi/packaging/shared.sh", str(self._made / "libclever_sso.a"), shared]
        self._run(words, {**self._environment, **linker})
        self._run(["release/split_debug.sh", str(LLVM / "llvm-objcopy"), "-o", shared])
        # In the same build as the C library: with other features, most crates would be compiled twice.
        packages, features = ["-p", "clever-sso", "-p", "clever-sso-ffi"], ["--features", "clever-sso/command"]
        self._cargo("build", *packages, *features, "--bin", "clever-sso", static="clever-sso")

    def _packed_library(self) -> list[Path]:
        name = f"libclever_sso-{VERSION}-{self.platform.triple}"
        stage = self._empty_stage()
        # The existing library was built with this machine's own tools.
        tools = {"LD": LLVM / "ld.lld", "OBJCOPY": LLVM / "llvm-objcopy", "GCC_AR": LLVM / "llvm-ar"}
        if self._built:
            tools = {}
        settings = {
            "RELEASE": self._made,
            "VERSION": VERSION,
            "DESTDIR": stage,
            "PREFIX": f"/{name}",
            "PKG_CONFIG_PREFIX": "${pcfiledir}/../..",
            **tools,
        }
        # Ignore the folders of the caller's own `make install`, and the time of the commit.
        plain = {
            word: value for word, value in os.environ.items() if not word.endswith("DIR") or word == "CARGO_TARGET_DIR"
        }
        plain.pop("SOURCE_DATE_EPOCH", None)
        self._run(["ffi/packaging/install.sh"], {**plain, **{word: str(value) for word, value in settings.items()}})
        library = self._pack(stage, name)
        symbols = self._made / "libclever_sso.so.debug"
        if not symbols.exists():
            return [library]
        debug = stage / f"{name}-debug"
        (debug / "lib").mkdir(parents=True)
        shutil.copy(symbols, debug / "lib")
        for file in (ROOT / "LICENSE-MIT", ROOT / "LICENSE-APACHE"):
            shutil.copy(file, debug)
        return [library, self._pack(stage, f"{name}-debug")]

    def _windows_library(self) -> Path:
        """Pack the C library for Windows."""
        settings = {"DIST": str(self.out), "PYTHON": sys.executable, "SOURCE_DATE_EPOCH": str(EPOCH)}
        self._run(["ffi/windows/dist.sh"], {**os.environ, **settings})
        return self.out / f"libclever_sso-{VERSION}-{self.platform.triple}.zip"

    def python_package(self) -> list[Path]:
        """Build the wheel of the Python package."""
        return [self._wheel("python", "clever-sso-python")]

    def emulator(self) -> list[Path]:
        """Pack the program of the emulator."""
        if not self._built:
            self._cargo("build", "-p", "clever-emulator", static="clever-emulator")
        name = f"clever-emulator-{VERSION}-{self.platform.triple}"
        stage = self._empty_stage()
        folder = stage / name
        folder.mkdir()
        for file in (
            self._made / f"clever-emulator{'.exe' if self.platform.windows else ''}",
            ROOT / "emulator/README.md",
            ROOT / "LICENSE-MIT",
            ROOT / "LICENSE-APACHE",
        ):
            shutil.copy(file, folder)
        self._write_licenses("clever-emulator", folder / LICENSES)
        return [self._pack(stage, name)]

    def emulator_for_python(self) -> list[Path]:
        """Build the wheel of the emulator."""
        return [self._wheel("emulator", "clever-emulator", static="clever-emulator")]

    def _cargo(self, verb: str, *words: str, static: str = "") -> None:
        """Run cargo; on musl, the program of the package `static` is linked statically."""
        options = as_static(self.platform, static) if static else []
        self._run(["cargo", verb, "--locked", "--release", *words, *options], self._environment)

    def _wheel(self, folder: str, package: str, *, static: str = "") -> Path:
        """Build a wheel, and add the licenses of the linked crates."""
        stage = self._empty_stage()
        words = ["--manifest-path", f"{folder}/Cargo.toml", "--out", str(stage), "--target", self.platform.triple]
        if not self.platform.windows:
            words += ["--compatibility", self.platform.wheel]
        options = as_static(self.platform, static) if static else []
        self._run(["maturin", "build", "--locked", "--release", *words, *options], self._environment)
        (built,) = stage.glob("*.whl")
        tool = [str(PYTHON_TOOLS / "python"), "-m", "wheel"]
        self._run([*tool, "unpack", "--dest", str(stage), str(built)])
        (unpacked,) = (path for path in stage.iterdir() if path.is_dir())
        (information,) = unpacked.glob("*.dist-info")
        self._write_licenses(package, information / "licenses" / LICENSES)
        metadata = information / "METADATA"
        first, line, rest = metadata.read_text("utf-8").partition("License-File: ")
        # maturin has already added the file if `make wheel` wrote one, for this machine.
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
        """Pack a folder in the usual format of the platform. The same files give the same bytes."""
        if self.platform.windows:
            return self._pack_zip(stage, name)
        path = self.out / f"{name}.tar.gz"
        same = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mode=u=rwX,go=rX", f"--mtime=@{EPOCH}"]
        into = ["--use-compress-program=gzip -n -9", "--file", str(path)]
        self._run(["tar", "--create", *into, *same, "--directory", str(stage), name])
        return path

    def _pack_zip(self, stage: Path, name: str) -> Path:
        path = self.out / f"{name}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for file in sorted(one for one in (stage / name).rglob("*") if one.is_file()):
                # The time is the earliest one in zip.
                member = zipfile.ZipInfo(file.relative_to(stage).as_posix())
                member.compress_type, member.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                archive.writestr(member, file.read_bytes())
        return path

    @staticmethod
    def _empty_stage() -> Path:
        shutil.rmtree(STAGE, ignore_errors=True)
        STAGE.mkdir(parents=True)
        return STAGE

    @staticmethod
    def _run(words: list[str], environment: dict[str, str] | None = None) -> None:
        """Run a command; show its output only if it fails."""
        ended = subprocess.run(
            words, check=False, env=environment, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        if ended.returncode:
            raise SystemExit(f"{ended.stdout}\nrelease/artifacts.py: this failed: {' '.join(words)}")


def chosen(triples: Sequence[str]) -> list[Platform]:
    """Return the platforms in the command line; by default, all of them."""
    return [named(host() if triple == "host" else triple) for triple in triples] or list(PLATFORMS)


def main() -> None:
    """Build everything; print a line for each file."""
    asked = argparse.ArgumentParser(description="Build the files of a release page for each platform.")
    asked.add_argument("--out", type=Path, default=ROOT / "dist", help="the output folder (dist/)")
    asked.add_argument("--only", choices=PARTS, help="build only this part (all parts)")
    asked.add_argument("--built", type=Path, help="pack what is in this folder, and build nothing")
    asked.add_argument("triples", metavar="TRIPLE", nargs="*", help="a platform, or host (all platforms)")
    options = asked.parse_args()
    out = options.out.absolute()
    out.mkdir(parents=True, exist_ok=True)
    if options.built and options.only not in {"library", "emulator"}:
        asked.error("--built needs --only library or --only emulator")
    try:
        for platform in chosen(options.triples):
            if not options.built:
                unpack(platform)
            build = Build(platform, out, options.built and options.built.absolute())
            for part in [options.only] if options.only else PARTS:
                began = time.monotonic()
                for made in build.part(part):
                    size, seconds = made.stat().st_size, time.monotonic() - began
                    print(f"{made.relative_to(out)!s:<70} {size:>11,} bytes {seconds:>5.0f} s", flush=True)
    finally:
        shutil.rmtree(STAGE, ignore_errors=True)


if __name__ == "__main__":
    main()
