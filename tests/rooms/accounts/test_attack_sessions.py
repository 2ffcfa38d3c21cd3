"""A session: its id changes with every step of trust, an old one is dead, and the table gives nobody one."""

import json
from base64 import b64decode

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import connection

from kecs.accounts.sessions import SessionStore, stored_as
from kecs.mail.models import OutboxMessage
from tests.factories.people import MARIA, PASSWORD, on_file
from tests.factories.visits import claim, heading, press, register_new, search, send_account, this_is_me
from tests.inspection import InspectingClient
from tests.rooms.accounts.test_email import newest_link

pytestmark = pytest.mark.django_db


def with_cookie(key):
    browser = InspectingClient()
    browser.cookies["session"] = key
    return browser


def key_of(browser):
    return browser.cookies["session"].value


def test_a_planted_session_is_left_behind_at_the_search(client):
    """The thief gives the victim a session of his own and waits until she has typed her facts."""
    thief = InspectingClient()
    thief.get("/confirm-email/x")  # whatever gives a stranger a session
    planted = key_of(thief)
    on_file(MARIA)
    victim = with_cookie(planted)
    page = this_is_me(victim, MARIA)
    assert heading(page) == "Create your account"
    assert key_of(victim) != planted
    for address in ("/register/match", "/register/account"):
        assert with_cookie(planted).get(address, follow=True).request["PATH_INFO"] == "/register/search"
    send_account(victim, page, MARIA.account())
    assert with_cookie(planted).get("/home", follow=True).request["PATH_INFO"] == "/"


def test_the_id_changes_at_the_search_at_registration_and_at_sign_in_and_each_old_one_is_dead(client):
    on_file(MARIA)
    client.get("/confirm-email/x")
    keys = [key_of(client)]
    page = search(client, MARIA)
    keys.append(key_of(client))
    page = press(client, page, "this_is_me")
    send_account(client, page, MARIA.account())
    keys.append(key_of(client))
    client.post("/sign-out")
    client.get("/confirm-email/x")
    keys.append(key_of(client))
    client.post("/", {"login": "maria.fuentes", "password": PASSWORD})
    keys.append(key_of(client))
    assert len(set(keys)) == 5
    for old in keys[:-1]:
        assert with_cookie(old).get("/home", follow=True).request["PATH_INFO"] == "/"
    assert with_cookie(keys[-1]).get("/home").status_code == 200


def kept(**content):
    """A session that stands in the table."""
    session = SessionStore()
    session.update(content)
    session.save()
    return session


def test_a_new_key_takes_the_row_along_by_one_statement(django_assert_num_queries):
    session = kept(step="search")
    old = session.session_key
    with django_assert_num_queries(1):
        session.cycle_key()
        session["step"] = "match"
        session.cycle_key()  # twice in one request
        session.save()
    assert SessionStore(session.session_key).load() == {"step": "match"}
    assert SessionStore(old).load() == {}
    assert Session.objects.count() == 1


def test_of_two_copies_of_a_form_each_keeps_a_session_of_its_own():
    key = kept(step="search").session_key
    copies = [SessionStore(key), SessionStore(key)]
    for copy in copies:
        copy.cycle_key()
    for copy in copies:
        copy.save()
    assert [SessionStore(copy.session_key).load() for copy in copies] == [{"step": "search"}] * 2


def test_a_session_that_ended_meanwhile_is_not_brought_back_under_its_key():
    session = kept(step="search")
    ended = SessionStore(session.session_key)
    ended.flush()
    session["step"] = "match"
    with pytest.raises(UpdateError):
        session.save()
    assert not Session.objects.exists()


def test_a_session_that_ends_before_its_new_key_is_saved_leaves_no_row():
    session = SessionStore(kept(step="search").session_key)
    session.cycle_key()
    session.flush()
    assert not Session.objects.exists()


def test_signing_out_ends_the_session_on_the_server(client):
    register_new(client, MARIA)
    kept = key_of(client)
    client.post("/sign-out")
    assert with_cookie(kept).get("/home", follow=True).request["PATH_INFO"] == "/"


@pytest.mark.parametrize(
    "key", ["", "short", "A" * 32, "a" * 31, "a" * 33, "a" * 31 + "\x00", "é" * 32, "a" * 32]
)
def test_a_key_that_we_never_made_is_no_session(key):
    assert SessionStore(key).load() == {}


def test_what_the_table_holds_is_no_key(client):
    register_new(client, MARIA)
    row = Session.objects.get()
    assert row.session_key == stored_as(key_of(client))
    assert with_cookie(row.session_key[:32]).get("/home", follow=True).request["PATH_INFO"] == "/"
    assert with_cookie(row.session_key).get("/home", follow=True).request["PATH_INFO"] == "/"


def test_the_content_opens_for_its_own_row_only(client):
    register_new(client, MARIA)
    content = Session.objects.get().session_data
    stranger = InspectingClient()
    stranger.get("/confirm-email/x")
    Session.objects.filter(session_key=stored_as(key_of(stranger))).update(session_data=content)
    assert stranger.get("/home", follow=True).request["PATH_INFO"] == "/"


def test_the_table_holds_no_token_of_a_link_that_was_opened(client):
    on_file(MARIA, contact_email="onfile@example.org")
    claim(InspectingClient(), MARIA)
    client.post("/forgot-password", {"email": MARIA.email})
    reset = newest_link("accounts.reset_password")
    links = [reset, newest_link("accounts.confirm_email"), newest_link("assurance.claimed")]
    assert OutboxMessage.objects.count() == 3
    for link in links:
        client.get(link)
    tables = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_data FROM django_session")
        for (data,) in cursor.fetchall():
            tables += [data, b64decode(data).decode("latin-1")]
    for link in links:
        token = link.rpartition("/")[2]
        assert token in json.dumps(link)
        assert not [text for text in tables if token in text]
        assert not [text for text in tables if token.encode().hex() in text]
