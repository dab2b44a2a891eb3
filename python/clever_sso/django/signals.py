"""What the app tells whoever wants to know."""

from __future__ import annotations

from django.dispatch import Signal

signed_in = Signal()
"""Sent by the class of the user when somebody is about to be signed in, with `request`, `user`, `identity` (an
`Identity`) and `tokens`. Django's own `user_logged_in` is sent before. A receiver that raises keeps the person out."""

login_denied = Signal()
"""Sent by `Problem` when a login came to nothing, with `request` and `problem` (a `Problem`). A receiver that raises
is logged, no more."""
