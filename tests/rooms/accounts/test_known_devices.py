"""Known devices: not kept waiting for strangers, and a new one is told to the owner, who can say that it was not her."""

import json
import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import signing
from django.core.management import call_command
from django.utils import timezone

from kecs.accounts.browsers import browser_named
from kecs.accounts.known_devices.actions import SALT
from kecs.accounts.known_devices.cookie import cookie_name
from kecs.accounts.models import AccountSession, Device, User
from kecs.accounts.tokens import digest_of_token
from kecs.audit.models import AuditEvent
from kecs.guard.models import LimitCounter
from kecs.mail.models import OutboxMessage
from kecs.pii.fields import unseal_from
from tests.factories.people import MARIA, PASSWORD, Person
from tests.factories.visits import errors, heading, register_new
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
RUTH = Person(first_name="Ruth", last_surname="Okafor", ssn="902111234", email="ruth@example.org")


@pytest.fixture
def hers():
    """The browser in which Maria registered."""
    client = InspectingClient()
    register_new(client, MARIA)
    client.post("/sign-out")
    return client


def sign_in(client, password=PASSWORD, login="maria.fuentes", **headers):
    return client.post("/", {"login": login, "password": password}, follow=True, headers=headers)


def told():
    return OutboxMessage.objects.filter(kind="accounts.new_device").order_by("queued_at")


def text_of(mail):
    return json.loads(unseal_from(mail, "body_sealed") or "{}")["text"]


def an_hour_of_guesses():
    """An attacker at full rate: each second a guess, from a new browser each time. The clock is moved."""
    for _minute in range(60):
        for _guess in range(2):
            sign_in(InspectingClient(), "wrong")
        LimitCounter.objects.update(window_start=timezone.now() - timedelta(minutes=1))


@pytest.mark.any_database("counting is one statement, which the tests of limits put to both")
def test_the_owner_on_her_device_signs_in_fifty_of_fifty_times_while_a_stranger_guesses(hers):
    for _time in range(50):
        for _guess in range(2):
            sign_in(InspectingClient(), "wrong")
        assert heading(sign_in(hers)) == "Home Page"
        hers.post("/sign-out")
    an_hour_of_guesses()
    assert heading(sign_in(hers)) == "Home Page"
    assert "Too many tries" in errors(sign_in(InspectingClient()))[0]


def test_her_success_gives_the_stranger_no_new_guesses(hers):
    for _guess in range(6):
        sign_in(InspectingClient(), "wrong")
    sign_in(hers)
    assert "Too many tries" in errors(sign_in(InspectingClient(), "wrong"))[0]


def test_who_has_her_device_is_delayed_too(hers):
    cookie = hers.cookies[cookie_name()].value
    for _guess in range(5):
        assert "Too many" not in errors(sign_in(hers, "wrong"))[0]
    assert "Too many" in errors(sign_in(hers))[0]
    assert Device.objects.get().token_digest == digest_of_token(cookie)


@pytest.mark.parametrize("planted", ["x" * 43, "", ".".join(["y" * 43] * 30), "short", "x" * 5000])
def test_a_cookie_that_the_table_does_not_know_is_no_device(hers, planted):
    for _guess in range(5):
        sign_in(InspectingClient(), "wrong")
    stranger = InspectingClient()
    stranger.cookies[cookie_name()] = planted
    assert "Too many" in errors(sign_in(stranger))[0]


def test_a_planted_token_is_not_taken_over():
    stranger = InspectingClient()
    register_new(stranger, RUTH, username="ruth.okafor")
    planted = stranger.cookies[cookie_name()].value
    victim = InspectingClient()
    victim.cookies[cookie_name()] = planted
    register_new(victim, MARIA)
    maria = User.objects.get(username="maria.fuentes")
    assert Device.objects.get(account=maria).token_digest != digest_of_token(planted)
    # A shared machine knows both: her new token stands beside the other.
    newest, older = victim.cookies[cookie_name()].value.split(".")
    assert (digest_of_token(newest), older) == (Device.objects.get(account=maria).token_digest, planted)


def test_a_name_that_nobody_has_gets_the_same_answers(hers):
    pages = {}
    for login in ("maria.fuentes", "nobody.here"):
        pages[login] = [errors(sign_in(InspectingClient(), "wrong", login)) for _try in range(8)]
    assert pages["maria.fuentes"] == pages["nobody.here"]


def test_the_cookie_is_kept_from_scripts_and_the_first_device_is_told_to_nobody(hers):
    cookie = hers.cookies[cookie_name()]
    assert cookie["httponly"]
    assert cookie["max-age"] == 400 * 24 * 60 * 60
    assert not told().exists()
    sign_in(hers)
    assert not told().exists()
    assert Device.objects.count() == 1


def test_on_https_no_neighbour_can_set_it(settings):
    settings.HTTPS = True
    assert cookie_name() == "__Host-device"


def test_a_new_device_is_told_once_in_her_language_at_the_addresses_that_she_confirmed(hers):
    User.objects.update(language="es")
    other = InspectingClient()
    sign_in(other, **{"user-agent": FIREFOX})
    [mail] = told()
    assert "Firefox, Linux" in text_of(mail)
    assert "Hola" in text_of(mail)
    other.post("/sign-out")
    sign_in(other)
    assert told().count() == 1
    assert AuditEvent.objects.filter(code="accounts.device_met").count() == 2


def test_while_an_address_is_confirmed_an_unconfirmed_one_hears_nothing(hers):
    maria = User.objects.get()
    EmailAddress.objects.filter(user=maria).update(verified=True)
    EmailAddress.objects.create(user=maria, email="typed@example.org", verified=False)
    sign_in(InspectingClient())
    assert [mail.to for mail in told()] == [MARIA.email]


def test_many_new_devices_are_a_few_mails_and_none_stays_untold(hers):
    for _device in range(9):
        sign_in(InspectingClient(), **{"user-agent": FIREFOX})
    assert told().count() == 3
    assert Device.objects.filter(told_at=None).count() == 6
    LimitCounter.objects.all().delete()
    call_command("tidy")
    assert text_of(told().last()).count("Firefox, Linux") == 6
    assert not Device.objects.filter(told_at=None).exists()


def test_this_wasnt_me_ends_every_session_and_the_password(hers):
    thief = InspectingClient()
    sign_in(thief)
    link = re.search(r"https?://[^/]+(/new-device/\S+)", text_of(told().get()))
    assert link
    owner = InspectingClient()
    page = owner.get(link[1], follow=True)
    assert page.request["PATH_INFO"] == "/new-device/not-me"
    assert heading(thief.get("/home")) == "Home Page"  # opening the link changes nothing
    assert "Choose a new password" in owner.post("/new-device/not-me").content.decode()
    assert thief.get("/home").status_code == 302
    assert "this password does not work any more" in errors(sign_in(thief))[0]
    assert "this password does not work any more" in errors(sign_in(hers))[0]
    assert AuditEvent.objects.filter(code="accounts.sign_in_disowned").count() == 1
    assert "does not work any more" in owner.post("/new-device/not-me").content.decode()


def test_this_wasnt_me_leaves_no_session_in_the_table_and_no_second_step_of_the_thiefs(hers):
    maria = User.objects.get()
    thief = InspectingClient()
    sign_in(thief)
    old, young = (
        Authenticator.objects.create(user=maria, type=kind, data={})
        for kind in ("webauthn", "recovery_codes")
    )
    Authenticator.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=11))
    Authenticator.objects.filter(pk=young.pk).update(created_at=timezone.now() - timedelta(days=9))
    assert AccountSession.objects.filter(account=maria).exists()
    owner = InspectingClient()
    owner.get(f"/new-device/not-me/{signing.dumps(str(maria.pk), salt=SALT)}", follow=True)
    owner.post("/new-device/not-me")
    assert not AccountSession.objects.filter(account=maria).exists()
    assert list(Authenticator.objects.all()) == [old]
    assert thief.get("/home").status_code == 302
    assert AuditEvent.objects.filter(code="accounts.sessions_ended").exists()


def test_a_forged_link_ends_nothing(hers):
    client = InspectingClient()
    client.get("/new-device/not-me/forged", follow=True)
    assert "does not work any more" in client.post("/new-device/not-me").content.decode()
    assert User.objects.get().has_usable_password()


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (FIREFOX, "Firefox, Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("<script>alert(1)</script>", ""),
    ],
)
def test_a_browser_is_named_in_two_words_of_ours(header, name):
    assert browser_named(header) == name
