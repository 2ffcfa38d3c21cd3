"""PURE. A password that is easy to read, type and say, and keeps every policy: canoe-Velvet-acorn7-river."""

import secrets
from collections.abc import Iterable
from math import log2

from kecs.accounts.likely_words import words_of
from kecs.accounts.passwords import NOBODY, Policy, problems_of
from kecs.accounts.personal_facts import PersonalFacts

WORDS = 4
LANGUAGES = ("en", "es")
TRIES = 100


def entropy(language: str) -> float:
    """How many bits of chance a suggestion holds: four words, one digit, and which word has the digit and which the capital."""
    return WORDS * log2(len(words_of(language))) + log2(10) + 2 * log2(WORDS)


def _one(language: str) -> str:
    words = [secrets.choice(words_of(language)) for _word in range(WORDS)]
    capital, numbered = secrets.randbelow(WORDS), secrets.randbelow(WORDS)
    words[capital] = words[capital].capitalize()
    words[numbered] += str(secrets.randbelow(10))
    return "-".join(words)


def suggested_password(
    *, language: str, personal: PersonalFacts = NOBODY, our_words: Iterable[str] = ()
) -> str:
    """One that both policies take. Spanish words for Spanish pages, English ones for all others."""
    known = tuple(our_words)
    for _try in range(TRIES):
        made = _one(language if language in LANGUAGES else LANGUAGES[0])
        if not any(problems_of(made, policy=policy, personal=personal, our_words=known) for policy in Policy):
            return made
    raise LookupError("no suggestion keeps the policy")
