"""Packing the same programs twice gives the same bytes, whatever the folder, the user and the file times are.

`make test-reproducible` compiles twice. Here the programs are the same files, so that a package takes seconds.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import reproducible
from harness.length import WHOLE, not_here
from harness.paths import RELEASE, ROOT, TARGET, VERSION

EPOCH = 1700000000
WINDOWS = "x86_64-pc-windows-gnu"


@dataclass(frozen=True)
class User:
    """Someone who packs a release: the folder, the umask, the time of the files, and variables."""

    folder: str
    umask: int
    time: int
    variables: dict[str, str]


USERS = (
    User("a", 0o022, 1_600_000_000, {"TZ": "UTC", "LC_ALL": "C", "USER": "one"}),
    User("another/place", 0o077, 1_500_000_000, {"TZ": "America/Anchorage", "LC_ALL": "C.UTF-8", "USER": "other"}),
)


@dataclass(frozen=True)
class Kind:
    """A kind of package: the command, its tools, the number of files, and whether it takes long."""

    command: str
    files: int
    tools: tuple[str, ...] = ()
    long: bool = False


PACK = "{python} release/artifacts.py --out {out} --built {built}"
LICENSES = "--third-party {built}/LICENSES-THIRD-PARTY-EMULATOR.txt"
KINDS = {
    "the archive of the emulator": Kind(f"{PACK} --only emulator host", 1),
    "the archive of the emulator for Windows": Kind(f"{PACK} --only emulator {WINDOWS}", 1, long=True),
    "the archive of the C library": Kind(f"{PACK} --only library host", 1, long=True),
    "the container image": Kind(
        f"{{python}} release/packages/oci.py {LICENSES} --out {{out}}/image.tar {{built}}/clever-emulator", 1
    ),
    "the npm packages": Kind(
        f"{{python}} release/packages/npm.py {LICENSES} --out {{out}} {{built}}/clever-emulator", 2, ("npm",)
    ),
    "all npm packages": Kind(
        "make npm DIST={out} EMULATORS={built}/clever-emulator NPM_EMULATORS={built}/clever-emulator"
        " EMULATOR_LICENSES={built}/LICENSES-THIRD-PARTY-EMULATOR.txt",
        3,
        ("npm",),
        long=True,
    ),
    "the vcpkg port": Kind("{python} release/packages/vcpkg.py --archives {built} --out {out}", 1),
    "the sdist": Kind("{maturin} sdist --manifest-path python/Cargo.toml --out {out}", 1, ("{maturin}",)),
    "the Debian source package": Kind(
        "{python} release/packages/deb.py --source --out {out}", 2, ("dpkg-buildpackage",), long=True
    ),
    "the Debian packages": Kind(
        "{python} release/packages/deb.py --built {built} --out {out}", 7, ("dh", "phpize"), long=True
    ),
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What was compiled: the library of this run, and programs that do nothing."""
    folder = tmp_path_factory.mktemp("built")
    (folder / "nothing.c").write_text("int main(void) { return 0; }\n")
    subprocess.run(["cc", "-static", "-s", "-o", folder / "clever-emulator", folder / "nothing.c"], check=True)
    shutil.copy(folder / "clever-emulator", folder / "clever-sso")
    # The first bytes of a program for Windows.
    (folder / "clever-emulator.exe").write_bytes(b"MZ" + bytes(58) + b"\x40\0\0\0PE\0\0\x64\x86")
    for name in ("LICENSES-THIRD-PARTY.txt", "LICENSES-THIRD-PARTY-EMULATOR.txt"):
        (folder / name).write_text("the licenses of others\n")
    for machine in ("x86_64", "aarch64"):
        (folder / f"libclever_sso-{VERSION}-{machine}-unknown-linux-gnu.tar.gz").write_bytes(machine.encode())
    for name in ("libclever_sso.so", "libclever_sso.a"):
        (folder / name).symlink_to(RELEASE / name)
    return folder


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[User, Path]]:
    """The sources of each user."""
    folder = tmp_path_factory.mktemp("sources")
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for user in USERS:
        place = folder / user.folder
        for name in filter(None, listing.split("\0")):
            if (ROOT / name).is_file():
                (place / name).parent.mkdir(parents=True, exist_ok=True)
                copy = Path(shutil.copy(ROOT / name, place / name))
                copy.chmod((0o777 if os.access(ROOT / name, os.X_OK) else 0o666) & ~user.umask)
        (place / "python/LICENSES-THIRD-PARTY.txt").write_text("the licenses of others\n")
        # The Debian packages contain what git tracks. Only the long form makes them.
        for words in (["init", "--quiet"], ["add", "--all"]) if WHOLE else ():
            subprocess.run(["git", *words], cwd=place, check=True)
        for path in place.rglob("*"):
            os.utime(path, (user.time, user.time))
    return [(user, folder / user.folder) for user in USERS]


def packed(kind: Kind, user: User, place: Path, built: Path) -> dict[str, bytes]:
    """Pack as a user; return the files by their names."""
    out = place / "out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    names = {"python": sys.executable, "maturin": TARGET / "venv/bin/maturin", "built": built, "out": out}
    own = {"CARGO_TARGET_DIR": str(place / "target"), "SOURCE_DATE_EPOCH": str(EPOCH), **user.variables}
    ended = subprocess.run(
        ["bash", "-c", f'umask {user.umask:o} && exec "$@"', "bash", *kind.command.format(**names).split()],
        cwd=place,
        env={**{name: value for name, value in os.environ.items() if name not in reproducible.FOREIGN}, **own},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", KINDS)
def test_two_users_pack_the_same_bytes(name: str, built: Path, sources: list[tuple[User, Path]]) -> None:
    kind = KINDS[name]
    if kind.long and not WHOLE:
        pytest.skip("long: make test-all")
    for tool in kind.tools:
        if not shutil.which(tool.format(maturin=TARGET / "venv/bin/maturin")):
            raise not_here(f"{tool} is not installed")
    first, second = (packed(kind, user, place, built) for user, place in sources)
    assert reproducible.compare(first, second) == []
    assert len(first) == kind.files
