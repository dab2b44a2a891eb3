"""The signals of the extension."""

from __future__ import annotations

from blinker import Namespace

_signals = Namespace()

signed_in = _signals.signal(
    "clever-sso-signed-in",
    doc="Sent, with the app as sender, when a person is about to be signed in, with `identity` (an `Identity`) and "
    "`tokens`. A receiver that raises keeps the person out, as `CleverSso.on_sign_in` does.",
)

login_denied = _signals.signal(
    "clever-sso-login-denied",
    doc="Sent, with the app as sender, when a login failed, with `problem` (a `Problem`). An exception in a receiver "
    "is only logged.",
)
