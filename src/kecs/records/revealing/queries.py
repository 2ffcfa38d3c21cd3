"""Who saw the whole number of a record, for its owner and for staff."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kecs.audit.queries import timeline
from kecs.records.events import SsnRevealed
from kecs.records.revealing.messages import REVEAL_REASONS
from kecs.records.revealing.reasons import RevealReason

MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Reveal:
    """One look. By whom is no business of the owner's; the agency knows."""

    at: datetime
    reason: str


def reveals_of(record_id: UUID) -> list[Reveal]:
    """The newest first. For the verified holder of the record: ask kecs.assurance first."""
    rows = timeline(f"record:{record_id}").filter(code=SsnRevealed.code).order_by("-sequence")[:MOST]
    return [Reveal(at=row.at, reason=str(_reason(row.keys["reason"]))) for row in rows]


def _reason(word: str) -> object:
    return REVEAL_REASONS[RevealReason(word)] if word in set(RevealReason) else word
