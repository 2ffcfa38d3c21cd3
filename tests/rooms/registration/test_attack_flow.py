"""Steps out of order: every state of a registration on every page by every method; what is not allowed writes nothing."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from kecs.accounts.models import User
from kecs.audit.models import AuditEvent
from kecs.mail.models import Errand, OutboxMessage
from kecs.records.models import Case, EducatorRecord, Holding, StatedIdentity
from kecs.registration.models import RegistrationOutcome
from kecs.registration.settling import settle_waiting
from tests.factories.people import MARIA, PASSWORD, Person, on_file
from tests.factories.visits import (
    claim,
    create_new,
    errors,
    heading,
    press,
    register_new,
    registration_key,
    search,
    send_account,
    this_is_me,
)
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db

RUTH = Person(first_name="Ruth", last_surname="Okafor", ssn="902111234", email="ruth@example.org")
TABLES = (User, StatedIdentity, Holding, Case, EducatorRecord, OutboxMessage, Errand, RegistrationOutcome)


def census():
    """How many there are of everything that a registration makes."""
    return [table.objects.count() for table in TABLES]


def nobody(browser):
    """Has not searched."""


def found(browser):
    """Found a record that is free."""
    on_file(MARIA)
    search(browser, MARIA)


def not_found(browser):
    """Found none."""
    search(browser, MARIA)


def several(browser):
    """Found two."""
    on_file(MARIA)
    on_file(Person(ssn="901664321"))
    search(browser, MARIA)


def held(browser):
    """Found one that somebody holds."""
    on_file(MARIA)
    claim(InspectingClient(), MARIA)
    search(browser, MARIA)


def limited(browser):
    """Is on file, after too many misses."""
    on_file(MARIA)
    for number in range(5):
        search(InspectingClient(), MARIA, last4=f"{1000 + number}")
    search(browser, MARIA)


def deceased(browser):
    """On file as deceased."""
    on_file(MARIA, deceased=True)
    search(browser, MARIA)


def not_me(browser):
    """Found one and said that it is not hers."""
    on_file(MARIA)
    press(browser, search(browser, MARIA), "not_me")


def claiming(browser):
    """Pressed This is Me!"""
    on_file(MARIA)
    this_is_me(browser, MARIA)


def creating(browser):
    """Pressed Create New Account."""
    create_new(browser, MARIA)


def expired(browser):
    """Pressed This is Me! 31 minutes ago."""
    on_file(MARIA)
    this_is_me(browser, MARIA)
    session = browser.session
    from kecs.registration import state

    kept = state.kept(session, now=timezone.now())
    assert kept is not None
    from dataclasses import replace

    state.keep(session, replace(kept, searched_at=timezone.now() - timedelta(minutes=31)))
    session.save()


def signed_in(browser):
    """Has an account."""
    on_file(MARIA)
    claim(browser, MARIA)


STATES = {
    state.__name__: state
    for state in (nobody, found, not_found, several, held, limited, deceased, not_me, claiming, creating, expired, signed_in)
}  # fmt: skip
# Where each page leads by each method: its own page ("here"), or another one.
SEARCH, MATCH, ACCOUNT, HOME, HERE = (
    "/register/search",
    "/register/match",
    "/register/account",
    "/home",
    "here",
)
AFTER_SEARCH = {("GET", MATCH): HERE, ("GET", ACCOUNT): MATCH, ("GET", "/register/match/username"): HERE}
AFTER_CHOICE = {**AFTER_SEARCH, ("GET", ACCOUNT): HERE}
BEFORE = {("GET", MATCH): SEARCH, ("GET", ACCOUNT): SEARCH, ("GET", "/register/match/username"): SEARCH}
AWAY = {("GET", page): HOME for page in (SEARCH, MATCH, ACCOUNT, "/register/match/username")}
EXPECTED = {
    "nobody": BEFORE, "expired": BEFORE, "signed_in": AWAY, "claiming": AFTER_CHOICE, "creating": AFTER_CHOICE,
    **dict.fromkeys(("found", "not_found", "several", "held", "limited", "deceased", "not_me"), AFTER_SEARCH),
}  # fmt: skip
PAGES = (SEARCH, MATCH, ACCOUNT, "/register/match/username")


def ended_at(answer):
    return answer.request["PATH_INFO"]


@pytest.mark.parametrize("state", STATES)
def test_each_page_is_shown_in_the_states_that_have_reached_it_only(client, state):
    STATES[state](client)
    for page in PAGES:
        cookies = client.cookies.copy()
        expected = EXPECTED[state].get(("GET", page), HERE)
        assert ended_at(client.get(page, follow=True)) == (page if expected == HERE else expected), page
        client.cookies = cookies


def legal(state, page, form):
    """The edges on which something may be written."""
    if page == "/register/match/username":
        return state == "held"
    if page != ACCOUNT or state not in {"claiming", "creating"}:
        return False
    return form == {"claiming": "claim", "creating": "new"}[state] or (state == "claiming" and form == "new")


@pytest.mark.parametrize("form", ["claim", "new", "empty", "with a stranger's key", "with a made-up key"])
@pytest.mark.parametrize("state", STATES)
def test_nothing_is_written_from_a_state_that_does_not_allow_it(client, state, form):
    stranger = InspectingClient()
    strangers_key = registration_key(create_new(stranger, RUTH))
    STATES[state](client)
    shown = client.get(MATCH if state not in {"claiming", "creating"} else ACCOUNT, follow=True)
    try:
        own_key = registration_key(shown)
    except AssertionError:
        own_key = "none"
    typed = {
        "claim": {"registration": own_key, **MARIA.account(username="maria.two")},
        "new": {"registration": own_key, **MARIA.new_account(username="maria.two")},
        "empty": {},
        "with a stranger's key": {"registration": strangers_key, **MARIA.new_account(username="maria.two")},
        "with a made-up key": {"registration": "made-up", **MARIA.new_account(username="maria.two")},
    }[form]
    for page in (ACCOUNT, "/register/match/username", MATCH):
        cookies, before = client.cookies.copy(), census()
        events = AuditEvent.objects.count()
        answer = client.post(page, {**typed, "choice": "nonsense"}, follow=True)
        assert answer.status_code == 200
        if not legal(state, page, form):
            assert census() == before, page
            assert AuditEvent.objects.count() == events, page
        client.cookies = cookies


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("choice", ["this_is_me", "create_new", "not_me", "", "THIS_IS_ME", "home"])
def test_a_choice_that_the_outcome_does_not_allow_leads_nowhere(client, state, choice):
    STATES[state](client)
    page = client.get(MATCH, follow=True)
    try:
        key = registration_key(page)
    except AssertionError:
        key = "made-up"
    answer = client.post(MATCH, {"registration": key, "choice": choice}, follow=True)
    allowed = {
        "found": {"this_is_me"}, "claiming": {"this_is_me"}, "creating": {"create_new"}, "not_found": {"create_new"}, "several": {"create_new"},
        "limited": {"create_new"}, "deceased": {"create_new"}, "not_me": {"create_new"},
    }.get(state, set())  # fmt: skip
    stays = state in {"claiming", "creating"} and choice in {"", "THIS_IS_ME", "home"}
    assert (ended_at(answer) == ACCOUNT) == (choice in allowed or stays), ended_at(answer)


def test_a_form_of_an_older_search_claims_nothing(client):
    """Two tabs: the search in the second is the one that counts."""
    record = on_file(MARIA)
    on_file(RUTH)
    old = this_is_me(client, MARIA)
    search(client, RUTH)
    answer = send_account(client, old, MARIA.account())
    assert ended_at(answer) == MATCH or ended_at(answer) == SEARCH
    assert not Holding.objects.exists()
    newer = press(client, client.get(MATCH), "this_is_me")
    answer = send_account(client, old, MARIA.account())
    assert "You searched again in another window" in answer.content.decode()
    assert not Holding.objects.exists()
    send_account(client, newer, RUTH.account(username="ruth.okafor"))
    assert Holding.objects.get().record_id != record.pk


def test_a_key_of_another_browser_opens_nothing(client):
    on_file(MARIA)
    page = this_is_me(client, MARIA)
    thief = InspectingClient()
    answer = send_account(thief, page, MARIA.account())
    assert ended_at(answer) == SEARCH
    assert census()[0] == 0
    create_new(thief, RUTH)
    answer = send_account(thief, page, RUTH.new_account())
    assert ended_at(answer) == MATCH
    assert census()[0] == 0


def test_the_key_of_a_finished_registration_opens_nothing_without_its_password(client):
    on_file(MARIA)
    page = this_is_me(client, MARIA)
    form = {"registration": registration_key(page), **MARIA.account()}
    client.post(ACCOUNT, form)
    for browser in (InspectingClient(), InspectingClient()):
        create_new(browser, RUTH)
        answer = browser.post(ACCOUNT, {**form, "password1": "Another-Otter7 lamp"}, follow=True)
        assert "_auth_user_id" not in browser.session
        assert ended_at(answer) in {"/", MATCH}


def test_a_held_record_shows_a_stranger_nothing(client):
    on_file(
        MARIA, contact_email="on.file@example.org", middle_name="Guadalupe", other_names=[("", "Delgado")]
    )
    claim(InspectingClient(), MARIA, username="the.holder", email="holder@example.org")
    page = search(client, MARIA)
    assert heading(page) == "You already have an account"
    pages = [
        page,
        client.post("/register/match/username", follow=True),
        client.get(MATCH),
        client.get(ACCOUNT, follow=True),
    ]
    for shown in pages:
        text = shown.content.decode()
        for secret in (
            "the.holder",
            "holder@example.org",
            "on.file",
            "Guadalupe",
            "Delgado",
            MARIA.ssn[:5],
            "T000",
        ):
            assert secret not in text


MODEL_FIELDS = sorted(
    {
        name
        for table in (*TABLES, AuditEvent)
        for field in table._meta.get_fields()
        for name in (
            field.name,
            getattr(field, "attname", field.name),
            f"{field.name}_id",
            f"account__{field.name}",
            f"record[{field.name}]",
        )
    }
    | {
        "is_staff",
        "is_superuser",
        "user",
        "verified",
        "primary",
        "assurance_level",
        "claim",
        "decision",
        "by",
        "key",
        "choice",
        "outcome",
    }
)
LOCKED = {"username", "email", "password", "registration", "first_name", "last_surname", "choice"}


@pytest.mark.parametrize("road", ["claim", "new"])
def test_no_column_can_be_posted(client, road):
    """Every column of every table beside the form's own fields: what is written is what is written without them."""
    from kecs.pii.fields import unseal_from

    on_file(MARIA, contact_email="on.file@example.org")
    person = MARIA if road == "claim" else RUTH
    page = this_is_me(client, MARIA) if road == "claim" else create_new(client, RUTH)
    extra = {name: "2" for name in MODEL_FIELDS if name not in LOCKED}
    assert len(extra) > 80
    form = person.account() if road == "claim" else person.new_account()
    names = sorted(extra)
    kept = dict.fromkeys(names[:80], "2") if road == "claim" else dict.fromkeys(names[-80:], "2")
    answer = send_account(client, page, {**kept, **form})
    assert ended_at(answer) == HOME, errors(answer)
    settle_waiting(by="tests")
    account = User.objects.get()
    assert (account.username, account.email, account.is_active, account.last_login is not None) == (
        "maria.fuentes",
        person.email,
        True,
        True,
    )
    stated = StatedIdentity.objects.get()
    assert (stated.first_name, stated.last_surname) == (person.first_name, person.last_surname)
    assert unseal_from(stated, "birth_date_sealed") == person.birth_date.isoformat()
    assert unseal_from(stated, "ssn_sealed") == (person.last4 if road == "claim" else person.ssn)
    holding = Holding.objects.get()
    assert (holding.level, holding.frozen_at, holding.released_at) == (
        1 if road == "claim" else 0,
        None,
        None,
    )
    for record in EducatorRecord.objects.all():
        assert record.identity_version == 1
        assert not record.deceased
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM account_emailaddress WHERE verified")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data", "text/plain"])
def test_other_ways_of_writing_a_form_bring_no_other_fields(client, content_type):
    on_file(MARIA)
    page = this_is_me(client, MARIA)
    form = {
        "registration": registration_key(page),
        **MARIA.account(),
        "level": "2",
        "is_staff": "1",
        "first_name": "Eve",
        "birth_date": "01/01/1990",
    }
    if content_type == "multipart/form-data":
        client.post(ACCOUNT, form)
        stated = StatedIdentity.objects.get()
        assert (stated.first_name, Holding.objects.get().level) == ("María", 1)
    else:
        client.post(
            ACCOUNT, form, content_type=content_type
        ) if content_type == "application/json" else client.generic(
            "POST", ACCOUNT, "&".join(f"{name}={value}" for name, value in form.items()), content_type
        )
        assert census()[0] == 0


def test_signed_in_people_cannot_register_again(client):
    register_new(client, RUTH, username="ruth.okafor")
    before = census()
    on_file(MARIA)
    for page in PAGES:
        for form in (MARIA.search(), {"registration": "x", **MARIA.new_account(username="maria.two")}):
            assert ended_at(client.post(page, form, follow=True)) == HOME
    assert [*census()[:4], *census()[5:]] == [*before[:4], *before[5:]]
    assert PASSWORD
