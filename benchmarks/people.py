"""Fictional people by number: on file (even numbers may be imported) or new, each unlike every other in what matching asks."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

PASSWORD = "Brisk-Otter7 lamp"
FIRST_NAMES = ("Ada", "Bruno", "Clara", "Derek", "Elena", "Felix", "Greta", "Hugo", "Irene", "Jonas")
SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
SERIALS = 9_998  # last 4 from 0001 to 9998
DAYS = 15_000
COLUMNS = ("staff_unique_id", "first_name", "last_surname", "birth_date", "ssn", "email")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What she types. The SSN is of an area that is never issued."""

    number: int
    first_name: str
    last_surname: str
    birth_date: date
    ssn: str

    @property
    def username(self) -> str:
        """Free, as nobody else has her surname."""
        return f"{self.first_name}.{self.last_surname}".lower()

    @property
    def email(self) -> str:
        """Her own address."""
        return f"{self.username}@example.org"

    @property
    def address(self) -> str:
        """The network that she comes from: limits per network are met by nobody but crowds."""
        return f"10.{self.number >> 16 & 255}.{self.number >> 8 & 255}.{self.number & 255}"


def surname(number: int) -> str:
    """Four syllables or more, a different word for each number."""
    word = ""
    while number or len(word) < 8:
        number, which = divmod(number, len(SYLLABLES))
        word += SYLLABLES[which]
    return word.capitalize()


def person(number: int) -> Person:
    """No two share a surname, an SSN, or birth date and last 4; the demonstration's SSNs (area 900) are left out."""
    block, serial = divmod(number, SERIALS)
    return Person(
        number=number,
        first_name=FIRST_NAMES[number % len(FIRST_NAMES)],
        last_surname=surname(number),
        birth_date=date(1955, 1, 1) + timedelta(days=(serial + block) % DAYS),
        ssn=f"{910 + block % 70}{1 + (block // 70 + serial) % 99:02}{1 + serial:04}",
    )


def write_csv(path: Path, people: Iterable[Person]) -> None:
    """A file for `kecs import`, with an address on file for each, so that each claim mails two people."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for each in people:
            rows.writerow(
                (
                    f"B{each.number:08}",
                    each.first_name,
                    each.last_surname,
                    each.birth_date.isoformat(),
                    each.ssn,
                    f"on.file.{each.number}@example.org",
                )
            )
