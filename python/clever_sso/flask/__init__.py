"""Log in with Clever in Flask: login, callback and logout, and who is signed in.

    from clever_sso.flask import CleverSso, current_identity, login_required
    from flask import Flask

    app = Flask(__name__)
    app.config.from_prefixed_env()  # FLASK_SECRET_KEY, FLASK_CLEVER_CLIENT_ID, …
    clever = CleverSso(app)

    @app.get("/")
    @login_required
    def home():
        return f"Hello, {current_identity.full_name}"

`CleverSso` adds four views: `clever_sso.login`, `clever_sso.callback` (at the path of the redirect URI),
`clever_sso.logout` (POST), and `clever_sso.whoami`, which returns the signed-in person as JSON for scripts. A login
that begins in the Clever Portal or with an Instant Login link restarts, and the person doesn't notice. Every sign-in
replaces the browser's old session.

In the configuration, set the client's arguments in capitals after `CLEVER_`: `CLEVER_CLIENT_ID`,
`CLEVER_CLIENT_SECRET`, `CLEVER_REDIRECT_URI` and so on. These settings are for Flask:

- `CLEVER_URL_PREFIX`: the path prefix of login and logout. Default `/clever`.
- `CLEVER_CALLBACK_PATH`: the path of the callback inside the application, if a proxy removes a prefix. Logins, logouts
  and guards then use the prefix of the redirect URI. Default: the path of the redirect URI.
- `CLEVER_AFTER_LOGIN`, `CLEVER_AFTER_LOGOUT`: where to go if the login or logout has no `next`: a path inside the
  application, or a whole URL. Default `/`.
- `CLEVER_HOSTS`: the settings of hosts that have their own client: `{"b.example": {"CLEVER_CLIENT_ID": "…"}}`.
- `CLEVER_WAITING_PAGE`: whether the callback responds immediately with a small page that waits until the login is
  finished, as Clever recommends for slow networks. Default `False`.
- `CLEVER_LANGUAGE`: the language of the pages and of the button, `en` or `es`. Default: Flask-Babel's
  language. Without Flask-Babel, the pages are in the language that the browser asks for, and the button is in English.
- `CLEVER_SESSION_SECONDS`: how many seconds a sign-in lasts at most. Default: twelve hours.

`@clever.before_sign_in` decides about each person before they are signed in, `@clever.on_sign_in` is called for each
person who signs in, and `@clever.on_problem` returns the page of a failed login. With `CleverSso(app, from_env=True)`,
settings that are missing in the configuration are read from environment variables of the same names. A wrong setting,
or a `SECRET_KEY` that is empty, short, or a sample, raises an error when the application starts.

Session cookies become HttpOnly, SameSite=Lax by default, and Secure if the redirect URI is https.
"""

from clever_sso._web.arrival import Problem, Refused, SignIn
from clever_sso._web.before import HeldLogin, ProvenLogin
from clever_sso._web.identity import SessionIdentity
from clever_sso.flask.access import current_identity, login_required
from clever_sso.flask.access import identity as get_current_identity
from clever_sso.flask.extension import CleverSso
from clever_sso.flask.signals import login_denied, signed_in
from clever_sso.flask.snippets import clever_button, clever_signed_in
from clever_sso.flask.views import complete_login, held_login

__all__ = [
    "CleverSso",
    "HeldLogin",
    "Problem",
    "ProvenLogin",
    "Refused",
    "SessionIdentity",
    "SignIn",
    "clever_button",
    "clever_signed_in",
    "complete_login",
    "current_identity",
    "get_current_identity",
    "held_login",
    "login_denied",
    "login_required",
    "signed_in",
]
