"""How well a typed name agrees with the names on a record; called by decide.

Every level is a reason that a clerk would accept, from the same name to one slip of the finger; how much each is
worth for the name at hand is for evidence to say. docs/adr/0010-evidence-in-bits.md tells how they are weighed.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from rapidfuzz.distance import OSA, JaroWinkler

from kecs.matching.names import Folded, OtherName, fold, generation_of
from kecs.matching.nicknames import are_forms_of_one_name, are_names_of_two_people
from kecs.matching.sounds import sound


class Level(StrEnum):
    """The order is the order in which a level is looked for; the first that holds is it."""

    EXACT = "exact"
    JOINED = "joined"  # Mary Ann and Maryann, Müller and Mueller
    NICKNAME = "nickname"
    PART = "part"  # Mary and Mary Ann; Smith and Smith-Jones
    FORMER = "former"  # a name among the record's other names
    MIDDLE = "middle"  # goes by her middle name; keeps her maiden name as the middle name
    BEGINNING = "beginning"  # Alex and Alexandria: three letters or more
    INITIAL = "initial"  # one letter on either side
    TYPO = "typo"  # a slip of the finger; two in a long name
    ALIKE = "alike"  # looks or sounds alike
    ABSENT = "absent"  # the record holds no such name
    DIFFERS = "differs"


DISAGREEING = frozenset({Level.ABSENT, Level.DIFFERS})
# What may stand in the other name's box: by a mere likeness two strangers' names would be taken for swapped ones.
_SWAPPABLE = frozenset({Level.EXACT, Level.JOINED, Level.TYPO})


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
    """One way of reading what was typed: the level of each name on file.

    Where `swapped`, `first_name` is the level of what was typed as the last name against the first name on file, and
    the other way round.
    """

    first_name: Level
    last_surname: Level
    swapped: bool = False
    generations_differ: bool = False  # Jr against Sr

    @property
    def first_names_agree(self) -> bool:
        """The kin rule: without this nothing is ever offered, whatever else agrees."""
        return self.first_name not in DISAGREEING

    @property
    def last_surnames_agree(self) -> bool:
        """Whether the surname agrees at some level."""
        return self.last_surname not in DISAGREEING


def compare_names(first_name: str, last_surname: str, record: RecordNames) -> tuple[NameLevels, ...]:
    """The ways of reading a typed first and last name against one record: as typed and, where it makes sense, swapped.

    Typed names need no preparation. Where both sides state a generation (Jr, Sr) and not the same one, the surname
    differs: they are father and son.
    """
    first, last = fold(first_name), fold(last_surname)
    generations_differ = _generations_differ(first, last, record)
    straight = NameLevels(
        first_name=_first_name_level(first, record),
        last_surname=Level.DIFFERS if generations_differ else _last_surname_level(last, record),
        generations_differ=generations_differ,
    )
    if generations_differ:
        return (straight,)
    swapped = NameLevels(
        first_name=_like(last, fold(record.first_name)),
        last_surname=_swapped_surname(first, record),
        swapped=True,
    )
    if {swapped.first_name, swapped.last_surname} <= _SWAPPABLE:
        return straight, swapped
    return (straight,)


def _generations_differ(first: Folded, last: Folded, record: RecordNames) -> bool:
    """Father and son: both sides state a generation, and not the same one. Silence contradicts nothing."""
    typed = last.generation or first.generation
    on_file = generation_of(record.generation_code_suffix) or fold(record.last_surname).generation
    return typed is not None and on_file is not None and typed != on_file


def _same(typed: Folded, on_file: str) -> Level | None:
    return _same_folds(typed, fold(on_file))


def _same_folds(typed: Folded, other: Folded) -> Level | None:
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
    on_file = fold(record.first_name)
    part = _part_of_first_name(typed, record)
    if part is Level.PART:
        return part
    formers = [other.first_name for other in record.other_names if other.first_name]
    if any(_same_or_nickname(typed, former) for former in formers):
        return Level.FORMER
    if part:
        return part
    # A middle initial would let one typed letter stand for a whole first name.
    if len(fold(record.middle_name).joined) > 1 and _same_or_nickname(typed, record.middle_name):
        return Level.MIDDLE
    if not on_file.joined:
        return Level.DIFFERS if formers else Level.ABSENT
    if are_names_of_two_people(typed.joined, on_file.joined):
        return Level.DIFFERS
    return _beginning(typed, on_file) or _like(typed, on_file)


_SHORTEST_BEGINNING = 3


def _beginning(typed: Folded, on_file: Folded) -> Level | None:
    shorter, longer = sorted((typed.joined, on_file.joined), key=len)
    if not shorter or not longer.startswith(shorter):
        return None
    if len(shorter) == 1:
        return Level.INITIAL
    return Level.BEGINNING if len(shorter) >= _SHORTEST_BEGINNING else None


def _like(typed: Folded, on_file: Folded) -> Level:
    """EXACT, JOINED, TYPO, ALIKE or DIFFERS: one whole name against another."""
    level = _same_folds(typed, on_file)
    if level:
        return level
    if not typed.joined or not on_file.joined:
        return Level.DIFFERS
    return likeness(typed.joined, on_file.joined) or Level.DIFFERS


SHORTEST_FOR_A_SLIP, SHORTEST_FOR_TWO = 4, 8
_SHORTEST_ALIKE = 3
ALIKE_FROM = 0.9  # Jaro-Winkler


@lru_cache(maxsize=65_536)
def likeness(one: str, other: str) -> Level | None:
    """TYPO or ALIKE for two different folded names that are close, else None. Symmetric."""
    shorter = min(len(one), len(other))
    if OSA.distance(one, other, score_cutoff=slips_allowed(shorter)) <= slips_allowed(shorter):
        return Level.TYPO
    if shorter < _SHORTEST_ALIKE:
        return None
    looks_alike = JaroWinkler.similarity(one, other, score_cutoff=ALIKE_FROM) >= ALIKE_FROM
    return Level.ALIKE if looks_alike or sound(one) == sound(other) else None


def slips_allowed(letters: int) -> int:
    """How many slips of the finger a name of so many letters may have and still be read."""
    return (letters >= SHORTEST_FOR_A_SLIP) + (letters >= SHORTEST_FOR_TWO)


def _part_of_first_name(typed: Folded, record: RecordNames) -> Level | None:
    """Mary for Mary Ann, Mary Ann for Mary (middle Ann, A or none) but not for Mary Beth.

    Twins are named like that, so that a second name which is on both sides and not the same makes them two people.
    """
    first, middle = fold(record.first_name), fold(record.middle_name)
    if not typed.tokens or not first.tokens:
        return None
    on_file = first.tokens + middle.tokens
    if middle.tokens and typed.joined == "".join(on_file):
        return Level.PART
    # A lone initial in front would let one typed letter stand for a whole first name.
    same_leading = typed.tokens[0] == on_file[0] and len(on_file[0]) > 1
    leading_agree = same_leading or are_forms_of_one_name(typed.tokens[0], on_file[0])
    if not leading_agree:
        return None
    # Somewhere are several words, for one equal word on each side was found before.
    following = zip(typed.tokens[1:], on_file[1:], strict=False)
    return Level.PART if all(_same_or_initial(one, other) for one, other in following) else Level.DIFFERS


def _same_or_initial(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return longer.startswith(shorter) if len(shorter) == 1 else _same_word(shorter, longer)


def _same_word(one: str, other: str) -> bool:
    return one == other or likeness(one, other) is Level.TYPO


def _last_surname_level(typed: Folded, record: RecordNames) -> Level:
    level = _same(typed, record.last_surname)
    if level:
        return level
    # Half of the present name before a former one: it is the rarer of the two to agree by chance.
    if is_part_of_surname(typed, fold(record.last_surname)):
        return Level.PART
    formers = [other.last_surname for other in record.other_names if other.last_surname]
    if any(_same(typed, former) for former in formers):
        return Level.FORMER
    if any(is_part_of_surname(typed, fold(former)) for former in formers):
        return Level.PART
    if len(fold(record.middle_name).joined) > 1 and _same(typed, record.middle_name):
        return Level.MIDDLE
    on_file = fold(record.last_surname)
    if not on_file.joined:
        return Level.DIFFERS if formers else Level.ABSENT
    if not 1 <= len(surname_parts(typed.tokens)) <= MOST_PARTS_TYPED:
        return Level.DIFFERS  # particles alone ("de la") begin too many names, and three names are a net
    level = _like(typed, on_file)
    if level is Level.DIFFERS and any(_like(typed, fold(former)) is Level.TYPO for former in formers):
        return Level.ALIKE
    return level


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


def _swapped_surname(typed: Folded, record: RecordNames) -> Level:
    """What was typed as the first name, against the surname on file and every former one: the best of them."""
    formers = [other.last_surname for other in record.other_names if other.last_surname]
    found = [_like(typed, fold(surname)) for surname in (record.last_surname, *formers)]
    return min(found, key=list(Level).index)
