"""A portal of its own, served by gunicorn, that is killed and comes back."""

import os
import random
import signal
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import IO

from benchmarks.migrated import make_tables
from tests.faults.visitors import HOST, PATIENCE, Browser, NoAnswer, Person

ROOT = Path(__file__).resolve().parents[2]
# Nothing that only costs time: for faults in which hashes, the robot check and the time of an answer play no part.
WITHOUT_WAITS: Mapping[str, str] = MappingProxyType(
    {"KECS_PASSWORD_HASH_COST": "test", "KECS_ROBOT": "null", "KECS_SEARCH_TAKES_MS": "0"}
)


def environment_of(var: Path, **settings: str) -> dict[str, str]:
    """Of an installation of its own in this folder. Where DATABASE_URL names none, its database stands in the folder too."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KECS_")}
    if not environment.get("DATABASE_URL"):  # make hands on an empty one
        environment["DATABASE_URL"] = f"sqlite:///{var / 'kecs.sqlite3'}"
    environment |= {
        "DJANGO_SETTINGS_MODULE": "kecs.config.settings",
        "KECS_MODE": "development",
        "KECS_VAR_DIR": str(var),
        "KECS_SECRET_KEY": "for-tests-only-" + "0123456789" * 5,
        "KECS_LOG_LEVEL": "CRITICAL",
        **settings,
    }
    return environment


def ours_from_now(var: Path, **settings: str) -> dict[str, str]:
    """The same, and this process's own: for a run that asks the database itself, and does nothing afterwards."""
    environment = environment_of(var, **settings)
    os.environ.clear()
    os.environ.update(environment)
    return environment


class Portal:
    """The server, which is killed and comes back."""

    comes_up_within = PATIENCE
    program = "kecs.config.wsgi"

    def __init__(self, var: Path, environment: dict[str, str], code: Path = ROOT) -> None:
        self.var = var
        self.code = code  # a checkout that was set up: this one, or another version's
        self.environment = {**environment, "KECS_LOG_LEVEL": "INFO"}  # what production writes is looked at
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port = int(probe.getsockname()[1])
        self.kills: Counter[str] = Counter()
        self.master: subprocess.Popen[bytes] | None = None
        self.settler: subprocess.Popen[bytes] | None = None

    def program_named(self, name: str) -> str:
        """Of the checkout's own environment."""
        return str(self.code / ".venv" / "bin" / name)

    def command(self) -> list[str]:
        """How it is served, but for the address."""
        # Loaded before the workers are made: whoever takes the place of one that was killed is there at once.
        how = ["--worker-class=gthread", "--workers=2", "--threads=8", "--preload", "--no-control-socket"]
        return [f"{self.program}:application", *how]

    def start(self) -> None:
        """Serve. Returns when it answers."""
        command = [
            self.program_named("gunicorn"),
            *self.command(),
            f"--bind={HOST}:{self.port}",
            "--log-level=info",
        ]
        with self.log("web") as log:
            self.master = subprocess.Popen(
                command, cwd=self.code, env=self.environment, start_new_session=True, stdout=log, stderr=log
            )
        deadline = time.monotonic() + self.comes_up_within
        while time.monotonic() < deadline:
            try:
                Browser(self.port).ask("GET", "/healthz")
            except NoAnswer:
                time.sleep(0.05)
            else:
                return
        raise SystemExit("The server did not come up.")

    def log(self, name: str) -> IO[bytes]:
        """Where a process writes what it has to say; read in the end (left.py)."""
        (self.var / "log").mkdir(exist_ok=True)
        return (self.var / "log" / name).open("ab")

    def start_settler(self) -> None:
        """Settle new accounts beside the server."""
        with self.log("settle") as log:
            self.settler = subprocess.Popen(
                [self.program_named("kecs"), "settle", "--loop"],
                cwd=self.code,
                env=self.environment,
                stdout=log,
                stderr=log,
            )

    def kill_settler(self) -> None:
        """kill -9, in the middle of somebody or not."""
        assert self.settler is not None
        self.settler.kill()
        self.settler.wait()
        self.kills["settler"] += 1

    def workers(self) -> list[int]:
        """Their process ids."""
        assert self.master is not None
        listed = Path(f"/proc/{self.master.pid}/task/{self.master.pid}/children").read_text(encoding="ascii")
        return [int(word) for word in listed.split()]

    def kill_worker(self) -> None:
        """kill -9 for one worker; the master makes another."""
        workers = self.workers()
        if workers:
            os.kill(random.choice(workers), signal.SIGKILL)
            self.kills["worker"] += 1

    def kill_all(self) -> None:
        """kill -9 for the master and all of its workers, as a power cut would."""
        assert self.master is not None
        os.killpg(self.master.pid, signal.SIGKILL)
        self.master.wait()
        self.kills["all"] += 1

    @property
    def web_kills(self) -> int:
        """How often a web process was killed, alone or with all others."""
        return self.kills["worker"] + self.kills["all"]

    def end(self) -> None:
        """Whatever still runs is told to end: what is being answered is answered."""
        for process in (self.settler, self.master):
            if process and process.poll() is None:
                process.terminate()
                process.wait()


def prepare(portal: Portal, people: list[Person]) -> None:
    """Keys, tables, and the records of those who are on file."""
    file = portal.var / "records.csv"
    rows = [person.row() for person in people if person.on_file]
    file.write_text(
        "\n".join(["staff_unique_id,first_name,last_surname,birth_date,ssn,email", *rows]) + "\n",
        encoding="utf-8",
    )
    kecs = portal.program_named("kecs")
    make_tables(portal.environment, kecs)
    for words in (["make_keyring", "--label", "development"], ["import", str(file), "--apply"]):
        done = subprocess.run(
            [kecs, *words], env=portal.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)
