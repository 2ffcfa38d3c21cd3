"""Several addresses: adding tells nothing of strangers, and a thief's change is taken back."""

import json
import random
import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from kecs.accounts.actions import send_password_reset
from kecs.accounts.book import actions
from kecs.accounts.models import AccountSession, AddressUndo, ConfirmedSince, Recovery, User
from kecs.accounts.queries import account_named, confirmed_addresses, notice_addresses
from kecs.accounts.recovery.actions import start_recovery
from kecs.accounts.recovery_status import Status
from kecs.mail.models import OutboxMessage
from kecs.pii.fields import unseal_from
from tests.factories.mails import mails
from tests.factories.people import MARIA, Person
from tests.factories.visits import heading, register_new
from tests.inspection import InspectingClient, lasting

pytestmark = pytest.mark.django_db
RUTH = Person(first_name="Ruth", last_surname="Okafor", ssn="902111234", email="ruth@example.org")
HERS = "maria.two@example.org"
LONG_AGO = timedelta(days=40)


def newest_link(kind):
    mails()
    message = OutboxMessage.objects.filter(kind=kind).order_by("queued_at").last()
    assert message is not None
    found = re.search(
        r"http://127\.0\.0\.1:8000(/\S+?)(?=[\"\\\s])", unseal_from(message, "body_sealed") or ""
    )
    assert found
    return found.group(1)


def confirmed(account, email, *, ago=timedelta()):
    """An address that the account confirmed some time ago."""
    row, _new = EmailAddress.objects.update_or_create(user=account, email=email, defaults={"verified": True})
    ConfirmedSince.objects.update_or_create(
        account=account, email=email, defaults={"since": timezone.now() - ago}
    )
    return row.pk


@pytest.fixture
def maria(client):
    register_new(client, MARIA)
    account = User.objects.get()
    confirmed(account, MARIA.email, ago=LONG_AGO)
    return account


def test_adding_confirming_and_choosing(client, maria):
    page = client.post("/account/emails/add", {"email": HERS}, follow=True)
    assert heading(page) == "My email addresses"
    assert confirmed_addresses(maria.pk) == [MARIA.email]
    client.get(newest_link("accounts.confirm_added_email"))
    client.post("/confirm-email")
    assert confirmed_addresses(maria.pk) == [MARIA.email, HERS]
    pk = EmailAddress.objects.get(email=HERS).pk
    client.post(f"/account/emails/{pk}/primary", follow=True)
    assert User.objects.get().email == HERS
    assert sorted(notice_addresses(maria.pk)) == sorted([MARIA.email, HERS])
    assert OutboxMessage.objects.get(kind="accounts.address_changed").to == MARIA.email


def test_adding_is_told_once_to_her_other_addresses_in_her_language(client, maria):
    confirmed(maria, "second@example.org", ago=LONG_AGO)
    User.objects.update(language="es")
    for _time in range(2):
        client.post("/account/emails/add", {"email": HERS})
    told = OutboxMessage.objects.filter(kind="accounts.address_added")
    assert sorted(mail.to for mail in told) == [MARIA.email, "second@example.org"]
    body = json.loads(unseal_from(told[0], "body_sealed") or "{}")["text"]
    assert "Hola" in body
    assert "/forgot-password" in body
    assert HERS not in body


def test_an_unconfirmed_address_opens_nothing(client, maria):
    actions.add_address(account_id=maria.pk, email=HERS, by="tests")
    assert account_named(HERS) is None
    send_password_reset(email=HERS, by="tests")
    assert not [mail for mail in mails() if mail.kind == "accounts.reset_password"]


def test_adding_an_address_of_somebody_else_looks_the_same(client, maria):
    register_new(InspectingClient(), RUTH, username="ruth.okafor")
    EmailAddress.objects.filter(email=RUTH.email).update(verified=True)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    seen = []
    for email in (RUTH.email, "nobody@example.org"):
        with CaptureQueriesContext(connection) as queries:
            page = client.post("/account/emails/add", {"email": email}, follow=True)
        text = re.sub(r"/emails/\d+", "", lasting(page.content.decode()))
        seen.append((text.replace(email, "X"), len(queries)))
        EmailAddress.objects.filter(user=maria, email=email).delete()
    assert seen[0] == seen[1]


def test_another_accounts_address_stays(client, maria):
    register_new(InspectingClient(), RUTH, username="ruth.okafor")
    ruth = EmailAddress.objects.get(email=RUTH.email)
    client.post(f"/account/emails/{ruth.pk}/remove")
    client.post(f"/account/emails/{ruth.pk}/primary")
    assert EmailAddress.objects.filter(pk=ruth.pk).exists()
    assert User.objects.get(pk=maria.pk).email == MARIA.email


def test_the_way_back(client, maria):
    """The link needs no sign-in; opening it changes nothing; pressing shuts everybody out."""
    thief = confirmed(maria, "thief@example.org")
    client.post(f"/account/emails/{thief}/primary")
    owner = InspectingClient()
    page = owner.get(newest_link("accounts.address_changed"), follow=True)
    assert page.request["PATH_INFO"] == "/email-was-not-me"
    assert User.objects.get().email == "thief@example.org"
    page = owner.post("/email-was-not-me")
    assert "Your address is back" in page.content.decode()
    account = User.objects.get()
    assert account.email == MARIA.email
    assert not account.has_usable_password()
    assert confirmed_addresses(account.pk) == [MARIA.email]
    assert not AccountSession.objects.exists()
    assert client.get("/home", follow=True).request["PATH_INFO"] == "/"
    assert owner.get("/home", follow=True).request["PATH_INFO"] == "/"


def test_a_way_back_ends_what_a_thief_started_by_telephone(client, maria):
    """Also before the yes of staff."""
    actions.choose_primary(account_id=maria.pk, address_id=confirmed(maria, "thief@example.org"), by="tests")
    start_recovery(account_id=maria.pk, name="M", email="thief2@example.org", by="account:t")
    owner = InspectingClient()
    owner.get(newest_link("accounts.address_changed"))
    owner.post("/email-was-not-me")
    assert Recovery.objects.get().status == Status.CANCELLED


def test_a_way_back_is_shut_after_ten_days(client, maria):
    thief = confirmed(maria, "thief@example.org")
    client.post(f"/account/emails/{thief}/primary")
    AddressUndo.objects.update(expires_at=timezone.now())
    owner = InspectingClient()
    owner.get(newest_link("accounts.address_changed"))
    assert "does not work any more" in owner.post("/email-was-not-me").content.decode()
    assert User.objects.get().email == "thief@example.org"


@pytest.mark.any_database("a walk over the table of one account, one step at a time")
def test_whatever_the_thief_does_the_owner_comes_back(client, maria):
    """Twenty-five thieves: each adds, chooses and removes as chance has it, and uses the ways back that it gets."""
    for seed in range(25):
        chance = random.Random(seed)
        EmailAddress.objects.filter(user=maria).delete()
        AddressUndo.objects.all().delete()
        confirmed(maria, MARIA.email, ago=LONG_AGO)
        actions.make_primary(account_id=maria.pk, email=MARIA.email, by="tests")
        kept = {MARIA.email}
        if chance.random() < 0.5:
            confirmed(maria, HERS, ago=LONG_AGO)
            kept.add(HERS)
        first = confirmed(maria, "thief0@example.org")
        actions.choose_primary(account_id=maria.pk, address_id=first, by="tests")
        digest = bytes(AddressUndo.objects.get().token_digest)
        for step in range(chance.randrange(6)):
            pk = confirmed(maria, f"thief{step + 1}@example.org")
            if chance.random() < 0.5:
                actions.choose_primary(account_id=maria.pk, address_id=pk, by="tests")
            for row in EmailAddress.objects.filter(user=maria, primary=False):
                if chance.random() < 0.4:
                    actions.remove_address(account_id=maria.pk, address_id=row.pk, by="tests")
            his = AddressUndo.objects.filter(account=maria, email__startswith="thief").first()
            if his and chance.random() < 0.5:
                actions.undo_change(token_digest=bytes(his.token_digest), by="tests")
        assert actions.undo_change(token_digest=digest, by="tests"), seed
        assert User.objects.get().email == MARIA.email, seed
        assert MARIA.email in confirmed_addresses(maria.pk), seed
        assert set(confirmed_addresses(maria.pk)) <= kept, seed
        assert not AddressUndo.objects.filter(email__startswith="thief").exists(), seed
