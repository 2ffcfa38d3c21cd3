"""PURE. The password policies: the guide's (default) and NIST's, and what both refuse; validators.py and the pages use it."""

from collections.abc import Iterable
from enum import StrEnum
from unicodedata import normalize

from zxcvbn_rs_py import zxcvbn

from kecs.accounts.dressed_words import LONG_PASSWORD, is_dressed_up_word
from kecs.accounts.personal_facts import PersonalFacts, is_mostly, pieces_of_ours

MAX_LENGTH = 128
# The estimate of one random password of 8 characters in a hundred is as low as 10^7.5, that of one in a thousand 10^6; it
# has found a word of two letters in them. The guide allows 8 characters, so that only what is below is refused there.
GUESSES_LOG10_AT_LEAST = 6.0
LONG_GUESSES_LOG10_AT_LEAST = 8.0
NOBODY = PersonalFacts()


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
    OUR_WORDS = "our_words"
    GUESSABLE = "guessable"
    BREACHED = "breached"  # on the operator's list; breached.py looks there


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


def _is_guessable(password: str, known_words: frozenset[str]) -> bool:
    least = LONG_GUESSES_LOG10_AT_LEAST if len(password) >= LONG_PASSWORD else GUESSES_LOG10_AT_LEAST
    guesses: float = zxcvbn(password, sorted(known_words)).guesses_log10
    return guesses < least or is_dressed_up_word(password, known_words)


def problems_of(
    password: str, *, policy: Policy, personal: PersonalFacts = NOBODY, our_words: Iterable[str] = ()
) -> tuple[PasswordProblem, ...]:
    """Every reason to refuse this password, or none. `our_words`: names of the agency, the state, the trade."""
    text = normalised(password)
    hers, ours = personal.pieces(), pieces_of_ours(tuple(our_words))
    found = list(_composition(text, policy))
    if is_mostly(text, hers):
        found.append(PasswordProblem.PERSONAL)
    elif is_mostly(text, hers | ours):
        found.append(PasswordProblem.OUR_WORDS)
    elif not found and _is_guessable(text, hers | ours):
        found.append(PasswordProblem.GUESSABLE)
    return tuple(found)
