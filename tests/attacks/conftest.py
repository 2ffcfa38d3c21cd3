"""The small form of the playbook: in this process, with the robot check solved and mail in a folder of the test's own."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.attacks.bars import QUICK

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.attacks.portal import Portal


@pytest.fixture
def portal(transactional_db: None, settings: "Settings", tmp_path: Path) -> "Portal":
    """Called in this process."""
    from tests.attacks.portal import Portal

    settings.KECS_ROBOT = "null"
    settings.KECS_MAIL_DIR = tmp_path / "mail"
    return Portal(sizes=QUICK)
