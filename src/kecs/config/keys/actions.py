"""Add a key, put it to use, seal everything under it, and retire the old one; `kecs keys` calls these, in this order."""

from collections.abc import Callable

from django.db import connection, models, transaction

from kecs.audit.actions import record
from kecs.config.events import KeyAdded, KeyInUse, KeyRetired, KeyringWrapped, ValuesResealed
from kecs.config.keys.places import Place, places
from kecs.config.keys.queries import in_the_way, left_to_do, standing_purposes
from kecs.pii.fields import change_keyring, the_keyring, the_wrapping
from kecs.pii.keyring import Keyring, KeyringError
from kecs.records.holdings.actions import renew_contact_digests
from kecs.records.importing.apply import until_it_stands

AT_ONCE = 200  # rows that are locked together


class StillNeeded(Exception):
    """The key cannot be retired; `reasons` are sentences."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        super().__init__(" ".join(reasons))


class Unfinished(Exception):
    """Some process goes on sealing with an older key."""


def add_key(*, by: str) -> int:
    """A fresh root in the keyring's file, known and not used; answers its number. Raises KeyringError."""
    keyring = change_keyring(lambda before: before.with_new_root())
    key_id = max(keyring.roots)
    with transaction.atomic():
        record(event=KeyAdded(subject="-", key=key_id), by=by)
    return key_id


def use_newest_key(*, by: str) -> int:
    """The newest root seals and indexes from now on; nothing happens where it does so already. Answers its number. Raises KeyringError."""
    before = the_keyring().current

    def changed(keyring: Keyring) -> Keyring:
        return keyring.with_current(max(keyring.roots))

    keyring = change_keyring(changed)
    if keyring.current != before:
        with transaction.atomic():
            record(event=KeyInUse(subject="-", key=keyring.current, instead_of=before), by=by)
    return keyring.current


def reseal(*, on_progress: Callable[[str, int], None], by: str) -> int:
    """Seal under the current key whatever another one sealed, a few rows at a time; how many. It can be killed and called again.

    `on_progress` hears the name of a place and how many more of it are done.
    """
    done = 0
    for place in places():
        after = None
        while True:
            reached, many = _reseal_some(place, after)
            if reached is None:
                break
            after = reached
            done += many
            on_progress(place.name, many)
    renew_contact_digests(by=by)
    return done


def end_rotation(*, sealed: int, by: str) -> None:
    """Put on the log that nothing needs an older key. Raises Unfinished where something does."""
    if left_to_do():
        raise Unfinished
    with transaction.atomic():
        record(event=ValuesResealed(subject="-", key=the_keyring().current, sealed=sealed), by=by)


def retire_key(*, key_id: int, at_once: bool = False, by: str) -> None:
    """Take a root out of the keyring's file. Raises StillNeeded and KeyringError."""
    reasons = list(in_the_way(key_id, at_once=at_once))
    if reasons:
        raise StillNeeded(reasons)
    with transaction.atomic():
        # First the log: a key that is gone without a word would be worse than a word about a key that is still there.
        record(event=KeyRetired(subject="-", key=key_id, at_once=at_once), by=by)
        change_keyring(lambda before: before.without(key_id, keeping=standing_purposes()))


def wrap_keyring(*, wrapped_before: str, by: str) -> Keyring:
    """Wrap the keys in the file as the settings say, which were wrapped by this before; blank: not at all. Raises KeyringError."""
    now = the_wrapping()
    with transaction.atomic():  # the log is sealed with these keys: it is written when they open again
        keyring = change_keyring(lambda keyring: keyring, wrapped_before=wrapped_before)
        record(event=KeyringWrapped(subject="-", wrapped=now is not None), by=by)
    return keyring


def _reseal_some(place: Place, after: object) -> tuple[object, int]:
    """Some rows behind this one; answers the last of them, None at the end, and how many."""
    key = place.model._meta.pk.attname
    current = the_keyring().current

    def write(_attempt: int) -> tuple[object, int]:
        rows = place.not_under(current).order_by("pk")
        if after is not None:
            rows = rows.filter(pk__gt=after)
        # Locked, so that nobody changes what was read; a lock on what it points at would keep others waiting for nothing.
        page: list[models.Model] = list(rows.select_for_update(of=("self",), no_key=True)[:AT_ONCE])
        _write(place, [(place.anew(row), row.pk) for row in page])
        return (getattr(page[-1], key), len(page)) if page else (None, 0)

    return until_it_stands(write)


def _write(place: Place, changed: list[tuple[object, object]]) -> None:
    columns = place.model._meta
    [column] = [each for each in columns.concrete_fields if each.attname == place.column]
    key, quote = columns.pk, connection.ops.quote_name
    table, changing, row = (quote(str(name)) for name in (columns.db_table, column.column, key.column))
    statement = f"UPDATE {table} SET {changing} = %s WHERE {row} = %s"  # noqa: S608 - the models' own names
    parameters = [
        (column.get_db_prep_save(value, connection), key.get_db_prep_value(pk, connection))
        for value, pk in changed
    ]
    if parameters:
        with connection.cursor() as cursor:
            cursor.executemany(statement, parameters)


__all__ = [
    "KeyringError",
    "StillNeeded",
    "Unfinished",
    "add_key",
    "end_rotation",
    "reseal",
    "retire_key",
    "use_newest_key",
    "wrap_keyring",
]
