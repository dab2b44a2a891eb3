"""What the extension tells other code."""

from __future__ import annotations

from blinker import Namespace

_signals = Namespace()

signed_in = _signals.signal(
    "clever-sso-signed-in",
    doc="Sent by the app when a person is about to be signed in, with `identity` (an `Identity`) and `tokens`. A "
    "receiver that raises keeps the person out, as `CleverSso.on_sign_in` does.",
)

login_denied = _signals.signal(
    "clever-sso-login-denied",
    doc="Sent by the app when a login failed, with `problem` (a `Problem`). A receiver that raises is logged.",
)
