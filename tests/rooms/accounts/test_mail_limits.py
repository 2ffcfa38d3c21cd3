"""Mail that strangers can cause: how many, where its links lead, and that a link opens one door only."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import connection

from kecs.accounts.tokens import digest_of_token
from kecs.guard import actions as guard
from kecs.guard.limits import DAY, HOUR
from kecs.guard.queries import database_clock
from kecs.pii.fields import unseal_from
from tests.factories.mails import mails
from tests.factories.people import MARIA, Person, on_file
from tests.factories.visits import claim, create_new, heading, register_new, registration_key
from tests.inspection import InspectingClient
from tests.rooms.accounts.test_email import newest_link

pytestmark = pytest.mark.django_db
FORMS = {"/forgot-password": "accounts.reset_password", "/forgot-username": "accounts.usernames"}


@pytest.fixture
def networks(settings):
    """A hundred networks, one after the other."""
    settings.KECS_TRUSTED_PROXIES = 1
    return [f"10.{number}.7.7" for number in range(100)]


def sent(kind):
    return [mail for mail in mails() if mail.kind == kind]


# --- How many ------------------------------------------------------------------------------------------------------


@pytest.mark.any_database("the counters are tried on each database in guard")
@pytest.mark.parametrize("form", FORMS)
def test_two_hundred_requests_from_a_hundred_networks_send_three_mails(networks, form):
    register_new(InspectingClient(), MARIA)
    browser = InspectingClient()
    for number in range(200):
        address = {"x-forwarded-for": networks[number % 100]}
        assert browser.post(form, {"email": MARIA.email}, headers=address).status_code == 302
    assert len(sent(FORMS[form])) == 3


@pytest.mark.any_database("the counters are tried on each database in guard")
@pytest.mark.parametrize("form", FORMS)
def test_two_hundred_requests_over_a_day_send_ten_mails_at_most(networks, form, monkeypatch):
    register_new(InspectingClient(), MARIA)
    browser = InspectingClient()
    began = database_clock()
    by_hour: dict[int, int] = {}
    for number in range(200):
        passed = number * (DAY - timedelta(minutes=1)) / 200
        monkeypatch.setattr(guard, "portal_clock", lambda passed=passed: began + passed)
        address = {"x-forwarded-for": networks[number % 100]}
        before = asked_for()
        browser.post(form, {"email": MARIA.email}, headers=address)
        hour = passed // HOUR
        by_hour[hour] = by_hour.get(hour, 0) + asked_for() - before
    assert max(by_hour.values()) <= 3
    assert len(sent(FORMS[form])) <= 10


@pytest.mark.parametrize("form", FORMS)
def test_what_the_hour_refuses_does_not_use_up_the_day(form, monkeypatch):
    register_new(InspectingClient(), MARIA)
    for _request in range(30):
        InspectingClient().post(form, {"email": MARIA.email})
    assert asked_for_here() == 3
    began = database_clock()
    monkeypatch.setattr(guard, "portal_clock", lambda: began + HOUR + timedelta(minutes=1))
    InspectingClient().post(form, {"email": MARIA.email})
    assert asked_for_here() == 4


@pytest.mark.parametrize("form", FORMS)
def test_strangers_keep_no_owner_from_her_mail_and_she_gets_ten_a_day_at_most(form, monkeypatch):
    hers = InspectingClient()
    register_new(hers, MARIA)
    EmailAddress.objects.filter(email=MARIA.email).update(verified=True)
    hers.post("/sign-out")
    began = database_clock()
    for hour in range(20):
        monkeypatch.setattr(
            guard, "portal_clock", lambda hour=hour: began + hour * (HOUR + timedelta(minutes=5))
        )
        for _request in range(5):
            InspectingClient().post(form, {"email": MARIA.email})
    assert asked_for_here() == 7
    for wanted in (8, 9, 10, 10):
        hers.post(form, {"email": MARIA.email})
        assert asked_for_here() == wanted


def test_the_device_of_another_account_is_a_strangers():
    """Nor is that of one that only typed her address."""
    hers, thief, ruth = InspectingClient(), InspectingClient(), InspectingClient()
    register_new(hers, MARIA)
    EmailAddress.objects.filter(email=MARIA.email).update(verified=True)
    other = Person(first_name="Ruth", last_surname="Okafor", ssn="902111234", email="ruth@example.org")
    register_new(ruth, other, username="ruth.okafor")
    register_new(
        thief,
        Person(first_name="Tom", last_surname="Taker", ssn="902111235"),
        username="tom",
        email=MARIA.email,
    )
    before = asked_for_here()
    for browser in (thief, ruth):
        for _request in range(5):
            browser.post("/forgot-password", {"email": MARIA.email})
    assert asked_for_here() == before + 3


def asked_for_here():
    """Errands of forms that were sent, not of registrations."""
    from kecs.mail.models import Errand

    return Errand.objects.filter(kind__contains="forgot").count()


def asked_for():
    """How many errands wait."""
    from kecs.mail.models import Errand

    return Errand.objects.count()


# --- Where links lead ----------------------------------------------------------------------------------------------

EVIL = "evil.example.net"
HOSTS = [
    {"host": EVIL},
    {"host": f"{EVIL}:80"},
    {"host": f"localhost@{EVIL}"},
    {"host": f"localhost:80@{EVIL}"},
    {"host": f"localhost#{EVIL}"},
    {"host": f"localhost/{EVIL}"},
    {"host": f"localhost?{EVIL}"},
    {"host": f"localhost.{EVIL}"},
    {"host": f"localhost, {EVIL}"},
    {"host": f"[::1]{EVIL}"},
    {"x-forwarded-host": EVIL},
    {"x-forwarded-host": f"localhost, {EVIL}"},
    {"x-forwarded-server": EVIL},
    {"x-host": EVIL},
    {"x-http-host-override": EVIL},
    {"x-original-host": EVIL},
    {"forwarded": f"host={EVIL}"},
    {"x-original-url": f"https://{EVIL}/"},
    {"x-forwarded-proto": f"https://{EVIL}/"},
    {"referer": f"https://{EVIL}/", "origin": f"https://{EVIL}"},
]


@pytest.mark.parametrize("headers", HOSTS, ids="-".join)
def test_a_link_never_leads_to_a_host_that_a_request_names(headers):
    register_new(InspectingClient(), MARIA)
    InspectingClient().post("/forgot-password", {"email": MARIA.email}, headers=headers)
    InspectingClient().post("/forgot-username", {"email": MARIA.email}, headers=headers)
    InspectingClient().post("/forgot-password", {"email": MARIA.email})
    links = [link for mail in mails() for link in re.findall(r"https?://[^\s\"\\]+", text_of(mail))]
    assert len(links) >= 2
    assert all(link.startswith("http://127.0.0.1:8000/") for link in links), links


def text_of(mail):
    return unseal_from(mail, "body_sealed") or ""


def test_there_are_twenty_kinds_of_forged_host():
    assert len(HOSTS) == 20


# --- One door a token ----------------------------------------------------------------------------------------------


@pytest.fixture
def tokens(client):
    """One of each purpose, all alive, with the account they are about."""
    on_file(MARIA, contact_email="onfile@example.org")
    claim(client, MARIA)
    InspectingClient().post("/forgot-password", {"email": MARIA.email})
    ruth = Person(first_name="Ruth", last_surname="Okafor", ssn="902111234", email="ruth@example.org")
    uid, key = newest_link("accounts.reset_password").split("/")[2:4]
    return {
        "confirm": newest_link("accounts.confirm_email").rpartition("/")[2],
        "reset": key,
        "not me": newest_link("assurance.claimed").rpartition("/")[2],
        "registration": registration_key(create_new(InspectingClient(), ruth)),
        "uid": uid,
    }


def confirms(token, uid):
    browser = InspectingClient()
    browser.get(f"/confirm-email/{token}")
    page = browser.post("/confirm-email", follow=True)
    # Not signed in: the page leads to sign-in whatever the token is; what counts is the table.
    from kecs.accounts.queries import live_confirmation

    return page.status_code == 200 and live_confirmation(digest_of_token(token)) is not None


def resets(token, uid):
    page = InspectingClient().get(f"/forgot-password/{uid}/{token}", follow=True)
    return heading(page) == "Choose a new password"


def disavows(token, uid):
    from kecs.assurance.actions import disavow

    return disavow(token=token, by="tests")


def registers(token, uid):
    """Whether the form of a registration that ended is found under it: only its own, which has not ended, would be."""
    from kecs.registration.models import RegistrationOutcome
    from kecs.registration.queries import key_digest

    stored = list(RegistrationOutcome.objects.values_list("key_digest", flat=True))
    return key_digest(token) in [bytes(each) for each in stored]


DOORS = {"confirm": confirms, "reset": resets, "not me": disavows, "registration": registers}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("purpose", DOORS)
def test_a_token_opens_its_own_door_only(tokens, purpose, door):
    opened = DOORS[door](tokens[purpose], tokens["uid"])
    # A registration's key opens nothing by itself: it names a form in the session of one browser.
    assert opened is (purpose == door != "registration")


def test_one_token_of_a_purpose_lives(client):
    register_new(client, MARIA)
    first = newest_link().rpartition("/")[2]
    client.post("/confirm-email/resend")
    second = newest_link().rpartition("/")[2]
    assert not confirms(first, "")
    assert confirms(second, "")


def test_no_token_stands_in_the_database_in_clear(tokens, client):
    """The reset token is a MAC over the account's password, last sign-in and the time: it is stored nowhere."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the database's own table names
            for row in cursor.fetchall():
                raw = b" ".join(
                    bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    for value in row
                )
                for purpose in DOORS:
                    assert tokens[purpose].encode() not in raw, (purpose, table)


# --- Usernames -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["maria.fuentes", "nobody.at.all"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/register/account"),
        ("post", "/register/account"),
        ("get", "/register/match"),
        ("post", "/register/match"),
        ("get", "/"),
        ("get", "/forgot-username"),
    ],
)
def test_outside_of_a_registration_nobody_learns_whether_a_username_is_taken(name, method, path):
    register_new(InspectingClient(), MARIA)
    typed = {"username": name, "login": name, "registration": "x"}
    answer = getattr(InspectingClient(), method)(path, typed)
    other = getattr(InspectingClient(), method)(
        path, typed | {"username": "other.name", "login": "other.name"}
    )
    assert (answer.status_code, answer.headers.get("Location")) == (
        other.status_code,
        other.headers.get("Location"),
    )
    assert "has this username" not in answer.content.decode()
