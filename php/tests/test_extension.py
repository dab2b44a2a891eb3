"""The extension as a developer builds it, with an installed library and the classes of its stub."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from harness import emulator
from harness.paths import INCLUDE, ROOT
from installed import PATIENCE_SECONDS, Installed, block, program, run, warnings

SOURCE = ROOT / "php/extension"
HEADER = ROOT / "php/ffi/clever_sso_ffi.h"
TESTED = emulator.App("php-tests", "a-secret-of-php-tests", "http://127.0.0.1:9/callback", oidc=True)


def test_the_extension_builds_without_a_warning(installed: Installed) -> None:
    assert warnings(installed.log) == []


def test_the_guide_installs_the_extension_and_its_classes(installed: Installed) -> None:
    """The fixture has run the commands of docs/php.md. This tests the line that loads the extension."""
    extensions = run([program("php-config"), "--extension-dir"], SOURCE).strip()
    root = installed.folder / "root"
    assert (root / extensions.lstrip("/") / "clever_sso.so").exists()
    assert [path.name for path in root.rglob("Web.php")] == ["Web.php"]
    line = block("load: extension").strip().splitlines()[-1]
    said = run(["bash", "-euc", line], installed.build, PHP_INI_SCAN_DIR="", LD_LIBRARY_PATH="")
    assert "Log in with Clever => enabled" in said


def test_the_extension_finds_the_library_with_pkg_config(installed: Installed) -> None:
    program("pkg-config")
    folder = installed.folder / "by-pkg-config"
    shutil.copytree(SOURCE, folder)
    found = {**os.environ, "PKG_CONFIG_PATH": str(installed.library / "pkgconfig")}
    run(["phpize"], folder)
    subprocess.run(["./configure"], cwd=folder, env=found, check=True, capture_output=True, timeout=PATIENCE_SECONDS)
    assert f"-L{installed.library}" in (folder / "Makefile").read_text()


def files(folder: Path) -> set[str]:
    """The files below a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*.php")}


def test_the_extension_installs_its_php_classes_in_the_include_path(installed: Installed) -> None:
    first = run(installed.php("-r", "echo current(preg_grep('~^/~', explode(':', get_include_path())));"), SOURCE)
    classes = files(SOURCE / "CleverSso")
    for number, setting in enumerate(["INSTALL_ROOT", "DESTDIR"]):
        root = installed.folder / f"root-{number}"
        said = run(["make", "install", f"{setting}={root}"], installed.build)
        assert files(root / first.lstrip("/") / "CleverSso") == classes, said
        extensions = run([program("php-config"), "--extension-dir"], SOURCE).strip()
        assert (root / extensions.lstrip("/") / "clever_sso.so").exists(), said
        # With an explicit folder, if PHP has no include path or you want another folder.
        run(["make", "install", f"{setting}={root}", "CLASSES_DIR=/srv/php"], installed.build)
        assert files(root / "srv/php/CleverSso") == classes


def test_a_missing_library_is_named_when_it_is_configured(installed: Installed) -> None:
    command = ["./configure", "--with-clever-sso=/nowhere"]
    ended = subprocess.run(command, cwd=installed.build, capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert "there is no include/clever_sso.h below /nowhere" in ended.stderr


def test_a_library_that_pkg_config_does_not_find_is_named_when_it_is_configured(installed: Installed) -> None:
    program("pkg-config")
    nothing = {**os.environ, "PKG_CONFIG_PATH": "/nowhere", "PKG_CONFIG_LIBDIR": "/nowhere"}
    folder = installed.folder / "without-pkg-config"
    shutil.copytree(installed.build, folder)
    ended = subprocess.run(["./configure"], cwd=folder, env=nothing, capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert "or name its prefix in --with-clever-sso=DIR" in ended.stderr


def called() -> list[str]:
    """The library functions that the extension calls."""
    declared = set(re.findall(r"\bclever_sso_\w+(?=\()", (INCLUDE / "clever_sso.h").read_text()))
    sources = "".join(path.read_text() for path in SOURCE.glob("*.c"))
    return sorted(declared & set(re.findall(r"\bclever_sso_\w+(?=\()", sources)))


@pytest.mark.parametrize("missing", ["clever_sso_user_message", "clever_sso_report_finding_advice"])
def test_a_library_that_lacks_a_function_is_named_when_it_is_configured(
    installed: Installed, tmp_path: Path, missing: str
) -> None:
    names = called()
    assert missing in names
    prefix, folder = tmp_path / "old", tmp_path / "extension"
    (prefix / "include").mkdir(parents=True)
    (prefix / "lib").mkdir()
    shutil.copy(INCLUDE / "clever_sso.h", prefix / "include")
    source = tmp_path / "old.c"
    source.write_text("".join(f"void {name}(void) {{}}\n" for name in names if name != missing))
    run([program("cc"), "-shared", "-fPIC", "-o", str(prefix / "lib/libclever_sso.so"), str(source)], tmp_path)
    shutil.copytree(installed.build, folder)
    command = ["./configure", f"--with-clever-sso={prefix}"]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)
    assert ended.returncode != 0
    assert "this libclever_sso is older than the extension" in ended.stderr, ended.stdout + ended.stderr
    log = (folder / "config.log").read_text(errors="replace")
    assert set(re.findall(r"undefined reference to `(\w+)'", log)) == {missing}


def test_the_generated_header_matches_the_stub() -> None:
    written = re.search(r"Stub hash: (\w+)", (SOURCE / "clever_sso_arginfo.h").read_text())
    assert written
    assert written[1] == hashlib.sha1((SOURCE / "clever_sso.stub.php").read_bytes(), usedforsecurity=False).hexdigest()


def test_the_ffi_declarations_match_the_header() -> None:
    def declared(path: Path) -> set[str]:
        text = " ".join(re.sub(r"//.*|/\*.*?\*/|^#.*", "", path.read_text(), flags=re.MULTILINE).split())
        return {line.strip() for line in re.findall(r"[\w *]*\bclever_sso_\w+\([^)]*\);", text)}

    ours = declared(HEADER)
    assert len(ours) > 130
    assert ours <= declared(INCLUDE / "clever_sso.h")


def leaked(report: str) -> list[str]:
    """The leaks and errors that valgrind reports of this library or the extension."""
    parts = re.split(r"==\d+== *\n", report)
    return [part for part in parts if re.search(r"(?:at|by) 0x.*clever_sso", part)]


EVERYDAY = """
use CleverSso\\{Callback, Client, Denied, KeySet, LoginException, Name, Report};
require $argv[1] . '/tests/helper.inc';
$keys = file_get_contents(clever_url() . '/oauth/certs');
for ($i = 0; $i < 3; $i++) {
    $logger = function (string $line): void { throw new Exception($line); };
    $client = client(timeout: 20 + $i, keyCache: $argv[1] . '/leak.keys', logger: $logger);
    $login = $client->beginLogin(null, null, DISTRICT_ID, '/lessons', false, false);
    $kept = cookies_of($login->setCookies);
    $outcome = $client->finishLogin(browse($login->url), $kept);
    thrown(fn() => $client->finishLogin('code=a&code=b'));
    thrown(fn() => $client->finishLogin('error=server_error&state=' . state_of($login), $kept));
    $client->sessionKeptCookies(cookies_of($outcome->setCookies));
    $client->logOutCookies(cookies_of($outcome->setCookies));
    $client->finishLogin('error=access_denied&state=' . state_of($login), $kept)->returnTo;
    Client::isSwitchedOn('no');
    $client->loginKey('state=a&code=b');
    $client->refusal('logout', 'GET', ['Origin' => ['a'], 'Host' => 'b']);
    $client->refusal('login', 'GET', ['Origin' => 7, 'Purpose' => ["\\xff", 'x']]);
    $client->refusal('login', "\\xff", []);
    Client::leadsTo('/%6cogin', '/login');
    Callback::parse('code=a&state=b')->code;
    thrown(fn() => Callback::parse('code=a&code=b'));
    $token = $outcome->tokens->accessToken;
    [$client->me($token), $client->checkToken($token), $client->userinfo($token)];
    $client->district($token, DISTRICT_ID);
    $user = $client->user($token, $outcome->identity->id);
    $set = new KeySet($keys);
    thrown(fn() => $set->verifyIdToken($outcome->tokens->idToken, clever_url(), CLIENT_ID, 'x', $token, 7, 8));
    thrown(fn() => new KeySet('x'));
    thrown(fn() => $set->__construct('x'));
    thrown(fn() => clone $set);
    client(timeout: 30 + $i, keyCache: '/nowhere/keys', logger: $logger)->warmUp();
    foreach (['client_id=a', 'timeout=x', 'timeout=3', 'key_cache=x', 'key_cache='] as $variable) {
        putenv('CLEVER_' . strtoupper(strtok($variable, '=')) . '=' . strtok(''));
        thrown(fn() => Client::fromEnv($logger));
    }
    thrown(fn() => new Client('a', logger: new stdClass()));
    foreach ([$outcome, $outcome->identity, $user, $login, $set, $client] as $object) {
        print_r($object, true) . var_export($object, true) . json_encode($object) . print_r((array) $object, true);
        thrown(fn() => (clone $object) == $object);
        thrown(fn() => serialize($object));
        thrown(fn() => $object->url = 'x');
        thrown(function () use ($object): void { unset($object->name); });
    }
    new Name('a', null, 7, full: 'a');
    if ($i === 0) {
        putenv('CLEVER_BASE_URL=' . clever_url());
        $reports = [$client->doctor(), Client::doctorFromEnv()];
        putenv('CLEVER_TIMEOUT=x');
        $report = new Report([...$reports[0]->findings, ...Client::doctorFromEnv()->findings]);
        [$report->toText(true), $report->toJson(), $report->firstProblem];
        thrown(fn() => new Report([$report, 7]));
        thrown(fn() => $report->__construct([]));
    }
    thrown(fn() => new Name('a', [], null, 'a'));
    thrown(fn() => new Name('a'));
    thrown(fn() => $user->name->__construct('a', 'b', 'c', 'd'));
    $made = new LoginException('m', 1, new Exception(), 'w', 's', returnTo: '/x', setCookies: $login->setCookies);
    [$made->getReturnTo(), (string) $made, $user->name->full];
}
"""


def test_the_extension_leaks_no_memory(installed: Installed) -> None:
    checked = [program("valgrind"), "--leak-check=full", "--show-leak-kinds=definite", "--num-callers=30"]
    with emulator.running([TESTED], "ada") as clever:
        ended = subprocess.run(
            [*checked, *installed.php("-dpcre.jit=0", "-r", EVERYDAY, "--", str(installed.build))],
            env={**os.environ, "CLEVER_SSO_TEST_URL": clever, "USE_ZEND_ALLOC": "0"},
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "HEAP SUMMARY" in ended.stderr
    assert leaked(ended.stderr) == []
