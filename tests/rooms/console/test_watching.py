"""The security officer's pages and the director's picture, filled by what people and staff really did."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from kecs.accounts.models import User
from kecs.assurance.actions import give_evidence
from kecs.assurance.levels import EvidenceKind
from kecs.audit.actions import record
from kecs.audit.events import kinds
from kecs.audit.models import AuditEvent
from kecs.audit.queries import _sequence_at, newest_rows_hold, recorded_since
from kecs.console.messages import EVENT_WORDS
from kecs.console.watching import alarms, looks, looks_at, watched
from kecs.records.models import Case, Holding
from kecs.registration.events import HelpAsked, SearchMade
from tests.factories.claims import ON_FILE, newest, this_was_not_me
from tests.factories.people import MARIA, Person
from tests.factories.visits import claim, heading, register_new, search
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db
PAT = Person(first_name="Pat", last_surname="Quillfeather", ssn="902551299", email="pat.weekly@example.org")


@pytest.fixture
def disavowed(record):
    """Somebody claimed María's record, and she said that it was not she."""
    claim(InspectingClient(), MARIA, username="thief", email="thief@example.net")
    this_was_not_me(InspectingClient(), newest("assurance.claimed", ON_FILE))
    return Case.objects.get(kind="disavowed_claim")


def text(page):
    return " ".join(page.content.decode().split())


# --- Security -----------------------------------------------------------------------------------------------------


def test_a_look_at_a_case_is_counted_for_whoever_looked_and_found_by_whom_it_was_about(
    staff, record, disavowed
):
    staff.get(f"/desk/cases/{disavowed.pk}")
    staff.get(f"/desk/cases/{disavowed.pk}")
    clerk = User.objects.get(username="ines.clerk")
    page = staff.get("/desk/security")
    assert heading(page) == "Security"
    assert "Someone said of a claim: this wasn&#x27;t me" in page.content.decode()
    (watcher,) = watched(days=7, by="tests").watchers
    assert (watcher.username, watcher.looks) == ("ines.clerk", {"console.case_looked_at": 2})
    assert text(staff.get(f"/desk/security/staff/{clerk.pk}")).count("Opened a case") == 2
    assert text(staff.get(f"/desk/security/people/{record.pk}")).count("Opened a case") == 2
    assert (
        AuditEvent.objects.filter(code="console.looks_looked_at", subject=f"record:{record.pk}").count() == 1
    )
    thief = User.objects.get(username="thief")
    assert len(looks_at([thief.pk], by="tests")) == 2, "found by the account as well"


def test_whose_word_opened_how_many_records_is_counted(staff, record):
    thing = "Who said of how many claims that the person was checked"
    assert thing not in text(staff.get("/desk/security"))
    claim(InspectingClient(), MARIA, username="maria")
    held = Holding.objects.get(account__username="maria").pk
    clerk = User.objects.get(username="ines.clerk")
    give_evidence(holding_id=held, kind=EvidenceKind.CODE_TO_ADDRESS, by=f"account:{clerk.pk}")
    assert watched(days=7, by="tests").vouchers == []
    give_evidence(holding_id=held, kind=EvidenceKind.STAFF_CHECK, by=f"account:{clerk.pk}")
    (voucher,) = watched(days=7, by="tests").vouchers
    assert (voucher.username, voucher.times) == ("ines.clerk", 1)
    assert thing in text(staff.get("/desk/security"))


def test_no_name_stands_on_the_security_officers_pages(staff, record, disavowed):
    staff.get(f"/desk/cases/{disavowed.pk}")
    for address in ("/desk/security", "/desk/security?days=90", f"/desk/security/people/{record.pk}"):
        shown = staff.get(address).content.decode()
        for fact in (MARIA.last_surname, MARIA.last4, ON_FILE, "thief@"):
            assert fact not in shown


def test_every_look_and_every_alarm_has_its_words():
    assert looks() | alarms() <= EVENT_WORDS.keys()
    assert {kind.code for kind in kinds() if kind.code.endswith("looked_at")} - looks() == {
        "console.looks_looked_at"
    }


def test_the_end_of_the_log_is_looked_at(staff, disavowed):
    assert newest_rows_hold()
    assert newest_rows_hold(most=3)
    assert "✓" in text(staff.get("/desk/security"))
    last = AuditEvent.objects.latest("sequence")
    with connection.cursor() as cursor:
        on = " ON audit_auditevent" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER audit_event_no_update{on}")
        cursor.execute("UPDATE audit_auditevent SET subject = 'x' WHERE sequence = %s", [last.sequence - 1])
    assert not newest_rows_hold(most=3)
    assert "✗" in text(staff.get("/desk/security"))


def test_the_log_is_read_from_a_moment_on(record):
    with transaction.atomic():
        for _each in range(40):
            record_event()
    now = timezone.now()
    assert len(list(recorded_since(now - timedelta(hours=1), codes=["registration.help_asked"]))) == 40
    assert list(recorded_since(now + timedelta(hours=1), codes=["registration.help_asked"])) == []
    head = AuditEvent.objects.latest("sequence").sequence
    assert _sequence_at(now - timedelta(days=400)) <= 1
    assert _sequence_at(now + timedelta(days=1)) >= head


def record_event():
    record(event=HelpAsked(subject="-"), by="anonymous")


# --- The weekly picture ------------------------------------------------------------------------------------------


def test_the_weekly_picture_counts_what_people_did(staff, record):
    visitor = InspectingClient()
    search(visitor, PAT)  # and again, as registering does
    register_new(visitor, PAT, username="pat.weekly")
    claim(InspectingClient(), MARIA, username="maria")
    made = AuditEvent.objects.filter(code="registration.search_made").order_by("sequence")
    assert [event.keys["again"] for event in made[1:]] == [False, True, False]
    seconds = AuditEvent.objects.filter(code="registration.registered").values_list("keys", flat=True)
    assert all(isinstance(keys["seconds"], int) for keys in seconds)
    page = staff.get("/desk/weekly")
    assert heading(page) == "Weekly picture"
    stages = {str(words): stage.people for words, stage, _bar in page.context["stages"]}
    assert stages["Searched for their record"] == 3, "the clerk, Pat and María"
    assert stages["Went on to choose a username and password"] == 3
    assert stages["Came to the Home Page"] == 3
    newest_week = page.context["weeks"][-1][0]
    assert newest_week.registered == {"new": 2, "claim": 1}
    assert sum(page.context["mails"][-1][1].values()) > 0
    for fact in (PAT.last_surname, MARIA.last_surname, "pat.weekly"):
        assert fact not in page.content.decode().replace("ines.clerk", "")


def test_pages_of_numbers_cost_a_few_statements_however_much_happened(staff, django_assert_max_num_queries):
    event = SearchMade(subject="-", outcome="none", because=(), limited=False)
    with transaction.atomic():
        for _each in range(300):
            record(event=event, by="anonymous")
    with django_assert_max_num_queries(60):
        staff.get("/desk/weekly")
    with django_assert_max_num_queries(60):
        staff.get("/desk/security")
