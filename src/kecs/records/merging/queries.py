"""What a merge would do, what was done, whether it can be undone, and which record a number leads to; other rooms ask here."""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from kecs.guard.queries import database_clock
from kecs.matching.keys import KeyKind
from kecs.pii.fields import digests_of, unseal_from
from kecs.records.holdings.queries import HeldRecord, seen
from kecs.records.importing.news import facts_of
from kecs.records.importing.rows import OnFile
from kecs.records.importing.stored import Stored, stands_alone
from kecs.records.kinds import AssuranceLevel, MergeState
from kecs.records.merging.images import Image, image_of
from kecs.records.merging.plan import Choices, Hold, Part, Side, choices_from
from kecs.records.models import EducatorRecord, Holding, IdentityKey, RecordMerge, RecordNumber


class Obstacle(StrEnum):
    """Why a merge cannot be undone any more: something was built on it."""

    NOT_STANDING = "not_standing"  # it was undone before, or never done
    LATER_MERGE = "later_merge"  # the survivor was merged with another record since: undo that first
    RECORD_CHANGED = "record_changed"  # an import or a correction changed it
    LATER_CLAIM = "later_claim"  # somebody claimed or contested the joined record
    LEVEL_ROSE = "level_rose"  # the holder has proved that the joined record is hers
    ACCOUNT_HOLDS_ANOTHER = "account_holds_another"  # the account that lost its record has another one
    SSN_TAKEN = "ssn_taken"  # somebody else has an SSN that one of the two had


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """A merge, proposed, done or over."""

    merge_id: UUID
    survivor_id: UUID
    absorbed_id: UUID
    absorbed_number: str = field(repr=False)
    choices: Choices
    reason: str
    both_held: bool
    state: MergeState
    proposed_at: datetime
    proposed_by: str
    lapses_at: datetime | None
    merged_at: datetime | None
    merged_by: str
    ended_at: datetime | None
    ended_by: str
    case_id: UUID | None

    @property
    def sides(self) -> tuple[UUID, UUID]:
        """The two records, first and second, as they were chosen from."""
        if self.choices.survivor is Side.FIRST:
            return self.survivor_id, self.absorbed_id
        return self.absorbed_id, self.survivor_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoing:
    """What undoing a merge would do to the holds. With obstacles it is not done."""

    obstacles: tuple[Obstacle, ...]
    restored: tuple[UUID, ...] = ()  # holds that become what they were
    moved: tuple[UUID, ...] = ()  # holds that stay what they are now, on the record they were on


# --- Which record -----------------------------------------------------------------------------------------------------


def record_with_number(number: str) -> UUID | None:
    """The record that this staff_unique_id leads to, its own or that of a record which it absorbed."""
    own = EducatorRecord.objects.filter(staff_unique_id=number).values_list("pk", flat=True).first()
    if own is not None:
        return own
    return RecordNumber.objects.filter(staff_unique_id=number).values_list("record_id", flat=True).first()


def living_record(record_id: UUID) -> UUID | None:
    """The record itself, or the one that absorbed it."""
    if EducatorRecord.objects.filter(pk=record_id).exists():
        return record_id
    return RecordNumber.objects.filter(former_id=record_id).values_list("record_id", flat=True).first()


def absorbed_into(record_id: UUID) -> tuple[UUID, ...]:
    """The ids of the records that this one absorbed: the log has their history under these."""
    numbers = RecordNumber.objects.filter(record_id=record_id, former_id__isnull=False)
    return tuple(former for former in numbers.order_by("pk").values_list("former_id", flat=True) if former)


def former_numbers_of(record_id: UUID) -> tuple[str, ...]:
    """The numbers of the records that this one absorbed."""
    numbers = RecordNumber.objects.filter(record_id=record_id, former_id__isnull=False)
    return tuple(numbers.order_by("staff_unique_id").values_list("staff_unique_id", flat=True))


# --- What a merge would do ---------------------------------------------------------------------------------------------


def parts_of(first_id: UUID, second_id: UUID) -> tuple[Part, Part] | None:
    """Both records, opened; None where either is gone. Who shows them records the look."""
    stored = Stored.of_records({first_id, second_id}, lock=False)
    parts = {record.id: _part(stored, record) for record in stored.records.values()}
    if first_id not in parts or second_id not in parts:
        return None
    return parts[first_id], parts[second_id]


def _part(stored: Stored, record: Any) -> Part:
    held = Holding.objects.filter(record_id=record.id, released_at=None, contests=False).first()
    return Part(
        record_id=str(record.id),
        number=record.staff_unique_id,
        on_file=stored.on_file(record),
        hold=Hold(level=AssuranceLevel(held.level), frozen=held.frozen_at is not None) if held else None,
    )


def accounts_of(record_ids: Collection[UUID]) -> set[UUID]:
    """Whoever holds one of these records, or contests it."""
    live = Holding.objects.filter(record_id__in=record_ids, released_at=None)
    return set(live.values_list("account_id", flat=True))


def contact_emails_of(record_ids: Collection[UUID]) -> list[str]:
    """The addresses on file for these records, to be told of a merge."""
    found = EducatorRecord.objects.filter(pk__in=record_ids).exclude(contact_email="")
    return list(found.order_by("pk").values_list("contact_email", flat=True))


def emails_before_merges_of(record_ids: Collection[UUID]) -> list[str]:
    """The addresses that were on file for these records and for those they absorbed, before they became one. Raises SealBroken."""
    every = {*record_ids, *(former for record_id in record_ids for former in absorbed_into(record_id))}
    merges = RecordMerge.objects.filter(survivor_id__in=every, state=MergeState.MERGED)
    rows = [row for each in merges for row in before_of(each).get(EducatorRecord._meta.label, {}).values()]
    return sorted({row["contact_email"] for row in rows} - {""})


# --- Merges ------------------------------------------------------------------------------------------------------------


def merge_with_id(merge_id: UUID) -> Merge | None:
    """One merge."""
    row = RecordMerge.objects.filter(pk=merge_id).first()
    return merge_of(row) if row else None


def merges_of(record_id: UUID) -> list[Merge]:
    """All merges that this record was in, the newest first."""
    rows = RecordMerge.objects.filter(survivor_id=record_id) | RecordMerge.objects.filter(
        absorbed_id=record_id
    )
    return [merge_of(row) for row in rows.order_by("-proposed_at", "-pk")]


def proposed_merges() -> list[Merge]:
    """Those that wait for a second member of staff, the longest first."""
    rows = RecordMerge.objects.filter(state=MergeState.PROPOSED, lapses_at__gt=database_clock())
    return [merge_of(row) for row in rows.order_by("proposed_at")]


def merge_of(row: RecordMerge) -> Merge:
    """A row, as other rooms may see it. A proposal whose time is over has lapsed, whether or not anybody wrote that down."""
    state = MergeState(row.state)
    if state is MergeState.PROPOSED and row.lapses_at and row.lapses_at <= database_clock():
        state = MergeState.LAPSED
    return Merge(
        merge_id=row.pk,
        survivor_id=row.survivor_id,
        absorbed_id=row.absorbed_id,
        absorbed_number=row.absorbed_number,
        choices=choices_from(row.choices),
        reason=row.reason,
        both_held=row.both_held,
        state=state,
        proposed_at=row.proposed_at,
        proposed_by=row.proposed_by,
        lapses_at=row.lapses_at,
        merged_at=row.merged_at,
        merged_by=row.merged_by,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
        case_id=row.case_id,
    )


# --- Whether it can be undone --------------------------------------------------------------------------------------------


def on_file_of(record_id: UUID) -> OnFile | None:
    """What a record holds, opened; None where it is gone."""
    stored = Stored.of_records([record_id], lock=False)
    return next((stored.on_file(record) for record in stored.records.values()), None)


def before_of(row: RecordMerge) -> Image:
    """Every row of both records as it stood before the merge."""
    before: Image = json.loads(unseal_from(row, "before_sealed") or "{}")
    return before


def undoing_of(merge_id: UUID) -> Undoing:
    """Whether a merge can be undone, and what becomes of the holds."""
    row = RecordMerge.objects.filter(pk=merge_id).first()
    if row is None or row.state != MergeState.MERGED:
        return Undoing(obstacles=(Obstacle.NOT_STANDING,))
    now = on_file_of(row.survivor_id)
    if now is None or _merged_since(row):
        return Undoing(obstacles=(Obstacle.LATER_MERGE,))
    after = json.loads(unseal_from(row, "after_sealed") or "{}")
    if not after:  # its key was lost, and with it what stood there: both records are others since
        return Undoing(obstacles=(Obstacle.RECORD_CHANGED,))
    found: list[Obstacle] = []
    if facts_of(now) != after["facts"]:
        found.append(Obstacle.RECORD_CHANGED)
    elif _ssn_taken(row, after["ssns"]):
        found.append(Obstacle.SSN_TAKEN)
    restored, moved, obstacles = _holds(row, before_of(row), after["holdings"])
    return Undoing(obstacles=(*found, *obstacles), restored=tuple(restored), moved=tuple(moved))


def _merged_since(row: RecordMerge) -> bool:
    later = RecordMerge.objects.filter(
        survivor_id=row.survivor_id, state=MergeState.MERGED, merged_at__gt=row.merged_at
    )
    return later.exists()


def _ssn_taken(row: RecordMerge, ssns: list[str]) -> bool:
    """Whether another record, or somebody who waits for one, came to have a number that was free while the merge stood."""
    digests = [made for ssn in ssns if stands_alone(ssn) for made in digests_of(KeyKind.SSN.value, ssn)]
    keys = IdentityKey.objects.filter(kind=KeyKind.SSN.value, digest__in=digests)
    return keys.exclude(record_id=row.survivor_id).exists()


def _holds(row: RecordMerge, before: Image, after: Image) -> tuple[list[UUID], list[UUID], list[Obstacle]]:
    """Which holds become what they were, and which stay as they are because they are worth less since; and what forbids it."""
    now = image_of([row.survivor_id])[Holding._meta.label]
    rows = {str(each.pk): seen(each) for each in Holding.objects.filter(record_id=row.survivor_id)}
    was, made = before[Holding._meta.label], after
    restored, moved, obstacles = [], [], []
    for key, held in rows.items():
        if key not in was:
            if not held.ended:
                obstacles.append(Obstacle.LATER_CLAIM)
            continue
        if _but_digest(now[key]) == _but_digest(made[key]):
            restored.append(held.holding_id)
            if held.ended and was[key]["released_at"] is None and _holds_another(held.account_id):
                obstacles.append(Obstacle.ACCOUNT_HOLDS_ANOTHER)
        else:
            moved.append(held.holding_id)
            if _worth_more(held, made[key]):
                obstacles.append(Obstacle.LEVEL_ROSE)
    return restored, moved, sorted(set(obstacles))


def _but_digest(hold: dict[str, Any]) -> dict[str, Any]:
    """A hold's row without the keyed digest of an address, which another key of the keyring makes another one."""
    return {name: value for name, value in hold.items() if name != "contact_digest"}


def _holds_another(account_id: UUID) -> bool:
    return Holding.objects.filter(account_id=account_id, released_at=None).exists()


def _worth_more(held: HeldRecord, made: dict[str, Any]) -> bool:
    """Whether a hold that changed since the merge opens more than the merge left it."""
    return (
        not held.ended
        and not held.frozen
        and (held.level > made["level"] or held.contests != made["contests"])
    )
