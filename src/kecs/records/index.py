"""The index of people: turns keys into digests and rows, and reads who stands under them; the room's queries, actions and import call this."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection

from kecs.audit.by_hand import as_moment, as_uuid
from kecs.matching.keys import Key, KeyKind
from kecs.matching.names import OtherName
from kecs.pii.fields import digests_of, the_keyring, unsealed_text
from kecs.pii.fingerprint import digest
from kecs.records.models import IdentityKey, LinkageKey

LINKAGE_DIGEST_BYTES = 8  # enough to tell ten million people apart, and half the disk


def key_digest(key: Key) -> bytes:
    """The digest of one key under the current root: 16 bytes for a search key, 8 for a linkage key."""
    made = digest(the_keyring(), key.kind.value, *key.facts)
    return made if isinstance(key.kind, KeyKind) else made[:LINKAGE_DIGEST_BYTES]


def identity_key_rows(
    keys: Iterable[Key], *, record_id: UUID | None = None, stated_id: UUID | None = None
) -> list[IdentityKey]:
    """Unsaved rows for the search keys of a record or of a stated identity."""
    current = the_keyring().current
    return [
        IdentityKey(
            record_id=record_id,
            stated_id=stated_id,
            kind=key.kind.value,
            key_id=current,
            digest=key_digest(key),
        )
        for key in keys
    ]


def linkage_key_rows(keys: Iterable[Key], *, record_id: UUID) -> list[LinkageKey]:
    """Unsaved rows for the linkage keys of a record."""
    current = the_keyring().current
    digests = sorted({key_digest(key) for key in keys})
    return [LinkageKey(record_id=record_id, key_id=current, digest=each) for each in digests]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody found in the index: a record, or what the holder of an account stated. Facts as on file."""

    record_id: UUID | None
    account_id: UUID | None  # who holds the record, or stated this
    stated_at: datetime | None  # None for a record
    first_name: str = field(repr=False)
    middle_name: str = field(repr=False)
    last_surname: str = field(repr=False)
    generation_code_suffix: str = field(repr=False)
    other_names: tuple[OtherName, ...] = field(repr=False)
    birth_date: str | None = field(repr=False)  # YYYY-MM-DD
    ssn: str | None = field(repr=False)  # nine digits, or the last four
    deceased: bool


def people_under(keys: Iterable[Key]) -> list[Person]:
    """Everybody who stands under these search keys, whichever root of the keyring made the digests: one statement.

    It is the same statement, and looks into the same tables, whatever is found.
    """
    digests = [made for key in keys for made in digests_of(key.kind.value, *key.facts)]
    return _people(*_SEARCH, digests)


def records_near(keys: Iterable[Key]) -> list[Person]:
    """Every record that stands under these linkage keys. Never asked for a stranger while she waits."""
    digests = [made[:LINKAGE_DIGEST_BYTES] for key in keys for made in digests_of(key.kind.value, *key.facts)]
    return _people("records_linkagekey", "DISTINCT record_id, CAST(NULL AS uuid) AS stated_id", digests)


_SEARCH = ("records_identitykey", "record_id, stated_id")
# Written out, for the one probe of a search: the object mapper needs four statements and three times as long.
_COLUMNS = """
    k.record_id, k.stated_id,
        r.first_name, r.middle_name, r.last_surname, r.generation_code_suffix,
        r.birth_date_sealed, r.ssn_sealed, r.deceased, held.account_id, o.first_name, o.last_surname,
        s.account_id, s.first_name, s.last_surname, s.birth_date_sealed, s.ssn_sealed, holds.record_id, s.stated_at
"""
_TABLES = """
    LEFT JOIN records_educatorrecord r ON r.id = k.record_id
    LEFT JOIN records_holding held ON held.record_id = r.id AND held.released_at IS NULL AND NOT held.contests
    LEFT JOIN records_othername o ON o.record_id = r.id
    LEFT JOIN records_statedidentity s ON s.id = k.stated_id
    LEFT JOIN records_holding holds ON holds.account_id = s.account_id AND holds.released_at IS NULL AND NOT holds.contests
"""


@cache
def _selected(table: str, columns: str, places: int) -> str:
    """What stands after SELECT; written once, for it is longer than all else that is done before the database is asked."""
    asked = f"SELECT {columns} FROM {table} WHERE digest IN ({', '.join(['%s'] * places)})"  # noqa: S608 - our own words
    return f"{_COLUMNS} FROM ({asked}) k {_TABLES}"


def statement_of_search(places: int) -> str:
    """The one statement of people_under for so many digests. For whoever measures it."""
    return f"SELECT {_selected(*_SEARCH, places)}"


def _people(table: str, columns: str, digests: list[bytes]) -> list[Person]:
    # A search without any usable fact asks as well, for a digest that nobody has.
    asked = digests or [bytes(LINKAGE_DIGEST_BYTES)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_selected(table, columns, len(asked))}", asked)
        rows = cursor.fetchall()
    people: dict[UUID, Person] = {}
    for row in rows:
        person = _record_of(row) if row[0] else _stated_of(row)
        key = as_uuid(row[0] or row[1])
        known = people.get(key)
        # A record comes once for each of its other names.
        people[key] = replace(known, other_names=known.other_names + person.other_names) if known else person
    return list(people.values())


def _record_of(row: Sequence[Any]) -> Person:
    record_id = as_uuid(row[0])
    has_other_name = row[10] is not None
    return Person(
        record_id=record_id,
        account_id=as_uuid(row[9]) if row[9] else None,
        stated_at=None,
        first_name=row[2],
        middle_name=row[3],
        last_surname=row[4],
        generation_code_suffix=row[5],
        birth_date=_opened(row[6], "records_educatorrecord.birth_date_sealed", record_id),
        ssn=_opened(row[7], "records_educatorrecord.ssn_sealed", record_id),
        deceased=bool(row[8]),
        other_names=(OtherName(first_name=row[10], last_surname=row[11]),) if has_other_name else (),
    )


def _stated_of(row: Sequence[Any]) -> Person:
    stated_id = as_uuid(row[1])
    return Person(
        record_id=as_uuid(row[17]) if row[17] else None,
        account_id=as_uuid(row[12]),
        stated_at=as_moment(row[18]),
        first_name=row[13],
        middle_name="",
        last_surname=row[14],
        generation_code_suffix="",
        birth_date=_opened(row[15], "records_statedidentity.birth_date_sealed", stated_id),
        ssn=_opened(row[16], "records_statedidentity.ssn_sealed", stated_id),
        deceased=False,
        other_names=(),
    )


def _opened(sealed: Any, column: str, row_id: UUID) -> str | None:
    return None if sealed is None else unsealed_text(bytes(sealed), f"{column}:{row_id}")
