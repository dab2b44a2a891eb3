"""A site in Django whose users have second factors: of allauth's MFA or of django-otp, by `SECOND_FACTOR`.

The user `ada` is linked to Ada's Clever id and has a device with the key `TOTP_KEY`. With `MATCHED`, there is no link:
`CLEVER_MATCH_USER` finds the user. With `BY_EMAIL`, she has no such device, and gets a code by email, in `FOLDER`. With
allauth and `CREDENTIAL`, `grace` is linked to Grace's Clever id and has only a security key, which it describes. With
`USERSESSIONS`, allauth lists the sessions of a user. `/private` is for people who are signed in, and with django-otp
`/vault` is for people who used their device. With `AXES`, django-axes counts failed logins: `/wrong-password` is a
failed login, and `/failures` shows how many there were. Sam's user is inactive then.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

import django
from django.conf import settings
from django.contrib import auth
from django.contrib.auth.decorators import login_required
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from harness.paths import ROOT

ALLAUTH = os.environ.get("SECOND_FACTOR") == "allauth"
AXES = "AXES" in os.environ
KEYS = "CREDENTIAL" in os.environ
MATCHED = "MATCHED" in os.environ
BY_EMAIL = "BY_EMAIL" in os.environ
USERSESSIONS = os.environ.get("USERSESSIONS", "")
TOTP_KEY = "3132333435363738393031323334353637383930"
ADAS_ID, GRACES_ID = "64c20b1e8f3a7d0019c4e501", "64c20b1e8f3a7d0019c4e601"
SAMS_ID = "64c20b1e8f3a7d0019c4e602"


def make_app() -> WSGIHandler:
    clever = {name: value for name, value in os.environ.items() if name.startswith("CLEVER_")}
    apps = ["allauth", "allauth.account", "allauth.mfa"] if ALLAUTH else ["django_otp", "django_otp.plugins.otp_totp"]
    middleware = "allauth.account.middleware.AccountMiddleware" if ALLAUTH else "django_otp.middleware.OTPMiddleware"
    of_the_guide = settings_of_the_guide()
    settings.configure(
        SECRET_KEY="a key for tests only",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.messages",
            "django.contrib.sessions",
            *apps,
            *(["axes"] if AXES else []),
            *(["django_otp.plugins.otp_email"] if BY_EMAIL else []),
            *(["django.contrib.humanize", "allauth.usersessions"] if USERSESSIONS else []),
            "clever_sso.django",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            middleware,
            *(["axes.middleware.AxesMiddleware"] if AXES else []),
            *(["allauth.usersessions.middleware.UserSessionsMiddleware"] if USERSESSIONS else []),
        ],
        TEMPLATES=of_the_guide["TEMPLATES"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(Path(tempfile.mkdtemp(dir=os.environ["FOLDER"])) / "database"),
                "OPTIONS": {"timeout": 60},
            }
        },
        AUTHENTICATION_BACKENDS=[
            *(["axes.backends.AxesStandaloneBackend"] if AXES else []),
            "clever_sso.django.CleverBackend",
            "django.contrib.auth.backends.ModelBackend",
        ],
        AXES_FAILURE_LIMIT=3,
        LOGIN_URL="clever_sso:login",
        OTP_LOGIN_URL="/second-factor",
        EMAIL_BACKEND="django.core.mail.backends.filebased.EmailBackend",
        EMAIL_FILE_PATH=str(Path(os.environ["FOLDER"]) / "mail"),
        STATIC_URL="/static/",
        MFA_TOTP_TOLERANCE=5,
        MFA_SUPPORTED_TYPES=["totp", "recovery_codes", *(["webauthn"] if KEYS else [])],
        MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN=True,
        OTP_TOTP_THROTTLE_FACTOR=0,
        OTP_EMAIL_THROTTLE_FACTOR=0,
        USE_TZ=True,
        USERSESSIONS_TRACK_ACTIVITY=USERSESSIONS == "tracked",
        CLEVER_BEFORE_SIGN_IN=of_the_guide["CLEVER_BEFORE_SIGN_IN"] if "HOOK" in os.environ else None,
        CLEVER_MATCH_USER=matched if MATCHED else None,
        **clever,
    )
    django.setup()
    sys.modules["second_factor"] = second_factor_of_the_guide()
    call_command("migrate", run_syncdb=True, verbosity=0)
    call_command("check")
    make_ada()
    return WSGIHandler()


def matched(identity: Any) -> Any:
    """Finds Ada's user in the table of an older library."""
    from django.contrib.auth.models import User  # noqa: PLC0415  (Django is ready now)

    return User.objects.filter(username="ada").first() if identity.id == ADAS_ID else None


def make_ada() -> None:
    from clever_sso.django import conf  # noqa: PLC0415  (Django is ready now)
    from clever_sso.django.models import CleverAccount  # noqa: PLC0415
    from django.contrib.auth.models import User  # noqa: PLC0415

    ada = User.objects.create_user("ada")
    if not MATCHED:
        CleverAccount.objects.create(user=ada, issuer=conf.client().issuer, clever_id=ADAS_ID)
    if AXES:
        sam = User.objects.create_user("sam", is_active=False)
        CleverAccount.objects.create(user=sam, issuer=conf.client().issuer, clever_id=SAMS_ID)
    if ALLAUTH:
        from base64 import b32encode  # noqa: PLC0415

        from allauth.mfa.totp.internal.auth import TOTP  # noqa: PLC0415
        from allauth.mfa.webauthn.internal.auth import WebAuthn  # noqa: PLC0415

        TOTP.activate(ada, b32encode(bytes.fromhex(TOTP_KEY)).decode())
        if KEYS:
            grace = User.objects.create_user("grace")
            CleverAccount.objects.create(user=grace, issuer=conf.client().issuer, clever_id=GRACES_ID)
            WebAuthn.add(grace, "key", json.loads(os.environ["CREDENTIAL"]))
    elif BY_EMAIL:
        from django_otp.plugins.otp_email.models import EmailDevice  # noqa: PLC0415

        EmailDevice.objects.create(user=ada, name="default", email="ada@school.example")
    else:
        from django_otp.plugins.otp_totp.models import TOTPDevice  # noqa: PLC0415

        TOTPDevice.objects.create(user=ada, name="default", key=TOTP_KEY, tolerance=5)


def second_factor_of_the_guide() -> ModuleType:
    """The module `second_factor` from docs/python.md."""
    module = ModuleType("second_factor")
    exec(block("second_factor.py"), module.__dict__)
    return module


def block(name: str, recipe: str = "keys" if KEYS else "allauth" if ALLAUTH else "otp") -> str:
    guide = (ROOT / "docs" / "python.md").read_text("utf-8")
    found = re.search(rf"<!-- {recipe} {re.escape(name)} -->\n```\w+\n(.*?)```", guide, re.DOTALL)
    assert found
    return found[1]


def settings_of_the_guide() -> dict[str, Any]:
    """The settings from the guide, with `second_factor.html` where the guide puts it."""
    folder = Path(tempfile.mkdtemp(dir=os.environ["FOLDER"]))
    (folder / "templates").mkdir()
    (folder / "templates" / "second_factor.html").write_text(block("second_factor.html"), "utf-8")
    templates = {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "DIRS": []}
    names: dict[str, Any] = {"TEMPLATES": [templates], "BASE_DIR": folder}
    exec(block("settings.py", "factors"), names)
    return names


@login_required
def private(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"Hello, {request.user.get_username()}")


def vault(request: HttpRequest) -> HttpResponse:
    from django_otp.decorators import otp_required  # noqa: PLC0415

    return otp_required(lambda _: HttpResponse("gold"))(request)


def wrong_password(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(auth.authenticate(request, username="ada", password="not hers")))


def failures(_: HttpRequest) -> HttpResponse:
    from axes.models import AccessAttempt  # noqa: PLC0415  (Django is ready now)

    return HttpResponse(str(sum(AccessAttempt.objects.values_list("failures_since_start", flat=True))))


def home(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.user.get_username() or "nobody")


def addresses() -> list[Any]:
    from django.urls import include, path  # noqa: PLC0415

    names: dict[str, Any] = {"urlpatterns": []}
    if "NO_URL" not in os.environ:
        exec(block("urls.py", "factors"), names)
    return [
        path("", home),
        path("private", private),
        path("vault", vault),
        path("wrong-password", wrong_password),
        path("failures", failures),
        path("second-factor", lambda request: sys.modules["second_factor"].second_factor(request, None)),
        *names["urlpatterns"],
        path("clever/", include("clever_sso.django.urls")),
        path("noted", lambda request: HttpResponse(str(request.session.get("account_authentication_methods")))),
        *([path("accounts/", include("allauth.urls"))] if ALLAUTH else []),
    ]


def __getattr__(name: str) -> Any:
    # Django looks for this name once it is set up.
    if name != "urlpatterns":
        raise AttributeError(name)
    return addresses()
