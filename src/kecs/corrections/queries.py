"""What stands of a request: for the person, for Home, and for staff; no SSN leaves here but masked."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from kecs.audit.by_hand import as_moment, first_row
from kecs.corrections.kinds import DocumentState, Fact, InTheWay, State, Why
from kecs.corrections.models import Correction, Document
from kecs.pii.fields import unseal_from
from kecs.records.cases.queries import case_with_id
from kecs.records.holdings.queries import HeldRecord, held_by

MOST = 20
CORRECTED = "record_id"  # beside what stood in the record: which record that was


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
    may_be_put_back: bool  # as far as the request goes; see in_the_way
    in_the_way: InTheWay | None = None  # asked for staff only
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
        # What stood there before is destroyed with the documents.
        may_be_put_back=row.state == State.ACCEPTED and row.before_sealed is not None,
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
    row = first_row(
        "asked_at FROM corrections_correction WHERE account_id = %s AND state = %s ORDER BY id LIMIT 1",
        account_id,
        State.OPEN.value,
    )
    return as_moment(row[0]) if row else None


def correction_of_case(case_id: UUID) -> CorrectionView | None:
    """The request that a case is about. For staff."""
    row = Correction.objects.filter(case_id=case_id).first()
    return _for_staff(row) if row else None


def cases_of_document(document_id: UUID) -> list[UUID]:
    """The cases whose page leads to it: of the request, and of whoever disowned it. For staff."""
    rows = Correction.objects.filter(documents=document_id)
    found = rows.values_list("case_id", "contest_case_id").first() or ()
    return [case_id for case_id in found if case_id]


def contested_in(case_id: UUID) -> CorrectionView | None:
    """The request that somebody disowned, and that the case asks staff to look at. For staff."""
    row = Correction.objects.filter(contest_case_id=case_id).first()
    return _for_staff(row) if row else None


def _for_staff(row: Correction) -> CorrectionView:
    """With what stands in the way, as the actions ask."""
    held = held_by(row.account_id)
    in_the_way: InTheWay | None = None
    if row.state == State.OPEN:
        in_the_way = in_the_way_of_accepting(row, held)
    elif row.state == State.ACCEPTED and not corrects_still(row, held):
        in_the_way = InTheWay.ENDED
    return replace(_shown(row), in_the_way=in_the_way)


def in_the_way_of_accepting(row: Correction, held: HeldRecord | None) -> InTheWay | None:
    """Why a request cannot be accepted now; it can always be refused."""
    if held and held.frozen:
        return InTheWay.FROZEN
    # The case has the record that was the account's when it asked, or the one that absorbed it; none where it waited for one.
    case = case_with_id(row.case_id)
    about = case.record_ids if case else ()
    ended = bool(about) and (held is None or held.record_id not in about)
    return InTheWay.ENDED if ended else None


def before_in(row: Correction) -> dict[str, dict[str, str]]:
    """What stood there before it was carried out, opened; empty where that is destroyed or put back. For this room's actions."""
    before: dict[str, dict[str, str]] = json.loads(unseal_from(row, "before_sealed") or "{}")
    return before


def corrects_still(row: Correction, held: HeldRecord | None) -> bool:
    """Whether what stood in the record may be written there: never into another one, nor into one that is only contested."""
    corrected = before_in(row).get("record")
    return corrected is None or (
        held is not None and not held.contests and str(held.record_id) == corrected.get(CORRECTED)
    )
