"""Changes the version number in `Cargo.toml` and everywhere else, and starts its section of the changelog.

python3 release/version.py             prints the version, and fails if a file has another one
python3 release/version.py 0.2.0       changes it to 0.2.0: `make version VERSION=0.2.0`
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OF_CARGO = re.compile(r'^version = "(.+)"$', re.MULTILINE)
# The C header counts minor and patch versions in two digits each.
NUMBER = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d?)\.(0|[1-9]\d?)")
CHANGELOG = "CHANGELOG.md"
NEXT = "## Unreleased\n"


@dataclass(frozen=True)
class Place:
    """A place in a file with the version, or a part of it."""

    path: str
    # The group of this pattern matches the version. It can match several times.
    pattern: str
    # The part of the version in this place: "1.2.3", or only the "1" of the SONAME, and so on.
    part: str = "{version}"

    def says(self, text: str) -> list[str]:
        """Return the versions in the file."""
        return [found[1] for found in re.finditer(self.pattern, text, re.MULTILINE)]

    def wanted(self, version: str) -> str:
        """Return the expected text."""
        major, minor, patch = version.split(".")
        return self.part.format(version=version, major=major, minor=minor, patch=patch)

    def changed(self, text: str, version: str) -> str:
        """Return the file's text with another version."""

        def replaced(found: re.Match[str]) -> str:
            start, end = (found.start(1) - found.start(), found.end(1) - found.start())
            return found[0][:start] + self.wanted(version) + found[0][end:]

        return re.sub(self.pattern, replaced, text, flags=re.MULTILINE)


def implicit(path: str) -> Place:
    """Return the place in an npm example that depends on our package."""
    return Place(f"examples/implicit/{path}package.json", r'"clever-sso-implicit": "\^(.+)"')


# All places, except for files that are generated from Cargo.toml by a build: wheels, pkg-config, CMake, archives.
PLACES = (
    Place("Cargo.toml", OF_CARGO.pattern),
    Place("Cargo.toml", r'^clever-emulator = .*\bversion = "(.+)"'),
    # The members of the workspace. Packages from a registry have a source.
    Place("Cargo.lock", r'^name = ".+"\nversion = "(.+)"\n(?!source)'),
    Place("fuzz/Cargo.lock", r'^name = "clever-(?:emulator|sso)"\nversion = "(.+)"'),
    Place("include/clever_sso.h", r'^#define CLEVER_SSO_VERSION "(.+)"$'),
    Place("include/clever_sso.h", r"^#define CLEVER_SSO_VERSION_MAJOR (\d+)$", "{major}"),
    Place("include/clever_sso.h", r"^#define CLEVER_SSO_VERSION_MINOR (\d+)$", "{minor}"),
    Place("include/clever_sso.h", r"^#define CLEVER_SSO_VERSION_PATCH (\d+)$", "{patch}"),
    Place("docs/c.md", r"\blibclever_sso-(\d+\.\d+\.\d+)-"),
    Place("docs/c.md", r"`libclever_sso\.so\.(\d+)`", "{major}"),
    Place("docs/php.md", r"\blibclever_sso\.so\.(\d+)\b", "{major}"),
    Place("php/extension/php_clever_sso.h", r'^#define PHP_CLEVER_SSO_VERSION "(.+)"$'),
    Place("php/ffi/clever_sso_ffi.h", r'^#define FFI_LIB "libclever_sso\.so\.(\d+)"', "{major}"),
    Place("php/ffi/src/LibraryFile.php", r"NAME = 'libclever_sso\.so\.(\d+)'", "{major}"),
    Place("php/ffi/src/LibraryFile.php", r"NEEDS = '(.+)'"),
    Place("php/wordpress/clever-sso/clever-sso.php", r"^ \* Version: (.+)$"),
    Place("js/package.json", r'^  "version": "(.+)"'),
    Place("js/package-lock.json", r'"name": "clever-sso-implicit",\n +"version": "(.+)"'),
    *map(implicit, ("", "electron/", "react/", "vue/")),
    # The dependency of a user's own project.
    Place("docs/c.md", r"\bfind_package\(clever_sso ([\d.]+)", "{major}.{minor}"),
    Place("examples/c/CMakeLists.txt", r"\bfind_package\(clever_sso ([\d.]+)", "{major}.{minor}"),
    Place("examples/actix/Cargo.toml", r'^# .*\bclever-sso = \{ version = "(.+?)"', "{major}.{minor}"),
    Place("examples/axum/Cargo.toml", r'^# .*\bclever-sso = \{ version = "(.+?)"', "{major}.{minor}"),
    Place("examples/rust/Cargo.toml", r'^# .*\bclever-sso = "(.+?)"', "{major}.{minor}"),
)


def current(root: Path) -> str:
    """Return the version in Cargo.toml."""
    found = OF_CARGO.search((root / "Cargo.toml").read_text("utf-8"))
    if not found:
        raise SystemExit("Cargo.toml has no version")
    return found[1]


def disagreeing(root: Path) -> list[str]:
    """Return a line for each place whose version is missing or differs from Cargo.toml."""
    version = current(root)
    lines = []
    for place in PLACES:
        said = place.says((root / place.path).read_text("utf-8"))
        if set(said) != {place.wanted(version)}:
            lines.append(f"{place.path}: expected {place.wanted(version)}, found {', '.join(said) or 'nothing'}")
    return lines


def cut(text: str, version: str, day: dt.date) -> str:
    """Return the changelog, with the unreleased changes in a new section for this version."""
    if re.search(rf"^## {re.escape(version)}\b", text, re.MULTILINE):
        raise SystemExit(f"{CHANGELOG} already has a section for {version}: choose a later version")
    before, found, after = text.partition(f"\n{NEXT}")
    if not found or not after.split("\n## ", 1)[0].strip():
        raise SystemExit(f"{CHANGELOG} has nothing under Unreleased: describe the changes that users will notice")
    return f"{before}\n{NEXT}\n## {version} ({day.isoformat()})\n{after}"


def section(text: str, version: str) -> str:
    """Return the changelog's section for a version: the text of its release page."""
    found = re.search(rf"^## {re.escape(version)} \([\d-]+\)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    if not found:
        raise SystemExit(f"{CHANGELOG} has no section for {version}: run `make version VERSION={version}`")
    return found[1].strip() + "\n"


def change(root: Path, version: str, day: dt.date) -> None:
    """Change the version everywhere. If the version is wrong, nothing is written."""
    before = current(root)
    if not NUMBER.fullmatch(version):
        raise SystemExit(f"{version} is not a version: it has three numbers, such as 0.2.0, the last two below 100")
    if [*map(int, version.split("."))] < [*map(int, before.split("."))]:
        raise SystemExit(f"{version} is older than {before}, and registries never take a version twice")
    texts = {name: (root / name).read_text("utf-8") for name in (CHANGELOG, *(place.path for place in PLACES))}
    texts[CHANGELOG] = cut(texts[CHANGELOG], version, day)
    for place in PLACES:
        texts[place.path] = place.changed(texts[place.path], version)
    for name, text in texts.items():
        (root / name).write_text(text, "utf-8")


def today() -> dt.date:
    """Return the date of the release; SOURCE_DATE_EPOCH sets it for reproducible builds."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH")
    now = dt.datetime.now(dt.timezone.utc)
    return (dt.datetime.fromtimestamp(int(seconds), dt.timezone.utc) if seconds else now).date()


def main(arguments: list[str]) -> None:
    """Change the version, or print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("version", nargs="?", help="the new version")
    parser.add_argument("--notes", action="store_true", help="print what the changelog says about this version")
    options = parser.parse_args(arguments)
    if options.version:
        change(ROOT, options.version, today())
        subprocess.run([sys.executable, str(ROOT / "docs/reference/write_c.py")], check=True)
    elif options.notes:
        sys.stdout.write(section((ROOT / CHANGELOG).read_text("utf-8"), current(ROOT)))
        return
    if wrong := disagreeing(ROOT):
        raise SystemExit("\n".join(wrong))
    sys.stdout.write(current(ROOT) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
