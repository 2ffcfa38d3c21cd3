"""Reading the log: what happened to a subject, and whether the chain is whole."""

import json
from dataclasses import dataclass

from django.db.models import QuerySet

from kecs.audit.actions import chained_digest
from kecs.audit.models import AuditEvent, ChainHead


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainState:
    """Whether every row is as it was written: `broken_at` is the first sequence that is not, or None."""

    rows: int
    broken_at: int | None


def timeline(subject: str) -> QuerySet[AuditEvent]:
    """What happened to this subject, oldest first."""
    return AuditEvent.objects.filter(subject=subject)


def chain_state() -> ChainState:
    """Walks the whole chain: a row that was changed, removed, added or reordered breaks it, and so does a cut end."""
    before, rows = bytes(32), 0
    for row in AuditEvent.objects.order_by("sequence").iterator(chunk_size=2000):
        rows += 1
        digest = chained_digest(
            before=before,
            sequence=rows,
            at=row.at,
            code=row.code,
            by=row.by,
            subject=row.subject,
            keys=json.dumps(row.keys, sort_keys=True, ensure_ascii=True),
        )
        if row.sequence != rows or bytes(row.digest) != digest:
            return ChainState(rows=rows, broken_at=rows)
        before = digest
    head = ChainHead.objects.filter(id=1).first()
    whole = (head.sequence, bytes(head.digest)) == (rows, before) if head else rows == 0
    return ChainState(rows=rows, broken_at=None if whole else rows + 1)
