"""Runs the tests' applications with Symfony, Laravel and WordPress on PHP's own server."""

from __future__ import annotations

import re
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from installed import PATIENCE_SECONDS, SCRIPTS, Installed, program, run, settings
from php_sites import Site, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

# The PHP modules that frameworks need. Debian's configuration loads them, but the tests do not read it.
MODULES = [
    "ctype",
    "mbstring",
    "tokenizer",
    "dom",
    "iconv",
    "posix",
    "xml",
    "fileinfo",
    "pdo",
    "intl",
    "mysqlnd",
    "mysqli",
]
OPTIONS = [
    # Cache compiled scripts: this halves the time of these tests.
    "-dzend_extension=opcache",
    "-dopcache.enable_cli=1",
    "-dopcache.validate_timestamps=0",
]


def modules() -> list[str]:
    """The options that load the installed ones of `MODULES`."""
    folder = run([program("php-config"), "--extension-dir"], Path("/")).strip()
    return [f"-dextension={name}" for name in MODULES if (Path(folder) / f"{name}.so").exists()]


def needed(*files: str, package: str) -> None:
    """Skip the test if a Debian package is not installed."""
    missing = [file for file in files if not Path(file).exists()]
    if missing:
        pytest.skip(f"{package} is not installed: there is no {missing[0]}")


@contextmanager
def framework(installed: Installed, script: str, way: str = "extension", **more: str) -> Iterator[Site]:
    """Run an application of a framework, with its login below /clever."""
    bundle = str(installed.sources / "php" / script)
    page = str(SCRIPTS / f"{script}.php")
    prefix = more.pop("prefix", "/clever")
    auto_login = more.pop("auto_login", None)
    scenario, scheme = more.pop("scenario", ""), more.pop("scheme", "http")
    environment = {"PHP_BUNDLE": bundle, **more}
    with serving(
        installed,
        way,
        page=page,
        prefix=prefix,
        auto_login=auto_login,
        scenario=scenario,
        scheme=scheme,
        options=[*modules(), *OPTIONS],
        **environment,
    ) as site:
        yield site


def commanded(installed: Installed, script: str, folder: Path, *arguments: str, **more: str) -> tuple[int, str]:
    """The output and the exit status of a command of the framework's console."""
    told = ["-ddisplay_errors=stderr", f"-dauto_prepend_file={installed.strict}"]
    ended = subprocess.run(
        installed.php(*modules(), *OPTIONS, *told, str(SCRIPTS / f"{script}.php"), *arguments),
        env=settings(
            "https://app.example/clever",
            more.pop("clever", ""),
            LD_LIBRARY_PATH=str(installed.library),
            PHP_CLASSES=str(installed.classes("extension")),
            PHP_BUNDLE=str(installed.sources / "php" / script),
            PHP_FOLDER=str(folder),
            **more,
        ),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    return ended.returncode, ended.stdout + ended.stderr


@dataclass(frozen=True)
class Framework:
    """A framework that is packaged in Debian."""

    name: str
    package: str
    file: str
    session: str
    """The name of its session cookie."""
    checks_accounts: bool
    """Whether it checks on each request that an account is still open."""
    opens_sessions_by_itself: bool
    """Whether it starts a session for every visitor."""
    status_without_token: int
    """The status for a POST without the framework's CSRF token."""
    sessions: str
    """The folder of its sessions, below the folder of the application."""

    def skip_if_missing(self) -> None:
        """Skip the test if the Debian package is not installed."""
        needed(self.file, package=self.package)

    def change_times(self, site: Site, name: str, seconds: int) -> None:
        """Move the time `name` in every session this many seconds into the past."""
        when, count = str(int(time.time()) - seconds), 0
        for file in site.folder.glob(self.sessions):
            text, found = re.subn(rf'("{name}";i:)\d+', rf"\g<1>{when}", file.read_text())
            file.write_text(text)
            count += found
        assert count >= 1


FRAMEWORKS = [
    Framework(
        "symfony",
        "php-symfony-security-bundle",
        "/usr/share/php/Symfony/Bundle/SecurityBundle/SecurityBundle.php",
        session="PHPSESSID",
        checks_accounts=True,
        opens_sessions_by_itself=False,
        status_without_token=401,
        sessions="sess_*",
    ),
    Framework(
        "laravel",
        "php-laravel-framework",
        "/usr/share/php/Illuminate/Foundation/Application.php",
        session="laravel_session",
        checks_accounts=False,
        opens_sessions_by_itself=True,
        status_without_token=419,
        sessions="storage/framework/sessions/*",
    ),
]
