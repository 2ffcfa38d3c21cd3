"""Forgot password and forgot username: the same page for everybody, the mail only to those who have an account."""

import html

import pytest

from kecs.accounts.models import User
from kecs.guard.actions import count
from kecs.guard.limits import RULES, Limit
from kecs.guard.robot import Verdict, sentence
from kecs.mail.models import OutboxMessage
from kecs.pii.fields import unseal_from
from tests.factories.mails import mails
from tests.factories.people import MARIA, PASSWORD
from tests.factories.visits import errors, heading, register_new
from tests.inspection import InspectingClient, lasting
from tests.rooms.accounts.test_email import newest_link

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "Quiet-Maple9 river"


@pytest.fixture
def maria():
    """Her account, and an empty outbox."""
    register_new(InspectingClient(), MARIA)
    OutboxMessage.objects.all().delete()
    return User.objects.get()


@pytest.mark.parametrize("address", ["/forgot-password", "/forgot-username"])
def test_the_page_is_the_same_for_everybody(client, maria, address):
    pages = {
        lasting(InspectingClient().post(address, {"email": email}, follow=True).content.decode())
        for email in ("maria@example.org", "nobody@example.org", "MARIA@example.org ")
    }
    assert len(pages) == 1
    assert {mail.to for mail in mails()} == {"maria@example.org"}


def test_the_username_is_mailed(client, maria):
    page = client.post("/forgot-username", {"email": "maria@example.org"}, follow=True)
    assert heading(page) == "Check your email"
    assert "maria.fuentes" not in page.content.decode()
    [message] = mails()
    assert message.kind == "accounts.usernames"
    assert "maria.fuentes" in (unseal_from(message, "body_sealed") or "")


def test_a_new_password_is_chosen_through_the_link(client, maria):
    signed_in_elsewhere = InspectingClient()
    signed_in_elsewhere.post("/", {"login": "maria.fuentes", "password": PASSWORD})
    client.post("/forgot-password", {"email": "maria@example.org"})
    link = newest_link("accounts.reset_password")
    page = client.get(link, follow=True)
    assert heading(page) == "Choose a new password"
    assert link.rpartition("/")[2] not in page.request["PATH_INFO"]
    done = client.post(
        page.request["PATH_INFO"], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}, follow=True
    )
    assert heading(done) == "Your new password is saved"
    assert "_auth_user_id" not in client.session
    assert signed_in_elsewhere.get("/home", follow=True).request["PATH_INFO"] == "/"
    assert client.post("/", {"login": "maria.fuentes", "password": NEW_PASSWORD}).status_code == 302
    assert OutboxMessage.objects.filter(kind="accounts.password_changed", to="maria@example.org").count() == 1


def test_the_link_works_once(client, maria):
    client.post("/forgot-password", {"email": "maria@example.org"})
    link = newest_link("accounts.reset_password")
    page = client.get(link, follow=True)
    client.post(page.request["PATH_INFO"], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert heading(InspectingClient().get(link, follow=True)) == "This link does not work any more"


@pytest.mark.parametrize(
    "link", ["/forgot-password/x/y", "/forgot-password/0/set-password", "/forgot-password/zzzz/a-b"]
)
def test_a_made_up_link_says_what_to_do(client, link):
    assert heading(client.get(link, follow=True)) == "This link does not work any more"


def test_the_new_password_follows_the_same_policy(client, maria):
    client.post("/forgot-password", {"email": "maria@example.org"})
    page = client.get(newest_link("accounts.reset_password"), follow=True)
    for first, second, message in [
        ("Password1!", "Password1!", "easy to guess"),
        ("short", "short", "too short"),
        (NEW_PASSWORD, "another", "not the same"),
    ]:
        answer = client.post(page.request["PATH_INFO"], {"password1": first, "password2": second})
        assert any(message in error for error in errors(answer)), errors(answer)


@pytest.mark.parametrize("address", ["/forgot-password", "/forgot-username"])
def test_nobody_is_flooded_with_mail(client, maria, address):
    for _again in range(8):
        client.post(address, {"email": "maria@example.org"})
    assert len(mails()) == 3


@pytest.mark.parametrize("address", ["/forgot-password", "/forgot-username"])
def test_a_crowded_network_checks_the_box_and_is_not_turned_away(client, maria, address, settings):
    limit, network = Limit.FORGOTTEN_PER_NETWORK, {"REMOTE_ADDR": "192.0.2.7"}
    settings.KECS_ROBOT = "altcha"
    assert 'name="robot"' not in client.get(address, **network).content.decode()
    for _request in range(RULES[limit].escalate_over or 0):
        count(limit=limit, subject="192.0.2.7", by="tests")
    asked = client.post(address, {"email": "maria@example.org"}, **network)
    assert [html.unescape(each) for each in errors(asked)] == [sentence(Verdict.MISSING)]
    assert 'name="robot"' in client.get(address, **network).content.decode()
    assert len(mails()) == 0
    settings.KECS_ROBOT = "null"
    assert client.post(address, {"email": "maria@example.org", "robot": "on"}, **network).status_code == 302
    assert client.post(address, {"email": "maria@example.org"}, REMOTE_ADDR="192.0.2.8").status_code == 302
    assert len(mails()) == 2


@pytest.mark.parametrize("host", ["evil.example.net", "localhost:80@evil.example.net"])
def test_links_never_lead_to_the_host_that_a_request_names(client, maria, host):
    client.post("/forgot-password", {"email": "maria@example.org"}, headers={"host": host})
    client.post("/forgot-password", {"email": "maria@example.org"}, headers={"x-forwarded-host": host})
    for message in mails():
        assert "evil" not in (unseal_from(message, "body_sealed") or "")
