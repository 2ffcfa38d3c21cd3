"""What a stranger learns from an answer: its bytes, its headers and its cookies are the same whether somebody is known or not."""

import re
from contextlib import contextmanager

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kecs.accounts.models import User
from tests.factories.people import MARIA, PASSWORD, Person, on_file
from tests.factories.visits import claim, create_new, register_new, search, send_account
from tests.inspection import InspectingClient, lasting

pytestmark = pytest.mark.django_db

RUTH = Person(first_name="Ruth", last_surname="Okafor", ssn="902111234", email="ruth@example.org")
NAMES_OF_COOKIES = re.compile(r"^([^=]+)=[^;]*")


def told(answer):
    """All that an answer tells, without what is drawn by lot: pages and redirects on the way, headers, cookies, body."""
    body = lasting(answer.content.decode())
    cookies = sorted(
        (name, len(cookie.value), NAMES_OF_COOKIES.sub(r"\1", cookie.OutputString()))
        for name, cookie in answer.cookies.items()
    )
    by_lot = {"Content-Length", "Expires", "X-Request-ID"}
    headers = sorted((name, value) for name, value in answer.headers.items() if name not in by_lot)
    return (
        answer.status_code,
        getattr(answer, "redirect_chain", []),
        headers,
        [(name, size) for name, size, _ in cookies],
        body,
    )


def lengths(answer):
    return len(answer.content)


@contextmanager
def counted(queries, name):
    """Notes how many statements the database saw."""
    with CaptureQueriesContext(connection) as seen:
        yield
    queries[name] = len(seen)


def unknown():
    """Nobody of that name or birth date is on file."""


def wrong_digits():
    """On file, with another last 4."""
    on_file(Person(ssn="901664399"))


def wrong_birth_date():
    """On file, born on another day."""
    from datetime import date

    on_file(Person(birth_date=date(1985, 4, 10)))


def wrong_name():
    """Somebody else has the same birth date and last 4."""
    on_file(Person(first_name="Lucia", last_surname="Baker"))


def deceased():
    """On file, and marked deceased."""
    on_file(MARIA, deceased=True)


def held_but_wrong_digits():
    """On file with another last 4, and held by an account."""
    other = Person(ssn="901664399")
    on_file(other)
    claim(InspectingClient(), other, username="the.holder")


def limited():
    """On file, after five misses."""
    on_file(MARIA)
    for number in range(5):
        search(InspectingClient(), MARIA, last4=f"{1000 + number}")


def limited_and_unknown():
    """Not on file, after five misses."""
    for number in range(5):
        search(InspectingClient(), MARIA, last4=f"{1000 + number}")


LIMITED = (limited, limited_and_unknown)
STATES = (unknown, wrong_digits, wrong_birth_date, wrong_name, deceased, held_but_wrong_digits, *LIMITED)


def test_a_search_that_shows_nothing_tells_nothing():
    answers: dict[str, object] = {}
    queries: dict[str, int] = {}
    search(InspectingClient(), RUTH)  # the first event makes the chain
    for state in STATES:
        with _taken_back():
            state()
            browser = InspectingClient()
            with counted(queries, state.__name__):
                first = browser.post("/register/search", MARIA.search())
            answers[state.__name__] = (
                told(first),
                told(browser.get("/register/match")),
                told(browser.get("/register/account", follow=True)),
            )
            assert browser.get("/register/match").status_code == 200
    assert len({repr(answer) for answer in answers.values()}) == 1
    # The database does the same for all of them; and once tries are used up, the same for known and unknown.
    used_up = {queries.pop(state.__name__) for state in LIMITED}
    assert len(set(queries.values())) == 1, queries
    assert len(used_up) == 1


@contextmanager
def _taken_back():
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("address", ["/forgot-password", "/forgot-username"])
def test_recovery_answers_alike_for_every_kind_of_address(address):
    register_new(InspectingClient(), MARIA)
    register_new(InspectingClient(), RUTH, username="ruth.okafor")
    closed = Person(first_name="Ann", last_surname="Closed", ssn="903111239", email="closed@example.org")
    register_new(InspectingClient(), closed, username="ann.closed")
    EmailAddress.objects.filter(email=RUTH.email).update(verified=True)
    User.objects.filter(username="ann.closed").update(is_active=False)
    answers: dict[str, object] = {}
    queries: dict[str, int] = {}
    for kind, email in {
        "none": "nobody@example.org",
        "unconfirmed": MARIA.email,
        "confirmed": RUTH.email,
        "closed": closed.email,
    }.items():
        with counted(queries, kind):
            answer = InspectingClient().post(address, {"email": email}, follow=True)
        answers[kind] = told(answer)
    for _again in range(4):
        answers["flooded"] = told(InspectingClient().post(address, {"email": RUTH.email}, follow=True))
    assert len({repr(answer) for answer in answers.values()}) == 1
    # A mail is written where there is an account: so many statements more. They take no request's time but this one's.
    assert max(queries.values()) - min(queries.values()) <= 8, queries


def test_signing_in_answers_alike_for_every_kind_of_failure():
    register_new(InspectingClient(), MARIA)
    register_new(InspectingClient(), RUTH, username="ruth.okafor")
    User.objects.filter(username="ruth.okafor").update(is_active=False)
    odd = Person(first_name="Ann", last_surname="Odd", ssn="903111239", email="odd@example.org")
    register_new(InspectingClient(), odd, username="ann.odd")
    User.objects.filter(username="ann.odd").update(password="!unusable")
    answers: dict[str, object] = {}
    queries: dict[str, int] = {}
    for kind, (login, password) in {
        "nobody": ("maria.fuentez", PASSWORD),
        "wrong password": ("maria.fuentes", "wrong"),
        "closed": ("ruth.okafor", PASSWORD),
        "closed, wrong password": ("ruth.okafor", "wrong"),
        "no usable password": ("ann.odd", PASSWORD),
    }.items():
        with counted(queries, kind):
            answer = InspectingClient().post("/", {"login": login, "password": password})
        page = told(answer)
        answers[kind] = (page[0], page[2], page[3], page[4].replace(login, "LOGIN"))
    different = [kind for kind, answer in answers.items() if answer != answers["nobody"]]
    assert different == []
    assert max(queries.values()) - min(queries.values()) <= 1, queries


def test_registering_with_an_address_that_somebody_confirmed_looks_like_any_other():
    register_new(InspectingClient(), MARIA)
    EmailAddress.objects.update(verified=True)
    answers: dict[str, object] = {}
    queries: dict[str, int] = {}
    for kind, email in {"new": "fresh@example.org", "taken": MARIA.email}.items():
        with _taken_back():
            browser = InspectingClient()
            page = create_new(browser, RUTH)
            with counted(queries, kind):
                answer = send_account(browser, page, RUTH.new_account(username="ruth.okafor", email=email))
            answers[kind] = [
                (page[0], page[1], page[2], page[3], page[4].replace(email, "ADDRESS"))
                for page in (
                    told(answer),
                    told(browser.post("/confirm-email/resend", follow=True)),
                    told(browser.get("/confirm-email/change")),
                )
            ]
    assert answers["new"] == answers["taken"]
    assert abs(queries["new"] - queries["taken"]) <= 8, queries


def test_changing_to_an_address_that_somebody_confirmed_looks_like_any_other():
    register_new(InspectingClient(), MARIA)
    EmailAddress.objects.update(verified=True)
    browser = InspectingClient()
    register_new(browser, RUTH, username="ruth.okafor")
    pages = []
    for email in ("fresh@example.org", MARIA.email):
        page = told(browser.post("/confirm-email/change", {"email": email}, follow=True))
        pages.append((page[0], page[1], page[2], page[4].replace(email, "ADDRESS")))
    assert pages[0] == pages[1]


def test_create_new_account_looks_the_same_whatever_is_on_file():
    """Her SSN on file under another name, a near record, a record that is held, a deceased one, nobody."""
    held = Person(first_name="Ruth", last_surname="Okafor", ssn="905551234")
    answers = {}
    for kind in ("nobody", "joined", "near", "another name", "deceased", "held"):
        with _taken_back():
            browser = InspectingClient()
            if kind == "joined":
                on_file(Person(first_name="Ruth", last_surname="Former", ssn=RUTH.ssn))
            elif kind == "near":
                on_file(Person(first_name="Ruth", last_surname="Okafor", ssn="905559999"))
            elif kind == "another name":
                on_file(Person(first_name="Ann", last_surname="Baker", ssn=RUTH.ssn))
            elif kind == "deceased":
                on_file(RUTH, deceased=True)
            elif kind == "held":
                on_file(Person(first_name="Ruth", last_surname="Former", ssn=RUTH.ssn))
                claim(
                    InspectingClient(),
                    Person(first_name="Ruth", last_surname="Former", ssn=RUTH.ssn),
                    username="holder",
                )
            page = create_new(browser, RUTH)
            answers[kind] = (
                told(page),
                told(send_account(browser, page, RUTH.new_account(username="ruth.okafor"))),
            )
    assert len({repr(answer) for answer in answers.values()}) == 1
    assert held.last4 == RUTH.last4


def test_a_link_of_nobody_and_a_link_of_somebody_else_look_alike():
    from tests.rooms.accounts.test_email import newest_link

    register_new(InspectingClient(), MARIA)
    real = newest_link("accounts.confirm_email")
    pages = []
    for link in (real, "/confirm-email/" + "x" * 43):
        browser = InspectingClient()
        pages.append(told(browser.get(link, follow=True))[4])
        pages.append(told(browser.post("/confirm-email", follow=True))[4])
    assert pages[:2] == pages[2:]
