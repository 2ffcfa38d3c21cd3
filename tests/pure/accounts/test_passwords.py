"""What both policies refuse and take; the figures are those of benchmarks/passwords.py, in its quick form."""

from datetime import date

import pytest

from kecs.accounts.passwords import PasswordProblem, Policy, problems_of
from kecs.accounts.personal_facts import PersonalFacts

OURS = ["KECS", "Kentucky", "teacher", "Education Professional Standards Board"]
MARIA = PersonalFacts(
    texts=("mfuentes12", "María", "Fuentes-Ortega"),
    email="maria.fo@example.org",
    birth_date=date(1985, 4, 9),
)


def problems(password, policy=Policy.GUIDE):
    return problems_of(password, policy=policy, personal=MARIA, our_words=OURS)


@pytest.mark.parametrize(
    "password",
    [
        "Password1!", "P@ssw0rd!", "Sunshine2024!", "Wildcats#1", "Qwerty123!", "1qaz2WSX!", "Abcd1234!", "Aa123456!",
        "!Summer24", "Iloveyou2!", "Contraseña1!", "$unsh1Ne99", "BlueGrass1!", "Password!Password1", "Sam2024!", "M3$5Ag3$1!",
        "Jessica1999*", "Futbol10!", "Mariposa2020.", "Introduzca1!", "Felicitaciones1!",
    ],
)  # fmt: skip
def test_a_dressed_up_word_is_easy_to_guess(password):
    assert problems(password) == (PasswordProblem.GUESSABLE,)


@pytest.mark.parametrize(
    "password",
    [
        "Encyclopedia2024!!",
        "wonderfulwonderful",
        "basketball 123456!",
        "Sunshinesunshine1!",
        "passwordpassword",
    ],
)
def test_so_it_is_under_the_policy_of_length(password):
    assert problems(password, Policy.NIST) == (PasswordProblem.GUESSABLE,)


@pytest.mark.parametrize(
    "password",
    [
        "Maria1985!",
        "M4ri@1985!",
        "Fuentes#04091985",
        "Mfuentes12!",
        "4/9/1985 Go!",
        "Maria.fo99!",
        "Fuentes-Ortega1",
    ],
)
def test_what_is_hers_is_refused_as_hers(password):
    assert PasswordProblem.PERSONAL in problems(password)


@pytest.mark.parametrize("password", ["KentuckyTeacher1!", "T3acher-Xq9", "KECS.kecs.2024A"])
def test_the_words_of_the_agency_are_refused_as_such(password):
    assert problems(password) == (PasswordProblem.OUR_WORDS,)


def test_a_piece_of_her_own_does_no_harm_in_a_long_password():
    assert problems("maria-Velvet-canoe7-thunder") == ()
    assert problems("teacher-Velvet-canoe7-thunder") == ()


@pytest.mark.parametrize(
    "password", ["xK9#mq2$", "vT4&hw!Z", "canoe velvet Acorn 7!", "Correct-horse-battery-9"]
)
def test_good_ones_are_taken(password):
    assert problems(password) == ()


def test_a_good_long_one_needs_no_signs_under_the_policy_of_length():
    assert problems("canoe velvet acorn thunder", Policy.NIST) == ()
    assert problems("canoe velvet", Policy.NIST) == (PasswordProblem.TOO_SHORT,)


def test_every_broken_rule_is_named():
    assert problems("abc") == (
        PasswordProblem.TOO_SHORT,
        PasswordProblem.NO_UPPERCASE,
        PasswordProblem.NO_NUMBER,
        PasswordProblem.NO_SPECIAL,
    )


def test_128_characters_are_judged_and_129_are_too_many():
    long = "canoe Velvet acorn7 thunder " * 5
    assert problems(long[:128]) == ()
    assert problems(long[:129]) == (PasswordProblem.TOO_LONG,)
    assert problems("1!" * 64) != ()
