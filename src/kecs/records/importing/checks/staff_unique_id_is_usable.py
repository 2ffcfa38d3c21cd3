"""PURE. A record's id can be read aloud and typed: plain letters, digits and a few marks, no more than 32."""

import re
from collections.abc import Iterable

from kecs.records.importing.rows import Background, Cells, Problem

COLUMN = "staff_unique_id"
_USABLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,31}")


def check(cells: Cells, _background: Background) -> Iterable[Problem]:
    """One problem when the id has other signs or is too long."""
    staff_unique_id = cells.get(COLUMN, "").strip()
    if staff_unique_id and not _USABLE.fullmatch(staff_unique_id):
        yield Problem(
            column=COLUMN,
            code="id_unusable",
            reason="The staff_unique_id may have up to 32 letters, digits, dots, hyphens, slashes and underscores, "
            "and starts with a letter or digit.",
        )
