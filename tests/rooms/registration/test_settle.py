"""`kecs settle`: what becomes of new accounts behind the scenes, and that nobody can tell from the front."""

import threading
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from kecs.accounts.models import User
from kecs.audit.models import AuditEvent
from kecs.audit.queries import chain_state
from kecs.pii import fields
from kecs.pii.seal import SealBroken
from kecs.records.kinds import AssuranceLevel
from kecs.records.models import (
    Case,
    EducatorRecord,
    Holding,
    IdentityKey,
    LinkageKey,
    StatedIdentity,
    WaitingIdentity,
)
from kecs.registration.settling import settle_next, settle_waiting
from tests.factories.people import MARIA, Person, on_file
from tests.factories.visits import create_new, heading, search, send_account
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db

RUTH = Person(
    first_name="Ruth",
    last_surname="Okafor",
    birth_date=date(1991, 2, 3),
    ssn="902111234",
    email="r@example.org",
)


def register(person: Person, **instead: str) -> InspectingClient:
    """Create New Account, as far as the person sees it; nothing is settled."""
    client = InspectingClient()
    page = send_account(client, create_new(client, person), person.new_account(**instead))
    assert heading(page) == "Home Page"
    return client


def found(person: Person) -> str:
    """The heading of the match page of somebody else who types these facts."""
    return heading(search(InspectingClient(), person))


def test_somebody_whom_nobody_comes_near_gets_a_record_that_is_found_like_any_other():
    register(RUTH)
    assert EducatorRecord.objects.count() == 0
    before = found(RUTH)
    done = settle_waiting(by="tests")
    assert (done.created, done.reviewed, done.put_off) == (1, 0, 0)
    holding = Holding.objects.get()
    assert (holding.level, holding.account) == (AssuranceLevel.UNDER_REVIEW, User.objects.get())
    assert {key.kind for key in holding.record.identity_keys.all()} == {"birth_date+last4", "ssn"}
    assert LinkageKey.objects.filter(record=holding.record).count() == 5
    assert found(RUTH) == before
    assert settle_waiting(by="tests").created == 0


@pytest.mark.parametrize(
    "on_record",
    [
        Person(
            first_name="Ruth", last_surname="Okafor", birth_date=RUTH.birth_date, ssn="902111243"
        ),  # last 4 mistyped
        Person(
            first_name="Ruth", last_surname="Okafor", birth_date=date(1991, 3, 2), ssn="905441234"
        ),  # day and month
        Person(
            first_name="Ruth", last_surname="Okafour", birth_date=RUTH.birth_date, ssn="905449876"
        ),  # by sound
        Person(
            first_name="Okafor", last_surname="Ruth", birth_date=RUTH.birth_date, ssn="905449876"
        ),  # boxes swapped
    ],
)
def test_near_a_record_she_gets_no_second_one_but_a_case_with_both_sides(on_record):
    record = on_file(on_record)
    register(RUTH)
    assert Case.objects.count() == 0
    assert settle_waiting(by="tests").reviewed == 1
    case = Case.objects.get()
    assert (case.kind, case.account, list(case.records.all())) == (
        "near_match",
        User.objects.get(),
        [record],
    )
    assert case.because
    assert EducatorRecord.objects.count() == 1
    assert Holding.objects.count() == 0


def test_a_search_says_the_same_of_her_whether_a_record_or_a_case_came_of_it():
    """Or whoever makes an account with invented digits would learn whether somebody near is on file."""
    on_file(Person(first_name="Ruth", last_surname="Okafor", birth_date=RUTH.birth_date, ssn="905441243"))
    register(RUTH)
    unlike = Person(
        first_name="Amara",
        last_surname="Quist",
        birth_date=date(1979, 8, 8),
        ssn="903222345",
        email="a@example.org",
    )
    register(unlike, username="amara.quist")
    waiting = [found(RUTH), found(unlike)]
    done = settle_waiting(by="tests")
    assert (done.created, done.reviewed) == (1, 1)
    assert waiting == [found(RUTH), found(unlike)]
    assert len(set(waiting)) == 1


def test_who_waits_does_not_stand_in_the_way_of_the_owner_of_a_record():
    """A thief who makes an account with her facts and invented digits in front takes nothing from her."""
    thief = Person(ssn="90177" + MARIA.last4, email="t@example.org")
    register(thief, username="the.thief")
    on_file(MARIA)
    settle_waiting(by="tests")
    assert "This is Me!" in search(InspectingClient(), MARIA).content.decode()


def test_of_two_with_one_ssn_the_first_gets_the_record_and_the_second_a_case_that_names_both():
    register(RUTH)
    register(
        Person(
            first_name="Ruth",
            last_surname="Okafor",
            birth_date=date(1990, 1, 1),
            ssn=RUTH.ssn,
            email="s@example.org",
        ),
        username="ruth.two",
    )
    settle_waiting(by="tests")
    first, second = User.objects.order_by("stated_identity__stated_at")
    assert Holding.objects.get().account == first
    case = Case.objects.get()
    assert (case.account, case.other_account) == (second, first)
    assert IdentityKey.objects.filter(kind="ssn").count() == 1


def test_an_import_between_registering_and_settling_is_what_she_joins():
    register(RUTH)
    record = on_file(RUTH)
    assert IdentityKey.objects.get(kind="ssn").record == record
    assert settle_waiting(by="tests").joined == 1
    assert Holding.objects.get().record == record
    assert Holding.objects.get().level == AssuranceLevel.PROVISIONAL
    assert EducatorRecord.objects.count() == 1


def test_everything_is_on_the_log_and_nothing_waits():
    register(RUTH)
    settle_waiting(by="system:settle")
    codes = list(AuditEvent.objects.filter(by="system:settle").values_list("code", flat=True))
    assert sorted(codes) == ["records.record_created", "records.record_held"]
    assert chain_state().broken_at is None
    assert WaitingIdentity.objects.count() == 0


def test_who_cannot_be_settled_goes_to_the_end_of_the_queue(monkeypatch):
    register(RUTH)
    register(MARIA, username="maria.second")
    broken, good = StatedIdentity.objects.order_by("stated_at")
    really = fields.unseal_from

    def unseal(row, column):
        if row.pk == broken.pk:
            raise SealBroken
        return really(row, column)

    monkeypatch.setattr("kecs.records.actions.unseal_from", unseal)
    done = settle_waiting(by="tests")
    assert (done.created, done.put_off, done.errors) == (1, 1, ("SealBroken",))
    assert Holding.objects.get().account == good.account
    assert WaitingIdentity.objects.get().stated == broken


def test_the_command_counts_and_names_nobody():
    register(RUTH)
    out = StringIO()
    call_command("settle", "--once", stdout=out)
    assert out.getvalue() == "created 1, joined 0, for staff 0, put off 0\n"


def test_no_page_looks_up_a_linkage_key():
    on_file(Person(first_name="Ruth", last_surname="Okafor", birth_date=RUTH.birth_date, ssn="905441243"))
    with CaptureQueriesContext(
        connection,
    ) as seen:
        register(RUTH)
    assert not [query["sql"] for query in seen if "linkagekey" in query["sql"].lower()]
    with CaptureQueriesContext(connection) as behind:
        settle_waiting(by="tests")
    assert [query["sql"] for query in behind if "linkagekey" in query["sql"].lower()]


@pytest.mark.django_db(transaction=True)
def test_two_settlers_at_once_make_one_record_of_near_twins_of_one_person():
    """Two accounts of one person, a slip apart: whichever is settled first, the other finds it."""
    register(RUTH)
    register(
        Person(
            first_name="Ruth",
            last_surname="Okafor",
            birth_date=RUTH.birth_date,
            ssn="902111243",
            email="s@example.org",
        ),
        username="ruth.two",
    )

    def settle():
        try:
            while settle_next(by="tests"):
                pass
        finally:
            connections.close_all()

    settlers = [threading.Thread(target=settle) for _each in range(2)]
    for settler in settlers:
        settler.start()
    for settler in settlers:
        settler.join()
    assert EducatorRecord.objects.count() == Holding.objects.count() == Case.objects.count() == 1
