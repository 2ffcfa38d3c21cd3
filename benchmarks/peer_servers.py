"""Serves a peer, which is a few files of Django written to a folder, as ours is served and with our password hash."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks import bare_form, stock_allauth
from benchmarks.servers import Database, Server, clean_environment, folder_of_its_own

# What `startproject` writes for everybody, with our hasher and a database that sixteen at once may write to.
OF_ALL = """
import os
import dj_database_url

SECRET_KEY = "of-the-peers-" + "0123456789" * 5
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]


def template_engine(folder):
    return {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [folder],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }


DATABASES = {"default": dj_database_url.parse(os.environ["DATABASE_URL"])}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # On the journal that SQLite keeps by default, one commit in some thousands failed under this load ("disk I/O error").
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = [os.environ["PEER_HASHER"]]
# Our hasher asks for these: one hash at once in each process, as ours, and everybody waits.
KECS_HASHES_AT_ONCE = 1
KECS_HASHES_WAITING = 1000
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
USE_TZ = True
"""
WSGI = """
import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peer_settings")
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
"""
# Each brings `peer_settings` and what that names; the one that is tuned, `after_migrate` too.
PEERS: Mapping[str, Mapping[str, str]] = {"bare": bare_form.FILES, "allauth": stock_allauth.FILES}
HASHERS = {
    "full": "kecs.accounts.hashers.Argon2PasswordHasher",
    "rest": "kecs.accounts.hashers.CheapArgon2PasswordHasher",
}


@contextmanager
def peer(name: str, database: Database, *, costs: tuple[str, ...]) -> Iterator[dict[str, Server]]:
    """A server for each cost of a password hash."""
    with folder_of_its_own() as folder, ExitStack() as stack:
        files = {"of_all_peers.py": OF_ALL, "peer_wsgi.py": WSGI, **PEERS[name]}
        for file, text in files.items():
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
    """Make its tables, and what it adds to them."""
    steps = [["-m", "django", "migrate", "--verbosity=0"]]
    if (folder / "after_migrate.py").exists():
        steps.append(["after_migrate.py"])
    for step in steps:
        subprocess.run([sys.executable, *step], env=environment, cwd=folder, check=True)
