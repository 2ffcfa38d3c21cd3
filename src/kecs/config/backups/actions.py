"""Write the whole database into a sealed file, and make a database of one; `kecs backup` and `kecs restore` call these."""

import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections, transaction

from kecs.audit.actions import record
from kecs.config.backups.stream import BackupBroken, Sealing, opened
from kecs.config.backups.tables import Counted, counted, tables
from kecs.config.events import BackupMade, BackupRestored, BackupsForgotten
from kecs.guard.queries import database_clock

_BLOCK = 1024 * 1024
NAME = "kecs-%Y%m%dT%H%M%SZ"  # of a backup, before the point: when it was begun


class CannotRestore(Exception):
    """The message says why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What stands at the front of the sealed stream."""

    made_at: str
    vendor: str
    tables: Counted
    rows: int

    def as_bytes(self) -> bytes:
        """Its length in eight bytes, and itself."""
        text = json.dumps({"made_at": self.made_at, "vendor": self.vendor, "tables": self.tables}).encode()
        return len(text).to_bytes(8, "big") + text

    @classmethod
    def of(cls, content: dict[str, Any]) -> "Manifest":
        """From what as_bytes wrote."""
        found = {name: (int(rows), str(digest)) for name, (rows, digest) in content["tables"].items()}
        rows = sum(count for count, _digest in found.values())
        return cls(made_at=content["made_at"], vendor=content["vendor"], tables=found, rows=rows)


def make_backup(*, path: Path, key: bytes, by: str) -> Manifest:
    """One sealed file, complete or not there at all; read once more before it gets its name. Raises BackupBroken and OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.part")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        sealing = Sealing(file, key)
        dumping = _postgresql_dump() if connection.vendor == "postgresql" else _sqlite_dump()
        with dumping as (manifest, blocks):
            sealing.write(manifest.as_bytes())
            for block in blocks:
                sealing.write(block)
        sealing.finish()
        file.flush()
        os.fsync(file.fileno())
    verified(path=unfinished, key=key, by=by)
    unfinished.replace(path)
    with transaction.atomic():
        record(event=BackupMade(subject="-", tables=len(manifest.tables), rows=manifest.rows), by=by)
    return manifest


def forget_backups(*, folder: Path, key: bytes, keep_days: int, by: str) -> int:
    """Files older than so many days go, and what was left half written; never the newest that is whole. How many went. Raises BackupBroken."""
    before = database_clock() - timedelta(days=keep_days)
    files = sorted(folder.glob("kecs-*.backup*"), reverse=True)
    old = [path for path in files if _begun_at(path) < before]
    if not old:
        return 0
    kept = next((path for path in files if _is_whole(path, key, by=by)), None)
    if kept is None:
        raise BackupBroken(
            f"No backup in {folder} is whole and opens with this backup key: none was taken away."
        )
    gone = [path for path in old if path != kept]
    if gone:
        with transaction.atomic():
            # First the log: no file comes back.
            record(event=BackupsForgotten(subject="-", files=len(gone), days=keep_days), by=by)
            for path in gone:
                path.unlink(missing_ok=True)
    return len(gone)


def _begun_at(path: Path) -> datetime:
    """By its name, which `kecs backup make` gave it; a file of another name is nobody's business here, and never old."""
    try:
        return datetime.strptime(path.name.partition(".")[0], NAME).replace(tzinfo=UTC)
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)


def _is_whole(path: Path, key: bytes, *, by: str) -> bool:
    if path.suffix != ".backup":
        return False
    try:
        verified(path=path, key=key, by=by)
    except BackupBroken:
        return False
    return True


def verified(*, path: Path, key: bytes, by: str) -> Manifest:
    """Every byte is read and believed, nothing is written. Raises BackupBroken."""
    with _content(path, key) as (manifest, blocks):
        for _block in blocks:
            pass
    return manifest


def restore_backup(*, path: Path, key: bytes, by: str) -> Manifest:
    """Make of an empty database the one that was backed up. Raises BackupBroken and CannotRestore; then nothing was changed."""
    manifest = verified(path=path, key=key, by=by)
    if manifest.vendor != connection.vendor:
        raise CannotRestore(f"The backup is of {manifest.vendor}, DATABASE_URL names {connection.vendor}.")
    if tables():
        raise CannotRestore(
            "The database is not empty. Name a fresh one in DATABASE_URL; a backup never goes over data."
        )
    with _content(path, key) as (_manifest, blocks):
        _postgresql_restore(blocks) if connection.vendor == "postgresql" else _sqlite_restore(blocks)
    found = counted()
    wrong = sorted(
        name for name in manifest.tables.keys() | found if manifest.tables.get(name) != found.get(name)
    )
    if wrong:
        raise CannotRestore(
            f"What was restored is not what was backed up: {', '.join(wrong)}. Do not use this database."
        )
    with transaction.atomic():
        record(event=BackupRestored(subject="-", made_at=manifest.made_at, rows=manifest.rows), by=by)
    return manifest


# --- The file ----------------------------------------------------------------------------------------------------


@contextmanager
def _content(path: Path, key: bytes) -> Iterator[tuple[Manifest, Iterator[bytes]]]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise BackupBroken(f"{path} cannot be read: {error.strerror}.") from None
    with file:
        pieces = opened(file, key)
        buffer = bytearray(next(pieces))
        length = int.from_bytes(buffer[:8], "big")
        while len(buffer) < 8 + length:
            buffer += next(pieces)
        manifest = Manifest.of(json.loads(buffer[8 : 8 + length]))

        def blocks() -> Iterator[bytes]:
            yield bytes(buffer[8 + length :])
            yield from pieces

        yield manifest, blocks()


def _manifest() -> Manifest:
    found = counted()
    return Manifest(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        vendor=connection.vendor,
        tables=found,
        rows=sum(rows for rows, _digest in found.values()),
    )


# --- PostgreSQL --------------------------------------------------------------------------------------------------


_WHERE = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
    "connect_timeout": "PGCONNECT_TIMEOUT",
}


def _command(program: str, *words: str) -> tuple[list[str], dict[str, str]]:
    """Where the database is goes through the environment: words of a command can be read by others of the machine."""
    asked = connection.get_connection_params()
    environment = {name: str(asked[key]) for key, name in _WHERE.items() if asked.get(key)}
    return [program, *words, f"--dbname={asked['dbname']}"], {**os.environ, **environment}


@contextmanager
def _postgresql_dump() -> Iterator[tuple[Manifest, Iterator[bytes]]]:
    """pg_dump, and what is counted, see one and the same moment, while others go on writing."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        [(snapshot,)] = cursor.fetchall()
        manifest = _manifest()
        words = [
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            "--schema=public",
            f"--snapshot={snapshot}",
        ]
        command, environment = _command("pg_dump", *words)
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
        assert process.stdout is not None  # noqa: S101 - it was asked for
        with process.stdout as output:
            yield manifest, iter(lambda: output.read(_BLOCK), b"")
        if process.wait():
            raise BackupBroken("pg_dump failed; what it said stands above. No backup was made.")


def _postgresql_restore(blocks: Iterator[bytes]) -> None:
    words = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    with connection.cursor() as cursor:
        # The dump brings the schema with it; an empty one may be there.
        cursor.execute("DROP SCHEMA IF EXISTS public RESTRICT")
    connection.close()
    command, environment = _command("pg_restore", *words)
    process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE)
    assert process.stdin is not None  # noqa: S101 - it was asked for
    try:
        with process.stdin as sink:
            for block in blocks:
                sink.write(block)
    except BrokenPipeError:
        pass  # it says why, and its status is not 0
    if process.wait():
        raise CannotRestore("pg_restore failed; what it said stands above. Nothing was kept.")


# --- SQLite ------------------------------------------------------------------------------------------------------


@contextmanager
def _sqlite_dump() -> Iterator[tuple[Manifest, Iterator[bytes]]]:
    """A copy by SQLite's own online backup, which waits for nobody; counted and read, then gone."""
    folder = Path(tempfile.mkdtemp(prefix="backup-", dir=settings.KECS_VAR_DIR))
    try:
        copy = folder / "copy.sqlite3"
        connection.ensure_connection()
        with sqlite3.connect(copy) as target:
            connection.connection.backup(target)
        target.close()
        with _instead(copy):
            manifest = _manifest()
        with copy.open("rb") as file:
            yield manifest, iter(lambda: file.read(_BLOCK), b"")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _instead(file: Path) -> Iterator[None]:
    """The connection leads to this file for a while."""
    held, connection.connection = connection.connection, sqlite3.connect(file)
    try:
        yield
    finally:
        connection.connection.close()
        connection.connection = held


def _sqlite_restore(blocks: Iterator[bytes]) -> None:
    path = Path(str(connection.settings_dict["NAME"]))
    connections["default"].close()
    unfinished = path.with_name(f"{path.name}.part")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        for block in blocks:
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    for beside in ("", "-wal", "-shm"):
        path.with_name(path.name + beside).unlink(missing_ok=True)
    unfinished.replace(path)
