"""The decision tables, row by row: CSV files that a policy person can edit.

A case may span several rows, one per record on file; its first row says what was typed and what comes of it.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

import pytest

from kecs.matching.dates import BirthDateError, parse_birth_date
from kecs.matching.decide import Candidate, Claim, NewOutcome, Outcome, decide, decide_new
from kecs.matching.explain import explain
from kecs.matching.facts import FactLevel, compare_birth_dates, compare_last4, compare_ssns
from kecs.matching.levels import Level
from kecs.matching.names import NameRefused, OtherName, check_name

TODAY = date(2026, 11, 23)
A_STATE = 300_000  # people on file

Row = dict[str, str]
_PLAIN_QUOTES = str.maketrans("’“”", "'''")


@dataclass(frozen=True, kw_only=True)
class Case:
    """The first row says what was typed and what must come of it; each row may hold one record on file."""

    first: Row
    records: list[Row]

    @property
    def name(self) -> str:
        # In plain letters, which pytest leaves as they are, so that a case can be asked for by its name.
        why = self.first["why"].translate(_PLAIN_QUOTES).encode("ascii", "replace").decode()
        return f"{self.first['case']} {self.first['category']}: {why}"


def cases(file_name: str) -> Iterator[Case]:
    with (Path(__file__).parent / file_name).open(encoding="utf-8", newline="") as file:
        rows = [{column: _spelled_out(text) for column, text in row.items()} for row in csv.DictReader(file)]
    for _number, group in groupby(rows, key=lambda row: row["case"]):
        of_case = list(group)
        on_file = [row for row in of_case if row["first_name"] or row["last_surname"]]
        yield Case(first=of_case[0], records=on_file)


def other_names(text: str) -> tuple[OtherName, ...]:
    pairs = [entry.strip().split("|") for entry in text.split(";") if entry.strip()]
    return tuple(OtherName(first_name=first, last_surname=last) for first, last in pairs)


def _spelled_out(text: str) -> str:
    """Characters that nobody can see stand in the tables as [U+202E]."""
    return re.sub(r"\[U\+([0-9A-F]{4})\]", lambda code: chr(int(code[1], 16)), text)


SEARCHES = list(cases("decisions.csv"))
NEW_ACCOUNTS = list(cases("new_account_decisions.csv"))


def born(text: str) -> date | None:
    return parse_birth_date(text, today=TODAY) if text else None


def claim_of(row: Row, *, last4: str) -> Claim:
    return Claim(
        first_name=check_name(row["typed_first"]),
        last_surname=check_name(row["typed_last"]),
        birth_date=parse_birth_date(row["typed_birth_date"], today=TODAY),
        last4=last4,
    )


def candidate_of(
    row: Row, claim: Claim, *, number: int, last4: str, ssn: FactLevel = FactLevel.ABSENT
) -> Candidate:
    return Candidate(
        record_id=f"record-{number}",
        first_name=row["first_name"],
        middle_name=row["middle_name"],
        last_surname=row["last_surname"],
        generation_code_suffix=row["suffix"],
        other_names=other_names(row["other_names"]),
        birth_date=compare_birth_dates(claim.birth_date, born(row["birth_date"])),
        last4=compare_last4(claim.last4, last4),
        ssn=ssn,
        account_id=f"holder-{number}" if row["held"] == "yes" else None,
        deceased=row["deceased"] == "yes",
    )


@pytest.mark.parametrize("case", SEARCHES, ids=lambda case: case.name)
def test_a_search_ends_as_the_table_says(case: Case) -> None:
    first = case.first
    if first["outcome"] == "refused":
        with pytest.raises((NameRefused, BirthDateError)):
            claim_of(first, last4=first["typed_last4"])
        return
    claim = claim_of(first, last4=first["typed_last4"])
    candidates = [
        candidate_of(row, claim, number=number, last4=row["last4"]) for number, row in enumerate(case.records)
    ]
    decision = decide(claim, candidates, population=A_STATE)
    assert decision.outcome == Outcome(first["outcome"])
    assert decision.record_id == ("record-0" if decision.outcome is Outcome.ONE else None)
    assert decision.account_id == ("holder-0" if decision.outcome is Outcome.HELD else None)
    if decision.outcome is not Outcome.NONE:
        assert set(decision.because) == expected_because(first)
    assert explain(decision).endswith(".")


def expected_because(row: Row) -> set[str]:
    names = {"first_name": row["first_agrees"], "last_surname": row["last_agrees"]}
    words = {
        name if level == Level.EXACT else f"{name}_{level}"
        for name, levels in names.items()
        for level in [levels.removesuffix("+swapped")]
        if level
    }
    swapped = {"names_swapped"} if row["last_agrees"].endswith("+swapped") else set()
    return {"birth_date", "last4", *words, *swapped}


@pytest.mark.parametrize("case", NEW_ACCOUNTS, ids=lambda case: case.name)
def test_a_new_account_ends_as_the_table_says(case: Case) -> None:
    first = case.first
    typed_ssn = first["typed_ssn"].replace("-", "")
    claim = claim_of(first, last4=typed_ssn[-4:])
    candidates = []
    for number, row in enumerate(case.records):
        digits = row["ssn"].replace("-", "")
        ssn = compare_ssns(typed_ssn, digits)
        candidates.append(candidate_of(row, claim, number=number, last4=digits[-4:], ssn=ssn))
    decision = decide_new(claim, candidates, population=A_STATE)
    assert decision.outcome == NewOutcome(first["outcome"])
    assert (decision.reason or "") == first["reason"]
    if decision.outcome == NewOutcome.JOIN:
        assert decision.record_id == "record-0"
        assert "ssn" in decision.because
    if decision.outcome == NewOutcome.NEW:
        assert (decision.record_id, decision.record_ids, decision.because) == (None, (), ())
    assert explain(decision).endswith(".")


def test_the_tables_are_not_empty() -> None:
    assert len(SEARCHES) >= 80
    assert len(NEW_ACCOUNTS) >= 40
