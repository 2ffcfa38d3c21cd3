"""A thief makes accounts in her name, each with another number: no mail tells him which of the numbers is on file."""

from dataclasses import replace

import pytest
from django.test import Client

from kecs.assurance.actions import lapse_claims
from kecs.mail.models import OutboxMessage
from kecs.records.models import Holding
from kecs.registration.settling import settle_waiting
from tests.factories.claims import ON_FILE, confirm_address, eight_days_pass
from tests.factories.mails import write_mails
from tests.factories.people import MARIA, Person, on_file
from tests.factories.visits import claim, create_new, search, send_account

pytestmark = pytest.mark.django_db


def in_her_name(number: str, username: str) -> Client:
    """An account with her name and birth date and this number, by way of a search for somebody who does not exist."""
    nobody = Person(first_name=f"Zeb{username}", last_surname="Quox", ssn=number)
    browser = Client()
    form = nobody.new_account(
        first_name=MARIA.first_name,
        last_surname=MARIA.last_surname,
        birth_date=MARIA.birth_date.strftime("%m/%d/%Y"),
        username=username,
        email=f"{username}@example.org",
    )
    send_account(browser, create_new(browser, nobody), form)
    settle_waiting(by="tests")
    write_mails()
    return browser


def mails_to(username: str) -> list[str]:
    found = OutboxMessage.objects.filter(to=f"{username}@example.org")
    return sorted(found.values_list("kind", flat=True))


@pytest.fixture
def numbers():
    """The right one, and one that is wrong in its beginning."""
    on_file(MARIA, contact_email=ON_FILE)
    return {"right": MARIA.ssn, "wrong": f"{(int(MARIA.ssn[:5]) + 7):05}{MARIA.ssn[-4:]}"}


def test_a_claim_that_lapses_and_begins_again_is_not_told_to_who_does_not_know_of_it(numbers):
    for username, number in numbers.items():
        browser = in_her_name(number, username)
        confirm_address(browser, f"{username}@example.org")
        if Holding.objects.filter(account__username=username).exists():
            eight_days_pass(username)
        lapse_claims(by="tests")
        browser.post("/confirm-it-is-you/code")
        write_mails()
    assert Holding.objects.filter(account__username="right").exists()
    assert mails_to("right") == mails_to("wrong")


def test_the_mail_with_the_username_comes_to_the_account_whether_or_not_it_was_joined_to_a_record(numbers):
    in_her_name(numbers["right"], "right")
    visitor = Client()
    search(visitor, MARIA)
    visitor.post("/register/match/username")
    write_mails()
    assert "accounts.usernames" in mails_to("right")
    assert OutboxMessage.objects.filter(to=ON_FILE, kind="accounts.usernames").exists()


def test_who_pressed_this_is_me_is_told_that_the_claim_lapsed(client):
    on_file(MARIA, contact_email=ON_FILE)
    claim(client, replace(MARIA, email="maria@example.org"), email="maria@example.org")
    confirm_address(client, "maria@example.org")
    eight_days_pass("maria.fuentes")
    lapse_claims(by="tests")
    write_mails()
    assert "assurance.lapsed" in mails_to("maria")
