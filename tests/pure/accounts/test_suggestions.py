"""Suggested passwords keep every rule, and hold as much chance as ADR 0020 says."""

import re

import pytest

from kecs.accounts import suggestions
from kecs.accounts.likely_words import words_of
from kecs.accounts.passwords import Policy, problems_of
from kecs.accounts.personal_facts import PersonalFacts
from kecs.accounts.suggestions import entropy, suggested_password

SHAPE = re.compile(r"[A-Za-z]{4,}\d?(-[A-Za-z]{4,}\d?){3}")


@pytest.mark.parametrize("language", ["en", "es"])
def test_suggestions_keep_both_policies(language):
    made = [suggested_password(language=language) for _each in range(300)]
    assert len(set(made)) == 300
    for password in made:
        assert SHAPE.fullmatch(password)
        assert len(password) >= 15
        assert sum(letter.isdigit() for letter in password) == 1
        assert sum(letter.isupper() for letter in password) == 1
        assert [problems_of(password, policy=policy) for policy in Policy] == [(), ()]


@pytest.mark.parametrize("language", ["en", "es"])
def test_they_hold_enough_chance(language):
    words = words_of(language)
    assert len(set(words)) == len(words) >= 512
    assert all(re.fullmatch(r"[a-z]{4,}", word) for word in words)
    assert entropy(language) >= 44


def test_they_come_in_the_language_of_the_page():
    words = re.findall(r"[a-z]+", suggested_password(language="es").lower())
    assert set(words) <= set(words_of("es"))
    assert set(re.findall(r"[a-z]+", suggested_password(language="fr").lower())) <= set(words_of("en"))


def test_they_are_made_of_nothing_of_hers(monkeypatch):
    made = iter(["Canoe-river-velvet7-acorn", "Thunder-maple-quilt7-lantern"])
    monkeypatch.setattr(suggestions, "_one", lambda _language: next(made))
    hers = PersonalFacts(texts=("Canoe", "River Velvet"))
    assert suggested_password(language="en", personal=hers) == "Thunder-maple-quilt7-lantern"
