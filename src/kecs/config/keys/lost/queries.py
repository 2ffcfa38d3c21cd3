"""What a lost key sealed and indexed; `kecs keys lost` shows it."""

from collections import Counter
from collections.abc import Iterator
from uuid import UUID

from django.apps import apps

from kecs.config.keys.queries import indexed_by_key, sealed_by_key


def under_lost_key(key_id: int) -> Counter[str]:
    """For each place and table of digests, how many of its values need this key; without those that need none."""
    tables = sealed_by_key() | indexed_by_key()
    return Counter({name: counts[key_id] for name, counts in tables.items() if counts[key_id]})


def pages_of_records(at_once: int) -> Iterator[list[UUID]]:
    """The ids of all records, so many at a time."""
    rows = apps.get_model("records", "EducatorRecord")._base_manager.order_by("pk")
    after = UUID(int=0)
    while page := list(rows.filter(pk__gt=after).values_list("pk", flat=True)[:at_once]):
        yield page
        after = page[-1]
