"""Cases in a browser, from the educator's page to the closed case and the mail, on a phone and at a desk."""

from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from tests.factories import desk
from tests.factories import factors as f
from tests.factories.claims import ON_FILE, link_in, newest
from tests.factories.people import MARIA, Person, on_file
from tests.factories.visits import claim, register_new
from tests.inspection import InspectingClient
from tests.journeys import walking as w
from tests.journeys.conftest import Watch
from tests.journeys.test_states import Look, look, visitor

__all__ = ["look", "visitor"]  # fixtures
CLERK = Person(first_name="Ines", last_surname="Clerk", ssn="901550007", email="ines@example.org")
# Nobody is called so, and nothing may break by it.
LONG = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschaferswessenschafe"
SCRIPT = "<script>alert(1)</script>\"'&amp;"


@pytest.fixture(autouse=True)
def _believed(settings):
    """The box I'm not a robot is not what these journeys are about."""
    settings.KECS_ROBOT = "null"


@pytest.fixture
def clerk(transactional_db: None) -> None:
    """Staff with an app."""
    from kecs.accounts.models import User

    register_new(InspectingClient(), CLERK, username="ines.clerk")
    owner = User.objects.get(username="ines.clerk")
    f.as_staff(owner)
    f.with_app(owner)
    f.as_staff(User.objects.create(username="omar.reviewer", email="omar@example.org"))


def to_the_cases(page: Page, site: str) -> None:
    page.goto(f"{site}/")
    w.signs_in(page, "ines.clerk")
    page.locator("[name=code]").fill(f.code())
    w.press(page, "Continue")
    page.goto(f"{site}/desk/cases")
    w.is_at(page, "Cases")


def opens(page: Page, case_id: UUID) -> None:
    with page.expect_navigation():
        page.locator(f"a[href='/desk/cases/{case_id}']").click()


def chooses(page: Page, outcome: str, reason: str = "person_checked") -> None:
    page.get_by_label("Reason").select_option(reason)
    if page.get_by_label("Document that you saw").count():
        page.get_by_label("Document that you saw").select_option("driver_license")
    with page.expect_navigation():
        page.locator(f"button[name=outcome][value={outcome}]").click()
    w.is_at(page, "Is this right?")


def test_a_disavowed_claim(clerk: None, visitor: Page, look: Look, site: str):
    on_file(MARIA, contact_email=ON_FILE)
    claim(InspectingClient(), MARIA, username="thief", email="thief@example.net")
    page = visitor
    page.goto(site + link_in(newest("assurance.claimed", ON_FILE)))
    page.locator("label[for=id_not_me]").click()
    w.press(page, "This wasn't me")
    to_the_cases(page, site)
    look(page, "cases")
    opens(page, desk.case_of("disavowed_claim"))
    w.press(page, "Take it")
    w.sees(page, "This is yours now.")
    look(page, "case-disavowed")
    chooses(page, "release", "wrong_person")
    w.sees(page, "You told us that an account made for your educator record is not yours.")
    look(page, "case-disavowed-confirm")
    w.press(page, "Yes, do this")
    w.sees(page, "The case is closed.")
    assert "Our staff took the record from that account." in newest("console.alarm_answered", ON_FILE)


def test_several_records_and_a_page_that_grew_old(
    clerk: None, visitor: Page, look: Look, watch: Watch, site: str
):
    from kecs.records.models import Case, EducatorRecord

    watch.expect("status of 409")
    case_id = desk.several()
    page = visitor
    to_the_cases(page, site)
    opens(page, case_id)
    look(page, "case-several")
    record = Case.objects.get(pk=case_id).records.order_by("pk")[0]
    EducatorRecord.objects.filter(pk=record.pk).update(
        last_surname="Ortega", identity_version=record.identity_version + 1
    )
    page.get_by_label("Which record is this person's?").select_option(label="Record 2")
    page.get_by_label("Reason").select_option("person_checked")
    page.get_by_label("Document that you saw").select_option("driver_license")
    with page.expect_navigation():
        page.locator("button[name=outcome][value=give_evidence]").click()
    w.sees(page, "This changed since you opened it. Nothing was done.")
    look(page, "case-several-changed")
    page.get_by_label("Which record is this person's?").select_option(label="Record 2")
    chooses(page, "give_evidence")
    look(page, "case-several-confirm")
    w.press(page, "Yes, do this")
    w.sees(page, "The case is closed.")
    assert "found your record" in newest("console.record_given", MARIA.email)
    page.goto(f"{site}/desk/cases/{case_id}")
    w.is_at(page, "This case is closed")
    look(page, "case-closed")


def test_a_duplicate_with_names_that_nobody_has(clerk: None, visitor: Page, look: Look, site: str):
    from kecs.records.models import EducatorRecord

    case_id = desk.linkage_duplicate()
    first, second = EducatorRecord.objects.filter(contact_email=ON_FILE).order_by("pk")
    EducatorRecord.objects.filter(pk=first.pk).update(
        first_name=SCRIPT, last_surname=LONG, middle_name="𝔐\u202eaid", identity_version=2
    )
    EducatorRecord.objects.filter(pk=second.pk).update(
        first_name="{{ 7*7 }}", last_surname="%s%n" * 20, identity_version=2
    )
    page = visitor
    to_the_cases(page, site)
    opens(page, case_id)
    expect(page.locator("body")).to_contain_text(SCRIPT)
    look(page, "case-duplicate")
    chooses(page, "two_people", "false_alarm")
    w.sees(page, "None. Nobody is written to.")
    look(page, "case-duplicate-confirm")
    w.press(page, "Yes, do this")
    page.goto(f"{site}/desk/cases?state=closed")
    w.sees(page, "These are two people")
    look(page, "cases-closed")
