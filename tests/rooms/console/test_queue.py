"""The queue: cases and recoveries in one order, filtered, paged, with few statements however much waits."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from kecs.accounts.models import Recovery, User
from kecs.accounts.recovery.actions import ask_for_recovery
from kecs.accounts.recovery_status import Status
from kecs.console.cases import queue
from kecs.console.messages import CASE_OUTCOMES, RECOVERY_ENDS
from kecs.console.outcomes import Outcome, why_shut
from kecs.records.actions import close_case, open_case
from kecs.records.kinds import CaseKind
from kecs.records.models import Case

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 25)  # a Wednesday


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(queue, "_today", lambda: TODAY)


def opened(kind=CaseKind.SEVERAL, due=TODAY, taken_by=None):
    case_id = open_case(kind=kind, account_id=None, record_ids=[], because=(), by="tests")
    Case.objects.filter(pk=case_id).update(due_on=due, taken_by=taken_by)
    return case_id


def recovery(confirmed):
    ask_for_recovery(name="Mo", login="mo", email=f"m{confirmed:%d%H}@example.org", message="", by="t")
    Recovery.objects.filter(status=Status.ASKED).update(status=Status.CONFIRMED, confirmed_at=confirmed)
    return Recovery.objects.get(confirmed_at=confirmed).pk


def listed(staff, query=""):
    """The ids of the rows, in their order."""
    page = staff.get(f"/desk/cases{query}").content.decode()
    return re.findall(r'href="/desk/(?:cases|recoveries)/([0-9a-f-]{36})"', page)


def test_cases_and_recoveries_stand_in_one_order_by_target_date(staff):
    late, tomorrow = opened(due=date(2026, 11, 20)), opened(due=date(2026, 11, 26))
    lost = recovery(datetime(2026, 11, 23, 15, tzinfo=UTC))  # due two working days later: today
    assert listed(staff) == [str(late), str(lost), str(tomorrow)]
    page = staff.get("/desk/cases").content.decode()
    assert "Working days late: 3" in page
    assert "Due today" in page
    assert "3 open" in page
    assert "1 late" in page


def test_it_is_filtered_by_kind_by_whose_and_by_state(staff):
    me = User.objects.get(username="ines.clerk").pk
    mine, free = opened(taken_by=me), opened(kind=CaseKind.NO_SSN)
    late = opened(due=date(2026, 11, 20))
    lost = recovery(datetime(2026, 11, 25, 15, tzinfo=UTC))
    closed = opened()
    close_case(case_id=closed, outcome="two_people", by="tests")
    assert listed(staff, "?kind=no_ssn") == [str(free)]
    assert listed(staff, "?kind=recovery") == [str(lost)]
    assert listed(staff, "?whose=mine") == [str(mine)]
    assert set(listed(staff, "?whose=nobodys")) == {str(free), str(late), str(lost)}
    assert listed(staff, "?state=late") == [str(late)]
    assert listed(staff, "?state=closed") == [str(closed)]
    assert "These are two people" in staff.get("/desk/cases?state=closed").content.decode()
    Case.objects.filter(pk=closed).update(closed_at=timezone.now() - timedelta(days=15))
    assert listed(staff, "?state=closed") == []
    assert "There is nothing here." in staff.get("/desk/cases?state=closed").content.decode()


def test_every_row_stands_on_one_page(staff, monkeypatch):
    monkeypatch.setattr(queue, "PAGE", 3)
    everything = {str(opened(due=TODAY + timedelta(days=day % 3))) for day in range(7)}
    everything |= {str(recovery(datetime(2026, 11, 20 + day, 15, tzinfo=UTC))) for day in range(3)}
    seen, queries = [], [""]
    for query in queries:
        page = staff.get(f"/desk/cases{query}").content.decode()
        seen += listed(staff, query)
        queries += [each.replace("&amp;", "&") for each in re.findall(r'href="(\?[^"]*after=[^"]+)"', page)]
    assert len(seen) == len(set(seen)) == 10
    assert set(seen) == everything


@pytest.mark.parametrize(
    "after",
    [
        "0001-01-01T00:00:00%2B14:00",
        "2026-11-25_0001-01-01T00:00:00%2B14:00_" + "0" * 32,
        "x",
        "2026-11-25_2026-13-45T00:00_x",
        "2026-11-25_2026-11-25T00:00_" + "0" * 32,
    ],
)
def test_an_address_of_ones_own_is_no_error(staff, after):
    case_id = opened()
    assert listed(staff, f"?after={after}&kind=%3Cb%3E&whose=x&state=y") == [str(case_id)]
    assert staff.get(f"/desk/cases?state=closed&after={after}").status_code == 200


def test_the_page_costs_five_statements_whatever_waits(staff, django_assert_max_num_queries):
    me = User.objects.get(username="ines.clerk").pk
    for _number in range(30):
        opened(taken_by=me)
    recovery(datetime(2026, 11, 20, 15, tzinfo=UTC))
    with django_assert_max_num_queries(4):
        queue.queue_page(queue.Filter(), me=me, recoveries=True)
    with django_assert_max_num_queries(5):
        queue.queue_page(queue.Filter(state="closed"), me=me, recoveries=True)


def test_however_one_ended_staff_read_it_in_words(staff):
    decided = {Status.APPROVED, Status.COMPLETED, Status.REFUSED, Status.CANCELLED}
    assert set(RECOVERY_ENDS) == decided
    assert set(CASE_OUTCOMES) == {*Outcome, "accepted", "refused", "withdrawn", "merged"}
    assert all(why_shut(word) for word in ("accepted", "withdrawn", "merged"))
    close_case(case_id=opened(), outcome="merged", by="tests")
    recovery(datetime(2026, 11, 20, 15, tzinfo=UTC))
    Recovery.objects.update(status=Status.COMPLETED, decided_at=timezone.now())
    page = staff.get("/desk/cases?state=closed").content.decode()
    for words in ("Merged", "Let this person in, after 24 hours"):
        assert f">{words}</td>" in page
