"""The statements of the search: each is one range, or a handful of points, of an index, and ends after a few rows.

Called by this room's queries. tests/rooms/records/test_finding.py asks the database for its plan of each.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from kecs.records.finding.readings import Range
from kecs.records.models import EducatorRecord, NameKey, RecordNumber, StatedNameKey
from kecs.records.name_keys import NamePair

MOST_ROWS = 64  # of one statement: twenty people, with all the parts of their names
AFTER_LETTERS = "~"  # behind every letter and digit of a folded name


class Row(NamedTuple):
    """Somebody under a key: a record, or the account whose holder stated it."""

    record_id: UUID | None
    account_id: UUID | None
    pair: NamePair


def under_pairs(pairs: Iterable[NamePair]) -> Iterator[list[Row]]:
    """Who stands under any of these whole names: of the records, then of those who stated who they are."""
    wanted = Q(pk__in=[])
    for surname, given in pairs:
        wanted |= Q(surname=surname, given=given)
    yield from _both(wanted, ("surname", "given"))


def under_range(asked: Range) -> Iterator[list[Row]]:
    """Who stands in a range of names, in the order of the alphabet."""
    wanted = _half("surname", asked.surname, asked.surname_is_whole)
    wanted &= _half("given", asked.given, asked.given_is_whole)
    for rows in _both(wanted, _order(asked)):
        yield [row._replace(pair=_asked_half(row.pair, asked)) for row in rows]


def _asked_half(pair: NamePair, asked: Range) -> NamePair:
    """Without the half that may be any: it is not why she was found."""
    return NamePair(
        pair.surname if asked.surname is not None else "", pair.given if asked.given is not None else ""
    )


def _half(column: str, text: str | None, is_whole: bool) -> Q:
    if text is None:
        return Q()
    if is_whole:
        return Q(**{column: text})
    return Q(**{f"{column}__gte": text, f"{column}__lt": text + AFTER_LETTERS})


def _order(asked: Range) -> tuple[str, str]:
    """The half that leaves fewer rows comes first: it is the index that is read."""
    surname = (asked.surname is not None) * (asked.surname_is_whole * 100 + len(asked.surname or ""))
    given = (asked.given is not None) * (asked.given_is_whole * 100 + len(asked.given or ""))
    return ("surname", "given") if surname >= given else ("given", "surname")


def _both(wanted: Q, order: tuple[str, str]) -> Iterator[list[Row]]:
    yield [
        Row(record_id, None, NamePair(surname, given))
        for record_id, surname, given in name_rows(wanted, order)
    ]
    yield [
        Row(None, account_id, NamePair(surname, given))
        for account_id, surname, given in stated_rows(wanted, order)
    ]


def name_rows(wanted: Q, order: tuple[str, str]) -> QuerySet[NameKey, Any]:
    """Of records."""
    rows = NameKey.objects.filter(wanted).order_by(*order)
    return rows.values_list("record_id", "surname", "given")[:MOST_ROWS]


def stated_rows(wanted: Q, order: tuple[str, str]) -> QuerySet[StatedNameKey, Any]:
    """Of accounts."""
    rows = StatedNameKey.objects.filter(wanted).order_by(*order)
    return rows.values_list("stated__account_id", "surname", "given")[:MOST_ROWS]


def records_with_number(text: str) -> QuerySet[EducatorRecord, Any]:
    """By the number on file, in capitals as well as typed, its own or that of a record which it absorbed; at most two."""
    numbers = sorted({text, text.upper()})
    own = EducatorRecord.objects.filter(staff_unique_id__in=numbers).values_list("pk", flat=True)
    # A union and not an "or", which would read the table through.
    return own.union(
        RecordNumber.objects.filter(staff_unique_id__in=numbers).values_list("record_id", flat=True)
    )


def records_with_address(email: str, most: int) -> QuerySet[EducatorRecord, Any]:
    """By the address on file, in any case."""
    folded = EducatorRecord.objects.annotate(folded=Lower("contact_email"))
    # From the address to itself, in its own order: asked for equals in the order of ids, PostgreSQL may walk all ids instead
    # of the index (seen at a million records, of which it thought that thousands have the address: a second).
    found = folded.filter(folded__gte=email.lower(), folded__lte=email.lower(), contact_email__gt="")
    return found.order_by("folded").values_list("pk", flat=True)[:most]
