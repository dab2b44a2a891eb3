"""A Django site that moves to clever_sso with the code of `docs/coming-from.md`, before or after.

`moving_django.py allauth|social before|after|back FOLDER`: all use the database in the folder. `back` prepares it for
the old library, and ends.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django_views import button, cart
from page import block
from serving import CLEVER, URL, serve

library, state, folder = sys.argv[1:]
LOGIN = {"allauth": "/accounts/clever/login/", "social": "/login/clever/"}[library]
os.environ["CLEVER_REDIRECT_URI"] = f"{URL}/clever/callback"

names: dict[str, Any] = {
    "os": os,
    "SECRET_KEY": "a key for tests only",
    "ALLOWED_HOSTS": ["127.0.0.1"],
    "ROOT_URLCONF": __name__,
    "DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(Path(folder) / "database")}},
    "INSTALLED_APPS": [
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.messages",
        "django.contrib.sessions",
    ],
    "MIDDLEWARE": [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    "DEFAULT_AUTO_FIELD": "django.db.models.AutoField",
    "LOGIN_REDIRECT_URL": "/",
    # A test sends no mail.
    "ACCOUNT_EMAIL_VERIFICATION": "none",
    # The base URLs. For Clever itself, only these lines and `at_the_emulator` differ.
    "CLEVER_BASE_URL": CLEVER,
    "SOCIAL_AUTH_CLEVER_AUTHORIZATION_URL": f"{CLEVER}/oauth/authorize",
    "SOCIAL_AUTH_CLEVER_ACCESS_TOKEN_URL": f"{CLEVER}/oauth/tokens",
}
exec(block(f"{library} {'before' if state == 'before' else 'after'} settings.py"), names)
if state != "before":
    Path(folder, "moving.py").write_text(block(f"{library} after moving.py"), "utf-8")
    sys.path.append(folder)
settings.configure(**{name: value for name, value in names.items() if name.isupper()})
django.setup()


def at_the_emulator() -> None:
    """Let the site's old library use the emulator."""
    if library == "allauth":
        from allauth.socialaccount.providers.clever.views import CleverOAuth2Adapter  # noqa: PLC0415

        CleverOAuth2Adapter.authorize_url = f"{CLEVER}/oauth/authorize"
        CleverOAuth2Adapter.access_token_url = f"{CLEVER}/oauth/tokens"
        CleverOAuth2Adapter.identity_url = f"{CLEVER}/v3.0/me"
        CleverOAuth2Adapter.user_details_url = f"{CLEVER}/v3.0/users"
    else:
        from social_core.backends.clever import CleverOAuth2  # noqa: PLC0415

        ask = CleverOAuth2.request
        CleverOAuth2.request = lambda backend, url, *arguments, **options: ask(
            backend, url.replace("https://api.clever.com", CLEVER), *arguments, **options
        )


def who(request: HttpRequest) -> HttpResponse:
    """Show who is logged in."""
    identity = request.session.get("clever_sso", {})
    name = request.user.get_full_name() if request.user.is_authenticated else None
    role, roles = identity.get("user_type"), identity.get("roles")
    return JsonResponse({"user": request.user.pk, "name": name, "role": role, "roles": roles})


addresses: dict[str, Any] = {
    "urlpatterns": [
        path("", lambda _: HttpResponse("the front page")),
        path("who", who),
        path("enter", lambda request: button(request, LOGIN)),
        path("cart", cart),
    ]
}
exec(block(f"{library} {'before' if state == 'before' else 'after'} urls.py"), addresses)
urlpatterns = addresses["urlpatterns"]

if __name__ == "__main__":
    if state == "back":
        exec(block(f"{library} go_back.py"))
        sys.exit()
    if state == "before":
        at_the_emulator()
    call_command("migrate", run_syncdb=True, verbosity=0)
    call_command("check", fail_level="WARNING", stdout=sys.stderr)
    serve(get_wsgi_application())
