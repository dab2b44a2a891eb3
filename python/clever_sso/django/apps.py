"""The Django app config."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.conf import settings
from django.core import checks

from clever_sso._web.before import HELD_KEY, TEN_MINUTES

if TYPE_CHECKING:
    from django.http import HttpRequest

    from clever_sso.django.models import CleverAccount

MIDDLEWARE = "clever_sso.django.middleware.CleverSsoMiddleware"
OUTERMOST = "clever_sso.django.middleware.CleverSsoOuterMiddleware"
AFTER_SESSIONS = "clever_sso.django.middleware.CleverSsoCameBackMiddleware"


class CleverSsoConfig(AppConfig):
    """Log in with Clever."""

    name = "clever_sso.django"
    label = "clever_sso"
    verbose_name = "Log in with Clever"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Add the system checks and, where `MIDDLEWARE` does not name it, the middleware.

        One middleware is first, one is last, and one comes after the session middleware.
        """
        from django.contrib.auth.signals import user_logged_in, user_logged_out  # noqa: PLC0415  (as the next one)
        from django.db.models.signals import post_delete  # noqa: PLC0415

        from clever_sso.django import conf  # noqa: PLC0415  (it needs the settings)
        from clever_sso.django.checks import check, check_deployment  # noqa: PLC0415  (they need the apps to be ready)
        from clever_sso.django.models import CleverAccount  # noqa: PLC0415
        from clever_sso.django.user_checks import check_import, check_users  # noqa: PLC0415

        if getattr(settings, "CLEVER_PROXY", None):
            # On error pages, Django hides settings by name. The name of this one does not show that it may contain a
            # password.
            settings.CLEVER_PROXY = conf.hidden(settings.CLEVER_PROXY)
        # Django reads the list after this. Even if a project forgets to add the middleware, its sessions must expire.
        if isinstance(settings.MIDDLEWARE, (list, tuple)):
            _add_middleware()

        # Every sign-in and logout that Django sends a signal for.
        user_logged_in.connect(_drop_held, dispatch_uid=OUTERMOST)
        user_logged_out.connect(_end_replaced, dispatch_uid=OUTERMOST)
        checks.register(check, checks.Tags.security)
        checks.register(check_deployment, checks.Tags.security, deploy=True)
        checks.register(check_users, checks.Tags.models)
        checks.register(check_import, checks.Tags.database)
        # However a link is deleted: by `unlink`, in the admin, or together with its user.
        post_delete.connect(_remember_removed, CleverAccount, dispatch_uid=OUTERMOST)


def _remember_removed(sender: object, *, instance: CleverAccount, **_: object) -> None:
    from clever_sso.django.backend import remember_removed  # noqa: PLC0415  (it needs the apps to be ready)

    remember_removed(sender, instance=instance)


def _add_middleware() -> None:
    if MIDDLEWARE not in settings.MIDDLEWARE:
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, MIDDLEWARE]
    sessions = [at for at, name in enumerate(settings.MIDDLEWARE) if str(name).endswith("SessionMiddleware")]
    if AFTER_SESSIONS not in settings.MIDDLEWARE and sessions:
        after = sessions[-1] + 1
        settings.MIDDLEWARE = [*settings.MIDDLEWARE[:after], AFTER_SESSIONS, *settings.MIDDLEWARE[after:]]
    if OUTERMOST not in settings.MIDDLEWARE:
        settings.MIDDLEWARE = [OUTERMOST, *settings.MIDDLEWARE]


def _drop_held(sender: object, *, request: HttpRequest | None, **_: object) -> None:  # noqa: ARG001  (as any receiver)
    """A user signed in another way: drop held logins, and let the session last as long as any other."""
    session = getattr(request, "session", None)
    if session is None or settings.SESSION_COOKIE_NAME not in getattr(request, "COOKIES", ()):
        return
    if HELD_KEY in session:
        del session[HELD_KEY]
        if session.get_expiry_age() == TEN_MINUTES:
            session.set_expiry(None)


def _end_replaced(sender: object, *, request: HttpRequest, **_: object) -> None:  # noqa: ARG001  (as any receiver)
    from clever_sso.django.views import end_replaced  # noqa: PLC0415  (it needs the apps to be ready)

    session = getattr(request, "session", None)
    if session is not None:
        end_replaced(session)
