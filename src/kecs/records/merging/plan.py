"""PURE. What a merge of two records would make of them: the facts that stay, the names that are kept, who holds the record.

Called by queries for the page and by actions for the deed, so that what staff read is what is done.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from kecs.matching.names import OtherName, fold
from kecs.records.importing.plan import changes_between, same_when_folded
from kecs.records.importing.rows import OnFile
from kecs.records.kinds import AssuranceLevel

_FULL_SSN = 9
_INITIAL = 1


class Side(StrEnum):
    """One of the two records, as the page shows them."""

    FIRST = "first"
    SECOND = "second"

    @property
    def other(self) -> "Side":
        """The one across."""
        return Side.SECOND if self is Side.FIRST else Side.FIRST


# What staff choose a side for, besides the number: the columns of a record, in the order of the page.
FACTS = tuple(each.name for each in fields(OnFile) if each.name != "other_names")


class Trouble(StrEnum):
    """Why two records cannot be merged as chosen."""

    ONE_RECORD = "one_record"
    CHOOSE_KEEPER = "choose_keeper"  # two accounts hold them, and nobody said which keeps the record
    KEEPER_FROZEN = "keeper_frozen"  # somebody said that this claim is false
    KEEPER_WEAKER = "keeper_weaker"  # the other account has proved more, and staff have not seen the person


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """An account's live hold on a record."""

    level: AssuranceLevel
    frozen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of the two records, opened. `hold` is None where no account holds it."""

    record_id: str
    number: str = field(repr=False)
    on_file: OnFile = field(repr=False)
    hold: Hold | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What staff chose. `facts` names a side for each of FACTS; `keeper` the side whose account keeps the record."""

    survivor: Side
    facts: Mapping[str, Side]
    keeper: Side | None = None
    person_checked: bool = False

    def stored(self) -> dict[str, object]:
        """As JSON: words, no values."""
        return {
            "survivor": self.survivor.value,
            "facts": {name: side.value for name, side in self.facts.items()},
            "keeper": self.keeper.value if self.keeper else None,
            "person_checked": self.person_checked,
        }


def choices_from(stored: Mapping[str, Any]) -> Choices:
    """What `stored` wrote."""
    facts, keeper = stored["facts"], stored["keeper"]
    return Choices(
        survivor=Side(stored["survivor"]),
        facts={name: Side(side) for name, side in facts.items()},
        keeper=Side(keeper) if keeper else None,
        person_checked=bool(stored["person_checked"]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePlan:
    """What moves. `after` is what the survivor holds afterwards."""

    troubles: tuple[Trouble, ...]
    after: OnFile = field(repr=False)
    added_names: frozenset[OtherName] = field(repr=False)  # that the survivor did not have
    changes: tuple[str, ...]  # columns of the survivor
    both_held: bool
    keeper: Side | None  # whose account holds the record afterwards
    loser: Side | None  # whose account holds it no more
    level: AssuranceLevel | None  # of the keeper's hold afterwards: never above what it was
    falls: bool  # the keeper has to prove anew that she is the person
    address_counts: bool  # the address on file was there for both records, so that it may prove a claim still


def plan(first: Part, second: Part, choices: Choices) -> MergePlan:
    """What a merge with these choices makes of the two. With troubles, it must not be done."""
    sides = {Side.FIRST: first, Side.SECOND: second}
    after = _after(sides, choices)
    survivor = sides[choices.survivor].on_file
    held = [side for side, part in sides.items() if part.hold]
    both_held = len(held) == len(sides)
    keeper = choices.keeper if both_held else (held[0] if held else None)
    hold = sides[keeper].hold if keeper else None
    falls = (
        hold is not None
        and hold.level is AssuranceLevel.VERIFIED
        and not choices.person_checked
        and not same_identity(first.on_file, second.on_file)
    )
    return MergePlan(
        troubles=_troubles(sides, choices, both_held=both_held),
        after=after,
        added_names=after.other_names - survivor.other_names,
        changes=changes_between(survivor, after),
        both_held=both_held,
        keeper=keeper,
        loser=keeper.other if both_held and keeper else None,
        level=(AssuranceLevel.PROVISIONAL if falls else hold.level) if hold else None,
        falls=falls,
        address_counts=bool(first.on_file.email)
        and first.on_file.email.casefold() == second.on_file.email.casefold(),
    )


def same_identity(one: OnFile, other: OnFile) -> bool:
    """Whether nothing that says who a person is differs, and birth date or SSN agree: then a proof for one is one for both."""
    births = {born for born in (one.birth_date, other.birth_date) if born}
    endings = [ssn[-4:] for ssn in (one.ssn, other.ssn) if ssn]
    whole = {ssn for ssn in (one.ssn, other.ssn) if len(ssn) == _FULL_SSN}
    differs = len(births) > 1 or len(set(endings)) > 1 or len(whole) > 1
    agrees = (one.birth_date is not None and one.birth_date == other.birth_date) or len(endings) > len(
        set(endings)
    )
    return agrees and not differs


def _troubles(sides: Mapping[Side, Part], choices: Choices, *, both_held: bool) -> tuple[Trouble, ...]:
    if sides[Side.FIRST].record_id == sides[Side.SECOND].record_id:
        return (Trouble.ONE_RECORD,)
    if not both_held:
        return ()
    if choices.keeper is None:
        return (Trouble.CHOOSE_KEEPER,)
    keeps, loses = sides[choices.keeper].hold, sides[choices.keeper.other].hold
    if keeps is None or loses is None:
        return ()
    if keeps.frozen:
        return (Trouble.KEEPER_FROZEN,)
    if keeps.level < loses.level and not choices.person_checked:
        return (Trouble.KEEPER_WEAKER,)
    return ()


def _after(sides: Mapping[Side, Part], choices: Choices) -> OnFile:
    chosen = {name: getattr(sides[choices.facts.get(name, choices.survivor)].on_file, name) for name in FACTS}
    present = OtherName(first_name=chosen["first_name"], last_surname=chosen["last_surname"])
    kept: set[OtherName] = set()
    for part in (sides[choices.survivor], sides[choices.survivor.other]):
        kept |= _names_of(part.on_file, present, chosen["middle_name"])
    return OnFile(other_names=frozenset(kept), **chosen)


def _names_of(on_file: OnFile, present: OtherName, middle_name: str) -> set[OtherName]:
    """The names of one record that the merged one keeps besides its present name. None is lost."""
    names = set(on_file.other_names)
    # A blank half means the record's own name, which may be another one from now on.
    names |= {
        OtherName(
            first_name=name.first_name or on_file.first_name,
            last_surname=name.last_surname or on_file.last_surname,
        )
        for name in names
        if (not name.first_name and not _same(on_file.first_name, present.first_name))
        or (not name.last_surname and not _same(on_file.last_surname, present.last_surname))
    }
    own = OtherName(first_name=on_file.first_name, last_surname=on_file.last_surname)
    if own != OtherName() and not same_when_folded(own, present):
        names.add(own)
    # Who goes by her middle name is found by it, as long as it is more than an initial.
    middle, stays = fold(on_file.middle_name).joined, fold(middle_name).joined
    if len(middle) > _INITIAL and middle != stays:
        names.add(OtherName(first_name=on_file.middle_name))
    return names


def _same(one: str, other: str) -> bool:
    return fold(one).tokens == fold(other).tokens


# --- What the page proposes ---------------------------------------------------------------------------------------


def safer_survivor(first: Part, second: Part) -> Side:
    """Whose number stays unless staff say otherwise: that of the record that is held, or held more surely."""
    return Side.SECOND if _sureness(second.hold) > _sureness(first.hold) else Side.FIRST


def safer_keeper(first: Part, second: Part) -> Side | None:
    """Whose account keeps the record unless staff say otherwise; nobody's where both are as sure."""
    one, other = _sureness(first.hold), _sureness(second.hold)
    if one == other:
        return None
    return Side.FIRST if one > other else Side.SECOND


def safer_side(name: str, first: Part, second: Part) -> Side | None:
    """Whose value of a fact is the safer one: the known one, the whole number, deceased; else that of whoever proved more.

    None where nothing tells: staff must look.
    """
    one, other = getattr(first.on_file, name), getattr(second.on_file, name)
    survivor = safer_survivor(first, second)
    if one == other:
        return survivor
    if not one or not other:
        return Side.FIRST if one else Side.SECOND
    if name == "ssn" and len(one) != len(other) and one[-4:] == other[-4:]:
        return Side.FIRST if len(one) > len(other) else Side.SECOND
    if name in {"ssn", "birth_date"}:
        # By these people are found. A claim proves neither; who typed them may have registered by them.
        return _proved(first, second)
    return survivor


def _proved(first: Part, second: Part) -> Side | None:
    """The side whose holder has shown who she is, if one has and the other has not."""
    proved = [
        side
        for side, part in ((Side.FIRST, first), (Side.SECOND, second))
        if part.hold and part.hold.level is AssuranceLevel.VERIFIED
    ]
    return proved[0] if len(proved) == 1 else None


def _sureness(hold: Hold | None) -> int:
    if hold is None:
        return -2
    return -1 if hold.frozen else int(hold.level)
