"""Reads the files of a release in any format, and finds which of our packages is compiled into them."""

from __future__ import annotations

import io
import re
import struct
import tarfile
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SUMS = "SHA256SUMS"
SBOM = ".cdx.json"
ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.xz", ".crate")
ZIPS = (".zip", ".whl")
AR = b"!<arch>\n"
AR_HEADER = 60
# The first bytes of programs and libraries for Linux, Windows and macOS.
ELF, PE, MACH_O = b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe"
ELF_MACHINES = {62: "x86_64", 183: "aarch64"}
PE_MACHINES = {0x8664: "x86_64", 0xAA64: "aarch64"}
MACH_O_MACHINES = {0x01000007: "x86_64", 0x0100000C: "aarch64"}
# The files that cargo builds, by their names.
COMPILED = (
    (re.compile(r"libclever_sso\.(?:so[\d.]*|a|dylib)|clever_sso\.dll"), "clever-sso-ffi"),
    (re.compile(r"_native(?:\..+)?\.(?:so|pyd)"), "clever-sso-python"),
    (re.compile(r"clever-emulator(?:\.exe)?"), "clever-emulator"),
    (re.compile(r"clever-sso(?:\.exe)?"), "clever-sso"),
)
# Source archives, and the files that cargo builds from them.
SOURCES = (
    (re.compile(r"clever_sso-[\d.]+\.tar\.gz"), "clever-sso-python"),
    (re.compile(r"clever_emulator-[\d.]+\.tar\.gz"), "clever-emulator"),
    (re.compile(r"clever-emulator-[\d.]+\.crate"), "clever-emulator"),
    (re.compile(r"clever-sso-[\d.]+\.crate"), "clever-sso"),
    # Debian's source package.
    *(
        (re.compile(r"clever-sso_[\d.]+\.tar\.xz"), name)
        for name in ("clever-sso-ffi", "clever-sso", "clever-emulator")
    ),
)


@dataclass(frozen=True)
class Member:
    """A file inside of another file."""

    name: str
    data: bytes

    @property
    def basename(self) -> str:
        """The name without folders."""
        return PurePosixPath(self.name).name

    @property
    def is_binary(self) -> bool:
        """Whether it is machine code."""
        return self.data.startswith((ELF, PE, MACH_O, AR))

    @property
    def package(self) -> str:
        """The package of ours that is compiled into it, or nothing."""
        if self.is_binary:
            for pattern, package in COMPILED:
                if pattern.fullmatch(self.basename):
                    return package
        return ""


@dataclass(frozen=True)
class Artifact:
    """A file that people install or unpack."""

    path: Path

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.path.name

    @cached_property
    def members(self) -> tuple[Member, ...]:
        """All files inside of an archive; for any other file, the file itself."""
        return tuple(opened(self.name, self.path.read_bytes()))

    @property
    def compiled(self) -> tuple[Member, ...]:
        """The members that cargo built."""
        return tuple(member for member in self.members if member.package)

    @property
    def needs_licenses(self) -> bool:
        """Whether it needs licenses: it is not a text about other files, and has more than debug symbols."""
        is_archive = self.name.endswith((*ARCHIVES, *ZIPS, ".deb"))
        return (is_archive or bool(self.compiled)) and not all(one.name.endswith(".debug") for one in self.members)

    @property
    def packages(self) -> frozenset[tuple[str, str]]:
        """The packages of ours in it, each with the platform that it was compiled for."""
        return frozenset((member.package, self.platform(member)) for member in self.compiled)

    def platform(self, member: Member) -> str:
        """Return Rust's name for the platform of a member."""
        if member.data.startswith(PE):
            (header,) = struct.unpack_from("<I", member.data, 0x3C)
            (machine,) = struct.unpack_from("<H", member.data, header + 4)
            return f"{PE_MACHINES.get(machine, '')}-pc-windows-gnu"
        if member.data.startswith(MACH_O):
            (machine,) = struct.unpack_from("<I", member.data, 4)
            return f"{MACH_O_MACHINES.get(machine, '')}-apple-darwin"
        # For a static library, the platform of its first object.
        (machine,) = struct.unpack_from("<H", member.data, member.data.index(ELF) + 18)
        # A program for musl needs no loader, and a library for musl names another one. Objects name none.
        musl = "musl" in self.name
        if not member.data.startswith(AR):
            musl = musl or not re.search(rb"/ld-linux|libc\.so\.6", member.data)
        return f"{ELF_MACHINES.get(machine, '')}-unknown-linux-{'musl' if musl else 'gnu'}"


def artifacts(folder: Path) -> list[Artifact]:
    """Return the files of a release, without SBOMs and checksums."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != SUMS)
    return [Artifact(path) for path in sorted(files) if not path.name.endswith((SBOM, ".asc"))]


def opened(name: str, data: bytes) -> Iterator[Member]:
    """Return the members of an archive; for any other file, the file itself."""
    if name.endswith(ZIPS):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from (Member(one.filename, archive.read(one)) for one in archive.infolist() if not one.is_dir())
    elif name.endswith(ARCHIVES):
        yield from of_tar(data)
    elif name.endswith(".deb"):
        for part, content in of_ar(data):
            if part.startswith(("control.tar", "data.tar")):
                yield from of_tar(content)
    else:
        yield Member(name, data)


def of_tar(data: bytes) -> Iterator[Member]:
    """Return the files of a tar archive; for a container image, also the files of its layers."""
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        found = [(one.name.removeprefix("./"), archive.extractfile(one)) for one in archive if one.isfile()]
        members = [Member(name, file.read()) for name, file in found if file]
    is_image = any(member.name == "oci-layout" for member in members)
    for member in members:
        yield member
        # A layer. The other blobs are JSON.
        if is_image and member.name.startswith("blobs/") and not member.data.startswith(b"{"):
            yield from of_tar(member.data)


def of_ar(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Return the parts of a Debian package."""
    at = len(AR)
    while at + AR_HEADER <= len(data):
        header = data[at : at + AR_HEADER]
        name, size = header[:16].decode().strip().rstrip("/"), int(header[48:58])
        yield name, data[at + AR_HEADER : at + AR_HEADER + size]
        at += AR_HEADER + size + size % 2
