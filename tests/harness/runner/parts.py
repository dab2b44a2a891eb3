"""The parts of `make test`, in the order in which they run. Each is a target of the Makefile."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """One line of the run."""

    target: str
    label: str
    # Whose closing lines its output has: "cargo", "pytest", or "" for a program that only succeeds or fails.
    tool: str = ""
    # The targets without whose results it cannot run.
    needs: tuple[str, ...] = ()
    # The target of an earlier part: this one starts together with it and runs beside it and those that follow.
    beside: str = ""

    @property
    def repeat(self) -> str:
        """The command that runs it again."""
        return f"make {self.target}"


PARTS = (
    Part("debian", "Debian packages for some of the tests"),
    Part("lint-format", "formatting of Rust and Python"),
    Part("lint-python", "ruff"),
    Part("lint-spelling", "spelling"),
    Part("lint-rust", "clippy"),
    Part("lint-docs", "documentation of the crates"),
    Part("test-rust", "tests in Rust", tool="cargo"),
    # The linker uses one core for minutes: compiler and tests have the other.
    Part("test-build", "C library and wheels, as people install them", beside="lint-rust"),
    Part("docs", "site of the documentation"),
    Part("test-python", "tests in Python, C, PHP and the browser", tool="pytest", needs=("test-build",)),
)
# What `make test-all` adds.
LONG_PARTS = (
    Part("test-sdist", "Python package from its source"),
    Part("test-dist", "C library for any Linux, as a tarball", tool="pytest"),
    Part("test-release", "what a release has for each platform", tool="pytest"),
    Part("test-reproducible", "C library and wheel, built twice in two folders"),
    Part("test-oci", "image of the emulator", tool="pytest", needs=("test-release",)),
    Part("test-npm", "npm packages, from their archives", tool="pytest", needs=("test-release",)),
    Part("test-deb", "Debian packages, from their source", tool="pytest"),
    Part("test-conan", "Conan package of the C library", tool="pytest", needs=("test-build",)),
    Part("test-features", "each combination of the Rust crate's features"),
    Part("test-crates", "Rust crates, as they are published"),
    Part("test-api", "public API of the Rust crate, and its examples"),
    Part("msrv", "the oldest Rust that is promised"),
    Part("coverage", "lines that no test runs, in Rust, Python and PHP", needs=("test-build",)),
    Part("deny", "licenses and sources of all dependencies"),
    Part("test-windows", "C library, Python package and emulator for Windows, under Wine", tool="pytest"),
    Part("test-php-zts", "PHP with threads, from Debian's source", tool="pytest"),
    Part("test-fuzz", "what searches for faults have found", tool="cargo", needs=("test-build",)),
    Part("fuzz", "search for faults, a minute for each target"),
    Part("bench-growth", "time that hostile input takes, by its size"),
    Part("bench-login", "first login of a process over a slow network"),
    Part("test-models", "each order of threads in what the core does without locks"),
    Part("test-miri", "the same under Miri", tool="cargo"),
    Part("test-tsan", "the same under ThreadSanitizer", tool="cargo"),
    Part("test-endurance", "20,000 logins at the emulator", tool="cargo"),
)
