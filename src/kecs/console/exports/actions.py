"""Take a list along: counted, on the log, and an alarm where it is unusual, all before its first byte leaves."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from django.db import transaction

from kecs.accounts.queries import accounts_under
from kecs.audit.actions import record
from kecs.console import events
from kecs.console.exports.messages import ExportReason
from kecs.guard.actions import count
from kecs.guard.limits import Limit
from kecs.mail.queries import refused_addresses
from kecs.records.exporting.kinds import ExportColumn, ExportList, Wanted
from kecs.records.exporting.queries import PAGE, pages_of, pages_of_holders, rows_of
from kecs.records.spreadsheets import csv_lines

# More than a clerk goes through in a week.
MANY_ROWS = 10_000


class TooManyExports(Exception):
    """The hour's exports are used up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A list that is on the log: its content comes piece by piece."""

    export_id: UUID
    rows: int
    pieces: Iterator[bytes] = field(repr=False)


def export_list(
    *, wanted: Wanted, columns: Collection[ExportColumn], reason: ExportReason, by: str
) -> Export:
    """Raises TooManyExports. The rows are counted first; who comes on file while the list is written may be on it too."""
    tried = count(limit=Limit.EXPORTS_PER_STAFF_HOUR, subject=by, by=by)
    if not tried.allowed:
        raise TooManyExports
    export_id, rows = uuid4(), sum(len(page) for page in _pages(wanted, by=by))
    unusual = [
        *(["many_rows"] if rows > MANY_ROWS else []),
        *(["many_exports"] if tried.escalated else []),
    ]
    with transaction.atomic():
        _note(export_id, wanted, columns, reason, rows, by=by)
        if unusual:
            alarm = events.UnusualExport(subject=by, export=str(export_id), why=tuple(unusual), rows=rows)
            record(event=alarm, by=by)
    header = [str(column) for column in ExportColumn if column in columns]
    lines = csv_lines(header, rows_of(_pages(wanted, by=by), columns, by=by))
    return Export(export_id=export_id, rows=rows, pieces=lines)


def _pages(wanted: Wanted, *, by: str) -> Iterator[list[UUID]]:
    if wanted.which is not ExportList.MAIL_REFUSED:
        return pages_of(wanted, by=by)
    return _once(pages_of_holders((accounts_under(page) for page in refused_addresses(page=PAGE)), by=by))


def _once(pages: Iterator[list[UUID]]) -> Iterator[list[UUID]]:
    """An account may have several addresses that came back: 16 bytes a person, and few people."""
    seen: set[UUID] = set()
    for page in pages:
        yield [record_id for record_id in page if record_id not in seen]
        seen.update(page)


def _note(
    export_id: UUID,
    wanted: Wanted,
    columns: Collection[ExportColumn],
    reason: ExportReason,
    rows: int,
    *,
    by: str,
) -> None:
    event = events.ListExported(
        subject=f"export:{export_id}",
        list=wanted.which.value,
        narrowed=wanted.narrowed,
        columns=tuple(column.value for column in ExportColumn if column in columns),
        rows=rows,
        reason=reason.value,
    )
    record(event=event, by=by)
