"""A Flask site that moves from Authlib to clever_sso with the code of `docs/coming-from.md`.

`moving_flask.py before|after FOLDER`: both use the database in the folder.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from clever_sso.flask import current_identity
from flask import request, session
from page import block
from serving import CLEVER, URL, serve

state, folder = sys.argv[1:]
os.environ.update(
    DATABASE=str(Path(folder) / "database"),
    FLASK_SECRET_KEY="a key for tests only",
    CLEVER_REDIRECT_URI=f"{URL}/callback",
)
Path(folder, "people.py").write_text(block("authlib people.py"), "utf-8")
sys.path.append(folder)
names: dict[str, Any] = {"__name__": "site_that_moves"}
# The base URL. For Clever itself, only this line differs.
exec(block(f"authlib {state} app.py").replace("https://clever.com", CLEVER), names)
app = names["app"]


@app.get("/who")
def who() -> dict[str, Any]:
    """Show who is logged in."""
    if not current_identity:
        return {"user": session.get("person"), "name": None, "role": None, "roles": None}
    name, role, roles = current_identity.full_name, current_identity.user_type, list(current_identity.roles)
    return {"user": session.get("person"), "name": name, "role": role, "roles": roles}


@app.get("/cart")
def cart() -> str:
    """Store a thing in the session, and show the session's content."""
    if "thing" in request.args:
        session["thing"] = request.args["thing"]
    return f"in the cart: {session.get('thing', 'nothing')}"


if __name__ == "__main__":
    serve(app)
