"""Runs a command with the compilers for another platform.

    toolchain.py TRIPLE COMMAND...
    toolchain.py aarch64-unknown-linux-gnu cargo build --release -p clever-emulator

cargo builds in target/toolchain/build/TRIPLE/release. For the machine's own platform, it uses the machine's own Rust.
For others, it uses Debian's Rust for browsers, which includes the source of the standard library, unpacked below the
target folder. zig, from PyPI, compiles C and links for any glibc and musl. For Windows, MinGW does.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from platforms import Platform, named

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).absolute()
FOLDER = TARGET / "toolchain"
# cargo's target folder. The results are below it, in TRIPLE/release.
BUILD = FOLDER / "build"
DEBIAN = FOLDER / "debian"
LLVM = DEBIAN / "usr/lib/llvm-14/bin"
PYTHON_TOOLS = TARGET / "venv/bin"
PACKAGES = ("rustc-web", "cargo-web", "rust-web-src")
MINGW = ("gcc-mingw-w64-x86-64-win32", "rust-web-clippy")
# The linker of MinGW drops the names of compilers from the end of each object, so this is a part of the program's data.
COMPILERS = """#include <_mingw.h>
#define TEXT(number) #number
#define NUMBER(number) TEXT(number)
const char clever_sso_compilers[] =
    "rustc version " RUSTC
    "\\0gcc version " NUMBER(__GNUC__) "." NUMBER(__GNUC_MINOR__) "." NUMBER(__GNUC_PATCHLEVEL__)
    "\\0mingw-w64 version " __MINGW64_VERSION_STR;
"""
# Variables of the caller that must not change the build.
FOREIGN = (
    "RUSTUP_TOOLCHAIN",
    "CARGO",
    "RUSTC",
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "CFLAGS",
    "CC",
    "AR",
    "SOURCE_DATE_EPOCH",
)


def host() -> str:
    """Return the platform of the machine's own Rust."""
    shown = subprocess.run(["rustc", "-vV"], check=True, capture_output=True, text=True, cwd=ROOT).stdout
    return next(line.removeprefix("host: ") for line in shown.splitlines() if line.startswith("host: "))


def unpack(platform: Platform) -> None:
    """Unpack everything that a platform needs below the target folder."""
    subprocess.run([HERE / "debian.sh", *(MINGW if platform.windows else ("llvm-14", "lld-14"))], check=True)
    if platform.triple != host():
        subprocess.run([HERE / "debian.sh", *PACKAGES], check=True)
    # Without the variables of a make that may have called this.
    plain = {name: value for name, value in os.environ.items() if "MAKE" not in name and name != "MFLAGS"}
    subprocess.run(["make", "-s", "-C", ROOT, TARGET / "venv/dist"], check=True, env=plain)


def environment(platform: Platform) -> dict[str, str]:
    """Return the environment variables for cargo and maturin to build for a platform."""
    plain = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    compiler, archiver, linker = tools(platform)
    low, high = platform.triple.replace("-", "_"), platform.triple.replace("-", "_").upper()
    paths = [str(PYTHON_TOOLS), os.environ["PATH"]]
    cross = {
        "CARGO_TARGET_DIR": str(BUILD),
        "CARGO_BUILD_TARGET": platform.triple,
        # Allows cargo's unstable features without a nightly compiler.
        "RUSTC_BOOTSTRAP": "1",
        # Keep this machine's folders out of the binaries; panic messages name crates instead.
        "CARGO_UNSTABLE_TRIM_PATHS": "true",
        "CARGO_PROFILE_RELEASE_TRIM_PATHS": "all",
        # Build scripts are compiled for this machine, even if both platforms have the same name.
        "CARGO_UNSTABLE_TARGET_APPLIES_TO_HOST": "true",
        "CARGO_TARGET_APPLIES_TO_HOST": "false",
        # For `as_static`.
        "CARGO_UNSTABLE_PROFILE_RUSTFLAGS": "true",
        f"CC_{low}": str(compiler),
        f"AR_{low}": str(archiver),
        f"CFLAGS_{low}": shlex.join(c_flags(platform)),
        f"CARGO_TARGET_{high}_LINKER": str(linker),
    }
    if not platform.windows:
        # The linker moves function names to a separate file.
        cross["CARGO_PROFILE_RELEASE_STRIP"] = "none"
    if platform.triple != host():
        cross["LD_LIBRARY_PATH"] = str(DEBIAN / "usr/lib/x86_64-linux-gnu")
        cross["CARGO_UNSTABLE_BUILD_STD"] = "std,panic_unwind"
        # First in the PATH, so that every program finds this `rustc` and `cargo`.
        paths.insert(0, str(DEBIAN / "usr/bin"))
    if platform.musl:
        # The startup files of a program come from zig.
        cross[f"CARGO_TARGET_{high}_RUSTFLAGS"] = "-Clink-self-contained=no -Ctarget-feature=-crt-static"
    return {**plain, **cross, "PATH": os.pathsep.join(paths)}


def as_static(platform: Platform, package: str) -> list[str]:
    """Return the options of cargo that link a package's programs for musl statically.

    Only this package is compiled with them, so that crates shared by libraries and programs are compiled only once.
    """
    flags = "['-Ctarget-feature=+crt-static']"
    return ["--config", f"profile.release.package.{package}.rustflags={flags}"] if platform.musl else []


def c_flags(platform: Platform) -> list[str]:
    """Return the options of the C compiler."""
    registry = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo")) / "registry/src"
    folders = {ROOT: "clever_sso", TARGET: "target", **dict.fromkeys(sorted(registry.glob("*")), ".")}
    # Leave out a tenth of the library, which only makes signing, and encrypting megabytes, faster. Responses of Clever
    # are a few kilobytes, and this library doesn't sign.
    flags = ["-DMY_ASSEMBLER_IS_TOO_OLD_FOR_512AVX"] if platform.machine == "x86_64" else []
    if platform.windows:
        # A part of aws-lc declares its functions dllexport. Without this, they would be exported like ours.
        flags.append("-Ddllexport=")
    return flags + [f"-ffile-prefix-map={folder}={name}" for folder, name in folders.items()]


def tools(platform: Platform) -> tuple[Path, Path, Path]:
    """Write the C compiler, the archiver and the linker; return their variables."""
    folder = FOLDER / "bin" / platform.triple
    folder.mkdir(parents=True, exist_ok=True)
    if platform.windows:
        mingw = DEBIAN / "usr/bin/x86_64-w64-mingw32"
        gcc = mingw.with_name(f"{mingw.name}-gcc-win32")
        return gcc, mingw.with_name(f"{mingw.name}-ar"), naming_linker(folder, gcc)
    # cargo-zigbuild knows which of rustc's options zig does not accept.
    zig = [str(PYTHON_TOOLS / "cargo-zigbuild"), "zig", "cc", "--", "-fno-sanitize=all", "-target", platform.zig]
    compiler = script(folder / "cc", f'exec {shlex.join(zig)} "$@"')
    split = shlex.join([str(HERE / "split_debug.sh"), str(LLVM / "llvm-objcopy")])
    # rustc infers the linker's options from the end of its name. Without -g, zig leaves function names out.
    link = f'{shlex.quote(str(compiler))} -g -Wl,--build-id=sha1 "$@"'
    linker = script(folder / "link-gcc", f'{link}\nexec {split} "$@"')
    return compiler, LLVM / "llvm-ar", linker


def naming_linker(folder: Path, gcc: Path) -> Path:
    """Write a linker that adds the names of the compilers, for SBOMs. Programs for Linux have them in .comment."""
    names = folder / "compilers.c"
    write(names, COMPILERS)
    own = f'-DRUSTC="\\"${{told#rustc }}\\"" -x c {shlex.quote(str(names))} -Wl,-u,clever_sso_compilers'
    return script(folder / "link-gcc", f'told=$(rustc --version)\nexec {shlex.quote(str(gcc))} "$@" {own}')


def script(path: Path, lines: str) -> Path:
    """Write a small script."""
    write(path, f"#!/usr/bin/env bash\nset -euo pipefail\n{lines}\n")
    path.chmod(0o755)
    return path


def write(path: Path, text: str) -> None:
    """Write a file, unless it exists already: cargo rebuilds everything after a newer compiler."""
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")


def main(words: Sequence[str]) -> int:
    """Run the command in the command line."""
    if not words[1:]:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    platform = named(words[0])
    unpack(platform)
    return subprocess.run(words[1:], check=False, env=environment(platform)).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
