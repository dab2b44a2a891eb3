"""Flask with clever_sso."""

from __future__ import annotations

import os

from clever_sso.flask import CleverSso, get_current_identity
from flask import Flask

application = Flask(__name__)
application.secret_key = os.environ["SECRET_KEY"]
CleverSso(application, from_env=True)


@application.get("/")
def front() -> str:
    """Show who is signed in."""
    identity = get_current_identity()
    return identity.full_name if identity else "nobody"
