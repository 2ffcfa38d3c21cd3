"""Whether strict mode is in force, and what the searches of the last minutes came to."""

from dataclasses import dataclass
from datetime import datetime

from kecs.audit.by_hand import rows_of
from kecs.audit.clock import portal_clock
from kecs.guard.models import StrictMode
from kecs.guard.strict.rules import WINDOW, Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What an operator sees."""

    in_force_until: datetime | None
    off_until: datetime | None
    tally: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a search asks before it is evaluated."""

    in_force: bool
    over: bool  # it is to be decided whether it ends or goes on
    off: bool  # it does not begin by itself
    tally: Tally


_STANDING = """
    COALESCE(SUM(searches), 0), COALESCE(SUM(misses), 0), COALESCE(SUM(held), 0), COALESCE(SUM(proven), 0),
    (SELECT in_force_until > %s FROM guard_strictmode WHERE id = 1),
    (SELECT off_until > %s FROM guard_strictmode WHERE id = 1)
    FROM guard_searchtally WHERE minute > %s
"""


def standing_at(now: datetime) -> Standing:
    """Strict mode and the tally in one statement, which every search sends."""
    [(searches, misses, held, proven, in_force, off)] = rows_of(_STANDING, now, now, now - WINDOW)
    # Whether it is in force is NULL where nobody ever turned it on, or it has ended.
    return Standing(
        in_force=bool(in_force),
        over=in_force is not None and not in_force,
        off=bool(off),
        tally=Tally(searches=searches, misses=misses, held=held, proven=proven),
    )


def tally_at(now: datetime) -> Tally:
    """The last ten whole minutes and the one that runs: at most 11 times as many rows as there are shards."""
    return standing_at(now).tally


def status(*, at: datetime | None = None) -> Status:
    """As it stands now; what is over is None."""
    now = at or portal_clock()
    row = StrictMode.objects.filter(pk=1).first() or StrictMode()
    return Status(
        in_force_until=row.in_force_until if row.in_force_until and row.in_force_until > now else None,
        off_until=row.off_until if row.off_until and row.off_until > now else None,
        tally=tally_at(now),
    )
