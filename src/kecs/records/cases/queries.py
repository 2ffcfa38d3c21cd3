"""Open cases, and one case with all that explains it; console asks here."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist

from kecs.pii.fields import unseal_from
from kecs.records.linkage.waterfall import from_stored, sentence
from kecs.records.models import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """A line of the list."""

    case_id: UUID
    kind: str
    opened_at: datetime


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
    closed_at: datetime | None
    closed_by: str
    outcome: str


def open_cases(kind: str = "", *, most: int = 200) -> list[OpenCase]:
    """What waits for staff, the longest first; of one kind, if asked."""
    cases = Case.objects.filter(closed_at=None, **({"kind": kind} if kind else {}))
    return [
        OpenCase(case_id=case.pk, kind=case.kind, opened_at=case.opened_at)
        for case in cases.order_by("opened_at", "pk").only("id", "kind", "opened_at")[:most]
    ]


def open_kinds() -> dict[str, int]:
    """How many cases of each kind wait."""
    counted: dict[str, int] = {}
    for kind in Case.objects.filter(closed_at=None).values_list("kind", flat=True):
        counted[kind] = counted.get(kind, 0) + 1
    return dict(sorted(counted.items()))


def open_since() -> list[tuple[str, datetime]]:
    """Kind and day of opening of each case that waits, for counting them by age."""
    return list(Case.objects.filter(closed_at=None).values_list("kind", "opened_at"))


def case_with_id(case_id: UUID) -> CaseFile | None:
    """The whole case, unsealed. Who shows it records the look."""
    case = Case.objects.filter(pk=case_id).first()
    if case is None:
        return None
    written = unseal_from(case, "facts_sealed") if case.facts_sealed else None
    return CaseFile(
        case_id=case.pk,
        kind=case.kind,
        account_id=case.account_id,
        other_account_id=case.other_account_id,
        record_ids=tuple(case.records.order_by("pk").values_list("pk", flat=True)),
        because=tuple(case.because),
        explained=_explained(case),
        facts=json.loads(written or "{}"),
        opened_at=case.opened_at,
        closed_at=case.closed_at,
        closed_by=case.closed_by,
        outcome=case.outcome,
    )


def _explained(case: Case) -> str:
    try:
        return sentence(from_stored(case.linked_pair.waterfall))
    except ObjectDoesNotExist:  # no pair of batch linkage is behind it
        return ""
