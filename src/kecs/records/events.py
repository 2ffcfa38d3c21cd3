"""What this room records. No event holds a name, a date or a number of a person."""

from dataclasses import dataclass
from typing import ClassVar

from kecs.audit.events import Event
from kecs.audit.owasp import Owasp


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCreated(Event):
    """A record of an educator was made; `source` is "registration" or the name of an import."""

    code: ClassVar[str] = "records.record_created"
    owasp: ClassVar[Owasp | None] = Owasp.SENSITIVE_CREATE
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordChanged(Event):
    """Columns of a record changed; `source` is the name of an import or the kind of correction."""

    code: ClassVar[str] = "records.record_changed"
    owasp: ClassVar[Owasp | None] = Owasp.SENSITIVE_UPDATE
    source: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordUndone(Event):
    """An import was undone: the record it had created was removed, or what it had changed stands as before."""

    code: ClassVar[str] = "records.record_undone"
    owasp: ClassVar[Owasp | None] = Owasp.SENSITIVE_UPDATE
    source: str
    removed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportUndone(Event):
    """A whole import was undone; `left` counts the records on which something had been built since."""

    code: ClassVar[str] = "records.import_undone"
    owasp: ClassVar[Owasp | None] = Owasp.SENSITIVE_UPDATE
    source: str
    reason: str
    removed: int
    restored: int
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadKept(Event):
    """Staff sent a file of records, which is kept sealed until it is loaded, discarded or a day old."""

    code: ClassVar[str] = "records.upload_kept"
    owasp: ClassVar[Owasp | None] = Owasp.UPLOAD_COMPLETE
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadAskedFor(Event):
    """Staff had a file loaded, stopped, undone or discarded; `what` says which, `reason` is one of a short list of words."""

    code: ClassVar[str] = "records.upload_asked_for"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_ADMIN
    what: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLoaded(Event):
    """All rows of a file that staff sent were dealt with; `source` is what the records' own events name."""

    code: ClassVar[str] = "records.upload_loaded"
    owasp: ClassVar[Owasp | None] = Owasp.SENSITIVE_CREATE
    source: str
    created: int
    updated: int
    same: int
    rejected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadDestroyed(Event):
    """The sealed content of a file that staff sent was destroyed, and the report of its rejected rows."""

    code: ClassVar[str] = "records.upload_destroyed"
    owasp: ClassVar[Owasp | None] = Owasp.UPLOAD_DELETE


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadRemainsDestroyed(Event):
    """Sealed files that no upload is known of were destroyed: what a process left that was killed while it wrote."""

    code: ClassVar[str] = "records.upload_remains_destroyed"
    owasp: ClassVar[Owasp | None] = Owasp.UPLOAD_DELETE
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordHeld(Event):
    """An account came to hold a record; `because` names the attributes that agreed."""

    code: ClassVar[str] = "records.record_held"
    owasp: ClassVar[Owasp | None] = Owasp.CLAIM_MADE
    account: str
    level: int
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordContested(Event):
    """An account says that a record which another one holds is hers; `because` names the attributes that agreed."""

    code: ClassVar[str] = "records.record_contested"
    owasp: ClassVar[Owasp | None] = Owasp.CLAIM_CONTESTED
    account: str
    level: int
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingVerified(Event):
    """Evidence that counts and a confirmed address came together: the account may see the record."""

    code: ClassVar[str] = "records.holding_verified"
    owasp: ClassVar[Owasp | None] = Owasp.PRIVILEGE_PERMISSIONS_CHANGED
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingFrozen(Event):
    """Somebody reached through an address on file said that the claim was not hers."""

    code: ClassVar[str] = "records.holding_frozen"
    owasp: ClassVar[Owasp | None] = Owasp.PRIVILEGE_PERMISSIONS_CHANGED
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingUnfrozen(Event):
    """Staff looked into it: a claim again, without the evidence from before. `reason` is a word of theirs."""

    code: ClassVar[str] = "records.holding_unfrozen"
    owasp: ClassVar[Owasp | None] = Owasp.CLAIM_UNFROZEN
    account: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingReleased(Event):
    """An account's hold on a record ended; `because` is one of the endings, `reason` a word of staff's."""

    code: ClassVar[str] = "records.holding_released"
    owasp: ClassVar[Owasp | None] = Owasp.PRIVILEGE_PERMISSIONS_CHANGED
    account: str
    because: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeProposed(Event):
    """Staff proposed to merge two records that two accounts hold; `absorbed` is the one whose number would lead to the other."""

    code: ClassVar[str] = "records.merge_proposed"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_ADMIN
    merge: str
    absorbed: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeEnded(Event):
    """A proposed merge will not be: `how` is "withdrawn" or "lapsed"."""

    code: ClassVar[str] = "records.merge_ended"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_ADMIN
    merge: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsMerged(Event):
    """Two records became one. `columns` changed on it, `account` holds it, `released` held one of the two and does no more."""

    code: ClassVar[str] = "records.records_merged"
    owasp: ClassVar[Owasp | None] = Owasp.SENSITIVE_UPDATE
    merge: str
    absorbed: str
    reason: str
    columns: tuple[str, ...]
    account: str
    released: str
    person_checked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsUnmerged(Event):
    """A merge was undone: both records stand as before it."""

    code: ClassVar[str] = "records.records_unmerged"
    owasp: ClassVar[Owasp | None] = Owasp.SENSITIVE_UPDATE
    merge: str
    restored: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened(Event):
    """Something was put before staff."""

    code: ClassVar[str] = "records.case_opened"
    owasp: ClassVar[Owasp | None] = None
    kind: str
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClosed(Event):
    """What was put before staff is decided; `outcome` is a word of the room that the case is of."""

    code: ClassVar[str] = "records.case_closed"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_ADMIN
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAssigned(Event):
    """A case came to be somebody's of staff, or nobody's; `was` and `now` are accounts, or empty."""

    code: ClassVar[str] = "records.case_assigned"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_ADMIN
    was: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReopened(Event):
    """A case that was closed waits for staff again; `outcome` is how it had ended, `reason` a word of theirs."""

    code: ClassVar[str] = "records.case_reopened"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_ADMIN
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchTried(Event):
    """An operator asked the search about the rows of a file (`kecs match`), without limits."""

    code: ClassVar[str] = "records.match_tried"
    owasp: ClassVar[Owasp | None] = Owasp.SENSITIVE_READ


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexUnsealed(Event):
    """An operator let a command read every record unsealed; `purpose` is "duplicates" or "training"."""

    code: ClassVar[str] = "records.index_unsealed"
    owasp: ClassVar[Owasp | None] = Owasp.SENSITIVE_READ
    purpose: str
    records: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicatesSought(Event):
    """A search for duplicates in the whole index ended; `model` is the day of its training, `opened` empty for a dry run."""

    code: ClassVar[str] = "records.duplicates_sought"
    owasp: ClassVar[Owasp | None] = Owasp.SENSITIVE_READ
    model: str
    duplicates: int
    other_first_names: int
    kin: int
    opened: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsReindexed(Event):
    """The keys of everybody were made anew under the root with this number; `changed` counts who got other ones."""

    code: ClassVar[str] = "records.records_reindexed"
    owasp: ClassVar[Owasp | None] = Owasp.SENSITIVE_UPDATE
    key: int
    records: int
    changed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SsnRevealed(Event):
    """Staff saw the whole number of a record; `reason` is one of a short list of words, `ticket` the agency's own number."""

    code: ClassVar[str] = "records.ssn_revealed"
    owasp: ClassVar[Owasp | None] = Owasp.REVEAL_SSN
    is_look: ClassVar[bool] = True
    reason: str
    ticket: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalHoldPlaced(Event):
    """From now on nothing about this person is destroyed, for this reason."""

    code: ClassVar[str] = "records.legal_hold_placed"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_ADMIN

    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalHoldLifted(Event):
    """The legal hold ended: what is old is destroyed again."""

    code: ClassVar[str] = "records.legal_hold_lifted"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_ADMIN
