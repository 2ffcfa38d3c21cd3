"""Counting searches over all, and beginning and ending strict mode.

A single row that each search adds to would make all of them wait in line. So each adds to one of 16 rows of the minute,
drawn by chance, as the last thing before the log, where searches wait in line already; and each sums the rows up
before it begins, outside of its transaction, where reading waits for nobody.
"""

import secrets
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from kecs.audit.actions import record
from kecs.audit.by_hand import in_its_form
from kecs.audit.clock import portal_clock
from kecs.audit.transactions import tried_again
from kecs.guard.events import StrictModeBegan, StrictModeEnded
from kecs.guard.models import SearchTally, StrictMode
from kecs.guard.strict.queries import standing_at, tally_at
from kecs.guard.strict.rules import LASTS, Tally, goes_on, why_begin

SHARDS = 16

_ADD = """
    INSERT INTO guard_searchtally (minute, shard, searches, misses, held, proven) VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (minute, shard) DO UPDATE SET
        searches = guard_searchtally.searches + EXCLUDED.searches,
        misses = guard_searchtally.misses + EXCLUDED.misses,
        held = guard_searchtally.held + EXCLUDED.held,
        proven = guard_searchtally.proven + EXCLUDED.proven
"""


def tally_search(*, missed: bool, by: str, proven: bool = False, at: datetime | None = None) -> None:
    """Count a search that was evaluated, in its transaction. A hit and a miss are the same statement.

    One with a mailbox is no sign of a spray: a mailbox is worth a handful of searches a day, whoever has it.
    """
    if proven:
        _add(Tally(proven=1), at)
    else:
        _add(Tally(searches=1, misses=int(missed)), at)


def mailbox_asked(*, by: str, at: datetime | None = None) -> bool:
    """Whether a search must give a mailbox before it is evaluated; begins and ends strict mode when it is time.

    Call it outside of the search's transaction. Searches that run at this moment are not stopped any more: as many as
    there are threads may pass beyond the bar.
    """
    now = at or portal_clock()
    standing = standing_at(now)
    if standing.in_force:
        asked = True
    elif standing.over:
        asked = _ended_or_extended(now, by)
    else:
        asked = not standing.off and _begin_if_sprayed(standing.tally, now, by)
    if asked:
        _add(Tally(held=1), now)
    return asked


def begin(*, by: str, lasts: timedelta = LASTS, at: datetime | None = None) -> None:
    """An operator turns it on."""
    now = at or portal_clock()
    _begin(now + lasts, now, because="operator", tally=tally_at(now), by=by)


@tried_again
def end(*, by: str, stays_off: timedelta, at: datetime | None = None) -> None:
    """An operator turns it off, and has it not begin by itself for a while."""
    now = at or portal_clock()
    with transaction.atomic():
        StrictMode.objects.get_or_create(pk=1)
        StrictMode.objects.filter(pk=1).update(in_force_until=None, off_until=now + stays_off)
        record(event=StrictModeEnded(subject="-", because="operator"), by=by)


def end_if_over(*, by: str, at: datetime | None = None) -> None:
    """What the next search would do, for hours in which nobody searches."""
    now = at or portal_clock()
    if standing_at(now).over:
        _ended_or_extended(now, by)


def forget_tallies(*, by: str, at: datetime | None = None) -> int:
    """Remove what no sum asks for any more; how many rows."""
    now = at or portal_clock()
    return SearchTally.objects.filter(minute__lt=now - timedelta(hours=1)).delete()[0]


def _add(tally: Tally, at: datetime | None) -> None:
    minute = (at or portal_clock()).replace(second=0, microsecond=0)
    values = [minute, secrets.randbelow(SHARDS), tally.searches, tally.misses, tally.held, tally.proven]
    with connection.cursor() as cursor:
        cursor.execute(_ADD, in_its_form(values))


def _begin_if_sprayed(tally: Tally, now: datetime, by: str) -> bool:
    because = why_begin(tally)
    if because:
        _begin(now + LASTS, now, because=because, tally=tally, by=by)
    return bool(because)


@tried_again
def _begin(until: datetime, now: datetime, *, because: str, tally: Tally, by: str) -> None:
    """Of any number at once, one begins it and tells the log."""
    with transaction.atomic():
        StrictMode.objects.get_or_create(pk=1)
        off = Q(in_force_until=None) | Q(in_force_until__lte=now)
        begun = StrictMode.objects.filter(off, pk=1).update(in_force_until=until, off_until=None)
        if begun:
            told = StrictModeBegan(subject="-", because=because, searches=tally.searches, misses=tally.misses)
            record(event=told, by=by)
        elif because == "operator":
            StrictMode.objects.filter(pk=1).update(in_force_until=until)


@tried_again
def _ended_or_extended(now: datetime, by: str) -> bool:
    """Whether it goes on, because the spray does. Of any number at once, one decides."""
    tally = tally_at(now)
    sprayed = goes_on(tally) or bool(why_begin(tally))
    with transaction.atomic():
        until = now + LASTS if sprayed else None
        decided = StrictMode.objects.filter(pk=1, in_force_until__lte=now).update(in_force_until=until)
        if decided and not sprayed:
            record(event=StrictModeEnded(subject="-", because="quiet"), by=by)
    return sprayed
