"""Whether the tables are as this code needs them: between the checkout of a new version and `kecs migrate` they are older.

A process that begins in between would do half of its work: the sender would hand a mail to the server and fail to write down
that it did, and send it again five minutes later, and again. So it waits; whoever began before goes on with the code of before.
A command that ends by itself does not wait: it says so, and is begun again.
"""

from django.db import ProgrammingError, connection
from django.db.migrations.executor import MigrationExecutor

OLDER = "the tables are older than this code"
WAITS = f"{OLDER}: waits for kecs migrate, then kecs database roles"
BEGIN_AGAIN = f"{OLDER}: begin again after kecs migrate, then kecs database roles"
PAUSE_WITHOUT_TABLES = 2.0  # seconds


def tables_are_ready() -> bool:
    """No migration of this code is missing. Raises OperationalError where the database is away."""
    try:
        executor = MigrationExecutor(connection)
    except ProgrammingError:  # this role may not read yet what was done: kecs database roles
        return False
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
