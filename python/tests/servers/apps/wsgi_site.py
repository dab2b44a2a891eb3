"""A small site for gunicorn, uWSGI and the nodes behind nginx. Its client is used once before any server forks.

Sessions are in signed cookies, or in Redis if `REDIS_PORT` is set. `COOPERATIVE` is for gevent.
"""

from __future__ import annotations

import os

from clever_sso import Client
from clever_sso.flask import CleverSso, current_identity
from flask import Flask, Response
from flask.typing import ResponseReturnValue


def make_client() -> Client:
    client = Client.from_env()
    client.warm_up()
    if "COOPERATIVE" in os.environ:
        from clever_sso.gevent import cooperative  # noqa: PLC0415  (gevent is for its own server only)

        return cooperative(client)
    return client


def keep_sessions_in_redis(app: Flask, port: int) -> None:
    from flask_session import Session  # noqa: PLC0415
    from redis import Redis  # noqa: PLC0415

    app.config.update(SESSION_TYPE="redis", SESSION_REDIS=Redis(port=port), SESSION_COOKIE_NAME="server_side")
    Session(app)


app = Flask(__name__)
app.secret_key = "a key for tests only"
if "REDIS_PORT" in os.environ:
    keep_sessions_in_redis(app, int(os.environ["REDIS_PORT"]))
CleverSso(app, client=make_client())


@app.get("/")
def who() -> ResponseReturnValue:
    return {"id": current_identity.id if current_identity else None}


@app.after_request
def name_the_process(response: Response) -> Response:
    response.headers["X-Process"] = str(os.getpid())
    response.headers["X-Node"] = os.environ.get("NODE", "")
    return response
