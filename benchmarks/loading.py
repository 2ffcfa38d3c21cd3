"""Fills an installation's database with a generated population faster than an import: sealed in two processes, indexed last.

For search.py and finding.py. The rows are those that `kecs import` would write, which the first person of every block proves: what
was made for her is opened and digested by the product's own functions. Linkage keys are left out, and the names by which
staff find people where nobody asks for them.
"""

import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hmac import digest as hmac_digest
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import psycopg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from benchmarks.population import SUFFIXES, Column, Population, names_of_the_census
from kecs.matching.keys import KeyKind, record_keys
from kecs.matching.names import OtherName
from kecs.pii.fingerprint import DIGEST_BYTES, digest
from kecs.pii.keyring import Keyring
from kecs.pii.seal import NONCE_BYTES, unseal
from kecs.records.name_keys import name_keys

BLOCK = 50_000
PROCESSES = 2
NOT_INDEXED = (0, 9_999)  # last four digits that stand for "unknown"
RECORD_COLUMNS = (
    "id, staff_unique_id, first_name, middle_name, last_surname, generation_code_suffix, birth_date_sealed,"
    " ssn_sealed, contact_email, deceased, identity_version, created_at, updated_at"
)
KEY_COLUMNS = "record_id, kind, key_id, digest"
OTHER_NAME_COLUMNS = "record_id, first_name, last_surname"
NAME_KEY_COLUMNS = "record_id, surname, given"
TABLES = {
    "records": ("records_educatorrecord", RECORD_COLUMNS),
    "keys": ("records_identitykey", KEY_COLUMNS),
    "other_names": ("records_othername", OTHER_NAME_COLUMNS),
    "names": ("records_namekey", NAME_KEY_COLUMNS),
}
SEALED_COLUMNS = {"records": (6, 7), "keys": (3,), "other_names": (), "names": ()}
ID_COLUMN = {"records": 0, "keys": 0, "other_names": 0, "names": 0}


# --- Rows, as PostgreSQL's COPY reads them ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    population: Population
    ids: tuple[Column, Column]  # the halves of each record's UUID, in ascending order
    keyring: Keyring
    folder: Path
    names: bool


_job: _Job | None = None  # inherited by the processes that seal


def prepare(population: Population, keyring: Keyring, folder: Path, *, names: bool = False) -> None:
    """Write the rows of everybody to files in `folder`, block by block, on two processes."""
    global _job  # noqa: PLW0603 - what the forked processes inherit
    _job = _Job(
        population=population, ids=_uuids(len(population)), keyring=keyring, folder=folder, names=names
    )
    with get_context("fork").Pool(PROCESSES) as pool:
        for _block in pool.imap_unordered(_write_block, range(0, len(population), BLOCK)):
            pass
    _job = None


def _uuids(people: int) -> tuple[Column, Column]:
    """Random ones (version 4), sorted, so that the primary key is filled from left to right."""
    random = np.random.default_rng(4)
    high = np.sort(random.integers(0, 2**64, people, dtype=np.uint64))
    low = random.integers(0, 2**64, people, dtype=np.uint64)
    version, variant = np.uint64(0x4000), np.uint64(0x8000000000000000)
    high = (high & np.uint64(0xFFFFFFFFFFFF0FFF)) | version
    return high, (low & np.uint64(0x3FFFFFFFFFFFFFFF)) | variant


def _write_block(start: int) -> None:
    job = _job
    assert job is not None
    lines: dict[str, list[str]] = {name: [] for name in TABLES}
    for number, row in enumerate(_people(job, start)):
        made = _rows(job.keyring, start + number, row)
        if number == 0:
            _demand_the_products_own(job.keyring, row, made)
        for name, texts in made.items():
            lines[name] += texts
        if job.names:
            lines["names"] += _names(row)
    for name, texts in lines.items():
        (job.folder / f"{name}-{start:09}").write_text("".join(texts), encoding="ascii")


_Row = tuple[str, str, str, str, str, str, date, int]


def _people(job: _Job, start: int) -> Iterator[_Row]:
    """Id, first, middle, last, suffix, former surname, birth date, SSN of each person of a block."""
    everybody, table = job.population, names_of_the_census()
    block = slice(start, min(start + BLOCK, len(everybody)))
    middles = np.where(everybody.middle[block] >= 0, table.first[everybody.middle[block]], "")
    seconds = np.where(everybody.second_last[block] >= 0, table.last[everybody.second_last[block]], "")
    formers = np.where(everybody.former_on_file[block], table.last[everybody.birth_last[block]], "")
    births = {each: date.fromordinal(each) for each in np.unique(everybody.birth[block]).tolist()}
    columns = zip(
        job.ids[0][block].tolist(),
        job.ids[1][block].tolist(),
        table.first[everybody.first[block]].tolist(),
        middles.tolist(),
        everybody.middle_initial_only[block].tolist(),
        table.last[everybody.last[block]].tolist(),
        seconds.tolist(),
        everybody.suffix[block].tolist(),
        formers.tolist(),
        everybody.birth[block].tolist(),
        everybody.ssn[block].tolist(),
        strict=True,
    )
    for high, low, first, middle, initial, last, second, suffix, former, birth, ssn in columns:
        text = f"{high:016x}{low:016x}"
        yield (
            f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}",
            first,
            middle[:1] if initial else middle,
            f"{last}-{second}" if second else last,
            SUFFIXES[suffix],
            former,
            births[birth],
            ssn,
        )


_tools: dict[int, tuple[AESGCM, bytes, bytes, bytes]] = {}


def _tools_of(keyring: Keyring) -> tuple[AESGCM, bytes, bytes, bytes]:
    """Cipher, its first byte, and the two index keys: derived once a process."""
    known = _tools.get(id(keyring))
    if known is None:
        key_id = keyring.current
        known = _tools[id(keyring)] = (
            AESGCM(keyring.derived(key_id, "seal")),
            bytes([key_id]),
            keyring.derived(key_id, f"index/{KeyKind.BIRTH_DATE_LAST4}"),
            keyring.derived(key_id, f"index/{KeyKind.SSN}"),
        )
    return known


def _rows(keyring: Keyring, number: int, row: _Row) -> dict[str, list[str]]:
    cipher, mark, key_of_search, key_of_ssn = _tools_of(keyring)
    record_id, first, middle, last, suffix, former, birth_date, ssn = row
    born, digits, key_id = birth_date.isoformat(), f"{ssn:09}", keyring.current
    nonces = os.urandom(2 * NONCE_BYTES)
    sealed = []
    for nonce, text, column in (
        (nonces[:NONCE_BYTES], born, "birth_date_sealed"),
        (nonces[NONCE_BYTES:], digits, "ssn_sealed"),
    ):
        place = f"records_educatorrecord.{column}:{record_id}".encode()
        sealed.append((mark + nonce + cipher.encrypt(nonce, text.encode(), place)).hex())
    keys = []
    if ssn % 10_000 not in NOT_INDEXED:
        facts = b"\0\0\0\x0a" + born.encode() + b"\0\0\0\x04" + digits[5:].encode()
        made = hmac_digest(key_of_search, facts, "sha256")[:DIGEST_BYTES].hex()
        keys.append(f"{record_id}\t{KeyKind.BIRTH_DATE_LAST4}\t{key_id}\t\\\\x{made}\n")
    made = hmac_digest(key_of_ssn, b"\0\0\0\x09" + digits.encode(), "sha256")[:DIGEST_BYTES].hex()
    keys.append(f"{record_id}\t{KeyKind.SSN}\t{key_id}\t\\\\x{made}\n")
    moment = "2026-01-01 00:00:00"
    record = (
        f"{record_id}\tG{number:09}\t{first}\t{middle}\t{last}\t{suffix}\t\\\\x{sealed[0]}\t\\\\x{sealed[1]}"
        f"\tg{number}@example.org\t0\t1\t{moment}\t{moment}\n"
    )
    return {
        "records": [record],
        "keys": keys,
        "other_names": [f"{record_id}\t\t{former}\n"] if former else [],
    }


def _names(row: _Row) -> list[str]:
    record_id, first, middle, last, _suffix, former, _birth_date, _ssn = row
    others = [OtherName(last_surname=former)] if former else []
    pairs = name_keys(first_name=first, middle_name=middle, last_surname=last, other_names=others)
    return [f"{record_id}\t{surname}\t{given}\n" for surname, given in pairs]


def _demand_the_products_own(keyring: Keyring, row: _Row, made: dict[str, list[str]]) -> None:
    """What was made for this person is what the product would have made."""
    record_id, birth_date, digits = row[0], row[6], f"{row[7]:09}"
    for column, text, sealed in zip(
        ("birth_date_sealed", "ssn_sealed"),
        (birth_date.isoformat(), digits),
        made["records"][0].split("\t")[6:8],
        strict=True,
    ):
        place = f"records_educatorrecord.{column}:{record_id}"
        assert unseal(keyring, bytes.fromhex(sealed[3:]), place) == text
    wanted = {
        digest(keyring, key.kind.value, *key.facts)
        for key in record_keys(birth_date=birth_date, last4=digits[5:], ssn=digits)
    }
    assert {bytes.fromhex(line.rstrip().rpartition("\\x")[2]) for line in made["keys"]} == wanted


# --- Into a database ----------------------------------------------------------------------------------------------


def load_into_postgresql(url: str, folder: Path) -> None:
    """By COPY; the indexes and foreign keys of keys and other names are taken off before and put back as they were."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '1GB'")
        connection.execute("SET timezone = 'UTC'")
        for name, (table, columns) in TABLES.items():
            # The records' keys are filled from left to right, which costs little.
            put_back = [] if name == "records" else _taken_off(connection, table)
            with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for file in sorted(folder.glob(f"{name}-*")):
                    copy.write(file.read_bytes())
            for statement in put_back:
                connection.execute(statement)
            connection.execute(f"VACUUM (FREEZE, ANALYZE) {table}")
        connection.execute("CHECKPOINT")


def _taken_off(connection: psycopg.Connection, table: str) -> list[str]:
    """Drop all but the primary key. Returns the statements that put everything back, indexes first."""
    constraints = connection.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = %s::regclass AND contype IN ('u', 'f') ORDER BY contype DESC",
        [table],
    ).fetchall()
    for name, _definition in constraints:
        connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    indexes = connection.execute(
        "SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE i.indrelid = %s::regclass AND NOT i.indisprimary",
        [table],
    ).fetchall()
    for name, _definition in indexes:
        connection.execute(f'DROP INDEX "{name}"')
    return [definition for _name, definition in indexes] + [
        f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}' for name, definition in constraints
    ]


def load_into_sqlite(file: Path, folder: Path) -> None:
    """By executemany, then sorted by digest into the table of keys, whose unique index SQLite cannot take off."""
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-2000000", "foreign_keys=OFF"):
        connection.execute(f"PRAGMA {pragma}")
    put_back = []
    for table, _columns in TABLES.values():
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL",
            [table],
        ).fetchall()
        for name, definition in indexes:
            connection.execute(f'DROP INDEX "{name}"')
            put_back.append(definition)
    connection.execute("CREATE TEMP TABLE unsorted_keys (record_id, kind, key_id, digest)")
    connection.execute("BEGIN")
    for name, (table, columns) in TABLES.items():
        into = "unsorted_keys" if name == "keys" else table
        places = ", ".join("?" * len(columns.split(",")))
        insert = f"INSERT INTO {into} ({columns}) VALUES ({places})"  # noqa: S608 - our own words
        for part in sorted(folder.glob(f"{name}-*")):
            connection.executemany(insert, _parsed(part, name))
    sort = f"SELECT {KEY_COLUMNS} FROM unsorted_keys ORDER BY digest"  # noqa: S608
    connection.execute(f"INSERT INTO records_identitykey ({KEY_COLUMNS}) {sort}")
    connection.execute("COMMIT")
    connection.execute("DROP TABLE unsorted_keys")
    for definition in put_back:
        connection.execute(definition)
    connection.close()


def _parsed(file: Path, name: str) -> Iterator[list[str | bytes]]:
    sealed, id_column = SEALED_COLUMNS[name], ID_COLUMN[name]
    with file.open(encoding="ascii") as lines:
        for line in lines:
            row: list[str | bytes] = line.rstrip("\n").split("\t")  # type: ignore[assignment]  # text only so far
            row[id_column] = str(row[id_column]).replace("-", "")
            for column in sealed:
                row[column] = bytes.fromhex(str(row[column])[3:])
            yield row
