"""Each attack, small: what gets through is no more than its bar."""

import pytest

from tests.attacks import play


@pytest.mark.parametrize("name", play.ATTACKS)
def test_the_thief_gets_no_more_than_the_bar(portal, name):
    outcomes = play.ATTACKS[name](portal)
    assert outcomes
    assert all(each.tries for each in outcomes)
    assert [(each.name, each.notes) for each in outcomes if each.is_broken] == []
