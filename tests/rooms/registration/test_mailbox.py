"""Strict mode: a search waits for a mailbox code, is evaluated once, and a mailbox is worth a handful a day."""

import json
import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kecs.audit.models import AuditEvent
from kecs.guard.limits import RULES, Limit
from kecs.guard.models import SearchTally
from kecs.guard.strict.actions import SHARDS, begin, mailbox_asked, tally_search
from kecs.guard.strict.queries import status
from kecs.mail.models import OutboxMessage
from kecs.pii.fields import unseal_from
from kecs.registration.mailbox import waiting
from tests.factories.people import MARIA, Person, on_file
from tests.factories.visits import errors, heading, search
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db

ASKED = "Show us that you have a mailbox"
BY = "system:tests"


@pytest.fixture
def strict():
    begin(by=BY)


def evaluated():
    return AuditEvent.objects.filter(code="registration.search_made").count()


def newest_code():
    mail = OutboxMessage.objects.filter(kind="registration.search_code").order_by("queued_at").last()
    assert mail is not None
    text = json.loads(unseal_from(mail, "body_sealed") or "{}")["text"]
    found = re.search(r"^(\d{6})$", text, re.MULTILINE)
    assert found
    return found[1]


def ask(client, email="maria@example.org"):
    return client.post("/register/mailbox", {"email": email}, follow=True)


def answer(client, code):
    return client.post("/register/mailbox", {"code": code}, follow=True)


def test_the_search_that_was_typed_is_evaluated_after_the_code(client, strict):
    on_file(MARIA)
    assert heading(search(client, MARIA)) == ASKED
    assert evaluated() == 0
    assert "code" in ask(client).content.decode()
    code = newest_code()
    assert "This is Me!" in answer(client, f" {code[:3]} {code[3:]}").content.decode()
    assert evaluated() == 1


def test_who_is_on_file_is_asked_as_who_is_not(client, strict):
    on_file(MARIA)
    ruth = Person(first_name="Ruth", last_surname="Smith", ssn="902111234")
    pages, asked = [], []
    for person in (MARIA, ruth):
        with CaptureQueriesContext(connection) as captured:
            page = search(InspectingClient(), person)
        pages.append(re.sub(r'value="[^"]+"', "", page.content.decode()))
        asked.append(len(captured.captured_queries))
    assert pages[0] == pages[1]
    assert asked[0] == asked[1]


def test_five_tries_are_all_that_a_code_gets(client, strict):
    search(client, MARIA)
    ask(client)
    right = newest_code()
    wrong = f"{(int(right) + 1) % 10**6:06}"
    for _try in range(5):
        assert "This code does not work" in errors(answer(client, wrong))[0]
    assert "This code does not work" in errors(answer(client, right))[0]
    assert evaluated() == 0


def test_a_code_is_good_for_a_quarter_of_an_hour_and_once(client, strict, monkeypatch):
    search(client, MARIA)
    ask(client)
    code, late = newest_code(), timezone.now() + timedelta(minutes=16)
    copy = InspectingClient()
    copy.cookies = client.cookies.copy()
    monkeypatch.setattr("kecs.registration.mailbox.views.portal_clock", lambda: late)
    assert heading(answer(client, code)) == ASKED
    assert evaluated() == 0
    monkeypatch.undo()
    answer(client, code)
    answer(copy, code)
    assert evaluated() == 1


def test_a_mailbox_is_worth_five_searches_a_day_in_whatever_browser(strict):
    most = RULES[Limit.SEARCHES_PER_MAILBOX].most
    client = InspectingClient()
    search(client, MARIA)
    ask(client)
    answer(client, newest_code())
    for number in range(most - 1):
        search(client, MARIA, last4=f"{1000 + number}")
    assert evaluated() == most
    assert heading(search(client, MARIA, last4="2000")) == ASKED
    other = InspectingClient()
    search(other, MARIA)
    ask(other, "Maria+2@example.org")
    page = answer(other, newest_code())
    assert (page.status_code, heading(page)) == (429, "Please try again tomorrow")
    assert evaluated() == most


def test_nobodys_mailbox_is_filled_and_the_page_tells_nothing(client, strict):
    search(client, MARIA)
    pages = set()
    for _time in range(RULES[Limit.MAILBOX_CODES_PER_SEARCH].most):
        client.post("/register/mailbox", {"another": "1"})
        pages.add(re.sub(r'value="[^"]+"', "", ask(client, "victim@example.org").content.decode()))
    assert len(pages) == 1
    assert OutboxMessage.objects.filter(kind="registration.search_code").count() == 3


def test_the_session_holds_no_fact_no_code_and_no_address(client, strict):
    search(client, MARIA)
    ask(client)
    held = json.dumps(dict(client.session.items()))
    for fact in ("Fuentes", "1985", MARIA.last4, newest_code(), "maria@example.org"):
        assert fact not in held


def test_without_a_search_there_is_nothing_to_prove(client):
    assert client.get("/register/mailbox", follow=True).request["PATH_INFO"] == "/register/search"
    assert client.post("/register/mailbox", {"email": "a@example.org"}).status_code == 302
    assert not OutboxMessage.objects.exists()


def test_a_search_waits_half_an_hour(client, strict):
    search(client, MARIA)
    assert waiting.kept_search(client.session, now=timezone.now() + timedelta(minutes=29))
    assert waiting.kept_search(client.session, now=timezone.now() + timedelta(minutes=31)) is None


# --- When it begins and ends --------------------------------------------------------------------------------------


def tallied(searches, misses, at=None):
    """In a row of its own: the product adds to one of the first SHARDS rows of this minute, drawn by chance."""
    minute = (at or timezone.now()).replace(second=0, microsecond=0)
    SearchTally.objects.create(minute=minute, shard=SHARDS, searches=searches, misses=misses)


@pytest.mark.parametrize(
    ("searches", "misses", "asked"),
    [
        (200, 199, False),
        (200, 200, True),
        (499, 200, True),
        (500, 200, False),
        (9_000, 1_999, False),
        (9_000, 2_000, True),
    ],
)
def test_it_begins_with_many_misses(searches, misses, asked):
    tallied(searches, misses)
    assert mailbox_asked(by=BY) is asked
    began = AuditEvent.objects.filter(code="guard.strict_mode_began")
    assert began.count() == int(asked)
    mailbox_asked(by=BY)
    assert began.count() == int(asked)


def test_misses_of_ten_minutes_ago_count_no_more():
    tallied(300, 300, timezone.now() - timedelta(minutes=11))
    assert not mailbox_asked(by=BY)


def test_it_ends_when_it_is_quiet_and_goes_on_while_somebody_sprays():
    now = timezone.now()
    begin(by=BY, lasts=timedelta(minutes=30), at=now)
    assert mailbox_asked(by=BY, at=now + timedelta(minutes=29))
    for _held in range(200):
        mailbox_asked(by=BY, at=now + timedelta(minutes=29))
    assert mailbox_asked(by=BY, at=now + timedelta(minutes=31))
    assert mailbox_asked(by=BY, at=now + timedelta(minutes=60))
    assert not mailbox_asked(by=BY, at=now + timedelta(minutes=90))
    codes = list(AuditEvent.objects.order_by("sequence").values_list("code", flat=True))
    assert codes == ["guard.strict_mode_began", "guard.strict_mode_ended"]


def test_an_operator_sees_and_sets_it(capsys):
    call_command("strict", "on", minutes=5)
    assert mailbox_asked(by=BY)
    tallied(300, 300)
    call_command("strict", "off")
    assert not mailbox_asked(by=BY)
    call_command("strict", "status")
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("on until")
    assert said[1].startswith("off, and does not begin by itself until")
    assert "300 searches, 300 missed, 1 held" in said[2]


@pytest.mark.django_db(transaction=True)
def test_a_search_counts_with_one_statement_on_one_row_of_sixteen(django_assert_num_queries):
    for number in range(40):
        tally_search(missed=number % 2 == 0, by=BY)
    assert SearchTally.objects.count() > 1
    tally = status().tally
    assert (tally.searches, tally.misses) == (40, 20)
    for missed in (True, False):
        with django_assert_num_queries(1):
            tally_search(missed=missed, by=BY)


# --- Networks -----------------------------------------------------------------------------------------------------


def test_many_without_script_behind_one_address_are_asked_for_a_mailbox_not_turned_away(client, monkeypatch):
    from kecs.guard.robot import Verdict
    from kecs.guard.robots.null import NullRobot

    monkeypatch.setattr(NullRobot, "verify", lambda *_a, **_k: Verdict.TOO_MANY)
    assert heading(search(client, MARIA)) == ASKED
