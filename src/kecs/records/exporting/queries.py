"""The people of a list, page by page, so that memory does not grow with it; the console asks, once the export is on the log."""

from collections.abc import Callable, Collection, Iterator, Mapping
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from kecs.audit.queries import subjects_told_since
from kecs.records.events import RecordChanged, RecordCreated
from kecs.records.exporting.kinds import ExportColumn, ExportList, Wanted
from kecs.records.kinds import AssuranceLevel
from kecs.records.models import Case, EducatorRecord, Holding, OtherName

PAGE = 1000

Cells = dict[UUID, str]


def pages_of(wanted: Wanted, *, by: str) -> Iterator[list[UUID]]:
    """The records of a list that needs no other room, in pages. Raises ValueError for another."""
    match wanted.which:
        case ExportList.WITHOUT_ACCOUNT:
            held = Holding.objects.filter(record=OuterRef("pk"), released_at=None, contests=False)
            yield from _by_key(EducatorRecord.objects.filter(~Exists(held)), "pk")
        case ExportList.CLAIMED:
            live = Holding.objects.filter(released_at=None, contests=False)
            live = live.filter(level=wanted.level) if wanted.level is not None else live
            yield from _by_key(live, "record_id")
        case ExportList.OPEN_CASES:
            opened = Case.records.through.objects.filter(case__closed_at=None)
            opened = opened.filter(case__kind=wanted.kind) if wanted.kind else opened
            yield from _by_key(opened, "educatorrecord_id")
        case ExportList.IMPORTED:
            codes = (RecordCreated.code, RecordChanged.code)
            when = {"since": wanted.since, "until": wanted.until}
            for subjects in subjects_told_since(codes, **when, source=wanted.source, page=PAGE):
                yield [UUID(subject.removeprefix("record:")) for subject in subjects]
        case _:
            raise ValueError(f"{wanted.which} is asked for by accounts")


def _by_key(rows: QuerySet, key: str) -> Iterator[list[UUID]]:
    last: UUID | None = None
    while True:
        after = rows.filter(**{f"{key}__gt": last}) if last else rows
        page = list(after.order_by(key).values_list(key, flat=True).distinct()[:PAGE])
        if not page:
            return
        yield page
        last = page[-1]


def pages_of_holders(account_ids: Iterator[Collection[UUID]], *, by: str) -> Iterator[list[UUID]]:
    """The records that these accounts hold, in the pages in which the accounts come."""
    for page in account_ids:
        live = Holding.objects.filter(account__in=page, released_at=None, contests=False)
        if found := list(live.order_by("record_id").values_list("record_id", flat=True)):
            yield found


def rows_of(
    pages: Iterator[list[UUID]], columns: Collection[ExportColumn], *, by: str
) -> Iterator[list[str]]:
    """A row for each record that is still there: the columns in the order of ExportColumn. Who shows it records it first."""
    chosen = [column for column in ExportColumn if column in columns]
    for page in pages:
        records = {record.pk: record for record in EducatorRecord.objects.filter(pk__in=page)}
        joined = {column: _JOINED[column](page) for column in chosen if column in _JOINED}
        for record_id in page:
            record = records.get(record_id)
            if record is not None:
                yield [
                    joined[column].get(record_id, "") if column in joined else _CELLS[column](record)
                    for column in chosen
                ]


# --- What a cell holds --------------------------------------------------------------------------------------------


_CELLS: Mapping[ExportColumn, Callable[[EducatorRecord], str]] = {
    ExportColumn.STAFF_UNIQUE_ID: lambda record: record.staff_unique_id,
    ExportColumn.FIRST_NAME: lambda record: record.first_name,
    ExportColumn.MIDDLE_NAME: lambda record: record.middle_name,
    ExportColumn.LAST_SURNAME: lambda record: record.last_surname,
    ExportColumn.GENERATION_CODE_SUFFIX: lambda record: record.generation_code_suffix,
    ExportColumn.EMAIL: lambda record: record.contact_email,
    ExportColumn.DECEASED: lambda record: "true" if record.deceased else "false",
}


def _other_names(page: list[UUID]) -> Cells:
    """As the import reads them."""
    found: Cells = {}
    names = OtherName.objects.filter(record__in=page).order_by("last_surname", "first_name")
    for record_id, first, last in names.values_list("record_id", "first_name", "last_surname"):
        before = f"{found[record_id]}; " if record_id in found else ""
        found[record_id] = f"{before}{first}|{last}"
    return found


def _live(page: list[UUID]) -> QuerySet[Holding]:
    return Holding.objects.filter(record__in=page, released_at=None, contests=False)


def _levels(page: list[UUID]) -> Cells:
    found = _live(page).values_list("record_id", "level")
    return {record_id: AssuranceLevel(level).name.lower() for record_id, level in found}


def _held_since(page: list[UUID]) -> Cells:
    return {
        record_id: f"{held_at:%Y-%m-%d}"
        for record_id, held_at in _live(page).values_list("record_id", "held_at")
    }


def _open_cases(page: list[UUID]) -> Cells:
    found: dict[UUID, set[str]] = {}
    opened = Case.records.through.objects.filter(educatorrecord__in=page, case__closed_at=None)
    for record_id, kind in opened.values_list("educatorrecord_id", "case__kind"):
        found.setdefault(record_id, set()).add(kind)
    return {record_id: ", ".join(sorted(kinds)) for record_id, kinds in found.items()}


_JOINED: Mapping[ExportColumn, Callable[[list[UUID]], Cells]] = {
    ExportColumn.OTHER_NAMES: _other_names,
    ExportColumn.LEVEL: _levels,
    ExportColumn.HELD_SINCE: _held_since,
    ExportColumn.OPEN_CASES: _open_cases,
}
