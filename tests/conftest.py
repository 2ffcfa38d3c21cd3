"""What every test stands on: an installation of its own, and a client that looks at each page it gets."""

import atexit
import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:  # Django is not ready when this file is read
    from tests.inspection import InspectingClient


# --- An installation of its own ----------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    """The switch that `make test` uses for its run on PostgreSQL."""
    parser.addoption(
        "--database-only", action="store_true", help="run only the tests that touch the database"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Make the installation, before pytest-django loads the settings. DATABASE_URL is respected; KECS_* and a standby are not."""
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        return  # with -n, each worker makes its own, and would inherit ours
    if "DJANGO_SETTINGS_MODULE" in os.environ:
        raise pytest.UsageError(
            "Unset DJANGO_SETTINGS_MODULE: the tests make the environment of their settings."
        )
    var = Path(tempfile.mkdtemp(prefix="kecs-tests-"))
    atexit.register(shutil.rmtree, var, ignore_errors=True)
    for name in [name for name in os.environ if name.startswith("KECS_") or name == "DATABASE_STANDBY_URL"]:
        del os.environ[name]
    os.environ.update(
        DJANGO_SETTINGS_MODULE="kecs.config.settings",
        KECS_MODE="development",
        KECS_VAR_DIR=str(var),
        KECS_SECRET_KEY="for-tests-only-" + "0123456789" * 5,
        KECS_PASSWORD_HASH_COST="test",
        KECS_ALTCHA_COST="50",
        KECS_SEARCH_TAKES_MS="0",
        KECS_LOG_LEVEL="ERROR",
    )
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{var / 'kecs.sqlite3'}")

    import hypothesis
    from django.conf import settings

    from kecs.pii.keyring import Keyring

    Keyring.create(settings.KECS_KEYRING, label="development")
    # How long an example takes depends on who else uses the machine. Where a change is judged, the examples are always the same:
    # what a new one finds is not the fault of the change; everywhere else they are new each time.
    hypothesis.settings.register_profile("kecs", deadline=None, derandomize=bool(os.environ.get("CI")))
    hypothesis.settings.load_profile("kecs")
    # For what is run now and then: pytest --hypothesis-profile=thousand tests/rooms/records/test_merge_sequences.py
    hypothesis.settings.register_profile("thousand", deadline=None, max_examples=1000, stateful_step_count=12)


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """On SQLite what the next fixture puts there; elsewhere what another run left is made anew."""
    from django.db import connection

    return connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """SQLite in a file, not in memory: threads and browsers then meet the locks that a real installation has.

    It begins as a copy with all tables: migrating took each worker six seconds.
    """
    from django.conf import settings
    from django.db import connections

    from benchmarks.migrated import lay_tables

    database = connections["default"].settings_dict
    if database["ENGINE"] == "django.db.backends.sqlite3":
        file = settings.KECS_VAR_DIR / "test.sqlite3"
        lay_tables(file)
        database["TEST"]["NAME"] = str(file)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """With the roles that each process has in production."""
    from django.db import connection

    from tests.roles import make_roles

    if connection.vendor == "postgresql":
        with django_db_blocker.unblock():
            make_roles()


@pytest.fixture(scope="session", autouse=True)
def _quick_between_tests() -> Iterator[None]:
    """What Django and WhiteNoise do anew for each test or client, with the same result each time, is done once."""
    from django.test import TransactionTestCase
    from whitenoise.base import WhiteNoise

    from tests.emptying import empty_tables
    from tests.static_files import listed_once

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)
        patch.setattr(WhiteNoise, "update_files_dictionary", listed_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def _clock_read() -> None:
    """The database was asked what time it is: once a minute a page asks for one statement more, and two are compared."""
    import time
    from datetime import UTC, datetime

    from kecs.audit import clock

    clock._asked = (datetime.now(UTC), time.monotonic())
    clock.ASKED_EVERY = float("inf")


def pytest_collection_finish() -> None:
    """What is in memory now stays to the end: the garbage collector need not look through all of it again and again."""
    gc.freeze()


@pytest.fixture(autouse=True)
def _roles_of_production(request: pytest.FixtureRequest) -> Iterator[None]:
    """Where a test asks PostgreSQL; SQLite has no roles."""
    from django.conf import settings

    from tests.roles import each_by_its_role

    if "sqlite" in settings.DATABASES["default"]["ENGINE"] or not touches_database(request.node):
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        each_by_its_role(patch)
        yield


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Each test begins in English: a request leaves its language to the thread, and the next test has the same one."""
    from django.utils import translation

    with translation.override("en"):
        yield


# --- Choosing tests ----------------------------------------------------------------------------------------------


def touches_database(item: pytest.Item) -> bool:
    """Whether the test, or a fixture it uses, asks for the database, and could come out otherwise on another one."""
    if (marker := item.get_closest_marker("any_database")) is not None:
        if not marker.args:
            raise pytest.UsageError(f"{item.nodeid}: any_database takes a word on why.")
        return False
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(fixtures & {"db", "transactional_db"})


# Here the cases of a test differ in what is typed, or by whom; elsewhere in what is asked of the database.
ALIKE_BUT_FOR_WORDS = frozenset(
    {"accounts", "config", "console", "corrections", "guard", "mail", "registration"}
)


def cases_to_spare(items: list[pytest.Item]) -> set[pytest.Item]:
    """Of tests in those rooms: the cases between the first and the last, by name. Every test itself stays."""
    cases: dict[tuple[Path, str], list[pytest.Item]] = {}
    for item in items:
        if isinstance(item, pytest.Function) and ALIKE_BUT_FOR_WORDS & set(item.path.parts):
            cases.setdefault((item.path, item.originalname), []).append(item)
    return {item for alike in cases.values() for item in sorted(alike, key=lambda each: each.nodeid)[1:-1]}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Slow tests first, so that no worker is left with one when the other has nothing to do.

    With --database-only, leave out what another database cannot change, and the browser tests: pages are alike. Of a test
    of the front rooms and of the desk, the first and the last case stay.
    """
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
    if not config.getoption("--database-only"):
        return
    chosen: list[pytest.Item] = []
    others: list[pytest.Item] = []
    spared = cases_to_spare(items)
    for item in items:
        fits = touches_database(item) and "journeys" not in item.path.parts and item not in spared
        (chosen if fits else others).append(item)
    config.hook.pytest_deselected(items=others)
    items[:] = chosen


# --- Clients -----------------------------------------------------------------------------------------------------


@pytest.fixture
def client() -> "InspectingClient":
    """A browser without script; the test fails when a page that it gets breaks a rule of the house."""
    from tests.inspection import InspectingClient

    return InspectingClient()
