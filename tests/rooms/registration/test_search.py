"""/register/search: what may be typed, what is found, what a stranger learns."""

import pytest

from kecs.audit.models import AuditEvent
from tests.factories.people import MARIA, Person, on_file
from tests.factories.visits import errors, heading, search

pytestmark = pytest.mark.django_db


def test_a_record_on_file_is_found(client):
    on_file(MARIA)
    page = search(client, MARIA)
    assert page.request["PATH_INFO"] == "/register/match"
    assert heading(page) == "We found your record"
    assert "This is Me!" in page.content.decode()


@pytest.mark.parametrize("typed", ["4/9/1985", "04/09/1985", "04-09-1985", "04091985", " 4 / 9 / 1985 "])
def test_a_birth_date_is_understood_however_it_is_typed(client, typed):
    on_file(MARIA)
    assert heading(search(client, MARIA, birth_date=typed)) == "We found your record"


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("maria", "fuentes ortega"),
        ("MARÍA", "FUENTES-ORTEGA"),
        ("Fuentes Ortega", "María"),
        (" María ", "Fuentesortega"),
    ],
)
def test_a_name_is_understood_however_it_is_typed(client, first, last):
    on_file(MARIA)
    assert heading(search(client, MARIA, first_name=first, last_surname=last)) == "We found your record"


def test_a_former_name_is_found(client):
    on_file(MARIA, other_names=[("", "Delgado")])
    assert heading(search(client, MARIA, last_surname="Delgado")) == "We found your record"


@pytest.mark.parametrize(
    "instead",
    [
        {"last4": "4322"},
        {"birth_date": "04/10/1985"},
        {"first_name": "Lucia"},
        {"last_surname": "Baker", "first_name": "Ann"},
    ],
)
def test_one_wrong_fact_finds_nothing_and_does_not_say_which(client, instead):
    on_file(MARIA)
    page = search(client, MARIA, **instead)
    assert heading(page) == "We did not find your record"
    assert "Create New Account" in page.content.decode()


def test_a_page_without_a_match_is_the_same_whether_or_not_somebody_is_near(client):
    from tests.inspection import InspectingClient, lasting

    other = InspectingClient()
    wrong = {"last4": "1111"}
    unknown = search(client, MARIA, **wrong).content.decode()
    on_file(MARIA)
    near = search(other, MARIA, **wrong).content.decode()
    assert lasting(unknown) == lasting(near)


def test_a_match_shows_nothing_that_was_not_typed(client):
    on_file(MARIA, contact_email="onfile@example.org", middle_name="Guadalupe", other_names=[("", "Delgado")])
    page = search(client, MARIA, first_name="maria").content.decode()
    for unseen in ("onfile@example.org", "Guadalupe", "Delgado", "María", MARIA.ssn[:5], "T0000"):
        assert unseen not in page


def test_a_deceased_record_is_not_offered(client):
    on_file(MARIA, deceased=True)
    assert heading(search(client, MARIA)) == "We did not find your record"


def test_several_records_go_to_a_person(client):
    on_file(MARIA)
    on_file(Person(ssn="901664321"))
    page = search(client, MARIA)
    assert heading(page) == "Our staff will find your record"
    assert "Create New Account" in page.content.decode()


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("first_name", "", "Enter your first name."),
        ("first_name", "R2D2", "Your first name has a number in it. Use letters only."),
        (
            "last_surname",
            "O\u202eBrien",
            "Your last name has a character we cannot read. Delete it and type it again.",
        ),
        (
            "last_surname",
            "Smith%",
            "Your last name has a sign in it. Use letters, spaces, hyphens or apostrophes.",
        ),
        ("last_surname", "a" * 129, "Your last name is too long. Use 128 letters or fewer."),
        ("last4", "12", "Enter exactly 4 digits: the last 4 of your Social Security number."),
        ("last4", "12a4", "The last 4 of your social must be numbers only."),
        ("last4", "0000", "No Social Security number ends like that. Check the last 4 digits."),
        ("birth_date", "02/30/1985", "That month has no such day. Check the day of your birth."),
        ("birth_date", "soon", "Enter your date of birth as mm/dd/yyyy, for example 04/09/1985."),
        ("birth_date", "01/01/2099", "Your date of birth cannot be in the future. Check the year."),
        ("birth_date", "4/9/85", "Enter the year of your birth with four digits, for example 1985."),
    ],
)
def test_a_mistake_is_named_on_top_and_beside_the_field(client, field, typed, message):
    page = search(client, MARIA, **{field: typed})
    assert errors(page) == [message]
    assert page.content.decode().count(message) == 2
    assert "<title>Error:" in page.content.decode()


def test_what_was_typed_is_kept_but_never_the_digits(client):
    page = search(client, MARIA, birth_date="13/13/1985").content.decode()
    assert "María" in page
    assert "13/13/1985" in page
    assert MARIA.last4 not in page


@pytest.mark.parametrize("name", ["O", "a" * 100, "D'Ángelo-Nuñez", "Łukasz", "Ng", "Mary Ann", "St. John"])
def test_names_of_all_kinds_are_accepted(client, name):
    assert errors(search(client, MARIA, last_surname=name)) == []


def test_a_field_sent_twice_is_refused(client):
    assert client.post("/register/search?first_name=a&first_name=b", MARIA.search()).status_code == 400


def test_five_misses_a_day_then_even_the_right_facts_find_nothing(client):
    on_file(MARIA)
    for guess in range(5):
        assert heading(search(client, MARIA, last4=f"{1000 + guess}")) == "We did not find your record"
    assert heading(search(client, MARIA)) == "We did not find your record"
    last = AuditEvent.objects.filter(code="registration.search_made").last()
    assert last is not None
    assert last.keys["limited"] is True


def test_a_hit_is_not_counted_as_a_miss(client):
    on_file(MARIA)
    for _again in range(8):
        assert heading(search(client, MARIA)) == "We found your record"


def test_too_many_searches_from_one_browser_are_put_off(client):
    for number in range(20):
        search(client, Person(last_surname="Nobody" + "abcdefghijklmnopqrstuvwxyz"[number]))
    page = search(client, MARIA)
    assert page.status_code == 429
    assert heading(page) == "Please try again later"


def test_the_log_names_outcomes_and_attributes_and_no_values(client):
    record = on_file(MARIA)
    search(client, MARIA)
    event = AuditEvent.objects.get(code="registration.search_made")
    assert event.subject == f"record:{record.pk}"
    assert event.keys == {
        "outcome": "one",
        "because": ["birth_date", "last4", "first_name", "last_surname"],
        "limited": False,
        "again": False,
    }


def test_the_session_holds_neither_digits_nor_birth_date_in_clear(client):
    on_file(MARIA)
    search(client, MARIA)
    stored = str(dict(client.session))
    for secret in (MARIA.last4, "1985", "04/09", "Fuentes"):
        assert secret not in stored
