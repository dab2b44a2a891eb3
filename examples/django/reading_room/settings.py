"""The settings of the Reading Room, from the environment."""

import os
import secrets
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent

# Without DJANGO_SECRET_KEY, each start makes a new key, which logs everyone out. Several processes need the same key.
SECRET_KEY = os.environ.get("DJANGO_SECRET_KEY") or secrets.token_urlsafe(50)
ALLOWED_HOSTS = os.environ.get("DJANGO_ALLOWED_HOSTS", "127.0.0.1").split()

# ---- Log in with Clever: these lines, one in urls.py, and `manage.py migrate`
# `manage.py check` says which settings are missing.
CLEVER_CLIENT_ID = os.environ.get("CLEVER_CLIENT_ID")
CLEVER_CLIENT_SECRET = os.environ.get("CLEVER_CLIENT_SECRET")
CLEVER_REDIRECT_URI = os.environ.get("CLEVER_REDIRECT_URI", "")
CLEVER_BASE_URL = os.environ.get("CLEVER_BASE_URL")  # only with a local emulator
CLEVER_ROLE_GROUPS = {"teacher": "Teachers", "staff": "Teachers"}
CLEVER_PROBLEM_TEMPLATE = "problem.html"
LOGIN_URL = "clever_sso:login"
LOGIN_REDIRECT_URL = "me"
LOGOUT_REDIRECT_URL = "home"
AUTHENTICATION_BACKENDS = ["clever_sso.django.CleverBackend", "django.contrib.auth.backends.ModelBackend"]
# ----

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "clever_sso.django",
    "reading_room",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
ROOT_URLCONF = "reading_room.urls"
TEMPLATES = [
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
        },
    },
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("DJANGO_DATABASE", str(HOME / "database.sqlite3")),
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = CLEVER_REDIRECT_URI.startswith("https:")
if SESSION_COOKIE_SECURE:
    # Only this host can set a cookie with this prefix, and only over https.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
# The proxy says whether the browser used https. Set this only behind a proxy that always sets the header.
if os.environ.get("DJANGO_BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
