"""Whether strict mode is in force, and what the searches of the last minutes came to."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from kecs.guard.models import SearchTally, StrictMode
from kecs.guard.queries import database_clock
from kecs.guard.strict.rules import WINDOW, Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What an operator sees."""

    in_force_until: datetime | None
    off_until: datetime | None
    tally: Tally


def tally_at(now: datetime) -> Tally:
    """The last ten whole minutes and the one that runs: at most 11 times as many rows as there are shards."""
    sums = SearchTally.objects.filter(minute__gt=now - WINDOW).aggregate(
        searches=Sum("searches", default=0),
        misses=Sum("misses", default=0),
        held=Sum("held", default=0),
        proven=Sum("proven", default=0),
    )
    return Tally(**sums)


def status(*, at: datetime | None = None) -> Status:
    """As it stands now; what is over is None."""
    now = at or database_clock()
    row = StrictMode.objects.filter(pk=1).first() or StrictMode()
    return Status(
        in_force_until=row.in_force_until if row.in_force_until and row.in_force_until > now else None,
        off_until=row.off_until if row.off_until and row.off_until > now else None,
        tally=tally_at(now),
    )
