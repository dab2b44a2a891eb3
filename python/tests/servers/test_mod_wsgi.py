"""Apache with mod_wsgi: a site in the main interpreter works; in a sub-interpreter the import says what to set."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory

import clever_sso
import page
import pytest
from harness import ports
from harness.patience import SECONDS
from processes import program, serving

MODULES = Path("/usr/lib/apache2/modules")
SITE = """
def application(environ, start_response):
    try:
        import clever_sso
        try:
            clever_sso.Client("")
        except clever_sso.Error as error:
            said = f"caught {type(error).__name__}"
    except ImportError as error:
        said = f"refused: {error}"
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [said.encode()]
"""
CONFIGURATION = """
ServerName localhost
ServerRoot {folder}
PidFile {folder}/pid
Mutex file:{folder}
Listen 127.0.0.1:{port}
User www-data
Group www-data
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule wsgi_module {modules}/mod_wsgi.so
ErrorLog {folder}/error.log
WSGISocketPrefix {folder}/wsgi
<Directory {folder}>
    AllowOverride None
    Require all granted
</Directory>
{sites}
"""
ONE_PROCESS = """
WSGIDaemonProcess sites processes=1 threads=4 python-path={package}
WSGIProcessGroup sites
WSGIScriptAlias /one {folder}/one.wsgi
WSGIScriptAlias /two {folder}/two.wsgi
"""
# The site of docs/servers.md, with the package of this test.
OF_THE_PAGE = page.BLOCKS["mod_wsgi"].replace("threads=8", "threads=8 python-path={package}")
GLOBAL = "WSGIApplicationGroup %{GLOBAL}"


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder that other users may read, for Apache's workers are such; pytest's are private."""
    with TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


def get(port: int, path: str) -> str:
    connection = HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def apache(folder: Path, port: int, sites: str) -> list[str]:
    """Write the sites and the configuration of an Apache in the foreground; without it the test is skipped."""
    command = program("apache2")
    if not (MODULES / "mod_wsgi.so").exists():
        pytest.skip("libapache2-mod-wsgi-py3 is not installed")
    package = folder / "package"
    package.mkdir()
    subprocess.run(["cp", "-RL", str(Path(clever_sso.__file__).parent), str(package)], check=True)
    for site in ("one", "two"):
        (folder / f"{site}.wsgi").write_text(SITE)
    sites = sites.replace("{package}", str(package)).replace("{folder}", str(folder))
    text = CONFIGURATION.format(folder=folder, port=port, modules=MODULES, sites=sites)
    (folder / "apache.conf").write_text(text)
    return [command, "-DFOREGROUND", "-f", str(folder / "apache.conf")]


def test_two_sites_of_one_process_work_in_the_main_interpreter(folder: Path) -> None:
    with ports.reserved() as port, serving(apache(folder, port, ONE_PROCESS + GLOBAL), folder, port):
        assert [get(port, path) for path in ("/one", "/two", "/one")] == ["caught ConfigError"] * 3


def test_sites_in_sub_interpreters_are_told_what_to_set(folder: Path) -> None:
    with ports.reserved() as port, serving(apache(folder, port, ONE_PROCESS), folder, port):
        answers = [get(port, path) for path in ("/one", "/two", "/one")]
    for answer in answers:
        assert answer.startswith("refused: clever_sso cannot be used in a Python sub-interpreter")
        assert GLOBAL in answer


def test_the_site_of_the_page_works(folder: Path) -> None:
    sites = OF_THE_PAGE.replace("/srv/first/wsgi.py", "{folder}/one.wsgi")
    with ports.reserved() as port, serving(apache(folder, port, sites), folder, port):
        assert get(port, "/") == "caught ConfigError"
