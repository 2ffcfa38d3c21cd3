"""A member of staff with a second factor, signed in; and people whose cases she decides."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # Django is not ready when this file is read
    from kecs.records.models import EducatorRecord
    from tests.inspection import InspectingClient


@pytest.fixture
def staff(db: None) -> "InspectingClient":
    """Signed in with both steps."""
    from kecs.accounts.models import User
    from tests.factories.factors import as_staff, code, types_code, types_password, with_app
    from tests.factories.people import Person
    from tests.factories.visits import register_new
    from tests.inspection import InspectingClient

    clerk = Person(first_name="Ines", last_surname="Clerk", ssn="901550007", email="ines@example.org")
    register_new(InspectingClient(), clerk, username="ines.clerk")
    owner = User.objects.get(username="ines.clerk")
    as_staff(owner)
    with_app(owner)
    browser = InspectingClient()
    types_password(browser, login="ines.clerk")
    types_code(browser, code())
    return browser


@pytest.fixture
def record(db: None) -> "EducatorRecord":
    """María's, with an address on file."""
    from tests.factories.claims import ON_FILE
    from tests.factories.people import MARIA, on_file

    return on_file(MARIA, contact_email=ON_FILE)
