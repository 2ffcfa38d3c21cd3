"""PURE. What `kecs audit verify` says, in sentences."""

from datetime import datetime
from pathlib import Path

from kecs.audit.chain import Fault, Finding, Report

_SAYS = {
    Fault.CHANGED: "{rows} {do} not follow from what stands before: changed, moved, or put there by somebody else.",
    Fault.MISSING: "{rows} {are} missing.",
    Fault.ADDED: "{rows} {were} added: the log begins at 1.",
    Fault.CUT: "{rows} {were} cut off the end.",
    Fault.HEAD_LOST: "The head of the chain is gone. The last row is {last:,}.",
    Fault.HEAD_PUT_BACK: "The head of the chain was changed: {rows} {are} not the end that it tells of.",
    Fault.REPLACED: "{rows} {are} not what stood there when an anchor was written.",
    Fault.ANCHORS_CHANGED: "Line {first:,} of the file of anchors is not as it was written. What follows it was not believed.",
}


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def sentence(found: Finding) -> str:
    """One finding."""
    many = found.last > found.first
    rows = f"Rows {found.first:,} to {found.last:,}" if many else f"Row {found.first:,}"
    said = _SAYS[found.fault].format(
        rows=rows if not _SAYS[found.fault].startswith("The head") else rows.lower(),
        do="do" if many else "does",
        are="are" if many else "is",
        were="were" if many else "was",
        first=found.first,
        last=found.last,
    )
    return f"{said} An anchor of {_day(found.anchored_at)} tells." if found.anchored_at else said


def verdict(report: Report) -> str:
    """In one sentence."""
    if report.whole:
        return f"The log is whole: {report.rows:,} rows, each as it was written."
    if report.rows > 1 and report.changed >= report.rows - 1:
        return (
            f"The log is broken, or the keyring is not its own: none of {report.rows:,} rows is as it was written "
            "under this key."
        )
    return f"The log is broken. {report.rows:,} rows were read."


def not_checked(report: Report, anchors: Path) -> list[str]:
    """What nobody can tell from what is here."""
    said = [
        f"row {number:,} by itself, as the row before it is gone. The rows after it were checked."
        for number in report.after_gaps[:10]
    ]
    if report.anchored is None:
        said.append(
            f"whether the end was cut and the head put back. There was no anchor in {anchors}; from now on this is checked."
            if report.whole
            else f"whether more was cut off the end: there is no anchor in {anchors}."
        )
        return said
    newer = report.last.sequence - report.anchored.end.sequence
    if newer > 0:
        said.append(
            f"whether rows written after the newest anchor (row {report.anchored.end.sequence:,}, {_day(report.anchored.at)}) "
            f"were cut off the end with the head put back. {newer:,} such rows are there."
        )
    return said
