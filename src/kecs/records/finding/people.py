"""Turns finds into people fit for a list: each once, with why she was found. Called by this room's queries."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID

from django.db.models import QuerySet

from kecs.matching.names import fold
from kecs.pii.fields import unseal_from
from kecs.records.finding.lookups import MOST_ROWS
from kecs.records.finding.readings import How
from kecs.records.kinds import AssuranceLevel
from kecs.records.models import EducatorRecord, Holding, StatedIdentity
from kecs.records.name_keys import NamePair, name_forms


class Because(StrEnum):
    """What of a person is what was typed."""

    NAME = "name"
    BEGINNING = "beginning"
    NICKNAME = "nickname"
    PART_OF_NAME = "part_of_name"
    MIDDLE_NAME = "middle_name"
    FORMER_NAME = "former_name"
    STATED_NAME = "stated_name"
    CONTACT_EMAIL = "contact_email"
    ACCOUNT_EMAIL = "account_email"
    USERNAME = "username"
    NUMBER = "number"
    LAST4_AND_BIRTH_DATE = "last4_and_birth_date"
    NAME_AND_FACT = "name_and_fact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Somebody found, before anything is read of her: a record, or an account."""

    record_id: UUID | None = None
    account_id: UUID | None = None
    because: Because
    how: How = How.EXACT
    pair: NamePair | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFound:
    """One line of the list. `record_id` is None for an account without a record."""

    record_id: UUID | None
    account_id: UUID | None  # who holds the record now, or said this of herself
    first_name: str = field(repr=False)
    middle_name: str = field(repr=False)
    last_surname: str = field(repr=False)
    generation_code_suffix: str = field(repr=False)
    staff_unique_id: str = field(repr=False)
    birth_year: str = field(repr=False)
    ssn_masked: str = field(repr=False)
    deceased: bool
    level: AssuranceLevel | None  # of the hold on the record
    frozen: bool
    contests: bool  # the account says that a record which another one holds is hers
    because: Because
    other_name: str = field(repr=False, default="")  # the former name by which she was found


@dataclass(frozen=True, slots=True, kw_only=True)
class Finds:
    """The closest people, and whether there are more than are shown."""

    people: tuple[PersonFound, ...]
    more: bool


def chosen(batches: Iterable[Sequence[Hit]], *, most: int) -> tuple[list[Hit], bool]:
    """The first so many people, each once, and whether there are more. No further batch is asked for than is needed."""
    found: dict[UUID, Hit] = {}
    cut = False
    for batch in batches:
        for hit in _with_records(batch):
            found.setdefault(hit.record_id or hit.account_id or UUID(int=0), hit)
        cut = cut or len(batch) >= MOST_ROWS
        if len(found) > most:
            break
    return list(found.values())[:most], cut or len(found) > most


def _with_records(batch: Sequence[Hit]) -> Iterator[Hit]:
    """Whoever holds a record is its person, whichever of the two was found."""
    accounts = [hit.account_id for hit in batch if hit.account_id and not hit.record_id]
    held = dict(_live_holds(accounts).values_list("account_id", "record_id")) if accounts else {}
    for hit in batch:
        record_id = held.get(hit.account_id) if hit.account_id and not hit.record_id else None
        yield replace(hit, record_id=record_id) if record_id else hit


def _live_holds(accounts: Iterable[UUID]) -> QuerySet[Holding]:
    return Holding.objects.filter(account__in=accounts, released_at=None, contests=False)


def described(hits: Sequence[Hit]) -> tuple[PersonFound, ...]:
    """What the list shows of them. In each sort, who has the name now comes before who had it once."""
    record_ids = [hit.record_id for hit in hits if hit.record_id]
    records = EducatorRecord.objects.prefetch_related("other_names").in_bulk(record_ids)
    holds = Holding.objects.filter(record__in=record_ids, released_at=None, contests=False)
    holders = {hold.record_id: hold for hold in holds}
    without = [hit.account_id for hit in hits if hit.account_id and not hit.record_id]
    stated = _stated_by(without)
    contesting = set(
        Holding.objects.filter(account__in=without, released_at=None, contests=True).values_list(
            "account_id", flat=True
        )
        if without
        else ()
    )
    people = [
        _of_record(records[hit.record_id], hit, holders.get(hit.record_id))
        if hit.record_id
        else _of_account(hit, stated.get(hit.account_id), contests=hit.account_id in contesting)
        for hit in hits
    ]
    order = list(How)
    ranked = sorted(
        zip(hits, people, strict=True),
        key=lambda each: (order.index(each[0].how), each[1].because is Because.FORMER_NAME),
    )
    return tuple(person for _hit, person in ranked)


def _stated_by(accounts: Sequence[UUID | None]) -> dict[UUID | None, StatedIdentity]:
    """What each of these says about herself now; a correction is a row of its own."""
    if not accounts:
        return {}
    rows = StatedIdentity.objects.filter(account__in=accounts).order_by("number")
    return {stated.account_id: stated for stated in rows}


def _of_record(record: EducatorRecord, hit: Hit, hold: Holding | None) -> PersonFound:
    because, other_name = _why(record, hit)
    return PersonFound(
        record_id=record.pk,
        account_id=hold.account_id if hold else None,
        first_name=record.first_name,
        middle_name=record.middle_name,
        last_surname=record.last_surname,
        generation_code_suffix=record.generation_code_suffix,
        staff_unique_id=record.staff_unique_id,
        birth_year=_year(unseal_from(record, "birth_date_sealed")),
        ssn_masked=_masked(unseal_from(record, "ssn_sealed")),
        deceased=record.deceased,
        level=AssuranceLevel(hold.level) if hold else None,
        frozen=bool(hold and hold.frozen_at),
        contests=False,
        because=because,
        other_name=other_name,
    )


def _of_account(hit: Hit, stated: StatedIdentity | None, *, contests: bool) -> PersonFound:
    """An account whose holder has no record: one that waits, was refused, or belongs to staff."""
    return PersonFound(
        record_id=None,
        account_id=hit.account_id,
        first_name=stated.first_name if stated else "",
        middle_name="",
        last_surname=stated.last_surname if stated else "",
        generation_code_suffix="",
        staff_unique_id="",
        birth_year=_year(unseal_from(stated, "birth_date_sealed")) if stated else "",
        ssn_masked=_masked(unseal_from(stated, "ssn_sealed")) if stated else "",
        deceased=False,
        level=None,
        frozen=False,
        contests=contests,
        because=Because.STATED_NAME if hit.because is Because.NAME else hit.because,
    )


def _year(birth_date: str | None) -> str:
    return birth_date[:4] if birth_date else ""


def _masked(number: str | None) -> str:
    return f"***-**-{number[-4:]}" if number else ""


# --- Why she was found -------------------------------------------------------------------------------------------


def _why(record: EducatorRecord, hit: Hit) -> tuple[Because, str]:
    """Which of her names it was; the former name itself, if it was one."""
    if hit.pair is None:
        return hit.because, ""
    if hit.account_id:
        return Because.STATED_NAME, ""
    surname, given = hit.pair
    others = record.other_names.all()
    if surname and surname not in name_forms(record.last_surname):
        names = [other.last_surname for other in others if surname in name_forms(other.last_surname)]
        return Because.FORMER_NAME, "".join(names[:1])
    if given and given not in name_forms(record.first_name):
        if given in name_forms(record.middle_name):
            return Because.MIDDLE_NAME, ""
        names = [other.first_name for other in others if given in name_forms(other.first_name)]
        return Because.FORMER_NAME, "".join(names[:1])
    if hit.how is How.NICKNAME:
        return Because.NICKNAME, ""
    if hit.how is How.BEGINNING:
        return Because.BEGINNING, ""
    whole = not surname or surname in fold(record.last_surname).spellings
    return (Because.NAME if whole and hit.how is How.EXACT else Because.PART_OF_NAME), ""
