"""What the tests of this room share."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # Django is not ready when this file is read
    from tests.factories.imports import Ran


@pytest.fixture
def run(tmp_path: Path) -> "Callable[..., Ran]":
    """Write a file of these lines under the header, and import it."""
    from tests.factories.imports import HEADER, Ran

    def write_and_run(*lines: str, header: str = HEADER, options: tuple[str, ...] = ("--apply",)) -> Ran:
        path = tmp_path / "records.csv"
        path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        return Ran(str(path), *options)

    return write_and_run
