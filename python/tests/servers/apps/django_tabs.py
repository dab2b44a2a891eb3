"""The Django site of the framework tests, with sessions in its database."""

from __future__ import annotations

from django.db import connections
from sites.django_site import make_app

app = make_app()
# gunicorn forks after this, and no process may use the database connection of another.
connections.close_all()
