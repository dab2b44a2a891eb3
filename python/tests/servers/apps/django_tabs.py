"""The site in Django of the tests of the frameworks, with sessions in its database."""

from __future__ import annotations

from django.db import connections
from sites.django_site import make_app

app = make_app()
# gunicorn forks after this: no process may use the connection of another.
connections.close_all()
