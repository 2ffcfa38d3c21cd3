"""Whether a stopwatch tells whose an address is, by HTTP against a real server; and whether this would notice it if it did."""

import random

import pytest

from benchmarks.doors import QUICK_BAR, against_nobody, demand_untold
from benchmarks.doorsteps import CLOSED, CONFIRMED, CONTROL, DOORS, NOBODY, STATES, UNCONFIRMED, USES, Asked
from benchmarks.timing import BAR, Told


@pytest.mark.slow
def test_the_quick_form_ends_well(quick_form):
    said = quick_form("doors")
    assert (
        said.strip() == "sign in by username: nobody's account told from none; a late answer would have been."
    )


def answers(state, many, *, later=0.0):
    """Answers that take some 8 ms, and longer by chance, as on a busy machine."""
    chance = random.Random(state)
    return [8 + chance.expovariate(0.7) + later for _each in range(many)]


@pytest.mark.parametrize(("many", "bar"), [(90, QUICK_BAR), (2_000, BAR)])
@pytest.mark.parametrize("state", [UNCONFIRMED, CONFIRMED, CLOSED])
def test_a_door_that_takes_longer_for_some_would_be_noticed(many, bar, state):
    alike = {each: answers(each, many) for each in STATES} | {CONTROL: answers(CONTROL, many, later=2.0)}
    demand_untold("a door", against_nobody(alike), bar)
    slower = alike | {state: answers(state, many, later=2.0)}
    with pytest.raises(Told, match=f"tells {state} from nobody at a door"):
        demand_untold("a door", against_nobody(slower), bar)
    faster = alike | {NOBODY: answers(NOBODY, many, later=2.0), CONTROL: answers(CONTROL, many, later=9.0)}
    with pytest.raises(Told, match="from nobody at a door"):
        demand_untold("a door", against_nobody(faster), bar)


def test_a_measurement_that_notices_no_late_answer_proves_nothing():
    alike = {each: answers(each, 500) for each in STATES}
    with pytest.raises(Told, match="A late answer would not have been noticed"):
        demand_untold("a door", against_nobody(alike), 0.1)


def test_names_at_a_door_have_one_length_and_stay_below_the_limits():
    for door in DOORS:
        asked = [Asked(door=door, state=state, number=number) for state in STATES for number in range(60)]
        assert len({len(each.email) for each in asked}) == 1
        uses = [each.email for each in asked]
        assert {uses.count(email) for email in uses} == {USES}
        assert len({each.own_name for each in asked}) == len(asked)
    everybody = [
        Asked(door=door, state=state, number=0).email
        for door in DOORS
        for state in STATES
        if state != CONTROL
    ]
    assert len(set(everybody)) == len(everybody)
