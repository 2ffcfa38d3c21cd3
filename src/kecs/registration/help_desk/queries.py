"""Whether searches for a person are stopped: the counters of everybody who could be asked for by her names and birth date."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from kecs.guard.limits import RULES, Limit
from kecs.guard.queries import fullest
from kecs.matching.decide import Claim
from kecs.registration.queries import misses_to_count

DAY, TOTAL = Limit.SEARCH_MISSES_PER_IDENTITY_DAY, Limit.SEARCH_MISSES_PER_IDENTITY_TOTAL


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchMisses:
    """The fullest counter of each limit. Stopped, a search with the right facts finds nothing either."""

    today: int
    in_all: int

    @property
    def stopped(self) -> bool:
        """Whether one of them is used up."""
        return self.today >= RULES[DAY].most or self.in_all >= RULES[TOTAL].most

    @property
    def stopped_for_good(self) -> bool:
        """Whether only clearing helps."""
        return self.in_all >= RULES[TOTAL].most


def counters_of(names: Iterable[tuple[str, str]], born: date) -> list[tuple[Limit, str]]:
    """Every counter that a search for one of these names with this birth date is counted by."""
    claims = [
        Claim(first_name=first, last_surname=last, birth_date=born, last4="0000") for first, last in names
    ]
    return sorted({counter for claim in claims for counter in misses_to_count(claim)})


def search_misses(names: Iterable[tuple[str, str]], born: date, *, by: str) -> SearchMisses:
    """How much of the tries is used up. `by` has recorded the look."""
    most = fullest(counters_of(names, born))
    return SearchMisses(today=most.get(DAY, 0), in_all=most.get(TOTAL, 0))
