"""What this room records, besides what the records room records of holdings. No event holds a code, an address or a token."""

from dataclasses import dataclass
from typing import ClassVar

from kecs.audit.events import Event
from kecs.audit.owasp import Owasp


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceGiven(Event):
    """A piece of evidence that the holder is the person of the record; `kind` is one of the table of settings."""

    code: ClassVar[str] = "assurance.evidence_given"
    owasp: ClassVar[Owasp | None] = Owasp.CLAIM_EVIDENCE
    account: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeAsked(Event):
    """The holder asked for a code; `mailed` is whether an address was on file before her claim and not mailed too often."""

    code: ClassVar[str] = "assurance.code_asked"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHN_TOKEN_CREATED
    mailed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRefused(Event):
    """A code was entered that is wrong, too old or used."""

    code: ClassVar[str] = "assurance.code_refused"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHN_LOGIN_FAIL


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterAsked(Event):
    """The holder asked for a letter with a code."""

    code: ClassVar[str] = "assurance.letter_asked"
    owasp: ClassVar[Owasp | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterPrinted(Event):
    """Staff had a letter with a fresh code made; a code printed before works no more."""

    code: ClassVar[str] = "assurance.letter_printed"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHN_TOKEN_CREATED
    letter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterPosted(Event):
    """Staff posted the letter; its code works from now on."""

    code: ClassVar[str] = "assurance.letter_posted"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_ADMIN
    letter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSent(Event):
    """The addresses on file and those of the account were told; `why` says of what, `addresses` how many."""

    code: ClassVar[str] = "assurance.notice_sent"
    owasp: ClassVar[Owasp | None] = None
    why: str
    addresses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimDisavowed(Event):
    """Somebody opened the link in a notice and pressed "This wasn't me"."""

    code: ClassVar[str] = "assurance.claim_disavowed"
    owasp: ClassVar[Owasp | None] = Owasp.DISAVOW_CLAIM
    is_alarm: ClassVar[bool] = True
    account: str
