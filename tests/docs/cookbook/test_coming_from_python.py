"""The Python applications of docs/coming-from.md: after the move, people are the same users as before."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from types import ModuleType
from typing import Any

import pytest
from clever_sso.testing import Emulator, log_in
from harness.paths import EMULATOR
from harness.patience import SECONDS
from recipes import (
    COMING_FROM,
    MOVED,
    REDIRECT_URI,
    Cooked,
    files,
    guide_block,
    needs,
    refused_when_closed,
    shows_a_way_out_to_closed_people,
)

STORED = {"grace": "5d8e21b7f04c6a00127b3a01", "sam": "5d8e21b7f04c6a00127b3a03"}  # by the older id of any role


def moving(block: str) -> str:
    """Return a block of the page about other libraries."""
    found = re.search(rf"<!-- {re.escape(block)} -->\n```\w+\n(.*?)^```$", COMING_FROM, re.DOTALL | re.MULTILINE)
    assert found is not None, block
    return found[1]


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
            home = client.get("/")
            assert (home.text, home.headers["Cache-Control"]) == (f"Hello, {shown}, user {number}", "no-store")
    assert client.get("/login/clever?next=/shelf").location == "/clever/login?next=/shelf"
    client.post("/clever/logout")
    assert client.get("/").status_code == 303
    with after.Session(after.engine) as database:
        rows = {row.provider_user_id for row in database.scalars(after.select(after.OAuth))}
    assert rows == {emulator.person(name).id for name in names}
    after.engine.dispose()


@pytest.mark.parametrize(
    ("block", "old_name", "address"),
    [("authlib after app.py", "login", "/login"), ("flask-dance: app.py", "clever.login", "/login/clever")],
)
@pytest.mark.parametrize("is_kept", [False, True])
def test_a_forgotten_link_to_the_old_login_raises_unless_its_name_is_kept(  # noqa: PLR0913  (as pytest calls it)
    block: str,
    old_name: str,
    address: str,
    *,
    is_kept: bool,
    emulators: Callable[[str], Emulator],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    needs("flask_login", "sqlalchemy")
    from werkzeug.routing import BuildError

    own = {"FLASK_SECRET_KEY": secrets.token_hex(32), "DATABASE_URL": f"sqlite:///{tmp_path / 'app.db'}"}
    for name, value in {**emulators(REDIRECT_URI).settings(), **own}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setitem(sys.modules, "people", ModuleType("people"))
    kept = f'@app.get("{address}", endpoint="{old_name}")'
    text = moving(block)
    assert text.count(kept) == 1
    module = ModuleType("forgotten_link")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(text if is_kept else text.replace(kept, f'@app.get("{address}")'), module.__dict__)
    with module.app.test_request_context():
        from flask import url_for

        if is_kept:
            assert url_for(old_name) == address
        else:
            with pytest.raises(BuildError):
                url_for(old_name)
    assert module.app.test_client().get(f"{address}?next=/shelf").location == "/clever/login?next=/shelf"
    if hasattr(module, "engine"):
        module.engine.dispose()


@pytest.fixture
def moved(
    emulators: Callable[[str], Emulator], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Any, Emulator]]:
    """The application of Flask-Dance after the move, with an empty database."""
    needs("flask_login", "sqlalchemy")
    emulator = emulators("http://localhost/login/clever/authorized")
    for name, value in {**emulator.settings(), "DATABASE_URL": f"sqlite:///{tmp_path / 'app.db'}"}.items():
        monkeypatch.setenv(name, value)
    module = ModuleType("moved")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(files("flask-dance")["app.py"], module.__dict__)
    module.Base.metadata.create_all(module.engine)
    yield module, emulator
    module.engine.dispose()


def test_flask_dance_refuses_closed_and_deleted_users(moved: tuple[Any, Emulator]) -> None:
    module, emulator = moved
    with module.app.test_request_context():
        assert module.url_for("clever.login") == "/login/clever"
    client = module.app.test_client()
    assert client.get("/", headers={"Accept": "application/json"}).status_code == 401
    log_in(client, "ada", emulator)
    # A session of the old application, and one whose user is another.
    for other in {"_user_id": "1", "_fresh": True}, {"_user_id": "1", "signed_in_user": "2"}:
        old = module.app.test_client()
        with old.session_transaction() as session:
            session.update(other)
        assert old.get("/").status_code == 303
    change_rows(module, "DELETE FROM user")  # the row of the link stays: the database does not check foreign keys
    refused = log_in(client, "ada", emulator)
    assert (refused.status_code, "Your account is closed." in refused.text) == (403, True)
    change_rows(module, "DELETE FROM flask_dance_oauth")

    def change(how: str) -> None:
        statements = {"close": ["UPDATE user SET active = 0"], "open": ["UPDATE user SET active = 1"]}
        change_rows(module, *statements.get(how, ["DELETE FROM flask_dance_oauth", "DELETE FROM user"]))

    refused_when_closed(client, module.app.test_client, emulator, change)


def test_a_user_with_a_password_in_a_test_of_the_moved_application(moved: tuple[Any, Emulator]) -> None:
    module, _ = moved
    from flask_login import FlaskLoginClient

    with module.Session(module.engine, expire_on_commit=False) as database:
        user = module.User(name="Ms. Office")
        database.add(user)
        database.commit()

    @module.app.get("/staffroom")
    @module.login_required
    @module.clever_flask.login_required("teacher")
    def staffroom() -> str:
        return "coffee"

    module.app.test_client_class = FlaskLoginClient
    client = module.app.test_client(user=user)
    assert client.get("/").status_code == 303
    client = module.app.test_client(user=user)
    with client.session_transaction() as session:
        session["signed_in_user"] = session["_user_id"]
    home = client.get("/")
    assert (home.text, home.headers["Cache-Control"]) == ("Hello, Ms. Office, user 1", "no-store")
    # A user with a password has no role.
    assert client.get("/staffroom").location.startswith("/clever/login?")


def test_flask_dance_does_not_hide_another_error_of_the_database(moved: tuple[Any, Emulator]) -> None:
    module, emulator = moved
    module.app.config["PROPAGATE_EXCEPTIONS"] = False
    change_rows(module, "CREATE UNIQUE INDEX one ON user (active)")
    client = module.app.test_client()
    assert log_in(client, "ada", emulator).status_code == 303
    assert log_in(client, "jose", emulator).status_code == 500
    assert client.get("/clever/whoami").status_code == 401


def test_old_tokens_of_flask_dance_are_deleted(moved: tuple[Any, Emulator]) -> None:
    module, _ = moved
    with module.engine.begin() as database:
        for provider in ("clever", "other"):
            columns = "(provider, provider_user_id, created_at, token, user_id)"
            values = (provider, "x", "2026-01-01", '{"a": 1}', 1)
            database.exec_driver_sql(f"INSERT INTO flask_dance_oauth {columns} VALUES (?, ?, ?, ?, ?)", values)
        database.exec_driver_sql(moving("flask-dance remove"))
        tokens = database.exec_driver_sql("SELECT provider, token FROM flask_dance_oauth").fetchall()
        assert [tuple(row) for row in tokens] == [("clever", "{}"), ("other", '{"a": 1}')]
        database.exec_driver_sql("DELETE FROM flask_dance_oauth")


def change_rows(module: Any, *statements: str) -> None:
    with module.engine.begin() as database:
        for statement in statements:
            database.exec_driver_sql(statement)


def test_auth0s_quickstart(
    emulators: Callable[[str], Emulator], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Import the file that Auth0 exports; people are the same users as before."""
    needs("flask")
    from flask import url_for

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
    app = sys.modules["authlib_after"].app
    with app.test_request_context():
        assert url_for("login", next="/shelf") == "/login?next=/shelf"
    assert client.get("/login?next=/shelf").location == "/clever/login?next=/shelf"
    refused_when_closed(app.test_client(), app.test_client, emulator, change_people(people))


AFTER_AUTHLIB = moving("authlib after app.py")


@pytest.fixture
def from_authlib(
    emulators: Callable[[str], Emulator], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], tuple[Any, Any, Emulator]]:
    """Load the application of Authlib after the move, or a changed one."""
    needs("flask")

    def load(application: str = AFTER_AUTHLIB) -> tuple[Any, Any, Emulator]:
        emulator = emulators(REDIRECT_URI)
        own = {"DATABASE": str(tmp_path / "people.db"), "FLASK_SECRET_KEY": secrets.token_hex(32)}
        for name, value in {**emulator.settings(), **own}.items():
            monkeypatch.setenv(name, value)
        people, after = ModuleType("people"), ModuleType("authlib_after")
        for module, text in (people, moving("authlib people.py")), (after, application):
            monkeypatch.setitem(sys.modules, module.__name__, module)
            exec(text, module.__dict__)
        return after, people, emulator

    return load


def test_a_closed_person_sees_pages_without_a_guard_and_can_log_out(
    from_authlib: Callable[[], tuple[Any, Any, Emulator]], tmp_path: Path
) -> None:
    after, people, emulator = from_authlib()
    after.app.static_folder = str(tmp_path)
    (tmp_path / "site.css").write_text("body {}", "utf-8")
    client = after.app.test_client()
    log_in(client, "ada", emulator)
    assert client.get("/").headers["Cache-Control"] == "no-store"
    change_people(people)("close")
    home = client.get("/")
    assert (home.status_code, 'action="/clever/logout"' in home.text) == (403, True)
    assert home.headers["Cache-Control"] == "no-store"
    assert client.get("/static/site.css", buffered=True).text == "body {}"
    assert client.get("/login?next=/shelf").location == "/clever/login?next=/shelf"
    assert "/clever/login?switch_user=1" in client.get("/welcome").text
    assert client.get("/logout").location == "/welcome"
    assert client.get("/clever/whoami").status_code == 401
    # A deleted person gets a new row, so only a closed one stays out.
    assert log_in(client, "ada", emulator).status_code == 403
    change_people(people)("delete")
    assert log_in(client, "ada", emulator).status_code == 303


def sign_in_with_a_password(client: Any, people: Any, log_in_with: Callable[[str], Any], emulator: Emulator) -> None:
    """A person with a password uses the page for everyone, beside people with Clever."""
    rows = {name: people.find_or_make(name) for name in ("office", "closed")}
    people.with_password = lambda name, password: rows.get(name) if password == "right" else None

    def desk() -> tuple[int, str, str | None]:
        page = client.get("/desk")
        return page.status_code, page.text.strip('"'), page.headers.get("Cache-Control")

    with people.connected() as database, database:
        database.execute("UPDATE person SET closed = 1 WHERE id = ?", [rows["closed"]])
    for name in "closed", "stranger":
        assert log_in_with(name).status_code == 403
        assert desk()[0] == 303
    assert client.get("/desk").headers["Location"] == "/clever/login?next=%2Fdesk"
    assert client.get("/desk", headers={"Accept": "application/json"}).status_code == 401
    log_in(client, "ada", emulator)
    ada = people.find(emulator.person("ada").id)
    assert desk() == (200, f"This is the desk of person {ada}.", "no-store")
    office = (200, f"This is the desk of person {rows['office']}.", "no-store")
    log_in_with("office")
    assert desk() == office
    assert client.get("/clever/whoami").status_code == 401
    # A login with Clever replaces this session.
    log_in(client, "ada", emulator)
    assert desk()[1] == f"This is the desk of person {ada}."
    log_in_with("office")
    change_people(people)("close")
    assert desk()[0] == 303
    change_people(people)("open")
    assert desk() == office
    client.post("/clever/logout")
    assert desk()[0] == 303
    log_in(client, "ada", emulator)
    change_people(people)("close")
    assert desk()[0] == 403


def test_people_with_a_password_beside_clever_in_flask(
    from_authlib: Callable[[str], tuple[Any, Any, Emulator]], tmp_path: Path
) -> None:
    after, people, emulator = from_authlib(AFTER_AUTHLIB + moving("authlib password app.py"))
    after.app.static_folder = str(tmp_path)
    (tmp_path / "site.css").write_text("body {}", "utf-8")
    client = after.app.test_client()

    def log_in_with(name: str) -> Any:
        return client.post("/office", data={"name": name, "password": "right"})

    sign_in_with_a_password(client, people, log_in_with, emulator)
    # A session of the old application has a person, too.
    old = after.app.test_client()
    with old.session_transaction() as session:
        session["person"] = 1
    change_people(people)("open")
    assert old.get("/desk").status_code == 303
    log_in_with("office")
    # A file that is the same for everyone may be stored.
    assert "Vary" not in client.get("/static/site.css", buffered=True).headers
    assert client.post("/office", data={"name": "office", "password": "wrong"}).status_code == 403


def test_a_message_of_before_sign_in_is_kept_for_the_next_page(
    from_authlib: Callable[[], tuple[Any, Any, Emulator]],
) -> None:
    after, _, emulator = from_authlib()
    from flask import flash, get_flashed_messages, redirect

    @after.clever.before_sign_in
    def decide(_: Any) -> Any:
        flash("not for you")
        return redirect("/messages")

    @after.app.get("/messages")
    def messages() -> str:
        return " ".join(get_flashed_messages())

    client = after.app.test_client()
    assert log_in(client, "ada", emulator).location == "/messages"
    assert client.get("/messages").text == "not for you"
    assert client.get("/clever/whoami").status_code == 401


@pytest.mark.parametrize("is_before", [True, False])
def test_an_old_callback_is_refused_or_never_called(
    from_authlib: Callable[[str], tuple[Any, Any, Emulator]], *, is_before: bool
) -> None:
    from clever_sso import ConfigError

    view = '@app.get("/clever/callback")\ndef callback():\n    return "old"\n\n\n'
    made = "clever = CleverSso(app)\n"
    assert AFTER_AUTHLIB.count(made) == 1
    changed = AFTER_AUTHLIB.replace(made, view + made if is_before else made + view)
    if is_before:
        with pytest.raises(ConfigError, match="the view 'callback'"):
            from_authlib(changed)
        return
    after, _, emulator = from_authlib(changed)
    client = after.app.test_client()
    assert log_in(client, "ada", emulator).location == "/"
    assert client.get("/").text == "Hello, Ada"


def change_people(people: Any) -> Callable[[str], None]:
    """Close, open or delete all rows in the table of Authlib's example."""

    def change(how: str) -> None:
        statement = {"close": "UPDATE person SET closed = 1", "open": "UPDATE person SET closed = 0"}
        with people.connected() as database, database:
            database.execute(statement.get(how, "DELETE FROM person"))

    return change


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


@pytest.fixture
def people_of_fastapi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module `people` that the application in FastAPI imports."""
    needs("fastapi")
    monkeypatch.setenv("DATABASE", str(tmp_path / "people.db"))
    module = ModuleType("people")
    exec(moving("authlib people.py"), module.__dict__)
    monkeypatch.setitem(sys.modules, "people", module)
    return module


def test_authlib_in_fastapi(cooked: Cooked, people_of_fastapi: ModuleType) -> None:
    from starlette.testclient import TestClient

    module = people_of_fastapi
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
        old = client.get("/login?next=/shelf", follow_redirects=False)
        assert (old.status_code, old.headers["Location"]) == (303, "/clever/login?next=/shelf")
    # Clever is asked once for each person.
    assert len(asked) == len(STORED)

    def browser() -> TestClient:
        return TestClient(app.app, follow_redirects=False)

    client = browser()
    sent = client.get("/login", params={"next": "/shelf?week=7&day=1"})
    assert (sent.status_code, sent.headers["location"]) == (303, "/clever/login?next=%2Fshelf%3Fweek%3D7%26day%3D1")
    assert client.get("/login").headers["location"] == "/clever/login"
    assert app.app.url_path_for("login") == "/login"
    refused_when_closed(client, browser, emulator, change_people(module))
    change_people(module)("close")
    shows_a_way_out_to_closed_people(client)


def test_people_with_a_password_beside_clever_in_fastapi(cooked: Cooked, people_of_fastapi: ModuleType) -> None:
    from starlette.testclient import TestClient

    app, emulator = cooked("fastapi-after")
    exec(moving("fastapi password app.py"), app.__dict__)
    client = TestClient(app.app, follow_redirects=False)

    def log_in_with(name: str) -> Any:
        return client.post("/office", json={"name": name, "password": "right"})

    sign_in_with_a_password(client, people_of_fastapi, log_in_with, emulator)
    shows_a_way_out_to_closed_people(client, "/desk")
    change_people(people_of_fastapi)("open")
    assert client.get("/desk").status_code == 200
    assert client.post("/office", json={"name": "office", "password": "wrong"}).status_code == 403


def test_every_application_of_the_other_page_is_run() -> None:
    assert {name for name, _, _ in MOVED} == {"flask-dance-before", "flask-dance", "fastapi-after"}
    text = Path(__file__).read_text("utf-8")
    # Blocks with other names are run in tests/interop/clients.
    others = re.findall(r"^<!-- ((?:mozilla|auth0) [^:]+?) -->$", COMING_FROM, re.MULTILINE)
    assert len(others) == 8
    assert [block for block in others if f'"{block}"' not in text] == []


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
    start = of_the_guide[0].partition(guide_block("django settings.py"))[0]
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
