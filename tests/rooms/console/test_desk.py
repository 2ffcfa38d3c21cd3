"""The desk: cases with both sides next to each other, outcomes with a reason and a confirmation, every look on the log."""

import threading
from datetime import date

import pytest
from django.db import connections
from django.utils import timezone

from kecs.accounts.models import User
from kecs.assurance.actions import Reason
from kecs.assurance.models import Letter
from kecs.audit.models import AuditEvent
from kecs.audit.queries import chain_state
from kecs.console.cases.actions import decide_case
from kecs.console.cases.decision import DecidedBefore, Decision, NotPossible
from kecs.console.cases.queries import situation_of
from kecs.console.outcomes import Outcome
from kecs.corrections.kinds import Paper
from kecs.guard.models import LimitCounter
from kecs.records.actions import open_case
from kecs.records.cases.queries import case_with_id, open_cases
from kecs.records.holdings.actions import hold_record
from kecs.records.kinds import AssuranceLevel, CaseKind
from kecs.records.models import Case, Holding
from tests.factories.claims import (
    ON_FILE,
    ask_for_code,
    code_in,
    confirm_address,
    contest,
    enter,
    holder,
    newest,
    this_was_not_me,
)
from tests.factories.desk import decide, send, stamp_in
from tests.factories.factors import code, grows_stale
from tests.factories.people import MARIA, Person, on_file
from tests.factories.visits import claim, errors, heading, register_new
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db

NEAR = Person(first_name="Mario", last_surname="Fuentes", ssn="902551234", email="mario@example.org")


def disavowed():
    claim(InspectingClient(), MARIA, username="thief", email="thief@example.net")
    this_was_not_me(InspectingClient(), newest("assurance.claimed", ON_FILE))
    return Case.objects.get(kind=CaseKind.DISAVOWED_CLAIM).pk


def near(record):
    """Somebody registered, and a record is close."""
    register_new(InspectingClient(), NEAR, username="mario")
    owner = User.objects.get(username="mario")
    Holding.objects.filter(account=owner).delete()
    return open_case(
        kind=CaseKind.NEAR_MATCH,
        account_id=owner.pk,
        record_ids=[record.pk],
        because=("birth_date", "first_name_typo"),
        by="tests",
    )


def logged(code):
    return list(AuditEvent.objects.filter(code=code).order_by("sequence"))


def test_the_desk_lists_what_waits_and_leads_there(staff, record):
    case_id = disavowed()
    assert "1 open, 0 of them late, 1 nobody's" in staff.get("/desk").content.decode()
    page = staff.get("/desk/cases").content.decode()
    assert f'href="/desk/cases/{case_id}"' in page
    assert "Someone said: this wasn&#x27;t me" in page
    assert str(case_id) in staff.get("/desk/cases?kind=disavowed_claim").content.decode()
    assert str(case_id) not in staff.get("/desk/cases?kind=no_ssn").content.decode()


def test_both_sides_stand_next_to_each_other_and_no_ssn_does(staff, record):
    page = staff.get(f"/desk/cases/{near(record)}").content.decode()
    for shown in ("Mario", "María", "Fuentes", "Fuentes-Ortega", "***-**-1234", "***-**-4321", ON_FILE):
        assert shown in page
    assert page.count("different") >= 3
    assert "✓ same" in page  # the birth date
    assert NEAR.ssn not in page
    assert MARIA.ssn not in page
    assert "Why this is a case" in page


def test_every_look_is_on_the_log_with_who(staff, record):
    case_id = near(record)
    before = len(logged("console.case_looked_at"))
    staff.get(f"/desk/cases/{case_id}")
    looks = logged("console.case_looked_at")[before:]
    [look] = looks
    assert look.subject == f"case:{case_id}"
    assert look.by == f"account:{User.objects.get(username='ines.clerk').pk}"
    assert look.keys["records"] == [str(record.pk)]
    assert look.keys["accounts"] == [str(User.objects.get(username="mario").pk)]
    send(staff, case_id, "refuse")
    assert len(logged("console.case_looked_at")) == before + 3


def test_a_reason_is_required_and_an_outcome_of_that_kind(staff, record):
    case_id = near(record)
    assert "Choose a reason." in errors(send(staff, case_id, "refuse", reason=""))
    assert "Choose what to do." in errors(send(staff, case_id, "unfreeze"))
    assert case_id in {case.case_id for case in open_cases()}


def test_a_false_alarm_is_opened_again(staff, record):
    case_id = disavowed()
    assert heading(decide(staff, case_id, "unfreeze")) == "Cases"
    assert Holding.objects.get(account__username="thief").frozen_at is None
    case = Case.objects.get(pk=case_id)
    assert (case.outcome, case.closed_by) == (
        "unfreeze",
        f"account:{User.objects.get(username='ines.clerk').pk}",
    )
    [decided] = logged("console.case_decided")
    assert decided.keys == {
        "kind": "disavowed_claim",
        "outcome": "unfreeze",
        "reason": "person_checked",
        "paper": "",
    }


def test_a_false_claim_is_released(staff, record):
    decide(staff, disavowed(), "release", reason="wrong_person")
    assert holder(record) == ""
    assert open_cases() == []


def test_the_person_whom_staff_checked_gets_the_record(staff, record):
    case_id = near(record)
    decide(staff, case_id, "give_evidence", record=str(record.pk))
    held = Holding.objects.get(account__username="mario", released_at=None)
    assert held.record_id == record.pk
    assert held.level in {AssuranceLevel.PROVISIONAL, AssuranceLevel.VERIFIED}
    assert logged("assurance.evidence_given")[-1].keys["kind"] == "staff_check"


def test_a_record_is_given_only_by_who_has_checked_and_seen_a_paper(staff, record):
    case_id = near(record)
    chosen = {"record": str(record.pk), "confirmed": "yes"}
    page = send(staff, case_id, "give_evidence", reason="asked_by_holder", **chosen)
    assert "a record is given only after a check" in errors(page)[0]
    page = send(staff, case_id, "give_evidence", paper="", **chosen)
    assert "Choose the document that you saw." in errors(page)
    found = case_with_id(case_id)
    assert found
    stamp = situation_of(found).stamp
    for reason, paper in ((Reason.PERSON_CHECKED, None), (Reason.ASKED_BY_HOLDER, Paper.PASSPORT)):
        blind = Decision(outcome=Outcome.GIVE_EVIDENCE, reason=reason, stamp=stamp, paper=paper)
        with pytest.raises(NotPossible):
            decide_case(case=found, decision=blind, by="account:somebody")
    assert not Holding.objects.filter(record=record).exists()
    decide(staff, case_id, "give_evidence", record=str(record.pk), paper="passport")
    assert logged("console.case_decided")[-1].keys["paper"] == "passport"


def test_a_record_of_another_case_is_not_given(staff, record):
    case_id = near(record)
    other = on_file(Person(first_name="Ada", last_surname="Other", ssn="903551111"))
    send(staff, case_id, "give_evidence", record=str(other.pk), confirmed="yes")
    assert not Holding.objects.filter(record=other).exists()


def test_who_comes_second_reads_that_it_is_decided(staff, record):
    case_id = disavowed()
    stamp = stamp_in(staff.get(f"/desk/cases/{case_id}"))
    decide(staff, case_id, "unfreeze")
    page = send(staff, case_id, "release", stamp=stamp, confirmed="yes")
    assert page.status_code == 409
    assert heading(page) == "This case is closed"
    assert Holding.objects.get(account__username="thief").released_at is None
    assert len(logged("console.case_decided")) == 1


def test_a_claim_that_is_gone_closes_nothing(staff, record):
    case_id = disavowed()
    stamp = stamp_in(staff.get(f"/desk/cases/{case_id}"))
    Holding.objects.filter(account__username="thief").delete()
    page = send(staff, case_id, "unfreeze", stamp=stamp, confirmed="yes")
    assert "Choose what to do." in errors(page), "there is nothing to open again"
    page = send(staff, case_id, "noted", stamp=stamp, confirmed="yes")
    assert page.status_code == 409
    assert "What the account holds changed." in page.content.decode()
    assert Case.objects.get(pk=case_id).closed_at is None


@pytest.mark.django_db(transaction=True)
def test_of_eight_at_once_one_decides(record):
    case_id = disavowed()
    found = case_with_id(case_id)
    assert found
    stamp = situation_of(found).stamp
    start, ended = threading.Barrier(8), []

    def race(outcome):
        start.wait()
        try:
            decide_case(
                case=found,
                decision=Decision(outcome=outcome, reason=Reason.PERSON_CHECKED, stamp=stamp),
                by=f"tests:{outcome}",
            )
            ended.append(outcome)
        except DecidedBefore:
            ended.append(None)
        finally:
            connections.close_all()

    racers = [threading.Thread(target=race, args=(each,)) for each in [Outcome.UNFREEZE, Outcome.RELEASE] * 4]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    [won] = [outcome for outcome in ended if outcome]
    assert len(ended) == 8
    assert Case.objects.get(pk=case_id).outcome == won
    assert bool(Holding.objects.get(account__username="thief").released_at) is (won is Outcome.RELEASE)
    assert chain_state().broken_at is None


def test_a_request_without_a_social_shows_what_was_written(staff):
    case_id = open_case(
        kind=CaseKind.NO_SSN,
        account_id=None,
        record_ids=[],
        because=(),
        facts={
            "first_name": "Ana",
            "last_surname": "Sol",
            "birth_date": "1980-02-03",
            "message": "I taught <b>here</b>.",
            "email": "ana@example.org",
        },
        by="tests",
    )
    page = staff.get(f"/desk/cases/{case_id}").content.decode()
    assert "I taught &lt;b&gt;here&lt;/b&gt;." in page
    decide(staff, case_id, "answered", note="Come by.")
    assert open_cases() == []


def test_a_case_that_is_none_is_not_found(staff):
    assert staff.get("/desk/cases/00000000-0000-0000-0000-000000000000").status_code == 404


def test_nobody_sees_a_case_about_a_record_that_she_holds_or_contests(staff, record):
    case_id = near(record)
    clerk = User.objects.get(username="ines.clerk")
    Holding.objects.filter(account=clerk).delete()
    hold_record(
        record_id=record.pk, account_id=clerk.pk, level=AssuranceLevel.UNDER_REVIEW, because=(), by="tests"
    )
    for contests in (False, True):
        Holding.objects.filter(account=clerk).update(contests=contests, provisional_until=timezone.now())
        looks = len(logged("console.case_looked_at"))
        for page in (
            staff.get(f"/desk/cases/{case_id}"),
            send(staff, case_id, "refuse", stamp="x"),
            staff.post(f"/desk/cases/{case_id}/take", {"was": "", "now": ""}),
            staff.post(f"/desk/cases/{case_id}/reopen", {"reason": "decided_wrongly"}),
        ):
            assert (page.status_code, heading(page)) == (403, "This is about you")
            assert "Mario" not in page.content.decode()
            assert ON_FILE not in page.content.decode()
        assert len(logged("console.case_looked_at")) == looks


def test_letters_are_printed_then_marked(staff, record):
    visitor = InspectingClient()
    claim(visitor, MARIA, username="maria")
    visitor.post("/confirm-it-is-you/letter", follow=True)
    listed = staff.get("/desk/letters").content.decode()
    assert "María Fuentes-Ortega" in listed
    assert logged("console.letters_looked_at")[-1].keys["letters"]
    [letter_id] = logged("console.letters_looked_at")[-1].keys["letters"]
    staff.post(f"/desk/letters/{letter_id}/posted")
    assert not logged("assurance.letter_posted")
    printed = staff.post(f"/desk/letters/{letter_id}").content.decode()
    assert "María Fuentes-Ortega" in printed
    assert "Mark as posted" not in printed + staff.get("/desk/letters").content.decode()
    refused = staff.post(f"/desk/letters/{letter_id}/posted", follow=True).content.decode()
    assert "Ask a colleague to mark it as posted." in refused
    assert not logged("assurance.letter_posted")
    Letter.objects.update(printed_by="account:colleague")
    assert "Mark as posted" in staff.get("/desk/letters").content.decode()
    staff.post(f"/desk/letters/{letter_id}/posted")
    assert logged("assurance.letter_posted")
    assert "No letter waits." in staff.get("/desk/letters").content.decode()
    assert staff.get(f"/desk/letters/{letter_id}").status_code == 405


def test_a_contest_is_decided_for_either_side(staff, record):
    first, second = InspectingClient(), InspectingClient()
    claim(first, MARIA, username="first", email=ON_FILE)
    confirm_address(first, ON_FILE)
    if Holding.objects.get(account__username="first").level != AssuranceLevel.VERIFIED:
        ask_for_code(first)
        enter(first, code_in(newest("assurance.code", ON_FILE)))
    contest(second, MARIA, username="second", email="second@example.net")
    case = open_case(
        kind=CaseKind.CONTESTED_CLAIM,
        account_id=User.objects.get(username="second").pk,
        other_account_id=User.objects.get(username="first").pk,
        record_ids=[record.pk],
        because=(),
        by="tests",
    )
    page = staff.get(f"/desk/cases/{case}").content.decode()
    assert "Other account (first)" in page
    decide(staff, case, "keep_with_holder")
    assert holder(record) == "first"
    assert Holding.objects.get(account__username="second").released_at


def test_nobody_but_staff_with_a_second_step_opens_the_desk(client, record):
    case_id = disavowed()
    addresses = ["/desk", f"/desk/cases/{case_id}", "/desk/letters"]
    assert all(client.get(address).status_code == 302 for address in addresses)
    educator = InspectingClient()
    register_new(
        educator, Person(first_name="Ada", last_surname="Lane", ssn="904551111", birth_date=date(1990, 5, 6))
    )
    assert {educator.get(address).status_code for address in addresses} == {404}
    assert logged("console.case_looked_at") == []


# --- A fresh sign-in ---------------------------------------------------------------------------------------------


def test_staff_are_led_to_the_desk_from_their_account_and_home_and_nobody_else_is(staff, client):
    register_new(client, NEAR, username="mario")
    for address in ("/account", "/home"):
        assert 'href="/desk"' in staff.get(address).content.decode()
        assert 'href="/desk"' not in client.get(address).content.decode()


def test_after_ten_minutes_the_second_step_is_asked_before_a_case_is_shown(staff, record):
    case_id = near(record)
    looks = len(logged("console.case_looked_at"))
    grows_stale(staff)
    assert staff.get("/desk").status_code == 200
    page = staff.get(f"/desk/cases/{case_id}", follow=True)
    assert heading(page) == "Show that it is you"
    assert page.request["QUERY_STRING"] == f"next=%2Fdesk%2Fcases%2F{case_id}&second=1"
    assert len(logged("console.case_looked_at")) == looks
    assert staff.get("/desk/letters").status_code == 302


def test_a_decision_that_comes_too_late_decides_nothing_and_loses_nothing(staff, record):
    case_id = disavowed()
    grows_stale(staff)
    answers = {"outcome": "release", "reason": "wrong_person", "confirmed": "yes"}
    staff.post(f"/desk/cases/{case_id}", answers)
    assert Case.objects.get(pk=case_id).closed_at is None
    LimitCounter.objects.all().delete()
    page = staff.post(
        f"/account/again?next=/desk/cases/{case_id}&second=1", {"code": code(steps=1)}, follow=True
    )
    assert page.request["PATH_INFO"] == f"/desk/cases/{case_id}"
    assert '<option value="wrong_person" selected>' in page.content.decode()
    decide(staff, case_id, "release", reason="wrong_person")
    assert Case.objects.get(pk=case_id).outcome == "release"


def test_a_letter_is_not_printed_from_a_borrowed_browser(staff, record):
    visitor = InspectingClient()
    claim(visitor, MARIA, username="maria")
    visitor.post("/confirm-it-is-you/letter", follow=True)
    staff.get("/desk/letters")
    [letter_id] = logged("console.letters_looked_at")[-1].keys["letters"]
    grows_stale(staff)
    for act in ("", "/posted"):
        answer = staff.post(f"/desk/letters/{letter_id}{act}")
        assert answer.headers["Location"] == "/account/again?next=%2Fdesk%2Fletters&second=1"
    assert not logged("assurance.letter_printed")


def test_nobody_decides_a_case_of_her_own(staff, record):
    own = open_case(
        kind=CaseKind.NEAR_MATCH,
        account_id=User.objects.get(username="ines.clerk").pk,
        record_ids=[record.pk],
        because=(),
        by="tests",
    )
    page = send(staff, own, "noted", confirmed="yes")
    assert page.status_code == 403
    assert "Ask a colleague" in page.content.decode()
    assert Case.objects.get(pk=own).closed_at is None
