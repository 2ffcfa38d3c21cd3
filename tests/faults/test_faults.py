"""Each fault a few times, on the test's own database; `make faults` strikes thousands of times."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.faults.__main__ import faults


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
    assert outcome.broken == []
    assert outcome.times == (0 if name == "disk" and connection.vendor != "sqlite" else quick)
    assert outcome.counted.get("lost", 0) == 0
