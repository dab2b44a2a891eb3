"""Log in with Clever in Django: login, callback and logout, and an account for everybody who signs in.

    # settings.py
    INSTALLED_APPS += ["clever_sso.django"]
    AUTHENTICATION_BACKENDS = ["clever_sso.django.CleverBackend", "django.contrib.auth.backends.ModelBackend"]
    LOGIN_URL = "clever_sso:login"
    CLEVER_CLIENT_ID = "…"
    CLEVER_CLIENT_SECRET = os.environ["CLEVER_CLIENT_SECRET"]
    CLEVER_REDIRECT_URI = "https://app.example/clever/callback"

    # urls.py
    urlpatterns += [path("clever/", include("clever_sso.django.urls"))]

Then `manage.py migrate`, and `manage.py check` says what is missing. Views that use Django's `login_required` send
people to Clever. A login that begins in the Clever Portal or with an Instant Login link is restarted without the person
seeing it; every sign-in replaces the session that the browser had.

Settings: every keyword argument of `clever_sso.Client` in capitals after `CLEVER_`, and

- `CLEVER_AFTER_LOGIN`, `CLEVER_AFTER_LOGOUT`: where to go when nothing else is said, the name of a view or a URL.
  Default: `LOGIN_REDIRECT_URL` and `LOGOUT_REDIRECT_URL` where they are set, else the front page.
- `CLEVER_WAITING_PAGE`: whether the callback answers at once with a small page that waits while the login is finished,
  as Clever advises for slow networks. Default `False`.
- `CLEVER_PROBLEM_TEMPLATE`: the template of a failed login, which is given `problem`, `login_url` to try again,
  `switch_user_url`, and for somebody who is signed in `home_url`. Default: a plain page.
- `CLEVER_CREATE_USERS`: whether somebody without an account gets one. Default `True`.
- `CLEVER_MATCH_USER`: a function, or the dotted path of one, that is given an `Identity` whom no account belongs to yet
  and answers with the user it is, or `None`. Never go by an email address: what Clever tells is unverified.
- `CLEVER_PROVISION_USER`: a function, or the dotted path of one, that is given the user, the `Identity` and whether the
  user was made just now, and sets what the application wants to know. It may raise `PermissionDenied`, which keeps the
  person out, or `Refused` with a sentence for the person.
- `CLEVER_ROLE_GROUPS`: which groups the roles of a login stand for, for example `{"teacher": "Teachers"}`. Who has the
  role is put into the group, who has not is taken out; groups that are not named here stay as they are.

What is here, besides `urls`:

- `current_identity(request)`: who logged in with Clever, a `SessionIdentity` or `None`. In async views
  `await acurrent_identity(request)`, in templates the context processor `clever_sso.django.access.clever`.
- `role_required("teacher", "staff")`: decorator of a view. `CleverRequiredMixin`: the same for class-based views.
- `clever_sso.django.rest_framework`: authentication and permissions for Django REST framework.
- `signed_in`, `login_denied`: signals; the latter tells of a `Problem`.
- `CleverBackend`: to derive from, where the settings do not say enough.
- `Refused`: what a hook raises to keep somebody out with a sentence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clever_sso._web.arrival import Problem, Refused
    from clever_sso._web.identity import SessionIdentity
    from clever_sso.django.access import CleverRequiredMixin, acurrent_identity, current_identity, role_required
    from clever_sso.django.backend import CleverBackend
    from clever_sso.django.signals import login_denied, signed_in

__all__ = [
    "CleverBackend",
    "CleverRequiredMixin",
    "Problem",
    "Refused",
    "SessionIdentity",
    "acurrent_identity",
    "current_identity",
    "login_denied",
    "role_required",
    "signed_in",
]

_HOMES = {
    "CleverBackend": "clever_sso.django.backend",
    "CleverRequiredMixin": "clever_sso.django.access",
    "Problem": "clever_sso._web.arrival",
    "Refused": "clever_sso._web.arrival",
    "SessionIdentity": "clever_sso._web.identity",
    "acurrent_identity": "clever_sso.django.access",
    "current_identity": "clever_sso.django.access",
    "login_denied": "clever_sso.django.signals",
    "role_required": "clever_sso.django.access",
    "signed_in": "clever_sso.django.signals",
}


# Django imports this package before its apps are ready, and the backend needs a model: so nothing is imported early.
def __getattr__(name: str) -> Any:  # noqa: ANN401  (as any module's)
    from importlib import import_module  # noqa: PLC0415

    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_HOMES[name]), name)
