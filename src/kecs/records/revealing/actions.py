"""Open the whole number of a record; the line in the log stands before it leaves here."""

from uuid import UUID

from kecs.audit.actions import record as record_event
from kecs.audit.transactions import whole
from kecs.pii.fields import unseal_from
from kecs.records import events
from kecs.records.models import EducatorRecord
from kecs.records.person_file.queries import demand_other_record
from kecs.records.revealing.reasons import RevealReason, is_ticket


class NoWholeNumber(Exception):
    """No number is on file, or its last four digits only, which the page shows anyway."""


@whole
def open_ssn(*, record_id: UUID, reason: RevealReason, ticket: str, by: str) -> str:
    """The nine digits, with hyphens. The console asks who may, and counts. Raises NoWholeNumber, OwnRecord."""
    if not is_ticket(ticket):
        raise ValueError("no ticket")
    demand_other_record(record_id, by=by)
    record = EducatorRecord.objects.get(pk=record_id)
    number = unseal_from(record, "ssn_sealed") or ""
    if len(number) != 9:
        raise NoWholeNumber
    record_event(
        event=events.SsnRevealed(subject=f"record:{record_id}", reason=reason.value, ticket=ticket), by=by
    )
    return f"{number[:3]}-{number[3:5]}-{number[5:]}"
