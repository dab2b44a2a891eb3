"""The table of platforms that a release is built for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Platform:
    """A platform."""

    # Rust's name for the platform, and ours.
    triple: str
    # maturin's name for the oldest system that a wheel must run on.
    wheel: str
    # Zig's name for the platform, with the oldest glibc. For Windows, MinGW compiles.
    zig: str = ""

    @property
    def musl(self) -> bool:
        """Whether its C library is musl. Then programs are linked statically, and libraries dynamically."""
        return self.triple.endswith("musl")

    @property
    def windows(self) -> bool:
        """Whether it is Windows."""
        return "windows" in self.triple

    @property
    def wheel_tag(self) -> str:
        """The platform tag at the end of a wheel's name."""
        return "win_amd64" if self.windows else f"{self.wheel}_{self.machine}"

    @property
    def machine(self) -> str:
        """The processor, as in `uname -m`."""
        return self.triple.partition("-")[0]


PLATFORMS = (
    Platform("x86_64-unknown-linux-gnu", "manylinux2014", "x86_64-linux-gnu.2.17"),
    Platform("aarch64-unknown-linux-gnu", "manylinux2014", "aarch64-linux-gnu.2.17"),
    Platform("x86_64-unknown-linux-musl", "musllinux_1_2", "x86_64-linux-musl"),
    Platform("aarch64-unknown-linux-musl", "musllinux_1_2", "aarch64-linux-musl"),
    Platform("x86_64-pc-windows-gnu", "win"),
)


def named(triple: str) -> Platform:
    """Return the platform with this name."""
    for platform in PLATFORMS:
        if platform.triple == triple:
            return platform
    known = ", ".join(platform.triple for platform in PLATFORMS)
    message = f"no release is built for {triple!r}; the platforms are {known}"
    raise SystemExit(message)
