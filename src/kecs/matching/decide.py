"""Decide whether what a person says about herself is one record on file; called by registration's actions.

`decide` serves the search, where only the last 4 are known; `decide_new` serves Create New Account, where the
full SSN is. Both only judge the candidates that records' queries gathered, and the order of those never
matters. docs/adr/0003-matching-policy.md is the policy; tests/pure/matching/*.csv are its cases.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from kecs.matching.levels import Level, NameLevels, RecordNames, compare_names
from kecs.matching.names import OtherName

__all__ = [
    "Agreement",
    "Candidate",
    "Claim",
    "Decision",
    "NewDecision",
    "NewOutcome",
    "OtherName",
    "Outcome",
    "ReviewReason",
    "decide",
    "decide_new",
    "explain",
]


class Outcome(StrEnum):
    """What a search found."""

    NONE = "none"
    ONE = "one"
    SEVERAL = "several"
    HELD = "held"  # one, and an account holds it already


class NewOutcome(StrEnum):
    """What becomes of somebody who creates a new account with her full SSN."""

    JOIN = "join"  # she is on file after all: her account holds that record
    REVIEW = "review"  # staff must decide; she sees the same page as everybody
    NEW = "new"  # nobody on file comes near: a new record


class ReviewReason(StrEnum):
    """Why staff must decide. Never shown to the person herself."""

    SEVERAL = "several"
    ALREADY_HELD = "already_held"
    DECEASED = "deceased"
    SSN_ON_FILE_OTHER_NAME = "ssn_on_file_other_name"
    NEAR_MATCH = "near_match"


class Agreement(StrEnum):
    """What agreed: the closed vocabulary of `because`. It names attributes and never holds a value."""

    SSN = "ssn"
    BIRTH_DATE = "birth_date"
    LAST4 = "last4"
    FIRST_NAME = "first_name"
    FIRST_NAME_JOINED = "first_name_joined"
    FIRST_NAME_NICKNAME = "first_name_nickname"
    FIRST_NAME_FORMER = "first_name_former"
    FIRST_NAME_PART = "first_name_part"
    FIRST_NAME_MIDDLE = "first_name_middle"
    FIRST_NAME_SWAPPED = "first_name_swapped"
    LAST_SURNAME = "last_surname"
    LAST_SURNAME_JOINED = "last_surname_joined"
    LAST_SURNAME_FORMER = "last_surname_former"
    LAST_SURNAME_PART = "last_surname_part"
    LAST_SURNAME_MIDDLE = "last_surname_middle"
    LAST_SURNAME_SWAPPED = "last_surname_swapped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a person says about herself: names as typed, last 4 as four digits."""

    first_name: str = field(repr=False)
    last_surname: str = field(repr=False)
    birth_date: date = field(repr=False)
    last4: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A record that some index pointed at. An absent birth date or last 4 on the record does not agree.

    `ssn_agrees` is None when either side has no full SSN; in a search it always is.
    """

    record_id: str
    first_name: str = field(repr=False)
    middle_name: str = field(default="", repr=False)
    last_surname: str = field(repr=False)
    generation_code_suffix: str = field(default="", repr=False)
    other_names: tuple[OtherName, ...] = field(default=(), repr=False)
    birth_date_agrees: bool
    last4_agrees: bool
    ssn_agrees: bool | None = None
    held: bool
    deceased: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The answer to a search. `record_id` is set for ONE and HELD; `record_ids` is for staff, sorted."""

    outcome: Outcome
    record_id: str | None = None
    because: tuple[str, ...] = ()
    record_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDecision:
    """The answer at Create New Account. REVIEW alone has a `reason`; `record_id` is set when one is meant."""

    outcome: NewOutcome
    record_id: str | None = None
    because: tuple[str, ...] = ()
    reason: ReviewReason | None = None
    record_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compared:
    candidate: Candidate
    names: NameLevels

    @property
    def all_agree(self) -> bool:
        """The bar of the search: birth date, last 4 and both names."""
        facts_agree = self.candidate.birth_date_agrees and self.candidate.last4_agrees
        return facts_agree and self.names.both_agree


def decide(claim: Claim, candidates: Iterable[Candidate]) -> Decision:
    """Which record, if any, may be offered to the person who typed `claim`."""
    agreeing = [compared for compared in _compare(claim, candidates) if compared.all_agree]
    if not agreeing:
        return Decision(outcome=Outcome.NONE)
    record_ids = _record_ids(agreeing)
    if len(record_ids) > 1:
        # Counted before the deceased are set aside: if the dead and the living look alike, a clerk looks.
        return Decision(outcome=Outcome.SEVERAL, because=_because(agreeing), record_ids=record_ids)
    candidate = agreeing[0].candidate
    if candidate.deceased:
        return Decision(outcome=Outcome.NONE)
    return Decision(
        outcome=Outcome.HELD if candidate.held else Outcome.ONE,
        record_id=candidate.record_id,
        because=_because(agreeing),
        record_ids=record_ids,
    )


def decide_new(claim: Claim, candidates: Iterable[Candidate]) -> NewDecision:
    """Whether a full SSN just typed makes a new person. A record that has that SSN never leads to NEW."""
    compared = _compare(claim, candidates)
    same_ssn = [each for each in compared if each.candidate.ssn_agrees]
    if same_ssn:
        return _decide_same_ssn(same_ssn)
    agreeing = [each for each in compared if each.all_agree]
    if agreeing:
        return _decide_agreeing(agreeing)
    near = [each for each in compared if _is_near(each)]
    if near:
        return _review(ReviewReason.NEAR_MATCH, near)
    return NewDecision(outcome=NewOutcome.NEW)


def _decide_same_ssn(same_ssn: list[_Compared]) -> NewDecision:
    if len(_record_ids(same_ssn)) > 1:
        return _review(ReviewReason.SEVERAL, same_ssn)
    compared = same_ssn[0]
    candidate, names = compared.candidate, compared.names
    if candidate.deceased:
        return _review(ReviewReason.DECEASED, same_ssn)
    # A surname changes with marriage, so birth date and first name may stand in for it. A first name stays.
    if not (names.first_names_agree and (candidate.birth_date_agrees or names.both_agree)):
        return _review(ReviewReason.SSN_ON_FILE_OTHER_NAME, same_ssn)
    if candidate.held:
        return _review(ReviewReason.ALREADY_HELD, same_ssn)
    return NewDecision(
        outcome=NewOutcome.JOIN,
        record_id=candidate.record_id,
        because=_because(same_ssn),
        record_ids=_record_ids(same_ssn),
    )


def _decide_agreeing(agreeing: list[_Compared]) -> NewDecision:
    """All that the search asks for agrees, yet the full SSN is not on file, or another one is."""
    if len(_record_ids(agreeing)) > 1:
        return _review(ReviewReason.SEVERAL, agreeing)
    if agreeing[0].candidate.deceased:
        return _review(ReviewReason.DECEASED, agreeing)
    if agreeing[0].candidate.held:
        return _review(ReviewReason.ALREADY_HELD, agreeing)
    return _review(ReviewReason.NEAR_MATCH, agreeing)


def _is_near(compared: _Compared) -> bool:
    """Close enough that a clerk should look before there are two records of one person."""
    candidate, names = compared.candidate, compared.names
    if names.both_agree:
        return candidate.birth_date_agrees or candidate.last4_agrees
    if candidate.birth_date_agrees and candidate.last4_agrees:
        # Two people do share a birth date and a last 4. When both full SSNs are known and differ, and no
        # name agrees either, that is what they are.
        some_name_agrees = names.first_names_agree or names.last_surnames_agree
        return candidate.ssn_agrees is None or some_name_agrees
    return False


def _compare(claim: Claim, candidates: Iterable[Candidate]) -> list[_Compared]:
    return [
        _Compared(
            candidate=candidate,
            names=compare_names(claim.first_name, claim.last_surname, _names_of(candidate)),
        )
        for candidate in candidates
    ]


def _names_of(candidate: Candidate) -> RecordNames:
    return RecordNames(
        first_name=candidate.first_name,
        middle_name=candidate.middle_name,
        last_surname=candidate.last_surname,
        generation_code_suffix=candidate.generation_code_suffix,
        other_names=candidate.other_names,
    )


def _review(reason: ReviewReason, compared: list[_Compared]) -> NewDecision:
    record_ids = _record_ids(compared)
    return NewDecision(
        outcome=NewOutcome.REVIEW,
        record_id=record_ids[0] if len(record_ids) == 1 else None,
        because=_because(compared),
        reason=reason,
        record_ids=record_ids,
    )


def _record_ids(compared: list[_Compared]) -> tuple[str, ...]:
    """Sorted and once each: one record may have been found through several indexes."""
    return tuple(sorted({each.candidate.record_id for each in compared}))


def _because(compared: list[_Compared]) -> tuple[str, ...]:
    """What agrees in every one of them, in the order of the vocabulary."""
    common = set.intersection(*(_agreements(each) for each in compared))
    return tuple(agreement.value for agreement in Agreement if agreement in common)


def _agreements(compared: _Compared) -> set[Agreement]:
    candidate, names = compared.candidate, compared.names
    found = {
        agreement
        for agreement, agrees in (
            (Agreement.SSN, candidate.ssn_agrees),
            (Agreement.BIRTH_DATE, candidate.birth_date_agrees),
            (Agreement.LAST4, candidate.last4_agrees),
        )
        if agrees
    }
    if names.first_names_agree:
        found.add(_name_agreement(Agreement.FIRST_NAME, names.first_name))
    if names.last_surnames_agree:
        found.add(_name_agreement(Agreement.LAST_SURNAME, names.last_surname))
    return found


def _name_agreement(name: Agreement, level: Level) -> Agreement:
    return name if level is Level.EXACT else Agreement(f"{name}_{level}")


_IN_WORDS = {
    Agreement.SSN: "full SSN",
    Agreement.BIRTH_DATE: "birth date",
    Agreement.LAST4: "last 4",
    Agreement.FIRST_NAME: "first name",
    Agreement.FIRST_NAME_JOINED: "first name (spelled or spaced differently)",
    Agreement.FIRST_NAME_NICKNAME: "first name (nickname)",
    Agreement.FIRST_NAME_FORMER: "first name (former)",
    Agreement.FIRST_NAME_PART: "first name (part of it)",
    Agreement.FIRST_NAME_MIDDLE: "first name (middle name on file)",
    Agreement.FIRST_NAME_SWAPPED: "first name (typed as last name)",
    Agreement.LAST_SURNAME: "last name",
    Agreement.LAST_SURNAME_JOINED: "last name (spelled or spaced differently)",
    Agreement.LAST_SURNAME_FORMER: "last name (former)",
    Agreement.LAST_SURNAME_PART: "last name (part of it)",
    Agreement.LAST_SURNAME_MIDDLE: "last name (middle name on file)",
    Agreement.LAST_SURNAME_SWAPPED: "last name (typed as first name)",
}


_HEADLINES: dict[str, str] = {
    Outcome.NONE: "No record may be offered",
    Outcome.ONE: "One record agrees",
    Outcome.SEVERAL: "Several records agree",
    Outcome.HELD: "One record agrees and an account holds it already",
    NewOutcome.JOIN: "The full SSN is that of one record, which the account joins",
    NewOutcome.NEW: "Nobody on file comes near",
    ReviewReason.SEVERAL: "Several records agree",
    ReviewReason.ALREADY_HELD: "One record agrees and an account holds it already",
    ReviewReason.DECEASED: "The record that agrees is marked deceased",
    ReviewReason.SSN_ON_FILE_OTHER_NAME: "The full SSN is on file under another name",
    ReviewReason.NEAR_MATCH: "A record on file comes near",
}


def explain(decision: Decision | NewDecision) -> str:
    """One line for staff: the outcome and which attributes agreed, no values."""
    reason = decision.reason if isinstance(decision, NewDecision) else None
    headline = _HEADLINES[reason or decision.outcome]
    if not decision.because:
        return f"{headline}."
    return f"{headline}. Agrees: {', '.join(_IN_WORDS[Agreement(word)] for word in decision.because)}."
