"""A clerk's telephone call in a browser: why she looks, what is wrong, two clicks, a correction, a number that masks itself; at both widths."""

import pytest
from playwright.sync_api import Page

from kecs.accounts.tries import UNKNOWN
from tests.factories import factors as f
from tests.factories.claims import ON_FILE
from tests.factories.people import MARIA, on_file
from tests.factories.visits import claim, register_new
from tests.inspection import InspectingClient
from tests.journeys import walking as w
from tests.journeys.test_desk import CLERK
from tests.journeys.test_states import Look, look, visitor

__all__ = ["look", "visitor"]  # fixtures


@pytest.fixture(autouse=True)
def _believed(settings):
    """The box I'm not a robot is not what this journey is about."""
    settings.KECS_ROBOT = "null"


@pytest.fixture
def record_id(transactional_db: None) -> str:
    """María claimed her record and typed wrong passwords until it stopped; a clerk with an app."""
    from kecs.accounts.models import User
    from kecs.guard.actions import stop
    from tests.factories.mails import write_mails

    register_new(InspectingClient(), CLERK, username="ines.clerk")
    clerk = User.objects.get(username="ines.clerk")
    f.as_staff(clerk)
    f.with_app(clerk)
    record = on_file(MARIA, contact_email=ON_FILE, other_names=[("María", "Fuentes")])
    claim(InspectingClient(), MARIA, username="maria.fuentes")
    write_mails()
    owner = User.objects.get(username="maria.fuentes")
    stop(limit=UNKNOWN, subject=str(owner.pk), by="tests")
    return str(record.pk)


def test_a_call(record_id: str, visitor: Page, look: Look, site: str):
    page = visitor
    page.goto(f"{site}/")
    w.signs_in(page, "ines.clerk")
    page.locator("[name=code]").fill(f.code())
    w.press(page, "Continue")
    w.is_at(page, "Home Page")
    page.goto(f"{site}/desk/people/{record_id}")
    w.is_at(page, "Why do you look at this person?")
    look(page, "person-why")
    w.press(page, "Phone call")
    w.is_at(page, "María Fuentes-Ortega")
    w.sees(page, "Too many wrong tries: the sign-in is stopped.")
    look(page, "person")
    page.locator(".kecs-troubles").get_by_role("link", name="Unlock the sign-in").click()
    w.is_at(page, "Unlock the sign-in")
    look(page, "person-unlock")
    page.get_by_label("Reason").select_option("caller_checked")
    w.press(page, "Yes, do this")
    w.is_at(page, "María Fuentes-Ortega")
    w.sees(page, "Done: Unlock the sign-in.")
    w.follow(page, "Correct a fact")
    page.get_by_label("Last Name").fill("Stone")
    page.get_by_label("Why is it wrong?").select_option("marriage")
    page.get_by_label("Document that you saw").select_option("marriage_certificate")
    page.get_by_label("Reason").select_option("written_checked")
    look(page, "person-correct")
    w.press(page, "Yes, do this")
    w.is_at(page, "María Stone")
    w.follow(page, "Show the whole number")
    page.get_by_label("Reason").select_option("compare_document")
    page.get_by_label("Ticket number").fill("HD-7")
    look(page, "person-reveal")
    page.clock.install()
    w.press(page, "Show it once")
    number = page.locator("[data-shown-once]")
    page.clock.fast_forward(20_000)
    assert number.inner_text() == "900-55-4321"
    assert "4321" not in page.url
    page.clock.fast_forward(11_000)
    assert number.inner_text() == "***-**-4321"
    look(page, "person-revealed")
    w.follow(page, "Back to María Stone")
    w.sees(page, "saw the whole Social Security number.")
    look(page, "person-after")
