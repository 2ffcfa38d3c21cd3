"""PURE. A contact e-mail has the shape of an address, so that mail to it can be tried."""

import re
from collections.abc import Iterable

from kecs.records.importing.rows import Background, Cells, Problem

COLUMN = "email"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(
    rf"[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+)*@(?:{_LABEL}\.)+{_LABEL}"
)
_LONGEST_LOCAL_PART = 64


def check(cells: Cells, _background: Background) -> Iterable[Problem]:
    """One problem when the cell is not blank and not an address."""
    cell = cells.get(COLUMN, "").strip()
    if cell and not (_ADDRESS.fullmatch(cell) and cell.index("@") <= _LONGEST_LOCAL_PART):
        yield Problem(
            column=COLUMN,
            code="email_shape",
            reason="This is not an e-mail address like name@example.org. Correct it or leave the cell blank.",
        )
