"""A district stands behind one address: what a script does there costs its neighbours a robot check, and no more."""

import pytest

from kecs.accounts.models import Recovery, User
from kecs.guard.actions import count
from kecs.guard.crowds import HARDER, HARDEST, OF_NETWORKS, times_the_work
from kecs.guard.limits import NETWORK, RULES, Limit
from kecs.guard.models import LimitCounter
from kecs.guard.robot import Verdict, sentence
from kecs.guard.robots.null import NullRobot
from kecs.records.models import Case
from tests.factories.mails import mails
from tests.factories.people import MARIA, PASSWORD, on_file
from tests.factories.visits import claim, errors, heading, press, register_new, search, send_account
from tests.inspection import InspectingClient
from tests.rooms.registration.test_mailbox import ASKED, answer, ask, newest_code

pytestmark = pytest.mark.django_db
HERE = "127.0.0.1"
BOX = 'name="robot"'
RECOVERY = {"name": "Maria Fuentes", "login": "maria.fuentes", "email": "new@example.org", "message": ""}
NO_NUMBER = {
    "first_name": "Maria",
    "last_surname": "Fuentes",
    "birth_date": "03/04/1971",
    "email": "maria@example.org",
}


def crowd(limit):
    """This network is past it."""
    count(limit=limit, subject=HERE, by="tests")
    LimitCounter.objects.filter(limit=limit).update(count=RULES[limit].most + 1)


@pytest.fixture
def crowded():
    for limit, rule in RULES.items():
        if rule.subject == NETWORK:
            crowd(limit)


@pytest.fixture(autouse=True)
def box(monkeypatch):
    """It passes where it was checked."""

    def verify(_robot, *, request, form_data):
        return Verdict.PASSED if form_data.get("robot") == "on" else Verdict.MISSING

    monkeypatch.setattr(NullRobot, "verify", verify)


def test_who_is_on_file_registers_with_a_mailbox_code(client, crowded):
    on_file(MARIA)
    assert heading(search(client, MARIA)) == ASKED
    ask(client)
    send_account(client, press(client, answer(client, newest_code()), "this_is_me"), MARIA.account())
    assert User.objects.get().username == "maria.fuentes"


def test_who_is_new_registers(client):
    crowd(Limit.REGISTRATIONS_PER_NETWORK)
    register_new(client, MARIA)
    assert User.objects.get().username == "maria.fuentes"


def test_a_request_without_number_is_heard(client, crowded):
    assert (
        heading(client.post("/register/no-ssn", {**NO_NUMBER, "robot": "on"}, follow=True))
        == "We have your request"
    )
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    ("address", "form", "limit", "mail"),
    [
        (
            "/forgot-password",
            {"email": "maria@example.org"},
            Limit.FORGOTTEN_PER_NETWORK,
            "accounts.reset_password",
        ),
        (
            "/forgot-username",
            {"email": "maria@example.org"},
            Limit.FORGOTTEN_PER_NETWORK,
            "accounts.usernames",
        ),
        ("/recover", RECOVERY, Limit.RECOVERIES_PER_NETWORK, "accounts.recovery_confirm"),
    ],
)
def test_who_asks_for_a_mail_checks_the_box_and_gets_it(client, address, form, limit, mail):
    register_new(InspectingClient(), MARIA)
    assert BOX not in client.get(address).content.decode()
    crowd(limit)
    assert BOX in client.get(address).content.decode()
    refused = client.post(address, form)
    assert errors(refused) == [sentence(Verdict.MISSING).replace("'", "&#x27;")]
    assert mail not in {each.kind for each in mails()}
    assert client.post(address, {**form, "robot": "on"}).status_code == 302
    assert mail in {each.kind for each in mails()}


def test_who_signs_in_on_a_new_device_checks_the_box(client):
    register_new(InspectingClient(), MARIA)
    form = {"login": "maria.fuentes", "password": PASSWORD}
    assert BOX not in client.get("/").content.decode()
    crowd(Limit.SIGN_IN_FAILURES_PER_NETWORK)
    assert BOX in client.get("/").content.decode()
    refused = client.post("/", form)
    assert errors(refused) == [sentence(Verdict.MISSING).replace("'", "&#x27;")]
    assert 'id="id_robot_error"' in refused.content.decode()
    assert client.post("/", {**form, "robot": "on"}).headers["Location"] == "/home"


def test_who_asks_for_many_codes_searches_again(client, crowded):
    search(client, MARIA)
    for number in range(RULES[Limit.MAILBOX_CODES_PER_SEARCH].most):
        ask(client, f"maria{number}@example.org")
        client.post("/register/mailbox", {"another": "1"})
    assert heading(ask(client, "one.more@example.org")) == "Find your record"
    assert len(mails()) == RULES[Limit.MAILBOX_CODES_PER_SEARCH].most
    assert heading(search(client, MARIA)) == ASKED


def test_one_browser_makes_no_crowd(client):
    """Each try of an account form costs a password hash: twenty an hour."""
    on_file(MARIA)
    claim(InspectingClient(), MARIA)
    page = press(client, search(client, MARIA), "not_my_account")
    count(limit=Limit.REGISTRATIONS_PER_SESSION, subject=client.session["visitor"], by="tests")
    most = RULES[Limit.REGISTRATIONS_PER_SESSION].most
    LimitCounter.objects.filter(limit=Limit.REGISTRATIONS_PER_SESSION).update(count=most)
    refused = send_account(client, page, MARIA.account(username="maria.two", email="two@example.org"))
    assert (refused.status_code, heading(refused)) == (429, "Please try again later")
    assert User.objects.count() == 1


def test_the_work_grows_with_the_crowd_and_ends_at_ten_times():
    assert times_the_work(HERE) == 1
    for limit in OF_NETWORKS:
        LimitCounter.objects.all().delete()
        count(limit=limit, subject=HERE, by="tests")
        rule = RULES[limit]
        for over, times in ((rule.escalate_over, HARDER), (rule.most, HARDEST)):
            if over is None:
                continue
            LimitCounter.objects.update(count=over)
            assert times_the_work(HERE) < times, limit
            LimitCounter.objects.update(count=over + 1)
            assert times_the_work(HERE) == times, limit
        assert times_the_work("192.0.2.9") == 1, "another network is asked for no more"


def test_each_limit_of_a_network_has_its_test_here():
    """That none of them turns anybody away is shown above, door by door: a new one wants its door there."""
    assert {limit.name for limit in OF_NETWORKS} == {
        "SEARCHES_PER_NETWORK",
        "MAILBOX_CODES_PER_NETWORK",
        "SIGN_IN_FAILURES_PER_NETWORK",
        "REGISTRATIONS_PER_NETWORK",
        "NO_SSN_REQUESTS_PER_NETWORK",
        "FORGOTTEN_PER_NETWORK",
        "RECOVERIES_PER_NETWORK",
    }


def test_what_the_box_refuses_uses_up_no_name(client):
    crowd(Limit.RECOVERIES_PER_NETWORK)
    for _refused in range(RULES[Limit.RECOVERIES_PER_NAME].most + 1):
        client.post("/recover", RECOVERY)
    assert Recovery.objects.count() == 0
    assert client.post("/recover", {**RECOVERY, "robot": "on"}).status_code == 302
    assert Recovery.objects.count() == 1
