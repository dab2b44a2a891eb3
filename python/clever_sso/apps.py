"""For projects with `"clever_sso"` in `INSTALLED_APPS`: a system check tells them to write `"clever_sso.django"`."""

from __future__ import annotations

from clever_sso.django.apps import CleverSsoConfig


class MisnamedConfig(CleverSsoConfig):
    """Log in with Clever."""

    # Otherwise Django would silently install the package, which has no app in it.
    default = True
