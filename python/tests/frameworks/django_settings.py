"""The settings of a project for the tests of the Django app, set once in this process."""

from __future__ import annotations

from typing import Any

import django
from clever_sso import Identity
from django.conf import settings as in_django
from harness.browser import Browser
from running import path_of, refusal, settings

ADA, JOSE, MILA, MILA_AGAIN, GRACE, SAM = "510001", "510003", "510004", "510005", "610001", "610002"
LONG_NAME, CASTELLAN = "510014", "510025"


def configure(clever: str) -> None:
    in_django.configure(
        **settings(clever),
        SECRET_KEY="a key for tests only",
        ALLOWED_HOSTS=["testserver", "127.0.0.1"],
        ROOT_URLCONF="django_project",
        INSTALLED_APPS=[
            "django.contrib.admin",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.messages",
            "django.contrib.sessions",
            "clever_sso.django",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                        "clever_sso.django.access.clever",
                    ],
                    "string_if_invalid": "",
                },
            }
        ],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        AUTHENTICATION_BACKENDS=["clever_sso.django.CleverBackend", "django.contrib.auth.backends.ModelBackend"],
        LOGIN_URL="clever_sso:login",
        STATIC_URL="/static/",
        USE_TZ=True,
    )
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)


def authenticate(who: Identity) -> Any:
    from django.contrib.auth import authenticate  # noqa: PLC0415

    return authenticate(None, clever_identity=who)


def log_in(client: Any, clever: str, number: str = ADA) -> Any:
    begun = client.get("/clever/login")
    return client.get(path_of(Browser(clever, number).callback(begun.headers["Location"])))


def be_refused(client: Any) -> Any:
    """Begin a login that Clever refuses."""
    begun = client.get("/clever/login")
    return client.get("/clever/callback" + refusal(begun.headers["Location"]))


def accounts() -> Any:
    from clever_sso.django.models import CleverAccount  # noqa: PLC0415

    return CleverAccount.objects
