"""What the pages of a merge show: two records side by side, and what would move. Every SSN is masked."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.translation import gettext as _

from kecs.accounts.queries import state_of
from kecs.console.comparing import Agreement
from kecs.console.merging.messages import FACTS as WORDS
from kecs.records.holdings.queries import holder_of
from kecs.records.kinds import AssuranceLevel
from kecs.records.merging.plan import (
    FACTS,
    Choices,
    MergePlan,
    Part,
    Side,
    plan,
    safer_keeper,
    safer_side,
    safer_survivor,
)
from kecs.records.merging.queries import parts_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NOTHING = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One fact of both."""

    fact: str
    label: "StrOrPromise"
    first: str = field(repr=False)
    second: str = field(repr=False)
    agreement: Agreement
    safer: Side | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two records, side by side."""

    first_id: UUID
    second_id: UUID
    parts: tuple[Part, Part] = field(repr=False)
    lines: tuple[Line, ...] = field(repr=False)

    @property
    def differing(self) -> tuple[Line, ...]:
        """What staff choose: the numbers always, an account only where there are two."""
        return tuple(
            line
            for line in self.lines
            if line.agreement is not Agreement.SAME
            and line.fact != "other_names"
            and (line.fact != "account" or self.both_held)
        )

    @property
    def both_held(self) -> bool:
        """Whether it takes two members of staff."""
        return all(part.hold for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """What a merge would do, in words of the page."""

    planned: MergePlan = field(repr=False)
    number: str = field(repr=False)
    absorbed_number: str = field(repr=False)
    lines: tuple[tuple["StrOrPromise", str], ...] = field(repr=False)  # what the record holds afterwards
    dropped: tuple[tuple["StrOrPromise", str], ...] = field(repr=False)  # what is not kept
    findable_less: bool  # a number or birth date that is dropped finds nobody any more
    names: tuple[str, ...] = field(repr=False)  # the other names afterwards
    keeps: str = field(repr=False)  # the username of the account that has the record afterwards
    loses: str = field(repr=False)


def compared(first_id: UUID, second_id: UUID) -> Compared | None:
    """Both, opened; None where either is gone. Who shows them records the look first."""
    parts = parts_of(first_id, second_id)
    if parts is None:
        return None
    one, other = parts
    number = Line(
        fact="staff_unique_id",
        label=WORDS["staff_unique_id"],
        first=one.number,
        second=other.number,
        agreement=Agreement.DIFFERENT,
        safer=safer_survivor(one, other),
    )
    names = _line("other_names", _names(one), _names(other), None)
    held = (_account(first_id, one), _account(second_id, other))
    account = _line("account", *held, safer_keeper(one, other))
    facts = [
        Line(
            fact=fact,
            label=WORDS[fact],
            first=shown(fact, one),
            second=shown(fact, other),
            agreement=_agreement(fact, one, other),
            safer=safer_side(fact, one, other),
        )
        for fact in FACTS
    ]
    return Compared(
        first_id=first_id, second_id=second_id, parts=parts, lines=(number, *facts, names, account)
    )


def _line(fact: str, first: str, second: str, safer: Side | None) -> Line:
    known = NOTHING not in (first, second)
    same = Agreement.SAME if first == second else Agreement.DIFFERENT if known else Agreement.UNKNOWN
    return Line(fact=fact, label=WORDS[fact], first=first, second=second, agreement=same, safer=safer)


def _agreement(fact: str, one: Part, other: Part) -> Agreement:
    """By the whole values: two numbers with one ending are different, though they look alike when masked."""
    values = getattr(one.on_file, fact), getattr(other.on_file, fact)
    if values[0] == values[1]:
        return Agreement.SAME
    return Agreement.DIFFERENT if all(values) or fact == "deceased" else Agreement.UNKNOWN


def shown(fact: str, part: Part) -> str:
    """A fact as staff read it."""
    value: Any = getattr(part.on_file, fact)
    if not value:
        return NOTHING
    if fact == "deceased":
        return _("Yes")
    if fact == "birth_date":
        return f"{value:%m/%d/%Y}"
    if fact == "ssn":
        whole = "***-**-" if len(value) > len("1234") else _("only the last four:") + " "
        return f"{whole}{value[-4:]}"
    return str(value)


def _names(part: Part) -> str:
    return ", ".join(_sorted_names(part.on_file.other_names)) or NOTHING


def _sorted_names(names: Any) -> list[str]:
    return sorted(f"{name.first_name} {name.last_surname}".strip() for name in names)


def _account(record_id: UUID, part: Part) -> str:
    account_id = holder_of(record_id)
    if account_id is None or part.hold is None:
        return NOTHING
    return f"{state_of(account_id).username} ({_sureness(part)})"


def _sureness(part: Part) -> str:
    if part.hold is None or part.hold.frozen:
        return _("on hold")
    return {
        AssuranceLevel.VERIFIED: _("proved"),
        AssuranceLevel.PROVISIONAL: _("has a claim"),
        AssuranceLevel.UNDER_REVIEW: _("under review"),
    }[part.hold.level]


def moves_of(page: Compared, choices: Choices) -> Moves:
    """What these choices would do."""
    one, other = page.parts
    sides = {Side.FIRST: one, Side.SECOND: other}
    ids = {Side.FIRST: page.first_id, Side.SECOND: page.second_id}
    planned = plan(one, other, choices)
    kept = {fact: choices.facts.get(fact, choices.survivor) for fact in FACTS}
    lines = [(WORDS[fact], shown(fact, sides[kept[fact]])) for fact in FACTS]
    dropped = [
        (fact, shown(fact, sides[kept[fact].other]))
        for fact in ("birth_date", "ssn", "email")
        if getattr(sides[kept[fact].other].on_file, fact)
        and _agreement(fact, one, other) is not Agreement.SAME
    ]
    return Moves(
        planned=planned,
        number=sides[choices.survivor].number,
        absorbed_number=sides[choices.survivor.other].number,
        lines=tuple(line for line in lines if line[1] != NOTHING),
        dropped=tuple((WORDS[fact], value) for fact, value in dropped),
        findable_less=any(fact != "email" for fact, _value in dropped),
        names=tuple(_sorted_names(planned.after.other_names)),
        keeps=_username(ids.get(planned.keeper) if planned.keeper else None),
        loses=_username(ids.get(planned.loser) if planned.loser else None),
    )


def _username(record_id: UUID | None) -> str:
    account_id = holder_of(record_id) if record_id else None
    return state_of(account_id).username if account_id else ""
