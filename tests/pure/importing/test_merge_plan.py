"""What a merge makes of two records, decided without any database."""

from dataclasses import replace
from datetime import date

import pytest

from kecs.matching.names import OtherName
from kecs.records.importing.news import as_told, only_news, told_after, told_from
from kecs.records.importing.rows import ImportRow, OnFile
from kecs.records.kinds import AssuranceLevel
from kecs.records.merging.plan import (
    FACTS,
    Choices,
    Hold,
    Part,
    Side,
    Trouble,
    choices_from,
    plan,
    safer_keeper,
    safer_side,
    safer_survivor,
)

FIRST, SECOND = Side.FIRST, Side.SECOND
ADA = OnFile(
    first_name="Ada",
    middle_name="M",
    last_surname="Cole",
    birth_date=date(1980, 1, 2),
    ssn="900110001",
    email="ada@example.org",
)
REED = OnFile(
    first_name="Ada",
    middle_name="Mae",
    last_surname="Reed",
    other_names=frozenset({OtherName(last_surname="Born")}),
    birth_date=date(1980, 1, 2),
    ssn="0001",
    email="ADA@example.org",
)
VERIFIED = Hold(level=AssuranceLevel.VERIFIED, frozen=False)
CLAIM = Hold(level=AssuranceLevel.PROVISIONAL, frozen=False)
FROZEN = Hold(level=AssuranceLevel.PROVISIONAL, frozen=True)


def part(on_file: OnFile, hold: Hold | None = None, name: str = "1") -> Part:
    return Part(record_id=name, number=f"N{name}", on_file=on_file, hold=hold)


def merged(one, other, *, survivor=FIRST, keeper=None, checked=False, **sides):
    choices = Choices(
        survivor=survivor,
        facts={name: sides.get(name, survivor) for name in FACTS},
        keeper=keeper,
        person_checked=checked,
    )
    assert choices_from(choices.stored()) == choices
    return plan(one, other, choices)


def test_the_chosen_facts_stay_and_every_name_is_kept():
    made = merged(part(ADA), part(REED, name="2"), last_surname=SECOND)
    assert (made.after.last_surname, made.after.ssn) == ("Reed", "900110001")
    assert made.after.other_names == {
        OtherName(first_name="Ada", last_surname="Cole"),
        OtherName(last_surname="Born"),
        OtherName(first_name="Mae"),  # she may go by it; an initial is nothing to go by
    }
    assert set(made.changes) == {"last_surname", "other_names"}


def test_a_half_of_a_name_keeps_the_name_it_stood_for():
    ann = replace(ADA, first_name="Ann")
    made = merged(part(ann), part(REED, name="2"))
    assert OtherName(first_name="Ada", last_surname="Born") in made.after.other_names


@pytest.mark.parametrize(
    ("other", "checked", "level"),
    [
        (REED, False, AssuranceLevel.VERIFIED),  # the same person by all that both know
        (replace(REED, birth_date=date(1981, 1, 2)), False, AssuranceLevel.PROVISIONAL),
        (replace(REED, birth_date=date(1981, 1, 2)), True, AssuranceLevel.VERIFIED),  # staff have seen her
        (replace(REED, ssn="900110002"), False, AssuranceLevel.PROVISIONAL),
        (replace(REED, ssn="", birth_date=None), False, AssuranceLevel.PROVISIONAL),  # nothing agrees
    ],
)
def test_a_verified_hold_stays_so_where_the_records_agree_in_who_she_is_or_staff_have_seen_her(
    other, checked, level
):
    assert merged(part(ADA, VERIFIED), part(other, name="2"), checked=checked).level is level
    assert merged(part(other), part(ADA, VERIFIED, name="2"), checked=checked).level is level


def test_no_other_level_changes():
    made = merged(part(ADA, CLAIM), part(REED, name="2"), checked=True)
    assert (made.level, made.falls, made.keeper) == (AssuranceLevel.PROVISIONAL, False, FIRST)
    assert made.address_counts  # it was on file for both
    assert not merged(part(ADA, CLAIM), part(replace(REED, email="x@example.org"), name="2")).address_counts
    assert not merged(part(replace(ADA, email="")), part(replace(REED, email=""), name="2")).address_counts


@pytest.mark.parametrize(
    ("one", "other", "keeper", "checked", "troubles"),
    [
        (VERIFIED, CLAIM, None, False, (Trouble.CHOOSE_KEEPER,)),
        (VERIFIED, CLAIM, FIRST, False, ()),
        (VERIFIED, CLAIM, SECOND, False, (Trouble.KEEPER_WEAKER,)),
        (VERIFIED, CLAIM, SECOND, True, ()),
        (CLAIM, FROZEN, SECOND, True, (Trouble.KEEPER_FROZEN,)),
        (CLAIM, None, None, False, ()),
    ],
)
def test_of_two_accounts_the_surer_one_goes_on_unless_staff_have_seen_the_person(
    one, other, keeper, checked, troubles
):
    made = merged(part(ADA, one), part(REED, other, name="2"), keeper=keeper, checked=checked)
    assert made.troubles == troubles
    assert made.both_held == (other is not None)


def test_a_record_is_not_merged_with_itself():
    assert merged(part(ADA), part(ADA)).troubles == (Trouble.ONE_RECORD,)


def test_the_safer_value_is_proposed():
    one, other = part(ADA), part(REED, CLAIM, name="2")
    assert safer_survivor(one, other) is SECOND
    assert safer_keeper(one, other) is SECOND
    assert safer_side("ssn", one, other) is FIRST  # the whole number
    assert safer_side("last_surname", one, other) is SECOND
    assert safer_side("deceased", part(replace(ADA, deceased=True)), other) is FIRST
    assert safer_side("email", part(replace(ADA, email="")), other) is SECOND
    # Two whole numbers, or birth dates, and nobody has shown anything: staff must look.
    unlike = part(replace(ADA, ssn="900110009", birth_date=date(1979, 1, 2)), name="2")
    assert safer_side("ssn", one, unlike) is None
    assert safer_side("ssn", one, replace(unlike, hold=CLAIM)) is None
    assert safer_side("ssn", one, replace(unlike, hold=VERIFIED)) is SECOND
    assert safer_side("birth_date", one, unlike) is None


def test_a_file_says_only_what_is_news_under_its_number():
    row = ImportRow(staff_unique_id="N2", first_name="Ada", last_surname="Fox", ssn="0001", deceased=False)
    told = replace(REED, ssn="900110001")
    news = only_news(row, told=told)
    assert (news.first_name, news.last_surname, news.ssn, news.deceased) == ("", "Fox", "", None)
    after = told_after(row, told=told)
    assert (after.last_surname, after.ssn) == ("Fox", "900110001")
    assert only_news(row, told=after) == ImportRow(staff_unique_id="N2")
    assert told_from(as_told(after)) == after
