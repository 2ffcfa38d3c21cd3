"""Looks at two records side by side, on the log before they are shown."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from kecs.audit.actions import record
from kecs.console import events
from kecs.records.person_file.queries import demand_other_record


@transaction.atomic
def look_at_records(*, record_ids: Sequence[UUID], why: str, by: str) -> None:
    """Before the page is shown: `why` is what the page is for. The first is the subject, so that it stands in its timeline.

    Raises OwnRecord for whoever holds or contests either.
    """
    for record_id in record_ids:
        demand_other_record(record_id, by=by)
    first, *others = record_ids
    record(
        event=events.RecordsCompared(
            subject=f"record:{first}", records=tuple(str(each) for each in others), why=why
        ),
        by=by,
    )
