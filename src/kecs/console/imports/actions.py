"""What is on the log of a file's pages besides what records keeps itself."""

from uuid import UUID

from kecs.audit.actions import record
from kecs.audit.transactions import whole
from kecs.console import events


@whole
def note_rejects_taken(*, upload_id: UUID, by: str) -> None:
    """Before the report of rejected rows leaves."""
    record(event=events.RejectsTaken(subject=f"upload:{upload_id}"), by=by)
