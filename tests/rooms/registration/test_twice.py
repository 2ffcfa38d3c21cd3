"""Back, reload and two tabs at each step of the front door: nothing is lost, and nothing comes twice. (The account form: test_account.py.)"""

import pytest

from kecs.accounts.models import User
from kecs.audit.models import AuditEvent
from kecs.guard.strict.actions import begin
from kecs.mail.models import OutboxMessage
from kecs.records.models import Case, Holding
from tests.factories.people import MARIA, Person, on_file
from tests.factories.visits import claim, create_new, heading, press, search, send_account, this_is_me
from tests.inspection import InspectingClient

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.any_database("what stands in the session, and counters that other tests try on both"),
]
RUTH = Person(first_name="Ruth", last_surname="Okafor", ssn="902111234", email="ruth@example.org")
NO_NUMBER = {
    "first_name": "Ana", "last_surname": "Sol", "birth_date": "04/09/1985", "email": "ana@example.org", "telephone": "", "message": "",
    "robot": "on",
}  # fmt: skip


def searches() -> int:
    return AuditEvent.objects.filter(code="registration.search_made").count()


def test_reloading_and_going_back_searches_once(client):
    on_file(MARIA)
    page = search(client, MARIA)
    for address in ("/register/match", "/register/search", "/register/match"):
        again = client.get(address)
    assert heading(again) == heading(page) == "We found your record"
    assert searches() == 1


@pytest.mark.parametrize("choice", ["this_is_me", "create_new"])
def test_a_button_pressed_in_two_tabs_leads_both_to_one_form(client, choice):
    if choice == "this_is_me":
        on_file(MARIA)
    first, second = search(client, MARIA), client.get("/register/match")
    forms = [press(client, page, choice) for page in (first, second)]
    assert heading(forms[0]) == heading(forms[1])
    back = client.get("/register/match")  # and the first tab's form holds all the same
    assert heading(back) == heading(first)
    account = MARIA.account() if choice == "this_is_me" else MARIA.new_account()
    ends = [send_account(client, form, account) for form in forms]
    assert [page.request["PATH_INFO"] for page in ends] == ["/home", "/home"]
    assert User.objects.count() == 1


def test_a_form_with_a_mistake_is_sent_again_after_a_reload_and_nothing_typed_is_lost(client):
    page = create_new(client, RUTH)
    wrong = send_account(client, page, RUTH.new_account(password2="another"))
    again = send_account(client, wrong, RUTH.new_account(password2="another"))
    for shown in (wrong, again):
        assert 'value="ruth@example.org"' in shown.content.decode()
        assert 'value="Okafor"' in shown.content.decode()
    assert not User.objects.exists()
    assert send_account(client, again, RUTH.new_account()).request["PATH_INFO"] == "/home"


def test_the_tab_that_was_left_open_leads_home_when_the_other_has_finished(client):
    on_file(MARIA)
    found = search(client, MARIA)
    send_account(client, press(client, found, "this_is_me"), MARIA.account())
    for address in ("/register/search", "/register/match", "/register/account"):
        assert client.get(address, follow=True).request["PATH_INFO"] == "/home"
    assert press(client, found, "this_is_me").request["PATH_INFO"] == "/home"
    assert client.post("/register/search", MARIA.search(), follow=True).request["PATH_INFO"] == "/home"
    assert (User.objects.count(), Holding.objects.count(), searches()) == (1, 1, 1)


def test_the_search_that_waits_for_a_mailbox_waits_through_back_and_reload(client):
    begin(by="system:tests")
    on_file(MARIA)
    asked = search(client, MARIA)
    client.post("/register/mailbox", {"email": "maria@example.org"})
    for _each in range(2):
        assert 'name="code"' in client.get("/register/mailbox").content.decode()
    client.get("/register/search")
    assert heading(client.get("/register/mailbox")) == heading(asked)
    assert OutboxMessage.objects.filter(kind="registration.search_code").count() == 1
    assert searches() == 0


def test_a_request_without_a_number_sent_twice_is_one_case(client):
    for browser in (client, client, InspectingClient()):
        sent = browser.post("/register/no-ssn", NO_NUMBER, follow=True)
        assert heading(sent) == "We have your request"
        browser.get("/register/no-ssn/sent")
    assert Case.objects.count() == 1
    client.post("/register/no-ssn", {**NO_NUMBER, "message": "I taught in Paducah."}, follow=True)
    assert Case.objects.count() == 2, "whoever writes something else is heard"


def test_the_username_mail_of_a_taken_record_is_not_sent_by_a_reload(client):
    on_file(MARIA, contact_email="on.file@example.org")
    claim(InspectingClient(), MARIA)
    search(client, MARIA)
    client.post("/register/match/username", {}, follow=True)
    before = OutboxMessage.objects.count()
    for _each in range(3):
        assert heading(client.get("/register/match/username")) == "Check your email"
    assert OutboxMessage.objects.count() == before


def test_who_goes_back_from_the_form_and_searches_for_another_gets_that_one(client):
    on_file(MARIA)
    on_file(RUTH)
    this_is_me(client, MARIA)
    client.get("/register/search")
    assert "Okafor" in search(client, RUTH).content.decode()
