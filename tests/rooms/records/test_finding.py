"""Staff find a person by whatever they are told: every sort of name and number, ranked, and always through an index."""

from datetime import date

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Q

from kecs.records.actions import Identity, state_identity
from kecs.records.correcting.actions import Changes, correct_record, state_anew
from kecs.records.finding.lookups import (
    name_rows,
    records_with_address,
    records_with_number,
    stated_rows,
    under_range,
)
from kecs.records.finding.queries import MOST_SHOWN, people_found
from kecs.records.finding.readings import Range
from kecs.records.finding.typed import understood
from kecs.records.holdings.actions import hold_record
from kecs.records.kinds import AssuranceLevel
from kecs.records.models import NameKey, StatedNameKey
from tests.factories.people import Person, on_file

pytestmark = pytest.mark.django_db


def find(text, **known):
    return people_found(understood(text, today=date(2026, 11, 25)), by="account:clerk", **known)


def found(text):
    """Names and why, in order."""
    return [f"{each.first_name} {each.last_surname}: {each.because}" for each in find(text).people]


def person(first, last, number, **more):
    return on_file(
        Person(first_name=first, last_surname=last, ssn=f"90066{number:04}", birth_date=date(1990, 7, 21)),
        **more,
    )


@pytest.fixture
def katherine():
    return person(
        "Katherine", "Smith-Jones", 7752, other_names=[("", "Smithers")], middle_name="Louise",
        contact_email="Kat.S@example.org",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("Katherine Smith-Jones", "name"), ("smith-jones katherine", "name"), ("SMITH JONES, KATHERINE", "name"),
        ("Smith-Jones", "name"), ("Katherine", "name"), ("smithjones", "name"),
        ("Katherine Jones", "part_of_name"), ("jones", "part_of_name"), ("Katherine Smith Brown", "part_of_name"),
        ("Louise Smith", "middle_name"), ("Katherine L. Smith-Jones", "part_of_name"),
        ("katherine smithers", "former_name"), ("Smithers", "former_name"), ("smithe", "former_name"),
        ("Kath", "beginning"), ("smith-jo", "beginning"), ("smith kath", "beginning"), ("kath smi", "beginning"),
        ("katherine smith-j", "beginning"), ("jones k", "beginning"),
        ("Katie Smith-Jones", "nickname"), ("katie jones", "nickname"), ("Katie", "nickname"),
        ("kat.s@EXAMPLE.org", "contact_email"),
        ("7752 07/21/1990", "last4_and_birth_date"),
        ("katie smith 7/21/1990", "name_and_fact"), ("smith-jones 7752", "name_and_fact"),
        ("Käthérine Jones", "part_of_name"),
    ],
)  # fmt: skip
def test_one_box_takes_whatever_is_told(katherine, text, because):
    assert found(text) == [f"Katherine Smith-Jones: {because}"]


@pytest.mark.parametrize(
    "text",
    ["", "a", "k", "Smyth", "brown", "katherine brown", "kat.s@example", "s@example.org", "7752 07/22/1990",
     "brown 7752", "%", "_", "kath%ne", "' OR 1=1 --", "x" * 5000, "\u202e", "\x00", "900-66-7752"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(katherine, text):
    assert found(text) == []


def test_a_record_number_is_found_in_any_case(katherine):
    number = katherine.staff_unique_id
    assert found(number) == found(number.lower()) == ["Katherine Smith-Jones: number"]


def test_a_former_name_is_told_and_the_list_shows_little_of_anybody(katherine):
    [one] = find("Smithers").people
    assert one.other_name == "Smithers"
    assert (one.ssn_masked, one.birth_year, one.middle_name) == ("***-**-7752", "1990", "Louise")
    assert (one.record_id, one.level, one.account_id) == (katherine.pk, None, None)
    assert "7752" not in repr(one)
    assert "Smith" not in repr(one)


def test_exact_comes_before_beginning_before_nickname():
    person("Catherine", "Lee", 1)
    person("Katie", "Leeds", 2)
    person("Katie", "Lee", 3)
    person("Katie", "Stone", 4, other_names=[("", "Lee")])
    assert found("katie lee") == [
        "Katie Lee: name", "Katie Stone: former_name", "Katie Leeds: beginning", "Catherine Lee: nickname",
    ]  # fmt: skip


def test_umlauts_are_found_in_all_their_spellings():
    person("Jörg", "Müller", 1)
    assert found("joerg mueller") == found("Jorg Muller") == found("müller") == ["Jörg Müller: name"]


def test_the_closest_twenty_are_shown_and_that_there_are_more(django_assert_max_num_queries):
    for number in range(MOST_SHOWN):
        person("Ann", "Common", number + 1)
    assert not find("common").more
    person("Ann", "Common", 100)
    with django_assert_max_num_queries(5):
        finds = find("common")
    assert (len(finds.people), finds.more) == (MOST_SHOWN, True)


# --- People with accounts ----------------------------------------------------------------------------------------


def account_of(name, first, last, number=1):
    account = get_user_model().objects.create(username=name, email=f"{name}@example.org")
    identity = Identity(
        first_name=first, last_surname=last, birth_date=date(1990, 7, 21), ssn=f"90067{number:04}"
    )
    state_identity(account_id=account.pk, identity=identity, by="tests")
    return account.pk


def test_who_has_an_account_and_no_record_is_found():
    account_id = account_of("nora", "Nora", "Nadler")
    [one] = find("nadler nora").people
    assert (one.record_id, one.account_id, one.because) == (None, account_id, "stated_name")
    assert (one.ssn_masked, one.birth_year) == ("***-**-0001", "1990")
    assert found("nad") == found("nora") == ["Nora Nadler: stated_name"]


def test_who_holds_a_record_is_one_person_however_she_was_found(katherine):
    account_id = account_of("kate", "Kate", "Stone")
    hold_record(
        record_id=katherine.pk,
        account_id=account_id,
        level=AssuranceLevel.PROVISIONAL,
        because=(),
        by="tests",
    )
    for finds in (find("stone"), find("katherine"), find("kate", accounts=[account_id])):
        [one] = finds.people
        assert (one.record_id, one.account_id, one.level) == (katherine.pk, account_id, 1)
    assert found("stone") == ["Katherine Smith-Jones: stated_name"]


def test_an_account_of_which_nothing_is_known_is_found_by_its_name():
    account = get_user_model().objects.create(username="blank", email="blank@example.org")
    [one] = find("blank", accounts=[account.pk]).people
    assert (one.account_id, one.because, one.last_surname) == (account.pk, "username", "")


# --- Every writer ------------------------------------------------------------------------------------------------


def test_a_correction_moves_the_names_and_the_one_that_gave_way_is_still_found(katherine):
    correct_record(record_id=katherine.pk, changes=Changes(last_surname="Stone"), by="tests")
    assert found("katherine stone") == ["Katherine Stone: name"]
    assert found("smith-jones") == ["Katherine Stone: former_name"]
    account_id = account_of("nora", "Nora", "Nadler")
    state_anew(account_id=account_id, changes=Changes(last_surname="Newton"), by="tests")
    assert found("newton") == ["Nora Newton: stated_name"]
    assert found("nadler") == ["Nora Newton: stated_name"]


def test_reindex_gives_names_to_whoever_was_on_file_before(katherine, run_reindex):
    account_of("nora", "Nora", "Nadler")
    NameKey.objects.all().delete()
    StatedNameKey.objects.all().delete()
    assert found("smith") == found("nadler") == []
    run_reindex()
    assert found("smith jones") == ["Katherine Smith-Jones: name"]
    assert found("nadler") == ["Nora Nadler: stated_name"]


@pytest.fixture
def run_reindex(capsys):
    from django.core.management import call_command

    return lambda: call_command("reindex", "--processes", "1")


# --- Through an index --------------------------------------------------------------------------------------------


def plan_of(rows):
    """The database's plan. Where PostgreSQL has another way it reads no table through, however small."""
    sql, parameters = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            f"EXPLAIN {'' if connection.vendor == 'postgresql' else 'QUERY PLAN'} {sql}", parameters
        )
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


BOTH = Q(surname="lee", given="ann") | Q(surname="ann", given="lee")
BEGINNINGS = Q(surname__gte="sm", surname__lt="sm~", given="kat")


@pytest.mark.parametrize(
    "rows",
    [
        lambda: name_rows(BOTH, ("surname", "given")),
        lambda: name_rows(Q(surname="smith"), ("surname", "given")),
        lambda: name_rows(Q(surname__gte="smi", surname__lt="smi~"), ("surname", "given")),
        lambda: name_rows(BEGINNINGS, ("given", "surname")),
        lambda: name_rows(Q(given="katie"), ("given", "surname")),
        lambda: stated_rows(BOTH, ("surname", "given")),
        lambda: stated_rows(BEGINNINGS, ("given", "surname")),
        lambda: records_with_number("k1"),
        lambda: records_with_address("A@example.org", 21),
    ],
)
def test_no_table_is_read_through(katherine, rows):
    plan = plan_of(rows())
    assert "INDEX" in plan.upper()
    assert "Seq Scan" not in plan
    assert "SCAN records" not in plan


def test_the_narrower_half_is_the_one_that_is_read(katherine):
    [records, _stated] = under_range(Range("sm", "katherine", surname_is_whole=False))
    assert [row.record_id for row in records] == [katherine.pk] * 3  # smith, smithjones, smithers
