"""Log in with Clever: the whole login flow, with every response verified.

    import clever_sso

    client = clever_sso.Client("client id", "client secret", "https://app.example/callback")

    login = client.begin_login(cookies=cookie_header)
    # Send the browser to login.url and set login.set_cookies. When it comes back:
    outcome = client.finish_login(callback_url, cookie_header)

    if isinstance(outcome, clever_sso.SignedIn):
        print("signed in:", outcome.identity.id)
    elif isinstance(outcome, clever_sso.Restart):
        print("send the browser to", outcome.login.url)
    elif isinstance(outcome, clever_sso.Denied):
        print("Clever refused:", outcome.error)

    for cookie in outcome.set_cookies:  # for every outcome
        print("Set-Cookie:", cookie.header)

`Restart` is normal: a login that begins in the Clever Portal arrives without proof that this browser started it. So it
restarts, and the person doesn't notice. Other failures raise an `Error` with a `code` for your program, a `message` for
the log and a `user_message` for the person.

- `Client`: makes all calls. Create one and keep it. Threads and forked workers can share it.
- `AsyncClient`: the same client for asyncio.
- `SignedIn`, `Restart`, `Denied`: the outcomes of a login. `Identity`: who logged in.
- `SetCookie`: a cookie that the response to the browser must set.
- `Refusal`: the response to a request that must not begin a login, finish a login, or log out.
- `Stats`, `Sample`: what a client counted, also as text for Prometheus.
- `doctor()`, `Report`, `Finding`: find out what is wrong with a setup, and what to do.
- `verify_id_token`, `KeySet`: check an ID token with keys, without a client or network.
- `Error` and its subclasses: everything that can go wrong. `error_codes()`: the list of all error codes.
"""

try:
    from clever_sso import _native  # noqa: F401  (the imports below say what is in it)
except ImportError as error:
    if "subinterpreters" not in str(error):
        raise
    # Python itself refuses to load the module in an interpreter with its own GIL. The compiled part refuses other
    # sub-interpreters with the same sentence.
    raise ImportError(
        "clever_sso cannot be used in a Python sub-interpreter. Under Apache with mod_wsgi, set "
        "`WSGIApplicationGroup %{GLOBAL}` for this site, and give each site a WSGIDaemonProcess of its own"
    ) from error

from clever_sso import exceptions  # noqa: F401  (it may be there already, from before the package was imported again)
from clever_sso._native import (
    Callback,
    Client,
    Denied,
    District,
    ErrorCode,
    Finding,
    Identity,
    KeySet,
    Login,
    Me,
    Name,
    Refusal,
    Report,
    Restart,
    Role,
    Sample,
    SetCookie,
    SignedIn,
    Stats,
    TokenInfo,
    Tokens,
    User,
    UserInfo,
    __version__,
    doctor,
    error_codes,
    is_switched_on,
    leads_to,
    login_key,
    parse_callback,
    verify_id_token,
)
from clever_sso.exceptions import (
    ArgumentError,
    CleverError,
    ConfigError,
    Error,
    InternalError,
    LoginError,
    NetworkError,
    TokenError,
)

# The same as `typing.TYPE_CHECKING`, without importing `typing`.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from clever_sso.aio import AsyncClient, ClientSettings

__all__ = [
    "ArgumentError",
    "AsyncClient",
    "Callback",
    "CleverError",
    "Client",
    "ClientSettings",
    "ConfigError",
    "Denied",
    "District",
    "Error",
    "ErrorCode",
    "Finding",
    "Identity",
    "InternalError",
    "KeySet",
    "Login",
    "LoginError",
    "Me",
    "Name",
    "NetworkError",
    "Refusal",
    "Report",
    "Restart",
    "Role",
    "Sample",
    "SetCookie",
    "SignedIn",
    "Stats",
    "TokenError",
    "TokenInfo",
    "Tokens",
    "User",
    "UserInfo",
    "__version__",
    "doctor",
    "error_codes",
    "is_switched_on",
    "leads_to",
    "login_key",
    "parse_callback",
    "verify_id_token",
]

if not TYPE_CHECKING:

    def __getattr__(name):  # noqa: ANN001, ANN202  (checkers of types must not see it: they would find every name)
        """Import the asyncio client only when it is used: importing it takes time."""
        if name in {"AsyncClient", "ClientSettings"}:
            from clever_sso import aio  # noqa: PLC0415  (for that it is here)

            found = globals()[name] = getattr(aio, name)
            return found
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__():  # noqa: ANN202
        return sorted({*globals(), *__all__})
