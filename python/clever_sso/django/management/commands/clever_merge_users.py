"""`manage.py clever_merge_users KEEP OTHER`: merges two users into one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from clever_sso.django import accounts

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """The command."""

    help = (
        "Merges two users: people who logged in with Clever as OTHER are KEEP from now on. OTHER is set inactive. The "
        "signal users_merged lets your application move what it keeps for OTHER."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The options."""
        parser.add_argument("keep", help="the key of the user that stays")
        parser.add_argument("other", help="the key of the user that is merged into KEEP")
        parser.add_argument("--delete", action="store_true", help="delete OTHER instead of setting it inactive")
        parser.add_argument("--dry-run", action="store_true", help="show what would be done, without writing")

    def handle(self, *_: Any, **options: Any) -> None:  # noqa: ANN401  (as Django calls it)
        """Run it."""
        keep, other = _user(options["keep"]), _user(options["other"])
        if options["dry_run"]:
            try:
                accounts.check_merge(keep, other, delete=options["delete"])
            except ValueError as error:
                raise CommandError(str(error)) from None
            count = accounts.links().filter(user=other).count()
            self.stdout.write(f"{count} links of user {other.pk} would move to user {keep.pk}")
            return
        try:
            moved = accounts.merge_users(keep, other, delete=options["delete"])
        except ValueError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{moved} links moved to user {keep.pk}")


def _user(key: str) -> Any:  # noqa: ANN401  (a user model may be anything)
    user_model = get_user_model()
    try:
        return user_model._base_manager.using(accounts.database()).get(pk=key)  # noqa: SLF001  (Django documents it)
    except (user_model.DoesNotExist, ValidationError, ValueError):
        raise CommandError(f"there is no user {key}") from None
