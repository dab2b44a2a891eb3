"""Commands of a Django project: `check` never crashes and names what is wrong, and others need no secrets of Clever."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import clever_sso
import pytest

pytest.importorskip("django")
from harness.patience import SECONDS

MANAGE = """
import os, sys

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
from django.core.management import execute_from_command_line

execute_from_command_line(sys.argv)
"""
SETTINGS = """
SECRET_KEY = "a key for tests only"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "urls"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "clever_sso.django",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "database.sqlite3"}}
AUTHENTICATION_BACKENDS = ["clever_sso.django.CleverBackend", "django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "clever_sso:login"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "/static/"
STATIC_ROOT = "static"
USE_TZ = True
"""
CLEVER = """
CLEVER_CLIENT_ID = "my-app"
CLEVER_CLIENT_SECRET = "my-secret-of-the-client"
CLEVER_REDIRECT_URI = "https://app.example/clever/callback"
SESSION_COOKIE_SECURE = True
"""
URLS = """
from clever_sso.django import role_required
from django.contrib import admin
from django.http import HttpResponse
from django.urls import include, path


@role_required("teacher")
def lessons(request):
    return HttpResponse("lessons")


urlpatterns = [
    path("admin/", admin.site.urls),
    path("lessons", lessons),
    path("clever/", include("clever_sso.django.urls")),
]
"""
NO_URLS = """
from django.contrib import admin
from django.urls import path

urlpatterns = [path("admin/", admin.site.urls)]
"""
TESTS = """
from django.test import TestCase


class Lessons(TestCase):
    def test_no_one_gets_in(self):
        self.assertEqual(self.client.get("/lessons")["Location"], "/clever/login?next=/lessons")
        self.assertEqual(self.client.get("/lessons", headers={"Accept": "application/json"}).status_code, 401)
        self.assertEqual(self.client.get("/clever/whoami").status_code, 401)
"""


ODD_VALUES = """
import django

django.setup()
from clever_sso import _settings
from clever_sso.django import conf
from clever_sso.django.checks import check, check_deployment
from clever_sso.django.user_checks import check_users
from django.conf import settings

NAMES = [name for name in dir(settings) if name.startswith(("CLEVER_", "LOGIN_", "LOGOUT_", "SESSION_", "AUTH"))]
NAMES += [*conf.OWN_SETTINGS, "MIDDLEWARE", "TEMPLATES", "ROOT_URLCONF"]
NAMES += ["INSTALLED_APPS", "SECRET_KEY", "SECRET_KEY_FALLBACKS"]
NAMES = sorted(set(NAMES) - _settings.CLIENT_SETTINGS)
VALUES = [None, 7, "", "x", [], [7], {}, {7: 7}, object(), True, [None], "https://[", b"x"]
# A function, what is no module, and a module that fails.
NAMED = [["clever_sso.django.role_required"], ["no_such.module"], ["broken.Backend", 7], ("broken", None)]


def look(*checks):
    conf.forget()
    return {message.id for each in checks for message in each()}


for name in NAMES:
    before = getattr(settings, name, None)
    for value in VALUES + NAMED:
        setattr(settings, name, value)
        look(check, check_deployment, check_users)
    setattr(settings, name, before)
# The settings of the client, for all hosts and for one. An object cannot be a setting.
VALUES += [-1, 10**400, float("nan"), "\\ud800", "x\\0", "http://\\ud800.example/", ["\\ud800"]]
for name in sorted(_settings.CLIENT_SETTINGS):
    before = getattr(settings, name, None)
    for value in VALUES:
        setattr(settings, name, value)
        told = look(check, check_deployment)
        assert type(value) is not object or "clever_sso.E001" in told, name
    setattr(settings, name, before)
    for value in VALUES:
        settings.CLEVER_HOSTS = {"b.example": {name: value}}
        told = look(check, check_deployment)
        assert type(value) is not object or "clever_sso.E001" in told, name
NO_HOSTS = [{7: {}}, {"": {}}, {None: None}, {"b.example": 7}, {"b.example": {7: 7}}, {"\\ud800": {}}]
for hosts in NO_HOSTS:
    settings.CLEVER_HOSTS = hosts
    look(check, check_deployment)
print("looked at everything")
"""


# This program has loaded Django. For each input line it forks a child that runs `manage.py` in the folder of that line.
COMMANDS = """
import json, os, signal, sys

import django.contrib.admin, django.core.management, django.db.backends.sqlite3.base, django.test, django.views.debug

signal.signal(signal.SIGPIPE, signal.SIG_DFL)
for line in sys.stdin:
    folder, arguments = json.loads(line)
    child = os.fork()
    if not child:
        os.chdir(folder)
        output = os.open("output.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        sys.path.insert(0, folder)
        sys.argv = ["manage.py", *arguments]
        exec(compile(open("manage.py").read(), "manage.py", "exec"), {"__name__": "__main__"})
        sys.exit()
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


Manage = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def manage() -> Iterator[Manage]:
    """Runs a `manage.py` command of a project. Returns its exit code and output."""
    command = [sys.executable, "-c", COMMANDS]
    with subprocess.Popen(
        command, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:

        def run(project: Path, *arguments: str, more: str = "") -> tuple[int, str]:
            write_settings(project, more)
            print(json.dumps([str(project), arguments]), file=server.stdin, flush=True)
            assert server.stdout
            return int(server.stdout.readline()), (project / "output.txt").read_text()

        yield run
        assert server.stdin
        server.stdin.close()


def environment(*first: str) -> dict[str, str]:
    # The folder of this package comes second: the project's own modules come first.
    paths = [*first, str(Path(clever_sso.__file__).parents[1]), *sys.path]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CLEVER_")}
    return {**kept, "PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}


def write_settings(project: Path, more: str) -> None:
    if more:
        settings = project / "settings.py"
        settings.write_text(f"{settings.read_text()}\n{more}\n")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in [("manage", MANAGE), ("settings", SETTINGS + CLEVER), ("urls", URLS), ("tests", TESTS)]:
        (tmp_path / f"{name}.py").write_text(text)
    return tmp_path


def test_check_finds_no_issues_in_a_correct_project(project: Path) -> None:
    command = [sys.executable, "manage.py", "check", "--fail-level", "WARNING"]
    kwargs = {"cwd": project, "env": environment(str(project)), "timeout": SECONDS}
    done = subprocess.run(command, capture_output=True, text=True, check=False, **kwargs)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ('INSTALLED_APPS[-1] = "clever_sso"', 'Write "clever_sso.django" instead'),
        ("CLEVER_ROLE_GROUPS = {'teacher': ['Teachers', 'Staff']}", "CLEVER_ROLE_GROUPS needs the name of one group"),
        ("CLEVER_ROLE_GROUPS = {('teacher', 'staff'): 'Teachers', 7: 'Staff'}", "CLEVER_ROLE_GROUPS needs the name"),
        ("CLEVER_ROLE_GROUPS = ['teacher']", "CLEVER_ROLE_GROUPS must be a dict, not list"),
        ("CLEVER_ROLE_GROUPS = {'Teachers': 'Teachers'}", "is it 'teacher'?"),
        ("CLEVER_MATCH_USER = lambda: None", r"CLEVER_MATCH_USER is called with (identity)"),
        ("def find(user): return None\nCLEVER_PROVISION_USER = find", "called with (user, identity, created)"),
        ("CLEVER_BEFORE_SIGN_IN = lambda: None", "CLEVER_BEFORE_SIGN_IN is called with (proven)"),
        ("CLEVER_PROVISION_USER = 'no_such.module'", "CLEVER_PROVISION_USER names no function"),
        ("CLEVER_MATCH_USER = ['a.b']", "CLEVER_MATCH_USER must be a function, not list"),
        (
            "LOGIN_REDIRECT_URL = 'no_such_view'",
            "LOGIN_REDIRECT_URL is 'no_such_view', and no URL pattern has that name",
        ),
        ("LOGOUT_REDIRECT_URL = 'nowhere/'", "LOGOUT_REDIRECT_URL is 'nowhere/', which is neither"),
        ("CLEVER_AFTER_LOGIN = 'no_such_view'", "CLEVER_AFTER_LOGIN is 'no_such_view'"),
        ("CLEVER_AFTER_LOGOUT = 7", "CLEVER_AFTER_LOGOUT must be the name of a view, a path or a URL, not int"),
        ("LOGIN_URL = 'no_such_view'", "LOGIN_URL is 'no_such_view'"),
        ("LOGIN_URL = None", "LOGIN_URL must be the name of a view, a path or a URL, not None"),
        ("LOGIN_URL = 3", "LOGIN_URL must be the name of a view, a path or a URL, not int"),
        (
            "CLEVER_CLIENT_SECRET = None",
            'In settings.py: CLEVER_CLIENT_SECRET = os.environ.get("CLEVER_CLIENT_SECRET")',
        ),
        ("CLEVER_REDIRECT_URI = ''", "It is the address of your callback, such as https://"),
        ("CLEVER_TIMEOUT = 'soon'", "lists what each setting may be"),
        ("CLEVER_URL_PREFIX = '/sso'", "nothing reads CLEVER_URL_PREFIX in Django"),
        ("CLEVER_CALLBACK_PATH = '/callback'", "nothing reads CLEVER_CALLBACK_PATH in Django"),
        ("CLEVER_SESSION_NAME = 'own'", "nothing reads CLEVER_SESSION_NAME in Django"),
        ("CLEVER_PROBLEM_TEMPLATE = ['a.html']", "CLEVER_PROBLEM_TEMPLATE cannot be used"),
        ("CLEVER_CLIENT_ID = ['my-app']", "CLEVER_CLIENT_ID must be text, not list"),
        ("CLEVER_REDIRECT_URL = 'https://app.example'", "A similar setting is CLEVER_REDIRECT_URI."),
        ("SECRET_KEY = 'changeme'", "SECRET_KEY is a sample key"),
        ("AUTHENTICATION_BACKENDS = [clever for clever in ()]", "AUTHENTICATION_BACKENDS has no Clever backend"),
        ("AUTHENTICATION_BACKENDS = None", "AUTHENTICATION_BACKENDS"),
        (
            "AUTHENTICATION_BACKENDS = ['clever_sso.django.CleverBackend', 'clever_sso.django.role_required']",
            "System check identified no issues",
        ),
        ("CLEVER_REDIRECT_URI = 'https://app.example/clever/whoami'", "which is not the callback but another page"),
    ],
)
def test_check_names_what_is_wrong_and_does_not_crash(project: Path, manage: Manage, more: str, named: str) -> None:
    _, said = manage(project, "check", more=more)
    assert "Traceback" not in said, said
    assert named in said


def test_check_does_not_crash_on_settings_that_django_cannot_use(project: Path) -> None:
    (project / "program.py").write_text(ODD_VALUES)
    (project / "broken.py").write_text("raise RuntimeError('broken')")
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "settings"}
    environment["PYTHONPATH"] = os.pathsep.join([str(project), str(Path(clever_sso.__file__).parents[1]), *sys.path])
    done = subprocess.run(
        [sys.executable, "program.py"], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    assert "looked at everything" in done.stdout, done.stderr


def test_check_reports_missing_urls(project: Path, manage: Manage) -> None:
    (project / "urls.py").write_text(NO_URLS)
    _, said = manage(project, "check")
    assert "Traceback" not in said, said
    assert 'Add path("clever/", include("clever_sso.django.urls"))' in said


def test_check_reports_a_misspelled_role_of_a_guard(project: Path, manage: Manage) -> None:
    (project / "urls.py").write_text(URLS.replace('role_required("teacher")', 'role_required("Teachers")'))
    _, said = manage(project, "check")
    assert "is it 'teacher'?" in said
    assert "urls.py, line 8" in said


def test_only_commands_that_use_the_client_need_its_secrets(project: Path, manage: Manage) -> None:
    (project / "settings.py").write_text(SETTINGS)
    for command in (["migrate"], ["makemigrations"], ["test"], ["collectstatic", "--noinput"], ["showmigrations"]):
        code, said = manage(project, *command)
        assert code == 0, (command, said)
    for command in (["check"], ["runserver", "--noreload", "0"]):
        code, said = manage(project, *command)
        assert code != 0
        assert "CLEVER_CLIENT_ID is not set" in said
        assert "Traceback" not in said


def test_a_wrong_setting_also_stops_other_commands(project: Path, manage: Manage) -> None:
    code, said = manage(project, "migrate", more="CLEVER_BASE_URL = 'emulator'")
    assert code != 0
    assert "CLEVER_BASE_URL must" in said


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("CLEVER_DEVELOPMENT = True", {"W008"}),
        ("CLEVER_DEVELOPMENT = True\nCLEVER_REDIRECT_URI = 'http://app.example/clever/callback'", {"W008", "W009"}),
        ("CLEVER_REDIRECT_URI = 'http://127.0.0.1:8000/clever/callback'", {"W009", "W010"}),
        ("CLEVER_REDIRECT_URI = 'https://localhost/clever/callback'", {"W010"}),
        ("CLEVER_BASE_URL = 'http://localhost:5999'", {"W009", "W010"}),
        ("CLEVER_BASE_URL = 'http://[::1]:5999'", {"W009", "W010"}),
        ("CLEVER_TOKEN_ENDPOINT = 'http://127.0.0.2/oauth/tokens'", {"W009", "W010"}),
        ("CLEVER_HOSTS = {'b.example': {'CLEVER_DEVELOPMENT': True}}", {"W008"}),
        (
            "CLEVER_HOSTS = {'b.example': {'CLEVER_REDIRECT_URI': 'http://127.0.0.1:8000/clever/callback'}}",
            {"W009", "W010"},
        ),
        (
            "CLEVER_HOSTS = {'b.example': {'CLEVER_REDIRECT_URI': ['https://b.example/', 'https://localhost/']}}",
            {"W010"},
        ),
        ("CLEVER_HOSTS = {'b.example': {'CLEVER_BASE_URL': 'http://127.0.0.1:5999'}}", {"W009", "W010"}),
        ("CLEVER_HOSTS = {'b.example': {'CLEVER_REDIRECT_URI': 'https://b.example/clever/callback'}}", set()),
        ("", set()),
    ],
)
def test_check_deploy_warns_about_settings_of_a_developers_machine(
    project: Path, manage: Manage, more: str, words: set[str]
) -> None:
    _, said = manage(project, "check", "--deploy", more=more)
    assert {word for word in ("W008", "W009", "W010") if f"clever_sso.{word}" in said} == words, said
    assert ("CLEVER_HOSTS['b.example']: CLEVER_" in said) == ("CLEVER_HOSTS" in more and bool(words)), said
    _, said = manage(project, "check")
    assert not {word for word in ("W008", "W009", "W010") if f"clever_sso.{word}" in said}, said


def test_no_error_page_or_email_shows_the_password_of_the_proxy(project: Path) -> None:
    more = """
CLEVER_PROXY = "http://user:hunter2@proxy.example:3128"
DEBUG = True
"""
    (project / "urls.py").write_text(
        URLS + '\n\ndef broken(request):\n    raise RuntimeError("broken")\n\n\n'
        'urlpatterns += [path("broken", broken)]\n'
    )
    program = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
import django
django.setup()
from django.conf import settings
from django.test import Client, RequestFactory
from django.views.debug import ExceptionReporter
page = Client(raise_request_exception=False).get("/broken", CLEVER_PROXY=settings.CLEVER_PROXY + "").content.decode()
assert "CLEVER_PROXY" in page
try:
    raise RuntimeError("broken")
except RuntimeError:
    reporter = ExceptionReporter(RequestFactory().get("/"), *sys.exc_info(), is_email=True)
for text in (page, reporter.get_traceback_text(), reporter.get_traceback_html()):
    assert "hunter2" not in text, text[max(0, text.index("hunter2") - 300):][:600]
from clever_sso.django import conf
assert "proxy.example" in settings.CLEVER_PROXY and conf.client() is not None
print("hidden")
"""
    (project / "program.py").write_text(program)
    (project / "settings.py").write_text(SETTINGS + CLEVER + more)
    environment: dict[str, Any] = {**os.environ}
    environment["PYTHONPATH"] = os.pathsep.join([str(project), str(Path(clever_sso.__file__).parents[1]), *sys.path])
    done = subprocess.run(
        [sys.executable, "program.py"], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    assert "hidden" in done.stdout, done.stdout + done.stderr
