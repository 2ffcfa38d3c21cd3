"""What each system does for one person who comes: this system, and the rules that are as simple as it. Called by matching.py.

A judge sees who was found under the product's keys (onfile.Found): every record with the typed birth date and last 4, and, when
a new account is settled, every record near enough to be found at all. peers.py has those that learn.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from nicknames import name_triplets

from benchmarks.corruptions import Typed
from benchmarks.onfile import Found, Record, candidate_of, claim_of, new_claim_of
from kecs.matching.decide import NewOutcome, Outcome, decide, decide_new
from kecs.matching.names import fold


class Stage(StrEnum):
    """How far somebody comes."""

    OFFERED = "found"  # a record is offered at once
    JOINED = "step-up"  # found with the full SSN
    HELD = "held"  # staff decide
    NEW = "new"  # a new record: a duplicate, if she had one


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The end of one visit; for HELD the records that staff see."""

    stage: Stage
    record_ids: tuple[str, ...] = ()


Judge = Callable[[Typed, Found], Verdict]
NEW = Verdict(stage=Stage.NEW)


def this_system(population: int) -> Judge:
    """The product's own decisions, one after the other, as its pages and its settling command take them."""

    def judge(typed: Typed, found: Found) -> Verdict:
        claim = claim_of(typed)
        first = decide(
            claim, [candidate_of(each, claim, ssn=None) for each in found.search], population=population
        )
        if first.outcome is Outcome.ONE and first.record_id:
            return Verdict(stage=Stage.OFFERED, record_ids=(first.record_id,))
        claim = new_claim_of(typed)
        for people in (found.new, found.settled):
            new = decide_new(
                claim,
                [candidate_of(each, claim, ssn=typed.ssn) for each in people],
                population=population,
            )
            if new.outcome is NewOutcome.JOIN:
                return Verdict(stage=Stage.JOINED, record_ids=new.record_ids)
            if new.outcome is NewOutcome.REVIEW:
                return Verdict(stage=Stage.HELD, record_ids=new.record_ids)
        return NEW

    return judge


def exact(typed: Typed, found: Found) -> Verdict:
    """The four facts as on file, but for case and spaces around: one statement of SQL, and no second question."""
    return _only(
        record
        for record in _right_numbers(typed, found)
        if record.first_name.casefold() == typed.first_name.strip().casefold()
        and record.last_surname.casefold() == typed.last_surname.strip().casefold()
    )


def folded(typed: Typed, found: Found) -> Verdict:
    """The same after the product's folding: accents, apostrophes, hyphens, spaces, suffixes."""
    return _only(
        record
        for record in _right_numbers(typed, found)
        if fold(record.first_name).spellings & fold(typed.first_name).spellings
        and fold(record.last_surname).spellings & fold(typed.last_surname).spellings
    )


def _right_numbers(typed: Typed, found: Found) -> Iterable[Record]:
    return (
        record
        for record in found.search
        if record.birth_date == typed.birth_date and record.ssn[-4:] == typed.last4
    )


def _only(records: Iterable[Record]) -> Verdict:
    ids = {record.id for record in records}
    return Verdict(stage=Stage.OFFERED, record_ids=tuple(ids)) if len(ids) == 1 else NEW


# --- The Department for Education's rule -------------------------------------------------------------------------


def department(typed: Typed, found: Found) -> Verdict:
    """The rule of England's Teaching Record System (DFE-Digital/teaching-record-system, OneLoginService), on these facts.

    There: a record is suggested if a word of the surname and the birth date agree, or an identifier does. It is taken if it
    is the only one suggested and a word of the first name (or a synonym), a word of the surname, the birth date and an
    identifier all agree. Words are compared with all words of all names on file, former ones included, in any case. Every
    other suggestion goes to staff. Here: in the search the identifier is the last 4, which suggests nobody by itself, for a
    thousand share it; with the new account it is the full SSN. The synonyms are those of the package `nicknames`.
    """
    suggested = [record for record in found.settled if _surname_and_birth(typed, record)]
    if len(suggested) == 1 and _first_name(typed, suggested[0]) and suggested[0].ssn[-4:] == typed.last4:
        return Verdict(stage=Stage.OFFERED, record_ids=(suggested[0].id,))
    same_ssn = [record for record in found.settled if record.ssn == typed.ssn]
    suggested = list({record.id: record for record in (*suggested, *same_ssn)}.values())
    if not suggested:
        return NEW
    (only, *others) = suggested
    agrees = _first_name(typed, only) and _surname_and_birth(typed, only) and only.ssn == typed.ssn
    stage = Stage.JOINED if agrees and not others else Stage.HELD
    return Verdict(stage=stage, record_ids=tuple(record.id for record in suggested))


def _surname_and_birth(typed: Typed, record: Record) -> bool:
    return record.birth_date == typed.birth_date and bool(_words(typed.last_surname) & _all_words(record))


def _first_name(typed: Typed, record: Record) -> bool:
    words = _words(typed.first_name)
    synonyms = {synonym for word in words for synonym in _synonyms().get(word, ())}
    return bool((words | synonyms) & _all_words(record))


def _words(name: str) -> set[str]:
    return {word for word in re.split(r"[\s-]+", name.casefold()) if word}


def _all_words(record: Record) -> set[str]:
    names = (record.first_name, record.middle_name, record.last_surname, record.former_surname)
    return {word for name in names for word in _words(name)}


@cache
def _synonyms() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in name_triplets():
        found.setdefault(row.name1, set()).add(row.name2)
        found.setdefault(row.name2, set()).add(row.name1)
    return found
