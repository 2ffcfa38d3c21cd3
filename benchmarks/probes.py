"""`python -m benchmarks.probes`: times searches in one installation; reads who is asked for as JSON, prints milliseconds as JSON.

In the environment of the installation, in one process and on one connection of Django's, in an order drawn at random, so
that the kinds share the machine's moods:

- bare: one index probe through the driver, `SELECT record_id FROM records_identitykey WHERE digest = ...`;
- statement: the search's own statement, through the driver;
- search: all that the product does, from the claim to the decision, with names seen before (warm) or never (cold).

Everybody is asked for once, so that no kind finds what another has fetched.
"""

import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402 - Django first

from kecs.matching import evidence, levels, names, sounds  # noqa: E402
from kecs.matching.decide import Claim, Outcome, decide  # noqa: E402
from kecs.matching.keys import claim_keys  # noqa: E402
from kecs.records.index import key_digest, statement_of_search  # noqa: E402
from kecs.records.queries import candidates_for, population  # noqa: E402

BARE = "SELECT record_id FROM records_identitykey WHERE digest = %s"
WARM_UP = 60
COLD_EVERY = 4  # a cold name costs fifty times as much; fewer say enough


def forget_names() -> None:
    """As in a process that never saw any of them. What it reads once (the census' tables) it keeps."""
    for module in (names, levels, sounds, evidence):
        for thing in vars(module).values():
            if hasattr(thing, "cache_parameters") and thing.cache_parameters()["maxsize"]:
                thing.cache_clear()


def bare(claim: Claim) -> Callable[[], Any]:
    """One probe, through the driver."""
    [key] = claim_keys(claim)
    return _through_the_driver(BARE, [key_digest(key)])


def statement(claim: Claim) -> Callable[[], Any]:
    """The statement of the search, through the driver."""
    [key] = claim_keys(claim)
    return _through_the_driver(statement_of_search(1), [key_digest(key)])


def _through_the_driver(sql: str, parameters: list[bytes]) -> Callable[[], Any]:
    driver = connection.connection
    if connection.vendor == "sqlite":
        sql = sql.replace("%s", "?")

    def ask() -> Any:
        cursor = driver.cursor()
        cursor.execute(sql, parameters)
        rows = cursor.fetchall()
        cursor.close()
        return rows

    return ask


def whole(claim: Claim) -> Callable[[], Any]:
    """What a page does, without limits and log."""
    return lambda: decide(claim, candidates_for(claim), population=population())


def warm(claim: Claim) -> Callable[[], Any]:
    """With names that this process has priced before."""
    evidence.price(claim.first_name, claim.last_surname)
    return whole(claim)


def cold(claim: Claim) -> Callable[[], Any]:
    """With names at first sight."""
    forget_names()
    return whole(claim)


KINDS = {"bare": bare, "statement": statement, "warm": warm, "cold": cold}


def series(asked: dict[str, list[list[str]]], seed: int) -> Iterator[tuple[str, str, Claim]]:
    """Kind, "hit" or "miss", and who is asked for: everybody once, in random order."""
    order = random.Random(seed)
    for expected, people in asked.items():
        assert expected in {"hit", "miss"}
        assert len({tuple(person) for person in people}) == len(people)
    drawn = []
    for expected, people in asked.items():
        kinds = ["bare", "statement", "warm"] * COLD_EVERY + ["cold"]
        for place, (first, last, born, last4) in enumerate(people):
            claim = Claim(
                first_name=first, last_surname=last, birth_date=date.fromisoformat(born), last4=last4
            )
            drawn.append((kinds[place % len(kinds)], expected, claim))
    order.shuffle(drawn)
    yield from drawn


def given_priority() -> bool:
    """Before other programs of the machine, and the database's process at the other end too: else it is them that is measured."""
    first = os.sched_param(os.sched_get_priority_min(os.SCHED_RR))
    try:
        os.sched_setscheduler(0, os.SCHED_RR, first)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                os.sched_setscheduler(cursor.fetchone()[0], os.SCHED_RR, first)
    except PermissionError:
        return False
    return True


def main() -> None:
    """Who is asked for on standard input, {"hit": [[first, last, birth date, last 4], ...], "miss": ...}; times on the output."""
    asked = json.load(sys.stdin)
    connection.ensure_connection()
    priority = given_priority()
    times: dict[str, list[float]] = {f"{kind} {expected}": [] for kind in KINDS for expected in asked}
    offered = dict.fromkeys(asked, 0)
    for place, (kind, expected, claim) in enumerate(series(asked, seed=3)):
        ask = KINDS[kind](claim)
        began = time.perf_counter_ns()
        answer = ask()
        took = (time.perf_counter_ns() - began) / 1e6
        # What a process does once: the tables of names, the plans of the statements, the keyring.
        if place >= WARM_UP:
            times[f"{kind} {expected}"].append(took)
            if kind in {"warm", "cold"}:
                offered[expected] += answer.outcome is Outcome.ONE
    json.dump(
        {"times": times, "offered": offered, "population": population(), "priority": priority}, sys.stdout
    )


if __name__ == "__main__":
    main()
