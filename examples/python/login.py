r"""A console login with Clever.

    CLEVER_CLIENT_ID=... CLEVER_CLIENT_SECRET=... CLEVER_REDIRECT_URI=... \
        python login.py [login|portal|instant|implicit]

It prints `open URL` and reads the URL that the browser came back with. `CLEVER_BASE_URL` points it at a local
emulator; `CLEVER_DISTRICT_ID` names a district for `login`, and is needed for `instant`.
"""

from __future__ import annotations

import hmac
import os
import secrets
import sys
from typing import Callable, Literal, NoReturn, TypedDict, Union

import clever_sso
from clever_sso import Client, Denied, Identity, Login, Me, Refusal, Restart, SetCookie, SignedIn, User

DISTRICT = os.environ.get("CLEVER_DISTRICT_ID") or None


class Settings(TypedDict):
    """The settings of the client."""

    client_id: str
    client_secret: str | None
    redirect_uri: str
    base_url: str | None


Arrival = Union[SignedIn, Restart, Denied, clever_sso.Error]


class Browser:
    """The person's browser. A web app sends it redirects, pages, and a `Set-Cookie` header for each cookie."""

    def __init__(self) -> None:
        self.url = ""
        self.method = "GET"
        self.headers = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
        self.session: Identity | None = None
        """Who is signed in."""
        self.status: int | None = None
        """The exit status, once the browser shows a page."""
        self._kept: dict[str, str] = {}

    @property
    def cookies(self) -> str:
        """The `Cookie` header of its requests."""
        return "; ".join(f"{name}={value}" for name, value in self._kept.items())

    def refuse(self, refusal: Refusal) -> None:
        """Show nothing: a web app responds with this status, and with `Allow` if the refusal has it."""
        print(f"refused: {refusal.status}")
        self.status = 1

    def end_session(self) -> None:
        """Sign the previous person out, because devices are shared."""
        self.session = None

    def send(self, login: Login) -> None:
        """Send the browser to Clever, and read the URL where it comes back."""
        self._keep(login.set_cookies)
        self.url = visit(login.url)

    def show(self, came: Arrival) -> None:
        """Show who logged in, or what went wrong. A login that restarts shows nothing."""
        self._keep(came.set_cookies)
        if isinstance(came, SignedIn):
            self.session = came.identity  # a web app starts a new session here, with nothing of the old one
            self.status = welcome(came.identity)
        elif isinstance(came, Restart):
            self.send(came.login)
        else:
            self.status = refuse(came.error) if isinstance(came, Denied) else fail(came)

    def _keep(self, cookies: tuple[SetCookie, ...]) -> None:
        self._kept.update((cookie.name, cookie.value) for cookie in cookies)
        for cookie in cookies:
            if cookie.max_age == 0:
                del self._kept[cookie.name]


# README: begin
def answer(client: Client, browser: Browser, page: Literal["login", "callback"]) -> None:
    if refusal := client.refusal(page, method=browser.method, headers=browser.headers):
        return browser.refuse(refusal)  # a HEAD request, a prefetch or a frame must not use a code
    try:
        if page == "login":
            return browser.send(client.begin_login(cookies=browser.cookies, district_id=DISTRICT))
        came: Arrival = client.finish_login(browser.url, browser.cookies)
    except clever_sso.Error as error:
        came = error  # an error has cookies to set, like every outcome
    if came.ends_session:
        browser.end_session()
    return browser.show(came)


# README: end


def come_back(client: Client, browser: Browser) -> int:
    """Handle callbacks until the browser shows a page. `finish_login` ends a login that restarts too often."""
    while browser.status is None:
        answer(client, browser, "callback")
    return browser.status


def from_app(settings: Settings) -> int:
    """Run a login that begins in this app."""
    client, browser = Client(**settings), Browser()
    answer(client, browser, "login")
    return come_back(client, browser)


def welcome(identity: Identity) -> int:
    """Greet the person. `identity.issuer` and `identity.id` together are the key of a user."""
    return greet(identity.name.full, identity.user_type, identity.id, identity.district_id, identity.proven_by)


def greet(name: str, user_type: str | None, clever_id: str, district: str | None, proof: str) -> int:
    """Print who logged in."""
    user_type = user_type or "several roles"
    print(f"signed in: {name} ({user_type}, id {clever_id}, district {district or 'none'}, proven by {proof})")
    return 0


def refuse(error: str) -> int:
    """Print that Clever refused this person."""
    print(f"denied: {error}")
    return 1


def fail(error: clever_sso.Error) -> int:
    """Print what went wrong."""
    print(error, file=sys.stderr)
    return 1


def visit(url: str) -> str:
    """Print the URL and read where the browser comes back. A web application redirects instead."""
    print(f"open {url}", flush=True)
    callback = sys.stdin.readline()
    if not callback:
        sys.exit("the browser did not come back")
    return callback.strip()


def from_portal(settings: Settings) -> int:
    """Run a login that begins in the Clever Portal: the browser arrives without a cookie of this login."""
    client, browser = Client(**settings), Browser()
    browser.url = visit(client.portal_url())
    return come_back(client, browser)


def from_instant_login(settings: Settings) -> int:
    """Run a login that begins with an Instant Login link: the browser arrives without a cookie of this login."""
    district_id = required("CLEVER_DISTRICT_ID")
    client, browser = Client(**settings), Browser()
    browser.url = visit(client.instant_login_url(district_id))
    return come_back(client, browser)


def implicit(settings: Settings) -> int:
    """Log in without a client secret: the browser brings an access token, used only if Clever says it is ours."""
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
    """Return the role if there is only one, because API v3 calls everyone a user."""
    if me.user_type != "user":
        return me.user_type
    return user.roles[0].name if len(user.roles) == 1 else None


def required(name: str) -> str:
    """Read a required environment variable."""
    return os.environ.get(name) or usage(f"Set {name} in the environment.")


def usage(sentence: str) -> NoReturn:
    """Print what is missing, and exit."""
    print(sentence, file=sys.stderr)
    sys.exit(2)


def settings_from_environment() -> Settings:
    """Read the settings of the client."""
    return {
        "client_id": required("CLEVER_CLIENT_ID"),
        "client_secret": os.environ.get("CLEVER_CLIENT_SECRET") or None,
        "redirect_uri": required("CLEVER_REDIRECT_URI"),
        "base_url": os.environ.get("CLEVER_BASE_URL") or None,
    }


def main(entry: str = "login") -> int:
    """Run one login and return the exit status."""
    entries: dict[str, Callable[[Settings], int]] = {
        "login": from_app,
        "portal": from_portal,
        "instant": from_instant_login,
        "implicit": implicit,
    }
    if entry not in entries:
        usage(f"{entry} must be one of {', '.join(entries)}.")
    try:
        return entries[entry](settings_from_environment())
    except clever_sso.Error as error:
        return fail(error)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
