"""`manage.py clever_import`: imports accounts from another library as links."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from clever_sso._native import Client
from clever_sso.django import accounts, conf, imports
from clever_sso.exceptions import ConfigError

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """The command."""

    help = (
        "Links users to people at Clever, from the table of django-allauth, of python-social-auth, or one of your own. "
        "Rows that contradict each other are left out and named. Try it with --dry-run first: that writes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The options."""
        parser.add_argument("source", choices=[*imports.TABLES, "table"], help="the library whose table to read")
        parser.add_argument("--dry-run", action="store_true", help="show what would be done, without writing")
        parser.add_argument(
            "--provider",
            action="append",
            help='the name of Clever in the table; may be given more than once (default: "clever")',
        )
        parser.add_argument("--table", help="the name of the table, for your own table or one with an unusual name")
        parser.add_argument("--user-column", help="the column with the key of the user (default: user_id)")
        parser.add_argument("--id-column", help="the column with the Clever id (default: clever_id)")
        parser.add_argument("--provider-column", help="the column with the provider of the id, if there is one")
        parser.add_argument("--issuer", help="the issuer of the ids (default: from the settings)")
        parser.add_argument("--database", help="the database with the table (default: the one with links and users)")
        parser.add_argument(
            "--allow-several", action="store_true", help="link users who have several Clever ids to all of them"
        )

    def handle(self, *_: Any, **options: Any) -> None:  # noqa: ANN401  (as Django calls it)
        """Run it."""
        issuer = _issuer(options)
        if _is_of_this_machine(issuer):
            self.stderr.write(f"the issuer {issuer} is on this machine: this links no people of the real Clever")
        report = self._imported(options, issuer)
        for line in report.skipped:
            self.stderr.write(f"left out: {line}")
        if options["verbosity"] > 1:
            for user, clever_id in report.linked:
                self.stdout.write(f"user {user}: Clever id {clever_id}")
        made = "would be linked" if options["dry_run"] else "linked"
        self.stdout.write(
            f"issuer {issuer}: {len(report.linked)} {made}, {report.known} linked before, "
            f"{len(report.skipped)} left out"
        )
        if report.odd_ids:
            self.stderr.write(
                f"{report.odd_ids} of the ids do not look like Clever's, which have 24 digits and letters from a to f: "
                "is this the right column?"
            )
        if report.refused:
            refused = "would be refused" if options["dry_run"] else "are refused"
            self.stdout.write(
                f"Clever ids that were left out: {len(report.refused)}. Logins with them {refused}, until their row is "
                'deleted in the administration ("removed Clever accounts") or an import links them'
            )

    def _imported(self, options: dict[str, Any], issuer: str) -> imports.Report:
        using = options["database"] or accounts.database()
        if using not in connections:
            raise CommandError(f"there is no database {using!r}: DATABASES has {', '.join(connections)}")
        models = apps.get_app_config("clever_sso").get_models()
        ours = {model._meta.db_table for model in models}  # noqa: SLF001  (Django documents it)
        if not ours <= set(connections[accounts.database()].introspection.table_names()):
            raise CommandError("the tables for links are missing: run manage.py migrate first")
        table, wanted = _table(options), options["provider"] or [imports.CLEVER]
        try:
            pairs = list(imports.rows(table, wanted, using))
        except imports.MissingTable as error:
            raise CommandError(str(error)) from None
        for missing in imports.missing_providers(table, wanted, using) if table.provider else ():
            there = ", ".join(map(repr, imports.providers(table, missing, using)))
            found = f"It has {there}: name the right one" if there else "Name the right one"
            raise CommandError(f"the table {table.name!r} has no row of {missing!r}. {found} with --provider")
        return imports.import_links(pairs, issuer, allow_several=options["allow_several"], dry_run=options["dry_run"])


def _issuer(options: dict[str, Any]) -> str:
    if options["issuer"]:
        try:
            # In the form that logins have: no login finds a link under another one.
            return Client("import", issuer=options["issuer"], development=True).issuer
        except ConfigError as error:
            raise CommandError(f"--issuer: {error}") from None
    try:
        return conf.client().issuer
    except ConfigError as error:
        raise CommandError(f"{error}. Or name the issuer: --issuer https://clever.com") from None


def _is_of_this_machine(issuer: str) -> bool:
    host = urlsplit(issuer).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _table(options: dict[str, Any]) -> imports.Table:
    """The table from the options."""
    if options["source"] == "table" and not options["table"]:
        raise CommandError("name the table: --table NAME")
    usual = imports.TABLES.get(options["source"], imports.Table("", "user_id", "clever_id"))
    chosen = {
        "name": options["table"],
        "user": options["user_column"],
        "clever_id": options["id_column"],
        "provider": options["provider_column"],
    }
    table = replace(usual, **{name: value for name, value in chosen.items() if value})
    if options["provider"] and table.provider is None:
        raise CommandError("--provider needs the column with the provider: --provider-column NAME")
    return table
