"""The people of the tests. SSNs are of areas that are never issued, addresses at example.org."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import count

from kecs.matching.names import OtherName
from kecs.records.importing.apply import apply_rows
from kecs.records.importing.prepare import NumberedRow
from kecs.records.importing.rows import ImportRow
from kecs.records.models import EducatorRecord

PASSWORD = "Brisk-Otter7 lamp"
_numbers = count(1)


@dataclass(frozen=True, kw_only=True)
class Person:
    """What a person would type about herself."""

    first_name: str = "María"
    last_surname: str = "Fuentes-Ortega"
    birth_date: date = date(1985, 4, 9)
    ssn: str = "900554321"
    email: str = "maria@example.org"

    @property
    def last4(self) -> str:
        """The last four digits."""
        return self.ssn[-4:]

    def search(self, **instead: str) -> dict[str, str]:
        """The search form, filled in."""
        return {
            "first_name": self.first_name,
            "last_surname": self.last_surname,
            "last4": self.last4,
            "birth_date": self.birth_date.strftime("%m/%d/%Y"),
            "robot": "on",
            **instead,
        }

    def account(self, **instead: str) -> dict[str, str]:
        """The account form of a claim, filled in."""
        return {
            "username": "maria.fuentes",
            "email": self.email,
            "password1": PASSWORD,
            "password2": PASSWORD,
            **instead,
        }

    def new_account(self, **instead: str) -> dict[str, str]:
        """The account form of Create New Account, filled in."""
        identity = {
            "first_name": self.first_name,
            "last_surname": self.last_surname,
            "birth_date": self.birth_date.strftime("%m/%d/%Y"),
            "ssn": self.ssn,
        }
        return self.account(**{**identity, **instead})


MARIA = Person()


def on_file(
    person: Person,
    *,
    contact_email: str = "",
    deceased: bool = False,
    other_names: Iterable[tuple[str, str]] = (),
    middle_name: str = "",
    ssn: str | None = "",
    birth_date: date | None = date(1, 1, 1),
) -> EducatorRecord:
    """The agency's record of this person; `ssn` and `birth_date` may be taken away with None."""
    staff_unique_id = f"T{next(_numbers):06}"
    row = ImportRow(
        staff_unique_id=staff_unique_id,
        first_name=person.first_name,
        middle_name=middle_name,
        last_surname=person.last_surname,
        other_names=tuple(OtherName(first_name=first, last_surname=last) for first, last in other_names),
        birth_date=person.birth_date if birth_date == date(1, 1, 1) else birth_date,
        ssn=person.ssn if ssn == "" else ssn or "",
        email=contact_email,
        deceased=deceased,
    )
    apply_rows(rows=[NumberedRow(line=2, row=row)], source="tests", by="system:tests")
    return EducatorRecord.objects.get(staff_unique_id=staff_unique_id)
