"""The cookbook: writes the files of every recipe, runs them, and logs people in with the emulator."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import secrets
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, nullcontext, suppress
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from types import ModuleType
from typing import Any

import pytest
from clever_sso import Client, SignedIn, _settings
from clever_sso.testing import Emulator, log_in
from harness import ports
from harness.browser import Browser as Person
from harness.cookie_browser import Browser
from harness.databases import postgres, redis
from harness.emulator import App, running
from harness.paths import EMULATOR, ROOT
from harness.patience import SECONDS, wait_for

PAGE = (ROOT / "docs/cookbook.md").read_text("utf-8")
GUIDE = (ROOT / "docs/python.md").read_text("utf-8")
BLOCK = re.compile(r"^<!-- ([a-z-]+): (\S+) -->\n```\w+\n(.*?)^```$", re.DOTALL | re.MULTILINE)
BLOCKS = BLOCK.findall(PAGE)
# Applications from another page that are run in the same way.
COMING_FROM = (ROOT / "docs/coming-from.md").read_text("utf-8")
MOVED = BLOCK.findall(COMING_FROM)
ADA = "510001"
REDIRECT_URI = "http://localhost/clever/callback"


def files(recipe: str) -> dict[str, str]:
    """Return the files of a recipe."""
    return {path: text for name, path, text in BLOCKS + MOVED if name == recipe}


def lay_out(recipe: str, folder: Path) -> None:
    """Write the files. Django settings and URLs are appended to the existing ones."""
    for path, text in files(recipe).items():
        place = folder / ("mysite" if path in {"settings.py", "urls.py"} else "") / path
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("a", encoding="utf-8") as opened:
            opened.write(text)


@pytest.fixture(scope="module")
def emulators() -> Iterator[Callable[[str], Emulator]]:
    """An emulator for each redirect URI."""
    started: dict[str, Emulator] = {}
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLEVER_EMULATOR", os.environ.get("CLEVER_EMULATOR", str(EMULATOR)))

        def emulator(redirect_uri: str) -> Emulator:
            if redirect_uri not in started:
                started[redirect_uri] = stack.enter_context(Emulator.running([redirect_uri]))
            return started[redirect_uri]

        yield emulator


Cooked = Callable[..., tuple[ModuleType, Emulator]]


@pytest.fixture
def cooked(emulators: Callable[[str], Emulator], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cooked:
    """Load the `app.py` of a recipe, with the emulator's settings and more environment variables."""

    def load(recipe: str, redirect_uri: str = REDIRECT_URI, **variables: str) -> tuple[ModuleType, Emulator]:
        emulator = emulators(redirect_uri)
        lay_out(recipe, tmp_path)
        for name, value in {**emulator.settings(), **variables}.items():
            monkeypatch.setenv(name, value)
        spec = importlib.util.spec_from_file_location(f"recipe_{recipe.replace('-', '_')}", tmp_path / "app.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, spec.name, module)
        spec.loader.exec_module(module)
        return module, emulator

    return load


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with redis() as url:
        yield url


def needs(*packages: str) -> None:
    for package in packages:
        pytest.importorskip(package)


# ---------------------------------------------------------------- Flask


def test_flask_login(cooked: Cooked) -> None:
    needs("flask_login")
    module, emulator = cooked("flask-login")
    client = module.app.test_client()
    sent = client.get("/")
    assert (sent.status_code, sent.location.partition("?")[0]) == (302, "/clever/login")
    assert log_in(client, "ada", emulator, path="/").location == "/"
    assert client.get("/").text == "Hello, Ada Ashworth"
    # The next person on the device.
    log_in(client, "grace", emulator)
    assert client.get("/").text.startswith("Hello, Grace ")
    client.post("/clever/logout")
    assert client.get("/").status_code == 302


def test_flask_login_why_not_remember(cooked: Cooked) -> None:
    needs("flask_login")
    module, emulator = cooked("flask-login")
    import flask_login

    app = module.app
    app.view_functions["clever_sso.login"]

    def remember(step: Any) -> None:
        flask_login.login_user(module.User(step.identity), remember=True)

    module.clever.on_sign_in(remember)
    client = app.test_client()
    log_in(client, "ada", emulator)
    client.post("/clever/logout")
    # The cookie still exists, but the recipe's loader signs no one in with it.
    assert client.get_cookie("remember_token") is not None
    assert client.get("/").status_code == 302
    # A loader that trusts the key alone would sign the person in.
    naive = type("Naive", (flask_login.UserMixin,), {"id": "1", "name": "Ada, still there"})
    module.manager.user_loader(lambda _: naive())
    assert client.get("/").text == "Hello, Ada, still there"


def test_flask_session(cooked: Cooked, redis_url: str) -> None:
    needs("flask_session")
    module, emulator = cooked("flask-session", REDIS_URL=redis_url)
    client = module.app.test_client()
    log_in(client, "ada", emulator)
    assert client.get("/").text == "Hello, Ada Ashworth"
    copied = client.get_cookie("session").value
    assert "Ada" not in copied
    client.post("/clever/logout")
    thief = module.app.test_client()
    thief.set_cookie("session", copied)
    assert thief.get("/").status_code == 303
    module.app.config["SESSION_REDIS"].close()


def test_sqlalchemy(cooked: Cooked, tmp_path: Path) -> None:
    needs("flask", "sqlalchemy")
    module, emulator = cooked("sqlalchemy", DATABASE_URL=f"sqlite:///{tmp_path / 'people.db'}")
    client = module.app.test_client()
    log_in(client, "ada", emulator)
    assert client.get("/").text == "Hello, Ada Ashworth, user 1"
    log_in(client, "grace", emulator)
    assert client.get("/").text.endswith("user 2")
    # A person who was stored by an older id is the same user.
    with module.Session(module.engine) as database:
        grace = module.find(database, emulator.base_url, emulator.person("grace").id)
        grace.clever_id = "5d8e21b7f04c6a00127b3a01"
        database.commit()
    log_in(client, "grace", emulator)
    assert client.get("/").text.endswith("user 2")
    # Another tab was faster, so the user is found by the row that it wrote.
    late = module.find
    seen: list[Any] = []

    def misses_at_first(*arguments: Any) -> Any:
        seen.append(arguments)
        return None if len(seen) <= 2 else late(*arguments)

    module.find = misses_at_first
    log_in(client, "ada", emulator)
    assert client.get("/").text.endswith("user 1")
    module.engine.dispose()


def test_flask_wtf(cooked: Cooked) -> None:
    needs("flask_wtf")
    module, emulator = cooked("flask-wtf")
    client = module.app.test_client()
    log_in(client, "ada", emulator)
    page = client.get("/").text
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[-1]
    assert client.post("/notes").status_code == 400
    assert client.post("/notes", data={"csrf_token": token}).text == "saved for Ada Ashworth"
    # An older tab can log out; another site cannot.
    assert client.post("/clever/logout", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.get("/").status_code == 200
    assert client.post("/clever/logout", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303
    assert client.get("/").status_code == 303


def test_talisman(cooked: Cooked) -> None:
    needs("flask_talisman")
    module, emulator = cooked("talisman", "https://school.example/clever/callback")
    client = module.app.test_client()
    assert client.get("/").location == "https://localhost/"
    behind = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "school.example"}
    answer = client.get("/", headers=behind)
    assert answer.headers["Content-Security-Policy"] == "default-src 'self'"
    assert 'class="clever-login-button"' in answer.text
    assert "style=" not in answer.text
    log_in(client, "ada", emulator)
    assert "Ada Ashworth" in client.get("/", url_scheme="https").text
    refused = client.get("/clever/callback?error=access_denied", url_scheme="https")
    assert (refused.status_code, "access_denied" in refused.text) == (403, True)
    # Talisman's policy applies.
    assert refused.headers.getlist("Content-Security-Policy") == ["default-src 'self'"]
    assert "<script" not in refused.text


def test_proxyfix_under_a_prefix(cooked: Cooked) -> None:
    needs("flask")
    module, emulator = cooked("proxyfix", "https://school.example/reading/clever/callback")
    conf = files("proxyfix")["reading.conf"]
    headers = dict(re.findall(r"proxy_set_header (\S+) (\S+);", conf))
    values = {"$host": "school.example", "$remote_addr": "192.0.2.7", "$scheme": "https"}
    (prefix,) = re.findall(r"location (/\w+)/ \{", conf)
    assert conf.count("proxy_pass http://127.0.0.1:8000/;") == 1

    def nginx(environ: dict[str, Any], start_response: Any) -> Any:
        """Does what the nginx configuration of the recipe says."""
        assert environ["PATH_INFO"].startswith(f"{prefix}/"), environ["PATH_INFO"]
        told = {f"HTTP_{name.upper().replace('-', '_')}": values.get(value, value) for name, value in headers.items()}
        environ.update(told, PATH_INFO=environ["PATH_INFO"].removeprefix(prefix), **{"wsgi.url_scheme": "http"})
        return module.app(environ, start_response)

    from werkzeug.test import Client as Browser

    client = Browser(nginx)
    answer = log_in(client, "ada", emulator, path="/reading/lessons")
    assert answer.location == "/reading/lessons"
    cookies = [header for header in answer.headers.getlist("Set-Cookie") if header.startswith("session=")]
    assert ["Path=/reading" in header and "Secure" in header for header in cookies] == [True]
    assert client.get("/reading/lessons", base_url="https://localhost").text == "Ada Ashworth is at /reading/lessons"


def test_spanish_in_flask(cooked: Cooked) -> None:
    needs("flask")
    module, emulator = cooked("spanish-flask")
    client, spanish = module.app.test_client(), {"Accept-Language": "es-MX,es;q=0.9"}
    page = client.get("/", headers=spanish).text
    assert 'lang="es"' in page
    assert "Iniciar sesión con Clever" in page
    assert "Log in with Clever" in client.get("/").text
    denied = client.get("/clever/callback?error=access_denied", headers=spanish)
    assert (denied.status_code, "Clever no te dejó entrar en esta aplicación" in denied.text) == (403, True)
    assert "Clever did not let you into this app" in client.get("/clever/callback?error=access_denied").text
    log_in(client, "ada", emulator)
    assert "Sesión iniciada como <strong>Ada Ashworth" in client.get("/", headers=spanish).text


def test_rosters(cooked: Cooked) -> None:
    needs("flask")
    module, emulator = cooked("rosters")
    client = module.app.test_client()
    log_in(client, "ada", emulator)
    roster = client.get("/").json
    assert roster == {
        "district": "Emulated School District",
        "schools": ["64c1f0a2d3b94e5f60718202"],
        "grades": ["9"],
    }
    # People with other roles or incomplete records also get in.
    for person in emulator.people().values():
        if person.district_id:
            assert log_in(client, person.handle, emulator).status_code == 303, person.handle
            assert client.get("/").json["district"], person.handle


# ---------------------------------------------------------------- FastAPI


def test_sqlmodel(cooked: Cooked, tmp_path: Path) -> None:
    needs("fastapi", "sqlmodel")
    from starlette.testclient import TestClient

    module, emulator = cooked("sqlmodel", DATABASE_URL=f"sqlite:///{tmp_path / 'people.db'}")
    with TestClient(module.app) as client:
        log_in(client, "ada", emulator)
        assert client.get("/").json() == "Hello, Ada Ashworth, user 1"
        log_in(client, "grace", emulator)
        emulator.forget_journal()
        log_in(client, "ada", emulator)
        assert not [entry.path for entry in emulator.journal() if "/users/" in entry.path], "she is known"
        assert client.get("/").json() == "Hello, Ada Ashworth, user 1"
        # A person who was stored by an older id is the same user.
        with module.Session(module.engine) as database:
            grace = module.find(database, emulator.base_url, emulator.person("grace").id)
            grace.clever_id = "5d8e21b7f04c6a00127b3a01"
            database.add(grace)
            database.commit()
        log_in(client, "grace", emulator)
        assert client.get("/").json().endswith("user 2")
        # Another tab was faster, so the user is found by the row that it wrote.
        late, seen = module.find, []

        def misses_at_first(*arguments: Any) -> Any:
            seen.append(arguments)
            return None if len(seen) <= 3 else late(*arguments)

        module.find = misses_at_first
        log_in(client, "ada", emulator)
        assert (client.get("/").json().endswith("user 1"), len(seen)) == (True, 4)
        client.post("/clever/logout")
        assert client.get("/", follow_redirects=False).status_code == 303
    module.engine.dispose()


# ---------------------------------------------------------------- moving from other libraries

STORED = {"grace": "5d8e21b7f04c6a00127b3a01", "sam": "5d8e21b7f04c6a00127b3a03"}  # by the older id of any role


# Flask-Dance reads the time with a function that newer Pythons warn about.
@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
def test_flask_dance(emulators: Callable[[str], Emulator], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needs("flask_dance.consumer", "flask_login", "sqlalchemy")
    callback = "http://localhost/login/clever/authorized"
    emulator = emulators(callback)
    variables = {**emulator.settings(), "DATABASE_URL": f"sqlite:///{tmp_path / 'app.db'}"}
    for name, value in {**variables, "OAUTHLIB_INSECURE_TRANSPORT": "1"}.items():
        monkeypatch.setenv(name, value)
    before = ModuleType("flask_dance_before")
    text = files("flask-dance-before")["app.py"]
    for address in ("https://api.clever.com", "https://clever.com"):
        assert address in text
        text = text.replace(address, emulator.base_url)
    monkeypatch.setitem(sys.modules, before.__name__, before)
    exec(text, before.__dict__)
    for number, (name, older) in enumerate({"ada": "", **STORED}.items(), 1):
        client = before.app.test_client()
        assert log_in(client, name, emulator, path="/login/clever").location == "/"
        assert client.get("/").text == f"Hello, {emulator.person(name).full_name}, user {number}"
        if older:
            with before.Session(before.engine) as database:
                row = database.scalars(before.select(before.OAuth).order_by(before.OAuth.id.desc())).first()
                row.provider_user_id, row.user.name = older, f"kept {name}"
                database.commit()
    before.engine.dispose()

    after = ModuleType("flask_dance_after")
    monkeypatch.setitem(sys.modules, after.__name__, after)
    exec(files("flask-dance")["app.py"], after.__dict__)
    names = {"ada": "Ada Ashworth", "grace": "kept grace", "sam": "kept sam", "jose": "José Núñez"}
    client = after.app.test_client()
    for _ in range(2):
        for number, (name, shown) in enumerate(names.items(), 1):
            assert log_in(client, name, emulator).location == "/"
            assert client.get("/").text == f"Hello, {shown}, user {number}"
    assert client.get("/login/clever?next=/shelf").location == "/clever/login?next=/shelf"
    client.post("/clever/logout")
    assert client.get("/").status_code == 303
    with after.Session(after.engine) as database:
        rows = {row.provider_user_id for row in database.scalars(after.select(after.OAuth))}
    assert rows == {emulator.person(name).id for name in names}
    after.engine.dispose()


def test_auth0s_quickstart(
    emulators: Callable[[str], Emulator], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Import the file that Auth0 exports; people are the same users as before."""
    needs("flask")
    emulator = emulators(REDIRECT_URI)
    own = {"DATABASE": str(tmp_path / "people.db"), "FLASK_SECRET_KEY": secrets.token_hex(32)}
    for name, value in {**emulator.settings(), **own}.items():
        monkeypatch.setenv(name, value)

    def load(name: str, block: str) -> ModuleType:
        module = ModuleType(name)
        monkeypatch.setitem(sys.modules, name, module)
        exec(moving(block), module.__dict__)
        return module

    people, export_of = load("people", "authlib people.py"), load("take_over", "auth0 take_over.py")
    stored = {"ada": emulator.person("ada").id, **STORED}
    lines = [{"user_id": f"oauth2|clever|{clever_id}", "email": "x@example"} for clever_id in stored.values()]
    lines.insert(1, {"user_id": "auth0|64c20b1e8f3a7d0019c4e503"})
    export = tmp_path / "users.ndjson"
    export.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    export_of.take_over(export)
    export_of.take_over(export)
    rows = {name: people.find(clever_id) for name, clever_id in stored.items()}
    assert sorted(rows.values()) == [1, 2, 3]
    assert people.find("64c20b1e8f3a7d0019c4e503") is None, "that one logged in with a password of Auth0"
    client = load("authlib_after", "authlib after app.py").app.test_client()
    for name in (*stored, *stored):
        assert log_in(client, name, emulator).location == "/"
        assert client.get("/").text == f"Hello, {emulator.person(name).first_name}"
        with client.session_transaction() as session:
            assert session["person"] == rows[name]


def moving(block: str) -> str:
    """Return a block of the page about other libraries."""
    found = re.search(rf"<!-- {re.escape(block)} -->\n```\w+\n(.*?)^```$", COMING_FROM, re.DOTALL | re.MULTILINE)
    assert found is not None, block
    return found[1]


def test_two_tabs_at_once_make_one_row_in_the_table_of_authlib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE", str(tmp_path / "people.db"))
    people = ModuleType("people")
    exec(moving("authlib people.py"), people.__dict__)
    people.find("made by this call: the table")
    connected, both_looked = people.connected, Barrier(2)

    class Slow:
        """A connection whose search waits for the other tab's search, if that one may begin."""

        def __init__(self) -> None:
            self.closing = connected()

        def __enter__(self) -> Any:
            self.database = self.closing.__enter__()
            return self

        def __exit__(self, *error: object) -> None:
            self.database.__exit__(*error)
            self.closing.__exit__(*error)

        def execute(self, statement: str, values: Any = ()) -> Any:
            found = self.database.execute(statement, values)
            if statement.startswith("SELECT"):
                with suppress(BrokenBarrierError):
                    both_looked.wait(0.3)
            return found

    monkeypatch.setattr(people, "connected", lambda: nullcontext(Slow()))
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(people.find_or_make, ["one id"] * 2)) == [1, 1]


def test_authlib_in_fastapi(cooked: Cooked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needs("fastapi")
    from starlette.testclient import TestClient

    monkeypatch.setenv("DATABASE", str(tmp_path / "people.db"))
    module = ModuleType("people")
    exec(moving("authlib people.py"), module.__dict__)
    monkeypatch.setitem(sys.modules, "people", module)
    rows = {name: module.find_or_make(clever_id) for name, clever_id in STORED.items()}
    app, emulator = cooked("fastapi-after")
    asked: list[str] = []
    with TestClient(app.app) as client:
        for name in (*STORED, *STORED):
            emulator.forget_journal()
            log_in(client, name, emulator)
            asked += [entry.path for entry in emulator.journal() if "/users/" in entry.path]
            assert client.get("/").json() == f"Hello, {emulator.person(name).full_name.split()[0]}"
            assert module.find(emulator.person(name).id) == rows[name]
    # Clever is asked once for each person.
    assert len(asked) == len(STORED)


def test_every_application_of_the_other_page_is_run() -> None:
    assert {name for name, _, _ in MOVED} == {"flask-dance-before", "flask-dance", "fastapi-after"}
    text = Path(__file__).read_text("utf-8")
    # Blocks with other names are run in tests/interop/clients.
    others = re.findall(r"^<!-- ((?:mozilla|auth0) [^:]+?) -->$", COMING_FROM, re.MULTILINE)
    assert len(others) == 8
    assert [block for block in others if f'"{block}"' not in text] == []


# ---------------------------------------------------------------- Django

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


def django_of_the_guide(file: str) -> str:
    block = re.search(rf"<!-- django {file} -->\n```python\n(.*?)```", GUIDE, re.DOTALL)
    assert block
    return block[1]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create a project as in the guide for Django."""
    needs("django")
    folder = tmp_path_factory.mktemp("project")
    subprocess.run([sys.executable, "-m", "django", "startproject", "mysite", str(folder)], check=True, timeout=SECONDS)
    for name in ("settings.py", "urls.py"):
        with (folder / "mysite" / name).open("a", encoding="utf-8") as opened:
            opened.write(django_of_the_guide(name))
    return folder


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


BEFORE_MOZILLA = """
import os

os.environ["DJANGO_SETTINGS_MODULE"] = "mysite.settings"
import django

django.setup()
from accounts.models import CleverId
from clever_sso.testing import Emulator, log_in
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.test.utils import setup_test_environment

setup_test_environment()
for line in os.environ["MIGRATE"].splitlines():
    call_command(*line.split()[2:], verbosity=0)
emulator = Emulator(os.environ["CLEVER_BASE_URL"], ["http://localhost/oidc/callback/"], {}, None)
for handle in ("ada", "jose", "grace", "ivy", "ivo", "ada"):
    client = Client(SERVER_NAME="localhost")
    assert log_in(client, handle, emulator, path="/oidc/authenticate/").headers["Location"] == "/"
    assert client.session["_auth_user_id"], handle
# That library makes one user of children with the same email address.
assert [User.objects.count(), CleverId.objects.count()] == [4, 5]
older = "5d8e21b7f04c6a00127b3a01"
assert CleverId.objects.filter(clever_id=emulator.person("grace").id).update(clever_id=older) == 1
"""
AFTER_MOZILLA = """
import os

os.environ["DJANGO_SETTINGS_MODULE"] = "mysite.settings"
import django

django.setup()
from io import StringIO
from accounts.models import CleverId
from clever_sso.django.models import CleverAccount
from clever_sso.testing import Emulator, log_in
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.test.utils import setup_test_environment

setup_test_environment()
call_command("makemigrations", "--check", "--dry-run", verbosity=0)
call_command("migrate", verbosity=0)
call_command("check", fail_level="WARNING")
emulator = Emulator(os.environ["CLEVER_BASE_URL"], ["http://localhost/clever/callback"], {}, None)
command = os.environ["IMPORT"].split()
assert command[:3] == ["python", "manage.py", "clever_import"] and command[-1] == "--dry-run"
said = StringIO()
call_command(*command[2:], stdout=said, stderr=said)
assert not CleverAccount.objects.exists()
ivys = CleverId.objects.get(clever_id=emulator.person("ivy").id).user
assert f"user {ivys.pk}: has 2 Clever ids" in said.getvalue(), said.getvalue()
# The account is Ivy's; Ivo gets a user of his own.
CleverId.objects.get(clever_id=emulator.person("ivo").id).delete()
call_command(*command[2:-1], stdout=said, stderr=said)
kept = {link.clever_id: link.user_id for link in CleverId.objects.all()}
assert len(kept) == CleverAccount.objects.count() == 4
for handle in ("ada", "jose", "grace", "ivy", "ivo", "grace"):
    client, person = Client(SERVER_NAME="localhost"), emulator.person(handle)
    assert log_in(client, handle, emulator).headers["Location"] == "/"
    user = User.objects.get(pk=client.session["_auth_user_id"])
    if handle == "ivo":
        assert user.pk not in kept.values()
    else:
        assert user.pk == kept["5d8e21b7f04c6a00127b3a01" if handle == "grace" else person.id]
assert User.objects.count() == 5
"""


def test_mozilla_django_oidc(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needs("mozilla_django_oidc")
    monkeypatch.setenv("CLEVER_EMULATOR", os.environ.get("CLEVER_EMULATOR", str(EMULATOR)))
    shutil.copytree(project, tmp_path, dirs_exist_ok=True)
    (tmp_path / "accounts").mkdir()
    (tmp_path / "accounts/__init__.py").touch()
    after = 'INSTALLED_APPS += ["accounts"]\nALLOWED_HOSTS = ["localhost"]\n'
    settings, urls = tmp_path / "mysite/settings.py", tmp_path / "mysite/urls.py"
    of_the_guide = settings.read_text("utf-8"), urls.read_text("utf-8")
    start = of_the_guide[0].partition(django_of_the_guide("settings.py"))[0]
    addresses = of_the_guide[1].partition("from django.urls import include\n")[0]

    def run(program: str, **variables: str) -> None:
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=tmp_path,
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    with Emulator.running(["http://localhost/clever/callback", "http://localhost/oidc/callback/"]) as emulator:
        (tmp_path / "accounts/models.py").write_text(moving("mozilla collecting accounts/models.py"), "utf-8")
        collecting = tmp_path / "accounts/collecting.py"
        collecting.write_text(moving("mozilla collecting accounts/collecting.py"), "utf-8")
        before = "import os\n" + moving("mozilla before settings.py") + moving("mozilla collecting settings.py")
        for address in ("https://api.clever.com", "https://clever.com"):
            assert address in before
            before = before.replace(address, emulator.base_url)
        settings.write_text(f'{start}\n{before}ALLOWED_HOSTS = ["localhost"]\nLOGIN_REDIRECT_URL = "/"\n', "utf-8")
        urls.write_text(addresses + moving("mozilla before urls.py"), "utf-8")
        run(BEFORE_MOZILLA, **emulator.settings(), MIGRATE=moving("mozilla collecting migrate").strip())
        collecting.unlink()
        settings.write_text(of_the_guide[0] + after, "utf-8")
        urls.write_text(of_the_guide[1], "utf-8")
        variables = {**emulator.settings(), "CLEVER_REDIRECT_URI": "http://localhost/clever/callback"}
        run(AFTER_MOZILLA, **variables, IMPORT=moving("mozilla import").strip())


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


# ---------------------------------------------------------------- hosting


def lines_of(procfile: str) -> dict[str, str]:
    """Return the process types of a Procfile."""
    return dict(line.split(": ", 1) for line in procfile.splitlines() if line.strip())


def guide(framework: str) -> str:
    """Write the guide's application, its first block."""
    block = re.search(rf"<!-- {framework} app.py -->\n```python\n(.*?)```", GUIDE, re.DOTALL)
    assert block
    return block[1]


def started_and_logged_in(line: str, folder: Path, page: str, **variables: str) -> str:
    """Run a line of a Procfile on a loopback port, sign Ada in, and return the text of `page`."""
    with ports.reserved() as port:
        url = f"http://127.0.0.1:{port}"
        app = App("a-client", secrets.token_hex(16), f"{url}/clever/callback", oidc=True)
        with running([app]) as emulator:
            environment = {
                **os.environ,
                "CLEVER_CLIENT_ID": app.client_id,
                "CLEVER_CLIENT_SECRET": app.secret,
                "CLEVER_REDIRECT_URI": app.redirect_uri,
                "CLEVER_BASE_URL": emulator,
                "SECRET_KEY": secrets.token_hex(32),
                "SESSION_KEY": secrets.token_hex(32),
                "PYTHONPATH": f"{folder}{os.pathsep}{os.environ.get('PYTHONPATH', '')}",
                **variables,
            }
            # Expand the line like a shell, but listen on this machine only.
            assert "0.0.0.0" in line
            program, *words = shlex.split(line.replace("0.0.0.0", "127.0.0.1").replace("$PORT", str(port)))
            log = folder / "log"
            with (
                log.open("wb") as output,
                subprocess.Popen(
                    [sys.executable, "-m", program, *words], cwd=folder, env=environment, stdout=output, stderr=output
                ) as server,
            ):
                try:
                    wait_for(lambda: ports.listens(port), "the application to listen", server)
                    browser = Browser(emulator)
                    browser.sign_in(ADA, browser.open(f"{url}/clever/login"))
                    return browser.open(f"{url}{page}").text
                finally:
                    server.terminate()
                    server.wait(SECONDS)


@pytest.mark.parametrize(
    ("recipe", "framework", "package"),
    [("procfile-flask", "flask", "gunicorn"), ("procfile-fastapi", "fastapi", "uvicorn")],
)
def test_procfile(recipe: str, framework: str, package: str, tmp_path: Path) -> None:
    needs(framework, package)
    (tmp_path / "app.py").write_text(guide(framework), "utf-8")
    web = lines_of(files(recipe)["Procfile"])["web"]
    assert "Hello, Ada Ashworth" in started_and_logged_in(web, tmp_path, "/")


def test_procfile_of_django(project: Path, tmp_path: Path) -> None:
    needs("gunicorn")
    shutil.copytree(project, tmp_path, dirs_exist_ok=True)
    lines = lines_of(files("procfile-django")["Procfile"])
    release = shlex.split(lines["release"])
    assert release[0] == "python"
    subprocess.run([sys.executable, *release[1:]], cwd=tmp_path, check=True, timeout=SECONDS, capture_output=True)
    assert '"full_name": "Ada Ashworth"' in started_and_logged_in(lines["web"], tmp_path, "/clever/whoami")


def test_render() -> None:
    yaml = pytest.importorskip("yaml")
    (service,) = yaml.safe_load(files("render")["render.yaml"])["services"]
    # The same line as in the Procfile, which the test above runs.
    assert service["startCommand"] == lines_of(files("procfile-flask")["Procfile"])["web"]
    variables = {each["key"]: each for each in service["envVars"]}
    assert {name for name in variables if name.startswith("CLEVER_")} <= _settings.CLIENT_SETTINGS
    assert variables.pop("SECRET_KEY") == {"key": "SECRET_KEY", "generateValue": True}
    # The file contains no secret values.
    assert all(set(each) == {"key", "sync"} and each["sync"] is False for each in variables.values())


def filled(text: str, variables: dict[str, str]) -> str:
    """Expand `${NAME}` like Compose."""
    return re.sub(r"\$\{(\w+)(?::\?[^}]*)?\}", lambda found: variables[found[1]], text)


def test_docker_compose_with_the_emulator(tmp_path: Path) -> None:
    yaml = pytest.importorskip("yaml")
    made = subprocess.run(
        ["sh", "-c", f"{files('compose')['secrets.sh']} cat .env"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=SECONDS,
    )
    variables = dict(line.split("=", 1) for line in made.stdout.splitlines())
    assert [len(value) for value in variables.values()] == [64, 64]
    compose = files("compose")["compose.yaml"]
    # Compose starts nothing without a secret, instead of an app or a session key that is empty.
    assert re.findall(r"\$\{\w+(?!\w|:\?)", compose) == []
    services = yaml.safe_load(compose)["services"]
    assert all(port.startswith("127.0.0.1:") for service in services.values() for port in service["ports"])
    words = shlex.split(filled(services["clever"]["command"], variables))
    assert words[0] == "clever-emulator"
    words = ["127.0.0.1" if word == "0.0.0.0" else "0" if word == "5999" else word for word in words]
    command = [os.environ.get("CLEVER_EMULATOR", str(EMULATOR)), *words[1:]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout
            port = process.stdout.readline().strip().rpartition(":")[2]
            # The browser and the application reach the emulator by different host names.
            told = {name: filled(value, variables) for name, value in services["web"]["environment"].items()}
            inside = {
                name: value.replace("clever:5999", f"127.0.0.1:{port}").replace("localhost:5999", f"localhost:{port}")
                for name, value in told.items()
                if name.startswith("CLEVER_")
            }
            client = Client(**_settings.arguments(inside))
            login = client.begin_login()
            assert login.url.startswith(f"http://localhost:{port}/oauth/authorize?")
            outcome = client.finish_login(
                Person(f"http://localhost:{port}", ADA).callback(login.url), pending=login.pending
            )
        finally:
            process.terminate()
            process.wait(SECONDS)
    assert isinstance(outcome, SignedIn)
    assert outcome.identity.issuer == f"http://127.0.0.1:{port}"
    # The other service runs the line of the Procfile on another port.
    flask = lines_of(files("procfile-flask")["Procfile"])["web"].replace("--preload ", "")
    assert services["web"]["command"] == flask.replace("$PORT", "8000")
    healthy = services["clever"]["healthcheck"]["test"]
    assert healthy[0] == "CMD"
    compile(healthy[3], "healthcheck", "exec")
    assert {line.split()[0] for line in files("compose")["Dockerfile"].splitlines()} <= {
        "FROM",
        "WORKDIR",
        "COPY",
        "RUN",
        "ENV",
        "USER",
    }


# ---------------------------------------------------------------- the page


def test_every_recipe_is_run() -> None:
    assert PAGE.count("```") == 2 * len(BLOCKS)
    text = Path(__file__).read_text("utf-8")
    recipes = {name for name, _, _ in BLOCKS}
    assert len(recipes) > 15
    assert [name for name in sorted(recipes) if f'"{name}"' not in text and f"'{name}'" not in text] == []


def test_the_page_says_of_every_file_that_is_no_python_what_is_run() -> None:
    table = PAGE.split("## What is not run\n", 1)[1]
    told = {line.split("`")[1] for line in table.splitlines() if line.startswith("| `")}
    assert told == {path for _, path, _ in BLOCKS if not path.endswith((".py", ".html"))}


def test_every_link_of_the_first_table_leads_to_a_recipe() -> None:
    def anchor(heading: str) -> str:
        return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")

    own = {anchor(heading) for heading in re.findall(r"^## (.+)$", PAGE, re.MULTILINE)}
    table = PAGE.split("## Flask-Login", 1)[0]
    linked = set(re.findall(r"\]\(#([\w-]+)\)", table))
    assert linked == own
    of_the_guide = {anchor(heading) for heading in re.findall(r"^##+ (.+)$", GUIDE, re.MULTILINE)}
    assert set(re.findall(r"\]\(python\.md#([\w-]+)\)", PAGE)) <= of_the_guide
