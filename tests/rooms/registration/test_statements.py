"""How many statements a registration sends: nobody notices one more, and docs/speed.md tells what a dozen cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.people import MARIA, on_file
from tests.factories.visits import press, search, send_account
from tests.inspection import InspectingClient

# Each with the page that it leads to; a statement more on PostgreSQL keeps the record in place. Fewer are welcome: put them here.
MOST = {"search": 14, "choice": 8, "claim": 53, "new": 48}


def steps(road):
    """The statements of each form of this road."""
    client, taken = InspectingClient(), {}

    def counted(step, sent, *values):
        with CaptureQueriesContext(connection) as captured:
            page = sent(client, *values)
        taken[step] = len(captured.captured_queries)
        return page

    page = counted("search", search, MARIA)
    page = counted("choice", press, page, "this_is_me" if road == "claim" else "create_new")
    counted(road, send_account, page, MARIA.account() if road == "claim" else MARIA.new_account())
    return taken


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("road", ["claim", "new"])
def test_a_registration_sends_no_more_statements_than_it_did(road):
    search(InspectingClient(), MARIA)  # what a process asks once
    if road == "claim":
        on_file(MARIA)
    taken = steps(road)
    assert {step: count for step, count in taken.items() if count > MOST[step]} == {}
