"""Merge two records, agree to it, undo it, and tell everybody who holds one; console calls this, and this calls records.

A merge makes nobody surer. A verified hold stays verified where the records agree in who the person is, or staff have
seen her; else she proves it anew. Evidence withdrawn by a merge bears the merge's own time, and comes back with it.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction

from kecs.assurance.models import Evidence
from kecs.assurance.notices import Why
from kecs.assurance.proving.actions import known
from kecs.assurance.telling.actions import tell, tell_account
from kecs.audit.actions import recorded_together
from kecs.audit.transactions import tried_again
from kecs.records.kinds import MergeReason
from kecs.records.merging.actions import Merged, approve_merge, merge_records
from kecs.records.merging.plan import Choices
from kecs.records.merging.queries import contact_emails_of, merge_with_id
from kecs.records.merging.undoing.actions import unmerge_records


@tried_again
def merge(
    *,
    first_id: UUID,
    second_id: UUID,
    choices: Choices,
    reason: MergeReason,
    case_id: UUID | None = None,
    by: str,
) -> Merged:
    """Raises what records' merge_records raises."""
    with transaction.atomic(), recorded_together():
        # Before: one of the two addresses may be on file no more afterwards, and its owner is to be told as well.
        addresses = contact_emails_of([first_id, second_id])
        merged = merge_records(
            first_id=first_id,
            second_id=second_id,
            choices=choices,
            reason=reason,
            case_id=case_id,
            by=by,
        )
        _follow(merged, addresses, by=by)
    return merged


@tried_again
def approve(*, merge_id: UUID, by: str) -> Merged:
    """Raises what records' approve_merge raises."""
    with transaction.atomic(), recorded_together():
        proposed = merge_with_id(merge_id)
        addresses = contact_emails_of(proposed.sides) if proposed else []
        merged = approve_merge(merge_id=merge_id, by=by)
        _follow(merged, addresses, by=by)
    return merged


def _follow(merged: Merged, addresses: Iterable[str], *, by: str) -> None:
    if merged.keeper and merged.fell:
        live = Evidence.objects.filter(holding_id=merged.keeper.holding_id, withdrawn_at=None)
        live.update(withdrawn_at=merged.at)
    if merged.keeper:
        why = Why.MERGED_PROVE if merged.fell else Why.MERGED
        tell(held=merged.keeper, why=why, also=addresses, by=by)
    if merged.loser:
        tell_account(held=merged.loser, why=Why.MERGED_AWAY, by=by)


@tried_again
def unmerge(*, merge_id: UUID, by: str) -> tuple[UUID, UUID]:
    """Both records stand again; answers their ids. Raises what records' unmerge_records raises."""
    with transaction.atomic(), recorded_together():
        merged = merge_with_id(merge_id)
        restored: list[UUID] = []

        def give_back(holding_ids: Sequence[UUID]) -> None:
            """The evidence comes first: the database refuses level 2 without it."""
            restored.extend(holding_ids)
            gone = Evidence.objects.filter(holding_id__in=holding_ids)
            gone.filter(withdrawn_at=merged.merged_at if merged else None).update(withdrawn_at=None)

        ids = unmerge_records(merge_id=merge_id, give_back=give_back, by=by)
        for holding_id in restored:
            held = known(holding_id=holding_id, by=by)
            if not held.ended and not held.contests:
                tell(held=held, why=Why.UNMERGED, by=by)
    return ids
