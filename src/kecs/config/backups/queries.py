"""Whether a database is fit for use: what must hold of any, and of one that came from a backup above all."""

from collections.abc import Iterator

from django.apps import apps
from django.db import connection
from django.db.models import Count

from kecs.audit.queries import chain_state
from kecs.config.keys.places import places
from kecs.config.keys.queries import indexed_by_key, sealed_by_key
from kecs.pii.fields import the_keyring
from kecs.pii.seal import SealBroken

_SAMPLE = 200  # values of each place that are opened, from both ends


def broken_rules() -> Iterator[str]:
    """What does not hold, in sentences; none where all is well."""
    if (broken := chain_state().broken_at) is not None:
        yield f"The audit log does not hold from row {broken:,} on."
    yield from _keys_that_are_missing()
    yield from _values_that_do_not_open()
    yield from _held_twice()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            if cursor.fetchall() != [("ok",)]:
                yield "SQLite says that the file is damaged."
            cursor.execute("PRAGMA foreign_key_check")
            if cursor.fetchall():
                yield "Rows point at rows that are not there."


def _keys_that_are_missing() -> Iterator[str]:
    there = set(the_keyring().roots)
    for name, counts in (sealed_by_key() | indexed_by_key()).items():
        for key_id in sorted(set(counts) - there):
            yield f"{name}: {counts[key_id]:,} need key {key_id}, which is not in the keyring. Is this the keyring of that time?"


def _values_that_do_not_open() -> Iterator[str]:
    for place in places():
        for order in ("pk", "-pk"):
            rows = (
                place.sealed().filter(beginning__in=place.beginnings(the_keyring().current)).order_by(order)
            )
            for row in rows[:_SAMPLE]:
                try:
                    place.anew(row)
                except SealBroken:
                    yield f"{place.name}: a value does not open. Is this the keyring of that time?"
                    return


def _held_twice() -> Iterator[str]:
    live = apps.get_model("records", "Holding")._base_manager.filter(released_at=None)
    for side, rows in (("record", live.filter(contests=False)), ("account", live)):
        many = rows.order_by().values(side).annotate(many=Count("pk")).filter(many__gt=1).count()
        if many:
            yield f"{many:,} times one {side} has two live holds."
