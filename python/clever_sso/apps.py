"""For projects that write `"clever_sso"` in `INSTALLED_APPS`: it counts as `"clever_sso.django"`; a check says so."""

from __future__ import annotations

from clever_sso.django.apps import CleverSsoConfig


class MisnamedConfig(CleverSsoConfig):
    """Log in with Clever."""

    # Otherwise Django would silently install the package, which has no app in it.
    default = True
