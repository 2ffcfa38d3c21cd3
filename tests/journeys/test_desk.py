"""The desk in a browser: staff sign in with both steps, open a case, open its document, and decide; on a phone and at a desk."""

import pytest
from playwright.sync_api import Page

from tests.factories import factors as f
from tests.factories.documents import jpeg
from tests.factories.people import MARIA, Person, on_file
from tests.factories.visits import claim, register_new
from tests.inspection import InspectingClient
from tests.journeys import walking as w
from tests.journeys.test_states import Look, look, visitor

__all__ = ["look", "visitor"]  # fixtures
CLERK = Person(first_name="Ines", last_surname="Clerk", ssn="901550007", email="ines@example.org")


@pytest.fixture(autouse=True)
def _believed(settings):
    """The box I'm not a robot is not what these journeys are about."""
    settings.KECS_ROBOT = "null"


@pytest.fixture
def waiting(transactional_db: None) -> None:
    """Staff with an app, and an educator who asks for a correction with a document."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from kecs.accounts.models import User

    register_new(InspectingClient(), CLERK, username="ines.clerk")
    clerk = User.objects.get(username="ines.clerk")
    f.as_staff(clerk)
    f.with_app(clerk)
    on_file(MARIA, contact_email="old@example.org")
    maria = InspectingClient()
    claim(maria, MARIA)
    papers = [SimpleUploadedFile("marriage.jpg", jpeg())]
    asked = {"last_surname": "Stone", "why": "marriage", "documents": papers}
    assert maria.post("/corrections", asked).status_code == 302


def test_a_correction_at_the_desk(waiting: None, visitor: Page, look: Look, site: str):
    page = visitor
    page.goto(f"{site}/")
    w.signs_in(page, "ines.clerk")
    page.locator("[name=code]").fill(f.code())
    w.press(page, "Continue")
    w.is_at(page, "Home Page")
    look(page, "desk-home")
    w.follow(page, "To the staff desk")
    w.is_at(page, "Desk")
    look(page, "desk")
    page.goto(f"{site}/desk/cases")
    page.locator("a[href^='/desk/cases/']").first.click()
    w.sees(page, "marriage.jpg")
    look(page, "desk-case")
    with page.expect_download() as started:
        w.button(page, "Open document 1").click()
    assert started.value.suggested_filename
    page.get_by_label("Reason").select_option("person_checked")
    page.get_by_label("What we write to the person").fill("Your certificate is in order.")
    page.locator("button[name=outcome][value=accept]").click()
    w.is_at(page, "Is this right?")
    look(page, "desk-confirm")
    w.press(page, "Yes, do this")
    w.is_at(page, "Cases")
    w.sees(page, "The case is closed.")
    look(page, "desk-decided")
    page.goto(f"{site}/desk/letters")
    look(page, "desk-letters")
    for address, name in (("security", "security"), ("weekly", "weekly"), ("staff", "staff")):
        page.goto(f"{site}/desk/{address}")
        look(page, f"desk-{name}")
    page.get_by_role("link", name="ines.clerk").click()
    w.sees(page, "These are your own roles.")
    look(page, "desk-member")
