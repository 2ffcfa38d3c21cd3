"""What long reads ask, when a standby follows, breaks off, stands still, and is gone."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults.failover import ordered, said_by
from tests.faults.portal import environment_of
from tests.faults.servers import Server, database_url, servers_of_our_own

KECS = Path(__file__).parents[2] / ".venv/bin/kecs"
# For each word: who answered, and how many events that server had. "broken" ends the standby's own connection while it reads.
PROCESS = """
import json, sys, django
django.setup()
from django.db import connections
from kecs.audit import standby
from kecs.audit.actions import record
from kecs.audit.models import AuditEvent
from kecs.audit.transactions import whole
from kecs.guard.events import LimitCleared

standby.AS_OLD_AS = 0.2

@whole
def happens():
    record(event=LimitCleared(subject="limit:00", limit="searches_per_session"), by="tests")

for line in sys.stdin:
    word = line.strip()
    def read():
        rows = AuditEvent.objects.all()
        if word == "broken" and rows.db == standby.STANDBY:
            with connections[rows.db].cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return rows.db, rows.count()
    if word == "happens":
        happens()
    print(json.dumps(standby.read_from_standby(read)), flush=True)
    for connection in connections.all(initialized_only=True):
        connection.close()
"""


def caught_up(primary: Server) -> None:
    """Returns when the standby has all that the primary has."""
    step = "SELECT count(*) FROM pg_stat_replication WHERE replay_lsn = pg_current_wal_lsn()"
    while said_by(primary, step) != "1":
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.any_database("it makes servers of its own")
def test_long_reads_go_to_the_standby_while_it_keeps_up(tmp_path):
    with servers_of_our_own(2) as (primary, standby):
        primary.make()
        environment = environment_of(
            tmp_path, DATABASE_URL=database_url(primary), DATABASE_STANDBY_URL=database_url(standby)
        ) | {"DJANGO_SETTINGS_MODULE": "kecs.config.settings"}
        subprocess.run([KECS, "init_development"], env=environment, check=True, capture_output=True)
        standby.follow(primary, name="kecs_standby")
        with subprocess.Popen(
            [sys.executable, "-c", PROCESS],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            to, back = process.stdin, process.stdout
            assert to
            assert back

            def says(word: str) -> tuple[str, int]:
                print(word, file=to, flush=True)
                where, events = json.loads(back.readline())
                return where, events

            says("happens")
            caught_up(primary)
            events = int(said_by(primary, "SELECT count(*) FROM audit_auditevent"))
            assert says("ask") == ("standby", events)
            assert says("broken") == ("default", events)
            ordered(standby, "SELECT pg_wal_replay_pause()")
            says("happens")
            time.sleep(0.5)
            assert says("ask") == ("default", events + 1), "one that stands still is left out"
            ordered(standby, "SELECT pg_wal_replay_resume()")
            caught_up(primary)
            assert says("ask") == ("standby", events + 1)
            standby.stop("immediate")
            assert says("ask") == ("default", events + 1)
            assert says("happens") == ("default", events + 2)
            to.close()
