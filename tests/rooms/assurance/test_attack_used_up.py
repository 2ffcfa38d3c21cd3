"""A thief asks for all the mails and letters that the owner may get in a day: hers must still come."""

import pytest
from django.test import Client

from kecs.assurance.models import Letter
from kecs.mail.models import OutboxMessage
from tests.factories.claims import ON_FILE, ask_for_code, contest, hold_of
from tests.factories.mails import write_mails
from tests.factories.people import MARIA, Person, on_file
from tests.factories.visits import claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def thieves():
    """One claims, three contest, and all ask for what they can."""
    on_file(MARIA, contact_email=ON_FILE)
    browsers = [Client() for _each in range(4)]
    claim(browsers[0], MARIA, username="thief.one", email="thief@example.org")
    for number, browser in enumerate(browsers[1:]):
        contest(browser, MARIA, username=f"thief.x{'abc'[number]}", email=f"thief{number}@example.org")
    for browser in browsers:
        for _again in range(4):
            ask_for_code(browser)
        browser.post("/confirm-it-is-you/letter")
    return browsers


def test_the_owner_gets_her_code_and_her_letter(thieves):
    owner = Client()
    contest(owner, MARIA, username="maria.owner", email="new.maria@example.org")
    ask_for_code(owner)
    owner.post("/confirm-it-is-you/letter")
    write_mails()
    hers = hold_of("maria.owner")
    assert hers.claim_codes.count() == 1
    assert hers.letters.count() == 1
    assert OutboxMessage.objects.filter(to=ON_FILE, kind="assurance.code").count() <= 4 + 7 + 1
    assert Letter.objects.count() == 5


def test_one_claim_gets_three_codes_an_hour_and_no_more(thieves):
    before = OutboxMessage.objects.filter(to=ON_FILE, kind="assurance.code").count()
    ask_for_code(thieves[0])
    write_mails()
    assert OutboxMessage.objects.filter(to=ON_FILE, kind="assurance.code").count() == before


def test_who_claims_another_record_is_told_of_whatever_was_claimed_before(thieves):
    """A school office is on file for many: each record has its own count."""
    other = Person(first_name="Ann", last_surname="Lee", ssn="900124822")
    on_file(other, contact_email=ON_FILE)
    write_mails()
    before = OutboxMessage.objects.filter(to=ON_FILE, kind="assurance.claimed").count()
    for number in range(7):
        contest(Client(), MARIA, username=f"more.x{'abcdefg'[number]}", email=f"more{number}@example.org")
    claim(Client(), other, username="ann.lee", email="ann@example.org")
    write_mails()
    assert OutboxMessage.objects.filter(to=ON_FILE, kind="assurance.claimed").count() == before + 1
