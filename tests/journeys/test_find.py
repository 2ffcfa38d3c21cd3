"""Find a person in a browser: by keyboard from the front page of the desk, on a phone and at a desk."""

import pytest
from playwright.sync_api import Page

from tests.factories import factors as f
from tests.factories.people import Person, on_file
from tests.factories.visits import register_new
from tests.inspection import InspectingClient
from tests.journeys import walking as w
from tests.journeys.test_states import Look, look, visitor

__all__ = ["look", "visitor"]  # fixtures
CLERK = Person(first_name="Ines", last_surname="Clerk", ssn="901550007", email="ines@example.org")


@pytest.fixture
def garcias(transactional_db: None, settings) -> None:
    """Staff with an app, and three people of nearly one name."""
    from kecs.accounts.models import User

    settings.KECS_ROBOT = "null"
    register_new(InspectingClient(), CLERK, username="ines.clerk")
    clerk = User.objects.get(username="ines.clerk")
    f.as_staff(clerk)
    f.with_app(clerk)
    for number, last in ((4411, "Garcia"), (5522, "García Lopez"), (6633, "Stone")):
        on_file(
            Person(first_name="Maria", last_surname=last, ssn=f"90066{number}"),
            other_names=[("", "Garcia")] if last == "Stone" else [],
            deceased=last == "Garcia",
        )


def test_a_clerk_finds_the_right_garcia_without_a_mouse(garcias: None, visitor: Page, look: Look, site: str):
    page = visitor
    page.goto(f"{site}/")
    w.signs_in(page, "ines.clerk")
    page.locator("[name=code]").fill(f.code())
    w.press(page, "Continue")
    page.goto(f"{site}/desk")
    look(page, "find-front")
    page.get_by_label("Who?").fill("garcia, mar")
    page.keyboard.press("Enter")
    w.is_at(page, "Find a person")
    w.sees(page, "People found (3)")
    w.sees(page, "Found by a former name: Garcia")
    look(page, "find-garcias")
    page.get_by_label("Who?").fill("6633 04/09/1985")
    page.keyboard.press("Enter")
    w.sees(page, "People found (1)")
    assert page.get_by_label("Who?").input_value() == ""
    page.reload()
    w.sees(page, "People found (1)")
    page.get_by_label("Who?").fill("qqq")
    page.keyboard.press("Enter")
    w.sees(page, "Nobody found")
    look(page, "find-nobody")
