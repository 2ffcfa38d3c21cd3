"""Stronger evidence beats a claim: squatted records, contests, and claims that lapse."""

from datetime import date

import pytest
from django.core.management import call_command

from kecs.assurance.actions import (
    Reason,
    give_evidence,
    lapse_claims,
    release,
)
from kecs.assurance.levels import EvidenceKind, State
from kecs.assurance.queries import state_of_account
from kecs.mail.models import OutboxMessage
from kecs.records.models import Case, Holding
from tests.factories.claims import (
    ON_FILE,
    account_id,
    ask_for_code,
    code_in,
    confirm_address,
    contest,
    eight_days_pass,
    enter,
    hold_of,
    holder,
    newest,
    this_was_not_me,
)
from tests.factories.people import MARIA, Person, on_file
from tests.factories.visits import claim, heading, press, search, send_account
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db
BY = "system:tests"


def state(username):
    return state_of_account(account_id(username))


def proves(browser, email=MARIA.email):
    """Confirm the account's address, and enter the code from the address on file."""
    confirm_address(browser, email)
    ask_for_code(browser)
    return enter(browser, code_in(newest("assurance.code", ON_FILE)))


def test_whoever_finds_her_record_taken_gets_in_and_sees_nothing_yet(client, thief, record):
    home = send_account(client, press(client, search(client, MARIA), "not_my_account"), MARIA.account())
    assert heading(home) == "Home Page"
    assert "Another account has this record now" in home.content.decode()
    assert state("maria.fuentes") is State.CONTESTING
    assert client.get("/record").status_code == 403
    assert holder(record) == "thief"


def test_with_the_code_from_the_address_on_file_she_takes_it(client, thief, record):
    contest(client, MARIA)
    proves(client)
    assert state("maria.fuentes") is State.VERIFIED
    assert state("thief") is State.RELEASED
    assert holder(record) == "maria.fuentes"
    assert Case.objects.count() == 0
    assert client.get("/record").status_code == 200
    assert thief.get("/record").status_code == 403
    assert "Ask our staff" in thief.get("/home").content.decode()


def test_both_are_told(client, thief):
    confirm_address(thief, "thief@example.net")
    contest(client, MARIA)
    told = OutboxMessage.objects.filter(kind="assurance.contested")
    assert sorted(told.values_list("to", flat=True)) == [ON_FILE, "thief@example.net"]
    proves(client)
    assert newest("assurance.superseded", "thief@example.net")
    assert sorted(OutboxMessage.objects.filter(kind="assurance.verified").values_list("to", flat=True)) == [
        MARIA.email,
        ON_FILE,
    ]


def test_the_squatter_is_given_no_link_that_would_stop_the_owner(client, thief):
    confirm_address(thief, "thief@example.net")
    contest(client, MARIA)
    assert "/not-me/" not in newest("assurance.contested", "thief@example.net")
    assert "/not-me/" in newest("assurance.contested", ON_FILE)


def test_confirming_the_address_on_file_wins_too(client, thief, record):
    contest(client, MARIA, email=ON_FILE)
    confirm_address(client, ON_FILE)
    assert holder(record) == "maria.fuentes"


def test_a_thief_who_contests_wins_nothing(client, record):
    claim(client, MARIA)
    thief = InspectingClient()
    contest(thief, MARIA, username="thief", email="thief@example.net")
    confirm_address(thief, "thief@example.net")
    ask_for_code(thief)
    for guess in ("AAAAAAAA", "00000000"):
        enter(thief, guess)
    assert holder(record) == "maria.fuentes"
    assert thief.get("/record").status_code == 403
    this_was_not_me(InspectingClient(), newest("assurance.contested", ON_FILE))
    assert state("thief") is State.RELEASED
    assert state("maria.fuentes") is State.PROVISIONAL


def test_against_somebody_verified_staff_decide(client, record):
    claim(client, MARIA)
    proves(client)
    other = InspectingClient()
    contest(other, MARIA, username="other", email="other@example.net")
    confirm_address(other, "other@example.net")
    assert Case.objects.count() == 0
    page = ask_for_code(other, look=True)
    page = enter(other, code_in(newest("assurance.code", ON_FILE)))
    assert "Our staff will look at this" in page.content.decode()
    case = Case.objects.get()
    assert (case.kind, case.account_id, case.other_account_id) == (
        "contested_claim",
        account_id("other"),
        account_id("maria.fuentes"),
    )
    assert (state("maria.fuentes"), state("other")) == (State.VERIFIED, State.CONTESTING)
    give_evidence(holding_id=hold_of("other").pk, kind=EvidenceKind.LETTER_CODE, by=BY)
    assert Case.objects.count() == 1
    release(holding_id=hold_of("maria.fuentes").pk, reason=Reason.WRONG_PERSON, by=BY)
    assert holder(record) == "other"
    assert state("other") is State.VERIFIED


def test_a_contest_of_a_record_that_became_free_is_a_claim(client, thief, record):
    page = press(client, search(client, MARIA), "not_my_account")
    release(holding_id=hold_of("thief").pk, reason=Reason.WRONG_PERSON, by=BY)
    send_account(client, page, MARIA.account())
    assert state("maria.fuentes") is State.PROVISIONAL


def test_the_account_page_of_a_contest_asks_and_shows_what_a_claim_does(client, thief):
    page = press(client, search(client, MARIA), "not_my_account")
    assert heading(page) == "Create your account"
    text = page.content.decode()
    assert "***-**-4321" in text
    assert "Esperanza" not in text
    assert 'name="ssn"' not in text


# --- Time --------------------------------------------------------------------------------------------------------


def test_a_claim_without_evidence_lapses_after_seven_days(thief, record):
    assert lapse_claims(by=BY) == 0
    eight_days_pass("thief")
    call_command("lapse")
    assert state("thief") is State.RELEASED
    assert heading(search(InspectingClient(), MARIA)) == "We found your record"


def test_the_settler_lapses_claims_as_well(thief):
    eight_days_pass("thief")
    call_command("settle", "--once")
    assert state("thief") is State.RELEASED


def test_a_claim_with_evidence_does_not_lapse(client, record):
    claim(client, MARIA)
    ask_for_code(client)
    enter(client, code_in(newest("assurance.code")))
    eight_days_pass("maria.fuentes")
    assert lapse_claims(by=BY) == 0
    assert state("maria.fuentes") is State.PROVISIONAL
    assert lapse_claims(by=BY) == 0


def test_neither_the_verified_nor_the_frozen_nor_those_under_review_lapse(client, record):
    claim(client, MARIA)
    proves(client)
    assert hold_of("maria.fuentes").provisional_until is None
    this_was_not_me(InspectingClient(), newest("assurance.verified"))
    assert hold_of("maria.fuentes").provisional_until is None
    assert lapse_claims(by=BY) == 0


def test_who_was_too_late_begins_again(client, record):
    claim(client, MARIA)
    confirm_address(client, MARIA.email)
    eight_days_pass("maria.fuentes")
    lapse_claims(by=BY)
    assert newest("assurance.lapsed", MARIA.email)
    assert "You can begin again" in client.get("/home").content.decode()
    proves_now = ask_for_code(client, look=True)
    assert heading(proves_now) == "Confirm it is you"
    assert state("maria.fuentes") is State.PROVISIONAL
    enter(client, code_in(newest("assurance.code")))
    assert holder(record) == "maria.fuentes"
    assert state("maria.fuentes") is State.VERIFIED


def test_an_address_that_was_confirmed_before_counts_from_the_start(client, record, settings):
    settings.KECS_EVIDENCE = ["staff_check"]
    claim(client, MARIA, email=ON_FILE)
    confirm_address(client, ON_FILE)
    eight_days_pass("maria.fuentes")
    assert lapse_claims(by=BY) == 1
    settings.KECS_EVIDENCE = ["staff_check", "address_on_file"]
    ask_for_code(client)
    assert state("maria.fuentes") is State.VERIFIED


def test_who_was_too_late_contests_what_somebody_else_holds_by_now(client, record):
    claim(client, MARIA)
    eight_days_pass("maria.fuentes")
    lapse_claims(by=BY)
    claim(InspectingClient(), MARIA, username="thief", email="thief@example.net")
    ask_for_code(client)
    assert state("maria.fuentes") is State.CONTESTING


def test_a_contest_lapses_too(client, thief):
    contest(client, MARIA)
    eight_days_pass("maria.fuentes")
    assert lapse_claims(by=BY) == 1
    assert (state("maria.fuentes"), state("thief")) == (State.RELEASED, State.PROVISIONAL)


# --- Squatters ---------------------------------------------------------------------------------------------------


def test_of_ten_squatted_records_every_owner_with_the_mailbox_gets_hers():
    """tests/attacks has the thousand."""
    won = 0
    for number in range(10):
        person = Person(
            last_surname="Okafor" + "".join(chr(97 + int(digit)) for digit in f"{number:02}"),
            birth_date=date(1960 + number % 40, 1 + number % 12, 1 + number % 28),
            ssn=f"9{10 + number:02}{10 + number:02}{2000 + number}",
        )
        mailbox = f"owner{number}@example.org"
        record = on_file(person, contact_email=mailbox)
        squatter, owner = f"squatter{number}", f"owner{number}"
        claim(InspectingClient(), person, username=squatter, email=f"{squatter}@example.net")
        browser = InspectingClient()
        contest(browser, person, username=owner, email=f"new{number}@example.org")
        ask_for_code(browser)
        enter(browser, code_in(newest("assurance.code", mailbox)))
        confirm_address(browser, f"new{number}@example.org")
        won += holder(record) == owner and state(squatter) is State.RELEASED
    assert won == 10


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_with_a_code_at_once_exactly_one_is_verified():
    from allauth.account.models import EmailAddress

    from tests.rooms.registration.test_account import at_once

    record = on_file(MARIA, contact_email=ON_FILE)
    claim(InspectingClient(), MARIA, username="squatter", email="s@example.net")
    names = ["first", "second"]
    for name in names:
        contest(InspectingClient(), MARIA, username=name, email=f"{name}@example.net")
    EmailAddress.objects.update(verified=True)
    holds = [hold_of(name).pk for name in names]
    at_once(
        *[
            lambda held=held: give_evidence(holding_id=held, kind=EvidenceKind.LETTER_CODE, by=BY)
            for held in holds
        ]
    )
    assert sorted(state(name).value for name in names) == ["contesting", "verified"]
    assert Holding.objects.filter(record=record, released_at=None, contests=False).count() == 1
    assert Case.objects.filter(kind="contested_claim").count() == 1
