"""Asking for a correction in a browser: on a phone, without script, and each page in each state it can be in."""

import pytest
from playwright.sync_api import Page

from tests.factories.documents import jpeg, pdf
from tests.factories.people import MARIA
from tests.factories.visits import claim
from tests.inspection import InspectingClient
from tests.journeys import walking as w
from tests.journeys.test_states import Look, look, visitor

__all__ = ["look", "visitor"]  # fixtures
PHOTO = {"name": "marriage certificate.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
PROGRAM = {"name": "form.pdf", "mimeType": "application/pdf", "buffer": pdf(b"<< /S /JavaScript >>")}


@pytest.fixture(autouse=True)
def _believed(settings):
    """The box I'm not a robot is not what these journeys are about."""
    settings.KECS_ROBOT = "null"


def signed_in(page: Page, site: str) -> None:
    """Maria, who claimed her record, at her Home Page."""
    from tests.factories.people import on_file

    on_file(MARIA)
    visits = InspectingClient()
    claim(visits, MARIA)
    cookie = visits.cookies["session"]
    page.context.add_cookies([{"name": "session", "value": cookie.value, "url": site}])
    page.goto(f"{site}/home")


def test_a_correction_in_each_state(visitor: Page, look: Look, site: str):
    page = visitor
    signed_in(page, site)
    w.follow(page, "Ask for a correction")
    look(page, "corrections-ask")
    w.press(page, "Send my request")
    look(page, "corrections-ask-errors")
    page.get_by_label("Last Name").fill("Stone")
    page.locator("[name=ssn]").fill("900-66-7788")
    page.get_by_label("Why is it wrong?").select_option("marriage")
    page.get_by_label("Photos or PDFs").set_input_files([PHOTO, PROGRAM])  # type: ignore[arg-type]
    w.press(page, "Send my request")
    w.sees(page, "can run a program")
    page.locator("[name=ssn]").fill("900-66-7788")
    page.get_by_label("Photos or PDFs").set_input_files([PHOTO, PHOTO])  # type: ignore[arg-type]
    w.press(page, "Send my request")
    w.is_at(page, "Your request for a correction")
    look(page, "corrections-state")
    page.goto(f"{site}/home")
    look(page, "corrections-home")
    w.follow(page, "See your request")
    w.press(page, "Take my request back")
    look(page, "corrections-withdrawn")
    page.goto(f"{site}/corrections/not-me/x")
    look(page, "corrections-not-me")


def test_a_correction_without_script(noscript_page: Page, site: str):
    page = noscript_page
    signed_in(page, site)
    w.follow(page, "Ask for a correction")
    page.get_by_label("Last Name").fill("Stone")
    page.get_by_label("Why is it wrong?").select_option("marriage")
    page.get_by_label("Photos or PDFs").set_input_files([PHOTO])  # type: ignore[arg-type]
    w.press(page, "Send my request")
    w.is_at(page, "Your request for a correction")
    w.sees(page, "marriage certificate.jpg")
