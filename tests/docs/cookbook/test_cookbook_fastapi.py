"""The recipes for FastAPI in docs/cookbook.md, run with the emulator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from clever_sso.testing import log_in
from recipes import Cooked, needs, refused_when_closed, shows_a_way_out_to_closed_people


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
        module.find = late

        def change(how: str) -> None:
            statement = {"close": "UPDATE user SET active = 0", "open": "UPDATE user SET active = 1"}
            with module.engine.begin() as database:
                database.exec_driver_sql(statement.get(how, "DELETE FROM user"))

        def browser() -> TestClient:
            return TestClient(module.app, follow_redirects=False)

        other = browser()
        refused_when_closed(other, browser, emulator, change)
        change("close")
        shows_a_way_out_to_closed_people(other)
    module.engine.dispose()
