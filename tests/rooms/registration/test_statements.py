"""What the pages of a registration ask of the database: no more than they do today, but for a reason."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.people import MARIA, on_file
from tests.factories.visits import create_new, registration_key, search, this_is_me
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db

# A test has a transaction of its own around all, so that ours are savepoints in it. The time is asked when it is due, and of
# PostgreSQL only.
_LEFT_OUT = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "SELECT clock_timestamp()")


def sent(ask):
    """How many statements were sent, without those around a transaction and the time."""
    with CaptureQueriesContext(connection) as captured:
        ask()
    return sum(not each["sql"].startswith(_LEFT_OUT) for each in captured.captured_queries)


@pytest.mark.parametrize(
    ("is_on_file", "account", "home"),
    [
        (True, 34, 9),
        (False, 29, 10),
    ],
    ids=["claim", "new"],
)
def test_an_account_and_the_home_page_cost_so_many_statements(client, is_on_file, account, home):
    if is_on_file:
        on_file(MARIA, contact_email="maria@example.org")
    page = (this_is_me if is_on_file else create_new)(client, MARIA)
    chosen = MARIA.account() if is_on_file else MARIA.new_account()
    form = {"registration": registration_key(page), **chosen}
    asked = sent(lambda: client.post("/register/account", form)), sent(lambda: client.get("/home"))
    assert asked[0] <= account, asked
    assert asked[1] <= home, asked


def test_a_search_costs_so_many_statements(client):
    search(InspectingClient(), MARIA)  # the log begins
    client.get("/register/search")
    asked = sent(lambda: client.post("/register/search", MARIA.search()))
    assert asked <= 11
