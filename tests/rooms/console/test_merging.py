"""Merging at the desk: two records side by side, what will move, a second yes, a colleague's agreement, and undoing."""

import threading
from datetime import date

import pytest
from django.db import connections

from kecs.accounts.models import User
from kecs.audit.models import AuditEvent
from kecs.console.merging.messages import OBSTACLES
from kecs.guard.limits import RULES, Limit
from kecs.guard.models import LimitCounter
from kecs.records.actions import open_case
from kecs.records.correcting.actions import Changes, correct_record
from kecs.records.kinds import CaseKind, MergeReason
from kecs.records.merging.actions import Gone, OwnRecord, merge_records, withdraw_merge
from kecs.records.merging.plan import FACTS, Choices, Side
from kecs.records.merging.queries import Obstacle
from kecs.records.models import Case, EducatorRecord, Holding, RecordMerge
from tests.factories.claims import holder
from tests.factories.factors import as_staff, code, types_code, types_password, with_app
from tests.factories.people import MARIA, Person, on_file
from tests.factories.visits import claim, errors, heading, register_new
from tests.inspection import InspectingClient, besides_ids

pytestmark = pytest.mark.django_db

TWIN = Person(
    first_name="Maria",
    last_surname="Ortega",
    ssn="901554321",
    birth_date=date(1985, 9, 4),
    email="t@example.org",
)


@pytest.fixture
def twin():
    return on_file(TWIN, other_names=[("", "<b>O'Born</b>".replace("<b>", "").replace("</b>", ""))])


@pytest.fixture
def colleague(db):
    """A second member of staff."""
    person = Person(first_name="Ann", last_surname="Second", ssn="901550008", email="ann@example.org")
    register_new(InspectingClient(), person, username="ann.second")
    owner = User.objects.get(username="ann.second")
    as_staff(owner)
    with_app(owner)
    browser = InspectingClient()
    types_password(browser, login="ann.second")
    types_code(browser, code())
    return browser


def address(record):
    return f"/desk/people/{record.pk}/merge"


def choices(second, **instead):
    taken = ("staff_unique_id", "first_name", "last_surname", "birth_date", "ssn", "email")
    return {"with": str(second.pk), "reason": "typed_wrong", **dict.fromkeys(taken, "first"), **instead}


def merge(browser, first, second, **instead):
    """Both steps; the page of the merge."""
    sent = choices(second, **instead)
    assert heading(browser.post(address(first), sent)) == "This will move"
    return browser.post(address(first), {**sent, "confirmed": "yes"}, follow=True)


def text(page):
    return page.content.decode()


def test_from_a_number_to_one_record_and_back(staff, record, twin):
    page = staff.post(address(record), {"number": twin.staff_unique_id}, follow=True)
    assert heading(page) == "Are they one person?"
    assert "900554321" not in text(page)
    assert "***-**-4321" in text(page)
    looked = AuditEvent.objects.filter(code="console.records_compared").latest("sequence")
    assert (looked.subject, looked.keys["records"]) == (f"record:{record.pk}", [str(twin.pk)])
    # Two numbers with one ending look alike when masked; they are marked as different, and neither is chosen.
    assert errors(staff.post(address(record), {"with": str(twin.pk)})) != []
    sent = choices(twin)
    confirm = staff.post(address(record), sent)
    for words in (
        "leads to it from now on",
        "Maria Ortega",
        "finds nobody any more",
        "No account has either",
    ):
        assert words in text(confirm)
    assert RecordMerge.objects.count() == 0
    page = merge(staff, record, twin)
    assert "The two records are one now." in text(page)
    assert not EducatorRecord.objects.filter(pk=twin.pk).exists()
    assert heading(staff.get(address(twin), follow=True)) == "Merge with another record"
    # The old address, and the old number, lead to whom they are about.
    page = staff.get(f"/desk/people/{twin.pk}")
    assert page["Location"] == f"/desk/people/{record.pk}"
    assert f"/desk/people/{record.pk}" in text(
        staff.post("/desk/find", {"person": twin.staff_unique_id}, follow=True)
    )
    merged = f"/desk/merges/{RecordMerge.objects.get().pk}"
    assert "as they were before" in text(staff.post(merged, {"deed": "undo"}))
    assert EducatorRecord.objects.filter(pk=twin.pk).count() == 0
    page = staff.post(merged, {"deed": "undo", "confirmed": "yes"}, follow=True)
    assert "two records again" in text(page)
    assert EducatorRecord.objects.filter(pk=twin.pk).exists()


@pytest.mark.parametrize(
    ("number", "said"),
    [("", "Type the number"), ("NOBODY", "no record with this number"), ("SELF", "leads to the same record")],
)
def test_a_number_that_does_not_help(staff, record, number, said):
    typed = record.staff_unique_id if number == "SELF" else number
    assert said in errors(staff.post(address(record), {"number": typed}))[0]


def test_looking_numbers_up_is_counted_and_on_the_log_as_any_search(staff, record, twin):
    staff.post(address(record), {"number": twin.staff_unique_id})
    sought = AuditEvent.objects.get(code="console.people_sought")
    assert (sought.keys["kind"], sought.keys["records"]) == ("number", [str(twin.pk)])
    counter = LimitCounter.objects.filter(limit=Limit.PEOPLE_SOUGHT_PER_STAFF)
    assert counter.get().count == 1
    counter.update(count=RULES[Limit.PEOPLE_SOUGHT_PER_STAFF].most)
    page = staff.post(address(record), {"number": twin.staff_unique_id})
    assert page.status_code == 429
    assert "searched very often" in errors(page)[0]
    assert AuditEvent.objects.filter(code="console.people_sought").count() == 1


def test_a_case_of_linkage_is_closed_by_the_merge(staff, record, twin):
    ids = [record.pk, twin.pk]
    case_id = open_case(
        kind=CaseKind.LINKAGE_DUPLICATE, account_id=None, record_ids=ids, because=(), by="tests"
    )
    page = staff.get(f"{address(record)}?with={twin.pk}&case={case_id}")
    assert f'name="case" value="{case_id}"' in text(page)
    merge(staff, record, twin, case=str(case_id))
    assert Case.objects.get(pk=case_id).outcome == "merged"


def test_a_case_about_something_else_stays_open(staff, record, twin):
    other = on_file(Person(first_name="Ruth", ssn="901667777"))
    case_id = open_case(
        kind=CaseKind.LINKAGE_DUPLICATE,
        account_id=None,
        record_ids=[record.pk, other.pk],
        because=(),
        by="tests",
    )
    merge(staff, record, twin, case=str(case_id))
    assert Case.objects.get(pk=case_id).closed_at is None


def test_what_was_built_on_it_is_said_in_words_and_there_is_no_button(staff, record, twin):
    merge(staff, record, twin)
    correct_record(record_id=record.pk, changes=Changes(first_name="Zoe"), by="tests")
    merged = f"/desk/merges/{RecordMerge.objects.get().pk}"
    page = staff.get(merged)
    assert str(OBSTACLES[Obstacle.RECORD_CHANGED]) in text(page)
    assert "Undo the merge" not in text(page)
    refused = staff.post(merged, {"deed": "undo", "confirmed": "yes"})
    assert refused.status_code == 409
    assert RecordMerge.objects.get().state == "merged"


def test_two_that_are_held_wait_for_a_colleague(staff, colleague, record, twin):
    claim(InspectingClient(), MARIA)
    claim(InspectingClient(), TWIN, username="twin", email=TWIN.email)
    page = staff.get(f"{address(record)}?with={twin.pk}")
    assert "A second person must agree" in text(page)
    assert "account" in dict(page.context["form"].fields)
    page = merge(staff, record, twin, account="first")
    assert "A colleague must agree now" in text(page)
    assert "I agree" not in text(page)
    merged = f"/desk/merges/{RecordMerge.objects.get().pk}"
    assert staff.post(merged, {"deed": "approve"}).status_code == 403
    assert holder(twin) == "twin"
    again = staff.post(address(record), {**choices(twin, account="first"), "confirmed": "yes"})
    assert "waits for a second person already" in text(again)
    assert "Merge 1" in text(colleague.get("/desk/merges"))
    assert "twin loses its record" in text(colleague.get(merged))
    colleague.post(merged, {"deed": "approve"}, follow=True)
    assert (holder(record), RecordMerge.objects.get().state) == ("maria.fuentes", "merged")
    late = staff.post(merged, {"deed": "withdraw"})
    assert late.status_code == 409
    assert "A colleague decided this before you" in text(late)


def test_what_changed_since_the_proposal_is_looked_at_again(staff, colleague, record, twin):
    claim(InspectingClient(), MARIA)
    claim(InspectingClient(), TWIN, username="twin", email=TWIN.email)
    merge(staff, record, twin, account="first")
    correct_record(record_id=twin.pk, changes=Changes(first_name="Zoe"), by="tests")
    merged = f"/desk/merges/{RecordMerge.objects.get().pk}"
    assert "changed after you saw them" in text(colleague.post(merged, {"deed": "approve"}))
    colleague.post(merged, {"deed": "withdraw"}, follow=True)
    assert RecordMerge.objects.get().state == "withdrawn"


def test_nobody_sees_a_merge_of_a_record_that_she_holds(staff, record, twin):
    claim(InspectingClient(), MARIA)
    claim(InspectingClient(), TWIN, username="twin", email=TWIN.email)
    merge(staff, record, twin, account="first")
    merged = f"/desk/merges/{RecordMerge.objects.get().pk}"
    clerk = User.objects.get(username="ines.clerk")
    Holding.objects.filter(account=clerk).delete()
    Holding.objects.filter(record=twin).update(account=clerk)
    looks = AuditEvent.objects.filter(code="console.records_compared").count()
    for page in (
        staff.get(address(twin)),
        staff.get(f"{address(record)}?with={twin.pk}"),
        staff.post(address(record), choices(twin)),
        staff.get(merged),
        staff.post(merged, {"deed": "withdraw"}),
    ):
        assert (page.status_code, heading(page)) == (403, "This is about you")
        assert "4321" not in besides_ids(text(page))
    assert AuditEvent.objects.filter(code="console.records_compared").count() == looks
    with pytest.raises(OwnRecord):
        withdraw_merge(merge_id=RecordMerge.objects.get().pk, by=f"account:{clerk.pk}")
    assert RecordMerge.objects.get().state == "proposed"


@pytest.mark.django_db(transaction=True)
def test_of_two_people_at_once_one_merges_and_the_other_reads_so(record, twin):
    start, outcomes = threading.Barrier(2), []

    def work(survivor):
        try:
            start.wait()
            merge_records(
                first_id=record.pk,
                second_id=twin.pk,
                choices=Choices(survivor=survivor, facts=dict.fromkeys(FACTS, Side.FIRST)),
                reason=MergeReason.FACTS_AGREE,
                by=f"account:{survivor}",
            )
            outcomes.append("merged")
        except Gone:
            outcomes.append("gone")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=[side]) for side in Side]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["gone", "merged"]
    assert EducatorRecord.objects.count() == RecordMerge.objects.count() == 1
