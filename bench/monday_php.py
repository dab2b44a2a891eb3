"""The page of `examples/php` in PHP-FPM behind nginx, for `monday.py`."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from harness.paths import RELEASE, ROOT, TARGET
from logins_servers import BENCH, Site, ends_with_me

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAMS = ("php", "phpize", "php-config", "nginx")
WORKERS = 8
SBIN = "/usr/sbin:/sbin"
PHP_INI = """
zend_extension = opcache.so
extension = {extension}
opcache.preload = {preload}
session.save_path = {folder}/sessions
session.gc_probability = 0
display_errors = 0
log_errors = 1
{user}
"""
FPM_CONF = """
[global]
daemonize = no
error_log = {folder}/fpm.log
[www]
listen = {folder}/fpm.sock
listen.backlog = 2048
pm = static
pm.max_children = {workers}
clear_env = no
{user}
"""
NGINX_CONF = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
{user}
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    fastcgi_temp_path {folder}/fastcgi;
    proxy_temp_path {folder}/proxy;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} backlog=2048;
        location / {{
            fastcgi_param SCRIPT_FILENAME {page};
            fastcgi_param REQUEST_METHOD $request_method;
            fastcgi_param REQUEST_URI $request_uri;
            fastcgi_param SCRIPT_NAME /index.php;
            fastcgi_param QUERY_STRING $query_string;
            fastcgi_param HTTP_HOST $http_host;
            fastcgi_pass unix:{folder}/fpm.sock;
        }}
    }}
}}
"""


def missing() -> str | None:
    """Return the reason why it cannot run here; `None` if it can."""
    absent = [name for name in PROGRAMS if _found(name) is None]
    absent += [] if _fpm() else ["php-fpm"]
    return f"{', '.join(absent)}: not installed" if absent else None


def site() -> Site:
    """Return the site. Its command runs this file, which starts nginx and FPM."""
    extension = built_extension()

    def command(port: int, folder: Path) -> Sequence[str]:
        return [sys.executable, str(BENCH / "monday_php.py"), str(port), str(folder), str(extension)]

    return Site(
        command, "/login", "/callback", environment={"LD_LIBRARY_PATH": str(RELEASE), "PYTHONPATH": str(ROOT / "tests")}
    )


def built_extension() -> Path:
    """Return the extension, compiled for the library of this build."""
    from installed import built  # noqa: PLC0415  (a module of the PHP tests)

    folder = TARGET / "bench/php-fpm"
    shutil.rmtree(folder, ignore_errors=True)
    for name, path in (("include", ROOT / "include"), ("lib", RELEASE)):
        (folder / "prefix").mkdir(parents=True, exist_ok=True)
        (folder / "prefix" / name).symlink_to(path)
    built(folder / "extension", folder / "prefix", str(shutil.which("php-config")))
    return folder / "extension/modules/clever_sso.so"


def main(port: str, place: str, extension: str) -> None:
    """Write the settings of FPM and nginx, start nginx, and become the FPM master process."""
    folder, page = Path(place), ROOT / "examples/php/public/index.php"
    (folder / "sessions").mkdir()
    root = os.geteuid() == 0
    names = {
        "folder": folder,
        "port": port,
        "page": page,
        "extension": extension,
        "preload": ROOT / "examples/php/preload.php",
        "workers": WORKERS,
    }
    files = {
        "php.ini": PHP_INI.format(**names, user="opcache.preload_user = nobody" if root else ""),
        "fpm.conf": FPM_CONF.format(**names, user="user = nobody\nlisten.owner = nobody" if root else ""),
        "nginx.conf": NGINX_CONF.format(**names, user="user nobody nogroup;" if root else ""),
    }
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    if root:
        (folder / "sessions").chmod(0o777)
    if os.fork() == 0:
        nginx = str(_found("nginx"))
        command = [*ends_with_me(), nginx, "-p", place, "-c", f"{place}/nginx.conf", "-e", f"{place}/nginx.log"]
        os.execv(command[0], command)
    fpm = str(_fpm())
    os.execv(fpm, [fpm, "-c", f"{place}/php.ini", "-y", f"{place}/fpm.conf"])


def _found(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path=SBIN)


def _fpm() -> str | None:
    """Find FPM: its name contains the PHP version."""
    found = [str(each) for folder in SBIN.split(":") for each in sorted(Path(folder).glob("php-fpm*"))]
    return found[0] if found else None


if __name__ == "__main__":
    main(*sys.argv[1:])
