"""Whether a stopwatch tells what a search found, by HTTP against real servers; and whether this would notice it if it did."""

import random

import pytest

from benchmarks.kinds import CONTROL, HIT, KINDS, MISS, NEAR, USES, asked, people
from benchmarks.timing import BAR, QUICK_BAR, Told, auc, demand_untold, pairs


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "says"),
    [
        ("timing", "600 searches, no kind told from another; 2 ms would have been."),
        ("search", "2,000 records: everybody found, nobody else."),
    ],
)
def test_the_quick_form_ends_well(module, says, quick_form):
    said = quick_form(module)
    assert said.strip() == says


# --- What the measurement would notice ---------------------------------------------------------------------------


def answers(kind, many, *, later=0.0):
    """Answers that leave on time and are late by chance, mostly by less than a millisecond, as on a busy machine."""
    chance = random.Random(kind)
    return [200 + chance.expovariate(1.5) + later for _each in range(many)]


@pytest.mark.parametrize(("many", "bar"), [(150, QUICK_BAR), (2_000, BAR)])
def test_two_milliseconds_would_be_noticed(many, bar):
    alike = {HIT: answers(HIT, many), MISS: answers(MISS, many), CONTROL: answers(CONTROL, many, later=2.0)}
    demand_untold(pairs(alike), bar)
    with pytest.raises(Told, match="tells hit / miss apart"):
        demand_untold(pairs(alike | {HIT: answers(HIT, many, later=2.0)}), bar)
    with pytest.raises(Told, match="would not have been noticed"):
        demand_untold(pairs(alike | {CONTROL: answers(CONTROL, many)}), bar)


@pytest.mark.parametrize(
    ("one", "other", "value"),
    [([1, 2, 3], [1, 2, 3], 0.5), ([2, 3], [0, 1], 1.0), ([0, 1], [2, 3], 0.0), ([1], [1, 2], 0.25)],
)
def test_rank_auc_is_the_chance_of_the_greater(one, other, value):
    assert auc(one, other) == value


def test_nobody_is_asked_for_by_two_kinds_and_no_miss_is_limited():
    many = 500
    everybody = [(each.birth_date, each.ssn[-4:]) for kind in KINDS for each in people(kind, many)]
    assert len({born for born, _last4 in everybody}) == len(everybody)
    typed = [
        (each.last_surname, each.birth_date) for kind in (MISS, NEAR, CONTROL) for each in asked(kind, many)
    ]
    assert len(set(typed)) == len(typed)
    from kecs.guard.limits import RULES, Limit

    assert RULES[Limit.SEARCH_MISSES_PER_IDENTITY_DAY].most == USES
