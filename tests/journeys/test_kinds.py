"""Each kind of case as people live it: from the educator's page over the desk to the mail, and what she reads then.

`make test` walks those of QUICK, whose pages no other journey sees; JOURNEYS=whole walks every kind, a minute and a half.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from django.db.models import F
from django.test import Client
from playwright.sync_api import FilePayload, Page

from kecs.records.kinds import CaseKind
from kecs.records.targets import RECOVERY
from tests.factories import desk
from tests.factories import factors as f
from tests.factories.claims import ON_FILE, code_in
from tests.factories.documents import jpeg
from tests.factories.people import MARIA, Person, on_file
from tests.factories.visits import claim, register_new
from tests.journeys import walking as w
from tests.journeys.conftest import PHONE, NewPage

# She has María's number, by a slip or by a list that was for sale.
OTHER = replace(desk.OTHER, ssn=MARIA.ssn)
CLERKS = {
    "ines.clerk": Person(first_name="Ines", last_surname="Clerk", ssn="901550007", email="ines@example.org"),
    "omar.desk": Person(
        first_name="Omar",
        last_surname="Desk",
        birth_date=date(1971, 8, 30),
        ssn="902660118",
        email="omar@example.org",
    ),
}
NEW_PASSWORD = "Quiet-Heron4 door"
CHECKED = "I checked who the person is"
LICENSE = "Driver's license or state ID"


@pytest.fixture(autouse=True)
def _believed(settings):
    """The box I'm not a robot is not what these journeys are about."""
    settings.KECS_ROBOT = "null"


@dataclass(frozen=True, kw_only=True)
class People:
    """An educator with her phone, a clerk at the desk, and whoever else comes in."""

    educator: Page
    clerk: Page
    another: Callable[[], Page]  # somebody else at a computer
    colleague: Callable[[], Page]  # a second clerk


@pytest.fixture
def people(new_page: NewPage, site: str, transactional_db: None) -> People:
    """The clerks have signed in with both steps."""
    return People(
        educator=new_page(width=PHONE[0], height=PHONE[1], has_touch=True, is_mobile=True),
        clerk=at_the_desk(new_page(), site, "ines.clerk"),
        another=new_page,
        colleague=lambda: at_the_desk(new_page(), site, "omar.desk"),
    )


def at_the_desk(page: Page, site: str, username: str) -> Page:
    """Somebody of staff, let in by both steps without a browser."""
    from kecs.accounts.models import User

    register_new(Client(), CLERKS[username], username=username)
    account = User.objects.get(username=username)
    f.as_staff(account)
    f.with_app(account)
    visit = Client()
    f.types_password(visit, login=username)
    f.types_code(visit, f.code())
    page.context.add_cookies([{"name": "session", "value": visit.cookies["session"].value, "url": site}])
    return page


# --- What she does -----------------------------------------------------------------------------------------------


def searches(page: Page, person: Person) -> None:
    """The search page."""
    page.goto("/register/search")
    w.types_the_facts(page, person)
    page.locator("label[for=id_robot]").click()
    w.press(page, "Search")


def makes_account(page: Page, person: Person, choice: str, *, username: str = "maria.fuentes") -> None:
    """Searches, and presses this button of what she finds; to the Home Page."""
    searches(page, person)
    w.press(page, choice)
    w.types_the_account(page, person, username=username)
    if choice == "Create New Account":
        page.get_by_label("Social Security Number", exact=True).fill(person.ssn)
    w.press(page, "Create my account")
    w.is_at(page, "Home Page")


def registers(page: Page, person: Person) -> None:
    """As somebody who is not found, and what happens then behind the scenes."""
    from kecs.registration.settling import settle_waiting

    makes_account(page, person, "Create New Account")
    settle_waiting(by="tests")


def confirms_address(page: Page, person: Person) -> None:
    """By the mail that came."""
    page.goto(w.link_in(w.mail_to(person.email, "Confirm your email")))
    w.press(page, "Confirm my email address")
    w.is_at(page, "Home Page")


def signs_in_again(page: Page, username: str) -> None:
    """After the sessions were ended."""
    page.goto("/")
    w.signs_in(page, username)
    w.is_at(page, "Home Page")


def reads_at_home(page: Page, words: str) -> None:
    """What the Home Page says now."""
    page.goto("/home")
    w.sees(page, words)


# --- What the clerk does -----------------------------------------------------------------------------------------


def takes(page: Page, kind: str, *words: str) -> None:
    """Finds the case in the queue, takes it, and reads these words on it."""
    page.goto("/desk/cases")
    with page.expect_navigation():
        page.locator(".kecs-queue").get_by_role("link", name=kind).click()
    w.is_at(page, kind)
    w.press(page, "Take it")
    w.sees(page, "This is yours now.")
    for each in words:
        w.sees(page, each)


def decides(
    page: Page,
    outcome: str,
    reason: str,
    mail: str,
    *,
    paper: str = "",
    record: str = "",
    said: str = "The case is closed.",
) -> None:
    """Chooses, reads the mail that will go out, and says yes; no open case is left."""
    page.get_by_label("Reason").select_option(label=reason)
    if paper:
        page.get_by_label("Document that you saw").select_option(label=paper)
    if record:
        page.get_by_label("Which record is this person's?").select_option(label=record)
    w.press(page, outcome)
    w.is_at(page, "Is this right?")
    w.sees(page, mail)
    w.press(page, "Yes, do this")
    w.sees(page, said)
    w.sees(page, "There is nothing here.")


# --- Kind by kind ------------------------------------------------------------------------------------------------


def several(people: People) -> None:
    """Two records without a whole number fit; a photo ID tells which is hers."""
    for address in (ON_FILE, ""):
        on_file(MARIA, contact_email=address, ssn=MARIA.last4)
    searches(people.educator, MARIA)
    w.is_at(people.educator, "Our staff will find your record")
    registers(people.educator, MARIA)
    takes(people.clerk, "Several records fit", "✓ same")
    found = "Our staff looked at your details and found your record."
    give = "This is the person: give the record"
    decides(people.clerk, give, CHECKED, found, paper=LICENSE, record="Record 1")
    assert found in w.mail_to(MARIA.email, "We found your record")
    reads_at_home(people.educator, "Confirm your email address")


def near_match(people: People) -> None:
    """A number and a day typed wrong years ago; her address works, so she sees the record at once."""
    record = on_file(Person(ssn="900554312", birth_date=date(1985, 4, 8)), contact_email=ON_FILE)
    registers(people.educator, MARIA)
    confirms_address(people.educator, MARIA)
    takes(people.clerk, "A record is close", "✗ different", "04/08/1985")
    found = "Our staff looked at your details and found your record."
    decides(people.clerk, "This is the person: give the record", CHECKED, found, paper=LICENSE)
    assert "To see your record, sign in:" in w.mail_to(MARIA.email, "We found your record")
    reads_at_home(people.educator, "You have shown that the record is yours")
    w.follow(people.educator, "See my record")
    w.sees(people.educator, record.staff_unique_id)


def already_held(people: People) -> None:
    """She registered before and forgot; the mail leads to her username."""
    before = Person(birth_date=date(1985, 4, 8))
    on_file(before, contact_email=ON_FILE)
    claim(Client(), before, username="maria.before", email=ON_FILE)
    registers(people.educator, MARIA)
    takes(people.clerk, "The record is taken", "maria.before")
    told = "There is already an account that has the record you asked for. It stays there."
    decides(people.clerk, "Leave the record with the account that has it", "I saw a document", told)
    assert "/forgot-username" in w.mail_to(MARIA.email, "The record stays with another account")
    reads_at_home(people.educator, "Ask our staff about your record")


def deceased(people: People) -> None:
    """She lives, and shows it."""
    record = on_file(MARIA, contact_email=ON_FILE, deceased=True)
    registers(people.educator, MARIA)
    confirms_address(people.educator, MARIA)
    takes(people.clerk, "The record says deceased")
    found = "Our staff looked at your details and found your record."
    alive = "This is the person, and alive: correct the record and give it"
    decides(people.clerk, alive, "I saw a document", found, paper=LICENSE)
    assert found in w.mail_to(MARIA.email, "We found your record")
    reads_at_home(people.educator, "You have shown that the record is yours")
    record.refresh_from_db()
    assert not record.deceased


def second_person_by_ssn(people: People) -> None:
    """Another name with her number, and no answer to a call."""
    on_file(MARIA, contact_email=ON_FILE)
    registers(people.educator, OTHER)
    takes(people.clerk, "Same social, other name", "✗ different")
    told = "We could not be sure which record is yours"
    decides(people.clerk, "Refuse", "The person did not answer", told)
    assert "have a photo ID ready" in w.mail_to(OTHER.email, "We could not tell which record is yours")
    reads_at_home(people.educator, "Ask our staff about your record")


def no_ssn(people: People) -> None:
    """She gives no number: staff write, the link makes her account."""
    page = people.educator
    page.goto("/register/search")
    w.follow(page, "I have no Social Security number, or do not want to give it")
    page.get_by_label("First Name").fill("Ana")
    page.get_by_label("Last Name").fill("Sol")
    page.get_by_label("Date of Birth").fill("02/03/1980")
    page.get_by_label("Email address").fill("ana@example.org")
    page.get_by_label("What should we know?").fill("I was Ana Luna.")
    page.locator("label[for=id_robot]").click()
    w.press(page, "Ask for help")
    w.is_at(page, "We have your request")
    takes(people.clerk, "Registration without a social", "Ana", "I was Ana Luna.")
    people.clerk.get_by_label("What we write to the person").fill("Welcome. Bring a photo ID once.")
    decides(
        people.clerk,
        "Invite this person to make an account",
        CHECKED,
        "Welcome. Bring a photo ID once.",
    )
    page.goto(w.link_in(w.mail_to("ana@example.org", "You can make your account now")))
    w.is_at(page, "Create your account")
    w.sees(page, "Hello Ana. Our staff invited you.")
    w.types_the_account(page, Person(email="ana@example.org"), username="ana.sol")
    w.press(page, "Create my account")
    w.is_at(page, "Home Page")
    w.sees(page, "not given")


def disavowed_claim(people: People) -> None:
    """A thief claims; who reads the address on file says no, and hears that she was right."""
    on_file(MARIA, contact_email=ON_FILE)
    thief = people.another()
    makes_account(thief, Person(email="thief@example.net"), "This is Me!", username="thief")
    people.educator.goto(w.link_in(w.mail_to(ON_FILE, "An account was made for your educator record")))
    people.educator.locator("label[for=id_not_me]").click()
    w.press(people.educator, "This wasn't me")
    signs_in_again(thief, "thief")
    w.sees(thief, "Your record is on hold")
    takes(people.clerk, "Someone said: this wasn't me", "thief@example.net")
    told = "Our staff took the record from that account."
    decides(people.clerk, "Take the record from this account", "It is not this person", told)
    assert told in w.mail_to(ON_FILE, "We took your record from the other account")
    reads_at_home(thief, "Ask our staff about your record")
    searches(people.educator, MARIA)
    w.is_at(people.educator, "We found your record")


def contested_claim(people: People) -> None:
    """Two proved that one record is theirs; papers decide."""
    on_file(MARIA, contact_email=ON_FILE)
    holder, page = people.another(), people.educator
    first = Person(email=ON_FILE)
    makes_account(holder, first, "This is Me!", username="holder")
    confirms_address(holder, first)
    searches(page, MARIA)
    w.is_at(page, "You already have an account")
    w.press(page, "I did not make that account")
    w.types_the_account(page, MARIA, username="maria.fuentes")
    w.press(page, "Create my account")
    confirms_address(page, MARIA)
    w.follow(page, "Confirm it is you")
    w.press(page, "Send me a code")
    page.locator("[name=code]").fill(code_in(w.mail_to(ON_FILE, "Your code")))
    w.press(page, "Use this code")
    takes(people.clerk, "Two people claim one record", "holder", "maria.fuentes")
    told = "Our staff looked at your details and found your record."
    give = "Give the record to the person who contests it"
    decides(people.clerk, give, CHECKED, told, paper=LICENSE)
    assert told in w.mail_to(MARIA.email, "We found your record")
    assert w.mail_to(ON_FILE, "Your account does not have this record any more")
    reads_at_home(page, "You have shown that the record is yours")
    reads_at_home(holder, "Ask our staff about your record")


def correction(people: People) -> None:
    """She married, and sends the certificate."""
    page = people.educator
    on_file(MARIA, contact_email=ON_FILE)
    makes_account(page, MARIA, "This is Me!")
    w.follow(page, "Ask for a correction")
    page.get_by_label("Last Name").fill("Stone")
    page.get_by_label("Why is it wrong?").select_option("marriage")
    photo: FilePayload = {"name": "certificate.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
    page.get_by_label("Photos or PDFs").set_input_files(photo)
    w.press(page, "Send my request")
    w.is_at(page, "Your request for a correction")
    takes(people.clerk, "Correction asked for", "certificate.jpg", "Stone")
    with people.clerk.expect_download():
        w.button(people.clerk, "Open document 1").click()
    people.clerk.get_by_label("What we write to the person").fill("Your certificate is in order.")
    decides(people.clerk, "Accept the correction", "I saw a document", "Your certificate is in order.")
    answer = w.mail_to(MARIA.email, "Our answer to your request for a correction")
    assert "corrected your details" in answer
    assert "Your certificate is in order." in answer
    assert w.mail_to(ON_FILE, "Your details were corrected")
    reads_at_home(page, "Stone")


def linkage_duplicate(people: People) -> None:
    """She is on file twice; one account, and after the merge one record, of which she hears."""
    desk.linkage_duplicate()
    makes_account(people.educator, MARIA, "This is Me!")
    confirms_address(people.educator, MARIA)
    page = people.clerk
    takes(page, "One person on file twice?")
    w.follow(page, "Merge the records")
    w.is_at(page, "Are they one person?")
    page.get_by_role("group", name="Social Security Number").get_by_label("record 1").check()
    page.get_by_label("Why are they one person?").select_option("facts_agree")
    w.press(page, "Show what will move")
    w.is_at(page, "This will move")
    w.press(page, "Yes, merge them")
    w.sees(page, "The two records are one now.")
    page.goto("/desk/cases")
    w.sees(page, "There is nothing here.")
    page.goto("/desk/cases?state=closed")
    page.locator(".kecs-queue").get_by_role("link", name="One person on file twice?").click()
    w.is_at(page, "This case is closed")
    w.sees(page, "How it ended: Merged")
    assert w.mail_to(MARIA.email, "We joined two educator records")
    reads_at_home(people.educator, "Show that this record is yours")


def linkage_other_first_name(people: People) -> None:
    """One number and two first names: twins, so nothing changes and nobody is written to."""
    desk.linkage_other_first_name()
    makes_account(people.educator, MARIA, "This is Me!")
    takes(people.clerk, "One social, two first names")
    nobody = "None. Nobody is written to."
    decides(people.clerk, "These are two people", "It was a false alarm", nobody)
    reads_at_home(people.educator, "Show that this record is yours")


def recovery(people: People) -> None:
    """She lost her phone and her mailbox: two of staff, a day, and a new password."""
    from kecs.accounts.models import Recovery
    from kecs.accounts.recovery.actions import complete_due_recoveries

    page, new = people.educator, "maria.new@example.org"
    on_file(MARIA, contact_email=ON_FILE)
    claim(Client(), MARIA)
    page.goto("/forgot-password")
    w.follow(page, "I cannot get into my account any more")
    page.get_by_label("Your full name").fill("María Fuentes-Ortega")
    page.get_by_label("Your username, or your old email address").fill("maria.fuentes")
    page.get_by_label("New email address").fill(new)
    w.press(page, "Ask for help")
    page.goto(w.link_in(w.mail_to(new, "Confirm your new email address")))
    w.press(page, "Send my request to staff")
    w.sees(page, "Our staff have your request")
    kind = "Someone wants to get in again"
    takes(people.clerk, kind, new, ON_FILE)
    people.clerk.get_by_label("Reason").select_option(label=CHECKED)
    w.press(people.clerk, "I am sure. A colleague decides after me")
    w.press(people.clerk, "Yes, do this")
    w.sees(people.clerk, "Your yes is kept.")
    second = people.colleague()
    takes(second, kind, "You are the second: check it yourself")
    told = "In 24 hours a new email address can open the account"
    done = "The request is decided."
    decides(second, "Let this person in, after 24 hours", CHECKED, told, said=done)
    for address in (MARIA.email, ON_FILE):
        assert told in w.mail_to(address, "Someone is getting back into your account")
    Recovery.objects.update(due_at=F("due_at") - timedelta(hours=24))
    assert complete_due_recoveries(by="tests") == 1
    assert "/forgot-password" in w.mail_to(new, "You can get into your account again")
    page.goto("/forgot-password")
    page.get_by_label("Email address").fill(new)
    w.press(page, "Send the link")
    page.goto(w.link_in(w.mail_to(new, "Choose a new password")))
    page.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    page.get_by_label("Confirm the new password", exact=True).fill(NEW_PASSWORD)
    w.press(page, "Save the new password")
    page.goto("/")
    w.signs_in(page, "maria.fuentes", NEW_PASSWORD)
    w.is_at(page, "Home Page")


JOURNEYS: dict[str, Callable[[People], None]] = {
    CaseKind.SEVERAL: several,
    CaseKind.NEAR_MATCH: near_match,
    CaseKind.ALREADY_HELD: already_held,
    CaseKind.DECEASED: deceased,
    CaseKind.SSN_ON_FILE_OTHER_NAME: second_person_by_ssn,
    CaseKind.NO_SSN: no_ssn,
    CaseKind.DISAVOWED_CLAIM: disavowed_claim,
    CaseKind.CONTESTED_CLAIM: contested_claim,
    CaseKind.CORRECTION: correction,
    CaseKind.LINKAGE_DUPLICATE: linkage_duplicate,
    CaseKind.LINKAGE_OTHER_FIRST_NAME: linkage_other_first_name,
    RECOVERY: recovery,
}
# Others differ from these in words, and tests/rooms/console/test_cases.py takes each of them to each of its ends.
QUICK = (CaseKind.NO_SSN, RECOVERY)


def test_every_kind_of_case_has_its_journey():
    assert set(JOURNEYS) == {*CaseKind, RECOVERY}


@pytest.mark.parametrize("kind", JOURNEYS if os.environ.get("JOURNEYS") == "whole" else QUICK)
def test_from_her_page_to_the_closed_case_and_the_mail(kind: str, people: People):
    JOURNEYS[kind](people)
