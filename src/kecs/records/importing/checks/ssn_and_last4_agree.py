"""PURE. Where a row gives both the SSN and its last four, they are the same."""

from collections.abc import Iterable

from kecs.pii.ssn import Last4, SsnError
from kecs.records.importing.rows import Background, Cells, Problem, ssn_of

COLUMN = "ssn_last4"


def check(cells: Cells, _background: Background) -> Iterable[Problem]:
    """One problem when they differ; cells that cannot be read are told by their own checks."""
    full, last = cells.get("ssn", "").strip(), cells.get(COLUMN, "").strip()
    if not full or not last:
        return
    try:
        agree = ssn_of(full).last4 == Last4.parse(last)
    except SsnError:
        return
    if not agree:
        yield Problem(
            column=COLUMN,
            code="ssn_last4_conflict",
            reason="The last four are not the end of the SSN in the same row. Correct one or leave it blank.",
        )
