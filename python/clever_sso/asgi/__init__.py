"""Log in with Clever in Starlette and FastAPI: login, callback and logout, and who is signed in. All async.

    from clever_sso.asgi import CleverSso, SessionIdentity
    from fastapi import Depends, FastAPI
    from starlette.middleware.sessions import SessionMiddleware

    app = FastAPI()
    app.add_middleware(SessionMiddleware, secret_key=os.environ["SESSION_KEY"], https_only=True)
    clever = CleverSso()  # CLEVER_CLIENT_ID, CLEVER_CLIENT_SECRET, CLEVER_REDIRECT_URI, …
    clever.install(app)

    @app.get("/")
    async def home(identity: SessionIdentity = Depends(clever.required)) -> str:
        return f"Hello, {identity.full_name}"

`install` adds four routes: `clever_login`, `clever_callback` (at the path of the redirect URI), `clever_logout` (POST),
and `clever_whoami`, which returns the signed-in person as JSON for scripts. A login that begins in the Clever Portal
or with an Instant Login link restarts, and the person doesn't notice. Every sign-in replaces the browser's old session.
A session ends when the browser closes, unless you set `max_age`, and after at most twelve hours.

If your own middleware requires people to be signed in, it must let requests to these four routes pass. Otherwise people
get an error page instead of an endless redirect, and the log names the cause.
"""

from clever_sso._web.arrival import Problem, Refused, SignIn
from clever_sso._web.before import HeldLogin, ProvenLogin
from clever_sso._web.identity import SessionIdentity
from clever_sso.asgi.extension import CleverSso
from clever_sso.asgi.sessions import current_identity, held_login

__all__ = [
    "CleverSso",
    "HeldLogin",
    "Problem",
    "ProvenLogin",
    "Refused",
    "SessionIdentity",
    "SignIn",
    "current_identity",
    "held_login",
]
