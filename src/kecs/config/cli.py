"""The command line `kecs`: Django's commands and ours under the names people use."""

import os
import sys

from django.core.management import execute_from_command_line
from django.db import DatabaseError

from kecs.audit.tables import BEGIN_AGAIN, tables_are_ready
from kecs.audit.transactions import database_is_away

# `import` is a word of the language, and a module is named for what it does.
COMMANDS = {"import": "import_records", "duplicates": "find_duplicates"}


AWAY = "the database does not answer, or is too busy: begin again later"


def main() -> None:
    """Run one command. Exits with its status; with one that says "try again later" where the database is away or its tables are older."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kecs.config.settings")
    arguments = list(sys.argv)
    if len(arguments) > 1:
        arguments[1] = COMMANDS.get(arguments[1], arguments[1])
    try:
        execute_from_command_line(arguments)
    except DatabaseError as error:
        # Why a migration fails is what its caller has to read.
        reason = "" if "migrate" in arguments[1:2] else _passing(error)
        if not reason:
            raise
        sys.stderr.write(f"{reason}\n")
        sys.exit(os.EX_TEMPFAIL)


def _passing(error: DatabaseError) -> str:
    """A sentence, where it is no fault of the command; else nothing."""
    if database_is_away(error):
        # The first line says which server and why; others may quote a row.
        return f"{AWAY} ({next(iter(str(error).splitlines()), type(error).__name__)})"
    return "" if tables_are_ready() else BEGIN_AGAIN
