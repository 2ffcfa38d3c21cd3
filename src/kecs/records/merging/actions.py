"""Propose a merge, do it, take it back, undo it; each in one transaction with its audit row.

What follows for the accounts (evidence, notices) is the business of kecs.assurance.merging, which calls this. Locks: the
import's turn, then the two records by their numbers, then the holds on them.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import models, transaction

from kecs.audit.actions import record as record_event
from kecs.guard.queries import database_clock
from kecs.pii.fields import digest_of, seal_into, the_keyring
from kecs.records import events
from kecs.records.actions import close_case
from kecs.records.holdings.actions import PROVISIONAL_FOR
from kecs.records.holdings.queries import HeldRecord, seen
from kecs.records.importing.apply import take_turn
from kecs.records.importing.news import as_told, facts_of
from kecs.records.importing.prepare import keys_of
from kecs.records.importing.rows import OnFile
from kecs.records.index import identity_key_rows, linkage_key_rows
from kecs.records.kinds import AssuranceLevel, Ending, MergeReason, MergeState
from kecs.records.merging.images import Image, Row, as_text, image_of, values_of
from kecs.records.merging.plan import Choices, MergePlan, Part, Side, Trouble, choices_from, plan
from kecs.records.merging.queries import (
    Obstacle,
    accounts_of,
    before_of,
    parts_of,
    undoing_of,
)
from kecs.records.models import (
    Case,
    EducatorRecord,
    Holding,
    IdentityKey,
    LinkageKey,
    LinkedPair,
    OtherName,
    RecordMerge,
    RecordNumber,
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


class CannotUndo(Exception):
    """Something was built on the merge; `obstacles` says what."""

    def __init__(self, obstacles: Iterable[Obstacle]) -> None:
        self.obstacles = tuple(obstacles)
        super().__init__(", ".join(self.obstacles))


class NotExact(Exception):
    """What an undoing brought back is not what stood before: nothing was changed."""


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


@transaction.atomic
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
    _demand_another(pair, by=by)
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


@transaction.atomic
def withdraw_merge(*, merge_id: UUID, by: str) -> None:
    """The proposal is off; whoever may merge may take it back. Raises NotOpen."""
    _end(_open(merge_id), MergeState.WITHDRAWN, by=by)


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


@transaction.atomic
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
    _demand_another(pair, by=by)
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


@transaction.atomic
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
    _demand_another(pair, by=by)
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


def _demand_another(pair: _Pair, *, by: str) -> None:
    if by in {f"account:{account_id}" for account_id in accounts_of(pair.both)}:
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
    loser = _end_loser(pair, planned, at=now, by=by)
    _move_holds(survivor_id, absorbed_id, planned, at=now)
    _lead_cases(from_id=absorbed_id, to_id=survivor_id)
    _lead_numbers(survivor_id, survivor, absorbed_id, absorbed)
    EducatorRecord.objects.filter(pk=absorbed_id).delete()
    _change_survivor(survivor_id, survivor.on_file, planned, at=now)
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


def _end_loser(pair: _Pair, planned: MergePlan, *, at: datetime, by: str) -> HeldRecord | None:
    """Of two holders one goes on; the other's hold is over, and its row stays."""
    if planned.loser is None:
        return None
    live = Holding.objects.filter(released_at=None, contests=False)
    row = live.get(record_id=pair.ids[planned.loser])
    Holding.objects.filter(pk=row.pk).update(
        released_at=at, released_by=by, released_because=Ending.MERGED.value
    )
    return seen(row)


def _move_holds(survivor_id: UUID, absorbed_id: UUID, planned: MergePlan, *, at: datetime) -> None:
    """Holds past and present. No level rises; what proved one record proves the joined one only where it was on both."""
    Holding.objects.filter(record_id=absorbed_id).update(record_id=survivor_id)
    live = Holding.objects.filter(record_id=survivor_id, released_at=None)
    if not planned.address_counts:
        live.update(contact_digest=None)
    if planned.falls:
        live.filter(contests=False).update(
            level=AssuranceLevel.PROVISIONAL, provisional_until=at + PROVISIONAL_FOR
        )


def _lead_cases(*, from_id: UUID, to_id: UUID) -> None:
    """Cases, and pairs that batch linkage found, are about the survivor from now on."""
    through = Case.records.through
    there = through._base_manager.filter(educatorrecord_id=to_id).values_list("case_id", flat=True)
    through._base_manager.filter(educatorrecord_id=from_id, case_id__in=list(there)).delete()
    through._base_manager.filter(educatorrecord_id=from_id).update(educatorrecord_id=to_id)
    pairs = LinkedPair.objects.filter(first_id=from_id) | LinkedPair.objects.filter(second_id=from_id)
    for pair in pairs:
        ends = {to_id if end == from_id else end for end in (pair.first_id, pair.second_id)}
        _put_pair(pair, ends)


def _put_pair(pair: LinkedPair, ends: set[UUID]) -> None:
    """A pair of one record is none, and the same pair stands once."""
    if len(ends) == 2:
        first, second = sorted(ends)
        same = LinkedPair.objects.filter(first_id=first, second_id=second, kind=pair.kind)
        if not same.exclude(pk=pair.pk).exists():
            LinkedPair.objects.filter(pk=pair.pk).update(first_id=first, second_id=second)
            return
    LinkedPair.objects.filter(pk=pair.pk).delete()


def _lead_numbers(survivor_id: UUID, survivor: Part, absorbed_id: UUID, absorbed: Part) -> None:
    """Every number of either leads to the survivor, with what files have said under it."""
    RecordNumber.objects.filter(record_id=absorbed_id, former_id=None).update(former_id=absorbed_id)
    RecordNumber.objects.filter(record_id=absorbed_id).update(record_id=survivor_id)
    for part, former_id in ((survivor, None), (absorbed, absorbed_id)):
        if not RecordNumber.objects.filter(staff_unique_id=part.number).exists():
            number = RecordNumber(staff_unique_id=part.number, record_id=survivor_id, former_id=former_id)
            seal_into(number, "told_sealed", as_told(part.on_file))
            number.save(force_insert=True)


def _change_survivor(survivor_id: UUID, before: OnFile, planned: MergePlan, *, at: datetime) -> None:
    """What the survivor holds, and the keys it is found by: made of what is kept, so that what was dropped finds nobody."""
    row, after = EducatorRecord.objects.get(pk=survivor_id), planned.after
    for column in ("first_name", "middle_name", "last_surname", "generation_code_suffix", "deceased"):
        setattr(row, column, getattr(after, column))
    row.contact_email = after.email
    if after.birth_date != before.birth_date:
        seal_into(row, "birth_date_sealed", after.birth_date.isoformat() if after.birth_date else None)
    if after.ssn != before.ssn:
        seal_into(row, "ssn_sealed", after.ssn or None)
    row.identity_version, row.updated_at = row.identity_version + 1, at
    row.save(force_update=True)
    OtherName.objects.bulk_create(
        OtherName(record_id=survivor_id, first_name=name.first_name, last_surname=name.last_surname)
        for name in sorted(planned.added_names, key=lambda each: (each.last_surname, each.first_name))
    )
    IdentityKey.objects.filter(record_id=survivor_id).delete()
    LinkageKey.objects.filter(record_id=survivor_id).delete()
    _make_keys(survivor_id, after)


def _make_keys(record_id: UUID, on_file: OnFile) -> None:
    search, near = keys_of(on_file)
    IdentityKey.objects.bulk_create(identity_key_rows(search, record_id=record_id))
    LinkageKey.objects.bulk_create(linkage_key_rows(near, record_id=record_id))


# --- Undoing -------------------------------------------------------------------------------------------------------


@transaction.atomic
def unmerge_records(
    *, merge_id: UUID, give_back: Callable[[Sequence[UUID]], None], by: str
) -> tuple[UUID, UUID]:
    """Both records stand again as before the merge, row for row; answers their ids. Raises CannotUndo and OwnRecord.

    `give_back` is told which holds become what they were, just before they do: their evidence is no business of this room.

    Only what counts changes goes on counting: the version of the survivor and when it changed. The rows that came back
    are compared with what was kept before the transaction ends (NotExact).
    """
    take_turn()
    row = RecordMerge.objects.select_for_update().filter(pk=merge_id).first()
    if row is None:
        raise CannotUndo([Obstacle.NOT_STANDING])
    list(EducatorRecord.objects.select_for_update().filter(pk=row.survivor_id))
    list(Holding.objects.select_for_update().filter(record_id=row.survivor_id).order_by("pk"))
    undoing = undoing_of(merge_id)
    if undoing.obstacles:
        raise CannotUndo(undoing.obstacles)
    if by in {f"account:{account_id}" for account_id in accounts_of([row.survivor_id])}:
        raise OwnRecord
    before = before_of(row)
    _bring_back_record(row, before)
    _bring_back_keys(before)
    holds = before[Holding._meta.label]
    give_back(undoing.restored)
    _bring_back_holds(holds, restored={str(each) for each in undoing.restored})
    _bring_back_cases(row, before)
    _demand_exact(row, before, restored={str(each) for each in undoing.restored})
    RecordMerge.objects.filter(pk=row.pk).update(
        state=MergeState.UNDONE,
        ended_at=database_clock(),
        ended_by=by,
        before_sealed=None,
        after_sealed=None,
    )
    record_event(
        event=events.RecordsUnmerged(
            subject=f"record:{row.survivor_id}", merge=str(row.pk), restored=str(row.absorbed_id)
        ),
        by=by,
    )
    return row.survivor_id, row.absorbed_id


def _rows(before: Image, model: type[models.Model]) -> dict[str, Row]:
    return before[model._meta.label]


def _bring_back_record(row: RecordMerge, before: Image) -> None:
    """Numbers first: the database refuses a record whose number leads elsewhere."""
    numbers = _rows(before, RecordNumber)
    RecordNumber.objects.filter(record_id=row.survivor_id).exclude(pk__in=list(numbers)).delete()
    for key, image in numbers.items():
        RecordNumber.objects.filter(pk=key).update(**_but_key(RecordNumber, image))
    records = _rows(before, EducatorRecord)
    absorbed = values_of(EducatorRecord, records[str(row.absorbed_id)])
    EducatorRecord(**absorbed).save(force_insert=True)
    survivor = _but_key(EducatorRecord, records[str(row.survivor_id)])
    version = EducatorRecord.objects.values_list("identity_version", flat=True).get(pk=row.survivor_id)
    survivor |= {"identity_version": version + 1, "updated_at": database_clock()}
    EducatorRecord.objects.filter(pk=row.survivor_id).update(**survivor)
    names = _rows(before, OtherName)
    there = OtherName.objects.filter(record_id=row.survivor_id)
    there.exclude(pk__in=list(names)).delete()
    present = {str(key) for key in there.values_list("pk", flat=True)}
    OtherName.objects.bulk_create(
        OtherName(**values_of(OtherName, image)) for key, image in names.items() if key not in present
    )


def _bring_back_keys(before: Image) -> None:
    """The very rows; under a new root of the keyring, new ones as a reindex would make them."""
    ids = [UUID(key) for key in _rows(before, EducatorRecord)]
    IdentityKey.objects.filter(record_id__in=ids).delete()
    LinkageKey.objects.filter(record_id__in=ids).delete()
    search, near = _rows(before, IdentityKey), _rows(before, LinkageKey)
    if {image["key_id"] for image in (*search.values(), *near.values())} <= {the_keyring().current}:
        IdentityKey.objects.bulk_create(
            IdentityKey(**values_of(IdentityKey, image)) for image in search.values()
        )
        LinkageKey.objects.bulk_create(LinkageKey(**values_of(LinkageKey, image)) for image in near.values())
        return
    for record_id, part in zip(ids, parts_of(*ids) or (), strict=True):
        _make_keys(record_id, part.on_file)


def _bring_back_holds(holds: dict[str, Row], *, restored: Collection[str]) -> None:
    """All go back to their record before any is live again: two live ones never stand on one record."""
    for key, image in holds.items():
        Holding.objects.filter(pk=key).update(record_id=image["record_id"])
    for key in restored:
        Holding.objects.filter(pk=key).update(**_but_key(Holding, holds[key]))


def _bring_back_cases(row: RecordMerge, before: Image) -> None:
    """Cases and pairs that were about the absorbed record are so again; what came since stays with the survivor."""
    through = Case.records.through
    for key, image in _rows(before, through).items():
        values = values_of(through, image)
        if not through._base_manager.filter(pk=key).update(educatorrecord_id=values["educatorrecord_id"]):
            through._base_manager.bulk_create([through(**values)])
    for key, image in _rows(before, LinkedPair).items():
        values = values_of(LinkedPair, image)
        ends = {values["first_id"], values["second_id"]}
        # The other end may have become part of another record since.
        if EducatorRecord.objects.filter(pk__in=ends).count() < len(ends):
            continue
        if not LinkedPair.objects.filter(pk=key).exists():
            LinkedPair.objects.bulk_create([LinkedPair(**values)], ignore_conflicts=True)
        else:
            _put_pair(LinkedPair(**values), ends)


def _but_key(model: type[models.Model], image: Row) -> dict[str, Any]:
    values = values_of(model, image)
    return {name: value for name, value in values.items() if name != model._meta.pk.attname}


_COUNTS = ("identity_version", "updated_at")


def _demand_exact(row: RecordMerge, before: Image, *, restored: Collection[str]) -> None:
    now = image_of([row.survivor_id, row.absorbed_id])
    survivor = str(row.survivor_id)
    for image in (now, before):
        image[EducatorRecord._meta.label][survivor] = {
            name: value
            for name, value in image[EducatorRecord._meta.label][survivor].items()
            if name not in _COUNTS
        }
    for model in (EducatorRecord, OtherName, RecordNumber):
        if _rows(now, model) != _rows(before, model):
            raise NotExact(model._meta.label)
    if any(_rows(now, Holding)[key] != _rows(before, Holding)[key] for key in restored):
        raise NotExact(Holding._meta.label)
