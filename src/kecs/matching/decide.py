"""Decide whether what a person says about herself is one record on file; called by registration's actions.

`decide` serves the search, where only the last 4 are known; `decide_new` serves Create New Account, where the
full SSN is. Both only judge the candidates that records' queries gathered, and the order of those never
matters. docs/adr/0010-evidence-in-bits.md is the policy; tests/pure/matching/*.csv are its cases.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from kecs.matching.evidence import Prices, bits_of_facts, bits_of_names, price, threshold
from kecs.matching.facts import FactLevel
from kecs.matching.findings import Finding, findings_of
from kecs.matching.levels import Level, NameLevels, RecordNames, compare_names
from kecs.matching.names import OtherName

__all__ = [
    "Candidate",
    "Claim",
    "Decision",
    "FactLevel",
    "NewDecision",
    "NewOutcome",
    "OtherName",
    "Outcome",
    "ReviewReason",
    "decide",
    "decide_new",
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a person says about herself: names as typed, last 4 as four digits."""

    first_name: str = field(repr=False)
    last_surname: str = field(repr=False)
    birth_date: date = field(repr=False)
    last4: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody that the index pointed at: a record or, without `record_id`, an account that waits for one.

    `ssn` is ABSENT when either side has no full SSN; in a search it always is.
    """

    record_id: str | None
    account_id: str | None = None  # who holds the record, or waits
    stated_at: datetime | None = None  # since when she waits
    first_name: str = field(repr=False)
    middle_name: str = field(default="", repr=False)
    last_surname: str = field(repr=False)
    generation_code_suffix: str = field(default="", repr=False)
    other_names: tuple[OtherName, ...] = field(default=(), repr=False)
    birth_date: FactLevel
    last4: FactLevel
    ssn: FactLevel = FactLevel.ABSENT
    deceased: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The answer to a search. `record_id` is set for ONE, `account_id` for HELD, `record_ids` is for staff, sorted.

    `because` names what agrees and what differs in every record that counted, or for NONE in the closest one that was
    looked at, if any; `bits` is the evidence for the best.
    """

    outcome: Outcome
    record_id: str | None = None
    account_id: str | None = None
    because: tuple[str, ...] = ()
    record_ids: tuple[str, ...] = ()
    bits: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDecision:
    """The answer at Create New Account. REVIEW alone has a `reason`; `record_id` is set when one is meant.

    `account_id` is the other account of a REVIEW: it holds the record, or waits for one.
    """

    outcome: NewOutcome
    record_id: str | None = None
    account_id: str | None = None
    because: tuple[str, ...] = ()
    reason: ReviewReason | None = None
    record_ids: tuple[str, ...] = ()
    bits: float | None = None

    def for_staff(self) -> "NewDecision":
        """The same where no record may be joined unseen: staff look at what would have been joined."""
        if self.outcome is not NewOutcome.JOIN:
            return self
        return replace(self, outcome=NewOutcome.REVIEW, reason=ReviewReason.NEAR_MATCH)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compared:
    candidate: Candidate
    names: NameLevels
    bits: float

    @property
    def person(self) -> str:
        """The record, or the account that waits for one."""
        return self.candidate.record_id or f"account:{self.candidate.account_id}"

    @property
    def all_exact(self) -> bool:
        """All four facts as on file."""
        same = {Level.EXACT, Level.JOINED}
        return {self.names.first_name, self.names.last_surname} <= same and not self.names.swapped

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What agrees and what differs, in words."""
        candidate = self.candidate
        return findings_of(
            names=self.names, birth_date=candidate.birth_date, last4=candidate.last4, ssn=candidate.ssn
        )


def decide(claim: Claim, candidates: Iterable[Candidate], *, population: int) -> Decision:
    """Which record, if any, may be offered to the person who typed `claim`, among `population` people on file."""
    compared = _compare(claim, candidates)
    agreeing = [each for each in compared if _may_be_offered(each, population=population)]
    agreeing = _records_or_who_waits(agreeing)
    if not agreeing:
        closest = sorted(compared, key=lambda each: (-each.bits, each.person))[:1]
        return Decision(outcome=Outcome.NONE, because=_because(closest), bits=_most_bits(closest))
    because, record_ids, bits = _because(agreeing), _record_ids(agreeing), _most_bits(agreeing)
    if len({each.person for each in agreeing}) > 1:
        # Counted before the deceased are set aside: if the dead and the living look alike, a clerk looks.
        return Decision(outcome=Outcome.SEVERAL, because=because, record_ids=record_ids, bits=bits)
    if any(each.candidate.deceased for each in agreeing):
        return Decision(outcome=Outcome.NONE, because=because, bits=bits)
    account_id = _account_id(agreeing)
    return Decision(
        outcome=Outcome.HELD if account_id else Outcome.ONE,
        record_id=None if account_id else record_ids[0],
        account_id=account_id,
        because=because,
        record_ids=record_ids,
        bits=bits,
    )


def _may_be_offered(compared: _Compared, *, population: int) -> bool:
    """Birth date and last 4 as on file, first names that agree, and enough evidence that it is not a stranger's."""
    candidate = compared.candidate
    facts_agree = candidate.birth_date is FactLevel.EXACT and candidate.last4 is FactLevel.EXACT
    names = compared.names
    if not facts_agree or not names.first_names_agree or names.generations_differ:
        return False
    return compared.all_exact or compared.bits >= threshold("offer", population=population)


def decide_new(claim: Claim, candidates: Iterable[Candidate], *, population: int) -> NewDecision:
    """Whether a full SSN just typed makes a new person. Who has that SSN already never leads to NEW."""
    compared = _compare(claim, candidates)
    same_ssn = _records_or_who_waits(each for each in compared if each.candidate.ssn is FactLevel.EXACT)
    if same_ssn:
        return _decide_same_ssn(same_ssn, population=population)
    near_enough = threshold("near", population=population)
    near = _records_or_who_waits(each for each in compared if each.bits >= near_enough)
    if not near:
        return NewDecision(outcome=NewOutcome.NEW)
    offered = [each for each in near if _may_be_offered(each, population=population)]
    return _review(_why_near(offered), offered or near)


def _records_or_who_waits(compared: Iterable[_Compared]) -> list[_Compared]:
    """The records or, where there is none, the account that has waited longest: it speaks for the others.

    So nobody can wait in the way of a record's owner, and a second account of a person does not hide the first.
    """
    found = list(compared)
    waiting = sorted(
        (each for each in found if not each.candidate.record_id),
        key=lambda each: (str(each.candidate.stated_at or ""), each.person),
    )
    return [each for each in found if each.candidate.record_id] or waiting[:1]


def _decide_same_ssn(same_ssn: list[_Compared], *, population: int) -> NewDecision:
    if len({each.person for each in same_ssn}) > 1:
        return _review(ReviewReason.SEVERAL, same_ssn)
    compared = same_ssn[0]
    if any(each.candidate.deceased for each in same_ssn):
        return _review(ReviewReason.DECEASED, same_ssn)
    if not any(_may_join(each, population=population) for each in same_ssn):
        return _review(ReviewReason.SSN_ON_FILE_OTHER_NAME, same_ssn)
    if _account_id(same_ssn) or not compared.candidate.record_id:
        return _review(ReviewReason.ALREADY_HELD, same_ssn)
    return NewDecision(
        outcome=NewOutcome.JOIN,
        record_id=compared.candidate.record_id,
        because=_because(same_ssn),
        record_ids=_record_ids(same_ssn),
        bits=_most_bits(same_ssn),
    )


def _may_join(compared: _Compared, *, population: int) -> bool:
    """With her full SSN. A surname changes and a birth date is mistyped, but not both at once; a first name stays."""
    far = {FactLevel.ABSENT, FactLevel.DIFFERS}
    another = compared.candidate.birth_date in far and not compared.names.last_surnames_agree
    enough = compared.bits >= threshold("step_up", population=population)
    return compared.names.first_names_agree and not another and enough


def _why_near(offered: list[_Compared]) -> ReviewReason:
    """All that the search asks for agrees, yet the full SSN is not on file, or another one is."""
    if len({each.person for each in offered}) > 1:
        return ReviewReason.SEVERAL
    if any(each.candidate.deceased for each in offered):
        return ReviewReason.DECEASED
    return ReviewReason.ALREADY_HELD if _account_id(offered) else ReviewReason.NEAR_MATCH


def _compare(claim: Claim, candidates: Iterable[Candidate]) -> list[_Compared]:
    # Before any candidate is looked at, and whether there is one or not: a price must not tell who is on file.
    prices = price(claim.first_name, claim.last_surname)
    return [_compared(claim, candidate, prices) for candidate in candidates]


def _compared(claim: Claim, candidate: Candidate, prices: Prices) -> _Compared:
    names = RecordNames(
        first_name=candidate.first_name,
        middle_name=candidate.middle_name,
        last_surname=candidate.last_surname,
        generation_code_suffix=candidate.generation_code_suffix,
        other_names=candidate.other_names,
    )
    facts = bits_of_facts(birth_date=candidate.birth_date, last4=candidate.last4, ssn=candidate.ssn)
    readings = compare_names(claim.first_name, claim.last_surname, names)
    best = max(readings, key=lambda levels: bits_of_names(levels, prices))  # of two alike, the one as typed
    return _Compared(candidate=candidate, names=best, bits=facts + bits_of_names(best, prices))


def _review(reason: ReviewReason, compared: list[_Compared]) -> NewDecision:
    record_ids = _record_ids(compared)
    return NewDecision(
        outcome=NewOutcome.REVIEW,
        record_id=record_ids[0] if len(record_ids) == 1 else None,
        account_id=_account_id(compared),
        because=_because(compared),
        reason=reason,
        record_ids=record_ids,
        bits=_most_bits(compared),
    )


def _record_ids(compared: list[_Compared]) -> tuple[str, ...]:
    """Sorted and once each: one record may have been found through several indexes."""
    return tuple(sorted({each.candidate.record_id for each in compared if each.candidate.record_id}))


def _account_id(compared: list[_Compared]) -> str | None:
    """Who holds it, or waits."""
    return min((each.candidate.account_id for each in compared if each.candidate.account_id), default=None)


def _most_bits(compared: list[_Compared]) -> float | None:
    return round(max(each.bits for each in compared), 1) if compared else None


def _because(compared: list[_Compared]) -> tuple[str, ...]:
    """What is found in every one of them, in the order of the vocabulary."""
    if not compared:
        return ()
    first, *others = [each.findings for each in compared]
    return tuple(finding.value for finding in first if all(finding in other for other in others))
