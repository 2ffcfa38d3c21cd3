"""A report on a breach is a look at people like any other: it stands on the log before it is shown."""

from kecs.audit.actions import record
from kecs.audit.transactions import whole
from kecs.config.events import BreachReported


@whole
def note_report(*, scenario: str, tables: int, by: str) -> None:
    """Before the first line is printed."""
    record(event=BreachReported(subject="-", scenario=scenario, tables=tables), by=by)
