"""Django with one of the libraries, which `DJANGO_LIBRARY` names. Sessions and users are in a database in memory."""

from __future__ import annotations

import os
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

CLEVER = os.environ["CLEVER_BASE_URL"]
CLIENT_ID, CLIENT_SECRET = os.environ["CLEVER_CLIENT_ID"], os.environ["CLEVER_CLIENT_SECRET"]

# For each library: its apps, middleware, backend, settings and URLs.
LIBRARIES: dict[str, tuple[list[str], list[str], str, dict[str, Any], tuple[str, str]]] = {
    "clever_sso": (
        ["clever_sso.django"],
        [],
        "clever_sso.django.CleverBackend",
        {name: value for name, value in os.environ.items() if name.startswith("CLEVER_")},
        ("clever/", "clever_sso.django.urls"),
    ),
    "allauth": (
        ["allauth", "allauth.account", "allauth.socialaccount", "allauth.socialaccount.providers.clever"],
        ["allauth.account.middleware.AccountMiddleware"],
        "allauth.account.auth_backends.AuthenticationBackend",
        {
            "SOCIALACCOUNT_PROVIDERS": {"clever": {"APP": {"client_id": CLIENT_ID, "secret": CLIENT_SECRET}}},
            "SOCIALACCOUNT_LOGIN_ON_GET": True,
            "ACCOUNT_EMAIL_VERIFICATION": "none",
        },
        ("accounts/", "allauth.urls"),
    ),
    "social": (
        ["social_django"],
        [],
        f"{__name__}.LocalClever",
        {
            "SOCIAL_AUTH_CLEVER_KEY": CLIENT_ID,
            "SOCIAL_AUTH_CLEVER_SECRET": CLIENT_SECRET,
            "SOCIAL_AUTH_CLEVER_AUTHORIZATION_URL": f"{CLEVER}/oauth/authorize",
            "SOCIAL_AUTH_CLEVER_ACCESS_TOKEN_URL": f"{CLEVER}/oauth/tokens",
        },
        ("", "social_django.urls"),
    ),
    "mozilla": (
        ["mozilla_django_oidc"],
        [],
        "mozilla_django_oidc.auth.OIDCAuthenticationBackend",
        {
            "OIDC_RP_CLIENT_ID": CLIENT_ID,
            "OIDC_RP_CLIENT_SECRET": CLIENT_SECRET,
            "OIDC_RP_SIGN_ALGO": "RS256",
            "OIDC_RP_SCOPES": "openid",
            "OIDC_OP_AUTHORIZATION_ENDPOINT": f"{CLEVER}/oauth/authorize",
            "OIDC_OP_TOKEN_ENDPOINT": f"{CLEVER}/oauth/tokens",
            "OIDC_OP_USER_ENDPOINT": f"{CLEVER}/userinfo",
            "OIDC_OP_JWKS_ENDPOINT": f"{CLEVER}/oauth/certs",
        },
        ("oidc/", "mozilla_django_oidc.urls"),
    ),
}
apps, middleware, backend, own, addresses = LIBRARIES[os.environ["DJANGO_LIBRARY"]]

settings.configure(
    **own,
    SECRET_KEY=os.environ["SECRET_KEY"],
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "file:site?mode=memory&cache=shared"}},
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.messages",
        "django.contrib.sessions",
        *apps,
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        *middleware,
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
        }
    ],
    AUTHENTICATION_BACKENDS=[backend],
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    LOGIN_REDIRECT_URL="/",
    USE_TZ=True,
)


def front(request: HttpRequest) -> HttpResponse:
    """Show who is signed in."""
    return HttpResponse(request.user.get_username() if request.user.is_authenticated else "nobody")


if os.environ["DJANGO_LIBRARY"] == "social":
    from social_core.backends.clever import CleverOAuth2

    class LocalClever(CleverOAuth2):
        """The backend with the emulator's API: the library has no setting for it."""

        def request(self, url: str, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401  (no types in the base)
            """Send requests for Clever's API to the emulator."""
            return super().request(url.replace("https://api.clever.com", CLEVER), *arguments, **options)


def enter(request: HttpRequest) -> HttpResponse:
    """Begin a login with Python Social Auth, which requires a POST."""
    from social_django.views import auth  # noqa: PLC0415  (only if it is in INSTALLED_APPS)

    request.method = "POST"
    return auth(request, "clever")


django.setup()
if os.environ["DJANGO_LIBRARY"] == "allauth":
    from allauth.socialaccount.providers.clever.views import CleverOAuth2Adapter

    CleverOAuth2Adapter.authorize_url = f"{CLEVER}/oauth/authorize"
    CleverOAuth2Adapter.access_token_url = f"{CLEVER}/oauth/tokens"
    CleverOAuth2Adapter.identity_url = f"{CLEVER}/v3.0/me"
    CleverOAuth2Adapter.user_details_url = f"{CLEVER}/v3.0/users"
urlpatterns = [path("", front), path("enter", enter), path(addresses[0], include(addresses[1]))]
# The database is in memory, so the serving process creates it.
call_command("migrate", run_syncdb=True, verbosity=0)
application = get_wsgi_application()
