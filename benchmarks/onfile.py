"""Records in memory, found under the product's own keys. Called by matching.py, which asks for thousands of people at once.

Two sorts together make a file: `Few` holds records one by one (those that are searched for, altered by corruptions.py) in a
dictionary under the keys that `kecs.matching.keys` names for them; `Many` is a generated population, whose keys are columns of
numbers. What a search or the settling of a new account would find in the product's tables is found here, digests apart.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from benchmarks.corruptions import Typed
from benchmarks.population import Column, Person, Population, names_of_the_census
from kecs.matching.decide import Candidate, Claim
from kecs.matching.facts import compare_birth_dates, compare_last4, compare_ssns
from kecs.matching.keys import (
    Key,
    KeyKind,
    LinkageKind,
    claim_keys,
    linkage_keys,
    near_keys,
    new_account_keys,
    record_keys,
    slipped_keys,
)
from kecs.matching.names import OtherName


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What the file holds. The birth date may be missing, as it is in some of FEBRL's."""

    id: str
    first_name: str
    middle_name: str = ""
    last_surname: str
    suffix: str = ""
    former_surname: str = ""
    birth_date: date | None
    ssn: str

    @property
    def other_names(self) -> tuple[OtherName, ...]:
        """The former surname, if the file tells it."""
        return (OtherName(last_surname=self.former_surname),) if self.former_surname else ()


def record_of(person: Person, id: str) -> Record:
    """A generated person's record."""
    return Record(
        id=id,
        first_name=person.first_name,
        middle_name=person.middle_name,
        last_surname=person.last_surname,
        suffix=person.suffix,
        former_surname=person.former_surname,
        birth_date=person.birth_date,
        ssn=person.ssn,
    )


def claim_of(typed: Typed) -> Claim:
    """What the product's search form makes of it."""
    return Claim(
        first_name=typed.first_name,
        last_surname=typed.last_surname,
        birth_date=typed.birth_date,
        last4=typed.last4,
    )


def new_claim_of(typed: Typed) -> Claim:
    """The same at Create New Account, whose form insists that the last 4 are those of the full SSN."""
    return Claim(
        first_name=typed.first_name,
        last_surname=typed.last_surname,
        birth_date=typed.birth_date,
        last4=typed.ssn[-4:],
    )


def candidate_of(record: Record, claim: Claim, *, ssn: str | None) -> Candidate:
    """What the product's queries make of a record for this claim."""
    return Candidate(
        record_id=record.id,
        first_name=record.first_name,
        middle_name=record.middle_name,
        last_surname=record.last_surname,
        generation_code_suffix=record.suffix,
        other_names=record.other_names,
        birth_date=compare_birth_dates(claim.birth_date, record.birth_date),
        last4=compare_last4(claim.last4, record.ssn[-4:]),
        ssn=compare_ssns(ssn, record.ssn),
    )


@dataclass(slots=True, kw_only=True)
class Found:
    """Who is found for one person: by the search, at Create New Account, and when that is settled."""

    search: list[Record] = field(default_factory=list)
    new: list[Record] = field(default_factory=list)
    settled: list[Record] = field(default_factory=list)

    def joined(self, others: "Found", *, below: int | None = None) -> "Found":
        """With generated people too; `below` keeps to the first so many places of the population."""
        if below is not None:
            others = Found(
                search=[each for each in others.search if place_of(each) < below],
                new=[each for each in others.new if place_of(each) < below],
                settled=[each for each in others.settled if place_of(each) < below],
            )
        return Found(
            search=self.search + others.search,
            new=self.new + others.new,
            settled=self.settled + others.settled,
        )


def place_of(record: Record) -> int:
    """The place of a generated person, from the id that `Many` gives."""
    return int(record.id[1:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The keys that are looked up at each of the three moments."""

    search: tuple[Key, ...]
    new: tuple[Key, ...]
    settled: tuple[Key, ...]


def asked(typed: Typed, *, settle: bool) -> Asked:
    """The product's own choice of keys; without `settle` the search alone."""
    search = claim_keys(claim_of(typed))
    if not settle:
        return Asked(search=search, new=(), settled=())
    claim = new_claim_of(typed)
    new = new_account_keys(claim, ssn=typed.ssn)
    return Asked(
        search=search,
        new=new,
        settled=(*new, *slipped_keys(claim, ssn=typed.ssn), *near_keys(claim, ssn=typed.ssn)),
    )


class Few:
    """Records in a dictionary, each under all keys that the product would store for it."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._under: dict[Key, list[Record]] = {}
        self.records = {record.id: record for record in records}
        for record in self.records.values():
            for key in keys_of(record):
                self._under.setdefault(key, []).append(record)

    def __len__(self) -> int:
        return len(self.records)

    def found(self, all_asked: Sequence[Asked]) -> list[Found]:
        """For each, in order."""
        return [
            Found(
                search=self._people(each.search),
                new=self._people(each.new),
                settled=self._people(each.settled),
            )
            for each in all_asked
        ]

    def _people(self, keys: Iterable[Key]) -> list[Record]:
        return list({record.id: record for key in keys for record in self._under.get(key, ())}.values())


def keys_of(record: Record) -> Iterator[Key]:
    """Search keys and linkage keys of a record."""
    last4 = record.ssn[-4:]
    yield from record_keys(birth_date=record.birth_date, last4=last4, ssn=record.ssn)
    yield from linkage_keys(
        birth_date=record.birth_date,
        last4=last4,
        ssn=record.ssn,
        first_names=[record.first_name],
        last_surnames=[record.last_surname, *(other.last_surname for other in record.other_names)],
    )


class Many:
    """A generated population without the people at some places, whom `Few` holds instead."""

    def __init__(self, population: Population, *, without: Sequence[int] = ()) -> None:
        self._population = population
        self._here = np.ones(len(population), dtype=bool)
        self._here[list(without)] = False

    def __len__(self) -> int:
        return int(self._here.sum())

    def found(self, all_asked: Sequence[Asked]) -> list[Found]:
        """For each, in order: a join of their keys with the columns, kind by kind."""
        places = [(set[int](), set[int](), set[int]()) for _each in all_asked]
        for kind in (*KeyKind, *LinkageKind):
            codes, whose = [], []
            for which, each in enumerate(all_asked):
                for moment, keys in enumerate((each.search, each.new, each.settled)):
                    coded = [_code(key) for key in keys if key.kind is kind]
                    codes += [code for code in coded if code is not None]
                    whose += [(which, moment)] * sum(code is not None for code in coded)
            if codes:
                for column in _columns(self._population, kind):
                    for place, asker in _joined(column, np.array(codes)):
                        which, moment = whose[asker]
                        places[which][moment].add(place)
        return [
            Found(search=self._records(search), new=self._records(new), settled=self._records(settled))
            for search, new, settled in places
        ]

    def first(self, how_many: int) -> list[Record]:
        """The people at the first places."""
        return self._records(range(how_many))

    def _records(self, places: Iterable[int]) -> list[Record]:
        return [
            record_of(self._population.person(place), f"p{place}")
            for place in sorted(places)
            if self._here[place]
        ]


def _joined(column: Column, codes: Column) -> Iterator[tuple[int, int]]:
    """Pairs (place in the column, place in the codes) that are equal."""
    order = np.argsort(codes, kind="stable")
    sorted_codes = codes[order]
    first = np.searchsorted(sorted_codes, column)
    matches = np.flatnonzero(sorted_codes[np.minimum(first, len(codes) - 1)] == column)
    for place in matches.tolist():
        at = int(first[place])
        while at < len(codes) and sorted_codes[at] == column[place]:
            yield place, int(order[at])
            at += 1


# --- Keys as numbers: a date or four digits, and the numbers of one or two sounds ---

_SOUNDS_AT_MOST = 1 << 17


def join_on_search_key(ours: Population, theirs: Population) -> tuple[Column, Column]:
    """Places in `theirs` and in `ours` of all pairs with the same birth date and last 4, sorted by the former."""
    keys, wanted = _birth_last4(ours), _birth_last4(theirs)
    order = np.argsort(wanted, kind="stable")
    ranked = wanted[order]
    first, last = np.searchsorted(ranked, keys), np.searchsorted(ranked, keys, side="right")
    mine = np.repeat(np.arange(len(keys)), last - first)
    starts = np.repeat(first - np.concatenate([[0], np.cumsum(last - first)[:-1]]), last - first)
    other = order[starts + np.arange(len(mine))]
    sort = np.argsort(other, kind="stable")
    return other[sort], mine[sort]


def _birth_last4(population: Population) -> Column:
    codes: Column = population.birth.astype(np.int64) * 10_000 + population.last4
    return codes


def _code(key: Key) -> int | None:
    """The number that `_columns` has for this key; None when nobody generated can have it."""
    first, *rest = key.facts
    if key.kind is KeyKind.SSN:
        return int(first)
    if key.kind is KeyKind.BIRTH_DATE_LAST4:
        return date.fromisoformat(first).toordinal() * 10_000 + int(rest[0])
    sounds = [_sounds().get(sound) for sound in rest]
    if None in sounds:
        return None
    numbers = sorted(sound for sound in sounds if sound is not None)
    start = int(first) if key.kind.value.startswith("last4") else date.fromisoformat(first).toordinal()
    for number in numbers:
        start = start * _SOUNDS_AT_MOST + number
    return start


_numbers: dict[str, int] = {}
_of_first: list[int] = []
_of_last: list[int] = []


def _sounds() -> dict[str, int]:
    """A number for each sound that some name of the census has."""
    if not _numbers:
        for names, column in (
            (names_of_the_census().first, _of_first),
            (names_of_the_census().last, _of_last),
        ):
            for name in names:
                (key,) = linkage_keys(
                    birth_date=date(1990, 1, 1),
                    last4=None,
                    ssn=None,
                    first_names=[str(name)],
                    last_surnames=[],
                )
                column.append(_numbers.setdefault(key.facts[1], len(_numbers)))
    return _numbers


def _columns(population: Population, kind: KeyKind | LinkageKind) -> Iterator[Column]:
    """The keys of this kind of everybody. A double surname stands under its two halves, not under both run together."""
    if kind is KeyKind.SSN:
        yield population.ssn.astype(np.int64)
        return
    if kind is KeyKind.BIRTH_DATE_LAST4:
        yield _birth_last4(population)
        return
    _sounds()
    start = (population.last4 if kind.value.startswith("last4") else population.birth).astype(np.int64)
    first = np.array(_of_first)[population.first]
    if kind in {LinkageKind.BIRTH_DATE_FIRST_SOUND, LinkageKind.LAST4_FIRST_SOUND}:
        yield start * _SOUNDS_AT_MOST + first
        return
    for last in (
        population.last,
        population.second_last,
        np.where(population.former_on_file, population.birth_last, -1),
    ):
        sound = np.where(last >= 0, np.array(_of_last)[last], -1)
        if kind is LinkageKind.LAST4_BOTH_SOUNDS:
            lower, upper = np.minimum(first, sound), np.maximum(first, sound)
            code = (start * _SOUNDS_AT_MOST + lower) * _SOUNDS_AT_MOST + upper
        else:
            code = start * _SOUNDS_AT_MOST + sound
        yield np.where(sound >= 0, code, -1)
