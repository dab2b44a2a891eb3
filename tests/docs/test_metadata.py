"""The metadata for package registries is complete, with the project addresses from Cargo.toml."""

from __future__ import annotations

import json
import os
import re
import subprocess
from email.parser import HeaderParser
from pathlib import Path
from zipfile import ZipFile

import pytest
from harness.paths import ROOT

CARGO = (ROOT / "Cargo.toml").read_text("utf-8")
HOME = re.search(r'^homepage = "(.+)"$', CARGO, re.MULTILINE)[1]  # type: ignore[index]
CRATES = ("core", "ffi", "emulator")
WHEELS = ("python", "emulator")
PHP_PACKAGES = ["php", "php/extension"]
GUIDE = {"python": "docs/python.md", "emulator": "docs/emulator.md"}


def urls(package: str) -> dict[str, str]:
    """Return the addresses of a Python package; each begins with the project's address."""
    paths = {
        "Homepage": "",
        "Documentation": f"/{GUIDE[package]}",
        "Source": "",
        "Changelog": "/CHANGELOG.md",
        "Issues": "/issues",
    }
    return {label: HOME + path for label, path in paths.items()}


def section(package: str) -> str:
    return "[project.urls]\n" + "".join(f'{label} = "{url}"\n' for label, url in urls(package).items())


@pytest.mark.parametrize("package", WHEELS)
def test_the_python_packages_have_the_project_addresses(package: str) -> None:
    path = ROOT / package / "pyproject.toml"
    written = re.sub(r"\[project\.urls\]\n(?:.+\n)*", section(package), path.read_text("utf-8"))
    if os.environ.get("CLEVER_SSO_WRITE_URLS"):
        path.write_text(written, "utf-8")
    assert section(package) in path.read_text("utf-8"), "run `make urls`"


@pytest.mark.parametrize("package", PHP_PACKAGES)
def test_the_php_packages_have_the_project_addresses(package: str) -> None:
    path = ROOT / package / "composer.json"
    text = path.read_text("utf-8")
    home = json.loads(text)["homepage"]
    if os.environ.get("CLEVER_SSO_WRITE_URLS"):
        text = text.replace(f'"{home}', f'"{HOME}')
        path.write_text(text, "utf-8")
    told = json.loads(text)
    support = {"issues": f"{HOME}/issues", "source": HOME, "docs": f"{HOME}/docs/php.md"}
    assert (told["homepage"], told["support"]) == (HOME, support), "run `make urls`"


def test_the_npm_package_has_the_project_addresses() -> None:
    path = ROOT / "js" / "package.json"
    text = path.read_text("utf-8")
    home = json.loads(text)["homepage"]
    if os.environ.get("CLEVER_SSO_WRITE_URLS"):
        text = text.replace(f'"{home}', f'"{HOME}').replace(f"git+{home}", f"git+{HOME}")
        path.write_text(text, "utf-8")
    told = json.loads(text)
    repository = {"type": "git", "url": f"git+{HOME}.git", "directory": "js"}
    assert (told["homepage"], told["bugs"], told["repository"]) == (HOME, f"{HOME}/issues", repository), (
        "run `make urls`"
    )
    assert told["description"]
    assert told["keywords"]
    assert told["license"] == "MIT OR Apache-2.0"


def test_the_alerts_have_the_project_addresses() -> None:
    path = ROOT / "docs" / "operating" / "clever-sso.rules.yml"
    text = path.read_text("utf-8")
    written = re.sub(r"runbook_url: .+?(?=/docs/)", f"runbook_url: {HOME}", text)
    if os.environ.get("CLEVER_SSO_WRITE_URLS"):
        path.write_text(written, "utf-8")
        text = written
    assert "runbook_url: " in text
    assert text == written, "run `make urls`"


@pytest.mark.parametrize("name", ["clever_sso", "clever_emulator"])
def test_a_wheel_has_all_metadata_that_registries_show(name: str) -> None:
    [wheel] = Path(os.environ["CLEVER_DIST"]).glob(f"{name}-*.whl")
    with ZipFile(wheel) as archive:
        [path] = [path for path in archive.namelist() if path.endswith(".dist-info/METADATA")]
        told = HeaderParser().parsestr(archive.read(path).decode())
    wanted = urls("python" if name == "clever_sso" else "emulator")
    assert {tuple(url.split(", ", 1)) for url in told.get_all("Project-URL", [])} == set(wanted.items())
    for field in ("Summary", "Keywords", "License-Expression", "Requires-Python", "Description-Content-Type"):
        assert told[field], field
    assert len(told.get_all("Classifier", [])) > 5
    assert told.get_payload(), "no description"
    assert told.get_all("License-File") == ["LICENSE-APACHE", "LICENSE-MIT", "LICENSES-THIRD-PARTY.txt"]


@pytest.mark.parametrize("crate", CRATES)
def test_a_crate_has_all_metadata_that_registries_show(crate: str) -> None:
    text = (ROOT / crate / "Cargo.toml").read_text("utf-8")
    shared = ("license", "repository", "homepage", "keywords", "rust-version")
    assert [field for field in shared if f"\n{field}.workspace = true\n" not in text] == []
    assert re.search(r'\ndescription = ".+"\n', text)
    assert re.search(r'\ncategories = \["[a-z-]+', text)
    # The C library has no page of its own on docs.rs: its reference is the header.
    assert crate == "ffi" or re.search(r'\ndocumentation = "https://docs\.rs/', text)


def test_only_generated_files_repeat_the_project_address() -> None:
    listing = subprocess.run(
        ["git", "grep", "--files-with-matches", "--fixed-strings", HOME],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    made = {f"{package}/composer.json" for package in PHP_PACKAGES} | {
        f"{package}/pyproject.toml" for package in WHEELS
    }
    assert (
        set(listing.stdout.split()) <= {"Cargo.toml", "js/package.json", "docs/operating/clever-sso.rules.yml"} | made
    )
