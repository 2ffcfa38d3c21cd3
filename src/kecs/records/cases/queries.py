"""The queue of cases, and one case with all that explains it; console asks here."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Count, Q, QuerySet

from kecs.audit.by_hand import first_row
from kecs.pii.fields import unseal_from
from kecs.records.kinds import CaseKind
from kecs.records.linkage.waterfall import Waterfall, from_stored, sentence
from kecs.records.models import Case, EducatorRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """A line of the list."""

    case_id: UUID
    kind: str
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedCase:
    """A line of the queue. It says nothing of a person."""

    case_id: UUID
    kind: str
    opened_at: datetime
    due_on: date
    taken_by: UUID | None
    closed_at: datetime | None
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which cases: of one kind (or all), of one of staff, of nobody, or of anybody; only the late ones."""

    kind: str = ""
    taken_by: UUID | None = None
    nobodys: bool = False
    due_before: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many open cases of a kind there are, how many of these are mine, nobody's, and late."""

    kind: str
    all: int
    mine: int
    nobodys: int
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """A case. `explained` is the sentence of batch linkage, where that opened it; `facts` what was written to staff."""

    case_id: UUID
    kind: str
    account_id: UUID | None
    other_account_id: UUID | None
    record_ids: tuple[UUID, ...]
    because: tuple[str, ...]
    explained: str
    facts: dict[str, str] = field(repr=False)
    opened_at: datetime
    due_on: date
    taken_by: UUID | None
    closed_at: datetime | None
    closed_by: str
    outcome: str
    waterfall: Waterfall | None = field(default=None, repr=False)


def open_cases(kind: str = "", *, most: int = 200) -> list[OpenCase]:
    """What waits for staff, the longest first; of one kind, if asked."""
    cases = Case.objects.filter(closed_at=None, **({"kind": kind} if kind else {}))
    return [
        OpenCase(case_id=case.pk, kind=case.kind, opened_at=case.opened_at)
        for case in cases.order_by("opened_at", "pk").only("id", "kind", "opened_at")[:most]
    ]


def queued_cases(
    wanted: Wanted, *, after: tuple[date, datetime, UUID] | None = None, most: int
) -> list[QueuedCase]:
    """Open cases, the next target date first; those that come `after` a place in that order."""
    cases = _wanted(Case.objects.filter(closed_at=None), wanted)
    if after:
        due_on, opened_at, case_id = after
        same_day = Q(opened_at__gt=opened_at) | Q(opened_at=opened_at, pk__gt=case_id)
        # The first condition is what the database seeks by, the second what it then leaves out.
        cases = cases.filter(due_on__gte=due_on).filter(Q(due_on__gt=due_on) | same_day)
    return _lines(cases.order_by("due_on", "opened_at", "pk"), most=most)


def closed_cases(wanted: Wanted, *, since: datetime, before: datetime | None, most: int) -> list[QueuedCase]:
    """What was closed `since`, the newest first; those that were closed `before` a moment."""
    cases = _wanted(Case.objects.filter(closed_at__gte=since), wanted)
    cases = cases.filter(closed_at__lt=before) if before else cases
    return _lines(cases.order_by("-closed_at", "-pk"), most=most)


def _wanted(cases: QuerySet[Case], wanted: Wanted) -> QuerySet[Case]:
    if wanted.kind:
        cases = cases.filter(kind=wanted.kind)
    if wanted.taken_by or wanted.nobodys:
        cases = cases.filter(taken_by=wanted.taken_by)
    return cases.filter(due_on__lt=wanted.due_before) if wanted.due_before else cases


def _lines(cases: QuerySet[Case], *, most: int) -> list[QueuedCase]:
    columns = ("pk", "kind", "opened_at", "due_on", "taken_by_id", "closed_at", "outcome")
    return [
        QueuedCase(
            case_id=pk,
            kind=kind,
            opened_at=opened_at,
            due_on=due_on,
            taken_by=taken_by,
            closed_at=closed_at,
            outcome=outcome,
        )
        for pk, kind, opened_at, due_on, taken_by, closed_at, outcome in cases.values_list(*columns)[:most]
    ]


def counted_cases(*, mine: UUID, today: date) -> list[Counted]:
    """The open cases of each kind that has any, in one statement."""
    rows = (
        Case.objects.filter(closed_at=None)
        .values_list("kind")
        .annotate(
            all=Count("*"),
            mine=Count("kind", filter=Q(taken_by=mine)),
            nobodys=Count("kind", filter=Q(taken_by=None)),
            late=Count("kind", filter=Q(due_on__lt=today)),
        )
        .order_by("kind")
    )
    return [
        Counted(kind=kind, all=every, mine=own, nobodys=nobodys, late=late)
        for kind, every, own, nobodys, late in rows
    ]


def left_without_record(account_id: UUID) -> bool:
    """Whether staff looked for a record of this account and gave it none: nothing is held, waits, or is looked at any more."""
    row = first_row(_LEFT, account_id, account_id, account_id, CaseKind.CORRECTION.value, account_id)
    return bool(row and row[0])


_LEFT = """
    NOT EXISTS (SELECT 1 FROM records_holding WHERE account_id = %s)
    AND NOT EXISTS (
        SELECT 1 FROM records_waitingidentity waits JOIN records_statedidentity s ON s.id = waits.stated_id
        WHERE s.account_id = %s
    )
    AND EXISTS (SELECT 1 FROM records_case WHERE account_id = %s AND kind <> %s AND closed_at IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM records_case WHERE account_id = %s AND closed_at IS NULL)
"""


def versions_of(record_ids: Sequence[UUID]) -> dict[UUID, str]:
    """A word for each record that is another whenever something on it has changed."""
    rows = EducatorRecord.objects.filter(pk__in=record_ids).values_list(
        "pk", "identity_version", "updated_at"
    )
    return {pk: f"{version}.{updated_at:%Y%m%d%H%M%S%f}" for pk, version, updated_at in rows}


def deceased_among(record_ids: Sequence[UUID]) -> list[UUID]:
    """Which of these records say that their person has died."""
    return list(
        EducatorRecord.objects.filter(pk__in=record_ids, deceased=True)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def open_since() -> list[tuple[str, datetime]]:
    """Kind and day of opening of each case that waits, for counting them by age."""
    return list(Case.objects.filter(closed_at=None).values_list("kind", "opened_at"))


def case_with_id(case_id: UUID) -> CaseFile | None:
    """The whole case, unsealed. Who shows it records the look."""
    case = Case.objects.filter(pk=case_id).first()
    if case is None:
        return None
    written = unseal_from(case, "facts_sealed") if case.facts_sealed else None
    waterfall = _waterfall(case)
    return CaseFile(
        case_id=case.pk,
        kind=case.kind,
        account_id=case.account_id,
        other_account_id=case.other_account_id,
        record_ids=tuple(case.records.order_by("pk").values_list("pk", flat=True)),
        because=tuple(case.because),
        explained=sentence(waterfall) if waterfall else "",
        facts=json.loads(written or "{}"),
        opened_at=case.opened_at,
        due_on=case.due_on,
        taken_by=case.taken_by_id,
        closed_at=case.closed_at,
        closed_by=case.closed_by,
        outcome=case.outcome,
        waterfall=waterfall,
    )


def _waterfall(case: Case) -> Waterfall | None:
    try:
        return from_stored(case.linked_pair.waterfall)
    except ObjectDoesNotExist:  # no pair of batch linkage is behind it
        return None
