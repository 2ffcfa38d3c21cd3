"""Target dates: working days, past weekends and holidays."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kecs.records.kinds import CaseKind
from kecs.records.targets import RECOVERY, TARGET_DAYS, days_late, due_on, is_working_day

THANKSGIVING = frozenset({date(2026, 11, 26), date(2026, 11, 27)})


def test_every_kind_has_its_days():
    assert set(TARGET_DAYS) == {*CaseKind, RECOVERY}


@pytest.mark.parametrize(
    ("opened", "holidays", "due"),
    [
        (date(2026, 11, 23), frozenset(), date(2026, 11, 25)),  # Monday
        (date(2026, 11, 20), frozenset(), date(2026, 11, 24)),  # Friday
        (date(2026, 11, 21), frozenset(), date(2026, 11, 24)),  # Saturday
        (date(2026, 11, 25), THANKSGIVING, date(2026, 12, 1)),
    ],
)
def test_a_disavowed_claim_has_two_working_days(opened, holidays, due):
    assert due_on(kind=CaseKind.DISAVOWED_CLAIM, opened=opened, holidays=holidays) == due


def test_lateness_counts_working_days_only():
    friday = date(2026, 11, 20)
    late = [days_late(due=friday, today=date(2026, 11, day), holidays=frozenset()) for day in range(19, 26)]
    assert late == [0, 0, 0, 0, 1, 2, 3]


@given(st.sampled_from(sorted(TARGET_DAYS)), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_the_date_is_a_working_day_and_so_many_after_the_opening(kind, opened):
    due = due_on(kind=kind, opened=opened, holidays=THANKSGIVING)
    assert is_working_day(due, holidays=THANKSGIVING)
    assert days_late(due=opened, today=due, holidays=THANKSGIVING) == TARGET_DAYS[kind]
