"""PURE. The password policies: the guide's (default) and NIST's, and what both refuse; validators.py and the pages use it."""

import re
from collections.abc import Iterable
from enum import StrEnum
from unicodedata import normalize

from zxcvbn_rs_py import zxcvbn

MAX_LENGTH = 128
# A random password of 8 characters is estimated at 10^8 guesses, and the guide allows 8 characters.
GUESSES_LOG10_AT_LEAST = 7.9
# What rules of composition breed: one word, then digits and signs (Teacher2024!).
DECORATED_WORD = re.compile(r"[\W_]{0,2}\d{0,4}[\W_]{0,2}([^\W\d_]{4,})[\W_]{0,2}\d{0,4}[\W_]{0,2}\Z")


class Policy(StrEnum):
    """Which rules of composition hold."""

    GUIDE = "guide"  # the state's registration guide
    NIST = "nist"  # NIST SP 800-63B-4: length, no composition


class PasswordProblem(StrEnum):
    """Why a password is refused; messages.py words each."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NO_UPPERCASE = "no_uppercase"
    NO_LOWERCASE = "no_lowercase"
    NO_NUMBER = "no_number"
    NO_SPECIAL = "no_special"
    PERSONAL = "personal"
    GUESSABLE = "guessable"


MIN_LENGTH = {Policy.GUIDE: 8, Policy.NIST: 15}

# The rules that a person can see fulfilled while she types, in the order of the page.
RULES = {
    Policy.GUIDE: (
        PasswordProblem.TOO_SHORT,
        PasswordProblem.NO_UPPERCASE,
        PasswordProblem.NO_LOWERCASE,
        PasswordProblem.NO_NUMBER,
        PasswordProblem.NO_SPECIAL,
    ),
    Policy.NIST: (PasswordProblem.TOO_SHORT,),
}


def normalised(password: str) -> str:
    """NFKC, so that the same keys typed on another device give the same password. Nothing is cut off."""
    return normalize("NFKC", password)


def _composition(password: str, policy: Policy) -> Iterable[PasswordProblem]:
    if len(password) < MIN_LENGTH[policy]:
        yield PasswordProblem.TOO_SHORT
    if len(password) > MAX_LENGTH:
        yield PasswordProblem.TOO_LONG
    if policy is Policy.NIST:
        return
    if not any(character.isupper() for character in password):
        yield PasswordProblem.NO_UPPERCASE
    if not any(character.islower() for character in password):
        yield PasswordProblem.NO_LOWERCASE
    if not any(character.isdigit() for character in password):
        yield PasswordProblem.NO_NUMBER
    if all(character.isalnum() for character in password):  # a space or any sign counts as special
        yield PasswordProblem.NO_SPECIAL


def _holds_personal(password: str, personal: Iterable[str]) -> bool:
    """A name, username or mail address of hers (three letters or more) makes up most of the password."""
    folded = password.casefold()
    for fact in personal:
        for part in {fact.casefold(), *fact.casefold().replace("@", " ").replace(".", " ").split()}:
            if len(part) >= 3 and part in folded and len(part) * 2 >= len(folded):
                return True
    return False


def _is_guessable(password: str, personal: list[str]) -> bool:
    if zxcvbn(password, personal).guesses_log10 < GUESSES_LOG10_AT_LEAST:
        return True
    decorated = DECORATED_WORD.match(password)
    if not decorated:
        return False
    word = decorated.group(1).lower()
    # A word that nobody lists costs 10 guesses a letter; one that is listed costs far fewer.
    word_guesses: float = zxcvbn(word, personal).guesses_log10
    return word_guesses < min(5.0, len(word) - 1)


def problems_of(
    password: str, *, policy: Policy, personal: Iterable[str] = ()
) -> tuple[PasswordProblem, ...]:
    """Every reason to refuse this password, or none. `personal`: names, username, e-mail of the person."""
    text = normalised(password)
    facts = [fact for fact in personal if fact]
    found = list(_composition(text, policy))
    if _holds_personal(text, facts):
        found.append(PasswordProblem.PERSONAL)
    elif not found and _is_guessable(text, facts):
        found.append(PasswordProblem.GUESSABLE)
    return tuple(found)
