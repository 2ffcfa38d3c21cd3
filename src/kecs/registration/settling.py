"""Settles new accounts whose owners nobody on file seemed to be: a record of their own, or a case; `kecs settle` calls this.

Near records are looked for here and not while the person waits for a page: the linkage keys lead to everybody whose
name sounds alike, and the process that strangers talk to has no business with them.
"""

import threading
from dataclasses import dataclass

from django.db import transaction

from kecs.audit.actions import recorded_together
from kecs.matching.decide import Claim, NewOutcome, decide_new
from kecs.pii.seal import SealBroken
from kecs.records.actions import (
    SsnOnFile,
    create_record,
    next_waiting,
    put_off,
    wait_no_longer,
)
from kecs.records.holdings.actions import RecordTaken, hold_record
from kecs.records.kinds import AssuranceLevel
from kecs.records.queries import candidates_near, how_many_wait, population
from kecs.registration.actions import join_or_review


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of those who waited."""

    created: int = 0
    joined: int = 0
    reviewed: int = 0
    put_off: int = 0
    errors: tuple[str, ...] = ()  # the kinds of error that put somebody off


def settle_waiting(*, by: str, stop: threading.Event | None = None) -> Settled:
    """Settle everybody who waits now, the longest first, each in a transaction of her own."""
    outcomes: list[NewOutcome] = []
    errors: list[str] = []
    for _each in range(how_many_wait()):
        if stop is not None and stop.is_set():
            break
        try:
            outcome = settle_next(by=by)
        except (SsnOnFile, RecordTaken, SealBroken, ValueError) as error:
            # An import or another registration came between, or she cannot be read: the others do not wait for her.
            put_off(by=by)
            errors.append(type(error).__name__)
            continue
        if outcome is None:
            break
        outcomes.append(outcome)
    return Settled(
        created=outcomes.count(NewOutcome.NEW),
        joined=outcomes.count(NewOutcome.JOIN),
        reviewed=outcomes.count(NewOutcome.REVIEW),
        put_off=len(errors),
        errors=tuple(sorted(set(errors))),
    )


def settle_next(*, by: str) -> NewOutcome | None:
    """Settle whoever has waited longest; None when nobody waits. Raises SsnOnFile, RecordTaken when it must be tried again."""
    with transaction.atomic(), recorded_together():
        waiting = next_waiting(by=by)
        if waiting is None:
            return None
        identity = waiting.identity
        claim = Claim(
            first_name=identity.first_name,
            last_surname=identity.last_surname,
            birth_date=identity.birth_date,
            last4=identity.ssn[-4:],
        )
        near = candidates_near(claim, ssn=identity.ssn, stated_at=waiting.stated_at)
        decision = decide_new(claim, near, population=population())
        if decision.outcome is NewOutcome.NEW:
            made = create_record(waiting=waiting, by=by)
            level = AssuranceLevel.UNDER_REVIEW
            hold_record(record_id=made, account_id=waiting.account_id, level=level, because=(), by=by)
        else:
            join_or_review(decision=decision, account_id=waiting.account_id, by=by)
        wait_no_longer(stated_id=waiting.stated_id, by=by)
    return decision.outcome
