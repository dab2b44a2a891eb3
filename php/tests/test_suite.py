"""Runs the PHPUnit tests, with the extension and with FFI."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from harness import emulator, proxy, tls
from harness.paths import ROOT
from installed import PATIENCE_SECONDS, Installed, program
from test_extension import TESTED

if TYPE_CHECKING:
    from pathlib import Path

SUITE = ROOT / "php/tests/suite"
STUB = ROOT / "php/extension/clever_sso.stub.php"
CLASSES = sorted(file.stem for file in SUITE.glob("*Test.php"))
# The modules that PHPUnit needs, in loading order. php -n loads none.
MODULES = ("xml", "dom", "xmlwriter", "mbstring", "tokenizer")


@pytest.mark.parametrize("way", ["extension", "ffi"])
def test_the_suite_passes(installed: Installed, way: str, tmp_path: Path) -> None:
    program("phpunit")
    options = ["-dffi.enable=1", "-dzend.exception_ignore_args=0", *(f"-dextension={name}.so" for name in MODULES)]
    options += ["-derror_reporting=-1", "-ddisplay_errors=stderr", "-dlog_errors=0"]
    command = installed.php(*options, program("phpunit"), extension=way == "extension")
    command += ["--no-configuration", "--do-not-cache-result", "--fail-on-risky", "--fail-on-warning", "--testdox"]
    command += ["--bootstrap", str(SUITE / "bootstrap.php"), str(SUITE)]
    bare = {name: value for name, value in os.environ.items() if not name.startswith("CLEVER_")}
    with (
        emulator.running([TESTED], "ada") as clever,
        emulator.known_as(f"https://{tls.FAR}", [TESTED], "ada") as far,
        tls.in_front_of(far, tmp_path) as (over_tls, certificate),
        proxy.leading_to(tls.FAR, over_tls) as proxy_url,
    ):
        ended = subprocess.run(
            command,
            env={
                **bare,
                "PHP_INI_SCAN_DIR": "",
                "LD_LIBRARY_PATH": str(installed.library),
                "CLEVER_SSO_CLASSES": str(installed.classes(way)),
                "CLEVER_SSO_STUB": str(STUB),
                "CLEVER_SSO_TEST_URL": clever,
                "CLEVER_SSO_TEST_FAR": far,
                "CLEVER_SSO_TEST_TLS": over_tls,
                "CLEVER_SSO_TEST_CERTIFICATE": str(certificate),
                "CLEVER_SSO_TEST_PROXY": proxy_url,
            },
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    said = ended.stdout + ended.stderr
    assert ended.returncode == 0, said[-6000:]
    assert re.search(r"^OK \(\d{2,} tests", ended.stdout, re.MULTILINE), said[-6000:]
    # Check that no class was left out of the results.
    assert [name for name in CLASSES if name.removesuffix("Test") not in re.sub(r"\W", "", ended.stdout)] == []
