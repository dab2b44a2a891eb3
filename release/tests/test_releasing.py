"""Every file, command and symbol in RELEASING.md and docs/versions.md exists."""

from __future__ import annotations

import re

import pytest
from harness.header import FUNCTIONS
from harness.paths import LIBRARY, ROOT, VERSION

PAGES = ("RELEASING.md", "docs/versions.md", "docs/dependencies.md")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
# Files that a build or a release creates.
MADE = {"dist/", "dist/SHA256SUMS", "FILE.cdx.json", "SHA256SUMS"}


def text(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


# The pages that registries show, and that are in the packages.
READMES = ("core", "emulator", "js", "python", "release/npm")


@pytest.mark.parametrize("folder", READMES)
def test_the_page_of_a_package_needs_no_source_of_the_project(folder: str) -> None:
    page = text(f"{folder}/README.md")
    code = "\n".join(re.findall(r"^```sh\n(.*?)^```$", page, re.DOTALL | re.MULTILINE))
    assert not re.search(r"\bmake\b|clever_sso/|target/|dist/", code)
    assert not re.search(r"`make [a-z]|source of this project", page)


def test_every_package_has_one_of_these_pages() -> None:
    manifests = [ROOT / "core/Cargo.toml", *ROOT.glob("*/pyproject.toml"), ROOT / "emulator/Cargo.toml"]
    named = {
        path.parent.name
        for path in manifests
        if re.search(r'^readme = "README.md"$', path.read_text("utf-8"), re.MULTILINE)
    }
    assert named == {"core", "emulator", "python"} < set(READMES)


@pytest.mark.parametrize("page", PAGES)
def test_every_make_command_is_a_target(page: str) -> None:
    targets = set(re.findall(r"`make ([a-z][a-z-]*)", text(page)))
    assert [target for target in targets if not re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_path_exists(page: str) -> None:
    quoted = re.findall(r"`([^`\n ]+)`", text(page))
    paths = {one for one in quoted if re.fullmatch(r"[\w.-]+(/[\w.-]*)+|[\w-]+\.(md|toml|lock|h)", one)}
    workflows = {path.name for path in (ROOT / ".github/workflows").iterdir()}
    packages = re.compile(r"(?:clever-sso|@tktco|pypa|OWNER)/.+")
    lost = [one for one in paths - MADE if not (ROOT / one).exists() and one not in workflows]
    assert [one for one in lost if not packages.fullmatch(one) and not (ROOT / "include" / one).exists()] == []


def test_the_steps_name_every_published_package() -> None:
    page = text("RELEASING.md")
    for package in ("clever-sso", "clever-emulator", "clever-sso-implicit", "clever-sso/clever-sso"):
        assert f"`{package}`" in page
    assert page.count("0.2.0") > 10


def test_the_documented_soname_is_that_of_the_library() -> None:
    page = text("docs/versions.md")
    assert f"`{LIBRARY}`" in page
    assert f"`CLEVER_SSO_{VERSION.rpartition('.')[0]}`" in page
    assert "`clever_sso_version_number()`" in page
    assert "clever_sso_version_number" in FUNCTIONS
