"""For projects that write `"clever_sso"` in `INSTALLED_APPS`: it counts as `"clever_sso.django"`; a check says so."""

from __future__ import annotations

from clever_sso.django.apps import CleverSsoConfig


class MisnamedConfig(CleverSsoConfig):
    """Log in with Clever."""

    # Django would install the package otherwise, in which nothing is, and be silent.
    default = True
