"""Which key seals and indexes what, and what stands in the way of retiring one; `kecs keys` shows it."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.apps import apps
from django.db.models import Count

from kecs.assurance.queries import codes_made_before
from kecs.audit.actions import CHAIN
from kecs.audit.anchors import ANCHOR
from kecs.audit.queries import newest_of
from kecs.config.events import KeyInUse, ValuesResealed
from kecs.config.keys.places import places
from kecs.guard.limits import RULES
from kecs.guard.queries import database_clock
from kecs.pii.fields import the_keyring
from kecs.records.uploads.sealed_files import files_under

# What ends by itself and is not sealed anew: an import can be undone for a day, a session lasts half of one.
REST = timedelta(hours=24)
_INDEXES = ("IdentityKey", "LinkageKey")


def sealed_by_key() -> dict[str, Counter[int]]:
    """For each place, how many values each key sealed."""
    found: dict[str, Counter[int]] = {}
    for place in places():
        counts: Counter[int] = Counter()
        grouped = place.sealed().order_by().values("beginning").annotate(many=Count("pk"))
        for beginning, many in grouped.values_list("beginning", "many"):
            counts[place.key_of(beginning)] += many
        found[place.name] = counts
    return found


def indexed_by_key() -> dict[str, Counter[int]]:
    """For each table of digests by which people are found, how many rows each key made."""
    found = {}
    for name in _INDEXES:
        model = apps.get_model("records", name)
        # Not "pk": one of the two has a key of two columns.
        grouped = model._base_manager.order_by().values("key_id").annotate(many=Count("digest"))
        found[model._meta.db_table] = Counter(dict(grouped.values_list("key_id", "many")))
    return found


def left_to_do() -> int:
    """How many values and digests are not under the current key."""
    current = the_keyring().current
    tables = [*sealed_by_key().values(), *indexed_by_key().values()]
    return sum(many for counts in tables for key_id, many in counts.items() if key_id != current)


def standing_purposes() -> list[str]:
    """What stands on the first root for good: the audit log, and what is counted."""
    return [CHAIN, ANCHOR, *(f"index/limit:{limit}" for limit in RULES)]


def in_the_way(key_id: int, *, at_once: bool = False) -> Iterator[str]:
    """What forbids that this key is retired, in sentences; none where nothing does. `at_once` leaves out what only ends sooner."""
    keyring = the_keyring()
    if key_id not in keyring.roots:
        yield f"Key {key_id} is not in the keyring."
        return
    if key_id == keyring.current:
        yield f"Key {key_id} is the current one. Run: kecs keys rotate"
        return
    if key_id > keyring.current:
        yield f"Key {key_id} is newer than the current one: it was added to be used. Run: kecs keys rotate"
    for name, counts in (sealed_by_key() | indexed_by_key()).items():
        if counts[key_id]:
            yield f"{name}: {counts[key_id]:,} still need key {key_id}. Run: kecs keys rotate"
    if many := files_under(key_id):
        yield f"{many:,} uploaded files of records need it; kecs tidy destroys them in some days, or discard them at the desk."
    if not at_once:
        yield from _ends_by_itself(key_id)


def _ends_by_itself(key_id: int) -> Iterator[str]:
    in_use, done = newest_of(KeyInUse.code), newest_of(ValuesResealed.code)
    if in_use is None or done is None or done.at < in_use.at:
        yield "The log does not tell that a rotation was finished. Run: kecs keys rotate"
        return
    ready = done.at + REST
    if ready > _now():
        yield (
            f"Sessions, half-filled forms and imports that may be undone can need key {key_id} until "
            f"{ready:%Y-%m-%d %H:%M} UTC. Wait, or end them with --now."
        )
    if many := codes_made_before(in_use.at):
        yield f"{many:,} codes that were mailed or posted work with key {key_id} only. Wait until they are over, or end them with --now."


def _now() -> datetime:
    return database_clock()
