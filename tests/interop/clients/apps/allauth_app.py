"""A Django site with django-allauth's Clever provider."""

from __future__ import annotations

import sys

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from django_views import button, cart
from serving import CLEVER, CLIENT_ID, CLIENT_SECRET, serve

LOGIN = "/accounts/clever/login/"

settings.configure(
    SECRET_KEY="a key for tests only",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    # All threads share one database in memory.
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "file:allauth?mode=memory&cache=shared"}},
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.messages",
        "django.contrib.sessions",
        "allauth",
        "allauth.account",
        "allauth.socialaccount",
        "allauth.socialaccount.providers.clever",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "allauth.account.middleware.AccountMiddleware",
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
                ]
            },
        }
    ],
    AUTHENTICATION_BACKENDS=["allauth.account.auth_backends.AuthenticationBackend"],
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    LOGIN_REDIRECT_URL="/",
    # A test sends no mail.
    ACCOUNT_EMAIL_VERIFICATION="none",
    # Command line arguments turn on options of django-allauth that are off by default.
    **dict.fromkeys(sys.argv[1:], True),
    SOCIALACCOUNT_PROVIDERS={"clever": {"APP": {"client_id": CLIENT_ID, "secret": CLIENT_SECRET}}},
)
django.setup()

from allauth.socialaccount.models import SocialAccount  # noqa: E402  (models need django.setup())
from allauth.socialaccount.providers.clever.views import CleverOAuth2Adapter  # noqa: E402

# The base URLs. For Clever itself, only these four lines differ.
CleverOAuth2Adapter.authorize_url = f"{CLEVER}/oauth/authorize"
CleverOAuth2Adapter.access_token_url = f"{CLEVER}/oauth/tokens"
CleverOAuth2Adapter.identity_url = f"{CLEVER}/v3.0/me"
CleverOAuth2Adapter.user_details_url = f"{CLEVER}/v3.0/users"


def front(request: HttpRequest) -> HttpResponse:
    """Show the logged-in person, as django-allauth reports it, or a button."""
    if not request.user.is_authenticated:
        return button(request, LOGIN)
    user, account = request.user, SocialAccount.objects.get(user=request.user)
    return JsonResponse(
        {
            "username": user.username,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "email": user.email,
            "uid": account.uid,
            "roles": list(account.extra_data["data"]["roles"]),
        }
    )


urlpatterns = [
    path("", front),
    path("enter", lambda request: button(request, LOGIN)),
    path("cart", cart),
    path("accounts/", include("allauth.urls")),
]

if __name__ == "__main__":
    call_command("migrate", run_syncdb=True, verbosity=0)
    serve(get_wsgi_application())
