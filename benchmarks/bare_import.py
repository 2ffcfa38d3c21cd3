"""`python -m benchmarks.bare_import FILE DATABASE_URL [--log]`: the bound for an import, with none of our code but for the ids.

Two processes read the file, make the digests, seal and write into tables that the product's migrations made: the same
columns, keys and indexes. Nothing is checked, nobody is looked for, nothing can be resumed. --log writes a row of the audit
log for each record too, with a digest that chains nothing. Prints the seconds it took.
"""

import csv
import hmac
import json
import os
import secrets
import sqlite3
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psycopg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from jellyfish import metaphone

from kecs.records.record_ids import new_record_id

PROCESSES = 2
CHUNK = 10_000
TABLES = {
    "records_educatorrecord": "id, staff_unique_id, first_name, middle_name, last_surname, generation_code_suffix, "
    "birth_date_sealed, ssn_sealed, contact_email, deceased, identity_version, created_at, updated_at",
    "records_othername": "record_id, first_name, last_surname",
    "records_identitykey": "record_id, kind, key_id, digest",
    "records_linkagekey": "digest, record_id, key_id",
    "records_namekey": "record_id, surname, given",
    "audit_auditevent": "sequence, at, code, by, subject, keys, digest",
}
SEALS = AESGCM(bytes(32))
SHARED = {
    "at": datetime.now(UTC).isoformat(),
    "keys": json.dumps({"source": "import of a file (0123456789ab)"}),
}


@lru_cache(maxsize=65_536)
def sound(name: str) -> str:
    """How a name sounds."""
    return str(metaphone(name.lower())) or name


def digest(kind: str, *facts: str) -> bytes:
    """A keyed digest."""
    message = b"".join([len(fact).to_bytes(4, "big") + fact.encode() for fact in facts])
    return hmac.digest(kind.ljust(32).encode(), message, sha256)[:16]


def seal(text: str, place: str) -> bytes:
    """A sealed value."""
    nonce = secrets.token_bytes(12)
    return b"\x01" + nonce + SEALS.encrypt(nonce, text.encode(), place.encode())


Rows = dict[str, list[tuple[Any, ...]]]


def rows_of(file: str, part: int, log: bool) -> Iterator[Rows]:
    """The rows of this process's lines, in chunks."""
    with Path(file).open(encoding="utf-8", newline="") as stream:
        lines = csv.DictReader(stream)
        for number, chunk in enumerate(iter(lambda: list(islice(lines, CHUNK)), [])):
            if number % PROCESSES == part:
                yield rows_of_chunk(chunk, number * CHUNK, log)


def rows_of_chunk(chunk: list[dict[str, str]], sequence: int, log: bool) -> Rows:
    """What a chunk puts into each table."""
    rows: Rows = {table: [] for table in TABLES}
    at, keys = SHARED["at"], SHARED["keys"]
    for line in chunk:
        record, born, ssn = new_record_id(), line["birth_date"], line["ssn"]
        first, last, last4 = line["first_name"], line["last_surname"], ssn[-4:]
        rows["records_educatorrecord"].append(
            (
                record.hex, line["staff_unique_id"], first, line["middle_name"], last,
                line["generation_code_suffix"],
                seal(born, f"records_educatorrecord.birth_date_sealed:{record}"),
                seal(ssn, f"records_educatorrecord.ssn_sealed:{record}"),
                line["email"], False, 1, at, at,
            )
        )  # fmt: skip
        surnames = {last}
        if line["other_names"]:
            former = line["other_names"].partition("|")[2]
            rows["records_othername"].append((record.hex, "", former))
            surnames.add(former)
        search = (("birth_date+last4", (born, last4)), ("ssn", (ssn,)))
        rows["records_identitykey"] += [(record.hex, kind, 1, digest(kind, *facts)) for kind, facts in search]
        linkage = {digest("c", born, sound(first)), digest("d", last4, sound(first))}
        for name in surnames:
            linkage |= {digest("a", born, sound(name)), digest("b", last4, sound(name))}
            linkage.add(digest("e", last4, *sorted((sound(first), sound(name)))))
        rows["records_linkagekey"] += [(each[:8], record.hex, 1) for each in linkage]
        given = {first.lower(), line["middle_name"].lower()} - {""}
        rows["records_namekey"] += [(record.hex, name.lower(), each) for name in surnames for each in given]
        if log:
            sequence += 1
            subject = f"record:{record}"
            made = hmac.digest(bytes(32), f"{sequence}{at}{subject}{keys}".encode(), sha256)
            rows["audit_auditevent"].append(
                (sequence, at, "records.record_created", "system:import_records", subject, keys, made)
            )
    return rows


# --- PostgreSQL: each process writes by COPY over its own connection ---------------------------------------------


def cell(value: Any) -> str:
    """A value in the text of a COPY."""
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    return str(value)


def write_postgresql(file: str, url: str, part: int, log: bool) -> None:
    """One of the processes."""
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        for rows in rows_of(file, part, log):
            for table, columns in TABLES.items():
                with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                    copy.write("".join(["\t".join(map(cell, row)) + "\n" for row in rows[table]]))
            connection.commit()


# --- SQLite: one process writes what the others made -------------------------------------------------------------


def feed(file: str, pipe: Any, part: int, log: bool) -> None:
    """One of the processes that make rows."""
    for rows in rows_of(file, part, log):
        pipe.send(rows)
    pipe.close()


def write_sqlite(path: str, pipes: list[Any], pragmas: str) -> None:
    """The one that writes."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(pragmas)
    while pipes:
        for pipe in list(pipes):
            try:
                rows = pipe.recv()
            except EOFError:
                pipes.remove(pipe)
                continue
            connection.execute("BEGIN IMMEDIATE")
            for table, columns in TABLES.items():
                places = ", ".join("?" * (columns.count(",") + 1))
                connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", rows[table])  # noqa: S608 - the names above
            connection.execute("COMMIT")
    connection.close()


def main() -> None:
    """Load the file."""
    file, url, *options = sys.argv[1:]
    log = "--log" in options
    began = time.monotonic()
    fork = get_context("fork")
    processes = []
    if url.startswith("sqlite"):
        pipes = []
        for part in range(PROCESSES):
            ours, theirs = fork.Pipe(duplex=False)
            processes.append(fork.Process(target=feed, args=(file, theirs, part, log)))
            processes[-1].start()
            theirs.close()
            pipes.append(ours)
        write_sqlite(url.removeprefix("sqlite:///"), pipes, os.environ["PRAGMAS"])
    else:
        for part in range(PROCESSES):
            processes.append(fork.Process(target=write_postgresql, args=(file, url, part, log)))
            processes[-1].start()
    for process in processes:
        process.join()
        if process.exitcode:
            sys.exit("A process of the bare path failed.")
    print(time.monotonic() - began)


if __name__ == "__main__":
    main()
