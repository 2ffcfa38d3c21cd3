"""A whole Social Security number: a reason, a ticket and a fresh second factor; once, counted, alarmed, and seen by its owner."""

import re

import pytest
from django.utils import translation

from kecs.accounts.models import User
from kecs.accounts.staff.actions import give_role, take_role
from kecs.accounts.staff.roles import StaffRole
from kecs.audit.models import AuditEvent
from kecs.console.messages import EVENT_WORDS
from kecs.console.revealing.actions import allow_reveals, reveal_ssn
from kecs.mail.models import OutboxMessage
from kecs.records.kinds import MergeReason
from kecs.records.merging.actions import merge_records
from kecs.records.merging.plan import FACTS, Choices, Side
from kecs.records.revealing.reasons import RevealReason, is_ticket
from tests.factories.claims import confirm_address
from tests.factories.factors import as_staff, grows_stale
from tests.factories.people import MARIA, Person, on_file
from tests.factories.visits import claim, errors, heading, register_new
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db
NUMBER = "900-55-4321"
WHY = {"reason": "compare_document", "ticket": "HD-2041"}


@pytest.fixture
def clerk(staff, record):
    """Signed in, has said why she looks at María."""
    staff.post(f"/desk/people/{record.pk}", {"why": "phone_call"})
    return staff


def asks(clerk, record, **answers):
    """Opens the form and sends it."""
    form = clerk.get(f"/desk/people/{record.pk}/ssn").content.decode()
    found = re.search(r'name="once" value="([^"]+)"', form)
    once = found.group(1) if found else ""
    return clerk.post(f"/desk/people/{record.pk}/ssn", {**WHY, "once": once, **answers})


def reveals():
    return AuditEvent.objects.filter(code="records.ssn_revealed")


def test_it_is_shown_once_and_is_on_the_log(clerk, record):
    shown = asks(clerk, record)
    assert NUMBER in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    assert 'data-masked="***-**-4321"' in shown.content.decode()
    [row] = reveals()
    assert (row.subject, row.keys) == (f"record:{record.pk}", WHY)
    # The same form again, as a reload would send it.
    again = clerk.post(f"/desk/people/{record.pk}/ssn", {**WHY, "once": "used"})
    assert again.status_code == 409
    assert NUMBER not in again.content.decode()
    assert reveals().count() == 1
    assert NUMBER not in clerk.get(f"/desk/people/{record.pk}").content.decode()


@pytest.mark.parametrize(
    "answers", [{"reason": ""}, {"ticket": ""}, {"ticket": "900-55-4321"}, {"ticket": "for María"}]
)
def test_without_each_condition_it_is_refused(clerk, record, answers):
    refused = asks(clerk, record, **answers)
    assert len(errors(refused)) == 1
    assert NUMBER not in refused.content.decode()
    assert not reveals().exists()


def test_without_a_fresh_second_factor_or_a_reason_for_looking_it_is_refused(clerk, record):
    path = f"/desk/people/{record.pk}/ssn"
    grows_stale(clerk)
    assert clerk.post(path, WHY).headers["Location"].startswith("/account/again?")
    assert not reveals().exists()


def test_a_look_needs_its_own_reason_first(staff, record):
    path = f"/desk/people/{record.pk}/ssn"
    assert staff.get(path).headers["Location"] == f"/desk/people/{record.pk}"
    assert staff.post(path, WHY).headers["Location"] == f"/desk/people/{record.pk}"
    assert not reveals().exists()


def test_the_21st_in_an_hour_is_refused_told_and_stops_until_an_officer_allows_it(clerk, record):
    officer = Person(first_name="Sol", last_surname="Officer", ssn="901551199", email="sol@example.org")
    register_new(InspectingClient(), officer, username="sol.officer")
    sol, ines = User.objects.get(username="sol.officer"), User.objects.get(username="ines.clerk")
    as_staff(sol, StaffRole.SECURITY_OFFICER)
    by = f"account:{ines.pk}"
    for _each in range(20):
        reveal_ssn(record_id=record.pk, reason=RevealReason.LEGAL, ticket="T1", by=by)
    stopped = asks(clerk, record)
    assert stopped.status_code == 429
    assert NUMBER not in stopped.content.decode()
    assert reveals().count() == 20
    assert AuditEvent.objects.filter(code="console.reveals_stopped", subject=by).count() == 1
    told = set(OutboxMessage.objects.filter(kind="console.reveals_stopped").values_list("to", flat=True))
    assert told == {"sol@example.org", "ines@example.org"}  # Ines has every role
    assert asks(clerk, record).status_code == 429
    assert AuditEvent.objects.filter(code="console.reveals_stopped").count() == 1
    allow_reveals(staff_account_id=ines.pk, by=f"account:{sol.pk}")
    assert NUMBER in asks(clerk, record).content.decode()


def test_an_officer_allows_it_from_the_page_and_nobody_does_for_herself(clerk, record):
    ines = User.objects.get(username="ines.clerk")
    assert (
        clerk.post(
            f"/desk/accounts/{ines.pk}/repairs/allow-reveals", {"reason": "found_by_staff"}
        ).status_code
        == 403
    )


def test_the_owner_sees_when_and_why_in_her_language(clerk, record):
    maria = InspectingClient()
    claim(maria, MARIA, username="maria", email="on.file@example.org")
    confirm_address(maria, "on.file@example.org")
    assert "Nobody of our staff did." in maria.get("/record").content.decode()
    asks(clerk, record)
    seen = maria.get("/record").content.decode()
    assert "Our staff looked at your Social Security number on" in seen
    assert "to compare it with a document" in seen
    assert "ines" not in seen
    assert NUMBER not in seen
    maria.post("/language/setlang/", {"language": "es", "next": "/record"})
    with translation.override("es"):
        assert "número de Seguro Social" in maria.get("/record").content.decode()


def test_a_look_at_a_record_that_hers_absorbed_stays_in_her_list(staff, clerk, record):
    """Whoever looked may have merged the two afterwards; the officer's list has it as well."""
    maria = InspectingClient()
    claim(maria, MARIA, username="maria", email="on.file@example.org")
    confirm_address(maria, "on.file@example.org")
    twin = on_file(Person(first_name="Maria", last_surname="Ortega", ssn="901554321"))
    clerk.post(f"/desk/people/{twin.pk}", {"why": "phone_call"})
    asks(clerk, twin)
    assert "Nobody of our staff did." in maria.get("/record").content.decode()
    merge_records(
        first_id=record.pk,
        second_id=twin.pk,
        choices=Choices(survivor=Side.FIRST, facts=dict.fromkeys(FACTS, Side.FIRST), person_checked=True),
        reason=MergeReason.PERSON_CHECKED,
        by="account:tests",
    )
    assert "Our staff looked at your Social Security number on" in maria.get("/record").content.decode()
    page = staff.get(f"/desk/security/people/{record.pk}").content.decode()
    assert str(EVENT_WORDS["records.ssn_revealed"]) in page


def test_only_those_four_digits_are_on_file_that_the_page_shows(clerk, record):
    thin = on_file(Person(first_name="Thin", last_surname="File"), ssn="4321")
    clerk.post(f"/desk/people/{thin.pk}", {"why": "letter"})
    assert "Show the whole number" not in clerk.get(f"/desk/people/{thin.pk}").content.decode()
    assert asks(clerk, thin).status_code == 404


def test_who_may_not_gets_no_link_and_no_page(clerk, record):
    ines = User.objects.get(username="ines.clerk")
    other = Person(first_name="Ad", last_surname="Min", ssn="901551188", email="ad@example.org")
    register_new(InspectingClient(), other, username="adele")
    admin = User.objects.get(username="adele")
    give_role(account_id=admin.pk, role=StaffRole.ADMINISTRATOR, by="tests")
    for role in (StaffRole.RECORDS, StaffRole.REVIEWER):
        take_role(account_id=ines.pk, role=role, by=f"account:{admin.pk}")
    assert "Show the whole number" not in clerk.get(f"/desk/people/{record.pk}").content.decode()
    assert clerk.get(f"/desk/people/{record.pk}/ssn").status_code == 403
    assert heading(clerk.get(f"/desk/people/{record.pk}")) == "María Fuentes-Ortega"


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("HD-2041", True),
        ("7", True),
        ("900-55-4321", False),
        ("900554321", False),
        ("04-09-1985", False),
        ("19850409", False),
        ("her son", False),
        ("x" * 21, False),
    ],
)
def test_a_ticket_is_a_ticket(text, good):
    assert is_ticket(text) is good
