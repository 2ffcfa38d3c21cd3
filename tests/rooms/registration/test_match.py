"""/register/match: This is Me!, This is not me, taken records, and steps out of order."""

import pytest
from django.core import mail as outside

from kecs.mail.models import OutboxMessage
from tests.factories.mails import mails
from tests.factories.people import MARIA, Person, on_file
from tests.factories.visits import claim, heading, press, registration_key, search, this_is_me
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db


def test_this_is_me_leads_to_the_account(client):
    on_file(MARIA)
    page = this_is_me(client, MARIA)
    assert page.request["PATH_INFO"] == "/register/account"
    assert heading(page) == "Create your account"


def test_this_is_not_me_offers_a_new_account(client):
    on_file(MARIA)
    page = press(client, search(client, MARIA), "not_me")
    assert heading(page) == "We did not find your record"
    assert heading(press(client, page, "create_new")) == "Create New Account"


@pytest.mark.parametrize("choice", ["create_new", "nonsense", ""])
def test_a_choice_that_the_page_does_not_offer_changes_nothing(client, choice):
    on_file(MARIA)
    page = press(client, search(client, MARIA), choice)
    assert page.request["PATH_INFO"] == "/register/match"


def test_nobody_claims_a_record_that_was_not_found(client):
    page = press(client, search(client, MARIA), "this_is_me")
    assert page.request["PATH_INFO"] == "/register/match"


@pytest.mark.parametrize("address", ["/register/match", "/register/account", "/register/match/username"])
def test_a_step_out_of_order_leads_to_the_search(client, address):
    for page in (client.get(address, follow=True), client.post(address, {}, follow=True)):
        assert page.request["PATH_INFO"] == "/register/search"


def test_the_account_page_needs_a_choice(client):
    on_file(MARIA)
    search(client, MARIA)
    assert client.get("/register/account", follow=True).request["PATH_INFO"] == "/register/match"


def test_a_form_of_another_tab_does_not_claim_for_the_newest_search(client):
    on_file(MARIA)
    first_tab = search(client, MARIA)
    other = Person(first_name="Ruth", last_surname="Okafor", ssn="902111234")
    on_file(other)
    search(client, other)
    page = press(client, first_tab, "this_is_me")
    assert page.request["PATH_INFO"] == "/register/match"
    assert "another window" in page.content.decode()
    assert "Okafor" in page.content.decode()


def test_a_record_that_is_taken_says_so_and_tells_its_owner(client):
    on_file(MARIA)
    claim(client, MARIA)
    OutboxMessage.objects.all().delete()
    stranger = InspectingClient()
    page = search(stranger, MARIA)
    assert heading(page) == "You already have an account"
    assert "maria.fuentes" not in page.content.decode()
    assert MARIA.email not in page.content.decode()
    [told] = mails()
    assert (told.kind, told.to) == ("registration.record_searched", MARIA.email)


def test_the_username_goes_to_the_address_on_file_and_the_page_says_no_more(client):
    on_file(MARIA, contact_email="onfile@example.org")
    claim(client, MARIA)
    stranger = InspectingClient()
    search(stranger, MARIA)
    page = stranger.post("/register/match/username", follow=True)
    assert heading(page) == "Check your email"
    assert "onfile@example.org" not in page.content.decode()
    sent = [(mail.kind, mail.to) for mail in mails()]
    assert ("accounts.usernames", "onfile@example.org") in sent
    assert [kind for kind, _to in sent].count("accounts.usernames") == 1
    assert outside.outbox == []


def test_one_who_is_signed_in_goes_home(client):
    on_file(MARIA)
    claim(client, MARIA)
    for address in ("/register/search", "/register/match", "/register/account"):
        assert client.get(address, follow=True).request["PATH_INFO"] == "/home"


def test_a_search_that_is_too_old_starts_again(client, settings):
    on_file(MARIA)
    page = search(client, MARIA)
    from datetime import timedelta
    from unittest.mock import patch

    from django.utils import timezone

    later = timezone.now() + timedelta(minutes=31)
    with patch("kecs.registration.views.portal_clock", return_value=later):
        answer = client.post(
            "/register/match", {"registration": registration_key(page), "choice": "this_is_me"}, follow=True
        )
    assert answer.request["PATH_INFO"] == "/register/search"
    assert "start again" in answer.content.decode()
