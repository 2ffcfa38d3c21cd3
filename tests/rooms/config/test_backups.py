"""Where a backup is taken from, who may open it, and when it is taken away."""

import io
import subprocess
import sys
from base64 import b64encode
from datetime import timedelta
from pathlib import Path

import dj_database_url
import pytest
from django.core.management import CommandError, call_command
from django.db.utils import ConnectionHandler

from kecs.audit.queries import newest_of
from kecs.config.backups import actions
from kecs.config.backups.actions import Manifest
from kecs.config.backups.stream import Sealing, new_key
from kecs.guard.queries import database_clock
from kecs.pii.keyring import Keyring
from tests.rooms.config.checking import environment_of

KEY = bytes(range(32))

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


def a_backup(folder: Path, *, days_old: int, key: bytes = KEY, whole: bool = True) -> Path:
    begun = database_clock() - timedelta(days=days_old)
    path = folder / f"{begun.strftime(actions.NAME)}.backup"
    manifest = Manifest(made_at=begun.isoformat(), vendor="sqlite", tables={}, rows=0)
    with path.open("wb") as file:
        sealing = Sealing(file, key)
        sealing.write(manifest.as_bytes() + b"rows")
        sealing.finish()
    if not whole:
        path.write_bytes(path.read_bytes()[:-1])
    return path


@pytest.fixture
def forget(tmp_path, settings):
    settings.KECS_BACKUP_KEY, settings.KECS_BACKUP_DIR = tmp_path / "backup.key", tmp_path
    settings.KECS_BACKUP_KEY.touch(mode=0o600)
    settings.KECS_BACKUP_KEY.write_bytes(b64encode(KEY))

    def forgets(days: int = 35) -> str:
        out = io.StringIO()
        call_command("backup", "forget", "--keep-days", str(days), stdout=out)
        return out.getvalue()

    return forgets


@pytest.mark.django_db
def test_old_backups_go_and_the_log_says_how_many(tmp_path, forget):
    old = [a_backup(tmp_path, days_old=days) for days in (36, 40, 400)]
    half = tmp_path / f"{old[0].name}.part"
    half.touch()
    kept = [a_backup(tmp_path, days_old=days) for days in (0, 34)]
    other = tmp_path / "kecs-by-hand.backup"
    other.touch()
    assert "Took away 4 backups" in forget()
    assert set(tmp_path.glob("kecs-*")) == {*kept, other}
    told = newest_of("config.backups_forgotten")
    assert told is not None
    assert (told.keys["files"], told.keys["days"]) == (4, 35)
    assert "Took away 0 backups" in forget()
    with pytest.raises(CommandError, match="a day at least"):
        forget(0)


@pytest.mark.django_db
def test_the_newest_that_is_whole_stays_however_old(tmp_path, forget):
    older, newest = a_backup(tmp_path, days_old=90), a_backup(tmp_path, days_old=60)
    a_backup(tmp_path, days_old=50, whole=False)
    a_backup(tmp_path, days_old=51, key=bytes(32))
    spoilt = a_backup(tmp_path, days_old=1, whole=False)
    forget()
    assert set(tmp_path.glob("kecs-*")) == {newest, spoilt}
    assert not older.exists()


@pytest.mark.django_db
def test_where_none_is_whole_or_the_log_cannot_be_written_none_goes(tmp_path, forget, monkeypatch):
    there = {a_backup(tmp_path, days_old=days, whole=False) for days in (40, 50)}
    with pytest.raises(CommandError, match="none was taken away"):
        forget()
    there.add(a_backup(tmp_path, days_old=1))

    def full(_happened: object) -> None:
        raise OSError

    monkeypatch.setattr("kecs.audit.actions._append", full)
    with pytest.raises(OSError):  # noqa: PT011 - ours
        forget()
    assert set(tmp_path.glob("kecs-*")) == there


def units() -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in Path("deploy/systemd").glob("*.service")}


def test_only_the_backups_unit_is_told_of_the_key_and_it_is_not_the_portals_user():
    told = {name for name, unit in units().items() if "backup.conf" in unit or "BACKUP_KEY" in unit}
    assert told == {"kecs-backup.service"}
    assert {name for name, unit in units().items() if "\nUser=kecs\n" not in unit} == told
    backup = units()["kecs-backup.service"]
    assert "\nCapabilityBoundingSet=CAP_DAC_READ_SEARCH\n" in backup
    assert backup.index("kecs backup make") < backup.index("kecs backup forget --keep-days 35")


def test_a_web_process_that_can_read_the_key_does_not_start(tmp_path):
    Keyring.create(tmp_path / "keyring.json", label="production")
    new_key(tmp_path / "backup.key")
    starts = [sys.executable, "-c", "import kecs.config.wsgi"]
    done = subprocess.run(
        starts, env=environment_of(tmp_path), capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode != 0
    assert "This web process can read the backup key" in done.stderr
