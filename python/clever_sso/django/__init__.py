"""Log in with Clever in Django: login, callback and logout, and an account for each person who signs in.

    # settings.py
    INSTALLED_APPS += ["clever_sso.django"]
    AUTHENTICATION_BACKENDS = ["clever_sso.django.CleverBackend", "django.contrib.auth.backends.ModelBackend"]
    LOGIN_URL = "clever_sso:login"
    CLEVER_CLIENT_ID = "…"
    CLEVER_CLIENT_SECRET = os.environ["CLEVER_CLIENT_SECRET"]
    CLEVER_REDIRECT_URI = "https://app.example/clever/callback"

    # urls.py
    urlpatterns += [path("clever/", include("clever_sso.django.urls"))]

Then run `manage.py migrate`. `manage.py check` tells you what is missing. Views that use Django's `login_required` send
people to Clever. A login that begins in the Clever Portal or with an Instant Login link restarts, and the person
doesn't notice. Every sign-in replaces the browser's old session.

Settings: every keyword argument of `clever_sso.Client` in capitals after `CLEVER_`, and

- `CLEVER_AFTER_LOGIN`, `CLEVER_AFTER_LOGOUT`: where to go if the login or logout has no `next`: the name of a view, or
  a URL. Default: `LOGIN_REDIRECT_URL` and `LOGOUT_REDIRECT_URL` if they are set, otherwise the front page.
- `CLEVER_HOSTS`: the settings of hosts that have their own client: `{"b.example": {"CLEVER_CLIENT_ID": "…"}}`.
- `CLEVER_WAITING_PAGE`: whether the callback responds immediately with a small page that waits until the login is
  finished, as Clever recommends for slow networks. Default `False`.
- `CLEVER_SESSION_SECONDS`: how many seconds a sign-in lasts at most. Default: twelve hours.
- `CLEVER_PROBLEM_TEMPLATE`: the template of the page for a failed login. Its context has `problem`, `login_url` to try
  again, `switch_user_url`, and for a signed-in person `home_url`. Default: a plain page.
- `CLEVER_LINK_TEMPLATE`: the template of the page that asks before a link is saved. Its context has `identity`, `name`,
  `role`, `confirm_url` and `key`. Its form posts `csrfmiddlewaretoken`, `key`, and `answer`, which is `"yes"` to link.
  Default: a plain page.
- `CLEVER_BEFORE_SIGN_IN`: a function, or the dotted path of one, that gets a `ProvenLogin` before the person is signed
  in or linked and before anything is written. For a link, its `link_to` is the signed-in user. It returns `None` to let
  the person in, or a response (a page for a second factor, for example), or raises `Refused`. It may be async.
- `CLEVER_CREATE_USERS`: whether to create an account for a person who has none. Default `True`.
- `CLEVER_ALLOW_STAFF`: whether users with `is_staff` or `is_superuser` may sign in with Clever. Default `False`.
- `CLEVER_KEEP_NAMES`: whether to keep a user's existing name. Default `False`: names are updated from Clever.
- `CLEVER_USER_EMAIL`: the email address of a new user. `"auto"` leaves it empty, and makes it
  `clever_<id>@clever.invalid` where addresses are unique; `"placeholder"` always does so; `"unverified"` uses the
  address from Clever, if no other user has it.
- `CLEVER_AFTER_UNLINK`: what happens at the person's next login after their link was deleted: `"new"` (default) treats
  them as a new person, `"refuse"` refuses the login.
- `CLEVER_MATCH_USER`: a function, or the dotted path of one, that gets the `Identity` of a person without an account,
  and returns the existing user, or `None`. It is not called for a person whose link was deleted. Never match by email
  address: Clever doesn't verify it.
- `CLEVER_PROVISION_USER`: a function, or the dotted path of one, that gets the user, the `Identity`, and whether the
  user was just created. Use it to fill in your own fields. To refuse the person, it can raise `PermissionDenied`, or
  `Refused` with a sentence for the person.
- `CLEVER_ROLE_GROUPS`: the group for each role, for example `{"teacher": "Teachers"}`. A person with the role is added
  to the group, and a person without it is removed. Other groups don't change.

Also in this package, besides `urls`:

- `held_login(request)`, `complete_login(request)`: return and complete the login that `CLEVER_BEFORE_SIGN_IN` held.
- `link`, `unlink`, `merge_users`: link a person at Clever to a user, delete links, merge two users. The views
  `clever_sso:link` and `clever_sso:unlink` (POST) let people do the first two themselves.
- `signed_in`, `login_denied`, `account_linked`, `account_unlinked`, `users_merged`: signals. `login_denied` sends a
  `Problem`.
- `current_identity(request)`: who logged in with Clever: a `SessionIdentity`, or `None`. In async views
  `await acurrent_identity(request)`, in templates the context processor `clever_sso.django.access.clever`.
- `role_required("teacher", "staff")`: decorator of a view. `CleverRequiredMixin`: the same for class-based views.
- `clever_sso.django.rest_framework`: authentication and permissions for Django REST framework.
- `CleverBackend`: subclass it if the settings are not enough.
- `Refused`: what a hook raises to refuse a person with a sentence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clever_sso._web.arrival import Problem, Refused
    from clever_sso._web.before import HeldLogin, ProvenLogin
    from clever_sso._web.identity import SessionIdentity
    from clever_sso.django.access import CleverRequiredMixin, acurrent_identity, current_identity, role_required
    from clever_sso.django.accounts import AlreadyLinked, link, merge_users, unlink
    from clever_sso.django.backend import CleverBackend
    from clever_sso.django.held import acomplete_login, aheld_login, complete_login, held_login
    from clever_sso.django.signals import account_linked, account_unlinked, login_denied, signed_in, users_merged

__all__ = [
    "AlreadyLinked",
    "CleverBackend",
    "CleverRequiredMixin",
    "HeldLogin",
    "Problem",
    "ProvenLogin",
    "Refused",
    "SessionIdentity",
    "account_linked",
    "account_unlinked",
    "acomplete_login",
    "acurrent_identity",
    "aheld_login",
    "complete_login",
    "current_identity",
    "held_login",
    "link",
    "login_denied",
    "merge_users",
    "role_required",
    "signed_in",
    "unlink",
    "users_merged",
]

_HOMES = {
    "AlreadyLinked": "clever_sso.django.accounts",
    "CleverBackend": "clever_sso.django.backend",
    "CleverRequiredMixin": "clever_sso.django.access",
    "HeldLogin": "clever_sso._web.before",
    "Problem": "clever_sso._web.arrival",
    "ProvenLogin": "clever_sso._web.before",
    "Refused": "clever_sso._web.arrival",
    "SessionIdentity": "clever_sso._web.identity",
    "account_linked": "clever_sso.django.signals",
    "account_unlinked": "clever_sso.django.signals",
    "acomplete_login": "clever_sso.django.held",
    "acurrent_identity": "clever_sso.django.access",
    "aheld_login": "clever_sso.django.held",
    "complete_login": "clever_sso.django.held",
    "current_identity": "clever_sso.django.access",
    "held_login": "clever_sso.django.held",
    "link": "clever_sso.django.accounts",
    "login_denied": "clever_sso.django.signals",
    "merge_users": "clever_sso.django.accounts",
    "role_required": "clever_sso.django.access",
    "signed_in": "clever_sso.django.signals",
    "unlink": "clever_sso.django.accounts",
    "users_merged": "clever_sso.django.signals",
}


# Django imports this package before its apps are ready, but the backend needs a model. So these names are imported only
# when they are used.
def __getattr__(name: str) -> Any:  # noqa: ANN401  (as any module's)
    from importlib import import_module  # noqa: PLC0415

    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_HOMES[name]), name)
