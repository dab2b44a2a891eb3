"""A Django site with the Clever backend of Python Social Auth (social-core with social-auth-app-django)."""

from __future__ import annotations

from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from django_views import button, cart
from serving import CLEVER, CLIENT_ID, CLIENT_SECRET, serve
from social_core.backends.clever import CleverOAuth2

LOGIN = "/login/clever/"


class LocalClever(CleverOAuth2):
    """The backend with another base URL of the API: there is no setting for it, so it is replaced in each request."""

    def request(self, url: str, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401  (its base class has no types)
        """Send requests for Clever's API to the emulator."""
        return super().request(url.replace("https://api.clever.com", CLEVER), *arguments, **options)


settings.configure(
    SECRET_KEY="a key for tests only",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    # All threads share one database in memory.
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "file:social?mode=memory&cache=shared"}},
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.messages",
        "django.contrib.sessions",
        "social_django",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "social_django.middleware.SocialAuthExceptionMiddleware",
    ],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    AUTHENTICATION_BACKENDS=[f"{__name__}.LocalClever"],
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    LOGIN_REDIRECT_URL="/",
    SOCIAL_AUTH_CLEVER_KEY=CLIENT_ID,
    SOCIAL_AUTH_CLEVER_SECRET=CLIENT_SECRET,
    # The other base URLs. For Clever itself, only these lines and `LocalClever` differ.
    SOCIAL_AUTH_CLEVER_AUTHORIZATION_URL=f"{CLEVER}/oauth/authorize",
    SOCIAL_AUTH_CLEVER_ACCESS_TOKEN_URL=f"{CLEVER}/oauth/tokens",
)
django.setup()


def front(request: HttpRequest) -> HttpResponse:
    """Show the logged-in person, as social-core reports it, or a button."""
    if not request.user.is_authenticated:
        return button(request, LOGIN)
    user = request.user
    return JsonResponse(
        {
            "username": user.username,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "email": user.email,
            "uid": " ".join(sorted(user.social_auth.values_list("uid", flat=True))),
            "kept": [name for account in user.social_auth.all() for name in account.extra_data if "role" in name],
        }
    )


urlpatterns = [
    path("", front),
    path("enter", lambda request: button(request, LOGIN)),
    path("cart", cart),
    path("", include("social_django.urls")),
]

if __name__ == "__main__":
    call_command("migrate", run_syncdb=True, verbosity=0)
    serve(get_wsgi_application())
