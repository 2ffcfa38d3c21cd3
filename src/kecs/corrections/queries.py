"""What stands of a request: for the person, for Home, and for staff; no SSN leaves here but masked."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from kecs.corrections.kinds import DocumentState, Fact, State, Why
from kecs.corrections.models import Correction, Document
from kecs.pii.fields import unseal_from

MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentView:
    """A document as it is listed."""

    document_id: UUID
    name: str = field(repr=False)
    kind: str
    size: int
    state: DocumentState
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionView:
    """A request as it is shown; what was asked is blank once it was destroyed."""

    correction_id: UUID
    account_id: UUID
    case_id: UUID
    conflict_case_id: UUID | None
    facts: tuple[Fact, ...]
    why: Why
    state: State
    asked_at: datetime
    closed_at: datetime | None
    contested: bool
    first_name: str = field(repr=False)
    last_surname: str = field(repr=False)
    birth_date: str = field(repr=False)  # YYYY-MM-DD
    ssn_masked: str = field(repr=False)
    note: str = field(repr=False)
    reason: str = field(repr=False)
    documents: tuple[DocumentView, ...]

    @property
    def is_open(self) -> bool:
        """Whether staff have still to decide."""
        return self.state is State.OPEN


def asked_in(row: Correction) -> dict[str, str]:
    """What was asked, opened; for this room's actions."""
    asked: dict[str, str] = json.loads(unseal_from(row, "asked_sealed") or "{}")
    return asked


def _shown(row: Correction) -> CorrectionView:
    asked = asked_in(row)
    ssn = asked.get("ssn", "")
    return CorrectionView(
        correction_id=row.pk,
        account_id=row.account_id,
        case_id=row.case_id,
        conflict_case_id=row.conflict_case_id,
        facts=tuple(Fact(fact) for fact in row.facts),
        why=Why(row.why),
        state=State(row.state),
        asked_at=row.asked_at,
        closed_at=row.closed_at,
        contested=row.contest_case_id is not None,
        first_name=asked.get("first_name", ""),
        last_surname=asked.get("last_surname", ""),
        birth_date=asked.get("birth_date", ""),
        ssn_masked=f"***-**-{ssn[-4:]}" if ssn else "",
        note=asked.get("note", ""),
        reason=unseal_from(row, "reason_sealed") or "",
        documents=tuple(
            DocumentView(
                document_id=document.pk,
                name=document.name,
                kind=document.kind,
                size=document.size,
                state=DocumentState(document.state),
                found=document.found,
            )
            for document in Document.objects.filter(correction=row).order_by("sent_at", "id")
        ),
    )


def newest_of(account_id: UUID) -> CorrectionView | None:
    """The account's newest request, whatever became of it."""
    row = Correction.objects.filter(account_id=account_id).order_by("-asked_at").first()
    return _shown(row) if row else None


def correction_ids_of(account_ids: Iterable[UUID]) -> list[UUID]:
    """The newest requests of these accounts, for their timeline."""
    rows = Correction.objects.filter(account_id__in=list(account_ids)).order_by("-asked_at")
    return list(rows.values_list("pk", flat=True)[:MOST])


def open_since(account_id: UUID) -> datetime | None:
    """When the request of this account that staff have still to decide was made. For Home."""
    open_ones = Correction.objects.filter(account_id=account_id, state=State.OPEN.value)
    return open_ones.values_list("asked_at", flat=True).first()


def correction_of_case(case_id: UUID) -> CorrectionView | None:
    """The request that a case is about. For staff."""
    row = Correction.objects.filter(case_id=case_id).first()
    return _shown(row) if row else None
