"""The Debian packages: their metadata, and a login with each of them in an empty root."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from harness import emulator
from harness.console import log_in_with
from harness.length import not_here
from harness.paths import ROOT

SCRIPT = ROOT / "release/packages/deb.py"
APP = emulator.App("0d1c" * 5, "5ec4e7" * 6, "http://127.0.0.1:9/callback", oidc=True)
VERSION = re.findall(r'^version = "(.*)"', (ROOT / "Cargo.toml").read_text("utf-8"), re.MULTILINE)[0]
MAJOR = VERSION.split(".")[0]
PACKAGES = {f"libclever-sso{MAJOR}", "libclever-sso-dev", "php-clever-sso", "clever-sso", "clever-emulator"}
# The folder with the packages of `make deb`.
DEBS = os.environ.get("CLEVER_DEBS")
pytestmark = pytest.mark.skipif(not DEBS, reason="long: make test-deb")
# The same as `examples/c/login.c`, in PHP.
LOGIN = """<?php
$client = CleverSso\\Client::fromEnv();
$login = $client->beginLogin();
echo "open {$login->url}\\n";
$outcome = $client->finishLoginWithPending(trim(fgets(STDIN)), $login->pending);
echo "signed in: {$outcome->identity->name->full}\\n";
"""


def shown(*command: str | Path, **environment: str) -> str:
    """Return the output of a command."""
    return subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **environment}).stdout


@pytest.fixture(scope="module")
def debs() -> dict[str, Path]:
    """The packages by name."""
    assert DEBS
    return {path.name.split("_")[0]: path for path in Path(DEBS).glob("*.deb")}


@pytest.fixture(scope="module")
def root(debs: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root folder with only the unpacked packages."""
    folder = tmp_path_factory.mktemp("root")
    for deb in debs.values():
        subprocess.run(["dpkg", "--extract", deb, folder], check=True)
    return folder


@pytest.fixture(scope="module")
def library(root: Path) -> Path:
    """Return the folder with the library."""
    (found,) = root.glob(f"usr/lib/*/libclever_sso.so.{MAJOR}")
    return found.parent


def test_each_package_has_the_version_its_dependencies_and_the_licenses(debs: dict[str, Path], root: Path) -> None:
    assert set(debs) == PACKAGES
    for name, deb in debs.items():
        assert shown("dpkg-deb", "--field", deb, "Version").strip() == VERSION
        assert (root / f"usr/share/doc/{name}/copyright").read_text("utf-8").count("Permission is hereby granted") == 1
        assert list((root / f"usr/share/doc/{name}").glob("LICENSES-THIRD-PARTY.txt*")), name
        assert "libc6" in shown("dpkg-deb", "--field", deb, "Depends") or name == "libclever-sso-dev"
    php = shown("dpkg-deb", "--field", debs["php-clever-sso"], "Depends")
    assert re.search(rf"\bphpapi-\d+\b.*\blibclever-sso{MAJOR} \(>= {re.escape(VERSION)}\)", php)


def test_dpkg_installs_the_packages_into_an_empty_root(debs: dict[str, Path], tmp_path: Path) -> None:
    if os.geteuid() != 0:
        raise not_here("dpkg installs for root only")
    (tmp_path / "var/lib/dpkg/updates").mkdir(parents=True)
    (tmp_path / "var/lib/dpkg/info").mkdir()
    for name in ("status", "available"):
        (tmp_path / "var/lib/dpkg" / name).touch()
    # Their dependencies are on this machine, not in the root, and PHP's scripts need a whole system.
    without = ["--force-depends", "--force-script-chrootless"]
    chosen = [deb for name, deb in debs.items() if name != "php-clever-sso"]
    subprocess.run(["dpkg", f"--root={tmp_path}", *without, "--install", *chosen], check=True, capture_output=True)
    told = shown("dpkg-query", f"--admindir={tmp_path}/var/lib/dpkg", "--show", "--showformat=${Package} ${Status}\n")
    assert set(told.splitlines()) == {f"{name} install ok installed" for name in PACKAGES - {"php-clever-sso"}}
    subprocess.run(["dpkg", f"--root={tmp_path}", *without, "--purge", *(PACKAGES - {"php-clever-sso"})], check=True)
    assert [path for path in (tmp_path / "usr").rglob("*") if path.is_file()] == []


def test_lintian_finds_no_error() -> None:
    if shutil.which("lintian") is None:
        raise not_here("lintian is not installed")
    assert DEBS
    files = [*Path(DEBS).glob("*.dsc"), *Path(DEBS).glob("*.deb")]
    done = subprocess.run(
        ["lintian", "--allow-root", "--fail-on", "error", *files], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_program_looks_for_libraries_in_the_build_folder(root: Path) -> None:
    for program in [*root.rglob("*.so*"), *(root / "usr/bin").iterdir()]:
        if not program.is_symlink():
            assert "PATH)" not in shown("readelf", "--dynamic", program), program


@pytest.fixture
def clever(root: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """Run the emulator of the package."""
    monkeypatch.setenv("CLEVER_EMULATOR", str(root / "usr/bin/clever-emulator"))
    return emulator.running([APP], "ada")


def signs_in(command: list[str], clever: str, library: Path) -> None:
    ended = log_in_with(command, APP, clever, {**os.environ, "LD_LIBRARY_PATH": str(library)})
    assert (ended.returncode, ended.stdout[:23]) == (0, "signed in: Ada Ashworth"), ended.stderr


@pytest.mark.parametrize("package", ["clever_sso", "clever_sso_static"])
def test_a_c_program_logs_a_person_in(root: Path, library: Path, clever: object, tmp_path: Path, package: str) -> None:
    search = {"PKG_CONFIG_LIBDIR": str(library / "pkgconfig"), "PKG_CONFIG_SYSROOT_DIR": str(root)}
    flags = shown("pkg-config", "--cflags", "--libs", package, **search).split()
    source = root / "usr/share/doc/libclever-sso-dev/examples/login.c"
    subprocess.run(["cc", "-std=c11", source, *flags, "-o", tmp_path / "login"], check=True, cwd=source.parent)
    with clever as base_url:  # type: ignore[attr-defined]
        signs_in([str(tmp_path / "login")], base_url, library)


def test_php_logs_a_person_in(root: Path, library: Path, clever: object, tmp_path: Path) -> None:
    if shutil.which("php") is None:
        raise not_here("php is not installed")
    (tmp_path / "login.php").write_text(LOGIN)
    (extension,) = root.glob("usr/lib/php/*/clever_sso.so")
    (settings,) = root.glob("etc/php/*/mods-available/clever_sso.ini")
    assert "\nextension=clever_sso\n" in f"\n{settings.read_text('utf-8')}"
    assert (root / "usr/share/php/CleverSso/Web.php").exists()
    with clever as base_url:  # type: ignore[attr-defined]
        signs_in(["php", "-n", "-d", f"extension={extension}", str(tmp_path / "login.php")], base_url, library)


def test_the_doctor_of_the_command_checks_the_login(root: Path, clever: object) -> None:
    with clever as base_url:  # type: ignore[attr-defined]
        settings = {
            "CLEVER_CLIENT_ID": APP.client_id,
            "CLEVER_CLIENT_SECRET": APP.secret,
            "CLEVER_REDIRECT_URI": APP.redirect_uri,
            "CLEVER_BASE_URL": base_url,
        }
        done = subprocess.run(
            [root / "usr/bin/clever-sso", "doctor"], check=False, capture_output=True, text=True, env=settings
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert APP.secret not in done.stdout


def test_two_builds_of_the_source_package_are_the_same(tmp_path: Path) -> None:
    built = []
    for name in ("first", "second"):
        out = tmp_path / name
        subprocess.run([sys.executable, SCRIPT, "--source", "--out", out], check=True, capture_output=True)
        built.append({path.name: path.read_bytes() for path in out.glob("*.tar.xz")})
    assert built[0] == built[1] != {}
