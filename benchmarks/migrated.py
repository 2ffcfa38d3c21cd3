"""Databases that begin with all tables: made once by the migrations, then copied.

Migrating takes six seconds of a processor; every worker of the tests, the quick forms of the benchmarks, the faults and the
attacks each make an installation or two. What `kecs migrate` would do is in the copy already, so whoever calls it afterwards
changes nothing.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "build" / "migrated"
BIN = Path(sys.executable).parent


def digest() -> str:
    """Of whatever the tables come from: our migrations, and the versions of the packages that bring their own."""
    seen = hashlib.sha256((ROOT / "requirements" / "dev.txt").read_bytes())
    for path in sorted((ROOT / "src" / "kecs").rglob("migrations/*.py")):
        seen.update(path.relative_to(ROOT).as_posix().encode())
        seen.update(path.read_bytes())
    return seen.hexdigest()[:16]


def migrated() -> Path:
    """A SQLite file with every table and no rows but those that migrations write; made where it is missing."""
    file = KEPT / f"{digest()}.sqlite3"
    if file.exists():
        return file
    KEPT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="kecs-migrated-") as folder:
        made = Path(folder) / "kecs.sqlite3"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("KECS_")}
        environment |= {
            "DJANGO_SETTINGS_MODULE": "kecs.config.settings",
            "DATABASE_URL": f"sqlite:///{made}",
            "KECS_MODE": "development",
            "KECS_VAR_DIR": folder,
        }
        for words in (["make_keyring", "--label", "development"], ["migrate", "-v0"]):
            subprocess.run([str(BIN / "kecs"), *words], env=environment, check=True, capture_output=True)
        # Another process may have made it meanwhile: the last one stays, and all are alike.
        beside = file.with_name(f"{file.name}.{os.getpid()}")
        shutil.copyfile(made, beside)
        beside.replace(file)
    return file


def lay_tables(file: Path) -> None:
    """Put a database with all tables where nothing is yet."""
    shutil.copyfile(migrated(), file)


def make_tables(environment: Mapping[str, str], kecs: str = str(BIN / "kecs")) -> None:
    """All tables in the empty database of this installation: copied on SQLite, by `kecs migrate` elsewhere, of the version named."""
    url = environment["DATABASE_URL"]
    if url.startswith("sqlite:///"):
        lay_tables(Path(url.removeprefix("sqlite:///")))
        return
    subprocess.run([kecs, "migrate", "-v0"], env=dict(environment), check=True, capture_output=True)
