"""A search takes one time and one set of statements, whatever is found; who has a stopwatch learns nothing.

benchmarks/timing.py measures the same over HTTP.
"""

import re
from dataclasses import replace
from time import monotonic

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kecs.guard.limits import RULES, Limit
from kecs.guard.pace import seconds_left
from tests.factories.people import MARIA, Person, on_file
from tests.factories.visits import claim, heading, search
from tests.inspection import InspectingClient

RUTH = Person(first_name="Ruth", last_surname="Smith", ssn="902111234", email="ruth@example.org")
A_DAY = RULES[Limit.SEARCH_MISSES_PER_IDENTITY_DAY].most


def offered():
    """A record is offered."""
    on_file(RUTH)
    return {}


def several():
    """Two people with the same facts."""
    on_file(RUTH)
    on_file(replace(RUTH, ssn="903221234"))
    return {}


def near():
    """Somebody has these last 4 and this birth date, and another name."""
    on_file(RUTH)
    return {"first_name": "Lena", "last_surname": "Baker"}


def miss():
    """Nobody has them."""
    return {}


def limited():
    """Tries used up, nobody behind."""
    for last4 in range(5000, 5000 + A_DAY):
        search(InspectingClient(), RUTH, last4=str(last4))
    return {}


def limited_and_on_file():
    """Tries used up, and a record that would be offered."""
    on_file(RUTH)
    return limited()


def held():
    """Somebody has an account with the record."""
    on_file(RUTH)
    claim(InspectingClient(), RUTH)
    return {}


NOTHING_SHOWN = [near, miss, limited, limited_and_on_file]
ALL = [*NOTHING_SHOWN, offered, several, held]


# One row or several: reaching a limit is logged beside the search.
ROWS = re.compile(r"\([X?%s, ]+\)(?:, \([X?%s, ]+\))*")


def shape(statement):
    """A statement without its values and places."""
    statement = re.sub(r"x'[0-9a-fA-F]*'|'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b", "?", statement)
    statement = re.sub(r"::[a-z]+", "", statement)
    return re.sub(r"s\d+_x\d+", "savepoint", statement)


def post(kind):
    """The answer to a search of this kind, and the statements it took."""
    instead = kind()
    search(InspectingClient(), MARIA)  # what a process asks once
    client = InspectingClient()
    with CaptureQueriesContext(connection) as captured:
        answer = client.post("/register/search", RUTH.search(**instead))
    return answer, [shape(query["sql"]) for query in captured.captured_queries], client


@pytest.mark.django_db(transaction=True)
def test_every_search_asks_the_database_the_same():
    asked = {}
    for kind in ALL:
        with_rows_of_its_own()
        asked[kind.__name__] = post(kind)[1]
    lengths = {name: len(statements) for name, statements in asked.items()}
    assert len(set(lengths.values())) == 1, lengths
    for shapes in zip(*asked.values(), strict=True):
        assert len({ROWS.sub("(?)", one) for one in shapes}) == 1, shapes


def with_rows_of_its_own():
    """No record and no count of the kind before."""
    from kecs.guard.models import LimitCounter
    from kecs.records.models import EducatorRecord

    LimitCounter.objects.all().delete()
    EducatorRecord.objects.all().delete()


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_no_header_and_no_size_tells_what_was_found(kind):
    expected = post(miss)[0]
    with_rows_of_its_own()
    answer = post(kind)[0]
    assert envelope(answer) == envelope(expected)


def headers_of(answer):
    """All but the number of the request, which is drawn by lot."""
    return {name: value for name, value in answer.headers.items() if name != "X-Request-ID"}


def envelope(answer):
    """Status, headers and sizes, without the values that are drawn at random."""
    cookies = {
        name: (len(morsel.value), {key: value for key, value in morsel.items() if key != "expires"})
        for name, morsel in answer.cookies.items()
    }
    return answer.status_code, headers_of(answer), cookies, len(answer.content)


@pytest.mark.django_db
def test_the_next_page_is_one_for_all_who_are_offered_nothing():
    pages = {}
    for kind in NOTHING_SHOWN:
        with_rows_of_its_own()
        client = post(kind)[2]
        with CaptureQueriesContext(connection) as captured:
            page = client.get("/register/match")
        assert heading(page) == "We did not find your record"
        text = re.sub(
            r'(name="(?:csrfmiddlewaretoken|registration)" value=")[^"]+', r"\1", page.content.decode()
        )
        text = text.replace("Lena", "Ruth").replace("Baker", "Smith")
        pages[kind.__name__] = (text, headers_of(page), len(captured.captured_queries))
    assert all(page == pages["miss"] for page in pages.values())


# --- The wait ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("took", "left"), [(0.0, 0.0), (0.03, 0.17), (0.1999, 0.0001), (0.2001, 0.1999), (0.45, 0.15)]
)
def test_an_answer_leaves_after_a_whole_number_of_steps(took, left):
    assert seconds_left(took=took, step=0.2) == pytest.approx(left, abs=1e-9)


def test_without_a_step_nothing_waits():
    assert seconds_left(took=0.03, step=0.0) == 0.0


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [offered, miss, limited_and_on_file], ids=lambda kind: kind.__name__)
def test_an_answer_to_a_search_is_held_back_until_then(settings, kind):
    instead = kind()
    settings.KECS_SEARCH_TAKES_MS = 400
    began = monotonic()
    InspectingClient().post("/register/search", RUTH.search(**instead))
    assert monotonic() - began >= 0.4


@pytest.mark.django_db
def test_pages_that_tell_nothing_are_not_held_back(settings):
    settings.KECS_SEARCH_TAKES_MS = 60_000
    client = InspectingClient()
    assert client.get("/register/search").status_code == 200
    assert client.post("/register/search", RUTH.search(last4="")).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_nothing_is_open_while_an_answer_waits(settings, monkeypatch):
    settings.KECS_SEARCH_TAKES_MS = 100
    seen = []

    def slept(seconds):
        seen.append((seconds, connection.in_atomic_block, saved()))

    monkeypatch.setattr("kecs.guard.pace.sleep", slept)
    InspectingClient().post("/register/search", RUTH.search())
    [(seconds, in_transaction, sessions)] = seen
    assert 0 < seconds <= 0.1
    assert not in_transaction
    assert sessions == 1


def saved():
    """How many sessions are in the table."""
    from django.contrib.sessions.models import Session

    return Session.objects.count()
