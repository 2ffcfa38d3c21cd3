"""Words for the values of events: what stands in the log as `marriage` is read as "Marriage or divorce"."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from kecs.assurance.levels import EvidenceKind
from kecs.console.merging.messages import REASONS as MERGE_REASONS
from kecs.console.messages import (
    DISTRICT_REASONS,
    KINDS,
    LOOK_REASONS,
    OUTCOME_LABELS,
    REASONS,
    REPAIR_REASONS,
    REPAIRS,
    ROLES,
)
from kecs.corrections.messages import FACTS, PAPERS, WHY
from kecs.records.kinds import Ending
from kecs.records.revealing.messages import REVEAL_REASONS

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

EVIDENCE: dict[str, "StrOrPromise"] = {
    EvidenceKind.ADDRESS_ON_FILE: _("the confirmed email address was on file before"),
    EvidenceKind.CODE_TO_ADDRESS: _("a code that we mailed to the address on file"),
    EvidenceKind.LETTER_CODE: _("a code that we posted"),
    EvidenceKind.STAFF_CHECK: _("our staff checked a document"),
    EvidenceKind.DISTRICT_CHECK: _("the school district said so"),
}
ENDINGS: dict[str, "StrOrPromise"] = {
    Ending.LAPSED: _("no proof came in time"),
    Ending.SUPERSEDED: _("another account gave stronger proof"),
    Ending.DISAVOWED: _("someone at an address on file said that it was false"),
    Ending.STAFF: _("our staff decided so"),
}
_NOTICES: dict[str, "StrOrPromise"] = {
    "claimed": _("an account was made for the record"),
    "contested": _("another account asks for the record"),
    "code": _("a code was asked for"),
    "verified": _("the record was opened to the account"),
    "unfrozen": _("the claim is open again"),
}
_SIGN_IN: dict[str, "StrOrPromise"] = {
    "password": _("the password"),
    "totp": _("the password and a code from an app"),
    "webauthn": _("a passkey"),
    "recovery_codes": _("the password and a recovery code"),
}
_FACTORS: dict[str, "StrOrPromise"] = {"totp": _("an authenticator app"), "webauthn": _("a passkey")}
_COLUMNS: dict[str, "StrOrPromise"] = {
    "first_name": _("First Name"),
    "middle_name": _("Middle Name"),
    "last_surname": _("Last Name"),
    "generation_code_suffix": _("Suffix"),
    "birth_date": _("Date of Birth"),
    "ssn": _("Social Security Number"),
    "contact_email": _("Email address"),
    "email": _("Email address"),
    "other_names": _("Other names"),
    "deceased": _("Deceased"),
}
_SOURCES: dict[str, "StrOrPromise"] = {
    "registration": _("a registration"),
    "correction": _("a correction"),
    "staff": _("our staff"),
}


def _by_value(*tables: Mapping[Any, "StrOrPromise"]) -> dict[str, "StrOrPromise"]:
    return {str(word): words for table in tables for word, words in table.items()}


# By event and key; a value that has no words is shown as it stands in the log, which holds words of ours only.
WORDS: Mapping[tuple[str, str], Mapping[str, "StrOrPromise"]] = {
    ("accounts.role_given", "role"): _by_value(ROLES),
    ("accounts.role_taken", "role"): _by_value(ROLES),
    ("accounts.second_factor_added", "factor"): _FACTORS,
    ("accounts.second_factor_removed", "factor"): _FACTORS,
    ("accounts.signed_in", "factor"): _SIGN_IN,
    ("assurance.evidence_given", "kind"): EVIDENCE,
    ("assurance.notice_sent", "why"): _NOTICES,
    ("console.case_decided", "kind"): KINDS,
    ("console.case_decided", "outcome"): _by_value(OUTCOME_LABELS),
    ("console.case_decided", "reason"): _by_value(REASONS),
    ("console.case_looked_at", "kind"): KINDS,
    ("console.person_looked_at", "why"): _by_value(LOOK_REASONS),
    ("console.recovery_decided", "outcome"): _by_value(OUTCOME_LABELS),
    ("console.recovery_decided", "reason"): _by_value(REASONS),
    ("console.repair_made", "reason"): _by_value(REPAIR_REASONS, REASONS, DISTRICT_REASONS),
    ("console.repair_made", "repair"): _by_value(REPAIRS),
    ("corrections.corrected_at_desk", "facts"): _by_value(FACTS),
    ("corrections.corrected_at_desk", "paper"): _by_value(PAPERS),
    ("corrections.corrected_at_desk", "why"): _by_value(WHY),
    ("corrections.correction_asked", "facts"): _by_value(FACTS),
    ("corrections.correction_asked", "why"): _by_value(WHY),
    ("corrections.correction_decided", "facts"): _by_value(FACTS),
    ("corrections.correction_put_back", "facts"): _by_value(FACTS),
    ("records.case_closed", "outcome"): _by_value(OUTCOME_LABELS),
    ("records.case_opened", "kind"): KINDS,
    ("records.case_reopened", "outcome"): _by_value(OUTCOME_LABELS),
    ("records.case_reopened", "reason"): _by_value(REASONS),
    ("records.holding_released", "because"): ENDINGS,
    ("records.holding_unfrozen", "reason"): _by_value(REASONS),
    ("records.merge_proposed", "reason"): _by_value(MERGE_REASONS),
    ("records.records_merged", "reason"): _by_value(MERGE_REASONS),
    ("records.record_changed", "columns"): _COLUMNS,
    ("records.record_changed", "source"): _SOURCES,
    ("records.record_created", "source"): _SOURCES,
    ("records.ssn_revealed", "reason"): _by_value(REVEAL_REASONS),
}
