"""The log as programs that watch logs read it: a line of JSON a row, under its OWASP name."""

import json
from collections.abc import Iterator

from kecs.audit.events import Event, kinds
from kecs.audit.owasp import level_of
from kecs.audit.queries import Recorded, rows_after

APP = "kecs"


def lines_after(sequence: int) -> Iterator[str]:
    """Every row beyond this number. One of a kind that is gone is told all the same."""
    known = {kind.code: kind for kind in kinds()}
    for number, row in rows_after(sequence):
        yield _line(number, row, known.get(row.code))


def _line(number: int, row: Recorded, kind: type[Event] | None) -> str:
    """Our own code stands for the name where the vocabulary has none."""
    name = kind.told_as(row.keys) if kind else None
    line = {
        "datetime": row.at.isoformat(),
        "appid": APP,
        "event": str(name or row.code),
        "level": str(level_of(name, is_alarm=bool(kind and kind.is_alarm))),
        "sequence": number,
        "code": row.code,
        "by": row.by,
        "subject": row.subject,
        "keys": dict(row.keys),
    }
    return json.dumps(line)
