"""`python -m benchmarks.probes`: times searches in several installations side by side; reads who is asked for as JSON, prints milliseconds as JSON.

In the environment of one installation, whose keyring all have, in one process and on one kept connection of Django's to each
database. What is asked stands in an order drawn at random, and is asked in each database before the next comes, so that the
kinds and the databases share the machine's moods:

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
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import dj_database_url
import django

django.setup()

from django.db import connection, connections  # noqa: E402 - Django first
from django.db.utils import load_backend  # noqa: E402

from kecs.matching import evidence, levels, names, sounds  # noqa: E402
from kecs.matching.decide import Claim, Outcome, decide  # noqa: E402
from kecs.matching.keys import claim_keys  # noqa: E402
from kecs.records import queries  # noqa: E402
from kecs.records.index import key_digest, statement_of_search  # noqa: E402
from kecs.records.queries import candidates_for  # noqa: E402

BARE = "SELECT record_id FROM records_identitykey WHERE digest = %s"
WARM_UP = 60
COLD_EVERY = 4  # a cold name costs fifty times as much; fewer say enough
Asked = dict[str, list[list[str]]]


@dataclass(slots=True, kw_only=True)
class Place:
    """One of the databases, and what came out there."""

    connection: Any
    asked: Asked
    population: int = 0
    times: dict[str, list[float]] = field(default_factory=dict)
    offered: dict[str, int] = field(default_factory=dict)

    def enter(self) -> None:
        """From now on the product's own code asks this database."""
        connections["default"] = self.connection


def place_of(url: str, asked: Asked) -> Place:
    """Connected as the settings say, and as wide as the product takes it for."""
    settings = deepcopy(connections.settings["default"])
    settings.update(
        {name: value for name, value in dj_database_url.parse(url).items() if name in {"NAME", "HOST"}}
    )
    place = Place(
        connection=load_backend(settings["ENGINE"]).DatabaseWrapper(settings, "default"),
        asked=asked,
        times={f"{kind} {expected}": [] for kind in KINDS for expected in asked},
        offered=dict.fromkeys(asked, 0),
    )
    place.enter()
    connection.ensure_connection()
    place.population = queries._about_how_many()
    return place


def forget_names() -> None:
    """As in a process that never saw any of them. What it reads once (the census' tables) it keeps."""
    for module in (names, levels, sounds, evidence):
        for thing in vars(module).values():
            if hasattr(thing, "cache_parameters") and thing.cache_parameters()["maxsize"]:
                thing.cache_clear()


def bare(claim: Claim, _population: int) -> Callable[[], Any]:
    """One probe, through the driver."""
    [key] = claim_keys(claim)
    return _through_the_driver(BARE, [key_digest(key)])


def statement(claim: Claim, _population: int) -> Callable[[], Any]:
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


def whole(claim: Claim, population: int) -> Callable[[], Any]:
    """What a page does, without limits and log."""
    return lambda: decide(claim, candidates_for(claim), population=population)


def warm(claim: Claim, population: int) -> Callable[[], Any]:
    """With names that this process has priced before."""
    evidence.price(claim.first_name, claim.last_surname)
    return whole(claim, population)


def cold(claim: Claim, population: int) -> Callable[[], Any]:
    """With names at first sight."""
    forget_names()
    return whole(claim, population)


KINDS = {"bare": bare, "statement": statement, "warm": warm, "cold": cold}


def series(places: list[Place], seed: int) -> Iterator[tuple[str, str, list[tuple[Place, Claim]]]]:
    """Kind, "hit" or "miss", and who is asked for in each place: everybody once, in random order."""
    order = random.Random(seed)
    kinds = ["bare", "statement", "warm"] * COLD_EVERY + ["cold"]
    drawn = []
    for expected in ("hit", "miss"):
        rows = [place.asked[expected] for place in places]
        assert all(len({tuple(person) for person in people}) == len(people) for people in rows)
        for number, people in enumerate(zip(*rows, strict=True)):
            both = list(zip(places, map(claim_of, people), strict=True))
            order.shuffle(both)
            drawn.append((kinds[number % len(kinds)], expected, both))
    order.shuffle(drawn)
    yield from drawn


def claim_of(person: list[str]) -> Claim:
    """What she types."""
    first, last, born, last4 = person
    return Claim(first_name=first, last_surname=last, birth_date=date.fromisoformat(born), last4=last4)


def given_priority(open_connections: Iterable[Any]) -> bool:
    """Before other programs of the machine, and the databases' processes at the other end too: else it is them that is measured."""
    first = os.sched_param(os.sched_get_priority_min(os.SCHED_RR))
    try:
        os.sched_setscheduler(0, os.SCHED_RR, first)
        for each in open_connections:
            if each.vendor == "postgresql":
                with each.cursor() as cursor:
                    cursor.execute("SELECT pg_backend_pid()")
                    os.sched_setscheduler(cursor.fetchone()[0], os.SCHED_RR, first)
    except PermissionError:
        return False
    return True


def main() -> None:
    """On standard input [{"url": ..., "asked": {"hit": [[first, last, birth date, last 4], ...], "miss": ...}}, ...]; times on the output."""
    places = [place_of(each["url"], each["asked"]) for each in json.load(sys.stdin)]
    priority = given_priority(place.connection for place in places)
    for number, (kind, expected, asked) in enumerate(series(places, seed=3)):
        for place, claim in asked:
            place.enter()
            ask = KINDS[kind](claim, place.population)
            began = time.perf_counter_ns()
            answer = ask()
            took = (time.perf_counter_ns() - began) / 1e6
            # What a process does once: the tables of names, the plans of the statements, the keyring.
            if number >= WARM_UP:
                place.times[f"{kind} {expected}"].append(took)
                if kind in {"warm", "cold"}:
                    place.offered[expected] += answer.outcome is Outcome.ONE
    found = [{"times": each.times, "offered": each.offered, "population": each.population} for each in places]
    json.dump({"places": found, "priority": priority}, sys.stdout)


if __name__ == "__main__":
    main()
