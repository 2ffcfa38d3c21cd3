"""`python -m tests.attacks [--only NAME ...] [--quick]`: the playbook against the portal as `make run` serves it, on both databases.

Writes benchmarks/results/attacks.md and .json; status 1 when a bar is broken, 2 when an attack could not be played.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.servers import (
    BIN,
    ROOT,
    Database,
    Portal,
    Server,
    clean_environment,
    database,
    folder_of_its_own,
)
from tests.attacks.outcomes import Outcome
from tests.attacks.report import markdown, written

RESULTS = ROOT / "benchmarks" / "results"
# In the order of the table. The second database where the two may differ: who comes first, who waits for whom.
ATTACKS = {
    "hijack": ("PostgreSQL",),
    "guess": ("SQLite", "PostgreSQL"),
    "spray": ("PostgreSQL",),
    "doors": ("SQLite", "PostgreSQL"),
    "race": ("SQLite", "PostgreSQL"),
    "scanners": ("SQLite",),
    "fields": ("SQLite", "PostgreSQL"),
    "doorkeeping": ("SQLite",),
    "tokens": ("SQLite", "PostgreSQL"),
    "headers": ("SQLite",),
    "steps": ("SQLite",),
}


class NotPlayed(Exception):
    """An attack ended before it was over. Says how."""


@contextmanager
def served(server: Database) -> Iterator[tuple[Portal, int]]:
    """An empty installation and the port it is served on; the robot check lets everybody pass, and no answer is held back."""
    with folder_of_its_own() as folder:
        environment = clean_environment() | {
            "DJANGO_SETTINGS_MODULE": "kecs.config.settings",
            "DATABASE_URL": server.new(folder),
            "KECS_MODE": "development",
            "KECS_VAR_DIR": str(folder),
            "KECS_ORIGIN": "http://127.0.0.1:8000",
            "KECS_TRUSTED_PROXIES": "1",
            "KECS_ROBOT": "null",
            "KECS_SEARCH_TAKES_MS": "0",
            "KECS_PASSWORD_HASH_COST": "test",
        }
        made = Portal(folder=folder, environment=environment)
        made.run(str(BIN / "kecs"), "init_development")
        with Server(
            folder=folder, environment=environment, application="kecs.config.wsgi:application"
        ) as web:
            yield made, web.port


def play(name: str, kind: str, *, quick: bool, share: float) -> list[Outcome]:
    """One attack on one database."""
    with database(kind) as server, served(server) as (made, port):
        command = [
            sys.executable,
            "-m",
            "tests.attacks.inside",
            name,
            "--port",
            str(port),
            "--share",
            str(share),
        ]
        done = subprocess.run(
            command + (["--quick"] if quick else []),
            cwd=ROOT,
            env=made.environment | {"DJANGO_ALLOW_ASYNC_UNSAFE": "true"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            path = made.folder / "web.log"
            log = path.read_text()[-1500:] if path.exists() else "(its log is gone)"
            raise NotPlayed(f"{name} on {kind} was not played:\n{done.stderr[-3000:]}\n{log}")
        return [Outcome(**each) for each in json.loads(done.stdout)]


def main() -> int:
    """Play, print, write."""
    parser = argparse.ArgumentParser(description="The thief's playbook against a served portal.")
    parser.add_argument("--only", nargs="+", choices=ATTACKS, default=list(ATTACKS))
    parser.add_argument("--quick", action="store_true", help="small, and no report is written")
    parser.add_argument("--share", type=float, default=1.0, help="of the sizes (0.1 plays a tenth)")
    parser.add_argument("--databases", nargs="+", default=["SQLite", "PostgreSQL"])
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the report")
    chosen = parser.parse_args()
    rows: list[dict[str, Any]] = []
    failed = False
    for name in chosen.only:
        for kind in [each for each in ATTACKS[name] if each in chosen.databases]:
            began = time.monotonic()
            try:
                outcomes = play(name, kind, quick=chosen.quick, share=chosen.share)
            except NotPlayed as problem:
                failed = True
                sys.stderr.write(f"{problem}\n")
                continue
            seconds = time.monotonic() - began
            rows += [
                {
                    "attack": name,
                    "database": kind,
                    "seconds": seconds,
                    "share": chosen.share,
                    **each.facts(),
                }
                for each in outcomes
            ]
            sys.stderr.write(f"{name} on {kind}: {', '.join(each.verdict for each in outcomes)}\n")
    machine = {"cores": os.cpu_count(), "python": platform.python_version()}
    if not chosen.quick:
        rows = written(rows, machine, chosen.results)
    sys.stdout.write(markdown(rows, machine))
    if failed:
        return 2
    return 1 if any(row["verdict"] == "BROKEN" for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
