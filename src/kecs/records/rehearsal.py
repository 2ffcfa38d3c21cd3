"""Asks the search about rows of a file, as an operator tries the help desk's own cases; `kecs match` calls this.

No limit counts, nothing is stored. What a row is answered is what its person would be answered at the front door.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from time import perf_counter
from typing import TextIO

from kecs.matching.dates import BirthDateError, parse_birth_date
from kecs.matching.decide import Claim, Outcome, decide
from kecs.matching.findings import in_words
from kecs.matching.names import NameRefused, check_name
from kecs.pii.ssn import Last4, SsnError
from kecs.records.models import EducatorRecord
from kecs.records.queries import candidates_for, population
from kecs.records.spreadsheets import safe_cell

NEEDED = ("first_name", "last_name", "birth_date", "ssn_last4")
ADDED = ("outcome", "staff_unique_id", "because", "ms")
REFUSED = "refused"  # the form would have asked again
_ASKED: Mapping[type[Exception], str] = {
    NameRefused: "name",
    BirthDateError: "birth date",
    SsnError: "last 4",
}


class ColumnsMissing(Exception):
    """The file lacks columns; their names are the arguments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one row is answered. `staff_unique_id` is set when a record would be offered."""

    outcome: str
    staff_unique_id: str = ""
    because: str
    ms: float


def answers(source: TextIO, target: TextIO, *, today: date) -> Iterator[Answer]:
    """Read the rows of `source` and write each to `target` with its answer, which is also yielded.

    Raises ColumnsMissing before anything is written. Every other column is carried through.
    """
    rows = csv.DictReader(source, restkey="", restval="")
    columns = [column for column in rows.fieldnames or () if column]
    missing = [column for column in NEEDED if column not in columns]
    if missing:
        raise ColumnsMissing(*missing)
    carried = [column for column in columns if column not in ADDED]
    writer = csv.writer(target)
    writer.writerow(safe_cell(cell) for cell in (*carried, *ADDED))
    for row in rows:
        answer = answer_to(row, today=today)
        cells = [answer.outcome, answer.staff_unique_id, answer.because, f"{answer.ms:.2f}"]
        writer.writerow(safe_cell(cell) for cell in (*(row[column] for column in carried), *cells))
        yield answer


def answer_to(row: Mapping[str, str], *, today: date) -> Answer:
    """The answer to one row; times the reading of what was typed, the probe and the decision."""
    began = perf_counter()
    try:
        claim = Claim(
            first_name=check_name(row["first_name"]),
            last_surname=check_name(row["last_name"]),
            birth_date=parse_birth_date(row["birth_date"], today=today),
            last4=Last4.parse(row["ssn_last4"]).digits,
        )
    except (NameRefused, BirthDateError, SsnError) as refused:
        return Answer(outcome=REFUSED, because=f"{_ASKED[type(refused)]}: {refused.code}", ms=_since(began))
    decision = decide(claim, candidates_for(claim), population=population())
    took = _since(began)
    offered = decision.record_id if decision.outcome is Outcome.ONE else None
    return Answer(
        outcome=decision.outcome.value,
        staff_unique_id=_staff_unique_id(offered) if offered else "",
        because=in_words(decision.because),
        ms=took,
    )


def _since(began: float) -> float:
    return (perf_counter() - began) * 1000


def _staff_unique_id(record_id: str) -> str:
    return EducatorRecord.objects.values_list("staff_unique_id", flat=True).get(pk=record_id)
