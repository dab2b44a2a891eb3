"""The recipes for Flask in docs/cookbook.md: writes their files, runs them, and logs people in with the emulator."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from clever_sso.testing import Emulator, log_in
from recipes import Cooked, files, needs, refused_when_closed


def change_users(module: Any, *others: str) -> Callable[[str], None]:
    """Close, open or delete all users of a recipe."""
    statements = {
        "close": ["UPDATE {} SET active = 0"],
        "open": ["UPDATE {} SET active = 1"],
        "delete": [*(f"DELETE FROM {other}" for other in others), "DELETE FROM {}"],
    }

    def change(how: str) -> None:
        with module.engine.begin() as database:
            for statement in statements[how]:
                database.exec_driver_sql(statement.format(module.User.__tablename__))

    return change


@pytest.fixture
def flask_login(cooked: Cooked, tmp_path: Path) -> Iterator[tuple[Any, Emulator]]:
    needs("flask_login", "sqlalchemy")
    module, emulator = cooked("flask-login", DATABASE_URL=f"sqlite:///{tmp_path / 'people.db'}")
    yield module, emulator
    module.engine.dispose()


def test_flask_login(flask_login: tuple[Any, Emulator]) -> None:
    module, emulator = flask_login
    client = module.app.test_client()
    sent = client.get("/")
    assert (sent.status_code, sent.location.partition("?")[0]) == (303, "/clever/login")
    assert client.get("/", headers={"Accept": "application/json"}).status_code == 401
    assert log_in(client, "ada", emulator, path="/").location == "/"
    assert client.get("/").text == "Hello, Ada Ashworth"
    assert client.get("/").headers["Cache-Control"] == "no-store"
    # The next person on the device.
    log_in(client, "grace", emulator)
    assert client.get("/").text.startswith("Hello, Grace ")
    client.post("/clever/logout")
    assert client.get("/").status_code == 303


def test_flask_login_refuses_closed_and_deleted_users(flask_login: tuple[Any, Emulator]) -> None:
    module, emulator = flask_login
    app = module.app
    refused_when_closed(app.test_client(), app.test_client, emulator, change_users(module))
    with app.test_client() as client:
        log_in(client, "jose", emulator)
        change_users(module)("close")
        client.get("/")
        # Pages without a guard don't see the closed user either.
        assert module.current_user.is_anonymous


def test_flask_login_with_a_password(flask_login: tuple[Any, Emulator]) -> None:
    module, emulator = flask_login
    from werkzeug.security import generate_password_hash

    with module.Session(module.engine) as database:
        hashed = generate_password_hash("right", "pbkdf2:sha256:1")
        database.add(module.User(office_name="office", password_hash=hashed, name="Ms. Office"))
        database.commit()
    client, right = module.app.test_client(), {"name": "office", "password": "right"}
    assert client.post("/office", data={**right, "password": "wrong"}).status_code == 403
    assert client.post("/office", data={**right, "name": "other"}).status_code == 403
    assert client.get("/").status_code == 303
    assert client.post("/office", data=right).status_code == 303
    assert client.get("/").text == "Hello, Ms. Office"
    assert client.get("/").headers["Cache-Control"] == "no-store"
    # A login with Clever replaces this session, and the other way around.
    log_in(client, "ada", emulator)
    assert client.get("/").text == "Hello, Ada Ashworth"
    client.post("/office", data=right)
    assert client.get("/").text == "Hello, Ms. Office"
    assert client.get("/clever/whoami").status_code == 401
    change_users(module)("close")
    assert client.get("/").status_code == 303
    assert client.post("/office", data=right).status_code == 403
    change_users(module)("open")
    assert client.get("/").text == "Hello, Ms. Office"
    client.post("/clever/logout")
    assert client.get("/").status_code == 303


def test_flask_login_why_not_remember(flask_login: tuple[Any, Emulator]) -> None:
    module, emulator = flask_login
    from flask_login import UserMixin, login_user

    app, own = module.app, module.login_user
    module.login_user = lambda user: login_user(user, remember=True)
    client = app.test_client()
    log_in(client, "ada", emulator)
    module.login_user = own
    client.post("/clever/logout")
    # The cookie still exists, but the recipe's loader signs no one in with it, even if another person's user is gone.
    assert client.get_cookie("remember_token") is not None
    assert client.get("/").status_code == 303
    log_in(client, "jose", emulator)
    with module.Session(module.engine) as database:
        database.delete(database.get(module.User, 2))
        database.commit()
    assert client.get("/").status_code == 403
    client.post("/clever/logout")
    # A loader that trusts the key alone would sign the person in.
    naive = type("Naive", (UserMixin,), {"id": "1", "name": "Ada, still there"})
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
    module.find = lambda *_: None
    module.app.config["PROPAGATE_EXCEPTIONS"] = False
    # No row was written by another tab, so the error of the database is not hidden.
    assert log_in(client, "ada", emulator).status_code == 500
    assert client.get("/clever/whoami").status_code == 401
    module.find = late
    refused_when_closed(module.app.test_client(), module.app.test_client, emulator, change_users(module))
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
