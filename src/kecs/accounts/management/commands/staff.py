"""`kecs staff add USERNAME`, `remove USERNAME`, `list`: who is staff. The first of an installation is made here."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kecs.accounts.factors.actions import mark_staff
from kecs.accounts.factors.queries import has_second_factor, staff
from kecs.accounts.queries import account_with_username

BY = "system:staff"


class Command(BaseCommand):
    """Who is staff."""

    help = "Mark accounts as staff: add USERNAME, remove USERNAME, or list."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The words of the command line."""
        words = parser.add_subparsers(dest="word", required=True)
        for word, meaning in (("add", "mark as staff"), ("remove", "take the mark away")):
            words.add_parser(word, help=meaning).add_argument("username")
        words.add_parser("list", help="who is staff, and who has a second step")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Raises CommandError where there is no such account."""
        if options["word"] == "list":
            for member in staff():
                step = "second step" if has_second_factor(member.pk) else "no second step yet"
                self.stdout.write(f"{member.username}: {step}")
            return
        account = account_with_username(options["username"])
        if account is None:
            raise CommandError("There is no account with this username. Register it in the portal first.")
        adds = options["word"] == "add"
        changed = mark_staff(account_id=account.pk, staff=adds, by=BY)
        state = "is staff" if adds else "is no staff"
        self.stdout.write(f"{account.username} {state}{'' if changed else ' already'}.")
