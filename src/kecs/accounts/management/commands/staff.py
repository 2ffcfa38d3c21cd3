"""`kecs staff first USERNAME EMAIL` makes the first administrator; `give`, `take` and `list` are for when nobody can sign in."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from kecs.accounts.actions import UsernameTaken
from kecs.accounts.addresses import normalised_address
from kecs.accounts.queries import account_with_username
from kecs.accounts.staff.actions import (
    HasAdministrator,
    LastAdministrator,
    give_role,
    open_first_administrator,
    take_role,
)
from kecs.accounts.staff.queries import staff
from kecs.accounts.staff.roles import StaffRole
from kecs.accounts.usernames import is_well_formed, normalised

BY = "system:staff"


class Command(BaseCommand):
    """Who is staff."""

    help = "Make the first administrator (first USERNAME EMAIL); give or take USERNAME ROLE; list."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The words of the command line."""
        words = parser.add_subparsers(dest="word", required=True)
        first = words.add_parser("first", help="open the first administrator's account, once")
        first.add_argument("username")
        first.add_argument("email")
        for word, meaning in (("give", "give a role"), ("take", "take a role away")):
            part = words.add_parser(word, help=meaning)
            part.add_argument("username")
            part.add_argument("role", choices=[role.value for role in StaffRole])
        words.add_parser("list", help="who is staff, in which roles, and who has a second step")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Raises CommandError with what to do instead."""
        match options["word"]:
            case "first":
                self._first(options["username"], options["email"])
            case "list":
                self._list()
            case word:
                self._change(options["username"], StaffRole(options["role"]), gives=word == "give")

    def _first(self, username: str, email: str) -> None:
        name, address = normalised(username), normalised_address(email)
        try:
            validate_email(address)
        except ValidationError:
            raise CommandError("This is no email address.") from None
        if not is_well_formed(name):
            raise CommandError("A username has 3 to 30 letters, digits, periods, hyphens or underscores.")
        try:
            path = open_first_administrator(username=name, email=address, by=BY)
        except HasAdministrator:
            raise CommandError(
                "There is an administrator already. She adds others under /desk/staff."
            ) from None
        except UsernameTaken:
            raise CommandError("Somebody has this username. Choose another one.") from None
        self.stdout.write(
            f"{name} is an administrator. Open this within 30 minutes, choose a password, sign in and set up a second"
            f" step:\n{settings.KECS_ORIGIN}{path}"
        )

    def _list(self) -> None:
        for member in staff():
            step = "second step" if member.second_step else "no second step yet"
            self.stdout.write(f"{member.username}: {', '.join(sorted(member.roles))}; {step}")

    def _change(self, username: str, role: StaffRole, *, gives: bool) -> None:
        account = account_with_username(username)
        if account is None:
            raise CommandError("There is no account with this username.")
        try:
            changed = (give_role if gives else take_role)(account_id=account.pk, role=role, by=BY)
        except LastAdministrator:
            raise CommandError(
                "This is the last administrator. Give the role to somebody else first."
            ) from None
        state = "has" if gives else "does not have"
        self.stdout.write(
            f"{account.username} {state} the role {role.value}{', as before' if not changed else ''}."
        )
