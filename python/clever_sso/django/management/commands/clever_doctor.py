"""`manage.py clever_doctor`: what is wrong with the setup, and what to do."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from clever_sso.__main__ import shown
from clever_sso.django import doctor

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """The command."""

    help = (
        "Checks the setup of Log in with Clever with the settings of this project, and says what is wrong and what to "
        "do. It logs no one in, and takes at most 15 seconds. Exit code: 0 everything is ok, 1 warnings, 2 problems."
    )
    # The command reports the findings of the system checks itself, and continues.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """The options."""
        parser.add_argument("--json", action="store_true", help="write one JSON object instead of text")

    def handle(self, *_: Any, **options: Any) -> None:  # noqa: ANN401  (as Django calls it)
        """Run it."""
        report = doctor.report()
        colors = True if options["force_color"] else False if options["no_color"] else None
        text = shown(report, as_json=options["json"], to_terminal=self.stdout.isatty(), colors=colors)
        self.stdout.write(text, ending="")
        if report.exit_code:
            sys.exit(report.exit_code)
