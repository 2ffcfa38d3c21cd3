"""Each fault a few times, on the test's own database; `make faults` strikes thousands of times."""

import os
import sqlite3
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection

from benchmarks.migrated import make_tables
from tests.faults.__main__ import faults
from tests.faults.portal import environment_of


@pytest.fixture
def settled(settings: Any) -> None:
    """As the faults' own installation has it."""
    settings.KECS_ROBOT = "null"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("name", ["mailer", "smtp", "answer", "disk", "limiter"])
def test_what_must_hold_holds(name: str, tmp_path: Path) -> None:
    fault, quick, _whole = faults()[name]
    outcome = fault(quick, tmp_path)
    if name == "disk" and connection.vendor != "sqlite":
        pytest.skip(outcome.fault)
    assert outcome.broken == []
    assert outcome.times == quick
    assert outcome.counted.get("lost", 0) == 0


@pytest.mark.any_database("a file of SQLite's, whatever the tests run on")
@pytest.mark.parametrize("named", [{}, {"DATABASE_URL": ""}])
def test_without_an_address_the_tables_are_made_in_the_folder_of_the_faults(
    tmp_path: Path, named: dict[str, str]
) -> None:
    with patch.dict(os.environ):
        os.environ.pop("DATABASE_URL", None)
        os.environ.update(named)
        environment = environment_of(tmp_path)
        assert environment["DATABASE_URL"] == f"sqlite:///{tmp_path / 'kecs.sqlite3'}"
        make_tables(environment)
    with sqlite3.connect(tmp_path / "kecs.sqlite3") as database:
        assert database.execute("SELECT count(*) FROM accounts_user").fetchone() == (0,)
