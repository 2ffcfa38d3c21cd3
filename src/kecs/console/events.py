"""What happens at the staff's desk."""

from dataclasses import dataclass
from typing import ClassVar

from kecs.audit.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLookedAt(Event):
    """Staff opened the page of a case, and saw the personal data of the account and the records named."""

    code: ClassVar[str] = "console.case_looked_at"
    is_look: ClassVar[bool] = True
    kind: str
    accounts: tuple[str, ...]
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDecided(Event):
    """Staff chose the outcome of a case; `reason` is one of a short list of words."""

    code: ClassVar[str] = "console.case_decided"
    kind: str
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryLookedAt(Event):
    """Staff opened the page of a request to get in again, and saw what was typed and the account it names."""

    code: ClassVar[str] = "console.recovery_looked_at"
    is_look: ClassVar[bool] = True
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryDecided(Event):
    """Staff approved or refused a request to get in again; `reason` is one of a short list of words."""

    code: ClassVar[str] = "console.recovery_decided"
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LettersLookedAt(Event):
    """Staff opened the list of letters to post, and saw the names on them."""

    code: ClassVar[str] = "console.letters_looked_at"
    is_look: ClassVar[bool] = True
    letters: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRefused(Event):
    """A member of staff asked for a page that none of her roles opens (OWASP authz_fail); `function` is what she lacks."""

    code: ClassVar[str] = "console.page_refused"
    is_alarm: ClassVar[bool] = True
    function: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LooksLookedAt(Event):
    """A security officer looked up who had looked at one person."""

    code: ClassVar[str] = "console.looks_looked_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsCompared(Event):
    """Staff saw this record beside others, to merge them ("merge"), to agree to that ("approve") or to undo it ("undo")."""

    code: ClassVar[str] = "console.records_compared"
    records: tuple[str, ...]
    why: str
