"""Servers to measure, started as `make run` starts them, each in a folder that is gone afterwards; and what CPU they took."""

import http.client
import os
import runpy
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote

import psycopg

from benchmarks.migrated import lay_tables

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
TICKS = os.sysconf("SC_CLK_TCK")
HASH_COSTS = {"full": "full", "rest": "test"}


def clean_environment() -> dict[str, str]:
    """Ours without any installation's settings."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("KECS_", "DATABASE_")) and name not in {"DJANGO_SETTINGS_MODULE", "PORT"}
    }


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# --- CPU ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Process:
    parent: int
    own: int
    of_ended_children: int


def _processes() -> dict[int, _Process]:
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            # The command's name may hold spaces and brackets; the numbers follow the last bracket.
            parts = (folder / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        found[int(folder.name)] = _Process(
            int(parts[1]), int(parts[11]) + int(parts[12]), int(parts[13]) + int(parts[14])
        )
    return found


def _tree(processes: dict[int, _Process], roots: tuple[int, ...]) -> list[int]:
    tree = [pid for pid in roots if pid in processes]
    for pid in tree:  # grows while it is walked
        tree += [child for child, process in processes.items() if process.parent == pid]
    return tree


def tree(*roots: int) -> list[int]:
    """These processes and all that came of them."""
    return _tree(_processes(), roots)


def cpu_seconds(*roots: int) -> float:
    """User and system time of these processes and all that came of them, since each began."""
    processes = _processes()
    ticks = sum(processes[pid].own + processes[pid].of_ended_children for pid in _tree(processes, roots))
    return ticks / TICKS


def machine_cpu_seconds() -> float:
    """What all programs of the machine took since it began, and what a hypervisor kept from it."""
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(
        int, Path("/proc/stat").read_text().splitlines()[0].split()[1:9]
    )
    return (user + nice + system + irq + softirq + steal) / TICKS


# --- Databases ---------------------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class Database:
    """A server for any number of installations; SQLite is no server, so its work counts as the web processes'."""

    kind: str
    url: str = ""
    postmaster: int | None = None
    used: int = 0

    def new(self, folder: Path, *, tables: bool = True) -> str:
        """The DATABASE_URL of an empty database; in SQLite, the portal's tables are there already, unless it is for others."""
        if self.kind == "SQLite":
            file = folder / "kecs.sqlite3"
            if tables:
                lay_tables(file)
            return f"sqlite:///{file}"
        self.used += 1
        name = f"bench{self.used}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url.replace("@/kecs?", f"@/{name}?")

    def cpu(self) -> float:
        """Of all its processes."""
        return cpu_seconds(self.postmaster) if self.postmaster else 0.0


@contextmanager
def database(kind: str) -> Iterator[Database]:
    """PostgreSQL as it keeps data for good (fsync on), thrown away afterwards."""
    if kind == "SQLite":
        yield Database(kind=kind)
        return
    folder = Path(tempfile.gettempdir()) / f"kecs-bench-{secrets.token_hex(4)}"
    command = [str(ROOT / "scripts" / "postgres")]
    try:
        url = subprocess.run(
            [*command, "start", "--durable", str(folder)], check=True, capture_output=True, text=True
        ).stdout.strip()
        place = Path(unquote(url.partition("host=")[2]))
        postmaster = int((place / "data" / "postmaster.pid").read_text().split()[0])
        yield Database(kind=kind, url=url, postmaster=postmaster)
    finally:
        subprocess.run([*command, "stop", str(folder)], check=False)


# --- Web servers -------------------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class Server:
    """gunicorn with two web processes, on a port of its own."""

    folder: Path
    environment: dict[str, str]
    application: str
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Serves once this returns."""
        command: list[str] = runpy.run_path(str(ROOT / "scripts" / "run"))["processes"](self.port)[
            "The web server"
        ]
        command = [part.replace("kecs.config.wsgi:application", self.application) for part in command]
        with (self.folder / "web.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, env=self.environment, cwd=self.folder, stdout=log, stderr=log
            )
        deadline = time.monotonic() + 300  # on a machine that does much besides
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"The server did not start: {(self.folder / 'web.log').read_text()[-2000:]}")
            time.sleep(0.1)
        return self

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def __exit__(self, *_error: object) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait()

    def cpu(self) -> float:
        """Of the web processes."""
        return cpu_seconds(self.process.pid) if self.process else 0.0


@contextmanager
def folder_of_its_own() -> Iterator[Path]:
    """Gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="kecs-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(slots=True, kw_only=True)
class Portal:
    """An installation of ours: two servers that differ in what a password hash costs, mail sender and settler."""

    folder: Path
    environment: dict[str, str]
    servers: dict[str, Server] = field(default_factory=dict)
    sender: subprocess.Popen[bytes] | None = None
    settler: subprocess.Popen[bytes] | None = None

    def run(self, *command: str) -> str:
        """One command in the environment of the installation. Returns what it printed."""
        done = subprocess.run(
            command, env=self.environment, cwd=ROOT, check=False, capture_output=True, text=True
        )
        if done.returncode:
            sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def sender_cpu(self) -> float:
        """Of the mail sender."""
        return cpu_seconds(self.sender.pid) if self.sender is not None else 0.0


@contextmanager
def portal(database: Database, *, file: Path | None = None, costs: tuple[str, ...]) -> Iterator[Portal]:
    """Made, filled from the file, served."""
    with folder_of_its_own() as folder:
        environment = clean_environment() | {
            "DJANGO_SETTINGS_MODULE": "kecs.config.settings",
            "DATABASE_URL": database.new(folder),
            "KECS_MODE": "development",
            "KECS_VAR_DIR": str(folder),
            "KECS_ORIGIN": "http://127.0.0.1:8000",
            "KECS_TRUSTED_PROXIES": "1",  # the load's addresses, by the product's own setting
            "KECS_ALTCHA_COST": "1",  # the visitor's work is not what is measured; see robot_cost
            "KECS_HASHES_WAITING": "1000",  # nor is the waiting page: everybody waits for her place
        }
        made = Portal(folder=folder, environment=environment)
        made.run(str(BIN / "kecs"), "init_development")
        if file:
            made.run(str(BIN / "kecs"), "import", str(file), "--apply")
        try:
            for cost in costs:
                server = Server(
                    folder=folder,
                    environment=environment | {"KECS_PASSWORD_HASH_COST": HASH_COSTS[cost]},
                    application="kecs.config.wsgi:application",
                )
                made.servers[cost] = server.__enter__()
            with (folder / "sender.log").open("ab") as log:
                made.sender = subprocess.Popen(
                    [str(BIN / "kecs"), "send_mail", "--loop"], env=environment, stdout=log, stderr=log
                )
                made.settler = subprocess.Popen(
                    [str(BIN / "kecs"), "settle", "--loop"], env=environment, stdout=log, stderr=log
                )
            yield made
        finally:
            for server in made.servers.values():
                server.__exit__()
            for worker in (made.sender, made.settler):
                if worker is not None:
                    worker.terminate()
                    worker.wait()


def python(module: str, *arguments: str, **how: Any) -> subprocess.Popen[str]:
    """A module of this folder in a process of its own."""
    how.setdefault("env", clean_environment())
    return subprocess.Popen(
        [sys.executable, "-m", f"benchmarks.{module}", *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        **how,
    )
