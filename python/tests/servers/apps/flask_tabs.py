"""The Flask site of the framework tests, with sessions in files."""

from __future__ import annotations

from sites.flask_site import make_app

app = make_app()
