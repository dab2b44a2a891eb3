"""Commands of a Django project: `check` never crashes and names what is wrong, and others need no secrets of Clever."""

from __future__ import annotations

import os
import subprocess
import sys
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
    def test_nobody_gets_in(self):
        self.assertEqual(self.client.get("/lessons")["Location"], "/clever/login?next=/lessons")
        self.assertEqual(self.client.get("/lessons", headers={"Accept": "application/json"}).status_code, 401)
        self.assertEqual(self.client.get("/clever/whoami").status_code, 401)
"""


ODD_VALUES = """
import django

django.setup()
from clever_sso.django import conf
from clever_sso.django.checks import check, check_deployment
from django.conf import settings

NAMES = [name for name in dir(settings) if name.startswith(("CLEVER_", "LOGIN_", "LOGOUT_", "SESSION_", "AUTH"))]
NAMES += [*conf.OWN_SETTINGS, "CLEVER_BASE_URL", "CLEVER_DEVELOPMENT", "MIDDLEWARE", "TEMPLATES", "ROOT_URLCONF"]
NAMES += ["INSTALLED_APPS", "SECRET_KEY", "SECRET_KEY_FALLBACKS"]
for name in NAMES:
    before = getattr(settings, name, None)
    for value in (None, 7, "", "x", [], [7], {}, {7: 7}, object(), True, [None], "https://[", b"x"):
        setattr(settings, name, value)
        conf.forget()
        check()
        check_deployment()
    setattr(settings, name, before)
print("looked at everything")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in [("manage", MANAGE), ("settings", SETTINGS + CLEVER), ("urls", URLS), ("tests", TESTS)]:
        (tmp_path / f"{name}.py").write_text(text)
    return tmp_path


def manage(project: Path, *arguments: str, more: str = "") -> subprocess.CompletedProcess[str]:
    if more:
        settings = project / "settings.py"
        settings.write_text(f"{settings.read_text()}\n{more}\n")
    # The folder of this package comes second: the project's own modules come first.
    paths = [str(project), str(Path(clever_sso.__file__).parents[1]), *sys.path]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CLEVER_")}
    environment = {**kept, "PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, check=False, timeout=SECONDS
    )


def test_a_right_project_has_no_issues(project: Path) -> None:
    done = manage(project, "check", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ('INSTALLED_APPS[-1] = "clever_sso"', 'Write "clever_sso.django" instead'),
        ("CLEVER_ROLE_GROUPS = {'teacher': ['Teachers', 'Staff']}", "CLEVER_ROLE_GROUPS needs the name of one group"),
        ("CLEVER_ROLE_GROUPS = {('teacher', 'staff'): 'Teachers', 7: 'Staff'}", "CLEVER_ROLE_GROUPS needs the name"),
        ("CLEVER_ROLE_GROUPS = ['teacher']", "CLEVER_ROLE_GROUPS is no dict"),
        ("CLEVER_ROLE_GROUPS = {'Teachers': 'Teachers'}", "is it 'teacher'?"),
        ("CLEVER_MATCH_USER = lambda: None", r"CLEVER_MATCH_USER is called with (identity)"),
        ("def find(user): return None\nCLEVER_PROVISION_USER = find", "called with (user, identity, created)"),
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
        ("CLEVER_PROBLEM_TEMPLATE = ['a.html']", "CLEVER_PROBLEM_TEMPLATE cannot be used"),
        ("CLEVER_CLIENT_ID = ['my-app']", "CLEVER_CLIENT_ID must be text, not list"),
        ("CLEVER_REDIRECT_URL = 'https://app.example'", "Is it CLEVER_REDIRECT_URI?"),
        ("SECRET_KEY = 'changeme'", "SECRET_KEY is a sample key"),
        ("AUTHENTICATION_BACKENDS = [clever for clever in ()]", "AUTHENTICATION_BACKENDS has no backend of Clever's"),
        ("CLEVER_REDIRECT_URI = 'https://app.example/clever/whoami'", "which is not the callback but another page"),
    ],
)
def test_check_names_what_is_wrong_and_does_not_crash(project: Path, more: str, named: str) -> None:
    done = manage(project, "check", more=more)
    said = done.stdout + done.stderr
    assert "Traceback" not in said, said
    assert named in said


def test_check_survives_what_django_itself_cannot_use(project: Path) -> None:
    (project / "program.py").write_text(ODD_VALUES)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "settings"}
    environment["PYTHONPATH"] = os.pathsep.join([str(project), str(Path(clever_sso.__file__).parents[1]), *sys.path])
    done = subprocess.run(
        [sys.executable, "program.py"], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    assert "looked at everything" in done.stdout, done.stderr


def test_check_names_forgotten_addresses(project: Path) -> None:
    (project / "urls.py").write_text(NO_URLS)
    done = manage(project, "check")
    said = done.stdout + done.stderr
    assert "Traceback" not in said, said
    assert 'Add path("clever/", include("clever_sso.django.urls"))' in said


def test_a_misspelt_role_of_a_guard_is_named(project: Path) -> None:
    (project / "urls.py").write_text(URLS.replace('role_required("teacher")', 'role_required("Teachers")'))
    done = manage(project, "check")
    assert "is it 'teacher'?" in done.stdout + done.stderr
    assert "urls.py, line 8" in done.stdout + done.stderr


def test_only_what_needs_the_client_needs_its_secrets(project: Path) -> None:
    (project / "settings.py").write_text(SETTINGS)
    for command in (["migrate"], ["makemigrations"], ["test"], ["collectstatic", "--noinput"], ["showmigrations"]):
        done = manage(project, *command)
        assert done.returncode == 0, (command, done.stdout + done.stderr)
    for command in (["check"], ["runserver", "--noreload", "0"]):
        done = manage(project, *command)
        assert done.returncode != 0
        assert "CLEVER_CLIENT_ID is not set" in done.stdout + done.stderr
        assert "Traceback" not in done.stdout + done.stderr


def test_a_wrong_setting_stops_other_commands_too(project: Path) -> None:
    done = manage(project, "migrate", more="CLEVER_BASE_URL = 'emulator'")
    assert done.returncode != 0
    assert "CLEVER_BASE_URL must" in done.stdout + done.stderr


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
        ("", set()),
    ],
)
def test_check_deploy_complains_about_a_developers_machine(project: Path, more: str, words: set[str]) -> None:
    done = manage(project, "check", "--deploy", more=more)
    said = done.stdout + done.stderr
    assert {word for word in ("W008", "W009", "W010") if f"clever_sso.{word}" in said} == words, said
    assert not {word for word in ("W008", "W009", "W010") if f"clever_sso.{word}" in manage(project, "check").stderr}


def test_no_page_or_mail_about_an_error_shows_the_password_of_the_proxy(project: Path) -> None:
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
