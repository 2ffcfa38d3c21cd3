"""A generated population: ten million people with the census' name frequencies in a minute, the same for the same seed.

For matching.py, search.py and linkage.py. The columns are numpy arrays, one value a person; `person` reads one of them.
What is known and what is assumed:

- First names and surnames have the frequencies of the 1990 census (files of the package `names`); the tenth of people whose
  names the files leave out is spread over those that they hold. First name and surname are drawn apart.
- Names have fashions: each first name has a birth year in which it peaks. The years are drawn, not observed: they only make
  people of one age share names more often than the whole country does.
- 76 in 100 are women, as among teachers (fathers and sons apart). Ages are 21 to 85, fewest at both ends (assumed).
- 55 in 100 women took another surname, and 60 in 100 of those have the former one on file; 4 in 100 women and 1 in 100
  men have a double surname (assumed).
- 0.4 in 100 people are twins with the next serial number; 1 in 100 are father and son of one name, half of them with
  Sr and Jr on file (assumed). Kin stand side by side: even place, then odd.
- Social Security numbers are unique, and of the areas 900 to 979, which are never issued; 980 to 999, never issued either, are
  left for people who have no record, so that nobody has the number of a stranger by chance, as nobody has in life.

`python -m benchmarks.population 10000000` says how long it takes and what came out.
"""

import sys
import time
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import names
import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any]

AS_OF = date(2026, 1, 1)
YOUNGEST, OLDEST = 21, 85
WOMEN = 0.76
TOOK_ANOTHER_SURNAME = 0.55
FORMER_ON_FILE = 0.60
DOUBLE_SURNAME_WOMEN, DOUBLE_SURNAME_MEN = 0.04, 0.01
WITH_MIDDLE_NAME, MIDDLE_INITIAL_ONLY = 0.75, 0.35
TWINS, FATHERS_AND_SONS = 0.004, 0.010
SUFFIX_ON_FILE = 0.5
SAME_SEX_TWINS = 0.65
SERIALS, GROUPS = 9_999, 99
ON_FILE, WITHOUT_RECORD = range(900, 980), range(980, 990)  # areas
LARGEST = 20_000_000

NO_KIN, TWIN, FATHER_AND_SON = 0, 1, 2
NO_SUFFIX, SENIOR, JUNIOR = 0, 1, 2
SUFFIXES = ("", "Sr", "Jr")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The census' tables: first names of women, then of men; surnames. Frequencies add up to one each."""

    first: Column
    women: int  # how many of `first` are women's
    first_frequency: Column
    last: Column
    last_frequency: Column


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person as the agency has her on file; `birth_surname` is known to herself even if the file lacks it."""

    first_name: str
    middle_name: str
    last_surname: str
    suffix: str
    former_surname: str
    birth_surname: str
    birth_date: date
    ssn: str
    woman: bool

    @property
    def last4(self) -> str:
        """The last four digits."""
        return self.ssn[-4:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Everybody, column by column. Names are places in `names().first` and `names().last`; -1 is none."""

    woman: Column  # bool
    first: Column  # int16
    middle: Column  # int16, or -1
    middle_initial_only: Column  # bool
    last: Column  # int32
    second_last: Column  # int32, or -1: the other half of a double surname
    birth_last: Column  # int32: the surname she was born with
    former_on_file: Column  # bool: whether the file tells it
    birth: Column  # int32: date.toordinal()
    ssn: Column  # int32: all nine digits as a number
    suffix: Column  # int8: NO_SUFFIX, SENIOR, JUNIOR
    kin: Column  # int8: NO_KIN, TWIN, FATHER_AND_SON; the two stand at an even place and the odd one after it

    def __len__(self) -> int:
        return len(self.ssn)

    @property
    def last4(self) -> Column:
        """The last four digits as numbers."""
        return self.ssn % 10_000

    def person(self, i: int) -> Person:
        """The person at place `i`."""
        table = names_of_the_census()
        middle = str(table.first[self.middle[i]]) if self.middle[i] >= 0 else ""
        surname, born = str(table.last[self.last[i]]), str(table.last[self.birth_last[i]])
        if self.second_last[i] >= 0:
            surname = f"{surname}-{table.last[self.second_last[i]]}"
        return Person(
            first_name=str(table.first[self.first[i]]),
            middle_name=middle[:1] if self.middle_initial_only[i] else middle,
            last_surname=surname,
            suffix=SUFFIXES[self.suffix[i]],
            former_surname=born if self.former_on_file[i] else "",
            birth_surname=born,
            birth_date=date.fromordinal(int(self.birth[i])),
            ssn=f"{self.ssn[i]:09}",
            woman=bool(self.woman[i]),
        )


@cache
def names_of_the_census() -> Names:
    """The tables, read once."""
    women, women_frequency = _table(names.FILES["first:female"])
    men, men_frequency = _table(names.FILES["first:male"])
    last, last_frequency = _table(names.FILES["last"])
    return Names(
        first=np.array(women + men),
        women=len(women),
        first_frequency=np.concatenate([women_frequency, men_frequency]),
        last=np.array(last),
        last_frequency=last_frequency,
    )


def _table(path: str) -> tuple[list[str], Column]:
    rows = [line.split() for line in Path(path).read_text(encoding="ascii").splitlines()]
    percent = np.array([float(row[1]) for row in rows])
    # The rarest are rounded to nought; what the running total still adds for them is shared evenly.
    rounded = percent == 0
    if rounded.any():
        percent[rounded] = max(float(rows[-1][2]) - percent.sum(), 0.0001 * rounded.sum()) / rounded.sum()
    return [row[0].capitalize() for row in rows], percent / percent.sum()


def generate(people: int, *, seed: int = 1, areas: range = ON_FILE) -> Population:
    """So many people, at most a quarter of the numbers of the areas; the same for the same seed and number."""
    if not 0 < people <= min(LARGEST, len(areas) * GROUPS * SERIALS // 4):
        raise ValueError(f"between 1 and {LARGEST:,} people, and a quarter of the numbers there are")
    random = np.random.default_rng(seed)
    table = names_of_the_census()
    woman = random.random(people) < WOMEN
    birth = _births(random, people)
    kin = _kin(random, people)
    _make_kin_alike(random, kin, woman, birth)
    first = _first_names(random, table, woman, birth)
    middle = _first_names(random, table, woman, birth)
    middle[(random.random(people) >= WITH_MIDDLE_NAME) | (middle == first)] = -1
    _name_kin(random, kin, first, middle, table, woman, birth)
    birth_last = _surnames(random, table, people)
    younger, elder = _pairs(kin)
    birth_last[younger] = birth_last[elder]
    married = woman & (random.random(people) < TOOK_ANOTHER_SURNAME)
    last = birth_last.copy()
    last[married] = _surnames(random, table, int(married.sum()))
    return Population(
        woman=woman,
        first=first,
        middle=middle,
        middle_initial_only=(middle >= 0) & (random.random(people) < MIDDLE_INITIAL_ONLY),
        last=last,
        second_last=_second_surnames(random, table, woman, kin),
        birth_last=birth_last,
        former_on_file=(last != birth_last) & (random.random(people) < FORMER_ON_FILE),
        birth=birth,
        ssn=_ssns(random, people, kin, areas),
        suffix=_suffixes(random, kin),
        kin=kin,
    )


def _births(random: np.random.Generator, people: int) -> Column:
    """By age: a slope up to 30, level to 60, down to the oldest, who are a fifth as many."""
    ages = np.arange(YOUNGEST, OLDEST + 1)
    weight = np.interp(ages, [YOUNGEST, 30, 60, OLDEST], [0.3, 1.0, 1.0, 0.2])
    age = random.choice(ages, size=people, p=weight / weight.sum())
    days = AS_OF.toordinal() - age * 365.25 - random.random(people) * 365.25
    return days.astype(np.int32)


def _kin(random: np.random.Generator, people: int) -> Column:
    pairs = people // 2
    drawn = random.random(pairs)
    kinds = np.where(drawn < TWINS, TWIN, np.where(drawn < TWINS + FATHERS_AND_SONS, FATHER_AND_SON, NO_KIN))
    kin = np.zeros(people, dtype=np.int8)
    kin[: pairs * 2] = np.repeat(kinds, 2)
    return kin


def _pairs(kin: Column, kind: int | None = None) -> tuple[Column, Column]:
    """Places of the second and of the first of each pair."""
    of_kind = kin != NO_KIN if kind is None else kin == kind
    elder = np.flatnonzero(of_kind)[::2]
    return elder + 1, elder


def _make_kin_alike(random: np.random.Generator, kin: Column, woman: Column, birth: Column) -> None:
    twin, other = _pairs(kin, TWIN)
    birth[twin] = birth[other]
    same_sex = random.random(len(twin)) < SAME_SEX_TWINS
    woman[twin] = np.where(same_sex, woman[other], ~woman[other])
    son, father = _pairs(kin, FATHER_AND_SON)
    woman[son] = woman[father] = False
    # Both have worked, so the pair has 20 to 40 years between them within the span of ages.
    apart = random.integers(20 * 365, 40 * 365, len(son))
    youngest, oldest = AS_OF.toordinal() - YOUNGEST * 366, AS_OF.toordinal() - OLDEST * 365
    birth[father] = random.integers(oldest, youngest - apart)
    birth[son] = birth[father] + apart


def _name_kin(
    random: np.random.Generator,
    kin: Column,
    first: Column,
    middle: Column,
    table: Names,
    woman: Column,
    birth: Column,
) -> None:
    son, father = _pairs(kin, FATHER_AND_SON)
    first[son], middle[son] = first[father], middle[father]
    twin, other = _pairs(kin, TWIN)
    while len(same := twin[first[twin] == first[other]]):
        first[same] = _first_names(random, table, woman[same], birth[same])
        other = other[np.isin(twin, same)]
        twin = same


def _first_names(random: np.random.Generator, table: Names, woman: Column, birth: Column) -> Column:
    """Names by sex and by five years of birth, so that people of one age share the fashions of their youth."""
    peaks = np.random.default_rng(1990)  # the fashions are the same for every seed
    peak = peaks.uniform(1925, 2010, len(table.first))
    width = peaks.uniform(8, 30, len(table.first))
    lustrum = ((birth - birth.min()) // (365 * 5)).astype(np.int16)
    drawn, result = random.random(len(birth)), np.empty(len(birth), dtype=np.int16)
    for sex in (True, False):
        mine = slice(0, table.women) if sex else slice(table.women, None)
        for step in np.unique(lustrum):
            where = np.flatnonzero((woman == sex) & (lustrum == step))
            year = (birth.min() + (step + 0.5) * 365 * 5) / 365.25
            fashion = 0.35 + 1.5 * np.exp(-0.5 * ((year - peak[mine]) / width[mine]) ** 2)
            weight = table.first_frequency[mine] * fashion
            found = np.searchsorted(np.cumsum(weight / weight.sum()), drawn[where], side="right")
            result[where] = np.minimum(found, len(weight) - 1) + (mine.start or 0)
    return result


def _surnames(random: np.random.Generator, table: Names, people: int) -> Column:
    found = np.searchsorted(np.cumsum(table.last_frequency), random.random(people), side="right")
    surnames: Column = np.minimum(found, len(table.last) - 1).astype(np.int32)
    return surnames


def _second_surnames(random: np.random.Generator, table: Names, woman: Column, kin: Column) -> Column:
    share = np.where(woman, DOUBLE_SURNAME_WOMEN, DOUBLE_SURNAME_MEN)
    double = (random.random(len(woman)) < share) & (kin == NO_KIN)
    second = np.full(len(woman), -1, dtype=np.int32)
    second[double] = _surnames(random, table, int(double.sum()))
    return second


def _ssns(random: np.random.Generator, people: int, kin: Column, areas: range) -> Column:
    """Each person has a pair of neighbouring numbers to herself and takes one; a twin takes the other of her twin's pair."""
    numbers = len(areas) * GROUPS * SERIALS
    pairs = np.empty(0, dtype=np.int64)
    while len(pairs) < people:
        pairs = np.unique(np.append(pairs, random.integers(0, numbers // 2, int(people * 1.3) + 100)))
    random.shuffle(pairs)
    number = pairs[:people] * 2 + random.integers(0, 2, people)
    twin, other = _pairs(kin, TWIN)
    number[twin] = number[other] ^ 1
    block, serial = np.divmod(number, SERIALS)
    area, group = np.divmod(block, GROUPS)
    digits: Column = (areas.start + area) * 1_000_000 + (group + 1) * 10_000 + serial + 1
    return digits.astype(np.int32)


def twins_ssn(ssn: str) -> str:
    """The neighbouring number that nobody else has; of a number that `generate` would not give, the next."""
    area, group, serial = int(ssn[:3]), int(ssn[3:5]) - 1, int(ssn[5:]) - 1
    if group < 0 or serial < 0 or area not in ON_FILE:
        return f"{int(ssn) + (1 if serial + 1 < SERIALS else -1):09}"
    block, serial = divmod((((area - ON_FILE.start) * GROUPS + group) * SERIALS + serial) ^ 1, SERIALS)
    area, group = divmod(block, GROUPS)
    return f"{ON_FILE.start + area}{group + 1:02}{serial + 1:04}"


def _suffixes(random: np.random.Generator, kin: Column) -> Column:
    suffix = np.zeros(len(kin), dtype=np.int8)
    son, father = _pairs(kin, FATHER_AND_SON)
    told = random.random(len(son)) < SUFFIX_ON_FILE
    suffix[son[told]], suffix[father[told]] = JUNIOR, SENIOR
    return suffix


def main() -> None:
    """Generates as many as asked for and says how long it took."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    began = time.perf_counter()
    population = generate(people)
    seconds = time.perf_counter() - began
    _, births = np.unique(population.birth, return_counts=True)
    print(
        f"{people:,} people in {seconds:.1f} s; {population.woman.mean():.1%} women; "
        f"{(population.kin == TWIN).sum():,} twins; {population.former_on_file.mean():.1%} with a former surname; "
        f"SSNs unique: {len(np.unique(population.ssn)) == people}; "
        f"two share a birth date in {float(((births / people) ** 2).sum()):.2e}"
    )


if __name__ == "__main__":
    main()
