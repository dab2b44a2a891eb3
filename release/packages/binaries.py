"""Finds the platform of a program from its first bytes."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

ELF_MACHINES = {0x3E: "x86_64", 0xB7: "aarch64"}
PE_MACHINES = {0x8664: "x86_64", 0xAA64: "aarch64"}
MACH_O_MACHINES = {0x01000007: "x86_64", 0x0100000C: "aarch64"}
PT_INTERP = 3


@dataclass(frozen=True)
class Platform:
    """The platform of a program."""

    system: str
    """`linux`, `windows` or `darwin`."""
    machine: str
    """`x86_64` or `aarch64`."""
    static: bool
    """Whether it needs neither a loader nor the system's C library."""


def platform_of(program: Path) -> Platform:
    """Return the platform that `program` was built for; raise ValueError if it is unknown."""
    with program.open("rb") as file:
        start = file.read(64 * 1024)
    if start[:5] == b"\x7fELF\x02":
        return Platform("linux", _known(ELF_MACHINES, start, 18, "<H", program), static=not _has_loader(start))
    if start[:2] == b"MZ":
        (header,) = struct.unpack_from("<I", start, 0x3C)
        return Platform("windows", _known(PE_MACHINES, start, header + 4, "<H", program), static=False)
    if start[:4] == b"\xcf\xfa\xed\xfe":
        return Platform("darwin", _known(MACH_O_MACHINES, start, 4, "<I", program), static=False)
    raise ValueError(f"{program} is not a program for Linux, Windows or macOS on a 64-bit machine")


def _known(machines: dict[int, str], start: bytes, offset: int, form: str, program: Path) -> str:
    (machine,) = struct.unpack_from(form, start, offset)
    if machine not in machines:
        raise ValueError(f"{program} is for an unknown processor ({machine:#x}); only x86_64 and aarch64 are known")
    return machines[machine]


def _has_loader(start: bytes) -> bool:
    (offset,) = struct.unpack_from("<Q", start, 0x20)
    size, count = struct.unpack_from("<HH", start, 0x36)
    kinds = (struct.unpack_from("<I", start, offset + index * size)[0] for index in range(count))
    return PT_INTERP in kinds
