"""What the app tells its receivers."""

from __future__ import annotations

from django.dispatch import Signal

signed_in = Signal()
"""Sent by the class of the user when a person is about to be signed in, with `request`, `user`, `identity` (an
`Identity`) and `tokens`. Django's own `user_logged_in` is sent before. A receiver that raises keeps the person out."""

login_denied = Signal()
"""Sent by `Problem` when a login failed, with `request` and `problem` (a `Problem`). A receiver that raises is logged,
no more."""

account_linked = Signal()
"""Sent by the class of the user when a user who is signed in linked their Clever account, with `user` and
`account` (a `CleverAccount`)."""

account_unlinked = Signal()
"""Sent by the class of the user when `unlink` deleted a link, with `user` and `account` (a `CleverAccount`)."""

users_merged = Signal()
"""Sent by the class of the user when `merge_users` makes one user of two, inside the transaction, with `user` (the one
that stays) and `other`. A receiver that raises undoes the merge."""
