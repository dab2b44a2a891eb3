"""A Celery worker that finishes logins. Its client is used once before the pool forks."""

from __future__ import annotations

import os

import clever_sso
from celery import Celery

redis = f"redis://127.0.0.1:{os.environ['REDIS_PORT']}/0"
app = Celery("tasks", broker=redis, backend=redis)
app.conf.update(broker_connection_retry_on_startup=True, worker_hijack_root_logger=False)
client = clever_sso.Client.from_env()
client.warm_up()


@app.task(name="finish")
def finish(callback: str, pending: str) -> tuple[str, int]:
    """Returns who logged in, and the id of this process."""
    outcome = client.finish_login(callback, pending=pending)
    assert isinstance(outcome, clever_sso.SignedIn), type(outcome)
    return outcome.identity.id, os.getpid()
