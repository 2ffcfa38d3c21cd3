"""This wasn't me: who is told, what the link does, and what it does not."""

from datetime import timedelta

import pytest
from django.utils import timezone

from kecs.assurance.actions import Reason, disavow, give_evidence, release, unfreeze
from kecs.assurance.levels import EvidenceKind, Illegal, State
from kecs.assurance.models import ClaimNotice, Evidence
from kecs.assurance.queries import state_of_account
from kecs.audit.models import AuditEvent
from kecs.mail.models import OutboxMessage
from kecs.records.models import Case
from tests.factories.claims import (
    ON_FILE,
    account_id,
    ask_for_code,
    code_in,
    confirm_address,
    contest,
    enter,
    hold_of,
    holder,
    link_in,
    newest,
    sign_in,
    this_was_not_me,
)
from tests.factories.people import MARIA
from tests.factories.visits import claim, heading, search
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db
BY = "system:tests"


def test_it_freezes_the_claim_ends_its_sessions_and_asks_staff(client, thief):
    assert heading(thief.get("/home")) == "Home Page"
    page = this_was_not_me(client, newest("assurance.claimed", ON_FILE))
    assert "Thank you for telling us" in page.content.decode()
    assert state_of_account(account_id("thief")) is State.FROZEN
    assert thief.get("/home", follow=True).request["PATH_INFO"] == "/"
    case = Case.objects.get()
    assert (case.kind, case.account_id) == ("disavowed_claim", account_id("thief"))
    assert AuditEvent.objects.filter(code="assurance.claim_disavowed").count() == 1


def test_the_frozen_see_that_and_may_do_nothing(client, thief):
    this_was_not_me(client, newest("assurance.claimed", ON_FILE))
    home = sign_in(thief, "thief").content.decode()
    assert "Your record is on hold" in home
    assert "/confirm-it-is-you" not in home
    assert thief.get("/confirm-it-is-you").status_code == 403
    assert ask_for_code(thief).status_code == 403
    assert "Our staff are looking into it" in thief.get("/record").content.decode()


def test_a_program_that_opens_links_and_presses_buttons_freezes_nothing(client, thief):
    """It follows the link, runs along the redirect and sends the form as it stands."""
    page = client.get(link_in(newest("assurance.claimed", ON_FILE)), follow=True)
    assert page.request["PATH_INFO"] == "/not-me"
    answer = client.post("/not-me", follow=True)
    assert "Check the box" in answer.content.decode()
    assert state_of_account(account_id("thief")) is State.PROVISIONAL
    assert ClaimNotice.objects.filter(used_at=None).count() == 1
    assert "Thank you" in client.post("/not-me", {"not_me": "on"}).content.decode()


def test_nobody_freezes_without_having_opened_the_link_in_this_browser(client, thief):
    link_in(newest("assurance.claimed", ON_FILE))
    for form in ({"not_me": "on"}, {}):  # no error leads to a box that is not there
        page = client.post("/not-me", form).content.decode()
        assert "does not work any more" in page
        assert "#id_not_me" not in page
    assert state_of_account(account_id("thief")) is State.PROVISIONAL


def test_the_token_is_gone_from_the_address_and_nowhere_at_rest(client, thief):
    link = link_in(newest("assurance.claimed", ON_FILE))
    token = link.rpartition("/")[2]
    page = client.get(link, follow=True)
    assert token not in page.request["PATH_INFO"] + page.content.decode()
    told = ClaimNotice.objects.get()
    assert token.encode() not in bytes(told.token_digest)


def test_ten_days(client, thief):
    text = newest("assurance.claimed", ON_FILE)
    told = ClaimNotice.objects.get()
    assert timedelta(days=9, hours=23) < told.expires_at - timezone.now() <= timedelta(days=10)
    ClaimNotice.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "does not work any more" in this_was_not_me(client, text).content.decode()
    assert state_of_account(account_id("thief")) is State.PROVISIONAL


def test_pressed_twice_it_is_one_case(client, thief):
    text = newest("assurance.claimed", ON_FILE)
    for _each in range(2):
        assert "Thank you" in this_was_not_me(client, text).content.decode()
    assert Case.objects.count() == 1


@pytest.mark.parametrize("token", ["", "x", "é" * 40, "A" * 10_000])
def test_a_token_that_we_never_made(db, token):
    assert disavow(token=token, by="tests") is False


def test_even_the_verified_are_frozen_and_what_they_proved_is_forgotten(client, thief):
    confirm_address(thief, "thief@example.net")
    held = hold_of("thief").pk
    give_evidence(holding_id=held, kind=EvidenceKind.STAFF_CHECK, by=BY)
    assert state_of_account(account_id("thief")) is State.VERIFIED
    this_was_not_me(client, newest("assurance.verified", ON_FILE))
    assert state_of_account(account_id("thief")) is State.FROZEN
    assert not Evidence.objects.filter(withdrawn_at=None).exists()
    unfreeze(holding_id=held, reason=Reason.PERSON_CHECKED, by=BY)
    assert state_of_account(account_id("thief")) is State.PROVISIONAL
    give_evidence(holding_id=held, kind=EvidenceKind.STAFF_CHECK, by=BY)
    assert state_of_account(account_id("thief")) is State.VERIFIED


def test_the_owner_comes_in_after_she_said_that_it_was_not_her(client, thief, record):
    this_was_not_me(client, newest("assurance.claimed", ON_FILE))
    owner = InspectingClient()
    contest(owner, MARIA)
    confirm_address(owner, MARIA.email)
    ask_for_code(owner)
    enter(owner, code_in(newest("assurance.code", ON_FILE)))
    assert holder(record) == "maria.fuentes"
    assert owner.get("/record").status_code == 200


def test_the_owner_never_learns_of_mails_without_an_address_on_file(client, record):
    record.contact_email = ""
    record.save()
    claim(client, MARIA)
    assert not OutboxMessage.objects.filter(kind__startswith="assurance.").exists()


def test_staff_end_a_hold_with_a_reason_that_is_a_word(thief, record):
    held = hold_of("thief").pk
    with pytest.raises(ValueError, match="boredom"):
        release(holding_id=held, reason="boredom", by=BY)
    release(holding_id=held, reason="wrong_person", by=BY)
    assert holder(record) == ""
    event = AuditEvent.objects.get(code="records.holding_released")
    assert (event.keys["because"], event.keys["reason"]) == ("staff", "wrong_person")
    with pytest.raises(Illegal):
        release(holding_id=held, reason="wrong_person", by=BY)
    assert "Ask our staff about your record" in thief.get("/home").content.decode()
    assert "does not have a record now" in thief.get("/confirm-it-is-you").content.decode()
    assert heading(search(InspectingClient(), MARIA)) == "We found your record"


def test_home_offers_a_correction_to_those_only_who_may_ask(client, thief):
    assert 'href="/corrections"' in thief.get("/home").content.decode()
    this_was_not_me(client, newest("assurance.claimed", ON_FILE))
    sign_in(thief, "thief")
    assert 'href="/corrections"' not in thief.get("/home").content.decode()
