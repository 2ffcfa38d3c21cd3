"""PURE. What a row of a file has to say that was not said before under the same number, for records that came of a merge.

The file goes on to list both numbers, with the facts that staff looked at when they merged. What staff have decided
about is no news; only what is otherwise since then is. Called by prepare.
"""

import json
from dataclasses import replace
from datetime import date
from typing import Any

from kecs.matching.names import OtherName
from kecs.records.importing.rows import ImportRow, OnFile

_TEXTS = ("first_name", "middle_name", "last_surname", "generation_code_suffix", "email")


def only_news(row: ImportRow, *, told: OnFile) -> ImportRow:
    """The row, blank where it repeats what was told under its number."""
    repeated = {name: "" for name in _TEXTS if getattr(row, name) == getattr(told, name)}
    return replace(
        row,
        **repeated,
        other_names=tuple(name for name in row.other_names if name not in told.other_names),
        birth_date=None if row.birth_date == told.birth_date else row.birth_date,
        ssn="" if row.ssn and told.ssn.endswith(row.ssn) else row.ssn,
        deceased=None if row.deceased == told.deceased else row.deceased,
    )


def told_after(row: ImportRow, *, told: OnFile) -> OnFile:
    """What has been told under this number once the row is read; a blank cell says nothing."""
    texts = {name: getattr(row, name) or getattr(told, name) for name in _TEXTS}
    keeps_ssn = not row.ssn or told.ssn.endswith(row.ssn)
    return OnFile(
        **texts,
        other_names=told.other_names | frozenset(row.other_names),
        birth_date=row.birth_date or told.birth_date,
        ssn=told.ssn if keeps_ssn else row.ssn,
        deceased=told.deceased if row.deceased is None else row.deceased,
    )


def facts_of(on_file: OnFile) -> dict[str, Any]:
    """What a record holds, or was told, as JSON."""
    names = sorted([name.first_name, name.last_surname] for name in on_file.other_names)
    born = on_file.birth_date.isoformat() if on_file.birth_date else None
    rest = {name: getattr(on_file, name) for name in (*_TEXTS, "ssn", "deceased")}
    return {**rest, "birth_date": born, "other_names": names}


def as_told(on_file: OnFile) -> str:
    """The text that is sealed."""
    return json.dumps(facts_of(on_file))


def told_from(text: str) -> OnFile:
    """What as_told wrote."""
    facts = json.loads(text)
    born = facts.pop("birth_date")
    names = facts.pop("other_names")
    return OnFile(
        birth_date=date.fromisoformat(born) if born else None,
        other_names=frozenset(OtherName(first_name=first, last_surname=last) for first, last in names),
        **facts,
    )
