"""Checks composer.json: where each class is, so that an autoloader finds it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tarfile
from pathlib import Path

import pytest
from applications import composer
from harness import emulator
from harness.paths import LIBRARY, ROOT, VERSION
from installed import PATIENCE_SECONDS, Installed, app, run, settings

PHP = ROOT / "php"
COMPOSER = json.loads((PHP / "composer.json").read_text())
FOLDERS = [PHP / folder for folder in COMPOSER["autoload"]["psr-4"]["CleverSso\\"]]
FILES = sorted(file for folder in FOLDERS for file in folder.rglob("*.php"))
PIE = json.loads((PHP / "extension/composer.json").read_text())


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PHP)))
def test_a_file_holds_one_class_of_its_name(file: Path) -> None:
    text = file.read_text()
    declared = re.findall(r"^(?:final |abstract |readonly )*(?:class|interface|trait|enum) (\w+)", text, re.MULTILINE)
    assert declared == [file.stem]
    (folder,) = [folder for folder in FOLDERS if folder in file.parents]
    namespace = "\\".join(["CleverSso", *file.parent.relative_to(folder).parts])
    assert f"\nnamespace {namespace};\n" in text


def test_every_error_of_php_is_thrown_with_a_safe_trace() -> None:
    """In PHP 8.1, a trace has the arguments of each call. Exceptions of this package remove them by themselves."""
    files = [*(PHP / "ffi/src").glob("*.php"), *(PHP / "extension/CleverSso").glob("*.php")]
    made = re.compile(r"(?P<before>.{13})new \\(?P<name>\w*(?:Error|Exception))\(")
    found = [match for file in files for match in made.finditer(file.read_text())]
    assert len(found) > 25
    assert [match["name"] for match in found if match["before"] != "Traces::safe("] == []


def test_the_file_to_require_loads_every_class() -> None:
    loaded = re.findall(r"'/src/(\w+)\.php'", (PHP / "ffi/CleverSso.php").read_text())
    assert sorted(loaded) == sorted(file.stem for file in FOLDERS[0].glob("*.php"))


@pytest.mark.parametrize("extension", [True, False], ids=["extension", "ffi"])
def test_composer_loads_every_class(installed: Installed, application: Path, extension: bool) -> None:
    code = (
        f"require '{application}/vendor/autoload.php';"
        "$web = CleverSso\\Web::fromEnv(); echo get_class($web), ' ', CleverSso\\Problem::NOT_ADMITTED, ' ';"
        "echo strlen(CleverSso\\Web::clientFromEnv()->beginLogin()->key) > 8 ? 'begun ' : '';"
        "try { CleverSso\\Web::clientFromEnv()->beginLogin(returnTo: '//x'); }"
        "catch (CleverSso\\ArgumentException $error) { echo $error->getCodeWord(), ' '; }"
        "echo (new ReflectionClass('CleverSso\\Client'))->isInternal() ? 'extension' : 'ffi';"
    )
    command = installed.php("-dffi.enable=1", "-ddisplay_errors=stderr", "-r", code, extension=extension)
    # The library is in the package.
    environment = settings("https://app.example", "")
    environment.pop("LD_LIBRARY_PATH", None)
    ended = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    way = "extension" if extension else "ffi"
    assert (ended.stdout, ended.stderr) == (f"CleverSso\\Web not_admitted begun return_to_unsafe {way}", "")


def test_an_archive_contains_only_classes(installed: Installed, tmp_path: Path) -> None:
    composer(tmp_path, f"--working-dir={PHP}", "archive", "--format=tar", f"--dir={tmp_path}", "--file=package")
    with tarfile.open(tmp_path / "package.tar") as archive:
        files = {member.name for member in archive.getmembers() if member.isfile()}
        archive.extractall(tmp_path / "package", filter="data")
    others = {"composer.json", "bin/clever-sso", "ffi/CleverSso.php", "ffi/README.md", "ffi/clever_sso_ffi.h"}
    assert files == {str(file.relative_to(PHP)) for file in FILES} | others
    # The file to require by hand works there too.
    code = f"require '{tmp_path}/package/ffi/CleverSso.php'; echo CleverSso\\Web::class, CleverSso\\Client::class;"
    assert run(installed.php("-r", code, extension=False), tmp_path) == "CleverSso\\WebCleverSso\\Client"


def test_the_file_to_require_does_not_replace_the_extension(installed: Installed) -> None:
    code = f"require '{installed.classes('ffi')}'; echo (new ReflectionClass('CleverSso\\Client'))->isInternal();"
    assert run(installed.php("-r", code), installed.folder) == "1"


@pytest.mark.parametrize("package", ["", "extension"])
def test_composer_validate_finds_no_problem(tmp_path: Path, package: str) -> None:
    # Composer knows `php-ext` since 2.8. Older versions call it an error.
    how = "--no-check-publish" if package else "--strict"
    assert "is valid" in composer(tmp_path, "validate", how, str(PHP / package / "composer.json"))


def test_composer_installs_the_command_that_names_what_is_missing(installed: Installed, application: Path) -> None:
    said = run(installed.php("-dffi.enable=1", "vendor/bin/clever-sso", extension=False), application)
    library = f"vendor/clever-sso/clever-sso/ffi/lib/{os.uname().machine}/{LIBRARY}"
    assert f"clever_sso: FFI, {application}/{library}, version {VERSION}\n" in said


@pytest.mark.parametrize("extension", [True, False], ids=["extension", "ffi"])
def test_the_command_runs_the_doctor(installed: Installed, application: Path, *, extension: bool) -> None:
    def ran(*words: str, **variables: str) -> tuple[int, str]:
        ended = subprocess.run(
            installed.php("-dffi.enable=1", "vendor/bin/clever-sso", *words, extension=extension),
            cwd=application,
            env={**settings("https://app.example", clever), **variables},
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        return ended.returncode, ended.stdout + ended.stderr

    with emulator.running([app("https://app.example")]) as clever:
        ended, said = ran("doctor")
        assert (ended, "ok       credentials: Clever accepts the client id and secret" in said) == (0, True), said
        ended, said = ran("doctor", "--json", CLEVER_SESSION_SECONDS="12h", CLEVER_CLIENT_SECRET="0" * 40)
    report = json.loads(said)
    problems = [finding["check"] for finding in report["findings"] if finding["level"] == "problem"]
    assert (ended, report["exit_code"], problems) == (2, 2, ["settings", "credentials"]), said
    assert ran("docter") == (2, "usage: clever-sso [doctor [--json]]\n")


def test_the_built_package_has_the_files_of_the_package_and_the_library(application: Path) -> None:
    def files(folder: Path) -> set[str]:
        return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}

    installed = application / "vendor/clever-sso/clever-sso"
    library = f"ffi/lib/{os.uname().machine}/{LIBRARY}"
    licenses = {"LICENSE-APACHE", "LICENSE-MIT", "LICENSES-THIRD-PARTY.txt"}
    others = {"composer.json", "bin/clever-sso", "ffi/CleverSso.php", "ffi/README.md", "ffi/clever_sso_ffi.h"}
    assert files(installed) == {str(file.relative_to(PHP)) for file in FILES} | others | licenses | {library}


def test_the_extension_has_the_metadata_that_pie_needs() -> None:
    """The requirements of PIE's schema and documentation. PIE itself is in no registry that tests can reach."""
    described = PIE["php-ext"]
    assert (PIE["type"], described["extension-name"]) == ("php-ext", "clever_sso")
    # An extension and a library cannot share a name.
    assert PIE["name"] != COMPOSER["name"]
    assert re.fullmatch(r"[a-z0-9]+([_.-]?[a-z0-9]+)*/[a-z0-9]+([_.-]?[a-z0-9]+)*", PIE["name"])
    known = {"extension-name", "support-zts", "support-nts", "os-families", "configure-options"}
    assert described.keys() <= known
    assert (described["support-zts"], described["support-nts"]) == (True, True)
    assert set(described["os-families"]) <= {"windows", "bsd", "darwin", "solaris", "linux", "unknown"}
    offered = re.findall(r"PHP_ARG_(WITH|ENABLE)\(\[([\w-]+)\]", (PHP / "extension/config.m4").read_text())
    assert [option["name"] for option in described["configure-options"]] == [
        f"{kind.lower()}-{name}" for kind, name in offered
    ]
    for option in described["configure-options"]:
        assert option.keys() == {"name", "description", "needs-value"}
        assert option["needs-value"] is option["name"].startswith("with-")


def test_each_package_requires_the_php_version_that_it_needs() -> None:
    names = ("composer.json", "laravel/composer.json", "symfony/composer.json", "extension/composer.json")
    asked = [json.loads((PHP / name).read_text())["require"]["php"] for name in names]
    # test_php81.py compiles the classes with 8.1. The extension uses what the headers of 8.2 declare.
    needed = ">=8.2"
    assert asked == [">=8.1", ">=8.1", ">=8.1", needed]
    checked = re.search(r'"\$clever_sso_php" -lt (\d+)00; then', (PHP / "extension/config.m4").read_text())
    assert checked
    assert f">={int(checked[1][0])}.{int(checked[1][1:])}" == needed
    assert "zend_ce_sensitive_parameter_value" in (PHP / "extension/dumps.c").read_text()
