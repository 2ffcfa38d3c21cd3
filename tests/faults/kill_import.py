#!/usr/bin/env python3
"""Kills imports, again and again, starts them anew, and compares what they leave with an import that nobody disturbed.

    tests/faults/kill_import.py [--quick] [--kills N] [--seed N]

An installation of its own (SQLite, or an empty database named by DATABASE_URL) loads file after file: new people, changed
ones, some twice in the file, some with faults. kill -9 ends each process at a random moment, now and then two that load
the same file at once, now and then one with worker processes. Whatever was killed is started again, until the file is
loaded. A second database is given the same files in peace. Then must hold:

- records, sealed facts, other names, keys and what the log tells of each record are the same in both;
- each run counted what the undisturbed one counted, and is whole;
- the audit chain is whole, and so is the database file;
- no worker process outlives the one that it worked for.

Prints one line for each rule and exits with 1 where one is broken.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from benchmarks.migrated import make_tables  # noqa: E402 - the folder above is put in front first
from tests.faults.left import left_behind  # noqa: E402
from tests.faults.portal import ours_from_now  # noqa: E402 - the folder above is put in front first
from tests.faults.rules import database_file, told  # noqa: E402 - the folder above is put in front first

BATCH = 25
ROWS = 600
FILES_AT_LEAST = 2  # people on file change in the second
WITH_WORKERS, TWO_AT_ONCE = 0.04, 0.2  # shares of the tries
HEADER = "staff_unique_id,first_name,last_surname,other_names,birth_date,ssn,email\n"
SURNAMES = ("Lee", "Cole", "Stone", "Webb", "Reed", "Pruitt", "Núñez", "Smith-Jones")
Dump = dict[str, Any]


# --- Files -------------------------------------------------------------------------------------------------------


def write_file(path: Path, chance: random.Random, number: int) -> None:
    """People who are new, who changed, who are as they were, and rows that must be rejected."""
    lines = []
    for row in range(ROWS):
        # Two of three are of this file; the others of files before, with another surname or address as it comes.
        person = (
            number * ROWS + row if chance.random() < 0.67 or not number else chance.randrange(number * ROWS)
        )
        changed = chance.randrange(3)
        surname = SURNAMES[(person + changed) % len(SURNAMES)]
        ssn = f"9{person // 9_000 % 100:02}{10 + person // 900_000:02}{1_000 + person % 9_000}"
        born = f"19{40 + person % 60}-0{1 + person % 9}-1{person % 10}"
        if chance.random() < 0.02:
            born = "1985-13-13"
        elif chance.random() < 0.02:
            ssn = f"9{(person + 1) // 9_000 % 100:02}{10:02}{1_000 + (person + 1) % 9_000}"  # her neighbour's
        lines.append(f"K{person:06},Ruth,{surname},,{born},{ssn},ruth{person}.{changed}@example.org\n")
    path.write_text(HEADER + "".join(lines), encoding="utf-8")


# --- In a process that may be killed -----------------------------------------------------------------------------


def load_file(path: Path, processes: int) -> None:
    """What kecs import does."""
    from datetime import date

    from kecs.records.importing.load import Rules, load, opened

    def nothing(_told: Any) -> None:
        pass

    rules = Rules(today=date(2026, 11, 23), allow_never_issued=True)
    with opened(path, rules=rules, processes=processes) as file:
        load(
            file=file,
            by="system:import_records",
            on_rejected=nothing,
            on_progress=nothing,
            on_resumed=nothing,
        )


def forked(path: Path, processes: int) -> int:
    """A process that loads the file; its id."""
    from django.db import connections

    connections.close_all()
    child = os.fork()
    if child:
        return child
    status = 1
    if processes:  # a worker that was about to start when this one was killed says so at length
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    try:
        load_file(path, processes)
        status = 0
    except BaseException as error:  # noqa: BLE001 - told by the status
        os.write(1, f"{type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(status)


# --- The killer --------------------------------------------------------------------------------------------------


def loaded_with_kills(path: Path, chance: random.Random, kills: Counter[str]) -> None:
    """Load one file, killing whoever does."""
    patience = 0.2
    while True:
        crowd = chance.random()
        processes = 2 if crowd < WITH_WORKERS else 0
        children = [
            forked(path, processes) for _ in range(1 + (WITH_WORKERS <= crowd < WITH_WORKERS + TWO_AT_ONCE))
        ]
        time.sleep(chance.uniform(0.0, patience * (5 if processes else 1)))
        # On a machine with much else to do, nobody would ever come to an end.
        patience *= 1.05
        done = False
        for child in children:
            ended, status = os.waitpid(child, os.WNOHANG)
            if not ended:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                kills["with workers" if processes else "two at once" if len(children) > 1 else "alone"] += 1
            elif status:
                raise SystemExit(f"An import ended with status {status}.")
            else:
                done = True
        if done:
            return


def workers_left(var: Path) -> list[int]:
    """Worker processes of this installation that nobody is the parent of."""
    left = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            ours = f"KECS_VAR_DIR={var}".encode() in (folder / "environ").read_bytes().split(b"\0")
            if ours and b"spawn_main" in (folder / "cmdline").read_bytes():
                left.append(int(folder.name))
        except OSError:
            continue
    return left


# --- What is there afterwards ------------------------------------------------------------------------------------


def dump() -> Dump:
    """Everything that must be the same in both databases: no row ids, no times, no nonces."""
    from kecs.audit.models import AuditEvent
    from kecs.pii.fields import unseal_from
    from kecs.records.models import EducatorRecord, Run

    told: dict[str, list[Any]] = {}
    for event in AuditEvent.objects.order_by("sequence"):
        told.setdefault(event.subject, []).append([event.code, event.by, event.keys])
    records = {}
    related = ("other_names", "identity_keys", "linkage_keys")
    for record in EducatorRecord.objects.prefetch_related(*related):
        records[record.staff_unique_id] = [
            record.first_name,
            record.last_surname,
            record.contact_email,
            record.identity_version,
            unseal_from(record, "birth_date_sealed"),
            unseal_from(record, "ssn_sealed"),
            sorted([name.first_name, name.last_surname] for name in record.other_names.all()),
            sorted([key.kind, key.key_id, bytes(key.digest).hex()] for key in record.identity_keys.all()),
            sorted([key.key_id, bytes(key.digest).hex()] for key in record.linkage_keys.all()),
            told.pop(f"record:{record.pk}", []),
        ]
    counted = ("kind", "content", "read", "created", "updated", "same", "rejected", "problems", "whole")
    return {
        "records": records,
        "events of no record": told,
        "runs": without_repeats(list(Run.objects.order_by("started_at").values(*counted))),
    }


def without_repeats(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Whoever comes after the end, or is killed between the end and its exit, loads a whole file again: that changes nothing."""
    kept: list[dict[str, Any]] = []
    for run in runs:
        loaded = any(each["content"] == run["content"] and each["whole"] for each in kept)
        if not (loaded and run["created"] == run["updated"] == 0):
            kept.append(run)
    return kept


def rules_broken(disturbed: Dump, peaceful: Dump, left: list[int]) -> list[tuple[str, object]]:
    """Each rule with what breaks it; empty, 0 or None where it holds."""
    from django.conf import settings

    from kecs.audit.queries import chain_state

    ours, theirs = disturbed["records"], peaceful["records"]
    broken: list[tuple[str, object]] = [
        ("the same people are on file", sorted(set(ours) ^ set(theirs))[:5]),
        (
            "each record, its names, keys and events are the same",
            sorted(name for name in set(ours) & set(theirs) if ours[name] != theirs[name])[:5],
        ),
        ("each event is of a record on file", disturbed["events of no record"]),
        (
            "each run counted the same, and is whole",
            [pair for pair in zip(disturbed["runs"], peaceful["runs"], strict=False) if pair[0] != pair[1]]
            or len(disturbed["runs"]) - len(peaceful["runs"]),
        ),
        ("the audit chain is whole", chain_state().broken_at),
        ("no worker outlived its import", left),
        *left_behind(settings.KECS_VAR_DIR),
    ]
    return [*broken, *database_file()]


# --- The whole run -----------------------------------------------------------------------------------------------


def prepare(var: Path) -> str:
    """Environment, keys and tables for both databases; the URL of the peaceful one."""
    environment = ours_from_now(var)
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    from kecs.pii.keyring import Keyring
    from kecs.records.importing import load, parse

    Keyring.create(settings.KECS_KEYRING, label="development")
    parse.BATCH, load.WORTH_PROCESSES = BATCH, 1
    make_tables(environment)
    if connection.vendor == "sqlite":
        return f"sqlite:///{var / 'peaceful.sqlite3'}"
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE peaceful")
    return urlsplit(environment["DATABASE_URL"])._replace(path="/peaceful").geturl()


def in_peace(files: list[Path], url: str) -> Dump:
    """What the same files come to in the other database; in a process of its own, which has its own settings."""
    command = [sys.executable, __file__, "--in-peace", *map(str, files)]
    done = subprocess.run(
        command, env=os.environ | {"DATABASE_URL": url}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    peaceful: Dump = json.loads(done.stdout)
    return peaceful


def peaceful_side(files: list[Path]) -> None:
    """The other process: prints its dump."""
    import django

    django.setup()
    from kecs.records.importing import parse

    parse.BATCH = BATCH
    make_tables(os.environ)
    for file in files:
        load_file(file, 0)
    sys.stdout.write(json.dumps(dump()))


def main() -> int:
    """Load, kill, look."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="some twenty kills, for make test")
    parser.add_argument("--kills", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--in-peace", nargs="+", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.in_peace:
        peaceful_side(options.in_peace)
        return 0
    wanted = 20 if options.quick else options.kills
    chance, kills = random.Random(options.seed), Counter[str]()
    var = Path(tempfile.mkdtemp(prefix="kecs-kill-import-"))
    try:
        url, files = prepare(var), list[Path]()
        while kills.total() < wanted or len(files) < FILES_AT_LEAST:
            files.append(var / f"file{len(files)}.csv")
            write_file(files[-1], chance, len(files) - 1)
            loaded_with_kills(files[-1], chance, kills)
        deadline = time.monotonic() + 10
        while (left := workers_left(var)) and time.monotonic() < deadline:
            time.sleep(0.1)
        rules = rules_broken(json.loads(json.dumps(dump())), in_peace(files, url), left)
    finally:
        shutil.rmtree(var, ignore_errors=True)
    broken = told(rules)
    ways = ", ".join(f"{count} {what}" for what, count in sorted(kills.items()))
    sys.stdout.write(f"{len(files)} files loaded, {kills.total()} kills ({ways}); seed {options.seed}\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
