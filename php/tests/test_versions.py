"""Tests with other PHPs than the one in the path: other versions, and with threads (ZTS).

`CLEVER_SSO_TEST_PHP` names the php-config of each, separated by colons. `make test-php-zts` builds one with threads.
"""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

import apache
import pytest
from crowd import AT_ONCE, Crowd
from fpm_sites import Way, serving
from harness import emulator, ports
from harness.length import whole_or_short
from harness.paths import TARGET
from installed import Installed, app, run, settings, warnings
from servers import built_in, own_folder
from test_fpm import COMPLAINT
from visitor import Visitor

ZTS = TARGET / "php-zts"
NAMED = [name for name in os.environ.get("CLEVER_SSO_TEST_PHP", "").split(":") if name]
OTHERS = [*NAMED, *([str(ZTS / "bin/php-config")] if (ZTS / "bin/php-config").exists() else [])]
LOGINS = whole_or_short(2000, 200)
# Why the build of a PHP with threads failed.
MISSING = ZTS.with_name(f"{ZTS.name}.missing")
WAY = "make test-php-zts, or name php-config programs in CLEVER_SSO_TEST_PHP"
WHY = MISSING.read_text(encoding="utf-8").strip() if MISSING.exists() else WAY
pytestmark = pytest.mark.skipif(not OTHERS, reason=f"there is no other PHP: {WHY}")


@pytest.fixture(scope="module", params=OTHERS, ids=range(len(OTHERS)))
def other(installed: Installed, request: pytest.FixtureRequest) -> Installed:
    return installed.with_php(request.param)


def test_the_extension_builds_without_a_warning_and_installs(other: Installed) -> None:
    assert warnings(other.log) == []
    assert re.search(r"Library version => 0\.", run(other.php("--ri", "clever_sso"), other.folder))
    root = other.folder / f"root-{secrets.token_hex(4)}"
    run(["make", "install", f"DESTDIR={root}", "CLASSES_DIR=/srv/php"], other.build)
    folder = run([other.config, "--extension-dir"], other.folder).strip()
    assert (root / folder.lstrip("/") / "clever_sso.so").exists()
    assert (root / "srv/php/CleverSso/Web.php").exists()


@pytest.mark.parametrize("jit", [[], ["-dopcache.jit=tracing", "-dopcache.jit_buffer_size=32M"]], ids=["", "jit"])
@pytest.mark.parametrize("extension", [True, False], ids=["extension", "ffi"])
def test_people_log_in_with_other_php_versions(other: Installed, extension: bool, jit: list[str]) -> None:
    folder = own_folder(other.folder / f"other-{secrets.token_hex(4)}")
    with ports.reserved() as port, emulator.running([app(f"http://127.0.0.1:{port}")], "ada") as clever:
        site = f"http://127.0.0.1:{port}"
        environment = settings(site, clever, LD_LIBRARY_PATH=str(other.library))
        options = ["-dzend_extension=opcache.so", *jit, "-dffi.enable=1", f"-dsession.save_path={folder}"]
        serve = [*options, "-ddisplay_errors=0", "-dlog_errors=1", "-S", f"127.0.0.1:{port}", str(other.page)]
        with built_in(other.php(*serve, extension=extension), environment, port, folder / "output.log"):
            crowd = Crowd(site)
            crowd.come(AT_ONCE)
        assert crowd.failures == []
        assert re.findall(COMPLAINT, (folder / "output.log").read_text()) == []


@pytest.mark.parametrize("extension", [True, False], ids=["extension", "ffi"])
def test_threads_of_one_process_log_people_in(other: Installed, extension: bool) -> None:
    php = Path(other.config).parents[1] / "lib/libphp.so"
    if not php.exists():
        pytest.skip(f"there is no module of Apache with threads of PHP: {php}")
    kind = apache.with_threads_of_php(php)
    ffi = "" if other.has_ffi else "extension = ffi.so"
    # PHP 8.2 with threads and preloading crashes Apache's parent at a graceful restart, with any extension loaded from
    # a file.
    way = Way("", "extension = {extension}") if extension else Way("preload-ffi.php", ffi)
    with serving(other, way, kind=kind, CLEVER_KEY_CACHE="{folder}/keys") as site:
        assert "Hello, Ada Ashworth" in Visitor().open(f"{site.url}/me", person="ada").text
        crowd = Crowd(site.url)
        crowd.come(LOGINS // 2)
        site.fpm.reload()
        crowd.come(LOGINS // 2)
        assert crowd.failures == [], site.fpm.log()[-3000:]
        assert re.findall(COMPLAINT, site.fpm.log()) == []
