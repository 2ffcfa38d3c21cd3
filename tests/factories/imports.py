"""Importing in the words of the command line, and what the tables hold afterwards."""

import io
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection

import kecs.records
from kecs.audit.models import AuditEvent
from kecs.matching.decide import Claim, Outcome, decide
from kecs.records.models import (
    EducatorRecord,
    Holding,
    IdentityKey,
    OtherName,
)
from kecs.records.queries import candidates_for

DEMO_TOWN = Path(kecs.records.__file__).parent / "demo_town.csv"
HEADER = "staff_unique_id,first_name,last_surname,other_names,birth_date,ssn,email,deceased"
MARIA = "7,Maria,Lopez,,1985-03-14,900-12-4821,maria@example.org,false"


class Ran:
    """What one run printed and how it ended."""

    def __init__(self, *arguments: str) -> None:
        out, err = io.StringIO(), io.StringIO()
        self.status: int | None = 0
        try:
            call_command("import_records", *arguments, stdout=out, stderr=err)
        except SystemExit as stopped:
            self.status = stopped.code  # type: ignore[assignment]
        self.counts = {
            line.rsplit(maxsplit=1)[0].strip(): int(line.rsplit(maxsplit=1)[1].replace(",", ""))
            for line in out.getvalue().splitlines()
            if line and line[-1].isdigit()
        }
        self.out, self.err = out.getvalue(), err.getvalue()


def tables() -> dict[str, list[tuple[Any, ...]]]:
    """The whole content of every table that an import may touch."""
    contents = {}
    for model in (EducatorRecord, OtherName, IdentityKey, AuditEvent, Holding):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {model._meta.db_table}")  # noqa: S608 - our own table names
            contents[model.__name__] = sorted(map(repr, cursor.fetchall()))
    return contents  # type: ignore[return-value]


def found(
    first: str, last: str, *, born: str = "1985-03-14", last4: str = "4821"
) -> tuple[Outcome, str | None]:
    claim = Claim(first_name=first, last_surname=last, birth_date=date.fromisoformat(born), last4=last4)
    decision = decide(claim, candidates_for(claim), population=300_000)
    if decision.outcome in {Outcome.NONE, Outcome.SEVERAL}:
        return decision.outcome, None
    (record_id,) = decision.record_ids
    return decision.outcome, EducatorRecord.objects.get(pk=record_id).staff_unique_id
