"""Apache with mod_wsgi: a site in the main interpreter works; in a sub-interpreter the import says what to set."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory

import clever_sso
import page
import pytest
from clever_sso.testing import Emulator, Person
from harness import ports
from harness.patience import SECONDS
from logins import Browser, callback_of, everyone
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
# The modules that the sites with a framework import in addition to the package.
DEPENDENCIES = [
    *("flask", "werkzeug", "jinja2", "markupsafe", "click", "itsdangerous", "blinker", "django", "asgiref", "sqlparse"),
    "typing_extensions",
]
FLASK = """
import os
import clever_sso
from clever_sso.flask import CleverSso, current_identity
from flask import Flask

application = Flask(__name__)
application.secret_key = "a key for tests only"
CleverSso(application, client=clever_sso.Client({client}))

@application.get("/")
def who():
    return {{"id": current_identity.id if current_identity else None, "process": os.getpid()}}
"""
DJANGO = """
import os, sys
import clever_sso
import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.http import JsonResponse
from django.urls import include, path

sys.modules["site_in_django"] = sys.modules[__name__]
settings.configure(
    SECRET_KEY="a key for tests only",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="site_in_django",
    INSTALLED_APPS=[
        "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "clever_sso.django",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    DATABASES={{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": "{folder}/data/database"}}}},
    AUTHENTICATION_BACKENDS=["clever_sso.django.CleverBackend"],
    SESSION_COOKIE_NAME="of_django",
    LOGIN_URL="clever_sso:login",
    **{settings},
)
django.setup()
call_command("migrate", run_syncdb=True, verbosity=0)
from clever_sso.django import current_identity

def who(request):
    identity = current_identity(request)
    return JsonResponse({{"id": identity.id if identity else None, "process": os.getpid()}})

urlpatterns = [path("", who), path("clever/", include("clever_sso.django.urls"))]
application = WSGIHandler()
"""
# The site from docs/servers.md, with the package of this test.
OF_THE_PAGE = page.BLOCKS["mod_wsgi"].replace("threads=8", "threads=8 python-path={package}")
GLOBAL = "WSGIApplicationGroup %{GLOBAL}"


@pytest.fixture
def folder() -> Iterator[Path]:
    """Create a folder that other users can read, such as Apache's workers. pytest's folders are private."""
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


def needs_this_python() -> None:
    """Skip the test if mod_wsgi uses another Python: compiled modules may work only with one version."""
    module = MODULES / "mod_wsgi.so"
    if not module.exists():
        pytest.skip("libapache2-mod-wsgi-py3 is not installed")
    linked = subprocess.run(["ldd", str(module)], capture_output=True, text=True, check=True).stdout
    this = f"libpython{sys.version_info.major}.{sys.version_info.minor}.so"
    if this not in linked:
        pytest.skip(f"mod_wsgi is not linked with {this}")


def take_along(package: Path) -> None:
    """Copy the modules that the sites import, because Apache's workers cannot read all files of this user."""
    libraries = Path(sysconfig.get_path("purelib"))
    for name in DEPENDENCIES:
        found = libraries / name
        subprocess.run(
            ["cp", "-RL", str(found if found.is_dir() else found.with_suffix(".py")), str(package)], check=True
        )


def log_in(site: str, person: Person) -> dict[str, object]:
    browser = Browser()
    began = browser.get(f"{site}/clever/login")
    assert began.status in {302, 303}, began.text
    finished = browser.get(callback_of(began.location, person))
    assert finished.status in {302, 303}, finished.text
    answer = browser.get(f"{site}/")
    assert answer.status == 200, answer.text
    told = json.loads(answer.text)
    assert isinstance(told, dict)
    return told


def apache(folder: Path, port: int, sites: str) -> list[str]:
    """Write the sites and the configuration for an Apache in the foreground. Without Apache, the test is skipped."""
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


def test_two_sites_in_one_process_work_in_the_main_interpreter(folder: Path) -> None:
    with ports.reserved() as port, serving(apache(folder, port, ONE_PROCESS + GLOBAL), folder, port):
        assert [get(port, path) for path in ("/one", "/two", "/one")] == ["caught ConfigError"] * 3


def test_sites_in_sub_interpreters_get_an_error_that_says_what_to_set(folder: Path) -> None:
    with ports.reserved() as port, serving(apache(folder, port, ONE_PROCESS), folder, port):
        answers = [get(port, path) for path in ("/one", "/two", "/one")]
    for answer in answers:
        assert answer.startswith("refused: clever_sso cannot be used in a Python sub-interpreter")
        assert GLOBAL in answer


def test_the_site_of_the_page_works(folder: Path) -> None:
    sites = OF_THE_PAGE.replace("/srv/first/wsgi.py", "{folder}/one.wsgi")
    with ports.reserved() as port, serving(apache(folder, port, sites), folder, port):
        assert get(port, "/") == "caught ConfigError"


def test_flask_and_django_in_one_process_log_the_right_people_in(folder: Path) -> None:
    needs_this_python()
    with ports.reserved() as port:
        bases = {name: f"http://127.0.0.1:{port}/{name}" for name in ("one", "two")}
        redirect_uris = [f"{base}/clever/callback" for base in bases.values()]
        with Emulator.running(redirect_uris) as emulator:
            command = apache(folder, port, ONE_PROCESS + GLOBAL)
            take_along(folder / "package")
            (folder / "data").mkdir()
            (folder / "data").chmod(0o777)
            settings = emulator.settings()
            client = ", ".join(
                f"{name.removeprefix('CLEVER_').lower()}={value!r}"
                for name, value in {**settings, "CLEVER_REDIRECT_URI": redirect_uris[0]}.items()
            )
            (folder / "one.wsgi").write_text(FLASK.format(client=client))
            of_django = {**settings, "CLEVER_REDIRECT_URI": redirect_uris[1]}
            (folder / "two.wsgi").write_text(DJANGO.format(folder=folder, settings=of_django))
            with serving(command, folder, port):
                people = everyone(emulator)[:6]
                told = [(person.id, log_in(bases[name], person)) for person in people for name in bases]
            errors = (folder / "error.log").read_text()
    assert [(answer["id"] == expected) for expected, answer in told] == [True] * len(told), errors
    # Both sites, and every login, in one process.
    assert len({answer["process"] for _, answer in told}) == 1
