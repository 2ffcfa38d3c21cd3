"""Where a backup is taken from, and where it is restored to."""

import dj_database_url
from django.db.utils import ConnectionHandler

from kecs.config.backups import actions

TWO_SERVERS = (
    "postgresql://kecs_owner:secret@/kecs?host=db1,db2&port=5432,5432"
    "&target_session_attrs=read-write&sslmode=verify-full&connect_timeout=5"
)


def test_after_a_fail_over_pg_dump_asks_the_server_that_takes_writes(monkeypatch):
    """The snapshot that it dumps is that server's: the other one, now the standby, does not know it."""
    handler = ConnectionHandler({"default": dj_database_url.parse(TWO_SERVERS)})
    monkeypatch.setattr(actions, "connection", handler["default"])
    words, environment = actions._command("pg_dump")
    assert words == ["pg_dump", "--dbname=kecs"]  # and no password among the words
    asked = {
        name: environment[name]
        for name in ("PGHOST", "PGPORT", "PGTARGETSESSIONATTRS", "PGCONNECT_TIMEOUT", "PGPASSWORD")
    }
    assert asked == {
        "PGHOST": "db1,db2",
        "PGPORT": "5432,5432",
        "PGTARGETSESSIONATTRS": "read-write",
        "PGCONNECT_TIMEOUT": "5",
        "PGPASSWORD": "secret",
    }
