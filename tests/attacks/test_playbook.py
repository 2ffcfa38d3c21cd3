"""Each attack, small: what gets through is no more than its bar."""

import pytest

from tests.attacks import play

# Bytes, headers, pages, roles, fields and steps come out the same on every database; who comes first, and who waits for whom, may not.
ALIKE = frozenset({"doors", "scanners", "doorkeeping", "headers", "fields", "hijack", "steps"})
WHY = "what is looked at does not depend on the database"


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.any_database(WHY)) if name in ALIKE else name
        for name in play.ATTACKS
    ],
)
def test_the_thief_gets_no_more_than_the_bar(portal, name):
    outcomes = play.ATTACKS[name](portal)
    assert outcomes
    assert all(each.tries for each in outcomes)
    assert [(each.name, each.notes) for each in outcomes if each.is_broken] == []
