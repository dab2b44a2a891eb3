"""Celery's prefork pool: children finish logins with the client that their parent created and used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path

import page
import pytest
from clever_sso.testing import Emulator
from harness.patience import SECONDS
from logins import LOGINS, callback_of, everyone
from processes import serving

AT_ONCE = 20


@contextmanager
def worker(folder: Path, redis_port: int, settings: dict[str, str]) -> Iterator[None]:
    with serving(page.command("celery"), folder, redis_port, REDIS_PORT=str(redis_port), **settings):
        yield


def test_every_login_in_a_celery_pool_finishes(tmp_path: Path, redis_port: int) -> None:
    celery = pytest.importorskip("celery")
    redis = f"redis://127.0.0.1:{redis_port}/0"
    with celery.Celery(broker=redis, backend=redis) as app, Emulator.running() as emulator:
        client = emulator.client()
        people = list(islice(cycle(everyone(emulator)), LOGINS))
        answers = []
        with worker(tmp_path, redis_port, emulator.settings()):
            # A code is valid for a minute, so not all logins begin at once.
            for start in range(0, LOGINS, AT_ONCE):
                some = people[start : start + AT_ONCE]
                logins = [client.begin_login() for _ in some]
                arrived = [callback_of(login.url, person) for login, person in zip(logins, some)]
                tasks = [app.send_task("finish", (callback, login.pending)) for callback, login in zip(arrived, logins)]
                answers += [task.get(timeout=SECONDS) for task in tasks]
    assert [answer[0] for answer in answers] == [person.id for person in people]
    assert len({answer[1] for answer in answers}) > 1
