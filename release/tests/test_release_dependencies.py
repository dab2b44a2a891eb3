"""docs/dependencies.md has a line for every package in a manifest, and for no other."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

import finish
import pytest
from harness.paths import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PAGE = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
ROWS = re.compile(r"^\| (`[^|]+`) \| .+ \|$", re.MULTILINE)
# Our own packages, whose names begin with these.
OURS = ("clever-sso", "clever-emulator")


def tracked(pattern: str) -> list[str]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", pattern]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted(listing.split())


def listed(*titles: str) -> set[str]:
    """Return the first column of the tables below these headings."""
    names: set[str] = set()
    for title in titles:
        section = PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]
        for cell in ROWS.findall(section):
            names |= set(re.findall(r"`([^`]+)`", cell))
    return names


def of_others(names: set[str]) -> set[str]:
    return {name for name in names if not name.startswith(OURS)}


def tables_of(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the tables of dependencies in a Cargo.toml, including those for only some platforms."""
    kinds = ("dependencies", "dev-dependencies", "build-dependencies")
    holders = [manifest, *manifest.get("target", {}).values()]
    return [holder[kind] for holder in holders for kind in kinds if kind in holder]


def crates() -> set[str]:
    names: set[str] = set()
    for path in tracked("*Cargo.toml"):
        manifest = tomllib.loads((ROOT / path).read_text("utf-8"))
        for table in tables_of(manifest):
            names |= {(one.get("package", name) if isinstance(one, dict) else name) for name, one in table.items()}
    return of_others(names)


def required(line: str) -> str:
    """Return the normalized package name in a requirement."""
    found = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", line)
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found else ""


def python_packages() -> set[str]:
    lines: list[str] = []
    for path in [*tracked("*requirements/*.txt"), *tracked("*requirements.txt")]:
        lines += [line for line in (ROOT / path).read_text("utf-8").splitlines() if line[:1] not in {"#", "-", ""}]
    for path in tracked("*pyproject.toml"):
        manifest = tomllib.loads((ROOT / path).read_text("utf-8"))
        project = manifest.get("project", {})
        lines += [*manifest["build-system"]["requires"], *project.get("dependencies", [])]
        lines += [line for extra in project.get("optional-dependencies", {}).values() for line in extra]
    return of_others({required(line) for line in lines})


def npm_packages() -> set[str]:
    names: set[str] = set()
    for path in tracked("*package.json"):
        manifest = json.loads((ROOT / path).read_text("utf-8"))
        for kind in ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies"):
            names |= set(manifest.get(kind, {}))
    return of_others(names)


def debian_packages() -> set[str]:
    command = [str(ROOT / "tests/harness/debian.sh"), "--list"]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return {line.split()[1] for line in listing.splitlines()}


PARTS = {
    "crates": (
        crates,
        (
            "In the library: Rust crates",
            "In the emulator: Rust crates",
            "To build and test: Rust crates",
        ),
    ),
    "python": (python_packages, ("Python packages",)),
    "npm": (npm_packages, ("npm packages",)),
    "debian": (debian_packages, ("Debian packages",)),
}


@pytest.mark.parametrize("part", PARTS)
def test_each_dependency_has_a_line_and_each_line_a_dependency(part: str) -> None:
    asked, titles = PARTS[part]
    names = asked()
    assert len(names) > 10
    assert sorted(names - listed(*titles)) == [], "write a line for it in docs/dependencies.md"
    assert sorted(listed(*titles) - names) == [], "no manifest has it: remove its line from docs/dependencies.md"


def test_the_table_of_what_compilers_add_has_the_names_in_sboms() -> None:
    assert listed("What compilers add") == {runtime.name for runtime in finish.RUNTIMES} | {"musl"}


def test_the_tables_of_the_library_and_the_emulator_list_exactly_the_linked_crates() -> None:
    """A dependency of the tests must not be in a table of what people install."""

    def normal(member: str) -> set[str]:
        manifest = tomllib.loads((ROOT / member / "Cargo.toml").read_text("utf-8"))
        holders = [manifest, *manifest.get("target", {}).values()]
        return of_others({name for holder in holders for name in holder.get("dependencies", {})})

    library, emulator = listed("In the library: Rust crates"), listed("In the emulator: Rust crates")
    assert library == normal("core") | normal("ffi") | normal("python")
    assert emulator == normal("emulator") - library
    said = PAGE.split("\n## In the emulator: Rust crates\n", 1)[1].split("\n| crate |", 1)[0]
    assert set(re.findall(r"`([\w-]+)`", said)) == normal("emulator") & library


@pytest.mark.parametrize("cell", ["what for", "who maintains it", "to replace it"])
def test_no_cell_of_the_tables_is_empty(cell: str) -> None:
    tables = PAGE.split("\n## Debian packages\n", 1)[0].count("\n|---|")
    assert PAGE.count(f"| {cell} |") >= tables
    assert not re.search(r"^\|.*\| *\|", PAGE, re.MULTILINE), "an empty cell"


def test_the_name_in_a_requirement_is_read() -> None:
    assert required('django-allauth[mfa]>=65; python_version >= "3.10"') == "django-allauth"
    assert required("Flask_WTF>=1") == "flask-wtf"
