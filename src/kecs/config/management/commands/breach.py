"""`kecs breach dump|keyring|staff`: who was affected by a breach, which fields, sealed or not. docs/runbooks/breach.md"""

import csv
import os
from argparse import ArgumentParser
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kecs.config.breach.actions import note_report
from kecs.config.breach.queries import (
    Affected,
    columns_of,
    looks_of,
    people,
    people_in,
    tables_with_people,
    tables_without_ids,
)

BY = "system:breach"


class Command(BaseCommand):
    """Ids, states and languages only: whoever writes to the people looks their addresses up at the desk, on the log."""

    help = "Tell who was affected by a breach, and which fields of theirs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What happened."""
        what = parser.add_subparsers(dest="what", required=True)
        for verb, told in (
            ("dump", "the database, or some tables of it, or a backup with its key, was taken"),
            ("keyring", "the same, and the keyring too"),
            ("staff", "somebody of staff looked, or somebody in her name"),
        ):
            arguments = what.add_parser(verb, help=told)
            arguments.add_argument("--csv", type=Path, metavar="FILE", help="write the people there")
            if verb == "staff":
                arguments.add_argument("account", type=UUID)
                arguments.add_argument("--since", type=_moment, required=True, metavar="2026-11-26T08:00")
                arguments.add_argument("--until", type=_moment, default=None, metavar="2026-11-26T17:00")
            else:
                arguments.add_argument(
                    "--tables", nargs="+", metavar="TABLE", help="all, where none is named"
                )

    def handle(self, *_args: Any, **options: Any) -> None:
        """The report, and the file."""
        affected = self.looks(options) if options["what"] == "staff" else self.tables(options)
        found = list(people(affected))
        self.stdout.write(f"People affected: {len(found):,}")
        for counted, column in (("state", 2), ("language of their account", 3)):
            for value, many in Counter(one[column] for one in found).most_common():
                self.stdout.write(f"  {counted}: {value or 'none known'}: {many:,}")
        if options["csv"]:
            handle = os.open(options["csv"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                rows = csv.writer(file)
                rows.writerow(["record_id", "account_id", "state", "language"])
                rows.writerows(found)
            self.stdout.write(f"Wrote {options['csv']}.")

    def tables(self, options: dict[str, Any]) -> Affected:
        """A copy of tables was taken."""
        known = tables_with_people()
        tables = options["tables"] or known
        if unknown := sorted(set(tables) - set(known)):
            raise CommandError(
                f"No table with facts of people: {', '.join(unknown)}. They are: {', '.join(known)}"
            )
        note_report(scenario=options["what"], tables=len(tables), by=BY)
        for column in columns_of(tables, keyring_taken=options["what"] == "keyring"):
            self.stdout.write(f"{column.name}: {column.form} ({column.rows:,} rows)")
        if unnamed := tables_without_ids(tables):
            self.stdout.write(f"Rows that name nobody by id, and so count nobody below: {', '.join(unnamed)}")
        return people_in(tables)

    def looks(self, options: dict[str, Any]) -> Affected:
        """What one account of staff looked at."""
        note_report(scenario="staff", tables=0, by=BY)
        until = options["until"] or timezone.now()
        affected, ways, at_many = looks_of(
            f"account:{options['account']}", since=options["since"], until=until
        )
        for code, many in ways.most_common():
            self.stdout.write(f"{code}: {many:,} (docs/events.md says what it shows)")
        if at_many:
            self.stdout.write(
                f"{at_many:,} of these were at no one person: lists and exports. Look at /desk/security for what they held."
            )
        return affected


def _moment(text: str) -> datetime:
    """In the agency's time zone, where it names none."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else timezone.make_aware(moment)
