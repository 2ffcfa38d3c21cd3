"""A letter takes longer than the seven days of a claim: its code works afterwards, and nobody is kept out meanwhile."""

from datetime import timedelta

import pytest
from django.utils import timezone

from kecs.assurance.actions import lapse_claims, mark_letter_posted, print_letter
from kecs.assurance.levels import Illegal, State
from kecs.assurance.models import ClaimCode, ClaimNotice, Letter
from kecs.assurance.queries import letters_to_post, state_of_account
from kecs.audit.models import AuditEvent
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
    not_me_code_in,
    this_was_not_me,
)
from tests.factories.people import MARIA
from tests.factories.visits import claim, errors, heading
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db
BY = "system:tests"
DISAVOWED = "assurance.claim_disavowed"


def state(username="maria.fuentes"):
    return state_of_account(account_id(username))


def asks(browser):
    """Asks for a letter; the id of the one that waits."""
    browser.post("/confirm-it-is-you/letter")
    return letters_to_post()[0].letter_id


def posted(letter_id):
    """Printed by one of staff, posted by another; what stands in it."""
    text = print_letter(letter_id=letter_id, by=BY).text
    mark_letter_posted(letter_id=letter_id, by=f"{BY}:colleague")
    return text


def lapses(username="maria.fuentes"):
    eight_days_pass(username)
    assert lapse_claims(by=BY) == 1


@pytest.fixture
def maria(client, record):
    """Her claim, and her address confirmed."""
    claim(client, MARIA)
    confirm_address(client, MARIA.email)
    return client


# --- The code outlives the claim ----------------------------------------------------------------------------------


def test_a_letter_keeps_no_claim_alive(maria):
    until = hold_of("maria.fuentes").provisional_until
    posted(asks(maria))
    assert hold_of("maria.fuentes").provisional_until == until
    lapses()
    assert state() is State.RELEASED


def test_the_code_of_a_letter_that_came_late_opens_the_record_at_once(maria, record):
    code = code_in(posted(asks(maria)))
    lapses()
    page = enter(maria, code)
    assert "it is open to you now" in page.content.decode()
    assert state() is State.VERIFIED
    assert holder(record) == "maria.fuentes"
    assert maria.get("/record").status_code == 200
    assert not ClaimCode.objects.exists(), "it works once"


def test_the_code_works_as_well_where_the_claim_began_anew_before_it_came(maria):
    code = code_in(posted(asks(maria)))
    for _each in range(2):
        lapses()
        ask_for_code(maria)  # begins anew
    assert state() is State.PROVISIONAL
    enter(maria, code)
    assert state() is State.VERIFIED


def test_a_letter_that_staff_post_after_the_claim_lapsed(maria):
    letter_id = asks(maria)
    lapses()
    assert [letter.letter_id for letter in letters_to_post()] == [letter_id]
    enter(maria, code_in(posted(letter_id)))
    assert state() is State.VERIFIED


def test_it_is_one_letter_however_often_a_claim_begins_anew(maria):
    first = asks(maria)
    lapses()
    assert asks(maria) == first
    assert Letter.objects.count() == 1


def test_three_letters_whatever_lapses_between_them(maria):
    for _each in range(5):
        maria.post("/confirm-it-is-you/letter")
        for letter in letters_to_post():
            posted(letter.letter_id)
        lapses()
    assert Letter.objects.count() == 3


def test_a_letter_that_nobody_posted_in_two_weeks_is_forgotten_with_its_code(maria):
    letter_id = asks(maria)
    print_letter(letter_id=letter_id, by=BY)
    lapses()
    Letter.objects.update(asked_at=timezone.now() - timedelta(days=15))
    assert letters_to_post() == []
    lapse_claims(by=BY)
    assert not Letter.objects.exists()
    assert not ClaimCode.objects.exists()


def test_a_letter_of_a_claim_that_lives_waits_for_staff_however_long(maria):
    asks(maria)
    Letter.objects.update(asked_at=timezone.now() - timedelta(days=15))
    lapse_claims(by=BY)
    assert len(letters_to_post()) == 1


def test_its_code_is_over_after_three_weeks_all_the_same(maria):
    code = code_in(posted(asks(maria)))
    lapses()
    ClaimCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert errors(enter(maria, code))
    assert Holding.objects.count() == 1, "no claim began for a code that works no more"


def test_a_wrong_code_begins_no_claim(maria):
    posted(asks(maria))
    lapses()
    assert errors(enter(maria, "AAAAA-AAAAA"))
    assert state() is State.RELEASED


def test_a_mailed_code_does_not_outlive_its_claim(maria):
    ask_for_code(maria)
    code = code_in(newest("assurance.code", ON_FILE))
    lapses()
    assert errors(enter(maria, code))
    ask_for_code(maria)
    assert errors(enter(maria, code))


def test_the_code_of_a_letter_of_another_account_opens_nothing(maria, record):
    code = code_in(posted(asks(maria)))
    lapses()
    other = InspectingClient()
    claim(other, MARIA, username="other", email="other@example.net")
    confirm_address(other, "other@example.net")
    assert errors(enter(other, code))
    assert state("other") is State.PROVISIONAL


# --- And blocks nobody --------------------------------------------------------------------------------------------


def test_a_thief_with_a_letter_keeps_the_record_no_longer_than_any_other(client, thief, record):
    posted(asks(thief))
    lapses("thief")
    claim(client, MARIA)
    assert holder(record) == "maria.fuentes"
    confirm_address(client, MARIA.email)
    ask_for_code(client)
    enter(client, code_in(newest("assurance.code", ON_FILE)))
    assert state() is State.VERIFIED


def test_whoever_comes_while_it_is_on_its_way_is_not_kept_out_and_shown_nothing_of_it(client, thief, record):
    posted(asks(thief))
    contest(client, MARIA)
    confirm_address(client, MARIA.email)
    for page in ("/home", "/confirm-it-is-you"):
        assert "thief" not in client.get(page).content.decode()
    assert thief.get("/record").status_code == 403
    ask_for_code(client)
    enter(client, code_in(newest("assurance.code", ON_FILE)))
    assert holder(record) == "maria.fuentes"
    assert state("thief") is State.RELEASED


def test_who_took_the_record_meanwhile_and_proved_it_keeps_it_and_staff_decide(client, thief, record):
    confirm_address(thief, "thief@example.net")
    code = code_in(posted(asks(thief)))
    lapses("thief")
    claim(client, MARIA, email=ON_FILE)
    confirm_address(client, ON_FILE)
    enter(thief, code)
    assert holder(record) == "maria.fuentes"
    assert state("thief") is State.CONTESTING
    assert Case.objects.get().kind == "contested_claim"


# --- I did not ask for this letter --------------------------------------------------------------------------------


def not_me(browser, code):
    return browser.post("/not-me/letter", {"code": code})


def test_whoever_gets_a_letter_that_she_did_not_ask_for_freezes_the_claim(client, thief):
    text = posted(asks(thief))
    assert "/not-me/letter" in text
    page = not_me(client, f" {not_me_code_in(text).lower().replace('-', ' ')} ")
    assert "Thank you for telling us" in page.content.decode()
    assert state("thief") is State.FROZEN
    assert thief.get("/home", follow=True).request["PATH_INFO"] == "/", "its sessions ended"
    assert Case.objects.get().kind == "disavowed_claim"
    assert AuditEvent.objects.filter(code=DISAVOWED, by="address_on_file").count() == 1
    assert not ClaimCode.objects.exists(), "what stands in it opens nothing any more"


def test_it_names_the_help_desk_too_in_both_languages(thief, settings):
    settings.KECS_HELP_PHONE = "502-555-0100"
    text = posted(asks(thief))
    assert text.count("502-555-0100") == 2
    assert text.count(not_me_code_in(text)) == 2


def test_the_code_that_opens_the_record_says_nothing_else_and_the_other_way_round(client, thief):
    text = posted(asks(thief))
    assert errors(not_me(client, code_in(text)))
    assert errors(enter(thief, not_me_code_in(text)))
    assert state("thief") is State.PROVISIONAL


def test_a_code_that_we_never_made_freezes_nothing(client, thief):
    posted(asks(thief))
    page = not_me(client, "AAAA-AAAA-AAAA")
    assert "We do not know these letters and numbers" in errors(page)[0]
    assert state("thief") is State.PROVISIONAL


def test_a_page_that_is_only_opened_changes_nothing(client, thief):
    posted(asks(thief))
    assert heading(client.get("/not-me/letter")) == "I did not ask for this letter"
    assert state("thief") is State.PROVISIONAL


def test_it_is_good_for_as_long_as_the_code_beside_it(client, thief):
    text = posted(asks(thief))
    notice = ClaimNotice.objects.get(why="letter")
    assert notice.expires_at == ClaimCode.objects.get().expires_at
    ClaimNotice.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "our letter is too old" in errors(not_me(client, not_me_code_in(text)))[0]


def test_said_after_the_claim_lapsed_it_ends_the_one_that_began_anew(client, thief):
    text = posted(asks(thief))
    lapses("thief")
    ask_for_code(thief)
    assert state("thief") is State.PROVISIONAL
    not_me(client, not_me_code_in(text))
    assert state("thief") is State.FROZEN
    assert not ClaimCode.objects.exists()


@pytest.mark.parametrize("by_mail", [False, True])
def test_said_after_the_claim_lapsed_none_begins_any_more(client, thief, record, by_mail):
    mail = newest("assurance.claimed", ON_FILE)
    text = posted(asks(thief))
    code = code_in(text)
    lapses("thief")
    if by_mail:
        this_was_not_me(client, mail)
    else:
        not_me(client, not_me_code_in(text))
    assert Case.objects.get().kind == "disavowed_claim"
    thief.post("/", {"login": "thief", "password": "irrelevant"})
    from tests.factories.claims import sign_in

    sign_in(thief, "thief")
    ask_for_code(thief)
    enter(thief, code)
    assert state("thief") is State.RELEASED
    assert holder(record) == ""


def test_a_letter_that_was_disowned_is_not_printed(client, thief):
    text = posted(asks(thief))
    letter_id = asks(thief)
    not_me(client, not_me_code_in(text))
    assert letters_to_post() == []
    with pytest.raises((Illegal, Letter.DoesNotExist)):
        print_letter(letter_id=letter_id, by=BY)
