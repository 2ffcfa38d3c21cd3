"""How well a typed name agrees with the names on a record, from best to worst; called by decide.

There is no tolerance for slips of the finger here: every level is a reason a clerk would accept, such as a
nickname or a former name. docs/adr/0003-matching-policy.md says which levels may be offered together.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from kecs.matching.names import Folded, OtherName, fold, generation_of
from kecs.matching.nicknames import are_forms_of_one_name


class Level(StrEnum):
    """Best first. The order is the order in which a level is looked for."""

    EXACT = "exact"
    JOINED = "joined"  # Mary Ann and Maryann, Müller and Mueller
    NICKNAME = "nickname"
    FORMER = "former"  # a name among the record's other names
    PART = "part"  # Mary and Mary Ann; Smith and Smith-Jones
    MIDDLE = "middle"  # goes by her middle name; keeps her maiden name as the middle name
    SWAPPED = "swapped"  # typed into each other's box
    ABSENT = "absent"  # the record holds no such name
    DIFFERS = "differs"


_DISAGREEING = frozenset({Level.ABSENT, Level.DIFFERS})
# Each of these lets some freedom in; two together would let in a stranger too many.
_LOOSE = frozenset({Level.PART, Level.MIDDLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordNames:
    """The names one record holds. Blank means not on file."""

    first_name: str = field(repr=False)
    middle_name: str = field(default="", repr=False)
    last_surname: str = field(repr=False)
    generation_code_suffix: str = field(default="", repr=False)
    other_names: tuple[OtherName, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NameLevels:
    """The level reached by each of the two names."""

    first_name: Level
    last_surname: Level

    @property
    def first_names_agree(self) -> bool:
        """The kin rule: without this nothing is ever offered, whatever else agrees."""
        return self.first_name not in _DISAGREEING

    @property
    def last_surnames_agree(self) -> bool:
        """Whether the surname agrees at some level."""
        return self.last_surname not in _DISAGREEING

    @property
    def both_agree(self) -> bool:
        """Both names agree, and at least one of them on a firm level."""
        both_loose = self.first_name in _LOOSE and self.last_surname in _LOOSE
        return self.first_names_agree and self.last_surnames_agree and not both_loose


def compare_names(first_name: str, last_surname: str, record: RecordNames) -> NameLevels:
    """The levels of a typed first and last name against one record; typed names need no preparation."""
    first, last = fold(first_name), fold(last_surname)
    generations_differ = _generations_differ(first, last, record)
    straight = NameLevels(
        first_name=_first_name_level(first, record),
        last_surname=Level.DIFFERS if generations_differ else _last_surname_level(last, record),
    )
    if not straight.both_agree and not generations_differ and _swapped(first, last, record):
        return NameLevels(first_name=Level.SWAPPED, last_surname=Level.SWAPPED)
    return straight


def _generations_differ(first: Folded, last: Folded, record: RecordNames) -> bool:
    """Father and son: both sides state a generation, and not the same one. Silence contradicts nothing."""
    typed = last.generation or first.generation
    on_file = generation_of(record.generation_code_suffix) or fold(record.last_surname).generation
    return typed is not None and on_file is not None and typed != on_file


def _same(typed: Folded, on_file: str) -> Level | None:
    other = fold(on_file)
    if not typed.joined or not other.joined:
        return None  # two names of which nothing is left are not the same name
    if typed.tokens == other.tokens:
        return Level.EXACT
    if typed.spellings & other.spellings:
        return Level.JOINED
    return None


def _same_or_nickname(typed: Folded, on_file: str) -> Level | None:
    nickname = Level.NICKNAME if are_forms_of_one_name(typed.joined, fold(on_file).joined) else None
    return _same(typed, on_file) or nickname


def _first_name_level(typed: Folded, record: RecordNames) -> Level:
    level = _same_or_nickname(typed, record.first_name)
    if level:
        return level
    formers = [other.first_name for other in record.other_names if other.first_name]
    if any(_same_or_nickname(typed, former) for former in formers):
        return Level.FORMER
    if _is_part_of_first_name(typed, record):
        return Level.PART
    # A middle initial would let one typed letter stand for a whole first name.
    if len(fold(record.middle_name).joined) > 1 and _same_or_nickname(typed, record.middle_name):
        return Level.MIDDLE
    return Level.DIFFERS if fold(record.first_name).joined or formers else Level.ABSENT


def _is_part_of_first_name(typed: Folded, record: RecordNames) -> bool:
    """Mary for Mary Ann, Mary Ann for Mary (middle Ann, A or none) but not for Mary Beth.

    Twins are named like that, so a second name that is on both sides has to agree.
    """
    first, middle = fold(record.first_name), fold(record.middle_name)
    if not typed.tokens or not first.tokens:
        return False
    on_file = first.tokens + middle.tokens
    if middle.tokens and typed.joined == "".join(on_file):
        return True
    # A lone initial in front would let one typed letter stand for a whole first name.
    same_leading = typed.tokens[0] == on_file[0] and len(on_file[0]) > 1
    leading_agree = same_leading or are_forms_of_one_name(typed.tokens[0], on_file[0])
    following = zip(typed.tokens[1:], on_file[1:], strict=False)
    # With one word on each side there is no part to speak of: equal words were found before.
    several_words = len(typed.tokens) > 1 or len(first.tokens) > 1
    return several_words and leading_agree and all(_same_or_initial(one, other) for one, other in following)


def _same_or_initial(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return shorter == longer or (len(shorter) == 1 and longer.startswith(shorter))


def _last_surname_level(typed: Folded, record: RecordNames) -> Level:
    level = _same(typed, record.last_surname)
    if level:
        return level
    formers = [other.last_surname for other in record.other_names if other.last_surname]
    if any(_same(typed, former) for former in formers):
        return Level.FORMER
    if any(is_part_of_surname(typed, fold(surname)) for surname in (record.last_surname, *formers)):
        return Level.PART
    if len(fold(record.middle_name).joined) > 1 and _same(typed, record.middle_name):
        return Level.MIDDLE
    return Level.DIFFERS if fold(record.last_surname).joined or formers else Level.ABSENT


_PARTICLES = frozenset(
    {
        "a", "al", "bin", "da", "das", "de", "del", "den", "der",
        "di", "do", "dos", "du", "e", "el", "ibn", "la",
        "las", "le", "les", "lo", "los", "mac", "mc", "o", "of",
        "san", "st", "ten", "ter", "van", "von", "y", "zu",
    }
)  # fmt: skip
MOST_PARTS_TYPED = 2


@lru_cache(maxsize=16_384)
def surname_parts(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """The words of a compound surname that can stand alone: no particles, no initials."""
    return tuple(token for token in tokens if token not in _PARTICLES and len(token) > 1)


def is_part_of_surname(typed: Folded, on_file: Folded) -> bool:
    """Smith or Jones for Smith-Jones, and the other way round; Cruz for de la Cruz.

    Somebody who types three surnames or more is fishing, not naming herself, so that agrees with nothing.
    """
    typed_parts, file_parts = surname_parts(typed.tokens), surname_parts(on_file.tokens)
    if not typed_parts or not file_parts or len(typed_parts) > MOST_PARTS_TYPED:
        return False
    shorter, longer = sorted((typed_parts, file_parts), key=len)
    return typed.tokens != on_file.tokens and set(shorter) <= set(longer)


def _swapped(first: Folded, last: Folded, record: RecordNames) -> bool:
    surnames = (
        record.last_surname,
        *(other.last_surname for other in record.other_names if other.last_surname),
    )
    return bool(_same(last, record.first_name)) and any(_same(first, surname) for surname in surnames)
