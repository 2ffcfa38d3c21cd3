"""PURE. What staff may put right from a person's page, and why; one table says what each repair needs and whether it can be undone."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from kecs.console.permissions import Function


class LookReason(StrEnum):
    """Why staff look at a person."""

    PHONE_CALL = "phone_call"
    EMAIL = "email"
    LETTER = "letter"
    VISIT = "visit"
    CASE = "case"
    OWN_CHECK = "own_check"


class RepairReason(StrEnum):
    """What staff know when they put something right."""

    CALLER_CHECKED = "caller_checked"
    VISITOR_CHECKED = "visitor_checked"
    WRITTEN_CHECKED = "written_checked"
    FOUND_BY_STAFF = "found_by_staff"


class DistrictReason(StrEnum):
    """How a district confirmed who somebody is: never on a number that the person gave."""

    DISTRICT_CALLED = "district_called"
    DISTRICT_WROTE = "district_wrote"


class Repair(StrEnum):
    """What can be put right. The word stands in the address of its page."""

    SEND_CONFIRMATION = "send-confirmation"
    SEND_CODE = "send-code"
    SEND_USERNAME = "send-username"
    SEND_PASSWORD_LINK = "send-password-link"  # noqa: S105 - a word, not a password
    UNLOCK = "unlock"
    CLEAR_SEARCHES = "clear-searches"
    START_RECOVERY = "start-recovery"
    STOP_RECOVERY = "stop-recovery"
    RAISE_EVIDENCE = "raise-evidence"
    DISTRICT_CHECK = "district-check"
    RELEASE = "release"
    CORRECT = "correct"
    ALLOW_REVEALS = "allow-reveals"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Who may, and on which side of the page it stands.

    `opens_door`: it could let a stranger into the account; `vouches`: the word of staff opens the record.
    """

    function: Function
    of_record: bool = False
    opens_door: bool = False
    vouches: bool = False


RULES: Mapping[Repair, Rule] = MappingProxyType(
    {
        Repair.SEND_CONFIRMATION: Rule(function=Function.HELP_ACCOUNT),
        Repair.SEND_CODE: Rule(function=Function.HELP_ACCOUNT),
        Repair.SEND_USERNAME: Rule(function=Function.HELP_ACCOUNT),
        Repair.SEND_PASSWORD_LINK: Rule(function=Function.HELP_ACCOUNT),
        Repair.UNLOCK: Rule(function=Function.HELP_ACCOUNT, opens_door=True),
        Repair.CLEAR_SEARCHES: Rule(function=Function.HELP_ACCOUNT, of_record=True),
        Repair.START_RECOVERY: Rule(function=Function.HELP_ACCOUNT, opens_door=True),
        Repair.STOP_RECOVERY: Rule(function=Function.HELP_ACCOUNT),
        Repair.RAISE_EVIDENCE: Rule(function=Function.RAISE_EVIDENCE, vouches=True),
        Repair.DISTRICT_CHECK: Rule(function=Function.RAISE_EVIDENCE, vouches=True),
        Repair.RELEASE: Rule(function=Function.RELEASE_HOLDING),
        Repair.CORRECT: Rule(function=Function.CORRECT_FACT, of_record=True),
        Repair.ALLOW_REVEALS: Rule(function=Function.SEE_SECURITY),
    }
)
