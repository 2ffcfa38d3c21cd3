"""How often a subject was counted, and what time the database says it is."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from kecs.audit import clock
from kecs.guard.limits import RULES, Limit
from kecs.guard.models import LimitCounter
from kecs.pii.fields import the_keyring
from kecs.pii.fingerprint import standing_digest


def subject_digest(limit: Limit, subject: str) -> bytes:
    """What stands for the subject in the table: 16 bytes that tell nothing without the key, and differ by limit.

    Changing the current key must set no count back to nothing, and a statement that counts can ask for one digest only: so
    it is made with a key that stays. docs/adr/0030-keys-that-change.md
    """
    return standing_digest(the_keyring(), f"limit:{limit}", subject)


def used(limit: Limit, subject: str, *, at: datetime | None = None) -> int:
    """Counts in the window that runs now; 0 when none does."""
    row = LimitCounter.objects.filter(limit=limit, subject_digest=subject_digest(limit, subject)).first()
    window = RULES[limit].window
    if row is None or (window and row.window_start + window <= (at or database_clock())):
        return 0
    return row.count


def fullest(counters: Iterable[tuple[Limit, str]], *, at: datetime | None = None) -> dict[Limit, int]:
    """Of each limit the most that any of these subjects was counted in the window that runs now; in one statement."""
    asked = {subject_digest(limit, subject): limit for limit, subject in counters}
    now, found = at or database_clock(), dict.fromkeys(asked.values(), 0)
    rows = LimitCounter.objects.filter(limit__in=set(asked.values()), subject_digest__in=list(asked))
    for row in rows:
        limit = Limit(row.limit)
        window = RULES[limit].window
        if not window or row.window_start + window > now:
            found[limit] = max(found[limit], row.count)
    return found


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
    return max(row.window_start + rule.delay_after(row.count) - (at or database_clock()), timedelta(0))


def database_clock() -> datetime:
    """The database's time: web servers whose clocks differ agree on when a window ends."""
    return clock.database_clock()
