"""A request for a correction at the desk: its documents open in a real browser too, and what is agreed to is shown."""

from datetime import date

import pytest
from django.contrib.auth import get_user_model

from kecs.corrections.actions import Asked, ask_for_correction
from kecs.corrections.content import accepted
from kecs.corrections.documents.actions import Upload
from kecs.corrections.kinds import Why
from kecs.records.kinds import CaseKind
from kecs.records.models import Case
from tests.factories.desk import stamp_in
from tests.factories.documents import jpeg
from tests.factories.people import MARIA
from tests.factories.visits import claim
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def case_page(staff, record):
    """The address of the case that María's request opened."""
    claim(InspectingClient(), MARIA)
    maria = get_user_model().objects.get(username="maria.fuentes").pk
    asked = Asked(why=Why.MARRIAGE, first_name="", last_surname="Stone", birth_date=date(1985, 4, 10), ssn="")
    upload = Upload(name="a.jpg", content=accepted(jpeg()))
    ask_for_correction(account_id=maria, asked=asked, uploads=[upload], by=f"account:{maria}")
    return f"/desk/cases/{Case.objects.get(kind=CaseKind.CORRECTION).pk}"


def test_the_button_that_opens_a_document_carries_the_token(staff, case_page):
    page = staff.get(case_page).content.decode()
    form = page[page.index('action="/desk/documents/') :]
    assert "csrfmiddlewaretoken" in form[: form.index("</form>")]


def test_what_is_asked_stands_where_it_is_agreed_to(staff, case_page):
    facts = {"outcome": "accept", "reason": "person_checked", "note": "Thank you."}
    page = staff.post(case_page, {**facts, "stamp": stamp_in(staff.get(case_page))}).content.decode()
    assert "Is this right?" in page
    assert "Stone" in page
