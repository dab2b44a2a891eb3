"""The recipes for Django in docs/cookbook.md: adds each to the project of the guide, and checks it in a new process."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from harness.databases import postgres
from harness.paths import EMULATOR
from harness.patience import SECONDS
from recipes import files, lay_out, needs

CHECK = """
import os

os.environ["DJANGO_SETTINGS_MODULE"] = "mysite.settings"
import django
from clever_sso.testing import Emulator, log_in

with Emulator.running() as emulator:
    os.environ.update(emulator.settings())
    django.setup()
    from django.core.management import call_command
    from django.test import Client
    from django.test.utils import setup_test_environment

    setup_test_environment()
    if os.path.exists("tenants"):
        call_command("makemigrations", "tenants", verbosity=0)
    call_command("migrate", verbosity=0)
    call_command("check", fail_level="WARNING")
    client = Client()
"""
CHECKS = {
    "behind-tls": """
    import re

    sent = {"Host": "testserver", "X-Forwarded-Proto": "https"}
    client = Client(enforce_csrf_checks=True, headers={**sent, "Origin": "https://testserver"})
    log_in(client, "ada", emulator)
    assert client.get("/clever/whoami").json()["full_name"] == "Ada Ashworth"
    page = client.get("/admin/login/").content.decode()
    token = re.search('csrfmiddlewaretoken" value="(.*?)"', page)[1]
    form = {"csrfmiddlewaretoken": token, "username": "x", "password": "y"}
    assert client.post("/admin/login/", form).status_code == 200
    other = Client(enforce_csrf_checks=True, headers={**sent, "Origin": "https://other.example"})
    assert other.post("/admin/login/", form).status_code == 403
""",
    "drf": """
    assert client.get("/api/notes").status_code == 401
    log_in(client, "ada", emulator)
    assert client.get("/api/notes").json() == {"of": "Ada Ashworth"}
    assert client.get("/api/grades").status_code == 403
    strict = Client(enforce_csrf_checks=True)
    log_in(strict, "grace", emulator)
    note = {"text": "hello"}
    assert strict.post("/api/notes", note, content_type="application/json").status_code == 403
    strict.get("/")
    token = strict.cookies["csrftoken"].value
    said = strict.post("/api/notes", note, content_type="application/json", headers={"X-CSRFToken": token})
    assert (said.status_code, said.json()) == (201, {"saved": "hello"})
    assert strict.get("/api/grades").json() == {"grades": []}
    assert client.get("/clever/whoami").json()["full_name"] == "Ada Ashworth"
""",
    "password-users": """
    from django.conf import settings
    from django.contrib.auth import get_user_model

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast
    page = client.get("/page")
    assert (page.status_code, page.headers["Location"]) == (302, "/accounts/login/?next=/page")
    form = client.get(page.headers["Location"]).content.decode()
    assert 'href="/clever/login?next=%2Fpage"' in form and 'name="password"' in form, form
    assert client.get("/api/me").status_code == 401
    get_user_model().objects.create_user("paula", password="a password of hers")
    strict = Client(enforce_csrf_checks=True)
    strict.get("/accounts/login/")
    said = {"login": "paula", "password": "a password of hers", "next": "/page"}
    said["csrfmiddlewaretoken"] = strict.cookies["csrftoken"].value
    assert strict.post("/accounts/login/", said).headers["Location"] == "/page"
    assert strict.get("/page").content == b"Hello, paula"
    assert strict.get("/api/me").json() == {"user": "paula", "name": ""}
    assert strict.get("/clever/whoami").status_code == 401
    assert strict.get("/api/grades").status_code == 403
    assert log_in(client, "grace", emulator, path="/clever/login?next=/page").headers["Location"] == "/page"
    assert client.get("/api/me").json()["name"] == "Grace Okafor"
    assert client.get("/api/grades").json() == {"grades": []}
""",
    "tenants": """
    from django.contrib.auth import get_user_model
    from tenants.models import Lesson, Member, Tenant

    assert log_in(client, "ada", emulator).status_code == 402
    assert not get_user_model().objects.exists()
    here, there = emulator.person("ada").district_id, "64c1f0a2d3b94e5f60718100"
    mine = Tenant.objects.create(district_id=here, name="Ours", licensed=True)
    other = Tenant.objects.create(district_id=there, name="Theirs", licensed=True)
    Lesson.objects.create(tenant=mine, title="Vectors")
    Lesson.objects.create(tenant=other, title="Tides")
    log_in(client, "ada", emulator)
    assert client.get("/lessons").json() == {"lessons": ["Vectors"]}
    # The person moves to the other district.
    Tenant.objects.filter(pk=mine.pk).update(district_id="x")
    Tenant.objects.filter(pk=other.pk).update(district_id=here)
    log_in(client, "ada", emulator)
    assert client.get("/lessons").json() == {"lessons": ["Tides"]}
    assert Member.objects.count() == 1
""",
    "postgres": """
    from django.contrib.auth import get_user_model
    from django.db import connection

    assert connection.vendor == "postgresql"
    # The first login of each person, in two tabs: both look for a user before either has created one.
    import threading

    from clever_sso.django.backend import CleverBackend
    from clever_sso.django.models import CleverAccount
    from django.db import connections

    people = ["ada", "grace"]
    together, authenticate, shown = threading.Barrier(2 * len(people)), CleverBackend.authenticate, []

    def at_once(*arguments, **options):
        together.wait(60)
        return authenticate(*arguments, **options)

    def tab(person):
        browser = Client()
        try:
            log_in(browser, person, emulator)
            shown.append(browser.get("/clever/whoami").json()["full_name"])
        finally:
            connections.close_all()

    CleverBackend.authenticate = at_once
    tabs = [threading.Thread(target=tab, args=[person]) for person in 2 * people]
    for each in tabs:
        each.start()
    for each in tabs:
        each.join()
    CleverBackend.authenticate = authenticate
    assert sorted(shown) == 2 * ["Ada Ashworth"] + 2 * ["Grace Okafor"], shown
    assert (get_user_model().objects.count(), CleverAccount.objects.count()) == (2, 2)
    log_in(client, "ada", emulator)
    assert get_user_model().objects.count() == 2
    assert client.get("/clever/whoami").status_code == 200
""",
    "redis-sessions": """
    log_in(client, "ada", emulator)
    assert client.get("/clever/whoami").json()["full_name"] == "Ada Ashworth"
    thief = Client()
    thief.cookies["sessionid"] = client.cookies["sessionid"].value
    assert thief.get("/clever/whoami").status_code == 200
    # A slow request changes the session during a logout.
    slow = client.session
    slow["page"] = 1
    client.post("/clever/logout", headers={"Sec-Fetch-Site": "same-origin"})
    from django.contrib.sessions.backends.base import UpdateError
    try:
        slow.save()
    except UpdateError:
        pass
    else:
        raise AssertionError("the session is back")
    assert thief.get("/clever/whoami").status_code == 401
""",
    "spanish": """
    spanish = {"Accept-Language": "es-MX,es;q=0.9"}
    page = client.get("/", headers=spanish).content.decode()
    assert "Iniciar sesi" in page and 'lang="es"' in page, page
    assert "Log in with Clever" in client.get("/").content.decode()
    denied = client.get("/clever/callback?error=access_denied", headers=spanish)
    assert "Clever no te dejó entrar en esta aplicación" in denied.content.decode()
    assert denied.status_code == 403
    assert "Clever did not let you into this app" in client.get("/clever/callback?error=access_denied").content.decode()
    log_in(client, "ada", emulator)
    assert "Ada Ashworth" in client.get("/", headers=spanish).content.decode()
""",
}


def checked(recipe: str, project: Path, folder: Path, **variables: str) -> None:
    """Add the recipe to the project, and run its check in a new process, because Django loads settings only once."""
    shutil.copytree(project, folder, dirs_exist_ok=True)
    lay_out(recipe, folder)
    (folder / "check.py").write_text(CHECK + CHECKS[recipe], "utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning", "check.py"],
        cwd=folder,
        env={**os.environ, "CLEVER_EMULATOR": os.environ.get("CLEVER_EMULATOR", str(EMULATOR)), **variables},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_forms_of_django_behind_a_proxy_that_terminates_tls(project: Path, tmp_path: Path) -> None:
    checked("behind-tls", project, tmp_path, SECRET_KEY=secrets.token_hex(32), ALLOWED_HOSTS="testserver")


def test_django_rest_framework_and_a_single_page(project: Path, tmp_path: Path) -> None:
    needs("rest_framework")
    checked("drf", project, tmp_path)


def test_password_users_and_clever_users(project: Path, tmp_path: Path) -> None:
    needs("rest_framework")
    needs("allauth")
    checked("password-users", project, tmp_path)


def test_the_script_of_the_single_page_is_javascript(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    (tmp_path / "notes.mjs").write_text(files("drf")["notes.js"], "utf-8")
    subprocess.run([node, "--check", "notes.mjs"], cwd=tmp_path, check=True, timeout=SECONDS)


@pytest.mark.parametrize("recipe", ["tenants", "spanish"])
def test_django(recipe: str, project: Path, tmp_path: Path) -> None:
    checked(recipe, project, tmp_path)


def test_django_sessions_in_redis(project: Path, tmp_path: Path, redis_url: str) -> None:
    checked("redis-sessions", project, tmp_path, REDIS_URL=redis_url)


def test_django_on_postgres(project: Path, tmp_path: Path) -> None:
    needs("psycopg")
    with postgres() as variables:
        checked("postgres", project, tmp_path, **variables)
