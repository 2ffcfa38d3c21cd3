"""A person's file at the desk: the record, its former names, holdings past and present, cases. Whoever asks has recorded the look."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Q

from kecs.records.holdings.queries import HeldRecord, StoredRecord, has_whole_ssn, seen, stored_record
from kecs.records.models import Case, EducatorRecord, Holding, StatedIdentity

MOST_CASES = 50
MOST_HOLDINGS = 50


class OwnRecord(PermissionDenied):
    """Whoever asks holds it herself: at the desk a colleague must."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A hold on the record, and when it ended."""

    held: HeldRecord
    because: tuple[str, ...]
    released_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOfPerson:
    """A case, as it is listed."""

    case_id: UUID
    kind: str
    opened_at: datetime
    closed_at: datetime | None
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFile:
    """Everything on the record's side of the page; the SSN masked. `names` are pairs, the one in use first."""

    record_id: UUID
    stored: StoredRecord = field(repr=False)
    names: tuple[tuple[str, str], ...] = field(repr=False)
    whole_ssn: bool  # nine digits are on file, and not the last four only
    deceased: bool
    created_at: datetime
    updated_at: datetime
    holds: tuple[Hold, ...]

    @property
    def live(self) -> tuple[Hold, ...]:
        """Who holds or contests it now, the holder first."""
        now = [hold for hold in self.holds if hold.released_at is None]
        return tuple(sorted(now, key=lambda hold: hold.held.contests))

    @property
    def born(self) -> date | None:
        """The birth date on file."""
        return self.stored.birth_date


def person_file(record_id: UUID, *, by: str) -> PersonFile:
    """This record. Raises EducatorRecord.DoesNotExist, and OwnRecord for whoever holds or contests it herself."""
    demand_other_record(record_id, by=by)
    record = EducatorRecord.objects.get(pk=record_id)
    stored = stored_record(record_id)
    others = record.other_names.order_by("last_surname", "first_name")
    rows = Holding.objects.filter(record_id=record_id).order_by("-held_at", "-pk")[:MOST_HOLDINGS]
    return PersonFile(
        record_id=record.pk,
        stored=stored,
        names=(
            (record.first_name, record.last_surname),
            *((name.first_name, name.last_surname) for name in others),
        ),
        whole_ssn=has_whole_ssn(record_id),
        deceased=record.deceased,
        created_at=record.created_at,
        updated_at=record.updated_at,
        holds=tuple(
            Hold(held=seen(row), because=tuple(row.because), released_at=row.released_at) for row in rows
        ),
    )


def demand_other_record(record_id: UUID, *, by: str) -> None:
    """Row by row: nobody opens or mends the record that she holds. Raises OwnRecord."""
    live = Holding.objects.filter(record_id=record_id, released_at=None).values_list("account_id", flat=True)
    if by in {f"account:{account_id}" for account_id in live}:
        raise OwnRecord


def stated_names(account_id: UUID) -> list[tuple[str, str]]:
    """Every name under which the holder of an account said that she was on file, the newest first."""
    rows = StatedIdentity.objects.filter(account_id=account_id).order_by("-number")
    return list(dict.fromkeys(rows.values_list("first_name", "last_surname")))


def cases_about(*, record_id: UUID | None, account_ids: Iterable[UUID], by: str) -> list[CaseOfPerson]:
    """The cases of a person, open ones first, then the newest. `by` has recorded the look."""
    accounts = list(account_ids)
    about = Q(account_id__in=accounts) | Q(other_account_id__in=accounts)
    if record_id is not None:
        # As a list: an OR with a subquery has PostgreSQL read every case.
        through = Case.records.through.objects.filter(educatorrecord_id=record_id)
        about |= Q(pk__in=list(through.values_list("case_id", flat=True)))
    rows = Case.objects.filter(about).order_by("-opened_at", "pk")[:MOST_CASES]
    found = [
        CaseOfPerson(
            case_id=row.pk,
            kind=row.kind,
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            outcome=row.outcome,
        )
        for row in rows
    ]
    return sorted(found, key=lambda case: case.closed_at is not None)
