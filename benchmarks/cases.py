"""Who comes, and to which file: honest people, newcomers, strangers who know something, twins. Called by matching.py."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from rapidfuzz.distance import JaroWinkler

from benchmarks import febrl
from benchmarks.corruptions import KINDS, Kind, Typed, as_on_file, nothing
from benchmarks.onfile import Record, record_of
from benchmarks.population import NO_KIN, WITHOUT_RECORD, Person, Population, generate, twins_ssn
from kecs.matching.facts import digits_one_slip_away

# Who has no record, or must not see the one on file.
NEWCOMER = "newcomer"
RIGHT_NAME_AND_BIRTH = "adv_last4"
RIGHT_NUMBERS = "adv_name"
ONE_SLIP = "adv_near"
TWIN = "twin"
TWIN_SLIP = "twin_slip"
STRANGERS = (NEWCOMER, RIGHT_NAME_AND_BIRTH, RIGHT_NUMBERS, ONE_SLIP, TWIN, TWIN_SLIP)
FAR = 0.7  # Jaro-Winkler: names that nobody takes for one another


@dataclass(frozen=True, slots=True, kw_only=True)
class Comer:
    """Somebody who types; `truth` is the record she should find, None if none is hers."""

    group: str
    typed: Typed
    truth: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """One file and everybody who comes to it; `places` of the generated population are on file as `records` only."""

    name: str
    records: list[Record]
    comers: list[Comer]
    places: tuple[int, ...] = ()


def febrl_cases(*, strangers: int, one_in: int, seed: int) -> Cases:
    """FEBRL 1 to 3 in one file, but for some originals without a duplicate, who come as newcomers; one in so many duplicates."""
    random = Random(seed)
    records: list[Record] = []
    comers: list[Comer] = []
    for name in febrl.SETS:
        one = febrl.load(name)
        records += one.records
        comers += [Comer(group=name, typed=typed, truth=truth) for typed, truth in one.people[::one_in]]
    known = {comer.truth for comer in comers}
    unknown = [record for record in records if record.id not in known and _whole(record)]
    newcomers = random.sample(unknown, min(strangers, len(unknown) // 2))
    gone = {record.id for record in newcomers}
    records = [record for record in records if record.id not in gone]
    comers += [Comer(group=NEWCOMER, typed=_typed(record), truth=None) for record in newcomers]
    whole = [record for record in records if _whole(record)]
    comers += _strangers(whole, strangers, random, sister=lambda _record: random.choice(whole).first_name)
    return Cases(name="FEBRL 1 to 3", records=records, comers=comers)


def generated_cases(population: Population, *, each: int, strangers: int, seed: int) -> Cases:
    """`each` people of the population for every kind of corruption; newcomers come from another population."""
    random = Random(seed)
    comers: list[Comer] = []
    records: dict[int, Record] = {}
    right: list[Record] = []
    for kind in KINDS:
        for place, person, typed in _corrupted(population, kind, random, how_many=each, taken=records):
            records[place] = record = record_of(person, f"p{place}")
            comers.append(Comer(group=kind.name, typed=typed, truth=record.id))
            if kind.corrupt is nothing:
                right.append(record)
    others = generate(strangers, seed=seed + 1, areas=WITHOUT_RECORD)
    people = [others.person(place) for place in range(strangers)]
    comers += [Comer(group=NEWCOMER, typed=as_on_file(person), truth=None) for person in people]
    comers += _strangers(right, strangers, random, sister=lambda _record: random.choice(people).first_name)
    return Cases(name="Generated", records=list(records.values()), comers=comers, places=tuple(records))


def _corrupted(
    population: Population, kind: Kind, random: Random, *, how_many: int, taken: Mapping[int, Record]
) -> Iterator[tuple[int, Person, Typed]]:
    """People to whom this can happen; each is drawn once in all."""
    found = 0
    while found < how_many:
        place = random.randrange(len(population))
        corrupted = None if place in taken else kind.corrupt(population.person(place), random)
        # Twins and namesakes are a matter of their own: here a wrong record is a stranger's.
        if corrupted and population.kin[place] == NO_KIN:
            found += 1
            yield place, *corrupted


def _strangers(
    records: Sequence[Record], how_many: int, random: Random, *, sister: Callable[[Record], str]
) -> Iterator[Comer]:
    """Who knows something of somebody on file, and twins of people on file who have no record themselves."""
    for _time in range(how_many):
        record = random.choice(records)
        typed, last4 = _typed(record), record.ssn[-4:]
        near = digits_one_slip_away(last4)
        far = _last4_apart_from({last4, *near}, random)
        other = _far_names(record, records, random)
        yield Comer(group=RIGHT_NAME_AND_BIRTH, typed=_numbered(typed, far, random), truth=None)
        yield Comer(group=ONE_SLIP, typed=_numbered(typed, random.choice(near), random), truth=None)
        renamed = replace(typed, first_name=other.first_name, last_surname=other.last_surname)
        yield Comer(group=RIGHT_NUMBERS, typed=_numbered(renamed, last4, random), truth=None)
        ssn = twins_ssn(record.ssn)
        first_name = _another(record, sister)
        twin = replace(typed, first_name=first_name, last4=ssn[-4:], ssn=ssn)
        yield Comer(group=TWIN, typed=twin, truth=None)
        # She types her sister's last 4 by a slip; the form then insists on her own, so her full SSN is right.
        yield Comer(group=TWIN_SLIP, typed=replace(twin, last4=last4), truth=None)


def _last4_apart_from(these: set[str], random: Random) -> str:
    while True:
        last4 = f"{random.randrange(1, 10_000):04}"
        if last4 not in these:
            return last4


def _another(record: Record, sister: Callable[[Record], str]) -> str:
    """Parents name two children so that they can be called apart."""
    while True:
        name = sister(record)
        if name.casefold() != record.first_name.casefold():
            return name


def _far_names(record: Record, records: Sequence[Record], random: Random) -> Record:
    while True:
        other = random.choice(records)
        pairs = (
            (one.casefold(), name.casefold())
            for one in (record.first_name, record.last_surname)
            for name in (other.first_name, other.last_surname)
        )
        if all(JaroWinkler.similarity(*pair) < FAR for pair in pairs):
            return other


def _numbered(typed: Typed, last4: str, random: Random) -> Typed:
    """With this last 4, and the rest of the SSN made up: nobody has it but by chance."""
    return replace(
        typed, last4=last4, ssn=f"{random.choice(WITHOUT_RECORD)}{random.randrange(1, 100):02}{last4}"
    )


def _whole(record: Record) -> bool:
    return bool(record.first_name and record.last_surname and record.birth_date)


def _typed(record: Record) -> Typed:
    if record.birth_date is None:
        raise ValueError("only somebody whose birth date is on file can be typed by a stranger")
    return Typed(
        first_name=record.first_name,
        last_surname=record.last_surname,
        birth_date=record.birth_date,
        last4=record.ssn[-4:],
        ssn=record.ssn,
    )
