"""PURE. One pass over the whole file before any row is judged: how long it is, and what it says twice.

Called by the import command. It keeps one number per row, so memory grows by some 200 bytes a row.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kecs.pii.ssn import Ssn, SsnError
from kecs.records.importing.parse import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """The number of lines with something on them, and the values that stand on more than one."""

    rows: int
    lines_by_repeated_id: Mapping[str, tuple[int, ...]] = field(repr=False)
    lines_by_repeated_ssn: Mapping[str, tuple[int, ...]] = field(repr=False)


def survey(lines: Iterable[Line]) -> Survey:
    """Look at every line once; unreadable ones only count."""
    rows = 0
    ids, ssns = _Repeated(), _Repeated()
    for line in lines:
        rows += 1
        ids.see(line.cells.get("staff_unique_id", "").strip(), line.number)
        ssns.see(_digits(line.cells.get("ssn", "")), line.number)
    return Survey(rows=rows, lines_by_repeated_id=ids.lines(), lines_by_repeated_ssn=ssns.lines())


def _digits(cell: str) -> str:
    try:
        return Ssn.parse(cell, allow_never_issued=True).digits if cell else ""
    except SsnError:
        return ""


class _Repeated:
    """Values with the first line of each, and all lines of those seen again."""

    def __init__(self) -> None:
        self._first: dict[str, int] = {}
        self._lines: dict[str, list[int]] = {}

    def see(self, value: str, number: int) -> None:
        if not value:
            return
        first = self._first.setdefault(value, number)
        if first != number:
            self._lines.setdefault(value, [first]).append(number)

    def lines(self) -> dict[str, tuple[int, ...]]:
        return {value: tuple(numbers) for value, numbers in self._lines.items()}
