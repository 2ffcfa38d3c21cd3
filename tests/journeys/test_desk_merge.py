"""Two records become one and two again, in a browser: on a phone and at a desk, judged by axe as every page."""

import pytest
from playwright.sync_api import Page

from tests.factories import factors as f
from tests.factories.people import MARIA, Person, on_file
from tests.factories.visits import claim, register_new
from tests.inspection import InspectingClient
from tests.journeys import walking as w
from tests.journeys.test_desk import CLERK
from tests.journeys.test_states import Look, look, visitor

__all__ = ["look", "visitor"]  # fixtures
TWIN = Person(first_name="Maria-Guadalupe", last_surname="Ortega-Montenegro", ssn="901554321")


@pytest.fixture(autouse=True)
def _believed(settings):
    """The box I'm not a robot is not what this journey is about."""
    settings.KECS_ROBOT = "null"


@pytest.fixture
def twins(transactional_db: None) -> tuple[str, str]:
    """Staff with an app, and María on file twice, once with an account; the address of her page, and her other number."""
    from kecs.accounts.models import User

    register_new(InspectingClient(), CLERK, username="ines.clerk")
    clerk = User.objects.get(username="ines.clerk")
    f.as_staff(clerk)
    f.with_app(clerk)
    record = on_file(MARIA, contact_email="old@example.org", other_names=[("", "Delgado")])
    claim(InspectingClient(), MARIA)
    other = on_file(TWIN, contact_email="another.address.that.is.long@schools.example.org")
    return f"/desk/people/{record.pk}/merge", other.staff_unique_id


def test_merged_and_undone(twins: tuple[str, str], visitor: Page, look: Look, site: str):
    page, (address, number) = visitor, twins
    page.goto(f"{site}/")
    w.signs_in(page, "ines.clerk")
    page.locator("[name=code]").fill(f.code())
    w.press(page, "Continue")
    page.goto(site + address)
    look(page, "merge-which")
    page.get_by_label("Number on file of the other record").fill(number)
    w.press(page, "Show both records")
    w.is_at(page, "Are they one person?")
    look(page, "merge-sides")
    page.get_by_role("group", name="Last Name").get_by_label(TWIN.last_surname).check()
    page.get_by_role("group", name="Social Security Number").get_by_label("record 1").check()
    page.get_by_label("Why are they one person?").select_option("typed_wrong")
    w.press(page, "Show what will move")
    w.is_at(page, "This will move")
    look(page, "merge-moves")
    w.press(page, "Yes, merge them")
    w.is_at(page, "Merge of two records")
    look(page, "merged")
    w.press(page, "Undo the merge")
    look(page, "merge-undo")
    w.press(page, "Yes, undo the merge")
    w.sees(page, "There are two records again")
    page.goto(f"{site}/desk/merges")
    look(page, "merges")
