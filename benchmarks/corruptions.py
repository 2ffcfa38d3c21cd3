"""What happens to the facts of a person between the file and the form; one function for each kind. Called by matching.py.

A kind takes somebody on file and says what the file holds of her and what she types, or None where it cannot happen to her
(no nickname is known for her name). The shares say how often the kind is taken to happen among 100 people who come and have
a record. No published count exists for people who search for themselves, so all shares are assumptions; where a source says
something about the order of size, it stands beside the share. The mean over all kinds is worth no more than they are, the
figure of each kind does not depend on them.

Names that are put into the file here (accents, apostrophes, spaces) are common American surnames of that sort; nicknames are
a list made for this benchmark, not the list that the product reads.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from string import ascii_lowercase

from benchmarks.population import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What she types: four facts in the search, and the full SSN when she creates an account."""

    first_name: str
    last_surname: str
    birth_date: date
    last4: str
    ssn: str


Corrupted = tuple[Person, Typed]
Corrupt = Callable[[Person, Random], Corrupted | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of corruption, its share in 100 people, and where the share comes from."""

    name: str
    share: float
    source: str
    corrupt: Corrupt


def as_on_file(person: Person) -> Typed:
    """What she would type if the file were right and she made no slip."""
    return Typed(
        first_name=person.first_name,
        last_surname=person.last_surname,
        birth_date=person.birth_date,
        last4=person.last4,
        ssn=person.ssn,
    )


def nothing(person: Person, random: Random) -> Corrupted:
    """The file is right and so is she."""
    return person, as_on_file(person)


# --- Names that changed, or that have several forms ---

_NICKNAMES = """
abigail abby|alexander alex|alexandra alex|amanda mandy|andrew andy|angela angie|anthony tony|barbara barb|benjamin ben
brenda bren|catherine cathy|charles charlie|christina chris|christine chris|christopher chris|cynthia cindy|daniel dan
david dave|deborah debbie|debra debbie|dennis denny|donald don|dorothy dot|douglas doug|edward ed|elizabeth liz
elizabeth beth|frances fran|gerald jerry|gregory greg|jacqueline jackie|james jim|janet jan|jeffrey jeff|jennifer jen
jennifer jenny|jessica jess|john jack|jonathan jon|joseph joe|joshua josh|judith judy|katherine kate|katherine kathy
kathleen kathy|kenneth ken|kimberly kim|larry lawrence|laura laurie|lawrence larry|leonard len|linda lindy|margaret peggy
margaret maggie|martha marty|matthew matt|megan meg|melissa missy|michael mike|michelle shelly|nancy nan|nicholas nick
nicole nicky|pamela pam|patricia pat|patricia patty|patrick pat|peter pete|philip phil|rachel rach|raymond ray|rebecca becky
richard rick|richard dick|robert bob|robert rob|ronald ron|samantha sam|samuel sam|sandra sandy|sharon shari|stephanie steph
stephen steve|steven steve|susan sue|suzanne sue|teresa terry|theresa terry|thomas tom|timothy tim|valerie val|victoria vicky
virginia ginny|walter walt|william bill|william will|zachary zach
"""


def _by_name(table: str) -> dict[str, list[str]]:
    forms: dict[str, list[str]] = {}
    for pair in table.replace("\n", "|").strip("|").split("|"):
        name, form = pair.split()
        forms.setdefault(name.capitalize(), []).append(form.capitalize())
    return forms


NICKNAMES = _by_name(_NICKNAMES)


def nickname(person: Person, random: Random) -> Corrupted | None:
    """Katherine on file; Kate comes."""
    forms = NICKNAMES.get(person.first_name)
    return (person, replace(as_on_file(person), first_name=random.choice(forms))) if forms else None


def nickname_on_file(person: Person, random: Random) -> Corrupted | None:
    """Kate on file; Katherine comes."""
    swapped = nickname(person, random)
    if swapped is None:
        return None
    return replace(person, first_name=swapped[1].first_name), as_on_file(person)


def former_on_file(person: Person, random: Random) -> Corrupted | None:
    """The file has the married name and the former one; she types the former."""
    if not person.former_surname:
        return None
    return person, replace(as_on_file(person), last_surname=person.former_surname)


def former_not_on_file(person: Person, random: Random) -> Corrupted | None:
    """She married, and the file knows one of the two names only: nothing ties the surnames together."""
    if person.last_surname == person.birth_surname:
        return None
    record = replace(person, last_surname=person.birth_surname, former_surname="")
    return record, replace(as_on_file(person), last_surname=person.last_surname)


def one_of_two_surnames(person: Person, random: Random) -> Corrupted | None:
    """Smith-Jones on file; Smith or Jones comes."""
    parts = person.last_surname.split("-")
    if len(parts) == 1 or parts[0] == parts[1]:
        return None
    return person, replace(as_on_file(person), last_surname=random.choice(parts))


def double_surname_typed(person: Person, random: Random) -> Corrupted | None:
    """Her birth name on file; she types both, with a hyphen."""
    if person.last_surname == person.birth_surname:
        return None
    record = replace(person, last_surname=person.birth_surname, former_surname="")
    married = person.last_surname.split("-")[-1]
    return record, replace(as_on_file(record), last_surname=f"{person.birth_surname}-{married}")


def middle_name_used(person: Person, random: Random) -> Corrupted | None:
    """She goes by her middle name, which the file has in full."""
    if len(person.middle_name) < 2:
        return None
    return person, replace(as_on_file(person), first_name=person.middle_name)


def both_given_names(person: Person, random: Random) -> Corrupted | None:
    """She types first and middle name into the first box."""
    if not person.middle_name:
        return None
    return person, replace(as_on_file(person), first_name=f"{person.first_name} {person.middle_name}")


def initial_only(person: Person, random: Random) -> Corrupted:
    """One letter for the first name."""
    return person, replace(as_on_file(person), first_name=person.first_name[0])


def suffix(person: Person, random: Random) -> Corrupted:
    """The suffix is on file and she leaves it out, or it is typed behind the surname and not on file."""
    if random.random() < 0.5:
        return replace(person, suffix="Jr"), as_on_file(person)
    return person, replace(as_on_file(person), last_surname=f"{person.last_surname} Jr.")


def swapped_boxes(person: Person, random: Random) -> Corrupted:
    """First name and surname in each other's box."""
    typed = as_on_file(person)
    return person, replace(typed, first_name=typed.last_surname, last_surname=typed.first_name)


# --- Ways of writing one name ---

_ACCENTS = {
    "González": "Gonzalez", "Muñoz": "Munoz", "Peña": "Pena", "García": "Garcia", "Martínez": "Martinez",
    "Núñez": "Nunez", "Lefèvre": "Lefevre", "Dvořák": "Dvorak", "Nguyễn": "Nguyen", "Kowalczyk": "Kowalczyk",
    "Łukasiewicz": "Lukasiewicz", "Žižka": "Zizka", "Gonçalves": "Goncalves", "Ibáñez": "Ibanez",
}  # fmt: skip
_APOSTROPHES = (
    "O'Brien",
    "O'Connor",
    "O'Neal",
    "D'Angelo",
    "O'Reilly",
    "D'Amico",
    "O'Donnell",
    "Dell'Aquila",
)
_SPACED = (
    "Van Buren",
    "De La Cruz",
    "Mc Donald",
    "Mac Arthur",
    "St Clair",
    "Van Der Berg",
    "Del Rio",
    "La Rue",
)
_TRANSLITERATED = {
    "Müller": "Mueller", "Schröder": "Schroeder", "Weiß": "Weiss", "Køster": "Koester", "Åberg": "Aaberg",
    "Tchaikovsky": "Chaikovsky", "Mohammed": "Muhammad", "Nikolayev": "Nikolaev", "Yusuf": "Yousef", "Zhukov": "Joukov",
}  # fmt: skip


def _either_way(person: Person, one: str, other: str, random: Random) -> Corrupted:
    on_file, typed = (one, other) if random.random() < 0.5 else (other, one)
    record = replace(person, last_surname=on_file, former_surname="")
    return record, replace(as_on_file(record), last_surname=typed)


def accent(person: Person, random: Random) -> Corrupted:
    """Accents on one side only."""
    with_accents, without = random.choice([pair for pair in _ACCENTS.items() if pair[0] != pair[1]])
    return _either_way(person, with_accents, without, random)


def apostrophe(person: Person, random: Random) -> Corrupted:
    """O'Brien, OBrien, O Brien, O’Brien."""
    name = random.choice(_APOSTROPHES)
    return _either_way(person, name, name.replace("'", random.choice(("", " ", "\u2019"))), random)


def spacing(person: Person, random: Random) -> Corrupted:
    """De La Cruz, DeLaCruz, De-La-Cruz."""
    name = random.choice(_SPACED)
    return _either_way(person, name, name.replace(" ", random.choice(("", "-"))), random)


def transliteration(person: Person, random: Random) -> Corrupted:
    """Müller and Mueller, Mohammed and Muhammad."""
    one, other = random.choice(sorted(_TRANSLITERATED.items()))
    return _either_way(person, one, other, random)


def case_and_spaces(person: Person, random: Random) -> Corrupted:
    """Capitals or none, and a space that came along."""
    write = random.choice((str.upper, str.lower))
    first_name, last_surname = f" {write(person.first_name)}", f"{write(person.last_surname)} "
    return person, replace(as_on_file(person), first_name=first_name, last_surname=last_surname)


_LOOK_ALIKE = str.maketrans("aeopcx", "аеорсх")


def look_alike_letters(person: Person, random: Random) -> Corrupted | None:
    """Cyrillic letters that look Latin, from another keyboard or from a copied text."""
    typed = as_on_file(person)
    other = typed.last_surname[0] + typed.last_surname[1:].translate(_LOOK_ALIKE)
    return (person, replace(typed, last_surname=other)) if other != typed.last_surname else None


# --- Slips of the finger ---


def _slip(name: str, random: Random) -> str:
    """One letter wrong, missing or too many, or two neighbours exchanged; letters of the alphabet, each as likely."""
    place = random.randrange(len(name))
    letter = random.choice(ascii_lowercase)
    made = random.choice(
        (
            name[:place] + letter + name[place + 1 :],
            name[:place] + name[place + 1 :],
            name[:place] + letter + name[place:],
            name[:place] + name[place + 1 : place + 2] + name[place : place + 1] + name[place + 2 :],
        )
    )
    usable = made and made.casefold() != name.casefold()
    return made if usable else _slip(name, random)


def slip_in_first_name(person: Person, random: Random) -> Corrupted:
    """One slip in the first name."""
    return person, replace(as_on_file(person), first_name=_slip(person.first_name, random))


def slip_in_surname(person: Person, random: Random) -> Corrupted:
    """One slip in the surname."""
    return person, replace(as_on_file(person), last_surname=_slip(person.last_surname, random))


def slip_in_both_names(person: Person, random: Random) -> Corrupted:
    """One slip in each name."""
    first_name, last_surname = _slip(person.first_name, random), _slip(person.last_surname, random)
    return person, replace(as_on_file(person), first_name=first_name, last_surname=last_surname)


def two_slips_in_surname(person: Person, random: Random) -> Corrupted | None:
    """Two slips in the surname."""
    typed = _slip(_slip(person.last_surname, random), random)
    back_again = typed.casefold() == person.last_surname.casefold()
    return None if back_again else (person, replace(as_on_file(person), last_surname=typed))


def one_digit(digits: str, random: Random) -> str:
    """Another digit in one place."""
    place = random.randrange(len(digits))
    other = random.choice([digit for digit in "0123456789" if digit != digits[place]])
    return digits[:place] + other + digits[place + 1 :]


def _exchanged(digits: str, random: Random) -> str | None:
    places = [place for place in range(len(digits) - 1) if digits[place] != digits[place + 1]]
    if not places:
        return None
    place = random.choice(places)
    return digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]


def last4_digit_typed(person: Person, random: Random) -> Corrupted:
    """A slip in the last 4; when the full SSN is asked, she types it right."""
    return person, replace(as_on_file(person), last4=one_digit(person.last4, random))


def last4_exchanged_typed(person: Person, random: Random) -> Corrupted | None:
    """Two digits exchanged in the last 4; when the full SSN is asked, she types it right."""
    typed = _exchanged(person.last4, random)
    return (person, replace(as_on_file(person), last4=typed)) if typed else None


def last4_digit_on_file(person: Person, random: Random) -> Corrupted:
    """One of the last 4 digits is wrong on file, in the full SSN too."""
    return replace(person, ssn=person.ssn[:5] + one_digit(person.last4, random)), as_on_file(person)


def last4_exchanged_on_file(person: Person, random: Random) -> Corrupted | None:
    """Two of the last 4 digits stand exchanged on file, in the full SSN too."""
    wrong = _exchanged(person.last4, random)
    return (replace(person, ssn=person.ssn[:5] + wrong), as_on_file(person)) if wrong else None


def day_and_month(person: Person, random: Random) -> Corrupted | None:
    """Day before month, where that gives a date."""
    born = person.birth_date
    if born.day > 12 or born.day == born.month:
        return None
    return person, replace(as_on_file(person), birth_date=born.replace(month=born.day, day=born.month))


def birth_date_digit(person: Person, random: Random) -> Corrupted:
    """One digit of the birth date is another, where that gives a date that a form takes."""
    while True:
        written = one_digit(f"{person.birth_date:%Y%m%d}", random)
        try:
            born = date(int(written[:4]), int(written[4:6]), int(written[6:]))
        except ValueError:
            continue
        if 1920 <= born.year <= 2010:
            return person, replace(as_on_file(person), birth_date=born)


def married_and_slip(person: Person, random: Random) -> Corrupted | None:
    """A surname that nothing on file tells of, and a slip in the last 4 on file: two things at once."""
    changed = former_not_on_file(person, random)
    if changed is None:
        return None
    record, typed = changed
    return replace(record, ssn=person.ssn[:5] + one_digit(person.last4, random)), typed


_ASSUMED = "assumption"
_JUST = "assumption; Just et al. 2016 name misspellings as the commonest difference between two records of one person"
_SWAP = "assumption; Just et al. 2016 name exchanged name fields among the commonest; FEBRL has 4 to 7"
_DIGITS = "assumption; NASS lost 1 to 2 % of SSN matches with four digits for nine; FEBRL has 5"
_MARRIED = "assumption; Pew 2023: 79 % of women who marry a man take his name"
_DOUBLE = "assumption; Pew 2023: 5 % of women who marry a man use both names"

KINDS = (
    Kind(name="nothing", share=58.0, source="assumption: the rest", corrupt=nothing),
    Kind(name="case and spaces", share=5.0, source=_ASSUMED, corrupt=case_and_spaces),
    Kind(name="nickname typed", share=5.0, source=_ASSUMED, corrupt=nickname),
    Kind(name="nickname on file", share=1.5, source=_ASSUMED, corrupt=nickname_on_file),
    Kind(name="former surname typed, on file", share=6.0, source=_MARRIED, corrupt=former_on_file),
    Kind(name="surname changed, not on file", share=6.0, source=_MARRIED, corrupt=former_not_on_file),
    Kind(name="one half of a double surname", share=1.0, source=_DOUBLE, corrupt=one_of_two_surnames),
    Kind(name="double surname, half on file", share=1.0, source=_DOUBLE, corrupt=double_surname_typed),
    Kind(name="middle name used", share=1.5, source=_ASSUMED, corrupt=middle_name_used),
    Kind(name="first and middle name in one box", share=1.0, source=_ASSUMED, corrupt=both_given_names),
    Kind(name="initial only", share=0.3, source=_ASSUMED, corrupt=initial_only),
    Kind(name="suffix on one side", share=0.5, source=_ASSUMED, corrupt=suffix),
    Kind(name="boxes swapped", share=1.0, source=_SWAP, corrupt=swapped_boxes),
    Kind(name="accent", share=1.0, source=_ASSUMED, corrupt=accent),
    Kind(name="apostrophe", share=0.5, source=_ASSUMED, corrupt=apostrophe),
    Kind(name="spacing", share=0.5, source=_ASSUMED, corrupt=spacing),
    Kind(name="transliteration", share=0.3, source=_ASSUMED, corrupt=transliteration),
    Kind(name="look-alike letters", share=0.1, source=_ASSUMED, corrupt=look_alike_letters),
    Kind(name="slip in the first name", share=2.0, source=_JUST, corrupt=slip_in_first_name),
    Kind(name="slip in the surname", share=2.5, source=_JUST, corrupt=slip_in_surname),
    Kind(name="slip in both names", share=0.3, source=_JUST, corrupt=slip_in_both_names),
    Kind(name="two slips in the surname", share=0.3, source=_JUST, corrupt=two_slips_in_surname),
    Kind(name="last 4: one digit typed wrong", share=1.0, source=_DIGITS, corrupt=last4_digit_typed),
    Kind(name="last 4: exchanged in typing", share=0.5, source=_DIGITS, corrupt=last4_exchanged_typed),
    Kind(name="last 4: one digit wrong on file", share=0.7, source=_DIGITS, corrupt=last4_digit_on_file),
    Kind(name="last 4: exchanged on file", share=0.3, source=_DIGITS, corrupt=last4_exchanged_on_file),
    Kind(
        name="day and month exchanged", share=0.7, source="assumption; FEBRL has 0.01", corrupt=day_and_month
    ),
    Kind(
        name="birth date: one digit", share=1.0, source="assumption; FEBRL has 0.5", corrupt=birth_date_digit
    ),
    Kind(name="new surname and last 4 wrong on file", share=0.5, source=_ASSUMED, corrupt=married_and_slip),
)
