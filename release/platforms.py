"""The platforms that a release is built for: one table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Platform:
    """Where something runs."""

    # Rust's name for it, and ours.
    triple: str
    # What maturin calls the oldest system that a wheel must run on.
    wheel: str
    # Zig's name for it, with the oldest glibc. For Windows MinGW compiles.
    zig: str = ""

    @property
    def musl(self) -> bool:
        """Whether its C library is musl: programs are then linked statically, libraries dynamically."""
        return self.triple.endswith("musl")

    @property
    def windows(self) -> bool:
        """Whether it is Windows."""
        return "windows" in self.triple

    @property
    def wheel_tag(self) -> str:
        """How the name of a wheel for it ends."""
        return "win_amd64" if self.windows else f"{self.wheel}_{self.machine}"

    @property
    def machine(self) -> str:
        """The kind of processor, as `uname -m` says it."""
        return self.triple.partition("-")[0]


PLATFORMS = (
    Platform("x86_64-unknown-linux-gnu", "manylinux2014", "x86_64-linux-gnu.2.17"),
    Platform("aarch64-unknown-linux-gnu", "manylinux2014", "aarch64-linux-gnu.2.17"),
    Platform("x86_64-unknown-linux-musl", "musllinux_1_2", "x86_64-linux-musl"),
    Platform("aarch64-unknown-linux-musl", "musllinux_1_2", "aarch64-linux-musl"),
    Platform("x86_64-pc-windows-gnu", "win"),
)


def named(triple: str) -> Platform:
    """Give the platform with that name."""
    for platform in PLATFORMS:
        if platform.triple == triple:
            return platform
    known = ", ".join(platform.triple for platform in PLATFORMS)
    message = f"no release is built for {triple!r}; the platforms are {known}"
    raise SystemExit(message)
