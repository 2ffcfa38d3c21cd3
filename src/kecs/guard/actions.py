"""Counting tries, taking a count back, clearing it; using up a robot check. Everything is exact under concurrency."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import chain
from typing import Any

from django.db import connection, transaction

from kecs.audit.actions import record, record_all
from kecs.audit.by_hand import as_moment, in_its_form
from kecs.audit.clock import portal_clock
from kecs.audit.transactions import tried_again
from kecs.guard.events import LimitCleared, LimitReached
from kecs.guard.limits import RULES, Limit
from kecs.guard.models import LimitCounter, RobotAnswer
from kecs.guard.queries import began_after, subject_digest

# One statement, so that no two tries read the same count. Both databases understand it. A row for each try; `ended` is
# for each limit the moment at which a window that began then is over.
_COUNT = """
    INSERT INTO guard_limitcounter ("limit", subject_digest, window_start, count) VALUES {rows}
    ON CONFLICT ("limit", subject_digest) DO UPDATE SET
        count = CASE WHEN guard_limitcounter.window_start <= {ended} THEN 1 ELSE guard_limitcounter.count + 1 END,
        window_start = CASE WHEN guard_limitcounter.window_start <= {ended}
            THEN EXCLUDED.window_start ELSE guard_limitcounter.window_start END
    RETURNING "limit", subject_digest, window_start, count
"""
# The pairs of limit and subject whose counts are taken back.
_GIVE_BACK = "UPDATE guard_limitcounter SET count = count - %s WHERE count > 0 AND ({theirs})"
# Counts only what may be tried now: a row comes back, or none. `window_start` is the moment of the last try.
_TRY = """
    INSERT INTO guard_limitcounter ("limit", subject_digest, window_start, count) VALUES (%s, %s, %s, 1)
    ON CONFLICT ("limit", subject_digest) DO UPDATE SET
        count = guard_limitcounter.count + 1, window_start = EXCLUDED.window_start
    WHERE guard_limitcounter.count < %s AND (guard_limitcounter.count < %s OR guard_limitcounter.window_start <= {ready})
    RETURNING count
"""
_FILL = """
    INSERT INTO guard_limitcounter ("limit", subject_digest, window_start, count) VALUES (%s, %s, %s, %s)
    ON CONFLICT ("limit", subject_digest) DO UPDATE SET count = EXCLUDED.count, window_start = EXCLUDED.window_start
"""
_USE = """
    INSERT INTO guard_robotanswer (signature_digest, used_at, expires_at) VALUES (%s, %s, %s)
    ON CONFLICT (signature_digest) DO NOTHING
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What a try came to. `resets_at` is None where only clearing helps."""

    limit: Limit
    used: int
    allowed: bool
    escalated: bool
    remaining: int
    resets_at: datetime | None


def count(*, limit: Limit, subject: str, by: str, at: datetime | None = None) -> Count:
    """Count one try and say whether it passes. Of any number at once, exactly `most` pass in a window.

    Runs in the caller's transaction: a rollback takes the count back, and until the transaction ends other counts of
    the same subject wait. So count what many share (a network) outside of the transaction that does the work, and
    what must be exact (an identity's misses) inside. `at` overrides the portal's clock.
    """
    [counted] = count_together(tries=[(limit, subject)], by=by, at=at)
    return counted


@tried_again
def count_together(*, tries: Iterable[tuple[Limit, str]], by: str, at: datetime | None = None) -> list[Count]:
    """Count one try against several subjects of one transaction; the counts come in no order of the caller's.

    Whoever counts several of the same subjects takes them in one order, and the end of the audit log after them: so
    no two transactions wait for each other.
    """
    now = at or portal_clock()
    digests = sorted((limit, subject_digest(limit, subject)) for limit, subject in set(tries))
    if not digests:
        return []
    rows = _counted(digests, now)
    counted = [_verdict(limit, *rows[limit, digest]) for limit, digest in digests]
    reached = [
        LimitReached(subject=f"limit:{digest.hex()}", limit=str(limit))
        for (limit, digest), one in zip(digests, counted, strict=True)
        if one.used == RULES[limit].most + 1
    ]
    if reached:
        with transaction.atomic(savepoint=False):
            record_all(events=reached, by=by)
    return counted


def count_if_all_pass(*, tries: Iterable[tuple[Limit, str]], by: str, at: datetime | None = None) -> bool:
    """Count one try against several subjects if all let it pass: what one refuses is not counted by the others.

    In a transaction of the caller's.
    """
    return all(counted.allowed for counted in counts_if_all_pass(tries=tries, by=by, at=at))


def counts_if_all_pass(
    *, tries: Iterable[tuple[Limit, str]], by: str, at: datetime | None = None
) -> list[Count]:
    """As count_if_all_pass, for callers who want to know how much is left: a count that is not allowed says that none counts."""
    several = list(tries)
    counts = count_together(tries=several, by=by, at=at)
    if not all(counted.allowed for counted in counts):
        give_back_together(tries=several, by=by)
    return counts


@tried_again
def count_if_ready(*, limit: Limit, subject: str, by: str, at: datetime | None = None) -> bool:
    """Count one try of a limit without a window, unless it comes before the delay is over or after the last.

    What is refused is not counted: it makes nobody wait longer. Of any number at once only those pass that the table
    lets pass at this moment. The log is told once, with the last try.
    """
    rule, digest, now = RULES[limit], subject_digest(limit, subject), at or portal_clock()
    free = rule.free
    if free is None:
        raise ValueError(f"{limit} has no delays.")
    steps = [used for used in range(free, rule.most) if rule.delay_after(used) != rule.delay_after(used - 1)]
    ready = f"CASE {'WHEN guard_limitcounter.count >= %s THEN %s ' * len(steps)}ELSE %s END"
    moments = chain.from_iterable((used, now - rule.delay_after(used)) for used in reversed(steps))
    values = [str(limit), digest, now, rule.most, free, *moments, now]
    rows = _rows(_TRY.format(ready=ready), values)
    if rows and rows[0][0] == rule.most:
        with transaction.atomic(savepoint=False):
            record(event=LimitReached(subject=f"limit:{digest.hex()}", limit=str(limit)), by=by)
    return bool(rows)


@tried_again
def stop(*, limit: Limit, subject: str, by: str) -> None:
    """Use up all tries of a subject at once, so that only clearing helps."""
    digest = subject_digest(limit, subject)
    values = [str(limit), digest, portal_clock(), RULES[limit].most]
    with transaction.atomic():
        _written(_FILL, values)
        record(event=LimitReached(subject=f"limit:{digest.hex()}", limit=str(limit)), by=by)


def _counted(
    digests: list[tuple[Limit, bytes]], now: datetime
) -> dict[tuple[str, bytes], tuple[datetime, int]]:
    """Add one to each counter, in the order given. When the window of each began, and its count."""
    values = [(str(limit), digest, now) for limit, digest in digests]
    ends = [(str(limit), began_after(limit, now)) for limit in dict(digests)]
    statement = _COUNT.format(
        rows=", ".join(["(%s, %s, %s, 1)"] * len(values)),
        ended=f'CASE guard_limitcounter."limit" {"WHEN %s THEN %s " * len(ends)}END',
    )
    rows = _rows(statement, [*chain(*values, *ends, *ends)])
    return {(limit, bytes(digest)): (as_moment(began), count) for limit, digest, began, count in rows}


def _rows(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """What a statement of ours returns. By hand, and not by a queryset: each form of a registration counts."""
    with connection.cursor() as cursor:
        cursor.execute(statement, in_its_form(values))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _written(statement: str, values: Sequence[Any]) -> int:
    """How many rows a statement of ours came to."""
    with connection.cursor() as cursor:
        cursor.execute(statement, in_its_form(values))
        return int(cursor.rowcount)


def _verdict(limit: Limit, began: datetime, used: int) -> Count:
    rule = RULES[limit]
    return Count(
        limit=limit,
        used=used,
        allowed=used <= rule.most,
        escalated=rule.escalate_over is not None and used > rule.escalate_over,
        remaining=max(rule.most - used, 0),
        resets_at=began + rule.window if rule.window else None,
    )


def give_back(*, limit: Limit, subject: str, by: str) -> None:
    """Take one count back: the try that was counted as a miss turned out a hit."""
    give_back_together(tries=[(limit, subject)], by=by)


def give_back_together(*, tries: Iterable[tuple[Limit, str]], by: str, each: int = 1) -> None:
    """Take one count of each back, in the transaction that counted them: it has their rows to itself already.

    A counter past its limit keeps the count that was refused, so that the log is told of the first refusal only.
    With `each` 0 nothing is taken back by the same statement, for callers whose work must not tell which it was.
    """
    theirs = [
        (str(limit), subject_digest(limit, subject), RULES[limit].most) for limit, subject in set(tries)
    ]
    if theirs:
        one = '("limit" = %s AND subject_digest = %s AND count <= %s)'
        _written(_GIVE_BACK.format(theirs=" OR ".join([one] * len(theirs))), [each, *chain(*theirs)])


@tried_again
def clear(*, limit: Limit, subject: str, by: str) -> None:
    """Set a subject's count back to nothing; the audit log keeps who did."""
    digest = subject_digest(limit, subject)
    with transaction.atomic():
        LimitCounter.objects.filter(limit=limit, subject_digest=digest).delete()
        record(event=LimitCleared(subject=f"limit:{digest.hex()}", limit=str(limit)), by=by)


def use_up(*, signature: str, expires_at: datetime, by: str) -> bool:
    """Use a challenge or stamp; False when it was used before. Of any number at once, exactly one is True."""
    now = portal_clock()
    digest = sha256(signature.encode()).digest()
    return bool(_written(_USE, [digest, now, max(expires_at, now)]))


def purge(*, by: str, at: datetime | None = None) -> int:
    """Remove counters whose window is over and used checks that have expired; how many rows. Safe at any time."""
    now = at or portal_clock()
    # A used check must be known for as long as it would still be accepted; clocks may differ by a little.
    removed = RobotAnswer.objects.filter(expires_at__lt=now - timedelta(hours=1)).delete()[0]
    for limit, rule in RULES.items():
        if rule.window:
            removed += LimitCounter.objects.filter(limit=limit, window_start__lte=now - rule.window).delete()[
                0
            ]
    return removed
