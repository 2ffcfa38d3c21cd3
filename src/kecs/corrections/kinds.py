"""PURE. The words of this room: what can be wrong, why, and what becomes of a request and of a document."""

from enum import StrEnum


class Fact(StrEnum):
    """What somebody may ask to have corrected."""

    NAME = "name"
    BIRTH_DATE = "birth_date"
    SSN = "ssn"


class InTheWay(StrEnum):
    """Why a request cannot be accepted, or a correction not be put back."""

    FROZEN = "frozen"  # somebody said that the account's claim is false: that is to be decided first
    ENDED = "ended"  # the record that it was about is not the account's any more


class Why(StrEnum):
    """Why a fact is wrong."""

    MARRIAGE = "marriage"
    COURT_ORDER = "court_order"
    TYPING_MISTAKE = "typing_mistake"
    OTHER = "other"


class Paper(StrEnum):
    """What staff saw before they corrected a fact, or said that somebody is who she says she is."""

    DRIVER_LICENSE = "driver_license"  # or another card of a state
    PASSPORT = "passport"
    SSN_CARD = "ssn_card"
    BIRTH_CERTIFICATE = "birth_certificate"
    MARRIAGE_CERTIFICATE = "marriage_certificate"
    COURT_ORDER = "court_order"
    AGENCY_FILE = "agency_file"  # the agency's own paper


class State(StrEnum):
    """What became of a request."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class DocumentState(StrEnum):
    """What is known of a document. Staff open CLEAN and NOT_SCANNED ones only."""

    WAITING = "waiting"  # for the virus scanner, which may be away
    CLEAN = "clean"
    NOT_SCANNED = "not_scanned"  # this installation has no scanner
    REFUSED = "refused"  # the scanner found something; the content is gone
    DESTROYED = "destroyed"  # withdrawn, or kept long enough; the content is gone


OPENED_BY_STAFF = frozenset({DocumentState.CLEAN, DocumentState.NOT_SCANNED})
SCANNED_NEXT = frozenset({DocumentState.WAITING, DocumentState.NOT_SCANNED})
MOST_DOCUMENTS = 5
MOST_BYTES = 10 * 1024 * 1024  # of one document
