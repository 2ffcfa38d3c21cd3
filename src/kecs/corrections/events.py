"""What this room records: which sort of fact, never the fact."""

from dataclasses import dataclass
from typing import ClassVar

from kecs.audit.events import Event
from kecs.audit.owasp import Owasp


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionAsked(Event):
    """Somebody asked to have facts corrected; `facts` names them, `why` is the reason chosen."""

    code: ClassVar[str] = "corrections.correction_asked"
    owasp: ClassVar[Owasp | None] = None
    correction: str
    facts: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentAdded(Event):
    """A document came with a request; `state` is "waiting" for the scanner, or "not_scanned" where there is none."""

    code: ClassVar[str] = "corrections.document_added"
    owasp: ClassVar[Owasp | None] = Owasp.UPLOAD_COMPLETE
    document: str
    kind: str
    size: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionWithdrawn(Event):
    """The person took her request back; its documents were destroyed."""

    code: ClassVar[str] = "corrections.correction_withdrawn"
    owasp: ClassVar[Owasp | None] = Owasp.UPLOAD_DELETE
    documents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionDecided(Event):
    """Staff decided a request; `facts` names what was asked."""

    code: ClassVar[str] = "corrections.correction_decided"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_ADMIN
    correction: str
    accepted: bool
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionStopped(Event):
    """Staff wanted to accept a request, and somebody else has the SSN asked for: a case was opened instead."""

    code: ClassVar[str] = "corrections.correction_stopped"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_ADMIN
    case: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionContested(Event):
    """Somebody reached by the notice said that the request was not hers."""

    code: ClassVar[str] = "corrections.correction_contested"
    owasp: ClassVar[Owasp | None] = Owasp.DISAVOW_CORRECTION
    is_alarm: ClassVar[bool] = True
    case: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentScanned(Event):
    """The virus scanner has looked at a document; `found` is its word for what it found, or empty."""

    code: ClassVar[str] = "corrections.document_scanned"
    owasp: ClassVar[Owasp | None] = Owasp.UPLOAD_VALIDATION
    correction: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentOpened(Event):
    """Staff opened a document."""

    code: ClassVar[str] = "corrections.document_opened"
    owasp: ClassVar[Owasp | None] = Owasp.SENSITIVE_READ
    is_look: ClassVar[bool] = True
    document: str
    scanned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsOpened(Event):
    """Staff looked at what was asked, the whole SSN included."""

    code: ClassVar[str] = "corrections.facts_opened"
    owasp: ClassVar[Owasp | None] = Owasp.SENSITIVE_READ
    is_look: ClassVar[bool] = True
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsDestroyed(Event):
    """The documents of a closed request had been kept long enough, and the facts that were asked with them."""

    code: ClassVar[str] = "corrections.documents_destroyed"
    owasp: ClassVar[Owasp | None] = Owasp.UPLOAD_DELETE
    documents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskFactsDestroyed(Event):
    """What stood there before corrections at the desk had been kept long enough; of how many corrections. That they were made stays."""

    code: ClassVar[str] = "corrections.desk_facts_destroyed"
    owasp: ClassVar[Owasp | None] = Owasp.SENSITIVE_DELETE
    corrections: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedAtDesk(Event):
    """Staff saw a document and corrected facts of a record, or of an account without one; `paper` says what they saw."""

    code: ClassVar[str] = "corrections.corrected_at_desk"
    owasp: ClassVar[Owasp | None] = Owasp.SENSITIVE_UPDATE
    correction: str
    facts: tuple[str, ...]
    why: str
    paper: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskCorrectionContested(Event):
    """Somebody reached by the notice of a correction at the desk said that it was not hers."""

    code: ClassVar[str] = "corrections.desk_correction_contested"
    owasp: ClassVar[Owasp | None] = Owasp.DISAVOW_CORRECTION
    is_alarm: ClassVar[bool] = True
    case: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionPutBack(Event):
    """Staff put back what a correction had changed, because somebody said that she never asked for it."""

    code: ClassVar[str] = "corrections.correction_put_back"
    owasp: ClassVar[Owasp | None] = Owasp.SENSITIVE_UPDATE
    correction: str
    facts: tuple[str, ...]
