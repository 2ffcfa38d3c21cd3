"""/confirm-it-is-you: codes, letters, the address that was on file, and what the Home Page and the record say."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from kecs.assurance.actions import (
    NeedsColleague,
    Reason,
    give_evidence,
    mark_letter_posted,
    print_letter,
    unfreeze,
)
from kecs.assurance.levels import EvidenceKind, Illegal, State
from kecs.assurance.models import ClaimCode, Evidence, Letter
from kecs.assurance.queries import letters_to_post, state_of_account
from kecs.audit.models import AuditEvent
from kecs.mail.models import OutboxMessage
from kecs.records.kinds import AssuranceLevel
from tests.factories.claims import (
    ON_FILE,
    account_id,
    ask_for_code,
    code_in,
    confirm_address,
    contest,
    enter,
    hold_of,
    link_in,
    newest,
)
from tests.factories.people import MARIA, on_file
from tests.factories.visits import claim, errors, heading, register_new
from tests.inspection import InspectingClient, lasting

pytestmark = pytest.mark.django_db
BY = "system:tests"


def state(username="maria.fuentes"):
    return state_of_account(account_id(username))


@pytest.fixture
def maria(client, record):
    """On file, and her account made."""
    claim(client, MARIA)
    return client


def test_a_claim_sees_nothing_of_the_record(maria):
    page = maria.get("/record")
    assert page.status_code == 403
    assert heading(page) == "This page is not open to you yet"
    home = maria.get("/home").content.decode()
    assert "Show that this record is yours" in home
    for stored in ("Esperanza", "Delgado", ON_FILE):
        assert stored not in home + page.content.decode()


def test_a_code_and_a_confirmed_address_open_the_record(maria):
    ask_for_code(maria)
    page = enter(maria, code_in(newest("assurance.code", ON_FILE)))
    assert "Now confirm your email address" in page.content.decode()
    assert state() is State.PROVISIONAL
    confirm_address(maria, MARIA.email)
    assert state() is State.VERIFIED
    assert "You have shown that the record is yours" in maria.get("/home").content.decode()
    shown = maria.get("/record").content.decode()
    for stored in ("Esperanza", "Delgado", ON_FILE, "04/09/1985", "***-**-4321"):
        assert stored in shown
    assert MARIA.ssn not in shown


def test_in_the_other_order_too(maria):
    confirm_address(maria, MARIA.email)
    assert state() is State.PROVISIONAL
    ask_for_code(maria)
    page = enter(maria, code_in(newest("assurance.code", ON_FILE)))
    assert "it is open to you now" in page.content.decode()
    assert state() is State.VERIFIED


def test_a_code_is_read_as_people_type_it(maria):
    confirm_address(maria, MARIA.email)
    ask_for_code(maria)
    code = code_in(newest("assurance.code"))
    enter(maria, f"  {code.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} ")
    assert state() is State.VERIFIED


def test_only_the_newest_code_works_once_and_for_a_day(maria):
    ask_for_code(maria)
    first = code_in(newest("assurance.code"))
    ask_for_code(maria)
    second = code_in(newest("assurance.code"))
    assert errors(enter(maria, first)) == [
        "This code does not work. Check it, or ask for a new one. Only the newest code works."
    ]
    ClaimCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert errors(enter(maria, second))
    ClaimCode.objects.update(expires_at=timezone.now() + timedelta(hours=1))
    assert not errors(enter(maria, second))
    assert errors(enter(maria, second))
    assert Evidence.objects.get().kind == "code_to_address"


def test_a_code_of_another_account_does_not_work(maria):
    ask_for_code(maria)
    other = InspectingClient()
    register_new(
        other,
        replace(MARIA, ssn="901667777", first_name="Ruth"),
        username="another",
        email="another@example.net",
    )
    assert errors(enter(other, code_in(newest("assurance.code"))))


def test_ten_tries_a_day(maria):
    ask_for_code(maria)
    for _each in range(10):
        assert "does not work" in errors(enter(maria, "AAAAAAAA"))[0]
    assert "too many codes" in errors(enter(maria, code_in(newest("assurance.code"))))[0]
    assert Evidence.objects.count() == 0


def test_no_code_is_kept_in_clear(maria):
    ask_for_code(maria)
    code = code_in(newest("assurance.code")).replace("-", "")
    stored = ClaimCode.objects.get()
    assert code.encode() not in bytes(stored.digest)
    assert not any(code in str(event.keys) for event in AuditEvent.objects.all())


def test_the_page_is_the_same_whether_or_not_an_address_is_on_file(client, record):
    def seen(browser):
        pages = [browser.get("/confirm-it-is-you"), ask_for_code(browser)]
        pages.append(browser.post("/confirm-it-is-you/letter", follow=True))
        return [lasting(page.content.decode()) for page in pages]

    claim(client, MARIA)
    with_address = seen(client)
    ruth = replace(MARIA, ssn="901661111")
    on_file(ruth)
    without = InspectingClient()
    claim(without, ruth, username="maria.fuentez", email="maria@example.org")
    nobody = InspectingClient()
    register_new(nobody, replace(MARIA, ssn="902667777"), username="maria.fuentex", email="maria@example.org")
    as_maria = [page.replace("maria.fuentez", "maria.fuentes") for page in seen(without)]
    assert as_maria == with_address
    assert [page.replace("maria.fuentex", "maria.fuentes") for page in seen(nobody)] == with_address
    assert OutboxMessage.objects.filter(kind="assurance.code").count() == 1


def test_codes_do_not_fill_a_mailbox(maria):
    for _each in range(8):
        assert "we are sending a code" in ask_for_code(maria, look=True).content.decode()
    assert OutboxMessage.objects.filter(kind="assurance.code").count() == 3


def test_an_address_that_came_on_file_after_the_claim_proves_nothing(maria, record):
    record.contact_email = MARIA.email
    record.save()
    ask_for_code(maria)
    assert not OutboxMessage.objects.filter(kind="assurance.code").exists()
    confirm_address(maria, MARIA.email)
    assert state() is State.PROVISIONAL


def test_confirming_the_address_on_file_is_evidence(client, record):
    claim(client, MARIA, email=ON_FILE)
    confirm_address(client, ON_FILE)
    assert state() is State.VERIFIED
    assert Evidence.objects.get().kind == "address_on_file"


def test_a_kind_that_the_agency_does_not_count_opens_nothing(client, record, settings):
    settings.KECS_EVIDENCE = ["staff_check"]
    claim(client, MARIA, email=ON_FILE)
    confirm_address(client, ON_FILE)
    assert state() is State.PROVISIONAL


def test_the_letter_of_staff(maria):
    confirm_address(maria, MARIA.email)
    for _each in range(2):
        maria.post("/confirm-it-is-you/letter")
    [letter] = letters_to_post()
    assert (letter.first_name, letter.last_surname) == ("María", "Fuentes-Ortega")
    with pytest.raises(Illegal):
        mark_letter_posted(letter_id=letter.letter_id, by=BY)
    first = code_in(print_letter(letter_id=letter.letter_id, by=BY).text)
    printed = print_letter(letter_id=letter.letter_id, by=BY)
    assert "/confirm-it-is-you" in printed.text
    assert "21" in printed.text
    code = code_in(printed.text)
    assert len(code) == 11
    assert errors(enter(maria, code)), "a letter that was not posted opens nothing"
    with pytest.raises(NeedsColleague):
        mark_letter_posted(letter_id=letter.letter_id, by=BY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.update(posted_at=timezone.now(), posted_by=BY)
    mark_letter_posted(letter_id=letter.letter_id, by=f"{BY}:colleague")
    assert letters_to_post() == []
    assert errors(enter(maria, first))
    ends = ClaimCode.objects.get().expires_at
    assert ends is not None
    assert timedelta(days=20) < ends - timezone.now() < timedelta(days=22)
    enter(maria, code)
    assert state() is State.VERIFIED


def test_three_letters_a_month_for_a_record(maria):
    for _each in range(5):
        maria.post("/confirm-it-is-you/letter")
        Letter.objects.update(posted_at=timezone.now(), printed_at=timezone.now(), posted_by="tests")
    assert Letter.objects.count() == 3


def test_staff_can_vouch(maria):
    held = hold_of("maria.fuentes")
    assert give_evidence(holding_id=held.pk, kind=EvidenceKind.STAFF_CHECK, by=BY) is State.PROVISIONAL
    confirm_address(maria, MARIA.email)
    assert state() is State.VERIFIED


def test_a_new_record_is_verified_by_staff(client):
    register_new(client, MARIA)
    confirm_address(client, MARIA.email)
    assert state() is State.UNDER_REVIEW
    give_evidence(holding_id=hold_of("maria.fuentes").pk, kind=EvidenceKind.DISTRICT_CHECK, by=BY)
    assert state() is State.VERIFIED
    assert client.get("/record").status_code == 200


def test_every_rise_is_told_to_the_address_on_file_and_to_those_of_the_account(maria):
    confirm_address(maria, MARIA.email)
    give_evidence(holding_id=hold_of("maria.fuentes").pk, kind=EvidenceKind.STAFF_CHECK, by=BY)
    told = OutboxMessage.objects.filter(kind="assurance.verified")
    assert sorted(told.values_list("to", flat=True)) == [MARIA.email, ON_FILE]
    text = newest("assurance.verified", ON_FILE)
    assert link_in(text)
    assert "Someone showed us" in text
    assert "Alguien nos demostró" in text


def test_verified_once_nothing_more_is_sent(maria):
    confirm_address(maria, MARIA.email)
    held = hold_of("maria.fuentes").pk
    give_evidence(holding_id=held, kind=EvidenceKind.STAFF_CHECK, by=BY)
    before = OutboxMessage.objects.count()
    give_evidence(holding_id=held, kind=EvidenceKind.LETTER_CODE, by=BY)
    assert ask_for_code(maria).status_code == 403
    assert OutboxMessage.objects.count() == before


def test_who_comes_back_to_the_page_after_the_proof_is_led_to_the_record(maria):
    confirm_address(maria, MARIA.email)
    ask_for_code(maria)
    enter(maria, code_in(newest("assurance.code", ON_FILE)))
    page = maria.get("/confirm-it-is-you")
    assert heading(page) == "You have shown that the record is yours"
    assert 'href="/record"' in page.content.decode()


def test_evidence_for_a_frozen_hold_is_refused(maria):
    from kecs.assurance.actions import disavow

    token = link_in(newest("assurance.claimed")).rpartition("/")[2]
    assert disavow(token=token, by="tests")
    with pytest.raises(Illegal):
        give_evidence(holding_id=hold_of("maria.fuentes").pk, kind=EvidenceKind.STAFF_CHECK, by=BY)
    unfreeze(holding_id=hold_of("maria.fuentes").pk, reason=Reason.FALSE_ALARM, by=BY)
    assert hold_of("maria.fuentes").level == AssuranceLevel.PROVISIONAL
    assert state() is State.PROVISIONAL


def test_nobody_vouches_for_herself(maria):
    held = hold_of("maria.fuentes")
    with pytest.raises(Illegal):
        give_evidence(holding_id=held.pk, kind=EvidenceKind.STAFF_CHECK, by=f"account:{held.account_id}")


def test_nobody_vouches_for_a_record_that_she_contests_nor_prints_its_letter(maria):
    rival = InspectingClient()
    contest(rival, MARIA, username="rival", email="rival@example.net")
    held, by = hold_of("maria.fuentes"), f"account:{account_id('rival')}"
    maria.post("/confirm-it-is-you/letter")
    with pytest.raises(Illegal):
        give_evidence(holding_id=held.pk, kind=EvidenceKind.STAFF_CHECK, by=by)
    with pytest.raises(Illegal):
        print_letter(letter_id=letters_to_post()[0].letter_id, by=by)
