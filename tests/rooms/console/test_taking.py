"""Two people at one case: whose it is, who is faster, and what an old page may still do."""

import threading

import pytest
from django.db import connections

from kecs.accounts.models import Recovery, User
from kecs.accounts.recovery.actions import ask_for_recovery
from kecs.accounts.recovery_status import Status
from kecs.assurance.actions import Reason
from kecs.audit.models import AuditEvent
from kecs.audit.queries import chain_state
from kecs.console.cases.actions import decide_case, take_case
from kecs.console.cases.decision import ChangedSince, Colleagues, DecidedBefore, Decision
from kecs.console.cases.queries import situation_of
from kecs.console.outcomes import Outcome
from kecs.records.actions import open_case
from kecs.records.cases.queries import case_with_id
from kecs.records.kinds import CaseKind
from kecs.records.models import Case, EducatorRecord
from tests.factories.claims import ON_FILE, account_id
from tests.factories.desk import OPENERS, decide, send, stamp_in
from tests.factories.factors import as_staff
from tests.factories.people import MARIA, Person
from tests.factories.visits import register_new
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db
COLLEAGUE = Person(first_name="Omar", last_surname="Clerk", ssn="901550008", email="omar@example.org")


@pytest.fixture
def colleague(db):
    """Another of staff."""
    register_new(InspectingClient(), COLLEAGUE, username="omar.clerk")
    owner = User.objects.get(username="omar.clerk")
    as_staff(owner)
    return owner.pk


@pytest.fixture
def case_id(db):
    """A request without a number."""
    return OPENERS["no_ssn"]()


def take(client, case_id, *, was="", now=""):
    return client.post(f"/desk/cases/{case_id}/take", {"was": was, "now": now}, follow=True).content.decode()


def taken_by(case_id):
    return Case.objects.get(pk=case_id).taken_by_id


def test_it_is_taken_given_on_and_given_back_and_all_is_on_the_log(staff, colleague, case_id):
    me = account_id("ines.clerk")
    assert "This is yours now." in take(staff, case_id, now=me)
    assert "You." in staff.get(f"/desk/cases/{case_id}").content.decode()
    assert "Your colleague has it now." in take(staff, case_id, was=me, now=colleague)
    page = staff.get(f"/desk/cases/{case_id}").content.decode()
    assert "omar.clerk works on this. Ask them before you decide anything." in page
    assert "omar.clerk" in staff.get("/desk/cases").content.decode()
    assert "This is yours now." in take(staff, case_id, was=colleague, now=me)
    assert "This is nobody&#x27;s now." in take(staff, case_id, was=me)
    moves = [
        event.keys for event in AuditEvent.objects.filter(code="records.case_assigned").order_by("sequence")
    ]
    names = {str(me): "ines", str(colleague): "omar", "": ""}
    assert [(names[move["was"]], names[move["now"]]) for move in moves] == [
        ("", "ines"),
        ("ines", "omar"),
        ("omar", "ines"),
        ("ines", ""),
    ]


def test_who_takes_from_an_old_page_reads_whose_it_is(staff, colleague, case_id):
    Case.objects.filter(pk=case_id).update(taken_by=colleague)
    page = take(staff, case_id, now=account_id("ines.clerk"))
    assert "Someone was faster" in page
    assert "omar.clerk works on this" in page
    assert taken_by(case_id) == colleague


def test_nobody_gets_it_who_may_not_decide_it(staff, colleague, case_id):
    register_new(InspectingClient(), MARIA, username="educator")
    assert "Choose a colleague" in take(staff, case_id, now=account_id("educator"))
    Case.objects.filter(pk=case_id).update(account=colleague)
    assert "Choose a colleague" in take(staff, case_id, now=colleague)
    assert "omar.clerk</option>" not in staff.get(f"/desk/cases/{case_id}").content.decode()
    Case.objects.filter(pk=case_id).update(account=account_id("ines.clerk"))
    assert "This is about you" in take(staff, case_id, now=account_id("ines.clerk"))
    assert taken_by(case_id) is None


def test_what_a_colleague_works_on_is_not_decided_past_her(staff, colleague, case_id):
    stamp = stamp_in(staff.get(f"/desk/cases/{case_id}"))
    Case.objects.filter(pk=case_id).update(taken_by=colleague)
    page = send(staff, case_id, "answered", note="x", stamp=stamp, confirmed="yes")
    assert page.status_code == 409
    assert "A colleague works on it." in page.content.decode()
    assert Case.objects.get(pk=case_id).closed_at is None


def test_an_old_page_does_nothing_and_says_what_changed(staff):
    case_id = OPENERS["near_match"]()
    stamp = stamp_in(staff.get(f"/desk/cases/{case_id}"))
    [record] = Case.objects.get(pk=case_id).records.all()
    EducatorRecord.objects.filter(pk=record.pk).update(
        first_name="Marta", identity_version=record.identity_version + 1
    )
    page = send(staff, case_id, "give_evidence", stamp=stamp, confirmed="yes")
    assert page.status_code == 409
    assert "This changed since you opened it. Nothing was done." in page.content.decode()
    assert "A record changed, or who has it." in page.content.decode()
    assert "Marta" in page.content.decode(), "the page as it is now"
    assert '<option value="person_checked" selected>' in page.content.decode(), "the reason is kept"
    assert Case.objects.get(pk=case_id).closed_at is None
    decide(staff, case_id, "give_evidence")
    assert Case.objects.get(pk=case_id).outcome == "give_evidence"


def test_a_recovery_is_taken_and_decided_by_who_has_it(staff, colleague):
    ask_for_recovery(name="Omar", login="", email="new@example.org", message="", by="t")
    Recovery.objects.update(status=Status.CONFIRMED)
    lost = Recovery.objects.get()
    address = f"/desk/recoveries/{lost.pk}"
    refusing = {"outcome": "refuse", "reason": "no_answer"}
    staff.post(f"{address}/take", {"was": "", "now": str(colleague)})
    assert "omar.clerk works on this" in staff.get(address).content.decode()
    assert staff.post(address, {**refusing, "confirmed": "yes"}).status_code == 409
    staff.post(f"{address}/take", {"was": str(colleague), "now": str(account_id("ines.clerk"))})
    asked = staff.post(address, refusing).content.decode()
    assert "n…w@example.org" in asked
    assert "could not be sure whose account it is" in asked
    staff.post(address, {**refusing, "confirmed": "yes"})
    lost.refresh_from_db()
    assert lost.status == Status.REFUSED
    assert AuditEvent.objects.filter(code="accounts.recovery_assigned").count() == 2


# --- At once -----------------------------------------------------------------------------------------------------


def race(acts):
    """Each in a thread of its own, all at once; what each came to."""
    start, ended = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number, act):
        start.wait()
        try:
            ended[number] = act()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended


def staff_account(number):
    return User.objects.create(username=f"clerk{number}", email=f"c{number}@example.org", is_staff=True).pk


@pytest.mark.django_db(transaction=True)
def test_of_six_who_take_it_at_once_one_has_it():
    case_id = open_case(kind=CaseKind.NO_SSN, account_id=None, record_ids=[], because=(), by="tests")
    case, clerks = case_with_id(case_id), [staff_account(number) for number in range(6)]
    assert case
    took = race(
        [
            lambda clerk=clerk: take_case(case=case, was=None, now=clerk, by=f"account:{clerk}")
            for clerk in clerks
        ]
    )
    assert took.count(True) == 1
    assert taken_by(case_id) == clerks[took.index(True)]
    assert AuditEvent.objects.filter(code="records.case_assigned").count() == 1


@pytest.mark.django_db(transaction=True)
def test_whoever_decides_and_whoever_takes_at_once_do_not_overwrite_each_other():
    facts = {"first_name": "Ana", "email": ON_FILE}
    case_id = open_case(
        kind=CaseKind.NO_SSN, account_id=None, record_ids=[], because=(), facts=facts, by="tests"
    )
    case, (taker, decider) = case_with_id(case_id), (staff_account(1), staff_account(2))
    assert case
    decision = Decision(
        outcome=Outcome.ANSWERED,
        reason=Reason.PERSON_CHECKED,
        stamp=situation_of(case).stamp,
        note="Come by.",
    )

    def decides():
        try:
            decide_case(case=case, decision=decision, by=f"account:{decider}")
        except (ChangedSince, Colleagues, DecidedBefore):
            return False
        return True

    took, decided = race(
        [
            lambda: take_case(case=case, was=None, now=taker, by=f"account:{taker}"),
            decides,
        ]
    )
    assert {took, decided} == {True, False}, "one of the two, never both and never none"
    after = Case.objects.get(pk=case_id)
    assert (after.taken_by_id == taker, after.closed_at is not None) == (took, decided)
    assert chain_state().broken_at is None
