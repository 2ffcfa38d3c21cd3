"""PURE. By when staff mean to have decided a case: working days by kind, past weekends and the agency's holidays.

Called where a case is opened or opened again, and by the desk, which says how late one is.
"""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from types import MappingProxyType

from kecs.records.kinds import CaseKind

RECOVERY = "recovery"  # no case of this room; it stands in the same queue at the desk
SATURDAY = 5
# A person waits outside, or somebody may be at her record: two days. What keeps nobody out may take longer.
TARGET_DAYS: Mapping[str, int] = MappingProxyType(
    {
        CaseKind.DISAVOWED_CLAIM: 2,
        CaseKind.CONTESTED_CLAIM: 2,
        RECOVERY: 2,
        CaseKind.ALREADY_HELD: 3,
        CaseKind.SEVERAL: 5,
        CaseKind.NEAR_MATCH: 5,
        CaseKind.DECEASED: 5,
        CaseKind.SSN_ON_FILE_OTHER_NAME: 5,
        CaseKind.NO_SSN: 5,
        CaseKind.CORRECTION: 10,
        CaseKind.LINKAGE_DUPLICATE: 20,
        CaseKind.LINKAGE_OTHER_FIRST_NAME: 20,
    }
)
OTHERS = 5


def is_working_day(day: date, *, holidays: Collection[date]) -> bool:
    """Monday to Friday, and no holiday of the agency."""
    return day.weekday() < SATURDAY and day not in holidays


def due_on(*, kind: str, opened: date, holidays: Collection[date]) -> date:
    """The last of the working days that this kind has; the day on which it was opened does not count."""
    due, left = opened, TARGET_DAYS.get(kind, OTHERS)
    while left:
        due += timedelta(days=1)
        left -= is_working_day(due, holidays=holidays)
    return due


def days_late(*, due: date, today: date, holidays: Collection[date]) -> int:
    """How many working days have begun since the target date; 0 on the day itself, and on a free day after it."""
    passed = range(1, (today - due).days + 1)
    return sum(is_working_day(due + timedelta(days=day), holidays=holidays) for day in passed)
