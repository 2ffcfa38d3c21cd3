"""How often a subject was counted, and what time the database says it is."""

from datetime import UTC, datetime

from django.db import connection

from kecs.guard.limits import RULES, Limit
from kecs.guard.models import LimitCounter
from kecs.pii.fields import digest_of


def subject_digest(limit: Limit, subject: str) -> bytes:
    """What stands for the subject in the table: 16 bytes that tell nothing without the key, and differ by limit."""
    return digest_of(f"limit:{limit}", subject)


def used(limit: Limit, subject: str, *, at: datetime | None = None) -> int:
    """Counts in the window that runs now; 0 when none does."""
    row = LimitCounter.objects.filter(limit=limit, subject_digest=subject_digest(limit, subject)).first()
    window = RULES[limit].window
    if row is None or (window and row.window_start + window <= (at or database_clock())):
        return 0
    return row.count


def used_up(limit: Limit, subject: str, *, at: datetime | None = None) -> bool:
    """Whether the next count of this subject would not pass."""
    return used(limit, subject, at=at) >= RULES[limit].most


def database_clock() -> datetime:
    """The database's time: web servers whose clocks differ agree on when a window ends."""
    if connection.vendor == "sqlite":
        return datetime.now(UTC)  # in-process: it has no clock but ours
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now
