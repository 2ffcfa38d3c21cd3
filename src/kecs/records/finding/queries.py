"""Who may be meant by what staff typed, closest first, fit for a list: what tells two people apart, and no more.

The desk asks here, writes down whom it found, and only then shows them. Every SSN is masked.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import assert_never
from uuid import UUID

from kecs.matching.keys import linkage_keys, typed_keys
from kecs.records.finding.lookups import (
    Row,
    records_with_address,
    records_with_number,
    under_pairs,
    under_range,
)
from kecs.records.finding.people import Because, Finds, Hit, chosen, described
from kecs.records.finding.readings import How, Range, readings
from kecs.records.finding.typed import Sought, Typed
from kecs.records.index import Person, people_under, records_near
from kecs.records.name_keys import NamePair, name_keys

MOST_SHOWN = 20


def people_found(
    typed: Typed, *, accounts: Sequence[UUID] = (), because: Because = Because.USERNAME, by: str
) -> Finds:
    """Whom `by` may mean. `accounts` go by the word or address that was typed; another room knows them."""
    called = [Hit(account_id=account_id, because=because) for account_id in accounts]
    hits, more = chosen(chain([called], _batches(typed)), most=MOST_SHOWN)
    return Finds(people=described(hits), more=more)


def _batches(typed: Typed) -> Iterator[list[Hit]]:
    match typed.sought:
        case Sought.EMAIL:
            found = records_with_address(typed.text, MOST_SHOWN + 1)
            yield [Hit(record_id=record_id, because=Because.CONTACT_EMAIL) for record_id in found]
        case Sought.LAST4_AND_BIRTH_DATE:
            keys = typed_keys(birth_date=typed.birth_date, last4=typed.last4)
            yield _hits_of_people(people_under(keys) if keys else [], Because.LAST4_AND_BIRTH_DATE)
        case Sought.NAME_AND_FACT:
            yield _hits_of_people(_near(typed), Because.NAME_AND_FACT)
        case Sought.NUMBER | Sought.WHOLE_SSN | Sought.WORD:
            found = records_with_number(typed.text)
            yield [Hit(record_id=record_id, because=Because.NUMBER) for record_id in found]
            if typed.sought is Sought.WORD:
                yield from _named(typed.text)
        case Sought.NAME:
            yield from _named(typed.text)
        case Sought.NOTHING | Sought.NOT_UNDERSTOOD:
            return
        case _:
            assert_never(typed.sought)


def _hits_of_people(people: Iterable[Person], because: Because) -> list[Hit]:
    return [
        Hit(
            record_id=person.record_id,
            account_id=None if person.record_id else person.account_id,
            because=because,
        )
        for person in people
    ]


# --- By name -----------------------------------------------------------------------------------------------------


def _named(text: str) -> Iterator[list[Hit]]:
    """Sort by sort; the database is asked for the next one only while there is room on the page."""
    ways = readings(text)
    for how, pairs, ranges in (
        (How.EXACT, ways.pairs, ways.whole_ranges),
        (How.BEGINNING, (), ways.beginnings),
        (How.NICKNAME, ways.nicknames, ways.nickname_ranges),
        (How.PART, ways.parts, ()),
    ):
        for rows in chain(_under(pairs), *(under_range(each) for each in ranges)):
            yield [
                Hit(
                    record_id=row.record_id,
                    account_id=row.account_id,
                    because=Because.NAME,
                    how=how,
                    pair=row.pair,
                )
                for row in rows
            ]


def _under(pairs: Sequence[NamePair]) -> Iterator[list[Row]]:
    return under_pairs(pairs) if pairs else iter(())


def _near(typed: Typed) -> list[Person]:
    """Whoever has the birth date or the last four, and a name that agrees: by the digests that linkage is made of."""
    ways = readings(typed.text)
    wholes = {*ways.pairs, *ways.nicknames, *ways.parts}
    ranges = (*ways.whole_ranges, *ways.beginnings, *ways.nickname_ranges)
    words = {word for pair in wholes for word in pair}
    words |= {word for each in ranges for word in (each.surname, each.given) if word}
    keys = linkage_keys(
        birth_date=typed.birth_date,
        last4=typed.last4 or None,
        ssn=None,
        first_names=sorted(words),
        last_surnames=sorted(words),
    )
    return [person for person in records_near(keys) if _agrees(person, wholes, ranges)]


def _agrees(person: Person, wholes: set[NamePair], ranges: Iterable[Range]) -> bool:
    pairs = name_keys(
        first_name=person.first_name,
        middle_name=person.middle_name,
        last_surname=person.last_surname,
        other_names=person.other_names,
    )
    return any(pair in wholes or any(each.holds(pair) for each in ranges) for pair in pairs)
