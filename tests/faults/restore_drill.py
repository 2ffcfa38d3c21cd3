#!/usr/bin/env python3
"""Backs a portal up while people register, restores it elsewhere, and compares: again and again, and with files that were spoilt.

    tests/faults/restore_drill.py [--quick] [--rounds N] [--people N] [--seed N]

Each round: a backup is made (of SQLite, or of the database named by DATABASE_URL, where others are created beside it) while records are added,
it is restored into a fresh database, and each table is, row for row, what it was at that moment; the log holds, every key is there,
values open, nothing is held twice. Then the file is spoilt (a bit flipped at a random place, cut off, two pieces exchanged, a piece
left out), and each time the restore refuses and leaves the database empty. No fact of a person on file stands in any backup in clear.

Prints how many of how many, and exits with 1 where one is missing.
"""

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / folder) for folder in (".", "src")]

from benchmarks.migrated import make_tables  # noqa: E402 - the folder above is put in front first
from tests.faults.left import Rules, left_behind  # noqa: E402 - the folder above is put in front first
from tests.faults.portal import ours_from_now  # noqa: E402 - the folder above is put in front first
from tests.faults.rotate import KECS, ROOT, names, rows, run, ssn  # noqa: E402 - the folder above is put in front first
from tests.faults.rules import told  # noqa: E402 - the folder above is put in front first

PIECE = 1024 * 1024 + 16
BEGINNING = 14 + 32


def spoilt(whole: bytes, chance: random.Random) -> list[tuple[str, bytes]]:
    """The file, as accidents and thieves leave it."""
    at = chance.randrange(len(whole))
    flipped = bytearray(whole)
    flipped[at] ^= 1 << chance.randrange(8)
    body = whole[BEGINNING:]
    pieces = [body[start : start + PIECE] for start in range(0, len(body), PIECE)]
    found = [
        (f"a bit flipped at byte {at:,}", bytes(flipped)),
        ("the last byte cut off", whole[:-1]),
        ("cut off at random", whole[: chance.randrange(1, len(whole))]),
    ]
    if len(pieces) > 1:
        found.append(("the last piece cut off", whole[:BEGINNING] + b"".join(pieces[:-1])))
    if len(pieces) > 2:
        exchanged = [pieces[1], pieces[0], *pieces[2:]]
        found.append(("two pieces exchanged", whole[:BEGINNING] + b"".join(exchanged)))
        found.append(("a piece left out", whole[:BEGINNING] + b"".join([pieces[0], *pieces[2:]])))
    return found


class Elsewhere:
    """Fresh databases beside the one that is backed up."""

    def __init__(self, url: str, var: Path) -> None:
        self.url, self.var, self.made = url, var, 0

    def fresh(self) -> str:
        """The URL of an empty one."""
        self.made += 1
        if self.url.startswith("sqlite"):
            return f"sqlite:///{self.var / f'restored{self.made}.sqlite3'}"
        import psycopg

        name = f"restored{self.made}"
        with psycopg.connect(self.url, autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        return urlsplit(self.url)._replace(path=f"/{name}").geturl()


def restore(file: Path, url: str, environment: dict[str, str]) -> tuple[int, str]:
    """Status, and what was said."""
    done = subprocess.run(
        [str(KECS), "restore", str(file)],
        env=environment | {"DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    return done.returncode, done.stdout + done.stderr


def main() -> int:
    """Parse the command line and do as told."""
    parser = argparse.ArgumentParser(description="Back up, restore, compare.")
    parser.add_argument("--quick", action="store_true", help="one round, some hundreds of people")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    rounds, people = (1, 200) if chosen.quick else (chosen.rounds, chosen.people)
    var = Path(tempfile.mkdtemp(prefix="kecs-restore-"))
    environment = ours_from_now(var)
    try:
        elsewhere = Elsewhere(environment["DATABASE_URL"], var)
        return drill(rounds, people, var, environment, elsewhere, random.Random(chosen.seed))
    finally:
        shutil.rmtree(var, ignore_errors=True)


def drill(
    rounds: int,
    people: int,
    var: Path,
    environment: dict[str, str],
    elsewhere: Elsewhere,
    chance: random.Random,
) -> int:
    """All rounds; the status."""
    run("keys", "create", "--label", "development", environment=environment)
    run("backup", "key", environment=environment)
    make_tables(environment)
    equal = refused = spoilt_files = in_clear = 0
    backed_up = restored = 0.0
    size = known = 0
    for number in range(rounds):
        file, backup = var / "people.csv", var / f"{number}.backup"
        file.write_text(rows(known, people), encoding="ascii")
        if not number:
            run("import", str(file), "--apply", environment=environment)
            adding = None
        else:
            adding = subprocess.Popen(
                [str(KECS), "import", str(file), "--apply"], env=environment, stdout=subprocess.DEVNULL
            )
        known += people
        began = time.monotonic()
        run("backup", "make", str(backup), environment=environment)
        backed_up += time.monotonic() - began
        if adding:
            adding.wait()
        whole = backup.read_bytes()
        size = len(whole)
        in_clear += sum(
            whole.count(text.encode()) for one in (0, 7, 99) for text in (ssn(one), names(one)[1])
        )
        where, began = elsewhere.fresh(), time.monotonic()
        status, said = restore(backup, where, environment)
        restored += time.monotonic() - began
        equal += status == 0 and "each table is, row for row" in said
        if status:
            print(said)  # noqa: T201
        elif rounds > 1:
            run("backup", "check", str(backup), environment=environment | {"DATABASE_URL": where})
        target = elsewhere.fresh()
        for what, content in spoilt(whole, chance)[: 1 if rounds == 1 else None]:
            spoilt_files += 1
            backup.write_bytes(content)
            status, said = restore(backup, target, environment)
            was_refused = status != 0 and ("not as it was written" in said or "no backup of KECS" in said)
            refused += was_refused
            if not was_refused:
                print(f"BROKEN  {what}: {said}")  # noqa: T201
        backup.write_bytes(whole)
        if rounds > 1:
            status, said = restore(backup, target, environment)  # it was left empty by all of them
            equal += status == 0
            if status:
                print(said)  # noqa: T201
        backup.unlink()
    print(  # noqa: T201
        f"{known:,} people at the end, backups of {size:,} bytes, {backed_up / rounds:.1f} s to make and "
        f"{restored / rounds:.1f} s to restore one, on average"
    )
    import django

    django.setup()
    restores = 1 if rounds == 1 else 2 * rounds
    rules: Rules = [
        (f"{equal} of {restores} restored databases equal, row for row", equal != restores),
        (
            f"{refused} of {spoilt_files} spoilt files refused, the database left empty",
            refused != spoilt_files,
        ),
        (f"{in_clear} facts of people in clear", in_clear != 0),
        *left_behind(var),
    ]
    return told(rules)


if __name__ == "__main__":
    sys.exit(main())
