"""The command line `kecs`: Django's commands and ours under the names people use."""

import os
import sys

from django.core.management import execute_from_command_line
from django.db import DatabaseError

from kecs.audit.tables import BEGIN_AGAIN, tables_are_ready

# `import` is a word of the language, and a module is named for what it does.
COMMANDS = {"import": "import_records", "duplicates": "find_duplicates"}


def main() -> None:
    """Run one command. Exits with its status; where it fails because the tables are older, with one that says: try again later."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kecs.config.settings")
    arguments = list(sys.argv)
    if len(arguments) > 1:
        arguments[1] = COMMANDS.get(arguments[1], arguments[1])
    try:
        execute_from_command_line(arguments)
    except DatabaseError:
        # Why a migration fails is what its caller has to read.
        if "migrate" in arguments[1:2] or tables_are_ready():
            raise
        sys.stderr.write(f"{BEGIN_AGAIN}\n")
        sys.exit(os.EX_TEMPFAIL)
