"""A site in Django whose users have second factors: of allauth's MFA or of django-otp, by `SECOND_FACTOR`.

The user `ada` is known by Ada's Clever id and has a device, whose key is `TOTP_KEY`. `/private` is for people who are
signed in, and `/vault` in django-otp for those who showed their device.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import django
from clever_sso.django import complete_login, held_login
from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.utils.html import format_html

ALLAUTH = os.environ.get("SECOND_FACTOR") == "allauth"
TOTP_KEY = "3132333435363738393031323334353637383930"
ADAS_ID = "64c20b1e8f3a7d0019c4e501"


def make_app() -> WSGIHandler:
    clever = {name: value for name, value in os.environ.items() if name.startswith("CLEVER_")}
    apps = ["allauth", "allauth.account", "allauth.mfa"] if ALLAUTH else ["django_otp", "django_otp.plugins.otp_totp"]
    middleware = "allauth.account.middleware.AccountMiddleware" if ALLAUTH else "django_otp.middleware.OTPMiddleware"
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
            "clever_sso.django",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            middleware,
        ],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(Path(tempfile.mkdtemp(dir=os.environ["FOLDER"])) / "database"),
                "OPTIONS": {"timeout": 60},
            }
        },
        AUTHENTICATION_BACKENDS=["clever_sso.django.CleverBackend", "django.contrib.auth.backends.ModelBackend"],
        LOGIN_URL="clever_sso:login",
        OTP_LOGIN_URL="/second-factor",
        MFA_TOTP_TOLERANCE=5,
        OTP_TOTP_THROTTLE_FACTOR=0,
        USE_TZ=True,
        CLEVER_BEFORE_SIGN_IN=ask_for_the_second_factor if "HOOK" in os.environ else None,
        **clever,
    )
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)
    call_command("check")
    make_ada()
    return WSGIHandler()


def make_ada() -> None:
    from clever_sso.django import conf  # noqa: PLC0415  (Django is ready now)
    from clever_sso.django.models import CleverAccount  # noqa: PLC0415
    from django.contrib.auth.models import User  # noqa: PLC0415

    ada = User.objects.create_user("ada")
    CleverAccount.objects.create(user=ada, issuer=conf.client().issuer, clever_id=ADAS_ID)
    if ALLAUTH:
        from base64 import b32encode  # noqa: PLC0415

        from allauth.mfa.totp.internal.auth import TOTP  # noqa: PLC0415

        TOTP.activate(ada, b32encode(bytes.fromhex(TOTP_KEY)).decode())
    else:
        from django_otp.plugins.otp_totp.models import TOTPDevice  # noqa: PLC0415

        TOTPDevice.objects.create(user=ada, name="default", key=TOTP_KEY, tolerance=5)


def has_second_factor(user: Any) -> bool:
    if ALLAUTH:
        from allauth.mfa.utils import is_mfa_enabled  # noqa: PLC0415

        return bool(is_mfa_enabled(user))
    from django_otp import user_has_device  # noqa: PLC0415

    return bool(user_has_device(user))


def ask_for_the_second_factor(proven: Any) -> HttpResponse | None:
    if proven.user is None or not has_second_factor(proven.user):
        return None
    proven.hold()
    return HttpResponseRedirect("/second-factor")


class OneCode(forms.Form):
    """A code of django-otp."""

    code = forms.CharField()

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_code(self) -> str:
        from django_otp import match_token  # noqa: PLC0415

        self.device = match_token(self.user, self.cleaned_data["code"])
        if self.device is None:
            raise forms.ValidationError("This code is not right.")
        return str(self.cleaned_data["code"])


def second_factor(request: HttpRequest) -> HttpResponse:
    held = held_login(request)
    if held is None or held.user is None:
        return HttpResponseRedirect("/clever/login")
    if ALLAUTH:
        from allauth.mfa.base.forms import AuthenticateForm as Form  # noqa: PLC0415
    else:
        Form = OneCode  # noqa: N806  (as the other)
    form = Form(request.POST or None, user=held.user)
    if request.method == "POST" and form.is_valid():
        if ALLAUTH:
            form.save()
        answer = complete_login(request)
        if not ALLAUTH and request.user.is_authenticated:
            from django_otp import login  # noqa: PLC0415

            login(request, form.device)
        return answer
    page = '<form method="post"><input type="hidden" name="csrfmiddlewaretoken" value="{}">{}<button>Go</button></form>'
    return HttpResponse(format_html(page, get_token(request), form))


@login_required
def private(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"Hello, {request.user.get_username()}")


def vault(request: HttpRequest) -> HttpResponse:
    from django_otp.decorators import otp_required  # noqa: PLC0415

    return otp_required(lambda _: HttpResponse("gold"))(request)


def home(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.user.get_username() or "nobody")


def addresses() -> list[Any]:
    from django.urls import include, path  # noqa: PLC0415

    return [
        path("", home),
        path("private", private),
        path("vault", vault),
        path("second-factor", second_factor),
        path("clever/", include("clever_sso.django.urls")),
        *([path("accounts/", include("allauth.urls"))] if ALLAUTH else []),
    ]


def __getattr__(name: str) -> Any:
    # Django looks for it once it is set up.
    if name != "urlpatterns":
        raise AttributeError(name)
    return addresses()
