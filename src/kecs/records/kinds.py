"""PURE. The words of this room that others speak too: assurance levels and kinds of case."""

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
    LINKAGE_DUPLICATE = "linkage_duplicate"  # `kecs duplicates`: probably one person on file twice
    LINKAGE_OTHER_FIRST_NAME = "linkage_other_first_name"  # one number, two first names: no proposal
