"""What happens at the staff's desk."""

from dataclasses import dataclass
from typing import ClassVar

from kecs.audit.events import Event
from kecs.audit.owasp import Owasp


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLookedAt(Event):
    """Staff opened the page of a case, and saw the personal data of the account and the records named."""

    code: ClassVar[str] = "console.case_looked_at"
    owasp: ClassVar[Owasp | None] = Owasp.SENSITIVE_READ
    is_look: ClassVar[bool] = True
    kind: str
    accounts: tuple[str, ...]
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDecided(Event):
    """Staff chose the outcome of a case; `reason` and `paper` (the document seen, where a record was given) are words of short lists."""

    code: ClassVar[str] = "console.case_decided"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_ADMIN
    kind: str
    outcome: str
    reason: str
    paper: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryLookedAt(Event):
    """Staff opened the page of a request to get in again, and saw what was typed and the account it names."""

    code: ClassVar[str] = "console.recovery_looked_at"
    owasp: ClassVar[Owasp | None] = Owasp.SENSITIVE_READ
    is_look: ClassVar[bool] = True
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryDecided(Event):
    """Staff agreed to a request to get in again, as the first of two, approved or refused it; `reason` is one of a short list of words."""

    code: ClassVar[str] = "console.recovery_decided"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_ADMIN
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LettersLookedAt(Event):
    """Staff opened the list of letters to post, and saw the names on them."""

    code: ClassVar[str] = "console.letters_looked_at"
    owasp: ClassVar[Owasp | None] = Owasp.SENSITIVE_READ
    is_look: ClassVar[bool] = True
    letters: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRefused(Event):
    """A member of staff asked for a page that none of her roles opens; `function` is what she lacks."""

    code: ClassVar[str] = "console.page_refused"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_FAIL
    is_alarm: ClassVar[bool] = True
    function: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LooksLookedAt(Event):
    """A security officer looked up who had looked at one person."""

    code: ClassVar[str] = "console.looks_looked_at"
    owasp: ClassVar[Owasp | None] = Owasp.SENSITIVE_READ


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsCompared(Event):
    """Staff saw this record beside others, to merge them ("merge"), to agree to that ("approve") or to undo it ("undo")."""

    code: ClassVar[str] = "console.records_compared"
    owasp: ClassVar[Owasp | None] = Owasp.SENSITIVE_READ
    is_look: ClassVar[bool] = True
    records: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleSought(Event):
    """Staff looked for a person and are shown these; `kind` is what sort of thing was typed, never what."""

    code: ClassVar[str] = "console.people_sought"
    owasp: ClassVar[Owasp | None] = Owasp.SENSITIVE_READ
    is_look: ClassVar[bool] = True
    kind: str
    shown: int
    more: bool
    records: tuple[str, ...]
    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyPeopleSought(Event):
    """A member of staff searched more often within an hour than anybody on the telephone does: somebody may list people."""

    code: ClassVar[str] = "console.many_people_sought"
    owasp: ClassVar[Owasp | None] = Owasp.EXCESS_RATE_LIMIT_EXCEEDED
    is_alarm: ClassVar[bool] = True
    searches: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLookedAt(Event):
    """Staff opened a person's page, and saw the personal data of the subject and of the accounts named; `why` is a word."""

    code: ClassVar[str] = "console.person_looked_at"
    owasp: ClassVar[Owasp | None] = Owasp.SENSITIVE_READ
    is_look: ClassVar[bool] = True
    accounts: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairMade(Event):
    """Staff put something right; `repair` and `reason` are words of ours, `paper` is the document that was seen, if any."""

    code: ClassVar[str] = "console.repair_made"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_ADMIN
    repair: str
    reason: str
    paper: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictConfirmed(Event):
    """Staff noted that a district confirmed on a day who somebody is; `ticket` is the agency's own number, under which it keeps with whom it spoke."""

    code: ClassVar[str] = "console.district_confirmed"
    owasp: ClassVar[Owasp | None] = Owasp.CLAIM_EVIDENCE
    ticket: str
    on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RevealsStopped(Event):
    """A member of staff asked for more whole Social Security numbers than an hour allows; the security officers were told."""

    code: ClassVar[str] = "console.reveals_stopped"
    owasp: ClassVar[Owasp | None] = Owasp.EXCESS_RATE_LIMIT_EXCEEDED
    is_alarm: ClassVar[bool] = True
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RevealsAllowed(Event):
    """A security officer let a member of staff see whole Social Security numbers again."""

    code: ClassVar[str] = "console.reveals_allowed"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_CHANGE


@dataclass(frozen=True, slots=True, kw_only=True)
class ListExported(Event):
    """Staff took a list of people along; `narrowed` is the level, kind of case or import, `reason` one of a short list of words."""

    code: ClassVar[str] = "console.list_exported"
    owasp: ClassVar[Owasp | None] = Owasp.SENSITIVE_READ
    is_look: ClassVar[bool] = True
    list: str
    narrowed: str
    columns: tuple[str, ...]
    rows: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusualExport(Event):
    """Alarm: a list was very long, or one of many in an hour; `why` says which."""

    code: ClassVar[str] = "console.unusual_export"
    owasp: ClassVar[Owasp | None] = Owasp.EXCESS_RATE_LIMIT_EXCEEDED
    is_alarm: ClassVar[bool] = True
    export: str
    why: tuple[str, ...]
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectsTaken(Event):
    """Staff downloaded the report of the rejected rows of a file: line numbers, numbers on file, reasons."""

    code: ClassVar[str] = "console.rejects_taken"
    owasp: ClassVar[Owasp | None] = Owasp.SENSITIVE_READ
    is_look: ClassVar[bool] = True
