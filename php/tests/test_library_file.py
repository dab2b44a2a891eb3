"""How FFI finds the library: in which order, and its error if it finds no usable one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from harness.paths import LIBRARY as NAME
from harness.paths import ROOT, VERSION
from installed import PATIENCE_SECONDS, SCRIPTS, Installed, program, run, settings

INSTALL = "install the library with `make install`, or name its file in CLEVER_SSO_LIBRARY"
EXTENSION = "or install the extension clever_sso"
# The offsets in an ELF header of the number of bits and of the machine.
BITS, MACHINE = 4, 18
AARCH64, I386 = 183, 3
OLD = """
const char *clever_sso_version(void) { return "0.0.9"; }
unsigned clever_sso_version_number(void) { return 9; }
"""


@dataclass(frozen=True)
class Libraries:
    """Folders with usable and unusable libraries."""

    folder: Path
    good: Path

    def at(self, name: str) -> str:
        """The library file in the folder of that name."""
        return str(self.folder / name / NAME)


@pytest.fixture(scope="module")
def libraries(installed: Installed) -> Libraries:
    folder = installed.folder / "libraries"
    for name in ("old", "other", "arm", "i386", "text", "closed", "good", "own"):
        (folder / name).mkdir(parents=True)
    (folder / "old.c").write_text(OLD)
    (folder / "other.c").write_text("int other;\n")
    for name in ("old", "other"):
        run([program("cc"), "-shared", "-fPIC", "-o", f"{name}/{NAME}", f"{name}.c"], folder)
    elf = bytearray((folder / "other" / NAME).read_bytes())
    elf[MACHINE] = AARCH64
    (folder / "arm" / NAME).write_bytes(elf)
    elf[BITS], elf[MACHINE] = 1, I386
    (folder / "i386" / NAME).write_bytes(elf)
    (folder / "text" / NAME).write_text("no library\n")
    shutil.copy(installed.library / NAME, folder / "good")
    return Libraries(folder, folder / "good")


def found(
    installed: Installed, *options: str, given: tuple[str, ...] = (), classes: Path | None = None, **variables: str
) -> str:
    """The output of the script, with these PHP options and environment variables."""
    bare = {name: value for name, value in settings("", "").items() if name != "LD_LIBRARY_PATH"}
    php = [program("php"), "-n", *(options or ["-dextension=ffi.so", "-dffi.enable=1"]), "-ddisplay_errors=stderr"]
    ended = subprocess.run(
        [*php, f"-dauto_prepend_file={classes or installed.classes('ffi')}", str(SCRIPTS / "found.php"), *given],
        env={**bare, **variables},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout + ended.stderr
    return ended.stdout


def sentence(said: str) -> str:
    """The message of the exception, after checking that it has all attributes of our exceptions."""
    message, *others = json.loads(said)
    assert others == ["config_invalid", "app", 500, []]
    assert "\n" not in message
    return str(message)


def test_a_path_is_taken_from_the_call_the_variable_or_php_ini_in_this_order(
    installed: Installed, libraries: Libraries
) -> None:
    good, bad = libraries.at("good"), libraries.at("text")
    ini = ["-dextension=ffi.so", "-dffi.enable=1"]
    assert found(installed, given=(good,), CLEVER_SSO_LIBRARY=bad) == f"{good} {VERSION}"
    assert found(installed, *ini, f"-dclever_sso.library={bad}", CLEVER_SSO_LIBRARY=good) == f"{good} {VERSION}"
    assert found(installed, *ini, f"-dclever_sso.library={good}", LD_LIBRARY_PATH="/nowhere") == f"{good} {VERSION}"
    # Its folder will do.
    assert found(installed, given=(str(libraries.good),)) == f"{good} {VERSION}"
    # An unusable library is named, and no other is tried.
    said = found(installed, *ini, f"-dclever_sso.library={bad}", LD_LIBRARY_PATH=str(libraries.good))
    assert sentence(said).startswith(f'clever_sso.library in php.ini is "{bad}", but')


def test_ffi_preload_comes_before_the_system_loader(installed: Installed, libraries: Libraries) -> None:
    assert found(installed, LD_LIBRARY_PATH=str(libraries.good)) == f"{NAME} {VERSION}"
    header = installed.sources / "php/ffi/clever_sso_ffi.h"
    preloaded = [program("php"), "-n", "-dextension=ffi.so", "-dffi.enable=1", f"-dffi.preload={header}"]
    said = found(installed, *preloaded[2:], LD_LIBRARY_PATH=str(libraries.good))
    assert said == f"ffi.preload {VERSION}"


def test_the_library_in_the_package_comes_before_the_systems_library(
    installed: Installed, libraries: Libraries
) -> None:
    package = libraries.folder / "package"
    shutil.copytree(installed.sources / "php/ffi", package / "ffi", symlinks=False)
    own = package / "ffi/lib" / os.uname().machine / NAME
    own.parent.mkdir(parents=True)
    shutil.copy(libraries.at("good"), own)
    classes = package / "ffi/CleverSso.php"
    assert found(installed, classes=classes, LD_LIBRARY_PATH=str(libraries.good)) == f"{own} {VERSION}"
    shutil.copy(libraries.at("arm"), own)
    said = found(installed, classes=classes, LD_LIBRARY_PATH=str(libraries.good))
    assert sentence(said).startswith(f'The library of the package is "{own}", but that is built for aarch64')


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("old", f"libclever_sso ({{file}}) has version 0.0.9, and this package needs {VERSION}: update the library"),
        ("other", f'{{setting}} is "{{file}}", but that is another library: {INSTALL}'),
        ("text", f'{{setting}} is "{{file}}", but that is not a shared library: {INSTALL}'),
        ("nowhere", f'{{setting}} is "{{file}}", but PHP finds no such file: {INSTALL}'),
        ("arm", '{setting} is "{file}", but that is built for aarch64, and this PHP for {ours}: {build}'),
        ("i386", '{setting} is "{file}", but that is built for i386 (32 bits), and this PHP for {ours}: {build}'),
    ],
)
def test_an_unusable_library_is_named_with_the_reason(
    installed: Installed, libraries: Libraries, name: str, problem: str
) -> None:
    file, build = libraries.at(name), "build the library on this machine"
    words = {"file": file, "ours": os.uname().machine, "build": build}
    for setting, said in [
        ("CLEVER_SSO_LIBRARY", found(installed, CLEVER_SSO_LIBRARY=file)),
        ("The path given to LibraryFile::use", found(installed, given=(file,))),
    ]:
        assert sentence(said) == problem.format(setting=setting, **words)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("old", f"libclever_sso ({NAME}) has version 0.0.9, and this package needs {VERSION}: update the library"),
        ("arm", 'The library is "{file}", but that is built for aarch64'),
        ("nowhere", f"{NAME} was not found: {INSTALL}"),
    ],
)
@pytest.mark.skipif(Path("/usr/local/lib", NAME).exists(), reason="the library is installed on this machine")
def test_an_unusable_library_of_the_system_is_named_with_the_reason(
    installed: Installed, libraries: Libraries, name: str, problem: str
) -> None:
    said = found(installed, LD_LIBRARY_PATH=str(libraries.folder / name))
    assert sentence(said).startswith(problem.format(file=libraries.at(name)))


@pytest.mark.parametrize("path", [f"relative/{NAME}", f"~/{NAME}", "."])
def test_a_relative_library_path_is_refused(installed: Installed, path: str) -> None:
    assert sentence(found(installed, given=(path,))).startswith(
        "The path given to LibraryFile::use must be an absolute path"
    )


def test_the_library_path_can_change_until_a_client_is_created(installed: Installed, libraries: Libraries) -> None:
    classes, good = installed.classes("ffi"), libraries.at("good")
    code = (
        f"require '{classes}'; use CleverSso\\LibraryFile; LibraryFile::use('/x'); LibraryFile::use('{good}');"
        f"new CleverSso\\Client('a'); LibraryFile::use('{libraries.good}');"
        "try { LibraryFile::use('/x'); } catch (LogicException $error) { echo $error->getMessage(); }"
    )
    said = run(installed.php("-dffi.enable=1", "-r", code, extension=False), installed.folder)
    assert said == "libclever_sso is loaded already: call LibraryFile::use before the first Client is made"


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["-dmemory_limit=128M"], f"PHP has no FFI here: enable it (`extension=ffi` in php.ini), {EXTENSION}"),
        (
            ["-dextension=ffi.so", "-dffi.enable=0"],
            f'ffi.enable is off: set it to "preload" in php.ini, and preload CleverSso, {EXTENSION}',
        ),
    ],
    ids=["no-ffi", "off"],
)
def test_disabled_ffi_is_named(installed: Installed, libraries: Libraries, options: list[str], problem: str) -> None:
    assert sentence(found(installed, *options, CLEVER_SSO_LIBRARY=libraries.at("good"))) == problem
    assert sentence(found(installed, *options)) == problem


@pytest.mark.parametrize("way", ["extension", "ffi", "neither"])
def test_the_command_prints_whether_the_extension_or_ffi_is_used(
    installed: Installed, libraries: Libraries, way: str
) -> None:
    command = installed.php(str(ROOT / "php/bin/clever-sso"), extension=way == "extension")
    library = f"/nowhere/{NAME}" if way == "neither" else libraries.at("good")
    ended = subprocess.run(
        command,
        env=settings("", "", CLEVER_SSO_LIBRARY=library),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    said = {
        "extension": (0, f"clever_sso: the extension, version {VERSION}"),
        "ffi": (0, f"clever_sso: FFI, {library}, version {VERSION}"),
        "neither": (1, f'clever_sso: CLEVER_SSO_LIBRARY is "{library}", but PHP finds no such file'),
    }[way]
    assert ended.returncode == said[0]
    assert said[1] in ended.stdout + ended.stderr


@pytest.mark.parametrize(
    ("library", "problem"),
    [("missing", "but PHP finds no such file"), ("old", "has version 0.0.9")],
    ids=["missing", "old"],
)
def test_the_doctor_of_the_command_names_a_library_that_cannot_be_used(
    installed: Installed, libraries: Libraries, library: str, problem: str
) -> None:
    path = f"/nowhere/{NAME}" if library == "missing" else libraries.at(library)
    ended = subprocess.run(
        installed.php(str(ROOT / "php/bin/clever-sso"), "doctor", extension=False),
        env=settings("https://app.example", "https://clever.example", CLEVER_SSO_LIBRARY=path),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    first, second = ended.stdout.splitlines()
    assert (ended.returncode, ended.stderr) == (2, "")
    assert (first.startswith("problem  settings: "), problem in first) == (True, True), first
    assert (second.startswith("ok       versions: PHP "), "no library" in second) == (True, True), second
