"""The parts of `make test`, in the order in which they run. Each is a target of the Makefile."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A part of the run, with a line of its own."""

    target: str
    label: str
    # The program whose summary ends its output: "cargo", "pytest", or "" for a program that only succeeds or fails.
    tool: str = ""
    # The targets that must have succeeded before.
    needs: tuple[str, ...] = ()
    # The target of an earlier part. This part starts together with it, and runs in parallel with it and the next parts.
    beside: str = ""

    @property
    def repeat(self) -> str:
        """The command that runs this part again."""
        return f"make {self.target}"


PARTS = (
    Part("debian", "Debian packages for some of the tests"),
    Part("lint-format", "formatting of Rust and Python"),
    Part("lint-python", "ruff"),
    Part("lint-spelling", "spelling"),
    Part("lint-rust", "clippy"),
    Part("lint-docs", "documentation of the crates"),
    Part("test-rust", "tests in Rust", tool="cargo"),
    # The linker uses one core for minutes, so the compiler and the tests can use the other.
    Part("test-build", "C library and wheels, as people install them", beside="lint-rust"),
    Part("docs", "site of the documentation"),
    Part("test-python", "tests in Python, C, PHP and the browser", tool="pytest", needs=("test-build",)),
)
# Only in `make test-all`.
LONG_PARTS = (
    Part("test-sdist", "Python package from its source"),
    Part("test-dist", "tarball of the C library for any Linux", tool="pytest"),
    Part("test-release", "packages of a release, for each platform", tool="pytest"),
    Part("test-reproducible", "C library, wheels and sdist, built twice in two folders"),
    Part("test-oci", "image of the emulator", tool="pytest", needs=("test-release",)),
    Part("test-npm", "npm packages, from their archives", tool="pytest", needs=("test-release",)),
    Part("test-deb", "Debian packages, from their source", tool="pytest"),
    Part("test-conan", "Conan package of the C library", tool="pytest", needs=("test-build",)),
    Part("test-features", "each combination of the Rust crate's features"),
    Part("test-crates", "Rust crates, as they are published"),
    Part("test-api", "public API of the Rust crate, and its examples"),
    Part("msrv", "the oldest supported Rust"),
    Part("coverage", "coverage: lines that no test runs, in Rust, Python and PHP", needs=("test-build",)),
    Part("deny", "licenses and sources of all dependencies"),
    Part("test-windows", "C library, Python package and emulator for Windows, under Wine", tool="pytest"),
    Part("test-php-zts", "PHP with threads, from Debian's source", tool="pytest"),
    Part("test-php81", "what PHP 8.1 can run of the Composer package", tool="pytest"),
    Part("test-fuzz", "inputs that fuzzing found", tool="cargo", needs=("test-build",)),
    Part("fuzz", "fuzzing, a minute for each target"),
    Part("bench-growth", "time for hostile input, by its size"),
    Part("bench-login", "first login of a process over a slow network"),
    Part("test-models", "code without locks and key refresh, in each order"),
    Part("test-miri", "the code without locks under Miri", tool="cargo"),
    Part("test-tsan", "the same under ThreadSanitizer", tool="cargo"),
    Part("test-endurance", "20,000 logins at the emulator", tool="cargo"),
)
