"""Looks at two records side by side, on the log before they are shown."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from kecs.audit.actions import record
from kecs.console import events


@transaction.atomic
def look_at_records(*, record_ids: Sequence[UUID], why: str, by: str) -> None:
    """Before the page is shown: `why` is what the page is for. The first is the subject, so that it stands in its timeline."""
    first, *others = record_ids
    record(
        event=events.RecordsCompared(
            subject=f"record:{first}", records=tuple(str(each) for each in others), why=why
        ),
        by=by,
    )
