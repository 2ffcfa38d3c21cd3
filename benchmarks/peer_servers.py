"""Serves a peer, which is a few files of Django written to a folder, as ours is served and with our password hash."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks import bare_form, stock_allauth
from benchmarks.servers import Database, Server, clean_environment, folder_of_its_own

# Each brings a module `peer_settings`, and `peer_wsgi` with the application.
PEERS: Mapping[str, Mapping[str, str]] = {"bare": bare_form.FILES, "allauth": stock_allauth.FILES}
HASHERS = {
    "full": "kecs.accounts.hashers.Argon2PasswordHasher",
    "rest": "kecs.accounts.hashers.CheapArgon2PasswordHasher",
}


@contextmanager
def peer(name: str, database: Database, *, costs: tuple[str, ...]) -> Iterator[dict[str, Server]]:
    """A server for each cost of a password hash."""
    with folder_of_its_own() as folder, ExitStack() as stack:
        for file, text in PEERS[name].items():
            (folder / file).parent.mkdir(exist_ok=True)
            (folder / file).write_text(text.lstrip(), encoding="utf-8")
        environment = clean_environment() | {
            "DATABASE_URL": database.new(folder, tables=False),
            "DJANGO_SETTINGS_MODULE": "peer_settings",
            "PYTHONPATH": str(folder),
            "PEER_HASHER": HASHERS["full"],
        }
        migrate(folder, environment)
        yield {
            cost: stack.enter_context(
                Server(
                    folder=folder,
                    environment=environment | {"PEER_HASHER": HASHERS[cost]},
                    application="peer_wsgi:application",
                )
            )
            for cost in costs
        }


def migrate(folder: Path, environment: dict[str, str]) -> None:
    """Make its tables."""
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--verbosity=0"],
        env=environment,
        cwd=folder,
        check=True,
    )
