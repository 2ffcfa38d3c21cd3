"""The command line `kecs`: Django's commands and ours under the names people use."""

import os
import sys

from django.core.management import execute_from_command_line

# `import` is a word of the language, and a module is named for what it does.
COMMANDS = {"import": "import_records", "duplicates": "find_duplicates"}


def main() -> None:
    """Run one command. Exits with its status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kecs.config.settings")
    arguments = list(sys.argv)
    if len(arguments) > 1:
        arguments[1] = COMMANDS.get(arguments[1], arguments[1])
    execute_from_command_line(arguments)
