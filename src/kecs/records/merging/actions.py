"""Propose a merge, do it, take it back; each in one transaction with its audit row.

What follows for the accounts (evidence, notices) is the business of kecs.assurance.merging, which calls this. Locks: the
import's turn, then the two records by their numbers, then the holds on them.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from kecs.audit.actions import record as record_event
from kecs.audit.transactions import whole
from kecs.guard.queries import database_clock
from kecs.pii.fields import digest_of, seal_into
from kecs.records import events
from kecs.records.actions import close_case
from kecs.records.holdings.queries import HeldRecord, seen
from kecs.records.importing.apply import take_turn
from kecs.records.importing.news import facts_of
from kecs.records.kinds import MergeReason, MergeState
from kecs.records.merging.images import OTHERS, as_text, image_of, keys_in_other_rooms
from kecs.records.merging.moving.actions import (
    change_survivor,
    end_hold,
    lead_cases,
    lead_numbers,
    lead_other_rooms,
    move_holds,
)
from kecs.records.merging.plan import Choices, MergePlan, Part, Side, Trouble, choices_from, plan
from kecs.records.merging.queries import (
    accounts_of,
    parts_of,
)
from kecs.records.models import (
    EducatorRecord,
    Holding,
    OtherName,
    RecordMerge,
)

PROPOSAL_LASTS = timedelta(days=14)
# What the second member of staff agrees to: if any of it changed since, she is asked anew.
_SEEN = (EducatorRecord, OtherName, Holding)


class Gone(Exception):
    """One of the two is no record of its own any more: somebody else merged it first."""


class ProposedBefore(Exception):
    """One of the two is in a proposal that waits for a second member of staff."""


class Changed(Exception):
    """The records are not any more as they stood when the merge was proposed."""


class NeedsTwo(Exception):
    """Two accounts hold the records: one member of staff proposes, and another one agrees."""


class OwnRecord(Exception):
    """Whoever would merge holds or contests one of the records, or proposed this herself."""


class NotOpen(Exception):
    """The proposal was decided, withdrawn, or its time is over."""


class NotAsChosen(Exception):
    """The records cannot be merged with these choices; `troubles` says why."""

    def __init__(self, troubles: Iterable[Trouble]) -> None:
        self.troubles = tuple(troubles)
        super().__init__(", ".join(self.troubles))


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What a merge did, for whoever tells the people. `loser` is as it was, `keeper` as it is."""

    merge_id: UUID
    survivor_id: UUID
    at: datetime
    keeper: HeldRecord | None
    loser: HeldRecord | None
    fell: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """Both records, locked and opened."""

    ids: dict[Side, UUID]
    parts: dict[Side, Part]

    @property
    def both(self) -> tuple[UUID, UUID]:
        return self.ids[Side.FIRST], self.ids[Side.SECOND]


# --- Proposing -----------------------------------------------------------------------------------------------------


@whole
def propose_merge(
    *,
    first_id: UUID,
    second_id: UUID,
    choices: Choices,
    reason: MergeReason,
    case_id: UUID | None = None,
    by: str,
) -> UUID:
    """Ask a second member of staff to agree. Raises what merge_records raises, and Changed where one person would do by now."""
    pair = _locked(first_id, second_id)
    _demand_another(pair.both, by=by)
    planned = _planned(pair, choices)
    if not planned.both_held:
        raise Changed
    _end_lapsed(pair.both, by=by)
    now = database_clock()
    row = RecordMerge(
        survivor_id=pair.ids[choices.survivor],
        absorbed_id=pair.ids[choices.survivor.other],
        absorbed_number=pair.parts[choices.survivor.other].number,
        choices=choices.stored(),
        reason=reason.value,
        case_id=case_id,
        both_held=True,
        state=MergeState.PROPOSED,
        seen_digest=_seen_digest(pair.both),
        proposed_at=now,
        proposed_by=by,
        lapses_at=now + PROPOSAL_LASTS,
    )
    row.save(force_insert=True)
    record_event(
        event=events.MergeProposed(
            subject=f"record:{row.survivor_id}",
            merge=str(row.pk),
            absorbed=str(row.absorbed_id),
            reason=reason.value,
        ),
        by=by,
    )
    return row.pk


@whole
def withdraw_merge(*, merge_id: UUID, by: str) -> None:
    """The proposal is off; whoever may merge may take it back.

    Raises NotOpen, and OwnRecord for whoever holds or contests one of the two.
    """
    row = _open(merge_id)
    _demand_another((row.survivor_id, row.absorbed_id), by=by)
    _end(row, MergeState.WITHDRAWN, by=by)


def _end(row: RecordMerge, state: MergeState, *, by: str) -> None:
    RecordMerge.objects.filter(pk=row.pk).update(state=state, ended_at=database_clock(), ended_by=by)
    event = events.MergeEnded(subject=f"record:{row.survivor_id}", merge=str(row.pk), how=state.value)
    record_event(event=event, by=by)


def _end_lapsed(record_ids: Collection[UUID], *, by: str) -> None:
    """Proposals about these records: those whose time is over make room. Raises ProposedBefore."""
    waiting = RecordMerge.objects.filter(state=MergeState.PROPOSED)
    about = waiting.filter(survivor_id__in=record_ids) | waiting.filter(absorbed_id__in=record_ids)
    for row in about.select_for_update():
        if row.lapses_at and row.lapses_at > database_clock():
            raise ProposedBefore
        _end(row, MergeState.LAPSED, by=by)


def _open(merge_id: UUID) -> RecordMerge:
    row = RecordMerge.objects.select_for_update().filter(pk=merge_id, state=MergeState.PROPOSED).first()
    if row is None or (row.lapses_at and row.lapses_at <= database_clock()):
        raise NotOpen
    return row


# --- Merging -------------------------------------------------------------------------------------------------------


@whole
def merge_records(
    *,
    first_id: UUID,
    second_id: UUID,
    choices: Choices,
    reason: MergeReason,
    case_id: UUID | None = None,
    by: str,
) -> Merged:
    """Make one record of two of which one at most is held.

    Raises NeedsTwo where both are, Gone, ProposedBefore, OwnRecord and NotAsChosen.
    """
    pair = _locked(first_id, second_id)
    _demand_another(pair.both, by=by)
    planned = _planned(pair, choices)
    if planned.both_held:
        raise NeedsTwo
    _end_lapsed(pair.both, by=by)
    row = RecordMerge(
        id=uuid4(),
        choices=choices.stored(),
        reason=reason.value,
        both_held=False,
        case_id=case_id,
        proposed_by=by,
    )
    row.seen_digest = _seen_digest(pair.both)
    return _merge(row, pair, choices, planned, by=by)


@whole
def approve_merge(*, merge_id: UUID, by: str) -> Merged:
    """The second member of staff agrees, and the records are merged.

    Raises NotOpen, OwnRecord for whoever proposed it or holds one of the two, Changed and Gone.
    """
    take_turn()
    row = _open(merge_id)
    choices = choices_from(row.choices)
    sides = {choices.survivor: row.survivor_id, choices.survivor.other: row.absorbed_id}
    pair = _locked(sides[Side.FIRST], sides[Side.SECOND])
    if by == row.proposed_by:
        raise OwnRecord
    _demand_another(pair.both, by=by)
    if bytes(row.seen_digest) != _seen_digest(pair.both):
        raise Changed
    return _merge(row, pair, choices, _planned(pair, choices), by=by)


def _locked(first_id: UUID, second_id: UUID) -> _Pair:
    """Both, and whoever holds them; none of it changes until the transaction ends. Raises Gone."""
    take_turn()
    ids = {first_id, second_id}
    there = EducatorRecord.objects.select_for_update().filter(pk__in=ids).order_by("staff_unique_id")
    if len(there) != len(ids):
        raise Gone
    list(Holding.objects.select_for_update().filter(record_id__in=ids).order_by("pk"))
    found = parts_of(first_id, second_id)
    if found is None:
        raise Gone
    return _Pair(
        ids={Side.FIRST: first_id, Side.SECOND: second_id}, parts=dict(zip(Side, found, strict=True))
    )


def _demand_another(record_ids: tuple[UUID, UUID], *, by: str) -> None:
    if by in {f"account:{account_id}" for account_id in accounts_of(record_ids)}:
        raise OwnRecord


def _planned(pair: _Pair, choices: Choices) -> MergePlan:
    planned = plan(pair.parts[Side.FIRST], pair.parts[Side.SECOND], choices)
    if planned.troubles:
        raise NotAsChosen(planned.troubles)
    return planned


def _seen_digest(record_ids: Collection[UUID]) -> bytes:
    image = image_of(record_ids)
    return digest_of("records.merge_seen", as_text([image[model._meta.label] for model in _SEEN]))


def _merge(row: RecordMerge, pair: _Pair, choices: Choices, planned: MergePlan, *, by: str) -> Merged:
    survivor_id, absorbed_id = pair.ids[choices.survivor], pair.ids[choices.survivor.other]
    survivor, absorbed = pair.parts[choices.survivor], pair.parts[choices.survivor.other]
    now, before = database_clock(), image_of(pair.both)
    loser = end_hold(record_id=pair.ids[planned.loser], at=now, by=by) if planned.loser else None
    move_holds(survivor_id=survivor_id, absorbed_id=absorbed_id, planned=planned, at=now, by=by)
    before[OTHERS] = keys_in_other_rooms(absorbed_id)
    lead_other_rooms(from_id=absorbed_id, to_id=survivor_id, by=by)
    lead_cases(from_id=absorbed_id, to_id=survivor_id, by=by)
    lead_numbers(
        survivor_id=survivor_id, survivor=survivor, absorbed_id=absorbed_id, absorbed=absorbed, by=by
    )
    EducatorRecord.objects.filter(pk=absorbed_id).delete()
    change_survivor(survivor_id=survivor_id, before=survivor.on_file, planned=planned, at=now, by=by)
    row.survivor_id, row.absorbed_id, row.absorbed_number = survivor_id, absorbed_id, absorbed.number
    row.state, row.merged_at, row.merged_by = MergeState.MERGED, now, by
    seal_into(row, "before_sealed", as_text(before))
    after = {
        "facts": facts_of(planned.after),
        "ssns": [part.on_file.ssn for part in (survivor, absorbed) if len(part.on_file.ssn) > 4],
        "holdings": image_of([survivor_id])[Holding._meta.label],
    }
    seal_into(row, "after_sealed", as_text(after))
    row.save()
    if row.case_id:
        close_case(case_id=row.case_id, outcome=MergeState.MERGED.value, by=by)
    keeper = Holding.objects.filter(record_id=survivor_id, released_at=None, contests=False).first()
    record_event(
        event=events.RecordsMerged(
            subject=f"record:{survivor_id}",
            merge=str(row.pk),
            absorbed=str(absorbed_id),
            reason=row.reason,
            columns=planned.changes,
            account=str(keeper.account_id) if keeper else "",
            released=str(loser.account_id) if loser else "",
            person_checked=choices.person_checked,
        ),
        by=by,
    )
    return Merged(
        merge_id=row.pk,
        survivor_id=survivor_id,
        at=now,
        keeper=seen(keeper) if keeper else None,
        loser=loser,
        fell=planned.falls,
    )
