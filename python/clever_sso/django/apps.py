"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig
from django.conf import settings
from django.core import checks

MIDDLEWARE = "clever_sso.django.middleware.CleverSsoMiddleware"
OUTERMOST = "clever_sso.django.middleware.CleverSsoOuterMiddleware"


class CleverSsoConfig(AppConfig):
    """Log in with Clever."""

    name = "clever_sso.django"
    label = "clever_sso"
    verbose_name = "Log in with Clever"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Add the system checks and, where `MIDDLEWARE` does not name it, the middleware: one at each end."""
        from clever_sso.django.checks import check  # noqa: PLC0415  (it needs the apps to be ready)

        # Django reads the list after this. A session that never ends must not be a matter of a forgotten line.
        if MIDDLEWARE not in settings.MIDDLEWARE:
            settings.MIDDLEWARE = [*settings.MIDDLEWARE, MIDDLEWARE]
        if OUTERMOST not in settings.MIDDLEWARE:
            settings.MIDDLEWARE = [OUTERMOST, *settings.MIDDLEWARE]

        checks.register(check, checks.Tags.security)
