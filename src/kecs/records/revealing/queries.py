"""Who saw the whole number of a record, for its owner and for staff."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kecs.audit.queries import timeline
from kecs.records.events import SsnRevealed
from kecs.records.merging.queries import absorbed_into
from kecs.records.revealing.messages import REVEAL_REASONS
from kecs.records.revealing.reasons import RevealReason

MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Reveal:
    """One look. By whom is no business of the owner's; the agency knows."""

    at: datetime
    reason: str


def reveals_of(record_id: UUID) -> list[Reveal]:
    """The newest first, those of the records that it absorbed among them. For its verified holder: ask kecs.assurance first."""
    subjects = (f"record:{each}" for each in (record_id, *absorbed_into(record_id)))
    rows = [
        row
        for subject in subjects
        for row in timeline(subject).filter(code=SsnRevealed.code).order_by("-sequence")[:MOST]
    ]
    newest = sorted(rows, key=lambda row: row.sequence, reverse=True)[:MOST]
    return [Reveal(at=row.at, reason=str(_reason(row.keys["reason"]))) for row in newest]


def _reason(word: str) -> object:
    return REVEAL_REASONS[RevealReason(word)] if word in set(RevealReason) else word
