"""What the tests of this room share."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # Django is not ready when this file is read
    from kecs.records.models import EducatorRecord
    from tests.inspection import InspectingClient


@pytest.fixture
def record(db: None) -> "EducatorRecord":
    """A record on file, with an address and more than a searcher types."""
    from tests.factories.claims import ON_FILE
    from tests.factories.people import MARIA, on_file

    return on_file(MARIA, contact_email=ON_FILE, other_names=[("", "Delgado")], middle_name="Esperanza")


@pytest.fixture
def thief(record: "EducatorRecord") -> "InspectingClient":
    """Knows everything that the search asks, came first, and reads his own mail."""
    from tests.factories.people import MARIA
    from tests.factories.visits import claim
    from tests.inspection import InspectingClient

    browser = InspectingClient()
    claim(browser, MARIA, username="thief", email="thief@example.net")
    return browser
