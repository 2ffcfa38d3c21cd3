"""Law: every kind of event that can be about a person has its sentence for her page, filled from the event's own keys."""

import re
from dataclasses import fields

import pytest

from kecs.console.person.sentences import NOT_IN_TIMELINE, SENTENCES, VARIANTS
from kecs.console.person.vocabulary import WORDS
from tests.house.test_events import all_kinds

PLACES = re.compile(r"%\((\w+)\)s")
# Who did it, and whose account it is about: timeline.py has the words.
ALWAYS = frozenset({"who", "owner", "holder"})


def told() -> dict[str, list[str]]:
    """Every sentence, by the code of its event."""
    found = {code: [str(said)] for code, said in SENTENCES.items()}
    return found | {
        code: [str(said) for said in variants.values()] for code, (_key, variants) in VARIANTS.items()
    }


def faults(keys: set[str], said: str) -> set[str]:
    """Names in a sentence that the event does not have."""
    return set(PLACES.findall(said)) - keys - ALWAYS


def test_every_kind_has_a_sentence_or_a_reason_why_it_has_none():
    """Otherwise: write one in kecs/console/person/sentences.py, or say in NOT_IN_TIMELINE why it is about nobody."""
    codes = {kind.code for kind in all_kinds()}
    assert sorted(codes - told().keys() - NOT_IN_TIMELINE.keys()) == []
    assert sorted((told().keys() | NOT_IN_TIMELINE.keys()) - codes) == []
    assert told().keys() & NOT_IN_TIMELINE.keys() == set()


def test_each_sentence_is_filled_from_the_keys_of_its_event():
    keys = {kind.code: {field.name for field in fields(kind)} for kind in all_kinds()}
    assert {
        code: bad
        for code, all_said in told().items()
        for said in all_said
        if (bad := faults(keys[code], said))
    } == {}
    assert [pair for pair in WORDS if pair[1] not in keys[pair[0]]] == []
    assert [code for code, (key, _variants) in VARIANTS.items() if key not in keys[code]] == []


def test_no_key_is_shown_that_is_only_an_id():
    shown = {place for all_said in told().values() for said in all_said for place in PLACES.findall(said)}
    assert (
        shown & {"account", "accounts", "records", "case", "correction", "document", "letter", "subject"}
        == set()
    )


@pytest.mark.parametrize(("said", "wrong"), [("%(who)s did %(what)s.", {"what"}), ("%(reason)s", set())])
def test_a_fault_is_seen(said, wrong):
    assert faults({"reason"}, said) == wrong
