"""PURE. Which role at the desk may do what, see which fact of whom, and take which list along: three tables, asked by the pages and walked by tests."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType

from kecs.accounts.staff.roles import StaffRole
from kecs.assurance.levels import State
from kecs.records.exporting.kinds import ExportList


class Function(StrEnum):
    """What a member of staff may want to do. A page names one."""

    SEE_DESK = "see_desk"  # the front page: what waits, as numbers
    FIND_PERSON = "find_person"
    SEE_PERSON = "see_person"  # her page: what is on file, what happened
    HELP_ACCOUNT = (
        "help_account"  # send a mail again, let her try again, begin a recovery: nothing that opens a record
    )
    RAISE_EVIDENCE = "raise_evidence"  # "I saw her papers": opens a record
    RELEASE_HOLDING = "release_holding"  # take a record from an account
    CORRECT_FACT = "correct_fact"  # change what is on file, by a document
    REVEAL_SSN = "reveal_ssn"
    MERGE_RECORDS = "merge_records"
    SEE_CASES = "see_cases"
    DECIDE_CASE = "decide_case"
    DECIDE_RECOVERY = "decide_recovery"  # let somebody in who lost every way
    POST_LETTERS = "post_letters"
    IMPORT_RECORDS = "import_records"  # and undo an import
    EXPORT_LISTS = "export_lists"
    SEE_SECURITY = "see_security"  # who looked at whom, what was tried
    SEE_WEEKLY = "see_weekly"  # the director's picture: numbers, nobody's data
    MANAGE_STAFF = "manage_staff"


class Fact(StrEnum):
    """What the page of a person shows, in groups that are opened or shut together."""

    NAMES = "names"  # present and former names, number on file
    BIRTH_DATE = "birth_date"
    SSN_MASKED = "ssn_masked"
    SSN = "ssn"
    ADDRESSES = "addresses"  # e-mail addresses, on file and of the account
    ACCOUNT = "account"  # username, level, second step
    SIGN_INS = "sign_ins"
    MAILS = "mails"  # which, when, whether it arrived; never what stood in it
    CASES = "cases"
    DOCUMENTS = "documents"  # sent with a request
    TIMELINE = "timeline"


_HELP, _RECORDS, _REVIEWER, _SECURITY, _ADMINISTRATOR = StaffRole
_EVERYBODY = frozenset(StaffRole)
_CLERKS = frozenset({_HELP, _RECORDS, _REVIEWER})
_DECIDING = frozenset({_RECORDS, _REVIEWER})

PERMISSIONS: Mapping[Function, frozenset[StaffRole]] = MappingProxyType(
    {
        Function.SEE_DESK: _EVERYBODY,
        Function.FIND_PERSON: _CLERKS | {_SECURITY},
        Function.SEE_PERSON: _CLERKS | {_SECURITY},
        Function.HELP_ACCOUNT: frozenset({_HELP, _RECORDS}),
        Function.RAISE_EVIDENCE: _DECIDING,
        Function.RELEASE_HOLDING: _DECIDING,
        Function.CORRECT_FACT: frozenset({_RECORDS}),
        Function.REVEAL_SSN: _DECIDING,
        Function.MERGE_RECORDS: frozenset({_RECORDS}),
        Function.SEE_CASES: _CLERKS,
        # The help desk answers people; what changes who holds a record is decided by somebody who did not speak to the thief.
        Function.DECIDE_CASE: _DECIDING,
        Function.DECIDE_RECOVERY: _DECIDING,
        # Whoever prints a letter reads a code that proves a claim: no work for those who answer the telephone.
        Function.POST_LETTERS: _DECIDING,
        Function.IMPORT_RECORDS: frozenset({_RECORDS}),
        Function.EXPORT_LISTS: frozenset({_RECORDS, _SECURITY}),
        Function.SEE_SECURITY: frozenset({_SECURITY}),
        Function.SEE_WEEKLY: _EVERYBODY,
        # Whoever gives roles sees no person with this one: she would need a second role, from another administrator.
        Function.MANAGE_STAFF: frozenset({_ADMINISTRATOR}),
    }
)

ANY_STATE: frozenset[State | None] = frozenset({*State, None})  # None: no account holds the record
# While a claim is frozen or contested, what its account does is an investigation's business, not small talk on the telephone.
_QUIET: frozenset[State | None] = ANY_STATE - {State.FROZEN, State.CONTESTING}

# Which roles see a fact, by the state of the person whom it is about.
FACTS: Mapping[Fact, Mapping[StaffRole, frozenset[State | None]]] = MappingProxyType(
    {
        Fact.NAMES: dict.fromkeys([_HELP, _RECORDS, _REVIEWER, _SECURITY], ANY_STATE),
        Fact.BIRTH_DATE: dict.fromkeys([_HELP, _RECORDS, _REVIEWER], ANY_STATE),
        Fact.SSN_MASKED: dict.fromkeys([_HELP, _RECORDS, _REVIEWER], ANY_STATE),
        Fact.SSN: dict.fromkeys([_RECORDS, _REVIEWER], ANY_STATE),
        Fact.ADDRESSES: dict.fromkeys([_HELP, _RECORDS, _REVIEWER], ANY_STATE),
        Fact.ACCOUNT: dict.fromkeys([_HELP, _RECORDS, _REVIEWER, _SECURITY], ANY_STATE),
        Fact.SIGN_INS: {_HELP: _QUIET, _RECORDS: _QUIET, _REVIEWER: ANY_STATE, _SECURITY: ANY_STATE},
        Fact.MAILS: dict.fromkeys([_HELP, _RECORDS, _REVIEWER], ANY_STATE),
        Fact.CASES: dict.fromkeys([_HELP, _RECORDS, _REVIEWER], ANY_STATE),
        Fact.DOCUMENTS: dict.fromkeys([_RECORDS, _REVIEWER], ANY_STATE),
        Fact.TIMELINE: {_HELP: _QUIET, _RECORDS: ANY_STATE, _REVIEWER: ANY_STATE, _SECURITY: ANY_STATE},
    }
)

# Which roles take a list along. To be on one says something of a person, also without a column that does.
LISTS: Mapping[ExportList, frozenset[StaffRole]] = MappingProxyType(
    {
        ExportList.WITHOUT_ACCOUNT: frozenset({_RECORDS, _SECURITY}),
        ExportList.CLAIMED: frozenset({_RECORDS, _SECURITY}),
        ExportList.OPEN_CASES: frozenset({_RECORDS}),  # about whom there is a case
        ExportList.IMPORTED: frozenset({_RECORDS}),  # what a file did: whoever imports
        ExportList.MAIL_REFUSED: frozenset({_RECORDS}),  # whose mail came back
    }
)


def may(roles: Collection[StaffRole], function: Function) -> bool:
    """Whether somebody with these roles may."""
    return not PERMISSIONS[function].isdisjoint(roles)


def may_take(roles: Collection[StaffRole], which: ExportList) -> bool:
    """Whether somebody with these roles may take this list along."""
    return may(roles, Function.EXPORT_LISTS) and not LISTS[which].isdisjoint(roles)


def may_see(roles: Collection[StaffRole], fact: Fact, state: State | None) -> bool:
    """Whether somebody with these roles sees this of a person in this state."""
    return any(state in FACTS[fact].get(role, frozenset()) for role in roles)


def may_see_of_all(roles: Collection[StaffRole], fact: Fact) -> bool:
    """Whether somebody with these roles sees this whatever state the person is in: for lists of many."""
    return all(may_see(roles, fact, state) for state in ANY_STATE)
