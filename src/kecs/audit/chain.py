"""PURE. Judging the log: rows, the end that the database keeps, and anchors kept outside of it, against each other."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

KEPT = 100  # findings that are told one by one


class Row(NamedTuple):
    """A row as it stands in the table; `keys` as they were digested."""

    sequence: int
    at: datetime
    code: str
    by: str
    subject: str
    keys: str
    digest: bytes


class End(NamedTuple):
    """The last row, by its number and digest: what the head of the chain says, or an anchor said at some time."""

    sequence: int
    digest: bytes


NO_END = End(0, bytes(32))  # where the chain begins


class Anchor(NamedTuple):
    """An end that was written down outside of the database."""

    end: End
    at: datetime


class Fault(StrEnum):
    """What is wrong with rows `first` to `last`."""

    CHANGED = "changed"  # or moved, or put there
    MISSING = "missing"
    ADDED = "added"
    CUT = "cut"
    HEAD_LOST = "head_lost"
    HEAD_PUT_BACK = "head_put_back"
    REPLACED = "replaced"
    ANCHORS_CHANGED = "anchors_changed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. For ANCHORS_CHANGED, the numbers are lines of the file."""

    fault: Fault
    first: int
    last: int
    anchored_at: datetime | None = None


@dataclass(slots=True)
class Report:
    """What a walk over the log found."""

    rows: int = 0
    last: End = NO_END
    findings: list[Finding] = field(default_factory=list)
    more: int = 0  # findings beyond those that are kept
    changed: int = 0
    after_gaps: list[int] = field(
        default_factory=list
    )  # rows that only the lost row before them could confirm
    anchored: Anchor | None = None

    @property
    def whole(self) -> bool:
        """Nothing is wrong."""
        return not self.findings

    def add(self, fault: Fault, first: int, last: int, anchored_at: datetime | None = None) -> None:
        """Tell of these rows, together with the finding before where it goes on."""
        before = self.findings[-1] if self.findings else None
        if before and fault is Fault.CHANGED is before.fault and before.last == first - 1:
            self.findings[-1] = Finding(fault, before.first, last)
        elif len(self.findings) < KEPT:
            self.findings.append(Finding(fault, first, last, anchored_at))
        else:
            self.more += 1


def examine(
    rows: Iterable[Row],
    *,
    digest_of: Callable[[bytes, Row], bytes],
    head: Callable[[], End | None],
    anchors: Iterable[Anchor] = (),
) -> Report:
    """Walk the rows once, in order. `head` is asked before and after: others may write meanwhile, and that is no fault."""
    report = Report()
    head_before = head()
    by_place = {anchor.end.sequence: anchor for anchor in anchors}
    _walk(rows, report, digest_of, by_place)
    newest = by_place[max(by_place)] if by_place else None
    report.anchored = newest
    _judge_end(report, head_before, head(), newest)
    return report


def _walk(
    rows: Iterable[Row],
    report: Report,
    digest_of: Callable[[bytes, Row], bytes],
    anchors: Mapping[int, Anchor],
) -> None:
    expected, before = 1, bytes(32)
    known = True  # whether `before` is the digest of the row just before
    for row in rows:
        report.rows += 1
        if row.sequence < expected:  # numbers are unique and in order: only one below the first
            report.add(Fault.ADDED, row.sequence, row.sequence)
            continue
        if row.sequence > expected:
            report.add(Fault.MISSING, expected, row.sequence - 1)
            report.after_gaps.append(row.sequence)
            known = False
        if known and digest_of(before, row) != row.digest:
            report.changed += 1
            report.add(Fault.CHANGED, row.sequence, row.sequence)
        anchor = anchors.get(row.sequence)
        if anchor is not None and anchor.end.digest != row.digest:
            report.add(Fault.REPLACED, row.sequence, row.sequence, anchor.at)
        expected, before, known = row.sequence + 1, row.digest, True
    report.last = End(expected - 1, before)


def _judge_end(report: Report, before: End | None, after: End | None, newest: Anchor | None) -> None:
    """Against the head as it was when the walk began, or, where the log grew since, as it is now."""
    last = report.last
    head = before if before and before.sequence >= last.sequence else after
    if head is None:
        if last.sequence:
            report.add(Fault.HEAD_LOST, last.sequence, last.sequence)
    elif head.sequence < last.sequence:
        report.add(Fault.HEAD_PUT_BACK, head.sequence + 1, last.sequence)
    elif head.sequence == last.sequence and head.digest != last.digest:
        report.add(Fault.HEAD_PUT_BACK, last.sequence, last.sequence)
    said = before.sequence if before else 0
    anchored = newest.end.sequence if newest else 0
    if max(said, anchored) > last.sequence:
        at = newest.at if newest and anchored >= said else None
        report.add(Fault.CUT, last.sequence + 1, max(said, anchored), at)
