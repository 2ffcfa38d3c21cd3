"""Let a person be searched for again whose tries are used up."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from kecs.audit.actions import recorded_together
from kecs.audit.transactions import tried_again
from kecs.guard.actions import clear
from kecs.guard.queries import used
from kecs.registration.help_desk.queries import counters_of


@tried_again
def clear_search_misses(*, names: Iterable[tuple[str, str]], born: date, by: str) -> int:
    """Set the counters of these names with this birth date back to nothing; how many misses there were.

    In one order, as those who count take them, so that no two wait for each other.
    """
    misses = 0
    with transaction.atomic(), recorded_together():
        for limit, subject in counters_of(names, born):
            counted = used(limit, subject)
            if counted:
                clear(limit=limit, subject=subject, by=by)
                misses += counted
    return misses
