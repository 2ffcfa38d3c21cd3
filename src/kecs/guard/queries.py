"""How often a subject was counted, and what time the database says it is."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from kecs.audit import clock
from kecs.audit.by_hand import rows_of
from kecs.audit.clock import portal_clock
from kecs.guard.limits import RULES, Limit
from kecs.guard.models import LimitCounter
from kecs.pii.fields import the_keyring
from kecs.pii.fingerprint import standing_digest

_LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)  # no window begins before it


def subject_digest(limit: Limit, subject: str) -> bytes:
    """What stands for the subject in the table: 16 bytes that tell nothing without the key, and differ by limit.

    Changing the current key must set no count back to nothing, and a statement that counts can ask for one digest only: so
    it is made with a key that stays. docs/adr/0030-keys-that-change.md
    """
    return standing_digest(the_keyring(), f"limit:{limit}", subject)


def used(limit: Limit, subject: str, *, at: datetime | None = None) -> int:
    """Counts in the window that runs now; 0 when none does."""
    return fullest([(limit, subject)], at=at)[limit]


def fullest(counters: Iterable[tuple[Limit, str]], *, at: datetime | None = None) -> dict[Limit, int]:
    """Of each limit the most that any of these subjects was counted in the window that runs now; in one statement."""
    asked, now = list(counters), at or portal_clock()
    most = {limit: 0 for limit, _subject in asked}
    if not asked:
        return most
    values: list[Any] = []
    for limit, subject in asked:
        values += [str(limit), subject_digest(limit, subject), began_after(limit, now)]
    theirs = '("limit" = %s AND subject_digest = %s AND window_start > %s)'
    wanted = f'"limit", count FROM guard_limitcounter WHERE {" OR ".join([theirs] * len(asked))}'
    for name, count in rows_of(wanted, *values):
        most[Limit(name)] = max(most[Limit(name)], count)
    return most


def began_after(limit: Limit, now: datetime) -> datetime:
    """A window of this limit that began at this moment or before is over."""
    window = RULES[limit].window
    return now - window if window else _LONG_AGO


def used_up(limit: Limit, subject: str, *, at: datetime | None = None) -> bool:
    """Whether the next count of this subject would not pass."""
    return used(limit, subject, at=at) >= RULES[limit].most


def wait_left(limit: Limit, subject: str, *, at: datetime | None = None) -> timedelta | None:
    """How long the next try of a limit with delays must wait; None after its last, when only clearing helps."""
    row = LimitCounter.objects.filter(limit=limit, subject_digest=subject_digest(limit, subject)).first()
    if row is None:
        return timedelta(0)
    rule = RULES[limit]
    if row.count >= rule.most:
        return None
    return max(row.window_start + rule.delay_after(row.count) - (at or portal_clock()), timedelta(0))


def database_clock() -> datetime:
    """The database's time, asked this moment: for what is rare. Limits go by `portal_clock`, which reckons from it."""
    return clock.database_clock()
