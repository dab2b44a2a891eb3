"""The signals of the app."""

from __future__ import annotations

from django.dispatch import Signal

signed_in = Signal()
"""Sent, with the user's class as sender, when a person is about to be signed in, with `request`, `user`, `identity` (an
`Identity`) and `tokens`. Django's own `user_logged_in` is sent before. A receiver that raises keeps the person out."""

login_denied = Signal()
"""Sent, with `Problem` as sender, when a login failed, with `request` and `problem` (a `Problem`). An exception in a
receiver is only logged."""

account_linked = Signal()
"""Sent, with the user's class as sender, when a signed-in user linked their Clever account, with `user` and
`account` (a `CleverAccount`)."""

account_unlinked = Signal()
"""Sent, with the user's class as sender, when `unlink` deleted a link, with `user` and `account` (a
`CleverAccount`)."""

users_merged = Signal()
"""Sent, with the user's class as sender, when `merge_users` merges two users, inside the transaction, with `user` (the
one that stays) and `other`. A receiver that raises undoes the merge."""
