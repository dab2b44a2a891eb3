r"""A console login with Clever.

    CLEVER_CLIENT_ID=... CLEVER_CLIENT_SECRET=... CLEVER_REDIRECT_URI=... \
        python login.py [login|portal|instant|implicit]

It prints `open URL` and reads the URL with which the browser came back. `CLEVER_BASE_URL` points it at a local
emulator; `CLEVER_DISTRICT_ID` names a district for `login`, and is needed for `instant`.
"""

from __future__ import annotations

import hmac
import os
import secrets
import sys
from typing import Callable, NoReturn, TypedDict

import clever_sso
from clever_sso import Client, Me, Restart, SignedIn, User


class Settings(TypedDict):
    """What the client is made of."""

    client_id: str
    client_secret: str | None
    redirect_uri: str
    base_url: str | None


# README: begin
def log_in(settings: Settings, district_id: str | None = None) -> int:
    client = Client(**settings)
    login = client.begin_login(district_id=district_id)
    return come_back(client, visit(login.url), login.pending)  # in a web app: login.set_cookies


def come_back(client: Client, callback: str, pending: str | None) -> int:
    outcome = client.finish_login(callback, pending=pending)
    if isinstance(outcome, SignedIn):
        return welcome(outcome)
    if isinstance(outcome, Restart):  # from the Clever Portal, a refreshed page: nobody notices
        return come_back(client, visit(outcome.login.url), outcome.login.pending)
    return refuse(outcome.error)


# README: end


def welcome(signed_in: SignedIn) -> int:
    """Somebody is there: `identity.issuer` and `identity.id` together are the key of a user."""
    identity = signed_in.identity
    return greet(identity.name.full, identity.user_type, identity.id, identity.district_id, identity.proven_by)


def greet(name: str, user_type: str | None, clever_id: str, district: str | None, proof: str) -> int:
    """Say who it is."""
    user_type = user_type or "several roles"
    print(f"signed in: {name} ({user_type}, id {clever_id}, district {district or 'none'}, proven by {proof})")
    return 0


def refuse(error: str) -> int:
    """Clever does not let this person in."""
    print(f"denied: {error}")
    return 1


def visit(url: str) -> str:
    """Stand in for the browser: it goes where it is sent; a web application redirects instead."""
    print(f"open {url}", flush=True)
    callback = sys.stdin.readline()
    if not callback:
        sys.exit("the browser did not come back")
    return callback.strip()


def from_portal(settings: Settings) -> int:
    """Take a login that begins in the Clever Portal; nothing is pending here when it arrives."""
    client = Client(**settings)
    return come_back(client, visit(client.portal_url()), None)


def from_instant_login(settings: Settings) -> int:
    """Take a login that begins with an Instant Login link; nothing is pending here when it arrives."""
    district_id = required("CLEVER_DISTRICT_ID")
    client = Client(**settings)
    return come_back(client, visit(client.instant_login_url(district_id)), None)


def implicit(settings: Settings) -> int:
    """Log in without a client secret: the browser brings an access token, believed only when Clever says it is ours."""
    client = Client(**settings)
    state = secrets.token_urlsafe(16)
    callback = clever_sso.parse_callback(visit(client.authorize_url(response_type="token", state=state)))
    if not hmac.compare_digest((callback.state or "").encode(), state.encode()):
        sys.exit("state_mismatch: the callback belongs to another login")
    if callback.access_token is None:
        return refuse(callback.error or "no token")
    client.check_token(callback.access_token)
    me = client.me(callback.access_token)
    user = client.user(callback.access_token, me.id)
    return greet(user.name.full, type_of(me, user), me.id, me.district_id, "tokeninfo")


def type_of(me: Me, user: User) -> str | None:
    """Tell the role, if there is but one; API v3 calls everybody a user."""
    if me.user_type != "user":
        return me.user_type
    return user.roles[0].name if len(user.roles) == 1 else None


def required(name: str) -> str:
    """Read an environment variable that must be there."""
    return os.environ.get(name) or usage(f"Set {name} in the environment.")


def usage(sentence: str) -> NoReturn:
    """Say what is missing, and stop."""
    print(sentence, file=sys.stderr)
    sys.exit(2)


def settings_from_environment() -> Settings:
    """Read what the client is made of."""
    return {
        "client_id": required("CLEVER_CLIENT_ID"),
        "client_secret": os.environ.get("CLEVER_CLIENT_SECRET") or None,
        "redirect_uri": required("CLEVER_REDIRECT_URI"),
        "base_url": os.environ.get("CLEVER_BASE_URL") or None,
    }


def main(entry: str = "login") -> int:
    """Run one login and answer with the exit status."""
    entries: dict[str, Callable[[Settings], int]] = {
        "login": lambda settings: log_in(settings, os.environ.get("CLEVER_DISTRICT_ID") or None),
        "portal": from_portal,
        "instant": from_instant_login,
        "implicit": implicit,
    }
    if entry not in entries:
        usage(f"{entry} is none of {', '.join(entries)}.")
    try:
        return entries[entry](settings_from_environment())
    except clever_sso.Error as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
