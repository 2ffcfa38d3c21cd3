"""Reading the log: what happened to a subject, and whether the chain is whole."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from kecs.audit.actions import chained_digest
from kecs.audit.anchors import anchors_file, append_anchor, read_anchors
from kecs.audit.chain import NO_END, End, Fault, Finding, Report, Row, examine
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
    """Walks the whole chain, without anchors: a row changed, removed, added or moved breaks it, and so does a cut end."""
    report = examine(_rows(), digest_of=_digest_of, head=_head)
    broken_at = min((finding.first for finding in report.findings), default=None)
    return ChainState(rows=report.rows, broken_at=broken_at)


def log_report() -> Report:
    """Walks the whole chain and compares it with the anchors outside of the database."""
    anchors = read_anchors(anchors_file())
    report = examine(_rows(), digest_of=_digest_of, head=_head, anchors=anchors.believed)
    if anchors.broken_at:
        report.findings.append(Finding(Fault.ANCHORS_CHANGED, anchors.broken_at, anchors.broken_at))
    return report


def anchor_the_end() -> bool:
    """Write down outside of the database where the log ends; False when the log no longer holds what was anchored before.

    One look at two rows, for a worker to do now and then; `kecs audit verify` walks it all. Raises OSError.
    """
    anchors = read_anchors(anchors_file())
    head, newest = _head() or NO_END, anchors.newest
    if anchors.broken_at:
        return False
    if newest is not None:
        row = AuditEvent.objects.filter(sequence=newest.end.sequence).values_list("digest", flat=True).first()
        if row is None or bytes(row) != newest.end.digest or head.sequence < newest.end.sequence:
            return False
    if head.sequence:
        append_anchor(anchors_file(), head)
    return True


def _head() -> End | None:
    head = ChainHead.objects.filter(id=1).first()
    return End(head.sequence, bytes(head.digest)) if head else None


def _rows() -> Iterator[Row]:
    """Every row, in order, a few at a time."""
    columns = ("sequence", "at", "code", "by", "subject", "keys", "digest")
    for sequence, at, code, by, subject, keys, digest in (
        AuditEvent.objects.order_by("sequence").values_list(*columns).iterator(chunk_size=2000)
    ):
        text = json.dumps(keys, sort_keys=True, ensure_ascii=True) if keys else "{}"
        yield Row(sequence, at, code, by, subject, text, bytes(digest))


def _digest_of(before: bytes, row: Row) -> bytes:
    return chained_digest(
        before=before,
        sequence=row.sequence,
        at=row.at,
        code=row.code,
        by=row.by,
        subject=row.subject,
        keys=row.keys,
    )
