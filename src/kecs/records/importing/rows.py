"""PURE. The values that parse, checks, plan and apply hand to one another. Nothing here prints personal data."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from kecs.matching.dates import read_birth_date
from kecs.matching.names import OtherName, check_name
from kecs.pii.ssn import Last4, Ssn

Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a row is rejected: the column (blank for the whole line), a stable code, one plain sentence.

    The sentence never repeats an SSN or a birth date.
    """

    column: str
    code: str
    reason: str


class Lines(NamedTuple):
    """The numbers of the lines on which a value stands: the first few, and how many there are."""

    named: tuple[int, ...]
    many: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What a check has to know besides the row: the day, the rules of the installation, the rest of the file."""

    today: date
    allow_never_issued: bool
    # What stands on more than one line: ids by their fingerprint (survey.py), SSNs as numbers.
    lines_by_repeated_id: Mapping[int, Lines] = field(default_factory=dict, repr=False)
    lines_by_repeated_ssn: Mapping[int, Lines] = field(default_factory=dict, repr=False)


Check = Callable[[Cells, Background], Iterable[Problem]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """A row that passed every check. Blank or None: the file says nothing about it."""

    staff_unique_id: str
    first_name: str = field(default="", repr=False)
    middle_name: str = field(default="", repr=False)
    last_surname: str = field(default="", repr=False)
    generation_code_suffix: str = field(default="", repr=False)
    other_names: tuple[OtherName, ...] = field(default=(), repr=False)
    birth_date: date | None = field(default=None, repr=False)
    ssn: str = field(default="", repr=False)  # nine digits, or the last four, or blank
    email: str = field(default="", repr=False)
    deceased: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnFile:
    """What the record with that id holds now."""

    first_name: str = field(default="", repr=False)
    middle_name: str = field(default="", repr=False)
    last_surname: str = field(default="", repr=False)
    generation_code_suffix: str = field(default="", repr=False)
    other_names: frozenset[OtherName] = field(default=frozenset(), repr=False)
    birth_date: date | None = field(default=None, repr=False)
    ssn: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    deceased: bool = False


def on_lines(lines: Lines) -> str:
    """ "on lines 3, 8" for a sentence; a long list is cut short."""
    named = ", ".join(str(number) for number in lines.named)
    rest = lines.many - len(lines.named)
    return f"on lines {named} and {rest} more" if rest > 0 else f"on lines {named}"


def other_name_halves(cell: str) -> list[list[str]]:
    """The halves of each entry of `First|Last; First|Last` that is not blank, as written."""
    return [[half.strip() for half in entry.split("|")] for entry in cell.split(";") if entry.strip()]


# Names and dates come again and again in a file, and each is read by a check and once more for its row.
SEEN = 16_384


@lru_cache(maxsize=SEEN)
def name_of(cell: str) -> str:
    """A name as it is kept; raises NameRefused."""
    return check_name(cell)


@lru_cache(maxsize=32_768)  # ninety years of days
def birth_date_of(cell: str, today: date) -> date:
    """A birth date; raises BirthDateError."""
    return read_birth_date(cell, today=today)


@lru_cache(maxsize=16)
def ssn_of(cell: str, *, allow_never_issued: bool = True) -> Ssn:
    """A full SSN; raises SsnError. Several checks look at the one of a row."""
    return Ssn.parse(cell, allow_never_issued=allow_never_issued)


def row_of(cells: Cells, *, today: date) -> ImportRow:
    """The values of a row in which the checks found no problem; raises ValueError for one that was not checked."""

    def cell(column: str) -> str:
        return cells.get(column, "").strip()

    def name(text: str) -> str:
        return name_of(text) if text else ""

    born = cell("birth_date")
    full, last4 = cell("ssn"), cell("ssn_last4")
    # The checks have judged whether it could be issued; here it is only read.
    ssn = ssn_of(full).digits if full else ""
    return ImportRow(
        staff_unique_id=cell("staff_unique_id"),
        first_name=name(cell("first_name")),
        middle_name=name(cell("middle_name")),
        last_surname=name(cell("last_surname")),
        generation_code_suffix=cell("generation_code_suffix"),
        other_names=tuple(
            OtherName(first_name=name(first), last_surname=name(last))
            for first, last in other_name_halves(cells.get("other_names", ""))
        ),
        birth_date=birth_date_of(born, today) if born else None,
        ssn=ssn or (Last4.parse(last4).digits if last4 else ""),
        email=cell("email"),
        deceased={"": None, "true": True, "false": False}[cell("deceased").casefold()],
    )
