"""PURE. The director's picture of some weeks, from what was recorded: numbers only, nobody's data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median
from typing import Any

CODES = frozenset(
    {
        "registration.search_made",
        "registration.choice_made",
        "registration.registered",
        "accounts.email_confirmed",
        "records.holding_verified",
        "registration.help_asked",
    }
)
ROADS = ("claim", "new", "contest")
# Pressed by those who go on to an account; "not me" leads back.
GOES_ON = frozenset({"this_is_me", "create_new", "not_my_account"})


@dataclass(slots=True, kw_only=True)
class Week:
    """One week, from its Monday on. `searched` counts people, not their tries."""

    begins: date
    searched: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    went_on: int = 0
    registered: dict[str, int] = field(default_factory=dict)
    confirmed: int = 0
    verified: int = 0
    asked_staff: int = 0
    seconds: list[int] = field(default_factory=list)

    @property
    def accounts(self) -> int:
        """By every road."""
        return sum(self.registered.values())

    @property
    def median_seconds(self) -> int | None:
        """From the first search to the Home Page: half of the people took longer."""
        return round(median(self.seconds)) if self.seconds else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """How many came this far, and which share of those at the stage before."""

    name: str
    people: int
    share: int | None  # in percent; None where the stage before had nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Some weeks, the oldest first, and all of them together."""

    weeks: list[Week]
    whole: Week

    @property
    def stages(self) -> list[Stage]:
        """Where people turn back. Who came from an earlier week's stage counts in the week in which she goes on."""
        whole = self.whole
        numbers = {
            "searched": whole.searched,
            "went_on": whole.went_on,
            "registered": whole.accounts,
            "confirmed": whole.confirmed,
            "verified": whole.verified,
        }
        stages: list[Stage] = []
        before = 0
        for name, people in numbers.items():
            share = round(100 * people / before) if before else None
            stages.append(Stage(name=name, people=people, share=share))
            before = people
        return stages


def monday(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


def picture(happened: Iterable[tuple[date, str, Mapping[str, Any]]], *, last: date, weeks: int) -> Picture:
    """From the day, code and keys of each event; the week of `last` is the newest, and what lies before the oldest is left out."""
    begins = [monday(last) - timedelta(weeks=back) for back in reversed(range(weeks))]
    by_week = {begin: Week(begins=begin) for begin in begins}
    whole = Week(begins=begins[0])
    for day, code, keys in happened:
        week = by_week.get(monday(day))
        if week is not None:
            _count(week, code, keys)
            _count(whole, code, keys)
    return Picture(weeks=list(by_week.values()), whole=whole)


def _count(week: Week, code: str, keys: Mapping[str, Any]) -> None:
    match code:
        case "registration.search_made":
            week.searched += not keys.get("again", False)
            outcome = str(keys["outcome"])
            week.outcomes[outcome] = week.outcomes.get(outcome, 0) + 1
        case "registration.choice_made":
            week.went_on += keys["choice"] in GOES_ON
        case "registration.registered":
            road = str(keys["road"])
            week.registered[road] = week.registered.get(road, 0) + 1
            if keys.get("seconds") is not None:
                week.seconds.append(int(keys["seconds"]))
        case "accounts.email_confirmed":
            week.confirmed += 1
        case "records.holding_verified":
            week.verified += 1
        case "registration.help_asked":
            week.asked_staff += 1
