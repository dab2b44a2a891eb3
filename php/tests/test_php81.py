"""The Composer package with PHP 8.1, which `make test-php81` installs as WebAssembly.

That PHP has neither FFI nor a network: what needs no library is tested, and the rest is compiled.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from harness.paths import ROOT, TARGET
from installed import program

PHP = ROOT / "php"
PACKAGES = TARGET / "php81"
DEBIAN = Path("/usr/share/php")
SUITE = PHP / "tests/suite"
# Those that need no emulator, and of others the tests that need none.
WITHOUT_EMULATOR = ("ValuesTest", "OldPhpTest", "FakesTest")
OPTIONS = ("-derror_reporting=-1", "-ddisplay_errors=stderr", "-dlog_errors=0", "-dzend.exception_ignore_args=0")
FOLDERS = ("ffi", "extension/CleverSso", "laravel", "symfony", "wordpress/clever-sso")
FILES = sorted(file for folder in FOLDERS for file in (PHP / folder).rglob("*.php"))
COMPILE = """
foreach (array_slice($argv, 1) as $file) {
    if (opcache_compile_file($file)) {
        echo $file, "\\n";
    }
}
"""
# As Composer loads them; the frameworks are Debian's, with an autoloader in each of their folders.
LOAD = """
error_reporting(E_ALL & ~E_DEPRECATED);
$symfony = ['Bundle/SecurityBundle', 'Bundle/WebProfilerBundle', 'Component/Console'];
foreach (['Illuminate', ...array_map(fn(string $part) => "Symfony/{$part}", $symfony)] as $part) {
    require_once "{$part}/autoload.php";
}
spl_autoload_register(function (string $class): void {
    foreach (json_decode($_SERVER['FOLDERS'], true) as $prefix => $folders) {
        foreach (str_starts_with($class, $prefix) ? $folders : [] as $folder) {
            $file = $folder . strtr(substr($class, strlen($prefix)), '\\\\', '/') . '.php';
            if (is_file($file)) {
                require_once $file;
                return;
            }
        }
    }
});
foreach (array_slice($argv, 1) as $class) {
    if (class_exists($class) || interface_exists($class) || trait_exists($class)) {
        echo $class, "\\n";
    }
}
"""
MAKE_A_CLIENT = """
require $argv[1];
function page(string $secret): void
{
    new CleverSso\\Client('an-id', $secret, 'https://app.example/callback');
}
try {
    page('a-private-secret');
} catch (CleverSso\\ConfigException $error) {
    echo $error->getMessage(), "\\n", $error, print_r($error->getTrace(), true);
}
"""

pytestmark = pytest.mark.skipif(
    not (PACKAGES / "node_modules/@php-wasm/node-8-1").is_dir() or shutil.which("node") is None,
    reason="there is no PHP 8.1: make test-php81",
)


def php81(*arguments: str, folders: tuple[Path, ...] = (), **variables: str) -> subprocess.CompletedProcess[str]:
    """One run of PHP 8.1. It starts no other process."""
    seen = ":".join(map(str, (ROOT, DEBIAN, *folders)))
    starts = "-ddisable_functions=exec,passthru,popen,proc_open,shell_exec,system"
    command = ["node", str(PHP / "tests/php81.mjs"), str(PACKAGES), seen, starts, f"-dinclude_path={DEBIAN}", *OPTIONS]
    return subprocess.run(
        [*command, *arguments],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_every_file_of_the_packages_compiles(tmp_path: Path) -> None:
    newer = tmp_path / "newer.php"
    newer.write_text("<?php\nfinal readonly class Newer\n{\n}\n")
    compiler = ("-dopcache.enable=1", "-dopcache.enable_cli=1", "-dopcache.jit=0", "-r", COMPILE, "--")
    ended = php81(*compiler, *map(str, FILES), str(PHP / "bin/clever-sso"), str(newer), folders=(tmp_path,))
    assert len(FILES) > 80
    assert ended.stdout.splitlines() == [*map(str, FILES), str(PHP / "bin/clever-sso")], ended.stderr
    assert ended.stderr.count("Fatal error") + ended.stderr.count("Parse error") == 1, ended.stderr
    assert "newer.php" in ended.stderr


def test_every_class_loads() -> None:
    folders = {
        "CleverSso\\Laravel\\": [f"{PHP}/laravel/src/"],
        "CleverSso\\Symfony\\": [f"{PHP}/symfony/src/"],
        "CleverSso\\": [f"{PHP}/ffi/src/", f"{PHP}/extension/CleverSso/"],
    }
    classes = [
        prefix + str(file.relative_to(folder).with_suffix("")).replace("/", "\\")
        for prefix, below in folders.items()
        for folder in below
        for file in sorted(Path(folder).rglob("*.php"))
    ]
    # Its contracts are in no package of Debian's.
    classes = [name for name in classes if "Socialite" not in name]
    ended = php81("-r", LOAD, "--", *classes, FOLDERS=json.dumps(folders))
    assert (ended.stdout.splitlines(), ended.stderr) == (classes, "")
    assert len(classes) > 80


def test_what_needs_no_library_passes(tmp_path: Path) -> None:
    files = "".join(f"<file>{SUITE / name}.php</file>" for name in WITHOUT_EMULATOR)
    suite = f'<phpunit><testsuites><testsuite name="all">{files}</testsuite></testsuites></phpunit>'
    (tmp_path / "phpunit.xml").write_text(suite)
    options = ["--do-not-cache-result", "--fail-on-risky", "--fail-on-warning", "--fail-on-skipped", "--testdox"]
    options += ["--configuration", str(tmp_path / "phpunit.xml"), "--bootstrap", str(SUITE / "bootstrap.php")]
    phpunit = Path(program("phpunit"))
    ended = php81(
        str(phpunit),
        *options,
        "--exclude-group",
        "emulator",
        folders=(tmp_path, phpunit.parent),
        CLEVER_SSO_CLASSES=str(PHP / "ffi/CleverSso.php"),
        CLEVER_SSO_STUB=str(PHP / "extension/clever_sso.stub.php"),
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Runtime:" not in ended.stdout or "8.1." in ended.stdout
    assert ended.stdout.count("✔") > 20, ended.stdout


def test_a_client_without_ffi_says_so_and_shows_no_secret() -> None:
    ended = php81("-r", MAKE_A_CLIENT, "--", str(PHP / "ffi/CleverSso.php"))
    assert ended.stdout.startswith("PHP has no FFI here"), ended.stdout + ended.stderr
    assert "page" in ended.stdout
    assert "private" not in ended.stdout + ended.stderr
