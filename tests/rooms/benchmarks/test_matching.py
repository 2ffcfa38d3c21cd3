"""The matching benchmark in its quick form, and what it is made of: its people, its keys, its figures."""

import json
import re
from pathlib import Path
from random import Random

import numpy as np
import pytest

from benchmarks import febrl
from benchmarks.corruptions import KINDS, as_on_file
from benchmarks.onfile import Few, Many, asked, join_on_search_key, record_of
from benchmarks.population import FATHER_AND_SON, TWIN, WITHOUT_RECORD, generate, twins_ssn
from benchmarks.weights import learn
from kecs.matching.evidence import weights

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def figures(tmp_path_factory, quick_form):
    folder = tmp_path_factory.mktemp("figures")
    said = quick_form("matching", "--to", str(folder))
    assert (folder / "matching.md").read_text("utf-8") == said.removesuffix("\n")
    return json.loads((folder / "matching.json").read_text("utf-8"))


def rows_of(figures, system):
    return [
        (name, row)
        for name, rows in figures["results"].items()
        for row in rows
        if row["system"].startswith(system)
    ]


@pytest.mark.slow
def test_this_system_finds_whom_exact_match_finds_and_shows_nobody_a_stranger(figures):
    ours, exact = rows_of(figures, "This system"), rows_of(figures, "Exact match")
    assert [name for name, _row in ours] == [name for name, _row in exact] == ["FEBRL 1 to 3", "Generated"]
    for (_name, one), (_same, other) in zip(ours, exact, strict=True):
        for group, tally in one["groups"].items():
            assert tally["found"] >= other["groups"][group]["found"], group
            assert tally["wrong"] == 0, group
    generated = dict(ours)["Generated"]["groups"]
    assert generated["nothing"]["found"] == generated["nothing"]["people"]
    assert sum(generated[kind.name]["found"] for kind in KINDS) > 0.7 * sum(
        generated[kind.name]["people"] for kind in KINDS
    )
    assert [(each["offered"], each["interval"][0]) for each in figures["strangers"]] == [(0, 0.0)]
    # The adversaries are noticed: a system that links whatever is likely is counted for whom it lets see a record.
    for _name, row in rows_of(figures, "Splink 5, ≥ 0"):
        assert row["groups"]["adv_near"]["wrong"] > row["groups"]["adv_near"]["people"] / 2


def test_the_population_is_the_same_for_a_seed_and_keeps_its_promises():
    people = generate(60_000, seed=5)
    same, other = generate(60_000, seed=5), generate(60_000, seed=6)
    assert [people.person(place) for place in range(50)] == [same.person(place) for place in range(50)]
    assert people.person(0) != other.person(0)
    assert len(np.unique(people.ssn)) == len(people)
    assert people.ssn.min() >= 900_000_000
    assert people.ssn.max() < 980_000_000 <= generate(1_000, seed=5, areas=WITHOUT_RECORD).ssn.min()
    assert (people.last4 > 0).all()
    assert 0.74 < people.woman.mean() < 0.78
    for first in np.flatnonzero(people.kin == TWIN)[::2].tolist():
        one, twin = people.person(first), people.person(first + 1)
        assert (one.birth_date, one.birth_surname) == (twin.birth_date, twin.birth_surname)
        assert one.first_name != twin.first_name
        assert abs(int(one.ssn) - int(twin.ssn)) == 1 or {one.last4, twin.last4} == {"9999", "0001"}
        assert (twins_ssn(one.ssn), twins_ssn(twin.ssn)) == (twin.ssn, one.ssn)
    for father in np.flatnonzero(people.kin == FATHER_AND_SON)[::2].tolist():
        one, son = people.person(father), people.person(father + 1)
        assert (one.first_name, one.last_surname) == (son.first_name, son.last_surname)
        assert 19 < (son.birth_date - one.birth_date).days / 365.25 < 41


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_kind_of_corruption_makes_the_form_differ_from_the_file(kind):
    people, random = generate(500, seed=3), Random(3)
    corrupted = [made for place in range(500) if (made := kind.corrupt(people.person(place), random))]
    assert corrupted
    for person, typed in corrupted:
        assert as_on_file(person) != typed or kind.name == "nothing" or person.suffix


def test_the_shares_of_the_kinds_are_a_hundred():
    assert sum(kind.share for kind in KINDS) == pytest.approx(100)


def test_a_generated_file_finds_the_same_people_as_a_dictionary_of_the_products_keys():
    people = generate(20_000, seed=4)
    keys = [asked(as_on_file(people.person(place)), settle=True) for place in range(200)]
    in_columns = Many(people).found(keys)
    in_dictionary = Few(record_of(people.person(place), f"p{place}") for place in range(len(people))).found(
        keys
    )
    for one, other in zip(in_columns, in_dictionary, strict=True):
        for moment in ("search", "new", "settled"):
            assert {each.id for each in getattr(one, moment)} == {each.id for each in getattr(other, moment)}
    assert any(len(found.settled) > len(found.search) for found in in_columns)


def test_searchers_meet_everybody_who_shares_their_numbers():
    theirs, ours = generate(3_000, seed=8), generate(3_000, seed=9)
    theirs.birth[:] = theirs.birth // 4000 * 4000
    ours.birth[:] = ours.birth // 4000 * 4000
    searchers, places = join_on_search_key(ours, theirs)
    one, other = theirs.birth * 10_000.0 + theirs.last4, ours.birth * 10_000.0 + ours.last4
    expected = {(int(i), int(j)) for i, j in np.argwhere(one[:, None] == other[None, :])}
    assert expected
    assert set(zip(searchers.tolist(), places.tolist(), strict=True)) == expected


def test_the_weights_that_febrl_can_teach_are_those_it_teaches():
    taught, kept = learn().shares(), weights()
    for fact in ("birth_date", "last4"):
        for level, share in taught[fact].items():
            assert kept[fact]["m"][level] == pytest.approx(share, abs=0.005), (fact, level)
    for name in ("first_name", "last_surname"):
        for level in ("typo", "differs"):
            assert kept[name][level] == pytest.approx(taught[name][level], abs=0.03), (name, level)


def test_the_set_that_is_kept_for_acceptance_is_loaded_for_that_alone():
    loads, names = (
        re.compile(r"load_febrl" + r"4|dataset" + r"4"),
        re.compile(r"febrl\.K" + r"EPT|FEBRL " + r"4\""),
    )
    python = [*ROOT.glob("benchmarks/**/*.py"), *ROOT.glob("tests/**/*.py"), *ROOT.glob("src/**/*.py")]
    assert len(python) > 100
    texts = {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in python}
    assert {path for path, text in texts.items() if loads.search(text)} == {"benchmarks/febrl.py"}
    assert {path for path, text in texts.items() if names.search(text)} == {
        "benchmarks/acceptance.py",
        "benchmarks/febrl.py",
    }
    assert len(febrl.SETS) == 3  # those to learn by
