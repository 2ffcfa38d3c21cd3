"""What is on file about the people of a batch, read in three statements; prepare asks, in whichever process it runs."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from kecs.matching.keys import KeyKind, record_keys
from kecs.matching.names import OtherName as Name
from kecs.pii.fields import digesters_of, unsealed_text
from kecs.records.importing.news import told_from
from kecs.records.importing.rows import OnFile
from kecs.records.models import EducatorRecord, IdentityKey, OtherName, RecordNumber

FULL_SSN = 9
RECORDS = EducatorRecord._meta.db_table


IDENTITY_KEYS = IdentityKey._meta.db_table
NUMBERS = RecordNumber._meta.db_table


def _there(table: str, column: str, values: list[Any]) -> list[Any]:
    """Those of the values that stand in the column: mostly none, and then nothing else is asked."""
    if not values:
        return []
    if connection.vendor == "postgresql":
        among, parameters = "= ANY(%s)", [values]
    else:
        among, parameters = f"IN ({', '.join(['%s'] * len(values))})", values
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} WHERE {column} {among}", parameters)  # noqa: S608 - our own names
        return [value for (value,) in cursor.fetchall()]


class StoredRecord(NamedTuple):
    """A record as its table has it; the names are those of the columns."""

    id: UUID
    staff_unique_id: str
    first_name: str
    middle_name: str
    last_surname: str
    generation_code_suffix: str
    birth_date_sealed: bytes | None
    ssn_sealed: bytes | None
    contact_email: str
    deceased: bool
    identity_version: int
    created_at: datetime
    updated_at: datetime

    def __repr__(self) -> str:
        return f"StoredRecord({self.id})"


def sealed_in(column: str, record_id: UUID | str) -> str:
    """The context that a record's sealed column opens in."""
    return f"{RECORDS}.{column}:{record_id}"


class Number(NamedTuple):
    """A number that leads to a record which came of a merge; `told` is what files have said under it."""

    id: UUID
    leads_to: str  # the record's own number
    told: OnFile

    def __repr__(self) -> str:
        return f"Number({self.id})"


def told_in(number_id: UUID | str) -> str:
    """The context that what was told under a number opens in."""
    return f"{NUMBERS}.told_sealed:{number_id}"


class Stored:
    """The records that a batch is about, by id, and who has which full SSN.

    With `lock`, inside a transaction, the records stay as they are until it ends.
    """

    def __init__(self, *, ids: Iterable[str], ssns: Iterable[str], lock: bool) -> None:
        asked = list(ids)
        self._ssn_digesters = digesters_of(KeyKind.SSN.value)
        self.numbers = _numbers(_there(NUMBERS, "staff_unique_id", asked))
        there = _there(RECORDS, "staff_unique_id", asked)
        there += [number.leads_to for number in self.numbers.values()]
        self._read(EducatorRecord.objects.filter(staff_unique_id__in=there), lock=lock)
        self._owners = self._read_owners(ssns)

    @classmethod
    def of_records(cls, record_ids: Iterable[UUID], *, lock: bool) -> "Stored":
        """Those with these row ids; nobody asks for SSNs."""
        stored = cls(ids=(), ssns=(), lock=False)
        stored._read(EducatorRecord.objects.filter(pk__in=list(record_ids)), lock=lock)
        return stored

    def _read(self, found: QuerySet[EducatorRecord], *, lock: bool) -> None:
        if lock:
            # In one order everywhere, and in the weaker mode, so that nobody who claims a record has to wait.
            found = found.select_for_update(no_key=True).order_by("staff_unique_id")
        rows = map(StoredRecord._make, found.values_list(*StoredRecord._fields))
        self.records = {row.staff_unique_id: row for row in rows}
        self._other_names = self._read_other_names()

    def _read_other_names(self) -> dict[UUID, frozenset[Name]]:
        names: dict[UUID, set[Name]] = {}
        if self.records:
            on_file = OtherName.objects.filter(record__in=[record.id for record in self.records.values()])
            for record_id, first, last in on_file.values_list("record_id", "first_name", "last_surname"):
                names.setdefault(record_id, set()).add(Name(first_name=first, last_surname=last))
        return {record_id: frozenset(each) for record_id, each in names.items()}

    def _read_owners(self, ssns: Iterable[str]) -> dict[bytes, str | None]:
        digests = [digest for ssn in ssns for digest in self._digests(ssn)]
        digests = [bytes(digest) for digest in _there(IDENTITY_KEYS, "digest", digests)]
        keys = IdentityKey.objects.filter(kind=KeyKind.SSN.value, digest__in=digests)
        found = keys.values_list("digest", "record__staff_unique_id")
        return {bytes(digest): owner for digest, owner in found}

    def on_file(self, record: StoredRecord) -> OnFile:
        """What the record holds, opened."""
        born, ssn = record.birth_date_sealed, record.ssn_sealed
        born_text = unsealed_text(bytes(born), sealed_in("birth_date_sealed", record.id)) if born else None
        return OnFile(
            first_name=record.first_name,
            middle_name=record.middle_name,
            last_surname=record.last_surname,
            generation_code_suffix=record.generation_code_suffix,
            other_names=self._other_names.get(record.id, frozenset()),
            birth_date=date.fromisoformat(born_text) if born_text else None,
            ssn=unsealed_text(bytes(ssn), sealed_in("ssn_sealed", record.id)) if ssn else "",
            email=record.contact_email,
            deceased=record.deceased,
        )

    def ssn_owner(self, ssn: str) -> str | None:
        """The id of the record that has this full SSN."""
        found = (self._owners.get(digest) for digest in self._known(ssn))
        return next((owner for owner in found if owner), None)

    def waiting_keys(self, ssn: str) -> list[bytes]:
        """The digests under which a person who waits to be settled has this full SSN."""
        return [digest for digest in self._known(ssn) if self._owners.get(digest, "") is None]

    def moved(self, *, before: str, after: str, staff_unique_id: str) -> None:
        """Earlier rows of the batch count as done when later ones are planned."""
        for digest in self._known(before):
            self._owners.pop(digest, None)
        for digest in self._known(after):
            self._owners[digest] = staff_unique_id

    def _known(self, ssn: str) -> list[bytes]:
        # No SSN stands twice in a file: where none of the batch is on file, none can be in another's way.
        return self._digests(ssn) if self._owners else []

    def _digests(self, ssn: str) -> list[bytes]:
        """Under every root of the keyring."""
        return [digested((ssn,)) for digested in self._ssn_digesters] if stands_alone(ssn) else []


def _numbers(there: list[str]) -> dict[str, Number]:
    """Those of the numbers that lead to a record which came of a merge: mostly none."""
    if not there:
        return {}
    rows = RecordNumber.objects.filter(staff_unique_id__in=there)
    found = rows.values_list("staff_unique_id", "pk", "record__staff_unique_id", "told_sealed")
    return {
        number: Number(
            id=number_id,
            leads_to=leads_to,
            told=told_from(unsealed_text(bytes(sealed), told_in(number_id))) if sealed else OnFile(),
        )
        for number, number_id, leads_to, sealed in found
    }


def stands_alone(ssn: str) -> bool:
    """Whether a number leads to one person by itself: a full one, and no place-holder such as 123456789."""
    return len(ssn) == FULL_SSN and bool(record_keys(birth_date=None, last4=None, ssn=ssn))
