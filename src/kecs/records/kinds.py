"""PURE. The words of this room that others speak too: assurance levels, kinds of case, why a holding ended."""

from enum import IntEnum, StrEnum


class AssuranceLevel(IntEnum):
    """How sure we are that the holder is the person of the record."""

    UNDER_REVIEW = 0  # a new record, or one that staff must look at
    PROVISIONAL = 1  # the facts typed match the record; that is no proof
    VERIFIED = 2  # and a piece of evidence that a thief with the facts does not have


class CaseKind(StrEnum):
    """Why a person must decide. Plain text in the table, so that a new word needs no migration."""

    SEVERAL = "several"
    NEAR_MATCH = "near_match"
    ALREADY_HELD = "already_held"
    DECEASED = "deceased"
    SSN_ON_FILE_OTHER_NAME = "ssn_on_file_other_name"
    NO_SSN = "no_ssn"
    DISAVOWED_CLAIM = "disavowed_claim"
    CONTESTED_CLAIM = "contested_claim"  # proof for a record that somebody verified holds
    CORRECTION = "correction"  # somebody asks for another name, birth date or SSN
    LINKAGE_DUPLICATE = "linkage_duplicate"  # `kecs duplicates`: probably one person on file twice
    LINKAGE_OTHER_FIRST_NAME = "linkage_other_first_name"  # one number, two first names: no proposal


class HoldReason(StrEnum):
    """Why nothing about a person may be destroyed."""

    LITIGATION = "litigation"
    AUDIT = "audit"
    INVESTIGATION = "investigation"
    RECORDS_REQUEST = "records_request"


class Ending(StrEnum):
    """Why a holding ended."""

    LAPSED = "lapsed"  # no evidence came in time
    SUPERSEDED = "superseded"  # somebody else gave stronger evidence
    DISAVOWED = "disavowed"  # a contest that somebody reached through an address on file called false
    STAFF = "staff"
    MERGED = "merged"  # the record became one with another, whose account keeps it


class UploadState(StrEnum):
    """What becomes of a file that staff sent. The worker takes those of WORKED_ON."""

    CHECKING = "checking"  # the dry run
    CHECKED = "checked"  # staff may have it loaded
    LOADING = "loading"
    LOADED = "loaded"
    STOPPED = "stopped"  # half-way, by staff
    UNDOING = "undoing"
    UNDONE = "undone"
    DISCARDED = "discarded"  # by staff, or because nobody had it loaded for a day
    FAILED = "failed"  # it cannot be read any more


WORKED_ON = frozenset({UploadState.CHECKING, UploadState.LOADING, UploadState.UNDOING})


class Why(StrEnum):
    """The reason that staff give when they have a file loaded or undone: a word for the log."""

    REGULAR_FILE = "regular_file"
    NEW_SCHOOLS = "new_schools"
    CORRECTED_FILE = "corrected_file"
    WRONG_FILE = "wrong_file"
    WRONG_FACTS = "wrong_facts"
    TRYING_OUT = "trying_out"


class BuiltOn(StrEnum):
    """Why a record was left as an undone import had made it."""

    GONE = "gone"  # merged away, or removed
    CHANGED = "changed"  # by a later import or a correction
    HELD = "held"  # claimed, proved, released: somebody's account rests on it
    CASE = "case"
    LINKED = "linked"  # batch linkage weighed it
    ON_LOG = "on_log"  # something else that the log tells
    SSN_TAKEN = "ssn_taken"  # its SSN from before is somebody else's now
    MERGED = "merged"  # it came of a merge, before the import or after it


class MergeReason(StrEnum):
    """Why staff take two records for one person's: a word for the log."""

    PERSON_CHECKED = "person_checked"  # they have seen who she is
    FACTS_AGREE = "facts_agree"
    TYPED_WRONG = "typed_wrong"  # one of the two came of a slip
    ASKED_BY_HOLDER = "asked_by_holder"


class MergeState(StrEnum):
    """What became of a merge of two records."""

    PROPOSED = "proposed"  # both are held: a second member of staff must agree
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"  # nobody agreed in time
    MERGED = "merged"
    UNDONE = "undone"
