"""Reading the log: what happened to a subject, and whether the chain is whole."""

import json
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, QuerySet

from kecs.audit.actions import chained_digest
from kecs.audit.anchors import anchors_file, append_anchor, read_anchors
from kecs.audit.chain import NO_END, Anchor, End, Fault, Finding, Report, Row, examine
from kecs.audit.models import AuditEvent, ChainHead


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainState:
    """Whether every row is as it was written: `broken_at` is the first sequence that is not, or None."""

    rows: int
    broken_at: int | None


def timeline(subject: str) -> QuerySet[AuditEvent]:
    """What happened to this subject, oldest first."""
    return AuditEvent.objects.filter(subject=subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One row of the log, as its readers need it."""

    at: datetime
    code: str
    by: str
    subject: str
    keys: Mapping[str, Any]


def recorded_since(at: datetime, *, codes: Collection[str]) -> Iterator[Recorded]:
    """Events of these kinds from this moment on, oldest first. Reads what it gives and little more, however long the log is."""
    rows = AuditEvent.objects.filter(code__in=codes, sequence__gte=_sequence_at(at), at__gte=at)
    columns = ("at", "code", "by", "subject", "keys")
    for row in rows.order_by("sequence").values_list(*columns).iterator(chunk_size=2000):
        yield Recorded(**dict(zip(columns, row, strict=True)))


def rows_after(sequence: int) -> Iterator[tuple[int, Recorded]]:
    """Every row beyond this number, with its own, oldest first; a few at a time."""
    columns = ("at", "code", "by", "subject", "keys")
    rows = AuditEvent.objects.filter(sequence__gt=sequence).order_by("sequence")
    for number, *values in rows.values_list("sequence", *columns).iterator(chunk_size=2000):
        yield number, Recorded(**dict(zip(columns, values, strict=True)))


def newest_of(code: str) -> Recorded | None:
    """The last event of this kind."""
    columns = ("at", "code", "by", "subject", "keys")
    row = AuditEvent.objects.filter(code=code).order_by("-sequence").values_list(*columns).first()
    return Recorded(**dict(zip(columns, row, strict=True))) if row else None


def _sequence_at(at: datetime) -> int:
    """A sequence number from which on everything since `at` stands: sought by halves, since `at` has no index of its own.

    Clocks of several machines differ, so a quarter of an hour before it is included.
    """
    early = at - timedelta(minutes=15)
    low, high = 0, AuditEvent.objects.aggregate(last=Max("sequence"))["last"] or 0
    while low < high:
        middle = (low + high) // 2
        row = AuditEvent.objects.filter(sequence__gt=middle).order_by("sequence").values_list("at").first()
        if row is None or row[0] >= early:
            high = middle
        else:
            low = middle + 1
    return low


def newest_anchor() -> Anchor | None:
    """Where the log ended when it was last written down outside of the database; None where that file is not believed."""
    anchors = read_anchors(anchors_file())
    return None if anchors.broken_at else anchors.newest


def rows_recorded() -> int:
    """How many rows the log has, by its head."""
    return (_head() or NO_END).sequence


def newest_rows_hold(most: int = 2_000) -> bool:
    """Whether the end of the log follows from what stands before, as far back as so many rows: a look, no proof."""
    head = _head() or NO_END
    before = AuditEvent.objects.filter(sequence=head.sequence - most).values_list("digest", flat=True).first()
    digest = bytes(before) if before is not None else bytes(32)
    expected = max(head.sequence - most, 0) + 1
    for row in _rows(first=expected):
        if row.sequence > head.sequence:
            break
        if row.sequence != expected or _digest_of(digest, row) != row.digest:
            return False
        digest, expected = row.digest, expected + 1
    return expected == head.sequence + 1 and (not head.sequence or digest == head.digest)


def newest_about(subjects: Iterable[str], *, before: int | None = None, most: int) -> list[AuditEvent]:
    """What happened to any of these subjects, the newest first; `before` is the number of the last row of the page before.

    A few rows of each from the index of subjects: asked for all at once, a database may rather walk the whole log backwards.
    """
    found: dict[int, AuditEvent] = {}
    for subject in subjects:
        rows = timeline(subject).order_by("-sequence")
        if before is not None:
            rows = rows.filter(sequence__lt=before)
        found |= {row.sequence: row for row in rows.defer("digest")[:most]}
    return [found[sequence] for sequence in sorted(found, reverse=True)[:most]]


def chain_state() -> ChainState:
    """Walks the whole chain, without anchors: a row changed, removed, added or moved breaks it, and so does a cut end."""
    with closing(_rows()) as rows:
        report = examine(rows, digest_of=_digest_of, head=_head)
    broken_at = min((finding.first for finding in report.findings), default=None)
    return ChainState(rows=report.rows, broken_at=broken_at)


def log_report() -> Report:
    """Walks the whole chain and compares it with the anchors outside of the database."""
    anchors = read_anchors(anchors_file())
    with closing(_rows()) as rows:
        report = examine(rows, digest_of=_digest_of, head=_head, anchors=anchors.believed)
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


def _rows(first: int = 0) -> Generator[Row, None, None]:
    """Every row from this number on, in order, a few at a time."""
    columns = ("sequence", "at", "code", "by", "subject", "keys", "digest")
    for sequence, at, code, by, subject, keys, digest in (
        AuditEvent.objects.filter(sequence__gte=first)
        .order_by("sequence")
        .values_list(*columns)
        .iterator(chunk_size=2000)
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


def told_of(subjects: Collection[str], *, since: datetime) -> list[tuple[str, str]]:
    """What happened to any of these subjects after that moment: subject and code of each event."""
    events = AuditEvent.objects.filter(subject__in=list(subjects), at__gt=since)
    return list(events.values_list("subject", "code"))


def subjects_told_since(
    codes: Collection[str], *, since: datetime | None, until: datetime | None, source: str, page: int
) -> Iterator[list[str]]:
    """To whom events of these kinds happened whose `source` ends so, in pages, each subject once a page.

    Asked by place in the log and not by time, which has no index: halving finds where those moments are.
    """
    events = AuditEvent.objects.filter(code__in=list(codes), keys__source__endswith=source)
    events = events.filter(sequence__lte=_sequence_before(until)) if until else events
    after = _sequence_before(since) if since else 0
    while True:
        found = list(
            events.filter(sequence__gt=after).order_by("sequence").values_list("sequence", "subject")[:page]
        )
        if not found:
            return
        yield list(dict.fromkeys(subject for _sequence, subject in found))
        after = found[-1][0]


def _sequence_before(moment: datetime) -> int:
    """The last event before that moment: the log is in the order of time."""
    low, head = 0, ChainHead.objects.filter(id=1).values_list("sequence", flat=True).first()
    high = (head or 0) + 1
    while high - low > 1:
        middle = (low + high) // 2
        row = (
            AuditEvent.objects.filter(sequence__gte=middle)
            .order_by("sequence")
            .values_list("at", flat=True)
            .first()
        )
        if row is not None and row < moment:
            low = middle
        else:
            high = middle
    return low
