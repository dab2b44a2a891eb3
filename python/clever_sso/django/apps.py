"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig
from django.core import checks


class CleverSsoConfig(AppConfig):
    """Log in with Clever."""

    name = "clever_sso.django"
    label = "clever_sso"
    verbose_name = "Log in with Clever"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Add the system checks."""
        from clever_sso.django.checks import check  # noqa: PLC0415  (it needs the apps to be ready)

        checks.register(check, checks.Tags.security)
