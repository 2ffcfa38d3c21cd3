"""`kecs database roles`: what the pages, the workers, the mailer and reports may do in PostgreSQL; run it after each migrate."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from kecs.config.database.actions import grant_roles
from kecs.config.database.grants import Role, statements

BY = "system:database"


class Command(BaseCommand):
    """As the owner of the tables."""

    help = "Create the roles of the portal in PostgreSQL and grant each what it needs."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do."""
        what = parser.add_subparsers(dest="what", required=True)
        roles = what.add_parser("roles", help="create the roles that are missing, and grant what each may do")
        roles.add_argument("--prefix", default="kecs_", help="in front of web, worker, mailer and reports")
        roles.add_argument("--sql", action="store_true", help="print the statements and run none")

    def handle(self, *_args: Any, **options: Any) -> None:
        """The same again changes nothing."""
        if connection.vendor != "postgresql":
            raise CommandError("Roles are PostgreSQL's. DATABASE_URL names another database.")
        if options["sql"]:
            database = connection.settings_dict["NAME"]
            made = statements(prefix=options["prefix"], database=database, existing=frozenset())
            self.stdout.write("BEGIN;\n" + "".join(f"{one};\n" for one in made) + "COMMIT;")
            return
        try:
            grant_roles(prefix=options["prefix"], by=BY)
        except DatabaseError as error:
            raise CommandError(
                f"PostgreSQL refused: {str(error).strip()}\nRun this as the owner of the tables, who may create roles, or hand "
                "the statements to who may: kecs database roles --sql"
            ) from None
        names = ", ".join(options["prefix"] + role for role in Role)
        self.stdout.write(
            f"Granted. {names}: give each a password or a certificate in PostgreSQL (\\password)."
        )
