"""Guessing passwords and flooding mailboxes: how far a stranger gets, however he asks."""

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client

from kecs.accounts.addresses import mailbox_of
from kecs.accounts.models import Recovery, User
from kecs.accounts.recovery.actions import ask_for_recovery
from kecs.guard.actions import count
from kecs.guard.limits import RULES, Limit
from kecs.guard.models import LimitCounter
from kecs.mail.models import OutboxMessage
from tests.factories.mails import mails, write_mails
from tests.factories.people import MARIA, PASSWORD, Person, on_file
from tests.factories.visits import claim, errors, heading, register_new, registration_key, search, this_is_me
from tests.inspection import InspectingClient
from tests.rooms.accounts.test_email import newest_link

pytestmark = pytest.mark.django_db

UNKNOWN = RULES[Limit.SIGN_IN_FAILURES_FROM_UNKNOWN_DEVICES]
FREE, STOP = UNKNOWN.free or 0, UNKNOWN.most
NEW_PASSWORD = "Quiet-Maple9 river"
TOO_MANY = "Too many tries to sign in"
BOX_ASKED = "Check the box “I&#x27;m not a robot”."


@pytest.fixture
def hashed(monkeypatch):
    """How many passwords were looked at."""
    from kecs.accounts import hashers

    looked_at = []
    verify = hashers.CheapArgon2PasswordHasher.verify

    def counted(self, password, encoded):
        looked_at.append(1)
        return verify(self, password, encoded)

    monkeypatch.setattr(hashers.CheapArgon2PasswordHasher, "verify", counted)
    return looked_at


def sign_in(login, password="wrong", **headers):  # noqa: S107 - it is wrong
    return InspectingClient().post("/", {"login": login, "password": password}, headers=headers, follow=True)


def later(wait=timedelta(minutes=15)):
    """So much time passes."""
    for counter in LimitCounter.objects.all():
        LimitCounter.objects.filter(pk=counter.pk).update(window_start=counter.window_start - wait)


def test_username_and_address_are_one_account(hashed):
    register_new(InspectingClient(), MARIA)
    for number in range(30):
        sign_in(
            (
                "maria.fuentes",
                "MARIA.fuentes",
                "maria@example.org",
                " Maria@EXAMPLE.org ",
                "ｍａｒｉａ.fuentes",
            )[number % 5]
        )
    assert len(hashed) == FREE


@pytest.mark.any_database("the counters are tried on each database in guard")
@pytest.mark.parametrize("login", ["maria.fuentes", "nobody"])
def test_fifty_failures_are_the_end_until_a_new_password_is_chosen(login, hashed):
    register_new(InspectingClient(), MARIA)
    for _quarter in range(STOP):
        for _try in range(FREE + 1 if _quarter == 0 else 2):
            answer = sign_in(login)
        later()
    assert "this password does not work any more" in errors(answer)[0]
    later(timedelta(days=365))
    assert "this password does not work any more" in errors(sign_in(login, PASSWORD))[0]
    if login != "maria.fuentes":
        return
    assert len(hashed) == STOP
    browser = InspectingClient()
    browser.post("/forgot-password", {"email": MARIA.email})
    page = browser.get(newest_link("accounts.reset_password"), follow=True)
    browser.post(page.request["PATH_INFO"], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert heading(sign_in(login, NEW_PASSWORD)) == "Home Page"


def test_each_failure_doubles_the_wait_which_the_page_tells(hashed):
    register_new(InspectingClient(), MARIA)
    for _try in range(FREE):
        sign_in("maria.fuentes")
    for wait in (
        "2 seconds",
        "4 seconds",
        "8 seconds",
        "16 seconds",
        "32 seconds",
        "64 seconds",
        "3 minutes",
    ):
        before = len(hashed)
        assert f"Wait {wait} " in errors(sign_in("maria.fuentes", PASSWORD))[0]
        assert len(hashed) == before
        later(timedelta(seconds=int(wait.split()[0]) * (60 if "minutes" in wait else 1)))
        assert TOO_MANY not in errors(sign_in("maria.fuentes"))[0]
        assert len(hashed) == before + 1


def test_the_wait_is_never_longer_than_a_quarter_of_an_hour():
    assert max(UNKNOWN.delay_after(used) for used in range(200)) == timedelta(minutes=15)
    assert [UNKNOWN.delay_after(used).seconds for used in (0, 4, 5, 6, 13, 14)] == [0, 0, 2, 4, 512, 900]


def test_one_network_cannot_stuff_passwords_for_ever(settings):
    register_new(InspectingClient(), MARIA)
    most = RULES[Limit.SIGN_IN_FAILURES_PER_NETWORK].most
    sign_in("somebody")
    LimitCounter.objects.filter(limit=Limit.SIGN_IN_FAILURES_PER_NETWORK).update(count=most)
    settings.KECS_ROBOT = "altcha"
    assert errors(sign_in("somebody.else")) == [BOX_ASKED]
    for forged in ("203.0.113.9", "203.0.113.9, 198.51.100.7"):
        headers = {"x-forwarded-for": forged, "forwarded": f"for={forged}", "x-real-ip": forged}
        assert errors(sign_in("a.third", **headers)) == [BOX_ASKED]


@pytest.mark.django_db(transaction=True)
def test_thirty_guesses_at_once_are_five(hashed):
    register_new(InspectingClient(), MARIA)
    answers, door = [], threading.Barrier(30)

    def come():
        door.wait()
        try:
            answers.append(errors(sign_in("maria.fuentes"))[0])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=come) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 30
    assert len(hashed) == FREE


def test_a_form_that_ended_in_an_account_is_no_other_way_to_guess_its_password(client, hashed):
    on_file(MARIA)
    form = {"registration": registration_key(this_is_me(client, MARIA)), **MARIA.account()}
    client.post("/register/account", form)
    for number in range(30):
        InspectingClient().post("/register/account", {**form, "password1": f"Guess-{number} lamp"})
    assert len(hashed) == RULES[Limit.FORM_SENT_AGAIN].most
    assert not errors(sign_in("maria.fuentes", PASSWORD))  # nobody else can keep her out by it


# --- Mail ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("Eve@example.org", "eve@example.org"),
        ("eve+a@example.org", "eve@example.org"),
        ("eve+a+b@example.org", "eve@example.org"),
        ("+a@example.org", "+a@example.org"),
    ],
)
def test_a_tag_makes_no_other_mailbox(address, mailbox):
    assert mailbox_of(address) == mailbox


def test_one_account_cannot_have_us_write_to_the_world(client):
    register_new(client, MARIA)
    for number in range(40):
        client.post("/confirm-email/change", {"email": f"victim{number}@example.org"})
        client.post("/confirm-email/resend")
        write_mails()
    assert OutboxMessage.objects.count() == RULES[Limit.MAILS_PER_ACCOUNT_DAY].most


@pytest.mark.any_database("the counters are tried on each database in guard")
def test_one_mailbox_is_not_flooded_through_any_form(client):
    """By every form that sends mail, in every spelling of the address."""
    on_file(MARIA, contact_email="victim@example.org")
    claim(client, MARIA, email="victim@example.org")
    for number in range(20):
        for spelling in ("victim@example.org", "VICTIM@example.org", f"victim+{number}@example.org"):
            client.post("/confirm-email/change", {"email": spelling})
            client.post("/confirm-email/resend")
            for form in ("/forgot-password", "/forgot-username"):
                InspectingClient().post(form, {"email": spelling})
            write_mails()
    stranger = InspectingClient()
    for _again in range(20):
        search(stranger, MARIA)
        stranger.post("/register/match/username")
    by_kind: dict[str, int] = {}
    for mail in mails():
        by_kind[mail.kind] = by_kind.get(mail.kind, 0) + 1
    assert by_kind == {
        "accounts.confirm_email": 3,
        "accounts.reset_password": 3,
        "accounts.usernames": 3,
        "assurance.claimed": 1,
        "registration.record_searched": 7,
    }


def test_many_new_accounts_with_one_address_write_to_it_three_times_an_hour():
    for number in range(8):
        person = Person(
            first_name="Ruth",
            last_surname="Okafor" + "abcdefgh"[number],
            ssn=f"9021{number}{1000 + number}",
            email=f"victim+{number}@example.org",
        )
        register_new(InspectingClient(), person, username=f"ruth.okafor{number}")
    assert User.objects.count() == 8
    assert OutboxMessage.objects.count() == RULES[Limit.MAILS_PER_ADDRESS_HOUR].most


def test_registrations_of_one_network_are_counted_before_they_cost_a_hash(client):
    on_file(MARIA)
    page = this_is_me(client, MARIA)
    LimitCounter.objects.all().delete()
    form = {"registration": registration_key(page), **MARIA.account(username="x")}
    client.post("/register/account", form)
    assert not LimitCounter.objects.filter(limit=Limit.REGISTRATIONS_PER_NETWORK).exists()
    other = InspectingClient()
    other_page = this_is_me(other, MARIA)
    other.post("/register/account", {"registration": registration_key(other_page), **MARIA.account()})
    counter = LimitCounter.objects.get(limit=Limit.REGISTRATIONS_PER_NETWORK)
    assert counter.count == 1


def test_a_crowded_network_asks_nothing_of_who_comes_on_her_own_device(client, settings):
    """A script of a district's network fails a thousand times; whoever signed in there before signs in."""
    on_file(MARIA)
    claim(client, MARIA)
    client.post("/sign-out")
    settings.KECS_ROBOT = "altcha"
    limit = Limit.SIGN_IN_FAILURES_PER_NETWORK
    for _failure in range(RULES[limit].most):
        count(limit=limit, subject="127.0.0.1", by="tests")
    form = {"login": "maria.fuentes", "password": PASSWORD}
    assert client.post("/", form).headers["Location"] == "/home"
    assert Client().post("/", form).status_code == 200  # a stranger to the account, right password or not


def test_requests_of_strangers_in_her_name_do_not_use_up_hers():
    for number in range(5):
        ask_for_recovery(
            name="x", login="maria.fuentes", email=f"thief{number}@example.org", message="",
            by="tests",
        )  # fmt: skip
    before = Recovery.objects.count()
    ask_for_recovery(
        name="Maria",
        login="maria.fuentes",
        email="maria@example.org",
        message="",
        by="tests",
    )
    assert Recovery.objects.count() == before + 1
