"""The other record is looked up, and two are looked at side by side; on the log before they are shown."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from kecs.audit.actions import record
from kecs.audit.transactions import whole
from kecs.console import events
from kecs.console.actions import begin_search
from kecs.records.finding.typed import Sought
from kecs.records.merging.queries import record_with_number
from kecs.records.person_file.queries import demand_other_record


def find_other_record(*, number: str, by: str) -> UUID | None:
    """The record that a number leads to, counted and on the log as any search for a person. Raises TooManySearches."""
    begin_search(by=by)
    found = record_with_number(number)
    event = events.PeopleSought(
        subject="-",
        kind=Sought.NUMBER.value,
        shown=1 if found else 0,
        more=False,
        records=(str(found),) if found else (),
        accounts=(),
    )
    with transaction.atomic():
        record(event=event, by=by)
    return found


@whole
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
