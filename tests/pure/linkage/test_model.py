"""The model's file is readable, complete and refused when it makes no sense; a waterfall adds up and names no value."""

import json
from dataclasses import replace

import pytest

from kecs.records.linkage.comparisons import COMPARISONS, Attribute, Dialect, Level, condition_sql, levels_of
from kecs.records.linkage.kin import Verdict, verdict_on
from kecs.records.linkage.model import ModelRefused, Worth, parsed, read_model, the_model, written
from kecs.records.linkage.training import Learnt, with_m
from kecs.records.linkage.waterfall import from_stored, sentence, waterfall

# --- The file --------------------------------------------------------------------------------------------------------


def test_the_model_that_comes_with_kecs_is_whole_and_says_where_it_comes_from():
    model = the_model()
    assert "FEBRL" in model.data
    assert model.trained_on
    for attribute in Attribute:
        assert tuple(model.worth[attribute]) == levels_of(attribute)
        assert all(worth.source for worth in model.worth[attribute].values())


def test_a_model_is_written_and_read_back_the_same(tmp_path):
    path = tmp_path / "model.json"
    path.write_text(written(the_model()), encoding="utf-8")
    assert read_model(path) == the_model()


def without_ssn(content):
    del content["comparisons"]["ssn"]


def with_a_share_too_large(content):
    content["comparisons"]["ssn"]["same"]["m"] = 1.5


def with_shares_that_do_not_add_up(content):
    content["comparisons"]["ssn"]["differs"]["m"] += 0.1


def of_another_form(content):
    content["form"] = 99


def with_a_word_for_a_number(content):
    content["threshold"] = "high"


def with_every_record_double(content):
    content["duplicates_per_record"] = 1.0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (without_ssn, "'ssn'"),
        (with_a_share_too_large, "between 0 and 1"),
        (with_shares_that_do_not_add_up, "add up"),
        (of_another_form, "form"),
        (with_a_word_for_a_number, "cannot be read"),
        (with_every_record_double, "duplicates_per_record"),
    ],
)
def test_a_model_that_makes_no_sense_is_refused(change, words):
    content = json.loads(written(the_model()))
    change(content)
    with pytest.raises(ModelRefused, match=words):
        parsed(json.dumps(content))


@pytest.mark.parametrize("text", ["", "[]", "null", "{}"])
def test_what_is_no_model_is_refused(text):
    with pytest.raises(ModelRefused):
        parsed(text)


def test_the_more_records_the_rarer_a_duplicate_among_pairs():
    model = the_model()
    assert model.prior(10_000_000) < model.prior(10_000) < 0
    assert model.prior(2) <= 0


def test_agreement_is_worth_more_than_disagreement():
    for attribute, levels in the_model().worth.items():
        assert levels[Level.SAME].bits > 5, attribute
        assert levels[Level.DIFFERS].bits < 0, attribute


def test_what_is_learnt_from_few_pairs_moves_the_model_a_little():
    model = the_model()
    shares = dict.fromkeys(levels_of(Attribute.LAST4), 0.0) | {Level.SLIP: 1.0}
    before = model.worth[Attribute.LAST4]

    def slip(pairs):
        learnt = Learnt(shares={Attribute.LAST4: shares}, pairs=pairs)
        return with_m(model, learnt, source="m: here").worth[Attribute.LAST4]

    assert before[Level.SLIP].m < slip(5)[Level.SLIP].m < 0.2 < 0.9 < slip(5_000)[Level.SLIP].m < 1
    assert all(worth.m > 0 for worth in slip(5_000).values())
    assert sum(worth.m for worth in slip(5).values()) == pytest.approx(1)


def test_every_condition_is_in_the_words_of_both_engines():
    for conditions in COMPARISONS.values():
        for condition in conditions:
            for dialect in Dialect:
                sql = condition_sql(condition, dialect)
                assert not {"OVERLAP", "CONTAINS", "WINKLER"} & set(sql.replace("(", " ").split())
    spark = condition_sql(COMPARISONS[Attribute.SSN][2], Dialect.SPARK)
    assert spark == "arrays_overlap(ssn_neighbours_l, ssn_neighbours_r)"


# --- The waterfall ---------------------------------------------------------------------------------------------------

LEVELS = {
    Attribute.FIRST_NAME: Level.SAME,
    Attribute.LAST_SURNAME: Level.TYPO,
    Attribute.BIRTH_DATE: Level.SAME,
    Attribute.SSN: Level.ABSENT,
    Attribute.LAST4: Level.DIFFERS,
}
FALL = waterfall(
    prior=-20.0,
    levels=LEVELS,
    bits={
        Attribute.FIRST_NAME: 7.25,
        Attribute.LAST_SURNAME: 9.0,
        Attribute.BIRTH_DATE: 14.0,
        Attribute.SSN: 0.0,
        Attribute.LAST4: -4.0,
    },
    rarity={Attribute.FIRST_NAME: 2.0, Attribute.LAST_SURNAME: 0.0},
)


def test_a_waterfall_adds_up():
    assert FALL.weight == pytest.approx(8.25)
    assert FALL.levels == LEVELS


def test_a_waterfall_is_one_sentence():
    assert sentence(FALL) == (
        "weight +8.2 = prior -20.0; first_name same +7.2 (rarity +2.0); last_surname typo +9.0; "
        "birth_date same +14.0; ssn absent +0.0; last4 differs -4.0"
    )


def test_a_waterfall_is_stored_and_read_back():
    stored = json.loads(json.dumps(FALL.stored()))
    assert from_stored(stored).levels == LEVELS
    assert from_stored(stored).weight == pytest.approx(FALL.weight, abs=0.1)
    assert {key for step in stored for key in step} == {"attribute", "level", "bits", "rarity"}


def test_the_worth_of_a_level_is_the_logarithm_of_its_odds():
    assert Worth(m=0.8, u=0.1, source="x").bits == pytest.approx(3)


# --- The kin rule ----------------------------------------------------------------------------------------------------

NOBODY = (None, None)
PERSON = {
    Attribute.FIRST_NAME: Level.SAME,
    Attribute.LAST_SURNAME: Level.SAME,
    Attribute.BIRTH_DATE: Level.SAME,
    Attribute.SSN: Level.SAME,
    Attribute.LAST4: Level.ABSENT,
}


def verdict(**levels):
    """The verdict on a pair that agrees but for these."""
    return verdict_on(PERSON | {Attribute(name): level for name, level in levels.items()}, generations=NOBODY)


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ({}, Verdict.DUPLICATE),
        ({"last_surname": Level.DIFFERS}, Verdict.DUPLICATE),
        ({"first_name": Level.SWAPPED, "last_surname": Level.ABSENT}, Verdict.DUPLICATE),
        ({"ssn": Level.ABSENT, "last4": Level.SAME}, Verdict.DUPLICATE),
        ({"ssn": Level.ONE_DIGIT}, Verdict.DUPLICATE),
        ({"ssn": Level.ONE_DIGIT, "first_name": Level.TYPO}, Verdict.DUPLICATE),
        ({"ssn": Level.NEXT}, Verdict.DUPLICATE),
        # Twins: one surname, one birth date, numbers that are neighbours.
        ({"ssn": Level.NEXT, "first_name": Level.DIFFERS}, Verdict.KIN),
        ({"ssn": Level.ONE_DIGIT, "first_name": Level.DIFFERS}, Verdict.KIN),
        ({"ssn": Level.NEXT, "first_name": Level.TYPO}, Verdict.KIN),
        ({"ssn": Level.ONE_DIGIT, "first_name": Level.NICKNAME}, Verdict.KIN),
        ({"ssn": Level.ABSENT, "last4": Level.SLIP, "first_name": Level.ALIKE}, Verdict.KIN),
        ({"ssn": Level.DIFFERS, "first_name": Level.DIFFERS}, Verdict.KIN),
        ({"ssn": Level.ABSENT, "first_name": Level.DIFFERS}, Verdict.KIN),
        # A number that two first names share is looked at, not merged.
        ({"first_name": Level.DIFFERS}, Verdict.OTHER_FIRST_NAME),
        ({"first_name": Level.DIFFERS, "ssn": Level.ABSENT, "last4": Level.SAME}, Verdict.OTHER_FIRST_NAME),
        # Two full numbers, two first names: two people.
        ({"first_name": Level.DIFFERS, "last_surname": Level.DIFFERS, "ssn": Level.ONE_DIGIT}, Verdict.NOTHING),
        ({"first_name": Level.DIFFERS, "birth_date": Level.PART, "ssn": Level.TRANSPOSED}, Verdict.NOTHING),
    ],
)  # fmt: skip
def test_the_kin_rule(levels, expected):
    assert verdict(**levels) is expected


@pytest.mark.parametrize(
    ("generations", "expected"),
    [
        ((1, 2), Verdict.KIN),
        ((2, 2), Verdict.DUPLICATE),
        ((None, 2), Verdict.DUPLICATE),
        (NOBODY, Verdict.DUPLICATE),
    ],
)
def test_father_and_son_are_told_apart_by_their_generation(generations, expected):
    assert verdict_on(PERSON, generations=generations) is expected


def test_a_first_name_that_disagrees_is_never_a_proposal():
    for surname in levels_of(Attribute.LAST_SURNAME):
        for born in levels_of(Attribute.BIRTH_DATE):
            for number in levels_of(Attribute.SSN):
                found = verdict(first_name=Level.DIFFERS, last_surname=surname, birth_date=born, ssn=number)
                assert found is not Verdict.DUPLICATE


def test_replacing_a_worth_leaves_the_model_alone():
    model = the_model()
    before = written(model)
    replace(model, threshold=99)
    assert written(model) == before
