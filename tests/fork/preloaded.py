"""An application that gunicorn loads before it forks: the master process creates and uses the client."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import clever_sso

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

client = clever_sso.Client(
    os.environ["CLEVER_CLIENT_ID"],
    redirect_uri=os.environ["CLEVER_REDIRECT_URI"],
    base_url=os.environ["CLEVER_BASE_URL"],
)
client.warm_up()


def app(environ: dict[str, str], start_response: Callable[[str, list[tuple[str, str]]], object]) -> Iterable[bytes]:
    """Show which worker asked about the token, and Clever's response."""
    try:
        answer = client.check_token(environ["HTTP_X_TOKEN"]).client_id
    except clever_sso.Error as error:
        answer = error.code
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{os.getpid()} {answer}".encode()]
