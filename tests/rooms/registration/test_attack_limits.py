"""A thief knows a name and a birth date and guesses the last 4: how many guesses he gets a day, whatever he types."""

import itertools
import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connections
from django.utils import timezone

from kecs.audit.models import AuditEvent
from kecs.guard.limits import RULES, Limit
from kecs.guard.models import LimitCounter
from kecs.matching.decide import Claim
from kecs.registration.actions import search_for_me
from kecs.registration.settling import settle_waiting
from tests.factories.people import MARIA, Person, on_file
from tests.factories.visits import create_new, errors, heading, register_new, search, send_account
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db

A_DAY = RULES[Limit.SEARCH_MISSES_PER_IDENTITY_DAY].most
IN_ALL = RULES[Limit.SEARCH_MISSES_PER_IDENTITY_TOTAL].most
WRONG = itertools.cycle(f"{number:04}" for number in range(5000, 8000))  # never the right one
SINGLE = Person(first_name="Ruth", last_surname="Smith", ssn="902111234", email="ruth@example.org")
COMPOUND = Person(first_name="Ruth", last_surname="Smith-Jones", ssn="902111234", email="ruth@example.org")
UMLAUT = Person(first_name="Åsa", last_surname="Müller", ssn="902111234", email="asa@example.org")


def guess(person, first, last, *, last4=None):
    """One search by the thief, as he typed the names; whether it found the record."""
    asked = Claim(
        first_name=first, last_surname=last, birth_date=person.birth_date, last4=last4 or next(WRONG)
    )
    return search_for_me(claim=asked, by="anonymous").outcome.value == "one"


def evaluated():
    """How many searches were really looked at."""
    return AuditEvent.objects.filter(code="registration.search_made", keys__limited=False).count()


def letters(number):
    """A made-up word for each number."""
    return "".join("abcdefghij"[int(digit)] for digit in f"{number:03}")


SPELLINGS = {
    "as on file": (SINGLE, [("Ruth", "Smith")]),
    "case and accents": (SINGLE, [("RUTH", "SMITH"), ("ruth", "smíth"), ("Rüth", "Šmith"), ("ｒｕｔｈ", "ｓｍｉｔｈ")]),
    "apostrophes, dots and hyphens": (SINGLE, [("Ruth", "S'mith"), ("Ru.th", "Smith."), ("Ruth", "-Smith-")]),
    "spaces": (SINGLE, [("Ruth", "S mith"), ("R u t h", "S m i t h"), ("Ruth", "Smi th")]),
    "letters that look alike": (SINGLE, [("Ruth", "Smіth"), ("Ruth", "Ѕmith"), ("Ruth", "Smitһ")]),
    "a generation": (SINGLE, [("Ruth", f"Smith {word}") for word in ("Jr", "Sr", "II", "III", "Jr.", "IV Jr")]),
    "particles": (SINGLE, [("Ruth", f"{word} Smith") for word in ("de", "van", "de la", "van der", "Mc", "o'", "zu")]),
    "initials": (SINGLE, [("Ruth", f"Smith {letter}") for letter in "abcdefghijklm"]),
    "initials in front": (SINGLE, [("Ruth", f"{one} {two} Smith") for one in "abc" for two in "xyz"]),
    "a second surname of his own": (SINGLE, [("Ruth", f"Smith-{letters(number)}") for number in range(30)]),
    "a first surname of his own": (SINGLE, [("Ruth", f"{letters(number)} Smith") for number in range(30)]),
    "swapped": (SINGLE, [("Smith", "Ruth"), ("Ruth", "Smith"), ("SMITH", "Ruth Jr")]),
    "a second first name": (SINGLE, [(f"Ruth {letters(number)}", "Smith") for number in range(30)]),
    "parts": (COMPOUND, [("Ruth", "Smith"), ("Ruth", "Jones"), ("Ruth", "Jones Smith"), ("Ruth", "Smithjones")]),
    "parts and swapped": (COMPOUND, [("Ruth", "Smith"), ("Smith Jones", "Ruth"), ("Ruth", "Jones-xx")]),
    "split elsewhere": (COMPOUND, [("Ruth", f"{'SmithJones'[:cut]} {'SmithJones'[cut:]}") for cut in range(2, 9)]),
    "umlauts": (UMLAUT, [("Åsa", "Müller"), ("Aasa", "Mueller"), ("Asa", "Muller"), ("Aasa", "Müller"), ("Åsa", "Muëller")]),
}  # fmt: skip


@pytest.mark.parametrize("how", SPELLINGS)
def test_no_way_of_typing_a_name_gives_more_guesses(how):
    person, spellings = SPELLINGS[how]
    on_file(person)
    found = [guess(person, first, last, last4=person.last4) for first, last in spellings]
    assert any(found), "this test must type names that find the record"
    names = itertools.cycle(spellings)
    for _try in range(60):
        guess(person, *next(names))
    assert evaluated() <= A_DAY + len(spellings)
    for first, last in spellings:
        assert not guess(person, first, last, last4=person.last4)


@pytest.mark.parametrize(
    ("names", "most"),
    [
        ([("Katherine", "Smith"), ("Kate", "Jones"), ("Kathy", "Delgado"), ("Katherine", "Delgado")], 3),
        ([("Katherine", "Smith"), ("Katherine", "Jones"), ("Katherine", "Delgado")], 1),
    ],
)
def test_each_surname_that_the_thief_knows_is_worth_no_more_than_a_days_guesses(names, most):
    """Nicknames that go with different surnames share nothing that could be counted: so much is left to him."""
    person = Person(first_name="Katherine", last_surname="Smith-Jones", ssn="902111234")
    on_file(person, other_names=[("", "Delgado")])
    assert all(guess(person, first, last, last4=person.last4) for first, last in names)
    hits = evaluated()
    for first, last in itertools.islice(itertools.cycle(names), 80):
        guess(person, first, last)
    assert evaluated() - hits <= most * A_DAY


def test_a_wrong_name_costs_the_owner_nothing_where_only_the_birth_date_is_shared():
    on_file(SINGLE)
    for number in range(30):
        guess(SINGLE, letters(number), letters(number + 100))
    assert guess(SINGLE, "Ruth", "Smith", last4=SINGLE.last4)


def test_after_twenty_misses_in_all_no_day_brings_more():
    on_file(SINGLE)
    for day in range(10):
        for number in range(8):
            guess(SINGLE, "Ruth", f"Smith {letters(10 * day + number)}")
        LimitCounter.objects.update(window_start=timezone.now() - timedelta(hours=25))
    assert evaluated() == IN_ALL
    assert not guess(SINGLE, "Ruth", "Smith", last4=SINGLE.last4)


def test_what_namesakes_born_on_the_same_day_miss_locks_nobody_out_for_good():
    on_file(SINGLE)
    for day in range(10):
        for number in range(5):
            guess(SINGLE, "Ruth", f"Other{letters(10 * day + number)}")
        assert not guess(SINGLE, "Ruth", "Smith", last4=SINGLE.last4)
        LimitCounter.objects.update(window_start=timezone.now() - timedelta(hours=25))
        assert guess(SINGLE, "Ruth", "Smith", last4=SINGLE.last4)


def test_what_is_counted_holds_no_name_and_no_birth_date():
    guess(SINGLE, "Ruth", "Smith")
    subjects = [bytes(digest) for digest in LimitCounter.objects.values_list("subject_digest", flat=True)]
    assert len(subjects) == 3
    assert {len(digest) for digest in subjects} == {16}


def crowd(size, act):
    """So many at once, each with a connection of its own; what came of each."""
    results, errors, door = [], [], threading.Barrier(size)
    lanes = threading.Semaphore(40)

    def come(number):
        try:
            door.wait()
            with lanes:
                results.append(act(number))
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=come, args=[number]) for number in range(size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    return results


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["as on file", "swapped", "a second surname of his own", "parts and swapped"])
def test_fifty_guesses_at_once_are_five(how):
    """Counters that several guesses share are taken in one order, or PostgreSQL would end some as deadlocks."""
    person, spellings = SPELLINGS[how]
    on_file(person)
    spellings = list(itertools.islice(itertools.cycle(spellings), 50))
    crowd(50, lambda number: guess(person, *spellings[number]))
    assert evaluated() == A_DAY
    assert not guess(person, person.first_name, person.last_surname, last4=person.last4)


def test_accounts_in_her_name_buy_no_more_guesses_than_searches_do():
    """Each decoy has her name and birth date and a guess; a search for her would find the decoy, or, where the guess is right, her."""
    on_file(SINGLE)
    right = int(SINGLE.ssn[-4:])
    guesses = [f"{(right + place - 7) % 10_000:04}" for place in range(10)]
    found = []
    for place, guess in enumerate(guesses):
        nobody = Person(
            first_name="Zeb" + "bcdfghjkmn"[place] + "a",
            last_surname="Qu" + "bcdfghjkmn"[place] + "ox",
            birth_date=date(1960, 1, 1 + place),
            ssn="90099" + guess,
        )
        thief = InspectingClient()
        typed = nobody.new_account(
            first_name=SINGLE.first_name,
            last_surname=SINGLE.last_surname,
            birth_date=SINGLE.birth_date.strftime("%m/%d/%Y"),
            username=f"thief{place}",
            email=f"thief{place}@example.org",
        )
        assert heading(send_account(thief, create_new(thief, nobody), typed)) == "Home Page"
        settle_waiting(by="tests")
        found.append(heading(search(InspectingClient(), replace(SINGLE, ssn="90011" + guess))))
    assert evaluated() <= len(guesses) + A_DAY
    assert set(found[A_DAY:]) == {"We did not find your record"}, found


@pytest.mark.django_db(transaction=True)
def test_fifty_searches_through_the_page_at_once_are_five():
    on_file(SINGLE)

    def come(number):
        return heading(search(InspectingClient(), SINGLE, last4=f"{1000 + number}"))

    assert set(crowd(50, come)) == {"We did not find your record"}
    assert evaluated() == A_DAY


@pytest.mark.django_db(transaction=True)
def test_the_eleventh_username_is_not_looked_up_however_many_come_at_once(client):
    """Ten times somebody may learn that a username exists; asking all at once gives no more."""
    register_new(InspectingClient(), MARIA)
    page = create_new(client, SINGLE)
    cookies = client.cookies.copy()

    def ask(_number):
        browser = InspectingClient()
        browser.cookies = cookies.copy()
        return errors(send_account(browser, page, SINGLE.new_account(username="maria.fuentes")))[0]

    answers = crowd(30, ask)
    assert sum("Someone else has this username" in answer for answer in answers) == 10
    assert sum("You have tried many usernames" in answer for answer in answers) == 20
