"""`kecs migrate`: Django's, made to run while people are served.

Whoever changes a table waits for those who use it, and all who come later wait behind her. So each wait is short; who waited too
long lets the others pass and tries again, and so does whoever the database broke off because two waited for each other. A
migration is one transaction, so that nothing of a broken one is left; `AddIndexBesideWriters` clears up what is.
"""

import time
from typing import Any

from django.core.management.commands import migrate
from django.db import DatabaseError, connections

from kecs.audit.transactions import is_locked_out, may_be_tried_again, waiting_for_locks

LOCK_SECONDS = 2  # as long as a page may stand still behind a change of its table
PAUSE_SECONDS = 1.0
MOST_TRIES = 300


class Command(migrate.Command):
    """Django's command."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises the database's error where MOST_TRIES were not enough."""
        with waiting_for_locks(connections[options["database"]], at_most=f"{LOCK_SECONDS}s"):
            for number in range(1, MOST_TRIES + 1):
                try:
                    super().handle(*args, **options)
                except DatabaseError as error:
                    if number == MOST_TRIES or not (may_be_tried_again(error) or is_locked_out(error)):
                        raise
                    why = str(error).partition("\n")[0]
                else:
                    return
                self.stderr.write(f"Others use these tables ({why}): tried again in a moment.")
                time.sleep(PAUSE_SECONDS)
