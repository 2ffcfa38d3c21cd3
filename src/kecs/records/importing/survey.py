"""PURE. One pass over the whole file before any row is judged: how long it is, and what it says twice.

Called by the import; blocks of the file may be looked through in several processes. Two numbers are kept a row, so
memory grows by some 16 bytes a row, and by some 60 more for a moment at the end.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import groupby
from typing import NamedTuple

from kecs.pii.ssn import Ssn, SsnError
from kecs.records.importing.parse import Line
from kecs.records.importing.rows import Lines

_LINES_NAMED = 5
_SORTED_AT_ONCE = 1_000_000


def fingerprint(staff_unique_id: str) -> int:
    """64 bits of an id. In a file of a million rows, two ids share them once in 40 million files."""
    return int.from_bytes(blake2b(staff_unique_id.encode("utf-8", "replace"), digest_size=8).digest(), "big")


class Looked(NamedTuple):
    """What one block holds: fingerprint or number, and line, of each row that has one."""

    rows: int
    ids: "array[int]"
    id_lines: "array[int]"
    ssns: "array[int]"
    ssn_lines: "array[int]"


def look(lines: Iterable[Line]) -> Looked:
    """Look at every line of a block once; unreadable ones only count."""
    rows, ids, id_lines, ssns, ssn_lines = 0, array("Q"), array("I"), array("I"), array("I")
    for line in lines:
        rows += 1
        staff_unique_id = line.cells.get("staff_unique_id", "").strip()
        if staff_unique_id:
            ids.append(fingerprint(staff_unique_id))
            id_lines.append(line.number)
        digits = _digits(line.cells.get("ssn", ""))
        if digits:
            ssns.append(int(digits))
            ssn_lines.append(line.number)
    return Looked(rows, ids, id_lines, ssns, ssn_lines)


def _digits(cell: str) -> str:
    try:
        return Ssn.parse(cell, allow_never_issued=True).digits if cell else ""
    except SsnError:
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """The values that stand on more than one line, and on which."""

    lines_by_value: Mapping[int, Lines] = field(repr=False)
    lines: Sequence[int] = field(repr=False)  # ascending
    values: Sequence[int] = field(repr=False)  # of those lines

    def among(self, first_line: int, next_line: int) -> dict[int, Lines]:
        """Those that concern the lines from the first up to, but not with, the next."""
        begin, end = bisect_left(self.lines, first_line), bisect_left(self.lines, next_line)
        return {value: self.lines_by_value[value] for value in self.values[begin:end]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """The number of lines with something on them, and what stands on more than one."""

    rows: int
    ids: Repeated
    ssns: Repeated


def survey(looked: Iterable[Looked]) -> Survey:
    """Put together what was seen block by block, in the order of the file."""
    rows, ids, id_lines, ssns, ssn_lines = 0, array("Q"), array("I"), array("I"), array("I")
    for each in looked:
        rows += each.rows
        ids.extend(each.ids)
        id_lines.extend(each.id_lines)
        ssns.extend(each.ssns)
        ssn_lines.extend(each.ssn_lines)
    return Survey(rows=rows, ids=_repeated(ids, id_lines), ssns=_repeated(ssns, ssn_lines))


def _repeated(values: "array[int]", lines: "array[int]") -> Repeated:
    twice = _standing_twice(values)
    if not twice:
        return Repeated(lines_by_value={}, lines=(), values=())
    counts: dict[int, int] = dict.fromkeys(twice, 0)
    named: dict[int, tuple[int, ...]] = dict.fromkeys(twice, ())
    kept_values, kept_lines = array("Q"), array("I")
    for value, line in zip(values, lines, strict=True):
        if value in twice:
            kept_values.append(value)
            kept_lines.append(line)
            counts[value] += 1
            if counts[value] <= _LINES_NAMED:
                named[value] += (line,)
    by_value = {value: Lines(named=named[value], many=counts[value]) for value in twice}
    return Repeated(lines_by_value=by_value, lines=kept_lines, values=kept_values)


def _standing_twice(values: "array[int]") -> set[int]:
    # Sorted part by part, for a sorted list takes five times the room of the array.
    parts = 1 + len(values) // _SORTED_AT_ONCE
    found: set[int] = set()
    for part in range(parts):
        ordered = sorted(value for value in values if value % parts == part) if parts > 1 else sorted(values)
        found.update(value for value, same in groupby(ordered) if next(same) == next(same, None))
    return found
