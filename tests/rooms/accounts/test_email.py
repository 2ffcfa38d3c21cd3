"""Confirming an address: a GET changes nothing, a POST by its owner confirms, one live link, nothing usable at rest."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.utils import timezone

from kecs.accounts.models import EmailConfirmation, User
from kecs.mail.models import OutboxMessage
from kecs.pii.fields import unseal_from
from tests.factories.mails import mails, write_mails
from tests.factories.people import MARIA, PASSWORD, Person
from tests.factories.visits import errors, heading, register_and_look, register_new
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db


def newest_link(kind="accounts.confirm_email"):
    """The path of the link in the newest mail of this kind, written by now."""
    write_mails()
    message = OutboxMessage.objects.filter(kind=kind).order_by("queued_at").last()
    assert message is not None
    found = re.search(
        r"http://127\.0\.0\.1:8000(/\S+?)(?=[\"\\\s])", unseal_from(message, "body_sealed") or ""
    )
    assert found
    return found.group(1)


@pytest.fixture
def maria(client):
    """Signed in, just registered."""
    register_new(client, MARIA)
    return User.objects.get()


def is_confirmed(account):
    return EmailAddress.objects.filter(user=account, verified=True).exists()


def test_opening_the_link_shows_a_button_and_pressing_it_confirms(client, maria):
    page = client.get(newest_link(), follow=True)
    assert page.request["PATH_INFO"] == "/confirm-email"
    assert "Confirm my email address" in page.content.decode()
    assert not is_confirmed(maria)
    home = client.post("/confirm-email", follow=True)
    assert home.request["PATH_INFO"] == "/home"
    assert "Your email address is confirmed" in home.content.decode()
    assert is_confirmed(maria)


def test_a_program_that_opens_and_even_posts_confirms_nothing(maria):
    scanner = InspectingClient()
    scanner.get(newest_link(), follow=True)
    answer = scanner.post("/confirm-email", follow=True)
    assert answer.request["PATH_INFO"] == "/"
    assert not is_confirmed(maria)


def test_on_another_device_one_signs_in_and_goes_on(maria):
    phone = InspectingClient()
    page = phone.get(newest_link(), follow=True)
    assert "Sign in first" in page.content.decode()
    page = phone.post("/?next=/confirm-email", {"login": "maria.fuentes", "password": PASSWORD}, follow=True)
    assert heading(page) == "Confirm your email address"
    phone.post("/confirm-email")
    assert is_confirmed(maria)


def test_the_token_is_not_in_the_address_of_the_page_nor_in_the_database(client, maria):
    link = newest_link()
    token = link.rpartition("/")[2]
    page = client.get(link, follow=True)
    assert token not in page.request["PATH_INFO"] + page.content.decode()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the database's own table names
            for row in cursor.fetchall():
                for value in row:
                    raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    assert token.encode() not in raw, table


def test_a_link_works_once(client, maria):
    link = newest_link()
    client.get(link)
    client.post("/confirm-email")
    client.get(link)
    assert client.post("/confirm-email", follow=True).request["PATH_INFO"] == "/home"
    assert EmailConfirmation.objects.count() == 0


def test_a_link_is_too_old_after_a_day(client, maria):
    EmailConfirmation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    client.get(newest_link())
    page = client.post("/confirm-email")
    assert "This link does not work any more" in page.content.decode()
    assert not is_confirmed(maria)


def test_only_the_newest_link_works(client, maria):
    old = newest_link()
    client.post("/confirm-email/resend")
    new = newest_link()
    assert old != new
    client.get(old)
    assert "This link does not work any more" in client.post("/confirm-email").content.decode()
    client.get(new)
    client.post("/confirm-email")
    assert is_confirmed(maria)


def test_a_link_of_another_account_confirms_nothing(client, maria):
    link = newest_link()
    other = InspectingClient()
    ruth = Person(first_name="Ruth", last_surname="Okafor", ssn="902111234", email="ruth@example.org")
    register_new(other, ruth, username="ruth.okafor")
    other.get(link)
    page = other.post("/confirm-email")
    assert "belongs to another account" in page.content.decode()
    assert not EmailAddress.objects.filter(verified=True).exists()


@pytest.mark.parametrize("token", ["x", "%00", "%2e%2e", "é"])
def test_a_made_up_link_says_what_to_do(client, maria, token):
    client.get(f"/confirm-email/{token}")
    assert "Send a new link" in client.post("/confirm-email").content.decode()


def test_a_wrong_address_is_changed_before_it_is_confirmed(client, maria):
    old = newest_link()
    page = client.post("/confirm-email/change", {"email": "right@example.org"}, follow=True)
    assert page.request["PATH_INFO"] == "/home"
    assert "right@example.org" in page.content.decode()
    client.get(old)
    client.post("/confirm-email")
    assert not is_confirmed(maria)
    assert [mail.to for mail in mails()].count("right@example.org") == 1
    client.get(newest_link())
    client.post("/confirm-email")
    assert EmailAddress.objects.get(verified=True).email == "right@example.org"


def test_a_confirmed_address_is_not_changed_there(client, maria):
    client.get(newest_link())
    client.post("/confirm-email")
    client.post("/confirm-email/change", {"email": "thief@example.org"})
    assert EmailAddress.objects.get().email == MARIA.email


def test_a_mistake_in_the_new_address_is_named(client, maria):
    page = client.post("/confirm-email/change", {"email": "right@"})
    assert errors(page) == ["Enter an email address in the form name@example.com."]


def test_nobody_is_flooded_with_mail(client, maria):
    for _again in range(10):
        assert client.post("/confirm-email/resend", follow=True).status_code == 200
    assert [mail.kind for mail in mails()] == ["accounts.confirm_email"] * 3


def test_of_two_accounts_with_one_address_the_first_to_confirm_has_it(client, maria):
    ruth = Person(first_name="Ruth", last_surname="Okafor", ssn="902111234", email=MARIA.email)
    other = InspectingClient()
    mine = newest_link()
    register_new(other, ruth, username="ruth.okafor")
    hers = newest_link()
    client.get(mine)
    client.post("/confirm-email")
    other.get(hers)
    page = other.post("/confirm-email")
    assert "Another account has this address" in page.content.decode()
    assert EmailAddress.objects.filter(verified=True).count() == 1


def test_a_mistyped_domain_is_noticed_offered_and_never_forced(client):
    page = register_and_look(client, MARIA, email="maria@gmial.com")
    assert "Did you mean" in page.content.decode()
    assert User.objects.get().email == "maria@gmial.com"
    home = client.post("/confirm-email/change", {"email": "maria@gmail.com"}, follow=True)
    assert User.objects.get().email == "maria@gmail.com"
    assert "Did you mean" not in home.content.decode()


def test_a_school_address_is_questioned_and_never_refused(client):
    register_new(client, MARIA, email="maria.fuentes@jefferson.kyschools.us")
    assert "Are you sure you want to use it?" in client.get("/home").content.decode()
