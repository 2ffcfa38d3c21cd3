"""Crowds of guessers, for tests of limits and for the attacks: each guess on a connection of its own.

`guess_last4` and `spray` go past the pages: what is measured is the counting, with the robot check solved.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

from django.db import connections

from kecs.guard.strict.actions import mailbox_asked
from kecs.matching.decide import Claim
from kecs.registration.actions import search_for_me

BY = "anonymous"
T = TypeVar("T")


def crowd(size: int, act: Callable[[int], T], *, lanes: int = 40) -> list[T]:
    """What came of each of so many at once. `lanes`: connections open at one time; PostgreSQL as installed takes 100.

    Raises the first error of any.
    """
    many = min(size, lanes)
    together = threading.Barrier(many)

    def come(number: int) -> T:
        try:
            return act(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(many, initializer=together.wait) as pool:
        return list(pool.map(come, range(size)))


def guess_last4(claim: Claim, guesses: Sequence[str], *, lanes: int = 40) -> list[str]:
    """Guess the last 4 of one identity, all at once; the outcomes."""

    def guess(number: int) -> str:
        return search_for_me(claim=replace(claim, last4=guesses[number]), by=BY).outcome.value

    return crowd(len(guesses), guess, lanes=lanes)


def spray(claims: Sequence[Claim]) -> int:
    """One guess at each of many, none with a mailbox; how many were evaluated."""
    evaluated = 0
    for claim in claims:
        if not mailbox_asked(by=BY):
            search_for_me(claim=claim, by=BY)
            evaluated += 1
    return evaluated
