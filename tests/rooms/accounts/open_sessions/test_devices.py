"""Sessions are seen and ended, end by the clock, and nothing typed is lost."""

from datetime import timedelta

import pytest
from django.utils import timezone

from kecs.accounts.browsers import browser_named
from kecs.accounts.models import AccountSession, User
from kecs.accounts.shut_out.actions import end_sessions
from tests.factories.people import MARIA, PASSWORD, Person
from tests.factories.visits import register_new
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db
RUTH = Person(first_name="Ruth", last_surname="Okafor", ssn="902111234", email="ruth@example.org")


@pytest.fixture
def maria(client):
    register_new(client, MARIA)
    return User.objects.get()


def signs_in(client, address="/", login="maria.fuentes"):
    return client.post(address, {"login": login, "password": PASSWORD}, follow=True)


def is_in(client):
    return client.get("/home", follow=True).request["PATH_INFO"] == "/home"


def grow_idle(minutes):
    AccountSession.objects.update(seen_at=timezone.now() - timedelta(minutes=minutes))


def test_the_list_marks_this_one_and_another_is_ended_at_once(client, maria):
    phone = InspectingClient(headers={"User-Agent": "Mozilla (iPhone) Version/17 Safari/604"})
    signs_in(phone)
    page = client.get("/account/devices").content.decode()
    assert page.count("(this device)") == 1
    assert "Safari, iPhone" in page
    other = AccountSession.objects.get(browser="Safari, iPhone")
    client.post(f"/account/devices/{other.pk}/end")
    assert not is_in(phone)
    assert is_in(client)


def test_all_others_are_ended(client, maria):
    phone, tablet = InspectingClient(), InspectingClient()
    signs_in(phone)
    signs_in(tablet)
    client.post("/account/devices/others/end")
    assert [is_in(each) for each in (client, phone, tablet)] == [True, False, False]


def test_a_session_of_somebody_else_stays(client, maria):
    ruth = InspectingClient()
    register_new(ruth, RUTH, username="ruth.okafor")
    hers = AccountSession.objects.get(account__username="ruth.okafor")
    client.post(f"/account/devices/{hers.pk}/end")
    assert is_in(ruth)


def test_the_action_ends_all(client, maria):
    end_sessions(account_id=maria.pk, by="tests")
    assert not is_in(client)


@pytest.mark.parametrize(("staff", "minutes", "stays"), [(0, 29, 1), (0, 32, 0), (1, 14, 1), (1, 17, 0)])
def test_nobody_there(client, maria, staff, minutes, stays):
    User.objects.update(is_staff=bool(staff))
    grow_idle(minutes)
    assert is_in(client) is bool(stays)


def test_twelve_hours_are_enough(client, maria):
    AccountSession.objects.update(begun_at=timezone.now() - timedelta(hours=12, minutes=2))
    assert not is_in(client)


def test_asking_how_long_is_no_use_and_extending_is(client, maria):
    grow_idle(28)
    assert client.get("/session/left").json()["seconds"] <= 121
    assert client.get("/session/left").json()["seconds"] <= 121
    assert client.post("/session/extend").json()["seconds"] > 1790


def too_late(client):
    """A form that is sent after the time-out; the sign-in page it leads to."""
    client.get("/account/emails/add")
    grow_idle(40)
    typed = {"email": "typed@example.org", "password": "secret-typed"}
    return client.post("/account/emails/add", typed, follow=True)


def test_what_was_typed_comes_back(client, maria):
    page = too_late(client)
    assert "what you typed comes back" in page.content.decode()
    assert "typed@example.org" not in page.content.decode()
    page = signs_in(client, "/?next=/account/emails/add")
    text = page.content.decode()
    assert "What you typed is back" in text
    assert 'value="typed@example.org"' in text
    assert "secret-typed" not in text
    assert "typed@example.org" not in client.get("/account/emails/add").content.decode()


def test_what_was_typed_comes_back_to_nobody_else(client, maria):
    register_new(InspectingClient(), RUTH, username="ruth.okafor")
    too_late(client)
    page = signs_in(client, "/?next=/account/emails/add", login="ruth.okafor")
    assert page.request["PATH_INFO"] == "/account/emails/add"
    assert "typed@example.org" not in page.content.decode()


def test_it_is_kept_for_half_an_hour(client, maria):
    too_late(client)
    session = client.session
    session["typed_before_time_out"] = {
        **session["typed_before_time_out"],
        "at": timezone.now().timestamp() - 31 * 60,
    }
    session.save()
    page = signs_in(client, "/?next=/account/emails/add")
    assert "typed@example.org" not in page.content.decode()


def test_the_page_carries_the_warning(client, maria):
    assert 'data-session-end="1' in client.get("/home").content.decode()
    assert "data-session-end" not in InspectingClient().get("/").content.decode()


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Safari/537 Edg/126", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/126 Mobile Safari/537", "Chrome, Android"),
        ("curl/8", ""),
    ],
)
def test_browsers_in_a_few_words(agent, words):
    assert browser_named(agent) == words
